"""The DuckDB database behind one table: bounded memory, no network, no files once the table is loaded."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from gatebook.errors import LimitError, TableError
from gatebook.files import Scratch, write_all
from gatebook.words.figures import plain_number

MEMORY, MEMORY_OF_WIDE = "256MB", "600MB"  # DuckDB writes a block of every column at once
ON_DISK_FROM = 32 * 1024**2
_BATCH = 20_000
WIDE = 500
_COLUMNS = 12_000


def quoted(name: str) -> str:
    """Return a name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def is_text(name: str) -> bool:
    """Return whether a file's name is UTF-8, which is all that DuckDB can open."""
    return name.encode("utf-8", "replace").decode() == name


def identifiers(names: Sequence[str]) -> tuple[str, ...]:
    """Return names that DuckDB can tell apart (it ignores case and knows no empty name), in the same order."""
    taken: set[str] = set()
    last: dict[str, int] = {}
    out = []
    wanted = {n.casefold() for n in names}
    for i, name in enumerate(names):
        base = name if name and "\0" not in name else f"column_{i + 1}"
        new, k = base, last.get(base.casefold(), 2)
        while new.casefold() in taken or (new != name and new.casefold() in wanted):
            new, k = f"{base}_{k}", k + 1
        last[base.casefold()] = k
        taken.add(new.casefold())
        out.append(new)
    return tuple(out)


