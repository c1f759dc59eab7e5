"""Cells that hold nothing, a word or number for nothing, or what belongs to their neighbour."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from gatebook.checks.column import Bools, CheckedTable, Column, weighted_quantile
from gatebook.checks.finding import Finding, Found, finding
from gatebook.checks.forms import MAYBE_NULL_WORDS
from gatebook.checks.registry import CheckName, each_column, whole_table

SENTINELS = (-1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0)
SENTINEL_DATES = ("1900-01-01", "1899-12-30", "1899-12-31", "1970-01-01", "0001-01-01", "9999-12-31", "2099-12-31")
NEARLY_FULL = 0.02  # empty cells of a column that is otherwise always filled
EARLY_YEAR, LATE_YEAR = 1000, 2200
# Slid records.
MOST_SLID = 0.05  # more rows than this are a layout, not slipped records
STRICT = 0.95  # a column is strict where this share of its rows keeps its common values or shapes
SIGNS = 3  # slid cells in one row, each foreign at home and usual next door, before the row is named
# Glued fields.
KNOWN = 3  # rows with a value before it is one of the column's own
# Rows (and half of those with a mark inside) that hold their neighbour; from this share of all it is the column's
# habit.
LEAST_CARRIED, MOST_CARRIED = 5, 0.1
_TWO = re.compile(r"(.+?) ?[,;/|_-] ?(.+)")
_SEPARATORS = " ,;/|-"


@whole_table(CheckName.MISSING)
def missing(table: CheckedTable) -> Iterator[Finding]:
    """Empty cells by column; columns that are empty in the very same rows are one finding.

    A warning only where the column is empty throughout: whether a field is required, its owner says. Gaps in a
    column that is otherwise always filled are counted as wrong cells.
    """
    groups: dict[bytes, list[Column]] = {}
    for column in table.columns:
        if column.empty:
            where = column.empty_rows()
            key = hashlib.sha256(where.tobytes()).digest() if len(where) else column.name.encode()
            groups.setdefault(key, []).append(column)
    for first, *others in groups.values():
        where, names, base = first.empty_rows(), [c.name for c in (first, *others)], first.looked
        if first.empty == first.total:
            yield finding(Found.MISSING_ALL, names, [], base, rows=base)
        else:
            code = Found.MISSING_FEW if 0 < len(where) <= NEARLY_FULL * base else Found.MISSING
            yield finding(code, names, [(where, name) for name in names], base)


def _table_spells_empty_with(table: CheckedTable, word: str) -> bool:
    """The table's own convention: no cell is really empty; several columns, one of them throughout, use the word."""
    if any(c.empty for c in table.columns):
        return False
    users = [c for c in table.columns if any(v.strip().casefold() == word for v in c.values[c.null_like])]
    return len(users) > 1 and any(c.n_real < 0.05 * c.looked for c in users)


@whole_table(CheckName.DISGUISED)
def disguised(table: CheckedTable) -> Iterator[Finding]:
    """Words for "nothing" written into the cell. A column that holds little else is a fact about the column."""
    agreed: list[Column] = []
    for column in table.columns:
        mask = column.null_like & (column.counts > 0)
        rows, words = column.count(mask), column.examples(mask)
        if not rows:
            continue
        if all(_table_spells_empty_with(table, w.strip().casefold()) for w, _ in words):
            agreed.append(column)
        elif column.is_prose and rows < 3:  # a lone "..." among sentences is an answer
            continue
        elif rows + column.empty > 0.95 * column.looked:
            yield column.fact(Found.DISGUISED_MOSTLY, rows, mask, words=column.quoted(mask))
        else:
            yield from column.found(Found.DISGUISED, mask, words=column.quoted(mask))
    if agreed:
        yield _convention(agreed)


def _convention(columns: list[Column]) -> Finding:
    """One word for "nothing" throughout the table is one cause, and its cells are no errors of their own."""
    word = columns[0].examples(columns[0].null_like)[0][0]
    rows = [c.count(c.null_like) for c in columns]
    return finding(
        Found.DISGUISED_EVERYWHERE,
        [c.name for c in columns],
        [(c.rows_of(c.null_like), c.name) for c in columns if c.n_real >= 0.05 * c.looked],
        columns[0].looked,
        rows=max(rows),
        examples=[(word, sum(rows))],
        words=f"'{word}'",
    )


