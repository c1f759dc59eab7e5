"""Whether labelled rows are the random draw that they claim to be: what is known of all rows, compared with the rest.

Under a simple random draw without replacement the labelled rows are any n of the N rows, so that the mean of every
score over them has a known law (Lehmann 1975, Nonparametrics, chapter 1 and appendix 4): nothing is assumed of the
rows. Of a draw with unequal chances the weighted mean must lie at that of all rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from gatebook.stats.design import Floats, Ints, degrees, design_effect, group_influence, kish_n

Bools = NDArray[np.bool_]
ALPHA = 0.025  # chance that a fair draw is called none, over everything that is compared


@dataclass(frozen=True, eq=False)
class Trait:
    """One score of every row, by which a draw may favour rows.

    Attributes:
        name: what is told of it.
        scores: shape (rows,), in [0, 1]: ranks of a number, 0 and 1 of a property; NaN where it is not known.
        part: of the chance of a false alarm, all parts summing to at most 1.
    """

    name: str
    scores: Floats
    part: float


@dataclass(frozen=True)
class Imbalance:
    """The trait that tells labelled rows from the rest most surely.

    Attributes:
        name: of the trait.
        auc: chance that a labelled row scores higher than another one (or lower, where that is more), ties half.
        lower, upper: its bounds, of all traits together at 1 - ALPHA; above .5 the draw was not the one claimed.
        traits: how many were compared.
    """

    name: str
    auc: float
    lower: float
    upper: float
    traits: int

    @property
    def biased(self) -> bool:
        """Whether a fair draw differs as much in fewer than ALPHA of all draws."""
        return self.lower > 0.5


def ranks(values: Floats) -> Floats:
    """Return the mid-rank of each value as a share of the rows, shape (n,); NaN stays NaN."""
    known = ~np.isnan(values)
    out = np.full(len(values), np.nan)
    count = int(known.sum())
    if count:
        out[known] = (stats.rankdata(values[known]) - 0.5) / count
    return out


def folded(share: Floats) -> Floats:
    """Return the ranks of how far ranks lie from the middle: high at both ends."""
    return ranks(np.asarray(np.round(np.abs(share - 0.5), 12), dtype=np.float64))


@dataclass(frozen=True, eq=False)
class Claim:
    """How rows are said to have been drawn.

    Attributes:
        labelled: which rows have a label, shape (rows,).
        weights: of the labelled rows, 0 for the rest, shape (rows,); None where all had the same chance.
        clusters: code of each row's group, shape (rows,), where whole groups may have been drawn.
        stands_for: how many rows of the pool each row stands for, shape (rows,), where not all are here.
    """

    labelled: Bools
    weights: Floats | None = None
    clusters: Ints | None = None
    stands_for: Floats | None = None

    @property
    def worth(self) -> float:
        """Labelled rows, or as many of equal weight as say as much (Kish 1965)."""
        return float(self.labelled.sum()) if self.weights is None else kish_n(self.weights[self.labelled])

    @cached_property
    def together(self) -> float:
        """How far rows of a group were labelled together: intraclass correlation of being labelled, 0 to 1."""
        if self.clusters is None:
            return 0.0
        return min(1.0, max(0.0, design_effect(self.labelled.astype(float), self.clusters).icc))


def imbalance(traits: Iterable[Trait], claim: Claim) -> Imbalance | None:
    """Return by what labelled rows differ most surely from all rows; None where nothing can be compared."""
    found: tuple[float, Trait, float, float] | None = None
    count = 0
    for trait in traits:
        known = ~np.isnan(trait.scores)
        mine = claim.labelled & known
        if not mine.any() or mine.sum() == known.sum() or np.ptp(trait.scores[known]) == 0:
            continue
        count += 1
        gap, z = _gap(trait.scores, known, claim)
        sure = z - _critical(trait.part)
        if found is None or sure > found[0]:
            found = (sure, trait, gap, z)
    if found is None:
        return None
    _, trait, gap, z = found
    reach = gap * _critical(trait.part) / z if z > 0 else 0.5
    return Imbalance(trait.name, 0.5 + gap, max(0.0, 0.5 + gap - reach), min(1.0, 0.5 + gap + reach), count)


def _critical(part: float) -> float:
    return float(special.ndtri(1 - ALPHA * part / 2))


def _gap(every: Floats, known: Bools, claim: Claim) -> tuple[float, float]:
    """Return how far an AUC lies from a coin's, and the standard normal quantile of its chance under a fair draw."""
    scores, labelled = every[known], claim.labelled[known]
    binary = bool(np.isin(scores, (0.0, 1.0)).all())
    share = 0.5 if binary else 1.0
    total, n = len(scores), int(labelled.sum())
    if claim.weights is not None:
        return _weighted_gap(scores, known, claim, share)
    apart = float(scores[labelled].mean() - scores[~labelled].mean())
    if binary and claim.together == 0:
        return share * abs(apart), _of_counts(int(scores[labelled].sum()), n, int(scores.sum()), total)
    rest = scores - scores.mean()
    spread = float((rest**2).sum())
    groups = spread
    if claim.clusters is not None:
        groups = float((np.bincount(claim.clusters[known], weights=rest) ** 2).sum())
    effect = max(0.0, 1 + claim.together * (groups / spread - 1))
    worth = n / (1 - n / total) / max(effect, 1.0)
    return share * abs(apart), _deviation(float(scores[labelled].mean()), scores, worth, worth - 1, binary=binary)


def _weighted_gap(scores: Floats, known: Bools, claim: Claim, share: float) -> tuple[float, float]:
    """As `_gap`, for rows that count unequally: the variance is that of as many equal rows, or a larger one seen."""
    assert claim.weights is not None
    labelled, weights = claim.labelled[known], claim.weights[known]
    given = np.ones(len(scores)) if claim.stands_for is None else claim.stands_for[known]
    centre = float((given * scores).sum() / given.sum())
    mine = weights[labelled]
    clusters = None if claim.clusters is None else claim.clusters[known][labelled]
    sums = group_influence(mine * (scores[labelled] - centre) / mine.sum(), clusters)
    seen = float((sums**2).sum())
    variance = float((given * (scores - centre) ** 2).sum() / given.sum())
    worth = min(kish_n(mine), variance / seen if seen > 0 else math.inf)
    mean = float((mine * scores[labelled]).sum() / mine.sum())
    binary = share != 1.0
    z = _deviation(mean, scores, worth, min(degrees(sums), worth - 1), binary=binary, centre=centre)
    return share * abs(mean - centre), z


def _of_counts(hits: int, n: int, all_hits: int, total: int) -> float:
    law = stats.hypergeom(total, all_hits, n)
    return _quantile(2 * min(float(law.cdf(hits)), float(law.sf(hits - 1))))


def _deviation(
    mean: float, scores: Floats, worth: float, degrees_of_freedom: float, *, binary: bool, centre: float | None = None
) -> float:
    """Return the quantile of a mean over so many rows' worth, given that of all rows."""
    centre = float(scores.mean()) if centre is None else centre
    if binary:
        hits = mean * worth
        above = special.betainc(hits, worth - hits + 1, centre) if hits > 0 else 1.0
        below = special.betainc(worth - hits, hits + 1, 1 - centre) if hits < worth else 1.0
        return _quantile(2 * float(min(above, below)))
    error = math.sqrt(float(((scores - centre) ** 2).mean()) / worth)
    return _quantile(2 * float(special.stdtr(max(degrees_of_freedom, 1.0), -abs(mean - centre) / error)))


def _quantile(chance: float) -> float:
    return float(-special.ndtri(min(1.0, max(chance, 1e-300)) / 2))
