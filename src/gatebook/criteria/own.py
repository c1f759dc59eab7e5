"""What a project changes in the catalogue: rows of its own, raised weights, other thresholds.

These are goalposts. A limit that is looser than the catalogue's stays as the catalogue has it, from the first project
file on. After a first look a row that was removed, a weight that was lowered again and a limit that was loosened stay
in force as they stood on record; so does what a row measured before it was made to measure something else.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gatebook.criteria.registry import OWN, Entry, forms, limit_of, rows
from gatebook.errors import ProjectFileError
from gatebook.project import Project
from gatebook.project.model import Criterion
from gatebook.record import Weight
from gatebook.words import Code, Said, said, say

_RANK: dict[Weight, int] = {"context": 0, "condition": 1, "decisive": 2}
NUMBER = "number"  # the form of a row that a column judges
OnRecord = Sequence[tuple[dt.date, Mapping[str, Any]]]


class MovedCriterion(Code):
    """What was moved in the criteria after a look."""

    REMOVED = "removed"
    WEIGHT = "weight"
    LIMIT = "limit"
    LOOSENED = "loosened"
    MEASURED = "measured"


class NoCriterion(Code):
    """Why a criterion of the project file cannot be meant."""

    TWICE = "twice"
    NO_NUMBER = "no_number"
    UNKNOWN = "unknown"
    ATTEST = "attest"
    COLUMN = "column"
    NO_THRESHOLD = "no_threshold"
    SHARE = "share"
    ZERO = "zero"
    LOWERED = "lowered"
    MILESTONE = "milestone"
    CONTEXT = "context"
    NO_TITLE = "no_title"
    NO_TABLE = "no_table"
    NO_COLUMN = "no_column"
    NO_DIRECTION = "no_direction"
    TWO_DIRECTIONS = "two_directions"
    TWO_WAYS = "two_ways"
    LIMIT_ELSEWHERE = "limit_elsewhere"
    SEVERAL_WORDS = "several_words"


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
            twice, or an own row lacks a title and either an attestation, or a column with its limit and direction.
    """
    _check(project)
    found = dict(rows())
    for row, changes in _in_force(project, on_record)[0].items():
        change, measured = changes[0], tuple(one for one in changes if one.column)
        entry = found.get(row) or (_measured(measured) if measured else _attested(change))
        threshold = entry.threshold if change.threshold is None else change.threshold
        found[row] = replace(
            entry, weight=change.weight or entry.weight, title=change.title or entry.title, threshold=threshold
        )
    return tuple(found.values())


def _attested(change: Criterion) -> Entry:
    """Return a row that a person vouches for."""
    return Entry(
        change.id,
        "criterion",
        "condition",
        OWN,
        change.id,
        lambda _entry, _case: Own.UNATTESTED,
        attest=change.attest,
        supply=say(Own.UNATTESTED, "supply", row=change.id),
    )


def _measured(changes: tuple[Criterion, ...]) -> Entry:
    """Return a row that columns judge."""
    form = forms()[NUMBER]

    def carries(facts: Any, targets: Any) -> Iterable[tuple[str, str]]:
        yield from ((str(one.table), str(one.column)) for one in changes)
        yield from form.carries(facts, targets) if form.carries else ()

    uses = dict.fromkeys((*form.uses, *(str(one.table) for one in changes)))
    return replace(form, id=changes[0].id, own=changes, uses=tuple(uses), carries=carries)


def declared_criteria(project: Project) -> list[dict[str, Any]]:
    """Return the [[criteria]] of the project file in the form that the history keeps."""
    return [change.model_dump(mode="json", exclude_none=True) for change in project.criteria]


def moved_criteria(project: Project, on_record: OnRecord) -> tuple[Said, ...]:
    """Return what tells of each criterion that was removed, lowered or loosened after a look."""
    return tuple(_in_force(project, on_record)[1])


def held_to(project: Project, was: Criterion) -> bool:
    """Return whether the project file asks for as much as a criterion did that a column judges."""
    return any(now.id == was.id and now.figure == was.figure and not _looser(now, was) for now in project.criteria)


