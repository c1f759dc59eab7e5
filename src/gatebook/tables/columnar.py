"""Parquet and Arrow files: values become text once, rows are checked against the file's own count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from gatebook.errors import LimitError, TableError
from gatebook.project import ReadOptions
from gatebook.tables.account import Fates, LineAccount, Part
from gatebook.tables.content import check_expanded
from gatebook.tables.layout import unique_names
from gatebook.tables.store import WIDE, Store, check_width, identifiers, literal, quoted, too_many_rows

if TYPE_CHECKING:
    import pyarrow as pa

_AT_ONCE = 200


def read_parquet(file: Path, name: str, options: ReadOptions, store: Store, target: str, account: LineAccount) -> Part:
    """Put a parquet file into the table `target`; nested values become DuckDB's text for them.

    Raises:
        TableError: the file is damaged.
        LimitError: more rows, or more decoded bytes, than the caps allow.
    """
    source = f"read_parquet({literal(str(file))}, binary_as_string = false)"
    try:
        with store.limited() as con:
            total = con.execute(
                f"SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata({literal(str(file))})"  # noqa: S608 - names are quoted, values escaped
            ).fetchone()
            described = con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608 - names are quoted, values escaped
    except duckdb.Error as error:
        raise TableError(
            f"{name}: the parquet file is damaged ({str(error).splitlines()[0]}); export it again."
        ) from None
    assert total is not None
    rows = int(total[0])
    if rows > options.max_rows:
        raise LimitError(too_many_rows(name, options.max_rows))
    raw = [str(d[0]) for d in described]
    check_width(name, len(raw))
    names, events = unique_names(raw, len(raw))
    store.expect(len(names))
    try:
        _check_decoded(source, raw, name, file.stat().st_size, options, store)
        _load(source, raw, identifiers(names), store, target)
    except duckdb.Error as error:
        raise TableError(
            f"{name}: the parquet file is damaged ({str(error).splitlines()[0]}); export it again."
        ) from None
    account = replace(
        account, dialect="parquet", lines=rows, fates=Fates(kept=store.count(target)), events=tuple(events)
    )
    return Part(account, names, rows, types=_stated(file, names))


def _stated(file: Path, names: Sequence[str]) -> dict[str, str]:
    """Return column -> Arrow type of a parquet file; DuckDB forgets those that parquet has no word for, as durations.

    Empty where the schema cannot be read: the values are told by what they look like then.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only this reader needs it
    from pyarrow import parquet  # noqa: PLC0415 - same

    try:
        types = parquet.read_schema(file).types
    except (pa.ArrowException, OSError):
        return {}
    return dict(zip(names, map(str, types), strict=True)) if len(types) == len(names) else {}


def _check_decoded(source: str, raw: Sequence[str], name: str, size: int, options: ReadOptions, store: Store) -> None:
    """Raise LimitError where the values take more room than the caps allow; a small file can hold a huge table."""
    total = 0
    for begin in range(0, len(raw), _AT_ONCE):  # DuckDB's time for a query grows with the square of its columns
        part = raw[begin : begin + _AT_ONCE]
        lengths = [f"strlen(CAST({quoted(r)} AS VARCHAR))" for r in part]
        sizes = ", ".join(f"coalesce(sum({one}), 0), coalesce(max({one}), 0)" for one in lengths)
        with store.limited() as con:
            found = con.execute(f"SELECT {sizes} FROM {source}").fetchall()[0]  # noqa: S608 - names are quoted, values escaped
        total += sum(map(int, found[::2]))
        check_expanded(name, total, size, options)
        for column, longest in zip(part, found[1::2], strict=True):
            if longest > options.max_cell_bytes:
                raise LimitError(
                    f"{name}, column {column!r}: a cell has {longest:,} bytes, more than {options.max_cell_bytes:,}; raise max_cell_bytes in the table's section of gatebook.toml."
                )


def _load(source: str, raw: Sequence[str], names: Sequence[str], store: Store, target: str) -> None:
    """Put the columns of `source` into a new table as text; thousands of them by parts, for the reason above."""
    casts = [f"CAST({quoted(r)} AS VARCHAR) AS {quoted(n)}" for r, n in zip(raw, names, strict=True)]
    with store.limited() as con:
        if len(raw) <= WIDE:
            con.execute(f"CREATE TABLE {quoted(target)} AS SELECT {', '.join(casts)} FROM {source}")  # noqa: S608 - names are quoted, values escaped
            return
        import pyarrow as pa  # noqa: PLC0415 - heavy, and only wide tables need it

        arrays: list[pa.ChunkedArray] = []
        for begin in range(0, len(raw), _AT_ONCE):
            part = ", ".join(casts[begin : begin + _AT_ONCE])
            arrays += con.sql(f"SELECT {part} FROM {source}").to_arrow_table().columns  # noqa: S608 - names are quoted, values escaped
        store.create(target, names)
        con.register("wide", pa.table(arrays, names=[f"c{i}" for i in range(len(arrays))]))
        con.execute(f"INSERT INTO {quoted(target)} SELECT * FROM wide")  # noqa: S608 - names are quoted, values escaped
        con.unregister("wide")


def read_arrow(file: Path, name: str, options: ReadOptions, store: Store, target: str, account: LineAccount) -> Part:
    """Put an Arrow (feather) file into the table `target`.

    Raises:
        TableError: the file is damaged.
        LimitError: more rows, or more decoded bytes, than the caps allow.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only this reader needs it

    try:
        table = _decoded(file, name, options)
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{name}: the Arrow file is damaged ({error}); export it again.") from None
    check_width(name, table.num_columns)
    names, events = unique_names(table.column_names, table.num_columns)
    store.expect(len(names))
    raw = [f"c{i}" for i in range(table.num_columns)]
    store.con.register("arrow", table.rename_columns(raw))
    try:
        _check_decoded("arrow", raw, name, file.stat().st_size, options, store)
        _load("arrow", raw, identifiers(names), store, target)
    except duckdb.Error as error:
        raise TableError(
            f"{name}: a column cannot be read ({str(error).splitlines()[0]}); export it as parquet or csv."
        ) from None
    finally:
        store.con.unregister("arrow")
    account = replace(
        account, dialect="arrow", lines=table.num_rows, fates=Fates(kept=store.count(target)), events=tuple(events)
    )
    return Part(account, names, table.num_rows, types=dict(zip(names, map(str, table.schema.types), strict=True)))


def _decoded(file: Path, name: str, options: ReadOptions) -> pa.Table:
    """Return the file's table, read batch by batch so that a file that swells is refused on the way."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only this reader needs it
    from pyarrow import feather  # noqa: PLC0415 - same

    size = file.stat().st_size
    with file.open("rb") as handle:
        old = handle.read(4) == b"FEA1"
    if old:  # uncompressed, so no larger than the file
        table = feather.read_table(file)
    else:
        batches, expanded, rows = [], 0, 0
        with pa.memory_map(str(file)) as mapped, pa.ipc.open_file(mapped) as reader:
            for number in range(reader.num_record_batches):
                batches.append(reader.get_batch(number))
                expanded += batches[-1].nbytes
                rows += batches[-1].num_rows
                check_expanded(name, expanded, size, options)
                if rows > options.max_rows:
                    raise LimitError(too_many_rows(name, options.max_rows))
            table = pa.Table.from_batches(batches, reader.schema)
    if table.num_rows > options.max_rows:
        raise LimitError(too_many_rows(name, options.max_rows))
    return table
