"""What a reader is asked and what it answers: options, codes, and an account of what became of each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import auto
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gatebook.errors import LimitError, TableError
from gatebook.words import Code, say


class ReadOptions(BaseModel):
    """How to read a file when the kit's own guess is not wanted. All optional; each key overrides one guess."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, Field(max_length=1)] | None = None
    escape: Annotated[str, Field(max_length=1)] | None = None
    header: bool | None = None
    skip_lines: Annotated[int, Field(ge=0)] | None = None
    footer_lines: Annotated[int, Field(ge=0)] | None = None
    decimal: Literal[".", ","] | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    time_zone: str | None = None
    sheet: str | None = None
    table: str | None = None
    repair: bool = False
    max_bytes: Annotated[int, Field(gt=0)] = 20 * 1024**3
    max_rows: Annotated[int, Field(gt=0)] = 100_000_000
    max_cell_bytes: Annotated[int, Field(gt=0)] = 16 * 1024**2
    max_seconds: Annotated[float, Field(gt=0)] = 1800.0

    @property
    def max_ratio(self) -> int | None:
        """How many times an archive of more than 1 GB may swell; None where `max_bytes` is set and says how far."""
        return None if "max_bytes" in self.model_fields_set else 200


class Seen(Code):
    """What a person should know of a file."""

    ARCHIVE = auto()
    BINARY_VALUES = auto()
    BROKEN_ENCODING = auto()
    BYTE_ORDER_MARK = auto()
    DAMAGED = auto()
    DUPLICATE_COLUMNS = auto()
    DUPLICATE_NAMES = auto()
    FOOTER = auto()
    FOOTER_TOLD = auto()
    FORMULA_ERROR = auto()
    FORMULA_WITHOUT_VALUE = auto()
    HEADER_AGAIN = auto()
    HEADER_EMPTY_NAMES = auto()
    HEADER_LACKS_NAME = auto()
    HEADER_LONGER = auto()
    HEADER_UNFIT = auto()
    HIDDEN_COLUMNS = auto()
    HIDDEN_ROWS = auto()
    HIDDEN_SHEET = auto()
    JSON_MEMBER = auto()
    LATE_COLUMNS = auto()
    MERGED_CELLS = auto()
    MIXED_LINE_ENDS = auto()
    NO_HEADER = auto()
    NUL_BYTE = auto()
    OPEN_LINES = auto()
    OPEN_ROWS = auto()
    OTHER_SHEETS = auto()
    QUOTED_EMPTY = auto()
    QUOTE_IN_FIELD = auto()
    RECORDS_LONGER = auto()
    SECOND_TABLE = auto()
    SIMILAR_COLUMNS = auto()
    UNNAMED_COLUMNS = auto()


class Damage(Code):
    """What is wrong with a record, or what made it whole."""

    BELOW = auto()
    ENCODING = auto()
    EXTRA_DELIMITER = auto()
    MISSING_DELIMITER = auto()
    NO_OBJECT = auto()
    OTHER_DELIMITER = auto()
    QUOTE_AS_TEXT = auto()
    REPAIRABLE = auto()
    SHORT_FILLED = auto()
    SWALLOWED = auto()
    TOO_FEW = auto()
    TOO_MANY = auto()
    UNMATCHED = auto()
    UNQUOTED_DELIMITER = auto()


