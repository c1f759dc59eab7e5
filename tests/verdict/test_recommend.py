"""The decision rule, on every combination that it can meet."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from gatebook.criteria import rows
from gatebook.record import Row
from gatebook.verdict.recommend import clock, open_conditions, recommend

STATUSES = ("pass", "fail", "not-enough-evidence")


def make(row_id: str, weight: str, status: str | None, kind: str = "criterion") -> Row:
    return Row(id=row_id, weight=weight, status=status, kind=kind, gate="week-4", title=row_id)


def expected(decisive: tuple[str, ...], conditions: tuple[str, ...], promised: tuple[bool, ...]) -> str:
    """The rule of docs/contract.md, written once more as it reads."""
    if "fail" in decisive:
        return "NO-GO"
    if "not-enough-evidence" in decisive:
        return "NOT ENOUGH EVIDENCE"
    if all(status == "pass" for status in conditions):
        return "GO"
    if all(status == "pass" or live for status, live in zip(conditions, promised, strict=True)):
        return "CONDITIONAL GO"
    return "NOT ENOUGH EVIDENCE"


def test_every_combination_of_two_decisive_and_two_condition_rows() -> None:
    for decisive in itertools.product(STATUSES, repeat=2):
        for conditions in itertools.product(STATUSES, repeat=2):
            for promised in itertools.product((True, False), repeat=2):
                rows = [make(f"G{i}", "decisive", s) for i, s in enumerate(decisive)]
                rows += [make(f"1.{i}", "condition", s) for i, s in enumerate(conditions)]
                live = {f"1.{i}" for i, yes in enumerate(promised) if yes}
                assert recommend(rows, live) == expected(decisive, conditions, promised)


@pytest.mark.parametrize(
    "row",
    [
        make("1.10", "condition", "fail", "context"),
        make("2.2", "decisive", "fail", "context"),
        make("4.7", "condition", "not-enough-evidence", "milestone"),
        make("1.11", "condition", "fail", "milestone"),
        make("T8", "condition", "fail", "forecast"),
        make("D5", "context", "fail"),
        make("1.8", "condition", "not-applicable"),
    ],
)
def test_rows_that_never_enter(row: Row) -> None:
    assert recommend([make("G1", "decisive", "pass"), row], set()) == "GO"


def test_no_decisive_row_is_no_go_ahead() -> None:
    assert recommend([make("1.1", "condition", "pass")], set()) == "NOT ENOUGH EVIDENCE"


def test_a_decisive_row_without_a_status_is_not_a_pass() -> None:
    assert recommend([make("G1", "decisive", None)], set()) == "NOT ENOUGH EVIDENCE"


def test_promises_for_decisive_rows_count_for_nothing() -> None:
    assert recommend([make("G4", "decisive", "not-enough-evidence")], {"G4"}) == "NOT ENOUGH EVIDENCE"


def test_what_the_contract_keeps_out_of_decisions_is_no_criterion() -> None:
    assert all(rows()[row_id].kind != "criterion" for row_id in ("1.10", "1.11", "2.2", "2.6", "4.7"))


def test_open_conditions_keep_the_order_of_the_catalogue() -> None:
    rows = [
        make("1.2", "condition", "fail"),
        make("1.1", "condition", "pass"),
        make("4.6", "condition", "not-enough-evidence"),
    ]
    assert [row.id for row in open_conditions(rows)] == ["1.2", "4.6"]


@pytest.mark.parametrize(
    ("recommendation", "day", "state"),
    [
        ("GO", 28, "on-time"),
        ("NO-GO", 28, "on-time"),
        ("GO", 29, "late"),
        ("CONDITIONAL GO", 29, "late"),
        ("NO-GO", 29, "reassess"),
        ("NOT ENOUGH EVIDENCE", 40, "reassess"),
    ],
)
def test_the_clock(recommendation: str, day: int, state: str) -> None:
    start = dt.date(2026, 10, 5)
    assert clock(recommendation, start, start + dt.timedelta(days=day)) == state


def test_the_clock_without_a_start() -> None:
    assert clock("GO", None, dt.date(2026, 1, 1)) == "unknown"


def test_no_row_that_gets_worse_makes_a_decision_better() -> None:
    order = ("NO-GO", "NOT ENOUGH EVIDENCE", "CONDITIONAL GO", "GO")
    worse = {"pass": ("fail", "not-enough-evidence"), "not-enough-evidence": ("fail",), "fail": ()}
    ids = (("G1", "decisive"), ("G2", "decisive"), ("1.1", "condition"), ("1.2", "condition"))
    for statuses in itertools.product(STATUSES, repeat=4):
        for live in (set(), {"1.1"}, {"1.1", "1.2"}):
            before = recommend([make(*pair, s) for pair, s in zip(ids, statuses, strict=True)], live)
            for i, status in itertools.product(range(4), STATUSES):
                if status in worse[statuses[i]]:
                    taken = (*statuses[:i], status, *statuses[i + 1 :])
                    now = recommend([make(*pair, s) for pair, s in zip(ids, taken, strict=True)], live)
                    assert order.index(now) <= order.index(before)
