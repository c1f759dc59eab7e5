"""The shipped intervals for thousands of repetitions at once, from sums; tests/stats/test_batch.py holds that they are
equal.

Every function takes arrays of repetitions and returns `Bounds`. Only what the simulations need is here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from gatebook.stats.interval import MIN_CLUSTERS

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bounds:
    """Both bounds of every repetition, any common shape; NaN where the interval shows nothing."""

    lower: Floats
    upper: Floats

    def passes(self, bar: float, *, up: bool = True) -> NDArray[np.bool_]:
        """Return which repetitions pass by the rule of `gatebook.stats.decide`."""
        return self.lower >= bar if up else self.upper <= bar

    def fails(self, bar: float, *, up: bool = True) -> NDArray[np.bool_]:
        """Return which repetitions fail by the rule of `gatebook.stats.decide`."""
        return self.upper < bar if up else self.lower > bar


def first_decisions(bounds: Bounds, bar: float, *, up: bool = True) -> tuple[int, int]:
    """Return how many repetitions pass and fail at their first deciding look; bounds of shape (repetitions, looks)."""
    good, bad = bounds.passes(bar, up=up), bounds.fails(bar, up=up)
    first = np.argmax(good | bad, axis=1)
    at = np.arange(len(first)), first
    return int(good[at].sum()), int(bad[at].sum())


def exact(successes: Floats, n: Floats, alpha: Floats | float) -> Bounds:
    """Return `clopper_pearson` of every element; alpha 0 and no rows show nothing."""
    x, total, alpha = np.broadcast_arrays(successes, np.asarray(n, float), np.asarray(alpha, float))
    with np.errstate(invalid="ignore"):
        lower = np.where(x == 0, 0.0, special.betaincinv(x, total - x + 1, alpha))
        upper = np.where(x == total, 1.0, special.betaincinv(x + 1, total - x, 1 - alpha))
    return _where((total > 0) & (alpha > 0), Bounds(lower, upper))


def clustered_share(total: Floats, size: Floats, alpha: float = 0.05, *, binary: bool = True) -> Bounds:
    """Return `share` (binary) or `bounded_mean` on [0, 1] of rows in clusters.

    `total` is the sum of the values and `size` the rows (of the domain) of every cluster, shape (repetitions,
    clusters).
    """
    rows = size.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total.sum(axis=1) / rows
        sums = (total - mean[:, None] * size) / rows[:, None]
        groups = (size > 0).sum(axis=1)
        square = (sums**2).sum(axis=1)
        error = np.sqrt(groups / (groups - 1) * square)
        df = _degrees(groups, square, (sums**4).sum(axis=1))
        kish = rows**2 / (size**2).sum(axis=1)
        bounds = _effective(mean, error, df, kish, alpha, rows if binary else None)
    return _where(groups >= MIN_CLUSTERS, bounds)


def mean_at_looks(values: Floats, looks: NDArray[np.int64], alpha: Floats) -> Bounds:
    """Return `bounded_mean` on [0, 1] of the first rows at every look; values of shape (repetitions, rows)."""
    mean, second, _, fourth = _moments(values, looks)
    n = looks.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(second / (n - 1))
        df = np.minimum(n - 1, np.maximum(1.0, 2 * n / np.maximum(fourth / second**2 - 1, 1e-9)))
        bounds = _effective(mean, error, df, n, alpha, None)
    return _where(alpha > 0, bounds)


def _effective(
    mean: Floats, error: Floats, df: Floats, kish: Floats, alpha: Floats | float, most: Floats | None
) -> Bounds:
    """Return `unit_interval` without skewness."""
    spread = mean * (1 - mean)
    rows = spread / ((df * error**2 + 2 * spread / kish) / (df + 2))
    rows = rows * (special.ndtri(1 - alpha) / special.stdtrit(np.maximum(df, 1.0), 1 - alpha)) ** 2
    rows = np.minimum(np.maximum(rows, kish), np.inf if most is None else most)
    found, kept = exact(np.minimum(mean * rows, rows), rows, alpha), alpha ** (1 / kish)
    still = error == 0
    return Bounds(np.where(still, mean * kept, found.lower), np.where(still, 1 - (1 - mean) * kept, found.upper))


def _degrees(groups: Floats, square: Floats, fourth: Floats) -> Floats:
    """Return `degrees` from the sums of the second and fourth powers."""
    kurtosis = groups * fourth / square**2
    found = np.minimum(groups - 1.0, np.maximum(1.0, 2 * groups / np.maximum(kurtosis - 1, 1e-9)))
    return np.where(square == 0, np.maximum(groups - 1.0, 0.0), found)


def _moments(values: Floats, looks: NDArray[np.int64]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return mean and second to fourth central moments of the first rows at every look, shape (repetitions, looks)."""
    middle = values.mean()  # powers about a value near the mean keep their digits
    p1, p2, p3, p4 = (np.cumsum((values - middle) ** k, axis=1)[:, looks - 1] / looks for k in (1, 2, 3, 4))
    second = p2 - p1**2
    third = p3 - 3 * p1 * p2 + 2 * p1**3
    return middle + p1, second, third, p4 - 4 * p1 * p3 + 6 * p1**2 * p2 - 3 * p1**4


def _where(shown: NDArray[np.bool_], bounds: Bounds) -> Bounds:
    return Bounds(np.where(shown, bounds.lower, np.nan), np.where(shown, bounds.upper, np.nan))
