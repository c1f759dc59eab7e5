"""When the path ends, from the project's own assumptions and the gates that it has passed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

from gatebook.evidence.forecast import finish_weeks, forecast, with_gates
from gatebook.project import Project
from gatebook.project.load import parse_project
from gatebook.record import Forecast, GateDate

START = dt.date(2026, 10, 5)
BASE = stats.triang(c=0.5 / 4, loc=12, scale=4)
SURE = {"data_access": True, "documented_apis": True, "dedicated_team": True, "stable_scope": True, "first_time": False}  # fmt: skip


def project(start: dt.date | None = START, deadline: dt.date | None = None, **plan: bool) -> Project:
    head: dict[str, object] = {"name": "x", "task": "classification"}
    head |= {"start": start} if start else {}
    head |= {"deadline": deadline} if deadline else {}
    return parse_project(
        {"project": head, "tables": {"sample": {"path": "s.csv"}}, "plan": plan}, root=Path()
    )


def gates(passed: dict[int, float], *, exact: bool = True) -> list[GateDate]:
    """The three gates of the kit; `passed` maps a week to the days from the start on which its gate was passed."""
    return [
        GateDate(
            week=week, title="x", planned=START + dt.timedelta(weeks=week), exact=exact and week in passed,
            passed=START + dt.timedelta(days=passed[week]) if week in passed else None,
        )
        for week in (1, 2, 4)
    ]  # fmt: skip


def told(found: Forecast | None) -> Forecast:
    assert found is not None
    return found


def days(date: dt.date) -> int:
    return (date - START).days


@pytest.mark.parametrize(("unmet", "first", "p10", "p50", "p90"), [
    (0, False, 12.4, 13.3, 14.8), (1, False, 17.2, 18.4, 20.0), (2, False, 21.6, 24.4, 30.8), (0, True, 20.4, 23.5, 27.0),
    (2, True, 36.1, 43.1, 55.0),
])  # fmt: skip
def test_the_published_figures_come_out(unmet: int, first: bool, p10: float, p50: float, p90: float) -> None:
    weeks = finish_weeks(unmet, first_time=first, seed=0)
    assert np.quantile(weeks, [0.1, 0.5, 0.9]) == pytest.approx([p10, p50, p90], abs=0.4)


@pytest.mark.parametrize("q", [0.05, 0.5, 0.8, 0.9, 0.99])
def test_without_adders_the_quantiles_are_those_of_the_triangle(q: float) -> None:
    assert np.quantile(finish_weeks(0, first_time=False, seed=1), q) == pytest.approx(BASE.ppf(q), abs=0.03)


@pytest.mark.parametrize(("unmet", "first", "adder", "spread"), [
    (0, False, 0.0, 0.0), (1, False, 5.0, 4 / 12), (3, False, 12.0, 16.0), (0, True, 0.0, 0.0), (1, True, 5.0, 4 / 12), (2, True, 12.0, 16.0),
])  # fmt: skip
def test_mean_and_spread_are_those_of_the_sum_and_the_product(
    unmet: int, first: bool, adder: float, spread: float
) -> None:
    weeks = finish_weeks(unmet, first_time=first, seed=2, draws=400_000)
    mean, variance = BASE.mean() + adder, BASE.var() + spread
    if first:  # an independent factor, uniform from 1.5 to 2: E = 1.75, E of its square = 37/12
        mean, variance = 1.75 * mean, (37 / 12) * (variance + mean**2) - (1.75 * mean) ** 2
    assert weeks.mean() == pytest.approx(mean, rel=0.003)
    assert weeks.var() == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize("deadline", [88, 91, 95, 105])
def test_the_chance_of_the_deadline_is_the_share_of_the_triangle_before_it(deadline: int) -> None:
    found = told(forecast(project(deadline=START + dt.timedelta(days=deadline), **SURE), gates({}), START, 0))
    assert found.on_time == pytest.approx(BASE.cdf(deadline / 7), abs=0.01)


def test_the_chance_with_an_adder_is_its_convolution() -> None:
    late = START + dt.timedelta(weeks=18)
    found = told(forecast(project(deadline=late, **(SURE | {"data_access": False})), gates({}), START, 0))
    expected = integrate.quad(lambda u: BASE.cdf(18 - u) / 2, 4, 6)[0]
    assert found.on_time == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(("week", "day"), [(1, 5), (1, 21), (2, 14), (2, 40), (4, 28), (4, 60)])
def test_after_a_gate_the_quantiles_are_those_of_the_triangle_moved(week: int, day: int) -> None:
    passed = gates({week: day})
    found = told(forecast(project(**SURE), passed, START + dt.timedelta(days=day), 0))
    done, at, median = week / 12, day / 7, BASE.ppf(0.5)
    for date, q in ((found.p50, 0.5), (found.p80, 0.8), (found.p90, 0.9)):
        left = (1 - done) * BASE.ppf(q) / median * ((1 - done) * median + at)
        assert days(date) == pytest.approx((at + left) * 7, abs=1.6)


def test_who_is_on_pace_keeps_the_median_and_has_less_to_fear() -> None:
    median = BASE.ppf(0.5)
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
    assert days(unknown.p50) == pytest.approx(BASE.ppf(0.5) * 7, abs=3)
    assert unknown.p50 < late.p50


def test_a_gate_still_open_leaves_only_the_slower_draws() -> None:
    """Week 4 is not passed after 34 days: only totals above 3 * 34 / 7 weeks agree with that."""
    weeks = finish_weeks(0, first_time=False, seed=0)
    found = with_gates(weeks, gates({}), START, START + dt.timedelta(days=34))
    assert found.min() > 34 / 7  # week 1 is open too, which no draw agrees with: passed today at best
    open_fourth = [g for g in gates({}) if g.week == 4]
    found = with_gates(weeks, open_fourth, START, START + dt.timedelta(days=34))
    least = 3 * 34 / 7
    q = BASE.cdf(least) + 0.5 * BASE.sf(least)
    assert np.median(found) == pytest.approx(BASE.ppf(q), abs=0.05)


def test_a_gate_open_for_longer_than_any_draw_is_taken_as_passed_today() -> None:
    at = 70
    found = told(forecast(project(**SURE), gates({2: 20}), START + dt.timedelta(days=at), 0))
    best = told(forecast(project(**SURE), gates({2: 20, 4: at}), START + dt.timedelta(days=at), 0))
    assert found.p50 == best.p50
    assert found.p50 > START + dt.timedelta(weeks=13.5)


def test_the_end_never_comes_nearer_while_a_gate_stays_open() -> None:
    ends = [
        told(forecast(project(**SURE), gates({1: 8}), START + dt.timedelta(days=d), 0)).p50
        for d in range(8, 120, 4)
    ]
    assert ends == sorted(ends)


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
