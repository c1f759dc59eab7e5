"""The simplest answer that needs no model, compared with the model on the same rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gatebook.evidence.performance import Measured
from gatebook.stats import Interval, Rows, measure
from gatebook.stats.interval import bounded_mean
from gatebook.stats.measure import f1_of_jaccard

COMMONEST = "Always giving the commonest answer"


@dataclass(frozen=True)
class Comparison:
    """The model against the simplest answer.

    Attributes:
        words: what the simplest answer is.
        trivial: what it reaches, on the metric's scale.
        difference: model better by, positive where the model is better, whatever the metric's direction.
        measured_on: what the difference is measured on, where the metric itself cannot show one; "" where it is the metric.
    """

    words: str
    trivial: float
    difference: Interval
    measured_on: str = ""


def compare_with_trivial(data: Measured, alpha: float = 0.05, *, people: bool) -> Comparison | None:
    """Return the comparison, None where no simplest answer is defined (grades, success, an empty table).

    Args:
        data: the metric's arrays.
        alpha: of the interval of the difference.
        people: whether the answers are people, so that none may be named.
    """
    if data.missing or len(data.keys) == 0:
        return None
    method = _METHODS.get(data.metric)
    found = None if method is None else method(data, alpha)
    return replace(found, words=COMMONEST) if found and people and method is _majority else found


def always_alarm(metric: str, prevalence: float) -> float | None:
    """Return what raising the alarm every time reaches on a metric, None where that is not defined."""
    return {
        "accuracy": prevalence,
        "precision": prevalence,
        "recall": 1.0,
        "f1": f1_of_jaccard(prevalence),
        "macro_f1": f1_of_jaccard(prevalence) / 2,
        "auc": 0.5,
    }.get(metric)


def prevalence(data: Measured) -> float | None:
    """Return the share of true cases of the positive class, None where the metric knows no such class."""
    if data.rows.truth is None or data.metric == "macro_f1":
        return None
    return _mean(data, np.asarray(data.rows.truth, bool).astype(float))


def _majority(data: Measured, alpha: float) -> Comparison | None:
    """The commonest true answer, given every time; the difference of two 0/1 outcomes lies in [-1, 1]."""
    if data.classes is None or data.rows.values is None:
        return None
    weights = data.design.row_weights(len(data.classes))
    names, codes = np.unique(data.classes.astype(str), return_inverse=True)
    common = int(np.argmax(np.bincount(codes, weights=weights)))
    trivial = (codes == common).astype(float)
    gain = bounded_mean(np.asarray(data.rows.values, float) - trivial, (-1.0, 1.0), data.design, alpha)
    return Comparison(f"Always answering {names[common]}", _mean(data, trivial), gain)


def _majority_f1(data: Measured, alpha: float) -> Comparison | None:
    """The commonest class, given every time: its F1 shared among all classes."""
    if data.rows.truth is None:
        return None
    codes = np.unique(np.asarray(data.rows.truth), return_inverse=True)[1]
    classes = int(codes.max()) + 1
    common = int(np.argmax(np.bincount(codes, weights=data.design.row_weights(len(codes)))))
    share = measure("proportion", Rows(values=(codes == common).astype(float)), data.design, alpha=alpha / 2)
    trivial = _mapped(share, lambda p: f1_of_jaccard(p) / classes)
    gain = _apart(data.interval(alpha / 2), trivial, alpha)
    return Comparison(COMMONEST, trivial.estimate, gain)


def _always(data: Measured, alpha: float) -> Comparison | None:
    """Raising the alarm every time, by F1 or precision; the two intervals' worst ends bound the difference."""
    if data.rows.truth is None:
        return None
    truth = np.asarray(data.rows.truth, bool).astype(float)
    share = measure("proportion", Rows(values=truth), data.design, alpha=alpha / 2)
    trivial = _mapped(share, f1_of_jaccard) if data.metric == "f1" else share
    return Comparison("Always raising the alarm", trivial.estimate, _apart(data.interval(alpha / 2), trivial, alpha))


