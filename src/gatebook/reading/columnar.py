"""Files that hold columns: Parquet, Arrow, DuckDB and SQLite; values become text once, rows are held to the file's
own count.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow as pa
from pyarrow import feather, parquet

from gatebook.reading.account import Damage, Fates, Limit, Part, Problem, Seen
from gatebook.reading.content import check_expanded, fingerprint
from gatebook.reading.layout import unique_names
from gatebook.reading.store import WIDE, Flaw, InputFile, Intake, identifiers, literal, quoted

_AT_ONCE = 200  # columns; DuckDB's time for a query grows with the square of their number


def read_parquet(source: InputFile) -> Part:
    """Put a parquet file into its table; nested values become DuckDB's text for them.

    Raises:
        TableError: the file is damaged.
        LimitError: more rows, or more decoded bytes, than the caps allow.
    """
    file = literal(str(source.file))
    with _damage_told(source, "parquet"):
        with source.store.limited() as con:
            count = f"SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata({file})"
            ((rows,),) = con.execute(count).fetchall()
        relation = f"read_parquet({file}, binary_as_string = false)"
        return _load(source, relation, int(rows), "parquet", _stated(source.file))


@contextmanager
def _damage_told(source: InputFile, kind: str) -> Iterator[None]:
    """Raise TableError where a reader says that a file is damaged."""
    try:
        yield
    except duckdb.PermissionException as error:  # a view that reads another file
        raise source.called.refuse(Problem.OUTSIDE, kind=kind, error=str(error).splitlines()[0]) from None
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise source.called.refuse(Problem.DAMAGED, kind=kind, error=str(error).splitlines()[0]) from None


def _stated(file: Path) -> Sequence[str]:
    """Return the Arrow types of a parquet file; DuckDB forgets those that parquet has no word for, as durations.

    Empty where the schema cannot be read: the values are told by what they look like then.
    """
    try:
        return list(map(str, parquet.read_schema(file).types))
    except (pa.ArrowException, OSError):
        return ()


def read_arrow(source: InputFile) -> Part:
    """Put an Arrow (feather) file into its table.

    Raises:
        TableError: the file is damaged.
        LimitError: more rows, or more decoded bytes, than the caps allow.
    """
    with _damage_told(source, "Arrow"):
        table = _decoded(source)
        raw = [f"c{i}" for i in range(table.num_columns)]
        types = list(map(str, table.schema.types))
        con = source.store.con
        con.register("arrow", table.rename_columns(raw))
        try:
            return _load(source, "arrow", table.num_rows, "arrow", types, table.column_names)
        finally:
            con.unregister("arrow")


def _decoded(source: InputFile) -> pa.Table:
    """Return the file's table, read batch by batch so that a file that swells is refused on the way."""
    size = source.file.stat().st_size
    with source.file.open("rb") as handle:
        old = handle.read(4) == b"FEA1"
    if old:  # uncompressed, so no larger than the file
        return feather.read_table(source.file)
    batches, expanded, rows = [], 0, 0
    with pa.memory_map(str(source.file)) as mapped, pa.ipc.open_file(mapped) as reader:
        for number in range(reader.num_record_batches):
            batches.append(reader.get_batch(number))
            expanded += batches[-1].nbytes
            rows += batches[-1].num_rows
            check_expanded(source, expanded, size)
            source.check(Limit.ROWS, rows)
        return pa.Table.from_batches(batches, reader.schema)


def read_duckdb(source: InputFile) -> Part:
    """Put one table or view of a DuckDB file, which is not written to, into its table.

    Raises:
        TableError: damaged file, no such table, or several and none named.
        LimitError: a cap is exceeded.
    """
    with _damage_told(source, "DuckDB"):
        with source.store.limited() as con:
            con.execute(f"ATTACH {literal(str(source.file))} AS source (READ_ONLY)")
            found = con.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source' UNION ALL "
                "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'source' AND NOT internal "
                "ORDER BY ALL"
            ).fetchall()
            labels = {(t if s == "main" else f"{s}.{t}"): f"source.{quoted(s)}.{quoted(t)}" for s, t in found}
            table = source.choose("table", source.options.table, list(labels), "table")
            ((rows,),) = con.execute(f"SELECT count(*) FROM {labels[table]}").fetchall()
        part = _load(source, labels[table], int(rows), f"DuckDB table {table}", empty_is_missing=True)
        source.store.con.execute("DETACH source")
        return part


