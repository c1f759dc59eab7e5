"""Two versions on the same cases: what the newer one loses, and where, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.evidence.performance import Measured
from gatebook.evidence.simple import mean_interval
from gatebook.stats import Design, Interval
from gatebook.stats.interval import bounded_mean

ALPHA = 0.025  # each bound
FEWEST = 20  # cases of a kind of input below which a change shows nothing
FEWEST_CLUSTERS = 5  # ... and clusters below which it is not shown
Kind = int | tuple[str, str]


@dataclass(frozen=True)
class Change:
    """What changed for one kind of input.

    Attributes:
        kind: number of a failing kind of input, or a column and its value; None for all cases.
        rows: cases answered by both.
        candidate, other: mean loss of each.
        gain: by how much the candidate loses less; bounds hold for all kinds of input at once (Bonferroni).
    """

    kind: Kind | None
    rows: int
    candidate: float
    other: float
    gain: Interval


@dataclass(frozen=True)
class VersionComparison:
    """The candidate against another version on the same cases.

    Attributes:
        other: name of the other version.
        whole: over all cases, with bounds of its own.
        only_candidate, only_other: cases in which one of them is better.
        changes: kinds of input, those that got worst first.
    """

    other: str
    whole: Change
    only_candidate: int
    only_other: int
    changes: tuple[Change, ...]


def compare_versions(
    name: str, mine: Measured, theirs: Measured, kinds: Sequence[tuple[Kind, np.ndarray]]
) -> VersionComparison | None:
    """Return the paired comparison, None where fewer than 20 cases have a result of both.

    Args:
        name: of the other version.
        mine: the candidate's losses.
        theirs: the other version's losses; trials of one case are averaged.
        kinds: name and mask over the candidate's rows, of each kind of input to look at.
    """
    return compare_paired(name, mine, paired_losses(mine, theirs), kinds)


def paired_losses(mine: Measured, theirs: Measured) -> np.ndarray:
    """Return the other version's losses in the candidate's order, (rows,), NaN where it has none."""
    if mine.missing or theirs.missing:
        return np.full(len(mine.losses), np.nan)
    other = pd.Series(theirs.losses, index=theirs.keys).groupby(level=0).mean()
    return other.reindex(mine.keys).to_numpy(float)


def compare_paired(
    name: str, mine: Measured, paired: np.ndarray, kinds: Sequence[tuple[Kind, np.ndarray]]
) -> VersionComparison | None:
    """Return what `compare_versions` does, from losses paired before: an explorer pairs once."""
    both = ~np.isnan(paired)
    if both.sum() < FEWEST:
        return None
    differ = np.where(both, paired - mine.losses, 0.0)

    def change(kind: Kind | None, inside: np.ndarray, alpha: float) -> Change:
        part = mine.design.subset(inside)
        codes = None if part.clusters is None else np.unique(part.clusters, return_inverse=True)[1]
        design = Design(codes, part.weights)
        values = differ[inside]
        limited = min(mine.losses.min(), paired[both].min()) >= 0 and max(mine.losses.max(), paired[both].max()) <= 1
        gain = bounded_mean(values, (-1.0, 1.0), design, alpha) if limited else mean_interval(values, design, alpha)
        weights = part.row_weights(len(values))
        means = [float((v[inside] * weights).sum() / weights.sum()) for v in (mine.losses, paired)]
        return Change(kind, len(values), means[0], means[1], gain)

    codes = mine.design.clusters
    shown = [
        (kind, inside & both)
        for kind, inside in kinds
        if FEWEST <= (inside & both).sum() < both.sum()
        and (codes is None or len(np.unique(codes[inside & both])) >= FEWEST_CLUSTERS)
    ]
    changes = [change(kind, inside, ALPHA / len(shown)) for kind, inside in shown]
    changes.sort(key=lambda c: (c.gain.upper >= 0, c.gain.estimate, str(c.kind)))
    return VersionComparison(
        name, change(None, both, ALPHA), int((differ > 0).sum()), int((differ < 0).sum()), tuple(changes)
    )
