"""JSON lines and JSON arrays: numbers keep their digits, nested values stay JSON text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from gatebook.errors import LimitError, TableError
from gatebook.project import ReadOptions
from gatebook.tables.account import Event, Fates, LineAccount, Part
from gatebook.tables.content import Content, line_too_long, open_content, scan
from gatebook.tables.store import Appender, Rejects, Store, identifiers

_MAX_JSON = 256 * 1024**2
_LATE = 500  # names of values that are first met below the first 1,000 objects


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _Duplicates(dict[str, Any]):
    """An object in which a name occurred twice."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Duplicates(made)


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_pairs)


def _text(value: Any) -> str | None:
    """Return a JSON value as the text of a cell; null is None."""
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return _dump(value)


def _dump(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


class _Rows:
    """Puts objects into a table whose columns are the names met so far."""

    def __init__(self, store: Store, target: str, options: ReadOptions) -> None:
        self._store, self._target, self._options = store, target, options
        self.names: list[str] = []
        self._known: set[str] = set()
        self._first = 0
        self._appender: Appender | None = None
        self._waiting: list[dict[str, Any]] = []
        self.rows = 0
        self.duplicates = self.late = 0

    def add(self, item: dict[str, Any]) -> None:
        self.rows += 1
        self.duplicates += isinstance(item, _Duplicates)
        if self._appender is None:
            self._waiting.append(item)
            if len(self._waiting) >= 1_000:
                self._begin()
            return
        self._put(item)

    def _begin(self) -> None:
        names: dict[str, None] = {}
        for item in self._waiting:
            names.update(dict.fromkeys(item))
        self.names = list(names) or ["value"]
        self._known.update(self.names)
        self._first = len(self.names)
        self._appender = Appender(self._store, self._target, identifiers(self.names), self._options.max_rows)
        for item in self._waiting:
            self._put(item)
        self._waiting.clear()

    def _put(self, item: dict[str, Any]) -> None:
        assert self._appender is not None
        if new := [k for k in item if k not in self._known]:
            self.late += 1
            self.names += new
            self._known.update(new)
            if len(self.names) > self._first + _LATE:
                raise LimitError(
                    f"{self._store.name}: more than {_LATE} names come up only after 1,000 objects; is this a table? "
                    "Give what varies one row a value."
                )
            self._appender.widen(self.names)
        row = [_text(item.get(n)) for n in self.names]
        if (size := max(map(len, filter(None, row)), default=0)) > self._options.max_cell_bytes:
            raise LimitError(
                f"{self._store.name}: a cell has {size:,} characters, more than the cap; raise max_cell_bytes in the table's section of gatebook.toml."
            )
        self._appender.add([None if cell == "" else cell for cell in row])

    def finish(self) -> list[Event]:
        if self._appender is None:
            self._begin()
        assert self._appender is not None
        self._appender.flush()
        events = []
        if self.duplicates:
            events.append(
                Event("duplicate-names", None, f"{self.duplicates} objects name a value twice; the last one counts.")
            )
        if self.late:
            events.append(
                Event(
                    "late-columns",
                    None,
                    f"{self.late} objects far below bring new names; rows above have nothing there.",
                )
            )
        return events


def _describe(account: LineAccount, content: Content, dialect: str, lines: int) -> LineAccount:
    return replace(
        account, sha256=content.sha256, bytes=content.bytes, encoding=content.encoding, dialect=dialect, lines=lines
    )


def read_json_lines(
    file: Path, name: str, options: ReadOptions, store: Store, target: str, rejects: Rejects, account: LineAccount
) -> Part:
    """Put the objects of a JSON lines file into the table `target`; lines that hold no object are rejected.

    Raises:
        TableError: no line holds an object.
        LimitError: a cap is exceeded.
    """
    content = open_content(
        file,
        name,
        store.scratch,
        encoding=options.encoding,
        max_bytes=options.max_bytes,
        max_line=options.max_cell_bytes,
        max_ratio=options.max_ratio,
    )
    counts = scan(content.path, ",", "")
    if counts.longest > options.max_cell_bytes:
        raise LimitError(line_too_long(name, options.max_cell_bytes))
    rows = _Rows(store, target, options)
    blank = rejected = records = 0
    missing: list[int] = []
    first_bad = None
    with content.path.open(encoding="utf-8", errors="surrogateescape", newline="") as handle:
        for n, line in enumerate(handle, 1):
            text = line.strip()
            if not text:
                blank += 1
                continue
            records += 1
            item = _object(text)
            if item is None:
                rejected += 1
                first_bad = first_bad or n
                missing.append(records)
                rejects.add(n, "no JSON object", line)
            else:
                rows.add(item)
    if not rows.rows and rejected:
        raise TableError(f"{name}: no line holds a JSON object; is this a JSON array (name it .json) or a csv file?")
    events = rows.finish()
    if rejected:
        events.append(Event("damaged-records", first_bad, f"{rejected} lines hold no JSON object."))
    fates = Fates(blank=blank, kept=rows.rows, rejected=rejected)
    account = _describe(account, content, f"one JSON object a line, {counts.line_end}", counts.lines)
    account = replace(account, fates=fates, events=tuple(events))
    return Part(account, tuple(rows.names), records, missing)


def _object(text: str) -> dict[str, Any] | None:
    try:
        item = _DECODER.decode(text)
        str(text).encode()
    except (ValueError, RecursionError):
        return None
    return item if isinstance(item, dict) and not _has_surrogate(item) else None


def _has_surrogate(item: Any) -> bool:
    try:
        _dump(item).encode()
    except (UnicodeEncodeError, RecursionError):
        return True
    return False


def read_json(
    file: Path, name: str, options: ReadOptions, store: Store, target: str, rejects: Rejects, account: LineAccount
) -> Part:
    """Put the objects of a JSON array (or of the one array inside an object) into the table `target`.

    The account counts elements, not lines.

    Raises:
        TableError: no JSON, or no array of objects in it.
        LimitError: a cap is exceeded.
    """
    content = open_content(
        file, name, store.scratch, encoding=options.encoding, max_bytes=options.max_bytes, max_ratio=options.max_ratio
    )
    if content.path.stat().st_size > _MAX_JSON:
        raise LimitError(
            f"{name}: a JSON array is read as a whole and may have {_MAX_JSON:,} bytes; write one object a line (.jsonl)."
        )
    try:
        data = _DECODER.decode(content.path.read_text(encoding="utf-8").strip())
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return read_json_lines(file, name, options, store, target, rejects, account)
        raise TableError(f"{name}, line {error.lineno}: not valid JSON ({error.msg}); export it again.") from None
    except (UnicodeDecodeError, RecursionError):
        raise TableError(f"{name}: not valid JSON; export it again.") from None
    events: list[Event] = []
    if isinstance(data, dict):
        arrays = [k for k, v in data.items() if isinstance(v, list) and v and isinstance(v[0], dict)]
        wanted = [options.table] if options.table else arrays
        if len(wanted) != 1 or wanted[0] not in arrays:
            raise TableError(
                f'{name}: the object holds {len(arrays)} arrays of objects ({", ".join(arrays[:5])}); name one with table = "..." in `read`.'
            )
        events.append(
            Event(
                "json-member",
                None,
                "The rows are one member of an object; its other members are not part of the table.",
            )
        )
        data = data[wanted[0]]
    if not isinstance(data, list):
        raise TableError(f"{name}: the file holds one JSON value; a table is an array of objects.")
    rows = _Rows(store, target, options)
    missing: list[int] = []
    rejected = 0
    for n, item in enumerate(_elements(data), 1):
        if item is None:
            rejected += 1
            missing.append(n)
            rejects.add(n, "no JSON object", _dump(data[n - 1]))
        else:
            rows.add(item)
    if data and not rows.rows:
        raise TableError(f"{name}: the array holds no objects; a table is an array of objects.")
    events += rows.finish()
    fates = Fates(kept=rows.rows, rejected=rejected)
    account = replace(
        _describe(account, content, "JSON array of objects", len(data)), fates=fates, events=tuple(events)
    )
    return Part(account, tuple(rows.names), len(data), missing)


def _elements(data: list[Any]) -> Iterator[dict[str, Any] | None]:
    for item in data:
        yield item if isinstance(item, dict) and not _has_surrogate(item) else None
