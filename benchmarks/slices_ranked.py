"""The exact best K conjunctions of equalities by the SliceLine score, for whoever wants a ranking without a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

Combo = tuple[int, ...]

SLACK = 1e-9  # of bounds, for rounding


@dataclass(frozen=True)
class RankedSlice:
    """A conjunction of equalities.

    Attributes:
        columns, codes: the i-th column has the i-th code.
        rows, errors: rows inside and the sum of their losses.
        score: alpha (mean loss inside / mean loss - 1) - (1 - alpha) (all rows / rows inside - 1).
    """

    columns: tuple[int, ...]
    codes: tuple[int, ...]
    rows: int
    errors: float
    score: float


@dataclass
class _Search:
    codes: Sequence[np.ndarray]
    loss: np.ndarray
    k: int
    alpha: float
    support: int

    def __post_init__(self) -> None:
        """Keep the rows that have a loss apart: sums need no others."""
        self.n = len(self.loss)
        self.mean = float(self.loss.mean())
        self.sizes = [int(c.max()) + 1 for c in self.codes]
        hit = np.flatnonzero(self.loss)
        self.hit_codes = [c[hit].astype(np.int64) for c in self.codes]
        self.hit_loss = self.loss[hit]
        self.binary = bool((self.hit_loss == 1).all())
        self.head: Combo | None = None
        self.key = np.empty(0, dtype=np.int64)
        self.packed: dict[tuple[int, int], np.ndarray] = {}
        self.found: list[RankedSlice] = []
        self.bar = 0.0

    def score(self, rows: np.ndarray, errors: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            out = self.alpha * (errors / rows / self.mean - 1) - (1 - self.alpha) * (self.n / rows - 1)
        return np.asarray(np.where(rows > 0, out, -np.inf))

    def bound(self, rows: np.ndarray, errors: np.ndarray, largest: np.ndarray) -> np.ndarray:
        """Returns the best score of any part with at least `support` rows (Sagadeeva & Boehm 2021, SIGMOD, sec. 3)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            dense = np.clip(np.nan_to_num(errors / largest), self.support, np.maximum(rows, self.support))
        best = np.maximum(self.score(dense, np.minimum(errors, dense * largest)), self.score(rows, errors))
        return np.asarray(np.where(rows >= self.support, best, -np.inf))

    def sums(self, combo: Combo) -> np.ndarray:
        """Returns the loss in every cell of the combination, flat."""
        head = combo[:-1]
        if head != self.head:  # combinations come sorted, so the first columns' keys serve many
            key = np.zeros(len(self.hit_loss), dtype=np.int64)
            for i in head:
                key = key * self.sizes[i] + self.hit_codes[i]
            self.head, self.key = head, key
        last = combo[-1]
        key = self.key * self.sizes[last]
        key += self.hit_codes[last]
        cells = int(np.prod([self.sizes[i] for i in combo]))
        return np.bincount(key, weights=None if self.binary else self.hit_loss, minlength=cells).astype(np.float64)

    def count(self, combo: Combo, cell: tuple[int, ...]) -> int:
        """Returns the rows of one cell from packed bits."""
        both = self.bits(combo[0], cell[0])
        for i, code in zip(combo[1:], cell[1:], strict=True):
            both = both & self.bits(i, code)
        return int(np.bitwise_count(both).sum(dtype=np.int64))

    def bits(self, column: int, code: int) -> np.ndarray:
        known = self.packed.get((column, code))
        if known is None:
            packed = np.packbits(self.codes[column] == code)
            known = np.zeros(-(-len(packed) // 8), dtype=np.uint64)
            known.view(np.uint8)[: len(packed)] = packed
            self.packed[column, code] = known
        return known

    def offer(self, combo: Combo, cell: tuple[int, ...], rows: int, errors: float) -> None:
        # sums in another order differ in their last digits, and must still tie
        value = round(float(self.score(np.array(rows, dtype=float), np.array(errors))), 12)
        if value <= 0 or rows < self.support or value < self.bar:
            return
        self.found.append(RankedSlice(combo, cell, rows, errors, value))
        if len(self.found) >= self.k:
            self.found.sort(key=lambda s: (-s.score, s.columns, s.codes))
            self.bar = self.found[self.k - 1].score
            while self.found[-1].score < self.bar:
                self.found.pop()


def top_slices(
    codes: Sequence[np.ndarray],
    loss: np.ndarray,
    *,
    k: int = 10,
    alpha: float = 0.95,
    support: float = 0.01,
    depth: int = 3,
) -> tuple[RankedSlice, ...]:
    """Returns the K conjunctions of up to `depth` equalities with the highest positive score, and those that tie with
    the last.

    The result is exact. Sums come from tables over the rows that have a loss; rows are counted, from packed bits, only
    where the bound of the score is above the K-th best so far, and only combinations all of whose parts are above it
    are formed (Sagadeeva & Boehm 2021, SliceLine, SIGMOD). There is no test: on noise it returns slices as well.

    Args:
        codes: one integer array (rows,) per column, from 0.
        loss: (rows,), >= 0.
        k: number of slices.
        alpha: weight of the mean loss against the number of rows, in (0, 1].
        support: smallest share of the rows.
        depth: most equalities.

    Raises:
        ValueError: a loss is negative or missing, or alpha lies outside (0, 1].
    """
    losses = np.asarray(loss, dtype=np.float64)
    if not (np.isfinite(losses).all() and (losses >= 0).all() and 0 < alpha <= 1):
        raise ValueError("SliceLine needs losses >= 0 and alpha in (0, 1]")
    if len(losses) == 0 or not losses.any():
        return ()
    search = _Search(codes, losses, k, alpha, max(1, int(support * len(losses))))
    rows, largest, alive = _singles(search)
    level: dict[Combo, np.ndarray] = {(i,): rows[i] for i in range(len(codes))}
    for size in range(2, depth + 1):
        level = _next(search, level, alive, largest, size)
        alive = {combo: table > 0 for combo, table in level.items()}
        if not alive:
            break
    search.found.sort(key=lambda s: (-s.score, s.columns, s.codes))
    return tuple(search.found)


def _singles(search: _Search) -> tuple[list[np.ndarray], list[np.ndarray], dict[Combo, np.ndarray]]:
    rows, largest, alive = [], [], {}
    for i, codes in enumerate(search.codes):
        rows.append(np.bincount(codes, minlength=search.sizes[i]).astype(np.float64))
        biggest = np.zeros(search.sizes[i])
        np.maximum.at(biggest, search.hit_codes[i], search.hit_loss)
        largest.append(biggest)
        sums = search.sums((i,))
        for code in np.flatnonzero(rows[i] >= search.support):
            search.offer((i,), (int(code),), int(rows[i][code]), float(sums[code]))
        alive[i,] = search.bound(rows[i], sums, biggest)
    return rows, largest, {combo: bounds >= search.bar - SLACK for combo, bounds in alive.items()}


def _next(
    search: _Search,
    level: dict[Combo, np.ndarray],
    alive: dict[Combo, np.ndarray],
    largest: list[np.ndarray],
    size: int,
) -> dict[Combo, np.ndarray]:
    """Returns for each combination of `size` columns the rows of the cells whose parts can still win, 0 elsewhere."""
    columns = sorted({i for combo, cells in alive.items() if cells.any() for i in combo})
    combos = _joined(alive, columns, size)
    # of each combination: cells, their errors, bounds of their rows and largest loss
    lists: list[tuple[np.ndarray, ...]] = []
    for combo in combos:
        one = (1,) * size
        keep, most, biggest = np.ones(one, dtype=bool), np.full(one, np.inf), np.full(one, np.inf)
        for gap in range(size):
            below = combo[:gap] + combo[gap + 1 :]
            spread = (slice(None),) * gap + (None,)
            keep = keep & alive[below][spread]
            most = np.minimum(most, level[below][spread])
            biggest = np.minimum(biggest, largest[combo[gap]].reshape([-1 if p == gap else 1 for p in range(size)]))
        cells = np.flatnonzero(keep)
        lists.append(
            (cells, search.sums(combo)[cells], most.ravel()[cells], biggest.ravel()[cells])
            if len(cells)
            else (cells,) * 4
        )
    if not combos:
        return {}
    owner = np.repeat(np.arange(len(combos)), [len(each[0]) for each in lists])
    cells, errors, most, biggest = (np.concatenate(part) for part in zip(*lists, strict=True))
    bounds = search.bound(most, errors, biggest)
    out: dict[Combo, np.ndarray] = {}
    for at in np.argsort(-bounds, kind="stable"):
        if bounds[at] < search.bar - SLACK:
            break
        combo = combos[owner[at]]
        shape = tuple(search.sizes[i] for i in combo)
        cell = tuple(int(c) for c in np.unravel_index(int(cells[at]), shape))
        inside = search.count(combo, cell)
        search.offer(combo, cell, inside, float(errors[at]))
        if search.bound(np.array(float(inside)), errors[at], biggest[at]) >= search.bar - SLACK:
            out.setdefault(combo, np.zeros(shape))[cell] = inside
    return out


def _joined(alive: dict[Combo, np.ndarray], columns: list[int], size: int) -> list[Combo]:
    """Returns the combinations of `size` columns all of whose parts have a cell that can still win."""
    living = {combo for combo, cells in alive.items() if cells.any()}
    if size == 2:
        return [c for c in combinations(columns, 2) if (c[0],) in living and (c[1],) in living]
    return sorted(
        (*combo, last)
        for combo in living
        for last in columns
        if last > combo[-1] and all((*part, last) in living for part in combinations(combo, size - 2))
    )
