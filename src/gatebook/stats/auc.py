"""The area under the ROC curve with bounds that hold in small samples."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from gatebook.stats.design import Design, Floats, Ints, group_influence, standard_error
from gatebook.stats.interval import MIN_CLUSTERS, Interval, nothing

MIN_CLASS = 10
DELONG_CLASS = 50


def auc(truth: NDArray[np.bool_], score: Floats, design: Design, alpha: float = 0.05) -> Interval:
    """Return the chance that a random true case is scored above a random false one (ties count half); shape (n,).

    Standard error of DeLong, DeLong & Clarke-Pearson (1988, Biometrics 44) from placement values, summed within
    clusters (Obuchowski 1997, Biometrics 53), on the logit scale with t quantiles of the smaller class. Where a
    class has fewer than 50 rows the error is at least that of Hanley & McNeil (1982, Radiology 143).
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
    if design.clusters is not None and groups < MIN_CLUSTERS:
        return nothing(
            area, alpha, len(truth), f"rows come from {groups} independent groups; at least 10 are needed"
        )
    halves = _groups(truth, design.clusters), _groups(~truth, design.clusters)
    df = min(*halves, groups) - 1
    kish = tuple(float(weights[side].sum() ** 2 / (weights[side] ** 2).sum()) for side in (truth, ~truth))
    se, method = robust, "DeLong on the logit scale, t quantiles"
    if min(*kish, *halves) < DELONG_CLASS or robust == 0:
        inflation = max(1.0, robust / max(standard_error(influence), 1e-300)) if robust else 1.0
        se = max(robust, hanley_mcneil(area, *kish) * inflation)
        method = "Hanley-McNeil on the logit scale, t quantiles"
    edge = 0.5 / (positives * negatives)
    centre = min(max(area, edge), 1 - edge)
    spread = se / (centre * (1 - centre))
    reach = float(special.stdtrit(df, 1 - alpha)) * spread if alpha > 0 else math.inf
    logit = float(special.logit(centre))
    lower, upper = float(special.expit(logit - reach)), float(special.expit(logit + reach))
    effective = len(truth) * min(1.0, hanley_mcneil(centre, positives, negatives) ** 2 / se**2)
    return Interval(area, min(lower, area), max(upper, area), 1 - alpha, len(truth), effective, method)


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
