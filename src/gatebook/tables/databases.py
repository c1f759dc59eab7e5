"""SQLite and DuckDB files, read without writing to them; nothing is downloaded."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import duckdb

from gatebook.errors import LimitError, TableError
from gatebook.project import ReadOptions
from gatebook.tables.account import Event, Fates, LineAccount, Part
from gatebook.tables.layout import unique_names
from gatebook.tables.store import Appender, Store, check_width, identifiers, literal, quoted, too_many_rows


def read_database(
    file: Path, name: str, options: ReadOptions, store: Store, target: str, account: LineAccount, *, kind: str
) -> Part:
    """Put one table of a SQLite or DuckDB file into the table `target`.

    Args:
        file: the database file.
        name: how messages call it.
        options: `table` names the table where there are several.
        store: the database that takes the rows.
        target: table to create.
        account: to be completed.
        kind: "sqlite" or "duckdb".

    Raises:
        TableError: damaged file, no such table, or several and none named.
        LimitError: a cap is exceeded.
    """
    return (_sqlite if kind == "sqlite" else _duckdb)(file, name, options, store, target, account)


def _choose(tables: Sequence[str], options: ReadOptions, name: str) -> str:
    if options.table is not None:
        if options.table in tables:
            return options.table
        raise TableError(
            f"{name}: there is no table {options.table!r}; there are {', '.join(map(repr, tables[:10])) or 'none'}."
        )
    if len(tables) != 1:
        raise TableError(
            f'{name}: the file holds {len(tables)} tables ({", ".join(tables[:10])}); name one with table = "..." in `read`.'
        )
    return tables[0]


def _sqlite(file: Path, name: str, options: ReadOptions, store: Store, target: str, account: LineAccount) -> Part:
    source = None
    try:
        source = sqlite3.connect(f"file:{quote(str(file))}?mode=ro&immutable=1", uri=True)
        source.set_progress_handler(store.is_late, 100_000)  # a view may never end
        source.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, options.max_cell_bytes + 1)
        source.execute("PRAGMA trusted_schema = off")
        source.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        found = source.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        )
        table = _choose([r[0] for r in found], options, name)
        total = int(source.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0])  # noqa: S608 - names are quoted, values escaped
        if total > options.max_rows:
            raise LimitError(too_many_rows(name, options.max_rows))
        cursor = source.execute(f"SELECT * FROM {quoted(table)}")  # noqa: S608 - names are quoted, values escaped
        raw = [d[0] for d in cursor.description]
        names, events = unique_names(raw, len(raw))
        appender = Appender(store, target, identifiers(names), options.max_rows)
        blobs = rejected = records = 0
        missing: list[int] = []
        for row in cursor:
            records += 1
            blobs += any(isinstance(v, bytes) for v in row)
            cells = [_cell(v) for v in row]
            if max((len(c) for c in cells if c), default=0) > options.max_cell_bytes:
                raise LimitError(_large_cell(f"{name}, row {records}", options))
            if any(c is not None and not c.isascii() and _broken(c) for c in cells):
                rejected += 1
                missing.append(records)
                continue
            appender.add(cells)
        appender.flush()
    except sqlite3.Error as error:
        store.check_time()
        if isinstance(error, sqlite3.DataError):
            raise LimitError(_large_cell(name, options)) from None
        raise TableError(
            f"{name}: the SQLite file cannot be read ({error}); copy it while no program writes to it."
        ) from None
    finally:
        if source is not None:
            source.close()
    if blobs:
        events.append(Event("binary-values", None, f"{blobs} rows hold binary values; they are given in hexadecimal."))
    if rejected:
        events.append(
            Event("damaged-records", None, f"{rejected} rows hold bytes that are not UTF-8; they are rejected.")
        )
    fates = Fates(kept=appender.total, rejected=rejected)
    account = replace(
        account, encoding="utf-8", dialect=f"SQLite table {table}", lines=total, fates=fates, events=tuple(events)
    )
    return Part(account, names, records, missing)


def _large_cell(where: str, options: ReadOptions) -> str:
    return f"{where}: a cell is larger than {options.max_cell_bytes:,} bytes; raise max_cell_bytes in the table's section of gatebook.toml."


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bytes):
        return value.hex()
    return repr(value) if isinstance(value, float) else str(value)


def _broken(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return True
    return False


def _duckdb(file: Path, name: str, options: ReadOptions, store: Store, target: str, account: LineAccount) -> Part:
    try:
        with store.limited() as con:
            con.execute(f"ATTACH {literal(str(file))} AS source (READ_ONLY)")
            found = con.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source' UNION ALL "
                "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'source' AND NOT internal ORDER BY ALL"
            ).fetchall()
            labels = {(t if s == "main" else f"{s}.{t}"): f"source.{quoted(s)}.{quoted(t)}" for s, t in found}
            table = _choose(list(labels), options, name)
            total = con.execute(f"SELECT count(*) FROM {labels[table]}").fetchone()  # noqa: S608 - names are quoted, values escaped
            assert total is not None
            if total[0] > options.max_rows:
                raise LimitError(too_many_rows(name, options.max_rows))
            raw = [str(d[0]) for d in con.execute(f"DESCRIBE SELECT * FROM {labels[table]}").fetchall()]  # noqa: S608 - names are quoted, values escaped
            check_width(name, len(raw))
            names, events = unique_names(raw, len(raw))
            select = ", ".join(
                f"nullif(CAST({quoted(r)} AS VARCHAR), '') AS {quoted(n)}"
                for r, n in zip(raw, identifiers(names), strict=True)
            )
            store.expect(len(names))
            con.execute(f"CREATE TABLE {quoted(target)} AS SELECT {select} FROM {labels[table]}")  # noqa: S608 - names are quoted, values escaped
            con.execute("DETACH source")
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        raise TableError(
            f"{name}: the DuckDB file cannot be read ({str(error).splitlines()[0]}); export the table as parquet."
        ) from None
    account = replace(
        account,
        dialect=f"DuckDB table {table}",
        lines=int(total[0]),
        fates=Fates(kept=store.count(target)),
        events=tuple(events),
    )
    return Part(account, names, int(total[0]))
