"""What one detector says: a `Finding` is one cause in one place, with the exact cells behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]
Severity = Literal["holding", "warning", "note"]

# How much one affected row hurts a model, by kind; ranking only, no verdict reads it.
HARM = {
    "duplicate_id": 9.0,
    "leak": 9.0,
    "conflicting_duplicates": 8.5,
    "answers_never_given": 8.0,
    "telling_gaps": 8.0,
    "disguised_missing": 8.0,
    "mixed_units": 8.0,
    "sentinel": 8.0,
    "date_order": 8.0,
    "glued_fields": 7.5,
    "shifted_fields": 7.5,
    "broken_dependency": 7.0,
    "sources_disagree": 7.0,
    "mixed_types": 7.0,
    "damaged_encoding": 7.0,
    "spreadsheet_mangling": 7.0,
    "broken_rule": 7.0,
    "date_formats": 6.5,
    "impossible_value": 6.5,
    "typo": 6.0,
    "escape_marks": 6.0,
    "stray_marks": 6.0,
    "minority_format": 6.0,
    "decimal_marks": 6.0,
    "missing": 6.0,
    "stuck": 6.0,
    "time_zones": 5.5,
    "category_spelling": 5.5,
    "leading_zeros": 5.5,
    "exact_duplicates": 5.0,
    "outlier": 4.0,
    "near_duplicates": 4.0,
    "whitespace": 3.5,
    "time_gap": 3.0,
    "stale": 2.5,
    "constant": 2.0,
    "text_edge": 1.5,
    "personal": 1.5,
}
# One wrong cell, or few that are also a tiny share, are listed as a note: real, but no warning for the whole column.
FEW, FEW_SHARE = 3, 0.002


@dataclass(frozen=True)
class Finding:
    """One cause. `cells` holds (row positions from 0, column) pairs; empty for a fact about a whole column.

    `share`, `lower`, `upper` are in 0..1 of the rows that were looked at (95 % Wilson interval).
    `example_values` are raw (value, count) pairs: whoever shows them applies the disclosure rule.
    """

    kind: str
    columns: tuple[str, ...]
    rows: int
    share: float
    lower: float
    upper: float
    severity: Severity
    cell_error: bool
    title: str
    meaning: str
    action: str
    cells: tuple[tuple[Rows, str], ...]
    example_values: tuple[tuple[str, int], ...]
    harm: float


@dataclass(frozen=True)
class Scan:
    """Everything that one pass over a table found, what it looked for, and what it could not look at."""

    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    not_checked: tuple[str, ...]
    rows: int
    sampled: int | None


def wilson(hits: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Two-sided 95 % score interval of a share (Wilson 1927); (0, 1) where nothing was looked at."""
    if n <= 0:
        return 0.0, 1.0
    p = hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return min(p, max(0.0, centre - half)), max(p, min(1.0, centre + half))


def finding(
    kind: str,
    columns: Iterable[str],
    cells: Iterable[tuple[Rows, str]],
    base: int,
    *,
    title: str,
    meaning: str,
    action: str,
    severity: Severity = "warning",
    cell_error: bool = True,
    examples: Iterable[tuple[str, int]] = (),
    rows: int | None = None,
) -> Finding:
    """Fill in counts, interval and rank; `rows` is only given where the fact has no cells of its own."""
    kept = tuple((np.asarray(where, dtype=np.intp), name) for where, name in cells)
    if rows is None:
        rows = len(np.unique(np.concatenate([where for where, _ in kept]))) if kept else 0
    lower, upper = wilson(min(rows, base), base)
    share = rows / base if base else 0.0
    severity = weighed(kind, severity, rows, share, cell_error)
    return Finding(
        kind=kind,
        columns=tuple(columns),
        rows=rows,
        share=share,
        lower=lower,
        upper=upper,
        severity=severity,
        cell_error=cell_error,
        title=title,
        meaning=meaning,
        action=action,
        cells=kept,
        example_values=tuple(examples)[:10],
        harm=harm_of(kind, severity, share, cell_error),
    )


def weighed(kind: str, severity: Severity, rows: int, share: float, cell_error: bool) -> Severity:
    """One wrong cell, or few that are also a tiny share, are no warning for a whole column."""
    few = rows == 1 or (rows < FEW and share < FEW_SHARE)
    return "note" if few and (cell_error or kind == "broken_rule") else severity


def harm_of(kind: str, severity: Severity, share: float, cell_error: bool) -> float:
    """Rank of a finding: the harm of its kind, more for a larger share of the rows, less for a note."""
    weight = 2.0 if severity != "note" else 1.0 if cell_error else 0.5
    return HARM[kind] * (0.3 + 0.7 * sqrt(min(share, 1.0))) * weight


def counted(rows: int, base: int) -> str:
    """`127 of 2,410 rows (5.3 %)`, as titles say it."""
    share = 100 * rows / base if base else 0.0
    if rows and share < 0.05:
        return f"{rows:,} of {base:,} rows"
    return f"{rows:,} of {base:,} rows ({share:.1f} %)"
