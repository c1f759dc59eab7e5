"""Rare values one slip away from a frequent value of the same column.

A near pair alone proves little ("Clifton" beside "Clinton"): the column's own frequent values show how often
neighbours are natural, and letter pairs that no trusted value holds show that a rare value is no word of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from gatebook.evidence.quality.column import Bools, Column, Table
from gatebook.evidence.quality.finding import Finding, counted, finding

RATIO = 8  # the frequent value comes at least this many times as often
MOST_VALUES = 3000  # per side of the comparison


def _allowed(length: int) -> int:
    """Slips allowed: one in six characters, at least one."""
    return max(1, length // 6)


def _is_slip(rare: str, frequent: str) -> bool:
    """False where a digit became another digit, or a whole word came or went: those are other values."""
    digits_rare = [c for c in rare if c.isdigit()]
    digits_frequent = [c for c in frequent if c.isdigit()]
    if len(digits_rare) >= len(digits_frequent) and digits_rare != digits_frequent:
        return False
    return abs(rare.count(" ") - frequent.count(" ")) <= 1 or len(rare) == len(frequent)


def _bigrams(value: str) -> set[str]:
    text = f"^{value}$"
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _nearest(
    rare: Sequence[str], frequent: Sequence[str]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(index of the nearest frequent value, distance), -1 where none is near enough."""
    best = np.full(len(rare), -1, dtype=np.int64)
    distance = np.full(len(rare), 10**6, dtype=np.int64)
    for start in range(0, len(rare), 500):
        part = rare[start : start + 500]
        limit = max(_allowed(len(v)) for v in part)
        table = cdist(part, frequent, scorer=OSA.distance, score_cutoff=limit, dtype=np.uint16)
        near = table.argmin(axis=1)
        d = table[np.arange(len(part)), near].astype(np.int64)
        ok = d <= np.array([_allowed(len(v)) for v in part])
        best[start : start + len(part)][ok] = near[ok]
        distance[start : start + len(part)][ok] = d[ok]
    return best, distance


def _natural_share(frequent: Sequence[str]) -> float:
    """Share of the frequent values that have a frequent neighbour within the same distance."""
    some = frequent[:400]
    if len(some) < 2:  # nobody to neighbour
        return 0.0
    table = cdist(some, some, scorer=OSA.distance, dtype=np.uint16)
    np.fill_diagonal(table, 999)
    allowed = np.array([_allowed(len(v)) for v in some])
    close = table.min(axis=1) <= allowed
    slips = [
        bool(c) and _is_slip(v, some[int(table[i].argmin())])
        for i, (v, c) in enumerate(zip(some, close, strict=True))
    ]
    return sum(slips) / len(some)


def typo_mask(column: Column) -> Bools:
    """True for the distinct values of a column that are typos of a frequent one."""
    out = np.zeros(len(column.values), dtype=bool)
    if (
        column.is_number or column.is_date or column.is_prose or column.is_key or column.n_real < 50
    ):  # fewer show no habit
        return out
    counts, real = column.counts, column.real
    floor = max(3, int(0.002 * column.n_real))
    frequent_at = np.flatnonzero(real & (counts >= floor))
    if not len(frequent_at) or counts[frequent_at].sum() < 0.6 * column.n_real:
        return out
    rare_at = np.flatnonzero(real & (counts * RATIO <= counts[frequent_at].max()))
    frequent_at = frequent_at[np.argsort(-counts[frequent_at], kind="stable")][:MOST_VALUES]
    rare_at = rare_at[: 4 * MOST_VALUES]
    frequent = [str(column.values[i]) for i in frequent_at]
    rare = [str(column.values[i]) for i in rare_at]
    if not rare:
        return out
    best, distance = _nearest(rare, frequent)
    trusted = set().union(*(_bigrams(v) for v in frequent))
    natural = _natural_share(frequent)
    few = counts[frequent_at[:10]].sum() >= 0.95 * column.n_real
    for k, i in enumerate(rare_at):
        if best[k] < 0:
            continue
        target_at = frequent_at[best[k]]
        if (
            target_at == i
            or counts[i] * RATIO > counts[target_at]
            or not _is_slip(rare[k], frequent[best[k]])
        ):
            continue
        strange = not _bigrams(rare[k]) <= trusted
        long_word = len(rare[k]) >= 5 and distance[k] <= max(
            1, len(rare[k]) // 8
        )  # short words have natural neighbours
        out[i] = strange if natural > 0.02 or not long_word else (strange or few)
        if len(rare[k]) < 4:  # codes of two and three letters neighbour each other
            out[i] = strange and few
    return out


def find_typos(table: Table) -> list[Finding]:
    """Typos by column."""
    out = []
    for column in table.columns:
        wrong = typo_mask(column)
        rows = int(column.counts[wrong].sum())
        if rows:
            out.append(
                finding(
                    "typo",
                    [column.name],
                    [(column.rows_of(wrong), column.name)],
                    column.looked,
                    title=f"`{column.name}` has misspelt values in {counted(rows, column.looked)}",
                    meaning="Each misspelling is a new, rare category to the model, and a miss to every join.",
                    action="Correct them to the frequent value next to them, and choose from a list where the value is entered.",
                    examples=column.examples(wrong),
                )
            )
    return out
