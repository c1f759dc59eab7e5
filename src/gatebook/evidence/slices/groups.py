"""The error rate of every value of one column, worst first, with bounds that hold for all values at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.errors import TableError
from gatebook.evidence.slices.predicate import texts
from gatebook.stats.design import Design
from gatebook.stats.interval import share

ALPHA = 0.025  # each bound, divided by the number of values shown
MOST = 40


@dataclass(frozen=True)
class GroupRate:
    """One value of a column.

    Attributes:
        value: the value, None for rows without one.
        rows, clusters: rows, and the independent groups that they come from (rows where none are known).
        errors, error_rate: wrong rows and their share.
        lower, upper: bounds of the share that hold for all values of the column together (Bonferroni, 95 %); 0 and 1
            where fewer than ten clusters show nothing.
        verdict: "worse" or "better" than all rows where the bounds show it, else "".
    """

    value: str | None
    rows: int
    clusters: int
    errors: int
    error_rate: float
    lower: float
    upper: float
    verdict: str


def group_rates(
    frame: pd.DataFrame, column: str, loss: np.ndarray, clusters: np.ndarray | None = None, *, minimum: int = 5
) -> tuple[GroupRate, ...]:
    """Returns the rates of the (at most 40 most frequent) values that at least `minimum` rows share, worst first.

    Raises:
        TableError: the column is not there, or lengths differ.
    """
    if column not in frame.columns:
        raise TableError(f"The table has no column `{column}`. Columns: {', '.join(map(str, frame.columns))}.")
    wrong = np.asarray(loss, dtype=np.float64)
    if len(wrong) != len(frame) or (clusters is not None and len(clusters) != len(frame)):
        raise TableError(f"Errors or clusters are not as many as the {len(frame)} rows. Give one a row.")
    groups = None if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1].astype(np.int64)
    codes, values = pd.factorize(texts(frame[column]))
    counts = np.bincount(codes + 1, minlength=len(values) + 1)  # the first is for rows without a value
    shown = [int(c) for c in np.argsort(-counts, kind="stable")[:MOST] if counts[c] >= minimum]
    base = float(wrong.mean()) if len(wrong) else 0.0
    out = []
    for code in shown:
        inside = codes + 1 == code
        own = None if groups is None else groups[inside]
        found = share(wrong[inside], Design(own), ALPHA / len(shown))
        verdict = "worse" if found.lower > base else "better" if found.upper < base else ""
        out.append(
            GroupRate(
                value=None if code == 0 else str(values[code - 1]),
                rows=int(counts[code]),
                clusters=int(counts[code]) if own is None else len(np.unique(own)),
                errors=int(wrong[inside].sum()),
                error_rate=found.estimate,
                lower=found.lower,
                upper=found.upper,
                verdict=verdict,
            )
        )
    return tuple(sorted(out, key=lambda g: (-g.error_rate, -g.rows, str(g.value))))
