"""Sums and products that nearly every row keeps (a + b = c, a * b = c), and the rows that break them.

A rule is learnt from the table itself. It has to hold in at least 95 % of the rows, up to the last written digit of
the result, and it must not hold after the result is shuffled between rows: what a shuffle keeps is chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from gatebook.evidence.quality.column import Column, Floats, Table
from gatebook.evidence.quality.finding import Finding, counted, finding

KEPT = 0.95  # share of rows that keep a rule
CHANCE = 0.2  # share of shuffled rows that may seem to keep it
LEAST = 50  # rows with all three numbers, before a rule is learnt
WIDEST = 40  # columns of numbers beyond which triples are not searched
_PROBE = 200


def _written(column: Column) -> float:
    """The step of the last written digit: 0.01 where values read 12.30."""
    digits = [len(str(v).partition(".")[2]) for v, r in zip(column.values, column.real, strict=True) if r]
    return float(10.0 ** -max(digits, default=0))


def _numbers(table: Table, column: Column) -> Floats:
    values = np.append(np.where(column.real, column.numbers, np.nan), np.nan)
    return np.asarray(values[table.codes(column)], dtype=float)


def _kept(left: Floats, result: Floats, slack: float) -> float:
    both = np.isfinite(left) & np.isfinite(result)
    return (
        float((np.abs(left - result)[both] <= slack).mean()) if both.sum() >= 20 else 0.0
    )  # too few to tell


def summands(table: Table) -> list[Column]:
    """The columns that may stand in a sum or a product."""
    return [c for c in table.columns if c.is_number and c.distinct > 2]  # two values make no sum worth a rule


def find_arithmetic(table: Table) -> list[Finding]:
    """Rows that break a sum or a product that the other rows keep."""
    columns = summands(table)
    if len(columns) < 3 or len(columns) > WIDEST:
        return []
    numbers = [_numbers(table, c) for c in columns]
    steps = [_written(c) for c in columns]
    rng = np.random.default_rng(20260102)
    probe = rng.permutation(table.looked)[: 10 * _PROBE]
    out: list[Finding] = []
    for a, b, sign in _pairs(len(columns)):
        left = numbers[a] + numbers[b] if sign == "+" else numbers[a] * numbers[b]
        for c in range(len(columns)):
            if c in (a, b):
                continue
            slack = 0.5001 * steps[c] + 1e-9 if sign == "*" else 0.5001 * max(steps[a], steps[b], steps[c])
            if _kept(left[probe[:_PROBE]], numbers[c][probe[:_PROBE]], slack) < 0.85:  # not worth all rows
                continue
            shuffled = numbers[c][probe][rng.permutation(len(probe))]
            if _kept(left[probe], shuffled, slack) > CHANCE:
                continue
            whole = np.isfinite(left) & np.isfinite(numbers[c])
            trivial = _trivial(numbers[a], numbers[b], whole, sign)
            wrong = whole & (np.abs(left - numbers[c]) > slack)
            n, k = int(whole.sum()), int(wrong.sum())
            if n < LEAST or not k or k > (1 - KEPT) * n or trivial:
                continue
            out.append(_told(table, (columns[a], columns[b], columns[c]), sign, wrong, n))
    return out


def _pairs(n: int) -> Iterator[tuple[int, int, str]]:
    for a, b in combinations(range(n), 2):
        yield a, b, "+"
        yield a, b, "*"


def _trivial(a: Floats, b: Floats, whole: np.ndarray, sign: str) -> bool:
    """One part is mostly 0 (1 in a product): the rule only says that two columns are equal."""
    idle = 0.0 if sign == "+" else 1.0
    parts = (a[whole], b[whole])
    return any(float((p == idle).mean()) > 0.9 for p in parts) or (
        sign == "*" and any(float((p == 0).mean()) > 0.9 for p in parts)
    )


def _told(table: Table, of: tuple[Column, Column, Column], sign: str, wrong: np.ndarray, n: int) -> Finding:
    a, b, c = of
    k = int(wrong.sum())
    where = table.at(np.flatnonzero(wrong))
    return finding(
        "broken_rule",
        [a.name, b.name, c.name],
        [(where, column.name) for column in of],
        table.looked,
        cell_error=False,
        title=f"`{a.name}` {'+' if sign == '+' else 'x'} `{b.name}` = `{c.name}` in {n - k:,} rows, and not in {counted(k, table.looked)}",
        meaning="One of the three numbers is wrong; the row contradicts itself.",
        action="Check these rows at the source; then guard the sum with a check.",
    )
