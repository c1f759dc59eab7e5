"""Rules between columns that nearly every row keeps (a + b = c, begin + nights = end, low <= high), and who breaks
them.

A rule is learnt from the table itself. It has to hold in nearly all rows, up to the last written digit of the result,
and it must not hold after the result is shuffled between rows: what a shuffle keeps is chance. Which number of a broken
sum or product is the wrong one is told only where it is the one that the others leave: a number is cleared where
another rule with it holds in the same row, where other rows agree on it (one product, one price), or where no value
that the column could hold would mend the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np

from gatebook.budget import COPIES, DATES, ORDER, SPANS, SUMS
from gatebook.checks.column import Bools, CheckedTable, Column, Floats
from gatebook.checks.dates import comparable_dates, moment_rows
from gatebook.checks.finding import FEW, Finding, Found, wilson
from gatebook.checks.registry import CheckName, whole_table
from gatebook.words import Code, Said, said

LEAST = 50  # rows with all values, before a rule is learnt
# Sums and products.
KEPT = 0.95  # share of rows that keep one
CHANCE = 0.2  # share of shuffled rows that may seem to keep it
WIDEST_FOUR = 16  # columns of numbers beyond which three terms and a result anywhere in the table
LONGEST = 12  # neighbouring columns that are tried as the terms of one sum
# Which number is wrong.
FEW_VALUES = 50  # distinct values up to which a column holds nothing but what it held before
AGREED = 0.9  # share of the rows with one value of another column that agree on this one
AGREED_ROWS = 4  # such rows, itself among them
# Order of two columns.
BROKEN = 0.02  # a rule between dates is broken by at most this share of rows
MOST = 0.05  # the same, for numbers and where rows are few, if those that break it do so by far
SHUFFLED = 0.15  # share of rows that break the rule once one column is shuffled: below it there is nothing to learn
# A tail that crosses by nature crosses by little; errors miss by at least this share of the usual distance.
FAR = 0.3
_LOWER = frozenset({"min", "minimum", "low", "lower", "lowest", "from", "start", "begin", "first", "opening"})
_UPPER = frozenset({"max", "maximum", "high", "upper", "highest", "to", "end", "until", "last", "closing"})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\W\d]+")
# Seconds in each unit and by how much a whole number of them may be off by the calendar.
UNITS = {
    "years": (365.2425 * 86_400, 1.6 * 86_400),
    "days": (86_400.0, 1.0),
    "hours": (3_600.0, 1.0),
    "minutes": (60.0, 1.0),
    "seconds": (1.0, 0.1),
}


class Formula(Code):
    """What a rule says."""

    SUM = "sum"
    PRODUCT = "product"
    SPAN = "span"


@dataclass(frozen=True)
class Rule:
    """Terms joined by a formula give a result, in all rows of `whole` but those of `wrong`.

    Attributes:
        columns: the terms, and last the result.
        formula: how they are joined; a span is a sum of a date and so many units.
        unit: of a span.
        numbers, steps: of each column, the values that are joined, and the step of their last written digit.
        slack: what the two sides may differ by.
    """

    columns: tuple[Column, ...]
    formula: Formula
    numbers: tuple[Floats, ...]
    steps: tuple[float, ...]
    slack: float
    whole: Bools
    wrong: Bools
    unit: str = ""

    @property
    def kept(self) -> int:
        """Rows that keep the rule."""
        return int(self.whole.sum()) - int(self.wrong.sum())

    @property
    def said(self) -> Said:
        """The rule in words."""
        *terms, result = (f"`{c.name}`" for c in self.columns)
        if self.formula is Formula.SPAN:
            return said(self.formula, begin=terms[0], number=terms[1], end=result, unit=self.unit)
        mark = " + " if self.formula is Formula.SUM else " x "
        return said(self.formula, terms=mark.join(terms), result=result)

    def mended(self, which: int) -> Floats:
        """What number `which` (a position in `columns`) would have to be, as its column writes it; NaN: none mends."""
        *terms, result = self.numbers
        product, is_result = self.formula is Formula.PRODUCT, which == len(terms)
        others = [t for i, t in enumerate(terms) if i != which]
        step = self.steps[which]
        with np.errstate(divide="ignore", invalid="ignore"):
            rest = _joined(others, self.formula)
            value = rest if is_result else result / rest if product else result - rest
            value = np.round(value / step) * step
            left = value if is_result else value * rest if product else value + rest
            value[~(np.abs(left - (rest if is_result else result)) <= self.slack + 1e-9)] = np.nan
        return np.asarray(value, dtype=float)


@whole_table(CheckName.ARITHMETIC)
def arithmetic(table: CheckedTable) -> Iterator[Finding]:
    """Rows that break a sum or a product that the other rows keep."""
    columns = table.within(SUMS, (c for c in table.columns if c.is_summand))
    if len(columns) >= 3:
        yield from _broken(table, _sums(table, columns))


def _sums(table: CheckedTable, columns: list[Column]) -> list[Rule]:
    """The sums and products that the table keeps, broken in some rows or in none."""
    numbers = [c.number_rows() for c in columns]
    rng = np.random.default_rng(20260102)
    probe = rng.permutation(table.looked)[:2000]
    few = [x[probe[:200]] for x in numbers]
    out: list[Rule] = []
    told: set[int] = set()  # a longer rule tells nothing of a result that a shorter one has
    for terms, formula, results in _candidates(len(columns)):
        glance = _joined([few[t] for t in terms], formula)
        for c in results:
            if len(terms) > 2 and c in told:
                continue
            involved = (*terms, c)
            steps = tuple(columns[i].step for i in involved)
            slack = 0.5001 * steps[-1] + 1e-9
            if formula is Formula.SUM:
                slack = max(slack, 0.5001 * max(steps[:-1]))
            if _kept(glance, few[c], slack) < 0.85:  # not worth all rows
                continue
            left = _joined([numbers[t] for t in terms], formula)
            shuffled = numbers[c][probe][rng.permutation(len(probe))]
            if _kept(left[probe], shuffled, slack) > CHANCE:
                continue
            whole = np.isfinite(left) & np.isfinite(numbers[c])
            wrong = whole & (np.abs(left - numbers[c]) > slack)
            n, k = int(whole.sum()), int(wrong.sum())
            if n < LEAST or k > (1 - KEPT) * n or _trivial([numbers[t][whole] for t in terms], formula):
                continue
            told.add(c)
            of, values = tuple(columns[i] for i in involved), tuple(numbers[i] for i in involved)
            out.append(Rule(of, formula, values, steps, slack, whole, wrong))
    return out


def _kept(left: Floats, result: Floats, slack: float) -> float:
    both = np.isfinite(left) & np.isfinite(result)
    return float((np.abs(left - result)[both] <= slack).mean()) if both.sum() >= 20 else 0.0  # too few to tell


def _joined(terms: Sequence[Floats], formula: Formula) -> Floats:
    return np.asarray(np.prod(terms, axis=0) if formula is Formula.PRODUCT else np.sum(terms, axis=0), dtype=float)


def _candidates(n: int) -> Iterator[tuple[tuple[int, ...], Formula, list[int]]]:
    """(terms, formula, possible results): all pairs, then longer sums, of which the shorter are told first."""
    for pair in combinations(range(n), 2):
        others = [c for c in range(n) if c not in pair]
        yield pair, Formula.SUM, others
        yield pair, Formula.PRODUCT, others
    if n <= WIDEST_FOUR:
        for three in combinations(range(n), 3):
            yield three, Formula.SUM, [c for c in range(n) if c not in three]
    for long in range(3, min(LONGEST, n - 1) + 1):  # neighbours, with the total before or after them
        for start in range(n - long + 1):
            around = [c for c in (start - 1, start + long) if 0 <= c < n]
            yield tuple(range(start, start + long)), Formula.SUM, around


def _trivial(terms: list[Floats], formula: Formula) -> bool:
    """One part is mostly 0 (or 1 in a product): the rule only says that other columns are equal."""
    idle = (0.0,) if formula is Formula.SUM else (0.0, 1.0)
    return any(float((part == value).mean()) > 0.9 for part in terms for value in idle)


@whole_table(CheckName.SPANS)
def spans(table: CheckedTable) -> Iterator[Finding]:
    """Rows in which a number (age, nights, minutes) is not the time between two dates that it is in the others."""
    dates = comparable_dates(table)
    numbers = table.within(SUMS, (c for c in table.columns if c.is_summand))
    if len(dates) >= 2 and numbers:
        yield from _broken(table, _spans(table, table.within(SPANS, dates), numbers))


def _spans(table: CheckedTable, dates: list[Column], numbers: list[Column]) -> list[Rule]:
    moments = [moment_rows(c) for c in dates]
    values = [c.number_rows() for c in numbers]
    probe = np.random.default_rng(20260104).permutation(table.looked)[:500]
    best: dict[int, Rule] = {}  # the number says one thing: the pair that it fits best
    for begin, end in permutations(range(len(dates)), 2):
        passed = moments[end] - moments[begin]
        with np.errstate(invalid="ignore"):
            if float(np.mean(passed[probe] > 0)) < float(np.mean(passed[probe] < 0)):  # the other way round
                continue
        for i, number in enumerate(numbers):
            of = (dates[begin], number, dates[end])
            fitting = (_span(of, (moments[begin], values[i], moments[end]), unit, probe) for unit in UNITS)
            rule = next(filter(None, fitting), None)
            if rule is not None and (i not in best or rule.kept > best[i].kept):
                best[i] = rule
    return list(best.values())


def _span(
    columns: tuple[Column, Column, Column], values: tuple[Floats, Floats, Floats], unit: str, probe: np.ndarray
) -> Rule | None:
    """Begun, full or rounded units: the number lies half a step above, below or at the time that has passed."""
    begin, number, end = values
    passed, step = end - begin, columns[1].step
    seconds, off = UNITS[unit]
    slack = 0.5 * step * seconds + off
    for shift in (0.5, 0.0, -0.5):
        span = (number + shift * step) * seconds
        with np.errstate(invalid="ignore"):
            fits = np.abs(span - passed) <= slack
            whole = np.isfinite(span) & np.isfinite(passed)
            if fits[probe].sum() < 0.85 * whole[probe].sum():  # not worth all rows
                continue
            by_chance = np.abs(span[probe] - passed[np.roll(probe, 1)]) <= slack
            wrong = np.abs(span - passed) > slack + step * seconds  # off by one may be another way to count
        whole &= fits | wrong
        n, k = int(whole.sum()), int(wrong.sum())
        if n >= LEAST and k <= (1 - KEPT) * n and by_chance.sum() <= CHANCE * whole[probe].sum():
            steps = (min(86_400.0, seconds), step * seconds, min(86_400.0, seconds))
            slack = max(slack, sum(steps))
            return Rule(columns, Formula.SPAN, (begin, span, end), steps, slack, whole, wrong, unit)
    return None


def _broken(table: CheckedTable, rules: list[Rule]) -> Iterator[Finding]:
    """The rows that break a rule where one cell is known to be the wrong one, and those where it is not."""
    for rule in rules:
        if not rule.wrong.any():
            continue
        culprits = _blamed(table, rule, rules)
        sure = np.logical_or.reduce([np.zeros_like(rule.wrong), *culprits.values()])
        unsure = int((rule.wrong & ~sure).sum())
        if unsure and sure.sum() < max(FEW, unsure):  # one finding for one cause
            sure[:] = False
        told = {"formula": rule.said, "kept": rule.kept}
        if sure.any():
            cells = [(rows, rule.columns[which]) for which, rows in culprits.items()]
            names = " or ".join(f"`{column.name}`" for _, column in cells)
            yield table.found(Found.RULE_CELL, rule.columns, cells, culprits=names, **told)
        rest = rule.wrong & ~sure
        if rest.any():
            yield table.found(Found.RULE_ROW, rule.columns, [(rest, column) for column in rule.columns], **told)


def _blamed(table: CheckedTable, rule: Rule, rules: list[Rule]) -> dict[int, Bools]:
    """Position in the rule's columns -> rows in which that column alone can be wrong."""
    suspects = {c.name: rule.wrong.copy() for c in rule.columns}
    for other in rules:
        # A second rule broken in the same row points at a number of both; a kept one clears its numbers.
        shared = {c.name for c in other.columns}
        if other is not rule and not shared.isdisjoint(suspects):
            both, kept = rule.wrong & other.wrong, rule.wrong & other.whole & ~other.wrong
            for name in suspects:
                suspects[name] &= ~kept if name in shared else ~both
    for which, column in enumerate(rule.columns):
        _clear(table, rule, which, suspects[column.name])
    alone = np.sum(list(suspects.values()), axis=0) == 1
    found = {which: suspects[column.name] & alone for which, column in enumerate(rule.columns)}
    return {which: rows for which, rows in found.items() if rows.any()}


