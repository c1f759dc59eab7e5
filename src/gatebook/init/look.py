"""What a table's columns hold, seen without any project file: kinds, ranges, and how often values repeat."""

from __future__ import annotations

import ast
import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import pandas as pd

from gatebook.cases.times import milliseconds_of
from gatebook.errors import GatebookError
from gatebook.project import ReadOptions, TableSpec
from gatebook.tables import Table, open_table
from gatebook.vocabulary import says

Kind = Literal["empty", "integer", "number", "time", "duration", "category", "text"]

SUFFIXES = (
    ".csv",
    ".tsv",
    ".tab",
    ".psv",
    ".jsonl",
    ".ndjson",
    ".json",
    ".parquet",
    ".parq",
    ".pq",
    ".arrow",
    ".feather",
    ".xlsx",
    ".sqlite",
    ".sqlite3",
    ".db",
    ".duckdb",
    ".csv.gz",
    ".tsv.gz",
    ".jsonl.gz",
    ".csv.zip",
    ".tsv.zip",
    ".zip",
)
_PERHAPS = (".txt", ".dat", ".xls", ".ods", ".xml", ".pkl", ".pickle")
_OURS = {"reports", "notebooks", "templates", "node_modules", "venv"}
_HEAD_ROWS = 20_000
_MAX_COLUMNS = 400
_MAX_FILES = 100
_FIRST = 50  # cells that tell whether a column is one of objects
_MAX_FIELDS = 40
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_INTEGER = re.compile(r"[+-]?\d+([.,]0+)?")
_TIME = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2}))"
    r"([T ]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([AaPp][Mm])?\s*(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)?)?"
)
_CLOCK = r"\d{1,2}:\d{2}"
_MIDNIGHT = r"[T ]+00:00(?::00(?:[.,]0+)?)?\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$"


@dataclass(frozen=True)
class Column:
    """One column of the head of a table (at most 20,000 rows).

    Attributes:
        filled: share of rows with a value, 0..1.
        distinct: number of distinct values in the head.
        repeats: mean rows a value.
        counts: rows of each distinct value, where these are at most 1,000, else empty.
        low, high, median: of the numbers, where `kind` is a number.
        length: mean characters a value.
        days: whether the times are days without a time of day.
        stated: the Arrow type as text, of files that state one.
        nested: whether the cells are lists of objects.
        fields: paths to the single values within, where the cells are JSON objects, as of the first of them.
    """

    name: str
    kind: Kind
    rows: int
    filled: float
    distinct: int
    repeats: float
    counts: dict[str, int] = field(repr=False)
    low: float = 0.0
    high: float = 0.0
    median: float = 0.0
    length: float = 0.0
    days: bool = False
    stated: str = ""
    nested: bool = False
    fields: tuple[str, ...] = ()

    @property
    def values(self) -> frozenset[str]:
        """The distinct values, empty where there are more than 1,000."""
        return frozenset(self.counts)

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.kind in {"integer", "number"}

    @property
    def continuous(self) -> bool:
        """Whether the values are numbers that measure, rather than name a class."""
        return self.numeric and self.distinct > 20


