"""Sums and products that nearly every row keeps (a + b = c, a * b = c), and the rows that break them.

A rule is learnt from the table itself. It has to hold in at least 95 % of the rows, up to the last written digit of
the result, and it must not hold after the result is shuffled between rows: what a shuffle keeps is chance.
Which of the numbers is wrong is told only where all others are cleared (`blame`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from gatebook.evidence.budget import SUMS
from gatebook.evidence.quality.blame import Rule, blamed
from gatebook.evidence.quality.column import Column, Floats, Table
from gatebook.evidence.quality.finding import FEW, Finding, counted, finding

KEPT = 0.95  # share of rows that keep a rule
CHANCE = 0.2  # share of shuffled rows that may seem to keep it
LEAST = 50  # rows with all numbers, before a rule is learnt
WIDEST_FOUR = 16  # columns of numbers beyond which three terms and a result anywhere in the table
LONGEST = 12  # neighbouring columns that are tried as the terms of one sum
_PROBE = 200


def step_of(column: Column) -> float:
    """The step of the last written digit: 0.01 where values read 12.30."""
    digits = [len(str(v).partition(".")[2]) for v, r in zip(column.values, column.real, strict=True) if r]
    return float(10.0 ** -max(digits, default=0))


def numbers_of(table: Table, column: Column) -> Floats:
    """The column as numbers, one for each looked-at row; NaN where there is none."""
    values = np.append(np.where(column.real, column.numbers, np.nan), np.nan)
    return np.asarray(values[table.codes(column)], dtype=float)


def _kept(left: Floats, result: Floats, slack: float) -> float:
    both = np.isfinite(left) & np.isfinite(result)
    return float((np.abs(left - result)[both] <= slack).mean()) if both.sum() >= 20 else 0.0  # too few to tell


def summands(table: Table) -> list[Column]:
    """The columns that may stand in a sum or a product."""
    return [c for c in table.columns if c.is_number and c.distinct > 2]  # two values make no sum worth a rule


def find_arithmetic(table: Table) -> list[Finding]:
    """Rows that break a sum or a product that the other rows keep."""
    columns = table.within(SUMS, summands(table))
    if len(columns) < 3:
        return []
    rules = _rules(table, columns)
    out: list[Finding] = []
    for rule, cells in zip(rules, blamed(table, columns, rules), strict=True):
        mark = " + " if rule.sign == "+" else " x "
        terms = mark.join(f"`{columns[t].name}`" for t in rule.terms)
        out += told(table, columns, rule, cells, f"{terms} = `{columns[rule.result].name}`")
    return out


def _rules(table: Table, columns: list[Column]) -> list[Rule]:
    """The sums and products that the table keeps, broken in some rows or in none."""
    numbers = [numbers_of(table, c) for c in columns]
    steps = [step_of(c) for c in columns]
    rng = np.random.default_rng(20260102)
    probe = rng.permutation(table.looked)[: 10 * _PROBE]
    few = [x[probe[:_PROBE]] for x in numbers]
    out: list[Rule] = []
    for terms, sign, results in _candidates(len(columns)):
        glance = _joined([few[t] for t in terms], sign)
        for c in results:
            if len(terms) > 2 and any(r.result == c for r in out):  # a shorter rule tells it
                continue
            slack = 0.5001 * steps[c] + 1e-9
            if sign == "+":
                slack = max(slack, 0.5001 * max(steps[t] for t in terms))
            if _kept(glance, few[c], slack) < 0.85:  # not worth all rows
                continue
            left = _joined([numbers[t] for t in terms], sign)
            shuffled = numbers[c][probe][rng.permutation(len(probe))]
            if _kept(left[probe], shuffled, slack) > CHANCE:
                continue
            whole = np.isfinite(left) & np.isfinite(numbers[c])
            wrong = whole & (np.abs(left - numbers[c]) > slack)
            n, k = int(whole.sum()), int(wrong.sum())
            if n < LEAST or k > (1 - KEPT) * n or _trivial([numbers[t] for t in terms], whole, sign):
                continue
            out.append(
                Rule(
                    terms,
                    sign,
                    c,
                    tuple(numbers[i] for i in (*terms, c)),
                    tuple(steps[i] for i in (*terms, c)),
                    slack,
                    whole,
                    wrong,
                )
            )
    return out


def _joined(terms: list[Floats], sign: str) -> Floats:
    return np.asarray(np.sum(terms, axis=0) if sign == "+" else np.prod(terms, axis=0), dtype=float)


def _candidates(n: int) -> Iterator[tuple[tuple[int, ...], str, list[int]]]:
    """(terms, sign, possible results): all pairs, then longer sums, of which the shorter are told first."""
    for pair in combinations(range(n), 2):
        others = [c for c in range(n) if c not in pair]
        yield pair, "+", others
        yield pair, "*", others
    if n <= WIDEST_FOUR:
        for three in combinations(range(n), 3):
            yield three, "+", [c for c in range(n) if c not in three]
    for long in range(3, min(LONGEST, n - 1) + 1):  # neighbours, with the total before or after them
        for start in range(n - long + 1):
            around = [c for c in (start - 1, start + long) if 0 <= c < n]
            yield tuple(range(start, start + long)), "+", around


def _trivial(terms: list[Floats], whole: np.ndarray, sign: str) -> bool:
    """One part is mostly 0 (1 in a product): the rule only says that other columns are equal."""
    idle = 0.0 if sign == "+" else 1.0
    parts = [t[whole] for t in terms]
    return any(float((p == idle).mean()) > 0.9 for p in parts) or (
        sign == "*" and any(float((p == 0).mean()) > 0.9 for p in parts)
    )


def told(table: Table, columns: list[Column], rule: Rule, cells: dict[int, np.ndarray], formula: str) -> list[Finding]:
    """The rows that break a rule where one cell is known to be the wrong one, and those where it is not.

    Args:
        table: what the rule was learnt from.
        columns: what the rule's positions mean.
        rule: with its broken rows.
        cells: for some columns the rows in which that column is known to be wrong (`blamed`).
        formula: the rule in words.
    """
    involved = [columns[i].name for i in rule.columns]
    sure = np.logical_or.reduce([np.zeros_like(rule.wrong), *cells.values()])
    unsure = int((rule.wrong & ~sure).sum())
    if unsure and sure.sum() < max(FEW, unsure):  # one finding for one cause
        sure[:] = False
    out = []
    for rows, known in ((rule.wrong & sure, True), (rule.wrong & ~sure, False)):
        k = int(rows.sum())
        if not k:
            continue
        culprits = [i for i in rule.columns if known and i in cells and cells[i].any()]
        names = " or ".join(f"`{columns[i].name}`" for i in culprits)
        where = [(table.at(np.flatnonzero(cells[i])), columns[i].name) for i in culprits]
        if not known:
            where = [(table.at(np.flatnonzero(rows)), name) for name in involved]
        out.append(
            finding(
                "broken_rule",
                involved,
                where,
                table.looked,
                cell_error=known,
                title=f"{formula} in {rule.kept:,} rows, and not in {counted(k, table.looked)}"
                + (f", where {names} is wrong" if known else ""),
                meaning="The row contradicts itself; only this cell can be the wrong one."
                if known
                else f"One of the {len(involved)} cells is wrong; the row contradicts itself.",
                action="Check these rows at the source; then guard the rule with a check.",
            )
        )
    return out
