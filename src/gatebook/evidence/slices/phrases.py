"""The scan over phrases: alone, and together with one other column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from gatebook.evidence.budget import PHRASES, within
from gatebook.evidence.slices.narrow import FLOOR
from gatebook.evidence.slices.scan import Grid, Hit, needed, spread, statistic
from gatebook.evidence.slices.text import Terms

PAIRED = 300  # most frequent phrases of a column that are combined with other columns


def phrase_maxima(grid: Grid) -> dict[str, np.ndarray]:
    """Returns for phrases ("text") and phrases with a column ("text+1") the largest statistic of every copy."""
    if not grid.terms:
        return {}
    best = np.full(grid.copies, FLOOR)
    for t in grid.terms:
        count = np.diff(t.presence.indptr).astype(np.float64)
        excess = (t.presence.T @ grid.losses.T).T - count * grid.mean
        found = statistic(excess, spread(grid, count, count * grid.mean), grid.bound)
        best = np.maximum(best, found.max(axis=1))
    out = {"text": best}
    paired = np.full(grid.copies, FLOOR)
    tried = False
    for _, t, i in _pairs(grid):
        tried = True
        paired = _paired_maxima(grid, t, i, paired)
    return out | ({"text+1": paired} if tried else {})


def _pairs(grid: Grid) -> Iterator[tuple[int, Terms, int]]:
    """Yields each text column with each feature of another column, where slices may have two conditions."""
    if grid.max_depth < 2:
        return
    kept = set(beside_phrases(grid)[0])
    for k, t in enumerate(grid.terms):
        for i, f in enumerate(grid.features):
            if len(grid.fine_axes[i]) and grid.columns[i] in kept and f.name.rpartition(":")[0] != t.column:
                yield k, t, i


def beside_phrases(grid: Grid) -> tuple[list[str], list[str]]:
    """Returns the columns that are tried together with phrases, whatever the losses are, and those that are not."""
    return within(PHRASES, list(dict.fromkeys(grid.columns)), str, first=grid.first)


def _cells(t: Terms, codes: np.ndarray, size: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Returns the sum of the weights (default: the count) of each phrase in each code, (phrases, codes)."""
    n = len(codes)
    values = np.ones(n) if weights is None else weights
    by_code = sp.csr_matrix((values, (np.arange(n), codes)), shape=(n, size))
    return np.asarray((t.presence[:, :PAIRED].T @ by_code).toarray())


def _paired_maxima(grid: Grid, t: Terms, i: int, best: np.ndarray) -> np.ndarray:
    codes, size, groups = grid.fine[i], grid.features[i].size, grid.fine_axes[i]
    count = _cells(t, codes, size)
    if grid.binary:
        column = grid.copy.astype(np.int64) * size + codes[grid.error_rows]
        shape = (grid.rows, grid.copies * size)
        errors = sp.csr_matrix((np.ones(len(column)), (grid.error_rows, column)), shape=shape)
        losses = (t.presence[:, :PAIRED].T @ errors).toarray().reshape(len(count), grid.copies, size).transpose(1, 0, 2)
    else:
        losses = np.stack([_cells(t, codes, size, copy) for copy in grid.losses])
    rows = count @ groups.T
    excess = ((losses - grid.mean * count).reshape(-1, size).astype(np.float32) @ groups.T).reshape(
        grid.copies, *rows.shape
    )
    variance = spread(grid, rows, rows * grid.mean)
    floor = needed(variance, grid.bound, float(best.min())).astype(np.float32)
    floor[grid.refused(rows)] = np.inf
    out = best.copy()
    hits = np.flatnonzero(excess > floor)
    if len(hits):
        copy, cell = np.divmod(hits, rows.size)
        scores = statistic(excess.ravel()[hits].astype(np.float64), variance.ravel()[cell], grid.bound)
        np.maximum.at(out, copy, scores)
    return out


def phrase_hits(grid: Grid, expected: np.ndarray) -> list[Hit]:
    """Returns every phrase above the floor, and for each phrase and column the strongest group."""
    hits: list[Hit] = []
    for k, t in enumerate(grid.terms):
        count = np.diff(t.presence.indptr).astype(np.float64)
        mean = t.presence.T @ expected
        scores = statistic(t.presence.T @ grid.losses[0] - mean, spread(grid, count, mean), grid.bound)
        hits += [Hit(float(scores[j]), "text", phrase=(k, int(j))) for j in np.flatnonzero(scores > FLOOR)]
    for k, t, i in _pairs(grid):
        groups = grid.fine_axes[i]
        count, observed, means = (
            _cells(t, grid.fine[i], grid.features[i].size, weights) @ groups.T
            for weights in (None, grid.losses[0], expected)
        )
        scores = statistic(observed - means, spread(grid, count, means), grid.bound)
        scores[grid.refused(count)] = 0
        at = scores.argmax(axis=1)
        for j in np.flatnonzero(scores.max(axis=1) > FLOOR):
            part = (i, groups[at[j]] > 0)
            hits.append(Hit(float(scores[j, at[j]]), "text+1", (part,), (k, int(j))))
    return hits
