"""Which number of a broken sum or product is the wrong one: the only one that the others leave.

A number is cleared where another rule with it holds in the same row, where other rows agree on it (one product, one
price), or where no value that the column could hold would mend the row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatebook.evidence.quality.column import Bools, Column, Floats, Table

FEW = 50  # distinct values up to which a column holds nothing but what it held before
AGREED = 0.9  # share of the rows with one value of another column that agree on this one
AGREED_ROWS = 4  # such rows, itself among them


@dataclass(frozen=True)
class Rule:
    """`terms` joined by `sign` give `result` (positions of columns), in all rows of `whole` but those of `wrong`.

    `numbers` and `steps` (of the last written digit) are those of the terms and of the result, in this order.
    """

    terms: tuple[int, ...]
    sign: str
    result: int
    numbers: tuple[Floats, ...]
    steps: tuple[float, ...]
    slack: float
    whole: Bools
    wrong: Bools

    @property
    def columns(self) -> tuple[int, ...]:
        return (*self.terms, self.result)

    @property
    def kept(self) -> int:
        """Rows that keep the rule."""
        return int(self.whole.sum()) - int(self.wrong.sum())

    def mended(self, which: int) -> Floats:
        """What number `which` (a position in `numbers`) would have to be, written as its column is; NaN: none mends."""
        *terms, result = self.numbers
        others = [t for i, t in enumerate(terms) if i != which]
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.sign == "+":
                rest = np.sum(others, axis=0)
                value = rest if which == len(terms) else result - rest
            else:
                rest = np.prod(others, axis=0)
                value = rest if which == len(terms) else result / rest
            step = self.steps[which]
            value = np.round(value / step) * step
            left = value if which == len(terms) else (value + rest if self.sign == "+" else value * rest)
            right = rest if which == len(terms) else result
            value[~(np.abs(left - right) <= self.slack + 1e-9)] = np.nan
        return np.asarray(value, dtype=float)


def blamed(table: Table, columns: list[Column], rules: list[Rule]) -> list[dict[int, Bools]]:
    """For each rule: column -> rows in which it alone can be wrong."""
    out: list[dict[int, Bools]] = []
    for rule in rules:
        if not rule.wrong.any():
            out.append({})
            continue
        suspects = {c: rule.wrong.copy() for c in rule.columns}
        for other in rules:
            if other is not rule and set(other.columns) & set(rule.columns):
                _narrow(suspects, rule, other)
        for which, column in enumerate(rule.columns):
            _clear(suspects, which, column, rule, table, columns)
        alone = np.sum(list(suspects.values()), axis=0) == 1
        out.append({c: rows & alone for c, rows in suspects.items() if (rows & alone).any()})
    return out


def _narrow(suspects: dict[int, Bools], rule: Rule, other: Rule) -> None:
    """A second rule broken in the same row points at a number of both; a kept one clears its numbers."""
    shared = set(other.columns)
    both = rule.wrong & other.wrong
    kept = rule.wrong & other.whole & ~other.wrong
    for column in suspects:
        suspects[column] &= ~kept if column in shared else ~both


def _clear(
    suspects: dict[int, Bools], which: int, column: int, rule: Rule, table: Table, columns: list[Column]
) -> None:
    """Clear the number where no value mends the row, or where the rows of one kind agree on what it reads."""
    now, then = rule.numbers[which], rule.mended(which)
    sound = now[rule.whole & ~rule.wrong]
    with np.errstate(invalid="ignore"):
        possible = np.isfinite(then) & (then >= sound.min()) & (then <= sound.max())
    if columns[column].distinct <= FEW:
        possible &= np.isin(np.round(then, 9), np.round(np.unique(sound), 9))
    at = np.flatnonzero(suspects[column] & possible)
    suspects[column] &= possible
    if not len(at):
        return
    agreed = _agreed(table, columns[column], at)
    suspects[column][at[agreed]] = False


def _agreed(table: Table, column: Column, at: np.ndarray) -> Bools:
    """At which of these rows another column's equal rows (at least four) agree on the value that stands there."""
    out = np.zeros(len(at), dtype=bool)
    codes = table.codes(column).astype(np.int64)
    for key in table.columns:
        if key is column or key.is_key or key.is_prose or not 5 <= key.distinct <= table.looked / AGREED_ROWS:
            continue
        keys = table.codes(key).astype(np.int64)
        known = (keys >= 0) & (codes >= 0)
        pair = keys * (len(column.values) + 1) + codes
        _, inverse, counts = np.unique(pair[known], return_inverse=True, return_counts=True)
        same = np.zeros(len(codes), dtype=np.int64)
        same[known] = counts[inverse]
        total = np.bincount(keys[known], minlength=len(key.values))
        group = np.where(keys >= 0, total[keys], 0)
        top = np.zeros(len(total), dtype=np.int64)
        np.maximum.at(top, keys[known], same[known])
        if top.sum() < AGREED * total.sum() or column.distinct < 0.2 * key.distinct:
            continue  # no such habit in this table
        out |= (group[at] >= AGREED_ROWS) & (same[at] >= AGREED * group[at])
    return out
