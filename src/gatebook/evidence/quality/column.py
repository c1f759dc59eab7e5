"""A table of text as codes and distinct values: every check works on distinct values, counted once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from gatebook.evidence.budget import Budget, within
from gatebook.evidence.quality.finding import Rows
from gatebook.evidence.quality.formats import date_families, is_null_word, masks, shapes
from gatebook.evidence.quality.spool import Kept
from gatebook.tables.casts import LARGEST

_STEP = 1 << 20  # codes read at once
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.signedinteger]


@dataclass(frozen=True)
class Column:
    """One column. Codes point into `values`, -1 is an empty cell.

    Attributes:
        rows: the rows that were looked at, None where all were.
        codes: of the rows that checks across columns look at: all, or the table's sample.
        every: codes of all rows, where all were looked at and `codes` are the sample's.
        counts: rows looked at that hold each value.
        total, empty, distinct: rows, empty cells and different values of the whole column, exact.
    """

    name: str
    rows: Rows | None
    codes: Codes
    every: Kept | None
    values: npt.NDArray[np.object_]
    counts: Ints
    total: int
    empty: int
    distinct: int

    @property
    def looked(self) -> int:
        """Rows that were looked at."""
        return self.total if self.rows is None else len(self.codes)

    @cached_property
    def null_like(self) -> Bools:
        return is_null_word(self.values.tolist())

    @cached_property
    def real(self) -> Bools:
        """True for distinct values that are no word for "nothing"."""
        return ~self.null_like & (self.counts > 0)

    @cached_property
    def n_real(self) -> int:
        return int(self.counts[self.real].sum())

    @cached_property
    def masks(self) -> list[str]:
        return masks(self.text) if len(self.values) else []

    @cached_property
    def text(self) -> str:
        """All distinct values, one a line (line breaks inside a value become blanks): what patterns run over."""
        return "\n".join(v.replace("\n", " ").replace("\r", " ") for v in self.values)

    @cached_property
    def _starts(self) -> Ints:
        ends = np.fromiter((len(v) + 1 for v in self.values), dtype=np.int64, count=len(self.values))
        return np.concatenate([[0], np.cumsum(ends)[:-1]]).astype(np.int64)

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
        """(index of the value, matched text) of each match; the pattern runs once over all values together.

        Patterns that anchor at ^ or $ need re.MULTILINE; none may match a line break.
        """
        for found in pattern.finditer(self.text):
            yield int(np.searchsorted(self._starts, found.start(), side="right")) - 1, found[0]

    def matching(self, pattern: re.Pattern[str]) -> Bools:
        """True for the distinct real values in which the pattern is found."""
        out = np.zeros(len(self.values), dtype=bool)
        out[[i for i, _ in self.matches(pattern)]] = True
        return out & self.real

    @cached_property
    def shapes(self) -> npt.NDArray[np.object_]:
        return np.array(shapes(self.masks), dtype=object)

    @cached_property
    def numbers(self) -> Floats:
        """Each distinct value as a number, NaN if it is none."""
        numbers = pd.to_numeric(pd.Series(self.values, dtype=object), errors="coerce")
        found = np.asarray(numbers, dtype=float)
        return np.where(np.abs(found) <= LARGEST, found, np.nan)

    @cached_property
    def lengths(self) -> Ints:
        return np.fromiter((len(v) for v in self.values), dtype=np.int64, count=len(self.values))

    @cached_property
    def families(self) -> npt.NDArray[np.object_]:
        """Date or time format of each distinct value ("" for none); all "" where the column holds few dates."""
        probe = np.argsort(-self.counts, kind="stable")[:300]
        seen = date_families(self.values[probe].tolist(), [self.masks[i] for i in probe])
        real = self.real[probe]
        if sum(bool(f) for f, r in zip(seen, real, strict=True) if r) < 0.3 * max(1, int(real.sum())):
            return np.full(len(self.values), "", dtype=object)
        return np.array(date_families(self.values.tolist(), self.masks), dtype=object)

    def share(self, mask: Bools) -> float:
        """Share of the rows with a real value whose value is in `mask`."""
        return float(self.counts[mask & self.real].sum()) / self.n_real if self.n_real else 0.0

    @cached_property
    def is_number(self) -> bool:
        return self.n_real > 0 and self.share(np.isfinite(self.numbers)) >= 0.9  # stated in words

    @cached_property
    def is_date(self) -> bool:
        return self.n_real > 0 and self.share(self.families != "") >= 0.6  # stated in words

    @cached_property
    def is_prose(self) -> bool:
        """Mostly distinct values of several words: free text, where rare words and shapes mean nothing."""
        if not self.n_real or self.is_number or self.is_date:
            return False
        real = np.flatnonzero(self.real)
        words = np.fromiter((self.values[i].count(" ") + 1 for i in real), dtype=float, count=len(real))
        mean = float(np.average(words, weights=self.counts[real]))
        return (mean >= 4 and len(real) > 0.5 * self.n_real) or (mean >= 12 and len(real) > 0.1 * self.n_real)

    @cached_property
    def is_key(self) -> bool:
        """No value comes twice (up to a thousandth)."""
        return self.distinct > 1 and self.distinct >= 0.999 * (self.total - self.empty)

    def rows_of(self, mask: Bools) -> Rows:
        """Positions in the table of the rows whose value is in `mask` (over distinct values)."""
        if not mask.any():
            return np.empty(0, dtype=np.intp)
        return self._where(np.append(mask, False))  # code -1 reads the appended False

    def empty_rows(self) -> Rows:
        """Positions in the table of the empty cells."""
        return self._where(np.append(np.zeros(len(self.values), dtype=bool), True))

    def _where(self, wanted: Bools) -> Rows:
        if self.every is not None:
            parts = [
                np.flatnonzero(wanted[self.every.part(start, start + _STEP)]) + start
                for start in range(0, self.total, _STEP)
            ]
            return np.concatenate(parts)
        where = np.flatnonzero(wanted[self.codes])
        return where if self.rows is None else self.rows[where]

    def examples(self, mask: Bools, most: int = 10) -> list[tuple[str, int]]:
        """The commonest values in `mask` with their counts."""
        where = np.flatnonzero(mask & (self.counts > 0))
        best = where[np.argsort(-self.counts[where], kind="stable")[:most]]
        return [(str(self.values[i]), int(self.counts[i])) for i in best]


@dataclass(frozen=True)
class Table:
    """The columns of one table and what the caller knows of their roles."""

    columns: tuple[Column, ...]
    rows: int
    sample: Rows | None
    repeated: Rows  # rows equal to an earlier row, key-like columns left aside
    repeated_ids: Rows  # rows whose id, with what tells rows of one id apart, came before
    again: Rows  # rows whose id came before, in another version or trial too
    compared: tuple[str, ...]  # columns that the comparison of rows used
    ids: tuple[str, ...] = ()
    time: str | None = None
    text: tuple[str, ...] = ()
    label: str | None = None
    personal: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    as_of: date | None = None  # the day of the decision
    left_out: dict[Budget, tuple[int, list[str]]] = field(default_factory=dict)  # (of how many, names) by analysis

    def within(self, budget: Budget, columns: list[Column]) -> list[Column]:
        """The columns that an analysis compares: those with a role first, then those mostly filled; the rest is noted."""
        roles = {*self.ids, *self.text, *filter(None, (self.time, self.label))}
        kept, left = within(
            budget, columns, lambda c: c.name, first=roles, worth=lambda c: float(2 * c.n_real >= c.looked)
        )
        self.note(budget, len(columns), left)
        return kept

    def note(self, budget: Budget, of: int, left: list[str]) -> None:
        """Keep what an analysis left out of so many, so that the scan can tell."""
        if left:
            self.left_out[budget] = (of, left)

    def codes(self, column: Column) -> Codes:
        """Codes of the rows that checks across columns look at (all, or the sample)."""
        return column.codes

    @property
    def looked(self) -> int:
        return self.rows if self.sample is None else len(self.sample)

    def at(self, where: npt.NDArray[np.intp]) -> Rows:
        """Positions in the table of positions in the sample."""
        return where if self.sample is None else self.sample[where]

    def scattered(self, column: Column, rows: Rows, share: float = 0.8) -> Rows:
        """The rows (positions in the table) without those that another column explains.

        Where nearly every row with one value of another column is among them, they are a kind of their own (all
        hospitals of one state), not errors.
        """
        hit = np.zeros(self.rows, dtype=bool)
        hit[rows] = True
        if self.sample is not None:
            hit = hit[self.sample]
        at = np.flatnonzero(hit)
        explained = np.zeros(self.looked, dtype=bool)
        for other in self.columns:
            if other is column or other.is_key:
                continue
            codes = self.codes(other)
            total = np.bincount(codes + 1, minlength=2)
            hits = np.bincount(codes[at] + 1, minlength=len(total))
            whole = (hits >= 3) & (hits >= share * total)
            if whole.any():
                explained |= whole[codes + 1] & hit
        if not explained.any():
            return rows
        gone = self.at(np.flatnonzero(explained))
        return rows[~np.isin(rows, gone)]

    def get(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)


def weighted_quantile(values: Floats | Ints, counts: Ints, share: float) -> float:
    """The smallest value that at least `share` of the rows do not exceed; `counts` are the rows of each value."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(counts[order])
    return float(values[order][int(np.searchsorted(reached, share * reached[-1]))])


