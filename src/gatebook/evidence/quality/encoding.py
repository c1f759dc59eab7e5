"""Text that a program damaged: wrong encoding, escape marks left in, what a spreadsheet made of codes."""

from __future__ import annotations

import re

import numpy as np
from ftfy.badness import is_bad

from gatebook.evidence.quality.column import Bools, Column, Table
from gatebook.evidence.quality.finding import Finding, counted, finding

_ESCAPES = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,5}|#x[0-9a-fA-F]{2,4});|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|%[C-F][0-9A-F]%[89AB][0-9A-F]|\\'|\\\""
)
_DOUBLED = re.compile(r"(?<!')''(?!')")
_LOST = re.compile(r"[^\W\d_]\?[^\W\d_]|[^\W\d_]\?{2,}[^\W\d_]")
_MON = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_MANGLED_DATE = re.compile(rf"^ *(?:{_MON}-\d{{2}}|\d{{1,2}}-{_MON}) *$", re.IGNORECASE | re.MULTILINE)
_SCIENTIFIC = re.compile(r"^ *\d(?:[.,]\d+)?E\+\d{1,3} *$", re.IGNORECASE | re.MULTILINE)
_OVERFLOW = re.compile(r"^ *#{3,} *$", re.MULTILINE)
_DIGITS = re.compile(r"^ *+-*+\d[\d-]*+ *+$", re.MULTILINE)
_LINK = re.compile("http")
_CONTROL = re.compile("[\x80-\x9f]")


def _damaged(value: str) -> bool:
    return not value.isascii() and ("�" in value or is_bad(value) or _CONTROL.search(value) is not None)


def _damaged_values(column: Column) -> Bools:
    out = np.zeros(len(column.values), dtype=bool)
    if not column.text.isascii():
        for i in np.flatnonzero(column.real):
            out[i] = _damaged(str(column.values[i]))
    return out


def find_damaged_encoding(table: Table) -> list[Finding]:
    """UTF-8 read as another encoding (`Ã©` for `é`), replacement characters, `?` inside words."""
    out = []
    for column in table.columns:
        if column.is_number or column.is_date:
            continue
        wrong = _damaged_values(column)
        lost = column.matching(_LOST)
        if lost.any():
            lost &= ~column.matching(_LINK)
        if lost.any() and not column.is_prose and column.share(lost) < 0.05:  # a rare mark
            wrong |= lost
        rows = int(column.counts[wrong].sum())
        if rows:
            out.append(
                finding(
                    "damaged_encoding",
                    [column.name],
                    [(column.rows_of(wrong), column.name)],
                    column.looked,
                    title=f"`{column.name}` has characters damaged by a wrong encoding in {counted(rows, column.looked)}",
                    meaning="Names and words no longer match themselves; the model sees rare, meaningless tokens.",
                    action="Read the source again with its true encoding (often UTF-8 that was read as Windows-1252).",
                    examples=column.examples(wrong),
                )
            )
    return out


def find_escape_marks(table: Table) -> list[Finding]:
    r"""`&amp;`, `\u00e9`, `O''Brien`: marks of a transport format that nobody took off."""
    out = []
    for column in table.columns:
        if column.is_number or column.is_date:
            continue
        wrong = column.matching(_ESCAPES) | column.matching(_DOUBLED)
        rows = int(column.counts[wrong].sum())
        if not rows:
            continue
        harmless = column.is_prose
        out.append(
            finding(
                "escape_marks",
                [column.name],
                [(column.rows_of(wrong), column.name)],
                column.looked,
                severity="note" if harmless else "warning",
                cell_error=not harmless,
                title=f"`{column.name}` has escape marks left in the text (doubled apostrophes, &amp; and the like) in {counted(rows, column.looked)}",
                meaning="The same name in two spellings never matches itself.",
                action="Decode the text once, where it enters.",
                examples=column.examples(wrong),
            )
        )
    return out


def find_mangling(table: Table) -> list[Finding]:
    """`Mar-22` among page numbers, `9.79E+12` among long codes, `####`: a spreadsheet guessed a type."""
    out = []
    for column in table.columns:
        if not column.n_real:
            continue
        dates = column.matching(_MANGLED_DATE)
        if column.share(dates) > 0.3:  # a column of months
            dates[:] = False
        science = column.matching(_SCIENTIFIC)
        if science.any():
            digits = column.matching(_DIGITS)
            long_codes = column.lengths[digits & column.real]
            if (
                column.share(science) > 0.3
                or not len(long_codes)
                or column.share(digits) < 0.3
                or np.median(long_codes) < 7
            ):  # real measurements are short, and not codes
                science[:] = False
        wrong = dates | science | column.matching(_OVERFLOW)
        if column.is_date and column.share(wrong) > 0.1:  # one of the column's own formats
            continue
        rows = int(column.counts[wrong].sum())
        if not rows:
            continue
        out.append(
            finding(
                "spreadsheet_mangling",
                [column.name],
                [(column.rows_of(wrong), column.name)],
                column.looked,
                title=f"`{column.name}` was rewritten by a spreadsheet in {counted(rows, column.looked)}",
                meaning="The original code or range is lost, not only its look.",
                action="Take these cells from the source again; never open the file in a spreadsheet in between.",
                examples=column.examples(wrong),
            )
        )
    return out
