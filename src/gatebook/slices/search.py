"""Which inputs fail: slices picked one after the other, each against what the earlier ones explain, at one
error level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it ships no types

from gatebook.budget import COMBINED, PHRASES
from gatebook.errors import TableError
from gatebook.slices.features import features, terms
from gatebook.slices.predicate import Predicate, SearchFault, describe, mask, named, no_column, texts
from gatebook.slices.refine import clearest, predicates, refined, rows_of, score
from gatebook.slices.scan import Grid, Hit, copies_maxima, needed, strongest
from gatebook.stats.interval import clopper_pearson
from gatebook.words import Code, say

SUPPORT = 0.01  # smallest share of rows of a slice
FEWEST = 10  # ... and smallest number
EXAMPLES = 5
MOST = 10  # slices reported
SCANNED = 300_000  # rows that are scanned where there are more; every figure is then counted on all rows
SCANNED_REAL = 100_000  # the same for real-valued losses, whose tables cost more
SAME = 0.5  # row Jaccard from which two slices are near-copies
REPEATED = 0.9  # row Jaccard from which a slice is one found before
POWER = 0.8
DETECTED = 0.05  # share of the rows of the slice whose detectable lift is told
BLOCK = 20  # clusters of neighbouring size that change places
FIGURES = ("rows", "errors", "error_rate", "lower", "upper", "share_of_errors", "lift", "p_adjusted")  # of a slice
KINDS = {"number": "ranges of numbers", "date": "periods", "hour": "hours", "weekday": "weekdays", "category": "values"}


class Searched(Code):
    """What a search looked at."""

    TOO_FEW = "too_few"
    SAME_LOSS = "same_loss"
    NO_TYPES = "no_types"
    ALL = "all"
    STRONGEST_PAIRS = "strongest_pairs"
    WIDE = "wide"
    WIDE_DEEPER = "wide_deeper"
    PHRASES = "phrases"
    SUPPORT = "support"
    CLUSTERS = "clusters"
    DRAWN = "drawn"


@dataclass(frozen=True)
class Effort:
    """How deep to search.

    Attributes:
        depth: 1 to 3 columns a slice.
        level: family-wise error level.
        seed: of the permutations.
        first: columns with a meaning; where not all can be combined, these are, as texts and time are.
    """

    depth: int = 3
    level: float = 0.05
    seed: int = 0
    first: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slice:
    """An input type that fails more than the rest.

    Attributes:
        predicates: all of them hold on every row of the slice.
        rows, errors: their number, and the sum of their losses.
        error_rate: mean loss.
        lower: family-wise 95 % lower bound of the rate: it holds for all slices searched at once.
        upper: one-sided 97.5 % upper bound of the rate, by the number of clusters where rows depend on each other.
        share_of_errors: of all errors (losses); slices may overlap.
        lift: error_rate over the rate of all rows.
        p_adjusted: probability that a search of this kind finds so strong a slice where there is none.
        examples: 0-based row positions, errors first.
        similar: number of other combinations that describe about the same rows, and are left out for it.
    """

    predicates: tuple[Predicate, ...]
    rows: int
    errors: float
    error_rate: float
    lower: float
    upper: float
    share_of_errors: float
    lift: float
    p_adjusted: float
    examples: tuple[int, ...]
    similar: int

    def __str__(self) -> str:
        """The predicates in plain words."""
        return describe(self.predicates)


@dataclass(frozen=True)
class SliceSearch:
    """The outcome of a search; `slices` is empty if nothing stands out.

    Attributes:
        slices: strongest first.
        rows, errors, base_rate: of the whole frame.
        searched: what was searched, in plain words.
        detectable_excess: the smallest lift of a slice of 5 % of the rows that would have been found with probability
            80 % (infinite if none could be).
        not_searched: columns left out, each with the reason.
    """

    slices: tuple[Slice, ...]
    rows: int
    errors: float
    base_rate: float
    searched: str
    detectable_excess: float = float("inf")
    not_searched: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """The slices in words, one a line."""
        found = [f"{s}: {s.rows:,} rows, {s.lift:.1f} times the usual" for s in self.slices] or ["nothing stands out"]
        return "\n".join((*found, f"searched: {self.searched}"))

    def frame(self) -> pd.DataFrame:
        """Returns one row a slice: `slice` in words, then the figures of `Slice` under their own names."""
        rows = [[str(s), *(getattr(s, name) for name in FIGURES)] for s in self.slices]
        return pd.DataFrame(rows, columns=["slice", *FIGURES])

    def plot(self, ax: Any = None) -> Any:
        """Draws the error rate of each slice with its bounds, and a line at the rate of all rows; returns the Axes."""
        table = self.frame().set_index("slice")[["error_rate", "lower", "upper"]][::-1]  # the strongest on top
        table = pd.concat([pd.DataFrame(self.base_rate, index=["all rows"], columns=table.columns), table])
        rate = table["error_rate"]
        reach = np.stack([rate - table["lower"], table["upper"] - rate])[None]
        ax = table.plot.barh(y="error_rate", ax=ax, xerr=reach, capsize=3, legend=False, xlabel="error rate", ylabel="")
        ax.axvline(self.base_rate, linestyle="--", color="grey")
        return ax


@dataclass(frozen=True)
class _Null:
    """What the strongest slice scores where there is nothing: per family its usual height, and the excess over it."""

    height: dict[str, float]
    observed: float  # the largest excess over the families, of the losses as they are
    excess: np.ndarray  # ... of each permutation

    @classmethod
    def of(cls, maxima: dict[str, np.ndarray]) -> _Null:
        # The height of a family is a median over the real losses and all permutations alike, so that the real ones
        # remain exchangeable with the permuted ones under the null and the rank test is exact (Phipson & Smyth 2010).
        height = {family: float(np.median(values)) for family, values in maxima.items()}
        excess = np.max([values - height[family] for family, values in maxima.items()], axis=0)
        return cls(height, float(excess[0]), excess[1:])

    @property
    def threshold(self) -> float:
        return float(self.excess.max())

    def above(self, hit: Hit) -> float:
        return hit.score - self.height[hit.family]

    def p(self, excess: float) -> float:
        """Returns the adjusted p: the rank among the permutations, and beyond them the tail of a Gumbel fit."""
        rank = (1 + int((self.excess >= excess).sum())) / (len(self.excess) + 1)
        scale = max(float(self.excess.std(ddof=1)) * np.sqrt(6) / np.pi, 1e-9)
        place = float(self.excess.mean()) - 0.5772 * scale
        tail = -np.expm1(-np.exp(-(excess - place) / scale))
        return float(min(rank, tail)) if excess > self.threshold else rank


def find_slices(
    inputs: pd.DataFrame,
    loss: np.ndarray,
    *,
    clusters: np.ndarray | None = None,
    ignore: Iterable[str] = (),
    text: Sequence[str] = (),
    time: str | None = None,
    effort: Effort = Effort(),
) -> SliceSearch:
    """Finds the input types that fail more than the rest, and none where nothing does.

    Method: a scan over all conjunctions of up to three columns with all contiguous ranges of numbers and times
    (Kulldorff 1997), calibrated by the maximum over everything searched under permutation of the losses (Westfall &
    Young 1993), so that on data without failing types a slice is claimed with probability at most `level`; after each
    slice the expectation is updated and the scan repeated, so that overlapping types are found and near-copies are not.

    Args:
        inputs: (rows, columns); text as in the file, or numbers and times.
        loss: (rows,), 0 / 1 errors or real-valued losses, larger is worse.
        clusters: (rows,), rows of one cluster are dependent and are permuted as one.
        ignore: columns not to search.
        text: columns of free text: phrases and surface measures are searched.
        time: the time column; hour, weekday and date are searched.
        effort: depth, error level and seed.

    Raises:
        TableError: lengths differ, a loss is missing, or a named column is not there.

    Example:
        >>> found = find_slices(frame, loss, text=["question"], time="created")
        >>> found.frame()
    """
    frame = named(inputs)
    roles = (*text, *((time,) if time else ()))
    losses = _checked(frame, loss, clusters, roles)
    rng = np.random.default_rng(effort.seed)
    n = len(losses)
    binary = bool(np.isin(losses, (0, 1)).all())
    most = SCANNED if binary else SCANNED_REAL
    position = np.arange(n) if n <= most else np.sort(rng.choice(n, most, replace=False))
    part = frame if n <= most else frame.iloc[position]
    groups = None if clusters is None else pd.factorize(np.asarray(clusters))[0][position]
    y = losses[position] if binary else _without_extremes(losses[position])
    units = len(y) if groups is None else len(np.unique(groups))
    minimum = max(FEWEST, int(np.ceil(SUPPORT * len(y))))
    outcome = SliceSearch((), n, float(losses.sum()), float(losses.mean()) if n else float("nan"), "")
    if units < 4 * FEWEST:
        return replace(outcome, searched=say(Searched.TOO_FEW, rows=units))
    if y.min() == y.max():
        return replace(outcome, searched=say(Searched.SAME_LOSS))
    found, left_out = features(part, minimum, ignore=ignore, text=text, time=time)
    phrases = [t for c in text if (t := terms(c, texts(part[c]), max(15, minimum // 2))) is not None]
    if not found and not phrases:
        return replace(outcome, searched=say(Searched.NO_TYPES), not_searched=tuple(left_out))
    with threadpool_limits(1):  # the products are small; threads only get in each other's way
        permuted = _copies(y, groups, int(np.ceil(1.25 / effort.level)) - 1, rng)
        first = frozenset((*roles, *effort.first))
        grid = Grid(found, phrases, permuted, minimum, binary, effort.depth, first)
        null = _Null.of(copies_maxima(grid))
        hits = _greedy(grid, null)
    whole = _Whole(frame, losses, clusters, rng)
    return replace(
        outcome,
        slices=tuple(_report(grid, null, whole, hit, similar) for hit, similar in hits),
        searched=_searched(grid, n, groups),
        detectable_excess=_detectable(grid, null, groups),
        not_searched=(*left_out, *_not_combined(grid)),
    )


def _checked(frame: pd.DataFrame, loss: np.ndarray, clusters: np.ndarray | None, named: Sequence[str]) -> np.ndarray:
    losses = np.asarray(loss, dtype=np.float64)
    if losses.shape != (len(frame),):
        raise TableError(SearchFault.LOSSES, losses=losses.size, rows=len(frame))
    if not np.isfinite(losses).all():
        raise TableError(SearchFault.LOSS_MISSING, n=int((~np.isfinite(losses)).sum()))
    if clusters is not None and len(clusters) != len(frame):
        raise TableError(SearchFault.CLUSTERS, clusters=len(clusters), rows=len(frame))
    for column in named:
        if column not in frame.columns:
            raise no_column(column, frame)
    return losses


def _without_extremes(losses: np.ndarray) -> np.ndarray:
    """Returns the losses with each tail cut at .5 %, or a few huge ones hide all else; figures reported are uncut."""
    low, middle, high = np.quantile(losses, (0.005, 0.5, 0.995))
    return np.asarray(np.clip(losses, low if low < middle else None, high if high > middle else None))


def _copies(losses: np.ndarray, clusters: np.ndarray | None, number: int, rng: np.random.Generator) -> np.ndarray:
    """Returns float64 (1 + number, rows): the losses as they are, then as they would be without the inputs: permuted.

    With clusters, the losses of one cluster stay together: clusters change places with others of about their size, and
    rows within a cluster are shuffled; a larger cluster takes a smaller one's losses more than once.
    """
    if clusters is None or len(np.unique(clusters)) == len(losses):
        return np.stack([losses, *(rng.permutation(losses) for _ in range(number))])
    codes = np.unique(clusters, return_inverse=True)[1]
    sizes = np.bincount(codes)
    return np.stack([losses, *(_clustered(losses, codes, sizes, rng) for _ in range(number))])


def _clustered(losses: np.ndarray, codes: np.ndarray, sizes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    order = np.lexsort((rng.random(len(losses)), codes))  # rows of one cluster side by side, shuffled
    start = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    ranked = np.lexsort((rng.random(len(sizes)), sizes))  # clusters by size, ties at random
    source = np.empty(len(sizes), dtype=np.int64)
    edges = np.arange(0, len(sizes), BLOCK)
    if len(edges) > 1 and len(sizes) - edges[-1] < BLOCK:
        edges = edges[:-1]
    for low, high in zip(edges, [*edges[1:], len(sizes)], strict=True):
        source[ranked[low:high]] = rng.permutation(ranked[low:high])
    if len(np.unique(sizes)) == 1:
        source = rng.permutation(len(sizes))
    target = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(len(losses)) - start[target]
    out = np.empty_like(losses)
    out[order] = losses[order[start[source[target]] + within % sizes[source[target]]]]
    return out


def _greedy(grid: Grid, null: _Null) -> list[tuple[Hit, int]]:
    """Returns the slices picked, each with the number of its near-copies.

    What stands out against the rest of the model of the data, but not against all rows, is taken into the expectation
    and not reported: it is where the rate is usual and all around it is low.
    """
    picked: list[tuple[Hit, int]] = []
    masks: list[np.ndarray] = []
    if null.observed <= null.threshold:
        return picked
    plain = expected = np.full(grid.rows, grid.mean)
    base, changed = grid.mean, np.empty(0, dtype=np.int64)
    while len(picked) < MOST and len(masks) < 2 * MOST:
        hits = sorted(strongest(grid, expected, base, changed), key=null.above, reverse=True)
        hits = [h for h in hits[:200] if null.above(h) > null.threshold]
        if not hits:
            break
        best = refined(grid, clearest(hits, null.height), expected, null.height)
        inside = rows_of(grid, best)
        if any(_jaccard(inside, m) > REPEATED for m in masks):
            break  # the fit cannot take this excess away; what follows would repeat it
        masks.append(inside)
        if score(grid, best, plain) - null.height[best.family] > null.threshold:
            picked.append((best, sum(_jaccard(inside, rows_of(grid, h)) >= SAME for h in hits[1:50])))
        expected, base, changed = _explained(grid, masks)
    return picked


def _jaccard(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / max(1, (a | b).sum()))


def _explained(grid: Grid, masks: list[np.ndarray]) -> tuple[np.ndarray, float, np.ndarray]:
    """Returns the expected losses once the slices are known: scaled (real losses: shifted) until each slice is met."""
    y = grid.losses[0]
    union = np.logical_or.reduce(masks)
    base = float(y[~union].mean()) if not union.all() else grid.mean
    expected = np.full(grid.rows, base)
    for _ in range(8):
        for inside in masks:
            if grid.binary:
                total = expected[inside].sum()
                expected[inside] *= y[inside].sum() / total if total > 0 else 1
            else:
                expected[inside] += (y[inside] - expected[inside]).mean()
    if grid.binary:
        np.minimum(expected, 1, out=expected)
    return expected, base, np.flatnonzero(union)


@dataclass(frozen=True)
class _Whole:
    """All rows, scanned or not, on which every figure is counted."""

    frame: pd.DataFrame
    losses: np.ndarray
    clusters: np.ndarray | None
    rng: np.random.Generator


def _report(grid: Grid, null: _Null, whole: _Whole, hit: Hit, similar: int) -> Slice:
    said, losses = predicates(grid, hit), whole.losses
    inside = mask(whole.frame, said)
    mine = losses[inside]
    rows, errors = len(mine), float(mine.sum())
    rate = errors / rows
    clusters = None if whole.clusters is None else np.asarray(whole.clusters)[inside]
    lower, upper = _bounds(mine, clusters, grid, null.height[hit.family] + null.threshold)
    order = np.lexsort((whole.rng.random(rows), -mine))
    return Slice(
        predicates=said,
        rows=rows,
        errors=errors,
        error_rate=rate,
        lower=lower,
        upper=upper,
        share_of_errors=errors / float(losses.sum()) if losses.sum() else float("nan"),
        lift=rate / float(losses.mean()) if losses.mean() else float("nan"),
        p_adjusted=null.p(null.above(hit)),
        examples=tuple(map(int, np.flatnonzero(inside)[order[:EXAMPLES]])),
        similar=similar,
    )


def _bounds(mine: np.ndarray, clusters: np.ndarray | None, grid: Grid, line: float) -> tuple[float, float]:
    """Returns the bounds of a slice's rate: below by the height that the whole search must reach, above for itself
    alone.
    """
    n, rate = len(mine), float(mine.mean())
    m = n / _design_effect(mine, clusters)
    if not grid.binary:
        se = float(mine.std(ddof=1)) / np.sqrt(m)
        return rate - np.sqrt(2 * line) * se, rate + 1.96 * se

    def beyond(lower: float) -> float:
        """Returns by how much the excess over `lower` exceeds the required height."""
        return m * (rate - lower) - float(needed(np.array(m * lower * (1 - lower)), 1 - lower, line))

    lowest = float(brentq(beyond, 0.0, rate)) if beyond(0.0) > 0 else 0.0
    return lowest, clopper_pearson(m * rate, m, 0.025)[1]


def _design_effect(values: np.ndarray, clusters: np.ndarray | None) -> float:
    """Returns by how much the variance of the mean exceeds that of independent rows (Kish 1965), at least 1."""
    if clusters is None:
        return 1.0
    codes = pd.factorize(clusters)[0]
    sizes = np.bincount(codes)
    residual = values - values.mean()
    independent = float((residual**2).sum())
    g = len(sizes)
    if g < 2 or independent == 0:
        return float((sizes**2).sum() / sizes.sum())
    sums = np.bincount(codes, weights=residual)
    return max(1.0, float((sums**2).sum()) * g / (g - 1) / independent)


def _detectable(grid: Grid, null: _Null, clusters: np.ndarray | None) -> float:
    """Returns the lift of a slice of 5 % of the rows whose excess passes the highest threshold with probability
    80 %.
    """
    if not grid.binary and grid.mean <= 0:
        return float("nan")
    effect = _design_effect(grid.losses[0], clusters)
    n = DETECTED * grid.rows
    line = float(
        needed(
            grid.spread(np.array(n), np.array(n * grid.mean)), grid.bound, max(null.height.values()) + null.threshold
        )
    )

    def power(lift: float) -> float:
        rate = lift * grid.mean
        variance = n * rate * (1 - rate) if grid.binary else n * grid.variance
        return float(norm.sf((line - n * (rate - grid.mean)) / np.sqrt(max(variance * effect, 1e-12)))) - POWER

    top = 1 / grid.mean if grid.binary else 1e6
    if power(top) < 0:
        return float("inf")
    return float(brentq(power, 1.0, top)) if power(1.0) < 0 else 1.0


def _not_combined(grid: Grid) -> list[str]:
    """Returns what of a wide table was searched alone only, in words."""
    names = list(dict.fromkeys(grid.columns))
    if not grid.wide or grid.max_depth == 1:
        return []
    out = [str(COMBINED.said(len(names), [c for c in names if c not in grid.combined]))]
    return [*out, str(PHRASES.said(len(names), grid.beside_phrases()[1]))] if grid.terms else out


def _searched(grid: Grid, n: int, clusters: np.ndarray | None) -> str:
    """Returns what was searched, in plain words."""
    names = len({f.name.partition(":")[0] for f in grid.features} | {t.column for t in grid.terms})
    if grid.wide and grid.max_depth > 1:
        how = Searched.WIDE_DEEPER if grid.max_depth > 2 else Searched.WIDE
    else:
        how = Searched.STRONGEST_PAIRS if grid.beamed else Searched.ALL
    kinds = [words for kind, words in KINDS.items() if any(f.kind == kind for f in grid.features)]
    kinds += ["missing values"] if any((f.codes == 0).any() for f in grid.features) else []
    if grid.terms:
        kinds.append(say(Searched.PHRASES, phrases=sum(len(t.phrases) for t in grid.terms)))
    support = say(Searched.SUPPORT, kinds=", ".join(kinds), minimum=grid.minimum)
    words = [f"{say(how, depth=min(grid.max_depth, names), columns=names, kept=COMBINED.kept)} {support}"]
    if clusters is not None:
        words.append(say(Searched.CLUSTERS, clusters=len(np.unique(clusters))))
    if n > grid.rows:
        words.append(say(Searched.DRAWN, scanned=grid.rows, rows=n))
    return ", ".join(words)
