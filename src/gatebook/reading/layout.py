"""How a text file is laid out: its dialect, where the table begins in it, how wide it is, what its columns are called.

The score of a dialect follows van den Burg, Nazabal, Sutton, "Wrangling messy CSV files by detecting row and type
patterns", Data Mining and Knowledge Discovery 33 (2019), section 4: row-pattern consistency times the share of cells of
a known type.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import dropwhile, takewhile
from typing import Any

from gatebook.reading.account import Event, Seen, seen
from gatebook.reading.store import distinct

DELIMITERS = ",;\t|:^~\x1f\x01¦§ "
QUOTES = "\"'"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space", ":": "colon", "": "one column"}
_MOMENT = (
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
    r"(?:[T ]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s?(?:Z|[-+]\d{2}:?\d{2}|[AaPp][Mm])?)?"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp][Mm])?"
)
_KNOWN = re.compile(
    r"\s*(?:"
    r"[-+]?[$€£¥]?\s?(?:\d+|\d{1,3}(?:[.,' ]\d{3})+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s?[%€$£]?"
    rf"|{_MOMENT}"
    r"|[A-Za-z][A-Za-z0-9+.-]*://\S+|[\w.+-]+@[\w-]+\.[\w.]+"
    r"|[A-Za-z]{1,4}[-_ ]?\d{1,12}|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?i:true|false|yes|no|na|n/a|nan|null|none)"
    r"|[^\W\d_][\w'’ .\-/()&]*"
    r")?\s*"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:[.,']\d{3})+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?%?")
_TIME = re.compile(_MOMENT)


@lru_cache(maxsize=50_000)
def kind(cell: str) -> str:
    """Return "empty", "number", "time" or "text"."""
    cell = cell.strip()
    if not cell:
        return "empty"
    if _NUMBER.fullmatch(cell):
        return "number"
    return "time" if _TIME.fullmatch(cell) else "text"


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


def loose_quotes(delimiter: str, quote: str) -> re.Pattern[str]:
    """Return a pattern that finds a single quote character where sound text has none: not at the edge of a cell."""
    d, q = re.escape(delimiter), re.escape(quote)
    return re.compile(rf"{q}(?<=[^{d}\r\n{q}]{q})(?![{d}{q}\r\n])")


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
    one_column = Dialect("", '"' if quote is None else quote, escape or "")
    best, dialect = -1.0, replace(one_column, delimiter=delimiter or "")
    for candidate in _candidates(text, delimiters, quotes, escape, told=quote is not None):
        if (score := _score(lines, candidate)) > best + 1e-9:
            best, dialect = score, candidate
    if not dialect.quote and quote is None:
        # Quotes that are mere text: the record reader tells them from quotes around cells line by line.
        dialect = replace(dialect, quote='"')
    if delimiter is not None:
        return dialect
    # A delimiter that cuts most lines into one cell, or cuts words, is no delimiter: the file has one column.
    if not delimiters or best <= _single(lines):
        return one_column
    if dialect.delimiter != " " and not dialect.spaced:
        dialect = replace(dialect, spaced=spaced(lines, dialect))
    return dialect if any(len(r) > 1 for r in dialect.reader(lines)) else replace(one_column, quote=dialect.quote)


def _candidates(
    text: str, delimiters: list[str], quotes: list[str], escape: str | None, *, told: bool
) -> Iterator[Dialect]:
    """Yield the dialects that the characters of the text allow; `told` says whether the quote is known."""
    for d in delimiters:
        for q in quotes:
            found = ["", "\\"] if q and "\\" + q in text else [""]
            for e in found if escape is None else ["" if escape == q else escape]:
                yield Dialect(d, q, e)
                if q and d != " " and d + " " + q in text:
                    yield Dialect(d, q, e, spaced=True)
        if not told and any(q in text for q in quotes):
            yield Dialect(d, "")


def _opens(text: str, quote: str, delimiters: list[str]) -> bool:
    """Return whether the quote character ever opens a cell; an apostrophe must close it on the same line."""
    edge = "".join(map(re.escape, delimiters))
    begin, end = rf"(?:^|[{edge}\n\r] ?)", rf"(?:$|[{edge}\n\r])"
    if not edge:
        begin, end = "(?m:^)", "(?m:$)"
    if quote == '"' and re.search(rf"(?:^|[{edge}\n\r]){quote}", text):
        return True
    return re.search(rf"{begin}{quote}[^\n\r]*{quote}{end}", text) is not None


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


@dataclass(frozen=True)
class LayoutRow:
    """A record as the layout sees it: its cells, first line and number of lines; blank lines have no cells."""

    cells: tuple[str, ...]
    line: int
    span: int = 1

    @property
    def full(self) -> int:
        """Cells that hold something."""
        return sum(bool(c.strip()) for c in self.cells)


@dataclass(frozen=True)
class Layout:
    """The frame of a table.

    Attributes:
        width: cells of a record.
        header: the column names as written; None where the file has none.
        names: the column names, unique.
        first: physical line of the first data record.
        head: physical line of the header, None where there is none.
        events: what was found on the way.
    """

    width: int
    header: tuple[str, ...] | None
    names: tuple[str, ...]
    first: int
    head: int | None = None
    events: tuple[Event, ...] = ()


def find_layout(
    rows: Sequence[LayoutRow], *, header: bool | None = None, skip: int | None = None, known: Collection[str] = ()
) -> Layout:
    """Return the layout of the records at the top of a file.

    Args:
        rows: the first records, blank lines included.
        header: whether there is a line of column names, or None to find out.
        skip: physical lines above the header, or None to find out.
        known: column names that are known to be in it.
    """
    start = 0 if skip is None else sum(r.line <= skip for r in rows)
    width = _width(rows[start:])
    if skip is None:
        start = _preamble(rows, width, known)
    start += sum(1 for _ in takewhile(lambda row: not row.full, rows[start:]))
    after = rows[-1].line + rows[-1].span if rows else 1
    if start == len(rows):
        return Layout(width, None, unique_names(None, width)[0], after)
    head = rows[start]
    if len(head.cells) > width + 1 and header is not False and _like_names(head.cells):
        width = len(head.cells)
    body = [r.cells for r in rows[start + 1 :] if len(r.cells) == width and r.cells != head.cells][:300]
    if header is None:
        twice = width > 1 and bool(body) and rows[start + 1].cells == head.cells
        header = is_header(head.cells, body, known) or (twice and is_header(head.cells, []))
    if not header:
        told = seen(Seen.NO_HEADER, head.line, width=width)
        return Layout(width, None, unique_names(None, width)[0], head.line, events=(told,))
    written, trouble = _fit_header(head, width, body)
    names, naming = unique_names(written, width)
    first = rows[start + 1].line if start + 1 < len(rows) else after
    return Layout(width, written, names, first, head.line, (*trouble, *naming))


def unique_names(header: Sequence[str] | None, width: int) -> tuple[tuple[str, ...], tuple[Event, ...]]:
    """Return column names that differ from each other, and an event for every kind of name that had to change."""
    if header is None:
        return tuple(f"column_{i + 1}" for i in range(width)), ()
    blank = next((i for i, name in enumerate(header) if not name), None)  # one may stay so
    names = distinct(header, [n if n or i == blank else f"column_{i + 1}" for i, n in enumerate(header)])
    renamed = [
        f"column {i + 1} is called {new!r} here"
        for i, (name, new) in enumerate(zip(header, names, strict=True))
        if name != new
    ]
    nameless = [str(i + 1) for i, name in enumerate(header) if not name.strip()]
    events = []
    if renamed:
        events.append(seen(Seen.DUPLICATE_COLUMNS, names="; ".join(renamed[:5])))
    if nameless:
        events.append(seen(Seen.UNNAMED_COLUMNS, places=", ".join(nameless[:10])))
    if len({name.casefold() for name in header}) < len(set(header)):
        events.append(seen(Seen.SIMILAR_COLUMNS))
    return names, tuple(events)


def is_header(first: Sequence[str], body: Sequence[Sequence[str]], known: Collection[str] = ()) -> bool:
    """Return whether the first record holds column names rather than values."""
    cells = [c.strip() for c in first]
    if set(cells) & set(known):
        return True
    filled = [c for c in cells if c]
    if not filled:
        return False
    kinds = [kind(c) for c in cells]
    if not body:
        return _like_names(cells)
    score = 0.0
    named = same = 0
    for c, cell in enumerate(cells):
        column = [r[c].strip() for r in body if c < len(r) and r[c].strip()]
        if not column or not cell:
            continue
        counts = Counter(map(kind, column))
        main, n = counts.most_common(1)[0]
        if n >= 0.8 * len(column) and main != "text":
            alike = kinds[c] == main and not _own_kind(cell, column)
            named, same = named + (not alike), same + alike
            score += -2.0 if alike else (1.0 if kinds[c] == "text" else 0.5)
        elif kinds[c] == "text":
            values = Counter(column)
            if cell in values and len(values) < 0.8 * len(column):
                score -= 1.5
            elif len(cell) <= 60 and cell not in values:
                score += 0.1
                if len(values) <= 0.3 * len(column):
                    score += 0.4
        elif not _YEAR.fullmatch(cell):
            score -= 0.3
    # Words above several columns of numbers are names, even where some names are numbers themselves (2011, 50 %).
    if named >= 2 and named >= same / 2:
        return True
    if abs(score) < 0.35:
        wordy = all(k in {"text", "empty"} or _YEAR.fullmatch(c) for k, c in zip(kinds, cells, strict=True))
        return wordy and "text" in kinds and len({c.casefold() for c in filled}) == len(filled)
    return score > 0


def _own_kind(cell: str, column: Sequence[str]) -> bool:
    """Return whether a number is a share or a year while the column's values are not: it names the column."""
    if cell.endswith("%"):
        return not column[0].endswith("%")
    return _YEAR.fullmatch(cell) is not None and sum(_YEAR.fullmatch(v) is not None for v in column) < len(column) / 2