def _clear(table: CheckedTable, rule: Rule, which: int, suspect: Bools) -> None:
    """Clear a number where no value mends the row, or where the rows of one kind agree on what it reads."""
    column, then = rule.columns[which], rule.mended(which)
    sound = rule.numbers[which][rule.whole & ~rule.wrong]
    with np.errstate(invalid="ignore"):
        suspect &= np.isfinite(then) & (then >= sound.min()) & (then <= sound.max())
    if column.distinct <= FEW_VALUES:
        suspect &= np.isin(np.round(then, 9), np.round(np.unique(sound), 9))
    at = np.flatnonzero(suspect)
    if len(at):
        suspect[at[_agreed(table, column, at)]] = False


def _agreed(table: CheckedTable, column: Column, at: np.ndarray) -> Bools:
    """At which of these rows another column's equal rows (at least four) agree on the value that stands there."""
    out = np.zeros(len(at), dtype=bool)
    codes = column.wide_codes
    for key in table.columns:
        if key is column or key.is_key or key.is_prose or not 5 <= key.distinct <= table.looked / AGREED_ROWS:
            continue
        keys = key.wide_codes
        known = (keys >= 0) & (codes >= 0)
        pair = keys * (len(column.values) + 1) + codes
        _, inverse, counts = np.unique(pair[known], return_inverse=True, return_counts=True)
        same = np.zeros(len(codes), dtype=np.int64)
        same[known] = counts[inverse]
        total = np.bincount(keys[known], minlength=len(key.values))
        top = np.zeros(len(total), dtype=np.int64)
        np.maximum.at(top, keys[known], same[known])
        if top.sum() >= AGREED * total.sum() and column.distinct >= 0.2 * key.distinct:  # a habit of this table
            group = np.where(keys >= 0, total[keys], 0)[at]
            out |= (group >= AGREED_ROWS) & (same[at] >= AGREED * group)
    return out


