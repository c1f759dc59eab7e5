"""Which columns of the sample are inputs: known before the answer, and neither key nor outcome."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from gatebook.cases.columns import stripped
from gatebook.project import Project, TableSpec
from gatebook.tables import Table, to_numbers
from gatebook.vocabulary import says

CLEAR, IN_RESULTS = (
    0.6,
    0.4,
)  # how clearly a name must say that a column is an outcome; less where outputs stand beside it
SAME = 0.99  # share of the rows in which a column repeats an answer from which it is derived from it
FEWEST = 30  # rows with both below which nothing is said
_INPUTS = frozenset({"cluster", "segments", "text", "time", "required"})


def split_columns(
    project: Project, table: Table, spec: TableSpec, cases: pd.DataFrame, *, holds_outputs: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sample's columns that are inputs, and those that are outcomes though nobody named them so.

    A column is an outcome by its name, or where it repeats answer, truth or their distance. That errors follow a column
    without exception is a finding, no proof: such a column stays an input. What the project file names as segment, text,
    time, cluster or required is an input by declaration.

    Args:
        project: the project file.
        table: the sample.
        spec: its section, without columns that it lacks.
        cases: row (0-based position), truth and prediction of each case.
        holds_outputs: whether the outputs stand in the sample itself.
    """
    named = spec.named_columns()
    declared = {*spec.segments, *spec.text, *spec.required, *(c for c in (spec.time, spec.cluster) if c)}
    left_out = {*spec.ids, *project.ignore, *(c for c, key in named.items() if key not in _INPUTS)} - set(spec.segments)
    free = [c for c in table.columns if c not in left_out]
    least = IN_RESULTS if holds_outputs else CLEAR
    outcomes = {c for c in free if c not in declared and says("outcome", c) >= least}
    outcomes |= set(_derived(table, [c for c in free if c not in declared and c not in outcomes], cases))
    return tuple(c for c in free if c not in outcomes), tuple(c for c in free if c in outcomes)


def _derived(table: Table, columns: Iterable[str], cases: pd.DataFrame) -> list[str]:
    """Return the columns that repeat the truth, the answer, or how far they lie apart."""
    known = cases[cases["truth"].notna() & cases["prediction"].notna()]
    if len(known) < FEWEST:
        return []
    rows = known["row"].to_numpy(int)
    texts = [known[c].astype("str").to_numpy() for c in ("truth", "prediction")]
    numbers = [np.asarray(to_numbers(pd.Series(t)).values, dtype=float) for t in texts]
    apart = numbers[1] - numbers[0]
    measures = np.isfinite(apart).mean() > SAME and len(np.unique(apart)) > FEWEST
    wrong = texts[0] != texts[1]
    found = []
    for column in columns:
        cells = stripped(table.frame([column]).iloc[rows, 0]).fillna("").to_numpy(dtype=str)
        if any((cells == text).mean() >= SAME and len(np.unique(text)) > 1 for text in texts):
            found.append(column)
        elif measures and wrong.any():
            values = np.asarray(to_numbers(pd.Series(cells)).values, dtype=float)
            if any(np.isclose(values, d, rtol=1e-6).mean() >= SAME for d in (apart, -apart, np.abs(apart), apart**2)):
                found.append(column)
    return found
