"""Rows 4.6 and D3: is it known which inputs fail, and is the result worth money."""

from __future__ import annotations

import math

from gatebook.criteria import Entry
from gatebook.evidence.money import money
from gatebook.evidence.performance import Measured, inside
from gatebook.record import Interval, Money, Row
from gatebook.stats.design import Design
from gatebook.stats.interval import bounded_mean
from gatebook.verdict.case import Case, about, held, lacking, limit_of, row
from gatebook.verdict.targets import Goal
from gatebook.words.figures import plain_number

ENOUGH_REASONS = 50


def judge_analysis(entry: Entry, case: Case) -> Row:
    """4.6: 50 errors (or all) carry reason codes, or the search could have found an excess of twice the rate."""
    search = case.facts.search
    limit = limit_of(entry, 2.0)
    if (open_question := held(entry, case, "answers")) is not None:
        return open_question
    if search is None:
        return lacking(entry, "There are too few labelled production rows to look for failing inputs.")
    coded = case.facts.reason_codes
    if coded >= min(ENOUGH_REASONS, max(1, math.ceil(search.errors))):
        return row(entry, "pass", f"{coded:,} errors carry a reason.", n=search.rows)
    kinds = len(search.slices)
    finite = math.isfinite(search.detectable_excess)
    fields = {
        "bar": limit,
        "estimate": search.detectable_excess if finite else None,
        "n": search.rows,
        "higher_is_better": False,
        "method": "search over all inputs with family-wise control at 5 %",
    }
    if finite and search.detectable_excess <= limit:
        words = (
            f"{kinds} failing {'kind of input was' if kinds == 1 else 'kinds of input were'} found."
            if kinds
            else "No kind of input fails more than the rest."
        )
        rates = case.facts.rates
        if rates is not None and any(not group.expected for group in rates.groups):
            words = f"{words[:-1]}; false alarms or misses differ by group."
        return row(entry, "pass", words, **fields)
    found = (
        f"{kinds} failing {'kind' if kinds == 1 else 'kinds'} of input {'was' if kinds == 1 else 'were'} found, but "
        if kinds
        else ""
    )
    words = f"{found}{search.rows:,} labels are too few to find kinds of input that fail more than the rest."
    if finite:
        words = (
            f"{found}{search.rows:,} labels reveal only inputs that fail {search.detectable_excess:.1f} times as often as usual; "
            f"{plain_number(limit)} times is asked for."
        )
    return lacking(entry, words[0].upper() + words[1:], **fields)


def right_share(data: Measured) -> Interval | None:
    """Return the share of right answers (or of full marks) with its interval, None where losses have no upper limit."""
    if data.missing or len(data.losses) == 0 or data.losses.min() < 0 or data.losses.max() > 1:
        return None
    found = bounded_mean(1.0 - data.losses, (0.0, 1.0), _dense(data.design))
    if found.reason:
        return None
    return Interval(estimate=found.estimate, lower=found.lower, upper=found.upper, n=found.n)


def _dense(design: Design) -> Design:
    import numpy as np  # noqa: PLC0415  only to renumber codes

    if design.clusters is None:
        return design
    codes = np.unique(design.clusters, return_inverse=True)[1]
    return Design(codes, design.weights, design.strata, design.shares)


def value_of(case: Case, goal: Goal | None, data: Measured | None, bar: float | None) -> Money | None:
    """Return the money facts of a goal, None without a value model or without labelled rows.

    Args:
        case: with the value model.
        goal: the headline; where it is for a slice, so is the money: the volume is scaled by its share of the sample.
        data: the goal's arrays.
        bar: what its metric needs now.
    """
    model = case.project.value
    if model is None or data is None or (share := right_share(data)) is None:
        return None
    needed = None
    if bar is not None and data.metric in {"accuracy", "success_rate", "mean_score"}:
        low, high = data.rows.scale if data.metric == "mean_score" else (0.0, 1.0)
        needed = (bar - low) / (high - low)
    if goal is None or not goal.where or case.facts.sample is None:
        return money(model, share, needed)
    part = float(inside(case.facts.sample, goal.where).mean())
    return money(model, share, needed, part=part).model_copy(update={"where": goal.place})


def judge_value(entry: Entry, case: Case, worth: Money | None) -> Row:
    """D3: a month is worth more than nothing, by the project's own value model."""
    return about(_judge_value(entry, case, worth), case.targets.goals[0] if case.targets.goals and worth else None)


def _judge_value(entry: Entry, case: Case, worth: Money | None) -> Row:
    if case.project.value is None:
        return lacking(entry, "Nobody has stated what a right answer is worth.")
    if (open_question := held(entry, case, "answers")) is not None:
        return open_question
    if worth is None:
        return lacking(entry, "There are no labelled production rows to value.", supply="label production rows")
    fields = {
        "bar": 0.0,
        "estimate": worth.monthly.estimate,
        "lower": worth.monthly.lower,
        "upper": worth.monthly.upper,
        "n": worth.monthly.n,
        "unit": f"{worth.currency} a month",
        "method": "value model on the share of right answers",
    }
    if worth.monthly.lower > 0:
        return row(entry, "pass", "A month is worth more than it costs.", **fields)
    if worth.monthly.upper < 0:
        return row(
            entry, "fail", "A month costs more than it is worth.", supply="change the use or the model", **fields
        )
    return lacking(
        entry,
        "It is not shown that a month is worth more than it costs.",
        supply="label more rows, or narrow the uncertainty under [value]",
        **fields,
    )
