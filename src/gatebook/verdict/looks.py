"""Repeated looks and shared labels: which alpha the present look at a criterion may use."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from gatebook.criteria.registry import LABELS, OWN, role_of
from gatebook.record import Row
from gatebook.stats.sequential import LOOKS_AHEAD, LookAllowance, alpha_at_look, alphas_ahead
from gatebook.verdict.case import Case
from gatebook.verdict.evidence_in_use import outcome_names
from gatebook.verdict.fresh import Fresh, hashed, written
from gatebook.verdict.past import PastLook
from gatebook.words import Code, Said, said, say

ALPHA = 0.05
LEAST = 1e-4  # an alpha below which no look is worth taking


@dataclass(frozen=True)
class NewLook:
    """The look that a verdict took.

    Attributes:
        past: as the history keeps it.
        look: alpha, method, count.
        ahead: the alpha of one more look, as a function of how many more labels it will have.
        stands: the look whose pass is in force, None where there is none: a pass stands for the same bar and columns
            while outcomes are added, until a row reads otherwise.
        known: whether the history already knows this look (identical inputs are not a new look).
        note: why the look can decide nothing, None where it can.
        used_by: versions that have spent a part of this version's alpha on these labels.
    """

    past: PastLook
    look: LookAllowance
    ahead: Callable[[int], float]
    known: bool
    stands: PastLook | None = None
    note: Said | None = None
    used_by: tuple[str, ...] = ()

    def read(self, row: Row) -> NewLook:
        """Return the look with what the row that it judged came to."""
        return replace(self, past=replace(self.past, status=row.status or ""))

    def entry(self) -> dict[str, Any]:
        """Return the look as the history writes it; the day stands in the entry around it."""
        data = asdict(self.past)
        del data["at"], data["void"]
        return data


@dataclass(frozen=True)
class LookedAt:
    """What a look looks at.

    Attributes:
        bar: the bar, for the record.
        lineage: hash of the outcomes looked at.
        entering: rows that enter the figure.
        labels: labels bought, of which `entering` enter.
        exact_bar: the bar as a proportion, where the rows are independent and count alike; None otherwise.
        planned: labels planned in all, where stated.
        alone: "labels" of a final label set that judge no other version, or "requests", which are a version's own.
    """

    bar: float
    lineage: str
    entering: int
    labels: int
    exact_bar: float | None
    planned: int | None = None
    alone: Literal["", "labels", "requests"] = ""


class Spent(Code):
    """Why a look can decide nothing."""

    JUDGED = "judged"
    COLUMN = "column"


def take_look(case: Case, criterion: str, sight: LookedAt) -> NewLook:
    """Return the alpha for this look at a criterion's data.

    Columns that were replaced after a look count as one more version of the outcomes. Versions judged on the same
    labels
    share one alpha: each version in the predictions (but the incumbent) gets an equal part, and a version that comes
    later has only what the others left. Labels of a final label set judge one version, with what that version has not
    spent elsewhere. Requests are shared with nobody, but the best of several versions is chosen by them: their alpha is
    divided by the number of versions present.

    Args:
        case: the assessment.
        criterion: key of the look, e.g. "G1 accuracy".
        sight: what is looked at.
    """
    if criterion in case.granted:
        return case.granted[criterion]  # type: ignore[no-any-return]  # a case knows no looks
    bar, lineage, alone, labels = sight.bar, sight.lineage, sight.alone, sight.labels
    past = case.past
    found = case.facts.outcomes
    version = (found.candidate if found else None) or ""
    own = alone == "labels"
    mapping = outcome_names(case.present, requests=alone == "requests")
    every = [item for item in past.looks if item.criterion == criterion]
    looks = [item for item in every if set(item.mapping) <= case.present]
    other = {
        tuple(item.mapping): item for item in every if item.version == version and not set(item.mapping) <= case.present
    }
    mine = [item for item in looks if item.version == version and item.own == own]
    before = [item for item in mine if not (item.lineage == lineage and item.bar == bar)]
    same = next((item for item in reversed(mine) if item.lineage == lineage and item.bar == bar), None)
    if same is not None:
        before = mine[: mine.index(same)]
        if same.void and other:  # taken before somebody signed that the columns in use earlier were a mistake
            same = None
    first = mine[0].planned if mine else (sight.planned or LOOKS_AHEAD * labels)
    scaled = max(1, -(-first * sight.entering // max(labels, 1)))
    others: dict[str, float] = {}
    if not alone:
        others = {item.version: item.spent for item in looks if item.version != version and not item.own}
    present = {v for v in (found.versions if found else ()) if v != case.project.incumbent}
    rivals = {version} if own else present | set(others) | {version}
    share = ALPHA / (len(rivals) + len(other))
    left = ALPHA - (spent_elsewhere(case, criterion) if own else sum(others.values()))
    replaced = sum(item.spent for item in other.values() if not _excused(case, item))
    if replaced:
        left -= replaced
        others[say(Spent.COLUMN)] = replaced
    note: Said | None = None
    used_by: tuple[str, ...] = ()
    if left < share - 1e-9:
        share, used_by = max(0.0, left), tuple(sorted(others))
        if share < LEAST:
            share = 0.0
            note = said(Spent.JUDGED, names=used_by)
    path: dict[str, Any] = {
        "planned": scaled,
        "alpha": share,
        "bar": sight.exact_bar,
        "history_known": past.looks_known,
    }
    counts = [item.n for item in before]
    if share <= 0:
        look = LookAllowance(0.0, labels / first, 0.0, len(before) + 1, "labels used up")
    elif same is not None:
        look = LookAllowance(same.alpha, labels / first, same.spent, len(before) + 1, "as on record")
    else:
        look = alpha_at_look(sight.entering, counts, **path)

    @functools.cache
    def following() -> Callable[[int], LookAllowance]:
        return alphas_ahead([*counts, sight.entering], **path)

    def ahead(more: int) -> float:
        entering = sight.entering + round(more * sight.entering / max(labels, 1))
        return following()(entering).alpha if share > 0 else 0.0

    record = PastLook(
        criterion, bar, version, lineage, sight.entering, first, look.alpha, look.spent, case.as_of, own, mapping
    )
    stands = _standing(before, sight, mapping)
    return NewLook(record, look, ahead, known=same is not None, stands=stands, note=note, used_by=used_by)


def _standing(before: Sequence[PastLook], sight: LookedAt, mapping: Sequence[str]) -> PastLook | None:
    """Return the first of the passes that reach up to now without a break, None where there is none."""
    first, most = None, sight.entering
    for item in reversed(before):
        same = item.lineage and item.bar == sight.bar and tuple(item.mapping) == tuple(mapping)
        if item.status != "pass" or not same or item.n > most:
            break
        first, most = item, item.n
    return first


def _excused(case: Case, look: PastLook) -> bool:
    """Return whether a look at other columns spends no more than its part of alpha.

    They were a mistake, as somebody signed, or could be replaced freely.
    """
    gone = set(look.mapping) - case.present
    return look.void or all(case.past.evidence.free(name) for name in gone)


def spent_elsewhere(case: Case, criterion: str) -> float:
    """Return the alpha that the candidate has spent on labels that it shares with other versions."""
    version = (case.facts.outcomes.candidate if case.facts.outcomes else None) or ""
    mine = [x.spent for x in case.past.looks if x.criterion == criterion and x.version == version and not x.own]
    return max(mine, default=0.0)


def own_labels(case: Case, criterion: str) -> Fresh | None:
    """Return the labels that judge the candidate alone, None where it goes on with those that it shares.

    A version that has spent its alpha, or has no new label, goes on as it began.
    """
    fresh = case.fresh
    if fresh is None:
        return None
    spent = spent_elsewhere(case, criterion)
    return None if spent > ALPHA - LEAST or (spent > 0 and not fresh.keys) else fresh


def labels_used(case: Case, looks: Iterable[NewLook]) -> list[dict[str, Any]]:
    """Return, as the history writes it, which labels judge the candidate that have not judged it before."""
    found = case.facts.outcomes
    new = [look for look in looks if not look.known and role_of(look.past.criterion) in {LABELS, OWN}]
    if found is None or not new:
        return []
    labelled = set(found.labelled()["key"].astype("str"))
    version, entries = found.candidate or "", []
    for own in sorted({look.past.own for look in new}):
        ids = {hashed(key) for key in (case.fresh.keys if own and case.fresh else labelled)}
        if not own and case.fresh is not None:
            ids -= case.fresh.reserved
        fresh = ids - case.past.judged_on.get((version, own), frozenset())
        entries.append({"version": version, "own": own, "ids": written(fresh)})
    return entries
