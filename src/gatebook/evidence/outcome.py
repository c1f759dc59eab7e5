"""What came out on production rows: segments, errors by group, mix-ups, the queue for people, and how long requests
take.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gatebook.cases.columns import stripped
from gatebook.checks.finding import wilson
from gatebook.evidence.confidence import ConfidenceReport, Queue, queue
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.facts import Facts
from gatebook.evidence.performance import Measured, part_of
from gatebook.evidence.rates import rates_of_value
from gatebook.evidence.requests import Requested
from gatebook.project import METRICS, Project
from gatebook.record import ConfidenceFact, Group, IntervalFact, LatencyFact, SegmentFact, finite
from gatebook.slices.features import parts
from gatebook.stats import measure
from gatebook.stats.interval import bounded_mean
from gatebook.stats.latency import percentile, throughput
from gatebook.stats.measure import Rows
from gatebook.words import Code, say

SEGMENT_LIMIT = 15  # values of one segment shown
SEGMENTS = 6
GROUP_LIMIT = 12  # values of one column shown
COLUMN_LIMIT = 8  # columns broken down
MIN_GROUP = 10
FEW_VALUES = 40  # of a column that is broken down without being a segment
CONFUSIONS = 10
CURVE = 40  # points of the curve of confidence
QUANTILES = (50.0, 90.0, 95.0, 99.0)
FEWEST_REQUESTS = 20  # below which no cost and no histogram is told
BINS = 30
DAYS = 365.25 / 12  # of a month


class Value(Code):
    """What a value of a group is called, beside its own name."""

    PART = "part"
    EMPTY = "empty"


def groups(facts: Facts, data: Measured) -> tuple[Group, ...]:
    """Return the error rate by each value of the segments and of other columns with few values; losses in [0, 1]."""
    sample, found = facts.sample, facts.outcomes
    if sample is None or found is None or data.losses.min() < 0 or data.losses.max() > 1:
        return ()
    spec = found.specs["sample"]
    profiles = [f for f in facts.columns if f.table == "sample" and f.kind in {"category", "boolean"}]
    few = [f.column for f in profiles if 2 <= f.distinct <= FEW_VALUES]
    left_out = {spec.label, spec.prediction, spec.cluster, *spec.ids, *facts.personal}
    names = [c for c in dict.fromkeys((*spec.segments, *few)) if c in sample.columns and c not in left_out]
    codes = data.design.clusters
    told = []
    for column in names[:COLUMN_LIMIT]:
        values = stripped(sample[column].iloc[data.positions].reset_index(drop=True)).fillna(say(Value.EMPTY))
        for value, mine in _members(column, values, codes, facts.disclosure):
            losses = data.losses[mine]
            bounds = bounded_mean(losses, (0.0, 1.0), part_of(data.design, mine), 0.025)
            told.append(
                Group(
                    column=column,
                    value=value,
                    rows=int(mine.sum()),
                    clusters=None if codes is None else len(np.unique(codes[mine])),
                    errors=float(losses.sum()),
                    rate=float(losses.mean()),
                    lower=bounds.lower,
                    upper=bounds.upper,
                    **rates_of_value(facts.rates, mine, facts.disclosure.minimum),
                )
            )
    return tuple(told)


def _members(
    column: str, values: pd.Series, codes: np.ndarray | None, disclosure: Disclosure
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each value of a column that may be shown, and its rows.

    A value that too few share is shown by what it has in common with others: `book` of `book` and `book+cancel`.
    """
    least = max(MIN_GROUP, disclosure.minimum)

    def shown(value: str, mine: np.ndarray) -> bool:
        spread = codes is None or len(np.unique(codes[mine])) >= disclosure.minimum
        return bool(mine.sum() >= least and spread) and disclosure.says(column, value)

    members = {str(v): (values == v).to_numpy() for v in values.value_counts().index[:GROUP_LIMIT]}
    alone = {v.lower() for v, mine in members.items() if shown(v, mine)}
    named = parts(values.to_numpy(dtype=object))
    members |= {say(Value.PART, value=part): rows for part, rows in named.items() if part not in alone}
    return ((value, mine) for value, mine in members.items() if shown(value, mine))


def segment_facts(facts: Facts, project: Project) -> tuple[SegmentFact, ...]:
    """Return rows, share and labels of each value of the segments, those of the population table included.

    A value stands here only where the disclosure rule allows; values of the population table are totals and may stand.
    """
    found, sample, spec = facts.outcomes, facts.sample, project.tables["sample"]
    if found is None or sample is None:
        return ()
    labelled = found.labelled()["row"].drop_duplicates().to_numpy(int)
    known = {(p.column, p.value): p.share for p in facts.population.parts} if facts.population else {}
    named = dict.fromkeys([*(column for column, _ in known), *spec.segments])
    columns = [c for c in named if c in sample.columns and c not in facts.disclosure.personal]
    groups = sample[spec.cluster] if spec.cluster in sample.columns else None
    told = []
    for column in columns[:SEGMENTS]:
        values = stripped(sample[column]).rename(column)
        mine = values.iloc[labelled].value_counts()
        absent = {v: 0 for c, v in known if c == column and not (values == v).any()}
        for value, rows in list((absent | facts.disclosure.counts(values, groups)).items())[:SEGMENT_LIMIT]:
            lower, upper = wilson(rows, len(sample))
            told.append(
                SegmentFact(
                    column=column,
                    value=value,
                    rows=rows,
                    share=rows / max(len(sample), 1),
                    lower=lower,
                    upper=upper,
                    population=known.get((column, value)),
                    labelled=int(mine.get(value, 0)),
                )
            )
    return tuple(told)