def mixed(codes: npt.NDArray[np.integer], salt: int) -> npt.NDArray[np.uint64]:
    """One column's part of the 64-bit fingerprint of each row, which is the sum over columns (splitmix64)."""
    word = codes.astype(np.uint64) + np.uint64(1 + (salt << 32))
    word *= np.uint64(0x9E3779B97F4A7C15)
    word ^= word >> np.uint64(29)
    word *= np.uint64(0xBF58476D1CE4E5B9)
    word ^= word >> np.uint64(32)
    return word


def repeats(state: npt.NDArray[np.uint64]) -> Rows:
    """Rows whose fingerprint came before."""
    parts = [at[pd.Series(state[at]).duplicated().to_numpy()] for at in buckets(state)]
    return np.sort(np.concatenate(parts))


def distinct(state: npt.NDArray[np.uint64]) -> int:
    """How many different fingerprints there are."""
    count = 0
    for at in buckets(state):
        ordered = np.sort(state[at])
        count += int((ordered[1:] != ordered[:-1]).sum()) + (len(ordered) > 0)
    return count


def buckets(state: npt.NDArray[np.uint64]) -> Iterator[Rows]:
    """All rows in sixteen parts, equal fingerprints in the same one: what is done to a part needs no copy of all."""
    top = np.empty(len(state), dtype=np.uint8)
    for start in range(0, len(state), _STEP):
        top[start : start + _STEP] = state[start : start + _STEP] >> np.uint64(60)
    for part in range(16):
        yield np.flatnonzero(top == part)
