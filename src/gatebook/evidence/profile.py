"""What each column holds: type, missing, distinct, and the values that may be shown."""

from __future__ import annotations

import math

import pandas as pd

from gatebook.cases.columns import stripped
from gatebook.evidence.disclosure import Disclosure
from gatebook.record import ColumnFact
from gatebook.tables import Table, propose_kinds, to_numbers
from gatebook.words.figures import plain_number

TOP = 5
FEW = 5  # distinct whole numbers that are told like categories


def profile(table: Table, disclosure: Disclosure, clusters: pd.Series | None = None) -> tuple[ColumnFact, ...]:
    """Return one fact a column, in the table's order; values appear only where the disclosure rule allows."""
    kinds = propose_kinds(table)
    return tuple(
        _column(table.role, name, table.frame([name]).iloc[:, 0], kinds[name], disclosure, clusters)
        for name in table.columns
    )


def _column(
    role: str, name: str, values: pd.Series, kind: str, disclosure: Disclosure, clusters: pd.Series | None
) -> ColumnFact:
    text = stripped(values)
    present = text.dropna()
    personal = name in disclosure.personal
    shown: dict[str, int] = {}
    distinct = int(present.nunique())
    if kind in {"category", "boolean"} or (kind == "integer" and distinct <= FEW):
        shown = disclosure.counts(present.rename(name), None if clusters is None else clusters[present.index])
    low = middle = high = None
    if kind in {"number", "integer"} and not shown and not personal and len(present) >= disclosure.minimum:
        numbers = to_numbers(present).values.dropna()
        if len(numbers) >= 20 * disclosure.minimum:  # so that a quantile is no single row's value
            low, middle, high = (short(float(numbers.quantile(q))) for q in (0.05, 0.5, 0.95))
    return ColumnFact(
        table=role,
        column=name,
        kind=kind,
        rows=len(values),
        missing=len(values) - len(present),
        distinct=distinct,
        personal=personal,
        top=tuple(list(shown.items())[:TOP]),
        minimum=low,
        median=middle,
        maximum=high,
    )


def short(value: float) -> str:
    """Return four figures of a number, as people write it: 1,284,000, the year 1989, 0.00125, an exponent only far beyond."""
    if value and not 1e-6 <= abs(value) < 1e12:
        return plain_number(value, 3)
    places = 0 if value == 0 else max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}" if abs(value) >= 10_000 else f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
