"""The batched intervals of the benchmarks decide as the shipped ones do."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from gatebook.stats import Design, Interval, Rows, measure
from gatebook.stats.interval import clopper_pearson

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import stats_batch as batch

LOOKS = np.array([20, 50, 110, 200])
ALPHAS = np.array([0.0, 0.003, 0.02, 0.05])


def same(bounds: batch.Bounds, at: tuple[int, ...] | int, shipped: Interval) -> None:
    found = bounds.lower[at], bounds.upper[at]
    wanted = (np.nan, np.nan) if shipped.reason or shipped.level == 1 else (shipped.lower, shipped.upper)
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True)


def clusters(rng: np.random.Generator, groups: int, n: int) -> np.ndarray:
    weight = rng.lognormal(0, 0.8, groups)
    return np.concatenate([np.arange(groups), rng.choice(groups, n - groups, p=weight / weight.sum())])


def sums(code: np.ndarray, values: np.ndarray, groups: int) -> np.ndarray:
    return np.bincount(code, weights=values, minlength=groups)[None, :]


def test_the_exact_interval_is_the_same() -> None:
    x, n = np.arange(0, 31.0), np.full(31, 30.0)
    found = batch.exact(x, n, 0.05)
    for i in range(31):
        assert (found.lower[i], found.upper[i]) == pytest.approx(clopper_pearson(i, 30, 0.05), abs=1e-12)
    assert np.isnan(batch.exact(np.zeros(1), np.zeros(1), 0.05).lower[0])


@pytest.mark.parametrize("groups", [9, 10, 20, 50])
@pytest.mark.parametrize("rate", [0.5, 0.97, 1.0])
def test_shares_and_means_in_clusters_are_the_same(groups: int, rate: float) -> None:
    rng = np.random.default_rng(groups)
    for _ in range(20):
        code = clusters(rng, groups, 150)
        right = (rng.random(150) < rng.beta(rate * 3 + 0.01, (1 - rate) * 3 + 0.01, groups)[code]) * 1.0
        size = sums(code, np.ones(150), groups)
        design = Design(clusters=code)
        same(
            batch.clustered_share(sums(code, right, groups), size), 0, measure("proportion", Rows(values=right), design)
        )
        grade = np.round(right * rng.random(150), 1)
        found = batch.clustered_share(sums(code, grade, groups), size, binary=False)
        same(found, 0, measure("mean", Rows(values=grade), design))


def test_a_share_of_part_of_the_rows_is_the_same() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        code, union = clusters(rng, 14, 120), rng.random(120) < 0.1
        hit = union & (rng.random(120) < 0.6)
        found = batch.clustered_share(sums(code, hit * 1.0, 14), sums(code, union * 1.0, 14))
        shipped = measure("precision", Rows(truth=hit, predicted=union), Design(clusters=code))
        same(found, 0, shipped)


def test_means_at_every_look_are_the_same() -> None:
    rng = np.random.default_rng(4)
    grades = rng.choice([0.0, 0.25, 0.5, 1.0], (10, 200))
    means = batch.mean_at_looks(grades, LOOKS, ALPHAS)
    for i in range(10):
        for j, (n, alpha) in enumerate(zip(LOOKS, ALPHAS, strict=True)):
            same(means, (i, j), measure("mean", Rows(values=grades[i, :n]), alpha=alpha))


def test_the_first_look_that_decides_counts() -> None:
    lower = np.array([[0.1, 0.6, 0.1], [0.1, 0.1, 0.1], [np.nan, 0.1, 0.7]])
    upper = np.array([[0.9, 0.9, 0.4], [0.9, 0.9, 0.9], [np.nan, 0.4, 0.9]])
    assert batch.first_decisions(batch.Bounds(lower, upper), 0.5) == (1, 1)
