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

from gatebook.criteria.registry import OWN, Entry, limit_of, rows
from gatebook.errors import ProjectFileError
from gatebook.project import Project
from gatebook.project.model import Criterion
from gatebook.record import Weight
from gatebook.words import Code, Said, said, say

_RANK: dict[Weight, int] = {"context": 0, "condition": 1, "decisive": 2}
OnRecord = Sequence[tuple[dt.date, Mapping[str, Any]]]


class MovedCriterion(Code):
    """What was moved in the criteria after a look."""

    REMOVED = "removed"
    WEIGHT = "weight"
    LIMIT = "limit"
    LOOSENED = "loosened"


class NoCriterion(Code):
    """Why a criterion of the project file cannot be meant."""

    TWICE = "twice"
    NO_NUMBER = "no_number"
    UNKNOWN = "unknown"
    ATTEST = "attest"
    NO_THRESHOLD = "no_threshold"
    SHARE = "share"
    ZERO = "zero"
    LOWERED = "lowered"
    MILESTONE = "milestone"
    CONTEXT = "context"


class Own(Code):
    """A row of a project's own."""

    UNATTESTED = "unattested"


def catalogue_for(project: Project, on_record: OnRecord = ()) -> tuple[Entry, ...]:
    """Return the catalogue with the project's own rows, changed thresholds and raised weights.

    Args:
        project: the project file.
        on_record: the day and the targets of every earlier look, oldest first (`declared_criteria` under "criteria").

    Raises:
        ProjectFileError: a weight would be lowered or cannot count, a threshold is none of the row's, an id stands
            twice, or an own row lacks a title or an attestation.
    """
    _check(project)
    found = dict(rows())
    for change in _in_force(project, on_record)[0].values():
        entry = found.get(change.id) or Entry(
            change.id,
            "criterion",
            "condition",
            OWN,
            change.id,
            lambda _entry, _case: Own.UNATTESTED,
            attest=change.attest,
            supply=say(Own.UNATTESTED, "supply", row=change.id),
        )
        threshold = entry.threshold if change.threshold is None else change.threshold
        found[change.id] = replace(
            entry, weight=change.weight or entry.weight, title=change.title or entry.title, threshold=threshold
        )
    return tuple(found.values())


def declared_criteria(project: Project) -> list[dict[str, Any]]:
    """Return the [[criteria]] of the project file in the form that the history keeps."""
    return [change.model_dump(mode="json") for change in project.criteria]


def moved_criteria(project: Project, on_record: OnRecord) -> tuple[Said, ...]:
    """Return what tells of each criterion that was removed, lowered or loosened after a look."""
    return tuple(_in_force(project, on_record)[1])


def _in_force(project: Project, on_record: OnRecord) -> tuple[dict[str, Criterion], list[Said]]:
    """Return the stricter of the project file's criteria and all on record, and what was moved."""
    now = {change.id: change for change in project.criteria}
    kept, moved = _against_catalogue(now)
    for day, targets in on_record:
        then = {item["id"]: Criterion.model_validate(item) for item in targets.get("criteria", ())}
        for row in dict.fromkeys((*then, *now)):
            entry = rows().get(row)
            if entry is None:
                if row in then and row not in now:
                    moved.append(said(MovedCriterion.REMOVED, row=row, day=day))
                kept[row] = _own(kept.get(row), then.get(row))
                continue
            old, new = (group.get(row) or Criterion(id=row) for group in (then, kept))
            present = now.get(row) or Criterion(id=row)
            weight = max(old.weight or entry.weight, new.weight or entry.weight, key=_RANK.__getitem__)
            if _RANK[weight] > _RANK[present.weight or entry.weight]:
                moved.append(said(MovedCriterion.WEIGHT, row=row, weight=weight, day=day))
            threshold = _stricter(entry, old.threshold, new.threshold)
            if threshold is not None and threshold not in {entry.threshold, present.threshold}:
                moved.append(said(MovedCriterion.LIMIT, row=row, limit=threshold, day=day))
            kept[row] = new.model_copy(update={"weight": weight, "threshold": threshold})
    return kept, moved


def _against_catalogue(now: Mapping[str, Criterion]) -> tuple[dict[str, Criterion], list[Said]]:
    """Return the project file's criteria with no limit looser than the catalogue's, and what was loosened."""
    kept: dict[str, Criterion] = dict(now)
    moved: list[Said] = []
    for row, change in now.items():
        entry = rows().get(row)
        if entry is None or change.threshold is None or entry.threshold is None:
            continue
        kept[row] = change.model_copy(update={"threshold": _stricter(entry, None, change.threshold)})
        if kept[row].threshold != change.threshold:
            moved.append(said(MovedCriterion.LOOSENED, row=row, limit=entry.threshold, loose=change.threshold))
    return kept, moved


def _own(present: Criterion | None, old: Criterion | None) -> Criterion:
    """Return a row of the project's own with the heavier of two weights."""
    found = present or old
    assert found is not None
    weight = max(((one.weight or "condition") for one in (present, old) if one), key=_RANK.__getitem__)
    return found.model_copy(update={"weight": weight})


def _stricter(entry: Entry, old: float | None, new: float | None) -> float | None:
    if entry.threshold is None:
        return None
    limits = [limit_of(entry, 0.0) if value is None else value for value in (old, new)]
    return max(limits) if entry.stricter == "higher" else min(limits)


def _check(project: Project) -> None:
    seen: set[str] = set()
    for change in project.criteria:
        entry = rows().get(change.id)
        if change.id in seen:
            raise ProjectFileError(NoCriterion.TWICE, row=change.id)
        seen.add(change.id)
        if change.threshold is not None and not (math.isfinite(change.threshold) and change.threshold >= 0):
            raise ProjectFileError(NoCriterion.NO_NUMBER, row=change.id)
        if entry is not None:
            _check_change(change, entry)
        elif not change.id or not change.title or not change.attest:
            raise ProjectFileError(NoCriterion.UNKNOWN, row=change.id)


def _check_change(change: Criterion, entry: Entry) -> None:
    """Refuse what cannot be changed of a row of the catalogue."""
    limit, refused = change.threshold, None
    if change.attest:
        refused = NoCriterion.ATTEST
    elif limit is not None and entry.threshold is None:
        refused = NoCriterion.NO_THRESHOLD
    elif limit is not None and not entry.zero and (limit == 0 or limit > entry.most):
        refused = NoCriterion.SHARE if math.isfinite(entry.most) else NoCriterion.ZERO
    elif change.weight and _RANK[change.weight] < _RANK[entry.weight]:
        refused = NoCriterion.LOWERED
    elif change.weight not in {None, "context"} and entry.kind != "criterion":
        refused = NoCriterion.MILESTONE if entry.kind == "milestone" else NoCriterion.CONTEXT
    if refused is not None:
        raise ProjectFileError(refused, row=change.id, weight=change.weight, least=entry.weight)