def _in_force(project: Project, on_record: OnRecord) -> tuple[dict[str, tuple[Criterion, ...]], list[Said]]:
    """Return the stricter of the project file's criteria and all on record, and what was moved.

    A row of the project's own has one criterion for each figure that was ever asked for.
    """
    now = {change.id: change for change in project.criteria}
    known, moved = _against_catalogue(now)
    kept: dict[str, tuple[Criterion, ...]] = {row: (change,) for row, change in known.items()}
    for day, targets in on_record:
        then = {item["id"]: Criterion.model_validate(item) for item in targets.get("criteria", ())}
        for row in dict.fromkeys((*then, *now)):
            entry = rows().get(row)
            if entry is None:
                if row in then:
                    kept[row] = _own(kept.get(row, ()), then[row])
                    moved += _moved(then[row], now.get(row), day)
                continue
            old, new = then.get(row) or Criterion(id=row), next(iter(kept.get(row, ())), Criterion(id=row))
            present = now.get(row) or Criterion(id=row)
            weight = max(old.weight or entry.weight, new.weight or entry.weight, key=_RANK.__getitem__)
            if _RANK[weight] > _RANK[present.weight or entry.weight]:
                moved.append(said(MovedCriterion.WEIGHT, row=row, weight=weight, day=day))
            threshold = _stricter(entry, old.threshold, new.threshold)
            if threshold is not None and threshold not in {entry.threshold, present.threshold}:
                moved.append(said(MovedCriterion.LIMIT, row=row, limit=threshold, day=day))
            kept[row] = (new.model_copy(update={"weight": weight, "threshold": threshold}),)
    return kept, moved


def _moved(then: Criterion, now: Criterion | None, day: dt.date) -> list[Said]:
    """Return what was moved of a row of the project's own."""
    if now is None:
        return [said(MovedCriterion.REMOVED, row=then.id, day=day)]
    found = []
    if _RANK[then.weight or "condition"] > _RANK[now.weight or "condition"]:
        found.append(said(MovedCriterion.WEIGHT, row=then.id, weight=then.weight or "condition", day=day))
    if then.column and then.figure != now.figure:
        told = {"table": then.table, "column": then.column, "limit": then.limit}
        found.append(said(MovedCriterion.MEASURED, row=then.id, day=day, **told))
    elif then.column and _looser(now, then):
        found.append(said(MovedCriterion.LIMIT, row=then.id, limit=then.limit, day=day))
    return found


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


def _own(kept: tuple[Criterion, ...], then: Criterion) -> tuple[Criterion, ...]:
    """Return the criteria of a row of the project's own with one on record: each figure with its stricter limit, all
    with the heaviest weight. A row that a column judged is not vouched for instead.
    """
    strict = {one.figure: one for one in kept}
    twin = strict.get(then.figure)
    if twin is None or (then.column and _looser(twin, then)):
        limit = {"at_most": then.at_most, "at_least": then.at_least}
        strict[then.figure] = then if twin is None else twin.model_copy(update=limit)
    weight = max((one.weight or "condition" for one in (*kept, then)), key=_RANK.__getitem__)
    return tuple(one.model_copy(update={"weight": weight}) for one in strict.values())


def _looser(now: Criterion, then: Criterion) -> bool:
    """Return whether one of two criteria of a figure asks for less than the other."""
    return now.limit < then.limit if now.higher_is_better else now.limit > then.limit


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
        refused = _no_change(change, entry) if entry is not None else _no_row(change)
        if refused is not None:
            least = entry.weight if entry is not None else None
            raise ProjectFileError(refused, row=change.id, weight=change.weight, least=least)


def _no_row(change: Criterion) -> NoCriterion | None:
    """Return why a criterion is no row of the project's own, None where it is one."""
    limits = [limit for limit in (change.at_most, change.at_least) if limit is not None]
    by_column = change.column or change.table or limits
    if not by_column:
        return None if change.id and change.title and change.attest else NoCriterion.UNKNOWN
    ways = (
        (not change.title, NoCriterion.NO_TITLE),
        (change.attest, NoCriterion.TWO_WAYS),
        (change.threshold is not None, NoCriterion.LIMIT_ELSEWHERE),
        (not change.column, NoCriterion.NO_COLUMN),
        (change.table is None, NoCriterion.NO_TABLE),
        (not limits, NoCriterion.NO_DIRECTION),
        (len(limits) > 1, NoCriterion.TWO_DIRECTIONS),
        (len(change.id.split()) != 1, NoCriterion.SEVERAL_WORDS),
    )
    return next((code for wrong, code in ways if wrong), None)


def _no_change(change: Criterion, entry: Entry) -> NoCriterion | None:
    """Return what cannot be changed of a row of the catalogue, None where all can."""
    limit, refused = change.threshold, None
    if change.attest:
        refused = NoCriterion.ATTEST
    elif change.figure != (None, None, True) or change.at_least is not None:
        refused = NoCriterion.COLUMN
    elif limit is not None and entry.threshold is None:
        refused = NoCriterion.NO_THRESHOLD
    elif limit is not None and not entry.zero and (limit == 0 or limit > entry.most):
        refused = NoCriterion.SHARE if math.isfinite(entry.most) else NoCriterion.ZERO
    elif change.weight and _RANK[change.weight] < _RANK[entry.weight]:
        refused = NoCriterion.LOWERED
    elif change.weight not in {None, "context"} and entry.kind != "criterion":
        refused = NoCriterion.MILESTONE if entry.kind == "milestone" else NoCriterion.CONTEXT
    return refused
