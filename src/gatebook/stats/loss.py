"""Means without an upper limit (absolute errors, log loss, cost): bounds that allow for the tail not yet seen."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy import special

from gatebook.stats.design import (
    WEIGHTED_REACH,
    Design,
    Floats,
    degrees,
    group_influence,
    hall_reach,
    mean_influence,
    moment_skewness,
)
from gatebook.stats.interval import Interval, nothing

MIN_ROWS = 20
MIN_GROUPS = 30


def mean_loss(values: Floats, design: Design, alpha: float = 0.05) -> Interval:
    """Return the interval of the mean of values >= 0, shape (n,); the largest value need not be known.

    On the side of the long tail: Hall's (1992, JRSS B 54) monotone cubic correction of the t statistic for skewness,
    with the sample skewness doubled, since a sample understates the skewness of its population. On the other side:
    plain t, which errs on the safe side there. Fewer than 20 independent rows, or than 30 equal rows' or groups' worth
    of weighted rows or clusters, show nothing.

    Raises:
        ValueError: if a value is negative or not finite.
    """
    if len(values) and not (np.isfinite(values).all() and values.min() >= 0):
        raise ValueError("losses must be finite and at least 0")
    if len(values) == 0:
        return nothing(math.nan, alpha, 0, "there are no rows to measure", (0.0, math.inf))
    mean, influence = mean_influence(values, design)
    sums = group_influence(influence, design.clusters)
    groups = len(sums)
    mass = group_influence(design.row_weights(len(values)), design.clusters)
    kish = float(mass.sum() ** 2 / (mass**2).sum())
    least = MIN_ROWS if design.simple else MIN_GROUPS
    if kish < least - 1e-9:
        what = "rows" if design.clusters is None else "independent groups"
        reason = f"there are {groups} {what}, worth {kish:.0f} equal ones; a mean without an upper limit needs {least}"
        return nothing(mean, alpha, len(values), reason, (0.0, math.inf))
    uneven = not design.simple
    lower, upper = skewed_bounds(mean, sums, alpha, uneven=uneven, weighted=design.weighted)
    independent = float(np.var(values, ddof=1)) / len(values)
    error = groups / (groups - 1) * float((sums**2).sum())
    effective = len(values) if error == 0 else min(float(len(values)), len(values) * independent / error)
    method = f"t interval corrected for skewness ({design.plain})"
    return Interval(mean, max(lower, 0.0), upper, 1 - alpha, len(values), effective, method)


def rmse(errors: Floats, design: Design, alpha: float = 0.05) -> Interval:
    """Return the interval of the root mean square of `errors`, shape (n,), from that of the mean square."""
    found = mean_loss(errors**2, design, alpha)
    estimate, lower, upper = (math.sqrt(value) for value in (found.estimate, found.lower, found.upper))
    return replace(found, estimate=estimate, lower=lower, upper=upper)


def skewed_bounds(
    mean: float, sums: Floats, alpha: float, *, uneven: bool, weighted: bool = False
) -> tuple[float, float]:
    """Return both bounds of a mean from the influence of each independent group, shape (G,), summing to 0.

    Where groups count unevenly (clusters, weights) a few carry much of the spread: the degrees of freedom are then those
    of the spread itself. Weights can hide the long tail, or turn it, so that both bounds then lie as far as the tail's,
    times `WEIGHTED_REACH`.
    """
    if alpha <= 0:
        return -math.inf, math.inf
    groups = len(sums)
    spread = float((sums**2).mean())
    if spread <= 1e-24 * max(mean * mean, 1e-300):
        # every value alike: nothing is known of the spread, so nothing is claimed beyond the rule of three's scale
        reach = abs(mean) * (1 - alpha ** (1 / groups)) / alpha ** (1 / groups)
        return mean - reach, mean + reach
    skewness = moment_skewness(sums)
    error = math.sqrt(groups / (groups - 1) * groups * spread)
    quantile = float(special.stdtrit(degrees(sums) if uneven else groups - 1, 1 - alpha))
    far = hall_reach(quantile, abs(skewness), groups)
    below, above = (quantile, far) if skewness > 0 else (far, quantile)
    if weighted:
        below = above = WEIGHTED_REACH * far
    return mean - below * error, mean + above * error
