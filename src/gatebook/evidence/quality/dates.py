"""Dates and times written in several ways, in two orders, with and without zone, or impossible."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import numpy as np
import pandas as pd

from gatebook.evidence.quality.column import Bools, Column, Floats, Table
from gatebook.evidence.quality.finding import Finding, counted, finding, wilson

_PARTS = re.compile(r"^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_ISO = re.compile(r"^\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")


def is_day_first(column: Column) -> bool:
    """Whether dates with the year last begin with the day: more of them must than must not."""
    day_first, month_first, _ = _ordered(column)
    return int(column.counts[day_first].sum()) > int(column.counts[month_first].sum())


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


def find_date_formats(table: Table) -> list[Finding]:
    """Cells in another format than the commonest one of a date or time column, or in none (notes, glued parts)."""
    out = []
    for column in table.columns:
        if not column.is_date or column.n_real < 10:  # fewer show no habit
            continue
        counts: Counter[str] = Counter()
        for i in np.flatnonzero(column.real):
            counts[column.families[i]] += int(column.counts[i])
        (first, most), *rest = counts.most_common()
        if not rest or not first:
            continue
        wrong = column.real & (column.families != first)
        rows = int(column.counts[wrong].sum())
        zoned = {first, *(f for f, _ in rest)} == {"year-month-day with time", "year-month-day with time and zone"}
        names = ", ".join(f or "no date or time" for f, _ in rest[:3])
        out.append(
            finding(
                "time_zones" if zoned else "date_formats",
                [column.name],
                [(column.rows_of(wrong), column.name)],
                column.looked,
                cell_error=most > 0.6 * column.n_real,
                title=f"`{column.name}` is mostly '{first}', but {counted(rows, column.looked)} are otherwise ({names})",
                meaning="A parser drops these cells or reads them as another moment.",
                action="Write one format everywhere (YYYY-MM-DD HH:MM with zone); keep remarks in a column of their own.",
                examples=column.examples(wrong),
            )
        )
    return out


def _ordered(column: Column) -> tuple[Bools, Bools, Bools]:
    """(first part must be the day, second part must be the day, either) of dates with the year last."""
    n = len(column.values)
    day_first, month_first, either = (np.zeros(n, dtype=bool) for _ in range(3))
    for i in np.flatnonzero(column.real):
        found = _PARTS.match(str(column.values[i]))
        if found is None:
            continue
        a, b = int(found[1]), int(found[2])
        day_first[i] = 12 < a <= 31 and 1 <= b <= 12  # months and days
        month_first[i] = 12 < b <= 31 and 1 <= a <= 12  # months and days
        either[i] = 1 <= a <= 12 and 1 <= b <= 12  # months
    return day_first, month_first, either


def find_date_order(table: Table) -> list[Finding]:
    """Day and month in two orders (proved by parts above 12), or an order that the reader has to guess (a note)."""
    out = []
    for column in table.columns:
        if not column.is_date:
            continue
        day_first, month_first, either = _ordered(column)
        d, m, e = (int(column.counts[x].sum()) for x in (day_first, month_first, either))
        if d + m + e < 0.3 * column.n_real:
            continue
        if d and m:
            minority = day_first if d <= m else month_first
            unsure = min(d, m) >= 0.1 * (d + m)
            wrong = (day_first | month_first | either) if unsure else minority
            out.append(
                finding(
                    "date_order",
                    [column.name],
                    [(column.rows_of(wrong), column.name)],
                    column.looked,
                    title=f"`{column.name}` mixes day/month and month/day: {d:,} rows can only be day first, {m:,} only month first, {e:,} could be either",
                    meaning="A parser reads many of these dates as another day, without any error.",
                    action="Ask each source which order it writes, and convert to YYYY-MM-DD there.",
                    examples=column.examples(wrong),
                )
            )
        elif e >= 30:  # a month of dates would have shown it
            known = "no date shows" if d + m == 0 else f"only {d + m:,} dates show"
            out.append(
                finding(
                    "date_order",
                    [column.name],
                    [],
                    column.looked,
                    rows=e,
                    severity="note",
                    cell_error=False,
                    title=f"`{column.name}`: {known} whether day or month comes first; {e:,} rows could be either",
                    meaning="A parser has to guess, and a wrong guess swaps day and month in every row.",
                    action="Ask the source which order it writes, and convert to YYYY-MM-DD there.",
                    examples=column.examples(either),
                )
            )
    return out


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)  # POSIX pivot of two-digit years


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def find_impossible_dates(table: Table) -> list[Finding]:
    """30 February, month 13: dates that no calendar has."""
    out = []
    for column in table.columns:
        if not column.is_date:
            continue
        wrong = np.zeros(len(column.values), dtype=bool)
        for i in np.flatnonzero(column.real):
            value = str(column.values[i])
            if iso := _ISO.match(value):
                wrong[i] = not _is_day(int(iso[1]), int(iso[2]), int(iso[3]))
            elif part := _PARTS.match(value):
                year, a, b = _year(part[3]), int(part[1]), int(part[2])
                wrong[i] = not _is_day(year, a, b) and not _is_day(year, b, a)
        rows = int(column.counts[wrong].sum())
        if rows and wilson(rows, column.n_real)[0] < 0.3:  # beyond that it was no date column
            out.append(
                finding(
                    "impossible_value",
                    [column.name],
                    [(column.rows_of(wrong), column.name)],
                    column.looked,
                    title=f"`{column.name}` holds dates that do not exist in {counted(rows, column.looked)}",
                    meaning="They cannot be parsed, or move to another day.",
                    action="Correct them at the source.",
                    examples=column.examples(wrong),
                )
            )
    return out
