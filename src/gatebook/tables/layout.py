"""Where the table begins in a text file, how wide it is, and what its columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gatebook.tables.account import Event
from gatebook.tables.columns import kind

_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Row:
    """A record as the layout sees it: its cells, first line and number of lines; blank lines have no cells."""

    cells: tuple[str, ...]
    line: int
    span: int


@dataclass(frozen=True)
class Layout:
    """The frame of a table.

    Attributes:
        width: cells of a record.
        header: the column names as written; None where the file has none.
        first: physical line of the first data record.
        head: physical line of the header, None where there is none.
        events: what was found on the way.
    """

    width: int
    header: tuple[str, ...] | None
    head: int | None
    first: int
    events: tuple[Event, ...]


def find_layout(
    rows: Sequence[Row], *, header: bool | None = None, skip: int | None = None, known: Collection[str] = ()
) -> Layout:
    """Return the layout of the records at the top of a file.

    Args:
        rows: the first records, blank lines included.
        header: whether there is a line of column names, or None to find out.
        skip: physical lines above the header, or None to find out.
        known: column names that the project file mentions.
    """
    events: list[Event] = []
    start = 0
    if skip is not None:
        while start < len(rows) and rows[start].line <= skip:
            start += 1
    width = _width(rows[start:])
    if skip is None:
        start = _preamble(rows, width, known)
    while start < len(rows) and not _full(rows[start]):
        start += 1
    if start == len(rows):
        return Layout(width, None, None, _line(rows, start), ())
    head = rows[start]
    if len(head.cells) > width + 1 and header is not False and _like_names(head.cells):
        width = len(head.cells)
    body = [r.cells for r in rows[start + 1 :] if len(r.cells) == width and r.cells != head.cells][:300]
    twice = width > 1 and any(r.cells == head.cells for r in rows[start + 1 : start + 2]) and bool(body)
    has_header = (
        header if header is not None else is_header(head.cells, body, known) or (twice and is_header(head.cells, []))
    )
    if not has_header:
        events.append(
            Event(
                "no-header",
                head.line,
                f"No line of column names was found; the columns are called column_1 to column_{width}.",
            )
        )
        return Layout(width, None, None, head.line, tuple(events))
    names, trouble = _fit_header(head, width, body)
    if trouble:
        events.append(trouble)
    return Layout(width, names, head.line, _line(rows, start + 1), tuple(events))


def _line(rows: Sequence[Row], i: int) -> int:
    """Return the first line of record i, or the line after the last record."""
    if i < len(rows):
        return rows[i].line
    return rows[-1].line + rows[-1].span if rows else 1


def unique_names(header: Sequence[str] | None, width: int) -> tuple[tuple[str, ...], list[Event]]:
    """Return column names that differ from each other, and an event for every name that had to change."""
    if header is None:
        return tuple(f"column_{i + 1}" for i in range(width)), []
    taken = set(header)
    seen: set[str] = set()
    last: dict[str, int] = {}
    names: list[str] = []
    renamed: list[str] = []
    for i, name in enumerate(header):
        new = name
        if name in seen:
            stem, k = (f"{name}_", last.get(name, 2)) if name else ("column_", i + 1)
            while f"{stem}{k}" in taken:
                k += 1
            new, last[name] = f"{stem}{k}", k + 1
            renamed.append(f"column {i + 1} is called {new!r} here")
        seen.add(name)
        taken.add(new)
        names.append(new)
    events = []
    if renamed:
        events.append(Event("duplicate-columns", None, f"Column names occur more than once: {'; '.join(renamed[:5])}."))
    empty = [str(i + 1) for i, name in enumerate(header) if not name.strip()]
    if empty:
        events.append(Event("unnamed-columns", None, f"Columns without a name: {', '.join(empty[:10])}."))
    folded = Counter(name.casefold() for name in header)
    if any(n > 1 and len({h for h in header if h.casefold() == f}) > 1 for f, n in folded.items()):
        events.append(Event("similar-columns", None, "Some column names differ only in upper and lower case."))
    return tuple(names), events


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


def _full(row: Row) -> bool:
    return any(c.strip() for c in row.cells)


def _width(rows: Sequence[Row]) -> int:
    """Return the width of the table: the most common one, or that of a consistent block before a blank line."""
    widths = [len(r.cells) for r in rows if r.cells]
    if not widths:
        return 1
    counts = Counter(widths)
    top = max(counts.values())
    width = max(w for w, n in counts.items() if n == top)
    block: list[Row] = []
    for row in rows:
        if row.cells:
            block.append(row)
        elif block:
            break
    if 3 <= len(block) < len(widths):
        (own, n), *_ = Counter(len(r.cells) for r in block).most_common(1)
        if (
            own >= 2
            and n >= 2 / 3 * len(block)
            and is_header(block[0].cells, [r.cells for r in block[1:] if len(r.cells) == own])
        ):
            return own
    return width


def _preamble(rows: Sequence[Row], width: int, known: Collection[str]) -> int:
    """Return the index of the record that begins the table."""
    filled = [(i, r) for i, r in enumerate(rows[:60]) if _full(r)]
    for k, (i, row) in enumerate(filled):
        n = len(row.cells)
        full = sum(bool(c.strip()) for c in row.cells)
        if {c.strip() for c in row.cells} & set(known):
            return i
        if row.cells[0].lstrip().startswith("#") and n != width:
            continue
        if n == width and (width < 3 or full > width // 3):
            return i
        if n > width + 1 and full >= n - 1 and _like_names(row.cells) and not _header_below(filled[k + 1 :], width):
            return i
        if n == width and not _header_below(filled[k + 1 :], width):
            return i
        if width >= 3 and abs(n - width) == 1 and full >= n - 1 and not _header_below(filled[k + 1 : k + 2], width):
            return i
    return filled[0][0] if filled else len(rows)


def _header_below(rows: Sequence[tuple[int, Row]], width: int) -> bool:
    """Return whether one of the next records is a full line of column names."""
    for k, (_, row) in enumerate(rows[:20]):
        if len(row.cells) == width and sum(bool(c.strip()) for c in row.cells) > 0.6 * width:
            below = [r.cells for _, r in rows[k + 1 :] if len(r.cells) == width]
            return is_header(row.cells, below)
    return False


def _fit_header(head: Row, width: int, body: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...] | None, Event | None]:
    """Return column names for `width` columns, and an event where the header line has another number of cells."""
    cells = head.cells
    if len(cells) == width or not body:
        return cells, None
    if len(cells) > width:
        kept = [c for c in cells if c.strip()]
        if len(kept) == width:
            return tuple(kept), Event(
                "header-width",
                head.line,
                "The line of column names has more delimiters than the records; empty names were left out.",
            )
        if not any(c.strip() for c in cells[width:]):
            return cells[:width], Event(
                "header-width", head.line, "The line of column names ends with extra delimiters."
            )
    elif len(cells) == width - 1 and len({r[0] for r in body}) == len(body):
        return ("", *cells), Event(
            "header-width",
            head.line,
            "The line of column names lacks one name; the first column, whose values are all different, is taken as row names.",
        )
    elif len(cells) == width - 1 and not any(r[-1].strip() for r in body):
        return (*cells, ""), Event(
            "header-width", head.line, "Every record ends with a delimiter; the last, empty column has no name."
        )
    return None, Event(
        "header-width",
        head.line,
        f"The line of column names has {len(cells)} cells but the records have {width}; the columns are called column_1 to column_{width}. Correct the line, or set header = false.",
    )
