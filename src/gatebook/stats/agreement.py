"""How far graders agree beyond chance, with intervals from resampling the items; and what their errors leave to see."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from gatebook.stats.design import Floats
from gatebook.stats.interval import Interval, nothing
from gatebook.stats.said import Fault, Lacking, Method, refused
from gatebook.words import said, say

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
    estimate = _alpha(paired, level) if n else math.nan
    if n < MIN_ITEMS or math.isnan(estimate):
        few = said(Lacking.FEW_ITEMS, items=n, needed=MIN_ITEMS) if n < MIN_ITEMS else said(Lacking.ONE_CATEGORY)
        return nothing(estimate, alpha, n, few, (-1.0, 1.0))
    rng = np.random.default_rng(seed)
    found = np.array([_alpha(paired[rng.integers(0, n, n)], level) for _ in range(RESAMPLES)])
    # a resample without any variation is perfect agreement in one category: it supports no lower figure
    found = np.where(np.isnan(found), estimate, found)
    lower, upper = np.quantile(found, [alpha, 1 - alpha])
    return Interval(estimate, float(lower), float(upper), 1 - alpha, n, float(n), say(Method.AGREEMENT, level=level))


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


def error_from_agreement(agreement: float, categories: int = 2) -> float:
    """Return the rate e at which one grader errs, from the share of double-graded rows on which two agree.

    Both err alike and independently, and errors spread evenly over the other categories: agreement =
    (1 - e)^2 + e^2 / (k - 1). Agreement at or below chance, 1 / k, gives the e of guessing, (k - 1) / k.

    Raises:
        ValueError: unless 0 <= agreement <= 1 and there are at least two categories.
    """
    if not 0 <= agreement <= 1 or categories < 2:
        raise refused(Fault.AGREEMENT)
    k = categories
    inside = 1 - (1 - agreement) * k / (k - 1)
    return (k - 1) / k * (1 - math.sqrt(max(inside, 0.0)))


def ceiling(error: float) -> float:
    """Return the highest accuracy that a perfect model would be seen to reach: 1 - e."""
    return 1 - error


def too_noisy(error: float, estimate: float, bar: float) -> bool:
    """Return whether label errors could account for the distance between estimate and bar: 2 e > |estimate - bar|."""
    return 2 * error > abs(estimate - bar)
