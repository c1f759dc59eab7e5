"""Is time covered: gaps in the days, and how old the newest row is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gatebook.evidence.quality.column import Table
from gatebook.evidence.quality.finding import Finding, finding


def find_time_gaps(table: Table) -> list[Finding]:
    """Days without any row, where the usual distance between days with rows makes the gap improbable."""
    column = table.get(table.time) if table.time else None
    if column is None or not column.n_real:
        return []
    moments = pd.to_datetime(
        pd.Series(column.values, dtype=object), errors="coerce", utc=True, format="mixed"
    )
    days = np.unique(moments.dropna().dt.tz_localize(None).dt.floor("D").to_numpy().astype("datetime64[D]"))
    if len(days) < 10:  # too few days to know a usual distance
        return []
    steps = np.diff(days).astype(int)
    usual = max(float(np.quantile(steps, 0.95)), 3.0)
    worst = int(steps.max())
    if worst <= 3 * usual:
        return []
    at = int(steps.argmax())
    return [
        finding(
            "time_gap",
            [column.name],
            [],
            int((days[-1] - days[0]).astype(int)) + 1,
            rows=worst - 1,
            cell_error=False,
            title=f"`{column.name}` has no row for {worst - 1} days, from {days[at] + 1} to {days[at + 1] - 1}",
            meaning="What happened in the gap is not in the sample.",
            action="Ask whether the extraction lost these days or nothing happened.",
        )
    ]
