"""One sheet of an Excel workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from gatebook.errors import LimitError, TableError
from gatebook.project import ReadOptions
from gatebook.tables.account import Event, Fates, LineAccount, Part
from gatebook.tables.layout import Row, find_layout, unique_names
from gatebook.tables.store import Appender, Rejects, Store, identifiers, too_many_rows
from gatebook.tables.workbook import check_workbook

_PLACES = 20_000_000  # of a grid


def read_sheet(
    file: Path,
    name: str,
    options: ReadOptions,
    store: Store,
    target: str,
    rejects: Rejects,
    known: Collection[str],
    account: LineAccount,
) -> Part:
    """Put one sheet of a workbook into the table `target`; merged, hidden and uncalculated cells are events.

    Raises:
        TableError: damaged workbook, no such sheet, or several with content and none named.
        LimitError: a cap is exceeded.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and only this reader needs it

    check_workbook(file, name, options)
    try:
        book = load_workbook(file, data_only=True)
        formulas = load_workbook(file, data_only=False)
    except Exception as error:  # noqa: BLE001  openpyxl passes on whatever a damaged part makes zip, XML or its own readers say
        raise TableError(f"{name}: the workbook is damaged ({type(error).__name__}); open and save it again.") from None
    sheet, events = _choose(book, options, name)
    events += _oddities(sheet, formulas[sheet.title])
    grid = _grid(sheet, name)
    width = len(grid[0]) if grid else 0
    if not width:
        raise TableError(f'{name}: sheet {sheet.title!r} is empty; name another with sheet = "..." in `read`.')
    if len(grid) > options.max_rows:
        raise LimitError(too_many_rows(name, options.max_rows))
    rows = [Row(tuple(c or "" for c in row) if any(row) else (), i, 1) for i, row in enumerate(grid, 1)]
    layout = find_layout(rows, header=options.header, skip=options.skip_lines, known=known)
    names, naming = unique_names(layout.header, layout.width)
    appender = Appender(store, target, identifiers(names), options.max_rows)
    last = len(rows) - (options.footer_lines or 0)
    counts = dict.fromkeys(("header", "preamble", "blank", "kept", "footer"), 0)
    for row in rows:
        if not row.cells:
            counts["blank"] += 1
        elif row.line < layout.first:
            counts["header" if row.line == layout.head else "preamble"] += 1
        elif row.line > last:
            counts["footer"] += 1
            rejects.add(row.line, "below the table", "\t".join(row.cells))
        else:
            if (size := max(map(len, row.cells))) > options.max_cell_bytes:
                raise LimitError(
                    f"{name}, row {row.line}: a cell has {size:,} characters, more than the cap; raise max_cell_bytes in the table's section of gatebook.toml."
                )
            appender.add([c or None for c in row.cells])
            counts["kept"] += 1
    appender.flush()
    account = replace(
        account,
        dialect=f"xlsx sheet {sheet.title}",
        lines=len(rows),
        fates=Fates(**counts),
        events=(*events, *layout.events, *naming),
    )
    return Part(account, names, counts["kept"], written=layout.header or names)


def _grid(sheet: Any, name: str) -> list[list[str | None]]:
    """Return the texts of a sheet, as far as its cells hold something; formats beyond that are nobody's rows.

    Raises:
        LimitError: the cells lie so far apart that the rows between them would not fit into memory.
    """
    held = [(c.row, c.column, text) for c in sheet._cells.values() if (text := _text(c.value)) is not None]  # noqa: SLF001 - iter_rows makes a cell for every place
    height = max((row for row, _, _ in held), default=0)
    width = max((column for _, column, _ in held), default=0)
    if height * width > _PLACES:
        raise LimitError(
            f"{name}: the cells of sheet {sheet.title!r} lie {height:,} rows and {width:,} columns apart; remove those far off, or save the sheet as csv."
        )
    grid: list[list[str | None]] = [[None] * width for _ in range(height)]
    for row, column, text in held:
        grid[row - 1][column - 1] = text
    return grid


def _choose(book: Any, options: ReadOptions, name: str) -> tuple[Any, list[Event]]:
    """Return the sheet to read: the named one, or the only visible one with content."""
    wanted = options.sheet or options.table
    titles = [s.title for s in book.worksheets]
    if wanted is not None:
        if wanted not in titles:
            raise TableError(f"{name}: there is no sheet {wanted!r}; there are {', '.join(map(repr, titles[:10]))}.")
        return book[wanted], []
    filled = [s for s in book.worksheets if any(c.value is not None for c in s._cells.values())]  # noqa: SLF001 - as in _grid
    visible = [s for s in filled if s.sheet_state == "visible"] or filled
    if not visible:
        raise TableError(f"{name}: every sheet of the workbook is empty.")
    if len(visible) > 1:
        raise TableError(
            f'{name}: {len(visible)} sheets hold something ({", ".join(s.title for s in visible[:10])}); name one with sheet = "..." in `read`.'
        )
    others = len(filled) - 1
    events = (
        [Event("other-sheets", None, f"{others} hidden sheets hold something too; they are not read.")]
        if others
        else []
    )
    return visible[0], events


def _oddities(sheet: Any, formulas: Any) -> list[Event]:
    events = []
    if merged := list(sheet.merged_cells.ranges):
        events.append(
            Event(
                "merged-cells",
                min(r.min_row for r in merged),
                f"{len(merged)} groups of merged cells: the value stands in the first cell of each, the others are empty.",
            )
        )
    if hidden := [n for n, d in sheet.row_dimensions.items() if d.hidden]:
        events.append(Event("hidden-rows", min(hidden), f"{len(hidden)} rows are hidden; they are part of the table."))
    if columns := [n for n, d in sheet.column_dimensions.items() if d.hidden]:
        events.append(
            Event("hidden-columns", None, f"Hidden columns ({', '.join(sorted(columns)[:5])}) are part of the table.")
        )
    if sheet.sheet_state != "visible":
        events.append(Event("hidden-sheet", None, "The sheet is hidden."))
    open_cells = [
        c.row
        for place, c in formulas._cells.items()  # noqa: SLF001 - as in _grid
        if c.data_type == "f" and (place not in sheet._cells or sheet._cells[place].value is None)  # noqa: SLF001 - as in _grid
    ]
    if open_cells:
        events.append(
            Event(
                "formula-without-value",
                min(open_cells),
                f"{len(open_cells)} formulas were never calculated; their cells are missing. Open the workbook, save it, and read it again.",
            )
        )
    errors = [c.row for c in sheet._cells.values() if c.data_type == "e"]  # noqa: SLF001 - as in _grid
    if errors:
        events.append(
            Event("formula-error", min(errors), f"{len(errors)} cells hold an error such as #N/A; it stays as text.")
        )
    return events


def _text(value: object) -> str | None:
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
