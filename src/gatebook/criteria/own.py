"""What a project changes in the catalogue: rows of its own, raised weights, other thresholds.

These are goalposts. A limit that is looser than the catalogue's stays as the catalogue has it, from the first project
file on. After a first look a row that was removed, a weight that was lowered again and a threshold that was loosened
stay in force as they stood on record.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gatebook.criteria.catalogue import CATALOGUE, Entry
from gatebook.errors import ProjectFileError
from gatebook.project import Project
from gatebook.project.model import Criterion
from gatebook.record import Weight
from gatebook.words.figures import plain_number

NEVER_RAISED = frozenset({"1.10", "2.2"})
_RANK: dict[Weight, int] = {"context": 0, "condition": 1, "decisive": 2}
_MORE_IS_STRICTER = frozenset({"1.1", "1.2", "1.7", "1.8", "G1"})
_ROWS = {entry.id: entry for entry in CATALOGUE}
OnRecord = Sequence[tuple[dt.date, Mapping[str, Any]]]


def catalogue_for(project: Project, on_record: OnRecord = ()) -> tuple[Entry, ...]:
    """Return the catalogue with the project's own rows, changed thresholds and raised weights.

    Args:
        project: the project file.
        on_record: the day and the targets of every earlier look, oldest first (`declared_criteria` under "criteria").

    Raises:
        ProjectFileError: a weight would be lowered or cannot count, a threshold is none of the row's, an id stands twice,
            or an own row lacks a title or an attestation.
    """
    _check(project)
    rows = dict(_ROWS)
    for change in _in_force(project, on_record)[0].values():
        entry = rows.get(change.id)
        if entry is None:
            rows[change.id] = Entry(
                change.id,
                "criterion",
                change.weight or "condition",
                "own",
                change.title or change.id,
                change.threshold,
                attest=change.attest,
                supply=f"attest {change.id}",
            )
            continue
        rows[change.id] = replace(
            entry,
            weight=change.weight or entry.weight,
            title=change.title or entry.title,
            threshold=entry.threshold if change.threshold is None else change.threshold,
        )
    return tuple(rows.values())


def declared_criteria(project: Project) -> list[dict[str, Any]]:
    """Return the [[criteria]] of the project file in the form that the history keeps."""
    return [change.model_dump(mode="json") for change in project.criteria]


def moved_criteria(project: Project, on_record: OnRecord) -> tuple[str, ...]:
    """Return one sentence for each criterion that was removed, lowered or loosened after a look."""
    return tuple(dict.fromkeys(_in_force(project, on_record)[1]))


def _in_force(project: Project, on_record: OnRecord) -> tuple[dict[str, Criterion], list[str]]:
    """Return the stricter of the project file's criteria and all on record, and what was moved."""
    now = {change.id: change for change in project.criteria}
    kept, moved = _against_catalogue(now)
    for day, targets in on_record:
        then = {item["id"]: Criterion.model_validate(item) for item in targets.get("criteria", ())}
        for row in dict.fromkeys((*then, *now)):
            entry = _ROWS.get(row)
            if entry is None:
                if row in then and row not in now:
                    moved.append(f"The row {row} of {day:%-d %B} was removed; it stays in force.")
                kept[row] = _own(kept.get(row), then.get(row))
                continue
            old, new = (group.get(row) or Criterion(id=row) for group in (then, kept))
            weight = max(old.weight or entry.weight, new.weight or entry.weight, key=lambda w: _RANK[w])
            base = now[row].weight if row in now else None
            if _RANK[weight] > _RANK[base or entry.weight]:
                moved.append(
                    f"The weight of row {row} was {weight} on {day:%-d %B} and was lowered; it stays {weight}."
                )
            threshold = _stricter(entry, old.threshold, new.threshold)
            mine = now[row].threshold if row in now else None
            if threshold is not None and threshold not in {entry.threshold, mine}:
                moved.append(
                    f"The limit of row {row} was {plain_number(threshold)} on {day:%-d %B} and was loosened; the stricter one stays in force."
                )
            kept[row] = new.model_copy(update={"weight": weight, "threshold": threshold})
    return kept, moved


def _against_catalogue(now: Mapping[str, Criterion]) -> tuple[dict[str, Criterion], list[str]]:
    """Return the project file's criteria with no limit looser than the catalogue's, and what was loosened."""
    kept: dict[str, Criterion] = dict(now)
    moved: list[str] = []
    for row, change in now.items():
        entry = _ROWS.get(row)
        if entry is None or change.threshold is None or entry.threshold is None:
            continue
        kept[row] = change.model_copy(update={"threshold": _stricter(entry, None, change.threshold)})
        if kept[row].threshold != change.threshold:
            moved.append(
                f"The limit of row {row} is {plain_number(entry.threshold)} and was loosened to "
                f"{plain_number(change.threshold)}; the stricter one stays in force."
            )
    return kept, moved


def _own(present: Criterion | None, old: Criterion | None) -> Criterion:
    """Return a row of the project's own with the heavier of two weights."""
    if present is None or old is None:
        found = present or old
        assert found is not None
        return found
    weight = max(present.weight or "condition", old.weight or "condition", key=lambda w: _RANK[w])
    return present.model_copy(update={"weight": weight})


def _stricter(entry: Entry, old: float | None, new: float | None) -> float | None:
    if entry.threshold is None:
        return None
    limits = [entry.threshold if value is None else value for value in (old, new)]
    return max(limits) if entry.id in _MORE_IS_STRICTER else min(limits)


def _check(project: Project) -> None:
    seen: set[str] = set()
    for change in project.criteria:
        where = f"gatebook.toml: [[criteria]] {change.id}"
        entry = _ROWS.get(change.id)
        if change.id in seen:
            raise ProjectFileError(f"{where} stands twice; keep one of them.")
        seen.add(change.id)
        if change.threshold is not None and not (math.isfinite(change.threshold) and change.threshold >= 0):
            raise ProjectFileError(f"{where}: threshold must be a number of at least 0.")
        if entry is None:
            if not change.id or not change.title or not change.attest:
                raise ProjectFileError(
                    f"gatebook.toml: [[criteria]] {change.id!r} is no row of the catalogue; a row of your own needs "
                    "title and attest (what a person vouches for)."
                )
            continue
        if change.attest:
            raise ProjectFileError(f"{where}: attest is only for a row of your own; remove it.")
        if change.threshold is not None and entry.threshold is None:
            raise ProjectFileError(f"{where}: this row has no threshold; remove it.")
        if change.threshold is not None and change.id == "G1" and not 0 < change.threshold <= 1:
            raise ProjectFileError(f"{where}: threshold is the share of the target to reach, above 0 and at most 1.")
        if change.threshold == 0 and change.id == "G2":
            raise ProjectFileError(f"{where}: threshold must be above 0.")
        if change.weight and _RANK[change.weight] < _RANK[entry.weight]:
            raise ProjectFileError(
                f"{where}: weight {change.weight!r} is lower than the catalogue's "
                f"{entry.weight!r}; a project can raise a weight, never lower it."
            )
        if change.weight not in {None, "context"} and (entry.kind != "criterion" or change.id in NEVER_RAISED):
            what = "milestone" if entry.kind == "milestone" else "row of context"
            raise ProjectFileError(f"{where} is a {what} and never enters a decision; remove the weight.")