def confusions(facts: Facts, metric: str, project: Project) -> tuple[tuple[str, str, int], ...]:
    """Return true answer, given answer, rows for the commonest mistakes that enough rows share."""
    found = facts.outcomes
    compares = METRICS[metric].kind in {"proportion", "f1", "ratio"} and project.task == "classification"
    if found is None or found.truth.graded or not compares or facts.answers_are_people:
        return ()
    mine = found.labelled()
    wrong = mine[(mine["prediction"] != mine["truth"]) & mine["prediction"].notna()]
    pairs = wrong.groupby(["truth", "prediction"]).size().sort_values(ascending=False, kind="stable").head(CONFUSIONS)
    told = pairs[pairs >= facts.disclosure.minimum].reset_index(name="rows")
    return tuple(zip(*(told[c].astype(str) for c in ("truth", "prediction")), told["rows"].astype(int), strict=True))


def review_queue(project: Project, share: float) -> Queue | None:
    """Return what it means a day if a share of the cases goes to people, None without a value model."""
    model = project.value
    if model is None:
        return None
    volume, capacity = model.volume_per_month / DAYS, model.review_capacity_per_day
    planned = model.review_share * volume or None
    return queue(share, volume, model.review_cost, planned if capacity is None else capacity)


def confidence_fact(report: ConfidenceReport | None, project: Project) -> ConfidenceFact | None:
    """Return what the stated confidence is worth, and what people would have to read where a share right is asked
    for.
    """
    if report is None:
        return None
    fact = ConfidenceFact(
        bins=report.bins,
        calibration_error=report.calibration_error,
        auroc=finite(report.auroc.estimate),
        curve=report.coverage[:: max(1, len(report.coverage) // CURVE)],
        review_currency=project.value.currency if project.value else "",
    )
    target = project.targets.value
    by_share = (project.targets.metric or "accuracy") in {"accuracy", "success_rate"}
    if target is None or not 0 < target <= 1 or not by_share:
        return fact
    review = report.review_at(target)
    update = {
        "review_target": target,
        "review_share": review.sure_share,
        "review_threshold": finite(review.sure_threshold),
    }
    if (people := review_queue(project, review.sure_share)) is not None:
        costs = project.value is not None and project.value.review_cost
        update["review_per_day"] = people.cases_a_day
        update["review_planned_per_day"] = people.capacity_a_day
        update["review_cost_per_day"] = people.cost_a_day if costs else None
    return fact.model_copy(update=update)


def latency_fact(asked_of: Requested | None, asked: float) -> LatencyFact | None:
    """Return how long requests take, failed ones counted as too slow; `asked` is the percentile that is judged."""
    if asked_of is None:
        return None
    requests, latency, failed = asked_of.frame, asked_of.latency, asked_of.failed
    at = {q: IntervalFact.bounded(percentile(latency, failed, q, 0.025, clusters=asked_of.clusters)) for q in QUANTILES}
    rate = None
    if requests["time"].notna().all():
        seconds = requests["time"].astype("datetime64[ns]").to_numpy().astype("int64") / 1e9
        speed = throughput(np.sort(seconds))
        rate = None if speed.reason else IntervalFact.bounded(speed)
    return LatencyFact(
        requests=len(requests),
        failed=int(failed.sum()),
        censored=int(requests["censored"].sum()),
        percentile=asked,
        quantiles=tuple((q, i.estimate, i.lower, i.upper) for q, i in at.items() if i is not None),
        histogram=_histogram(latency[np.isfinite(latency)]),
        throughput_per_s=rate,
        cost_per_request=_cost(requests),
    )


def _cost(requests: pd.DataFrame) -> IntervalFact | None:
    cost = requests["cost"].dropna().to_numpy(float)
    if len(cost) < FEWEST_REQUESTS or not (cost >= 0).all():
        return None
    found = measure("loss", Rows(values=cost), alpha=0.025)
    return None if found.reason else IntervalFact.bounded(found)


def _histogram(latency: np.ndarray) -> tuple[tuple[float, int], ...]:
    """Return (upper edge, count) up to the 99th percentile; what lies beyond is in the last bin."""
    top = float(np.quantile(latency, 0.99)) if len(latency) >= FEWEST_REQUESTS else 0.0
    if top <= 0:
        return ()
    edges = np.linspace(0, top, BINS + 1)
    counts = np.histogram(np.minimum(latency, top), bins=edges)[0]
    return tuple((float(edge), int(count)) for edge, count in zip(edges[1:], counts, strict=True))
