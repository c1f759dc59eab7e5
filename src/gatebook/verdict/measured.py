"""A metric of the targets on the labels of a case: its arrays, how the labels were drawn, and figures in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gatebook.cases.bind import Cases
from gatebook.cases.columns import is_positive
from gatebook.evidence.facts import Facts
from gatebook.evidence.performance import Measured, Reading, Unmeasured, grade_scale, prepare
from gatebook.project import METRICS
from gatebook.project.model import Metric
from gatebook.stats import Interval
from gatebook.verdict.case import Case, RowWords, told_by
from gatebook.verdict.fresh import Fresh
from gatebook.verdict.lineage import Outcomes, Trace, hashed_ids, numbered
from gatebook.verdict.targets import Goal
from gatebook.words import Code, Said, said, say
from gatebook.words.figures import capital


class LabelDraw(Code):
    """What the draw of the labels changes, or forbids."""

    CLUSTERED = "clustered"
    OWN_LABELS = "own_labels"
    LABEL_SETS = "label_sets"
    WEIGHTED = "weighted"
    CLUSTERS_UNCLEAR = "clusters_unclear"
    BIASED = "biased"
    UNBALANCED = "unbalanced"
    BAD_WEIGHT = "bad_weight"
    BAD_CHANCE = "bad_chance"
    NO_WEIGHT = "no_weight"
    NO_CHANCE = "no_chance"


class MetricWords(Code):
    """A figure of a metric in words."""

    LIKELY = "likely"
    OPEN = "open"


@dataclass(frozen=True)
class DrawnLabels:
    """How the labelled rows were drawn: what a reader must know of it, what it forbids, whether it was a fair draw."""

    flags: tuple[Said, ...] = ()
    refused: Said | None = None
    fair: bool = False


def measured(case: Case, goal: Goal | None, *, reading: Reading = "measured") -> Measured | None:
    """Return the arrays of a goal's metric, or None where there is no goal or no sample."""
    found = case.facts.outcomes
    if found is None or goal is None:
        return None
    if goal.arrays is not None:
        return goal.arrays(reading)
    return prepare(
        found,
        goal.metric,
        positive=goal.positive,
        scale=grade_scale(case.project),
        clusters=case.facts.clusters,
        where=goal.where,
        reading=reading,
    )


def nothing_measured(data: Measured | None, code: Code, **values: Any) -> RowWords | None:
    """Return why a metric has no arrays, as the words of `code` put it, and what mends it; None where it has."""
    why = said(Unmeasured.NO_SAMPLE) if data is None else data.missing
    if not why:
        return None
    told = told_by(why)
    return RowWords(told.code, say(code, why=told.reason, **values), told.supply)


def headline(case: Case) -> Goal | None:
    """Return the first target, None where none is set."""
    return next(iter(case.targets.goals), None)


def meant(case: Case, goal: Goal) -> bool:
    """Return whether a goal can be meant.

    A positive class on record that no true answer has was a slip of the pen, where the same target now names another.
    """
    found, now = case.facts.outcomes, case.project.targets.positive
    if not goal.withdrawn or goal.positive is None or found is None or str(now) == goal.positive:
        return True
    if not any(not g.withdrawn and (g.metric, g.where) == (goal.metric, goal.where) for g in case.targets.goals):
        return True  # the target is gone, not its class: it stays in force
    return names_an_answer(case, goal.positive)


def names_an_answer(case: Case, positive: object) -> bool:
    """Return whether any true answer is of the positive class; one that none has can only be a slip of the pen."""
    found = case.facts.outcomes
    return found is not None and bool(is_positive(found.truth.frame["truth"].dropna(), str(positive)).any())


def judging(case: Case, data: Measured, fresh: Fresh | None) -> Measured:
    """Return the arrays of the labels that judge the candidate: its own, or all that judge no other version alone."""
    if fresh is not None:
        return data.subset(fresh.counts(data.keys))
    return data if case.fresh is None else data.subset(case.fresh.free(data.keys))


def design_of(case: Case, data: Measured, fresh: Fresh | None = None) -> tuple[Measured, DrawnLabels]:
    """Return the arrays with the design that the draw of the labels, or of the new ones among them, asks for."""
    facts, clusters = case.facts, case.facts.clusters
    refused = _holes(facts.outcomes)
    flags: list[Said] = []
    if clusters.codes is not None and not clusters.declared:
        flags.append(said(LabelDraw.CLUSTERED, column=clusters.column))
    if clusters.unclear is not None and clusters.codes is None:
        refused = said(LabelDraw.CLUSTERS_UNCLEAR, column=clusters.unclear)
    labels = facts.labels
    biased, told, compared = labels.biased, labels.draw_column, labels.draw_auc is not None
    if fresh is not None:
        biased, told = fresh.draw is not None and fresh.draw.biased, "" if fresh.draw is None else fresh.draw.name
        compared = fresh.draw is not None
        flags.append(said(LabelDraw.OWN_LABELS, n=data.labelled))
        if fresh.alone > 1:
            flags.append(said(LabelDraw.LABEL_SETS, n=fresh.alone, percent=5 * fresh.alone))
    weighted = data.design.weights is not None
    if weighted:
        flags.append(said(LabelDraw.WEIGHTED))
    if biased:
        refused = refused or said(LabelDraw.UNBALANCED if weighted else LabelDraw.BIASED, column=told)
    fair = not (weighted or biased) and (compared or labels.unlabelled == 0)
    return data, DrawnLabels(tuple(flags), refused, fair)


