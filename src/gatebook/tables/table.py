"""An opened table, and how a project's tables are opened."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gatebook.errors import GatebookError, LimitError, TableError
from gatebook.project import Project, ReadOptions, TableSpec
from gatebook.tables.account import LineAccount, Part, close
from gatebook.tables.paths import FORBIDDEN, resolve
from gatebook.tables.store import Rejects, Store, identifiers, is_text, quoted, too_many_rows

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd
    import pyarrow as pa

_DATA = "data"
_PART = 4 * 1024**2  # bytes of text in a part of a column
_SMALL = (
    16 * 1024**2
)  # bytes of text, cells counted with 16, up to which all columns are taken from the database at once
_FEWEST_ROWS, _MOST_ROWS = 2_048, 100_000  # in a part
_COLUMNS = 5_000  # of a table that is assessed: each one alone costs milliseconds
_NAME = 150  # bytes; file systems stop at 255
REJECTS = Path(".gatebook") / "rejects"


class Table:
    """A table whose cells are all text, as they stand in the files; None only where a file has nothing.

    Attributes:
        role: its section in the project file.
        columns: names, unique; where a file repeats a name, an event tells the new one.
        header: names as written in the first file.
        rows: number of rows.
        accounts: one for each file.
        types: column -> its Arrow type as text (`duration[us]`, `timestamp[ns, tz=UTC]`), of columnar files that agree.
        relation: name of the DuckDB table that holds the rows, in order of `rowid`.
    """

    relation = _DATA

    def __init__(
        self, role: str, store: Store, columns: Sequence[str], header: Sequence[str], parts: Sequence[Part]
    ) -> None:
        """Wrap a loaded store; `parts` holds the records, the missing record numbers and the types of each file."""
        self.role = role
        self.columns = tuple(columns)
        self.header = tuple(header)
        self.accounts: tuple[LineAccount, ...] = tuple(part.account for part in parts)
        self.rows = sum(a.fates.rows for a in self.accounts)
        self._store = store
        self._numbers = tuple((part.records, part.missing) for part in parts)
        self.types = _agreed(parts)
        self._names = dict(zip(self.columns, identifiers(self.columns), strict=True))
        self._positions = {name: i for i, name in enumerate(self.columns)}

    @property
    def closed(self) -> bool:
        """Whether the line account of every file closes."""
        return all(account.closed for account in self.accounts)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The table's own DuckDB connection, shut off from files and network; not to be shared between threads."""
        return self._store.con

    def identifier(self, column: str) -> str:
        """Return the quoted SQL name of a column in `relation`.

        Raises:
            TableError: there is no such column.
        """
        if column not in self._names:
            raise TableError(missing_column(f"[tables.{self.role}]", column, self.columns))
        return quoted(self._names[column])

    def frame(self, columns: Sequence[str] | None = None, limit: int | None = None) -> pd.DataFrame:
        """Return rows as a pandas frame of text (`str` dtype), index 0..rows-1, missing cells as NaN.

        Args:
            columns: the columns wanted, in that order; all by default.
            limit: the first so many rows; all by default.

        Raises:
            TableError: there is no such column.
        """
        import pandas as pd  # noqa: PLC0415 - heavy, and not needed to check a table

        wanted = self.columns if columns is None else tuple(columns)
        if not wanted:
            return pd.DataFrame(index=pd.RangeIndex(self.rows if limit is None else min(limit, self.rows)))
        named = [self.identifier(c) for c in wanted]
        if self._whole is not None:
            arrow = self._whole.select([self._positions[c] for c in wanted]).slice(0, limit)
        else:
            picked = ", ".join(f"{name} AS c{i}" for i, name in enumerate(named))
            end = "" if limit is None else f" LIMIT {int(limit)}"
            arrow = self.con.sql(f"SELECT {picked} FROM {_DATA}{end}").to_arrow_table()  # noqa: S608 - names are quoted, values escaped
        frame: pd.DataFrame = arrow.to_pandas(
            types_mapper={arrow.schema.field(0).type: pd.StringDtype(na_value=float("nan"))}.get
        )
        frame.columns = pd.Index(wanted, dtype="str")
        return frame

    def size(self, column: str) -> int:
        """Return the bytes of a column's text, ends of cells not counted.

        Raises:
            TableError: there is no such column.
        """
        self.identifier(column)
        return self._sizes[self._positions[column]]

    @cached_property
    def _sizes(self) -> tuple[int, ...]:
        """Bytes of text of each column, asked for at once: a query over a wide table costs by its width."""
        sums = ", ".join(f"coalesce(sum(strlen({self.identifier(c)})), 0)" for c in self.columns)
        (row,) = self.con.execute(f"SELECT {sums} FROM {_DATA}").fetchall()  # noqa: S608 - names are quoted, values escaped
        return tuple(map(int, row))

    @cached_property
    def _whole(self) -> pa.Table | None:
        """All columns of a small table, None of a larger one."""
        if sum(self._sizes) + 16 * self.rows * len(self.columns) > _SMALL:
            return None
        return self.con.sql(f"SELECT * FROM {_DATA}").to_arrow_table()  # noqa: S608 - the name is a constant

    def batches(self, column: str) -> Iterator[tuple[pa.Array, np.ndarray]]:
        """Yield a column in parts, in the order of its rows: text as an Arrow array, and a 64-bit hash of each cell (uint64).

        A part takes a few megabytes, however long the column is. Nothing else may ask the table meanwhile.

        Raises:
            TableError: there is no such column.
        """
        name = self.identifier(column)
        rows = max(_FEWEST_ROWS, min(_MOST_ROWS, _PART * self.rows // max(1, self.size(column))))
        found = self.con.sql(f"SELECT {name}, hash({name}) FROM {_DATA}")  # noqa: S608 - names are quoted, values escaped
        for batch in found.to_arrow_reader(rows):
            yield batch.column(0), batch.column(1).to_numpy()

    def record_numbers(self) -> np.ndarray:
        """Return, for each row, the 1-based data record of the input (header not counted), over all files in order; int64 (rows,)."""
        import numpy as np  # noqa: PLC0415 - heavy, and not needed to check a table

        parts, offset = [np.zeros(0, dtype=np.int64)], 0
        for records, missing in self._numbers:
            own = np.arange(1, records + 1, dtype=np.int64)
            parts.append(np.delete(own, np.asarray(missing, dtype=np.int64) - 1) + offset)
            offset += records
        return np.concatenate(parts)

    def close(self) -> None:
        """Free the memory and the scratch folder."""
        self._store.close()


class Tables(Mapping[str, Table]):
    """The tables of a project that could be opened; `problems` holds the error of each that could not."""

    def __init__(self, tables: Mapping[str, Table], problems: Mapping[str, GatebookError]) -> None:
        """Hold opened tables and problems by role."""
        self._tables = dict(tables)
        self.problems = dict(problems)

    def __getitem__(self, role: str) -> Table:
        return self._tables[role]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def open_tables(project: Project) -> Tables:
    """Open every table of a project; rejected lines go to `.gatebook/rejects` in its folder.

    Returns:
        the tables by role. A table that cannot be opened is in `problems` instead, with its error.
    """
    tables: dict[str, Table] = {}
    problems: dict[str, GatebookError] = {}
    for role, spec in project.tables.items():
        try:
            table = open_table(role, spec, project.root, rejects=project.root / REJECTS)
            if len(table.columns) > _COLUMNS:
                table.close()
                raise LimitError(
                    f"[tables.{role}] {spec.path}: {len(table.columns):,} columns; an assessment looks at each of at most "
                    f"{_COLUMNS:,}. Keep the columns that are needed, or give it one row a value."
                )
            tables[role] = table
        except GatebookError as error:
            problems[role] = error
    return Tables(tables, problems)


def open_table(role: str, spec: TableSpec, root: Path, *, rejects: Path | None = None) -> Table:
    """Open one table.

    Args:
        role: its section in the project file.
        spec: what the project file says about it.
        root: the project folder; nothing outside of it is read.
        rejects: folder for the verbatim text of lines that did not get into the table; None keeps none.

    Returns:
        the table, shut off from files and network.

    Raises:
        TableError: a path out of the project, no such file, an unreadable file, a column that the project file names but the
            table lacks.
        LimitError: more bytes, rows, time or memory than the caps allow.
    """
    files = resolve(role, spec.path, root)
    store = Store(f"[tables.{role}] {spec.path}", sum(f.stat().st_size for f in files), spec.read.max_seconds, files)
    try:
        base = root.resolve()
        parts = [_read(role, file, base, spec, store, k, rejects) for k, file in enumerate(files)]
        columns = _assemble(parts, store, spec.read)
        _check_named(role, spec, columns)
        store.lock()
    except BaseException:
        store.close()
        raise
    return Table(role, store, columns, parts[0].written or parts[0].header, parts)


def _agreed(parts: Sequence[Part]) -> dict[str, str]:
    """Return column -> Arrow type, of the columns that have one and the same in every file that holds them."""
    stated: dict[str, set[str]] = {}
    for part in parts:
        for column in part.header:
            stated.setdefault(column, set()).add(part.types.get(column, ""))
    return {c: next(iter(types)) for c, types in stated.items() if len(types) == 1 and "" not in types}


def _check_named(role: str, spec: TableSpec, columns: Sequence[str]) -> None:
    """Raise TableError for the first column that the project file names but the table lacks."""
    for column, key in spec.named_columns().items():
        if column not in columns:
            raise TableError(missing_column(f"[tables.{role}] {key}", column, columns))


def missing_column(where: str, column: str, columns: Sequence[str]) -> str:
    """Return the message for a column that is not there, with the nearest name."""
    near = difflib.get_close_matches(column, columns, n=1, cutoff=0.6) or [
        c for c in columns if c.casefold() == column.casefold()
    ]
    hint = (
        f"; did you mean {near[0]!r}?"
        if near
        else f"; it has {', '.join(map(repr, columns[:12]))}{' ...' if len(columns) > 12 else ''}."
    )
    return f"{where}: the table has no column {column!r}{hint}"


def _read(role: str, file: Path, root: Path, spec: TableSpec, store: Store, k: int, rejects: Path | None) -> Part:
    """Read one file into the table `part_<k>` and close its account."""
    from gatebook.tables.formats import read_file  # noqa: PLC0415 - formats need what this module defines

    path = file.relative_to(root).as_posix()
    sink = Rejects(None if rejects is None else rejects / f"{role}-{_file_name(path)}.txt")
    try:
        part = read_file(_openable(file, store, k), role, path, spec, store, f"part_{k}", sink)
    except PermissionError as error:
        if error.filename is None or Path(error.filename) != file:
            raise  # our own scratch folder
        raise TableError(f"[tables.{role}] {path}: {FORBIDDEN}") from None
    finally:
        sink.close()
    account = close(part.account, store.count(f"part_{k}"))
    return replace(part, account=account)


def _openable(file: Path, store: Store, k: int) -> Path:
    """Return a file that every reader can open: itself, or a copy where its name is not UTF-8."""
    if is_text(str(file)):
        return file
    copy = store.scratch / f"file_{k}{''.join(s for s in file.suffixes if s.isascii())}"
    shutil.copyfile(file, copy)
    return copy


def _file_name(path: str) -> str:
    """Return a path as one name of a file, short enough for any file system; two paths never share one."""
    safe = re.sub(r"[^\w.-]", "_", path.replace("/", "__"))
    if safe == path and len(os.fsencode(safe)) <= _NAME:
        return safe
    short = os.fsencode(safe)[:_NAME].decode(errors="ignore")
    return f"{short}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:8]}"


def _assemble(parts: Sequence[Part], store: Store, options: ReadOptions) -> tuple[str, ...]:
    """Make the parts one table, columns matched by name, and return its columns."""
    con = store.con
    if len(parts) == 1:
        con.execute(f"ALTER TABLE part_0 RENAME TO {_DATA}")
        return parts[0].header
    columns: dict[str, None] = {}
    for part in parts:
        columns.update(dict.fromkeys(part.header))
    names = tuple(columns)
    unique = dict(zip(names, identifiers(names), strict=True))
    store.create(_DATA, list(unique.values()))
    total = sum(p.account.fates.rows for p in parts)
    if total > options.max_rows:
        raise LimitError(too_many_rows(store.name, options.max_rows))
    for k, part in enumerate(parts):
        into = ", ".join(quoted(unique[c]) for c in part.header)
        own = ", ".join(quoted(c) for c in identifiers(part.header))
        with store.limited():
            con.execute(f"INSERT INTO {_DATA} ({into}) SELECT {own} FROM part_{k} ORDER BY rowid")  # noqa: S608 - names are quoted, values escaped
        con.execute(f"DROP TABLE part_{k}")
    return names