class Problem(Code):
    """Why a file is not read."""

    ARCHIVE_DAMAGED = auto()
    ARCHIVE_LOCKED = auto()
    ARCHIVE_MEMBERS = auto()
    BLANK = auto()
    DAMAGED = auto()
    DOCUMENT = auto()
    EMPTY = auto()
    ENCODING_MIXED = auto()
    ENCODING_UNKNOWN = auto()
    ENCODING_WRONG = auto()
    ENTITIES = auto()
    FORBIDDEN = auto()
    JSON_DAMAGED = auto()
    JSON_NO_OBJECTS = auto()
    JSON_ONE_VALUE = auto()
    JSON_LINES_NONE = auto()
    NO_COLUMN = auto()
    NO_COLUMN_NEAR = auto()
    NO_FILE = auto()
    NO_MEMBER = auto()
    NOT_AS_NAMED = auto()
    OLD_EXCEL = auto()
    OPEN_QUOTE = auto()
    OPTION = auto()
    OTHERWISE_BELOW = auto()
    REJECTS = auto()
    SEVERAL = auto()
    OUTSIDE = auto()
    SHEET_EMPTY = auto()
    SQLITE_DAMAGED = auto()
    TIME_ZONE = auto()
    WORKBOOK_DAMAGED = auto()
    WORKBOOK_EMPTY = auto()


class Limit(Code):
    """Which cap a file exceeds."""

    BYTES = auto()
    CELL = auto()
    CELLS = auto()
    COLUMNS = auto()
    EXPANDED = auto()
    FAR_APART = auto()
    HUGE_CELL = auto()
    JSON_BYTES = auto()
    LATE_NAMES = auto()
    LINE = auto()
    MEMORY = auto()
    ROWS = auto()
    SECONDS = auto()
    SWOLLEN = auto()
    WORKBOOK_BYTES = auto()


class Setting(Code):
    """Where the options of reading are set."""

    CALL = auto()
    SECTION = auto()


@dataclass(frozen=True)
class Called:
    """How messages call a table or one of its files, and where they send a person to change an option."""

    name: str
    where: Setting = Setting.CALL

    def refuse(self, code: Problem | Limit, **values: Any) -> TableError:
        """Return the error that says why it is not read: a `LimitError` where a cap is exceeded."""
        kind = LimitError if isinstance(code, Limit) else TableError
        return kind(self.name + say(code, where=self.where, **values))


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
        repaired: records that are in the table after a repair that was opted into.
        quarantined: records of a wrong width or with a repair that was not opted into.
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
        return sum(int(getattr(self, one.name)) for one in fields(self))

    @property
    def rows(self) -> int:
        """Records that are in the table."""
        return self.kept + self.repaired

    def __add__(self, other: Fates) -> Fates:
        """Return the fates of two files together."""
        return Fates(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True)
class Event:
    """What a person should know about a file. Its words never quote the file's content.

    Attributes:
        code: what it is.
        line: 1-based physical line (or row) of the first occurrence, None where it concerns the whole file.
        values: what the words mention.
    """

    code: Seen
    line: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """One sentence."""
        return say(self.code, **self.values)


def seen(code: Seen, line: int | None = None, /, **values: Any) -> Event:
    """Return an event whose words mention `values`."""
    return Event(code, line, values)


@dataclass(frozen=True)
class LineAccount:
    """The account of one file.

    Attributes:
        role: what the table is to those who asked for it, e.g. "labels".
        path: as it was asked for.
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
    closed: bool = False
    events: tuple[Event, ...] = ()


def close(account: LineAccount, stored: int) -> LineAccount:
    """Return the account with `closed` decided: the fates must add up to the lines, the rows to `stored`.

    Args:
        account: as filled by a reader.
        stored: rows of this file that the table was found to hold.
    """
    fates = account.fates
    wrong = []
    if fates.total != account.lines:
        wrong.append(seen(Seen.OPEN_LINES, lines=account.lines, fates=fates.total))
    if fates.rows != stored:
        wrong.append(seen(Seen.OPEN_ROWS, read=fates.rows, stored=stored))
    return replace(account, closed=not wrong, events=(*account.events, *wrong))


def together(accounts: Sequence[LineAccount]) -> LineAccount:
    """Return the account of several files as one."""
    return replace(
        accounts[0],
        path=", ".join(a.path for a in accounts),
        bytes=sum(a.bytes for a in accounts),
        lines=sum(a.lines for a in accounts),
        fates=sum((a.fates for a in accounts), Fates()),
        closed=all(a.closed for a in accounts),
        events=tuple(event for a in accounts for event in a.events),
    )


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
