"""False GO and false NO-GO at the bar where rows come in clusters.

    nice -n 15 python benchmarks/stats_clusters.py --reps 10000 [--only clusters]

Clusters: 10, 20, 50, of equal or unequal size, with an intraclass correlation of 0, .1, .5. Shares and means
are computed in batches (stats_batch.py), losses and AUC one repetition at a time.
Prints the same table as `stats_coverage.py`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import stats_batch as batch
from scipy import special
from stats_coverage import GRADE_MEAN, GRADES, Case, Rng, cluster_codes, main

from gatebook.stats import Design, Rows, decide, measure
from gatebook.stats.measure import f1_of_jaccard

BARS = (0.5, 0.72, 0.9, 0.97)


@dataclass(frozen=True)
class World:
    """How the rows of a repetition come in clusters."""

    groups: int
    icc: float
    n: int
    even: bool

    def sizes(self, rng: Rng, reps: int) -> np.ndarray:
        """Return the rows of every cluster, at least 1, shape (reps, groups)."""
        if self.even:
            return np.tile(np.bincount(np.arange(self.n) % self.groups), (reps, 1))
        weight = rng.lognormal(0, 0.8, (reps, self.groups))
        return 1 + rng.multinomial(self.n - self.groups, weight / weight.sum(axis=1, keepdims=True))

    def rates(self, rng: Rng, rate: float, reps: int) -> np.ndarray:
        """Return the rate of every cluster, shape (reps, groups)."""
        if self.icc == 0:
            return np.full((reps, self.groups), rate)
        prior = (1 - self.icc) / self.icc
        return rng.beta(rate * prior, (1 - rate) * prior, (reps, self.groups))

    def normals(self, rng: Rng, sizes: np.ndarray) -> np.ndarray:
        """Return a standard normal for every row, cluster after cluster, shape (reps * n,)."""
        shared = np.repeat(rng.standard_normal(sizes.size), sizes.ravel())
        return math.sqrt(self.icc) * shared + math.sqrt(1 - self.icc) * rng.standard_normal(len(shared))


def total(values: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the sum over every cluster of values that stand cluster after cluster, shape of `sizes`."""
    starts = np.concatenate([[0], np.cumsum(sizes.ravel())[:-1]])
    return np.add.reduceat(values, starts).reshape(sizes.shape)


def counted(bounds: batch.Bounds, bar: float, *, up: bool = True) -> tuple[int, int]:
    return int(bounds.passes(bar, up=up).sum()), int(bounds.fails(bar, up=up).sum())


def share(world: World, bar: float, rng: Rng, reps: int) -> tuple[int, int]:
    sizes = world.sizes(rng, reps)
    right = rng.binomial(sizes, world.rates(rng, bar, reps))
    return counted(batch.clustered_share(right.astype(float), sizes.astype(float)), bar)


def f1(world: World, rng: Rng, reps: int) -> tuple[int, int]:
    """F1 .75 with four rows in ten positive in truth or prediction, through J = .6."""
    union = rng.binomial(world.sizes(rng, reps), 0.4)
    hits = rng.binomial(union, world.rates(rng, 0.6, reps))
    found = batch.clustered_share(hits.astype(float), union.astype(float))
    return counted(batch.Bounds(f1_of_jaccard(found.lower), f1_of_jaccard(found.upper)), f1_of_jaccard(0.6))


def grade(world: World, rng: Rng, reps: int) -> tuple[int, int]:
    sizes = world.sizes(rng, reps)
    grades = np.searchsorted(np.cumsum(GRADES)[:-1], special.ndtr(world.normals(rng, sizes))) / 4
    found = batch.clustered_share(total(grades, sizes), sizes.astype(float), binary=False)
    return counted(found, (GRADE_MEAN - 1) / 4)


def loss(world: World, rng: Rng) -> str:
    sizes = world.sizes(rng, 1)
    values, code = np.exp(0.7 * world.normals(rng, sizes)), np.repeat(np.arange(world.groups), sizes[0])
    found = measure("loss", Rows(values=values), Design(clusters=code))
    return decide(found, math.exp(0.245), higher_is_better=False)


def auc(world: World, rng: Rng) -> str:
    code = cluster_codes(rng, world.groups, world.n, world.even)
    truth = rng.random(world.n) < 0.4
    shared = rng.standard_normal((world.groups, 2))
    own = math.sqrt(1 - world.icc) * rng.standard_normal(world.n)
    score = math.sqrt(world.icc) * np.where(truth, shared[code, 0], shared[code, 1]) + own
    score = score + truth * math.sqrt(2) * special.ndtri(0.8)
    return decide(measure("auc", Rows(truth=truth, score=score), Design(clusters=code)), 0.8)


def worlds() -> Iterator[tuple[World, str]]:
    for groups in (10, 20, 50):
        for icc in (0.0, 0.1, 0.5):
            for n in (200, 1000):
                for even in (True, False):
                    sizes = "equal" if even else "unequal"
                    yield World(groups, icc, n, even), f"G={groups}, ICC {icc}, n={n}, {sizes} sizes"


def clusters() -> Iterator[Case]:
    """Shares, F1, means and losses."""
    for world, label in worlds():
        for bar in BARS:
            yield Case("clusters", f"proportion {bar}, {label}", many=functools.partial(share, world, bar))
        yield Case("clusters", f"F1 .75, {label}", many=functools.partial(f1, world))
        yield Case("clusters", f"mean grade, {label}", many=functools.partial(grade, world))
        yield Case("clusters", f"MAE log-normal s=.7, {label}", functools.partial(loss, world))


def areas() -> Iterator[Case]:
    """AUC, which needs the rows themselves."""
    for world, label in worlds():
        yield Case("areas", f"AUC .8, {label}", functools.partial(auc, world))


if __name__ == "__main__":
    main((clusters, areas), __doc__ or "")
