"""What the tables of a folder hold, seen without any project file: kinds, ranges, and how often values repeat."""

from __future__ import annotations

import ast
import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from gatebook.cases.times import milliseconds_of
from gatebook.errors import GatebookError
from gatebook.init.draft import LeftOut
from gatebook.project import ReadOptions, TableSpec
from gatebook.project.tables import open_table
from gatebook.reading import Table
from gatebook.vocabulary import says
from gatebook.words import Said, said

Kind = Literal["empty", "integer", "number", "time", "duration", "category", "text"]

_TABLE = re.compile(
    r"\.(csv|tsv|tab|psv|jsonl|ndjson|json|parquet|parq|pq|arrow|feather|xlsx|sqlite3?|db|duckdb|zip"
    r"|(csv|tsv|jsonl)\.gz)\Z",
    re.IGNORECASE,
)
_PERHAPS = re.compile(r"\.(txt|dat|xls|ods|xml|pkl|pickle)\Z", re.IGNORECASE)
_OURS = {"reports", "notebooks", "templates", "node_modules", "venv"}
_HEAD_ROWS = 20_000
_MAX_COLUMNS = 400
_MAX_FILES = 100
_MAX_COUNTED = 1_000  # distinct values of a column whose rows are kept
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
_ENOUGH = 0.95  # of the filled values read as a kind


@dataclass(frozen=True)
class Profile:
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
    filled: float = 0.0
    distinct: int = 0
    repeats: float = 0.0
    counts: dict[str, int] = field(default_factory=dict, repr=False)
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
    def classlike(self) -> bool:
        """Whether the values are short words or whole numbers, which may name something."""
        return self.kind in {"integer", "category"}

    @property
    def continuous(self) -> bool:
        """Whether the values are numbers that measure, rather than name a class."""
        return self.numeric and self.distinct > 20


@dataclass(frozen=True, eq=False)
class File:
    """An opened table of the folder: `path` is relative to it."""

    path: str
    table: Table = field(repr=False)
    columns: dict[str, Profile] = field(repr=False)
    head: pd.DataFrame = field(repr=False)
    skipped: tuple[str, ...] = ()
    _values: dict[str, pd.Series] = field(default_factory=dict, init=False, repr=False)
    _distinct: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False)
    _unique: dict[tuple[str, ...], float] = field(default_factory=dict, init=False, repr=False)

    @property
    def rows(self) -> int:
        """Records of the table."""
        return int(self.table.rows)

    def whole(self, *names: str) -> pd.DataFrame:
        """Return all rows of these columns."""
        return self.table.frame(list(names))

    def values(self, name: str) -> pd.Series:
        """Return the values of all rows of a column, missing left out (kept, since joins ask often)."""
        if name not in self._values:
            self._values[name] = self.whole(name)[name].dropna().astype(str)
        return self._values[name]

    def distinct(self, name: str) -> frozenset[str]:
        """Return the distinct values of all rows of a column (kept)."""
        if name not in self._distinct:
            self._distinct[name] = frozenset(self.values(name))
        return self._distinct[name]

    def example(self, name: str) -> str:
        """Return the first value of a column, empty where it has none."""
        return next(iter(self.values(name)), "")

    def unique(self, *names: str) -> float:
        """Return the share of rows that these columns tell apart, 1 where they are a key."""
        if names not in self._unique:
            frame = self.whole(*names).dropna(how="all")
            self._unique[names] = 0.0 if frame.empty else 1.0 - float(frame.duplicated().mean())
        return self._unique[names]


def look_at(series: pd.Series, stated: str = "") -> Profile:
    """Return what a text column holds; a number, time or duration needs 95 % of the filled values to read as such.

    Args:
        series: text (rows,).
        stated: the column's Arrow type, which decides where it is one of times or durations.
    """
    given = series.dropna().astype(str)
    given = given[given.str.strip() != ""]
    rows, name = len(series), str(series.name)
    if given.empty:
        return Profile(name, "empty", rows, stated=stated)
    counts = given.value_counts()
    plain = counts.index.to_series().str.strip()
    weight = counts.to_numpy()
    length = float(plain.str.len().to_numpy() @ weight / len(given))
    kind = _kind(plain, weight, stated)
    if kind == "category" and length > 25 and len(counts) > 0.1 * len(given):
        kind = "text" if float(given.str.contains(r"\S\s+\S").mean()) > 0.5 else kind
    low = high = median = 0.0
    if kind in {"integer", "number"}:
        number = pd.to_numeric(given.str.strip().str.replace(",", ".", regex=False), errors="coerce").dropna()
        low, high, median = float(number.min()), float(number.max()), float(number.median())
    return Profile(
        name,
        kind,
        rows,
        filled=len(given) / rows,
        distinct=len(counts),
        repeats=len(given) / len(counts),
        counts={str(v): int(n) for v, n in counts.items()} if len(counts) <= _MAX_COUNTED else {},
        low=low,
        high=high,
        median=median,
        length=length,
        days=kind == "time" and not _clocks(plain).any(),
        stated=stated,
        nested=bool(given.head(_FIRST).str.match(r"\s*\[\s*\{").mean() >= 0.5),
        fields=fields_of(given) if kind in {"category", "text"} else (),
    )


