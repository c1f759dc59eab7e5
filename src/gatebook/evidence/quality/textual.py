"""Free text at its edges: very short, very long, another script than the rest."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import numpy as np

from gatebook.evidence.quality.column import Column, Table, weighted_quantile
from gatebook.evidence.quality.finding import Finding, counted, finding

_LETTER = re.compile(r"[^\W\d_]")


def script(text: str) -> str:
    """The script of most letters, by Unicode name (LATIN, CYRILLIC, CJK, ...), "" without letters."""
    letters = _LETTER.findall(text[:200])
    if not letters:
        return ""
    if text.isascii():
        return "LATIN"
    return Counter(unicodedata.name(c, "? ").split(" ", 1)[0] for c in letters).most_common(1)[0][0]


def _edges(column: Column) -> list[tuple[str, np.ndarray]]:
    lengths = column.lengths
    real = column.real
    at = np.flatnonzero(real)
    high = weighted_quantile(lengths[at], column.counts[at], 0.99)
    middle = weighted_quantile(lengths[at], column.counts[at], 0.5)
    scripts = [script(str(v)) if r else "" for v, r in zip(column.values, real, strict=True)]
    main = Counter(s for s in scripts if s).most_common(1)
    other = (
        np.fromiter((bool(s) and s != main[0][0] for s in scripts), bool, len(scripts))
        if main
        else np.zeros(len(real), bool)
    )
    wordless = real & np.fromiter((s == "" for s in scripts), bool, len(scripts))
    return [
        ("no letter at all", wordless),
        ("fewer than 3 characters", real & (lengths < 3) & ~wordless),  # stated
        ("far longer than the rest", real & (lengths > 3 * max(high, 4 * middle))),
        ("another script than the rest", other & real),
    ]


def find_text_edges(table: Table) -> list[Finding]:
    """Notes for the edge-case register: each needs a decision (handle, reject, ignore)."""
    out = []
    for column in table.columns:
        if not (column.is_prose or column.name in table.text) or column.n_real < 20:  # fewer show no habit
            continue
        for what, mask in _edges(column):
            rows = int(column.counts[mask].sum())
            if rows and rows < 0.2 * column.n_real:
                out.append(
                    finding(
                        "text_edge",
                        [column.name],
                        [(column.rows_of(mask), column.name)],
                        column.looked,
                        severity="note",
                        cell_error=False,
                        title=f"`{column.name}` has texts with {what}: {counted(rows, column.looked)}",
                        meaning="An edge case that the model has hardly seen.",
                        action="Decide: handle, reject or ignore.",
                        examples=column.examples(mask),
                    )
                )
    return out
