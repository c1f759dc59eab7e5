"""When the stages of the path were passed: by the runs and signatures on record, never by somebody's word alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from gatebook.criteria import Entry
from gatebook.project import Project
from gatebook.record import GateDate, Row
from gatebook.verdict.case import Case, lacking
from gatebook.verdict.case import row as judged
from gatebook.verdict.past import Past
from gatebook.verdict.recommend import DECISION_DAY
from gatebook.words import Code, said

DECISION_WEEK = 4
GO = frozenset({"GO", "CONDITIONAL GO"})


def gate_dates(project: Project, rows: Iterable[Row], past: Past, as_of: dt.date) -> tuple[GateDate, ...]:
    """Return one entry for each milestone of the path, in the order of the weeks; empty without a start.

    A milestone is passed on the day of the first run of the last unbroken series that showed it passed; week 4 is
    passed on the day of the signed go that still stands.
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


class MilestoneIs(Code):
    """What a milestone says."""

    REACHED = "reached"
    NOT_MET = "not_met"
    NOT_SHOWN = "not_shown"
    NOT_YET = "not_yet"
    LATE = "late"


def milestone(entry: Entry, case: Case, main: Iterable[str]) -> Row:
    """Return the milestone of a gate: none of its rows failed, and the main ones pass.

    Args:
        entry: the milestone.
        case: with the rows judged so far.
        main: ids of the rows that must pass.
    """
    rows = [r for r in case.judged.values() if r.gate == entry.gate and r.kind == "criterion" and r.weight != "context"]
    late = case.project.start is not None and case.as_of - case.project.start > dt.timedelta(days=DECISION_DAY)
    flags = (MilestoneIs.LATE,) if late else ()
    if (failed := next((r for r in rows if r.status == "fail"), None)) is not None:
        why = said(MilestoneIs.NOT_MET, title=failed.title, supply=failed.supply)
        return judged(entry, "fail", why, flags=flags)
    shown = [case.judged[row_id] for row_id in main if row_id in case.judged]
    waiting = next((r for r in shown if r.status != "pass"), None)
    if waiting is not None:
        return lacking(entry, said(MilestoneIs.NOT_SHOWN, title=waiting.title, supply=waiting.supply), flags=flags)
    return judged(entry, "pass", MilestoneIs.REACHED) if shown else lacking(entry, MilestoneIs.NOT_YET, flags=flags)


def _since(seen: Sequence[tuple[dt.date, bool]]) -> tuple[dt.date | None, bool]:
    """Return the day since which it has held without a break, None where it does not, and whether it was open
    before.
    """
    first: dt.date | None = None
    for day, holds in reversed(seen):
        if not holds:
            return first, True
        first = day
    return first, False
