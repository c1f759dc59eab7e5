"""How the labelled rows were drawn: clusters, weights, strata; and the standard error that follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gatebook.stats.said import Fault, Method, refused
from gatebook.words import say

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
WEIGHTED_REACH = 1.15  # by simulation: a sample shows too little of what rare rows of large weight carry


@dataclass(frozen=True, eq=False)
class Design:
    """The draw of n rows.

    Attributes:
        clusters: integer code of the row's cluster, shape (n,); rows of one cluster are not independent.
        weights: positive weight of the row, proportional to 1 / its chance of being drawn, shape (n,).
        strata: integer code 0..H-1 of the row's stratum, shape (n,), for post-stratification.
        shares: known share of each stratum in the population, shape (H,), summing to 1.

    Raises:
        ValueError: if shapes differ, a weight is not positive and finite, or strata come without shares.
    """

    clusters: Ints | None = None
    weights: Floats | None = None
    strata: Ints | None = None
    shares: Floats | None = None

    def __post_init__(self) -> None:
        """Check what the arithmetic relies on."""
        lengths = {len(a) for a in (self.clusters, self.weights, self.strata) if a is not None}
        if len(lengths) > 1:
            raise refused(Fault.LENGTHS, lengths=sorted(lengths))
        if self.weights is not None and not (np.isfinite(self.weights).all() and (self.weights > 0).all()):
            raise refused(Fault.WEIGHTS)
        if (self.strata is None) != (self.shares is None):
            raise refused(Fault.SHARES)

    @property
    def simple(self) -> bool:
        """Whether the rows are independent and count alike."""
        return self.clusters is None and self.weights is None and self.strata is None

    @property
    def weighted(self) -> bool:
        """Whether rows count unequally."""
        return self.weights is not None or self.strata is not None

    @property
    def plain(self) -> str:
        """What the design takes into account, in plain words."""
        parts = [
            "grouped rows" if self.clusters is not None else "",
            "weighted" if self.weights is not None else "",
            say(Method.TO_SHARES) if self.strata is not None else "",
        ]
        return ", ".join(part for part in parts if part) or "independent rows"

    def subset(self, mask: NDArray[np.bool_]) -> Design:
        """Return the design of the rows where `mask` holds; strata become weights, since shares are of the whole."""
        weights = self.weights if self.strata is None else self.row_weights(len(mask))
        return Design(
            None if self.clusters is None else self.clusters[mask], None if weights is None else weights[mask]
        )

    def row_weights(self, n: int) -> Floats:
        """Return the weight of each row, shape (n,); post-stratified so that every stratum present gets its share."""
        weights = np.ones(n) if self.weights is None else self.weights
        if self.strata is None or self.shares is None:
            return weights
        totals = np.bincount(self.strata, weights=weights, minlength=len(self.shares))
        factor = np.divide(self.shares, totals, out=np.zeros(len(self.shares)), where=totals > 0)
        return np.asarray(weights * factor[self.strata])


@dataclass(frozen=True)
class Estimate:
    """A figure, its design-based standard error and what the error rests on.

    Attributes:
        value: the figure.
        se: its standard error.
        df: degrees of freedom of the standard error.
        n: rows that entered.
        kish: effective rows if every cluster were a single row (Kish 1965): the least that the sample is worth.
        clusters: number of clusters, None where rows are independent.
        skewness: of the influence of the independent groups where rows count unequally, else 0: a few rows of large
            weight give a tail that the standard error alone does not show.
        worth: rows of which no mean in [0, 1] varies less, whatever the rows share: one for each cluster, where rows
            count alike; where they do not, as many as the largest weight goes into their sum.
    """

    value: float
    se: float
    df: float
    n: int
    kish: float
    clusters: int | None
    skewness: float = 0.0
    worth: float = 0.0


def ratio(values: Floats, domain: Floats, design: Design) -> Estimate:
    """Return the weighted mean of `values` over the rows where `domain` (0/1) is 1; both of shape (n,).

    Hajek estimator with Taylor-linearised, cluster-robust standard error; with strata the residuals are centred
    within the stratum (Sarndal, Swensson & Wretman 1992, Model Assisted Survey Sampling, 5.7 and 7.6).
    """
    inside = int(np.count_nonzero(domain))
    if inside == 0:
        return Estimate(math.nan, math.nan, 0.0, 0, 0.0, None if design.clusters is None else 0)
    mean, influence = mean_influence(values, design, domain)
    mass = group_influence(design.row_weights(len(values)) * domain, design.clusters)
    present = mass > 0
    sums = group_influence(influence, design.clusters)[present]
    groups = None if design.clusters is None else len(sums)
    skewness = moment_skewness(sums) if design.weighted else 0.0
    kish = kish_n(mass)
    worth = float(mass.sum() / mass.max()) if design.weighted else kish
    return Estimate(mean, standard_error(sums), degrees(sums), inside, kish, groups, skewness, worth)


def mean_influence(values: Floats, design: Design, domain: Floats | None = None) -> tuple[float, Floats]:
    """Return the weighted mean of `values` over the domain and the influence of each row on it, shape (n,)."""
    weights = design.row_weights(len(values)) * (1.0 if domain is None else domain)
    total = float(weights.sum())
    mean = float((weights * values).sum()) / total
    residual = values - mean
    if domain is not None:
        residual = residual * domain
    if design.strata is not None:
        residual = _centred(residual, design.strata)
        weights = design.row_weights(len(values))
    return mean, weights * residual / total


def group_influence(influence: Floats, clusters: Ints | None) -> Floats:
    """Return the sum over each cluster present, shape (G,), or the rows' own values where rows are independent."""
    if clusters is None:
        return influence
    sums: Floats = np.bincount(clusters, weights=influence).astype(np.float64)
    return sums[np.bincount(clusters) > 0]


