"""Records whose values slid one column to the left or right: a lost or doubled separator in the source file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatebook.evidence.quality.column import Bools, Column, Table
from gatebook.evidence.quality.finding import Finding, counted, finding

MOST = 0.05  # more rows than this are a layout, not slipped records
STRICT = 0.95  # a column is strict where this share of its rows keeps its common values or shapes
SIGNS = 3  # slid cells in one row, each foreign at home and usual next door, before the row is named


@dataclass(frozen=True)
class _Habit:
    """What a column usually holds: its frequent values and its frequent shapes of characters."""

    column: Column
    words: frozenset[str]
    shapes: frozenset[str]

    def keeps(self, values: list[str], shapes: list[str]) -> Bools:
        return np.fromiter(
            (v in self.words or s in self.shapes for v, s in zip(values, shapes, strict=True)), bool, len(values)
        )


def _habit(column: Column) -> _Habit | None:
    """None where the column keeps no habit: free text, too few rows, or shapes that vary."""
    if column.n_real < 50 or column.is_prose:  # fewer show no habit
        return None
    counts: dict[str, int] = {}
    for i in np.flatnonzero(column.real):
        counts[column.shapes[i]] = counts.get(column.shapes[i], 0) + int(column.counts[i])
    least = max(3.0, 0.03 * column.n_real)  # a rarer shape is no habit
    # A shape of letters alone fits any word: names and categories are known by their values instead.
    shapes = frozenset(s for s, c in counts.items() if c >= least and "9" in s)
    often = column.real & (column.counts >= max(3.0, 0.01 * column.n_real))
    words = frozenset(str(column.values[i]) for i in np.flatnonzero(often))
    habit = _Habit(column, words, shapes)
    kept = habit.keeps([str(v) for v in column.values], column.shapes.tolist())
    return habit if column.share(kept) >= STRICT else None


def _fits(habit: _Habit, other: Column) -> Bools:
    """Rows of `other` (over its distinct values) that keep the habit of another column."""
    return habit.keeps([str(v) for v in other.values], other.shapes.tolist()) & other.real


def _on_rows(table: Table, column: Column, mask: Bools) -> Bools:
    return np.append(mask, False)[table.codes(column)]


def _between(table: Table, rows: Bools, slid: list[tuple[Column, Bools]]) -> list[tuple[Column, Bools]]:
    """The cells that slid, with those between the first and the last sign of each row, and numbers of the wrong kind beside.

    In a row that slid, a price under a count is no sign by itself but belongs to it.
    """
    at = {c.name: i for i, c in enumerate(table.columns)}
    signs = np.zeros((len(rows), len(table.columns)), dtype=bool)
    for column, where in slid:
        signs[:, at[column.name]] = where
    odd = {i: _on_rows(table, c, _other_numbers(c)) & rows for i, c in enumerate(table.columns) if c.is_number}
    for i in sorted(odd, reverse=True):  # towards the front, two columns away at most
        signs[:, i] |= odd[i] & signs[:, i : i + 3].any(axis=1)
    for i in sorted(odd):
        signs[:, i] |= odd[i] & signs[:, max(0, i - 2) : i + 1].any(axis=1)
    inside = np.logical_or.accumulate(signs, axis=1) & np.logical_or.accumulate(signs[:, ::-1], axis=1)[:, ::-1]
    filled = [(c, inside[:, i] & (table.codes(c) >= 0)) for i, c in enumerate(table.columns)]
    return [(c, where) for c, where in filled if where.any()]


def _other_numbers(column: Column) -> Bools:
    """Numbers with a decimal point where nearly all are whole, and the other way round."""
    number = column.real & np.isfinite(column.numbers)
    pointed = number & np.fromiter(("." in str(v) for v in column.values), bool, len(column.values))
    share = column.share(pointed)
    if share <= 1 - STRICT:
        return np.asarray(pointed)
    return np.asarray(number & ~pointed if share >= STRICT else np.zeros(len(pointed), dtype=bool))


def find_shifted(table: Table) -> list[Finding]:
    """Rows where at least three values are foreign in their own column and usual in the next one, all the same way."""
    habits = [_habit(c) for c in table.columns]
    out = []
    for step, way in ((1, "left"), (-1, "right")):
        signs = np.zeros(table.looked, dtype=np.int16)
        slid: list[tuple[Column, Bools]] = []
        for i, column in enumerate(table.columns):
            home = habits[i]
            next_ = habits[i + step] if 0 <= i + step < len(habits) else None
            if home is None or next_ is None:
                continue
            foreign = _fits(next_, column) & ~_fits(home, column)
            if not 0 < column.share(foreign) <= MOST:
                continue
            at = _on_rows(table, column, foreign)
            signs += at
            slid.append((column, at))
        rows = signs >= SIGNS
        k = int(rows.sum())
        if not k or k > MOST * table.looked:
            continue
        moved = _between(table, rows, [(c, at & rows) for c, at in slid if (at & rows).any()])
        cells = [(table.at(np.flatnonzero(at)), c.name) for c, at in moved]
        names = [name for _, name in cells]
        out.append(
            finding(
                "shifted_fields",
                names,
                cells,
                table.looked,
                title=f"Values slid one column to the {way} in {counted(k, table.looked)}, `{names[0]}` to `{names[-1]}`",
                meaning="Each value stands under the wrong name, so the model reads a row that never was.",
                action="Read these lines in the source file; a separator was lost or doubled. Load them again or reject them.",
            )
        )
    return out
