from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gatebook.evidence.shift import kolmogorov_smirnov, population_stability_index, share_gap, shift

WORDS = np.array(
    [
        "account",
        "payment",
        "card",
        "order",
        "delivery",
        "invoice",
        "login",
        "update",
        "change",
        "cancel",
        "refund",
        "late",
        "twice",
    ]
)


def _table(rng: np.random.Generator, n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": np.arange(n),
            "kind": rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1]),
            "amount": np.round(rng.lognormal(3, 1, n), 2),
            "city": rng.choice([f"city {k}" for k in range(150)], n),
            "text": [" ".join(rng.choice(WORDS, rng.integers(5, 12))) for _ in range(n)],
            "at": (pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 100, n), unit="D")).strftime(
                "%Y-%m-%d"
            ),
        }
    ).astype("str")


numbers = st.lists(st.integers(-20, 20), min_size=2, max_size=40)


@given(numbers, numbers)
def test_the_ks_distance_equals_scipys(one, other):
    x, y = np.array(one, dtype=float), np.array(other, dtype=float)
    ours = kolmogorov_smirnov(x, np.ones(len(x)), y, np.ones(len(y)))
    assert ours == pytest.approx(stats.ks_2samp(x, y).statistic, abs=1e-12)


def test_the_stability_index_is_the_sum_of_both_relative_entropies():
    p, q = np.array([0.2, 0.5, 0.3]), np.array([0.25, 0.25, 0.5])
    assert population_stability_index(p, q) == pytest.approx(stats.entropy(p, q) + stats.entropy(q, p), abs=1e-12)


def test_the_gap_of_two_shares_is_newcombes_example():
    gap, lower, upper, _ = share_gap(48, 80, 56, 70)  # Newcombe 1998, table II (a): 56/70 - 48/80
    assert (gap, lower, upper) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_tables_drawn_alike_are_not_told_apart():
    found = shift(_table(np.random.default_rng(1), 1500), _table(np.random.default_rng(2), 1200), ignore=("id",))
    assert not [c.column for c in found.columns if c.shifted]
    assert found.classifier is not None
    assert found.classifier.matches
    assert found.classifier.lower <= 0.5 <= found.classifier.upper
    assert found.verbatim == 0


def test_each_kind_of_shift_is_named_with_its_column():
    rng = np.random.default_rng(3)
    one, two = _table(rng, 1500), _table(rng, 1500)
    two["amount"] = (two["amount"].astype(float) * 2).astype("str")
    two["kind"] = two["kind"].where(rng.random(1500) > 0.3, "d")
    two.loc[rng.random(1500) < 0.3, "city"] = np.nan
    found = shift(one, two, ignore=("id",))
    by = {c.column: c for c in found.columns}
    assert {c for c, v in by.items() if v.shifted} == {"amount", "kind", "city"}
    assert by["kind"].new[0][0] == "d"
    assert by["amount"].effect_lower > 0
    assert by["city"].missing_lower > 0.2
    assert found.classifier is not None
    assert not found.classifier.matches
    assert {t.column for t in found.classifier.tells} >= {"amount", "kind", "city"}


def test_another_way_to_write_the_same_is_a_shift_of_format():
    rng = np.random.default_rng(4)
    one, two = _table(rng, 800), _table(rng, 800)
    two["amount"] = two["amount"] + " EUR"
    two.loc[rng.random(800) < 0.4, "city"] = "N/A"
    by = {c.column: c for c in shift(one, two, ignore=("id",)).columns}
    assert by["amount"].shifted
    assert by["amount"].format_gap == 1.0
    assert by["city"].new_null_words[0][0] == "N/A"
    assert by["city"].shifted


def test_curated_rows_found_in_production_are_counted():
    rng = np.random.default_rng(5)
    one, two = _table(rng, 300), _table(rng, 300)
    two.iloc[:25] = one.iloc[:25]
    assert shift(one, two, ignore=("id",)).verbatim == 25


def test_columns_of_one_table_only_are_not_compared():
    one, two = _table(np.random.default_rng(6), 100), _table(np.random.default_rng(7), 100)
    found = shift(one.drop(columns="city"), two.drop(columns="kind"), ignore=("id",))
    assert not {"city", "kind"} & {c.column for c in found.columns}


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_tiny_tables_compare_without_a_verdict(rows):
    one = _table(np.random.default_rng(8), 40)
    found = shift(one, one.head(rows))
    assert found.classifier is None
    assert not any(c.shifted for c in found.columns)


@pytest.mark.slow
def test_false_alarms_stay_below_one_in_twenty():
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        found = shift(_table(rng, 500), _table(rng, 500), ignore=("id",))
        assert found.classifier is not None
        alarms += any(c.shifted for c in found.columns)
    assert alarms <= 3


def test_the_figures_of_a_whole_comparison_equal_scipys():
    rng = np.random.default_rng(11)
    x, y = rng.lognormal(3, 1, 900).round(3), rng.lognormal(3.2, 1, 700).round(3)
    one, two = (pd.DataFrame({"amount": v.astype(str)}).astype("str") for v in (x, y))
    found = shift(one, two).columns[0]
    edges = np.sort(x)[np.arange(90, 900, 90) - 1]  # a tenth, two tenths, ... of the curated rows
    p, q = (np.bincount(np.searchsorted(edges, v, side="left"), minlength=10) / len(v) for v in (x, y))
    assert found.effect == pytest.approx(stats.ks_2samp(x, y).statistic, abs=5e-4)
    assert found.psi == pytest.approx(stats.entropy(p, q) + stats.entropy(q, p), abs=5e-4)


def test_the_spread_of_a_column_holds_all_rows_of_both_in_equal_bins():
    rng = np.random.default_rng(3)
    one, two = pd.DataFrame({"x": rng.normal(0, 1, 900)}), pd.DataFrame({"x": rng.normal(1, 1, 700)})
    (found,) = shift(one.astype("str"), two.astype("str")).columns
    upper, before, now = np.array(found.spread).T
    assert before.sum() == pytest.approx(1)
    assert now.sum() == pytest.approx(1)
    assert np.diff(upper) == pytest.approx(np.full(19, upper[1] - upper[0]))
    assert upper[-1] < max(one["x"].max(), two["x"].max())  # no edge is a single row's value
    assert before[:10].sum() > now[:10].sum()
    same = pd.DataFrame({"x": ["5"] * 100})
    assert shift(same, same).columns[0].spread == ()
