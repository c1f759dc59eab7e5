"""Rows 4.1 to 4.3 and 4.6: the model ran, beats the simplest thing, was measured, and it is known which inputs fail."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gatebook.criteria import Entry, limit_of, row
from gatebook.criteria.evidence import OUTCOMES, OUTPUT
from gatebook.evidence.compare import compare_with_trivial
from gatebook.evidence.facts import Facts
from gatebook.record import Row
from gatebook.stats import Interval
from gatebook.verdict.case import Case, Lacks, about, held, lacking, numbers, share, weighed
from gatebook.verdict.case import row as judged
from gatebook.verdict.measured import (
    carried_by_labels,
    design_of,
    headline,
    in_words,
    meant,
    measured,
    nothing_measured,
    show,
)
from gatebook.verdict.targets import Goal
from gatebook.words import Code, Said, said

ENOUGH_REASONS = 50
_MERIT = ("fail", "not-enough-evidence", "pass")


class ModelRow(Code):
    """What rows on the model's answers say."""

    NOT_RUN = "not_run"
    UNSCORED = "unscored"
    MAY_BE_UNSCORED = "may_be_unscored"
    SCORED = "scored"
    VERBATIM = "verbatim"
    NOT_COMPARED = "not_compared"
    REACHES = "reaches"
    FINDS_ALL = "finds_all"
    BESIDE = "beside"
    NO_SIMPLEST = "no_simplest"
    NO_GAIN = "no_gain"
    BETTER = "better"
    WORSE = "worse"
    WORSE_THAN_BEFORE = "worse_than_before"
    NOT_BETTER = "not_better"
    NOT_MEASURED = "not_measured"
    NO_INTERVAL = "no_interval"
    MEASURED = "measured"
    NO_SEARCH = "no_search"
    CODED = "coded"
    KINDS = "kinds"
    NO_KIND = "no_kind"
    GROUPS_DIFFER = "groups_differ"
    FEW_LABELS = "few_labels"
    FEW_LABELS_BUT = "few_labels_but"
    BLUNT = "blunt"
    BLUNT_BUT = "blunt_but"


@row("4.1", "condition", threshold=0.01, uses=("sample", "sample.id", "curated", *OUTPUT))
def ran(entry: Entry, case: Case) -> Row:
    """Nearly every sampled row was scored (missing share at most 1 %), and none of them is curated data."""
    found = case.facts.outcomes
    if found is None or not len(found.requests) or found.sample_rows == 0:
        return lacking(entry, ModelRow.NOT_RUN)
    missing, n, limit = found.missing_predictions, found.sample_rows, limit_of(entry, 0.01)
    fields = share(missing, n) | {"bar": limit}
    if fields["lower"] > limit:
        return lacking(entry, said(ModelRow.UNSCORED, missing=missing, n=n), **fields)
    if fields["upper"] > limit:
        return lacking(entry, said(ModelRow.MAY_BE_UNSCORED, missing=missing, n=n), **fields)
    shared = case.facts.shift.verbatim if case.facts.shift is not None else 0
    flags = (said(ModelRow.VERBATIM, n=shared),) if shared else ()
    return judged(entry, "pass", said(ModelRow.SCORED, scored=n - missing, n=n), flags=flags, **fields)


@row("4.2", "condition", uses=OUTCOMES, counts="labels", carries=carried_by_labels)
def beats(entry: Entry, case: Case) -> Row:
    """The model beats the simplest answer, paired on the same rows, for the headline and what it was before.

    Where a metric has no simplest answer, such as a grade, the incumbent takes its place.
    """
    goals = case.targets.goals
    before = [g for g in goals[1:] if g.withdrawn and not g.where and meant(case, g)]
    rows = [about(_compare(entry, case, goal), goal) for goal in (*goals[:1], *before)]
    return min(rows, key=lambda r: _MERIT.index(str(r.status))) if rows else lacking(entry, Lacks.NO_TARGET)


def _compare(entry: Entry, case: Case, goal: Goal) -> Row:
    if (open_question := held(entry, case, "answers")) is not None:
        return open_question
    data = measured(case, goal)
    if (nothing := nothing_measured(data, ModelRow.NOT_COMPARED)) is not None:
        return lacking(entry, nothing)
    assert data is not None
    found = compare_with_trivial(design_of(case, data)[0], people=case.facts.answers_are_people)
    if found is None:
        return _incumbent(entry, case, data.metric)
    code = ModelRow.FINDS_ALL if found.measured_on else ModelRow.REACHES
    gain = replace(found.difference, method=found.measured_on or found.difference.method)
    return _gain(entry, gain, said(code, simplest=found.words, value=show(found.trivial, data.metric)), ModelRow.WORSE)


