"""Row 4.2: the model beats the simplest thing that could work."""

from __future__ import annotations

from gatebook.criteria import Entry
from gatebook.evidence.trivial import compare_with_trivial
from gatebook.record import Row
from gatebook.stats import Interval
from gatebook.verdict.case import Case, lacking, row
from gatebook.verdict.quality import design_of, meant, measured, numbers, show
from gatebook.verdict.targets import Goal


def judge_comparison(entry: Entry, case: Case) -> Row:
    """4.2: the model beats the simplest answer, paired on the same rows, for the headline and what it was before.

    Where a metric has no simplest answer, such as a grade, the incumbent takes its place.
    """
    goals = case.targets.goals
    before = [g for g in goals[1:] if g.withdrawn and not g.where and meant(case, g)]
    rows = [_compare(entry, case, goal) for goal in (*goals[:1], *before)]
    order = {"fail": 0, "not-enough-evidence": 1, "pass": 2}
    return min(rows, key=lambda r: order[str(r.status)]) if rows else _compare(entry, case, None)


def _compare(entry: Entry, case: Case, goal: Goal | None) -> Row:
    data = None if goal is None else measured(case, goal)
    if data is None or data.missing:
        return lacking(entry, "There is no target, or no labelled production row to compare on.")
    found = compare_with_trivial(design_of(case, data)[0])
    if found is None:
        return _incumbent(entry, case, data.metric)
    words = f"{found.words} reaches {show(found.trivial)}"
    if found.measured_on:
        words = f"{found.words} finds every case; what counts is {found.measured_on}"
    return _told(entry, found.difference, words, "use the simplest answer, or improve the model")


def _incumbent(entry: Entry, case: Case, metric: str) -> Row:
    """Return the row against the version that the project names as its incumbent."""
    failing, name = case.facts.failing, case.project.incumbent
    versions = failing.versions if failing is not None else None
    if versions is None or versions.other != name or metric != case.project.targets.metric:
        return lacking(
            entry, "There is no simplest answer for this metric, and no simpler version to compare with.",
            supply="add the answers of a simple baseline as a second version, and name it incumbent in [project]",
        )  # fmt: skip
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
