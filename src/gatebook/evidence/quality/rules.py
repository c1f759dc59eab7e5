"""Simple rules between two columns that nearly all rows keep: one never exceeds the other; a value rules another out.

A rule is learnt from the table itself, so it has to hold in nearly every row and beyond chance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gatebook.evidence.quality.column import Column, Table
from gatebook.evidence.quality.finding import Finding, counted, finding, wilson

BROKEN = 0.02  # a rule is broken by at most this share of rows


def _numeric(table: Table, column: Column) -> np.ndarray:
    if column.is_number:
        values = np.where(column.real, column.numbers, np.nan)
    else:
        moments = pd.to_datetime(
            pd.Series(column.values, dtype=object), errors="coerce", utc=True, format="mixed"
        )
        values = moments.dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype(float)
        values[moments.isna().to_numpy()] = np.nan
    return np.asarray(np.append(values, np.nan)[table.codes(column)], dtype=float)


def find_order_rules(table: Table) -> list[Finding]:
    """Dates (or times) where one column comes first in nearly every row, and the rows where it does not."""
    dates = [
        c
        for c in table.columns
        if c.is_date and c.share(np.char.startswith(c.families.astype(str), "year")) > 0.9
    ]  # comparable dates only
    moments = [_numeric(table, c) for c in dates]
    out = []
    for i, first in enumerate(dates):
        for j, second in enumerate(dates):
            if i == j:
                continue
            both = np.isfinite(moments[i]) & np.isfinite(moments[j])
            n = int(both.sum())
            if n < 50:  # fewer show no rule
                continue
            wrong = both & (moments[i] > moments[j])
            k = int(wrong.sum())
            strictly = int((both & (moments[i] < moments[j])).sum())
            if not k or wilson(k, n)[1] > 2 * BROKEN or strictly < 0.5 * n:
                continue
            where = table.at(np.flatnonzero(wrong))
            out.append(
                finding(
                    "broken_rule",
                    [first.name, second.name],
                    [(where, first.name), (where, second.name)],
                    table.looked,
                    cell_error=False,
                    title=f"`{first.name}` comes after `{second.name}` in {counted(k, table.looked)}, and before it in all others",
                    meaning="One of the two dates is wrong; durations computed from them are negative.",
                    action="Check these rows at the source; then guard the order with a check.",
                )
            )
    return out
