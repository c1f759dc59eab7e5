"""The ranged scan: every conjunction of up to three columns, every contiguous range of a number, one statistic.

The statistic of a slice with excess D over what was expected, variance V and largest single excess b is the exponent
of Bernstein's inequality, D^2 / (2 (V + b D / 3)); it is close to the scan likelihood ratio of Kulldorff (1997, A
spatial scan statistic, Comm. Stat. 26(6)) for rare errors, serves real-valued losses as well, and needs no logarithm,
so that tables of cells become all ranges by three matrix products. Phrases are scanned alone, and together with one
other column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import scipy.sparse as sp

from gatebook.budget import COMBINED, PHRASES, within
from gatebook.slices.features import RANGES, Feature, Terms

TRIPLES = 1_500  # combinations of three columns that are all tried; with more, the best pairs are extended
BEAM = 300  # combinations of three that extend pairs, about
PAIRED = 300  # most frequent phrases of a column that are combined with other columns
FLOOR = 2.0  # scores below are never of interest

Combo = tuple[int, ...]
Limits = tuple[float, float] | None


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
    limits: tuple[Limits, ...] | None = None

    @property
    def conditions(self) -> int:
        """How many columns and phrases it names."""
        return len(self.parts) + (self.phrase is not None)

    @property
    def two_sided(self) -> bool:
        """Whether a range with two ends is among its conditions."""
        return any(limit is not None and np.isfinite(limit).all() for limit in self.limits or ())

    @property
    def bounded(self) -> Iterator[tuple[int, np.ndarray, Limits]]:
        """Yields feature index, allowed codes and limits of each part."""
        for (i, allowed), limits in zip(self.parts, self.limits or (None,) * len(self.parts), strict=True):
            yield i, allowed, limits


@dataclass(frozen=True)
class Level:
    """The features as they are searched where a number of columns is combined: the more columns, the coarser.

    Attributes:
        codes: of each feature, uint8 (rows,).
        axes: of each feature the groups worth trying, float32 (groups, codes): which codes belong to each.
    """

    codes: list[np.ndarray]
    axes: list[np.ndarray]


def _axis(feature: Feature, codes: np.ndarray, size: int, minimum: int, *, others: bool = False) -> np.ndarray:
    """Returns the groups worth trying, float32 (groups, codes), with enough rows inside and outside."""
    counts = np.bincount(codes, minlength=size)
    last = size - 1 - (feature.kind == "category")
    code = np.arange(size)
    known = (code > 0) & (code <= last)
    if feature.kind == "category":
        groups = [code == value for value in code[known]]
        if others and 2 < len(feature.labels) <= 10 and counts[-1] == 0:  # all but one; longer lists nobody reads
            groups += [known & (code != value) for value in code[known]]
        ranges = np.zeros((0, size), dtype=np.float32)
    else:
        groups = []
        low, high = np.triu_indices(last)
        total = np.concatenate([[0], np.cumsum(counts[1 : last + 1])])
        n = total[high + 1] - total[low]
        kept = (minimum <= n) & (n <= len(codes) - minimum)
        ranges = ((code > low[kept, None]) & (code <= high[kept, None] + 1)).astype(np.float32)
    groups = [g for g in (*groups, code == 0) if minimum <= counts[g].sum() <= len(codes) - minimum]
    other = np.array(groups, dtype=np.float32).reshape(-1, size)
    return np.concatenate([ranges, np.unique(other, axis=0)])


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
    combined: set[str] = field(default_factory=set)
    cache: dict[Combo, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Prepare codes and axes, which no permutation changes."""
        self.copies, self.rows = self.losses.shape
        self.mean = float(self.losses[0].mean())
        self.variance = float(self.losses[0].var())
        self.bound = 1 - self.mean if self.binary else float(self.losses[0].max() - self.mean)
        self.columns = [f.column for f in self.features]
        self.maps = [f.coarse() for f in self.features]
        # of one column alone ranges have all ends that they may have, whatever the feature's codes are
        self.single_ends = [f.ends() if f.kind in RANGES else np.empty(0) for f in self.features]
        self.levels = [
            self._level([self._finest(i) for i in range(len(self.features))], others=True),
            self._level([(f.codes, f.size) for f in self.features]),
            self._level([(m[f.codes], int(m[-1]) + 1) for m, f in zip(self.maps, self.features, strict=True)]),
        ]
        if self.binary:
            copy, self.error_rows = np.nonzero(self.losses)
            self.copy = copy.astype(np.int32)
        self.centred = self.losses if self.binary else self.losses - self.mean

    def _finest(self, i: int) -> tuple[np.ndarray, int]:
        feature, ends = self.features[i], self.single_ends[i]
        if feature.kind not in RANGES:
            return feature.codes, feature.size
        codes = np.searchsorted(ends[1:-1], feature.values, side="right") + 1
        codes[~np.isfinite(feature.values)] = 0
        return codes.astype(np.uint8), len(ends)

    def _level(self, coded: list[tuple[np.ndarray, int]], *, others: bool = False) -> Level:
        axes = [
            _axis(f, codes, size, self.minimum, others=others)
            for f, (codes, size) in zip(self.features, coded, strict=True)
        ]
        return Level([codes for codes, _ in coded], axes)

    def axes(self, combo: Combo) -> list[np.ndarray]:
        """Returns the group matrices of a combination: the finest of one column, the coarse ones of three."""
        return [self.levels[len(combo) - 1].axes[i] for i in combo]

    def keys(self, combo: Combo, rows: np.ndarray | None = None) -> np.ndarray:
        """Returns the cell number of each row in the table of the combination, int32."""
        level = self.levels[len(combo) - 1]
        key = np.zeros(self.rows if rows is None else len(rows), dtype=np.int32)
        for i in combo:
            key *= level.axes[i].shape[1]
            key += level.codes[i] if rows is None else level.codes[i][rows]
        return key

    def combos(self, depth: int, among: Sequence[int] | None = None) -> Iterator[Combo]:
        """Yields the combinations of `depth` features (of all) that have groups; features of one column are not
        combined.
        """
        axes = self.levels[depth - 1].axes
        usable = [i for i in (range(len(self.features)) if among is None else among) if len(axes[i])]
        for combo in combinations(usable, depth):
            if len({self.columns[i] for i in combo}) == depth:
                yield combo

    @property
    def wide(self) -> bool:
        """Returns whether there are too many columns to combine each with each."""
        return len(set(self.columns)) > COMBINED.most

    @property
    def beamed(self) -> bool:
        """Returns whether there are too many combinations of three to try them all."""
        p = len(self.features)
        return self.max_depth >= 3 and p * (p - 1) * (p - 2) // 6 > TRIPLES

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
        if self.binary and only is None:
            where = key[self.error_rows] + self.copy * size
            out[1:] = np.bincount(where, minlength=size * copies).reshape(copies, size)
        else:
            for place, row in enumerate(self.centred if only is None else self.centred[[only]]):
                out[1 + place] = np.bincount(key, weights=row, minlength=size)
        return out.reshape(1 + copies, *shape)

    def refused(self, rows: np.ndarray) -> np.ndarray:
        """Returns where a group has too few rows inside or outside."""
        return np.asarray((rows < self.minimum - 0.5) | (rows > self.rows - self.minimum + 0.5))

    def groups(self, combo: Combo, cells: np.ndarray) -> np.ndarray:
        """Returns sums over all combinations of groups, (copies, groups of axis 1, ...), from cells (copies, codes,
        ...).
        """
        out = np.ascontiguousarray(cells, dtype=np.float32)
        axes = self.axes(combo)
        copies = out.shape[0]
        for g in axes:  # contract the first code axis, put its groups last: after all axes the order is as before
            out = out.reshape(copies, g.shape[1], -1)
            out = np.matmul(out.transpose(0, 2, 1), g.T)
        return out.reshape(copies, *(len(g) for g in axes))

    def spread(self, count: np.ndarray, expected: np.ndarray) -> np.ndarray:
        """Returns the variance of the losses of groups, drawn without replacement: of errors binomial, else
        constant.
        """
        own = expected * (1 - self.mean) if self.binary else count * self.variance
        return np.asarray(own * np.maximum(1 - count / self.rows, 0))

    def beside_phrases(self) -> tuple[list[str], list[str]]:
        """Returns the columns that are tried together with phrases, whatever the losses are, and those that are not."""
        return within(PHRASES, list(dict.fromkeys(self.columns)), str, first=self.first)

    def phrase_pairs(self) -> Iterator[tuple[int, Terms, int]]:
        """Yields each text column with each feature of another column, where slices may have two conditions."""
        if self.max_depth < 2:
            return
        kept = set(self.beside_phrases()[0])
        for k, t in enumerate(self.terms):
            for i, f in enumerate(self.features):
                if len(self.levels[1].axes[i]) and f.column in kept and f.name.rpartition(":")[0] != t.column:
                    yield k, t, i


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
    return out | _phrase_maxima(grid)


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


