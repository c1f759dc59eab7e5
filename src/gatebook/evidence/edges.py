"""Unusual inputs that need a decision: the edge-case register's left column."""

from __future__ import annotations

from dataclasses import dataclass

from gatebook.evidence.quality import Scan
from gatebook.evidence.shift import Shift


@dataclass(frozen=True)
class EdgeCase:
    """One kind of unusual input.

    Attributes:
        name: as `[[edge_cases]] case` must write it.
        column: where it stands.
        rows: rows that have it.
    """

    name: str
    column: str
    rows: int


RARE = 0.10  # values that more rows than this have are no edge case: production is simply another place

_WORDS = {"outlier": "far out values", "impossible_value": "impossible values", "missing": "empty"}


def edge_cases(scan: Scan, shift: Shift | None) -> tuple[EdgeCase, ...]:
    """Return the kinds of unusual input that the scan and the comparison with the curated data found."""
    found: dict[str, EdgeCase] = {}
    for one in scan.findings:
        column = one.columns[0] if one.columns else "row"
        if one.kind == "text_edge":
            what = one.title.split(" has texts with ", 1)[-1].split(":", 1)[0]
            name = f"{column}: {what}"
        elif one.kind in _WORDS:
            name = f"{column}: {_WORDS[one.kind]}"
        else:
            continue
        found.setdefault(name, EdgeCase(name, column, one.rows))
    for moved in shift.columns if shift is not None else ():
        if moved.kind == "category" and 0 < moved.new_rows <= RARE * scan.rows:
            name = f"{moved.column}: values that the curated data do not have"
            found[name] = EdgeCase(name, moved.column, moved.new_rows)
    return tuple(sorted(found.values(), key=lambda e: (-e.rows, e.name)))
