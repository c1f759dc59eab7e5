"""The dialect of a delimited text file, found from its first lines.

The score follows van den Burg, Nazabal, Sutton, "Wrangling messy CSV files by detecting row and type patterns",
Data Mining and Knowledge Discovery 33 (2019), section 4: row-pattern consistency times the share of cells of a known type.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

DELIMITERS = ",;\t|:^~\x1f\x01¦§ "
QUOTES = "\"'"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space", ":": "colon", "": "one column"}
_KNOWN = re.compile(
    r"\s*(?:"
    r"[-+]?[$€£¥]?\s?(?:\d+|\d{1,3}(?:[.,' ]\d{3})+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s?[%€$£]?"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s?(?:Z|[-+]\d{2}:?\d{2}|[AaPp][Mm])?)?"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp][Mm])?"
    r"|[A-Za-z][A-Za-z0-9+.-]*://\S+|[\w.+-]+@[\w-]+\.[\w.]+"
    r"|[A-Za-z]{1,4}[-_ ]?\d{1,12}|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?i:true|false|yes|no|na|n/a|nan|null|none)"
    r"|[^\W\d_][\w'’ .\-/()&]*"
    r")?\s*"
)


@dataclass(frozen=True)
class Dialect:
    """How records are written.

    Attributes:
        delimiter: between cells; "" for a file of one column.
        quote: around cells, "" for none.
        escape: before a quote inside a quoted cell; "" where quotes are doubled.
        spaced: every delimiter is followed by one space that belongs to it.
    """

    delimiter: str
    quote: str = '"'
    escape: str = ""
    spaced: bool = False

    def readable(self, line_end: str) -> str:
        """Return e.g. "comma, double quotes, LF"."""
        name = _NAMES.get(self.delimiter, f"delimiter {self.delimiter!r}")
        quote = {'"': "double quotes", "'": "single quotes", "": "no quotes"}.get(self.quote, f"quote {self.quote!r}")
        parts = [f"{name} and space" if self.spaced else name, quote]
        if self.escape:
            parts.append("backslash escape" if self.escape == "\\" else f"escape {self.escape!r}")
        return ", ".join([*parts, line_end])

    def reader(self, lines: list[str], *, strict: bool = False) -> list[list[str]]:
        """Return the records of some lines as `csv` reads them.

        Raises:
            csv.Error: a line is malformed (only some faults raise unless `strict`).
        """
        return list(self.csv(lines, strict=strict))

    def csv(self, lines: Iterable[str], *, strict: bool = False) -> Any:
        """Return the `csv` module's reader over some lines."""
        return csv.reader(
            lines,
            delimiter=self.delimiter or "\x00",
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.escape or None,
            doublequote=not self.escape,
            skipinitialspace=self.spaced,
            strict=strict,
        )


def find_dialect(
    text: str, *, delimiter: str | None = None, quote: str | None = None, escape: str | None = None
) -> Dialect:
    """Return the dialect of a text sample.

    Args:
        text: the first lines of the file, ending with a whole line.
        delimiter: told by the project file; None means "find it".
        quote: likewise.
        escape: likewise.
    """
    lines = text.splitlines(keepends=True)[:400]
    delimiters = [delimiter] if delimiter is not None else [d for d in DELIMITERS if any(d in line for line in lines)]
    quotes = [quote] if quote is not None else [q for q in QUOTES if _opens(text, q, delimiters)] or ['"']
    best: tuple[float, Dialect] = (-1.0, Dialect(delimiter or "", quote if quote is not None else '"', escape or ""))
    for candidate in _candidates(text, delimiters, quotes, escape, told=quote is not None):
        score = _score(lines, candidate)
        if score > best[0] + 1e-9:
            best = (score, candidate)
    dialect = best[1]
    if not dialect.quote and quote is None:
        # Quotes that are mere text: the record reader tells them from quotes around cells line by line.
        dialect = replace(dialect, quote='"')
    # A delimiter that cuts most lines into one cell, or cuts words, is no delimiter: the file has one column.
    if delimiter is None and (not delimiters or best[0] <= _single(lines)):
        dialect = Dialect("", quote if quote is not None else '"', escape or "")
    if dialect.delimiter and dialect.delimiter != " " and delimiter is None and not dialect.spaced:
        dialect = replace(dialect, spaced=spaced(lines, dialect))
    if delimiter is None and dialect.delimiter and all(len(r) < 2 for r in dialect.reader(lines)):
        dialect = Dialect("", dialect.quote, dialect.escape)
    return dialect


