"""An opened table, which reader a file needs, and how files become one table."""

from __future__ import annotations

import difflib
import glob
import hashlib
import os
import re
import shutil
import traceback
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import ValidationError

from gatebook.errors import TableError
from gatebook.reading import columnar, delimited, documents
from gatebook.reading.account import (
    Called,
    JoinAccount,
    Limit,
    LineAccount,
    Part,
    Problem,
    ReadOptions,
    Setting,
    close,
    together,
)
from gatebook.reading.store import InputFile, Rejects, Store, identifiers, is_text, quoted

_DATA = "data"
_PART = 4 * 1024**2  # bytes of text in a part of a column
_SMALL = 16 * 1024**2  # bytes of text, and 16 a cell, up to which all columns are taken from the database at once
_FEWEST_ROWS, _MOST_ROWS = 2_048, 100_000  # in a part
_NAME = 150  # bytes of a name; file systems stop at 255
_MAGIC = (  # where the bytes stand that tell a format
    (0, b"PAR1", columnar.read_parquet),
    (0, b"ARROW1", columnar.read_arrow),
    (0, b"FEA1", columnar.read_arrow),
    (0, b"SQLite format 3\0", columnar.read_sqlite),
    (8, b"DUCK", columnar.read_duckdb),
)
_TOLD_BY_MAGIC = {".xlsx", ".parquet", ".feather", ".arrow"}
_SUFFIXES = {".jsonl": documents.read_json_lines, ".ndjson": documents.read_json_lines, ".json": documents.read_json}


