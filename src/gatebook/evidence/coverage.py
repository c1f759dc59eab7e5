"""The sample as a whole: rows, copies, groups, the period it covers, blanks in required fields."""

from __future__ import annotations

import pandas as pd

from gatebook.cases.columns import stripped
from gatebook.evidence.facts import Coverage
from gatebook.project import TableSpec
from gatebook.tables import to_times


def coverage(sample: pd.DataFrame, spec: TableSpec) -> Coverage:
    """Return the facts about the sample as a whole; `spec` names only columns that are there."""
    first = last = None
    days = weekdays = 0
    if spec.time is not None:
        times = to_times(
            sample[spec.time], date_order=spec.read.date_order, time_zone=spec.read.time_zone
        ).values.dropna()
        if len(times):
            first, last = times.min().to_pydatetime(), times.max().to_pydatetime()
            ordered = times.sort_values().reset_index(drop=True)
            outer = len(ordered) // 200
            days = (ordered.iloc[len(ordered) - 1 - outer] - ordered.iloc[outer]).days + 1
            weekdays = int(times.dt.day_of_week.nunique())
    required = dict.fromkeys((*spec.ids, *spec.required))
    blank = {c: int(stripped(sample[c]).isna().sum()) for c in required if c in sample.columns}
    groups = None if spec.cluster is None else int(stripped(sample[spec.cluster]).nunique())
    return Coverage(
        rows=len(sample),
        distinct=len(sample) - int(sample.duplicated().sum()),
        groups=groups,
        first=first,
        last=last,
        days=days,
        weekdays=weekdays,
        blank_required=blank,
    )