@whole_table(CheckName.ORDER)
def order(table: CheckedTable) -> Iterator[Finding]:
    """Dates or numbers where one column never exceeds the other in nearly every row, and the rows where it does."""
    dates = table.within(DATES, comparable_dates(table))
    numbers = table.within(ORDER, (c for c in table.columns if c.is_summand))
    yield from _exceeding(table, dates, [moment_rows(c) for c in dates])
    yield from _exceeding(table, numbers, [c.number_rows() for c in numbers])


def _exceeding(table: CheckedTable, columns: list[Column], values: list[Floats]) -> Iterator[Finding]:
    rng = np.random.default_rng(20260103)
    probe = rng.permutation(table.looked)[:2000]
    mixed = rng.permutation(probe)
    for i, j in permutations(range(len(columns)), 2):
        first, second, (a, b) = columns[i], columns[j], (values[i], values[j])
        with np.errstate(invalid="ignore"):
            if np.mean(a[probe] > b[probe]) > 2 * MOST:  # seen at a glance
                continue
            wrong, less = a > b, int((a < b).sum())
        n, k = int((np.isfinite(a) & np.isfinite(b)).sum()), int(wrong.sum())
        if n < LEAST or not 0 < k <= MOST * n or less < 0.5 * n:
            continue
        often = wilson(k, n)[1] > 2 * BROKEN
        if (often or not first.is_date) and not _is_rule(a, b, wrong, (probe, mixed)):
            continue
        bounds = Found.RULE_BOUNDS if _are_bounds(first.name, second.name) else Found.RULE_ORDER
        code = Found.RULE_DATES if first.is_date else bounds
        yield table.found(code, [first, second], [(wrong, first), (wrong, second)])


