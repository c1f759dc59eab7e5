"""From a slice in coarse codes to the conditions that describe it best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gatebook.slices.predicate import Predicate
from gatebook.slices.scan import Grid, Hit, statistic

ROUNDS = 2
KEPT = 0.7  # a condition goes if the slice stands out this much without it: its ends were chosen to fit
ABOUT = 0.95  # of the excess over the usual height: two hits stand out alike


def clearest(hits: list[Hit], height: dict[str, float]) -> Hit:
    """Returns the first hit, or one about as far above its family, no longer, and with more evidence or fewer ends.

    Families differ in height: a phrase of few searched can lead the range that it is a part of by a hair.
    """
    first = hits[0]
    line = ABOUT * (first.score - height[first.family])
    level = [h for h in hits if h.score - height[h.family] >= line and h.conditions <= first.conditions]
    most = max(h.score for h in level)
    return min((h for h in level if h.score >= ABOUT * most), key=lambda h: (h.two_sided, -h.score))


def rows_of(grid: Grid, hit: Hit, without: int | None = None) -> np.ndarray:
    """Returns a boolean array of shape (rows,) over the scanned rows: where all its parts hold, but for one."""
    inside = np.ones(grid.rows, dtype=bool)
    if hit.phrase is not None:
        inside[:] = False
        inside[grid.terms[hit.phrase[0]].mentions(hit.phrase[1])] = True
    for place, (i, allowed, limits) in enumerate(hit.bounded):
        if place != without:
            inside &= grid.features[i].holds(allowed, limits)
    return inside


def predicates(grid: Grid, hit: Hit) -> tuple[Predicate, ...]:
    """Returns the conditions of the slice on the columns of the frame."""
    out: list[Predicate] = []
    if hit.phrase is not None:
        t = grid.terms[hit.phrase[0]]
        out.append(Predicate(t.column, "contains", t.phrases[hit.phrase[1]]))
    for i, allowed, limits in hit.bounded:
        out += grid.features[i].predicates(allowed, limits)
    return tuple(out)


def refined(grid: Grid, hit: Hit, expected: np.ndarray, height: dict[str, float]) -> Hit:
    """Returns the slice with the best ends for its ranges, without conditions that add nothing.

    A condition goes if the slice stands out nearly as much without it, measured from the usual height of its family;
    one that belongs there loses far more, since the rows let in are as good as any.
    """
    current = replace(hit, limits=hit.limits or tuple(grid.features[i].limits(allowed) for i, allowed in hit.parts))
    for _ in range(ROUNDS):
        for place in range(len(current.parts)):
            current = _best_range(grid, current, place, expected)
    while shorter := _shorter(current):
        scored = [score(grid, s, expected) - height.get(s.family, np.inf) for s in shorter]
        best = int(np.argmax(scored))
        if scored[best] < KEPT * (score(grid, current, expected) - height[current.family]):
            break
        current = shorter[best]
    return current if current.family == hit.family else replace(current, score=score(grid, current, expected))


def _shorter(hit: Hit) -> list[Hit]:
    """Returns the slice without each of its conditions in turn; none where only one is left."""
    if hit.conditions < 2:
        return []
    limits, left = hit.limits or (), len(hit.parts) - 1
    family = str(left) if hit.phrase is None else f"text+{left}" if left else "text"
    out = [
        replace(hit, family=family, parts=hit.parts[:k] + hit.parts[k + 1 :], limits=limits[:k] + limits[k + 1 :])
        for k in range(len(hit.parts))
    ]
    return out if hit.phrase is None else [*out, replace(hit, family=str(len(hit.parts)), phrase=None)]


def score(grid: Grid, hit: Hit, expected: np.ndarray) -> float:
    """Returns the scan statistic of a slice against the expected losses; -inf where it has too few rows."""
    inside = rows_of(grid, hit)
    rows = inside.sum()
    least = 1 if hit.family == "text" else grid.minimum  # phrases have a minimum of their own
    if rows < least or rows > grid.rows - least:
        return -np.inf
    mean = expected[inside].sum()
    excess = grid.losses[0][inside].sum() - mean
    return float(statistic(np.array(excess), grid.spread(np.array(rows), np.array(mean)), grid.bound))


def _best_range(grid: Grid, hit: Hit, place: int, expected: np.ndarray) -> Hit:
    """Returns the slice with the strongest range for one condition, the others held."""
    assert hit.limits is not None
    if hit.limits[place] is None:
        return hit
    feature = grid.features[hit.parts[place][0]]
    others = rows_of(grid, hit, without=place) & np.isfinite(feature.values)
    ends = feature.ends()
    bins = np.searchsorted(ends[1:-1], feature.values[others], side="right")
    size = len(ends) - 1

    def sums(weights: np.ndarray | None) -> np.ndarray:
        total = np.concatenate([[0.0], np.cumsum(np.bincount(bins, weights=weights, minlength=size))])
        return np.asarray(total[None, :] - total[:, None])  # [low, high]

    rows, mean = sums(None), sums(expected[others])
    excess = sums(grid.losses[0][others]) - mean
    scores = statistic(excess, grid.spread(rows, mean), grid.bound)
    scores[(rows < grid.minimum) | (rows > grid.rows - grid.minimum)] = 0
    low, high = np.unravel_index(int(np.argmax(scores)), scores.shape)
    if scores[low, high] <= 0:
        return hit
    limits = list(hit.limits)
    limits[place] = (float(ends[low]), float(ends[high]))
    return replace(hit, limits=tuple(limits))
