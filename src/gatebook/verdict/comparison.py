"""Rows 4.1 to 4.3: the model ran, was measured, and beats the simplest thing that could work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gatebook.criteria import Entry
from gatebook.evidence.compare import compare_with_trivial
from gatebook.evidence.performance import Unmeasured
from gatebook.record import Row
from gatebook.stats import Interval
from gatebook.stats.interval import clopper_pearson
from gatebook.verdict.case import Case, Flag, Reason, about, held, lacking, limit_of, row
from gatebook.verdict.quality import design_of, in_words, meant, measured, numbers, show
from gatebook.verdict.targets import Goal
from gatebook.words import said


def judge_comparison(entry: Entry, case: Case) -> Row:
    """4.2: the model beats the simplest answer, paired on the same rows, for the headline and what it was before.

    Where a metric has no simplest answer, such as a grade, the incumbent takes its place.
    """
    goals = case.targets.goals
    before = [g for g in goals[1:] if g.withdrawn and not g.where and meant(case, g)]
    rows = [about(_compare(entry, case, goal), goal) for goal in (*goals[:1], *before)]
    order = {"fail": 0, "not-enough-evidence": 1, "pass": 2}
    return min(rows, key=lambda r: order[str(r.status)]) if rows else _compare(entry, case, None)


def _compare(entry: Entry, case: Case, goal: Goal | None) -> Row:
    if goal is None:
        return lacking(entry, "No target is set.", supply="set metric and value in [targets]")
    if (open_question := held(entry, case, "answers")) is not None:
        return open_question
    data = measured(case, goal)
    if data is None or data.missing:
        why = (data and data.missing) or said(Unmeasured.NO_SAMPLE)
        return lacking(entry, f"Nothing can be compared: {why.text('reason')}.", supply=why.text("supply"))
    found = compare_with_trivial(design_of(case, data)[0], people=case.facts.answers_are_people)
    if found is None:
        return _incumbent(entry, case, data.metric)
    words = f"{found.words} reaches {show(found.trivial, data.metric)}"
    if found.measured_on:
        words = f"{found.words} finds every case, but raises every false alarm too"
    told = found.difference if not found.measured_on else replace(found.difference, method=found.measured_on)
    return _told(entry, told, words, "use the simplest answer, or improve the model")


def _incumbent(entry: Entry, case: Case, metric: str) -> Row:
    """Return the row against the version that the project names as its incumbent."""
    failing, name = case.facts.failing, case.project.incumbent
    versions = failing.versions if failing is not None else None
    if versions is None or versions.other != name or metric != case.project.targets.metric:
        return lacking(
            entry,
            "There is no simplest answer for this metric, and no simpler version to compare with.",
            supply="add the answers of a simple baseline as a second version, and name it incumbent in [project]",
        )
    return _told(
        entry,
        versions.whole.gain,
        f"Compared with {name} on {versions.whole.rows:,} rows",
        f"keep {name}, or improve the model",
    )


def _told(entry: Entry, gain: Interval, words: str, otherwise: str) -> Row:
    fields = numbers(gain) | {"bar": 0.0}
    if gain.reason:
        return lacking(entry, f"{words}; {gain.reason}.", **fields)
    if gain.lower > 0:
        return row(entry, "pass", f"{words}; the model is better.", **fields)
    if gain.upper < 0:
        return row(entry, "fail", f"{words}; the model is worse.", supply=otherwise, **fields)
    return lacking(entry, f"{words}; the model is not shown to be better.", **fields)


def judge_measured(entry: Entry, case: Case) -> Row:
    """4.3: the headline metric has an interval on production data."""
    return about(_judge_measured(entry, case), case.targets.goals[0] if case.targets.goals else None)


def _judge_measured(entry: Entry, case: Case) -> Row:
    data = measured(case, case.targets.goals[0]) if case.targets.goals else None
    if not case.targets.goals:
        return lacking(entry, "No target is set.", supply="set metric and value in [targets]")
    if (open_question := held(entry, case, "answers")) is not None:
        return open_question
    if data is None:
        return lacking(entry, "There is no production sample.", supply="add the production sample as [tables.sample]")
    if data.missing:
        why = data.missing
        return lacking(entry, f"Nothing can be measured: {why.text('reason')}.", supply=why.text("supply"))
    interval = design_of(case, data)[0].interval(0.05)
    fields = numbers(interval)
    if interval.reason:
        return lacking(entry, interval.reason[0].upper() + interval.reason[1:] + ".", **fields)
    return row(entry, "pass", said(Reason.MEASURED, shown=in_words(data.metric, interval), n=interval.n), **fields)


def judge_ran(entry: Entry, case: Case) -> Row:
    """4.1: nearly every sampled row was scored (missing share at most 1 %), and none of them is curated data."""
    found = case.facts.outcomes
    if found is None or not len(found.requests) or found.sample_rows == 0:
        return lacking(entry, "There are no predictions for production rows.")
    limit = limit_of(entry, 0.01)
    missing, n = found.missing_predictions, found.sample_rows
    lower, upper = clopper_pearson(missing, n, 0.05)
    fields: dict[str, Any] = {
        "bar": limit,
        "estimate": missing / n,
        "lower": lower,
        "upper": upper,
        "level": 0.95,
        "n": n,
        "method": "exact binomial (Clopper-Pearson)",
        "higher_is_better": False,
    }
    shared = case.facts.shift.verbatim if case.facts.shift is not None else 0
    if lower > limit:
        more = f"score the other {missing:,} sampled rows"
        return lacking(entry, f"{missing:,} of {n:,} sampled rows were not scored.", supply=more, **fields)
    if upper > limit:
        return lacking(
            entry, f"{missing:,} of {n:,} sampled rows were not scored; too few rows to say that it is rare.", **fields
        )
    flags = (said(Flag.VERBATIM, n=shared),) if shared else ()
    return row(entry, "pass", f"{n - missing:,} of {n:,} sampled rows were scored.", flags=flags, **fields)