def _candidates(
    text: str, delimiters: list[str], quotes: list[str], escape: str | None, *, told: bool
) -> Iterator[Dialect]:
    """Yield the dialects that the characters of the text allow."""
    for d in delimiters:
        for q in quotes:
            for e in _escapes(text, q, escape):
                yield Dialect(d, q, e)
                if q and d != " " and d + " " + q in text:
                    yield Dialect(d, q, e, spaced=True)
        if not told and any(q in text for q in quotes):
            yield Dialect(d, "")


def _opens(text: str, quote: str, delimiters: list[str]) -> bool:
    """Return whether the quote character ever opens a cell."""
    if quote not in text:
        return False
    edge = "".join(map(re.escape, delimiters))
    pattern = (
        rf"(?:^|[{edge}\n\r] ?){quote}[^\n\r]*{quote}(?:$|[{edge}\n\r])" if edge else rf"(?m:^{quote}[^\n\r]*{quote}$)"
    )
    return re.search(pattern, text) is not None or (
        quote == '"' and re.search(rf"(?:^|[{edge}\n\r]){quote}", text) is not None
    )


def _escapes(text: str, quote: str, told: str | None) -> list[str]:
    if told is not None:
        return ["" if told == quote else told]
    return ["", "\\"] if quote and "\\" + quote in text else [""]


@lru_cache(maxsize=20_000)
def _known(cell: str) -> bool:
    return len(cell) <= 60 and _KNOWN.fullmatch(cell) is not None


def _score(lines: list[str], dialect: Dialect) -> float:
    """Return pattern consistency x type share (van den Burg et al. 2019, eq. 2-4)."""
    try:
        records = [r for r in dialect.reader(lines) if r]
    except csv.Error:
        return 0.0
    if not records:
        return 0.0
    widths = Counter(map(len, records))
    # Spaces stand in any text; they only delimit where nearly all lines have the same number.
    if dialect.delimiter == " " and max(widths.values()) < 0.8 * len(records):
        return 0.0
    pattern = sum(n * (w - 1) / w for w, n in widths.items()) / len(widths)
    cells = [c for r in records for c in r]
    good = sum(_typed(c) for c in cells)
    # A record that swallows many lines is the sign of a wrong quote character.
    swallowed = len(lines) - sum(1 for line in lines if not line.strip()) - len(records)
    calm = 1.0 if swallowed <= 0 else max(0.2, 1 - swallowed / (2 * len(lines)))
    common = 1.0 if dialect.delimiter in ",;\t|" else (0.5 if dialect.delimiter in " :" else 0.8)
    loose = 1.0
    if dialect.quote:
        left = sum(c.count(dialect.quote) == 1 or c[:1] == dialect.quote or c[-1:] == dialect.quote for c in cells)
        loose = max(0.3, 1 - 2 * left / len(cells))
    return pattern * max(good / len(cells), 1e-3) * calm * common * loose


def _typed(cell: str) -> float:
    if _known(cell):
        return 1.0
    # Free text is no type, yet one long cell is better explained than many shreds of it.
    return 0.6 if len(cell) > 20 else 0.1


def _single(lines: list[str]) -> float:
    """Return the score that a delimiter must beat: that of taking every line as one cell."""
    cells = [line.strip() for line in lines if line.strip()]
    return 0.05 * len(cells) * (sum(map(_typed, cells)) / len(cells) if cells else 1.0)


def spaced(lines: list[str], dialect: Dialect) -> bool:
    """Return whether every delimiter outside quotes is followed by a space."""
    try:
        records = [r for r in dialect.reader(lines) if len(r) > 1]
    except csv.Error:
        return False
    later = [cell for record in records for cell in record[1:]]
    return (
        bool(later) and all(cell.startswith(" ") for cell in later if cell) and sum(map(bool, later)) > 0.5 * len(later)
    )
