"""When the stages of the path were passed, from the runs and signatures on record."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gatebook import people
from gatebook.assessment import assess
from gatebook.history.ledger import Ledger
from gatebook.project import Project, load_project
from gatebook.project.load import parse_project
from gatebook.record import GateDate, Row, Status
from gatebook.verdict.gate_dates import gate_dates
from gatebook.verdict.past import Past, read_past
from projects import AS_OF, START, Kind, make_project

ROWS = {"1.11": "week-1", "2.6": "week-2", "4.7": "week-4"}


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


def project(start: dt.date = START) -> Project:
    head = {"name": "x", "task": "classification", "start": start}
    return parse_project({"project": head, "tables": {"sample": {"path": "s.csv"}}}, root=Path())


def gates(past: Past, as_of: int, **now: Status) -> dict[int, GateDate]:
    rows = [
        Row(id=i, kind="milestone", gate=gate, title=i, status=now.get(gate.replace("-", "_")))
        for i, gate in ROWS.items()
    ]
    return {gate.week: gate for gate in gate_dates(project(), rows, past, day(as_of))}


def runs(*found: tuple[int, Status]) -> Past:
    return Past(runs=tuple((day(number), {"1.11": status}) for number, status in found))


def test_the_day_is_that_of_the_first_run_that_showed_it() -> None:
    past = runs((3, "not-enough-evidence"), (8, "pass"), (15, "pass"))
    first = gates(past, 20, week_1="pass")[1]
    assert (first.passed, first.exact, first.planned) == (day(8), True, day(7))


def test_a_stage_that_passed_when_somebody_first_looked_has_no_exact_day() -> None:
    first = gates(runs((12, "pass")), 20, week_1="pass")[1]
    assert (first.passed, first.exact) == (day(12), False)


def test_a_stage_that_passes_for_the_first_time_now_passes_today() -> None:
    first = gates(runs((12, "fail")), 20, week_1="pass")[1]
    assert (first.passed, first.exact) == (day(20), True)


def test_a_stage_that_was_lost_again_is_open() -> None:
    past = runs((3, "fail"), (8, "pass"), (15, "pass"))
    assert gates(past, 20, week_1="fail")[1].passed is None


def test_a_stage_that_was_lost_and_won_again_counts_from_the_second_time() -> None:
    past = runs((3, "fail"), (8, "pass"), (10, "fail"), (15, "pass"))
    assert gates(past, 20, week_1="pass")[1].passed == day(15)


def test_what_comes_after_the_day_of_the_decision_is_not_known_on_it() -> None:
    past = runs((3, "fail"), (8, "pass"), (30, "fail"))
    assert gates(past, 20, week_1="pass")[1].passed == day(8)


@pytest.mark.parametrize(
    ("signed", "passed"),
    [
        ([], None),
        ([(26, "GO")], 26),
        ([(26, "CONDITIONAL GO")], 26),
        ([(26, "NO-GO")], None),
        ([(26, "WAIT")], None),
        ([(26, "GO"), (27, "NO-GO")], None),
        ([(24, "WAIT"), (26, "GO"), (27, "CONDITIONAL GO")], 26),
        ([(40, "GO")], None),
    ],
)
def test_week_4_is_passed_by_a_signed_go_that_still_stands(
    signed: list[tuple[int, str]], passed: int | None, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "history.jsonl")
    for number, decision in signed:
        people.sign(ledger, decision, people.Signature(person="N. Falk", role="head", reason="seen", made=day(number)))
    found = gates(read_past(ledger.entries), 30)[4]
    assert found.passed == (None if passed is None else day(passed))


def test_the_end_of_the_calendar_is_no_error() -> None:
    row = Row(id="4.7", kind="milestone", gate="week-4", title="x")
    last = dt.date(9999, 12, 20)
    assert gate_dates(project(last), [row], Past(), last)[0].planned == dt.date.max


def test_a_signature_fixes_week_4_in_the_forecast_and_closes_its_milestone(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p", Kind(rows=1000))
    before = assess(load_project(folder), AS_OF)
    assert before.row("4.7").status == "not-enough-evidence"
    assert before.forecast is not None
    assert {g.week: g.passed for g in before.forecast.gates} == {1: AS_OF, 2: AS_OF, 4: None}
    people.sign(
        Ledger.of(load_project(folder)),
        "GO",
        people.Signature(person="N. Falk", role="head", reason="seen", made=day(24)),
    )
    after = assess(load_project(folder), AS_OF)
    assert after.row("4.7").status == "pass"
    assert after.decision.recommendation == before.decision.recommendation
    assert after.forecast is not None
    assert after.forecast.gates[-1].passed == day(24)
    assert after.forecast.p50 < before.forecast.p50
