"""The area under the ROC curve with bounds that hold in small samples."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from gatebook.stats.design import (
    WEIGHTED_REACH,
    Design,
    Estimate,
    Floats,
    Ints,
    degrees,
    group_influence,
    standard_error,
)
from gatebook.stats.interval import MIN_CLUSTERS, Interval, clopper_pearson, nothing

MIN_CLASS = 10


def auc(truth: NDArray[np.bool_], score: Floats, design: Design, alpha: float = 0.05) -> Interval:
    """Return the chance that a random true case is scored above a random false one (ties count half); shape (n,).

    Standard error of DeLong, DeLong & Clarke-Pearson (1988, Biometrics 44) from placement values, summed within
    clusters (Obuchowski 1997, Biometrics 53), never below that of Hanley & McNeil (1982, Radiology 143), since alone
    it is too small too often; then Clopper-Pearson on the effective rows, with t quantiles of the smaller class.
    Weighted rows: wider by `WEIGHTED_REACH`.
    """
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if min(positives, negatives) == 0:
        return nothing(math.nan, alpha, len(truth), "AUC needs rows of both classes")
    weights = design.row_weights(len(truth))
    placement = placements(truth, score, weights)
    mass = np.where(truth, weights[truth].sum(), weights[~truth].sum())
    area = float((weights * placement / mass)[truth].sum())
    if min(positives, negatives) < MIN_CLASS:
        return nothing(area, alpha, len(truth), f"AUC needs at least {MIN_CLASS} rows of each class")
    influence = weights * (placement - area) / mass
    sums = group_influence(influence, design.clusters)
    robust, groups = standard_error(sums), len(sums)
    share = group_influence(weights, design.clusters)
    equal = float(share.sum() ** 2 / (share**2).sum())
    if design.clusters is not None and equal < MIN_CLUSTERS - 1e-9:
        reason = f"rows come from {groups} independent groups, worth {equal:.0f} equal ones; {MIN_CLUSTERS} are needed"
        return nothing(area, alpha, len(truth), reason)
    halves = _groups(truth, design.clusters), _groups(~truth, design.clusters)
    kish = tuple(float(weights[side].sum() ** 2 / (weights[side] ** 2).sum()) for side in (truth, ~truth))
    smallest = min(*halves, *kish, groups)
    df = smallest - 1 if design.simple else max(1.0, min(smallest, degrees(sums)) - 1)
    inflation = max(1.0, robust / standard_error(influence)) if robust > 0 else 1.0
    edge = 0.5 / (positives * negatives)
    centre = min(max(area, edge), 1 - edge)
    model = max(hanley_mcneil(centre, *kish), hanley_mcneil(centre, *reversed(kish)))
    error = max(robust, model * inflation) * (WEIGHTED_REACH if design.weighted else 1.0)
    estimate = Estimate(centre, error, df, len(truth), float(min(halves)), None)
    rows = pairs_effective(estimate, alpha)
    lower, upper = clopper_pearson(centre * rows, rows, alpha)
    method = f"exact binomial on effective rows (AUC, {design.plain})"
    return Interval(area, lower, 1.0 if area == 1 else upper, 1 - alpha, len(truth), rows, method)


def pairs_effective(estimate: Estimate, alpha: float) -> float:
    """Return the rows of a simple 0/1 sample that say as much as the AUC does, A (1 - A) / se^2, t-corrected."""
    rows = estimate.value * (1 - estimate.value) / estimate.se**2
    if 0 < alpha < 0.5:
        rows *= float((special.ndtri(1 - alpha) / special.stdtrit(estimate.df, 1 - alpha)) ** 2)
    return rows


def placements(truth: NDArray[np.bool_], score: Floats, weights: Floats) -> Floats:
    """Return for each row the weighted share of the other class that it is ranked rightly against, shape (n,)."""
    out = np.empty(len(score))
    for side, sign in ((truth, 1.0), (~truth, -1.0)):
        other = sign * score[~side]
        order = np.argsort(other)
        total = np.concatenate([[0.0], np.cumsum(weights[~side][order])])
        mine = sign * score[side]
        below = total[np.searchsorted(other[order], mine, "left")]
        upto = total[np.searchsorted(other[order], mine, "right")]
        out[side] = (below + upto) / 2 / total[-1]
    return out


def hanley_mcneil(area: float, positives: float, negatives: float) -> float:
    """Return the standard error of an AUC from its value and class counts (Hanley & McNeil 1982, formula 2)."""
    area = min(max(area, 0.5 / (positives * negatives)), 1 - 0.5 / (positives * negatives))
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (positives - 1) * (q1 - area**2) + (negatives - 1) * (q2 - area**2)
    return math.sqrt(spread / (positives * negatives))


def _groups(side: NDArray[np.bool_], clusters: Ints | None) -> int:
    """Return the independent groups that hold a row of this class."""
    return int(side.sum()) if clusters is None else len(np.unique(clusters[side]))