def _kind(plain: pd.Series, weight: Any, stated: str) -> Kind:
    """Return the kind of distinct values without blanks around them; `weight` is the rows of each."""

    def read_as(pattern: re.Pattern[str]) -> bool:
        return bool(plain.str.fullmatch(pattern).to_numpy(dtype=bool) @ weight / weight.sum() >= _ENOUGH)

    if stated.startswith("duration"):
        return "duration"
    if read_as(_NUMBER):
        return "integer" if read_as(_INTEGER) else "number"
    if read_as(_TIME) or stated.startswith(("timestamp", "date")):
        return "time"
    return (
        "duration" if plain.map(milliseconds_of).notna().to_numpy() @ weight / weight.sum() >= _ENOUGH else "category"
    )


def _clocks(plain: pd.Series) -> pd.Series:
    """Return which moments have a time of day other than midnight."""
    return plain.str.contains(_CLOCK, regex=True) & ~plain.str.contains(_MIDNIGHT, regex=True)


def fields_of(cells: pd.Series) -> tuple[str, ...]:
    """Return the paths to the single values of the first object, empty where the cells are no JSON objects.

    A path is written as the project file writes it: `body.choices[0].message.content`.
    """
    some = cells.head(_FIRST).str.strip()
    found = [value for cell in some if isinstance(value := _parsed(cell), dict)]
    return tuple(_paths(found[0]))[:_MAX_FIELDS] if len(found) >= 0.9 * len(some) else ()


def _parsed(cell: str) -> object:
    for read in (json.loads, ast.literal_eval) if cell[:1] == "{" else ():
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


def open_folder(root: Path) -> tuple[list[File], list[Said]]:
    """Return the tables of a folder, and what to say of each file that cannot be used."""
    files: list[File] = []
    problems = _not_looked_at(root)
    for path in _table_files(root):
        try:
            file = open_file(root, path)
        except GatebookError as error:
            problems.append(said(LeftOut.UNREADABLE, path=path, error=str(error).splitlines()[0]))
            continue
        if file.rows and file.columns:
            files.append(file)
        else:
            problems.append(said(LeftOut.NO_COLUMN if file.rows else LeftOut.NO_ROWS, path=path))
    for glob, members in _parts_of_one(root, files).items():
        try:
            files = [f for f in files if f not in members] + [open_file(root, glob)]
        except GatebookError as error:
            problems.append(said(LeftOut.PARTS_UNREADABLE, path=glob, parts=len(members), error=str(error)))
    return sorted(files, key=lambda f: f.path), problems


def deeper(root: Path) -> str | None:
    """Return the first table that lies too deep for init to look at, as a path relative to the folder."""
    return next((p for depth in range(3, 7) for p in _files(root, "/".join("*" * depth), _TABLE)), None)


def _files(root: Path, pattern: str, named: re.Pattern[str]) -> list[str]:
    """Return the files that are named like this, as sorted paths relative to the folder, ours and hidden ones aside."""
    paths = [p.relative_to(root) for p in sorted(root.glob(pattern)) if named.search(p.name) and p.is_file()]
    return [p.as_posix() for p in paths if not any(q.startswith((".", "~$")) or q in _OURS for q in p.parts)]


def _table_files(root: Path) -> list[str]:
    """Return the table files of a folder; those of its sub-folders too where it has none but JSON."""
    found = _files(root, "*", _TABLE)
    if all(p.endswith(".json") for p in found):
        found += _files(root, "*/*", _TABLE)
    return found[:_MAX_FILES]


def _not_looked_at(root: Path) -> list[Said]:
    """Return what to say of each file that may be a table, but has a name that tables do not have."""
    told = [said(LeftOut.OTHER_NAME, path=p) for p in _files(root, "*", _PERHAPS)]
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and _TABLE.search(p.name)):
        parts = json.dumps(f"{folder.name}/*{folder.suffix}")  # a program wrote its parts into it
        told.append(said(LeftOut.FOLDER_OF_PARTS, path=folder.name, parts=parts))
    if (more := len(_files(root, "*", _TABLE)) - _MAX_FILES) > 0:
        told.append(said(LeftOut.MORE_FILES, more=more, most=_MAX_FILES))
    return told


def _parts_of_one(root: Path, files: list[File]) -> dict[str, list[File]]:
    """Return glob -> tables that are parts of one: alike but for one run of digits in their names (part-001)."""
    groups: dict[str, list[File]] = {}
    for file in files:
        folder, slash, name = file.path.rpartition("/")
        runs = list(re.finditer(r"\d+([_.-]\d+)*", name.split(".", 1)[0]))
        if runs and runs[-1].start() > 0 and not set("*?[") & set(file.path):
            glob = f"{folder}{slash}{name[: runs[-1].start()]}*{name[runs[-1].end() :]}"
            groups.setdefault(glob, []).append(file)
    return {glob: members for glob, members in groups.items() if len(members) > 1 and _one_table(root, glob, members)}


def _one_table(root: Path, glob: str, members: list[File]) -> bool:
    """Return whether all files of a glob have the same columns and tell of other ids: no versions of one another."""
    first, second = members[:2]
    if len(first.columns) < 2 or any(m.columns.keys() != first.columns.keys() for m in members):
        return False
    if {p.relative_to(root).as_posix() for p in root.glob(glob)} != {m.path for m in members}:
        return False
    for name, column in first.columns.items():
        if says("id", name) >= 0.6 and column.repeats < 1.1:
            mine, theirs = first.distinct(name), second.distinct(name)
            return len(mine & theirs) <= 0.5 * min(len(mine), len(theirs))
    return True
