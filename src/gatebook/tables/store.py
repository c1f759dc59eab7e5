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
from gatebook.ledger import write_all
from gatebook.scratch import Scratch

MEMORY = "600MB"
ON_DISK_FROM = 128 * 1024**2
_BATCH = 20_000
_WIDE = 500


def quoted(name: str) -> str:
    """Return a name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifiers(names: Sequence[str]) -> tuple[str, ...]:
    """Return names that DuckDB can tell apart (it ignores case and knows no empty name), in the same order."""
    taken: set[str] = set()
    out = []
    wanted = {n.casefold() for n in names}
    for i, name in enumerate(names):
        base = name if name and "\0" not in name else f"column_{i + 1}"
        new, k = base, 2
        while new.casefold() in taken or (new != name and new.casefold() in wanted):
            new, k = f"{base}_{k}", k + 1
        taken.add(new.casefold())
        out.append(new)
    return tuple(out)


class Store:
    """A private database with one connection. Not shared between threads."""

    def __init__(self, name: str, size: int, max_seconds: float) -> None:
        """Open a database for about `size` bytes of data; `name` is how messages call the table."""
        self.name = name
        self._scratch = Scratch()
        self.scratch = self._scratch.path
        where = str(self.scratch / "table.duckdb") if size > ON_DISK_FROM else ":memory:"
        self.con = duckdb.connect(
            where,
            config={
                "memory_limit": MEMORY,
                "temp_directory": str(self.scratch / "spill"),
                "python_enable_replacements": "false",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            },
        )
        # A query of more than two seconds would print a progress bar into the caller's output.
        self.con.execute("SET enable_progress_bar = false")
        self._max_seconds = max_seconds
        self._end = time.monotonic() + max_seconds

    def check_time(self) -> None:
        """Raise LimitError where the table's time is up."""
        if time.monotonic() > self._end:
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
                f"{self.name}: the table does not fit into the {MEMORY} that reading may use ({str(error).splitlines()[0]}); "
                "keep the columns that are needed, or split the file."
            ) from None
        finally:
            timer.cancel()

    def _too_slow(self) -> str:
        return f"{self.name}: reading took longer than {self._max_seconds:g} seconds; raise max_seconds in the table's section of gatebook.toml."

    def create(self, target: str, names: Sequence[str]) -> None:
        """Create an empty table of text columns."""
        columns = ", ".join(f"{quoted(n)} VARCHAR" for n in names)
        self.con.execute(f"CREATE TABLE {quoted(target)} ({columns})")

    def count(self, target: str) -> int:
        """Return the number of rows that a table holds."""
        row = self.con.execute(f"SELECT count(*) FROM {quoted(target)}").fetchone()  # noqa: S608 - names are quoted, values escaped
        assert row is not None
        return int(row[0])

    def lock(self) -> None:
        """Shut the database off from files and network for good."""
        self.con.execute("SET enable_external_access = false")
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
        self._names = list(names)
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

    def widen(self, name: str) -> None:
        """Add a column; rows so far have nothing in it."""
        self.flush()
        self._names.append(name)
        self._store.con.execute(f"ALTER TABLE {quoted(self._target)} ADD COLUMN {quoted(name)} VARCHAR")

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

        # DuckDB turns "" into NULL far faster than Python does, but a projection of thousands of columns costs it much memory.
        wide = len(self._names) > _WIDE
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
