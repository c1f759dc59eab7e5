"""Behind page one of go/no-go: what the verdict rests on, which conditions are open, money and time."""

from __future__ import annotations

import math

from gatebook.document.page import Dot, Dots, Fragment, rows_of, templates_of
from gatebook.document.rows import DECISIVE, QUALITY, SPEED, find, question
from gatebook.figures import Scale
from gatebook.gates.week04.pages.decision import money_facts, money_range, sign_of, time_facts
from gatebook.pictures import PICTURES
from gatebook.record import Forecast, Money, OpenCondition, Record, Row
from gatebook.words.figures import money

_, section = templates_of(__name__)
TELLS_FIGURES = frozenset({"above_bar", "below_bar", "missed_above", "missed_below", "undecided", "labels_used"})


def rows(record: Record) -> Fragment:
    """Return the four decisive rows with their drawings, figures and reasons."""
    found = [(role, row) for role in DECISIVE if (row := find(record, role))]
    told = [r.id for _, r in found if r.estimate is None or r.code in TELLS_FIGURES]
    tests = [(row, question(role), role in (QUALITY, SPEED), _worth(row)) for role, row in found]
    return section("evidence", record, table=rows_of(Row, lambda r: r.criteria), tests=tests, told=told)


def _worth(row: Row) -> float | None:
    """Return how many independent cases the rows are worth, None where each counts fully."""
    if not row.n or row.n_effective is None:
        return None
    return row.n_effective if 1 <= row.n_effective < row.n * 0.99 else None


def conditions(record: Record) -> Fragment:
    """Return every condition, met or open, with who closes it by when."""
    promised = {o.id: o for o in record.open}
    rows = [r for r in record.criteria if r.weight == "condition" and r.status != "not-applicable"]
    unmet = [r for r in rows if r.status != "pass"]

    def counts(promise: OpenCondition | None) -> bool:
        return promise is not None and (promise.live or promise.waived)

    return section(
        "conditions",
        record,
        table=rows_of(OpenCondition, lambda r: r.open),
        drawn=("conditions",),
        rows=[(r, promised.get(r.id)) for r in sorted(rows, key=lambda r: r.status == "pass")],
        unmet=len(unmet),
        alone=sum(not counts(promised.get(r.id)) for r in unmet),
        context=[r for r in record.criteria if r.weight == "context" and r.status not in (None, "not-applicable")],
    )


def value(record: Record) -> Fragment:
    """Return what launching is worth, with its interval, and when the path ends."""
    undecided = [
        r for r in record.criteria if r.labels_needed and r.status == "not-enough-evidence" and r.weight != "context"
    ]
    m, f = record.money, record.forecast
    return section(
        "value",
        record,
        table=PICTURES["value"].frame,
        drawn=("value", "delay", "timeline"),
        month=_month(m) if m else None,
        sums=money_facts(record),
        still_earns=m is not None and sign_of(m) == "gain",
        undecided=[(r, r.days and max(1, math.ceil(r.days))) for r in undecided],
        dates=time_facts(record),
        delays=_delays(f) if f else [],
        some_passed=f is not None and any(gate.passed for gate in f.gates),
    )


def _month(m: Money) -> Dots:
    worth = m.monthly
    status = "pass" if worth.lower > 0 else "fail" if worth.upper < 0 else "open"
    scale = Scale.over([worth.lower, worth.upper, worth.estimate, 0.0])
    told, spread = money(worth.estimate, m.currency), money_range(m)
    dot = Dot("If launched", worth.estimate, worth.lower, worth.upper, told, spread, spread, status, reference=0.0)
    return Dots((dot,), scale, ((0.0, "0"),))


def _delays(f: Forecast) -> list[tuple[str, int | None]]:
    """Return each assumption that is not confirmed, and about how many weeks it costs."""
    weeks = {c.assumption: round(c.weeks) for c in f.costs}
    return [(name, weeks.get(name)) for name in dict.fromkeys([*f.unmet, *weeks])]
