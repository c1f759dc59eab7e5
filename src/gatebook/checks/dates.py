"""Dates and times: written in several ways, in two orders, or impossible; days without rows; readings that stand
still.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from gatebook.budget import STUCK
from gatebook.checks.column import Bools, CheckedTable, Column, Floats
from gatebook.checks.finding import Finding, Found, Rows, finding, wilson
from gatebook.checks.forms import YEAR_FIRST, DateForm
from gatebook.checks.registry import CheckName, each_column, whole_table
from gatebook.words import say
from gatebook.words.figures import plain_number

# Days with rows, and the share of them on Saturday and Sunday (two sevenths is 0.29), from which weekends are no gaps.
FULL_DAYS, WEEKEND = 14, 0.22
FEWEST = 10  # days with rows, below which the usual distance is not known
# The newest row is old beyond each of these: days before the decision, usual distances, shares of the span of the
# table.
OLD_DAYS, OLD_STEPS, OLD_SPANS = 180, 10, 0.5
# A reading stands still: rows of a run, the chance below which it is none, and times the longest other run.
LEAST_RUN, RARE, LONGER = 10, 1e-6, 3
COMMON = 0.05  # a value as common as this, apart from the run, is a resting state
FEWEST_VALUES = 30  # distinct values of a measured number
GROUPS = 1000  # most groups (sensors, stations) that are told apart
_PARTS = re.compile(r"^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_ISO = re.compile(r"^\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")


def moments(column: Column, *, day_first: bool = False) -> Floats:
    """Seconds since 1970 (UTC) of each distinct value, NaN where it is no date.

    Args:
        column: text of any kind.
        day_first: whether 3/4 is the third of April.
    """
    parsed = pd.to_datetime(
        pd.Series(column.values, dtype=object), errors="coerce", utc=True, format="mixed", dayfirst=day_first
    )
    seconds = parsed.dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype(float)
    seconds[parsed.isna().to_numpy()] = np.nan
    return np.asarray(seconds, dtype=float)


def _year_first(column: Column) -> Bools:
    return np.isin(column.families.astype(str), YEAR_FIRST)


def moment_rows(column: Column) -> Floats:
    """Seconds, for each row, of the dates that name their year first; other ways may be read wrongly."""
    return column.on_rows(np.where(_year_first(column), moments(column), np.nan), np.nan)


def comparable_dates(table: CheckedTable) -> list[Column]:
    """The columns of dates (or moments) that name the year first."""
    return [c for c in table.columns if c.is_date and c.share(_year_first(c)) > 0.9]


@each_column(CheckName.DATE_FORMATS, least=10)
def date_formats(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """Cells in another format than the commonest one of a date or time column, or in none (notes, glued parts)."""
    ways = column.rows_by(column.families.tolist(), column.real).most_common() if column.is_date else []
    if len(ways) < 2 or not ways[0][0]:
        return []
    (first, most), *rest = ways
    zoned = {family for family, _ in ways} == {DateForm.YMD_TIME, DateForm.YMD_ZONE}
    mostly = most > 0.6 * column.n_real
    if zoned:
        code = Found.TIME_ZONES if mostly else Found.TIME_ZONES_SEVERAL
    else:
        code = Found.DATE_FORMATS if mostly else Found.DATE_FORMATS_SEVERAL
    wrong = column.real & (column.families != first)
    return column.found(code, wrong, first=first, others=", ".join(say(family) for family, _ in rest[:3]))


def _ordered(column: Column) -> tuple[Bools, Bools, Bools]:
    """(first part must be the day, second part must be the day, either) of dates with the year last."""
    day_first, month_first, either = list[int](), list[int](), list[int]()
    for i, value in column.real_values():
        if found := _PARTS.match(value):
            a, b = int(found[1]), int(found[2])
            if 1 <= a <= 12 and 1 <= b <= 12:  # months
                either.append(i)
            elif 12 < a <= 31 and 1 <= b <= 12:  # months and days
                day_first.append(i)
            elif 12 < b <= 31 and 1 <= a <= 12:  # months and days
                month_first.append(i)
    return column.at(day_first), column.at(month_first), column.at(either)


def is_day_first(column: Column) -> bool:
    """Whether dates with the year last begin with the day: more of them must than must not."""
    day_first, month_first, _ = _ordered(column)
    return column.count(day_first) > column.count(month_first)


@each_column(CheckName.DATE_ORDER)
def date_order(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """Day and month in two orders (proved by parts above 12), or an order that the reader has to guess (a note)."""
    if not column.is_date:
        return []
    day_first, month_first, either = _ordered(column)
    d, m, e = column.count(day_first), column.count(month_first), column.count(either)
    if d + m + e < 0.3 * column.n_real:
        return []
    if d and m:
        unsure = min(d, m) >= 0.1 * (d + m)
        wrong = day_first | month_first | either if unsure else day_first if d <= m else month_first
        return column.found(Found.DATE_ORDER, wrong, day_first=d, month_first=m, either=e)
    if e < 30:  # a month of dates would have shown it
        return []
    return [column.fact(Found.DATE_ORDER_RARE if d + m else Found.DATE_ORDER_OPEN, e, either, shown=d + m)]


@each_column(CheckName.IMPOSSIBLE_DATES)
def impossible_dates(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """30 February, month 13: dates that no calendar has."""
    wrong = column.passing(_no_day) if column.is_date else column.none
    if wilson(column.count(wrong), column.n_real)[0] >= 0.3:  # it is no date column
        return []
    return column.found(Found.IMPOSSIBLE_DATE, wrong)


def _no_day(value: str) -> bool:
    if iso := _ISO.match(value):
        return not _is_day(int(iso[1]), int(iso[2]), int(iso[3]))
    if part := _PARTS.match(value):
        year, a, b = _year(part[3]), int(part[1]), int(part[2])
        return not _is_day(year, a, b) and not _is_day(year, b, a)
    return False


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)  # POSIX pivot of two-digit years


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _days(table: CheckedTable) -> npt.NDArray[np.datetime64]:
    """The days with rows, sorted; none where no time column is named or too few days can be read."""
    column = table.get(table.roles.time)
    if column is None or not column.n_real:
        return np.empty(0, dtype="datetime64[D]")
    seconds = moments(column, day_first=is_day_first(column))
    days = np.unique(seconds[np.isfinite(seconds)].astype("datetime64[s]").astype("datetime64[D]"))
    return days if len(days) >= FEWEST else days[:0]


def _usual(days: npt.NDArray[np.datetime64]) -> float:
    """Distance in days that 95 % of the days with rows keep to the next; at least 3 where weekends have few rows."""
    weekend = float((np.mod(days.astype(int) + 3, 7) >= 5).mean())  # day 0 was a Thursday
    least = 1.0 if len(days) >= FULL_DAYS and weekend > WEEKEND else 3.0
    return max(float(np.quantile(np.diff(days).astype(int), 0.95, method="lower")), least)


def _thick(days: npt.NDArray[np.datetime64]) -> Bools:
    """Which steps have a tenth of all days (at least five) on either side: strays at the ends are no loss between."""
    before = np.arange(1, len(days))
    least = max(5, len(days) // 10)
    return np.asarray((before >= least) & (len(days) - before >= least))


@whole_table(CheckName.TIME_GAPS)
def time_gaps(table: CheckedTable) -> Iterator[Finding]:
    """Days without any row, where the usual distance between days with rows makes the gap improbable."""
    days = _days(table)
    if not len(days):
        return
    steps = np.where(_thick(days), np.diff(days).astype(int), 0)
    at = int(steps.argmax())
    if steps[at] > 3 * _usual(days):
        ends = {"begin": (days[at] + 1).item(), "end": (days[at + 1] - 1).item()}
        span = int((days[-1] - days[0]).astype(int)) + 1
        yield finding(Found.TIME_GAP, [str(table.roles.time)], [], span, rows=int(steps[at]) - 1, **ends)


@whole_table(CheckName.STALE)
def stale(table: CheckedTable) -> Iterator[Finding]:
    """A newest row far older than the day of the decision, by the table's own pace and span.

    A table that covers a long period is old only after half as long again; a few rows with other dates count like
    any others, so one fresh row keeps this silent.
    """
    days, as_of = _days(table), table.roles.as_of
    if as_of is None or not len(days):
        return
    age = int((np.datetime64(as_of, "D") - days[-1]).astype(int))
    span = int((days[-1] - days[0]).astype(int)) + 1
    if age > max(OLD_DAYS, OLD_STEPS * _usual(days), OLD_SPANS * span):
        seen = {"newest": days[-1].item(), "age": age, "as_of": as_of}
        yield finding(Found.STALE, [str(table.roles.time)], [], table.rows, rows=table.rows, **seen)


@whole_table(CheckName.STUCK)
def stuck(table: CheckedTable) -> Iterator[Finding]:
    """Runs of one value in the order of time, of the whole table or of one of its groups, too long to be chance.

    A sensor hangs, or a last value is filled in.
    """
    column = table.get(table.roles.time)
    if column is None or table.sample is not None or not column.n_real:  # a sample has holes in its runs
        return
    when = column.on_rows(moments(column, day_first=is_day_first(column)), np.nan)
    named = [c for c in table.columns if 2 <= c.distinct <= GROUPS and not c.is_number]
    groups = [None, *table.within(STUCK, named)]
    for number in table.columns:
        if number.is_summand and number.distinct >= FEWEST_VALUES and number.name not in table.ids and number.step < 1:
            values = number.number_rows()
            runs = [(group, _longest(values, when, group)) for group in groups]
            group, rows = max(runs, key=lambda run: len(run[1]))
            if len(rows):
                code, of = (Found.STUCK, [number]) if group is None else (Found.STUCK_GROUP, [number, group])
                example = (plain_number(float(values[rows[0]])), len(rows))
                yield table.found(code, of, [(rows, number)], examples=[example])


def _longest(values: Floats, when: Floats, group: Column | None) -> Rows:
    """The rows of the longest run of one value, empty where it is no surprise."""
    codes = np.zeros(len(values), dtype=np.int64) if group is None else group.wide_codes
    known = np.flatnonzero(np.isfinite(values) & np.isfinite(when) & (codes >= 0))
    order = known[np.lexsort((when[known], codes[known]))]
    if len(order) < 10 * LEAST_RUN:
        return order[:0]
    same = (np.diff(values[order]) == 0) & (np.diff(codes[order]) == 0)
    starts = np.flatnonzero(np.append(True, ~same))
    lengths = np.diff(np.append(starts, len(order)))
    at = int(np.argmax(lengths))
    length, others = int(lengths[at]), np.delete(lengths, at)
    alike = int((values[order] == values[order[starts[at]]]).sum()) - length
    rests = alike > COMMON * (len(order) - length)  # no rain, no load
    if length < LEAST_RUN or length < LONGER * int(others.max(initial=0)) or rests:
        return order[:0]
    repeats = float((others - 1).sum() + 1) / max(1.0, float(others.sum()))
    if len(order) * repeats ** (length - 1) > RARE:
        return order[:0]
    return np.asarray(order[starts[at] : starts[at] + length], dtype=np.intp)