@each_column(CheckName.MAYBE_MISSING, but=("prose",))
def maybe_missing(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """`none`, `NA`, `unknown`: an answer or nothing. An error where the column otherwise holds numbers or dates."""
    mask = column.passing(lambda v: v.strip().casefold() in MAYBE_NULL_WORDS)
    rest = column.real & ~mask
    typed = column.count(rest & (np.isfinite(column.numbers) | (column.families != "")))
    breaks_type = column.count(rest) > 0 and typed >= 0.9 * column.count(rest)
    return column.found(Found.DISGUISED_TYPE if breaks_type else Found.DISGUISED_MAYBE, mask, words=column.quoted(mask))


@each_column(CheckName.SENTINELS)
def sentinels(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """999, -1, 0 among years, 1900-01-01: repeated, and far outside everything else in the column."""
    mask = np.zeros(len(column.values), dtype=bool)
    if column.is_number:
        for value in SENTINELS:
            mask |= _spike(column, value)
        rest = column.numbers[column.numeric & (column.numbers != 0)]
        years = (rest >= EARLY_YEAR) & (rest <= LATE_YEAR) & (rest == np.floor(rest))
        if len(rest) >= 5 and years.mean() > 0.95:  # nearly all are years
            mask |= (column.numbers == 0) & column.real
    elif column.is_date:
        for day in SENTINEL_DATES:
            mask |= _spiking_date(column, day)
    return column.found(Found.SENTINEL, mask, words=[v for v, _ in column.examples(mask, 3)])


def _spike(column: Column, value: float) -> Bools:
    """The value, where it repeats and stands far outside the rest (both quartile distance and gap)."""
    mask = (column.numbers == value) & column.real
    rest = column.numeric & ~mask
    count = column.count(mask)
    if count < 2 or int(rest.sum()) < 10 or count > 0.6 * column.n_real:  # too little to compare
        return column.none
    others, weights = column.numbers[rest], column.counts[rest]
    if value == -1.0 and (others < 0).any():
        return column.none
    low, high = (weighted_quantile(others, weights, q) for q in (0.01, 0.99))
    nearest = float(np.min(np.abs(others - value)))
    spread = max(high - low, 1e-12)
    beyond = value > others.max() or value < others.min() or nearest > 0.25 * spread
    far = value > high + 0.5 * spread or value < low - 0.05 * spread
    often = count >= max(2.0, 0.3 * float(np.median(weights)))
    return mask if beyond and far and often and nearest > 0 else column.none


def _spiking_date(column: Column, day: str) -> Bools:
    """The date, where it comes at least three times, and no other date lies within ten years of it."""
    mask = column.passing(lambda v: v.strip().startswith(day))
    years = [int(v.strip()[:4]) for i, v in column.real_values() if not mask[i] and v.strip()[:4].isdigit()]
    near = any(abs(year - int(day[:4])) < 10 for year in years)  # ten years
    return mask & bool(column.count(mask) >= 3 and years and not near)  # two may be chance


@dataclass(frozen=True)
class _Habit:
    """What a column usually holds: its frequent values and its frequent shapes of characters."""

    words: frozenset[str]
    shapes: frozenset[str]

    def keeps(self, column: Column) -> Bools:
        """The mask of the values of some column that keep the habit."""
        pairs = zip(column.values, column.shapes, strict=True)
        return np.array([str(v) in self.words or s in self.shapes for v, s in pairs], dtype=bool) & column.real


def _habit(column: Column) -> _Habit | None:
    """None where the column keeps no habit: free text, too few rows, or shapes that vary."""
    if column.n_real < 50 or column.is_prose:  # fewer show no habit
        return None
    rows = column.rows_by(column.shapes.tolist(), column.real)
    least = max(3.0, 0.03 * column.n_real)  # a rarer shape is no habit
    often = column.counts >= max(3.0, 0.01 * column.n_real)
    habit = _Habit(
        frozenset(v for i, v in column.real_values() if often[i]),
        # A shape of letters alone fits any word: names and categories are known by their values instead.
        frozenset(s for s, n in rows.items() if n >= least and "9" in s),
    )
    return habit if column.share(habit.keeps(column)) >= STRICT else None


@whole_table(CheckName.SHIFTED)
def shifted(table: CheckedTable) -> Iterator[Finding]:
    """Rows where at least three values are foreign in their own column and usual in the next one, all the same way."""
    habits = [_habit(c) for c in table.columns]
    for step, way in ((1, "left"), (-1, "right")):
        slid: dict[int, Bools] = {}
        for i, column in enumerate(table.columns):
            home, beside = habits[i], habits[i + step] if 0 <= i + step < len(habits) else None
            if home is not None and beside is not None:
                foreign = beside.keeps(column) & ~home.keeps(column)
                if 0 < column.share(foreign) <= MOST_SLID:
                    slid[i] = column.on_rows(foreign)
        rows = np.sum([np.zeros(table.looked, dtype=np.int16), *slid.values()], axis=0) >= SIGNS
        if 0 < rows.sum() <= MOST_SLID * table.looked:
            cells = _between(table, rows, slid)
            columns = [column for _, column in cells]
            ends = {"first": columns[0].name, "last": columns[-1].name}
            yield table.found(Found.SHIFTED, columns, cells, way=way, **ends)


def _between(table: CheckedTable, rows: Bools, slid: dict[int, Bools]) -> list[tuple[Bools, Column]]:
    """The cells that slid, those between the first and the last sign of each row, and odd numbers beside them.

    In a row that slid, a price under a count is no sign by itself but belongs to it.
    """
    signs = np.zeros((len(rows), len(table.columns)), dtype=bool)
    for i, at in slid.items():
        signs[:, i] = at & rows
    odd = {i: c.on_rows(_other_numbers(c)) & rows for i, c in enumerate(table.columns) if c.is_number}
    for i in sorted(odd, reverse=True):  # towards the front, two columns away at most
        signs[:, i] |= odd[i] & signs[:, i : i + 3].any(axis=1)
    for i in sorted(odd):
        signs[:, i] |= odd[i] & signs[:, max(0, i - 2) : i + 1].any(axis=1)
    inside = np.logical_or.accumulate(signs, axis=1) & np.logical_or.accumulate(signs[:, ::-1], axis=1)[:, ::-1]
    filled = [(inside[:, i] & (c.codes >= 0), c) for i, c in enumerate(table.columns)]
    return [(at, c) for at, c in filled if at.any()]


def _other_numbers(column: Column) -> Bools:
    """Numbers with a decimal point where nearly all are whole, and the other way round."""
    pointed = column.numeric & column.passing(lambda v: "." in v)
    share = column.share(pointed)
    if share <= 1 - STRICT:
        return pointed
    return column.numeric & ~pointed & bool(share >= STRICT)


def _tail(value: str) -> str:
    """The last word of a value, "" where nothing stands before it."""
    head, _, tail = value.rpartition(" ")
    return tail.strip(_SEPARATORS) if head.strip(_SEPARATORS) else ""


@whole_table(CheckName.GLUED)
def glued(table: CheckedTable) -> Iterator[Finding]:
    """Column pairs where cells end with a value of the other column, mostly where that other cell is empty."""
    neighbours = [
        (other, {w for _, v in other.real_values() if (w := v.strip()) and " " not in w})
        for other in table.columns
        if other.empty and not other.is_prose and not other.is_number
        if other.distinct <= 2000 and other.n_real >= 20  # a list of names, not of rows
    ]
    texts = [c for c in table.columns if not (c.is_number or c.is_date or c.is_prose)] if neighbours else []
    ends = [[_tail(str(v)) for v in column.values] for column in texts]
    for other, words in neighbours:
        for column, tails in zip(texts, ends, strict=True):
            if column is not other and not words.isdisjoint(tails):
                mask = np.array([tail in words for tail in tails], dtype=bool) & column.real
                yield from _swallowed(table, column, other, column.on_rows(mask))


def _swallowed(table: CheckedTable, column: Column, other: Column, at: Bools) -> Iterator[Finding]:
    """The finding where the neighbour is empty in three such rows, in half of its empty ones, five times the usual."""
    hollow = other.codes < 0
    both = at & hollow
    n_both, n_hollow, n_other = int(both.sum()), int(hollow.sum()), int((at & ~hollow).sum())
    full = max(1, len(hollow) - n_hollow)
    if n_both >= 3 and n_both >= 0.5 * n_hollow and n_other / full <= 0.2 * n_both / n_hollow:
        examples = column.examples(column.standing(both))
        yield table.found(Found.GLUED, [column, other], [(both, column), (both, other)], examples=examples)


@each_column(CheckName.CARRIED, but=("number", "date", "prose", "key"))
def carried(column: Column, table: CheckedTable) -> Iterator[Finding]:
    """Cells that hold their neighbour's value of the same row behind their own (`black/Tents` beside `Tents`)."""
    known = {str(v) for v, n in zip(column.values, column.counts, strict=True) if n >= KNOWN}
    parts = [(i, _TWO.fullmatch(value)) for i, value in column.real_values()]
    tails = {i: part[2] for i, part in parts if part is not None and part[1] in known}
    rows = np.flatnonzero(np.isin(column.codes, list(tails)))
    for other in table.columns if len(rows) else ():
        if other is column or not len(rows):
            continue
        pairs = zip(other.codes[rows], column.codes[rows], strict=True)
        hit = np.array([b >= 0 and str(other.values[b]) == tails[int(c)] for b, c in pairs], dtype=bool)
        if max(LEAST_CARRIED, 0.5 * len(rows)) <= hit.sum() <= MOST_CARRIED * column.n_real:
            at = rows[hit]
            examples = column.examples(column.standing(at))
            yield table.found(Found.CARRIED, [column, other], [(at, column)], examples=examples)
            rows = rows[~hit]
