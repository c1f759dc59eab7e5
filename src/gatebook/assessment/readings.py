"""Judge a project by its file, and by what defined outcomes at earlier looks: the stricter reading stays in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gatebook.errors import GatebookError
from gatebook.evidence.facts import Facts
from gatebook.project import Project
from gatebook.project.tables import open_table
from gatebook.reading import Table
from gatebook.record import Row
from gatebook.verdict.case import Case, flagged, lacking
from gatebook.verdict.definitions import ReadBefore, effects, readings, redefinitions, stricter
from gatebook.verdict.judge import Judged, judge_all
from gatebook.words import Said, said

Older = Sequence[tuple[dt.date, tuple[Row, ...]]]
Unreadable = Sequence[tuple[dt.date, GatebookError]]


def judge_by_every_reading(case: Case, gathered: Callable[[Project], Facts]) -> tuple[Case, Judged]:
    """Return every row by the reading under which it is worst, and the case with what tells of changed definitions.

    All readings use the alpha of the first one on record: the pass that counts needs the pass by that one.

    Args:
        case: by the project file as it is.
        gathered: measures the project under another reading.
    """
    record, targets = case.past.evidence, case.targets
    told, lowered = redefinitions(case.project, record.definitions, record.redefined)
    older: list[tuple[dt.date, Judged]] = []
    unreadable: list[tuple[dt.date, GatebookError]] = []
    granted: Mapping[str, Any] = {}
    for day, project in readings(case.project, record.definitions):
        try:
            judged = judge_all(replace(case, project=project, facts=gathered(project), granted=granted))
        except GatebookError as error:
            unreadable.append((day, error))
            continue
        granted = granted or {look.past.criterion: look for look in judged.looks}
        older.append((day, judged))
    now = judge_all(replace(case, granted=granted))
    effect: list[Said] = []
    if older:
        day, first = older[0]
        looks = (*first.looks, *(look for look in now.looks if look.past.criterion not in granted))
        effect = effects(now.rows, first.rows, day)
        now = replace(now, looks=looks)
    rows = tuple(_worst(row, case, [(day, judged.rows) for day, judged in older], unreadable) for row in now.rows)
    moved = (*targets.moved, *told, *effect)
    return replace(case, targets=replace(targets, moved=moved, lowered=targets.lowered or lowered)), replace(
        now, rows=rows
    )


def _worst(row: Row, case: Case, older: Older, unreadable: Unreadable) -> Row:
    found = row
    for day, rows in older:
        before = next((one for one in rows if one.id == row.id), None)
        if before is not None and row.kind == "criterion" and stricter(found, before):
            found = before.model_copy(update=flagged((said(ReadBefore.STRICTER, day=day),), before))
    entry = next(one for one in case.entries if one.id == row.id)
    if unreadable and entry.counts and found.status == "pass":
        day, error = unreadable[0]
        return lacking(entry, said(ReadBefore.UNREADABLE, day=day, why=str(error)))
    return found


def reopened(project: Project, older: Project, opened: Mapping[str, Table]) -> dict[str, Table]:
    """Return the open tables, those anew whose cells were read otherwise.

    Raises:
        TableError: a table cannot be read so.
    """
    return {
        role: table
        if older.tables[role].read == project.tables[role].read
        else open_table(role, older.tables[role], project.root)
        for role, table in opened.items()
    }
