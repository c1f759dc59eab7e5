"""False alarms and misses by kind of input: two kinds of mistake that one error rate adds up and so can hide."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.cases.columns import is_positive, positive_text
from gatebook.evidence.clusters import Clusters
from gatebook.evidence.inputs import Inputs
from gatebook.evidence.performance import part_of, prepare
from gatebook.project import Project
from gatebook.record import IntervalFact
from gatebook.slices import Effort, Predicate, SliceSearch, find_slices, mask
from gatebook.stats import Design, Interval
from gatebook.stats.interval import share

LEVEL = 0.05  # of any false claim over all groups and both rates together
ALPHA = 0.025  # each bound of a rate
FEWEST = 10  # rows below which a rate is not shown
SAME = 0.9  # row Jaccard from which two groups are one

Rate = Literal["false_alarms", "misses"]
RATES: tuple[Rate, Rate] = ("false_alarms", "misses")


@dataclass(frozen=True)
class Standout:
    """A kind of input with more false alarms, or more misses, than all other rows.

    Attributes:
        predicates: what its rows share.
        found: of each rate that is higher there beyond chance, the family-wise p.
        rates: share of true negatives raised and of true positives not found, in the group.
        expected: whether the share of true positives leans the same way (more false alarms where there are more of
            them, or more misses where there are fewer), as it does for every model that reads an input of any use.
            Never of a segment: it is named to be compared.
    """

    predicates: tuple[Predicate, ...]
    found: dict[Rate, float]
    rates: dict[Rate, Interval]
    expected: bool = False


@dataclass(frozen=True)
class Rates:
    """False alarms and misses over the labelled rows.

    Attributes:
        positive: the positive class as the truth writes it.
        declared: whether the project names it; else the word for yes of two answers, or the rarer one.
        truth: (rows,), whether the row is a true positive.
        raised: (rows,), whether the model answered with the positive class; no answer raises nothing.
        design: clusters and weights of the rows.
        searches: of each rate, what was searched on the rows that can have it, and found.
        groups: the groups that stand out, those that are not to be expected and the clearest first.
    """

    positive: str
    declared: bool
    truth: np.ndarray
    raised: np.ndarray
    design: Design
    searches: dict[Rate, SliceSearch] = field(default_factory=dict)
    groups: tuple[Standout, ...] = ()

    def base(self, rate: Rate) -> np.ndarray:
        """Return (rows,) which rows can have this mistake: true negatives, or true positives."""
        return self.truth if rate == "misses" else ~self.truth

    def of(self, rate: Rate, inside: np.ndarray | None = None) -> Interval:
        """Return the rate with its 95 % interval over all rows, or over those `inside` (rows,)."""
        mine = self.base(rate) if inside is None else self.base(rate) & inside
        return self._share(self.raised != self.truth, mine)

    def leans(self, rate: Rate, inside: np.ndarray) -> bool:
        """Return whether the share of true positives `inside` (rows,) leans as it would bring more of this mistake."""
        mine, others = self._share(self.truth, inside), self._share(self.truth, ~inside)
        return mine.lower > others.upper if rate == "false_alarms" else mine.upper < others.lower

    def _share(self, values: np.ndarray, mine: np.ndarray) -> Interval:
        return share(values[mine].astype(float), part_of(self.design, mine), ALPHA)


def positive_class(project: Project, truth: pd.Series) -> tuple[str, bool] | None:
    """Return the positive class and whether the project names it; None where there is none.

    Args:
        project: the project file.
        truth: (rows,), the true answers as text.
    """
    if (named := positive_text(project)) is not None:
        return (named, True) if is_positive(truth, named).any() else None
    counts = truth.value_counts()
    if len(counts) != 2:  # of several classes none is the positive one
        return None
    yes = [str(c) for c in counts.index if is_positive(pd.Series([c]), None).all()]
    return (yes[0] if len(yes) == 1 else str(counts.sort_index(ascending=False).idxmin())), False


def rates_by_group(project: Project, found: Cases, inputs: Inputs, clusters: Clusters, *, seed: int) -> Rates | None:
    """Return false alarms and misses, and the kinds of input that differ in them beyond chance.

    One column describes a group: a value, or a range of numbers or times. Each rate is searched on the rows that can
    have it, by the scan of the failing inputs with its permutations (of whole clusters), at half of the error level.

    Args:
        project: the project file.
        found: the candidate's outcomes.
        inputs: the labelled rows, in their order.
        clusters: which rows of the outcomes depend on each other.
        seed: of the permutations.

    Returns:
        None where there is no positive class, no prediction, or nobody knows what the labelled rows stand for.
    """
    if project.task != "classification" or found.truth.graded or not {"truth", "prediction"} <= found.has:
        return None
    measured = prepare(found, "accuracy", positive=None, scale=None, clusters=clusters)
    mine = found.frame.iloc[measured.at]
    named = positive_class(project, mine["truth"])
    if measured.missing or named is None or len(mine) != len(inputs.frame):
        return None
    truth = is_positive(mine["truth"], named[0]).to_numpy(bool)
    answered = (mine["answered"] & ~mine["failed"]).to_numpy(bool)
    raised = is_positive(mine["prediction"].fillna(""), named[0]).to_numpy(bool) & answered
    if truth.all() or not truth.any():
        return None
    rates = Rates(*named, truth, raised, measured.design)
    spec = found.specs["sample"]
    # neither a text nor what was derived from it or from the answer describes a group
    ignore = {*found.no_inputs(inputs.frame.columns), *inputs.derived, *spec.text, spec.cluster or ""}
    return searched(rates, inputs.frame, segments=spec.segments, ignore=ignore, time=spec.time, seed=seed)


def searched(
    rates: Rates,
    frame: pd.DataFrame,
    *,
    segments: Collection[str] = (),
    ignore: Iterable[str] = (),
    time: str | None = None,
    seed: int = 0,
) -> Rates:
    """Return the rates with the groups of `frame` (rows, columns) that differ in them.

    Args:
        rates: of the same rows.
        frame: the inputs.
        segments: columns named to be compared.
        ignore: columns that describe no group.
        time: the time column.
        seed: of the permutations.
    """
    codes = rates.design.clusters
    searches = {}
    for rate in RATES:
        base = rates.base(rate)
        searches[rate] = find_slices(
            frame[base].reset_index(drop=True),
            (rates.raised != rates.truth)[base].astype(float),
            clusters=None if codes is None else codes[base],
            ignore=ignore,
            time=time,
            effort=Effort(1, LEVEL / len(RATES), seed),
        )
    return replace(rates, searches=searches, groups=_groups(rates, searches, frame, segments))


def _groups(
    rates: Rates, searches: dict[Rate, SliceSearch], frame: pd.DataFrame, segments: Collection[str]
) -> tuple[Standout, ...]:
    """Returns the groups found by either rate, each by what it has more of; one that both find is told once."""
    told: list[tuple[Standout, np.ndarray]] = []
    hits = [(s.p_adjusted, rate, s) for rate, search in searches.items() for s in search.slices]
    for p, rate, one in sorted(hits, key=lambda hit: hit[0]):
        inside = mask(frame, one.predicates)
        same = next((g for g, rows in told if _same(rows, inside)), None)
        if same is not None:
            same.found.setdefault(rate, p)
            continue
        measured = {r: rates.of(r, inside) for r in RATES}
        if measured[rate].reason:
            continue  # of too few clusters to say by how much
        # the bounds of what was searched for hold for all groups searched at once below, for this one alone above
        measured[rate] = replace(measured[rate], lower=min(one.lower, measured[rate].lower))
        named = any(predicate.column in segments for predicate in one.predicates)
        expected = not named and rates.leans(rate, inside)
        told.append((Standout(one.predicates, {rate: p}, measured, expected), inside))
    return tuple(sorted((group for group, _ in told), key=lambda group: group.expected))


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return bool((a & b).sum() >= SAME * max(1, (a | b).sum()))


def rates_of_value(rates: Rates | None, inside: np.ndarray, minimum: int) -> dict[Rate, IntervalFact | None]:
    """Return false alarms and misses of the rows `inside` (rows,), each where enough rows and clusters can have it."""
    if rates is None or len(inside) != len(rates.truth):
        return {}
    return {rate: shown_rate(rates, rate, inside, minimum) for rate in RATES}


def shown_rate(rates: Rates, rate: Rate, inside: np.ndarray, minimum: int) -> IntervalFact | None:
    """Return a rate of the rows `inside` (rows,), None where fewer than `minimum` of them, or of their clusters,
    can have it.
    """
    mine, codes = rates.base(rate) & inside, rates.design.clusters
    units = int(mine.sum()) if codes is None else len(np.unique(codes[mine]))
    enough = mine.sum() >= max(FEWEST, minimum) and units >= minimum
    return IntervalFact.bounded(rates.of(rate, inside)) if enough else None
