"""The database that takes a table: few threads, a cap on memory, no network, no files once the table is loaded."""

from __future__ import annotations

import os
import threading
import time
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from gatebook.errors import TableError
from gatebook.files import Scratch, write_all
from gatebook.reading.account import Called, Damage, Fates, Limit, LineAccount, Part, Problem, ReadOptions, Seen, seen
from gatebook.words import say

MEMORY, MEMORY_OF_WIDE = "256MB", "600MB"  # DuckDB writes a block of every column at once
ON_DISK_FROM = 32 * 1024**2
WIDE = 500  # columns; a projection of thousands costs DuckDB much memory, and time with the square of their number
_BATCH = 20_000
_CAPS = {
    Limit.BYTES: "max_bytes",
    Limit.CELL: "max_cell_bytes",
    Limit.EXPANDED: "max_bytes",
    Limit.LINE: "max_cell_bytes",
    Limit.ROWS: "max_rows",
}
_COLUMNS = 12_000  # of any table; the time to make one grows with their square


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
    usable = [n if n and "\0" not in n else f"column_{i + 1}" for i, n in enumerate(names)]
    return distinct(names, usable, str.casefold)


def distinct(names: Sequence[str], wanted: Sequence[str], same: Callable[[str], str] = str) -> tuple[str, ...]:
    """Return names made different by a number, each as wanted where that is possible.

    Args:
        names: as they are; none of them is given to another.
        wanted: what they should become.
        same: names are alike where this makes them equal.
    """
    own, taken, last = {same(n) for n in names}, set[str](), dict[str, int]()
    out = []
    for name, base in zip(names, wanted, strict=True):
        new, k = base, last.get(same(base), 2)
        while same(new) in taken or (new != name and same(new) in own):
            new, k = f"{base}_{k}", k + 1
        last[same(base)] = k
        taken.add(same(new))
        out.append(new)
    return tuple(out)


