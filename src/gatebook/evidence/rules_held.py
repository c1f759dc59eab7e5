"""What holds in every sound row of a table, so that it can be guarded from now on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.cases.columns import stripped
from gatebook.checks import Findings
from gatebook.evidence.disclosure import Disclosure, withheld_names
from gatebook.project import TableSpec
from gatebook.reading import to_numbers

MOST_VALUES = 40  # of a column that can be listed
MOST_SHAPES = 4
FEWEST = 50  # sound rows below which nothing is called a rule
_RUNS = re.compile(r"\d+|[^\W\d_]+|\s+|_+|[^\w\s]")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


@dataclass(frozen=True)
class ColumnRule:
    """What holds of one column in all sound rows.

    Attributes:
        column: its name.
        required: no cell is empty.
        allowed: the only values, empty where they are too many or may not be shown.
        shapes: regular expressions of which each cell matches one, empty where there is no small set; letters and
            digits stand for any, so that no value is told.
        low, high: powers of ten (or 0) between which every number lies; None where the column holds other things.
    """

    column: str
    required: bool
    allowed: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class TableRules:
    """What holds in all sound rows of a table.

    Attributes:
        rows, sound: rows, and those without a wrong cell.
        columns: one rule a column, in the table's order.
        keys: columns that together name a row once, empty where none are declared.
        dependencies: (columns that decide, column decided).
    """

    rows: int
    sound: int
    columns: tuple[ColumnRule, ...]
    keys: tuple[str, ...] = ()
    dependencies: tuple[tuple[tuple[str, ...], str], ...] = ()


def rules_held(
    frame: pd.DataFrame, spec: TableSpec, scan: Findings, disclosure: Disclosure, clusters: pd.Series | None = None
) -> TableRules | None:
    """Return the rules of a table; None where fewer than 50 rows are sound.

    Args:
        frame: the table as text.
        spec: its section of the project file.
        scan: its findings; a row is sound where none of them lists a wrong cell, and no earlier row has its id.
        disclosure: which values may be told.
        clusters: group of each row, where known.
    """
    sound = ~_touched(frame, scan)
    keys = tuple(c for c in spec.ids if c in frame.columns)
    hidden = withheld_names([str(c) for c in frame.columns])
    if keys:
        sound &= ~frame[list(keys)].apply(stripped).duplicated().to_numpy()
    if int(sound.sum()) < FEWEST:
        return None
    groups = None if clusters is None else clusters[sound]
    shown = [str(c) for c in frame.columns if c not in hidden]
    columns = tuple(
        _column(c, stripped(frame[c][sound]), disclosure, groups) for c in shown if c not in disclosure.personal
    )
    return TableRules(
        len(frame),
        int(sound.sum()),
        columns,
        () if any(k in hidden for k in keys) else keys,
        tuple(_dependencies(frame[shown], sound, scan)),
    )


def _touched(frame: pd.DataFrame, scan: Findings) -> np.ndarray:
    """Return which rows hold a cell that some finding calls wrong, shape (rows,)."""
    out = np.zeros(len(frame), dtype=bool)
    for one in scan.findings:
        if one.cell_error:
            for rows, _ in one.cells:
                out[rows] = True
    return out


def _column(name: str, cells: pd.Series, disclosure: Disclosure, clusters: pd.Series | None) -> ColumnRule:
    present = cells.dropna().astype("str").rename(name)
    required = len(present) == len(cells)
    if len(present) < FEWEST:
        return ColumnRule(name, required)
    low, high = _span(present) or (None, None)
    values = present.unique()
    if low is None and len(values) <= MOST_VALUES:
        shown = disclosure.counts(present, None if clusters is None else clusters[present.index])
        if len(shown) == len(values):
            return ColumnRule(name, required, allowed=tuple(sorted(shown)))
    shapes = _shapes(values) if low is None else ()
    known = shapes if len(present) >= 5 * len(shapes) else ()
    return ColumnRule(name, required, shapes=known, low=low, high=high)


def _shapes(values: Iterable[str]) -> tuple[str, ...]:
    """Return the builds of texts, none where they are more than a few."""
    shapes: dict[str, re.Pattern[str]] = {}
    for value in values:
        if not any(known.fullmatch(value) for known in shapes.values()):
            shape = _shape(value)
            shapes[shape] = re.compile(shape)
            if len(shapes) > MOST_SHAPES:
                return ()
    return tuple(shapes)


def _span(present: pd.Series) -> tuple[float, float] | None:
    """Return the powers of ten, or 0, between which all numbers lie: wider than any single row's value; None for
    other texts.
    """
    numbers = to_numbers(present).values if present.str.fullmatch(_NUMBER).all() else None
    if numbers is None or numbers.isna().any():
        return None

    def bound(value: float) -> float:
        return 0.0 if value <= 0 else float(10.0 ** math.ceil(math.log10(value) + 1e-12))

    return 0.0 - bound(-float(numbers.min())), bound(float(numbers.max()))


def _shape(text: str) -> str:
    """Return a regular expression for texts of this build: runs of digits, letters, blanks, and the marks between."""

    def run(match: re.Match[str]) -> str:
        part = match.group()
        if part[0].isdigit():
            return r"\d+"
        if part[0].isspace():
            return r"\s+"
        return r"[^\W\d_]+" if part[0].isalpha() else re.escape(part)

    return _RUNS.sub(run, text)


def _dependencies(text: pd.DataFrame, sound: np.ndarray, scan: Findings) -> Iterable[tuple[tuple[str, ...], str]]:
    """Return the dependencies that some finding speaks of and that all sound rows keep."""
    for one in scan.findings:
        if one.kind != "broken_dependency" or not set(one.columns) <= set(map(str, text.columns)):
            continue
        decided, *deciding = one.columns
        for column in deciding:
            pair = pd.DataFrame({"by": stripped(text[column][sound]), "it": stripped(text[decided][sound])}).dropna()
            if len(pair) and pair.groupby("by")["it"].nunique().max() == 1:
                yield (column,), decided