def _like_names(cells: Sequence[str]) -> bool:
    """Return whether cells could be column names: short text, hardly any repeated."""
    filled = [c.strip() for c in cells if c.strip()]
    return all(kind(c) == "text" and len(c) <= 60 for c in filled) and len(set(filled)) > len(filled) // 2


def _width(rows: Sequence[LayoutRow]) -> int:
    """Return the width of the table: the most common one, or that of a consistent block before a blank line."""
    widths = Counter(len(r.cells) for r in rows if r.cells)
    if not widths:
        return 1
    block = list(takewhile(lambda row: row.cells, dropwhile(lambda row: not row.cells, rows)))
    if 3 <= len(block) < widths.total():
        own, n = Counter(len(r.cells) for r in block).most_common(1)[0]
        body = [r.cells for r in block[1:] if len(r.cells) == own]
        if own >= 2 and n >= 2 / 3 * len(block) and is_header(block[0].cells, body):
            return own
    top = max(widths.values())
    return max(w for w, n in widths.items() if n == top)


def _preamble(rows: Sequence[LayoutRow], width: int, known: Collection[str]) -> int:
    """Return the index of the record that begins the table."""
    filled = [(i, r) for i, r in enumerate(rows[:60]) if r.full]
    for k, (i, row) in enumerate(filled):
        n, full, below = len(row.cells), row.full, [r for _, r in filled[k + 1 :]]
        if {c.strip() for c in row.cells} & set(known):
            return i
        if row.cells[0].lstrip().startswith("#") and n != width:
            continue
        if n == width:
            begins = width < 3 or full > width // 3 or not _header_below(below, width)
        elif n > width + 1 and full >= n - 1 and _like_names(row.cells):
            begins = not _header_below(below, width)
        else:
            near = width >= 3 and abs(n - width) == 1 and full >= n - 1
            begins = near and not _header_below(below[:1], width)
        if begins:
            return i
    return filled[0][0] if filled else len(rows)


