"""How far graders agree beyond chance, with intervals from resampling the items."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from gatebook.stats.design import Floats, Ints
from gatebook.stats.interval import Interval, nothing

MIN_ITEMS = 20
RESAMPLES = 2000

Level = Literal["nominal", "interval"]


def krippendorff_alpha(ratings: Floats, level: Level = "nominal", alpha: float = 0.05, seed: int = 0) -> Interval:
    """Return Krippendorff's alpha of ratings of shape (items, graders), NaN where a grader did not rate.

    Observed and expected disagreement from the coincidences (Krippendorff 2011, Computing Krippendorff's
    alpha-reliability). Items with one rating do not count. Bounds: bootstrap over items, percentile.
    """
    paired = ratings[(~np.isnan(ratings)).sum(axis=1) >= 2] if ratings.size else ratings
    n = len(paired)

    def coefficient(rows: Ints) -> float:
        return _alpha(paired[rows], level)

    return _resampled(coefficient, n, alpha, seed, f"Krippendorff's alpha ({level}), bootstrap over items")


def _alpha(ratings: Floats, level: Level) -> float:
    """Return 1 - observed / expected disagreement; NaN where the ratings do not vary."""
    given = ~np.isnan(ratings)
    count = given.sum(axis=1)
    total = float(count.sum())
    if level == "interval":
        zeroed = np.where(given, ratings, 0.0)
        sums, squares = zeroed.sum(axis=1), (zeroed**2).sum(axis=1)
        observed = float((2 * (count * squares - sums**2) / (count - 1)).sum()) / total
        expected = 2 * (total * float(squares.sum()) - float(sums.sum()) ** 2) / (total * (total - 1))
    else:
        values, codes = np.unique(ratings[given], return_inverse=True)
        table = np.zeros((len(ratings), len(values)))
        np.add.at(table, (np.nonzero(given)[0], codes), 1)
        observed = float(((count**2 - (table**2).sum(axis=1)) / (count - 1)).sum()) / total
        margin = table.sum(axis=0)
        expected = (total**2 - float((margin**2).sum())) / (total * (total - 1))
    return 1 - observed / expected if expected > 0 else math.nan


def _resampled(statistic: Callable[[Ints], float], n: int, alpha: float, seed: int, method: str) -> Interval:
    """Return the statistic on all items with percentile bounds over resampled items."""
    everything = np.arange(n)
    estimate = statistic(everything) if n else math.nan
    if n < MIN_ITEMS or math.isnan(estimate):
        reason = f"{n} items were graded twice; at least {MIN_ITEMS} are needed" if n < MIN_ITEMS else ""
        return nothing(estimate, alpha, n, reason or "only one category was given, agreement is undefined", (-1.0, 1.0))
    rng = np.random.default_rng(seed)
    found = np.array([statistic(rng.integers(0, n, n)) for _ in range(RESAMPLES)])
    # a resample without any variation is perfect agreement in one category: it supports no lower figure
    found = np.where(np.isnan(found), estimate, found)
    lower, upper = np.quantile(found, [alpha, 1 - alpha])
    return Interval(estimate, float(lower), float(upper), 1 - alpha, n, float(n), method)
