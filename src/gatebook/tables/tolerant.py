"""The tolerant reader: every line of a damaged file gets one fate, and nothing is lost or changed without a count."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from gatebook.errors import LimitError
from gatebook.project import ReadOptions
from gatebook.tables.account import Event, Fates, LineAccount, Part
from gatebook.tables.columns import ColumnModel
from gatebook.tables.content import physical_lines
from gatebook.tables.dialect import Dialect
from gatebook.tables.layout import Layout, is_header
from gatebook.tables.lines import Block, Record, RecordReader
from gatebook.tables.repair import repair
from gatebook.tables.store import Appender, Rejects, Store, identifiers
from gatebook.tables.strict import OpenQuote

_LEARN_LINES = 2_000
_BLOCK = 1_024
_PENDING = 5_000
_PATIENCE = 50_000  # records not used after which, where they are most, the rest of the file is looked at
UNMATCHED = "quotes that do not match"
_ENDS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _Ledger:
    """Gives each record its fate."""

    def __init__(
        self,
        dialect: Dialect,
        layout: Layout,
        model: ColumnModel,
        options: ReadOptions,
        appender: Appender,
        rejects: Rejects,
        store: Store,
    ) -> None:
        self.dialect, self.layout, self.model, self.options = dialect, layout, model, options
        self.appender, self.rejects, self.store = appender, rejects, store
        self.fates: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()
        self.records = 0
        self.missing = array("q")
        self.first: dict[str, int] = {}
        self.reasons: Counter[str] = Counter()
        d, q = re.escape(dialect.delimiter), re.escape(dialect.quote)
        self._empty_quoted = re.compile(rf"{q}{q}(?={d}|[\r\n]|$)") if d and q else None

    def settle(self, record: Record, fate: str, reason: str = "", cells: list[str] | None = None) -> None:
        """Book a record: its first line under `fate`, the others as continuation; rows go to the table."""
        self.fates[fate] += 1
        self.fates["continuation"] += record.span - 1
        end = record.raw[-2:]
        if (end := end if end == "\r\n" else end[-1:]) in _ENDS:
            self.ends[end] += 1
        if reason:
            self.reasons[reason] += 1
            self.first.setdefault(reason, record.line)
        if fate in ("kept", "repaired"):
            assert cells is not None
            self._check(record, cells)
            self.appender.add(cells)
            self.records += 1
        elif fate in ("quarantined", "rejected"):
            self.records += 1
            self.missing.append(self.records)
            self.rejects.add(record.line, reason, record.raw)
        elif fate == "footer":
            self.rejects.add(record.line, "below the table", record.raw)

    def good(self, record: Record) -> bool:
        """Return whether a record goes into the table as it stands."""
        if record.cells is None or len(record.cells) != self.layout.width or record.fault == "broken":
            return False
        if not record.raw.isascii() and _SURROGATE.search(record.raw):
            return False
        return record.fault != "doubtful" or self.model.fits(record.cells)

    def keep(self, record: Record) -> None:
        """Book a good record."""
        cells = record.cells
        assert cells is not None
        self._note_empty(record.raw)
        self.settle(record, "kept", "loose" if record.fault else "", cells)

    def keep_block(self, block: Block, line: int) -> bool:
        """Book a block of sound records that began at `line`; False where a record in it needs a look of its own."""
        if not block.text.isascii() and _SURROGATE.search(block.text):
            return False
        if self.layout.width > 1 and self.layout.header is not None and list(self.layout.header) in block.records:
            return False
        if len(block.text) > self.options.max_cell_bytes:
            for cells in block.records:
                self._check(Record(line, 1, block.text, cells), cells)
        crlf = block.text.count("\r\n")
        if not block.continuation:
            self.ends.update({"\r\n": crlf, "\n": block.text.count("\n") - crlf, "\r": block.text.count("\r") - crlf})
        self._note_empty(block.text)
        self.fates["kept"] += len(block.records)
        self.fates["continuation"] += block.continuation
        self.records += len(block.records)
        self.appender.add_all(block.records)
        return True

    def _note_empty(self, text: str) -> None:
        if self._empty_quoted is None or self.dialect.quote * 2 not in text:
            return
        before = (self.dialect.delimiter, "\n", "\r", "")
        n = sum(text[max(0, m.start() - 1) : m.start()] in before for m in self._empty_quoted.finditer(text))
        if n:
            self.reasons["quoted-empty"] += n

    def damaged(self, record: Record) -> None:
        """Book a record that is not good: repaired, quarantined or rejected."""
        if _SURROGATE.search(record.raw):
            self.settle(record, "rejected", "bytes that are not in the encoding")
            return
        fixed = repair(record, self.dialect, self.model) if self.model.columns else None
        if fixed is not None:
            cells, what = fixed
            if what == "loose":
                self.settle(record, "kept", "loose", cells)
            elif self.options.repair:
                self.settle(record, "repaired", what, cells)
            else:
                self.settle(record, "quarantined", f"{what} (can be repaired)")
        elif record.cells is None:
            self.settle(record, "rejected", UNMATCHED)
        elif len(record.cells) < self.layout.width:
            short = record.cells
            if (
                self.options.repair
                and self.model.columns
                and all(m.fits(c) for m, c in zip(self.model.columns, short, strict=False))
            ):
                self.settle(
                    record,
                    "repaired",
                    "too few cells, the rest taken as missing",
                    [*short, *[""] * (self.layout.width - len(short))],
                )
            else:
                self.settle(record, "quarantined", "too few cells")
        elif record.fault == "doubtful":
            self.settle(record, "quarantined", UNMATCHED)
        elif len(record.cells) == self.layout.width:
            self.settle(record, "quarantined", "a quoted cell holds what looks like whole records")
        else:
            self.settle(record, "quarantined", "too many cells")

    def _check(self, record: Record, cells: list[str]) -> None:
        if (
            len(record.raw) > self.options.max_cell_bytes
            and (size := max(len(c.encode()) for c in cells)) > self.options.max_cell_bytes
        ):
            raise LimitError(
                f"{self.store.name}, line {record.line}: a cell has {size:,} bytes, more than the cap of "
                f"{self.options.max_cell_bytes:,}; raise max_cell_bytes in the table's section of gatebook.toml."
            )


def read_tolerant(
    path: Path,
    dialect: Dialect,
    layout: Layout,
    names: tuple[str, ...],
    options: ReadOptions,
    store: Store,
    target: str,
    rejects: Rejects,
    account: LineAccount,
) -> Part:
    """Put the records of damaged delimited text into the table `target` and return its part.

    Args:
        path: the text, UTF-8.
        dialect: found or told.
        layout: of the table.
        names: of the columns.
        options: what the project file says about reading it.
        store: the database.
        target: table to create.
        rejects: takes what does not get into the table.
        account: to be completed.

    Raises:
        LimitError: a cap is exceeded.
        TableError: a quote that nothing closes spoils most of the file.
    """
    model = _learn(physical_lines(path), dialect, layout, options)
    appender = Appender(store, target, identifiers(names), options.max_rows)
    ledger = _Ledger(dialect, layout, model, options, appender, rejects, store)
    source = RecordReader(
        physical_lines(path), dialect, width=layout.width, alike=model.alike, max_cell=options.max_cell_bytes
    )
    reader = iter(source)
    last = account.lines - (options.footer_lines or 0)
    while source.line < layout.first and (above := next(reader, None)) is not None:
        blank = not above.raw.strip("\r\n ")
        ledger.settle(above, "header" if above.line == layout.head else "blank" if blank else "preamble")
    pending: list[tuple[Record, bool]] = []
    gap = below = False
    by_hand = 0
    patience = _PATIENCE
    while True:
        if by_hand <= 0 and not gap and not below and not options.footer_lines:
            began = source.line
            block = source.sound(_BLOCK)
            if block.records:
                for earlier, _ in pending:
                    ledger.damaged(earlier)
                pending.clear()
                if not ledger.keep_block(block, began):
                    source.give_back(block)
                    by_hand = block.lines
            by_hand = max(by_hand, 1 if len(block.records) > 30 else 30)
        record = next(reader, None)
        if record is None:
            break
        by_hand -= 1
        if len(ledger.missing) > max(patience, ledger.records / 2):
            patience *= 4
            line = min(ledger.first[reason] for reason in ledger.reasons if reason in ledger.first)
            opened = OpenQuote(ledger.first.get(UNMATCHED, line), account.lines, dialect, model)
            if opened.spoils(path):
                raise opened.error(path, store.name)
        if record.line > last:
            ledger.settle(record, "footer", "told footer")
            continue
        if not record.raw.strip("\r\n ") and not (record.cells and len(record.cells) == layout.width > 1):
            ledger.settle(record, "blank")
            gap = True
            continue
        below = below or (gap and _second_table(record, layout, model))
        if below:
            ledger.settle(record, "footer", "second table")
        elif ledger.good(record):
            for earlier, _ in pending:
                ledger.damaged(earlier)
            pending.clear()
            if layout.width > 1 and layout.header is not None and tuple(record.cells or ()) == layout.header:
                ledger.settle(record, "header", "header again")
            else:
                ledger.keep(record)
        else:
            pending.append((record, gap))
            if len(pending) > _PENDING:
                ledger.damaged(pending.pop(0)[0])
        gap = False
    _settle_end(ledger, pending)
    appender.flush()
    fates = Fates(**ledger.fates)
    ends = {_ENDS[end]: n for end, n in ledger.ends.items() if n}
    if len(ends) > 1:
        counted = ", ".join(f"{n} {end}" for end, n in ends.items())
        account = replace(
            account,
            events=(*account.events, Event("mixed-line-ends", None, f"Records end in different ways: {counted}.")),
        )
    return Part(
        replace(account, fates=fates, events=(*account.events, *_events(ledger))), names, ledger.records, ledger.missing
    )


def _learn(lines: Iterator[str], dialect: Dialect, layout: Layout, options: ReadOptions) -> ColumnModel:
    """Return the column model of the well-formed records at the top of the file."""
    records = RecordReader(lines, dialect, width=layout.width, max_cell=options.max_cell_bytes)
    # whole records: the lines of one that was cut would be learnt as records of their own
    reader = takewhile(lambda r: r.line <= _LEARN_LINES, records)
    good = [
        r.cells
        for i, r in enumerate(reader)
        if i >= layout.first and not r.fault and r.cells and len(r.cells) == layout.width
    ]
    return ColumnModel(good, layout.width)


def _second_table(record: Record, layout: Layout, model: ColumnModel) -> bool:
    """Return whether a record of the table's width, after a blank line, is the header of another table."""
    cells = record.cells
    if (
        cells is None
        or len(cells) != layout.width
        or tuple(cells) == layout.header
        or not all(c.strip() for c in cells)
    ):
        return False
    typed = [(m, c) for m, c in zip(model.columns, cells, strict=False) if m.kind != "text"]
    return len(typed) >= 1 and model.n >= 3 and is_header(cells, []) and not any(m.fits(c) for m, c in typed)


