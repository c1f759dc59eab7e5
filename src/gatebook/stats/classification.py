"""Precision, recall and F1 as proportions, with the guarantees of a proportion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gatebook.stats.design import (
    WEIGHTED_REACH,
    Design,
    Estimate,
    Ints,
    degrees,
    group_influence,
    moment_skewness,
    ratio,
    standard_error,
)
from gatebook.stats.interval import Interval, nothing, share, too_few, unit_interval

Bools = NDArray[np.bool_]
MIN_CLASS = 10


def precision(truth: Bools, predicted: Bools, design: Design, alpha: float = 0.05) -> Interval:
    """Return the share of predicted positives that are truly positive; arrays of shape (n,)."""
    return share((truth & predicted).astype(float), design, alpha, predicted.astype(float))


def recall(truth: Bools, predicted: Bools, design: Design, alpha: float = 0.05) -> Interval:
    """Return the share of truly positive rows that were predicted positive; arrays of shape (n,)."""
    return share((truth & predicted).astype(float), design, alpha, truth.astype(float))


def f1(truth: Bools, predicted: Bools, design: Design, alpha: float = 0.05) -> Interval:
    """Return F1 through J = TP / (TP + FP + FN), a proportion of the rows that are positive in truth or prediction.

    Given those rows TP is binomial, and F1 = 2 J / (1 + J) rises with J, so bounds of J become bounds of F1.
    """
    found = share((truth & predicted).astype(float), design, alpha, (truth | predicted).astype(float))
    return replace(
        found,
        estimate=f1_of_jaccard(found.estimate),
        lower=f1_of_jaccard(found.lower),
        upper=f1_of_jaccard(found.upper),
        method=found.method if found.reason else f"{found.method} of TP / (TP + FP + FN), read as F1",
    )


def f1_of_jaccard(jaccard: float) -> float:
    """Return F1 = 2 J / (1 + J)."""
    return 2 * jaccard / (1 + jaccard)


def jaccard_of_f1(value: float) -> float:
    """Return J = F1 / (2 - F1)."""
    return value / (2 - value)


def macro_f1(truth: Ints, predicted: Ints, design: Design, alpha: float = 0.05) -> Interval:
    """Return the interval of F1 averaged over the classes that occur; integer class codes of shape (n,).

    Influence of each row on every class's F1 = 2 TP / (2 TP + FP + FN), averaged; then as a mean in [0, 1]. A class
    with fewer than 10 rows in truth shows nothing: its F1 is then biased by more than the interval allows for.
    Weighted rows: wider by `WEIGHTED_REACH`, and wider still on the side of a long tail.
    """
    n = len(truth)
    if n == 0:
        return nothing(float("nan"), alpha, 0, "there are no rows to measure")
    classes = np.union1d(truth, predicted)
    weights = design.row_weights(n)
    total = np.zeros(n)
    scores = np.empty(len(classes))
    for position, code in enumerate(classes):
        is_true, is_found = truth == code, predicted == code
        hit, size = 2.0 * (is_true & is_found), is_true.astype(float) + is_found
        mass = float((weights * size).sum())
        scores[position] = float((weights * hit).sum()) / mass
        total += weights * (hit - scores[position] * size) / mass
    mean = float(scores.mean())
    rows = np.bincount(np.searchsorted(classes, truth), minlength=len(classes))
    sums = group_influence(total / len(classes), design.clusters)
    groups = None if design.clusters is None else len(sums)
    kish = ratio(total, np.ones(n), design).kish
    error, skewness = standard_error(sums), 0.0
    if design.weighted:
        error, skewness = WEIGHTED_REACH * error, moment_skewness(sums)
    estimate = Estimate(mean, error, degrees(sums), n, kish, groups, skewness)
    if rows.min() < MIN_CLASS and not too_few(estimate):
        reason = f"class {classes[rows.argmin()]} has {rows.min()} rows; macro F1 needs {MIN_CLASS} of every class"
        return nothing(mean, alpha, n, reason)
    return unit_interval(estimate, alpha, f"exact binomial on effective rows (macro F1, {design.plain})", binary=False)
