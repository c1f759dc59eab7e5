"""Which inputs fail: slices picked one after the other, each against what the earlier ones explain, at one error level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import norm
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it ships no types

from gatebook.errors import TableError
from gatebook.evidence.slices.features import features
from gatebook.evidence.slices.permute import copies
from gatebook.evidence.slices.phrases import phrase_hits, phrase_maxima
from gatebook.evidence.slices.predicate import Predicate, describe, mask, named, texts
from gatebook.evidence.slices.refine import clearest, predicates, refined, rows_of, score
from gatebook.evidence.slices.scan import Grid, Hit, copies_maxima, needed, spread, strongest
from gatebook.evidence.slices.text import terms
from gatebook.evidence.slices.told import not_combined, searched
from gatebook.stats.interval import clopper_pearson

SUPPORT = 0.01  # smallest share of rows of a slice
FEWEST = 10  # ... and smallest number
EXAMPLES = 5
MOST = 10  # slices reported
SCANNED = 300_000  # rows that are scanned where there are more; every figure is then counted on all rows
SCANNED_REAL = 100_000  # the same for real-valued losses, whose tables cost more
SAME = 0.5  # row Jaccard from which two slices are near-copies


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
        detectable_excess: the smallest lift of a slice of 5 % of the rows that would have been found with probability 80 %
            (infinite if none could be).
        not_searched: columns left out, each with the reason.
    """

    slices: tuple[Slice, ...]
    rows: int
    errors: float
    base_rate: float
    searched: str
    detectable_excess: float
    not_searched: tuple[str, ...]


@dataclass(frozen=True)
class _Null:
    """What the strongest slice scores where there is nothing: per family its usual height, and the excess over it."""

    height: dict[str, float]
    observed: float  # the largest excess over the families, of the losses as they are
    excess: np.ndarray  # ... of each permutation

    @property
    def threshold(self) -> float:
        return float(self.excess.max())

    def p(self, excess: float) -> float:
        """Returns the adjusted p: the rank among the permutations, and beyond them the tail of a Gumbel fit."""
        rank = (1 + int((self.excess >= excess).sum())) / (len(self.excess) + 1)
        scale = max(float(self.excess.std(ddof=1)) * np.sqrt(6) / np.pi, 1e-9)
        place = float(self.excess.mean()) - 0.5772 * scale
        tail = -np.expm1(-np.exp(-(excess - place) / scale))
        return float(min(rank, tail)) if excess > self.threshold else rank


def _null(maxima: dict[str, np.ndarray]) -> _Null:
    # The height of a family is a median over the real losses and all permutations alike, so that the real ones remain
    # exchangeable with the permuted ones under the null and the rank test is exact (Phipson & Smyth 2010).
    height = {family: float(np.median(values)) for family, values in maxima.items()}
    excess = np.max([values - height[family] for family, values in maxima.items()], axis=0)
    return _Null(height, float(excess[0]), excess[1:])


