"""Rows D, T, G5, 1.10 and the milestones: people, time and plan."""

from __future__ import annotations

import datetime as dt

import numpy as np

from gatebook.criteria import Entry
from gatebook.record import Row
from gatebook.verdict.case import Case, Flag, Reason, context, lacking, limit_of, row
from gatebook.words import Said, said


def judge_owner(entry: Entry, case: Case) -> Row:
    """D1: a named owner, of whom somebody attests that they answer for profit and loss."""
    if case.project.owner is None:
        return lacking(entry, "No owner is named.", flags=(Flag.UNATTESTABLE,))
    return lacking(
        entry, "The owner is named; nobody has attested that they answer for profit and loss.", supply="attest D1"
    )


def judge_access(entry: Entry, case: Case) -> Row:
    """1.10: working days between asking for the data and having it; a red flag beyond three."""
    asked, had = case.project.data_requested, case.project.data_received
    if asked is None:
        return context(entry, "It is not recorded when the data was asked for.")
    days = int(np.busday_count(asked, max(had or case.as_of, asked)))
    slow = days > limit_of(entry, 3)
    if had is None:
        return context(entry, said(Reason.ACCESS_WAITS, days=days), flags=(Flag.ORGANISATIONAL,) if slow else ())
    return context(
        entry,
        said(Reason.SLOW_ACCESS if slow else Reason.QUICK_ACCESS, days=days),
        flags=(Flag.ORGANISATIONAL,) if slow else (),
    )


def judge_clock(entry: Entry, case: Case) -> Row:
    """G5: whether day 28 has passed; the clock itself stands beside the recommendation."""
    if case.project.start is None:
        return _weighed(entry, "The project file gives no start.", holds=None)
    day = (case.as_of - case.project.start).days
    left = int(limit_of(entry, 28)) - day
    words = f"Day {day} of {day + left}." if left >= 0 else f"Day {day}: the decision is {-left} days late."
    return _weighed(entry, words, holds=left >= 0)


def judge_signed(entry: Entry, case: Case) -> Row:
    """4.7: a person has signed a decision; which one does not matter here."""
    signed = [item for item in case.past.signatures if item.date <= case.as_of]
    if not signed:
        return lacking(entry, "Nobody has signed a decision yet.", supply="sign with `gatebook sign`")
    last = signed[-1]
    return row(entry, "pass", f"{last.person} signed {last.decision} on {last.date:%-d %B %Y}.")


def judge_deadline(entry: Entry, case: Case) -> Row:
    """T10: a deadline is set, at most twelve weeks after the start."""
    start, deadline = case.project.start, case.project.deadline
    if deadline is None:
        return _weighed(entry, "No deadline is set.", holds=None)
    if start and deadline - start > dt.timedelta(weeks=12):
        return _weighed(entry, "The deadline lies more than twelve weeks after the start.", holds=False)
    return _weighed(entry, f"The deadline is {deadline:%-d %B %Y}.", holds=True)


_ASSUMPTIONS = {"T1": "data_access", "T2": "documented_apis", "T3": "dedicated_team", "T4": "stable_scope"}


def judge_assumption(entry: Entry, case: Case) -> Row:
    """T1-T4: what the plan says of the assumption."""
    held = getattr(case.project.plan, _ASSUMPTIONS[entry.id])
    words = {True: "Confirmed in the plan.", False: "Does not hold.", None: "Nobody has confirmed it."}[held]
    return _weighed(entry, words, holds=held)


def judge_nothing(entry: Entry, case: Case) -> Row:
    """A row that is told for context and read elsewhere, or later."""
    del case
    if entry.weight != "context":
        return lacking(entry, "Nobody has attested it.")
    return context(entry, "Told for context; it does not enter the decision.")


def _weighed(entry: Entry, reason: str | Said, *, holds: bool | None) -> Row:
    """Return the row for context, or with a status where the project raised its weight."""
    if entry.weight == "context":
        return context(entry, reason)
    if holds is None:
        return lacking(entry, reason)
    return row(entry, "pass" if holds else "fail", reason)