def _pairs(grid: Grid, alone: Mapping[Combo, float]) -> list[Combo]:
    """Returns the pairs of a wide table that are tried: of the columns that stand out most alone.

    Each copy of the losses is asked for its own, so that the copies stay exchangeable with the observed losses.
    """
    best: dict[str, float] = {}
    for (i,) in sorted(alone):
        best[grid.columns[i]] = max(alone[i,], best.get(grid.columns[i], FLOOR))
    kept = set(within(COMBINED, list(best), str, first=grid.first, worth=best.__getitem__)[0])
    return list(grid.combos(2, [i for i, c in enumerate(grid.columns) if c in kept]))


def _triples(grid: Grid, pairs: Mapping[Combo, float]) -> list[Combo]:
    """Returns the combinations of three that are tried where not all can be: those that extend the strongest pairs."""
    out: dict[Combo, None] = {}
    paired = {i for pair in pairs for i in pair}
    features = len(paired) if grid.wide else len(grid.features)
    for pair in sorted(pairs, key=lambda k: -pairs[k])[: max(1, BEAM // max(1, features - 2))]:
        for third in sorted(paired - set(pair)):
            combo = tuple(sorted((*pair, third)))
            if all(tuple(sorted(p)) in pairs for p in combinations(combo, 2)):
                out[combo] = None
    return list(out)


def _maxima(grid: Grid, combo: Combo, copies: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Returns the largest statistic of every copy where it beats `best`, elsewhere `best`; copies are as `Grid.copied`
    has them.
    """
    summed = grid.groups(combo, copies)
    rows = summed[0].astype(np.float64)
    usual = rows * grid.mean if grid.binary else np.zeros_like(rows)  # real-valued losses are centred already
    return _raised(grid, best, rows, summed[1:], usual)


def _raised(grid: Grid, best: np.ndarray, rows: np.ndarray, losses: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Returns `best` (copies,), or the largest statistic of a copy's losses (copies, groups ...) where that is
    larger.
    """
    variance = grid.spread(rows, rows * grid.mean)
    floor = (usual + needed(variance, grid.bound, float(best.min()))).astype(np.float32)
    floor[grid.refused(rows)] = np.inf
    out = best.copy()
    hits = np.flatnonzero(losses > floor)
    if len(hits):
        copy, cell = np.divmod(hits, rows.size)
        excess = losses.ravel()[hits].astype(np.float64) - usual.ravel()[cell]
        np.maximum.at(out, copy, statistic(excess, variance.ravel()[cell], grid.bound))
    return out


def _phrase_maxima(grid: Grid) -> dict[str, np.ndarray]:
    """Returns for phrases ("text") and phrases with a column ("text+1") the largest statistic of every copy."""
    out: dict[str, np.ndarray] = {}
    for t in grid.terms:
        excess = (t.presence.T @ grid.losses.T).T - t.counts * grid.mean
        found = statistic(excess, grid.spread(t.counts, t.counts * grid.mean), grid.bound)
        out["text"] = np.maximum(out.get("text", FLOOR), found.max(axis=1))
    for _, t, i in grid.phrase_pairs():
        best = out.get("text+1", np.full(grid.copies, FLOOR))
        rows, excess = _paired(grid, t, i)
        out["text+1"] = _raised(grid, best, rows, excess, np.zeros_like(rows))
    return out


def _phrase_cells(t: Terms, codes: np.ndarray, size: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Returns the sum of the weights (default: the count) of each phrase in each code, (phrases, codes)."""
    n = len(codes)
    by_code = sp.csr_matrix((np.ones(n) if weights is None else weights, (np.arange(n), codes)), shape=(n, size))
    return np.asarray((t.presence[:, :PAIRED].T @ by_code).toarray())


def _paired(grid: Grid, t: Terms, i: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the rows of each phrase in each group of a feature, and every copy's excess there."""
    codes, size, groups = grid.levels[1].codes[i], grid.features[i].size, grid.levels[1].axes[i]
    count = _phrase_cells(t, codes, size)
    if grid.binary:
        column = grid.copy.astype(np.int64) * size + codes[grid.error_rows]
        shape = (grid.rows, grid.copies * size)
        errors = sp.csr_matrix((np.ones(len(column)), (grid.error_rows, column)), shape=shape)
        losses = (t.presence[:, :PAIRED].T @ errors).toarray().reshape(len(count), grid.copies, size).transpose(1, 0, 2)
    else:
        losses = np.stack([_phrase_cells(t, codes, size, copy) for copy in grid.losses])
    rows = count @ groups.T
    excess = (losses - grid.mean * count).reshape(-1, size).astype(np.float32) @ groups.T
    return rows, excess.reshape(grid.copies, *rows.shape)


def strongest(grid: Grid, expected: np.ndarray, base: float, changed: np.ndarray) -> list[Hit]:
    """Returns the strongest slice of each combination of columns, and of each phrase, against the expected losses.

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
            hits += [hit] if hit else []
    return hits + _phrase_hits(grid, expected)


def _strongest(grid: Grid, combo: Combo, expected: np.ndarray, base: float, changed: np.ndarray) -> Hit | None:
    count, observed = grid.cells(combo)
    mean = base * count
    if len(changed):
        key = grid.keys(combo, changed)
        mean = mean + np.bincount(key, weights=expected[changed] - base, minlength=count.size).reshape(count.shape)
    rows, excess, means = (a.astype(np.float64) for a in grid.groups(combo, np.stack([count, observed - mean, mean])))
    scores = statistic(excess, grid.spread(rows, means), grid.bound)
    scores[grid.refused(rows)] = 0
    at = int(np.argmax(scores))
    score = float(scores.ravel()[at])
    if score <= FLOOR:
        return None
    where = np.unravel_index(at, scores.shape)
    members = [g[k] > 0 for g, k in zip(grid.axes(combo), where, strict=True)]
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


def _phrase_hits(grid: Grid, expected: np.ndarray) -> list[Hit]:
    """Returns every phrase above the floor, and for each phrase and column the strongest group."""
    hits: list[Hit] = []
    for k, t in enumerate(grid.terms):
        mean = t.presence.T @ expected
        scores = statistic(t.presence.T @ grid.losses[0] - mean, grid.spread(t.counts, mean), grid.bound)
        hits += [Hit(float(scores[j]), "text", phrase=(k, int(j))) for j in np.flatnonzero(scores > FLOOR)]
    for k, t, i in grid.phrase_pairs():
        codes, size, groups = grid.levels[1].codes[i], grid.features[i].size, grid.levels[1].axes[i]
        rows, observed, means = (
            _phrase_cells(t, codes, size, weights) @ groups.T for weights in (None, grid.losses[0], expected)
        )
        scores = statistic(observed - means, grid.spread(rows, means), grid.bound)
        scores[grid.refused(rows)] = 0
        at = scores.argmax(axis=1)
        for j in np.flatnonzero(scores.max(axis=1) > FLOOR):
            hits.append(Hit(float(scores[j, at[j]]), "text+1", ((i, groups[at[j]] > 0),), (k, int(j))))
    return hits
