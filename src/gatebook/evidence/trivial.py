"""The simplest answer that needs no model, compared with the model on the same rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatebook.evidence.performance import Measured
from gatebook.stats import Interval, Rows, measure
from gatebook.stats.classification import f1_of_jaccard
from gatebook.stats.interval import bounded_mean


@dataclass(frozen=True)
class Comparison:
    """The model against the simplest answer.

    Attributes:
        words: what the simplest answer is.
        trivial: what it reaches, on the metric's scale.
        difference: model better by, positive where the model is better, whatever the metric's direction.
    """

    words: str
    trivial: float
    difference: Interval


def compare_with_trivial(data: Measured, alpha: float = 0.05) -> Comparison | None:
    """Return the paired comparison, None where no simplest answer is defined (grades, ranking by score)."""
    if data.missing or len(data.keys) == 0:
        return None
    if data.kind == "proportion" and data.classes is not None:
        return _majority(data, alpha)
    if data.kind == "f1" and data.rows.truth is not None:
        return _always(data, alpha)
    if data.kind == "loss" and data.truth_values is not None:
        return _median(data, alpha)
    if data.kind == "auc":
        found = data.interval(alpha)
        shifted = Interval(
            found.estimate - 0.5, found.lower - 0.5, found.upper - 0.5, found.level, found.n, found.n_effective, found.method,
            found.validated, found.reason,
        )  # fmt: skip
        return Comparison("Ranking at random", 0.5, shifted)
    return None


def _majority(data: Measured, alpha: float) -> Comparison:
    """The commonest true answer, given every time; the difference of two 0/1 outcomes lies in [-1, 1]."""
    assert data.classes is not None
    assert data.rows.values is not None
    weights = data.design.row_weights(len(data.classes))
    names, codes = np.unique(data.classes.astype(str), return_inverse=True)
    common = int(np.argmax(np.bincount(codes, weights=weights)))
    trivial = (codes == common).astype(float)
    gain = bounded_mean(np.asarray(data.rows.values, float) - trivial, (-1.0, 1.0), data.design, alpha)
    share = float((trivial * weights).sum() / weights.sum())
    return Comparison(f"Always answering {names[common]}", share, gain)


def _always(data: Measured, alpha: float) -> Comparison:
    """Always raising the alarm; F1 differences are bounded by the worst ends of the two intervals."""
    truth = np.asarray(data.rows.truth, bool)
    model = data.interval(alpha / 2)
    share = measure("proportion", Rows(values=truth.astype(float)), data.design, alpha=alpha / 2)
    always = tuple(f1_of_jaccard(v) for v in (share.estimate, share.lower, share.upper))
    reason = model.reason or share.reason
    gain = Interval(
        model.estimate - always[0], model.lower - always[2], model.upper - always[1], 1 - alpha, model.n, model.n_effective,
        "difference of two exact intervals", model.validated, reason,
    )  # fmt: skip
    return Comparison("Always raising the alarm", always[0], gain)


def _median(data: Measured, alpha: float) -> Comparison:
    """The median true value, given every time; differences are read on the scale that they were seen to have."""
    assert data.truth_values is not None
    assert data.rows.values is not None
    centre = float(np.median(data.truth_values))
    mine = np.asarray(data.rows.values, float)
    other = np.abs(data.truth_values - centre)
    if data.metric == "mape":
        other = other / np.abs(data.truth_values)
    gain = other - mine
    reach = float(np.abs(gain).max()) or 1.0
    found = bounded_mean(gain, (-reach, reach), data.design, alpha)
    # the median itself is not told: in a small table it is one row's value
    return Comparison("Always answering the median", float(other.mean()), found)
