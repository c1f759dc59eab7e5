"""Names that are themselves personal: a column called by an address, a file called by a telephone number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from gatebook.checks.personal import holds_personal, mask_personal
from gatebook.evidence.disclosure import NAME_WITHHELD, WITHHELD, withheld_names
from gatebook.reading import Table
from gatebook.record import Record


def without_personal_names(
    record: Record, flagged: pd.DataFrame, tables: dict[str, Table], values: Iterable[tuple[str, object]] = ()
) -> tuple[Record, pd.DataFrame]:
    """Return a record and its flagged cells in which no column and no file is called by somebody's data.

    Args:
        record: as judged.
        flagged: finding_id, table, row, column.
        tables: those that were opened, by role.
        values: (column, value) of personal columns that the project file names, in the slice of a target.

    Returns:
        The same record where no name is personal. Else "column 7, name withheld" and "file 2, name withheld" stand in
        every text for the name; of a table that could not be opened, the personal part of its problem is left out.
    """
    columns = {role: withheld_names(table.columns) for role, table in tables.items()}
    names = {name: put for found in reversed(columns.values()) for name, put in found.items()}
    files = {table.path: number for number, table in enumerate(record.tables, 1) if holds_personal(table.path)}
    names |= {path: f"file {number}, {NAME_WITHHELD}" for path, number in files.items()}
    names |= {f"{column} = {value}": f"{column} = {WITHHELD}" for column, value in values}
    told = tuple(mask_personal(problem, NAME_WITHHELD) for problem in record.problems)
    if not names and told == record.problems:
        return record, flagged
    put = _replacing(names) if names else str
    clean = Record.model_validate(_each_text(record.model_dump(), put))
    problems = tuple(mask_personal(problem, NAME_WITHHELD) for problem in clean.problems)
    cells = flagged.assign(column=flagged["column"].map(put)) if len(flagged) else flagged
    return clean.model_copy(update={"problems": problems}), cells


def _replacing(names: dict[str, str]) -> Callable[[str], str]:
    """Return a function that puts each name's substitute; a name in quotes may carry escapes."""
    known = names | {repr(name)[1:-1]: put for name, put in names.items()}
    pattern = re.compile("|".join(re.escape(name) for name in sorted(known, key=len, reverse=True)))
    return lambda text: pattern.sub(lambda m: known[m[0]], text)


def _each_text(value: Any, put: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return put(value)
    if isinstance(value, dict):
        return {put(k) if isinstance(k, str) else k: _each_text(v, put) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_each_text(v, put) for v in value)
    return value
