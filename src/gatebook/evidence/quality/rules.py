"""Simple rules between two columns that nearly all rows keep: one never exceeds the other, or equals it.

A rule is learnt from the table itself, so it has to hold in nearly every row and beyond chance.
"""

from __future__ import annotations

import re
from itertools import combinations, permutations

import numpy as np

from gatebook.evidence.budget import COPIES, DATES, ORDER
from gatebook.evidence.quality.arithmetic import numbers_of, summands
from gatebook.evidence.quality.column import Bools, Column, Floats, Table
from gatebook.evidence.quality.dates import moments
from gatebook.evidence.quality.finding import Finding, counted, finding, wilson

BROKEN = 0.02  # a rule between dates is broken by at most this share of rows
MOST = 0.05  # the same, for numbers and where rows are few, if those that break it do so by far
LEAST = 50  # rows with both values, before a rule is learnt
CHANCE = 0.15  # share of rows that break the rule once one column is shuffled: below it there is nothing to learn
# A tail that crosses by nature crosses by little; errors miss by at least this share of the usual distance.
FAR = 0.3
_PROBE = 2000
_LOWER = frozenset({"min", "minimum", "low", "lower", "lowest", "from", "start", "begin", "first", "opening"})
_UPPER = frozenset({"max", "maximum", "high", "upper", "highest", "to", "end", "until", "last", "closing"})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\W\d]+")


def moments_of(table: Table, column: Column) -> Floats:
    """Seconds of the dates that name their year first; other ways to write a date may be read wrongly."""
    values = np.where(_year_first(column), moments(column), np.nan)
    return np.asarray(np.append(values, np.nan)[table.codes(column)], dtype=float)


def _year_first(column: Column) -> Bools:
    return np.char.startswith(column.families.astype(str), "year")


def comparable_dates(table: Table) -> list[Column]:
    """The columns of dates (or moments) that name the year first."""
    return [c for c in table.columns if c.is_date and c.share(_year_first(c)) > 0.9]


def find_order_rules(table: Table) -> list[Finding]:
    """Dates or numbers where one column never exceeds the other in nearly every row, and the rows where it does."""
    dates = table.within(DATES, comparable_dates(table))
    numbers = table.within(ORDER, summands(table))
    return [
        *_broken(table, dates, [moments_of(table, c) for c in dates]),
        *_broken(table, numbers, [numbers_of(table, c) for c in numbers]),
    ]


def _broken(table: Table, columns: list[Column], values: list[Floats]) -> list[Finding]:
    out = []
    rng = np.random.default_rng(20260103)
    probe = rng.permutation(table.looked)[:_PROBE]
    mixed = rng.permutation(probe)
    for i, j in permutations(range(len(columns)), 2):
        first, second = columns[i], columns[j]
        with np.errstate(invalid="ignore"):
            if np.mean(values[i][probe] > values[j][probe]) > 2 * MOST:  # seen at a glance
                continue
            wrong = values[i] > values[j]
            less = int((values[i] < values[j]).sum())
        n = int((np.isfinite(values[i]) & np.isfinite(values[j])).sum())
        k = int(wrong.sum())
        if n < LEAST or not k or k > MOST * n or less < 0.5 * n:
            continue
        often = wilson(k, n)[1] > 2 * BROKEN
        if (often or not first.is_date) and not _is_rule(values[i], values[j], wrong, probe, mixed):
            continue
        where = table.at(np.flatnonzero(wrong))
        dated = first.is_date
        bound = dated or _are_bounds(first.name, second.name)
        out.append(
            finding(
                "broken_rule",
                [first.name, second.name],
                [(where, first.name), (where, second.name)],
                table.looked,
                severity="warning" if bound else "note",
                cell_error=False,
                title=f"`{first.name}` comes after `{second.name}` in {counted(k, table.looked)}, and before it in all others"
                if dated
                else f"`{first.name}` exceeds `{second.name}` in {counted(k, table.looked)}, and not otherwise",
                meaning="One of the two dates is wrong; durations computed from them are negative."
                if dated
                else "One of the two numbers is wrong, or stands in another unit."
                if bound
                else "One of the two numbers is wrong, or these rows are a kind of their own.",
                action="Check these rows at the source; then guard the order with a check."
                if bound
                else "Ask whether this can be; if not, guard the order with a check.",
            )
        )
    return out


def _are_bounds(first: str, second: str) -> bool:
    """Whether the names say that one number bounds the other: `low` and `high`, `power_min_kw` and `power_kw`."""
    words = [tuple(re.findall(r"[a-z]+", _CAMEL.sub(" ", name).casefold())) for name in (first, second)]
    bare = [tuple(w for w in of if w not in side) for of, side in zip(words, (_LOWER, _UPPER), strict=True)]
    return words != bare and bare[0] == bare[1]


def _is_rule(a: Floats, b: Floats, wrong: Bools, probe: np.ndarray, mixed: np.ndarray) -> bool:
    """Whether a <= b is a rule: shuffled columns break it often, and the rows that break it do so by far."""
    with np.errstate(invalid="ignore"):
        shuffled = float(np.mean(a[probe] > b[mixed]))
        usual = float(np.nanmedian((b - a)[a < b]))
    return shuffled >= CHANCE and float(np.median((a - b)[wrong])) >= FAR * usual


def find_equal(table: Table) -> list[Finding]:
    """Two columns of mostly distinct values that are equal in nearly every row; few-valued ones are dependencies.

    A note: a copy that was not kept up, or two facts that mostly agree (created, changed).
    """
    many = [c for c in table.columns if c.distinct > 0.5 * c.looked and c.n_real >= LEAST]
    out: list[Finding] = []
    for one, two in combinations(table.within(COPIES, many), 2):
        place = {str(v): i for i, v in enumerate(one.values)}
        same = np.fromiter((place.get(str(v), -2) for v in two.values), np.int64, len(two.values))
        a, b = table.codes(one).astype(np.int64), table.codes(two).astype(np.int64)
        both = (a >= 0) & (b >= 0)
        differ = both & (a != np.append(same, -2)[b])
        n, k = int(both.sum()), int(differ.sum())
        if n < LEAST or not k or k > MOST * n:
            continue
        where = table.at(np.flatnonzero(differ))
        out.append(
            finding(
                "broken_rule",
                [one.name, two.name],
                [(where, one.name), (where, two.name)],
                table.looked,
                severity="note",
                cell_error=False,
                title=f"`{one.name}` differs from `{two.name}` in {counted(k, table.looked)}, and equals it in all others",
                meaning="One is a copy that was not kept up, or they are two facts that mostly agree.",
                action="Ask which of the two is the source, and keep that one.",
            )
        )
    return out