@dataclass(frozen=True, eq=False)
class File:
    """An opened table of the folder: `path` is relative to it."""

    path: str
    table: Table = field(repr=False)
    columns: dict[str, Column] = field(repr=False)
    head: pd.DataFrame = field(repr=False)
    skipped: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Records of the table."""
        return int(self.table.rows)

    def whole(self, *names: str) -> pd.DataFrame:
        """Return all rows of these columns."""
        return self.table.frame(list(names))

    @cached_property
    def _values(self) -> dict[str, pd.Series]:
        return {}

    @cached_property
    def _unique(self) -> dict[tuple[str, ...], float]:
        return {}

    def values(self, name: str) -> pd.Series:
        """Return the values of all rows of a column, missing left out (kept, since joins ask often)."""
        if name not in self._values:
            self._values[name] = self.whole(name)[name].dropna().astype(str)
        return self._values[name]

    def unique(self, *names: str) -> float:
        """Return the share of rows that these columns tell apart, 1 where they are a key."""
        if names not in self._unique:
            frame = self.whole(*names).dropna(how="all")
            self._unique[names] = 0.0 if frame.empty else 1.0 - float(frame.duplicated().mean())
        return self._unique[names]


def look_at(series: pd.Series, stated: str = "") -> Column:
    """Return what a text column holds; a number, time or duration needs 95 % of the filled values to read as such.

    Args:
        series: text (rows,).
        stated: the column's Arrow type, which decides where it is one of times or durations.
    """
    given = series.dropna().astype(str)
    given = given[given.str.strip() != ""]
    rows, name = len(series), str(series.name)
    if given.empty:
        return Column(name, "empty", rows, 0.0, 0, 0.0, {}, stated=stated)
    counts = given.value_counts()
    plain = counts.index.to_series().str.strip()
    weight = counts.to_numpy()

    def share(pattern: re.Pattern[str]) -> float:
        return float(weight[plain.str.fullmatch(pattern).to_numpy(dtype=bool)].sum() / weight.sum())

    length = float((plain.str.len().to_numpy() * weight).sum() / weight.sum())
    kind: Kind = "category"
    low = high = median = 0.0
    days = False
    if stated.startswith("duration"):
        kind = "duration"
    elif share(_NUMBER) >= 0.95:
        number = pd.to_numeric(given.str.strip().str.replace(",", ".", regex=False), errors="coerce").dropna()
        kind = "integer" if share(_INTEGER) >= 0.95 else "number"
        low, high, median = float(number.min()), float(number.max()), float(number.median())
    elif share(_TIME) >= 0.95 or stated.startswith(("timestamp", "date")):
        kind = "time"
        days = not (plain.str.contains(_CLOCK, regex=True) & ~plain.str.contains(_MIDNIGHT, regex=True)).any()
    elif plain.map(milliseconds_of).notna().to_numpy() @ weight >= 0.95 * weight.sum():
        kind = "duration"
    elif length > 25 and float(given.str.contains(r"\S\s+\S").mean()) > 0.5 and len(counts) > 0.1 * len(given):
        kind = "text"
    return Column(
        name,
        kind,
        rows,
        len(given) / rows,
        len(counts),
        len(given) / len(counts),
        {str(v): int(n) for v, n in counts.items()} if len(counts) <= 1000 else {},
        low,
        high,
        median,
        length,
        days,
        stated,
        bool(given.head(_FIRST).str.match(r"\s*\[\s*\{").mean() >= 0.5),
        fields_of(given) if kind in {"category", "text"} else (),
    )


def fields_of(cells: pd.Series) -> tuple[str, ...]:
    """Return the paths to the single values of the first object, empty where the cells are no JSON objects.

    A path is written as the project file writes it: `body.choices[0].message.content`.
    """
    some = cells.head(_FIRST).str.strip()
    found = [value for cell in some if isinstance(value := _parsed(cell), dict)]
    return tuple(_paths(found[0]))[:_MAX_FIELDS] if len(found) >= 0.9 * len(some) else ()


def _parsed(cell: str) -> object:
    if cell[:1] != "{":
        return None
    for read in (json.loads, ast.literal_eval):
        with contextlib.suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            return read(cell)
    return None


def _paths(value: object, before: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, f"{before}.{key}" if before else str(key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from _paths(value[0], f"{before}[0]")
    else:
        yield before


def usable(name: str) -> bool:
    """Return whether a project file can name the column: no surrounding blanks, no control characters."""
    return bool(name) and name == name.strip() and name.isprintable()


def open_file(root: Path, path: str) -> File:
    """Return the opened table with its columns looked at.

    Raises:
        TableError: the table cannot be opened.
        LimitError: it is larger than the caps for reading.
    """
    table = open_table("sample", TableSpec(path=path, read=ReadOptions()), root)
    times = Counter(table.columns)
    named = [n for n in table.columns if usable(n) and times[n] == 1]
    names = named[:_MAX_COLUMNS]
    skipped = [n for n in times if not usable(n) or times[n] > 1] + named[_MAX_COLUMNS:]
    head = table.frame(names, _HEAD_ROWS) if names else pd.DataFrame()
    return File(path, table, {n: look_at(head[n], table.types.get(n, "")) for n in names}, head, tuple(skipped))


def find_files(root: Path) -> list[str]:
    """Return the table files of a folder, as relative paths; those of its sub-folders where it has none but JSON."""
    found: list[str] = []
    for pattern in ("*", "*/*"):
        found += [p for p in _files(root, pattern) if p.lower().endswith(SUFFIXES)]
        if any(not p.endswith(".json") for p in found):
            break
    return found[:_MAX_FILES]


def not_looked_at(root: Path) -> list[str]:
    """Return a sentence for each file that may be a table, but has a name that tables do not have."""
    found = [p for p in _files(root, "*") if p.lower().endswith(_PERHAPS)]
    told = [f"{p}: not looked at; if it is a table, save it as CSV or Parquet." for p in found]
    told += [
        f"{p}/: a folder of parts, not looked at; name them as path in the section of their table, as in "
        f"path = {json.dumps(f'{p}/*{Path(p).suffix}')}."
        for p in _folders(root)
    ]
    if (more := sum(p.lower().endswith(SUFFIXES) for p in _files(root, "*")) - _MAX_FILES) > 0:
        told.append(f"{more} more table files were not looked at: init looks at {_MAX_FILES}.")
    return told


def deeper(root: Path) -> str | None:
    """Return the first table that lies too deep for init to look at, as a path relative to the folder."""
    for pattern in ("*/*/*", "*/*/*/*", "*/*/*/*/*", "*/*/*/*/*/*"):
        if found := [p for p in _files(root, pattern) if p.lower().endswith(SUFFIXES)]:
            return found[0]
    return None


def _folders(root: Path) -> list[str]:
    """Return the folders that are named as a table is, since a program wrote its parts into them."""
    return [p.name for p in sorted(root.iterdir()) if p.is_dir() and p.name.lower().endswith(SUFFIXES)]


def _files(root: Path, pattern: str) -> list[str]:
    paths = (p for p in sorted(root.glob(pattern)) if p.is_file() and not _ours(p.relative_to(root)))
    return [p.relative_to(root).as_posix() for p in paths]


def _ours(path: Path) -> bool:
    return any(part.startswith((".", "~$")) or part in _OURS for part in path.parts)


def parts_of_one(paths: list[str]) -> dict[str, list[str]]:
    """Return glob -> its files where several names differ in one run of digits only (part-001, part-002)."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        stem = path.rsplit("/", 1)[-1]
        runs = list(re.finditer(r"\d+([_.-]\d+)*", stem.split(".", 1)[0]))
        if runs and runs[-1].start() > 0 and not set("*?[") & set(path):
            start = len(path) - len(stem)
            glob = f"{path[: start + runs[-1].start()]}*{path[start + runs[-1].end() :]}"
            groups.setdefault(glob, []).append(path)
    return {g: files for g, files in groups.items() if len(files) > 1}