def _are_bounds(first: str, second: str) -> bool:
    """Whether the names say that one number bounds the other: `low` and `high`, `power_min_kw` and `power_kw`."""
    words = [tuple(re.findall(r"[a-z]+", _CAMEL.sub(" ", name).casefold())) for name in (first, second)]
    bare = [tuple(w for w in of if w not in side) for of, side in zip(words, (_LOWER, _UPPER), strict=True)]
    return words != bare and bare[0] == bare[1]


def _is_rule(a: Floats, b: Floats, wrong: Bools, shuffled: tuple[np.ndarray, np.ndarray]) -> bool:
    """Whether a <= b is a rule: shuffled columns break it often, and the rows that break it do so by far."""
    probe, mixed = shuffled
    with np.errstate(invalid="ignore"):
        by_chance = float(np.mean(a[probe] > b[mixed]))
        usual = float(np.nanmedian((b - a)[a < b]))
    return by_chance >= SHUFFLED and float(np.median((a - b)[wrong])) >= FAR * usual


@whole_table(CheckName.COPIES)
def copies(table: CheckedTable) -> Iterator[Finding]:
    """Two columns of mostly distinct values that are equal in nearly every row; few-valued ones are dependencies.

    A note: a copy that was not kept up, or two facts that mostly agree (created, changed).
    """
    many = [c for c in table.columns if c.distinct > 0.5 * c.looked and c.n_real >= LEAST]
    for one, two in combinations(table.within(COPIES, many), 2):
        place = {str(v): i for i, v in enumerate(one.values)}
        same = np.array([place.get(str(v), -2) for v in two.values], dtype=np.int64)
        both = (one.codes >= 0) & (two.codes >= 0)
        differ = both & (one.codes != two.on_rows(same, -2))
        n, k = int(both.sum()), int(differ.sum())
        if n >= LEAST and 0 < k <= MOST * n:
            yield table.found(Found.RULE_COPY, [one, two], [(differ, one), (differ, two)])
