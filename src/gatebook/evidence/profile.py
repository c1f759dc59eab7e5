"""What each column holds: type, missing, distinct, and the values that may be shown."""

from __future__ import annotations

import pandas as pd

from gatebook.evidence.columns import stripped
from gatebook.evidence.disclosure import Disclosure
from gatebook.record import ColumnFact
from gatebook.tables import Table, propose_types, to_numbers

TOP = 5


def profile(
    table: Table, disclosure: Disclosure, clusters: pd.Series | None = None
) -> tuple[ColumnFact, ...]:
    """Return one fact a column, in the table's order; values appear only where the disclosure rule allows."""
    types = propose_types(table)
    return tuple(
        _column(table.role, name, table.frame([name]).iloc[:, 0], types[name].kind, disclosure, clusters)
        for name in table.columns
    )


def _column(
    role: str, name: str, values: pd.Series, kind: str, disclosure: Disclosure, clusters: pd.Series | None
) -> ColumnFact:
    text = stripped(values)
    present = text.dropna()
    personal = name in disclosure.personal
    shown: dict[str, int] = {}
    if kind in {"category", "boolean"}:
        shown = disclosure.counts(present.rename(name), None if clusters is None else clusters[present.index])
    low = middle = high = None
    if kind in {"number", "integer"} and not personal and len(present) >= disclosure.minimum:
        numbers = to_numbers(present).values.dropna()
        if len(numbers) >= 20 * disclosure.minimum:  # so that a quantile is no single row's value
            low, middle, high = (_short(float(numbers.quantile(q))) for q in (0.05, 0.5, 0.95))
    return ColumnFact(
        table=role, column=name, kind=kind, rows=len(values), missing=len(values) - len(present),
        distinct=int(present.nunique()), personal=personal, top=tuple(list(shown.items())[:TOP]),
        minimum=low, median=middle, maximum=high,
    )  # fmt: skip


def _short(value: float) -> str:
    return f"{value:.4g}"