def _repeat(one: File, other: File) -> bool:
    """Return whether two tables tell of the same ids: versions of one another, not parts of one table."""
    for name, column in one.columns.items():
        if says("id", name) >= 0.6 and column.repeats < 1.1:
            mine, theirs = set(one.values(name)), set(other.values(name))
            return len(mine & theirs) > 0.5 * min(len(mine), len(theirs))
    return False


def open_folder(root: Path) -> tuple[list[File], list[str]]:
    """Return the tables of a folder, and one sentence for each file that cannot be used."""
    paths = find_files(root)
    files: list[File] = []
    problems = not_looked_at(root)
    for path in paths:
        try:
            file = open_file(root, path)
        except GatebookError as error:
            problems.append(f"{path}: cannot be read: {str(error).splitlines()[0]}")
            continue
        if file.rows == 0:
            problems.append(f"{path}: holds no rows.")
        elif not file.columns:
            problems.append(f"{path}: has no column that a project file could name.")
        else:
            files.append(file)
    by_path = {f.path: f for f in files}
    for glob, members in parts_of_one([f.path for f in files]).items():
        first = by_path[members[0]]
        same = all(by_path[m].columns.keys() == first.columns.keys() for m in members)
        alone = {p.relative_to(root).as_posix() for p in root.glob(glob)} == set(members)
        if same and alone and len(first.columns) > 1 and not _repeat(first, by_path[members[1]]):
            try:
                files = [f for f in files if f.path not in members] + [open_file(root, glob)]
            except GatebookError as error:
                problems.append(f"{glob}: its {len(members)} parts cannot be read as one: {error}")
    return sorted(files, key=lambda f: f.path), problems
