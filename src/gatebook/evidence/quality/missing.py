"""Empty cells, and words or numbers that stand for an empty cell."""

from __future__ import annotations

import hashlib

import numpy as np

from gatebook.evidence.quality.column import Bools, Column, Floats, Table, weighted_quantile
from gatebook.evidence.quality.finding import Finding, counted, finding
from gatebook.evidence.quality.formats import MAYBE_NULL_WORDS

SENTINELS = (-1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0)
SENTINEL_DATES = ("1900-01-01", "1899-12-30", "1899-12-31", "1970-01-01", "0001-01-01", "9999-12-31", "2099-12-31")
NEARLY_FULL = 0.02  # empty cells of a column that is otherwise always filled
EARLY_YEAR, LATE_YEAR = 1000, 2200


def find_missing(table: Table) -> list[Finding]:
    """Empty cells by column; columns that are empty in the very same rows are one finding.

    A warning only where the column is empty throughout: whether a field is required, its owner says. Gaps in a
    column that is otherwise always filled are counted as wrong cells.
    """
    groups: dict[bytes, list[Column]] = {}
    for column in table.columns:
        if column.empty:
            where = column.empty_rows()
            key = hashlib.sha256(where.tobytes()).digest() if len(where) else column.name.encode()
            groups.setdefault(key, []).append(column)
    out = []
    for group in groups.values():
        first = group[0]
        names = " and ".join(f"`{c.name}`" for c in group[:4]) + (
            f" and {len(group) - 4} more" if len(group) > 4 else ""
        )  # four names still read as a line
        where = first.empty_rows()
        base = first.looked
        whole = first.empty == first.total
        rows = len(where)
        out.append(
            finding(
                "missing",
                [c.name for c in group],
                [] if whole else [(where, c.name) for c in group],
                base,
                rows=base if whole else None,
                severity="warning" if whole else "note",
                cell_error=0 < rows <= NEARLY_FULL * base,
                title=f"{names} {'is' if len(group) == 1 else 'are'} empty in {counted(rows, base)}",
                meaning="The model sees nothing here; what it then assumes was never checked.",
                action="Ask the owner whether the field is required; fill it at the source, or decide how the model treats it.",
            )
        )
    return out


def _table_spells_empty_with(table: Table, word: str) -> bool:
    """The table's own convention: no cell is really empty, and several columns, one of them throughout, use the word."""
    if any(c.empty for c in table.columns):
        return False
    users = [c for c in table.columns if any(v.strip().casefold() == word for v in c.values[c.null_like])]
    return len(users) > 1 and any(c.n_real < 0.05 * c.looked for c in users)


def find_disguised(table: Table) -> list[Finding]:
    """Words for "nothing" written into the cell. A column that holds little else is a fact about the column."""
    out = []
    agreed: list[Column] = []
    for column in table.columns:
        mask = column.null_like & (column.counts > 0)
        if not mask.any():
            continue
        rows = int(column.counts[mask].sum())
        words = column.examples(mask)
        quoted = ", ".join(f"'{w}'" for w, _ in words[:3])
        mostly = rows + column.empty > 0.95 * column.looked
        if all(_table_spells_empty_with(table, w.strip().casefold()) for w, _ in words):
            agreed.append(column)
            continue
        if column.is_prose and rows < 3:  # a lone "..." among sentences is an answer
            continue
        out.append(
            finding(
                "disguised_missing",
                [column.name],
                [] if mostly else [(column.rows_of(mask), column.name)],
                column.looked,
                rows=rows if mostly else None,
                cell_error=not mostly,
                title=f"`{column.name}` writes {quoted} for a missing value in {counted(rows, column.looked)}",
                meaning="A reader that does not know the word takes it for a value: a category of its own, or a number column that turns into text.",
                action=f"Read {quoted} as empty, at the source or in the loading step, and count it as missing.",
                examples=words,
            )
        )
    return out + ([_convention(table, agreed)] if agreed else [])


def _convention(table: Table, columns: list[Column]) -> Finding:
    """One word for "nothing" throughout the table is one cause, and its cells are no errors of their own."""
    word = columns[0].examples(columns[0].null_like)[0][0]
    rows = max(int(c.counts[c.null_like].sum()) for c in columns)
    return finding(
        "disguised_missing",
        [c.name for c in columns],
        [(c.rows_of(c.null_like), c.name) for c in columns if c.n_real >= 0.05 * c.looked],
        columns[0].looked,
        rows=rows,
        cell_error=False,
        title=f"The table writes '{word}' for a missing value, in {len(columns)} columns and up to {counted(rows, table.rows)}",
        meaning="A reader that does not know the word takes it for a value; columns that hold nothing else look complete.",
        action=f"Read '{word}' as empty in the loading step, and count it as missing.",
        examples=[(word, sum(int(c.counts[c.null_like].sum()) for c in columns))],
    )


