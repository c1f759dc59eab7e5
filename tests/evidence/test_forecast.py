"""When the path ends, from the project's own assumptions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from gatebook.evidence.forecast import finish_weeks, forecast
from gatebook.project import Project
from gatebook.project.load import parse_project

START = dt.date(2026, 10, 5)


def project(start: dt.date | None = START, **plan: bool) -> Project:
    head = {"name": "x", "task": "classification"} | ({} if start is None else {"start": start})
    return parse_project(
        {"project": head, "tables": {"sample": {"path": "s.csv"}}, "plan": plan}, root=Path()
    )


@pytest.mark.parametrize(("unmet", "first", "p10", "p50", "p90"), [
    (0, False, 12.4, 13.3, 14.8), (1, False, 17.2, 18.4, 20.0), (2, False, 21.6, 24.4, 30.8), (0, True, 20.4, 23.5, 27.0),
    (2, True, 36.1, 43.1, 55.0),
])  # fmt: skip
def test_the_published_figures_come_out(unmet: int, first: bool, p10: float, p50: float, p90: float) -> None:
    weeks = finish_weeks(unmet, first_time=first, seed=0)
    assert np.quantile(weeks, [0.1, 0.5, 0.9]) == pytest.approx([p10, p50, p90], abs=0.4)


def test_an_assumption_that_nobody_confirmed_counts_as_unmet() -> None:
    assert len(forecast(project(data_access=True), START, 0).unmet) == 3  # type: ignore[union-attr]  # start is given


def test_time_already_spent_is_a_fact() -> None:
    late = START + dt.timedelta(weeks=200)
    assert forecast(project(), late, 0).p50 > late  # type: ignore[union-attr]  # start is given


def test_no_start_no_forecast() -> None:
    assert forecast(project(start=None), START, 0) is None


def test_the_end_of_the_calendar_is_no_error() -> None:
    assert forecast(project(start=dt.date(9999, 12, 1)), START, 0).p90 <= dt.date.max  # type: ignore[union-attr]  # start is given
