"""Records out of physical lines: every line belongs to exactly one record, whatever its quoting looks like."""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from itertools import islice, pairwise
from typing import NamedTuple

from gatebook.reading.account import Damage
from gatebook.reading.layout import Dialect, loose_quotes

_FIRST_LOOK, _LOOKAHEAD = 200_000, 2_000  # lines in which a quoted cell may end, and once one was open without end
_MASK = "\ue000"  # stands for a quote that is text, while a line is read again
csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))  # cells are held to our own cap, with a better message


class LineFault(StrEnum):
    """What is wrong with a record: nothing; a quote inside an unquoted cell, read as text; such quotes that might also
    enclose a delimiter; wrong quoting.
    """

    NONE = auto()
    LOOSE = auto()
    DOUBTFUL = auto()
    BROKEN = auto()


class Variant(NamedTuple):
    """What a badly quoted line may mean.

    Attributes:
        cells: of the record.
        lines: that it takes.
        done: what was done to read it; None where quotes inside unquoted cells were read as text.
    """

    cells: list[str]
    lines: int
    done: Damage | None


@dataclass(slots=True)
class FileRecord:
    """One record of the file.

    Attributes:
        line: 1-based number of its first physical line.
        span: physical lines that it takes.
        raw: its verbatim text, line ends included.
        cells: its cells; None where the quoting is broken and nothing fits.
        fault: what is wrong with it.
        readings: what a broken record may mean.
    """

    line: int
    span: int
    raw: str
    cells: list[str] | None
    fault: LineFault = LineFault.NONE
    readings: tuple[Variant, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing but spaces stands in it."""
        return not self.raw.strip("\r\n ")


@dataclass(slots=True)
class Block:
    """Sound records: their cells, the lines that they take, how many of those continue a record, their text."""

    records: list[list[str]]
    lines: int
    continuation: int
    text: str


class RecordReader:
    """Reads records from an iterator of physical lines (line ends included)."""

    def __init__(
        self,
        lines: Iterator[str],
        dialect: Dialect,
        *,
        width: int | None = None,
        alike: Callable[[list[str]], bool] | None = None,
        max_cell: int = 16 * 1024**2,
    ) -> None:
        """Read `lines` in `dialect`.

        Args:
            lines: physical lines.
            dialect: how cells are delimited and quoted.
            width: cells that a record should have, once known; it decides between readings of a broken line.
            alike: whether cells look like a record of this table; a quoted cell that swallows such lines is no cell.
            max_cell: characters that one record may take.
        """
        self._source = lines
        self._buffer: deque[str] = deque()
        self._line = 1
        self._dialect = dialect
        self._width = width
        self._alike = alike
        self._max_cell = max(max_cell, 1024**2)
        self._lookahead = _FIRST_LOOK
        self._compile()
        plain = dialect.quote and not (dialect.escape or dialect.spaced)
        self._odd = loose_quotes(dialect.delimiter, dialect.quote) if plain else None

    def _compile(self) -> None:
        """Make the patterns: a whole line, one that opens a quoted cell, and a later one that closes it or opens
        another.
        """
        d, q, e = (re.escape(c) for c in (self._dialect.delimiter, self._dialect.quote, self._dialect.escape))
        gap = " ?" if self._dialect.spaced else ""
        inner = rf"[^{q}{e}]*(?:{e}.[^{q}{e}]*)*" if e else rf"[^{q}]*(?:{q}{q}[^{q}]*)*"
        bare = rf"(?:[^{d}{q}{e}\r\n]|{e}.)*" if e else rf"[^{d}{q}\r\n]*"
        cell = rf"(?:{gap}{q}{inner}{q}|{bare})"
        more = rf"(?:{d}{cell})*" if d else ""
        patterns = (
            rf"{cell}{more}[\r\n]*",
            rf"(?:{cell}{d})*{gap}{q}{inner}" if d else rf"{q}{inner}",
            rf"{inner}{q}{more}[\r\n]*",
            rf"{inner}(?:{q}{more}{d}{gap}{q}{inner})?" if d else inner,
        )
        # without quotes no line is ever asked
        self._whole, self._open, self._rest, self._rest_open = (re.compile(p if q else "", re.DOTALL) for p in patterns)

    def __iter__(self) -> Iterator[FileRecord]:
        quote, escape = self._dialect.quote, self._dialect.escape
        while self._peek(0):
            first = self._buffer[0]
            if quote and quote in first:
                yield self._quoted(first)
            elif escape and escape in first:
                yield self._take(1, self._dialect.reader([first])[0])
            else:
                yield self._take(1, self._bare(first))

    def _bare(self, line: str) -> list[str]:
        """Return the cells of a line whose quotes, if any, mean nothing."""
        text, d = line.rstrip("\r\n"), self._dialect.delimiter
        cells = text.split(d) if d else [text]
        return [c.removeprefix(" ") for c in cells] if self._dialect.spaced else cells

    @property
    def line(self) -> int:
        """Number of the physical line that comes next."""
        return self._line

    def sound(self, limit: int) -> Block:
        """Return the sound records at hand, up to `limit` lines, read at the speed of the csv module.

        The block ends before the first record that is blank, badly quoted, of another width, or may have swallowed
        others; it may be empty.
        """
        self._peek(limit - 1)
        lines = list(islice(self._buffer, limit))
        quote = self._dialect.quote
        if quote and self._odd is None:
            return Block([], 0, 0, "")
        rows = self._dialect.csv(lines, strict=True)
        records: list[list[str]] = []
        ends = [0]
        try:
            for cells in rows:
                if len(cells) != self._width:
                    break
                records.append(cells)
                ends.append(rows.line_num)
        except csv.Error:
            pass
        if quote and records and ends[-1] == limit == len(lines) and not lines[-1].endswith(("\n", "\r")):
            ends.pop()
        text = "".join(lines[: ends[-1]])
        if self._odd is not None and quote in text and (hit := self._odd.search(text)):
            bad = len(physical(text[: hit.start() + 1])) - 1
            ends = ends[: bisect_right(ends, bad)]
        for k, (a, b) in enumerate(pairwise(ends)):
            if b - a > 1 and self._swallows(b - a, a):
                ends = ends[: k + 1]
                break
        taken, records = ends[-1], records[: len(ends) - 1]
        text = self._pop(taken)
        return Block(records, taken, taken - len(records), text)

    def give_back(self, block: Block) -> None:
        """Take a block back, so that its records are read one by one."""
        self._buffer.extendleft(reversed(physical(block.text)))
        self._line -= block.lines

    def _quoted(self, first: str) -> FileRecord:
        """Return the record that begins with a line that holds quotes."""
        if self._whole.fullmatch(first):
            return self._take(1, self._cells(first))
        if (loose := self._loose(first)) is not None:
            return self._take(1, loose, LineFault.LOOSE)
        found = self._assemble(first)
        cells = self._cells(found[1]) if found else []
        swallowed = found is not None and self._swallows(found[0])
        if found and not swallowed and self._width in (None, len(cells)):
            return self._take(found[0], cells)
        readings = self._readings(first)
        if self._width is None:
            fitting = [r for r in readings if r.lines == 1][:1] or readings[:1]
        else:
            fitting = [r for r in readings if len(r.cells) == self._width]
        if found and not swallowed:
            alone = [r for r in fitting if r.lines == 1 and self._alike is not None and self._alike(r.cells)]
            if not alone:
                return self._take(found[0], cells, LineFault.BROKEN, [r for r in fitting if r.lines == found[0]])
            fitting = alone
        if not fitting and not found:
            fitting = self._later_quote(first)
        if len(fitting) == 1 and fitting[0].done is None:
            return self._take(fitting[0].lines, fitting[0].cells, LineFault.DOUBTFUL)
        span = min((r.lines for r in fitting), default=1)
        return self._take(span, None, LineFault.BROKEN, [r for r in fitting if r.lines == span] or readings[:1])

    def _loose(self, first: str) -> list[str] | None:
        """Return the cells of a line whose quotes all stand inside unquoted cells and pair up in no other way."""
        quote, cells = self._dialect.quote, self._bare(first)
        if self._dialect.escape or self._width not in (None, len(cells)):
            return None
        odd = sum(c.count(quote) % 2 for c in cells if quote in c)
        return cells if odd <= 1 and not any(c.startswith(quote) for c in cells) else None

    def _later_quote(self, first: str) -> list[Variant]:
        """Return readings of a record of several lines with a stray quote on one of the later ones."""
        if not self._open.fullmatch(first) or self._width is None or _MASK in first:
            return []
        d, q = self._dialect.delimiter, self._dialect.quote
        text = first
        for k in range(1, 6):
            if not self._peek(k):
                break
            start = len(text)
            text += self._buffer[k]
            found = []
            for place in (m.start() for m in re.finditer(re.escape(q), text) if m.start() >= start):
                masked = _mask(text, [place])
                if text[place - 1] == d and self._whole.fullmatch(masked):
                    found.append(Variant(self._cells(masked, masked=True), k + 1, Damage.QUOTE_AS_TEXT))
            if fitting := [r for r in found if len(r.cells) == self._width]:
                return fitting
        return []

    def _cells(self, text: str, *, masked: bool = False) -> list[str]:
        records = self._dialect.reader(physical(text))
        cells = records[0] if records else [""]
        return [c.replace(_MASK, self._dialect.quote) for c in cells] if masked else cells

    def _swallows(self, span: int, start: int = 0) -> bool:
        """Return whether a record of several lines has swallowed lines that are records themselves."""
        if span == 1 or self._width is None or self._alike is None or self._width < 2:
            return False
        for k in range(start + 1, start + span):
            line = self._buffer[k]
            if k == start + span - 1 and self._dialect.delimiter in line.split(self._dialect.quote, 1)[0]:
                # The quote that closes the cell here may be a second stray one, at the end of a record of its own.
                line = line.replace(self._dialect.quote, "", 1)
            if self._dialect.delimiter in line and self._whole.fullmatch(line):
                alone = self._cells(line)
                if len(alone) == self._width and self._alike(alone):
                    return True
        return False

    def _assemble(self, first: str) -> tuple[int, str] | None:
        """Return how many lines the record takes that opens a quote in `first`, and its text; None if it never
        closes.
        """
        if not self._open.fullmatch(first):
            return None
        parts, size = [first], len(first)
        for k in range(1, self._lookahead):
            if not self._peek(k):
                break
            line = self._buffer[k]
            parts.append(line)
            size += len(line)
            if size > self._max_cell:
                break
            if self._dialect.quote not in line:
                continue
            if self._rest.fullmatch(line):
                return k + 1, "".join(parts)
            if not self._rest_open.fullmatch(line):
                return None
        self._lookahead = max(50, min(_LOOKAHEAD, self._lookahead) // 2)
        return None

    def _readings(self, first: str) -> list[Variant]:
        """Return what a badly quoted line may mean."""
        if _MASK in first:
            return []
        found: dict[tuple[int, tuple[str, ...]], Variant] = {}
        for text, done in self._rewritten(first):
            if self._whole.fullmatch(text):
                lines, whole = 1, text
            elif hit := self._assemble(text):
                lines, whole = hit
            else:
                continue
            cells = self._cells(whole, masked=True)
            found.setdefault((lines, tuple(cells)), Variant(cells, lines, done))
        return list(found.values())

    def _rewritten(self, line: str) -> Iterator[tuple[str, Damage | None]]:
        """Yield the line with quotes masked or delimiters put in, as it may have been meant, and what that is
        called.
        """
        d, q = self._dialect.delimiter, self._dialect.quote
        places = [m.start() for m in re.finditer(re.escape(q), line)][:40]
        edges = (d, "\r", "\n", "", q)
        inner = [p for p in places if p and line[p - 1] not in (d, q) and line[p + 1 : p + 2] not in edges]
        bare = _mask_bare(line, d, q) if d else _mask(line, inner)
        if bare != line:
            yield bare, None
        for place in places:
            spaced = self._dialect.spaced and line[place - 2 : place] == d + " "
            if place == 0 or line[place - 1] == d or spaced:
                yield _mask(line, [place]), Damage.QUOTE_AS_TEXT
                yield _mask_bare(_mask(line, [place]), d, q), Damage.QUOTE_AS_TEXT
        if inner:
            yield _mask(line, inner), Damage.QUOTE_AS_TEXT
        for place in places if d else ():
            yield line[:place] + d + line[place:], Damage.MISSING_DELIMITER
            yield line[: place + 1] + d + line[place + 1 :], Damage.MISSING_DELIMITER

    def _take(
        self, span: int, cells: list[str] | None, fault: LineFault = LineFault.NONE, readings: Sequence[Variant] = ()
    ) -> FileRecord:
        line = self._line
        return FileRecord(line, span, self._pop(span), cells, fault, tuple(readings))

    def _pop(self, lines: int) -> str:
        """Return the text of the next lines, and go on behind them."""
        self._line += lines
        return self._buffer.popleft() if lines == 1 else "".join(self._buffer.popleft() for _ in range(lines))

    def _peek(self, k: int) -> bool:
        """Return whether there is a line k after the current one, and have it in the buffer."""
        while len(self._buffer) <= k:
            line = next(self._source, None)
            if line is None:
                return False
            self._buffer.append(line)
        return True


def _mask_bare(line: str, d: str, q: str) -> str:
    """Return the line with every quote inside an unquoted cell masked."""
    out, i, n = [], 0, len(line)
    while i < n:
        if line[i] == q:
            j = i + 1
            while j < n:
                if line[j] == q:
                    if line[j + 1 : j + 2] == q:
                        j += 2
                        continue
                    break
                j += 1
            out.append(line[i : j + 1])
            i = j + 1
        end = line.find(d, i)
        end = n if end < 0 else end
        out.append(line[i:end].replace(q, _MASK))
        if end < n:
            out.append(d)
        i = end + 1
    return "".join(out)


def _mask(line: str, places: Sequence[int]) -> str:
    """Return the line with the quotes at some places masked."""
    parts, last = [], 0
    for place in places:
        parts += [line[last:place], _MASK]
        last = place + 1
    return "".join([*parts, line[last:]])


def physical(text: str) -> list[str]:
    """Return the physical lines of a text, line ends included; only LF, CRLF and CR end a line."""
    return list(io.StringIO(text, newline=""))