def find_slices(
    frame: pd.DataFrame,
    loss: np.ndarray,
    *,
    clusters: np.ndarray | None = None,
    ignore: Iterable[str] = (),
    text: Sequence[str] = (),
    time: str | None = None,
    first: Iterable[str] = (),
    max_depth: int = 3,
    level: float = 0.05,
    seed: int = 0,
) -> SliceSearch:
    """Finds the input types that fail more than the rest, and none where nothing does.

    Method: a scan over all conjunctions of up to `max_depth` columns with all contiguous ranges of numbers and times
    (Kulldorff 1997), calibrated by the maximum over everything searched under permutation of the losses (Westfall & Young
    1993), so that on data without failing types a slice is claimed with probability at most `level`; after each slice the
    expectation is updated and the scan repeated, so that overlapping types are found and near-copies are not.

    Args:
        frame: the inputs, (rows, columns); text as in the file, or numbers and times.
        loss: (rows,), 0 / 1 errors or real-valued losses, larger is worse.
        clusters: (rows,), rows of one cluster are dependent and are permuted as one.
        ignore: columns not to search.
        text: columns of free text: phrases and surface measures are searched.
        time: the time column; hour, weekday and date are searched.
        first: further columns with a meaning; where not all can be combined, these are, as texts and time are.
        max_depth: 1 to 3 columns a slice.
        level: family-wise error level.
        seed: of the permutations.

    Raises:
        TableError: lengths differ, a loss is missing, or a named column is not there.
    """
    frame = named(frame)
    losses = _checked(frame, loss, clusters, (*text, *((time,) if time else ())))
    rng = np.random.default_rng(seed)
    n = len(losses)
    binary = bool(np.isin(losses, (0, 1)).all())
    most = SCANNED if binary else SCANNED_REAL
    position = np.arange(n) if n <= most else np.sort(rng.choice(n, most, replace=False))
    part = frame if n <= most else frame.iloc[position]
    groups = None if clusters is None else pd.factorize(np.asarray(clusters))[0][position]
    y = losses[position] if binary else _without_extremes(losses[position])
    base = float(losses.mean()) if n else float("nan")
    units = len(y) if groups is None else len(np.unique(groups))
    minimum = max(FEWEST, int(np.ceil(SUPPORT * len(y))))
    nothing = SliceSearch((), n, float(losses.sum()), base, "nothing", float("inf"), ())
    if units < 4 * FEWEST:
        return replace(nothing, searched=f"nothing: {units} independent rows are too few")
    if y.min() == y.max():
        return replace(nothing, searched="nothing: all rows have the same loss")
    found, left_out = features(part, minimum, ignore=ignore, text=text, time=time)
    phrases = [t for c in text if (t := terms(c, texts(part[c]), max(15, minimum // 2))) is not None]
    if not found and not phrases:
        return replace(nothing, searched="nothing: no column has types of input", not_searched=tuple(left_out))
    with threadpool_limits(1):  # the products are small; threads only get in each other's way
        number = int(np.ceil(1.25 / level)) - 1
        roles = frozenset((*text, *first, *((time,) if time else ())))
        grid = Grid(found, phrases, copies(y, groups, number, rng), minimum, binary, max_depth, roles)
        null = _null(copies_maxima(grid) | phrase_maxima(grid))
        hits = _greedy(grid, null)
    slices = []
    for hit, similar in hits:
        said = predicates(grid, hit)
        inside = mask(frame, said)
        slices.append(_report(inside, said, losses, clusters, grid=grid, null=null, hit=hit, similar=similar, rng=rng))
    return SliceSearch(
        tuple(slices),
        n,
        float(losses.sum()),
        base,
        searched(grid, n, minimum, groups),
        _detectable(grid, null, groups),
        (*left_out, *not_combined(grid)),
    )


def _checked(frame: pd.DataFrame, loss: np.ndarray, clusters: np.ndarray | None, named: Sequence[str]) -> np.ndarray:
    losses = np.asarray(loss, dtype=np.float64)
    if losses.shape != (len(frame),):
        raise TableError(f"There are {losses.shape} losses for {len(frame)} rows. Give one loss a row.")
    if not np.isfinite(losses).all():
        raise TableError(f"{(~np.isfinite(losses)).sum()} losses are missing. Search the labelled rows only.")
    if clusters is not None and len(clusters) != len(frame):
        raise TableError(f"There are {len(clusters)} cluster codes for {len(frame)} rows. Give one a row.")
    for column in named:
        if column not in frame.columns:
            raise TableError(f"The table has no column `{column}`. Columns: {', '.join(map(str, frame.columns))}.")
    return losses


def _without_extremes(losses: np.ndarray) -> np.ndarray:
    """Returns the losses with each tail cut at .5 %, or a few huge ones hide all else; figures reported are uncut."""
    low, middle, high = np.quantile(losses, (0.005, 0.5, 0.995))
    return np.asarray(np.clip(losses, low if low < middle else None, high if high > middle else None))


def _greedy(grid: Grid, null: _Null) -> list[tuple[Hit, int]]:
    """Returns the slices picked, each with the number of its near-copies.

    What stands out against the rest of the model of the data, but not against all rows, is taken into the expectation
    and not reported: it is where the rate is usual and all around it is low.
    """
    picked: list[tuple[Hit, int]] = []
    masks: list[np.ndarray] = []
    if null.observed <= null.threshold:
        return picked
    expected = np.full(grid.rows, grid.mean)
    plain = expected
    base, changed = grid.mean, np.empty(0, dtype=np.int64)
    while len(picked) < MOST and len(masks) < 2 * MOST:
        found = strongest(grid, expected, base, changed) + phrase_hits(grid, expected)
        hits = sorted(found, key=lambda h: null.height[h.family] - h.score)
        hits = [h for h in hits[:200] if h.score - null.height[h.family] > null.threshold]
        if not hits:
            break
        best = refined(grid, clearest(hits, null.height), expected, null.height)
        inside = rows_of(grid, best)
        if any(_jaccard(inside, m) > 0.9 for m in masks):
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


def _report(
    inside: np.ndarray,
    said: tuple[Predicate, ...],
    losses: np.ndarray,
    clusters: np.ndarray | None,
    *,
    grid: Grid,
    null: _Null,
    hit: Hit,
    similar: int,
    rng: np.random.Generator,
) -> Slice:
    mine = losses[inside]
    rows, errors = len(mine), float(mine.sum())
    rate = errors / rows
    line = null.height[hit.family] + null.threshold
    lower, upper = _bounds(mine, None if clusters is None else np.asarray(clusters)[inside], grid, line)
    positions = np.flatnonzero(inside)
    order = np.lexsort((rng.random(rows), -mine))
    return Slice(
        predicates=said,
        rows=rows,
        errors=errors,
        error_rate=rate,
        lower=lower,
        upper=upper,
        share_of_errors=errors / float(losses.sum()) if losses.sum() else float("nan"),
        lift=rate / float(losses.mean()) if losses.mean() else float("nan"),
        p_adjusted=null.p(hit.score - null.height[hit.family]),
        examples=tuple(int(i) for i in positions[order[:EXAMPLES]]),
        similar=similar,
    )


def _bounds(mine: np.ndarray, clusters: np.ndarray | None, grid: Grid, score: float) -> tuple[float, float]:
    """Returns the bounds of a slice's rate: below by the height that the whole search must reach, above for itself alone."""
    n, rate = len(mine), float(mine.mean())
    effect = _design_effect(mine, clusters)
    m = n / effect
    if not grid.binary:
        se = float(mine.std(ddof=1)) / np.sqrt(m)
        return rate - np.sqrt(2 * score) * se, rate + 1.96 * se
    low, high = 0.0, rate
    for _ in range(60):  # the largest rate that would leave an excess of the required height
        middle = (low + high) / 2
        if m * (rate - middle) >= float(needed(np.array(m * middle * (1 - middle)), 1 - middle, score)):
            low = middle
        else:
            high = middle
    return low, clopper_pearson(m * rate, m, 0.025)[1]


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
    """Returns the lift of a slice of 5 % of the rows whose excess passes the highest threshold with probability 80 %."""
    if grid.binary is False and grid.mean <= 0:
        return float("nan")
    effect = _design_effect(grid.losses[0], clusters)
    n = 0.05 * grid.rows
    score = max(null.height.values()) + null.threshold
    line = float(needed(spread(grid, np.array(n), np.array(n * grid.mean)), grid.bound, score))
    top = 1 / grid.mean if grid.binary else 1e6
    low, high = 1.0, top
    if _power(grid, n, top, line, effect) < 0.8:
        return float("inf")
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if _power(grid, n, middle, line, effect) >= 0.8 else (middle, high)
    return high


def _power(grid: Grid, n: float, lift: float, line: float, effect: float) -> float:
    rate = lift * grid.mean
    variance = n * rate * (1 - rate) if grid.binary else n * grid.variance
    excess = n * (rate - grid.mean)
    return float(norm.sf((line - excess) / np.sqrt(max(variance * effect, 1e-12))))
