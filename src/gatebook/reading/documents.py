"""JSON lines and arrays, whose nested values stay JSON text; and one sheet of an Excel workbook."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any
from xml.parsers import expat

from gatebook.reading.account import Damage, Event, Limit, LineAccount, Part, Problem, Seen, seen
from gatebook.reading.columnar import is_sound
from gatebook.reading.content import ARCHIVE_FAULTS, Content, check_expanded, fingerprint, open_content, scan
from gatebook.reading.layout import LayoutRow, find_layout
from gatebook.reading.store import Flaw, InputFile, Intake
from gatebook.words import say

_MAX_JSON = 256 * 1024**2
_FIRST = 1_000  # objects whose names are the table's columns from the beginning
_LATE = 500  # names of values that are first met below them
_MAX_BOOK = 512 * 1024**2  # bytes that a workbook may expand to
_MAX_CELLS = 5_000_000
_PLACES = 20_000_000  # of a grid
_RANGES = {"mergeCell", "hyperlink"}  # openpyxl makes a cell for each place in these
_CHUNK = 1024 * 1024


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _Duplicates(dict[str, Any]):
    """An object in which a name occurred twice."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Duplicates(made)


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_pairs)


def _dump(value: Any) -> str:
    """Return a JSON value as it would be written, numbers as they were."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _cell(value: Any) -> str | None:
    """Return a JSON value as the text of a cell; null is None."""
    if value is None:
        return None
    return str(value) if isinstance(value, str) else _dump(value)


def _object(value: Any) -> dict[str, Any] | None:
    """Return a value that is an object and can be written down, otherwise None."""
    try:
        return value if isinstance(value, dict) and is_sound(_dump(value)) else None
    except RecursionError:
        return None


def _element(value: Any) -> tuple[str, dict[str, Any] | None]:
    """Return an element of an array as JSON, where it is no object, and the object that it is, otherwise None."""
    item = _object(value)
    try:
        return ("", item) if item is not None else (_dump(value), None)
    except RecursionError:
        return "[...]", None


def _decoded(line: str) -> Any:
    """Return what a line says in JSON, None where it says nothing."""
    try:
        return _DECODER.decode(line.strip()) if is_sound(line) else None
    except (ValueError, RecursionError):
        return None


def read_json_lines(source: InputFile) -> Part:
    """Put the objects of a JSON lines file into its table; lines that hold no object are rejected.

    Raises:
        TableError: no line holds an object.
        LimitError: a cap is exceeded.
    """
    return _lines(source, open_content(source))


def _lines(source: InputFile, content: Content) -> Part:
    counts = scan(content.path, ",", "")
    source.check(Limit.LINE, counts.longest)
    account = fingerprint(source, f"one JSON object a line, {counts.line_end}", counts.lines, content.encoding)
    with content.path.open(encoding="utf-8", errors="surrogateescape", newline="") as handle:
        lines = ((n, line, _object(_decoded(line))) for n, line in enumerate(handle, 1))
        part = _objects(source, lines, account)
    if part.account.fates.rejected and not part.account.fates.kept:
        raise source.called.refuse(Problem.JSON_LINES_NONE)
    return part


def read_json(source: InputFile) -> Part:
    """Put the objects of a JSON array (or of the one array inside an object) into its table.

    The account counts elements, not lines.

    Raises:
        TableError: no JSON, or no array of objects in it.
        LimitError: a cap is exceeded.
    """
    called = source.called
    content = open_content(source, by_line=False)
    if content.path.stat().st_size > _MAX_JSON:
        raise called.refuse(Limit.JSON_BYTES, cap=_MAX_JSON)
    try:
        data = _DECODER.decode(content.path.read_text(encoding="utf-8").strip())
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError) and error.msg == "Extra data":
            return _lines(source, content)
        raise called.refuse(Problem.JSON_DAMAGED, error=str(error)) from None
    events: tuple[Event, ...] = ()
    if isinstance(data, dict):
        arrays = [k for k, v in data.items() if isinstance(v, list) and v and isinstance(v[0], dict)]
        data = data[source.choose("table", source.options.table, arrays, "array of objects")]
        events = (seen(Seen.JSON_MEMBER),)
    if not isinstance(data, list):
        raise called.refuse(Problem.JSON_ONE_VALUE)
    account = replace(fingerprint(source, "JSON array of objects", len(data), content.encoding), events=events)
    part = _objects(source, ((n, *_element(item)) for n, item in enumerate(data, 1)), account)
    if data and not part.account.fates.kept:
        raise called.refuse(Problem.JSON_NO_OBJECTS)
    return part


def _objects(source: InputFile, items: Iterable[tuple[int, str, dict[str, Any] | None]], account: LineAccount) -> Part:
    """Put objects into the table, whose columns are the names met so far, and return the part.

    Args:
        source: the file.
        items: number, line or element, and the object that it is, None where it is none.
        account: of the file, without fates.
    """
    stream = iter(items)
    top = list(islice(stream, _FIRST))
    names = list(dict.fromkeys(name for _, _, item in top for name in item or ())) or ["value"]
    known, most = set(names), len(names) + _LATE
    intake = Intake(source, names)
    for number, raw, item in (*top, *stream):
        if item is None:
            if raw.strip():
                intake.lose(Flaw(Damage.NO_OBJECT), number, raw)
            else:
                intake.fates["blank"] += 1
            continue
        if isinstance(item, _Duplicates):
            intake.note(Seen.DUPLICATE_NAMES)
        if new := [name for name in item if name not in known]:
            intake.note(Seen.LATE_COLUMNS)
            names += new
            known.update(new)
            if len(names) > most:
                raise source.called.refuse(Limit.LATE_NAMES, cap=_LATE)
            intake.widen(names)
        intake.keep([[_cell(item.get(name)) for name in names]])
    return intake.part(account)


def read_sheet(source: InputFile) -> Part:
    """Put one sheet of a workbook into its table; merged, hidden and uncalculated cells are events.

    Raises:
        TableError: damaged workbook, no such sheet, or several with content and none named.
        LimitError: a cap is exceeded.
    """
    from openpyxl import load_workbook

    called, options = source.called, source.options
    _check_workbook(source)
    try:
        book = load_workbook(source.file, data_only=True)
        formulas = load_workbook(source.file, data_only=False)
    except Exception as error:  # noqa: BLE001  openpyxl passes on whatever a damaged part makes zip, XML or its own readers say
        raise called.refuse(Problem.WORKBOOK_DAMAGED, error=type(error).__name__) from None
    sheet, events = _choose(source, book)
    events += _oddities(sheet, formulas[sheet.title])
    grid = _grid(source, sheet)
    if not grid:
        raise called.refuse(Problem.SHEET_EMPTY, sheet=sheet.title)
    source.check(Limit.ROWS, len(grid))
    rows = [LayoutRow(tuple(c or "" for c in row) if any(row) else (), i) for i, row in enumerate(grid, 1)]
    layout = find_layout(rows, header=options.header, skip=options.skip_lines, known=source.known)
    intake = Intake(source, layout.names)
    last = len(rows) - (options.footer_lines or 0)
    for row in rows:
        if not row.cells:
            intake.fates["blank"] += 1
        elif row.line < layout.first:
            intake.fates["header" if row.line == layout.head else "preamble"] += 1
        elif row.line > last:
            intake.below(Seen.FOOTER_TOLD, row.line, "\t".join(row.cells))
        else:
            intake.keep([row.cells])
    account = fingerprint(source, f"xlsx sheet {sheet.title}", len(rows))
    return intake.part(replace(account, events=(*events, *layout.events)), layout.header or ())


def _grid(source: InputFile, sheet: Any) -> list[list[str | None]]:
    """Return the texts of a sheet, as far as its cells hold something; formats beyond that are nobody's rows.

    Raises:
        LimitError: the cells lie so far apart that the rows between them would not fit into memory.
    """
    held = [(c.row, c.column, text) for c in _cells_of(sheet) if (text := _shown(c.value)) is not None]
    height = max((row for row, _, _ in held), default=0)
    width = max((column for _, column, _ in held), default=0)
    if height * width > _PLACES:
        raise source.called.refuse(Limit.FAR_APART, sheet=sheet.title, rows=height, columns=width)
    grid: list[list[str | None]] = [[None] * width for _ in range(height)]
    for row, column, text in held:
        grid[row - 1][column - 1] = text
    return grid


def _cells_of(sheet: Any) -> list[Any]:
    return list(sheet._cells.values())  # noqa: SLF001 - iter_rows makes a cell for every place


def _choose(source: InputFile, book: Any) -> tuple[Any, list[Event]]:
    """Return the sheet to read: the named one, or the only visible one with content."""
    wanted, sheets = source.options.sheet or source.options.table, {s.title: s for s in book.worksheets}
    if wanted is not None:
        return sheets[source.choose("sheet", wanted, list(sheets), "sheet")], []
    filled = [s for s in book.worksheets if any(c.value is not None for c in _cells_of(s))]
    visible = [s.title for s in filled if s.sheet_state == "visible"] or [s.title for s in filled]
    if not visible:
        raise source.called.refuse(Problem.WORKBOOK_EMPTY)
    events = [seen(Seen.OTHER_SHEETS, n=len(filled) - 1)] if len(filled) > 1 else []
    return sheets[source.choose("sheet", None, visible, "filled sheet")], events


def _oddities(sheet: Any, formulas: Any) -> list[Event]:
    """Return what a table of text does not show: merged and hidden cells, formulas without a value, errors."""
    calculated = {(c.row, c.column) for c in _cells_of(sheet) if c.value is not None}
    rows = {
        Seen.MERGED_CELLS: [r.min_row for r in sheet.merged_cells.ranges],
        Seen.HIDDEN_ROWS: [n for n, d in sheet.row_dimensions.items() if d.hidden],
        Seen.FORMULA_WITHOUT_VALUE: [
            c.row for c in _cells_of(formulas) if c.data_type == "f" and (c.row, c.column) not in calculated
        ],
        Seen.FORMULA_ERROR: [c.row for c in _cells_of(sheet) if c.data_type == "e"],
    }
    events = [seen(code, min(found), n=len(found)) for code, found in rows.items() if found]
    if columns := sorted(n for n, d in sheet.column_dimensions.items() if d.hidden):
        events.append(seen(Seen.HIDDEN_COLUMNS, columns=", ".join(columns[:5])))
    if sheet.sheet_state != "visible":
        events.append(seen(Seen.HIDDEN_SHEET))
    return events


def _shown(value: object) -> str | None:
    """Return a cell's value as text: numbers as Excel shows them without format, times in ISO 8601."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _check_workbook(source: InputFile) -> None:
    """Raise an error for a workbook that would not fit into memory: a few bytes can ask for billions of cells.

    Raises:
        TableError: it is damaged, or declares XML entities.
        LimitError: more bytes or cells than the caps allow.
    """
    called, file = source.called, source.file
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            expanded = sum(m.file_size for m in parts)
            cells = 0
            for part in parts if expanded <= _MAX_BOOK else ():
                cells += _count(archive, part)
                if cells > _MAX_CELLS:
                    break
    except (*ARCHIVE_FAULTS, RuntimeError) as error:
        raise called.refuse(Problem.WORKBOOK_DAMAGED, error=str(error)) from None
    check_expanded(source, expanded, file.stat().st_size)
    if expanded > _MAX_BOOK:
        raise called.refuse(Limit.WORKBOOK_BYTES, size=expanded, cap=_MAX_BOOK)
    if cells > _MAX_CELLS:
        raise called.refuse(Limit.CELLS, cap=_MAX_CELLS)


def _count(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Return the cells that a part asks for, counted until they are too many; none where it is no XML."""
    cells = 0

    def element(name: str, about: dict[str, str]) -> None:
        nonlocal cells
        kind = name.rpartition(" ")[2]
        cells += 1 if kind == "c" else _area(about.get("ref", "")) if kind in _RANGES else 0

    def doctype(*_about: object) -> None:
        raise zipfile.BadZipFile(say(Problem.ENTITIES))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = element, doctype
    with archive.open(part) as stream:
        try:
            while cells <= _MAX_CELLS and (chunk := stream.read(_CHUNK)):
                parser.Parse(chunk)
        except expat.ExpatError:  # a picture, or a damaged part, which the reader will name
            pass
    return cells


def _area(ref: str) -> int:
    """Return the number of cells in "A1:C3", 0 for anything else; "A:C" and "1:3" reach to the end of the sheet."""
    from openpyxl.utils import range_boundaries

    try:
        left, top, right, bottom = range_boundaries(ref)
    except (ValueError, TypeError):
        return 0
    columns, rows = (right or 16_384) - (left or 1) + 1, (bottom or 1_048_576) - (top or 1) + 1
    return int(max(0, columns) * max(0, rows))
