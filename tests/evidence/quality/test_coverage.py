from __future__ import annotations

import pandas as pd


def test_weeks_without_a_row_are_a_gap(look):
    days = [
        d
        for d in pd.date_range("2025-01-01", periods=120)
        if not pd.Timestamp("2025-02-10") <= d <= pd.Timestamp("2025-03-05")
    ]
    found = look.only(
        {"at": [d.strftime("%Y-%m-%d") for d in days], "x": range(len(days))}, "time_gap", time="at"
    )
    assert "no row for 24 days, from 2025-02-10 to 2025-03-05" in found.title


def test_weekends_and_holidays_are_no_gap(look):
    days = [d for d in pd.bdate_range("2025-01-01", periods=120) if d.month != 5 or d.day > 5]
    assert "time_gap" not in look.kinds({"at": [d.strftime("%Y-%m-%d") for d in days]}, time="at")
