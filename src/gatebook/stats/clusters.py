"""Rows that are not independent: how much a cluster costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from gatebook.stats.design import Design, Floats, Ints, ratio


@dataclass(frozen=True)
class DesignEffect:
    """How many times larger the variance is than with as many independent rows.

    Attributes:
        value: estimated design effect, at least 0.
        lower: one-sided lower bound at 1 - alpha; above 1.1 the cluster must not be ignored.
        icc: intraclass correlation.
        clusters: number of clusters.
        mean_size: rows a cluster, weighted by rows.
    """

    value: float
    lower: float
    icc: float
    clusters: int
    mean_size: float


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
        return DesignEffect(1.0, 1.0, 0.0, groups, weighted)
    means = np.bincount(codes, weights=values) / size
    between = float((size * (means - values.mean()) ** 2).sum()) / (groups - 1)
    within = float(((values - means[codes]) ** 2).sum()) / (n - groups)
    typical = (n - weighted) / (groups - 1)
    if within == 0:
        return DesignEffect(weighted, weighted, 1.0, groups, weighted)
    observed = between / within
    low = observed / float(stats.f.ppf(1 - alpha, groups - 1, n - groups))
    value, lower = (1 + (weighted - 1) * _icc(f, typical) for f in (observed, low))
    return DesignEffect(max(value, 0.0), max(lower, 0.0), _icc(observed, typical), groups, weighted)


def icc(values: Floats, clusters: Ints) -> float:
    """Return the intraclass correlation (one-way random effects, ICC(1)); both of shape (n,)."""
    return design_effect(values, clusters).icc


def cluster_robust_se(values: Floats, clusters: Ints) -> float:
    """Return the cluster-robust standard error of the mean; infinite where there is one cluster."""
    return ratio(values, np.ones(len(values)), Design(clusters=clusters)).se


def n_effective(values: Floats, clusters: Ints) -> float:
    """Return the independent rows with the same standard error of the mean, at most n."""
    se = cluster_robust_se(values, clusters)
    n = float(len(values))
    return n if se == 0 or not math.isfinite(se) else min(n, float(np.var(values, ddof=1)) / se**2)


def _icc(f: float, typical: float) -> float:
    return (f - 1) / (f + typical - 1)
