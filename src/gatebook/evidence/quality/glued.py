"""Two fields in one cell: the neighbour's value stands at the end of this one, and the neighbour is empty."""

from __future__ import annotations

import re

import numpy as np

from gatebook.evidence.quality.column import Bools, Column, Table
from gatebook.evidence.quality.finding import Finding, counted, finding

KNOWN = 3  # rows with a value before it is one of the column's own
# Rows (and half of those with a mark inside) that hold their neighbour; from this share of all it is the column's habit.
LEAST_CARRIED, MOST_CARRIED = 5, 0.1
_TWO = re.compile(r"(.+?) ?[,;/|_-] ?(.+)")
_SEPARATORS = " ,;/|-"


def _tail(value: str) -> str:
    """The last word of a value, "" where nothing stands before it."""
    head, _, tail = value.rpartition(" ")
    return tail.strip(_SEPARATORS) if head.strip(_SEPARATORS) else ""


def find_glued(table: Table) -> list[Finding]:
    """Column pairs where cells end with a value of the other column, mostly where that other cell is empty."""
    names = [  # a list of names, not of rows
        c
        for c in table.columns
        if c.empty and not c.is_prose and not c.is_number and c.distinct <= 2000 and c.n_real >= 20
    ]
    tails = [_single_words(c) for c in names]
    out = []
    for column in table.columns if names else ():
        if column.is_number or column.is_date or column.is_prose:
            continue
        ends = [_tail(str(v)) for v in column.values]
        told = set(ends)
        for i, other in enumerate(names):
            if column is other or told.isdisjoint(tails[i]):
                continue
            glued = np.fromiter((t in tails[i] for t in ends), bool, len(ends)) & column.real
            found = _pair(table, column, other, glued)
            if found is not None:
                out.append((i, found))
    return [found for _, found in sorted(out, key=lambda pair: pair[0])]


def find_carried(table: Table) -> list[Finding]:
    """Cells that hold their neighbour's value of the same row behind their own (`black/Tents` beside `Tents`)."""
    out = []
    for column in table.columns:
        if column.is_number or column.is_date or column.is_prose or column.is_key or not column.n_real:
            continue
        known = {str(v) for v, n in zip(column.values, column.counts, strict=True) if n >= KNOWN}
        parts = [_TWO.fullmatch(str(v)) if r else None for v, r in zip(column.values, column.real, strict=True)]
        tails = {i: p[2] for i, p in enumerate(parts) if p is not None and p[1] in known}
        if not tails:
            continue
        codes = table.codes(column)
        rows = np.flatnonzero(np.isin(codes, list(tails)))
        for other in table.columns:
            if other is column or not len(rows):
                continue
            beside = table.codes(other)[rows]
            hit = np.fromiter(
                (b >= 0 and str(other.values[b]) == tails[int(c)] for b, c in zip(beside, codes[rows], strict=True)),
                bool,
                len(rows),
            )
            if not max(LEAST_CARRIED, 0.5 * len(rows)) <= hit.sum() <= MOST_CARRIED * column.n_real:
                continue
            at = rows[hit]
            mask = np.bincount(codes[at], minlength=len(column.values)) > 0
            out.append(
                finding(
                    "glued_fields",
                    [column.name, other.name],
                    [(table.at(at), column.name)],
                    table.looked,
                    title=f"`{column.name}` holds the value of `{other.name}` behind its own in {counted(len(at), table.looked)}",
                    meaning="One field holds two facts, so the category splits into many.",
                    action=f"Cut `{column.name}` before the mark that joins them; find out which step glued them.",
                    examples=column.examples(mask),
                )
            )
            rows = rows[~hit]
    return out


def _single_words(column: Column) -> set[str]:
    words = (str(v).strip() for v, r in zip(column.values, column.real, strict=True) if r)
    return {w for w in words if w and " " not in w}


def _pair(table: Table, column: Column, other: Column, glued: Bools) -> Finding | None:
    if not glued.any():
        return None
    at, hollow = np.append(glued, False)[table.codes(column)], table.codes(other) < 0
    both = at & hollow
    n_both, n_hollow = int(both.sum()), int(hollow.sum())
    n_other = int((at & ~hollow).sum())
    full = max(1, len(hollow) - n_hollow)
    if (
        n_both < 3 or n_both < 0.5 * n_hollow or n_other / full > 0.2 * n_both / n_hollow
    ):  # three, half, and five times the usual share
        return None
    where = table.at(np.flatnonzero(both))
    mask = np.zeros(len(column.values), dtype=bool)
    mask[table.codes(column)[both]] = True
    return finding(
        "glued_fields",
        [column.name, other.name],
        [(where, column.name), (where, other.name)],
        table.looked,
        title=f"`{column.name}` swallowed `{other.name}` in {counted(n_both, table.looked)}",
        meaning="One field holds two facts and its neighbour none; both are lost to the model.",
        action=f"Split `{column.name}` at its last word and give `{other.name}` its value back.",
        examples=column.examples(mask),
    )
