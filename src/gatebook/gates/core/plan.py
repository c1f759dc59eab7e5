"""Rows D1 to D5 and T1 to T10: people, money and the plan."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from gatebook.criteria import Entry, row
from gatebook.criteria.evidence import OUTPUT, TRUTH
from gatebook.evidence.money import money
from gatebook.evidence.performance import Measured, grade_scale, inside
from gatebook.record import IntervalFact, Money, Row
from gatebook.stats.design import Design
from gatebook.stats.interval import bounded_mean
from gatebook.verdict.case import Case, Flag, Lacks, Verdict, about, context, held, informs, lacking, weighed
from gatebook.verdict.measured import carried_by_labels, headline, measured
from gatebook.verdict.targets import WEEK4_SHARE, Goal
from gatebook.words import Code, said

MOST_WEEKS = dt.timedelta(weeks=12)
_SHARES = frozenset({"accuracy", "success_rate", "mean_score"})


class PlanRow(Code):
    """What rows on people and the plan say."""

    NO_OWNER = "no_owner"
    OWNER_NAMED = "owner_named"
    UNATTESTED = "unattested"
    CONFIRMED = "confirmed"
    DOES_NOT_HOLD = "does_not_hold"
    UNCONFIRMED = "unconfirmed"
    NO_DEADLINE = "no_deadline"
    DEADLINE_FAR = "deadline_far"
    DEADLINE = "deadline"
    NO_VALUE = "no_value"
    NOTHING_TO_VALUE = "nothing_to_value"
    WORTH = "worth"
    WORTHLESS = "worthless"
    MAY_BE_WORTH = "may_be_worth"


@row("D1", "condition")
def owner(entry: Entry, case: Case) -> Row:
    """A named owner, of whom somebody attests that they answer for profit and loss."""
    if case.project.owner is None:
        return lacking(entry, PlanRow.NO_OWNER, flags=(Flag.UNATTESTABLE,))
    return lacking(entry, said(PlanRow.OWNER_NAMED, row=entry.id))


@row("D2")
@row("D4")
@row("D5")
@row("T5", kind="forecast")
@row("T6", kind="forecast")
@row("T7", kind="forecast")
@row("T8", kind="forecast")
def told(entry: Entry, case: Case) -> Row:
    """A row that is told for context and read elsewhere, or later."""
    del case
    return context(entry, Lacks.CONTEXT) if entry.weight == "context" else lacking(entry, PlanRow.UNATTESTED)


@row("T1")
def data_access(entry: Entry, case: Case) -> Row:
    """The plan says that data access needs no committee."""
    return _assumed(entry, holds=case.project.plan.data_access)


@row("T2")
def documented_apis(entry: Entry, case: Case) -> Row:
    """The plan says that target systems have documented interfaces."""
    return _assumed(entry, holds=case.project.plan.documented_apis)


@row("T3")
def dedicated_team(entry: Entry, case: Case) -> Row:
    """The plan says that the team is dedicated."""
    return _assumed(entry, holds=case.project.plan.dedicated_team)


@row("T4")
def stable_scope(entry: Entry, case: Case) -> Row:
    """The plan says that no major change of scope is planned."""
    return _assumed(entry, holds=case.project.plan.stable_scope)


def _assumed(entry: Entry, *, holds: bool | None) -> Row:
    why = {True: PlanRow.CONFIRMED, False: PlanRow.DOES_NOT_HOLD, None: PlanRow.UNCONFIRMED}[holds]
    return informs(entry, why, holds=holds)


@row("T10")
def deadline(entry: Entry, case: Case) -> Row:
    """A deadline is set, at most twelve weeks after the start."""
    start, due = case.project.start, case.project.deadline
    if due is None:
        return informs(entry, PlanRow.NO_DEADLINE, holds=None)
    if start and due - start > MOST_WEEKS:
        return informs(entry, PlanRow.DEADLINE_FAR, holds=False)
    return informs(entry, said(PlanRow.DEADLINE, day=due), holds=True)


@row("D3", "condition", uses=("value", *TRUTH, *OUTPUT), counts="labels", carries=carried_by_labels)
def value(entry: Entry, case: Case) -> Verdict:
    """A month is worth more than nothing, by the project's own value model."""
    goal = headline(case)
    share = case.limit("quality", WEEK4_SHARE)
    bar = goal.bar(grade_scale(case.project), share) if goal else None
    worth = value_of(case, goal, measured(case, goal), bar)
    return Verdict(about(_value(entry, case, worth), goal if worth else None), money=worth)


def _value(entry: Entry, case: Case, worth: Money | None) -> Row:
    if case.project.value is None:
        return lacking(entry, PlanRow.NO_VALUE)
    if (open_question := held(entry, case, "answers")) is not None:
        return open_question
    if worth is None:
        return lacking(entry, PlanRow.NOTHING_TO_VALUE)
    month = worth.monthly
    fields: dict[str, Any] = {
        "bar": 0.0,
        "estimate": month.estimate,
        "lower": month.lower,
        "upper": month.upper,
        "n": month.n,
        "unit": f"{worth.currency} a month",
        "method": "value model on the share of right answers",
    }
    return weighed(entry, fields, PlanRow.WORTH, PlanRow.WORTHLESS, PlanRow.MAY_BE_WORTH)


def right_share(data: Measured) -> IntervalFact | None:
    """Return the share of right answers (or of full marks) with its interval, None where losses have no upper limit."""
    if data.missing or len(data.losses) == 0 or data.losses.min() < 0 or data.losses.max() > 1:
        return None
    found = bounded_mean(1.0 - data.losses, (0.0, 1.0), _dense(data.design))
    if found.reason:
        return None
    return IntervalFact(estimate=found.estimate, lower=found.lower, upper=found.upper, n=found.n)


def _dense(design: Design) -> Design:
    """Return the design with codes of clusters from 0 on."""
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
    if bar is not None and data.metric in _SHARES:
        low, high = data.rows.scale if data.metric == "mean_score" else (0.0, 1.0)
        needed = (bar - low) / (high - low)
    if goal is None or not goal.where or case.facts.sample is None:
        return money(model, share, needed)
    part = float(inside(case.facts.sample, goal.where).mean())
    return money(model, share, needed, part=part).model_copy(update={"where": goal.place})