def _header_below(rows: Sequence[LayoutRow], width: int) -> bool:
    """Return whether one of the next records is a full line of column names."""
    for k, row in enumerate(rows[:20]):
        if len(row.cells) == width and row.full > 0.6 * width:
            return is_header(row.cells, [r.cells for r in rows[k + 1 :] if len(r.cells) == width])
    return False


def _fit_header(
    head: LayoutRow, width: int, body: Sequence[tuple[str, ...]]
) -> tuple[tuple[str, ...] | None, list[Event]]:
    """Return column names for `width` columns, and an event where the header line has another number of cells."""
    cells = head.cells
    kept = tuple(c for c in cells if c.strip())
    if len(cells) == width or not body:
        return cells, []
    if len(cells) > width and len(kept) == width:
        return kept, [seen(Seen.HEADER_EMPTY_NAMES, head.line)]
    if len(cells) > width and not any(c.strip() for c in cells[width:]):
        return cells[:width], [seen(Seen.HEADER_LONGER, head.line)]
    if len(cells) == width - 1 and len({r[0] for r in body}) == len(body):
        return ("", *cells), [seen(Seen.HEADER_LACKS_NAME, head.line)]
    if len(cells) == width - 1 and not any(r[-1].strip() for r in body):
        return (*cells, ""), [seen(Seen.RECORDS_LONGER, head.line)]
    return None, [seen(Seen.HEADER_UNFIT, head.line, cells=len(cells), width=width)]
