"""Codes that lost their zero: by the habit of others, or by the column that decides which ones are short."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gatebook.checks import check

N = 2_000


def kinds(frame: pd.DataFrame) -> dict[str, str]:
    return {f.kind: f.title for f in check(frame, ids=("id",)).findings}


def table(name: str, *, short_in: str | None, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    state = rng.choice(["CA", "TX", "NY", "MA"], N, p=[0.4, 0.3, 0.2, 0.1])
    short = state == short_in if short_in else rng.random(N) < 0.1
    code = np.where(short, rng.integers(1_000, 9_999, N), rng.integers(10_000, 99_999, N)).astype(str)
    return pd.DataFrame({"id": [f"a{i}" for i in range(N)], name: code, "state": state})


def test_all_codes_of_one_value_that_are_short_lost_their_zero() -> None:
    for name in ("zip_code", "PLZ", "postal", "itemCode"):
        assert "`state`" in kinds(table(name, short_in="MA"))["leading_zeros"]


def test_short_numbers_without_a_column_that_decides_or_a_name_of_codes_are_let_alone() -> None:
    assert "leading_zeros" not in kinds(table("zip_code", short_in=None))
    assert "leading_zeros" not in kinds(table("amount", short_in="MA"))


def test_zeros_that_are_left_show_the_habit() -> None:
    frame = table("code", short_in=None)
    frame.loc[:50, "code"] = [f"0{c[:4]}" for c in frame.loc[:50, "code"]]
    assert "leading_zeros" in kinds(frame)