def _always_found(data: Measured, alpha: float) -> Comparison | None:
    """Raising the alarm every time finds every case, so recall itself cannot tell it from a good model.

    What can is the share of alarms among true cases less that among the others (Youden 1950): 0 without a model.
    """
    if data.rows.truth is None:
        return None
    false = Rows(truth=~np.asarray(data.rows.truth, bool), predicted=data.rows.predicted)
    alarms = measure("recall", false, data.design, alpha=alpha / 2)
    gain = _apart(data.interval(alpha / 2), alarms, alpha)
    return Comparison("Always raising the alarm", 1.0, gain, measured_on="alarms on true cases less alarms on others")


def _median(data: Measured, alpha: float) -> Comparison | None:
    """The median true value, given every time (for a percentage error: weighted by one over the value)."""
    if data.truth_values is None or data.rows.values is None:
        return None
    truth, weights = data.truth_values, data.design.row_weights(len(data.truth_values))
    scale = np.abs(truth) if data.metric == "mape" else np.ones(len(truth))
    other = np.abs(truth - _weighted_median(truth, weights / scale)) / scale
    gain = _gain(data, other - np.asarray(data.rows.values, float), alpha)
    # the median itself is not told: in a small table it is one row's value
    return Comparison("Always answering the median", _mean(data, other), gain)


def _mean_value(data: Measured, alpha: float) -> Comparison | None:
    """The mean true value, given every time."""
    if data.truth_values is None:
        return None
    errors = data.truth_values - _mean(data, data.truth_values)
    trivial = measure("rmse", Rows(values=errors), data.design, alpha=alpha / 2)
    gain = _apart(trivial, data.interval(alpha / 2), alpha)
    return Comparison("Always answering the mean", float(np.sqrt(_mean(data, errors**2))), gain)


def _same_chance(data: Measured, alpha: float) -> Comparison | None:
    """The share of true cases, stated as the probability of every row; losses are paired."""
    if data.truth_values is None or data.rows.values is None:
        return None
    yes = data.truth_values
    share = _mean(data, yes)
    if data.metric == "brier":
        other = (yes - share) ** 2
        gain = bounded_mean(other - np.asarray(data.rows.values, float), (-1.0, 1.0), data.design, alpha)
    else:
        share = min(max(share, 1e-6), 1 - 1e-6)
        other = -np.log(np.where(yes > 0, share, 1 - share))
        gain = _gain(data, other - np.asarray(data.rows.values, float), alpha)
    return Comparison("Always stating the same chance", _mean(data, other), gain)


def _random_order(data: Measured, alpha: float) -> Comparison | None:
    found = data.interval(alpha)
    return Comparison("Ranking at random", 0.5, _apart(found, _mapped(found, lambda _: 0.5), alpha))


_METHODS: dict[str, Callable[[Measured, float], Comparison | None]] = {
    "accuracy": _majority,
    "macro_f1": _majority_f1,
    "f1": _always,
    "precision": _always,
    "recall": _always_found,
    "mae": _median,
    "mape": _median,
    "rmse": _mean_value,
    "brier": _same_chance,
    "log_loss": _same_chance,
    "auc": _random_order,
}


def _mean(data: Measured, values: np.ndarray) -> float:
    weights = data.design.row_weights(len(values))
    return float((values * weights).sum() / weights.sum())


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _mapped(found: Interval, change: Callable[[float], float]) -> Interval:
    """Return an interval on another scale; `change` is rising."""
    return Interval(
        change(found.estimate),
        change(found.lower),
        change(found.upper),
        found.level,
        found.n,
        found.n_effective,
        found.method,
        found.validated,
        found.reason,
    )


def _apart(better: Interval, than: Interval, alpha: float) -> Interval:
    """Return the difference of two figures of the same rows, bounded by the worst ends of their intervals."""
    return Interval(
        better.estimate - than.estimate,
        better.lower - than.upper,
        better.upper - than.lower,
        1 - alpha,
        better.n,
        better.n_effective,
        "difference of two intervals",
        better.validated and than.validated,
        better.reason or than.reason,
    )


def _gain(data: Measured, gain: np.ndarray, alpha: float) -> Interval:
    """Return the mean gain; without a limit of their own, gains are read on the scale that they were seen to have."""
    reach = float(np.abs(gain).max()) or 1.0
    return bounded_mean(gain, (-reach, reach), data.design, alpha)
