"""The sample against figures for all of production: `[tables.population]` with columns column, value, rows."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gatebook.cases.columns import stripped
from gatebook.errors import TableError
from gatebook.tables import Table, to_numbers

COLUMNS = ("column", "value", "rows")
PRESENT = 0.01  # a part of production this large must be in the sample


@dataclass(frozen=True)
class Part:
    """The share that production has of one value of a column."""

    column: str
    value: str
    share: float


@dataclass(frozen=True)
class Population:
    """The comparison.

    Attributes:
        absent: "column = value" of at least 1 % of production without a sampled row.
        gap: largest difference of a share, 0 to 1.
        worst: "column = value" where it is.
        columns: columns compared.
        parts: production's share of each value.
    """

    absent: tuple[str, ...]
    gap: float
    worst: str
    columns: tuple[str, ...]
    parts: tuple[Part, ...] = ()


def compare_population(table: Table, sample: pd.DataFrame) -> Population:
    """Return how the sample's shares differ from the population's.

    Raises:
        TableError: the table is empty, lacks a column, names one that the sample does not have, or has rows that are no number.
    """
    frame = table.frame()
    lacking = [c for c in COLUMNS if c not in frame.columns]
    if lacking:
        raise TableError(f"[tables.population] lacks the column {', '.join(lacking)}; it needs column, value and rows.")
    counts = to_numbers(frame["rows"]).values
    if frame.empty:
        raise TableError("[tables.population] holds no row; give column, value and rows for each part of production.")
    if counts.isna().any():
        raise TableError(
            "[tables.population] has rows that are no number; give the number of production rows of each value."
        )
    if (counts < 0).any():
        raise TableError("[tables.population] has negative rows; give the number of production rows of each value.")
    names = stripped(frame["column"])
    if names.isna().any():
        raise TableError("[tables.population] has rows that name no column; say which column of the sample is meant.")
    absent: list[str] = []
    parts: list[Part] = []
    gap, worst = 0.0, ""
    for column in names.dropna().unique():
        if column not in sample.columns:
            raise TableError(f"[tables.population] names {column!r}, which the sample does not have.")
        mine = (names == column).to_numpy()
        shares = (
            pd.Series(counts[mine].to_numpy(), index=stripped(frame["value"])[mine].fillna("")).groupby(level=0).sum()
        )
        if shares.sum() == 0:
            raise TableError(f"[tables.population] counts no row at all for {column!r}.")
        shares = shares / shares.sum()
        seen = stripped(sample[column]).fillna("").value_counts(normalize=True)
        for value, share in shares.items():
            found = float(seen.get(value, 0.0))
            parts.append(Part(str(column), str(value), float(share)))
            if share >= PRESENT and found == 0:
                absent.append(f"{column} = {value}")
            if abs(found - share) > gap:
                gap, worst = abs(found - share), f"{column} = {value}"
    return Population(tuple(absent), gap, worst, tuple(names.dropna().unique()), tuple(parts))
