"""One condition on a row, in words that a person can read and a program can apply again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from gatebook.errors import TableError
from gatebook.reading.casts import LARGEST
from gatebook.words import Code, say
from gatebook.words.figures import plain_number

Op = Literal["==", "in", ">=", "<", "contains", "missing"]
ENDS = (">=", "<")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# What is measured of a text, as it is said after a number.
SURFACE = {"words": "words", "digits": "digits", "capitals": "% capital letters", "non-Latin": "non-Latin letters"}
DISTANCE = "distance to the nearest curated text"
UNKNOWN = "words that no curated text holds"
_NON_LATIN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")


class SearchFault(Code):
    """What cannot be searched, or looked up."""

    NO_SUCH_COLUMN = "no_such_column"
    NO_SUCH_MEASURE = "no_such_measure"
    SAME_NAME = "same_name"
    LOSSES = "losses"
    LOSS_MISSING = "loss_missing"
    CLUSTERS = "clusters"


class Condition(Code):
    """How a condition is said."""

    IS = "is"
    MISSING = "missing"
    CONTAINS = "contains"
    OVER_MIDNIGHT = "over_midnight"
    OTHER_THAN = "other_than"
    IS_ONE_OF = "is_one_of"
    WITHHELD = "withheld"
    BELOW = "below"
    AT_LEAST = "at_least"
    BETWEEN = "between"


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
        """Plain words, such as `amount is at least 40`."""
        return describe((self,))


def describe(predicates: Sequence[Predicate], others: Mapping[str, str] | None = None, hidden: str = "") -> str:
    """Returns all predicates in one phrase; the two ends of a range are said together.

    Args:
        predicates: the conditions.
        others: column -> the only value that its condition leaves out, where there is just one.
        hidden: what stands for a value that may not be shown; several such values are only counted.
    """
    ends: dict[str, dict[str, object]] = {}
    for p in predicates:
        if p.op in ENDS:
            ends.setdefault(p.column, {})[p.op] = p.value
    said = []
    for p in predicates:
        if p.op not in ENDS:
            said.append(_value(p, others or {}, hidden))
        elif (range_ := ends.pop(p.column, None)) is not None:  # else told with the other end
            said.append(_range(p.column, range_.get(">="), range_.get("<")))
    return " and ".join(said)


def _range(column: str, low: object, high: object) -> str:
    code = Condition.BELOW if low is None else Condition.AT_LEAST if high is None else Condition.BETWEEN
    name, measure = _spoken(column)
    part = "measure" if measure else "column"
    if code is Condition.AT_LEAST and column.startswith((DISTANCE, UNKNOWN)):
        part = "distance" if column.startswith(DISTANCE) else "unknown"
        tail = column.partition(" (")[2].rstrip(")")
        name = f"the {tail}" if tail else "the text"
    whole = isinstance(high, int | float) and float(high).is_integer()
    last = high - 1 if whole and isinstance(high, int | float) else high  # the end is not in the range
    return say(code, part, column=name, measure=measure, low=_figure(low), high=_figure(high), last=_figure(last))


def _value(p: Predicate, others: Mapping[str, str], hidden: str) -> str:
    name, measure = _spoken(p.column)
    if p.op == "==":
        part = "measure" if measure else "column"
        return say(Condition.IS, part, column=name, value=_figure(p.value), measure=measure)
    if p.op == "in":
        if night := over_midnight(p.column, p.value):
            return say(Condition.OVER_MIDNIGHT, column=name, first=night[0], end=night[1])
        if p.column in others:
            return say(Condition.OTHER_THAN, column=name, value=others[p.column])
        values = [str(v) for v in _values(p.value)]
        shown = [v for v in values if v != hidden]
        if more := len(values) - len(shown):
            shown.append(say(Condition.WITHHELD, n=more))
        return say(Condition.IS_ONE_OF, column=name, values=" or ".join(shown))
    return say(Condition.MISSING if p.op == "missing" else Condition.CONTAINS, column=name, value=p.value)


def _spoken(column: str) -> tuple[str, str]:
    """Returns a column as it is said, `hour of created` for `created:hour`; of a measure of a text the text and the
    measure.
    """
    base, _, part = column.rpartition(":")
    if base and part in SURFACE:
        return base, SURFACE[part]
    return (f"{part} of {base}" if base and part in ("hour", "weekday") else column), ""


def _figure(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return plain_number(value)
    return str(value).removesuffix("T00:00:00")  # a day


def over_midnight(column: str, value: object) -> tuple[int, int] | None:
    """Returns the first hour and the end of a range of hours that crosses midnight; None for any other list of
    values.
    """
    if not column.endswith(":hour") or not isinstance(value, tuple | list) or len(value) < 2:
        return None
    hours = [int(float(str(v))) for v in value]
    if any((b - a) % 24 != 1 for a, b in pairwise(hours)):
        return None
    return hours[0], (hours[-1] + 1) % 24


def _values(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


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
    out[~empty] = [text if (text := str(v)).strip() else None for v in out[~empty]]
    out[empty] = None
    return out


def surface(cells: np.ndarray) -> dict[str, np.ndarray]:
    """Returns four float arrays of shape (rows,), NaN where the text is missing.

    words: count; digits: count of digits; capitals: share of letters that are capitals, in per cent;
    non-Latin: count of letters outside the Latin script.
    """
    out = {name: np.full(len(cells), np.nan) for name in SURFACE}
    for i, cell in enumerate(cells):
        if cell is None:
            continue
        letters = sum(map(str.isalpha, cell))
        out["words"][i] = len(cell.split())
        out["digits"][i] = sum(map(str.isdigit, cell))
        out["capitals"][i] = round(100 * sum(map(str.isupper, cell)) / letters) if letters else 0
        out["non-Latin"][i] = 0 if cell.isascii() else len(_NON_LATIN.findall(cell))
    return out


def derived(frame: pd.DataFrame, name: str) -> np.ndarray:
    """Returns a derived column as float64 (rows,), NaN where its cell is empty; weekdays count from Monday, 0.

    Raises:
        TableError: the frame has no such column.
    """
    column, _, part = name.rpartition(":")
    if column not in frame.columns:
        raise no_column(name, frame)
    if part == "hour":
        return times(frame[column]).hour.to_numpy(dtype=np.float64)
    if part == "weekday":
        return times(frame[column]).day_of_week.to_numpy(dtype=np.float64)
    if part in SURFACE:
        return surface(texts(frame[column]))[part]
    known = ", ".join(("hour", "weekday", *SURFACE))
    raise TableError(SearchFault.NO_SUCH_MEASURE, name=name, part=part, known=known)


def no_column(name: str, frame: pd.DataFrame) -> TableError:
    """Returns the error that a frame has no such column."""
    return TableError(SearchFault.NO_SUCH_COLUMN, name=name, known=", ".join(map(str, frame.columns)))


def holds(frame: pd.DataFrame, predicate: Predicate) -> np.ndarray:
    """Returns a boolean array of shape (rows,): where one predicate holds."""
    column, op, wanted = predicate.column, predicate.op, _values(predicate.value)
    if column not in frame.columns:
        measured = derived(frame, column)
        days = column.endswith(":weekday")
        return _compared(
            measured, op, [WEEKDAYS.index(str(v)) if days else float(str(v)) for v in wanted if v is not None]
        )
    series = frame[column]
    if op in ENDS and isinstance(predicate.value, str):
        stamps, moment = times(series), pd.Timestamp(predicate.value)
        return np.asarray(stamps >= moment if op == ">=" else stamps < moment)
    figures = [float(v) for v in wanted if isinstance(v, int | float)]
    if figures and op != "contains":
        return _compared(numbers(series), op, figures)
    cells = texts(series)
    if op == "contains":
        mentioned = phrase_pattern(str(predicate.value)).search
        return np.fromiter((v is not None and mentioned(v.lower()) is not None for v in cells), bool, len(cells))
    named_values = frozenset({None} if op == "missing" else map(str, wanted))
    return np.fromiter((v in named_values for v in cells), bool, len(cells))


def _compared(values: np.ndarray, op: Op, wanted: Sequence[float]) -> np.ndarray:
    if op == "missing":
        return np.asarray(np.isnan(values))
    with np.errstate(invalid="ignore"):
        if op in ENDS:
            return np.asarray(values >= wanted[0] if op == ">=" else values < wanted[0])
        return np.isin(values, wanted)


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
        raise TableError(SearchFault.SAME_NAME, name=str(twice[0]))
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
