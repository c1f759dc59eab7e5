"""Weights for labels that were not drawn with equal chance."""

from __future__ import annotations

import numpy as np

from gatebook.stats.design import Floats, Ints


def inverse_probability(inclusion_probability: Floats) -> Floats:
    """Return the Horvitz-Thompson weight of each row, shape (n,): 1 / its chance of being drawn.

    Raises:
        ValueError: if a probability is not in (0, 1].
    """
    if not (
        np.isfinite(inclusion_probability).all() and ((inclusion_probability > 0) & (inclusion_probability <= 1)).all()
    ):
        raise ValueError("inclusion probabilities must be above 0 and at most 1")
    return np.asarray(1.0 / inclusion_probability)


def kish_n(weights: Floats) -> float:
    """Return Kish's (1965) effective number of rows, (sum w)^2 / sum w^2."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def population_shares(strata: Ints, count: int) -> Floats:
    """Return the share of each stratum code 0..count-1 among the rows of the unlabelled sample, shape (count,)."""
    return np.bincount(strata, minlength=count) / max(len(strata), 1)


def collapse(strata: Ints, shares: Floats, least: int = 5) -> tuple[Ints, Floats]:
    """Return strata and shares after merging every stratum with fewer than `least` rows into a neighbour.

    Codes must be ordered so that neighbours are alike (confidence bins, say). A population share without a labelled
    row would otherwise be left out of the estimate in silence.
    """
    count = np.bincount(strata, minlength=len(shares))
    target = np.zeros(len(shares), dtype=np.int64)
    group, rows = 0, 0
    for code in range(len(shares)):
        target[code] = group
        rows += int(count[code])
        if rows >= least:
            group, rows = group + 1, 0
    if (rows and group) or (rows == 0 and group and target[-1] == group):
        target[target == group] = group - 1
    merged = np.bincount(target, weights=shares)
    return target[strata], np.asarray(merged / merged.sum())
