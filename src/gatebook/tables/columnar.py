"""Parquet and Arrow files: values become text once, rows are checked against the file's own count."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb

from gatebook.errors import LimitError, TableError
from gatebook.project import ReadOptions
from gatebook.tables.account import Fates, LineAccount, Part
from gatebook.tables.layout import unique_names
from gatebook.tables.store import Store, identifiers, literal, quoted, too_many_rows


def read_parquet(
    file: Path, name: str, options: ReadOptions, store: Store, target: str, account: LineAccount
) -> Part:
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
    names, events = unique_names(raw, len(raw))
    _check_decoded(source, raw, name, options, store)
    select = ", ".join(
        f"CAST({quoted(r)} AS VARCHAR) AS {quoted(n)}" for r, n in zip(raw, identifiers(names), strict=True)
    )
    try:
        with store.limited() as con:
            con.execute(f"CREATE TABLE {quoted(target)} AS SELECT {select} FROM {source}")  # noqa: S608 - names are quoted, values escaped
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        raise TableError(
            f"{name}: the parquet file is damaged ({str(error).splitlines()[0]}); export it again."
        ) from None
    account = replace(
        account, dialect="parquet", lines=rows, fates=Fates(kept=store.count(target)), events=tuple(events)
    )
    return Part(account, names, rows)


def _check_decoded(source: str, raw: list[str], name: str, options: ReadOptions, store: Store) -> None:
    """Raise LimitError where the values take more room than the caps allow; a small parquet file can hold a huge table."""
    sizes = ", ".join(
        f"coalesce(sum(strlen(CAST({quoted(r)} AS VARCHAR))), 0), coalesce(max(strlen(CAST({quoted(r)} AS VARCHAR))), 0)"
        for r in raw
    )
    with store.limited() as con:
        try:
            found = con.execute(f"SELECT {sizes} FROM {source}").fetchone()  # noqa: S608 - names are quoted, values escaped
        except (duckdb.InterruptException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error as error:
            raise TableError(
                f"{name}: the parquet file is damaged ({str(error).splitlines()[0]}); export it again."
            ) from None
    assert found is not None
    if (size := sum(map(int, found[::2]))) > options.max_bytes:
        raise LimitError(
            f"{name}: the file expands to {size:,} bytes, more than {options.max_bytes:,}; raise max_bytes in the table's section of gatebook.toml if that is intended."
        )
    for column, longest in zip(raw, found[1::2], strict=True):
        if longest > options.max_cell_bytes:
            raise LimitError(
                f"{name}, column {column!r}: a cell has {longest:,} bytes, more than {options.max_cell_bytes:,}; raise max_cell_bytes in the table's section of gatebook.toml."
            )


def read_arrow(
    file: Path, name: str, options: ReadOptions, store: Store, target: str, account: LineAccount
) -> Part:
    """Put an Arrow (feather) file into the table `target`.

    Raises:
        TableError: the file is damaged.
        LimitError: more rows, or more decoded bytes, than the caps allow.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only this reader needs it
    from pyarrow import feather  # noqa: PLC0415 - same

    try:
        if file.read_bytes()[:4] == b"FEA1":
            table = feather.read_table(file)
        else:
            with pa.memory_map(str(file)) as mapped, pa.ipc.open_file(mapped) as reader:
                table = reader.read_all()
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{name}: the Arrow file is damaged ({error}); export it again.") from None
    if table.num_rows > options.max_rows:
        raise LimitError(too_many_rows(name, options.max_rows))
    if table.nbytes > options.max_bytes:
        raise LimitError(
            f"{name}: the file expands to {table.nbytes:,} bytes, more than {options.max_bytes:,}; raise max_bytes in the table's section of gatebook.toml if that is intended."
        )
    names, events = unique_names(table.column_names, table.num_columns)
    renamed = table.rename_columns([f"c{i}" for i in range(table.num_columns)])
    select = ", ".join(f"CAST(c{i} AS VARCHAR) AS {quoted(n)}" for i, n in enumerate(identifiers(names)))
    try:
        with store.limited() as con:
            con.register("arrow", renamed)
            con.execute(f"CREATE TABLE {quoted(target)} AS SELECT {select} FROM arrow")  # noqa: S608 - names are quoted, values escaped
            con.unregister("arrow")
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        raise TableError(
            f"{name}: a column cannot be read ({str(error).splitlines()[0]}); export it as parquet or csv."
        ) from None
    account = replace(
        account,
        dialect="arrow",
        lines=table.num_rows,
        fates=Fates(kept=store.count(target)),
        events=tuple(events),
    )
    return Part(account, names, table.num_rows)