def _settle_end(ledger: _Ledger, pending: list[tuple[Record, bool]]) -> None:
    """Book the damaged records at the end of the file: what follows a blank line or looks like a total is a footer."""
    start = len(pending)
    while start and _is_footer(pending[start - 1][0], ledger.model, ledger.layout.width):
        start -= 1
    gaps = [
        i for i, (record, gap) in enumerate(pending) if gap and repair(record, ledger.dialect, ledger.model) is None
    ]
    start = min(start, gaps[0] if gaps else start)
    for record, _ in pending[:start]:
        ledger.damaged(record)
    for record, _ in pending[start:]:
        ledger.settle(record, "footer", "footer")


def _is_footer(record: Record, model: ColumnModel, width: int) -> bool:
    """Return whether a record at the very end is a note or a total rather than a cut-off record."""
    cells = record.cells
    if cells is None or width < 3 or len(cells) > max(1, width // 2) or not model.columns:
        return False
    fitting = all(column.fits(c) for column, c in zip(model.columns, cells, strict=False))
    return not fitting or (
        model.columns[0].kind == "text" and len(cells) == 1 and not model.columns[0].closed and " " in cells[0]
    )


def _events(ledger: _Ledger) -> list[Event]:
    texts = {
        "loose": ("quote-in-field", "{n} records hold a quote inside an unquoted cell; it was read as text."),
        "quoted-empty": ("quoted-empty", 'Quoted empty cells ("") count as missing, like empty ones ({n} cells).'),
        "header again": (
            "header-again",
            "The line of column names occurs again ({n} times); those lines are no records.",
        ),
        "second table": (
            "second-table",
            "Below a blank line a second table begins ({n} records); it is not part of this table.",
        ),
        "footer": ("footer", "{n} records below the table are no part of it."),
        "told footer": ("footer", "{n} records at the end were told to be no part of the table."),
    }
    events = []
    for reason, n in sorted(ledger.reasons.items(), key=lambda item: ledger.first.get(item[0], 0)):
        kind, text = texts.get(reason, ("damaged-records", f"{{n}} records: {reason}."))
        events.append(Event(kind, ledger.first.get(reason), text.format(n=n)))
    return events
