"""Is time covered: gaps in the days, and how old the newest row is."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from gatebook.evidence.quality.column import Table
from gatebook.evidence.quality.dates import is_day_first, moments
from gatebook.evidence.quality.finding import Finding, finding

# Days with rows, and the share of them on Saturday and Sunday (two sevenths is 0.29), from which weekends are no gaps.
FULL_DAYS, WEEKEND = 14, 0.22
FEWEST = 10  # days with rows, below which the usual distance is not known
# The newest row is old beyond each of these: days before the decision, usual distances, shares of the span of the table.
OLD_DAYS, OLD_STEPS, OLD_SPANS = 180, 10, 0.5


def in_words(day: np.datetime64 | date) -> str:
    """`7 June 2024`, as documents write a day."""
    return f"{pd.Timestamp(day):%-d %B %Y}"


def _days(table: Table) -> npt.NDArray[np.datetime64]:
    """The days with rows, sorted; none where no time column is named or too few days can be read."""
    column = table.get(table.time) if table.time else None
    if column is None or not column.n_real:
        return np.empty(0, dtype="datetime64[D]")
    seconds = moments(column, day_first=is_day_first(column))
    known = seconds[np.isfinite(seconds)]
    days = np.unique(known.astype("datetime64[s]").astype("datetime64[D]"))
    return days if len(days) >= FEWEST else days[:0]


def _usual(days: npt.NDArray[np.datetime64]) -> float:
    """Distance in days that 95 % of the days with rows keep to the next one; at least 3 where weekends have few rows."""
    weekend = float((np.mod(days.astype(int) + 3, 7) >= 5).mean())  # day 0 was a Thursday
    least = 1.0 if len(days) >= FULL_DAYS and weekend > WEEKEND else 3.0
    return max(float(np.quantile(np.diff(days).astype(int), 0.95, method="lower")), least)


def _thick(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.bool_]:
    """Which steps have a tenth of all days (at least five) on either side: strays at the ends are no loss between them."""
    before = np.arange(1, len(days))
    least = max(5, len(days) // 10)
    return np.asarray((before >= least) & (len(days) - before >= least))


def find_time_gaps(table: Table) -> list[Finding]:
    """Days without any row, where the usual distance between days with rows makes the gap improbable."""
    days = _days(table)
    if not len(days):
        return []
    steps = np.diff(days).astype(int)
    steps = np.where(_thick(days), steps, 0)
    worst = int(steps.max())
    if worst <= 3 * _usual(days):
        return []
    at = int(steps.argmax())
    return [
        finding(
            "time_gap",
            [str(table.time)],
            [],
            int((days[-1] - days[0]).astype(int)) + 1,
            rows=worst - 1,
            cell_error=False,
            title=f"`{table.time}` has no row for {worst - 1} days, from {in_words(days[at] + 1)} to {in_words(days[at + 1] - 1)}",
            meaning="What happened in the gap is not in the sample.",
            action="Ask whether the extraction lost these days or nothing happened.",
        )
    ]


def find_stale(table: Table) -> list[Finding]:
    """A newest row far older than the day of the decision, by the table's own pace and span.

    A table that covers a long period is old only after half as long again; a few rows with other dates count like
    any others, so one fresh row keeps this silent.
    """
    days = _days(table)
    if table.as_of is None or not len(days):
        return []
    age = int((np.datetime64(table.as_of, "D") - days[-1]).astype(int))
    span = int((days[-1] - days[0]).astype(int)) + 1
    if age <= max(OLD_DAYS, OLD_STEPS * _usual(days), OLD_SPANS * span):
        return []
    return [
        finding(
            "stale",
            [str(table.time)],
            [],
            table.rows,
            rows=table.rows,
            cell_error=False,
            title=f"The newest row by `{table.time}` dates from {in_words(days[-1])}, {age:,} days before the decision on {in_words(table.as_of)}",
            meaning="Production may have changed since: every row shows a past that may be gone.",
            action="Draw a new sample that ends in the last weeks, or write down why the old period still stands for today.",
        )
    ]
