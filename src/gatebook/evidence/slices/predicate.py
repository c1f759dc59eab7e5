"""One condition on a row, in words that a person can read and a program can apply again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from gatebook.errors import TableError
from gatebook.evidence.slices.text import SURFACE, surface
from gatebook.tables.casts import LARGEST
from gatebook.words.figures import plain_number

Op = Literal["==", "in", ">=", "<", "contains", "missing"]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SPOKEN = {
    "hour": "hour of",
    "weekday": "weekday of",
    "words": "words in",
    "digits": "digits in",
    "capitals": "% capital letters in",
    "non-Latin": "non-Latin letters in",
}


@dataclass(frozen=True)
class Predicate:
    """`column op value`.

    Attributes:
        column: a column of the frame, or a derived one: `created:hour`, `created:weekday`, `question:words`.
        op: `missing` has value None, `in` a tuple, `contains` a phrase of whole words (case does not matter).
        value: text as in the cell, a float (compared as a number), or for a range of dates an ISO date.
    """

    column: str
    op: Op
    value: object = None

    def __str__(self) -> str:
        """Plain words, such as `amount at least 40`."""
        column = spoken(self.column)
        match self.op:
            case "missing":
                return f"{column} is missing"
            case "contains":
                return f"{column} mentions “{self.value}”"
            case "in" if night := over_midnight(self.column, self.value):
                return f"{column} from {night[0]} over midnight to below {night[1]}"
            case "in":
                return f"{column} is one of {', '.join(map(str, _values(self.value)))}"
            case ">=":
                return f"{column} at least {_number(self.value)}"
            case "<":
                return f"{column} below {_number(self.value)}"
            case _:
                return f"{column} is {_number(self.value)}"


def spoken(column: str) -> str:
    """Returns the name of a column as it is said: `words in question` for `question:words`."""
    name, _, part = column.rpartition(":")
    return f"{_SPOKEN[part]} {name}" if name and part in _SPOKEN else column


def over_midnight(column: str, value: object) -> tuple[int, int] | None:
    """Returns the first hour and the end of a range of hours that crosses midnight; None for any other list of values."""
    if not column.endswith(":hour") or not isinstance(value, tuple | list) or len(value) < 2:
        return None
    hours = [int(float(str(v))) for v in value]
    if any((b - a) % 24 != 1 for a, b in pairwise(hours)):
        return None
    return hours[0], (hours[-1] + 1) % 24


def _number(value: object) -> str:
    return f"{plain_number(value)}" if isinstance(value, int | float) else str(value)


def _values(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def describe(predicates: Sequence[Predicate]) -> str:
    """Returns all predicates in one phrase; the two ends of a range are said together."""
    said: list[str] = []
    seen: set[str] = set()
    for p in predicates:
        if p.op in (">=", "<"):
            if p.column in seen:
                continue
            ends = {q.op: q.value for q in predicates if q.column == p.column and q.op in (">=", "<")}
            if len(ends) == 2:
                seen.add(p.column)
                said.append(f"{spoken(p.column)} from {_number(ends['>='])} to below {_number(ends['<'])}")
                continue
        said.append(str(p))
    return " and ".join(said)


def numbers(series: pd.Series) -> np.ndarray:
    """Returns the column as float64, NaN where the cell is empty, no number, or one beyond LARGEST."""
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    found = pd.to_numeric(series.astype("object"), errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.abs(found) <= LARGEST, found, np.nan)


def times(series: pd.Series) -> pd.DatetimeIndex:
    """Returns the column as UTC times without zone, NaT where the cell is empty or no time."""
    if pd.api.types.is_datetime64_any_dtype(series):
        parsed = pd.to_datetime(series, utc=True)
    else:
        parsed = pd.to_datetime(series.astype("object"), errors="coerce", utc=True, format="ISO8601")
    return pd.DatetimeIndex(parsed).tz_localize(None)


def texts(series: pd.Series) -> np.ndarray:
    """Returns the column as objects: text, or None where the cell is empty or blank."""
    out = np.asarray(series.astype("object"), dtype=object).copy()
    empty = series.isna().to_numpy(dtype=bool)
    plain = ~empty
    out[plain] = [str(v) for v in out[plain]]
    out[empty] = None
    blank = np.fromiter((v is not None and not v.strip() for v in out), dtype=bool, count=len(out))
    out[blank] = None
    return out


def derived(frame: pd.DataFrame, name: str) -> tuple[str, np.ndarray]:
    """Returns the kind of a column ("plain", "number", "weekday") and its values, derived ones computed.

    Raises:
        TableError: the frame has no such column.
    """
    if name in frame.columns:
        return "plain", np.empty(0)
    column, _, part = name.rpartition(":")
    if column not in frame.columns:
        raise TableError(
            f"The slice names the column `{name}`, which the table does not have. Columns: {', '.join(map(str, frame.columns))}."
        )
    if part == "hour":
        return "number", times(frame[column]).hour.to_numpy(dtype=np.float64)
    if part == "weekday":
        return "weekday", times(frame[column]).day_of_week.to_numpy(dtype=np.float64)
    if part in SURFACE:
        return "number", surface(texts(frame[column]))[part]
    raise TableError(
        f"The slice names `{name}`; `{part}` is no derived column. Known: hour, weekday, {', '.join(SURFACE)}."
    )


def holds(frame: pd.DataFrame, predicate: Predicate) -> np.ndarray:
    """Returns a boolean array of shape (rows,): where one predicate holds."""
    kind, values = derived(frame, predicate.column)
    op, value = predicate.op, predicate.value
    if kind == "weekday":
        wanted = [WEEKDAYS.index(str(v)) for v in _values(value)]
        return np.asarray(np.isin(values, wanted))
    if kind == "plain":
        series = frame[predicate.column]
        if op in (">=", "<") or (op == "==" and isinstance(value, float)):
            if isinstance(value, str):
                stamps = times(series)
                moment = pd.Timestamp(value)
                return np.asarray(stamps >= moment if op == ">=" else stamps < moment)
            values = numbers(series)
        else:
            cells = texts(series)
            if op == "missing":
                return np.fromiter((v is None for v in cells), dtype=bool, count=len(cells))
            if op == "contains":
                pattern = phrase_pattern(str(value))
                return np.fromiter(
                    (v is not None and pattern.search(v.lower()) is not None for v in cells),
                    dtype=bool,
                    count=len(cells),
                )
            wanted_numbers = [v for v in _values(value) if isinstance(v, int | float)]
            if wanted_numbers:
                return np.asarray(np.isin(numbers(series), wanted_numbers))
            wanted_texts = frozenset(map(str, _values(value)))
            return np.fromiter((v in wanted_texts for v in cells), dtype=bool, count=len(cells))
    if op == "missing":
        return np.asarray(np.isnan(values))
    if op == "in":
        return np.isin(values, [float(str(v)) for v in _values(value)])
    bound = float(str(value))
    with np.errstate(invalid="ignore"):
        return np.asarray(values >= bound if op == ">=" else values < bound if op == "<" else values == bound)


def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """Returns the pattern that finds the words of the phrase in sequence, whatever stands between them."""
    return re.compile(r"(?<!\w)" + r"\W+".join(re.escape(w) for w in phrase.split()) + r"(?!\w)")


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Returns the frame with its column names as text.

    Raises:
        TableError: two columns have the same name.
    """
    if all(isinstance(c, str) for c in frame.columns) and frame.columns.is_unique:
        return frame
    out = frame.rename(columns=str)
    twice = out.columns[out.columns.duplicated()]
    if len(twice):
        raise TableError(f"Two columns are named `{twice[0]}`. Rename one of them.")
    return out


def mask(frame: pd.DataFrame, predicates: Sequence[Predicate]) -> np.ndarray:
    """Returns a boolean array of shape (rows,): where all predicates hold.

    Raises:
        TableError: a predicate names a column that the frame does not have.
    """
    frame = named(frame)
    inside = np.ones(len(frame), dtype=bool)
    for predicate in predicates:
        inside &= holds(frame, predicate)
    return inside
