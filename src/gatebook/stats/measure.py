"""The entry point: which method measures which kind of figure, whatever the draw of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gatebook.stats import classification
from gatebook.stats.auc import auc
from gatebook.stats.design import Design, Floats, Ints
from gatebook.stats.interval import Interval, bounded_mean, share
from gatebook.stats.loss import mean_loss, rmse
from gatebook.stats.ppi import Guess, ppi_mean

Kind = Literal["proportion", "precision", "recall", "f1", "macro_f1", "auc", "mean", "loss", "rmse"]


@dataclass(frozen=True, eq=False)
class Rows:
    """The labelled rows, each array of shape (n,); a kind reads the fields named beside it.

    Attributes:
        values: proportion: 1 where right, 0 where wrong; mean: values inside `scale`; loss: one loss >= 0 a row;
            rmse: one error (of either sign) a row.
        truth: precision, recall, f1, auc: whether the row is truly positive; macro_f1: integer class code.
        predicted: precision, recall, f1: whether the row is predicted positive; macro_f1: integer class code.
        score: auc: the higher, the more likely positive.
        scale: mean: lowest and highest possible value.
    """

    values: NDArray[np.generic] | None = None
    truth: NDArray[np.generic] | None = None
    predicted: NDArray[np.generic] | None = None
    score: NDArray[np.generic] | None = None
    scale: tuple[float, float] = (0.0, 1.0)


def measure(
    kind: Kind, rows: Rows, design: Design | None = None, *, guess: Guess | None = None, alpha: float = 0.05
) -> Interval:
    """Return the interval of one figure, each bound at 1 - alpha.

    `guess` sharpens "proportion" and "mean"; the other kinds do not use it. `alpha` comes from
    `sequential.alpha_at_look` where the labels are looked at more than once; alpha 0 shows nothing.

    Raises:
        ValueError: if the arrays that the kind reads are missing, differ in length, or hold NaN.
    """
    drawn = design or Design()
    design = _dense(drawn)
    if kind in ("proportion", "mean"):
        values = _floats(rows.values, "values", kind)
        _same_length(design, values)
        scale = (0.0, 1.0) if kind == "proportion" else rows.scale
        if kind == "proportion" and not np.isin(values, (0.0, 1.0)).all():
            raise ValueError("a proportion is measured from zeros and ones")
        if guess is not None and len(guess.pool):
            return _with_guess(values, scale, guess, drawn, alpha)
        return share(values, design, alpha) if kind == "proportion" else bounded_mean(values, scale, design, alpha)
    if kind in ("loss", "rmse"):
        values = _floats(rows.values, "values", kind)
        _same_length(design, values)
        return mean_loss(values, design, alpha) if kind == "loss" else rmse(values, design, alpha)
    truth = _floats(rows.truth, "truth", kind)
    other = _floats(rows.score if kind == "auc" else rows.predicted, "score" if kind == "auc" else "predicted", kind)
    _same_length(design, truth, other)
    if kind == "auc":
        return auc(truth > 0, other, design, alpha)
    if kind == "macro_f1":
        return classification.macro_f1(truth.astype(np.int64), other.astype(np.int64), design, alpha)
    method = {"precision": classification.precision, "recall": classification.recall, "f1": classification.f1}[kind]
    return method(truth > 0, other > 0, design, alpha)


def _with_guess(values: Floats, scale: tuple[float, float], guess: Guess, design: Design, alpha: float) -> Interval:
    """Return the prediction-powered interval on the scale of the values."""
    low, width = scale[0], scale[1] - scale[0]
    labelled, pool = (np.clip((side - low) / width, 0.0, 1.0) for side in (guess.labelled, guess.pool))
    helper = Guess(labelled, pool, guess.pool_clusters)
    unit = (values - low) / width
    if len(unit) and not (unit.min() >= 0 and unit.max() <= 1):
        raise ValueError(f"values lie outside the scale {scale[0]} to {scale[1]}")
    found = ppi_mean(unit, helper, design, alpha)
    estimate, lower, upper = (low + bound * width for bound in (found.estimate, found.lower, found.upper))
    return Interval(estimate, lower, upper, found.level, found.n, found.n_effective, found.method, reason=found.reason)


def _floats(values: NDArray[np.generic] | None, name: str, kind: str) -> Floats:
    if values is None:
        raise ValueError(f"{kind} is measured from `{name}`, which is missing")
    out = np.asarray(values, dtype=np.float64)
    if np.isnan(out).any():
        raise ValueError(f"`{name}` holds NaN; leave unlabelled rows out, or count them as wrong, before measuring")
    return out


def _same_length(design: Design, *arrays: NDArray[np.generic]) -> None:
    sides = (design.clusters, design.weights, design.strata)
    lengths = {len(a) for a in (*arrays, *(side for side in sides if side is not None))}
    if len(lengths) != 1:
        raise ValueError(f"the arrays have different lengths: {sorted(lengths)}")


def _dense(design: Design) -> Design:
    """Return the design with cluster codes 0..G-1; clusters of one row each are no clusters."""
    if design.clusters is None:
        return design
    codes: Ints = np.unique(design.clusters, return_inverse=True)[1].astype(np.int64)
    alone = len(codes) > 0 and int(codes.max()) + 1 == len(codes)
    return Design(None if alone else codes, design.weights, design.strata, design.shares)
