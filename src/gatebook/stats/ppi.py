"""Prediction-powered inference: unlabelled rows with a guess of their outcome sharpen the labelled ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gatebook.stats.design import (
    Design,
    Estimate,
    Floats,
    Ints,
    degrees,
    group_influence,
    mean_influence,
    ratio,
    standard_error,
)
from gatebook.stats.interval import Interval, nothing, unit_interval

MIN_LABELS = 50


@dataclass(frozen=True, eq=False)
class Guess:
    """A guess of each row's value, known for labelled and unlabelled rows alike: own confidence, or a judge's score.

    Attributes:
        labelled: guess for the labelled rows, on the scale of their values, shape (n,).
        pool: guess for the unlabelled rows, shape (m,).
        pool_clusters: cluster of the unlabelled rows in the coding of the labelled ones, shape (m,); needed where
            the labelled rows have clusters.

    Raises:
        ValueError: if a guess is NaN or the pool's clusters have another length.
    """

    labelled: Floats
    pool: Floats
    pool_clusters: Ints | None = None

    def __post_init__(self) -> None:
        """Check what the arithmetic relies on."""
        if np.isnan(self.labelled).any() or np.isnan(self.pool).any():
            raise ValueError("a guess is needed for every labelled and unlabelled row, without NaN")
        if self.pool_clusters is not None and len(self.pool_clusters) != len(self.pool):
            raise ValueError("the pool has another length than its clusters")


def ppi_mean(values: Floats, guess: Guess, design: Design, alpha: float = 0.05) -> Interval:
    """Return the interval of the mean of `values` in [0, 1], shape (n,), helped by a guess of each value.

    PPI++ (Angelopoulos, Duchi & Zrnic 2023, arXiv 2311.01453) with the power-tuning weight estimated from the
    labelled rows, and Clopper-Pearson on the effective rows in place of its normal interval, which is too liberal in
    small samples. The guess may be wrong; the labels must be drawn at random from the same rows (or weighted). A
    guess alone shows nothing: at least 50 labels are needed.

    Raises:
        ValueError: if lengths differ, or rows have clusters and the pool has none.
    """
    n, m = len(values), len(guess.pool)
    if len(guess.labelled) != n:
        raise ValueError(f"{n} labelled rows have {len(guess.labelled)} guesses")
    if design.clusters is not None and guess.pool_clusters is None and m:
        raise ValueError("labelled rows have clusters; the unlabelled rows need theirs too")
    if n < MIN_LABELS:
        mean = float(values.mean()) if n else math.nan
        reason = f"{n} labels; a guess or a judge needs at least {MIN_LABELS} labels beside it"
        return nothing(mean, alpha, n, reason)
    codes = _joint(design, guess)
    inside = Design(None if codes is None else codes[:n], design.weights, design.strata, design.shares)
    label = ratio(values, np.ones(n), inside)
    mean_guess, guess_influence = mean_influence(guess.labelled, inside)
    value_influence = mean_influence(values, inside)[1]
    weight = tuning(value_influence, guess_influence, m, inside)
    pool_mean = float(guess.pool.mean()) if m else mean_guess
    corrected = value_influence - weight * guess_influence
    added = weight * (guess.pool - pool_mean) / max(m, 1)
    sums = group_influence(corrected, inside.clusters)
    if codes is None:
        se = math.hypot(standard_error(sums), math.sqrt(float((added**2).sum())))
    else:
        se = standard_error(group_influence(np.concatenate([corrected, added]), codes))
        se = max(se, standard_error(sums))
    value = label.value - weight * (mean_guess - pool_mean)
    estimate = Estimate(value, se, max(1.0, degrees(sums) - 1), n, label.kish, label.clusters)
    method = f"prediction-powered, exact binomial on effective rows ({design.plain})"
    return unit_interval(estimate, alpha, method, binary=False)


def tuning(values: Floats, guess: Floats, pool: int, design: Design) -> float:
    """Return the weight of the guess, at least 0, that minimises the variance (PPI++, section 6), from influences."""
    own, other = group_influence(values, design.clusters), group_influence(guess, design.clusters)
    spread = float((other**2).sum())
    if spread == 0 or pool == 0:
        return 0.0
    return max(0.0, float((own * other).sum()) / (spread * (1 + len(values) / pool)))


def _joint(design: Design, guess: Guess) -> Ints | None:
    """Return the cluster codes of labelled rows then pool, 0..G-1, shape (n + m,)."""
    if design.clusters is None:
        return None
    pool = np.empty(0, dtype=np.int64) if guess.pool_clusters is None else guess.pool_clusters
    codes: Ints = np.unique(np.concatenate([design.clusters, pool]), return_inverse=True)[1].astype(np.int64)
    return codes
