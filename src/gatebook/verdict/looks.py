"""Repeated looks and shared labels: which alpha the present look at a criterion may use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Literal

from gatebook.criteria.registry import LABELS, OWN, role_of
from gatebook.record import Row
from gatebook.stats.sequential import LOOKS_AHEAD, LookAllowance, alpha_at_look, alphas_ahead
from gatebook.verdict.case import Case
from gatebook.verdict.evidence_in_use import outcome_names
from gatebook.verdict.fresh import Fresh, hashed, written
from gatebook.verdict.lineage import Outcomes, Trace, follow, seal
from gatebook.verdict.past import PastLook
from gatebook.words import Code, Said, said, say

ALPHA = 0.05
LEAST = 1e-4  # an alpha below which no look is worth taking

Alone = Literal["", "labels", "requests"]


@dataclass(frozen=True)
class NewLook:
    """The look that a verdict took.

    Attributes:
        past: as the history keeps it.
        look: alpha, method, count.
        ahead: the alpha of one more look, as a function of how many more labels it will have.
        known: whether the history already knows this look (identical inputs are not a new look).
        trace: how its outcomes follow those on record.
        stands: the look whose pass is in force, None where there is none: a pass stands for the same bar and columns
            while outcomes are added, until a row reads otherwise.
        note: why the look can decide nothing, None where it can.
        used_by: versions that have spent a part of this version's alpha on these labels.
        untold: lineage under which an older history counts this look without saying which outcomes it judged.
    """

    past: PastLook
    look: LookAllowance
    ahead: Callable[[int], float]
    known: bool
    trace: Trace
    stands: PastLook | None = None
    note: Said | None = None
    used_by: tuple[str, ...] = ()
    untold: str = ""

    def read(self, row: Row) -> NewLook:
        """Return the look with what the row that it judged came to."""
        return replace(self, past=replace(self.past, status=row.status or ""))

    def entry(self) -> dict[str, Any]:
        """Return the look as the history writes it; the day stands in the entry around it."""
        data = asdict(self.past) | self.trace.entry()
        del data["at"], data["void"]
        return data

    def told_at_last(self) -> dict[str, Any]:
        """Return, as the history writes it, which outcomes a look judged that it only counted before."""
        names = ("criterion", "version", "own", "mapping", "lineage", "terms")
        return {name: getattr(self.past, name) for name in names} | {"was": self.untold} | self.trace.entry()

    @property
    def told(self) -> tuple[Said, ...]:
        """What a reader must know of the outcomes since the last look."""
        found, share = [], self.trace.known.share
        about = "about " if share < 1 else ""
        if self.trace.changed:
            found.append(said(SinceLook.CHANGED, n=self.trace.changed, about=about))
        elif self.trace.beside:
            found.append(said(SinceLook.CHANGED_BEFORE, n=self.trace.beside))
        if len(self.trace.gone):
            found.append(said(SinceLook.GONE, n=round(len(self.trace.gone) / share), about=about))
        return tuple(found)


@dataclass(frozen=True)
class LookedAt:
    """What a look looks at.

    Attributes:
        bar: the bar, for the record.
        trace: the outcomes looked at.
        entering: rows that enter the figure.
        labels: labels bought, of which `entering` enter.
        exact_bar: the bar as a proportion, where the rows are independent and count alike; None otherwise.
        planned: labels planned in all, where stated.
        alone: "labels" of a final label set that judge no other version, or "requests", which are a version's own.
        terms: what the bar alone does not say, such as the percentile.
    """

    bar: float
    trace: Trace
    entering: int
    labels: int
    exact_bar: float | None
    planned: int | None = None
    alone: Alone = ""
    terms: str = ""


class Spent(Code):
    """Why a look can decide nothing."""

    JUDGED = "judged"
    COLUMN = "column"
    CHANGED = "changed"


class SinceLook(Code):
    """What happened to the outcomes since the last look."""

    CHANGED = "changed"
    CHANGED_BEFORE = "changed_before"
    GONE = "gone"


def traced(case: Case, criterion: str, now: Outcomes, alone: Alone = "") -> Trace:
    """Return how the outcomes at hand follow those on record; those in `gone` stay counted.

    Args:
        case: the assessment.
        criterion: key of the look, e.g. "G1 accuracy".
        now: the outcomes at hand.
        alone: as in `LookedAt`.
    """
    every = case.past.lines.get((criterion, _version(case), alone == "labels"), ())
    mine = [line for line in every if set(line.mapping) <= case.present and line.sealed_by == seal(case.key)]
    number = max((line.number for line in every), default=-1) + 1
    return follow(mine, now, next_line=number, sealed_by=seal(case.key))


def take_look(case: Case, criterion: str, sight: LookedAt) -> NewLook:
    """Return the alpha for this look at a criterion's data.

    Columns that were replaced after a look count as one more version of the outcomes, and so do outcomes that were
    changed. Versions judged on the same labels share one alpha: each version in the predictions (but the incumbent)
    gets an equal part, and a version that comes later has only what the others left, whatever they have in common.
    Labels of a final label set judge one version, with what that version has not spent elsewhere. Requests are shared
    with nobody, but the best of several versions is chosen by them: their alpha is divided by the number of versions
    present.

    Args:
        case: the assessment.
        criterion: key of the look, e.g. "G1 accuracy".
        sight: what is looked at.
    """
    if criterion in case.granted:
        return case.granted[criterion]  # type: ignore[no-any-return]  # a case knows no looks
    past, version, own = case.past, _version(case), sight.alone == "labels"
    mapping = outcome_names(case.present, requests=sight.alone == "requests")
    every = [item for item in past.looks if item.criterion == criterion]
    looks = [item for item in every if set(item.mapping) <= case.present]
    other = {
        (tuple(item.mapping), item.line): item
        for item in every
        if item.version == version and not set(item.mapping) <= case.present
    }
    line = sight.trace.line
    mine = [item for item in looks if (item.version, item.own, item.line) == (version, own, line)]

    untold = sight.trace.parent is None and line == 0  # an older history tells looks apart by their counts alone

    def equal(item: PastLook) -> bool:
        return item.bar == sight.bar and (item.terms == sight.terms or untold)

    def alike(item: PastLook) -> bool:
        if untold:  # of a history that was broken nothing is alike
            return item.n == sight.entering and item.lineage != ""
        return item.lineage == sight.trace.lineage

    first_same = next((i for i, item in enumerate(mine) if equal(item) and alike(item)), None)
    same = None if first_same is None else mine[first_same]
    before = mine[:first_same]
    if same is not None and same.void and other:  # before somebody signed that the columns in use were a mistake
        same = None
    first = mine[0].planned if mine else (sight.planned or LOOKS_AHEAD * sight.labels)
    scaled = max(1, -(-first * sight.entering // max(sight.labels, 1)))
    others = _others(looks, version, line, sight.alone)
    share, names = _share(case, criterion, sight.alone, others, other)
    paid = max((item.spent for item in mine), default=0.0)
    share, note = max(share, paid), None
    if names and share < LEAST:
        share, note = 0.0, said(Spent.JUDGED, names=names)
    path = _Path(sight.exact_bar, scaled, share, paid, tuple(item.n for item in before), past.looks_known)
    information = sight.labels / first
    if share <= 0:
        look = LookAllowance(0.0, information, 0.0, len(before) + 1, "labels used up")
    elif same is not None:
        look = LookAllowance(same.alpha, information, same.spent, len(before) + 1, "as on record")
    else:
        look = path.at(sight.entering)
    following = path.after(sight.entering, look.spent)

    def ahead(more: int) -> float:
        entering = sight.entering + round(more * sight.entering / max(sight.labels, 1))
        return following.at(entering).alpha if share > 0 else 0.0

    record = PastLook(
        criterion,
        sight.bar,
        version,
        sight.trace.lineage,
        sight.entering,
        first,
        look.alpha,
        look.spent,
        case.as_of,
        own,
        mapping,
        line=line,
        status="" if same is None else same.status,
        terms=sight.terms,
    )
    stands, was = _standing(before, sight, mapping), same.lineage if same is not None and untold else ""
    return NewLook(record, look, ahead, same is not None, sight.trace, stands, note, names, was)


def _standing(before: Sequence[PastLook], sight: LookedAt, mapping: Sequence[str]) -> PastLook | None:
    """Return the first of the passes that reach up to now without a break, None where there is none."""
    first, most = None, sight.entering
    for item in reversed(before):
        same = item.lineage and (item.bar, item.terms) == (sight.bar, sight.terms) and item.mapping == mapping
        if item.status != "pass" or not same or item.n > most:
            break
        first, most = item, item.n
    return first


def _version(case: Case) -> str:
    found = case.facts.outcomes
    return (found.candidate if found is not None else None) or ""


def _others(looks: Iterable[PastLook], version: str, line: int, alone: Alone) -> dict[tuple[str, int], float]:
    """Return what other lines of looks spent, by version and line, of those that share alpha with this one."""
    found: dict[tuple[str, int], float] = {}
    for item in looks:
        key = item.version, item.line
        shared = item.own == (alone == "labels") and (not alone or item.version == version)
        if shared and key != (version, line):
            found[key] = max(found.get(key, 0.0), item.spent)
    return found


def _share(
    case: Case,
    criterion: str,
    alone: Alone,
    others: dict[tuple[str, int], float],
    replaced: dict[tuple[tuple[str, ...], int], PastLook],
) -> tuple[float, tuple[str, ...]]:
    """Return the alpha of a line of looks, and who has left less than its part of it.

    Args:
        case: the assessment.
        criterion: key of the look.
        alone: as in `LookedAt`.
        others: what other lines spent, by version and line.
        replaced: looks at columns that were replaced since.
    """
    version, found = _version(case), case.facts.outcomes
    present = {v for v in (found.versions if found else ()) if v != case.project.incumbent}
    versions = {version} if alone == "labels" else present | {name for name, _ in others} | {version}
    changed = [spent for (name, _), spent in others.items() if name == version]
    share = ALPHA / (len(versions) + len(changed) + len(replaced))
    spent = sum(others.values()) + (spent_elsewhere(case, criterion) if alone == "labels" else 0.0)
    told = {name for name, _ in others if name != version}
    if changed:
        told.add(say(Spent.CHANGED))
    if gone := sum(item.spent for item in replaced.values() if not _excused(case, item)):
        spent += gone
        told.add(say(Spent.COLUMN))
    left = ALPHA - spent
    return (share, ()) if left >= share - 1e-9 else (max(0.0, left), tuple(sorted(told)))


@dataclass(frozen=True)
class _Path:
    """Looks of one line, whose spending stays within the share also where earlier looks had a larger one to spend.

    Then the boundary is that of a share so small that what a look adds to it fits in what they have left. The paths
    that are still undecided are fewer in truth, so that it spends no more than that.

    Attributes:
        bar: the bar as a proportion, where boundaries are exact.
        planned: rows planned to enter.
        share: alpha of the line.
        paid: what its looks have spent.
        before: rows that entered at each of them.
        known: whether earlier looks are known.
    """

    bar: float | None
    planned: int
    share: float
    paid: float
    before: tuple[int, ...]
    known: bool

    def after(self, entering: int, paid: float) -> _Path:
        """Return the path after one more look."""
        return replace(self, before=(*self.before, entering), paid=max(self.paid, paid))

    def at(self, entering: int) -> LookAllowance:
        """Return what a look at so many rows may use."""
        alpha, spent, ahead = self._afforded
        if alpha < LEAST:
            return LookAllowance(0.0, entering / self.planned, self.paid, len(self.before) + 1, "labels used up")
        look = ahead(entering)
        return replace(look, spent=max(self.paid, self.paid + look.spent - spent))

    @cached_property
    def _afforded(self) -> tuple[float, float, Callable[[int], LookAllowance]]:
        """The alpha of the path, what its looks so far would have spent of it, and its next look."""
        alpha, spent, ahead = self._of(self.share)
        if self.paid <= spent + 1e-9:
            return alpha, self.paid, ahead
        low, high = 0.0, self.share
        for _ in range(12):
            middle = (low + high) / 2
            fits = middle - self._of(middle)[1] <= self.share - self.paid
            low, high = (middle, high) if fits else (low, middle)
        return self._of(low)

    def _of(self, alpha: float) -> tuple[float, float, Callable[[int], LookAllowance]]:
        if alpha <= 0:
            return 0.0, 0.0, lambda _: LookAllowance(0.0, 0.0, 0.0, 0, "")
        *first, last = self.before or (0,)
        way: dict[str, Any] = {"planned": self.planned, "alpha": alpha, "bar": self.bar, "history_known": self.known}
        spent = alpha_at_look(last, first, **way).spent if last else 0.0
        return alpha, spent, alphas_ahead(self.before, **way)


def _excused(case: Case, look: PastLook) -> bool:
    """Return whether a look at other columns spends no more than its part of alpha.

    They were a mistake, as somebody signed, or could be replaced freely.
    """
    gone = set(look.mapping) - case.present
    return look.void or all(case.past.evidence.free(name) for name in gone)


def spent_elsewhere(case: Case, criterion: str) -> float:
    """Return the alpha that the candidate has spent on labels that it shares with other versions."""
    mine = [x for x in case.past.looks if x.criterion == criterion and x.version == _version(case) and not x.own]
    return sum({x.line: x.spent for x in sorted(mine, key=lambda x: x.spent)}.values())


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
