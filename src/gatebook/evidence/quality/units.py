"""Numbers with their unit written into the cell, in more ways than one; decimal and thousands marks."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from gatebook.evidence.quality.column import Bools, Column, Table
from gatebook.evidence.quality.finding import Finding, counted, finding
from gatebook.evidence.quality.formats import UNITS, quantity

COMMA_DECIMAL = re.compile(r"^ *[-+]?\d{1,3}(?:\.\d{3})*,\d{1,2} *$|^ *[-+]?\d+,\d+ *$", re.MULTILINE)
THOUSANDS = re.compile(r"^ *[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)? *$", re.MULTILINE)
EITHER = re.compile(r"^ *[-+]?[1-9]\d{0,2},\d{3} *$", re.MULTILINE)
THREE = re.compile(r"^ *[-+]?\d+\.\d{3} *$", re.MULTILINE)
MAIN = 0.9  # share of the rows from which one way to write the unit is the column's own


def _base(unit: str) -> str:
    """What the unit measures; a remark after the unit (`oz. Alumi-Tek`) is looked past."""
    folded = unit.strip().casefold()
    whole = UNITS.get(folded.replace(" ", ""), "")
    first = folded.split(" ", 1)[0] if " " in folded else ""
    return whole or (UNITS.get(first, "") if len(first) > 1 else "")


def find_units(table: Table) -> list[Finding]:
    """Columns of quantities whose unit is spelled in several ways, mixed, or given in some rows only.

    One spelling in nearly all rows: the other cells are wrong. Several spellings: every cell with a unit is wrong, the
    commonest one included (the number is text). One spelling, in some rows: the smaller side is wrong.
    """
    out = []
    for column in table.columns:
        if not column.n_real or column.is_date or column.is_prose:
            continue
        number = np.isfinite(column.numbers) & column.real
        if column.share(number) > 0.998:  # nothing left to carry a unit
            continue
        parts = [
            quantity(str(v)) if r and not n else None
            for v, r, n in zip(column.values, column.real, number, strict=True)
        ]
        known = np.fromiter((p is not None and bool(_base(p[1])) for p in parts), bool, len(parts))
        bare = np.fromiter((p is not None and not p[1] for p in parts), bool, len(parts)) | number
        with_unit, without = int(column.counts[known].sum()), int(column.counts[bare].sum())
        if with_unit < 3 or with_unit + without < 0.8 * column.n_real:  # too few to be a habit
            continue
        spellings: Counter[str] = Counter()
        for i in np.flatnonzero(known):
            part = parts[i]
            assert part is not None
            spellings[part[1].strip()] += int(column.counts[i])
        bases = {_base(s) for s in spellings}
        ways = len(spellings) + bool(without)
        if ways < 2:  # one way
            continue
        wrong = known if len(spellings) > 1 or with_unit <= without else bare
        first, most = spellings.most_common(1)[0]
        if len(spellings) > 1 and most >= MAIN * (with_unit + without):
            wrong = bare | (
                known & np.fromiter((p is not None and p[1].strip() != first for p in parts), bool, len(parts))
            )
        rows = int(column.counts[wrong].sum())
        quoted = ", ".join(f"'{s}'" for s, _ in spellings.most_common(5)) + (" or nothing" if without else "")
        title = (
            f"`{column.name}` mixes units ({quoted})"
            if len(bases) > 1
            else f"`{column.name}` writes its unit in {ways} ways ({quoted})"
        )
        out.append(
            finding(
                "mixed_units",
                [column.name],
                [(column.rows_of(wrong), column.name)],
                column.looked,
                title=f"{title}: {counted(rows, column.looked)}",
                meaning="The column is text until the unit is taken off, and equal quantities look different; where units really differ, numbers cannot be compared.",
                action="Store the plain number, and the unit in the column's name or in a column of its own; ask what a number without unit meant.",
                examples=column.examples(wrong),
            )
        )
    return out


def _marks(column: Column) -> tuple[Bools, Bools, Bools]:
    """(plain numbers, those with a decimal comma, those with thousands marks).

    `1,234` beside 0.912 and 1.307 is 1.234: where most plain numbers are written with three decimals.
    """
    plain, thousands = np.isfinite(column.numbers) & column.real, column.matching(THOUSANDS)
    three = plain & column.matching(THREE)
    if 2 * column.counts[three].sum() > column.counts[plain].sum():
        thousands &= ~column.matching(EITHER)
    return plain, column.matching(COMMA_DECIMAL) & ~thousands, thousands


def find_decimal_marks(table: Table) -> list[Finding]:
    """1,5 among 1.5, and 1,200 among 1200."""
    out = []
    for column in table.columns:
        if not column.n_real or column.is_date or column.is_prose:
            continue
        plain, comma, thousands = _marks(column)
        counts = column.counts
        n_plain, n_comma, n_thousands = (int(counts[m].sum()) for m in (plain, comma, thousands))
        if n_plain + n_comma + n_thousands < 0.9 * column.n_real:
            continue
        kinds = (n_plain > 0) + (n_comma > 0) + (n_thousands > 0)
        if kinds < 2:  # one way
            continue
        if (
            n_thousands and not n_comma and not (plain & (np.abs(np.nan_to_num(column.numbers)) >= 1000)).any()
        ):  # below a thousand no mark is needed
            continue
        wrong = (comma | thousands) if n_comma + n_thousands <= n_plain else plain
        rows = int(counts[wrong].sum())
        out.append(
            finding(
                "decimal_marks",
                [column.name],
                [(column.rows_of(wrong), column.name)],
                column.looked,
                title=f"`{column.name}` writes its numbers with different decimal or thousands marks: {counted(rows, column.looked)}",
                meaning="A reader turns some of them into text or into numbers a thousand times off.",
                action="Write all numbers with a point and no thousands mark; check the source's language setting.",
                examples=column.examples(wrong),
            )
        )
    return out
