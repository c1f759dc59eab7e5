"""The decision rule of docs/contract.md, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from gatebook.record import Clock, Recommendation, Row, RowCode

DECISION_DAY = 28
TO_SIGN: frozenset[RowCode] = frozenset({"mapping-replaced", "cleared"})


def enters(row: Row) -> bool:
    """Return whether the row can count at all: milestones and rows of context never do."""
    return row.kind == "criterion" and row.status != "not-applicable"


def recommend(rows: Iterable[Row], promised: Collection[str], *, lowered: bool = False) -> Recommendation:
    """Return the machine's recommendation.

    Args:
        rows: every row due, judged.
        promised: ids of open conditions with a live owner and date, or a live waiver.
        lowered: whether a target was lowered after a look, as somebody signed.
    """
    due = [row for row in rows if enters(row)]
    decisive = [row for row in due if row.weight == "decisive"]
    if any(row.status == "fail" for row in decisive):
        return "NO-GO"
    if not decisive or any(row.status != "pass" for row in decisive):
        return "NOT ENOUGH EVIDENCE"
    still_open = open_conditions(due)
    if not still_open:
        return "CONDITIONAL GO" if lowered or mended(due) else "GO"
    if all(row.id in promised for row in still_open):
        return "CONDITIONAL GO"
    return "NOT ENOUGH EVIDENCE"


def mended(rows: Iterable[Row]) -> list[Row]:
    """Return the rows whose evidence was replaced, or taken away under a row that did not pass."""
    return [row for row in rows if enters(row) and TO_SIGN & set(row.codes)]


def open_conditions(rows: Iterable[Row]) -> list[Row]:
    """Return the conditions that failed or lack evidence, in the catalogue's order."""
    return [row for row in rows if enters(row) and row.weight == "condition" and row.status != "pass"]


def clock(recommendation: Recommendation, start: dt.date | None, as_of: dt.date) -> Clock:
    """Return where the decision stands in time: day 28 after the start is the last day for it."""
    if start is None:
        return "unknown"
    if (as_of - start).days <= DECISION_DAY:
        return "on-time"
    return "late" if recommendation in {"GO", "CONDITIONAL GO"} else "reassess"
