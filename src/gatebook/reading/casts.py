"""Text to numbers and times, every failure counted; and what a text column most likely holds."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from gatebook.errors import TableError
from gatebook.reading.account import Problem
from gatebook.reading.table import Table
from gatebook.words import say

DateOrder = Literal["dmy", "mdy", "ymd"]
Kind = Literal["number", "integer", "time", "boolean", "category", "text", "id", "empty"]
LARGEST = 1e150
_GROUPED = {".": r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", ",": r"[-+]?\d{1,3}(?:\.\d{3})+(?:,\d+)?"}
_DATE = re.compile(r"\s*(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:([T ])\s*+(\S++(?:\s++\S++)*+))?\s*+")
_PLAIN = r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-5][0-9]:[0-5][0-9]"
_CLOCK = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?\s*(Z|z|UTC|GMT|[-+]\d{2}:?\d{2}|[-+]\d{2})?"
)
_SURE = 0.95  # share of the filled cells that read as a kind
_ID_NAME = re.compile(r"(?:^|[_\s.-])(?:id|key|uuid|guid|no|nr|number|code)$|(?<=[a-z])I[dD]$", re.IGNORECASE)
_CELLS = {  # cells of a kind, matched as a whole
    "number": r"\s*[-+]?(\d+|\d{1,3}([,.]\d{3})+)([.,]\d+)?([eE][-+]?\d+)?\s*",
    "integer": r"\s*[-+]?\d+\s*",
    "code": r"0\d+|\d{16,}",
    "boolean": r"(?i)\s*(true|false|yes|no|y|n|t|f)\s*",
    "time": (
        r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
        r"([T ]\s*\d{1,2}[:.]\d{2}([:.]\d{2}([.,]\d+)?)?\s*([AaPp][Mm])?\s*(Z|UTC|GMT|[-+]\d{2}:?\d{2})?)?\s*"
    ),
}


@dataclass(frozen=True)
class Cast:
    """A column as numbers or times.

    Attributes:
        values: (rows,) float64 or datetime64[us] (UTC where the text names a zone); missing where empty or failed.
        failed: cells that hold something else, NaN and infinite numbers included.
    """

    values: pd.Series
    failed: int


def to_numbers(series: pd.Series, *, decimal: str | None = None) -> Cast:
    """Return a text column as float64.

    Args:
        series: text (rows,).
        decimal: "." or ","; None means "." unless every number with a comma can only be meant with a decimal comma.

    "NaN", "inf" and numbers beyond 1e150, whose squares float64 cannot hold, are failures: a statistic must not average
    them in. Thousands separators are read where they group digits by three.
    """
    text, empty = _stripped(series)
    mark = decimal or _decimal_mark(text[~empty])
    plain = text
    if mark == "," or text.str.contains(",", regex=False).fillna(value=False).any():
        grouped = text.str.fullmatch(_GROUPED[mark]).fillna(value=False)
        plain = text.where(~grouped, text.str.replace("," if mark == "." else ".", "", regex=False))
    if mark == ",":
        pointed = plain.str.contains(".", regex=False).fillna(value=False)
        plain = plain.where(~pointed, "x").str.replace(",", ".", regex=False)
    values = pd.to_numeric(plain.where(~empty), errors="coerce").astype("float64")
    odd = plain.str.contains(r"[^0-9eE+.\-]", regex=True).fillna(value=False)
    return _cast(values.where((values.abs() <= LARGEST) & ~odd), empty)


def _stripped(series: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the text without spaces around it, and where there is none."""
    text = series.astype("str").str.strip()
    return text, text.isna() | (text == "")


def _cast(values: pd.Series, empty: pd.Series) -> Cast:
    return Cast(values, int((values.isna() & ~empty).sum()))


def _decimal_mark(text: pd.Series) -> str:
    """Return the decimal mark of a column: a comma only where no number reads otherwise."""
    comma = text[text.str.contains(",", regex=False)].head(5_000)
    if not len(comma) or text.head(20_000).str.fullmatch(r"[-+]?\d*\.\d+").any():
        return "."
    certain = comma.str.fullmatch(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+),(?:\d{1,2}|\d{4,})|[-+]?0,\d+").sum()
    unclear = comma.str.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}").sum()
    return "," if certain and certain + unclear == len(comma) else "."


