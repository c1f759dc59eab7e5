"""Sound CSV (RFC 4180) under a header, which no other reading may beat, and the quote that nothing closes."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gatebook.errors import TableError
from gatebook.tables.columns import ColumnModel
from gatebook.tables.content import physical_lines
from gatebook.tables.dialect import Dialect, spaced
from gatebook.tables.layout import is_header
from gatebook.tables.lines import FIELD, RecordReader, loose_quotes

_DELIMITERS = ",;\t|"  # the comma wins over all others
_BODY = 300  # records that the header is compared with
_PLACES, _LINES = 40, 100  # where the rest of a file is looked at, and lines read at each place
_FEW = 1_000  # lines after an open quote up to which a file is read in any case
_SPOILT = 0.1  # share of the lines after the quote that belong to records, below which nothing can be saved


@dataclass(frozen=True)
class SoundCsv:
    """How a sound file is delimited, and the lines of whole records at its top."""

    dialect: Dialect
    lines: list[str]


@dataclass(frozen=True)
class OpenQuote:
    """A quote that opens on a line and that nothing closes as it should.

    Attributes:
        line: where it opens, 1-based.
        lines: of the whole file; 0 where they are not counted yet.
        dialect, model: of the records before it.
    """

    line: int
    lines: int
    dialect: Dialect
    model: ColumnModel

    def spoils(self, path: Path) -> bool:
        """Return whether most of the file comes after it, and hardly any of that reads as records."""
        after = self.lines - self.line
        if after < max(_FEW, self.line):
            return False
        size = path.stat().st_size
        begin = size * self.line // max(1, self.lines)
        good = seen = 0
        for place in range(_PLACES):
            lines = physical_lines(path, begin + (size - begin) * place // _PLACES)
            next(lines, "")  # the rest of a line
            part = list(islice(lines, _LINES))
            records = RecordReader(iter(part), self.dialect, width=self.model.width)
            good += sum(r.span for r in records if r.fault in ("", "loose") and self._alike(r.cells or []))
            seen += len(part)
        return good < _SPOILT * seen

    def _alike(self, cells: list[str]) -> bool:
        """Return whether cells are a record like those before: as many, and more than half of them ordinary."""
        columns = self.model.columns
        fitting = sum(column.fits(cell) for column, cell in zip(columns, cells, strict=False))
        return len(cells) == self.model.width and fitting >= len(columns) / 2

    def error(self, path: Path, name: str) -> TableError:
        """Return the error that names the line and the fix."""
        line = next(islice(physical_lines(path), self.line - 1, None), "")
        rest = f"hardly any of the {self.lines - self.line:,} lines after it is a record of {self.model.width} cells"
        if _opens(line, self.dialect):
            return TableError(
                f"{name}, line {self.line:,}: a cell begins with a quote ({self.dialect.quote}) that is never closed, and {rest}. "
                "Close the quote there, or write it twice if it is part of the text, or delete what does not belong to the "
                "table; then run again."
            )
        return TableError(
            f"{name}, line {self.line:,}: from here on the file is no longer written as above: {rest}. Delete what does not "
            "belong to the table, or set delimiter and quote in the table's section of gatebook.toml; then run again."
        )


def sound_csv(path: Path, least: int, most: int, known: Collection[str] = ()) -> SoundCsv | OpenQuote | None:
    """Return how a file is delimited that is sound CSV at its top, or the open quote that ends this; None for other files.

    Sound means: a usual delimiter, every quote where the standard has it, a first record of different names, and as
    many cells, at least two, in every record. Whatever else such lines could be read as is chance.

    Args:
        path: the text, UTF-8.
        least: lines after which the next end of a record is the last; a record that is open there is read on.
        most: characters that are read.
        known: column names that the project file mentions.
    """
    if csv.field_size_limit() < FIELD:
        csv.field_size_limit(FIELD)
    first = next(physical_lines(path), "")
    opened: OpenQuote | None = None
    for delimiter in (d for d in _DELIMITERS if d in first):
        dialect = Dialect(delimiter)
        taken: list[str] = []
        records, ended, sound = _records(_up_to(physical_lines(path), most, taken), dialect, least)
        head, body = (records or [[]])[0], records[1 : 1 + _BODY]
        names = {name.strip() for name in head}
        if not body or len(head) < 2 or "" in names or len(names) < len(head):
            continue
        top = taken[:ended]
        loose = loose_quotes(delimiter, dialect.quote).search("".join(top)) or spaced(top, dialect)
        if loose or not is_header(head, body, known):
            continue
        if sound:
            return SoundCsv(dialect, top)
        if ended < len(taken) and _opens(taken[ended], dialect):
            opened = opened or OpenQuote(ended + 1, 0, dialect, ColumnModel(body, len(head)))
    return opened


def _up_to(lines: Iterable[str], most: int, taken: list[str]) -> Iterator[str]:
    """Yield lines up to a number of characters, and keep them."""
    size = 0
    for line in lines:
        size += len(line)
        if size > most:
            return
        taken.append(line)
        yield line


def _records(lines: Iterator[str], dialect: Dialect, least: int) -> tuple[list[list[str]], int, bool]:
    """Return the records as wide as the first, the lines that they take, and whether nothing else came before the end."""
    rows = dialect.csv(lines, strict=True)
    records: list[list[str]] = []
    ended = 0
    try:
        for cells in rows:
            if cells and records and len(cells) != len(records[0]):
                return records, ended, False
            records += [cells] if cells else []
            ended = rows.line_num
            if ended >= least:
                break
    except csv.Error:  # a quote where none may stand, or one that nothing closes
        return records, ended, False
    return records, ended, True


def _opens(line: str, dialect: Dialect) -> bool:
    """Return whether a line ends inside a quoted cell: it is sound only with one more quote."""

    def is_sound(text: str) -> bool:
        try:
            return bool(dialect.reader([text], strict=True))
        except csv.Error:
            return False

    return not is_sound(line) and is_sound(line.rstrip("\r\n") + dialect.quote)