def _load(
    source: InputFile,
    relation: str,
    rows: int,
    dialect: str,
    types: Sequence[str] = (),
    written: Sequence[str] = (),
    *,
    empty_is_missing: bool = False,
) -> Part:
    """Put a relation of DuckDB into the file's table as text, thousands of columns by parts, and return its part.

    Args:
        source: the file.
        relation: what stands behind FROM.
        rows: how many the file says that it has.
        dialect: how the account calls the format.
        types: the Arrow types of the columns, where the file states them.
        written: names of the columns, where the relation has others.
        empty_is_missing: empty text counts as missing.
    """
    store, target = source.store, source.target
    source.check(Limit.ROWS, rows)
    with store.limited() as con:
        raw = [str(d[0]) for d in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
    store.expect(len(raw))
    names, events = unique_names(written or raw, len(raw))
    cells = [f"CAST({quoted(r)} AS VARCHAR)" for r in raw]
    _check_decoded(source, relation, dict(zip(names, cells, strict=True)))
    cells = [f"nullif({cell}, '')" if empty_is_missing else cell for cell in cells]
    casts = [f"{cell} AS {quoted(n)}" for cell, n in zip(cells, identifiers(names), strict=True)]
    arrays: list[pa.ChunkedArray] = []
    with store.limited() as con:
        if len(raw) <= WIDE:
            con.execute(f"CREATE TABLE {quoted(target)} AS SELECT {', '.join(casts)} FROM {relation}")
        for begin in range(0, len(raw), _AT_ONCE) if len(raw) > WIDE else ():
            part = ", ".join(casts[begin : begin + _AT_ONCE])
            arrays += con.sql(f"SELECT {part} FROM {relation}").to_arrow_table().columns
    if arrays:
        store.create(target, identifiers(names))
        store.insert(target, arrays, empty_is_missing=False)
    fates = Fates(kept=store.count(target))
    account = replace(fingerprint(source, dialect, rows), fates=fates, events=events)
    stated = dict(zip(names, types, strict=True)) if len(types) == len(names) else {}
    return Part(account, names, rows, types=stated)


def _check_decoded(source: InputFile, relation: str, cells: Mapping[str, str]) -> None:
    """Raise LimitError where the values take more room than the caps allow; a small file can hold a huge table."""
    total, size, names = 0, source.file.stat().st_size, list(cells)
    for begin in range(0, len(names), _AT_ONCE):
        part = names[begin : begin + _AT_ONCE]
        sizes = ", ".join(f"coalesce(sum(strlen({cells[n]})), 0), max(strlen({cells[n]}))" for n in part)
        with source.store.limited() as con:
            found = con.execute(f"SELECT {sizes} FROM {relation}").fetchall()[0]
        total += sum(map(int, found[::2]))
        check_expanded(source, total, size)
        for name, longest in zip(part, found[1::2], strict=True):
            source.check(Limit.CELL, longest, column=name)


def read_sqlite(source: InputFile) -> Part:
    """Put one table or view of a SQLite file, which is not written to, into its table.

    Raises:
        TableError: damaged file, no such table, or several and none named.
        LimitError: a cap is exceeded.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(source.file))}?mode=ro&immutable=1", uri=True)) as con:
            return _rows(source, con)
    except sqlite3.Error as error:
        if source.store.is_late():
            raise source.store.too_slow() from None
        if isinstance(error, sqlite3.DataError):
            raise source.called.refuse(Limit.HUGE_CELL, cap=source.options.max_cell_bytes) from None
        raise source.called.refuse(Problem.SQLITE_DAMAGED, error=str(error)) from None


def _rows(source: InputFile, con: sqlite3.Connection) -> Part:
    con.set_progress_handler(source.store.is_late, 100_000)  # a view may never end
    con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, source.options.max_cell_bytes + 1)
    con.execute("PRAGMA trusted_schema = off")
    con.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    found = con.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
        "ORDER BY name"
    )
    table = source.choose("table", source.options.table, [r[0] for r in found], "table")
    total = int(con.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0])
    source.check(Limit.ROWS, total)
    cursor = con.execute(f"SELECT * FROM {quoted(table)}")
    written = [d[0] for d in cursor.description]
    names, events = unique_names(written, len(written))
    intake = Intake(source, names)
    for number, row in enumerate(cursor, 1):
        if any(isinstance(value, bytes) for value in row):
            intake.note(Seen.BINARY_VALUES)
        cells = [_cell(value) for value in row]
        if is_sound("".join(filter(None, cells))):
            intake.keep([cells])
        else:
            intake.lose(Flaw(Damage.ENCODING), number, "\t".join(cell or "" for cell in cells))
    account = fingerprint(source, f"SQLite table {table}", total, "utf-8")
    return intake.part(replace(account, events=events))


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bytes):
        return value.hex()
    return repr(value) if isinstance(value, float) else str(value)


def is_sound(text: str) -> bool:
    """Return whether a text can be written in UTF-8: no byte of it stands for itself, no surrogate for half a
    letter.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
