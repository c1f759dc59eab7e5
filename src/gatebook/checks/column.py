"""A table of text as codes and distinct values: every check works on distinct values, counted once."""

from __future__ import annotations

import os
import re
import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gatebook.budget import Budget, within
from gatebook.checks.finding import Finding, Found, Rows, finding
from gatebook.checks.forms import DateForm, date_families, is_null_word, masks, shapes, true_where
from gatebook.reading.casts import LARGEST
from gatebook.words import Code, Said

STEP = 1 << 20  # rows of one step of work
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.signedinteger]


class Spool:
    """One file without a name: it is gone when nothing refers to it, however the process ends."""

    def __init__(self) -> None:
        """Make the file where temporary files go.

        Raises:
            OSError: no file can be made there.
        """
        self.fd, name = tempfile.mkstemp(prefix="gatebook-codes-")
        Path(name).unlink()
        weakref.finalize(self, os.close, self.fd)
        self._end = 0

    def keep(self, array: npt.NDArray[np.signedinteger]) -> Kept:
        """Write an array at the end of the file."""
        kept = Kept(self, self._end, len(array), array.dtype)
        view = memoryview(array.tobytes())
        while view:
            view = view[os.pwrite(self.fd, view, self._end) :]
            self._end = kept.start + array.nbytes - len(view)
        return kept


@dataclass(frozen=True)
class Kept:
    """An array of a spool."""

    spool: Spool
    start: int
    length: int
    dtype: np.dtype[np.signedinteger]

    def part(self, first: int, last: int) -> npt.NDArray[np.signedinteger]:
        """Return the entries from `first` up to `last`."""
        size = self.dtype.itemsize
        data = bytearray(size * max(0, min(last, self.length) - first))
        view, at = memoryview(data), self.start + size * first
        while view:
            got = os.preadv(self.spool.fd, [view], at)
            view, at = view[got:], at + got
        return np.frombuffer(data, dtype=self.dtype)


