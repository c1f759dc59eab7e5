"""Delimited text: DuckDB reads what is clean, the tolerant reader what is not; both are held to the same line count."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from pathlib import Path

import duckdb

from gatebook.reading.account import Called, Damage, Event, Fates, Limit, LineAccount, Part, Problem, Seen, seen
from gatebook.reading.content import Content, Scan, fingerprint, open_content, physical_lines, scan
from gatebook.reading.layout import (
    Dialect,
    Layout,
    LayoutRow,
    find_dialect,
    find_layout,
    is_header,
    loose_quotes,
    spaced,
)
from gatebook.reading.lines import Block, FileRecord, LineFault, RecordReader, physical
from gatebook.reading.repair import ColumnModel, repair
from gatebook.reading.store import Flaw, InputFile, Intake, identifiers, literal, quoted

_SAMPLE_BYTES, _SAMPLE_LINES = 256 * 1024, 1_500
_OPEN_BYTES = 16 * 1024**2  # of a quoted cell that is open where the sample ends
_MAX_FAST_COLUMNS = 2_000
_DELIMITERS = ",;\t|"  # of sound CSV; the comma wins over all others
_BODY = 300  # records that the header is compared with
_LEARN_LINES = 2_000
_BLOCK = 1_024
_BY_HAND = 30  # records that are read one by one after an odd one
_PENDING = 5_000
_PATIENCE = 50_000  # records not used after which, where they are most, the rest of the file is looked at
_PLACES, _LINES = 40, 100  # where the rest of a file is looked at, and lines read at each place
_FEW = 1_000  # lines after an open quote up to which a file is read in any case
_SPOILT = 0.1  # share of the lines after the quote that belong to records, below which nothing can be saved
_ENDS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True)
class Plan:
    """What is known of a delimited file before it is loaded.

    Attributes:
        content: its text.
        counts: of one pass over the bytes.
        dialect: found or told.
        layout: of the table in it.
        clean: every record of the sample has the table's width and sound quoting.
        blank_above: blank lines above the first record.
    """

    content: Content
    counts: Scan
    dialect: Dialect
    layout: Layout
    clean: bool
    blank_above: int


def read_delimited(source: InputFile) -> Part:
    """Put the records of a delimited text file into its table.

    Raises:
        TableError: nothing to read, not what the options say, or an open quote that spoils most of it.
        LimitError: a cap is exceeded.
    """
    plan = _plan(source)
    source.store.expect(plan.layout.width)
    content, counts = plan.content, plan.counts
    encoding = content.encoding + (" with byte order mark" if content.bom else "")
    account = fingerprint(source, plan.dialect.readable(counts.line_end), counts.lines, encoding)
    about = (
        (content.bom, seen(Seen.BYTE_ORDER_MARK, 1)),
        (content.inside, seen(Seen.ARCHIVE)),
        (content.broken, seen(Seen.BROKEN_ENCODING)),
        (counts.nul, seen(Seen.NUL_BYTE, n=counts.nul)),
    )
    account = replace(account, events=(*(event for is_so, event in about if is_so), *plan.layout.events))
    part = _read_clean(source, plan, account) if plan.clean else None
    if part is None:
        source.store.con.execute(f"DROP TABLE IF EXISTS {quoted(source.target)}")
        part = Tolerant(source, plan, account).read()
    return replace(part, written=plan.layout.header or plan.layout.names)


def _plan(source: InputFile) -> Plan:
    options, called = source.options, source.called
    content = open_content(source)
    lines, whole = _sample(content.path)
    if not "".join(lines).strip():
        raise called.refuse(Problem.BLANK)
    told = (options.delimiter, options.quote, options.escape, options.header, options.skip_lines)
    sound: tuple[Dialect, list[str]] | OpenQuote | None = None
    if told == (None,) * len(told):
        most = max(_SAMPLE_BYTES, min(options.max_cell_bytes, _OPEN_BYTES)) + sum(map(len, lines))
        sound = sound_csv(content.path, len(lines), most, source.known)
    if isinstance(sound, OpenQuote):
        sound = replace(sound, lines=scan(content.path, sound.dialect.delimiter, sound.dialect.quote).lines)
        sound.check(content.path, called)
    if isinstance(sound, tuple):
        (dialect, lines), whole = sound, True
    else:
        dialect = find_dialect("".join(lines), delimiter=options.delimiter, quote=options.quote, escape=options.escape)
    counts = scan(content.path, dialect.delimiter or ",", dialect.quote)
    source.check(Limit.LINE, counts.longest)
    records = list(RecordReader(iter(lines), dialect, max_cell=options.max_cell_bytes))
    if not whole and len(records) > 1:
        records.pop()
    rows = [LayoutRow(_likely(r, escaped=content.broken), r.line, r.span) for r in records]
    layout = find_layout(rows, header=options.header, skip=options.skip_lines, known=source.known)
    above = [r for r in rows if r.line < layout.first]
    body = [r for r in records if r.line >= layout.first]
    clean = (
        sum(r.span for r in above) == layout.first - 1
        and all(r.fault is LineFault.NONE and len(r.cells or ()) == layout.width for r in body)
        and all(r.span == 1 for r in above if r.line == layout.head)
        and 1 < layout.width <= _MAX_FAST_COLUMNS
        and not (content.broken or counts.nul or counts.loose_quote or (counts.cr and (counts.lf or counts.crlf)))
        and not (options.footer_lines or dialect.escape or dialect.spaced)
    )
    return Plan(content, counts, dialect, layout, clean, sum(not r.cells for r in above))


def _likely(record: FileRecord, *, escaped: bool) -> tuple[str, ...]:
    """Return the cells of a record as far as they can be told, none of a blank line.

    Bytes that are not in the encoding are spelled out in hexadecimal where there are any.
    """
    cells = record.cells if record.cells is not None else next((r.cells for r in record.readings), [])
    if record.is_blank:
        return ()
    if not escaped:
        return tuple(cells)
    return tuple(c.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for c in cells)


def _sample(path: Path) -> tuple[list[str], bool]:
    """Return the first whole lines of a file, and whether that is all of it."""
    with path.open("rb") as handle:
        data = handle.read(_SAMPLE_BYTES)
        while b"\n" not in data and b"\r" not in data and (more := handle.read(len(data))):
            data += more
        whole = not handle.read(1)
    if not whole:
        cut = max(data.rfind(b"\n"), data.rfind(b"\r"))
        data = data[: cut + 1] if cut > 0 else data
    lines = physical(data.decode("utf-8", "surrogateescape"))
    return lines[:_SAMPLE_LINES], whole and len(lines) <= _SAMPLE_LINES


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

    def check(self, path: Path, called: Called) -> None:
        """Raise TableError, with the line and the fix, where most of the file comes after it and hardly any is
        records.
        """
        if not self._spoils(path):
            return
        line = next(islice(physical_lines(path), self.line - 1, None), "")
        code = Problem.OPEN_QUOTE if _opens(line, self.dialect) else Problem.OTHERWISE_BELOW
        after, quote = self.lines - self.line, self.dialect.quote
        raise called.refuse(code, line=self.line, after=after, width=self.model.width, quote=quote)

    def _spoils(self, path: Path) -> bool:
        if self.lines - self.line < max(_FEW, self.line):
            return False
        size = path.stat().st_size
        begin = size * self.line // max(1, self.lines)
        good = looked = 0
        for place in range(_PLACES):
            lines = physical_lines(path, begin + (size - begin) * place // _PLACES)
            next(lines, "")  # the rest of a line
            part = list(islice(lines, _LINES))
            records = RecordReader(iter(part), self.dialect, width=self.model.width)
            good += sum(
                r.span for r in records if r.fault in (LineFault.NONE, LineFault.LOOSE) and self._alike(r.cells or [])
            )
            looked += len(part)
        return good < _SPOILT * looked

    def _alike(self, cells: list[str]) -> bool:
        """Return whether cells are a record like those before: as many, and more than half of them ordinary."""
        columns = self.model.columns
        fitting = sum(column.fits(cell) for column, cell in zip(columns, cells, strict=False))
        return len(cells) == self.model.width and fitting >= len(columns) / 2


def sound_csv(
    path: Path, least: int, most: int, known: Collection[str] = ()
) -> tuple[Dialect, list[str]] | OpenQuote | None:
    """Return the dialect of a file that is sound CSV (RFC 4180) at its top and the lines of whole records there.

    Where an open quote ends what is sound, return that quote; of other files, None.

    Sound means: a usual delimiter, every quote where the standard has it, a first record of different names, and as
    many cells, at least two, in every record. Whatever else such lines could be read as is chance.

    Args:
        path: the text, UTF-8.
        least: lines after which the next end of a record is the last; a record that is open there is read on.
        most: characters that are read.
        known: column names that are known to be in it.
    """
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
            return dialect, top
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
    """Return the records as wide as the first, the lines that they take, and whether nothing else came before the
    end.
    """
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


def _read_clean(source: InputFile, plan: Plan, account: LineAccount) -> Part | None:
    """Let DuckDB read the file with everything told; None where it finds a fault or the lines do not add up."""
    store, layout, target = source.store, plan.layout, quoted(source.target)
    d, q = plan.dialect.delimiter, literal(plan.dialect.quote)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(layout.width))
    cells = [f"nullif(c{i}, '')" if plan.counts.empty_quoted else f"c{i}" for i in range(layout.width)]
    names = [quoted(name) for name in identifiers(layout.names)]
    select = ", ".join(f"{cell} AS {name}" for cell, name in zip(cells, names, strict=True))
    above = layout.first - 1
    with store.limited() as con:
        try:
            con.execute(
                f"CREATE TABLE {target} AS SELECT {select} FROM read_csv({literal(str(plan.content.path))}, "
                f"auto_detect = false, header = false, skip = {above}, delim = {literal(d)}, quote = {q}, "
                f"escape = {q}, "
                f"columns = {{{columns}}}, strict_mode = true, null_padding = false, allow_quoted_nulls = false, "
                "compression = 'none')"
            )  # the first fault ends it: to keep faults keeps all that follows an open quote, many times
        except (duckdb.InterruptException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error:
            return None
        if layout.header is not None and _header_again(con, target, names, layout.header):
            return None
        rows = store.count(source.target)
        source.check(Limit.ROWS, rows)
        inner: int | None = 0
        if account.lines != above + rows:
            inner = _line_breaks(con, target, names, d)
        if inner is None or account.lines != above + rows + inner:
            return None
        longest = ", ".join(f"max(strlen({name}))" for name in names)
        (sizes,) = con.execute(f"SELECT {longest} FROM {target}").fetchall()
    for name, size in zip(layout.names, sizes, strict=True):
        source.check(Limit.CELL, size, column=name)
    head, blank = int(layout.head is not None), plan.blank_above
    fates = Fates(header=head, preamble=above - head - blank, blank=blank, continuation=inner, kept=rows)
    events = (*account.events, *([seen(Seen.QUOTED_EMPTY)] if plan.counts.empty_quoted else ()))
    return Part(replace(account, fates=fates, events=events), layout.names, rows)


def _header_again(con: duckdb.DuckDBPyConnection, target: str, names: list[str], header: tuple[str, ...]) -> bool:
    """Return whether the line of column names occurs among the records."""
    same = " AND ".join(
        f"{name} IS NOT DISTINCT FROM nullif({literal(h)}, '')" for name, h in zip(names, header, strict=True)
    )
    return bool(con.execute(f"SELECT 1 FROM {target} WHERE {same} LIMIT 1").fetchall())


def _line_breaks(con: duckdb.DuckDBPyConnection, target: str, names: list[str], delimiter: str) -> int | None:
    """Return the number of line breaks inside cells; None where such a cell may have swallowed a record."""
    inner, d = 0, re.escape(delimiter)
    swallowed = rf"(^|\n|\r)([^{d}\r\n]*{d}){{{len(names) - 1}}}[^{d}\r\n]*(\r|\n|$)"
    for c in names:
        sizes = [f"len({c}) - len(replace({c}, {end}, ''))" for end in ("chr(10)", "chr(13)", "chr(13) || chr(10)")]
        ((breaks, bad),) = con.execute(
            f"SELECT coalesce(sum({sizes[0]} + {sizes[1]} - ({sizes[2]}) // 2), 0), "
            f"count(*) FILTER (regexp_matches({c}, ?)) FROM {target} "
            f"WHERE contains({c}, chr(10)) OR contains({c}, chr(13))",
            [swallowed],
        ).fetchall()
        if bad:
            return None
        inner += int(breaks)
    return inner


class Tolerant:
    """The reader of damaged text: every line gets one fate, and nothing is lost or changed without a count."""

    def __init__(self, source: InputFile, plan: Plan, account: LineAccount) -> None:
        """Learn what the columns look like, and create the table."""
        self._source, self._account, self._path = source, account, plan.content.path
        self._options, self._dialect, self._layout = source.options, plan.dialect, plan.layout
        self._model = self._learn()
        self._intake = Intake(source, plan.layout.names)
        self._lines = RecordReader(
            physical_lines(self._path),
            plan.dialect,
            width=plan.layout.width,
            alike=self._model.alike,
            max_cell=source.options.max_cell_bytes,
        )
        self._reader = iter(self._lines)
        self._ends: Counter[str] = Counter()
        self._pending: list[tuple[FileRecord, bool]] = []  # damaged, and whether a blank line stands above
        self._patience = _PATIENCE
        d, q = re.escape(plan.dialect.delimiter), re.escape(plan.dialect.quote)
        # what is rare comes first: any other order takes several times as long
        self._empty_quoted = re.compile(rf"{q}{q}(?<![^{d}\r\n]{q}{q})(?={d}|[\r\n]|$)") if d and q else None

    def _learn(self) -> ColumnModel:
        """Return the column model of the well-formed records at the top of the file."""
        width = self._layout.width
        lines = physical_lines(self._path)
        records = RecordReader(lines, self._dialect, width=width, max_cell=self._options.max_cell_bytes)
        # whole records: the lines of one that was cut would be learnt as records of their own
        top = islice(takewhile(lambda r: r.line <= _LEARN_LINES, records), self._layout.first, None)
        good = [r.cells for r in top if r.fault is LineFault.NONE and r.cells and len(r.cells) == width]
        return ColumnModel(good, width)

    def read(self) -> Part:
        """Put the records into the table and return the file's part."""
        layout, intake = self._layout, self._intake
        while self._lines.line < layout.first and (record := next(self._reader, None)) is not None:
            fate = "header" if record.line == layout.head else "blank" if record.is_blank else "preamble"
            self._beside(record, fate)
        last = self._account.lines - (self._options.footer_lines or 0)
        gap = below = False
        by_hand = 0
        while True:
            if by_hand <= 0 and not (gap or below or self._options.footer_lines):
                by_hand = self._block()
            record = next(self._reader, None)
            if record is None:
                break
            by_hand -= 1
            self._give_up()
            if record.line > last:
                self._below(record, Seen.FOOTER_TOLD)
                continue
            if record.is_blank and not (record.cells and len(record.cells) == layout.width > 1):
                self._beside(record, "blank")
                gap = True
                continue
            below = below or (gap and self._is_second_table(record))
            if below:
                self._below(record, Seen.SECOND_TABLE)
            elif self._is_good(record):
                self._keep(record)
            else:
                self._pending.append((record, gap))
                if len(self._pending) > _PENDING:
                    self._damaged(self._pending.pop(0)[0])
            gap = False
        self._end()
        events: tuple[Event, ...] = ()
        if len(ends := {_ENDS[end]: n for end, n in self._ends.items() if n}) > 1:
            events = (seen(Seen.MIXED_LINE_ENDS, ends=", ".join(f"{n} {end}" for end, n in ends.items())),)
        return intake.part(replace(self._account, events=(*self._account.events, *events)))

    def _block(self) -> int:
        """Take the sound records at hand all at once; return how many of the next must be read one by one."""
        block = self._lines.sound(_BLOCK)
        if block.records:
            self._settle_pending()
            if self._has_odd(block):
                self._lines.give_back(block)
                return max(block.lines, 1 if len(block.records) > _BY_HAND else _BY_HAND)
            if not block.continuation:
                crlf = block.text.count("\r\n")
                lf, cr = block.text.count("\n") - crlf, block.text.count("\r") - crlf
                self._ends.update({"\r\n": crlf, "\n": lf, "\r": cr})
            self._note_empty(block.text)
            self._intake.fates["continuation"] += block.continuation
            self._intake.keep(block.records)
        return 1 if len(block.records) > _BY_HAND else _BY_HAND

    def _has_odd(self, block: Block) -> bool:
        """Return whether a record of a block needs a look of its own."""
        if not block.text.isascii() and _SURROGATE.search(block.text):
            return True
        header = self._layout.header
        return self._layout.width > 1 and header is not None and list(header) in block.records

    def _give_up(self) -> None:
        """Raise TableError where most records are lost because of a quote that nothing closes."""
        intake = self._intake
        if len(intake.missing) <= max(self._patience, intake.records / 2):
            return
        self._patience *= 4
        line = intake.first.get(Flaw(Damage.UNMATCHED), min(intake.first.values()))
        OpenQuote(line, self._account.lines, self._dialect, self._model).check(self._path, self._source.called)

    def _book(self, record: FileRecord) -> None:
        """Count the lines after the first of a record, and how it ends."""
        self._intake.fates["continuation"] += record.span - 1
        end = record.raw[-2:]
        if (end := end if end == "\r\n" else end[-1:]) in _ENDS:
            self._ends[end] += 1

    def _beside(self, record: FileRecord, fate: str) -> None:
        self._book(record)
        self._intake.fates[fate] += 1

    def _below(self, record: FileRecord, what: Seen) -> None:
        self._book(record)
        self._intake.below(what, record.line, record.raw)

    def _lose(self, record: FileRecord, cause: Flaw, fate: str = "quarantined") -> None:
        self._book(record)
        self._intake.lose(cause, record.line, record.raw, fate)

    def _is_good(self, record: FileRecord) -> bool:
        """Return whether a record goes into the table as it stands."""
        if record.cells is None or len(record.cells) != self._layout.width or record.fault is LineFault.BROKEN:
            return False
        if not record.raw.isascii() and _SURROGATE.search(record.raw):
            return False
        return record.fault is not LineFault.DOUBTFUL or self._model.fits(record.cells)

    def _keep(self, record: FileRecord) -> None:
        """Book a good record, after all that was waiting for one."""
        cells = record.cells or []
        self._settle_pending()
        if self._layout.width > 1 and tuple(cells) == self._layout.header:
            self._intake.note(Seen.HEADER_AGAIN, record.line)
            self._beside(record, "header")
            return
        self._note_empty(record.raw)
        self._take(record, cells, None if record.fault is LineFault.NONE else Seen.QUOTE_IN_FIELD)

    def _take(self, record: FileRecord, cells: list[str], what: Seen | Flaw | None, fate: str = "kept") -> None:
        """Put cells into the table as those of a record, and note what is to be said of it."""
        if what is not None:
            self._intake.note(what, record.line)
        self._book(record)
        self._intake.keep([cells], fate)

    def _note_empty(self, text: str) -> None:
        pattern = self._empty_quoted
        if pattern is not None and self._dialect.quote * 2 in text and pattern.search(text):
            self._intake.note(Seen.QUOTED_EMPTY)

    def _settle_pending(self) -> None:
        for record, _ in self._pending:
            self._damaged(record)
        self._pending.clear()

    def _damaged(self, record: FileRecord) -> None:
        """Book a record that is not good: repaired, quarantined or rejected."""
        if _SURROGATE.search(record.raw):
            self._lose(record, Flaw(Damage.ENCODING), "rejected")
        elif fixed := repair(record, self._dialect, self._model):
            cells, cause = fixed
            if cause is None:
                self._take(record, cells, Seen.QUOTE_IN_FIELD)
            elif self._options.repair:
                self._take(record, cells, cause, "repaired")
            else:
                self._lose(record, cause._replace(repairable=True))
        elif record.cells is None:
            self._lose(record, Flaw(Damage.UNMATCHED), "rejected")
        elif self._options.repair and self._begins_well(record.cells):
            missing = [""] * (self._layout.width - len(record.cells))
            self._take(record, [*record.cells, *missing], Flaw(Damage.SHORT_FILLED), "repaired")
        else:
            self._lose(record, Flaw(self._flaw(record, len(record.cells))))

    def _begins_well(self, cells: list[str]) -> bool:
        """Return whether cells are ordinary in the first columns, and only the last ones are missing."""
        columns = self._model.columns
        return len(cells) < len(columns) and all(c.fits(cell) for c, cell in zip(columns, cells, strict=False))

    def _flaw(self, record: FileRecord, cells: int) -> Damage:
        """Return what is wrong with a record of so many cells that nothing repairs."""
        if cells < self._layout.width:
            return Damage.TOO_FEW
        if record.fault is LineFault.DOUBTFUL:
            return Damage.UNMATCHED
        return Damage.SWALLOWED if cells == self._layout.width else Damage.TOO_MANY

    def _is_second_table(self, record: FileRecord) -> bool:
        """Return whether a record of the table's width, after a blank line, is the header of another table."""
        cells, model = record.cells or [], self._model
        if len(cells) != self._layout.width or tuple(cells) == self._layout.header or not all(map(str.strip, cells)):
            return False
        typed = [(m, c) for m, c in zip(model.columns, cells, strict=False) if m.kind != "text"]
        return bool(typed) and model.n >= 3 and is_header(cells, []) and not any(m.fits(c) for m, c in typed)

    def _end(self) -> None:
        """Book the damaged records at the end of the file: what follows a blank line or looks like a total is a
        footer.
        """
        start = len(self._pending)
        while start and self._is_footer(self._pending[start - 1][0]):
            start -= 1
        for i, (record, gap) in enumerate(self._pending[:start]):
            if gap and repair(record, self._dialect, self._model) is None:
                start = i
                break
        for record, _ in self._pending[:start]:
            self._damaged(record)
        for record, _ in self._pending[start:]:
            self._below(record, Seen.FOOTER)

    def _is_footer(self, record: FileRecord) -> bool:
        """Return whether a record at the very end is a note or a total rather than a cut-off record."""
        cells, columns, width = record.cells, self._model.columns, self._layout.width
        if cells is None or width < 3 or len(cells) > max(1, width // 2) or not columns:
            return False
        if not self._begins_well(cells):
            return True
        return columns[0].kind == "text" and len(cells) == 1 and not columns[0].closed and " " in cells[0]
