"""Delimited text: DuckDB reads what is clean, the tolerant reader what is not; both are held to the same line count."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from gatebook.errors import LimitError, TableError
from gatebook.project import ReadOptions
from gatebook.tables.account import Event, Fates, LineAccount, Part
from gatebook.tables.content import Content, Scan, line_too_long, open_content, scan
from gatebook.tables.dialect import Dialect, find_dialect
from gatebook.tables.layout import Layout, Row, find_layout, unique_names
from gatebook.tables.lines import RecordReader
from gatebook.tables.store import Rejects, Store, check_width, identifiers, literal, quoted, too_many_rows
from gatebook.tables.strict import OpenQuote, SoundCsv, sound_csv
from gatebook.tables.tolerant import read_tolerant

_SAMPLE_BYTES = 256 * 1024
_SAMPLE_LINES = 1_500
_OPEN_BYTES = 16 * 1024**2  # of a quoted cell that is open where the sample ends
_MAX_FAST_COLUMNS = 2_000


@dataclass(frozen=True)
class Plan:
    """What is known of a delimited file before it is loaded.

    Attributes:
        content: its text.
        counts: of one pass over the bytes.
        dialect: found or told.
        layout: of the table in it.
        clean: every record of the sample has the table's width and sound quoting.
        header_lines: physical lines above the first record.
        blank_above: how many of them are blank.
    """

    content: Content
    counts: Scan
    dialect: Dialect
    layout: Layout
    clean: bool
    header_lines: int
    blank_above: int


def read_delimited(
    file: Path,
    name: str,
    options: ReadOptions,
    store: Store,
    target: str,
    rejects: Rejects,
    known: Collection[str],
    account: LineAccount,
) -> Part:
    """Put the records of a delimited text file into the table `target` and return its part.

    Args:
        file: the file.
        name: how messages call it.
        options: what the project file says about reading it.
        store: the database.
        target: table to create.
        rejects: takes what does not get into the table.
        known: column names that the project file mentions.
        account: role and path, to be completed.

    Raises:
        TableError: nothing to read, or not what the project file says.
        LimitError: a cap is exceeded.
    """
    plan = _plan(file, name, options, store, known)
    check_width(name, plan.layout.width)
    names, naming = unique_names(plan.layout.header, plan.layout.width)
    account = replace(
        account,
        sha256=plan.content.sha256,
        bytes=plan.content.bytes,
        encoding=plan.content.encoding + (" with byte order mark" if plan.content.bom else ""),
        dialect=plan.dialect.readable(plan.counts.line_end),
        lines=plan.counts.lines,
        events=(*_about(plan), *plan.layout.events, *naming),
    )
    written = plan.layout.header or names
    if plan.clean and (part := _read_clean(plan, names, options, store, target, account)):
        return replace(part, written=written)
    store.con.execute(f"DROP TABLE IF EXISTS {quoted(target)}")
    part = read_tolerant(plan.content.path, plan.dialect, plan.layout, names, options, store, target, rejects, account)
    return replace(part, written=written)


def _plan(file: Path, name: str, options: ReadOptions, store: Store, known: Collection[str]) -> Plan:
    content = open_content(
        file,
        name,
        store.scratch,
        encoding=options.encoding,
        max_bytes=options.max_bytes,
        max_line=options.max_cell_bytes,
        max_ratio=options.max_ratio,
    )
    sample, whole = _sample(content.path)
    if not sample.strip():
        raise TableError(f"{name}: the file holds blank lines only; export it again.")
    told = (options.delimiter, options.quote, options.escape, options.header, options.skip_lines)
    sound: SoundCsv | OpenQuote | None = None
    if told == (None,) * len(told):
        most = max(_SAMPLE_BYTES, min(options.max_cell_bytes, _OPEN_BYTES)) + len(sample)
        sound = sound_csv(content.path, len(_lines(sample)), most, known)
    if isinstance(sound, OpenQuote):
        sound = replace(sound, lines=scan(content.path, sound.dialect.delimiter, sound.dialect.quote).lines)
        if sound.spoils(content.path):
            raise sound.error(content.path, name)
    if isinstance(sound, SoundCsv):
        dialect, sample, whole = sound.dialect, "".join(sound.lines), True
    else:
        dialect = find_dialect(sample, delimiter=options.delimiter, quote=options.quote, escape=options.escape)
    counts = scan(content.path, dialect.delimiter or ",", dialect.quote)
    if counts.longest > options.max_cell_bytes:
        raise LimitError(line_too_long(name, options.max_cell_bytes))
    reader = RecordReader(iter(_lines(sample)), dialect, max_cell=options.max_cell_bytes)
    records = list(reader)
    if not whole and len(records) > 1:
        records.pop()
    rows = [
        Row(
            tuple(r.cells if r.cells is not None else (r.readings[0][0] if r.readings else ()))
            if r.raw.strip("\r\n ")
            else (),
            r.line,
            r.span,
        )
        for r in records
    ]
    if content.broken:
        rows = [replace(r, cells=tuple(map(_escaped, r.cells))) for r in rows]
    layout = find_layout(rows, header=options.header, skip=options.skip_lines, known=known)
    above = [r for r in rows if r.line < layout.first]
    head = next((r for r in above if r.line == layout.head), None)
    clean = (
        sum(r.span for r in above) == layout.first - 1
        and all(not r.fault and len(r.cells or ()) == layout.width for r in records if r.line >= layout.first)
        and (head is None or head.span == 1)
        and not content.broken
        and not counts.nul
        and not counts.loose_quote
        and not (counts.cr and (counts.lf or counts.crlf))
        and not options.footer_lines
        and not dialect.escape
        and not dialect.spaced
        and 1 < layout.width <= _MAX_FAST_COLUMNS
    )
    return Plan(content, counts, dialect, layout, clean, layout.first - 1, sum(not r.cells for r in above))


def _escaped(cell: str) -> str:
    """Return a name with the bytes that are not in the encoding spelled out in hexadecimal."""
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def _sample(path: Path) -> tuple[str, bool]:
    """Return the first whole lines of a file, and whether that is all of it."""
    with path.open("rb") as handle:
        data = handle.read(_SAMPLE_BYTES)
        while b"\n" not in data and b"\r" not in data and (more := handle.read(len(data))):
            data += more
        whole = not handle.read(1)
    if not whole:
        cut = max(data.rfind(b"\n"), data.rfind(b"\r"))
        data = data[: cut + 1] if cut > 0 else data
    lines = _lines(data.decode("utf-8", "surrogateescape"))
    if len(lines) > _SAMPLE_LINES:
        return "".join(lines[:_SAMPLE_LINES]), False
    return "".join(lines), whole


def _about(plan: Plan) -> list[Event]:
    events = []
    if plan.content.bom:
        events.append(
            Event("byte-order-mark", 1, "The file begins with a byte order mark; it is not part of the first name.")
        )
    if plan.content.inside:
        events.append(Event("archive", None, "The file was read from inside an archive."))
    if plan.content.broken:
        events.append(
            Event("broken-encoding", None, "Some lines hold bytes that are not UTF-8; those lines are rejected.")
        )
    if plan.counts.nul:
        events.append(
            Event("nul-byte", None, f"The file holds {plan.counts.nul} NUL bytes; they are kept as they are.")
        )
    return events


def _read_clean(
    plan: Plan, names: tuple[str, ...], options: ReadOptions, store: Store, target: str, account: LineAccount
) -> Part | None:
    """Let DuckDB read the file with everything told; None where it finds a fault or the lines do not add up."""
    d, q = plan.dialect.delimiter, plan.dialect.quote
    width = plan.layout.width
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    value = "nullif({0}, '')" if plan.counts.empty_quoted else "{0}"
    select = ", ".join(f"{value.format(f'c{i}')} AS {quoted(n)}" for i, n in enumerate(identifiers(names)))
    sql = (
        f"CREATE TABLE {quoted(target)} AS SELECT {select} FROM read_csv({literal(str(plan.content.path))}, auto_detect = false, "  # noqa: S608 - names are quoted, values escaped
        f"header = false, skip = {plan.header_lines}, delim = {literal(d)}, quote = {literal(q)}, escape = {literal(q)}, "
        f"columns = {{{columns}}}, strict_mode = true, null_padding = false, "
        "allow_quoted_nulls = false, compression = 'none')"
    )
    store.expect(width)
    with store.limited() as con:
        try:
            con.execute(sql)  # the first fault ends it: to keep faults keeps all that follows an open quote, many times
        except duckdb.InterruptException:
            raise
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            return None
        if plan.layout.header is not None and _header_again(con, target, names, plan.layout.header):
            return None
        rows = store.count(target)
        if rows > options.max_rows:
            raise LimitError(too_many_rows(store.name, options.max_rows))
        above = plan.header_lines
        continuation = 0
        if account.lines != above + rows:
            inner = _line_breaks(con, target, names, d, width)
            if inner is None or account.lines != above + rows + inner:
                return None
            continuation = inner
        _check_cells(con, target, names, options, store)
    head = 0 if plan.layout.head is None else 1
    fates = Fates(
        header=head,
        preamble=above - head - plan.blank_above,
        blank=plan.blank_above,
        continuation=continuation,
        kept=rows,
    )
    events = account.events
    if plan.counts.empty_quoted:
        events = (*events, Event("quoted-empty", None, 'Quoted empty cells ("") count as missing, like empty ones.'))
    return Part(replace(account, fates=fates, events=events), names, rows)


def _header_again(con: duckdb.DuckDBPyConnection, target: str, names: tuple[str, ...], header: tuple[str, ...]) -> bool:
    """Return whether the line of column names occurs among the records."""
    same = " AND ".join(
        f"{quoted(n)} IS NOT DISTINCT FROM nullif({literal(h)}, '')"
        for n, h in zip(identifiers(names), header, strict=True)
    )
    return con.execute(f"SELECT 1 FROM {quoted(target)} WHERE {same} LIMIT 1").fetchone() is not None  # noqa: S608 - names are quoted, values escaped


def _line_breaks(con: duckdb.DuckDBPyConnection, target: str, names: tuple[str, ...], d: str, width: int) -> int | None:
    """Return the number of line breaks inside cells; None where such a cell may have swallowed a record."""
    inner = 0
    swallowed = rf"(^|\n|\r)([^{_in_class(d)}\r\n]*{_outside(d)}){{{width - 1}}}[^{_in_class(d)}\r\n]*(\r|\n|$)"
    for name in identifiers(names):
        c = quoted(name)
        lf, cr, both = (
            f"replace({c}, chr(10), '')",
            f"replace({c}, chr(13), '')",
            f"replace({c}, chr(13) || chr(10), '')",
        )
        row = con.execute(
            f"SELECT coalesce(sum(len({c}) - len({lf}) + len({c}) - len({cr}) - (len({c}) - len({both})) // 2), 0), "  # noqa: S608 - names are quoted, values escaped
            f"count(*) FILTER (regexp_matches({c}, ?)) FROM {quoted(target)} WHERE contains({c}, chr(10)) OR contains({c}, chr(13))",
            [swallowed],
        ).fetchone()
        assert row is not None
        if row[1]:
            return None
        inner += int(row[0])
    return inner


def _in_class(c: str) -> str:
    return "\\" + c if c in r"\]^-" else c


def _outside(c: str) -> str:
    return "\\" + c if c in r"\.^$*+?{}[]|()" else c


def _check_cells(
    con: duckdb.DuckDBPyConnection, target: str, names: tuple[str, ...], options: ReadOptions, store: Store
) -> None:
    longest = ", ".join(f"max(strlen({quoted(n)}))" for n in identifiers(names))
    row = con.execute(f"SELECT {longest} FROM {quoted(target)}").fetchone()  # noqa: S608 - names are quoted, values escaped
    assert row is not None
    for name, size in zip(names, row, strict=True):
        if size is not None and size > options.max_cell_bytes:
            raise LimitError(
                f"{store.name}, column {name!r}: a cell has {size:,} bytes, more than the cap of {options.max_cell_bytes:,}; "
                "raise max_cell_bytes in the table's section of gatebook.toml."
            )