@dataclass(frozen=True)
class Column:
    """One column. Codes point into `values`, -1 is an empty cell.

    Attributes:
        rows: the rows that were looked at, None where all were.
        codes: of the rows that checks across columns look at: all, or the table's sample.
        every: codes of all rows, where all were looked at and `codes` are the sample's.
        counts: rows looked at that hold each value.
        total, empty, distinct: rows, empty cells and different values of the whole column, exact.

    A mask says of each distinct value whether it is meant.
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

    @property
    def wide_codes(self) -> Ints:
        """The codes, wide enough to be multiplied."""
        return self.codes.astype(np.int64)

    @cached_property
    def null_like(self) -> Bools:
        return is_null_word(self.values.tolist())

    @cached_property
    def real(self) -> Bools:
        """True for distinct values that are no word for "nothing"."""
        return ~self.null_like & (self.counts > 0)

    @property
    def none(self) -> Bools:
        """The mask of no value."""
        return np.zeros(len(self.values), dtype=bool)

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
        return np.concatenate([[0], np.cumsum(self.lengths + 1)[:-1]]).astype(np.int64)

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
        """(index of the value, matched text) of each match; the pattern runs once over all values together.

        Patterns that anchor at ^ or $ need re.MULTILINE; none may match a line break.
        """
        for found in pattern.finditer(self.text):
            yield int(np.searchsorted(self._starts, found.start(), side="right")) - 1, found[0]

    def at(self, indices: Sequence[int] | Ints) -> Bools:
        """The mask of the values at these indices."""
        mask = self.none
        mask[np.asarray(indices, dtype=np.intp)] = True
        return mask

    def matching(self, pattern: re.Pattern[str]) -> Bools:
        """The mask of real values in which the pattern is found."""
        return self.at([i for i, _ in self.matches(pattern)]) & self.real

    def passing(self, test: Callable[[str], object]) -> Bools:
        """The mask of real values that pass a test."""
        return true_where((r and test(v) for v, r in zip(self.values, self.real, strict=True)), len(self.values))

    def real_values(self) -> Iterator[tuple[int, str]]:
        """(index, value) of each real value."""
        for i in np.flatnonzero(self.real).tolist():
            yield i, str(self.values[i])

    def rows_by(self, keys: Sequence[Any], mask: Bools) -> Counter[Any]:
        """The rows of each key, of which every distinct value has one, of the values in `mask`."""
        rows: Counter[Hashable] = Counter()
        for i in np.flatnonzero(mask).tolist():
            rows[keys[i]] += int(self.counts[i])
        return rows

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
    def numeric(self) -> Bools:
        """The mask of real values that are numbers."""
        return self.real & np.isfinite(self.numbers)

    @cached_property
    def step(self) -> float:
        """The step of the last written digit: 0.01 where values read 12.30."""
        return float(10.0 ** -max((len(v.partition(".")[2]) for _, v in self.real_values()), default=0))

    @cached_property
    def lengths(self) -> Ints:
        return np.fromiter((len(v) for v in self.values), dtype=np.int64, count=len(self.values))

    @cached_property
    def families(self) -> npt.NDArray[np.object_]:
        """Date or time format of each distinct value; none at all where the column holds few dates."""
        probe = np.argsort(-self.counts, kind="stable")[:300]
        seen = date_families(self.values[probe].tolist(), [self.masks[i] for i in probe])
        real = self.real[probe]
        if sum(bool(f) for f, r in zip(seen, real, strict=True) if r) < 0.3 * max(1, int(real.sum())):
            return np.full(len(self.values), DateForm.NONE, dtype=object)
        return np.array(date_families(self.values.tolist(), self.masks), dtype=object)

    def count(self, mask: Bools) -> int:
        """The rows whose value is in a mask."""
        return int(self.counts[mask].sum())

    def share(self, mask: Bools) -> float:
        """Share of the rows with a real value whose value is in `mask`."""
        return self.count(mask & self.real) / self.n_real if self.n_real else 0.0

    @cached_property
    def is_number(self) -> bool:
        return self.n_real > 0 and self.share(np.isfinite(self.numbers)) >= 0.9  # stated in words

    @cached_property
    def is_date(self) -> bool:
        return self.n_real > 0 and self.share(self.families != DateForm.NONE) >= 0.6  # stated in words

    @cached_property
    def is_prose(self) -> bool:
        """Mostly distinct values of several words: free text, where rare words and shapes mean nothing."""
        if not self.n_real or self.is_number or self.is_date:
            return False
        words = [value.count(" ") + 1 for _, value in self.real_values()]
        mean = float(np.average(words, weights=self.counts[self.real]))
        return (mean >= 4 and len(words) > 0.5 * self.n_real) or (mean >= 12 and len(words) > 0.1 * self.n_real)

    @cached_property
    def is_key(self) -> bool:
        """No value comes twice (up to a thousandth)."""
        return self.distinct > 1 and self.distinct >= 0.999 * (self.total - self.empty)

    @property
    def is_summand(self) -> bool:
        """Whether it may stand in a sum or a product; two values make no sum worth a rule."""
        return self.is_number and self.distinct > 2

    def on_rows(self, values: npt.NDArray[Any], empty: float = False) -> npt.NDArray[Any]:
        """Put what is known of each distinct value on the rows of `codes`; `empty` on those that hold nothing."""
        return np.asarray(np.append(values, empty)[self.codes])

    def number_rows(self) -> Floats:
        """The column as numbers, one for each row of `codes`; NaN where there is none."""
        return self.on_rows(np.where(self.real, self.numbers, np.nan), np.nan)

    def standing(self, rows: Rows | Bools) -> Bools:
        """The mask of the values that stand in some rows of `codes`, none of them empty."""
        return np.bincount(self.codes[rows], minlength=len(self.values)) > 0

    def rows_of(self, mask: Bools) -> Rows:
        """Positions in the table of the rows whose value is in `mask`."""
        if not mask.any():
            return np.empty(0, dtype=np.intp)
        return self._where(np.append(mask, False))  # code -1 reads the appended False

    def empty_rows(self) -> Rows:
        """Positions in the table of the empty cells."""
        return self._where(np.append(self.none, True))

    def _where(self, wanted: Bools) -> Rows:
        if self.every is not None:
            starts = range(0, self.total, STEP)
            parts = [np.flatnonzero(wanted[self.every.part(start, start + STEP)]) + start for start in starts]
            return np.concatenate(parts)
        where = np.flatnonzero(wanted[self.codes])
        return where if self.rows is None else self.rows[where]

    def examples(self, mask: Bools, most: int = 10) -> list[tuple[str, int]]:
        """The commonest values in `mask` with their counts."""
        where = np.flatnonzero(mask & (self.counts > 0))
        best = where[np.argsort(-self.counts[where], kind="stable")[:most]]
        return [(str(self.values[i]), int(self.counts[i])) for i in best]

    def quoted(self, mask: Bools) -> list[str]:
        """The three commonest values in `mask`, in quotes."""
        return [f"'{value}'" for value, _ in self.examples(mask, 3)]

    def found(self, code: Found, mask: Bools, **values: Any) -> list[Finding]:
        """The finding about the cells whose value is in `mask`; none where there are no such cells."""
        if not self.count(mask):
            return []
        where = [(self.rows_of(mask), self.name)]
        return [finding(code, [self.name], where, self.looked, examples=self.examples(mask), **values)]

    def fact(self, code: Found, rows: int, mask: Bools | None = None, **values: Any) -> Finding:
        """A finding about so many rows of the column that lists no cells; its examples are the values in `mask`."""
        examples = () if mask is None else self.examples(mask)
        return finding(code, [self.name], [], self.looked, rows=rows, examples=examples, **values)


@dataclass(frozen=True)
class KnownRoles:
    """What the caller knows of the columns.

    Attributes:
        ids: columns that together name a case.
        apart: columns that tell several rows of one case apart, such as version and trial.
        time: the column of the row's moment.
        text: free-text inputs.
        label: the true answer, where the table holds it.
        personal: columns to treat as personal data.
        public: columns that are none, whatever they look like.
        ignore: columns that are left out.
        as_of: the day of the decision, against which the newest row is old; None leaves that out.
    """

    ids: Iterable[str] = ()
    apart: Iterable[str] = ()
    time: str | None = None
    text: Iterable[str] = ()
    label: str | None = None
    personal: Iterable[str] = ()
    public: Iterable[str] = ()
    ignore: Iterable[str] = ()
    as_of: date | None = None

    def __post_init__(self) -> None:
        """Keep all columns of a role, however they were given; a single name is one column."""
        for name in ("ids", "apart", "text", "personal", "public", "ignore"):
            given = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))


@dataclass(frozen=True)
class CheckedTable:
    """The columns of one table and what the caller knows of their roles.

    Attributes:
        columns: those that are not ignored.
        rows: of the table.
        sample: the rows that checks across columns look at, None for all.
        repeated: rows equal to an earlier row, key-like columns left aside.
        repeated_ids: rows whose id, with what tells rows of one id apart, came before.
        again: rows whose id came before, in another version or trial too.
        compared: columns that the comparison of rows used.
        roles: of the columns.
        ids: the columns of ids that the table has.
        notes: what an analysis left out.
    """

    columns: tuple[Column, ...]
    rows: int
    sample: Rows | None
    repeated: Rows
    repeated_ids: Rows
    again: Rows
    compared: tuple[str, ...]
    roles: KnownRoles
    ids: tuple[str, ...]
    notes: dict[Code, Said] = field(default_factory=dict)

    @property
    def looked(self) -> int:
        """Rows that checks across columns look at."""
        return self.rows if self.sample is None else len(self.sample)

    def get(self, name: str | None) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)

    def within(self, budget: Budget, columns: Iterable[Column]) -> list[Column]:
        """The columns an analysis compares: those with a role first, then those mostly filled; the rest is noted."""
        of, roles = list(columns), self.roles
        first = {*self.ids, *roles.text, *filter(None, (roles.time, roles.label))}
        kept, left = within(budget, of, lambda c: c.name, first=first, worth=lambda c: float(2 * c.n_real >= c.looked))
        self.note(budget, len(of), left)
        return kept

    def note(self, budget: Budget, of: int, left: list[str]) -> None:
        """Keep what an analysis left out of so many, so that the scan can tell."""
        if left:
            self.notes[budget.analysis] = budget.said(of, left)

    def at(self, where: npt.NDArray[np.intp]) -> Rows:
        """Positions in the table of positions in the sample."""
        return where if self.sample is None else self.sample[where]

    def found(
        self, code: Found, columns: Iterable[Column], cells: Iterable[tuple[Rows | Bools, Column]], **values: Any
    ) -> Finding:
        """The finding about cells given by rows of `codes`: as positions, or as a truth value for each row."""
        where = [(self.at(np.flatnonzero(r) if r.dtype == bool else np.asarray(r, np.intp)), c.name) for r, c in cells]
        return finding(code, [c.name for c in columns], where, self.looked, **values)

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
            total = np.bincount(other.codes + 1, minlength=2)
            hits = np.bincount(other.codes[at] + 1, minlength=len(total))
            whole = (hits >= 3) & (hits >= share * total)
            if whole.any():
                explained |= whole[other.codes + 1] & hit
        return rows[~np.isin(rows, self.at(np.flatnonzero(explained)))] if explained.any() else rows


def weighted_quantile(values: Floats | Ints, counts: Floats | Ints, share: float) -> float:
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
    for start in range(0, len(state), STEP):
        top[start : start + STEP] = state[start : start + STEP] >> np.uint64(60)
    for part in range(16):
        yield np.flatnonzero(top == part)
