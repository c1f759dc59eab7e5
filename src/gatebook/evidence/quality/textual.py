"""Free text at its edges: very short, very long, another script or language than the rest."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import numpy as np

from gatebook.evidence.quality.column import Bools, Column, Table, weighted_quantile
from gatebook.evidence.quality.finding import Finding, counted, finding
from gatebook.evidence.quality.language import language

MAIN = 0.8  # share of the rows of known language that speak one, for the others to be the exception
LEAST_TOLD = 20  # rows of known language, and a third of the column, before it has a language
_LETTER = re.compile(r"[^\W\d_]")


def script(text: str) -> str:
    """The script of most letters, by Unicode name (LATIN, CYRILLIC, CJK, ...), "" without letters."""
    letters = _LETTER.findall(text[:200])
    if not letters:
        return ""
    if text.isascii():
        return "LATIN"
    return Counter(unicodedata.name(c, "? ").split(" ", 1)[0] for c in letters).most_common(1)[0][0]


def _foreign(column: Column) -> tuple[Bools, str]:
    """(texts in another language than nearly all others, which languages with their rows)."""
    spoken = np.array(
        [language(str(v)) if r else "" for v, r in zip(column.values, column.real, strict=True)]
    )
    told = spoken != ""
    rows: Counter[str] = Counter()
    for name, n in zip(spoken[told], column.counts[told], strict=True):
        rows[str(name)] += int(n)
    known = sum(rows.values())
    (main, most), *others = rows.most_common() or [("", 0)]
    if most < MAIN * known or known < max(LEAST_TOLD, column.n_real / 3):
        return np.zeros(len(spoken), dtype=bool), ""
    return told & (spoken != main), f"{main} {most:,}; " + ", ".join(f"{name} {n:,}" for name, n in others)


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
        foreign, spoken = _foreign(column)
        for what, mask in (*_edges(column), ("another language than the rest", foreign)):
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
                        meaning="An edge case that the model has hardly seen."
                        + (f" Rows by language, where it is sure: {spoken}." if mask is foreign else ""),
                        action="Decide: handle, reject or ignore.",
                        examples=column.examples(mask),
                    )
                )
    return out
