"""When the stages of the path were passed: by the runs and signatures on record, never by somebody's word alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from gatebook.project import Project
from gatebook.record import GateDate, Row
from gatebook.verdict.past import Past

DECISION_WEEK = 4
GO = frozenset({"GO", "CONDITIONAL GO"})


def gate_dates(project: Project, rows: Iterable[Row], past: Past, as_of: dt.date) -> tuple[GateDate, ...]:
    """Return one entry for each milestone of the path, in the order of the weeks; empty without a start.

    A milestone is passed on the day of the first run of the last unbroken series that showed it passed; week 4 is passed
    on the day of the signed go that still stands.
    """
    if project.start is None:
        return ()
    found = []
    for row in rows:
        if row.kind != "milestone" or not row.gate.startswith("week-"):
            continue
        week = int(row.gate.removeprefix("week-"))
        if week == DECISION_WEEK:
            seen = [(item.date, item.decision in GO) for item in past.signatures if item.date <= as_of]
            passed, exact = _since(seen)[0], True
        else:
            seen = [
                (day, statuses[row.id] == "pass") for day, statuses in past.runs if row.id in statuses and day <= as_of
            ]
            passed, exact = _since([*sorted(seen, key=lambda item: item[0]), (as_of, row.status == "pass")])
        planned = min(project.start, dt.date.max - dt.timedelta(weeks=week)) + dt.timedelta(weeks=week)
        found.append(
            GateDate(week=week, title=row.title, planned=planned, passed=passed, exact=passed is not None and exact)
        )
    return tuple(sorted(found, key=lambda gate: gate.week))


def _since(seen: Sequence[tuple[dt.date, bool]]) -> tuple[dt.date | None, bool]:
    """Return the day since which it has held without a break, None where it does not, and whether it was open before."""
    first: dt.date | None = None
    for day, holds in reversed(seen):
        if not holds:
            return first, True
        first = day
    return first, False
