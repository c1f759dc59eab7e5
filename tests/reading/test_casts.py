import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.errors import TableError
from gatebook.reading.casts import to_numbers, to_times


def series(*cells):
    return pd.Series(cells, dtype="str")


def test_every_cell_is_cast_failed_or_empty():
    cast = to_numbers(series("1", " 2.5 ", "1,234.5", "x", None, "", "NaN", "inf", "1e400", "1_000", "0x1f"))
    assert cast.values.dropna().tolist() == [1.0, 2.5, 1234.5]
    assert cast.failed == 6


def test_a_decimal_comma_is_found_or_told():
    found = to_numbers(series("1,5", "2,25", "1.234,5"))
    assert found.values.tolist() == [1.5, 2.25, 1234.5]
    assert to_numbers(series("1,234", "2.5"), decimal=",").values.tolist()[0] == 1.234
    unclear = to_numbers(series("1,234", "5,678"))
    assert unclear.values.tolist() == [1234.0, 5678.0]


@given(st.lists(st.floats(-1e150, 1e150), min_size=1, max_size=20))
def test_every_number_up_to_the_largest_reads_back_as_itself(values):
    cast = to_numbers(pd.Series([repr(v) for v in values], dtype="str"))
    assert cast.failed == 0
    assert all(a == b or math.isclose(a, b, rel_tol=1e-15) for a, b in zip(cast.values, values, strict=True))


def test_day_and_month_are_told_apart():
    assert to_times(series("01/02/2024", "13/02/2024")).values.dt.month.tolist() == [2, 2]
    assert to_times(series("01/02/2024", "02/13/2024")).values.dt.month.tolist() == [1, 2]
    assert to_times(series("01/02/2024")).values.dt.month.tolist() == [2]
    mixed = to_times(series("13/02/2024", "02/14/2024"))
    assert mixed.failed == 1
    assert to_times(series("01.02.2024"), date_order="mdy").values.dt.month.tolist() == [1]


def test_zones_are_kept_and_a_mix_fails():
    aware = to_times(series("2024-03-31T02:30:00+01:00", "2024-03-31 01:30Z"))
    assert str(aware.values.dtype) == "datetime64[us, UTC]"
    assert len(set(aware.values)) == 1
    mixed = to_times(series("2024-01-01T00:00:00Z", "2024-01-01 00:00"))
    assert (mixed.values.notna().sum(), mixed.failed) == (1, 1)
    told = to_times(series("2024-01-01T00:00:00Z", "2024-01-01 01:00"), time_zone="Europe/Berlin")
    assert len(set(told.values)) == 1


def test_a_time_that_the_clock_skips_or_doubles_fails():
    cast = to_times(series("2024-03-31 02:30", "2024-10-27 02:30", "2024-07-01 12:00"), time_zone="Europe/Berlin")
    assert cast.values.isna().tolist() == [True, True, False]
    with pytest.raises(TableError, match="time_zone"):
        to_times(series("2024-07-01 12:00"), time_zone="Mars/Base")


def test_impossible_dates_fail_and_half_days_are_read():
    cast = to_times(series("2024-02-30", "31/04/2024", "05/01/2024 03:15 PM", "12:00", "x"))
    assert cast.failed == 4
    assert cast.values.dropna().iloc[0].hour == 15


def test_an_empty_column_casts_to_nothing():
    for cast in (to_numbers(series(None, "")), to_times(series(None, ""))):
        assert (cast.values.notna().sum(), cast.failed) == (0, 0)
    assert to_numbers(series()).values.dtype == np.float64


def test_moments_read_at_once_are_those_read_one_by_one(monkeypatch):
    rng = np.random.default_rng(5)
    cells = [
        f"{y}-{m:02d}-{d:02d}{' T'[i % 2]}{h:02d}:{i % 60:02d}:{59 - i % 60:02d}"
        for i, (y, m, d, h) in enumerate(
            zip(
                rng.choice([1000, 1677, 1969, 2024, 2262, 9999], 500),
                rng.integers(0, 14, 500),
                rng.integers(0, 33, 500),
                rng.integers(0, 26, 500),
                strict=True,
            )
        )
    ]
    series = pd.Series([*cells, None, ""], dtype="str", index=range(501, -1, -1))
    at_once = to_times(series)
    monkeypatch.setattr("gatebook.reading.casts._PLAIN", "nothing")
    one_by_one = to_times(series)
    assert at_once.values.equals(one_by_one.values)
    assert at_once.failed == one_by_one.failed
    assert 0 < at_once.failed < 500


def test_three_digits_behind_a_zero_and_a_comma_are_decimals() -> None:
    cells = pd.Series(["0,291", "0,370", "1,024", "12,500"], dtype="str")
    assert to_numbers(cells).values.tolist() == [0.291, 0.37, 1.024, 12.5]
