"""The record's aggregates about errors, confidence and response time."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from gatebook.assess.compared_told import interval_fact, with_comparisons
from gatebook.assess.rates_told import classes_fact, moved, never_given, rate_sentences, rates_fact, rates_of_value
from gatebook.assess.slices_told import slow_words, slower
from gatebook.cases.columns import stripped
from gatebook.evidence.clusters import Clusters
from gatebook.evidence.confidence import Queue, queue
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.facts import Facts
from gatebook.evidence.gather import DEFAULT_METRIC, measure_losses
from gatebook.evidence.performance import Measured
from gatebook.evidence.slices.features import parts
from gatebook.evidence.trivial import compare_with_trivial
from gatebook.project import METRICS, Project
from gatebook.record import ConfidenceBin, ConfidenceFact, Coverage, ErrorFact, Group, Interval, LatencyFact, finite
from gatebook.stats import measure
from gatebook.stats.design import Design
from gatebook.stats.interval import bounded_mean
from gatebook.stats.latency import percentile, throughput
from gatebook.stats.measure import Rows

GROUP_LIMIT = 12  # values of one column shown
COLUMN_LIMIT = 8  # columns broken down
MIN_GROUP = 10
CONFUSIONS = 10
QUANTILES = (50.0, 90.0, 95.0, 99.0)
REVIEW_DAYS = 365.25 / 12


def error_fact(facts: Facts, project: Project, disclosure: Disclosure) -> ErrorFact:
    """Return the overall result, the groups and what was searched."""
    found, sample = facts.outcomes, facts.sample
    if found is None or sample is None:
        return ErrorFact()
    metric = project.targets.metric or DEFAULT_METRIC[project.task]
    data = measure_losses(project, found, metric, facts.clusters)
    if data.missing:
        return ErrorFact(metric=metric, notes=(data.missing.text("reason"),))
    search = facts.search
    curated = None
    if facts.curated is not None:
        own = measure_losses(project, facts.curated, metric, Clusters())
        curated = None if own.missing else interval_fact(own.interval(0.05))
    comparison = compare_with_trivial(data, people=facts.answers_are_people)
    bounded = bool(data.losses.min() >= 0 and data.losses.max() <= 1)
    fact = ErrorFact(
        metric=metric,
        rows=data.labelled,
        clusters=None if data.design.clusters is None else len(np.unique(data.design.clusters)),
        cluster_column=(facts.clusters.column or "") if data.design.clusters is not None else "",
        errors=float(data.losses.sum()),
        error_rate=float(data.losses.mean()),
        searched=search.searched if search else "",
        not_searched=search.not_searched if search else (),
        detectable_lift=finite(search.detectable_excess) if search else None,
        curated=curated,
        production=interval_fact(data.interval(0.05)),
        trivial=comparison.trivial if comparison else None,
        trivial_words=comparison.words if comparison else "",
        trivial_difference=interval_fact(comparison.difference) if comparison and not comparison.measured_on else None,
        groups=_groups(facts, data, disclosure) if bounded else (),
        confusions=_confusions(facts, data, disclosure, project),
    )
    fact = with_comparisons(fact, facts, disclosure)
    rates, classes = rates_fact(facts, disclosure), classes_fact(facts)
    notes = (
        *never_given(classes),
        *rate_sentences(rates, expected=False),
        *moved(classes),
        *fact.notes,
        *rate_sentences(rates, expected=True),
    )
    return fact.model_copy(update={"rates": rates, "notes": notes})


def _groups(facts: Facts, data: Measured, disclosure: Disclosure) -> tuple[Group, ...]:
    """Return the error rate by each value of the segments and of other columns with few values."""
    sample = facts.sample
    assert sample is not None
    assert facts.outcomes is not None
    spec = facts.outcomes.specs["sample"]
    few = [
        f.column
        for f in facts.columns
        if f.table == "sample" and f.kind in {"category", "boolean"} and 2 <= f.distinct <= 40
    ]
    answers = {spec.label, spec.prediction, spec.cluster, *spec.ids}
    names = [
        c
        for c in dict.fromkeys((*spec.segments, *few))
        if c in sample.columns and c not in answers and c not in disclosure.personal
    ]
    groups: list[Group] = []
    for column in names[:COLUMN_LIMIT]:
        values = stripped(sample[column].iloc[data.positions].reset_index(drop=True)).fillna("(empty)")
        counts = values.value_counts()
        members = {str(v): (values == v).to_numpy() for v in counts.index[:GROUP_LIMIT]}
        # a value that too few share is shown by what it has in common with others: `book` of `book` and `book+cancel`
        named = parts(values.to_numpy(dtype=object))
        codes, least = data.design.clusters, max(MIN_GROUP, disclosure.minimum)
        shown = {
            v
            for v, mine in members.items()
            if disclosure.says(column, v) and _shown(mine, codes, least, disclosure.minimum)
        }
        alone = {v.lower() for v in shown}
        members |= {f"{part} (alone or with others)": rows for part, rows in named.items() if part not in alone}
        for value, mine in members.items():
            if not (disclosure.says(column, value) and _shown(mine, codes, least, disclosure.minimum)):
                continue
            clusters = None if codes is None else len(np.unique(codes[mine]))
            found = bounded_mean(data.losses[mine], (0.0, 1.0), _subset(data.design, mine), 0.025)
            groups.append(
                Group(
                    column=column,
                    value=value,
                    rows=int(mine.sum()),
                    clusters=clusters,
                    errors=float(data.losses[mine].sum()),
                    rate=float(data.losses[mine].mean()),
                    lower=found.lower,
                    upper=found.upper,
                    **rates_of_value(facts.rates, mine, disclosure.minimum),
                )
            )
    return tuple(groups)


def _shown(mine: np.ndarray, codes: np.ndarray | None, rows: int, clusters: int) -> bool:
    return bool(mine.sum() >= rows and (codes is None or len(np.unique(codes[mine])) >= clusters))


def _subset(design: Design, mask: np.ndarray) -> Design:
    found = design.subset(mask)
    if found.clusters is None:
        return found
    return Design(np.unique(found.clusters, return_inverse=True)[1], found.weights)


def _confusions(
    facts: Facts, data: Measured, disclosure: Disclosure, project: Project
) -> tuple[tuple[str, str, int], ...]:
    """Return true answer, given answer, rows for the commonest mistakes that may be shown."""
    if (
        METRICS[data.metric].kind not in {"proportion", "f1", "ratio"}
        or facts.outcomes is None
        or facts.outcomes.truth.graded
    ):
        return ()
    if project.task != "classification" or facts.answers_are_people:
        return ()
    mine = facts.outcomes.labelled()
    wrong = mine[(mine["prediction"] != mine["truth"]) & mine["prediction"].notna()]
    pairs = wrong.groupby(["truth", "prediction"]).size().sort_values(ascending=False, kind="stable")
    counted = pairs.head(CONFUSIONS).reset_index(name="rows")
    counted = counted[counted["rows"] >= disclosure.minimum]
    return tuple(
        zip(counted["truth"].astype(str), counted["prediction"].astype(str), counted["rows"].astype(int), strict=True)
    )


def review_queue(project: Project, share: float) -> Queue | None:
    """Return what it means a day if a share of the cases goes to people, None without a value model."""
    model = project.value
    if model is None:
        return None
    volume = model.volume_per_month / REVIEW_DAYS
    capacity = model.review_capacity_per_day
    return queue(
        share, volume, model.review_cost, model.review_share * volume or None if capacity is None else capacity
    )


def confidence_fact(facts: Facts, project: Project) -> ConfidenceFact | None:
    """Return what the stated confidence is worth."""
    report = facts.confidence
    if report is None:
        return None
    target = project.targets.value
    review = share = per_day = threshold = cost = planned = None
    if (
        target is not None
        and 0 < target <= 1
        and (project.targets.metric or "accuracy") in {"accuracy", "success_rate"}
    ):
        found = report.review_at(target)
        review, share = target, found.sure_share
        threshold = finite(found.sure_threshold)
        if (people := review_queue(project, found.sure_share)) is not None:
            per_day, planned = people.cases_a_day, people.capacity_a_day
            cost = people.cost_a_day if project.value and project.value.review_cost else None
    return ConfidenceFact(
        bins=tuple(
            ConfidenceBin(
                low=b.low,
                high=b.high,
                rows=b.rows,
                confidence=b.confidence,
                accuracy=b.accuracy,
                lower=b.lower,
                upper=b.upper,
            )
            for b in report.bins
        ),
        calibration_error=Interval(estimate=report.ece, lower=report.ece_lower, upper=report.ece_upper, n=report.rows),
        auroc=finite(report.auroc.estimate),
        curve=tuple(
            Coverage(threshold=p.threshold, coverage=p.coverage, accuracy=p.accuracy, lower=p.lower, upper=p.upper)
            for p in report.coverage[:: max(1, len(report.coverage) // 40)]
        ),
        review_target=review,
        review_share=share,
        review_per_day=per_day,
        review_threshold=threshold,
        review_cost_per_day=cost,
        review_planned_per_day=planned,
        review_currency=project.value.currency if project.value else "",
    )


def latency_fact(facts: Facts, project: Project, disclosure: Disclosure) -> LatencyFact | None:
    """Return how long requests take, failed ones counted as too slow."""
    found = facts.outcomes
    if found is None or "latency_ms" not in found.has or found.requests.empty:
        return None
    timed = "time" in found.has and found.requests["time"].notna().all()
    requests = found.requests.sort_values("time", kind="stable") if timed else found.requests
    latency, failed = requests["latency_ms"].to_numpy(float), requests["failed"].to_numpy(bool)
    quantiles = []
    for q in QUANTILES:
        at = percentile(latency, failed, q, 0.025, ordered=bool(timed))
        if math.isfinite(at.estimate) and math.isfinite(at.upper):
            quantiles.append((q, at.estimate, at.lower, at.upper))
    usable = latency[np.isfinite(latency)]
    rate = None
    if timed:
        seconds = requests["time"].astype("datetime64[ns]").to_numpy().astype("int64") / 1e9
        speed = throughput(np.sort(seconds))
        rate = None if speed.reason else interval_fact(speed)
    return LatencyFact(
        requests=len(requests),
        failed=int(failed.sum()),
        censored=int(requests["censored"].sum()),
        percentile=project.targets.latency_percentile,
        quantiles=tuple(quantiles),
        histogram=_histogram(usable),
        throughput_per_s=rate,
        cost_per_request=_cost(requests),
        slow_times=_slow_times(facts),
        slow_inputs=slow_words(facts, disclosure),
    )


def _slow_times(facts: Facts) -> tuple[str, ...]:
    """Returns when requests take longer, a phrase each; times are nobody's secret."""
    slow = facts.failing.slow if facts.failing is not None else None
    return () if slow is None else tuple(slower(str(one), one) for one in slow.slices[:3])


def _cost(requests: pd.DataFrame) -> Interval | None:
    cost = requests["cost"].dropna().to_numpy(float)
    if len(cost) < 20 or not (cost >= 0).all():
        return None
    found = measure("loss", Rows(values=cost), alpha=0.025)
    return None if found.reason else interval_fact(found)


def _histogram(latency: np.ndarray, bins: int = 30) -> tuple[tuple[float, int], ...]:
    """Return (upper edge, count) up to the 99th percentile; what lies beyond is in the last bin."""
    if len(latency) < 20:
        return ()
    top = float(np.quantile(latency, 0.99))
    if top <= 0:
        return ()
    edges = np.linspace(0, top, bins + 1)
    counts = np.histogram(np.minimum(latency, top), bins=edges)[0]
    return tuple((float(edge), int(count)) for edge, count in zip(edges[1:], counts, strict=True))