def standard_error(sums: Floats) -> float:
    """Return the standard error of a figure from the influence of each independent group, shape (G,).

    Cluster-robust (Liang & Zeger 1986) with the G / (G - 1) correction; infinite where there is one group.
    """
    groups = len(sums)
    return math.inf if groups < 2 else math.sqrt(groups / (groups - 1) * float((sums**2).sum()))


def degrees(sums: Floats) -> float:
    """Return the degrees of freedom of that standard error: 2 G / (kurtosis - 1), from 1 to G - 1.

    Where a few groups carry all of the spread, the variance is known only as well as those few allow
    (Satterthwaite 1946, Biometrics Bulletin 2, for the variance of a mean of squares).
    """
    groups, square = len(sums), float((sums**2).sum())
    if groups < 2 or square == 0:
        return max(groups - 1.0, 0.0)
    kurtosis = groups * float((sums**4).sum()) / square**2
    return min(groups - 1.0, max(1.0, 2 * groups / max(kurtosis - 1, 1e-9)))


def moment_skewness(sums: Floats) -> float:
    """Return the third standardised moment of influences, shape (G,); 0 where they do not vary."""
    square = float((sums**2).mean()) if len(sums) else 0.0
    return float((sums**3).mean()) / square**1.5 if square > 0 else 0.0


def hall_reach(quantile: float, skewness: float, groups: float) -> float:
    """Return how many standard errors a bound lies away on the side of a tail of this skewness, never below `quantile`.

    Inverse of Hall's monotone cubic transformation of a studentised mean (Hall 1992, JRSS B 54), with the sample
    skewness doubled, since a sample understates the skewness of its population.
    """
    if skewness < 1e-9:
        return quantile
    root, slope = math.sqrt(groups), 2 * skewness / 3
    inner = 1 + 3 * slope / root * (-quantile - slope / (2 * root))
    return max(quantile, -(math.cbrt(inner) - 1) / (slope / root))


def _centred(residual: Floats, strata: Ints) -> Floats:
    """Return residuals about their stratum's mean, inflated by n / (n - 1); a single row keeps its own residual."""
    count = np.bincount(strata)
    mean = np.bincount(strata, weights=residual) / np.maximum(count, 1)
    factor = np.sqrt(count / np.maximum(count - 1, 1))
    return np.where(count[strata] > 1, (residual - mean[strata]) * factor[strata], residual)


@dataclass(frozen=True)
class DesignEffect:
    """How many times larger the variance is than with as many independent rows.

    Attributes:
        value: estimated design effect, at least 0.
        lower: one-sided lower bound at 1 - alpha; above 1.1 the cluster must not be ignored.
        icc: intraclass correlation.
        clusters: number of clusters.
    """

    value: float
    lower: float
    icc: float
    clusters: int


def design_effect(values: Floats, clusters: Ints, alpha: float = 0.05) -> DesignEffect:
    """Return the design effect of a mean of `values` under `clusters`; both of shape (n,).

    One-way analysis of variance for the intraclass correlation and its F interval (Donner & Wells 1986,
    Biometrics 42), and 1 + (m - 1) icc with the row-weighted cluster size m (Kish 1965). Fewer than two clusters,
    one row a cluster, or values that do not vary give 1, with a lower bound of 1.
    """
    codes = np.unique(clusters, return_inverse=True)[1]
    size = np.bincount(codes).astype(float)
    n, groups = len(values), len(size)
    weighted = float((size**2).sum() / n) if n else 0.0
    if groups < 2 or groups == n or float(np.ptp(values)) == 0:
        return DesignEffect(1.0, 1.0, 0.0, groups)
    means = np.bincount(codes, weights=values) / size
    between = float((size * (means - values.mean()) ** 2).sum()) / (groups - 1)
    within = float(((values - means[codes]) ** 2).sum()) / (n - groups)
    typical = (n - weighted) / (groups - 1)
    if within == 0:
        return DesignEffect(weighted, weighted, 1.0, groups)
    observed = between / within
    low = observed / float(stats.f.ppf(1 - alpha, groups - 1, n - groups))
    value, lower = (1 + (weighted - 1) * _icc(f, typical) for f in (observed, low))
    return DesignEffect(max(value, 0.0), max(lower, 0.0), _icc(observed, typical), groups)


def n_effective(values: Floats, clusters: Ints) -> float:
    """Return the independent rows with the same standard error of the mean, at most n."""
    se = ratio(values, np.ones(len(values)), Design(clusters=clusters)).se
    n = float(len(values))
    return n if se == 0 or not math.isfinite(se) else min(n, float(np.var(values, ddof=1)) / se**2)


def _icc(f: float, typical: float) -> float:
    return (f - 1) / (f + typical - 1)


def inverse_probability(inclusion_probability: Floats) -> Floats:
    """Return the Horvitz-Thompson weight of each row, shape (n,): 1 / its chance of being drawn.

    Raises:
        ValueError: if a probability is not in (0, 1].
    """
    known = np.isfinite(inclusion_probability) & (inclusion_probability > 0) & (inclusion_probability <= 1)
    if not known.all():
        raise refused(Fault.CHANCES)
    return np.asarray(1.0 / inclusion_probability)


def kish_n(weights: Floats) -> float:
    """Return Kish's (1965) effective number of rows, (sum w)^2 / sum w^2."""
    return float(weights.sum() ** 2 / (weights**2).sum())
