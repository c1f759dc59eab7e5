"""Labels that are sometimes wrong: the ceiling, and when a pass rests on less than the labels can show."""

from __future__ import annotations

import math


def error_from_agreement(agreement: float, categories: int = 2) -> float:
    """Return the rate e at which one grader errs, from the share of double-graded rows on which two agree.

    Both err alike and independently, and errors spread evenly over the other categories: agreement =
    (1 - e)^2 + e^2 / (k - 1). Agreement at or below chance, 1 / k, gives the e of guessing, (k - 1) / k.

    Raises:
        ValueError: unless 0 <= agreement <= 1 and there are at least two categories.
    """
    if not 0 <= agreement <= 1 or categories < 2:
        raise ValueError("agreement is a share, and at least two categories are needed")
    k = categories
    inside = 1 - (1 - agreement) * k / (k - 1)
    return (k - 1) / k * (1 - math.sqrt(max(inside, 0.0)))


def ceiling(error: float) -> float:
    """Return the highest accuracy that a perfect model would be seen to reach: 1 - e."""
    return 1 - error


def too_noisy(error: float, estimate: float, bar: float) -> bool:
    """Return whether label errors could account for the distance between estimate and bar: 2 e > |estimate - bar|."""
    return 2 * error > abs(estimate - bar)