def to_times(series: pd.Series, *, date_order: DateOrder | None = None, time_zone: str | None = None) -> Cast:
    """Return a text column as times.

    Args:
        series: text (rows,).
        date_order: order of 01/02/2024; None means: the month first where a day above 12 stands second and none first.
        time_zone: zone of the times that name none, e.g. "Europe/Berlin"; times that a change of clocks skips or
            doubles fail.

    Values are UTC where the texts name a zone or `time_zone` is given, naive otherwise. Where some texts name a zone
    and others do not, and no `time_zone` is given, those without are failures.

    Raises:
        TableError: unknown time zone.
    """
    text, empty = _stripped(series)
    if time_zone is None and (filled := text[~empty]).str.fullmatch(_PLAIN).all():  # no need to look at each
        moments = pd.to_datetime(filled.str.replace("T", " "), format="%Y-%m-%d %H:%M:%S", errors="coerce")
        return _cast(moments.astype("datetime64[us]").reindex(text.index), empty)
    parts = text[~empty].drop_duplicates()
    order = date_order or _date_order(parts)
    parsed = [_parse_time(cell, order) for cell in parts]
    times = pd.Series([time for time, _ in parsed], index=parts, dtype="datetime64[us]")
    east = pd.Series([minutes for _, minutes in parsed], index=parts, dtype="float64")
    if time_zone is not None or east.notna().any():
        utc = times - pd.to_timedelta(east * 60, unit="s").astype("timedelta64[us]")
        local = times.where(east.isna() & (time_zone is not None))
        try:
            local = local.dt.tz_localize(time_zone or "UTC", ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
        except (LookupError, ValueError):
            raise TableError(say(Problem.TIME_ZONE, zone=time_zone)) from None
        times = utc.dt.tz_localize("UTC").fillna(local)
    return _cast(times.reindex(text).set_axis(text.index), empty)


def _date_order(parts: pd.Series) -> DateOrder:
    """Return the order of day and month that the texts allow."""
    found = parts.str.extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}(?:$|\D)").dropna().astype(int)
    return "mdy" if bool((found[1] > 12).any()) and not bool((found[0] > 12).any()) else "dmy"


def _parse_time(cell: str, order: DateOrder) -> tuple[dt.datetime | None, float | None]:
    """Return one text as a time, and its zone as minutes east of Greenwich; None where it is none or names none."""
    nothing = None, None
    if not (match := _DATE.fullmatch(cell)):
        return nothing
    a, _, b, c, _, clock = match.groups()
    first, second, third = int(a), int(b), int(c)
    if len(a) == 4:
        year, month, day = first, second, third
    elif len(c) not in (2, 4) or len(a) > 2:
        return nothing
    elif order == "ymd":
        year, month, day = first + 2000, second, third
    else:
        day, month = (first, second) if order == "dmy" else (second, first)
        year = third if len(c) == 4 else third + (2000 if third < 70 else 1900)
    if not (hit := _CLOCK.fullmatch(clock or "0:00")):
        return nothing
    h, m, s, fraction, half, zone = hit.groups()
    hour = int(h) % 12 + (12 if half.lower() == "pm" else 0) if half else int(h)
    try:
        time = dt.datetime(year, month, day, hour, int(m), int(s or 0), int((fraction or "0")[:6].ljust(6, "0")))  # noqa: DTZ001
    except ValueError:
        return nothing
    digits = "0000" if zone is None or zone[0] not in "+-" else zone[1:].replace(":", "").ljust(4, "0")
    east = int(digits[:2]) * 60 + int(digits[2:])
    return time, None if zone is None else -east if zone[0] == "-" else east


def propose_kinds(table: Table) -> dict[str, Kind]:
    """Return what each column most likely holds; every row is looked at, and a person decides.

    "id" is proposed for codes (leading zeros, more digits than float64 holds) and for values that are all different and
    are no measurement; such columns must never be cast.
    """
    return {column: _kind(table, column) for column in table.columns}


def _kind(table: Table, column: str) -> Kind:
    c = table.identifier(column)
    matches = ", ".join(f"count(*) FILTER (regexp_full_match({c}, ?))" for _ in _CELLS)
    found = table.con.execute(
        f"SELECT count({c}), count(DISTINCT {c}), "
        f"coalesce(avg(len({c})), 0), "
        f"count(*) FILTER (contains(trim({c}), ' ')), {matches} FROM {table.relation}",
        list(_CELLS.values()),
    ).fetchall()
    filled, distinct, length, spaced, number, integer, code, boolean, time = found[0]
    if not filled:
        return "empty"
    named, unique = bool(_ID_NAME.search(column)), distinct == filled and filled > 1
    if time >= _SURE * filled:
        return "time"
    if boolean >= _SURE * filled and distinct <= 8:
        return "boolean"
    if number >= _SURE * filled:
        if (code and (code > 0.01 * filled or named)) or (integer == number and unique and named):
            return "id"
        return "integer" if integer == number else "number"
    if spaced < 0.05 * filled and length <= 64 and (unique or (distinct > 0.5 * filled and named)):
        return "id"
    return "category" if distinct <= max(20, 0.05 * filled) and distinct < filled and length <= 80 else "text"