class Store:
    """A private database with one connection. Not shared between threads."""

    def __init__(self, name: str, size: int, max_seconds: float, files: Sequence[Path] = ()) -> None:
        """Open a database for about `size` bytes of data that can read `files` and its scratch folder, nothing else.

        `name` is how messages call the table.
        """
        self.name = name
        self._scratch = Scratch()
        self.scratch = self._scratch.path
        where = str(self.scratch / "table.duckdb") if size > ON_DISK_FROM else ":memory:"
        self.con = duckdb.connect(
            where,
            config={
                "memory_limit": MEMORY,
                "preserve_insertion_order": "true",  # who reads a table counts on it
                "temp_directory": str(self.scratch / "spill"),
                "python_enable_replacements": "false",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            },
        )
        # A query of more than two seconds would print a progress bar into the caller's output.
        self.con.execute("SET enable_progress_bar = false")
        # A view in a stranger's database may read any file, so the door is shut before the first one is opened.
        # DuckDB cannot open a name that is not UTF-8; a file called so is read from a copy.
        sound = [str(file) for file in files if is_text(str(file))]
        known = ", ".join(literal(f"{file}{end}") for file in sound for end in ("", ".wal"))
        self.con.execute(f"SET allowed_paths = [{known}]")
        self.con.execute(f"SET allowed_directories = [{literal(str(self.scratch))}]")
        self.con.execute("SET enable_external_access = false")
        self._memory = MEMORY
        self._max_seconds = max_seconds
        self._end = time.monotonic() + max_seconds

    def is_late(self) -> bool:
        """Return whether the table's time is up."""
        return time.monotonic() > self._end

    def check_time(self) -> None:
        """Raise LimitError where the table's time is up."""
        if self.is_late():
            raise LimitError(self._too_slow())

    @contextmanager
    def limited(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give the connection, and interrupt it when the table's time is up.

        Raises:
            LimitError: time or memory is up.
        """
        self.check_time()
        timer = threading.Timer(self._end - time.monotonic(), self.con.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield self.con
        except duckdb.InterruptException:
            raise LimitError(self._too_slow()) from None
        except duckdb.OutOfMemoryException as error:
            raise LimitError(
                f"{self.name}: the table does not fit into the {self._memory} that reading may use ({str(error).splitlines()[0]}); "
                "keep the columns that are needed, or split the file."
            ) from None
        finally:
            timer.cancel()

    def _too_slow(self) -> str:
        return f"{self.name}: reading took longer than {plain_number(self._max_seconds)} seconds; raise max_seconds in the table's section of gatebook.toml."

    def expect(self, columns: int) -> None:
        """Make room for a table of so many columns."""
        if columns > WIDE and self._memory != MEMORY_OF_WIDE:
            self._memory = MEMORY_OF_WIDE
            self.con.execute(f"SET memory_limit = '{self._memory}'")

    def create(self, target: str, names: Sequence[str]) -> None:
        """Create an empty table of text columns."""
        self.expect(len(names))
        columns = ", ".join(f"{quoted(n)} VARCHAR" for n in names)
        self.con.execute(f"CREATE TABLE {quoted(target)} ({columns})")

    def count(self, target: str) -> int:
        """Return the number of rows that a table holds."""
        ((rows,),) = self.con.execute(f"SELECT count(*) FROM {quoted(target)}").fetchall()  # noqa: S608 - names are quoted, values escaped
        return int(rows)  # fetched to its end: an open result would block a later file's registration

    def lock(self) -> None:
        """Fix the settings, so that no later statement loosens them."""
        self.con.execute("SET lock_configuration = true")

    def close(self) -> None:
        """Close the connection and remove the scratch folder."""
        self.con.close()
        self._scratch.close()


class Appender:
    """Collects rows of text cells and puts them into a table in batches."""

    def __init__(self, store: Store, target: str, names: Sequence[str], max_rows: int) -> None:
        """Create the table `target`."""
        self._store = store
        self._target = target
        check_width(store.name, len(names))
        self._names = list(names)
        self._columns: Sequence[str] = names
        self._rows: list[Sequence[str | None]] = []
        self._size = min(_BATCH, max(1, 400_000 // max(1, len(names))))
        self._max_rows = max_rows
        self.total = 0
        store.create(target, names)

    def add(self, row: Sequence[str | None]) -> None:
        """Add a row of as many cells as the table has columns; empty text counts as missing."""
        self._rows.append(row)
        self.total += 1
        if len(self._rows) >= self._size:
            self.flush()

    def add_all(self, rows: Sequence[Sequence[str | None]]) -> None:
        """Add many rows."""
        self._rows.extend(rows)
        self.total += len(rows)
        if len(self._rows) >= self._size:
            self.flush()

    def widen(self, columns: Sequence[str]) -> None:
        """Let rows have more cells from now on: `columns` are all names as written, old ones first."""
        check_width(self._store.name, len(columns))
        self._columns = columns

    def _rebuild(self) -> None:
        """Make the table anew with all columns: to add them one by one takes time with the square of their number."""
        names = identifiers(self._columns)
        nothing = [None] * (len(names) - len(self._names))
        empty = ", NULL" * len(nothing)
        old = f"{self._target} before"
        with self._store.limited() as con:
            con.execute(f"ALTER TABLE {quoted(self._target)} RENAME TO {quoted(old)}")
            self._store.create(self._target, names)
            con.execute(
                f"INSERT INTO {quoted(self._target)} SELECT *{empty} FROM {quoted(old)} ORDER BY rowid"  # noqa: S608 - names are quoted, values escaped
            )
            con.execute(f"DROP TABLE {quoted(old)}")
        self._rows = [[*row, *nothing[: len(names) - len(row)]] for row in self._rows]
        self._names = list(names)

    def flush(self) -> None:
        """Write the collected rows.

        Raises:
            LimitError: more rows than the cap, or no time or memory left.
        """
        if self.total > self._max_rows:
            raise LimitError(too_many_rows(self._store.name, self._max_rows))
        if not self._rows:
            return
        import pyarrow as pa  # noqa: PLC0415 - heavy, and not needed for clean csv

        if len(self._names) < len(self._columns):
            self._rebuild()
        # DuckDB turns "" into NULL far faster than Python does, but a projection of thousands of columns costs it much memory.
        wide = len(self._names) > WIDE
        columns = [
            pa.array([c or None for c in column] if wide else column, pa.string())
            for column in zip(*self._rows, strict=True)
        ]
        batch = pa.Table.from_arrays(columns, names=[f"c{i}" for i in range(len(columns))])
        with self._store.limited() as con:
            con.register("batch", batch)
            values = "*" if wide else ", ".join(f"nullif(c{i}, '')" for i in range(len(columns)))
            con.execute(f"INSERT INTO {quoted(self._target)} SELECT {values} FROM batch")  # noqa: S608 - names are quoted, values escaped
            con.unregister("batch")
        self._rows.clear()


def check_width(name: str, columns: int) -> None:
    """Raise LimitError for a table of more columns than any table has; the time to make one grows with their square."""
    if columns > _COLUMNS:
        raise LimitError(
            f"{name}: more than {_COLUMNS:,} columns; is this a table? Keep the columns that are needed, or give it one row a value."
        )


def too_many_rows(name: str, max_rows: int) -> str:
    """Return the message for a table with more rows than the cap."""
    return f"{name}: more than {max_rows:,} rows; raise max_rows in the table's section of gatebook.toml if that is intended."


def _bytes(text: str) -> bytes:
    """Return the bytes that a text was read from; half a surrogate pair, which JSON can spell, stays spelled out."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


class Rejects:
    """Takes the verbatim text of records that are not in the table; writes it where a folder was given."""

    def __init__(self, file: Path | None) -> None:
        """Write to `file` (mode 0600), or nowhere where it is None."""
        self._file = file
        self._handle: int | None = None

    def add(self, line: int, reason: str, raw: str) -> None:
        """Add one record.

        Raises:
            TableError: the file cannot be written.
        """
        if self._file is None:
            return
        text = f"# line {line}: {reason}\n{raw}" + ("" if raw.endswith(("\n", "\r")) else "\n")
        try:
            if self._handle is None:
                self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file.unlink(missing_ok=True)
                self._handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            write_all(self._handle, _bytes(text))
        except OSError as error:
            raise TableError(
                f"{self._file}: rejected lines cannot be kept here ({error.strerror}); make the folder writable."
            ) from None

    def close(self) -> None:
        """Close the file; a file of an earlier run is removed where nothing was rejected this time."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        elif self._file is not None and self._file.exists():
            self._file.unlink()
