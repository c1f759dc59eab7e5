"""Numbers that cannot be, or that stand alone far from all others."""

from __future__ import annotations

import re

import numpy as np

from gatebook.evidence.quality.column import Bools, Column, Floats, Ints, Table, weighted_quantile
from gatebook.evidence.quality.finding import Finding, counted, finding

OLD = 105  # an age that next to no person reaches
FENCE = 12.0  # quartile distances: a normal column reaches 4, a heavy tail is tried on the log scale too
_RANGES: tuple[tuple[re.Pattern[str], float, float, str], ...] = (
    (re.compile(r"(^|[_ ])lat(itude)?$", re.IGNORECASE), -90, 90, "a latitude"),
    (re.compile(r"(^|[_ ])(lon|lng|long|longitude)$", re.IGNORECASE), -180, 180, "a longitude"),
    (re.compile(r"(^|[_ ])age$", re.IGNORECASE), 0, 130, "an age"),
    (re.compile(r"(^|[_ ])(percent|percentage|pct)$", re.IGNORECASE), -1000, 1000, "a percentage"),
    (re.compile(r"(^|[_ ])month$", re.IGNORECASE), 0, 12, "a month"),
    (re.compile(r"(^|[_ ])hour$", re.IGNORECASE), 0, 24, "an hour"),
)


def _beyond(values: Floats, weights: Ints) -> Bools:
    low, high = (weighted_quantile(values, weights, q) for q in (0.25, 0.75))
    width = high - low
    if width <= 0:
        return np.zeros(len(values), dtype=bool)
    return np.asarray((values < low - FENCE * width) | (values > high + FENCE * width))


def _alone(column: Column) -> Bools:
    """Beyond the fence as they stand and, where all are positive, on the log scale; and few."""
    out = np.zeros(len(column.values), dtype=bool)
    at = np.flatnonzero(column.real & np.isfinite(column.numbers))
    if len(at) < 20:  # few-valued columns have no tail
        return out
    values, weights = column.numbers[at], column.counts[at]
    far = _beyond(values, weights)
    if (values >= 0).all():
        far &= _beyond(np.log1p(values / max(1e-12, float(np.median(values)))), weights)
    else:
        far &= _beyond(np.sign(values) * np.log1p(np.abs(values)), weights)
    if weights[far].sum() > 0.01 * weights.sum():
        return out
    out[at[far]] = True
    return out


def find_outliers(table: Table) -> list[Finding]:
    """Values outside what the column's name allows (a latitude of 412), and numbers alone far from all others."""
    out = []
    for column in table.columns:
        if not column.is_number or column.name in table.ids:
            continue
        impossible = np.zeros(len(column.values), dtype=bool)
        what = ""
        for pattern, low, high, kind in _RANGES:
            if pattern.search(column.name):
                with np.errstate(invalid="ignore"):
                    impossible = column.real & ((column.numbers < low) | (column.numbers > high))
                    old = column.real & (column.numbers > OLD) & (column.numbers <= high)
                what = kind
                if kind == "an age" and 2 * column.counts[old].sum() >= column.counts[impossible].sum() > 0:
                    impossible[:] = False  # as many at 110: houses or wines, not people
        if impossible.any() and column.share(impossible) < 0.1:  # beyond that the name misled us
            rows = int(column.counts[impossible].sum())
            out.append(
                finding(
                    "impossible_value",
                    [column.name],
                    [(column.rows_of(impossible), column.name)],
                    column.looked,
                    title=f"`{column.name}` cannot be {what} in {counted(rows, column.looked)}",
                    meaning="The value is an error or a code, and the model takes it for a quantity.",
                    action="Correct it at the source or read it as empty.",
                    examples=column.examples(impossible),
                )
            )
        alone = _alone(column) & ~impossible
        if alone.any() and not column.is_key:
            rows = int(column.counts[alone].sum())
            out.append(
                finding(
                    "outlier",
                    [column.name],
                    [(column.rows_of(alone), column.name)],
                    column.looked,
                    severity="note",
                    cell_error=False,
                    title=f"`{column.name}` has numbers far from all others in {counted(rows, column.looked)}",
                    meaning="A slipped decimal point or another unit, or a true extreme that the model has hardly seen.",
                    action="Look at these rows; decide whether they are handled, rejected or ignored.",
                    examples=column.examples(alone),
                )
            )
    return out