class Table:
    """A table whose cells are all text, as they stand in the files; None only where a file has nothing.

    It is its own context manager: `with read("orders.csv") as table: ...` frees its memory at the end.

    Attributes:
        role: what it is to those who asked for it, e.g. "labels".
        columns: names, unique; where a file repeats a name, an event tells the new one.
        header: names as written in the first file.
        rows: number of rows.
        accounts: one for each file.
        types: column -> its Arrow type as text (`duration[us]`, `timestamp[ns, tz=UTC]`), of columnar files that agree.
        relation: name of the DuckDB table that holds the rows, in order of `rowid`.
    """

    relation = _DATA

    def __init__(self, role: str, store: Store, columns: Sequence[str], parts: Sequence[Part]) -> None:
        """Wrap a loaded store; `parts` holds the records, the missing record numbers and the types of each file."""
        self.role = role
        self.columns = tuple(columns)
        self.header = parts[0].written or parts[0].header
        self.accounts: tuple[LineAccount, ...] = tuple(part.account for part in parts)
        self.rows = sum(a.fates.rows for a in self.accounts)
        self._store = store
        self._numbers = tuple((part.records, part.missing) for part in parts)
        self.types = _agreed(parts)
        self._names = dict(zip(self.columns, identifiers(self.columns), strict=True))

    def __repr__(self) -> str:
        """Return its size and what was lost."""
        fates = self.account.fates
        return (
            f"Table({self.rows:,} rows x {len(self.columns)} columns, {fates.quarantined + fates.rejected:,} not read)"
        )

    def __enter__(self) -> Self:
        """Return the table."""
        return self

    def __exit__(self, *_about: object) -> None:
        """Close the table."""
        self.close()

    @property
    def account(self) -> LineAccount:
        """What became of each line; of several files together."""
        return together(self.accounts)

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
            raise missing_column(self._store.called, column, self.columns)
        return quoted(self._names[column])

    def frame(self, columns: Sequence[str] | None = None, limit: int | None = None) -> pd.DataFrame:
        """Return rows as a pandas frame of text (`str` dtype), index 0..rows-1, missing cells as NaN.

        Args:
            columns: the columns wanted, in that order; all by default.
            limit: the first so many rows; all by default.

        Raises:
            TableError: there is no such column.
        """
        wanted = self.columns if columns is None else tuple(columns)
        if not wanted:
            return pd.DataFrame(index=pd.RangeIndex(self.rows if limit is None else min(limit, self.rows)))
        named = [self.identifier(c) for c in wanted]
        if self._whole is not None:
            arrow = self._whole.select([self._names[c] for c in wanted]).slice(0, limit)
        else:
            picked = ", ".join(f"{name} AS c{i}" for i, name in enumerate(named))
            end = "" if limit is None else f" LIMIT {int(limit)}"
            arrow = self.con.sql(f"SELECT {picked} FROM {_DATA}{end}").to_arrow_table()
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
        return self._sizes[column]

    @cached_property
    def _sizes(self) -> dict[str, int]:
        """Bytes of text of each column, asked for at once: a query over a wide table costs by its width."""
        sums = ", ".join(f"coalesce(sum(strlen({self.identifier(c)})), 0)" for c in self.columns)
        (row,) = self.con.execute(f"SELECT {sums} FROM {_DATA}").fetchall()
        return dict(zip(self.columns, map(int, row), strict=True))

    @cached_property
    def _whole(self) -> pa.Table | None:
        """All columns of a small table, None of a larger one."""
        if sum(self._sizes.values()) + 16 * self.rows * len(self.columns) > _SMALL:
            return None
        return self.con.sql(f"SELECT * FROM {_DATA}").to_arrow_table()

    def batches(self, column: str) -> Iterator[tuple[pa.Array, np.ndarray]]:
        """Yield a column in parts, in the order of its rows: text as an Arrow array, and a 64-bit hash of each cell
        (uint64).

        A part takes a few megabytes, however long the column is. Nothing else may ask the table meanwhile.

        Raises:
            TableError: there is no such column.
        """
        name = self.identifier(column)
        rows = max(_FEWEST_ROWS, min(_MOST_ROWS, _PART * self.rows // max(1, self.size(column))))
        found = self.con.sql(f"SELECT {name}, hash({name}) FROM {_DATA}")
        for batch in found.to_arrow_reader(rows):
            yield batch.column(0), batch.column(1).to_numpy()

    def record_numbers(self) -> np.ndarray:
        """Return, for each row, the 1-based data record of the input (header not counted), over all files in order;
        int64 (rows,).
        """
        parts, offset = [np.zeros(0, dtype=np.int64)], 0
        for records, missing in self._numbers:
            own = np.arange(1, records + 1, dtype=np.int64)
            parts.append(np.delete(own, np.asarray(missing, dtype=np.int64) - 1) + offset)
            offset += records
        return np.concatenate(parts)

    def close(self) -> None:
        """Free the memory and the scratch folder."""
        self._store.close()


@dataclass(frozen=True)
class Request:
    """Who asks for a table, and what is known of it.

    Attributes:
        path: what was asked for.
        role: what the table is to those who ask, e.g. "labels".
        prefix: what messages put before a path.
        where: where the options are set, for messages.
        known: names of columns that are known to be in it.
        rejects: folder that takes lines which are not in the table, None for nowhere.
    """

    path: str
    role: str = ""
    prefix: str = ""
    where: Setting = Setting.CALL
    known: Collection[str] = ()
    rejects: Path | None = None

    def called(self, path: str) -> Called:
        """Return how messages call one of its files."""
        return Called(self.prefix + path, self.where)


def read(path: str | Path, **options: Any) -> Table:
    """Open a file of any kind that is read, or the files of a pattern as one table.

    Args:
        path: a file, or a pattern such as "2026-*.csv".
        options: the attributes of `ReadOptions`, e.g. delimiter=";" or sheet="Answers"; what is not told is found.

    Returns:
        The table: `frame()` is a pandas DataFrame of text, `account` tells what became of each line.

    Raises:
        TableError: there is no such file, it cannot be read, or an option is unknown.
        LimitError: a cap is exceeded.

    Example:
        >>> with read("orders.csv") as table:
        ...     orders, fates = table.frame(), table.account.fates
    """
    request = Request(str(path))
    called = request.called(request.path)
    try:
        told = ReadOptions(**options)
    except ValidationError as error:
        first = error.errors()[0]
        raise called.refuse(Problem.OPTION, option=first["loc"][0], why=first["msg"]) from None
    names = [request.path]
    if glob.has_magic(request.path) and not Path(path).is_file():
        names = sorted(glob.glob(request.path, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    files = {name: Path(name).resolve() for name in names if Path(name).is_file()}
    if not files:
        raise called.refuse(Problem.NO_FILE)
    return open_files(request, files, told)


def open_files(request: Request, files: Mapping[str, Path], options: ReadOptions) -> Table:
    """Open files as one table, columns matched by name.

    Args:
        request: who asks, and what is known.
        files: path as the account has it -> the file, symlinks resolved.
        options: how to read them.

    Raises:
        TableError: a file cannot be read.
        LimitError: more bytes, rows, time or memory than the caps allow.
    """
    called = request.called(request.path)
    store = Store(called, sum(f.stat().st_size for f in files.values()), options.max_seconds, list(files.values()))
    try:
        parts = [
            _read(request, path, file, options, store, f"part_{k}") for k, (path, file) in enumerate(files.items())
        ]
        columns = _assemble(parts, store, options)
        store.lock()
    except BaseException as error:
        traceback.clear_frames(error.__traceback__)  # a database that closes while memory is short may crash
        store.close()
        raise
    return Table(request.role, store, columns, parts)


def _read(request: Request, path: str, file: Path, options: ReadOptions, store: Store, target: str) -> Part:
    """Read one file into the table `target` and close its account."""
    called, folder = request.called(path), request.rejects
    rejects = Rejects(None if folder is None else folder / f"{request.role}-{_file_name(path)}.txt")
    readable = file
    try:
        if not is_text(str(file)):  # no name for DuckDB
            readable = store.scratch / f"{target}{''.join(s for s in file.suffixes if s.isascii())}"
            shutil.copyfile(file, readable)
        source = InputFile(readable, path, called, options, store, target, rejects, request.role, request.known)
        part = _reader(readable, called)(source)
    except PermissionError as error:
        if error.filename is None or Path(error.filename) != file:
            raise  # our own scratch folder
        raise called.refuse(Problem.FORBIDDEN) from None
    finally:
        rejects.close()
    return replace(part, account=close(part.account, store.count(target)))


def _reader(file: Path, called: Called) -> Callable[[InputFile], Part]:
    """Return which reader a file needs: told by its first bytes, then by its name."""
    with file.open("rb") as handle:
        head = handle.read(16)
    for place, magic, reader in _MAGIC:
        if head.startswith(magic, place):
            return reader
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise called.refuse(Problem.OLD_EXCEL)
    suffixes = [s.lower() for s in file.suffixes]
    if head.startswith(b"PK\x03\x04"):
        inside = _members(file)
        if "xl/workbook.xml" in inside:
            return documents.read_sheet
        if "mimetype" in inside or "word/document.xml" in inside:
            raise called.refuse(Problem.DOCUMENT)
        suffixes += [Path(m).suffix.lower() for m in inside[:1]]
    if suffixes and suffixes[-1] in _TOLD_BY_MAGIC:
        raise called.refuse(Problem.NOT_AS_NAMED, kind=suffixes[-1])
    return next((reader for suffix, reader in _SUFFIXES.items() if suffix in suffixes), delimited.read_delimited)


def _members(file: Path) -> list[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return []


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
    names = tuple(dict.fromkeys(name for part in parts for name in part.header))
    unique = dict(zip(names, identifiers(names), strict=True))
    store.create(_DATA, list(unique.values()))
    if sum(p.account.fates.rows for p in parts) > options.max_rows:
        raise store.called.refuse(Limit.ROWS, cap=options.max_rows)
    for k, part in enumerate(parts):
        into = ", ".join(quoted(unique[c]) for c in part.header)
        own = ", ".join(quoted(c) for c in identifiers(part.header))
        with store.limited():
            con.execute(f"INSERT INTO {_DATA} ({into}) SELECT {own} FROM part_{k} ORDER BY rowid")
        con.execute(f"DROP TABLE part_{k}")
    return names


def _agreed(parts: Sequence[Part]) -> dict[str, str]:
    """Return column -> Arrow type, of the columns that have one and the same in every file that holds them."""
    stated: dict[str, set[str]] = {}
    for part in parts:
        for column in part.header:
            stated.setdefault(column, set()).add(part.types.get(column, ""))
    return {c: next(iter(types)) for c, types in stated.items() if len(types) == 1 and "" not in types}


def missing_column(called: Called, column: str, columns: Sequence[str]) -> TableError:
    """Return the error for a column that is not there, with the nearest name."""
    near = difflib.get_close_matches(column, columns, n=1, cutoff=0.6)
    near = near or [c for c in columns if c.casefold() == column.casefold()]
    if near:
        return called.refuse(Problem.NO_COLUMN_NEAR, column=column, near=near[0])
    shown = ", ".join(map(repr, columns[:12])) + (" ..." if len(columns) > 12 else "")
    return called.refuse(Problem.NO_COLUMN, column=column, columns=shown)


def join_account(
    left: Table, left_ids: Sequence[str], right: Table, right_ids: Sequence[str], values: Sequence[str] = ()
) -> JoinAccount:
    """Return the account of joining `right` onto `left`.

    Args:
        left: the table that is joined to, as a rule the sample.
        left_ids: its id columns.
        right: the table that is joined, e.g. the labels.
        right_ids: its id columns, in the same order.
        values: columns of `right`; rows of one id that differ in them conflict. Name the annotator and version columns
            among `right_ids` where several rows an id are meant.

    Raises:
        TableError: a column does not exist.
        ValueError: different numbers of id columns.
    """
    if len(left_ids) != len(right_ids):
        raise ValueError(f"{len(left_ids)} id columns on the left but {len(right_ids)} on the right")
    ours, theirs = left.frame(list(left_ids)), right.frame(list(dict.fromkeys([*right_ids, *values])))
    whole = theirs.dropna(subset=list(right_ids))
    sampled = ours.dropna().set_index(list(left_ids)).index.unique()
    counts = whole.groupby(list(right_ids), sort=False).size()
    both = int(counts.index.isin(sampled).sum())
    versions = whole.drop_duplicates().groupby(list(right_ids), sort=False).size() if values else counts[:0]
    return JoinAccount(
        left=left.role,
        right=right.role,
        matched=both,
        left_only=len(sampled) - both,
        right_only=len(counts) - both,
        duplicate_ids=int((counts > 1).sum()),
        conflicting_duplicates=int((versions > 1).sum()),
        blank_ids=len(ours) - len(ours.dropna()) + len(theirs) - len(whole),
    )
