"""Behind page one of go/no-go: what the verdict rests on, what is open, money, people, looks, method, provenance."""

from __future__ import annotations

import base64
import gzip
import math
from dataclasses import fields

from gatebook.document.go_no_go import money_facts, money_range, sign_of, time_facts
from gatebook.document.page import Dot, Dots, Fragment, fingerprint, section
from gatebook.document.rows import DECISIVE, QUALITY, SPEED, find, question
from gatebook.figures import Scale
from gatebook.record import Fates, Forecast, Money, OpenCondition, Record, Row
from gatebook.words.figures import money

TELLS_FIGURES = frozenset({"above_bar", "below_bar", "missed_above", "missed_below", "undecided", "labels_used"})
_LOOKS = 60  # rows of the table of looks
_EVENTS = 60  # rows of the table of what happened while reading


def verdict_rests_on(record: Record) -> Fragment:
    """Return the four decisive rows with their drawings, figures and reasons."""
    found = [(role, row) for role in DECISIVE if (row := find(record, role))]
    told = [r.id for _, r in found if r.estimate is None or r.code in TELLS_FIGURES]
    tests = [(row, question(role), role in (QUALITY, SPEED), _worth(row)) for role, row in found]
    return section("evidence", record, tests=tests, told=told)


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
        rows=[(r, promised.get(r.id)) for r in sorted(rows, key=lambda r: r.status == "pass")],
        unmet=len(unmet),
        alone=sum(not counts(promised.get(r.id)) for r in unmet),
        context=[r for r in record.criteria if r.weight == "context" and r.status not in (None, "not-applicable")],
    )


def integration(record: Record) -> Fragment:
    """Return the systems to connect, and which answered."""
    return section("integration", record)


def value(record: Record) -> Fragment:
    """Return what launching is worth, with its interval, and when the path ends."""
    undecided = [
        r for r in record.criteria if r.labels_needed and r.status == "not-enough-evidence" and r.weight != "context"
    ]
    m, f = record.money, record.forecast
    return section(
        "value",
        record,
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


def people(record: Record) -> Fragment:
    """Return who signed, vouched for or waived what."""
    return section("people", record, live=[a for a in record.attestations if a.expires >= record.run.as_of])


def looks(record: Record) -> Fragment:
    """Return every look at the labels, and the share of the allowed error that it spent."""
    shown, in_all = record.looks[-_LOOKS:], max(record.looks_in_all, len(record.looks))
    return section("looks", record, shown=shown, in_all=in_all if in_all > len(shown) else None)


def method(record: Record) -> Fragment:
    """Return the method for a sceptical reader, and the choices that were made."""
    first = find(record, QUALITY)
    used = {(r.title, r.method) for r in record.criteria if r.method not in (None, "none")}
    level = 1 - first.level if first is not None and first.level is not None else None
    return section("method", record, level=level, used=sorted(used, key=lambda pair: pair[0]))


def line_account(record: Record) -> Fragment:
    """Return what became of every line of every table; fates that no table has take no column."""
    always = {"header", "kept"}
    names = [f.name for f in fields(Fates)]
    fates = [f for f in names if f in always or any(getattr(t.fates, f) for t in record.tables)]
    events = [(t.role, event) for t in record.tables for event in t.events]
    return section(
        "lines",
        record,
        fates=fates,
        open_tables=sum(not t.closed for t in record.tables),
        lost=sum(t.fates.quarantined + t.fates.rejected for t in record.tables),
        events=events[:_EVENTS],
    )


def provenance(record: Record) -> Fragment:
    """Return parameters, versions and inputs with their hashes, and the record itself as a file in the page.

    The record is packed without a date, so that bytes repeat.
    """
    packed = base64.b64encode(gzip.compress(record.to_json().encode(), 9, mtime=0)).decode()
    return section("provenance", record, fingerprint=fingerprint(record), packed=packed)
