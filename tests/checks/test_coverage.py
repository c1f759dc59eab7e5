from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from gatebook.checks.registry import NotChecked


def test_weeks_without_a_row_are_a_gap(look):
    days = [
        d
        for d in pd.date_range("2025-01-01", periods=120)
        if not pd.Timestamp("2025-02-10") <= d <= pd.Timestamp("2025-03-05")
    ]
    found = look.only({"at": [d.strftime("%Y-%m-%d") for d in days], "x": range(len(days))}, "time_gap", time="at")
    assert (found.rows, found.values) == (24, {"begin": dt.date(2025, 2, 10), "end": dt.date(2025, 3, 5)})
    assert "no row for 24 days, from 10 February 2025 to 5 March 2025" in found.title


def test_weekends_and_holidays_are_no_gap(look):
    days = [d for d in pd.bdate_range("2025-01-01", periods=120) if d.month != 5 or d.day > 5]
    assert "time_gap" not in look.kinds({"at": [d.strftime("%Y-%m-%d") for d in days]}, time="at")


def _at(start, days, form="%Y-%m-%d", step=1):
    return {"at": pd.date_range(start, periods=days, freq=f"{step}D").strftime(form).tolist()}


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%SZ"])
def test_a_sample_that_ended_long_before_the_decision_is_old(look, form):
    columns = _at("2025-01-01", 60, form)
    found = look.only(columns, "stale", time="at", as_of=dt.date(2026, 1, 1))
    assert (found.values["newest"], found.values["age"]) == (dt.date(2025, 3, 1), 306)
    assert found.severity == "warning"


@pytest.mark.parametrize(
    ("start", "days", "step"),
    [
        ("2025-10-01", 60, 1),  # ended a month ago
        ("2025-01-01", 190, 1),  # ended less than half a year ago
        ("2020-06-01", 1461, 1),  # four years that ended 19 months ago
        ("2018-01-01", 12, 240),  # a row every eight months
    ],
)
def test_recent_tables_long_periods_and_slow_tables_are_not_old(look, start, days, step):
    assert "stale" not in look.kinds(_at(start, days, step=step), time="at", as_of=dt.date(2026, 1, 1))


def test_the_age_is_judged_only_where_the_day_of_the_decision_is_known(look):
    found = look(_at("2015-01-01", 60), time="at")
    assert "stale" not in {f.kind for f in found.findings}
    assert NotChecked.NO_DAY in {s.code for s in found.not_checked}


def test_days_that_come_before_months_make_no_gap(look):
    columns = _at("2025-01-01", 120, "%d/%m/%Y") | {"x": np.arange(120)}
    assert not {"time_gap", "stale"} & look.kinds(columns, time="at", as_of=dt.date(2025, 5, 2))


def test_three_lost_days_are_a_gap_where_weekends_have_rows(look):
    days = [d for d in pd.date_range("2025-03-03", periods=40) if not 14 <= (d - pd.Timestamp("2025-03-03")).days <= 16]
    columns = {"at": [d.strftime("%Y-%m-%d") for d in days], "x": range(len(days))}
    assert look.only(columns, "time_gap", time="at").rows == 3


def test_a_long_weekend_is_no_gap_in_a_table_of_working_days(look):
    days = [d for d in pd.date_range("2025-03-03", periods=60) if d.day_of_week < 5 and str(d.date()) != "2025-04-21"]
    columns = {"at": [d.strftime("%Y-%m-%d") for d in days], "x": range(len(days))}
    assert "time_gap" not in look.kinds(columns, time="at")


def test_a_few_stray_dates_far_off_make_no_gap(look):
    days = [*pd.date_range("2025-01-01", periods=120), *pd.to_datetime(["2025-12-04", "2025-12-05"])]
    columns = {"at": [d.strftime("%Y-%m-%d") for d in days], "x": range(len(days))}
    assert "time_gap" not in look.kinds(columns, time="at")
