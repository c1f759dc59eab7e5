"""Records out of physical lines: every line belongs to exactly one record, whatever its quoting looks like."""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from gatebook.tables.dialect import Dialect

_FIRST_LOOK = 200_000  # lines in which the end of a quoted cell is looked for, and once one was open without end
_LOOKAHEAD = 2_000
FIELD = (
    2**31 - 1
)  # the csv module refuses longer cells; the cap of the project file is checked later, with a better message
_MASK = "\ue000"  # stands for a quote that is text, while a line is read again


@dataclass(slots=True)
class Record:
    """One record of the file.

    Attributes:
        line: 1-based number of its first physical line.
        span: physical lines that it takes.
        raw: its verbatim text, line ends included.
        cells: its cells; None where the quoting is broken and nothing fits.
        fault: "" for a well-formed record, "loose" where a quote inside an unquoted cell was read as text, "doubtful" where
            such quotes might also enclose a delimiter, "broken" where the quoting is wrong and `readings` lists what it may
            mean.
        readings: candidates (cells, lines taken, what was done) of a broken record.
    """

    line: int
    span: int
    raw: str
    cells: list[str] | None
    fault: str = ""
    readings: tuple[tuple[list[str], int, str], ...] = ()


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
        if csv.field_size_limit() < FIELD:
            csv.field_size_limit(FIELD)
        self._compile()
        self._odd = (
            loose_quotes(dialect.delimiter, dialect.quote)
            if dialect.quote and not (dialect.escape or dialect.spaced)
            else None
        )

    def _compile(self) -> None:
        d, q, e = (re.escape(c) for c in (self._dialect.delimiter, self._dialect.quote, self._dialect.escape))
        gap = " ?" if self._dialect.spaced else ""
        if not q:
            self._whole = self._open = self._rest = self._rest_open = None
            return
        inner = rf"[^{q}{e}]*(?:{e}.[^{q}{e}]*)*" if e else rf"[^{q}]*(?:{q}{q}[^{q}]*)*"
        bare = rf"(?:[^{d}{q}{e}\r\n]|{e}.)*" if e else rf"[^{d}{q}\r\n]*"
        cell = rf"(?:{gap}{q}{inner}{q}|{bare})"
        more = rf"(?:{d}{cell})*" if d else ""
        end = r"[\r\n]*"
        self._whole = re.compile(rf"{cell}{more}{end}", re.DOTALL)
        self._open = re.compile(rf"(?:{cell}{d})*{gap}{q}{inner}" if d else rf"{q}{inner}", re.DOTALL)
        self._rest = re.compile(rf"{inner}{q}{more}{end}", re.DOTALL)
        self._rest_open = re.compile(rf"{inner}(?:{q}{more}{d}{gap}{q}{inner})?" if d else inner, re.DOTALL)

    def __iter__(self) -> Iterator[Record]:
        d, q, spaced = self._dialect.delimiter, self._dialect.quote, self._dialect.spaced
        while self._peek(0):
            first = self._buffer[0]
            if not q or q not in first:
                if self._dialect.escape and self._dialect.escape in first:
                    yield self._take(1, self._dialect.reader([first])[0])
                else:
                    text = first.rstrip("\r\n")
                    cells = text.split(d) if d else [text]
                    yield self._take(1, [c.removeprefix(" ") for c in cells] if spaced else cells)
            else:
                yield self._quoted(first)

    @property
    def line(self) -> int:
        """Number of the physical line that comes next."""
        return self._line

    def sound(self, limit: int) -> Block:
        """Return the sound records at hand, up to `limit` lines, read at the speed of the csv module.

        The block ends before the first record that is blank, badly quoted, of another width, or may have swallowed others; it
        may be empty.
        """
        self._peek(limit - 1)
        lines = list(islice(self._buffer, limit))
        if self._dialect.quote and self._odd is None:
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
        if (
            len(lines) == limit
            and self._dialect.quote
            and records
            and ends[-1] == limit
            and not lines[-1].endswith(("\n", "\r"))
        ):
            records.pop()
            ends.pop()
        text = "".join(lines[: ends[-1]])
        if self._odd is not None and self._dialect.quote in text and (hit := self._odd.search(text)):
            bad = len(_physical(text[: hit.start() + 1])) - 1
            cut = bisect_right(ends, bad) - 1
            records, ends = records[:cut], ends[: cut + 1]
        for k, (a, b) in enumerate(pairwise(ends)):
            if b - a > 1 and self._swallows(b - a, a):
                records, ends = records[:k], ends[: k + 1]
                break
        taken = ends[-1]
        text = "".join(self._buffer.popleft() for _ in range(taken))
        self._line += taken
        return Block(records, taken, taken - len(records), text)

    def give_back(self, block: Block) -> None:
        """Take a block back, so that its records are read one by one."""
        self._buffer.extendleft(reversed(_physical(block.text)))
        self._line -= block.lines

    def _quoted(self, first: str) -> Record:
        """Return the record that begins with a line that holds quotes."""
        assert self._whole is not None
        if self._whole.fullmatch(first):
            return self._take(1, self._cells(first))
        if (loose := self._loose(first)) is not None:
            return self._take(1, loose, "loose")
        found = self._assemble(first)
        cells = self._cells(found[1]) if found else []
        swallowed = found is not None and self._swallows(found[0])
        if found and not swallowed and (self._width is None or len(cells) == self._width):
            return self._take(found[0], cells)
        readings = self._readings(first)
        if self._width is None:
            fitting = [r for r in readings if r[1] == 1][:1] or readings[:1]
        else:
            fitting = [r for r in readings if len(r[0]) == self._width]
        if found and not swallowed:
            alone = [r for r in fitting if r[1] == 1 and self._alike is not None and self._alike(r[0])]
            if not alone:
                return self._take(found[0], cells, "broken", tuple(r for r in fitting if r[1] == found[0]))
            fitting = alone
        if not fitting and not found:
            fitting = self._later_quote(first)
        if len(fitting) == 1 and fitting[0][2] == "loose":
            return self._take(fitting[0][1], fitting[0][0], "doubtful")
        span = min((r[1] for r in fitting), default=1)
        same = tuple(r for r in fitting if r[1] == span)
        return self._take(span, None, "broken", same or tuple(readings[:1]))

    def _loose(self, first: str) -> list[str] | None:
        """Return the cells of a line whose quotes all stand inside unquoted cells and pair up in no other way."""
        d, q = self._dialect.delimiter, self._dialect.quote
        if self._dialect.escape:
            return None
        text = first.rstrip("\r\n")
        cells = text.split(d) if d else [text]
        if self._dialect.spaced:
            cells = [c.removeprefix(" ") for c in cells]
        if self._width is not None and len(cells) != self._width:
            return None
        odd = sum(c.count(q) % 2 for c in cells if q in c)
        return cells if odd <= 1 and not any(c.startswith(q) for c in cells) else None

    def _later_quote(self, first: str) -> list[tuple[list[str], int, str]]:
        """Return readings of a record of several lines with a stray quote on one of the later ones."""
        assert self._whole is not None
        assert self._open is not None
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
                masked = text[:place] + _MASK + text[place + 1 :]
                if text[place - 1] == d and self._whole.fullmatch(masked):
                    found.append((self._cells(masked, masked=True), k + 1, "quote read as text"))
            if fitting := [r for r in found if len(r[0]) == self._width]:
                return fitting
        return []

    def _cells(self, text: str, *, masked: bool = False) -> list[str]:
        body = text.rstrip("\r\n")
        records = self._dialect.reader(_physical(text) if "\n" in body or "\r" in body else [text])
        cells = records[0] if records else [""]
        return [c.replace(_MASK, self._dialect.quote) for c in cells] if masked else cells

    def _swallows(self, span: int, start: int = 0) -> bool:
        """Return whether a record of several lines has swallowed lines that are records themselves."""
        if span == 1 or self._width is None or self._alike is None or self._width < 2:
            return False
        assert self._whole is not None
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
        """Return how many lines the record takes that opens a quote in `first`, and its text; None if it never closes."""
        assert self._open is not None
        assert self._rest is not None
        assert self._rest_open is not None
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

    def _readings(self, first: str) -> list[tuple[list[str], int, str]]:
        """Return what a badly quoted line may mean: (cells, lines, what was done to read it)."""
        assert self._whole is not None
        if _MASK in first:
            return []
        d, q = self._dialect.delimiter, self._dialect.quote
        found: list[tuple[list[str], int, str]] = []
        places = [m.start() for m in re.finditer(re.escape(q), first)][:40]

        def add(text: str, what: str) -> None:
            assert self._whole is not None
            if self._whole.fullmatch(text):
                found.append((self._cells(text, masked=True), 1, what))
            elif hit := self._assemble(text):
                found.append((self._cells(hit[1], masked=True), hit[0], what))

        edges = (d, "\r", "\n", "")
        inner = [p for p in places if p and first[p - 1] not in (d, q) and first[p + 1 : p + 2] not in (*edges, q)]
        masked = "".join(_MASK if i in set(inner) else c for i, c in enumerate(first))
        bare = _mask_bare(first, d, q) if d else masked
        if bare != first:
            add(bare, "loose")
        for place in places:
            opening = (
                place == 0 or first[place - 1] == d or (self._dialect.spaced and first[place - 2 : place] == d + " ")
            )
            if opening:
                add(first[:place] + _MASK + first[place + 1 :], "quote read as text")
                add(_mask_bare(first[:place] + _MASK + first[place + 1 :], d, q), "quote read as text")
        if inner:
            add(masked, "quote read as text")
        if d:
            for place in places:
                add(first[:place] + d + first[place:], "missing delimiter")
                add(first[: place + 1] + d + first[place + 1 :], "missing delimiter")
        unique: dict[tuple[int, tuple[str, ...]], tuple[list[str], int, str]] = {}
        for reading in found:
            unique.setdefault((reading[1], tuple(reading[0])), reading)
        return list(unique.values())

    def _take(
        self, span: int, cells: list[str] | None, fault: str = "", readings: tuple[tuple[list[str], int, str], ...] = ()
    ) -> Record:
        raw = self._buffer.popleft() if span == 1 else "".join(self._buffer.popleft() for _ in range(span))
        record = Record(self._line, span, raw, cells, fault, readings)
        self._line += span
        return record

    def _peek(self, k: int) -> bool:
        """Return whether there is a line k after the current one, and have it in the buffer."""
        while len(self._buffer) <= k:
            line = next(self._source, None)
            if line is None:
                return False
            self._buffer.append(line)
        return True


def loose_quotes(delimiter: str, quote: str) -> re.Pattern[str]:
    """Return a pattern that finds a single quote character where sound text has none: not at the edge of a cell."""
    d, q = re.escape(delimiter), re.escape(quote)
    return re.compile(rf"{q}(?<=[^{d}\r\n{q}]{q})(?![{d}{q}\r\n])")


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


def _physical(text: str) -> list[str]:
    """Return the physical lines of a text, line ends included; only LF, CRLF and CR end a line."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