def _holes(found: Cases | None) -> Said | None:
    """Return why the weights of the labels cannot be used, None where they can or where there are none."""
    mine = None if found is None else found.labelled()
    if mine is None:
        return None
    ways = (
        ("weight", math.inf, LabelDraw.BAD_WEIGHT, LabelDraw.NO_WEIGHT),
        ("inclusion", 1.0, LabelDraw.BAD_CHANCE, LabelDraw.NO_CHANCE),
    )
    for name, most, bad, blank in ways:
        values = mine[name].astype(float)
        given = values.dropna()
        if wrong := int(((given <= 0) | (given > most)).sum()):
            return said(bad, n=wrong)
        if len(given) and (gone := int(values.isna().sum())):
            return said(blank, n=gone)
    return None


def outcomes_of(case: Case, data: Measured) -> Outcomes:
    """Return what the arrays of a metric judge, by id."""
    return Outcomes.of(case.key, data.ids, data.told, data.figures(_groups(case, data)))


def all_judged(case: Case, data: Measured, trace: Trace) -> Measured:
    """Return the arrays with the outcomes that were judged before and are not among them, for an interval."""
    gone = trace.known.where(~np.isin(trace.known.ids, hashed_ids(case.key, data.ids)))
    return data.with_gone(gone.figures, gone.share, _groups(case, data))


def _groups(case: Case, data: Measured) -> np.ndarray | None:
    """Return a number for each row's cluster that does not depend on the other rows, shape (n,); None without."""
    clusters, sample = case.facts.clusters, case.facts.sample
    if data.design.clusters is None or sample is None or clusters.column not in sample.columns:
        return None
    return numbered(case.key, sample[clusters.column].astype("str").iloc[data.positions])


def widened(
    case: Case, goal: Goal, interval: Interval, alpha: float, fresh: Fresh | None, trace: Trace
) -> tuple[Interval, Interval]:
    """Return the interval with what is missing of the outcomes: the bound of a pass counts it as bad, that of a
    fail as good. Beside it the interval that counts it as bad on either side.
    """
    found = case.facts.outcomes
    if found is None or interval.reason or not (found.frame["missing"] != "").any():
        return interval, interval
    lower, upper, worst = interval.lower, interval.upper, interval
    readings: tuple[Reading, ...] = ("pass", "fail")
    for reading in readings:
        data = measured(case, goal, reading=reading)
        assert data is not None
        low, high = -math.inf, math.inf
        if not data.missing:
            mine = design_of(case, judging(case, data, fresh), fresh)[0]
            one = all_judged(case, mine, trace).interval(alpha)
            low, high = one.lower, one.upper
            worst = one if reading == "pass" else worst
        elif reading == "pass":
            worst = replace(interval, estimate=math.nan)
        if (reading == "pass") == goal.about.higher_is_better:
            lower = min(lower, low)
        else:
            upper = max(upper, high)
    return replace(interval, lower=lower, upper=upper), worst


def carried_by_labels(facts: Facts, _targets: Any) -> Iterator[tuple[str, str]]:
    """Yield the columns that any figure on labels rests on: groups, and inputs where the labelled rows can be told
    apart.
    """
    columns = (facts.clusters.column, facts.clusters.unclear)
    yield from ((role, column) for role in ("sample", "labels", "predictions") for column in columns if column)
    yield from carried_by_draw(facts, _targets)


def carried_by_draw(facts: Facts, _targets: Any) -> Iterator[tuple[str, str]]:
    """Yield all inputs and outputs where labelled rows could be told from the rest: any may have given them away."""
    found = facts.outcomes
    if not facts.labels.biased or found is None:
        return
    yield from (("sample", column) for column in found.inputs)
    for role in ("sample", "predictions"):
        if (spec := found.specs.get(role)) is not None:
            named = (spec.confidence, spec.probability, spec.judge, spec.prediction, spec.error)
            yield from ((role, column) for column in named if column)


def in_words(metric: str | Metric, interval: Interval) -> str:
    """Return an interval as a sentence without its full stop; `metric` is a name, or what a row of one's own
    measures.
    """
    low, high = show(interval.lower, metric, toward=-1), show(interval.upper, metric, toward=1)
    name = capital((METRICS[metric] if isinstance(metric, str) else metric).plain)
    return say(MetricWords.LIKELY, metric=name, estimate=show(interval.estimate, metric), low=low, high=high)


def show(value: float, metric: str | Metric, *, toward: int = 0) -> str:
    """Return a value of a metric; `toward` rounds a bound down (-1) or up (1), so that it is never told better."""
    about = METRICS[metric] if isinstance(metric, str) else metric
    if not math.isfinite(value):
        return say(MetricWords.OPEN)
    share = about.kind == "proportion"
    digits = about.digits if about.digits is not None else 0 if share or abs(value) >= 100 else 2
    factor = 10**digits
    near = round(value * factor * (100 if share else 1), 6)
    whole = math.floor(near) if toward < 0 else math.ceil(near) if toward > 0 else round(near)
    return f"{whole / factor:,.{digits}f}" + (" %" if share else "")
