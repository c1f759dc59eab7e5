"""An estimate with its one-sided bounds, and the exact binomial interval that most kinds rest on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import special

from gatebook.stats.design import Design, Estimate, Floats, hall_reach, ratio
from gatebook.stats.said import Fault, Lacking, Method, refused
from gatebook.words import Said, said, say

MIN_CLUSTERS = 10
MIN_WEIGHTED = 30

Status = Literal["pass", "fail", "not-enough-evidence"]


@dataclass(frozen=True)
class Interval:
    """What the data support about one figure.

    Attributes:
        estimate: the figure itself, NaN where there is no row to compute it from.
        lower: one-sided lower bound at `level`; the smallest possible value where nothing can be shown.
        upper: one-sided upper bound at `level`; the largest possible value where nothing can be shown.
        level: confidence of each bound apart, 1 - alpha.
        n: rows that entered (for precision the predicted positives, for F1 the true or predicted positives).
        n_effective: independent rows that carry the same information.
        method: the method in plain words.
        validated: False where false GO and false NO-GO were not shown by simulation to stay within alpha.
        reason: why nothing can be shown, empty otherwise.
    """

    estimate: float
    lower: float
    upper: float
    level: float
    n: int
    n_effective: float
    method: str
    validated: bool = True
    reason: str = ""

    def mapped(self, change: Callable[[float], float], method: str = "") -> Interval:
        """Return the interval on another scale, by a change that rises."""
        estimate, lower, upper = map(change, (self.estimate, self.lower, self.upper))
        return replace(self, estimate=estimate, lower=lower, upper=upper, method=method or self.method)

    def minus(self, other: Interval, alpha: float) -> Interval:
        """Return the difference of two figures of the same rows, bounded by the worst ends of their intervals."""
        return replace(
            self,
            estimate=self.estimate - other.estimate,
            lower=self.lower - other.upper,
            upper=self.upper - other.lower,
            level=1 - alpha,
            method=say(Method.DIFFERENCE),
            validated=self.validated and other.validated,
            reason=self.reason or other.reason,
        )


def decide(interval: Interval, bar: float, *, higher_is_better: bool = True) -> Status:
    """Pass if the whole interval is on the good side of the bar, fail if it is on the bad side.

    Higher is better: pass if lower >= bar, fail if upper < bar. Lower is better: pass if upper <= bar, fail if
    lower > bar. An interval that is not validated, shows nothing (`reason`), or holds NaN is not enough evidence.
    """
    bounds = (interval.lower, interval.upper, bar)
    if interval.reason or not interval.validated or any(math.isnan(value) for value in bounds):
        return "not-enough-evidence"
    if higher_is_better:
        good, bad = interval.lower >= bar, interval.upper < bar
    else:
        good, bad = interval.upper <= bar, interval.lower > bar
    return "pass" if good else "fail" if bad else "not-enough-evidence"


def clopper_pearson(successes: float, n: float, alpha: float) -> tuple[float, float]:
    """Return the one-sided lower and upper bounds, each at 1 - alpha, of a proportion.

    Counts may be fractional (effective counts); with whole counts the bounds are exact (Clopper & Pearson 1934,
    Biometrika 26). `alpha` 0 gives 0 and 1.

    Raises:
        ValueError: unless 0 <= successes <= n and 0 <= alpha < 1.
    """
    if not (0 <= successes <= n and 0 <= alpha < 1):
        raise refused(Fault.PROPORTION, successes=successes, n=n, alpha=alpha)
    lower = 0.0 if successes == 0 else float(special.betaincinv(successes, n - successes + 1, alpha))
    upper = 1.0 if successes == n else float(special.betaincinv(successes + 1, n - successes, 1 - alpha))
    return lower, upper


def proportion(successes: int, n: int, alpha: float = 0.05) -> Interval:
    """Return the exact interval of a proportion of independent rows; no row shows nothing."""
    if n == 0:
        return nothing(math.nan, alpha, 0, said(Lacking.NO_ROWS))
    lower, upper = clopper_pearson(successes, n, alpha)
    return Interval(successes / n, lower, upper, 1 - alpha, n, float(n), say(Method.EXACT))


def nothing(estimate: float, alpha: float, n: int, reason: Said, bounds: tuple[float, float] = (0.0, 1.0)) -> Interval:
    """Return the interval that shows nothing: the whole range, and why."""
    return Interval(estimate, *bounds, 1 - alpha, n, 0.0, "none", reason=reason.text())


def too_few(estimate: Estimate) -> Said | None:
    """Return why the estimate shows nothing: no rows, fewer than 10 clusters, or weights so
    unequal that fewer than 30 rows' worth is left; None where it shows something.
    """
    if estimate.n == 0:
        return said(Lacking.NO_ROWS)
    if estimate.clusters is not None and estimate.clusters < MIN_CLUSTERS:
        return said(Lacking.FEW_GROUPS, groups=estimate.clusters, needed=MIN_CLUSTERS)
    if estimate.clusters is None and estimate.kish < min(MIN_WEIGHTED, 0.9 * estimate.n):
        return said(Lacking.UNEQUAL_WEIGHTS, left=estimate.kish, rows=estimate.n, needed=MIN_WEIGHTED)
    return None


def effective_rows(estimate: Estimate, alpha: float, *, binary: bool) -> float:
    """Return the rows of a simple random 0/1 sample that would carry the same information about a mean in [0, 1].

    m(1 - m) / se^2 with the degrees-of-freedom correction of Korn & Graubard (1998, Survey Methodology 24). Two
    degrees of freedom are given to the largest possible variance, so that a sample that happens to show little
    spread does not look too precise. For 0/1 values the result never exceeds the rows at hand. The result is
    never below `worth`: with few mistakes the standard error is hardly known, and its degrees of freedom would make
    the bound of one mistake wider than that of two.
    """
    spread = estimate.value * (1 - estimate.value)
    if spread <= 0:
        return estimate.kish
    variance = (estimate.df * estimate.se**2 + 2 * spread / estimate.kish) / (estimate.df + 2)
    rows = spread / variance
    if 0 < alpha < 0.5:
        rows *= float((special.ndtri(1 - alpha) / special.stdtrit(max(estimate.df, 1.0), 1 - alpha)) ** 2)
    rows = max(rows, estimate.worth)
    return min(rows, float(estimate.n)) if binary else rows


def _tail_cost(estimate: Estimate, alpha: float) -> float:
    """Return the factor, at least 1, by which skewness beyond that of equal 0/1 rows widens the bound on its side.

    Clopper-Pearson already holds the skewness of equal rows; the more unequal the rows, the less of it is deducted.
    """
    groups = estimate.clusters or estimate.n
    binomial = (1 - 2 * estimate.value) / math.sqrt(estimate.value * (1 - estimate.value))
    same_side = binomial * estimate.skewness > 0
    held = abs(binomial) * estimate.kish / groups if same_side else 0.0
    quantile = float(special.stdtrit(max(estimate.df, 1.0), 1 - alpha))
    return hall_reach(quantile, max(0.0, abs(estimate.skewness) - held), min(groups, estimate.kish)) / quantile


def unit_interval(estimate: Estimate, alpha: float, method: str, *, binary: bool) -> Interval:
    """Return the interval of a mean in [0, 1] from its estimate and standard error, by Clopper-Pearson on the
    effective rows.
    """
    if reason := too_few(estimate):
        return nothing(estimate.value, alpha, estimate.n, reason)
    value = min(max(estimate.value, 0.0), 1.0)
    if estimate.se == 0 and alpha > 0:
        # no spread to be seen: as many rows could still differ as an exact bound on "none of them did" allows
        kept = alpha ** (1 / estimate.kish)
        bounds = value * kept, 1 - (1 - value) * kept
        return Interval(estimate.value, *bounds, 1 - alpha, estimate.n, estimate.kish, method)
    rows = effective_rows(estimate, alpha, binary=binary)
    lower, upper = clopper_pearson(min(value * rows, rows), rows, alpha)
    if estimate.skewness and 0 < alpha < 0.5:
        fewer = rows / _tail_cost(estimate, alpha) ** 2
        stretched = clopper_pearson(min(value * fewer, fewer), fewer, alpha)
        lower, upper = (stretched[0], upper) if estimate.skewness < 0 else (lower, stretched[1])
    return Interval(estimate.value, lower, upper, 1 - alpha, estimate.n, rows, method)


def share(values: Floats, design: Design, alpha: float = 0.05, domain: Floats | None = None) -> Interval:
    """Return the interval of the share of ones in `values` (0/1, shape (n,)) among the rows where `domain` is 1.

    Independent, equally weighted rows get the exact binomial interval; otherwise the design-based standard error
    gives the effective rows.
    """
    inside = np.ones(len(values)) if domain is None else domain
    if design.simple:
        return proportion(int((values * inside).sum()), int(inside.sum()), alpha)
    estimate = ratio(values, inside, design)
    return unit_interval(estimate, alpha, say(Method.EFFECTIVE, design=design.plain), binary=True)


def bounded_mean(values: Floats, scale: tuple[float, float], design: Design, alpha: float = 0.05) -> Interval:
    """Return the interval of the mean of values inside `scale` = (lowest, highest possible value), shape (n,).

    Raises:
        ValueError: if a value lies outside the scale.
    """
    low, high = scale
    if len(values) and not (low <= values.min() and values.max() <= high):
        raise refused(Fault.SCALE, low=values.min(), high=values.max(), least=low, most=high)
    unit = (values - low) / (high - low)
    binary = bool(np.isin(unit, (0, 1)).all())
    found = unit_interval(ratio(unit, np.ones(len(values)), design), alpha, say(Method.BOUNDED_MEAN), binary=binary)
    return found.mapped(lambda share: low + share * (high - low))
