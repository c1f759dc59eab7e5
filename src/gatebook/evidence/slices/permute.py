"""Losses as they would be if they had nothing to do with the inputs: permuted, whole clusters at a time."""

from __future__ import annotations

import numpy as np

BLOCK = 20  # clusters of neighbouring size that change places


def copies(losses: np.ndarray, clusters: np.ndarray | None, number: int, rng: np.random.Generator) -> np.ndarray:
    """Returns float64 (1 + number, rows): the losses as they are, then permuted copies.

    With clusters, the losses of one cluster stay together: clusters change places with others of about their size, and
    rows within a cluster are shuffled; a larger cluster takes a smaller one's losses more than once.
    """
    out = np.empty((number + 1, len(losses)))
    out[0] = losses
    if clusters is None or len(np.unique(clusters)) == len(losses):
        for i in range(number):
            out[i + 1] = rng.permutation(losses)
        return out
    codes = np.unique(clusters, return_inverse=True)[1]
    sizes = np.bincount(codes)
    for i in range(number):
        out[i + 1] = _clustered(losses, codes, sizes, rng)
    return out


def _clustered(losses: np.ndarray, codes: np.ndarray, sizes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    order = np.lexsort((rng.random(len(losses)), codes))  # rows of one cluster side by side, shuffled
    start = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    ranked = np.lexsort((rng.random(len(sizes)), sizes))  # clusters by size, ties at random
    source = np.empty(len(sizes), dtype=np.int64)
    edges = np.arange(0, len(sizes), BLOCK)
    if len(edges) > 1 and len(sizes) - edges[-1] < BLOCK:
        edges = edges[:-1]
    for k, low in enumerate(edges):
        high = edges[k + 1] if k + 1 < len(edges) else len(sizes)
        source[ranked[low:high]] = rng.permutation(ranked[low:high])
    if len(np.unique(sizes)) == 1:
        source = rng.permutation(len(sizes))
    target = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(len(losses)) - start[target]
    taken = order[start[source[target]] + within % sizes[source[target]]]
    out = np.empty_like(losses)
    out[order] = losses[taken]
    return out
