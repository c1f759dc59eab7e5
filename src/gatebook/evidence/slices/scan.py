"""The ranged scan: every conjunction of up to three columns, every contiguous range of a number, one statistic.

The statistic of a slice with excess D over what was expected, variance V and largest single excess b is the exponent
of Bernstein's inequality, D^2 / (2 (V + b D / 3)); it is close to the scan likelihood ratio of Kulldorff (1997, A
spatial scan statistic, Comm. Stat. 26(6)) for rare errors, serves real-valued losses as well, and needs no logarithm,
so that tables of cells become all ranges by three matrix products.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from gatebook.evidence.budget import COMBINED
from gatebook.evidence.slices.features import RANGES, Feature
from gatebook.evidence.slices.narrow import FLOOR, Combo, beam, strongest_columns
from gatebook.evidence.slices.text import Terms

TRIPLES = 1_500  # combinations of three columns that are all tried; with more, the best pairs are extended


@dataclass(frozen=True)
class Hit:
    """A slice in codes: for each feature its allowed codes; or one phrase.

    Attributes:
        score: the scan statistic.
        family: "1", "2", "3" columns, "text" a phrase, "text+1" a phrase and a column.
        parts: (feature index, codes allowed as a boolean array over the feature's fine codes) per column.
        phrase: (index of the Terms, index of the phrase), for "text".
        limits: for each part low <= value < high, finer than the codes; None where the codes stand.
    """

    score: float
    family: str
    parts: tuple[tuple[int, np.ndarray], ...] = ()
    phrase: tuple[int, int] | None = None
    limits: tuple[tuple[float, float] | None, ...] | None = None

    @property
    def conditions(self) -> int:
        """How many columns and phrases it names."""
        return len(self.parts) + (self.phrase is not None)

    @property
    def two_sided(self) -> bool:
        """Whether a range with two ends is among its conditions."""
        return any(limit is not None and np.isfinite(limit).all() for limit in self.limits or ())


def axis(feature: Feature, codes: np.ndarray, size: int, minimum: int, *, others: bool = False) -> np.ndarray:
    """Returns the groups worth trying, float32 (groups, codes): which codes belong to each; enough rows inside and outside."""
    counts = np.bincount(codes, minlength=size)
    rows: list[np.ndarray] = []
    last = size - 1 - (feature.kind == "category")

    def add(members: np.ndarray) -> None:
        n = counts[members].sum()
        if minimum <= n <= len(codes) - minimum:
            row = np.zeros(size, dtype=np.float32)
            row[members] = 1
            rows.append(row)

    ranges = np.zeros((0, size), dtype=np.float32)
    if feature.ranged:
        low, high = np.triu_indices(last)
        total = np.concatenate([[0], np.cumsum(counts[1 : last + 1])])
        n = total[high + 1] - total[low]
        kept = (minimum <= n) & (n <= len(codes) - minimum)
        code = np.arange(size)
        ranges = ((code > low[kept, None]) & (code <= high[kept, None] + 1)).astype(np.float32)
    else:
        for value in range(1, last + 1):
            add(np.array([value]))
        named = len(feature.labels) <= 10 and counts[-1] == 0
        if others and named and len(feature.labels) > 2:  # all but one; longer lists nobody reads
            for value in range(1, last + 1):
                add(np.array([v for v in range(1, last + 1) if v != value]))
    add(np.array([0]))
    other = np.array(rows, dtype=np.float32).reshape(-1, size)
    return np.concatenate([ranges, np.unique(other, axis=0)])


def _finer(feature: Feature, ends: np.ndarray) -> np.ndarray:
    """Returns the codes of one column alone, uint8 (rows,): 0 missing, then all ends that its ranges may have."""
    if feature.kind not in RANGES:
        return feature.codes
    codes = np.searchsorted(ends[1:-1], feature.values, side="right") + 1
    codes[~np.isfinite(feature.values)] = 0
    return codes.astype(np.uint8)


@dataclass
class Grid:
    """The data of one search: codes of all features, and the columns of losses (the first is the real one).

    Attributes:
        features: the searchable features.
        terms: the phrases of the text columns.
        losses: float64 (copies, rows): the observed losses and their permutations.
        minimum: the fewest rows of a slice.
        binary: whether the losses are 0 / 1.
        max_depth: columns a slice may name.
        first: columns that are combined with others before any other is.
    """

    features: list[Feature]
    terms: list[Terms]
    losses: np.ndarray
    minimum: int
    binary: bool
    max_depth: int = 3
    first: frozenset[str] = frozenset()
    fine: list[np.ndarray] = field(init=False)
    coarse: list[np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        """Prepare codes and axes, which no permutation changes."""
        self.rows = self.losses.shape[1]
        self.mean = float(self.losses[0].mean())
        self.variance = float(self.losses[0].var())
        self.bound = 1 - self.mean if self.binary else float(self.losses[0].max() - self.mean)
        self.columns = [f.name.rpartition(":")[0] or f.name for f in self.features]
        self.combined: set[str] = set()
        self.fine = [f.codes for f in self.features]
        self.maps = [f.coarse() for f in self.features]
        self.coarse = [m[f.codes] for m, f in zip(self.maps, self.features, strict=True)]
        self.single_ends = [np.unique(np.concatenate([f.ends(), f.edges])) for f in self.features]
        self.single = [_finer(f, ends) for f, ends in zip(self.features, self.single_ends, strict=True)]
        self.single_axes = [
            axis(f, c, len(ends) if f.kind in RANGES else f.size, self.minimum, others=True)
            for f, c, ends in zip(self.features, self.single, self.single_ends, strict=True)
        ]
        self.fine_axes = [axis(f, f.codes, f.size, self.minimum) for f in self.features]
        self.coarse_axes = [
            axis(f, c, int(m[-1]) + 1, self.minimum)
            for f, c, m in zip(self.features, self.coarse, self.maps, strict=True)
        ]
        copies = self.losses.shape[0]
        if self.binary:
            copy, self.error_rows = np.nonzero(self.losses)
            self.copy = copy.astype(np.int32)
        self.copies = copies
        self.centred = self.losses if self.binary else self.losses - self.mean
        self.cache: dict[Combo, tuple[np.ndarray, np.ndarray]] = {}

    def axes(self, combo: Combo) -> list[np.ndarray]:
        """Returns the group matrices of a combination: the finest of one column, the coarse ones of three."""
        chosen = (self.single_axes, self.fine_axes, self.coarse_axes)[len(combo) - 1]
        return [chosen[i] for i in combo]

    def keys(self, combo: Combo, rows: np.ndarray | None = None) -> np.ndarray:
        """Returns the cell number of each row in the table of the combination, int32."""
        codes = (self.single, self.fine, self.coarse)[len(combo) - 1]
        key = np.zeros(self.rows if rows is None else len(rows), dtype=np.int32)
        for i, g in zip(combo, self.axes(combo), strict=True):
            key *= g.shape[1]
            key += codes[i] if rows is None else codes[i][rows]
        return key

    def combos(self, depth: int, among: Sequence[int] | None = None) -> Iterator[Combo]:
        """Yields the combinations of `depth` features (of all) that have groups; features of one column are not combined."""
        chosen = (self.single_axes, self.fine_axes, self.coarse_axes)[depth - 1]
        usable = [i for i in (range(len(self.features)) if among is None else among) if len(chosen[i])]
        for combo in combinations(usable, depth):
            if len({self.columns[i] for i in combo}) == depth:
                yield combo

    @property
    def wide(self) -> bool:
        """Returns whether there are too many columns to combine each with each."""
        return len(set(self.columns)) > COMBINED.most

    def cells(self, combo: Combo) -> tuple[np.ndarray, np.ndarray]:
        """Returns the rows and the observed losses in each cell of the combination, float32 (codes, ...)."""
        if combo not in self.cache:
            shape = tuple(g.shape[1] for g in self.axes(combo))
            key = self.keys(combo)
            count = np.bincount(key, minlength=int(np.prod(shape)))
            observed = np.bincount(key, weights=self.losses[0], minlength=count.size)
            self.cache[combo] = (count.reshape(shape).astype(np.float32), observed.reshape(shape).astype(np.float32))
        return self.cache[combo]

    def copied(self, combo: Combo, only: int | None = None) -> np.ndarray:
        """Returns in each cell of the combination the rows, then the losses less their mean of all copies (or of one).

        float32 (1 + copies, codes, ...); of errors the losses as they are, since their sums are whole numbers.
        """
        shape = tuple(g.shape[1] for g in self.axes(combo))
        size = int(np.prod(shape))
        key = self.keys(combo)
        copies = self.copies if only is None else 1
        out = np.empty((1 + copies, size), dtype=np.float32)
        out[0] = np.bincount(key, minlength=size)
        if only is not None:
            out[1] = np.bincount(key, weights=self.centred[only], minlength=size)
        elif self.binary:
            where = key[self.error_rows] + self.copy * size
            out[1:] = np.bincount(where, minlength=size * copies).reshape(copies, size)
        else:
            for copy, row in enumerate(self.centred):
                out[1 + copy] = np.bincount(key, weights=row, minlength=size)
        return out.reshape(1 + copies, *shape)

    def refused(self, rows: np.ndarray) -> np.ndarray:
        """Returns where a group has too few rows inside or outside."""
        return np.asarray((rows < self.minimum - 0.5) | (rows > self.rows - self.minimum + 0.5))

    @property
    def beamed(self) -> bool:
        """Returns whether there are too many combinations of three to try them all."""
        p = len(self.features)
        return self.max_depth >= 3 and p * (p - 1) * (p - 2) // 6 > TRIPLES

    def groups(self, combo: Combo, cells: np.ndarray) -> np.ndarray:
        """Returns sums over all combinations of groups, (copies, groups of axis 1, ...), from cells (copies, codes, ...)."""
        out = np.ascontiguousarray(cells, dtype=np.float32)
        axes = self.axes(combo)
        copies = out.shape[0]
        for g in axes:  # contract the first code axis, put its groups last: after all axes the order is as before
            out = out.reshape(copies, g.shape[1], -1)
            out = np.matmul(out.transpose(0, 2, 1), g.T)
        return out.reshape(copies, *(len(g) for g in axes))


def statistic(excess: np.ndarray, variance: np.ndarray, bound: float) -> np.ndarray:
    """Returns the exponent of Bernstein's inequality; 0 where nothing is in excess."""
    d = np.maximum(excess, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        s = d * d / (2 * (variance + bound * d / 3))
    return np.asarray(np.nan_to_num(s))


def needed(variance: np.ndarray, bound: float, score: float) -> np.ndarray:
    """Returns the excess that reaches `score`: the inverse of `statistic`."""
    half = score * bound / 3
    return np.asarray(half + np.sqrt(half * half + 2 * score * np.maximum(variance, 0)))


def spread(grid: Grid, count: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Returns the variance of the losses of groups: binomial for errors, constant for real values, both for drawing without replacement."""
    outside = np.maximum(1 - count / grid.rows, 0)
    own = expected * (1 - grid.mean) if grid.binary else count * grid.variance
    return np.asarray(own * outside)


def copies_maxima(grid: Grid) -> dict[str, np.ndarray]:
    """Returns for each family the largest statistic of every copy of the losses, shape (copies,)."""
    out: dict[str, np.ndarray] = {}
    alone: dict[Combo, np.ndarray] = {}
    pairs: list[dict[Combo, float]] = [{} for _ in range(grid.copies)]
    for depth in range(1, grid.max_depth + 1):
        best = np.full(grid.copies, FLOOR)
        if depth == 2 and grid.wide:
            tried = [_pairs(grid, {k: float(v[c]) for k, v in alone.items()}) for c in range(grid.copies)]
            grid.combined |= {grid.columns[i] for pair in tried[0] for i in pair}
            pairs = _own_maxima(grid, tried, best, each=True)
        elif depth == 3 and grid.beamed:
            _own_maxima(grid, [_triples(grid, of_copy) for of_copy in pairs], best, each=False)
        else:
            kept = (depth == 1 and grid.wide) or (depth == 2 and grid.beamed)
            for combo in grid.combos(depth):
                floor = np.full(grid.copies, FLOOR) if kept else best
                local = _maxima(grid, combo, grid.copied(combo), floor)
                np.maximum(best, local, out=best)
                if depth == 1 and kept:
                    alone[combo] = local
                elif kept:
                    for of_copy, score in zip(pairs, local, strict=True):
                        of_copy[combo] = float(score)
        if next(grid.combos(depth), None) is not None:
            out[str(depth)] = best
    return out


def _own_maxima(grid: Grid, tried: list[list[Combo]], best: np.ndarray, *, each: bool) -> list[dict[Combo, float]]:
    """Raises `best` (copies,) to the largest statistic of the combinations that each copy tries of its own.

    Returns the statistic of every one of them, or (faster) at least that of the best so far.
    """
    out: list[dict[Combo, float]] = []
    for copy, combos in enumerate(tried):
        out.append({})
        for combo in combos:
            floor = np.array([FLOOR if each else best[copy]])
            out[-1][combo] = float(_maxima(grid, combo, grid.copied(combo, copy), floor)[0])
            best[copy] = max(best[copy], out[-1][combo])
    return out


def _pairs(grid: Grid, alone: dict[Combo, float]) -> list[Combo]:
    """Returns the pairs of a wide table that are tried: of the columns that stand out most alone."""
    return list(grid.combos(2, strongest_columns(grid.columns, {i: s for (i,), s in alone.items()}, grid.first)))


def _triples(grid: Grid, pairs: dict[Combo, float]) -> list[Combo]:
    """Returns the combinations of three that are tried where not all can be."""
    return beam(pairs, len({i for pair in pairs for i in pair}) if grid.wide else len(grid.features))


def _maxima(grid: Grid, combo: Combo, copies: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Returns the largest statistic of every copy where it beats `best`, elsewhere `best`; copies are as `Grid.copied` has them."""
    summed = grid.groups(combo, copies)
    rows, losses = summed[0].astype(np.float64), summed[1:]
    usual = rows * grid.mean if grid.binary else np.zeros_like(rows)  # real-valued losses are centred already
    variance = spread(grid, rows, rows * grid.mean)
    floor = (usual + needed(variance, grid.bound, float(best.min()))).astype(np.float32)
    floor[grid.refused(rows)] = np.inf
    out = best.copy()
    hits = np.flatnonzero(losses > floor)
    if len(hits):
        copy, cell = np.divmod(hits, rows.size)
        excess = losses.ravel()[hits].astype(np.float64) - usual.ravel()[cell]
        scores = statistic(excess, variance.ravel()[cell], grid.bound)
        np.maximum.at(out, copy, scores)
    return out


def strongest(grid: Grid, expected: np.ndarray, base: float, changed: np.ndarray) -> list[Hit]:
    """Returns the strongest slice of each combination of columns against the expected losses.

    Args:
        grid: the data.
        expected: float64 (rows,), the losses that the slices found so far explain.
        base: the expectation of every row that is in no slice found so far.
        changed: the positions of the rows that are in one.
    """
    hits: list[Hit] = []
    scores: dict[Combo, float] = {}
    for depth in range(1, grid.max_depth + 1):
        before, scores = scores, {}
        combos: Iterator[Combo] | list[Combo] = grid.combos(depth)
        if depth == 2 and grid.wide:
            combos = _pairs(grid, before)
            grid.combined |= {grid.columns[i] for pair in combos for i in pair}
        elif depth == 3 and grid.beamed:
            combos = _triples(grid, before)
        for combo in combos:
            hit = _strongest(grid, combo, expected, base, changed)
            scores[combo] = hit.score if hit else 0.0
            if hit:
                hits.append(hit)
    return hits


def _strongest(grid: Grid, combo: Combo, expected: np.ndarray, base: float, changed: np.ndarray) -> Hit | None:
    count, observed = grid.cells(combo)
    mean = base * count
    if len(changed):
        key = grid.keys(combo, changed)
        mean = mean + np.bincount(key, weights=expected[changed] - base, minlength=count.size).reshape(count.shape)
    rows, excess, means = (a.astype(np.float64) for a in grid.groups(combo, np.stack([count, observed - mean, mean])))
    scores = statistic(excess, spread(grid, rows, means), grid.bound)
    scores[grid.refused(rows)] = 0
    at = int(np.argmax(scores))
    if scores.ravel()[at] <= FLOOR:
        return None
    where = np.unravel_index(at, scores.shape)
    members = [g[k] > 0 for g, k in zip(grid.axes(combo), where, strict=True)]
    score = float(scores.ravel()[at])
    if len(combo) == 1:
        return _single(grid, combo[0], members[0], score)
    coarse = len(combo) == 3
    parts = tuple((i, m[grid.maps[i]] if coarse else m) for i, m in zip(combo, members, strict=True))
    return Hit(score, str(len(combo)), parts)


def _single(grid: Grid, i: int, members: np.ndarray, score: float) -> Hit:
    """Returns a slice of one column, whose ranges have finer ends than the feature's codes."""
    feature = grid.features[i]
    if feature.kind not in RANGES:
        return Hit(score, "1", ((i, members),))
    allowed = np.zeros(feature.size, dtype=bool)
    if members[0]:
        allowed[0] = True
        return Hit(score, "1", ((i, allowed),))
    codes, ends = np.flatnonzero(members), grid.single_ends[i]
    low, high = float(ends[codes[0] - 1]), float(ends[codes[-1]])
    allowed[1:] = (feature.edges[1:] > low) & (feature.edges[:-1] < high)
    return Hit(score, "1", ((i, allowed),), limits=((low, high),))
