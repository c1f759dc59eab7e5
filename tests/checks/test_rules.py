from __future__ import annotations

import numpy as np
import pandas as pd


def _dates(rng, n=400):
    start = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 200, n), unit="D")
    end = start + pd.to_timedelta(rng.integers(1, 30, n), unit="D")
    return start.strftime("%Y-%m-%d").to_numpy(dtype=object), end.strftime("%Y-%m-%d").to_numpy(dtype=object)


def test_an_end_before_its_start(look, rows_of, rng):
    start, end = _dates(rng)
    for i in (4, 44, 104):
        start[i], end[i] = end[i], start[i]
    found = look.only({"ordered": start, "shipped": end}, "broken_rule")
    assert found.columns == ("ordered", "shipped")
    assert rows_of(found, "ordered") == [4, 44, 104]


def test_dates_without_an_order_give_no_rule(look, rng):
    one, _ = _dates(rng)
    two, _ = _dates(np.random.default_rng(99))
    assert "broken_rule" not in look.kinds({"a": one, "b": two})


def _low_and_high(rng, n=500):
    low = rng.lognormal(2, 0.8, n)
    return low, low * rng.uniform(1.1, 2, n)


def _text(values):
    return [f"{v:.2f}" for v in values]


def test_a_lower_bound_above_its_upper_bound(look, rows_of, rng):
    low, high = _low_and_high(rng)
    low[[3, 30, 33, 300]] = high[[3, 30, 33, 300]] * 2
    found = look.only({"low": _text(low), "high": _text(high)}, "broken_rule")
    assert found.columns == ("low", "high")
    assert rows_of(found, "low") == [3, 30, 33, 300]


def test_numbers_that_cross_by_nature_keep_no_rule(look, rng):
    one = rng.normal(50, 10, 2000)
    columns = {"one": _text(one), "two": _text(one + rng.normal(10, 4.5, 2000))}  # 1 % below, by little
    assert "broken_rule" not in look.kinds(columns)


def test_numbers_of_different_size_keep_no_rule(look, rng):
    columns = {"age": _text(rng.normal(50, 10, 2000)), "income": _text(rng.lognormal(7, 1.2, 2000))}
    assert "broken_rule" not in look.kinds(columns)


def test_a_date_in_another_order_breaks_no_rule(look):
    first = pd.date_range("2024-01-01", periods=300, freq="D")
    written = [d.strftime("%Y-%m-%d") for d in first]
    for i in range(60, 90, 3):
        written[i] = first[i].strftime("%d.%m.%Y")
    columns = {"from": written, "to": [(d + pd.Timedelta(days=3)).strftime("%Y-%m-%d") for d in first]}
    assert "broken_rule" not in look.kinds(columns)


def test_a_copy_that_was_not_kept_up_is_a_note(look, rows_of):
    one = [f"user{i}@example.org" for i in range(300)]
    two = list(one)
    two[7], two[70] = "old7@example.org", "old70@example.org"
    found = look.only({"mail": one, "login": two}, "broken_rule")
    assert rows_of(found, "login") == [7, 70]
    assert found.severity == "note"
    assert "broken_rule" not in look.kinds({"mail": one, "login": list(one)})
    assert "broken_rule" not in look.kinds({"mail": one, "login": one[::-1]})
