"""Judge a project by its file, and by what defined outcomes at earlier looks: the stricter reading stays in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from gatebook.errors import GatebookError
from gatebook.evidence.facts import Facts
from gatebook.project import Project
from gatebook.project.tables import open_table
from gatebook.reading import Table
from gatebook.record import Row
from gatebook.verdict.case import Case, flagged, lacking
from gatebook.verdict.definitions import ReadBefore, effects, reading_in_force, redefinitions, stricter
from gatebook.verdict.judge import Judged, judge_all
from gatebook.words import said


def judge_by_both_readings(case: Case, gathered: Callable[[Project], Facts]) -> tuple[Case, Judged]:
    """Return every row by the worse of two readings, and the case with what tells of changed definitions.

    Both use the alpha of the reading on record: the pass that counts needs the pass by that one.

    Args:
        case: by the project file as it is.
        gathered: measures the project under another reading.
    """
    record, targets = case.past.evidence, case.targets
    told, lowered = redefinitions(case.project, record.definitions, record.redefined)
    targets = replace(targets, moved=(*targets.moved, *told), lowered=targets.lowered or lowered)
    case = replace(case, targets=targets)
    older = reading_in_force(case.project, record.definitions)
    if older is None:
        return case, judge_all(case)
    day, project = older
    try:
        first = judge_all(replace(case, project=project, facts=gathered(project)))
    except GatebookError as error:
        now = judge_all(case)
        return case, replace(now, rows=tuple(_unread(row, case, day, error) for row in now.rows))
    granted = {look.past.criterion: look for look in first.looks}
    now = judge_all(replace(case, granted=granted))
    looks = (*first.looks, *(look for look in now.looks if look.past.criterion not in granted))
    before = {row.id: row for row in first.rows}
    rows = tuple(
        was.model_copy(update=flagged((said(ReadBefore.STRICTER, day=day),), was))
        if (was := before.get(row.id)) is not None and row.kind == "criterion" and stricter(row, was)
        else row
        for row in now.rows
    )
    moved = (*targets.moved, *effects(now.rows, first.rows, day))
    return replace(case, targets=replace(targets, moved=moved)), replace(now, rows=rows, looks=looks)


def _unread(row: Row, case: Case, day: dt.date, error: GatebookError) -> Row:
    """Return a row of outcomes as not enough evidence where the reading on record cannot be had any more."""
    entry = next(one for one in case.entries if one.id == row.id)
    if not entry.counts or row.status != "pass":
        return row
    return lacking(entry, said(ReadBefore.UNREADABLE, day=day, why=str(error)))


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
