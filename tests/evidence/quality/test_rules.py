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
