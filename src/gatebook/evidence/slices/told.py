"""What a search looked at and what it left out, in plain words."""

from __future__ import annotations

import numpy as np

from gatebook.evidence.budget import COMBINED, PHRASES
from gatebook.evidence.slices.phrases import beside_phrases
from gatebook.evidence.slices.scan import Grid


def not_combined(grid: Grid) -> list[str]:
    """Returns what of a wide table was searched alone only, in words."""
    names = list(dict.fromkeys(grid.columns))
    if not grid.wide or grid.max_depth == 1:
        return []
    out = [COMBINED.said(len(names), [c for c in names if c not in grid.combined])]
    if grid.terms:
        out.append(PHRASES.said(len(names), beside_phrases(grid)[1]))
    return out


def searched(grid: Grid, n: int, minimum: int, clusters: np.ndarray | None) -> str:
    """Returns what was searched, in plain words."""
    names = len({f.name.partition(":")[0] for f in grid.features} | {t.column for t in grid.terms})
    words = [f"every type of input described by up to {grid.max_depth} of {names} columns"]
    if grid.wide and grid.max_depth > 1:
        deeper = ", and of three those that extend the strongest pairs" if grid.max_depth > 2 else ""
        words[0] = (
            f"every type described by one of {names} columns, by two of the {COMBINED.kept} that stand out most alone{deeper}"
        )
    elif grid.beamed:
        words[0] = (
            f"every type described by one or two of {names} columns, and of three those that extend the strongest pairs"
        )
    kinds = {
        "number": "ranges of numbers",
        "date": "periods",
        "hour": "hours",
        "weekday": "weekdays",
        "category": "values",
    }
    present = [kinds[k] for k in kinds if any(f.kind == k for f in grid.features)]
    present += ["missing values"] if any((f.codes == 0).any() for f in grid.features) else []
    present += [f"{sum(len(t.phrases) for t in grid.terms):,} phrases alone and with one column"] if grid.terms else []
    words.append(f"({', '.join(present)}) with at least {minimum:,} rows")
    if clusters is not None:
        words.append(f"counting {len(np.unique(clusters)):,} clusters instead of rows")
    if n > grid.rows:
        words.append(f"looked for on {grid.rows:,} rows drawn at random and counted on all {n:,}")
    return " ".join(words[:2]) + "".join(f", {w}" for w in words[2:])
