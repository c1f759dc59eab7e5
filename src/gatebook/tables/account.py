"""The line account: what a file is, and what became of each of its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace


@dataclass(frozen=True)
class Fates:
    """Number of lines (rows, for formats without lines) by what became of them.

    Attributes:
        header: lines with column names, repeated ones included.
        preamble: lines above the header.
        footer: lines below the table: totals, notes, a second table.
        blank: empty lines.
        continuation: second and later lines of a record that spans several.
        kept: records that are in the table as they stand in the file.
        repaired: records that are in the table after a repair that the project opted into.
        quarantined: records of a wrong width or with a repair that the project did not opt into.
        rejected: records that cannot be read at all.
    """

    header: int = 0
    preamble: int = 0
    footer: int = 0
    blank: int = 0
    continuation: int = 0
    kept: int = 0
    repaired: int = 0
    quarantined: int = 0
    rejected: int = 0

    @property
    def total(self) -> int:
        """Lines that have a fate."""
        return sum(int(getattr(self, field.name)) for field in fields(self))

    @property
    def rows(self) -> int:
        """Records that are in the table."""
        return self.kept + self.repaired


@dataclass(frozen=True)
class Event:
    """What a person should know about a file. The message never quotes the file's content.

    Attributes:
        kind: short stable name, e.g. "quote-in-field".
        line: 1-based physical line (or row) of the first occurrence, None where it concerns the whole file.
        message: one sentence.
    """

    kind: str
    line: int | None
    message: str


@dataclass(frozen=True)
class LineAccount:
    """The account of one file.

    Attributes:
        role: the table's section in the project file.
        path: relative to the project folder.
        sha256: of the file's bytes.
        bytes: size of the file.
        encoding: name of the text encoding, None for binary formats.
        dialect: readable, e.g. "comma, double quotes, LF"; None for formats without one.
        lines: independent count of physical lines (rows for parquet, xlsx, databases; elements for json).
        fates: what became of them.
        closed: the fates add up to the lines and nothing went missing on the way.
        events: what a person should know.
    """

    role: str
    path: str
    sha256: str
    bytes: int
    encoding: str | None
    dialect: str | None
    lines: int
    fates: Fates
    closed: bool
    events: tuple[Event, ...] = ()


def close(account: LineAccount, stored: int) -> LineAccount:
    """Return the account with `closed` decided: the fates must add up to the lines, the rows to `stored`.

    Args:
        account: as filled by a reader.
        stored: rows of this file that the table was found to hold.
    """
    wrong = []
    if account.fates.total != account.lines:
        wrong.append(f"{account.lines} lines were counted but {account.fates.total} have a fate")
    if account.fates.rows != stored:
        wrong.append(f"{account.fates.rows} records were read but the table holds {stored}")
    if not wrong:
        return replace(account, closed=True)
    event = Event("open-account", None, f"The line account does not close: {'; '.join(wrong)}.")
    return replace(account, closed=False, events=(*account.events, event))


@dataclass(frozen=True)
class JoinAccount:
    """Counts of a join of `right` onto `left`.

    Attributes:
        left: role of the left table.
        right: role of the right table.
        matched: distinct ids that both tables have.
        left_only: distinct ids that only the left table has.
        right_only: distinct ids that only the right table has.
        duplicate_ids: distinct ids that occur more than once in the right table.
        conflicting_duplicates: those among them whose values differ.
        blank_ids: rows of either table in which a part of the id is missing.
    """

    left: str
    right: str
    matched: int
    left_only: int
    right_only: int
    duplicate_ids: int = 0
    conflicting_duplicates: int = 0
    blank_ids: int = 0


@dataclass(frozen=True)
class Part:
    """What a reader returns for one file, whose rows it has put into a table of the connection.

    Attributes:
        account: not yet closed.
        header: the column names, unique.
        records: data records of the input, lost ones included.
        missing: 1-based numbers of the records that did not get into the table, ascending.
        written: the column names as they stand in the file, where that differs.
        types: column -> its Arrow type as text (`duration[us]`), where the file states types.
    """

    account: LineAccount
    header: tuple[str, ...]
    records: int
    missing: Sequence[int] = ()
    written: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