def find_maybe_missing(table: Table) -> list[Finding]:
    """`none`, `NA`, `unknown`: an answer or nothing. An error where the column otherwise holds numbers or dates."""
    out = []
    for column in table.columns:
        mask = np.fromiter((v.strip().casefold() in MAYBE_NULL_WORDS for v in column.values), bool, len(column.values))
        mask &= column.counts > 0
        if not mask.any() or column.is_prose:
            continue
        rest = column.real & ~mask
        typed = rest & (np.isfinite(column.numbers) | (column.families != ""))
        breaks_type = column.counts[rest].sum() > 0 and column.counts[typed].sum() >= 0.9 * column.counts[rest].sum()
        rows = int(column.counts[mask].sum())
        quoted = ", ".join(f"'{w}'" for w, _ in column.examples(mask)[:3])
        out.append(
            finding(
                "disguised_missing",
                [column.name],
                [(column.rows_of(mask), column.name)],
                column.looked,
                severity="warning" if breaks_type else "note",
                cell_error=bool(breaks_type),
                title=f"`{column.name}` holds {quoted} in {counted(rows, column.looked)}: an answer, or a missing value?",
                meaning="If it means that nobody knew, the model learns from it as if it were a kind of its own.",
                action="Ask the owner what it means; if it means missing, read it as empty.",
                examples=column.examples(mask),
            )
        )
    return out


def _spike(column: Column, numbers: Floats, value: float) -> Bools | None:
    """The value repeats and stands far outside the rest (both quartile distance and gap), else None."""
    mask = (numbers == value) & column.real
    rest = column.real & np.isfinite(numbers) & ~mask
    count = int(column.counts[mask].sum())
    if count < 2 or int(rest.sum()) < 10 or count > 0.6 * column.n_real:  # too little to compare
        return None
    others, weights = numbers[rest], column.counts[rest]
    low, high = (weighted_quantile(others, weights, q) for q in (0.01, 0.99))
    nearest = float(np.min(np.abs(others - value)))
    spread = max(high - low, 1e-12)
    beyond = value > others.max() or value < others.min() or nearest > 0.25 * spread
    far = value > high + 0.5 * spread or value < low - 0.05 * spread
    typical = float(np.median(weights))
    return mask if beyond and far and count >= max(2.0, 0.3 * typical) and nearest > 0 else None


def find_sentinels(table: Table) -> list[Finding]:
    """999, -1, 0 among years, 1900-01-01: repeated, and far outside everything else in the column."""
    out = []
    for column in table.columns:
        numeric = column.is_number
        if not numeric and not column.is_date:
            continue
        found: Bools = np.zeros(len(column.values), dtype=bool)
        if numeric:
            numbers = column.numbers
            for value in SENTINELS:
                mask = _spike(column, numbers, value)
                if mask is not None and not (value == -1.0 and (numbers[column.real & ~mask] < 0).any()):
                    found |= mask
            rest = numbers[column.real & np.isfinite(numbers) & (numbers != 0)]
            if (
                len(rest) >= 5 and ((rest >= EARLY_YEAR) & (rest <= LATE_YEAR) & (rest == np.floor(rest))).mean() > 0.95
            ):  # "nearly all are years"
                found |= (numbers == 0) & column.real
        else:
            for text in SENTINEL_DATES:
                found |= _spiking_date(column, text)
        if found.any():
            rows = int(column.counts[found].sum())
            quoted = ", ".join(v for v, _ in column.examples(found)[:3])
            out.append(
                finding(
                    "sentinel",
                    [column.name],
                    [(column.rows_of(found), column.name)],
                    column.looked,
                    title=f"`{column.name}` uses {quoted} as a stand-in for missing in {counted(rows, column.looked)}",
                    meaning="The model takes it for a real quantity, far from all others, and bends towards it.",
                    action=f"Read {quoted} as empty; never average over it.",
                    examples=column.examples(found),
                )
            )
    return out


def _spiking_date(column: Column, text: str) -> Bools:
    """The date comes at least three times, and no other date lies within ten years of it."""
    starts = np.fromiter((v.strip().startswith(text) for v in column.values), bool, len(column.values)) & column.real
    if int(column.counts[starts].sum()) < 3:  # two may be chance
        return np.zeros(len(column.values), dtype=bool)
    year = int(text[:4])
    years = [
        int(v.strip()[:4])
        for v, r in zip(column.values, column.real & ~starts, strict=True)
        if r and v.strip()[:4].isdigit()
    ]
    near = sum(abs(y - year) < 10 for y in years)  # ten years
    return starts if years and near == 0 else np.zeros(len(column.values), dtype=bool)