class Store:
    """A private database with one connection. Not shared between threads."""

    def __init__(self, called: Called, size: int, max_seconds: float, files: Sequence[Path] = ()) -> None:
        """Open a database for about `size` bytes of data that can read `files` and its scratch folder, nothing else.

        `called` is how messages call the table.
        """
        self.called = called
        self._scratch = Scratch()
        self.scratch = self._scratch.path
        self._memory = MEMORY
        self._max_seconds = max_seconds
        self._end = time.monotonic() + max_seconds
        self.con = duckdb.connect(
            str(self.scratch / "table.duckdb") if size > ON_DISK_FROM else ":memory:",
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

    def is_late(self) -> bool:
        """Return whether the table's time is up."""
        return time.monotonic() > self._end

    def too_slow(self) -> TableError:
        """Return the error of a table whose time is up."""
        return self.called.refuse(Limit.SECONDS, seconds=self._max_seconds)

    @contextmanager
    def limited(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give the connection, and interrupt it when the table's time is up.

        Raises:
            LimitError: time or memory is up.
        """
        if self.is_late():
            raise self.too_slow()
        timer = threading.Timer(self._end - time.monotonic(), self.con.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield self.con
        except duckdb.InterruptException:
            raise self.too_slow() from None
        except duckdb.OutOfMemoryException as error:
            raise self.called.refuse(Limit.MEMORY, memory=self._memory, error=str(error).splitlines()[0]) from None
        finally:
            timer.cancel()

    def expect(self, columns: int) -> None:
        """Make room for a table of so many columns.

        Raises:
            LimitError: more than any table has.
        """
        if columns > _COLUMNS:
            raise self.called.refuse(Limit.COLUMNS, cap=_COLUMNS)
        if columns > WIDE and self._memory != MEMORY_OF_WIDE:
            self._memory = MEMORY_OF_WIDE
            self.con.execute(f"SET memory_limit = '{self._memory}'")

    def create(self, target: str, names: Sequence[str]) -> None:
        """Create an empty table of text columns."""
        self.expect(len(names))
        columns = ", ".join(f"{quoted(n)} VARCHAR" for n in names)
        self.con.execute(f"CREATE TABLE {quoted(target)} ({columns})")

    def insert(self, target: str, columns: Sequence[pa.Array], *, empty_is_missing: bool = True) -> None:
        """Add columns of text to a table, in its order; up to `WIDE` of them, empty text counts as missing."""
        names = [f"c{i}" for i in range(len(columns))]
        plain = len(names) > WIDE or not empty_is_missing
        values = "*" if plain else ", ".join(f"nullif({c}, '')" for c in names)
        with self.limited() as con:
            con.register("batch", pa.table(list(columns), names=names))
            con.execute(f"INSERT INTO {quoted(target)} SELECT {values} FROM batch")
            con.unregister("batch")

    def count(self, target: str) -> int:
        """Return the number of rows that a table holds."""
        ((rows,),) = self.con.execute(f"SELECT count(*) FROM {quoted(target)}").fetchall()
        return int(rows)  # fetched to its end: an open result would block a later file's registration

    def lock(self) -> None:
        """Fix the settings, so that no later statement loosens them."""
        self.con.execute("SET lock_configuration = true")

    def close(self) -> None:
        """Close the connection and remove the scratch folder."""
        self.con.close()
        self._scratch.close()


@dataclass(frozen=True)
class InputFile:
    """One file on its way into a table of the store.

    Attributes:
        file: the file.
        path: as it was asked for.
        called: how messages call it.
        options: how to read it.
        store: the database.
        target: the table to create in it.
        rejects: takes what does not get into the table.
        role: what the table is to those who asked for it.
        known: column names that are known to be in it.
    """

    file: Path
    path: str
    called: Called
    options: ReadOptions
    store: Store
    target: str
    rejects: Rejects
    role: str = ""
    known: Collection[str] = ()

    def check(self, limit: Limit, size: int | None, **values: object) -> None:
        """Raise LimitError where `size` is more than the option that caps it; `values` are for the words."""
        cap = getattr(self.options, _CAPS[limit])
        if size is not None and size > cap:
            raise self.called.refuse(limit, cap=cap, size=size, **values)

    def choose(self, option: str, wanted: str | None, names: Sequence[str], kind: str) -> str:
        """Return the table, sheet or array to read: the one that was asked for, or the only one.

        Raises:
            TableError: there is none of that name, or several and none is named.
        """
        if wanted is not None and wanted not in names:
            shown = ", ".join(map(repr, names[:10])) or "none"
            raise self.called.refuse(Problem.NO_MEMBER, kind=kind, name=wanted, names=shown)
        if wanted is None and len(names) != 1:
            shown = ", ".join(names[:10])
            raise self.called.refuse(Problem.SEVERAL, kind=kind, names=shown, option=option)
        return wanted or names[0]


class Flaw(NamedTuple):
    """What is wrong with a record, or what was done to it.

    Attributes:
        code: which.
        other, own: the delimiter that it was written with and that of the table, where they differ.
        repairable: it can be made whole, which nobody asked for.
    """

    code: Damage
    other: str = ""
    own: str = ""
    repairable: bool = False

    @property
    def text(self) -> str:
        """The cause in words."""
        what = say(self.code, other=self.other, own=self.own)
        return say(Damage.REPAIRABLE, what=what) if self.repairable else what


class Intake:
    """Puts the records of a file into its table in batches, and keeps account of what became of each line."""

    def __init__(self, source: InputFile, names: Sequence[str]) -> None:
        """Create the table with columns `names`, unique."""
        self.source = source
        self.names = list(names)
        self.fates: Counter[str] = Counter()
        self.noted: Counter[Seen | Flaw] = Counter()
        self.first: dict[Seen | Flaw, int] = {}
        self.records = 0
        self.missing = array("q")
        self._made = len(names)
        self._rows: list[Sequence[str | None]] = []
        self._size = min(_BATCH, max(1, 400_000 // max(1, len(names))))
        source.store.create(source.target, identifiers(self.names))

    def keep(self, rows: Sequence[Sequence[str | None]], fate: str = "kept") -> None:
        """Take records of as many cells as there are names; empty text counts as missing."""
        self.fates[fate] += len(rows)
        self.records += len(rows)
        self._rows.extend(rows)
        if len(self._rows) >= self._size:
            self.flush()

    def lose(self, cause: Flaw, line: int, raw: str, fate: str = "rejected") -> None:
        """Book a record that does not get into the table, quarantined or rejected."""
        self.fates[fate] += 1
        self.records += 1
        self.missing.append(self.records)
        self.note(cause, line)
        self.source.rejects.add(line, cause.text, raw)

    def below(self, what: Seen, line: int, raw: str) -> None:
        """Book a line below the table."""
        self.fates["footer"] += 1
        self.note(what, line)
        self.source.rejects.add(line, say(Damage.BELOW), raw)

    def note(self, what: Seen | Flaw, line: int | None = None, times: int = 1) -> None:
        """Count what a person should know, for an event at the end."""
        self.noted[what] += times
        if line is not None:
            self.first.setdefault(what, line)

    def widen(self, names: Sequence[str]) -> None:
        """Let records have more cells from now on: `names` are all names, old ones first."""
        self.source.store.expect(len(names))
        self.names = list(names)

    def flush(self) -> None:
        """Write the collected records.

        Raises:
            LimitError: more rows or a larger cell than the caps allow, or no time or memory left.
        """
        width, source = len(self.names), self.source
        source.check(Limit.ROWS, self.fates["kept"] + self.fates["repaired"])
        if not self._rows:
            return
        if self._made < width:
            self._rebuild()
        # DuckDB turns "" into NULL far faster than Python does, unless there are thousands of columns.
        columns = [
            pa.array([c or None for c in column] if width > WIDE else column, pa.string())
            for column in zip(*self._rows, strict=True)
        ]
        for name, column in zip(self.names, columns, strict=True):
            if column.nbytes > source.options.max_cell_bytes:
                source.check(Limit.CELL, pc.max(pc.binary_length(column)).as_py(), column=name)
        source.store.insert(source.target, columns)
        self._rows.clear()

    def _rebuild(self) -> None:
        """Make the table anew with all columns: to add them one by one takes time with the square of their number."""
        store, target, more = self.source.store, quoted(self.source.target), len(self.names) - self._made
        old = quoted(f"{self.source.target} before")
        with store.limited() as con:
            con.execute(f"ALTER TABLE {target} RENAME TO {old}")
            store.create(self.source.target, identifiers(self.names))
            con.execute(f"INSERT INTO {target} SELECT *{', NULL' * more} FROM {old} ORDER BY rowid")
            con.execute(f"DROP TABLE {old}")
        self._rows = [[*row, *[None] * (len(self.names) - len(row))] for row in self._rows]
        self._made = len(self.names)

    def part(self, account: LineAccount, written: Sequence[str] = ()) -> Part:
        """Write what is left and return the file's part, its account with fates and events."""
        self.flush()
        events = list(account.events)
        for what, n in sorted(self.noted.items(), key=lambda item: self.first.get(item[0], 0)):
            line = self.first.get(what)
            events.append(
                seen(what, line, n=n) if isinstance(what, Seen) else seen(Seen.DAMAGED, line, n=n, why=what.text)
            )
        account = replace(account, fates=Fates(**self.fates), events=tuple(events))
        return Part(account, tuple(self.names), self.records, self.missing, tuple(written))


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
            raise Called(str(self._file)).refuse(Problem.REJECTS, error=error.strerror) from None

    def close(self) -> None:
        """Close the file; a file of an earlier run is removed where nothing was rejected this time."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        elif self._file is not None and self._file.exists():
            self._file.unlink()


def _bytes(text: str) -> bytes:
    """Return the bytes that a text was read from; half a surrogate pair, which JSON can spell, stays spelled out."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")
