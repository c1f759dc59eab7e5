"""When a request was made and how long it took: moments as UTC, and milliseconds from numbers, text or two stamps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from gatebook.cases.columns import stripped
from gatebook.cases.questions import Question, QuestionCode
from gatebook.project import ReadOptions, TableSpec
from gatebook.project.model import Unit
from gatebook.reading import to_numbers, to_times
from gatebook.vocabulary import listed_words, words
from gatebook.words.figures import plain_number

Floats = np.typing.NDArray[np.float64]
Source = Literal["", "stated", "type", "name", "text", "stamps", "size"]

IN_MS: Mapping[str, float] = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6, "d": 8.64e7}
UNIT_WORDS: Mapping[str, str] = {word: unit for unit in IN_MS for word in listed_words(f"unit_{unit}")}
_PART = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*([a-zµμ]+)\.?\s*,?\s*", re.IGNORECASE)
_WITH_MARKS = r"([+-]?\d[\d.,]*)(\s*[a-zA-Zµμ]+\.?)"
_CLOCK = re.compile(r"(?:(\d+)\s*days?,?\s*)?([+-]?\d+):(\d{2}):(\d{2}(?:\.\d+)?)")
_ISO_SPAN = re.compile(
    r"P(?:(\d+(?:\.\d+)?)D)?T?(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?", re.IGNORECASE
)
_ARROW = re.compile(r"duration\[(s|ms|us|ns)\]")
FEW_LEFT = 20  # rows below which repeats and caps tell nothing
CAPPED = 0.01  # share of requests at exactly the longest time from which it is a cap
# Seconds after which clients give up, and how far below the usual time lies; a target as near as this is no accident.
TIMEOUTS_S, FAR_BELOW, NEAR_TARGET = (10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600), 3.0, 20.0
DOUBT = 100.0  # a median so many times below or above the target asks whether the unit is right
_THOUSANDS = ("ns", "us", "ms", "s")
_ISO_TIME = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?"
_ZONED = r".*(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)"
# Epochs by size: from 1973 to 2286 in seconds, and the same in thousandths of each.
_EPOCHS = (("s", 1e8, 1e10), ("ms", 1e11, 1e13), ("us", 1e14, 1e16), ("ns", 1e17, 1e19))
_EPOCH_SHARE = 0.95
UTC = "UTC"


@dataclass(frozen=True)
class Durations:
    """How long the requests of a table took.

    Attributes:
        milliseconds: (rows,), NaN where it is not known.
        source: what tells the unit; "size" is a guess from the size of the numbers, and decides nothing.
        unit: the unit of the column's numbers, empty where there is none.
        column: the column or columns that hold it.
        cap_ms: the longest time where many requests have exactly it: they were cut off there.
        blank, unreadable: rows without text, and rows whose text is no duration.
        questions: what is left open.
    """

    milliseconds: Floats
    source: Source = ""
    unit: str = ""
    column: tuple[str, ...] = ()
    cap_ms: float | None = None
    blank: int = 0
    unreadable: int = 0
    questions: tuple[Question, ...] = ()


def has_durations(spec: TableSpec) -> bool:
    """Return whether a section names how long a request took."""
    return bool(spec.latency_ms or spec.latency_s or spec.latency or (spec.started and spec.ended))


def durations(
    rows: pd.DataFrame, spec: TableSpec, role: str, types: Mapping[str, str], target_ms: float | None
) -> Durations:
    """Return the durations of a table's rows.

    Args:
        rows: its named columns as text.
        spec: its section.
        role: which table it is, for questions.
        types: column -> Arrow type, of files that have types.
        target_ms: the response time that is asked for, which tells seconds from milliseconds.
    """
    if spec.started and spec.ended:
        return _between(rows, spec)
    column = spec.latency_ms or spec.latency_s or spec.latency
    if column is None:
        return Durations(np.full(len(rows), np.nan))
    text = stripped(rows[column])
    stated: Unit | None = "ms" if spec.latency_ms else "s" if spec.latency_s else spec.latency_unit
    numbers, unit, source, unreadable = _read(text, column, spec, types.get(column, ""), stated)
    questions = []

    def ask(code: QuestionCode, **about: str | float) -> None:
        questions.append(
            Question(code, role, (column,), int(text.notna().sum()), len(text), about | {"column": column})
        )

    named = unit_of_name(column)
    if source == "stated" and named is not None and named != unit and spec.latency_unit is None:
        ask(QuestionCode.UNIT_CONFLICT, name=named, key=unit)
    if source == "size":
        ask(QuestionCode.UNIT_UNKNOWN, guess=unit)
    filled = int(text.notna().sum())
    if filled and unreadable > 0.5 * filled:
        ask(QuestionCode.DURATIONS_UNREADABLE)
    values = numbers * IN_MS[unit]
    values = np.where(values < 0, np.nan, values)  # no request takes less than no time: not measured
    known = values[np.isfinite(values)]
    other = _rather(known, unit, target_ms) if spec.latency_unit is None and source in {"stated", "name"} else ""
    if other:
        low = IN_MS[other] > IN_MS[unit]
        median = plain_number(np.median(known), 3) if low else f"{np.median(known):,.0f}"
        ask(QuestionCode.UNIT_DOUBT, median=median, unit=unit, other=other, side="below" if low else "above")
    elif spec.latency_unit is None and source in {"stated", "name"} and _ends_at_timeout(known, unit, spec, target_ms):
        end, median = (plain_number(float(of) / IN_MS[unit], 3) for of in (known.max(), np.median(known)))
        other = "s" if unit == "ms" else "ms"
        ask(
            QuestionCode.UNIT_TIMEOUT,
            end=end,
            median=median,
            unit=unit,
            other=other,
            long="s" if unit == "ms" else "ms",
        )
    if _batched(known):
        ask(QuestionCode.BATCHES, distinct=len(np.unique(known)))
    return Durations(values, source, unit, (column,), _cap(known), int(text.isna().sum()), unreadable, tuple(questions))


def unit_of_name(name: str) -> str | None:
    """Return the unit that a column's name ends in or holds as a word of its own, None where it says none.

    Examples: `latency_us` says us, `durationMs` ms, `elapsed (min)` min; `min_latency` and `latency` say nothing.
    """
    found = [UNIT_WORDS.get(word) for word in words(name)[1:]]
    return next((unit for unit in reversed(found) if unit is not None and unit != "d"), None)


def _read(
    text: pd.Series, column: str, spec: TableSpec, arrow: str, stated: Unit | None
) -> tuple[Floats, str, Source, int]:
    """Return the numbers, their unit, what tells it, and how many cells are unreadable."""
    written = _spoken(_points(text, spec.read.decimal))
    filled = int(text.notna().sum())
    if filled and np.isfinite(written).sum() > 0.5 * filled:  # the cells say it themselves: 340ms, 00:00:01.2
        return written, "ms", "text", filled - int(np.isfinite(written).sum())
    read = to_numbers(text, decimal=spec.read.decimal)
    numbers = np.asarray(read.values, dtype=float)
    if match := _ARROW.search(arrow):
        return numbers, match.group(1), "type", read.failed
    if stated is not None:
        return numbers, stated, "stated", read.failed
    if (named := unit_of_name(column)) is not None:
        return numbers, named, "name", read.failed
    known = numbers[np.isfinite(numbers)]
    guess = "s" if len(known) and float(np.median(known)) < 20 else "ms"
    return numbers, guess, "size", read.failed


def _spoken(text: pd.Series) -> Floats:
    """Return the milliseconds of cells that name their unit or are clocks, NaN for all others; shape (rows,)."""
    if not text.head(50).str.contains(r"[a-zA-Zµμ:]", regex=True).any():
        return np.full(len(text), np.nan)
    distinct = {cell: milliseconds_of(cell) for cell in text.dropna().unique()}
    return text.map(distinct).to_numpy(dtype=float)


def _points(text: pd.Series, decimal: str | None) -> pd.Series:
    """Return cells of one number and its unit with a decimal point for a comma, as in 1,2 s; the others as they are."""
    single = text[text.str.fullmatch(_WITH_MARKS).fillna(value=False)]
    if not single.str.contains(",", regex=False).any():
        return text
    parts = single.str.extract(_WITH_MARKS)
    numbers = to_numbers(parts[0], decimal=decimal).values
    return text.mask(text.index.isin(single.index), numbers.astype("str") + parts[1]).reindex(text.index)


def milliseconds_of(cell: str) -> float:
    """Return the milliseconds of a cell that says its unit or is a clock, NaN for any other: `340ms`, `1m 2.5s`,
    `PT1.5S`.
    """
    if match := _CLOCK.fullmatch(cell):
        days, hours, minutes, seconds = match.groups()
        return (
            float(days or 0) * IN_MS["d"] + int(hours) * IN_MS["h"] + int(minutes) * IN_MS["min"] + float(seconds) * 1e3
        )
    if cell[:1] in "Pp" and (match := _ISO_SPAN.fullmatch(cell)) and any(match.groups()):
        return sum(float(v or 0) * IN_MS[u] for v, u in zip(match.groups(), ("d", "h", "min", "s"), strict=True))
    total, end = 0.0, 0
    while end < len(cell):
        part = _PART.match(cell, end)
        unit = None if part is None else {"m": "min"}.get(part.group(2), UNIT_WORDS.get(part.group(2).lower()))
        if part is None or unit is None:
            return float("nan")
        total, end = total + float(part.group(1)) * IN_MS[unit], part.end()
    return total if end else float("nan")


def _between(rows: pd.DataFrame, spec: TableSpec) -> Durations:
    """Return the time between two stamps."""
    assert spec.started is not None
    assert spec.ended is not None
    first, last = (instants(rows[c], spec.read) for c in (spec.started, spec.ended))
    span = (last.values - first.values).dt.total_seconds().to_numpy(float) * 1e3
    span = np.where(span < 0, np.nan, span).astype(np.float64)
    return Durations(
        span.astype(np.float64),
        "stamps",
        "ms",
        (spec.started, spec.ended),
        _cap(span[np.isfinite(span)]),
        max(first.blank, last.blank),
        max(first.unreadable, last.unreadable),
    )


def _cap(known: Floats) -> float | None:
    """Return the longest time where many requests have exactly it, None where they do not."""
    if len(known) < FEW_LEFT:
        return None
    longest = float(known.max())
    at = int((known >= longest * (1 - 1e-9)).sum())
    inside = known[known < longest * (1 - 1e-9)]
    if at < max(3, CAPPED * len(known)) or len(inside) < FEW_LEFT:
        return None
    # a coarse grid has many requests in each of its steps; a cap has far more than the steps below it
    near = np.unique(inside, return_counts=True)[1]
    return longest if at > 5 * max(1.0, float(np.quantile(near, 0.9))) else None


def _rather(known: Floats, unit: str, target_ms: float | None) -> str:
    """Return the unit a thousand times larger or smaller that the numbers rather have, given what is asked for; ""
    if none.
    """
    if target_ms is None or len(known) < FEW_LEFT:
        return ""
    median, near = float(np.median(known)), range(len(_THOUSANDS))
    place = _THOUSANDS.index(unit) if unit in _THOUSANDS else -1
    for step, off in ((1, median < target_ms / DOUBT), (-1, median > target_ms * DOUBT)):
        likely = median * 1e3**step
        if off and median > 0 and place >= 0 and place + step in near and target_ms / 50 < likely < target_ms * 50:
            return _THOUSANDS[place + step]
    return ""


def _ends_at_timeout(known: Floats, unit: str, spec: TableSpec, target_ms: float | None) -> bool:
    """Return whether times in ms end where a time-out in s would, or those in s where one in ms would.

    Silent where they are plausible as they are: a time-out or a target in their own unit is near, or the usual time is
    no fraction, as few as a thousand times too small are.
    """
    if unit not in {"ms", "s"} or len(known) < FEW_LEFT:
        return False
    longest, median = float(known.max()), float(np.median(known))
    real = longest * (1e3 if unit == "ms" else 1e-3)  # in ms, were the unit the other one
    at_end = int((known >= longest * (1 - 1e-9)).sum())
    if spec.timeout_ms is not None:
        return at_end >= 3 and abs(real / spec.timeout_ms - 1) < 0.01
    if target_ms is not None and median / NEAR_TARGET <= target_ms <= median * NEAR_TARGET:
        return False
    inside = known[known < longest] / IN_MS[unit]
    fractions = float((inside != np.round(inside)).mean()) if len(inside) else 0.0
    written = fractions > 0.5 if unit == "ms" else fractions < 0.5
    return written and _cap(known) is not None and real / 1e3 in TIMEOUTS_S and median < longest / FAR_BELOW


def _batched(known: Floats) -> bool:
    """Return whether times repeat far more than their precision explains: they are means of batches, or running
    figures.
    """
    if len(known) < 5 * FEW_LEFT:
        return False
    distinct = np.unique(known)
    if len(distinct) < 2 or len(distinct) * 20 >= len(known):
        return False
    step = _step(distinct)
    return bool(len(distinct) * 20 < (distinct[-1] - distinct[0]) / step)


def _step(distinct: Floats) -> float:
    """Return the step of a decimal grid on which the values lie."""
    sample = distinct[:: max(1, len(distinct) // 200)]
    for digits in range(-3, 9):
        step = 10.0**-digits
        if np.allclose(sample / step, np.round(sample / step), rtol=0, atol=1e-6):
            return step
    return 1e-9


@dataclass(frozen=True)
class Instants:
    """A column of moments.

    Attributes:
        values: (rows,) datetime64[us], UTC without a zone; NaT where blank or unreadable.
        blank, unreadable: rows without text, and rows whose text is no moment.
        days: whether the cells are days without a time of day.
    """

    values: pd.Series
    blank: int
    unreadable: int
    days: bool


def instants(cells: pd.Series, options: ReadOptions | None = None) -> Instants:
    """Return a text column as moments.

    A time without a zone among others with one is taken as UTC, unless `time_zone` says where it was written.

    Args:
        cells: text, shape (rows,).
        options: how the project file reads the table: order of dates, zone of times that name none.

    Raises:
        TableError: unknown time zone.
    """
    options = options or ReadOptions()
    text = cells.astype("str").str.strip()
    blank = text.isna() | (text == "")
    filled = text[~blank]
    values = _epochs(filled) if len(filled) else None
    if values is None:
        values = _iso(filled, options.time_zone)
    if values is None:
        values = _any(filled, options)
    values = values.reindex(text.index).astype("datetime64[us]")
    read = values.dropna()
    clock = filled.str.contains(":", regex=False) if len(filled) else filled
    days = bool(len(read)) and not bool(clock.any()) and bool((read == read.dt.normalize()).all())
    return Instants(values, int(blank.sum()), int(values.isna().sum() - blank.sum()), days)


def _epochs(filled: pd.Series) -> pd.Series | None:
    """Return numbers as moments where they count time since 1970 in one unit, None where they do not."""
    if not filled.head(50).str.fullmatch(r"\d{9,19}(\.\d+)?([eE]\+?\d+)?").any():
        return None
    numbers = pd.to_numeric(filled, errors="coerce").astype("float64")
    for unit, low, high in _EPOCHS:
        if ((numbers >= low) & (numbers < high)).mean() >= _EPOCH_SHARE:
            inside = numbers.where((numbers >= low) & (numbers < high))
            moments: pd.Series = pd.to_datetime(inside, unit=unit, errors="coerce")  # type: ignore[call-overload]  # a unit by name
            return moments.astype("datetime64[us]")
    return None


def _iso(filled: pd.Series, zone: str | None) -> pd.Series | None:
    """Return ISO times at once, None where some are written in another way or a zone has to be put on."""
    if zone is not None or not filled.str.fullmatch(_ISO_TIME).all():
        return None
    zoned = filled.str.fullmatch(_ZONED)
    parts = [
        pd.to_datetime(side, format="ISO8601", utc=True, errors="coerce").dt.tz_localize(None)
        for side in (filled[zoned].str.replace(r"\s?(UTC|Z)$", "+00:00", regex=True), filled[~zoned])
        if len(side)
    ]
    return pd.concat(parts).reindex(filled.index) if parts else pd.Series(pd.NaT, index=filled.index)


def _any(filled: pd.Series, options: ReadOptions) -> pd.Series:
    """Return times of any form, one after the other."""
    found = to_times(filled, date_order=options.date_order, time_zone=options.time_zone)
    if isinstance(found.values.dtype, pd.DatetimeTZDtype) and options.time_zone is None and found.failed:
        found = to_times(filled, date_order=options.date_order, time_zone=UTC)
    values = found.values
    return values.dt.tz_localize(None) if isinstance(values.dtype, pd.DatetimeTZDtype) else values


def in_order(times: pd.Series) -> np.ndarray:
    """Return the positions of rows in order of time, shape (rows,); one without a time stays behind the row before
    it.
    """
    known = times.ffill().bfill()
    if known.isna().all():
        return np.arange(len(times))
    return np.argsort(known.to_numpy("datetime64[us]"), kind="stable")