def _incumbent(entry: Entry, case: Case, metric: str) -> Row:
    """Return the row against the version that the project names as its incumbent."""
    failing, name = case.facts.failing, case.project.incumbent
    versions = failing.versions if failing is not None else None
    if versions is None or versions.other != name or metric != case.project.targets.metric:
        return lacking(entry, ModelRow.NO_SIMPLEST)
    beside = said(ModelRow.BESIDE, name=name, n=versions.whole.rows)
    return _gain(entry, versions.whole.gain, beside, ModelRow.WORSE_THAN_BEFORE, name=name)


def _gain(entry: Entry, gain: Interval, beside: Said, worse: ModelRow, **names: Any) -> Row:
    fields = numbers(gain) | {"bar": 0.0}
    if gain.reason:
        return lacking(entry, said(ModelRow.NO_GAIN, beside=beside, why=gain.reason), **fields)
    codes = (ModelRow.BETTER, worse, ModelRow.NOT_BETTER)
    return weighed(entry, fields, *(said(code, beside=beside, **names) for code in codes))


@row("4.3", "condition", uses=OUTCOMES, counts="labels", carries=carried_by_labels, figure="metric")
def quality_measured(entry: Entry, case: Case) -> Row:
    """The headline metric has an interval on production data."""
    goal = headline(case)
    return about(_measured(entry, case, goal), goal)


def _measured(entry: Entry, case: Case, goal: Goal | None) -> Row:
    if goal is None:
        return lacking(entry, Lacks.NO_TARGET)
    if (open_question := held(entry, case, "answers")) is not None:
        return open_question
    data = measured(case, goal)
    if data is None:
        return lacking(entry, Lacks.NO_SAMPLE)
    if (nothing := nothing_measured(data, ModelRow.NOT_MEASURED)) is not None:
        return lacking(entry, nothing)
    interval = design_of(case, data)[0].interval(0.05)
    if interval.reason:
        return lacking(entry, said(ModelRow.NO_INTERVAL, why=interval.reason), **numbers(interval))
    why = said(ModelRow.MEASURED, shown=in_words(data.metric, interval), n=interval.n)
    return judged(entry, "pass", why, **numbers(interval))


def _of_slices(facts: Facts, targets: Any) -> Iterator[tuple[str, str]]:
    for predicate in (p for one in (facts.search.slices if facts.search else ()) for p in one.predicates):
        yield "sample", predicate.column
        yield "sample", predicate.column.rpartition(":")[0]  # a measure of a column
    yield from carried_by_labels(facts, targets)


@row(
    "4.6",
    "condition",
    threshold=2.0,
    uses=(*OUTCOMES, "sample.segments", "sample.text", "sample.time", "labels.reason"),
    all_columns=("sample",),
    counts="labels",
    carries=_of_slices,
)
def failures(entry: Entry, case: Case) -> Row:
    """50 errors (or all) carry reason codes, or the search could have found an excess of twice the rate."""
    search, coded, limit = case.facts.search, case.facts.reason_codes, limit_of(entry, 2.0)
    if (open_question := held(entry, case, "answers")) is not None:
        return open_question
    if search is None:
        return lacking(entry, ModelRow.NO_SEARCH)
    if coded >= min(ENOUGH_REASONS, max(1, math.ceil(search.errors))):
        return judged(entry, "pass", said(ModelRow.CODED, n=coded), n=search.rows)
    kinds, excess = len(search.slices), search.detectable_excess
    finite = math.isfinite(excess)
    fields = {
        "bar": limit,
        "estimate": excess if finite else None,
        "n": search.rows,
        "higher_is_better": False,
        "method": "search over all inputs with family-wise control at 5 %",
    }
    told = {"n": kinds, "labels": search.rows, "times": excess, "limit": limit}
    if finite and excess <= limit:
        found = said(ModelRow.KINDS if kinds else ModelRow.NO_KIND, n=kinds)
        differ = case.facts.rates is not None and any(not group.expected for group in case.facts.rates.groups)
        return judged(
            entry, "pass", said(ModelRow.GROUPS_DIFFER, found=found.text()[:-1]) if differ else found, **fields
        )
    codes = (ModelRow.BLUNT, ModelRow.BLUNT_BUT) if finite else (ModelRow.FEW_LABELS, ModelRow.FEW_LABELS_BUT)
    return lacking(entry, said(codes[kinds > 0], **told), **fields)
