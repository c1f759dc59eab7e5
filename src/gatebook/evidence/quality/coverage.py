"""Is time covered: gaps in the days, and how old the newest row is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gatebook.evidence.quality.column import Table
from gatebook.evidence.quality.dates import is_day_first
from gatebook.evidence.quality.finding import Finding, finding

FEWEST = 10  # days with rows, below which the usual distance is not known
# The newest row is old beyond each of these: days before the decision, usual distances, shares of the span of the table.
OLD_DAYS, OLD_STEPS, OLD_SPANS = 180, 10, 0.5


def _days(table: Table) -> npt.NDArray[np.datetime64]:
    """The days with rows, sorted; none where no time column is named or too few days can be read."""
    column = table.get(table.time) if table.time else None
    if column is None or not column.n_real:
        return np.empty(0, dtype="datetime64[D]")
    moments = pd.to_datetime(
        pd.Series(column.values, dtype=object),
        errors="coerce",
        utc=True,
        format="mixed",
        dayfirst=is_day_first(column),
    )
    days = np.unique(moments.dropna().dt.tz_localize(None).dt.floor("D").to_numpy().astype("datetime64[D]"))
    return days if len(days) >= FEWEST else days[:0]


def _usual(days: npt.NDArray[np.datetime64]) -> float:
    """Distance in days that 95 % of the days with rows keep to the next one, at least 3 (a weekend)."""
    return max(float(np.quantile(np.diff(days).astype(int), 0.95)), 3.0)


def find_time_gaps(table: Table) -> list[Finding]:
    """Days without any row, where the usual distance between days with rows makes the gap improbable."""
    days = _days(table)
    if not len(days):
        return []
    steps = np.diff(days).astype(int)
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
            title=f"`{table.time}` has no row for {worst - 1} days, from {days[at] + 1} to {days[at + 1] - 1}",
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
            title=f"the newest row by `{table.time}` is of {days[-1]}, {age:,} days before {table.as_of.isoformat()}, the day of the decision",
            meaning="Production may have changed since: every row shows a past that may be gone.",
            action="Draw a new sample that ends in the last weeks, or write down why the old period still stands for today.",
        )
    ]
