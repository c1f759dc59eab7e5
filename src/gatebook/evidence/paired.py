"""Two sets of answers to the same rows, compared in the metric that the project is held to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import stdtrit

from gatebook.stats import Design, Interval, Rows
from gatebook.stats.measure import placements

GROUPS = 100  # parts of the rows that are left out in turn
FEWEST = 10  # independent groups of rows below which nothing is shown
METRICS = frozenset({"precision", "recall", "f1", "macro_f1", "auc", "rmse", "mape"})
_FALLING = frozenset({"rmse", "mape"})


def paired(metric: str, model: Rows, other: Rows, design: Design, alpha: float) -> tuple[Interval, Interval] | None:
    """Return the other's figure, and by how much the model is better (positive where it is); None where neither is defined.

    Both with bounds by the delete-a-group jackknife (Shao & Wu 1989, Annals of Statistics 17): whole clusters are left
    out, the pairing stays. Without ten independent groups of rows there is no bound, so None.

    Args:
        metric: one of METRICS.
        model: its arrays over the rows; truth, and predicted or score, or the values of errors.
        other: the same of the other.
        design: clusters and weights.
        alpha: one-sided, of each bound.
    """
    n = len(next(a for a in (model.truth, model.values) if a is not None))
    codes = np.arange(n) if design.clusters is None else np.unique(design.clusters, return_inverse=True)[1]
    units = int(codes.max()) + 1 if n else 0
    if units < FEWEST:
        return None
    parts = min(GROUPS, units)
    group = np.random.default_rng(0).permutation(units)[codes] % parts
    weights = design.row_weights(n)
    better = -1.0 if metric in _FALLING else 1.0

    def figures(w: np.ndarray) -> tuple[float, float]:
        his = _figure(metric, other, w)
        return his, better * (_figure(metric, model, w) - his)

    whole = figures(weights)
    left = np.array([figures(np.where(group == k, 0.0, weights)) for k in range(parts)])
    if not np.isfinite(left).all() or not np.isfinite(whole).all():
        return None
    se = np.sqrt((parts - 1) / parts * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
    reach = float(stdtrit(parts - 1, 1 - alpha)) * se
    first, second = (
        Interval(v, v - r, v + r, 1 - alpha, n, float(units), "delete-a-group jackknife")
        for v, r in zip(whole, reach, strict=True)
    )
    if metric not in _FALLING:
        first = replace(first, lower=max(first.lower, 0.0), upper=min(first.upper, 1.0))
    return replace(first, lower=max(first.lower, 0.0)), second


def _figure(metric: str, rows: Rows, weights: np.ndarray) -> float:
    """Return the metric; NaN where it is not defined."""
    if rows.values is not None:
        values = np.asarray(rows.values, dtype=np.float64)
        power = values**2 if metric == "rmse" else np.abs(values)
        mean = float((power * weights).sum() / weights.sum())
        return float(np.sqrt(mean)) if metric == "rmse" else mean
    assert rows.truth is not None
    kept = weights > 0
    if metric == "auc":
        assert rows.score is not None
        truth, w = np.asarray(rows.truth, dtype=bool)[kept], weights[kept]
        if truth.all() or not truth.any():
            return float("nan")
        placed = placements(truth, np.asarray(rows.score, dtype=np.float64)[kept], w)
        return float((placed * w)[truth].sum() / w[truth].sum())
    assert rows.predicted is not None
    truth, said, w = np.asarray(rows.truth)[kept], np.asarray(rows.predicted)[kept], weights[kept]
    if metric == "macro_f1":
        truth, said = truth.astype(np.int64), said.astype(np.int64)
        size = int(max(truth.max(), said.max())) + 1
        true, given = np.bincount(truth, w, size), np.bincount(said, w, size)
        both = np.bincount(truth[truth == said], w[truth == said], size)
        present = true > 0
        return float((2 * both[present] / (true + given)[present]).mean())
    cases, alarms = float(w[truth.astype(bool)].sum()), float(w[said.astype(bool)].sum())
    found = float(w[truth.astype(bool) & said.astype(bool)].sum())
    whole = {"precision": alarms, "recall": cases, "f1": (cases + alarms) / 2}[metric]
    return found / whole if whole > 0 else 0.0
