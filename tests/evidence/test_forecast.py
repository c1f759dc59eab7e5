"""When the path ends, from the project's own assumptions and the gates that it has passed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

from gatebook.evidence.forecast import finish_weeks, forecast, from_gate, with_gates
from gatebook.project import Project
from gatebook.project.load import parse_project
from gatebook.record import Forecast, GateDate

START = dt.date(2026, 10, 5)
BASE = stats.triang(c=0.5 / 4, loc=12, scale=4)
HEALTHY = stats.triang(c=2 / 6, loc=10, scale=6)  # all assumptions met, and not the first of its kind
SURE = {"data_access": True, "documented_apis": True, "dedicated_team": True, "stable_scope": True, "first_time": False}


def project(start: dt.date | None = START, deadline: dt.date | None = None, **plan: bool) -> Project:
    head: dict[str, object] = {"name": "x", "task": "classification"}
    head |= {"start": start} if start else {}
    head |= {"deadline": deadline} if deadline else {}
    return parse_project({"project": head, "tables": {"sample": {"path": "s.csv"}}, "plan": plan}, root=Path())


def gates(passed: dict[int, float], *, exact: bool = True) -> list[GateDate]:
    """The three gates of the kit; `passed` maps a week to the days from the start on which its gate was passed."""
    return [
        GateDate(
            week=week,
            title="x",
            planned=START + dt.timedelta(weeks=week),
            exact=exact and week in passed,
            passed=START + dt.timedelta(days=passed[week]) if week in passed else None,
        )
        for week in (1, 2, 4)
    ]


def told(found: Forecast | None) -> Forecast:
    assert found is not None
    return found


def days(date: dt.date) -> int:
    return (date - START).days


@pytest.mark.parametrize(
    ("unmet", "first", "p10", "p50", "p90"),
    [
        (0, False, 11.1, 12.5, 14.5),
        (1, False, 17.2, 18.4, 20.0),
        (2, False, 21.6, 24.4, 30.8),
        (0, True, 20.4, 23.5, 27.0),
        (2, True, 36.1, 43.1, 55.0),
    ],
)
def test_the_published_figures_come_out(unmet: int, first: bool, p10: float, p50: float, p90: float) -> None:
    weeks = finish_weeks(unmet, first_time=first, seed=0)
    assert np.quantile(weeks, [0.1, 0.5, 0.9]) == pytest.approx([p10, p50, p90], abs=0.4)


@pytest.mark.parametrize("q", [0.05, 0.5, 0.8, 0.9, 0.99])
def test_without_adders_the_quantiles_are_those_of_the_triangle(q: float) -> None:
    assert np.quantile(finish_weeks(0, first_time=False, seed=1), q) == pytest.approx(HEALTHY.ppf(q), abs=0.03)


@pytest.mark.parametrize(
    ("unmet", "first", "adder", "spread"),
    [
        (0, False, 0.0, 0.0),
        (1, False, 5.0, 4 / 12),
        (3, False, 12.0, 16.0),
        (0, True, 0.0, 0.0),
        (1, True, 5.0, 4 / 12),
        (2, True, 12.0, 16.0),
    ],
)
def test_mean_and_spread_are_those_of_the_sum_and_the_product(
    unmet: int, first: bool, adder: float, spread: float
) -> None:
    weeks = finish_weeks(unmet, first_time=first, seed=2, draws=400_000)
    base = BASE if unmet or first else HEALTHY
    mean, variance = base.mean() + adder, base.var() + spread
    if first:  # an independent factor, uniform from 1.5 to 2: E = 1.75, E of its square = 37/12
        mean, variance = 1.75 * mean, (37 / 12) * (variance + mean**2) - (1.75 * mean) ** 2
    assert weeks.mean() == pytest.approx(mean, rel=0.003)
    assert weeks.var() == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize("deadline", [77, 84, 91, 95, 105])
def test_the_chance_of_the_deadline_is_the_share_of_the_triangle_before_it(deadline: int) -> None:
    found = told(forecast(project(deadline=START + dt.timedelta(days=deadline), **SURE), gates({}), START, 0))
    assert found.on_time == pytest.approx(HEALTHY.cdf(deadline / 7), abs=0.01)


def test_the_chance_with_an_adder_is_its_convolution() -> None:
    late = START + dt.timedelta(weeks=18)
    found = told(forecast(project(deadline=late, **(SURE | {"data_access": False})), gates({}), START, 0))
    expected = integrate.quad(lambda u: BASE.cdf(18 - u) / 2, 4, 6)[0]
    assert found.on_time == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(("week", "day"), [(1, 5), (1, 21), (2, 14), (2, 40), (4, 28), (4, 60)])
def test_after_a_gate_the_quantiles_are_those_of_the_triangle_moved(week: int, day: int) -> None:
    passed = gates({week: day})
    found = told(forecast(project(**SURE), passed, START + dt.timedelta(days=day), 0))
    done, at, median = week / 12, day / 7, HEALTHY.ppf(0.5)
    for date, q in ((found.p50, 0.5), (found.p80, 0.8), (found.p90, 0.9)):
        left = (1 - done) * HEALTHY.ppf(q) / median * ((1 - done) * median + at)
        assert days(date) == pytest.approx((at + left) * 7, abs=1.6)


def test_who_is_on_pace_keeps_the_median_and_has_less_to_fear() -> None:
    median = HEALTHY.ppf(0.5)
    day = round(4 / 12 * median * 7)
    before = told(forecast(project(**SURE), gates({}), START, 0))
    after = told(forecast(project(**SURE), gates({4: day}), START + dt.timedelta(days=day), 0))
    assert days(after.p50) == pytest.approx(days(before.p50), abs=1.5)
    assert days(after.p90) - days(after.p50) < days(before.p90) - days(before.p50)


def test_a_late_gate_moves_the_end_and_an_early_one_draws_it_nearer() -> None:
    ends = [
        told(forecast(project(**SURE), gates({2: day}), START + dt.timedelta(days=day), 0)).p50
        for day in (10, 16, 25, 28)
    ]
    assert ends == sorted(set(ends))


def test_a_gate_that_passed_before_anybody_looked_is_no_slip() -> None:
    look = START + dt.timedelta(days=27)
    late = told(forecast(project(**SURE), gates({2: 27}), look, 0))
    unknown = told(forecast(project(**SURE), gates({2: 27}, exact=False), look, 0))
    assert days(unknown.p50) == pytest.approx(HEALTHY.ppf(0.5) * 7, abs=3)
    assert unknown.p50 < late.p50


HISTORIES: list[dict[int, float]] = [{}, {1: 8}, {1: 8, 2: 20}, {1: 8, 2: 20, 4: 40}, {4: 28}]


@pytest.mark.parametrize("passed", HISTORIES)
@pytest.mark.parametrize("plan", [SURE, SURE | {"data_access": False}, {}, SURE | {"first_time": True}])
def test_a_later_day_with_nothing_done_never_finishes_earlier(passed: dict[int, float], plan: dict[str, bool]) -> None:
    deadline = START + dt.timedelta(weeks=20)
    found = [
        told(forecast(project(deadline=deadline, **plan), gates(passed), START + dt.timedelta(days=d), 0))
        for d in (*range(int(max(passed.values(), default=0)), 160, 5), 300, 900)
    ]
    for name in ("p50", "p80", "p90"):
        dates = [getattr(one, name) for one in found]
        assert dates == sorted(dates)
    if 4 not in passed:  # behind the last gate only draws that agree are left, and the chance is one of those
        chances = [one.on_time for one in found if one.on_time is not None]
        assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize("day", [3, 10, 20, 28, 45, 80])
@pytest.mark.parametrize("week", [1, 2, 4])
def test_an_open_gate_is_never_better_than_one_passed_today(week: int, day: int) -> None:
    start, today = finish_weeks(0, first_time=False, seed=0), START + dt.timedelta(days=day)
    only = [g for g in gates({}) if g.week == week]
    done = [g for g in gates({week: day}) if g.week == week]
    for q in (0.1, 0.5, 0.9):
        assert np.quantile(with_gates(start, only, START, today), q) > np.quantile(from_gate_of(start, done[0], day), q)


def from_gate_of(weeks: np.ndarray, gate: GateDate, day: int) -> np.ndarray:
    return from_gate(weeks, float(np.median(weeks)), gate.week / 12, day / 7)


def test_a_gate_that_is_long_overdue_moves_the_end_by_more_than_the_days_lost() -> None:
    ends = [days(told(forecast(project(**SURE), gates({}), START + dt.timedelta(days=d), 0)).p50) for d in (20, 40)]
    assert ends[1] - ends[0] >= 20


def test_a_healthy_project_of_twelve_weeks_can_meet_its_own_deadline() -> None:
    due = START + dt.timedelta(weeks=12)
    at_start = told(forecast(project(deadline=due, **SURE), gates({}), START, 0)).on_time
    on_pace = told(
        forecast(project(deadline=due, **SURE), gates({1: 7, 2: 14, 4: 28}), START + dt.timedelta(days=28), 0)
    ).on_time
    assert at_start == pytest.approx(1 / 3, abs=0.01)
    assert on_pace is not None
    assert on_pace > 0.35
    assert told(forecast(project(deadline=due), gates({}), START, 0)).on_time == 0


def test_what_each_unmet_assumption_costs_is_on_record() -> None:
    assert told(forecast(project(**SURE), gates({}), START, 0)).costs == ()
    plain = told(forecast(project(**SURE), gates({}), START, 0)).p50
    for missing in (
        ["data_access"],
        ["data_access", "stable_scope"],
        ["data_access", "dedicated_team", "stable_scope"],
    ):
        found = told(forecast(project(**(SURE | dict.fromkeys(missing, False))), gates({}), START, 0))
        assert [c.assumption for c in found.costs] == list(found.unmet)
        assert sum(c.weeks for c in found.costs) * 7 == pytest.approx(days(found.p50) - days(plain), abs=1.5)
        assert all(c.weeks > 0 for c in found.costs)
    first = told(forecast(project(**(SURE | {"first_time": True})), gates({}), START, 0))
    assert first.costs[0].weeks * 7 == pytest.approx(days(first.p50) - days(plain), abs=1.5)


def test_an_assumption_that_nobody_confirmed_counts_as_unmet() -> None:
    assert len(told(forecast(project(data_access=True), (), START, 0)).unmet) == 3


def test_who_does_not_say_otherwise_does_this_for_the_first_time() -> None:
    assert told(forecast(project(), (), START, 0)).first_time
    assert not told(forecast(project(**SURE), (), START, 0)).first_time


def test_time_already_spent_is_a_fact() -> None:
    late = START + dt.timedelta(weeks=200)
    assert told(forecast(project(), (), late, 0)).p50 > late


def test_no_start_no_forecast() -> None:
    assert forecast(project(start=None), (), START, 0) is None


def test_the_end_of_the_calendar_is_no_error() -> None:
    assert told(forecast(project(start=dt.date(9999, 12, 1)), (), START, 0)).p90 <= dt.date.max
