"""Text to numbers and times, every failure counted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from gatebook.errors import TableError

_LISTED = 1_000
_GROUPED = {".": r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", ",": r"[-+]?\d{1,3}(?:\.\d{3})+(?:,\d+)?"}
DateOrder = Literal["dmy", "mdy", "ymd"]
LARGEST = 1e150
_DATE = re.compile(r"\s*(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:([T ])\s*+(\S++(?:\s++\S++)*+))?\s*+")
_PLAIN = r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-5][0-9]:[0-5][0-9]"
_CLOCK = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?\s*(Z|z|UTC|GMT|[-+]\d{2}:?\d{2}|[-+]\d{2})?"
)
_TRUE = frozenset({"true", "yes", "y", "t", "1"})
_FALSE = frozenset({"false", "no", "n", "f", "0"})


@dataclass(frozen=True)
class Cast:
    """A column as numbers or times.

    Attributes:
        values: (rows,) float64, datetime64[us] (UTC where the text names a zone) or bool; missing where empty or failed.
        cast: cells that were cast.
        failed: cells that hold something else, NaN and infinite numbers included.
        empty: cells without text.
        failed_rows: 0-based positions of the first 1,000 failures.
        notes: what a person should know, one sentence each.
    """

    values: pd.Series
    cast: int
    failed: int
    empty: int
    failed_rows: tuple[int, ...]
    notes: tuple[str, ...] = ()


def to_numbers(series: pd.Series, *, decimal: str | None = None) -> Cast:
    """Return a text column as float64.

    Args:
        series: text (rows,).
        decimal: "." or ","; None means "." unless every number with a comma can only be meant with a decimal comma.

    "NaN", "inf" and numbers beyond 1e150, whose squares float64 cannot hold, are failures: a statistic must not average
    them in. Thousands separators are read where they group digits by three.
    """
    text = series.astype("str").str.strip()
    empty = text.isna() | (text == "")
    notes: list[str] = []
    mark = decimal or _decimal_mark(text[~empty], notes)
    plain = text
    if mark == "," or text.str.contains(",", regex=False).fillna(value=False).any():
        grouped = text.str.fullmatch(_GROUPED[mark]).fillna(value=False)
        drop, comma = (",", ".") if mark == "." else (".", ",")
        plain = text.where(~grouped, text.str.replace(drop, "", regex=False))
        if mark == ",":
            plain = plain.where(~plain.str.contains(".", regex=False).fillna(value=False), "x").str.replace(
                comma, ".", regex=False
            )
    values = pd.to_numeric(plain.where(~empty), errors="coerce").astype("float64")
    odd = plain.str.contains(r"[^0-9eE+.\-]", regex=True).fillna(value=False)
    values = values.where((values.abs() <= LARGEST) & ~odd)
    return _cast(values, empty, notes)


def _decimal_mark(text: pd.Series, notes: list[str]) -> str:
    """Return the decimal mark of a column: a comma only where no number reads otherwise."""
    comma = text[text.str.contains(",", regex=False)].head(5_000)
    if not len(comma) or text.head(20_000).str.fullmatch(r"[-+]?\d*\.\d+").any():
        return "."
    certain = comma.str.fullmatch(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+),(?:\d{1,2}|\d{4,})|[-+]?0,\d+").sum()
    unclear = comma.str.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}").sum()
    if certain and certain + unclear == len(comma):
        notes.append('Numbers are written with a decimal comma; set decimal = "," to make that certain.')
        return ","
    if unclear == len(comma):
        notes.append(
            'Every comma stands before three digits and is read as a thousands separator; set decimal = "," if it is a decimal comma.'
        )
    return "."


def to_booleans(series: pd.Series, *, true: Iterable[str] = _TRUE, false: Iterable[str] = _FALSE) -> Cast:
    """Return a text column as nullable boolean; upper and lower case are the same, spellings are counted in `notes`."""
    text = series.astype("str").str.strip().str.casefold()
    empty = text.isna() | (text == "")
    yes, no = text.isin(set(true)), text.isin(set(false))
    values = pd.Series(pd.array(yes.to_numpy(dtype=bool), dtype="boolean"), index=series.index).where(yes | no)
    spellings = series[yes | no].nunique()
    notes = [f"{spellings} spellings of true and false."] if spellings > 2 else []
    return _cast(values, empty, notes)


def to_times(series: pd.Series, *, date_order: DateOrder | None = None, time_zone: str | None = None) -> Cast:
    """Return a text column as times.

    Args:
        series: text (rows,).
        date_order: order of 01/02/2024; None means: found from the days above 12, reported where it stays unclear.
        time_zone: zone of the times that name none, e.g. "Europe/Berlin"; times that a change of clocks skips or doubles fail.

    Values are UTC where the texts name a zone or `time_zone` is given, naive otherwise. Where some texts name a zone and
    others do not, and no `time_zone` is given, those without are failures.

    Raises:
        TableError: unknown time zone.
    """
    text = series.astype("str").str.strip()
    empty = text.isna() | (text == "")
    if time_zone is None and (filled := text[~empty]).str.fullmatch(_PLAIN).all():  # no need to look at each
        moments = pd.to_datetime(filled.str.replace("T", " "), format="%Y-%m-%d %H:%M:%S", errors="coerce")
        return _cast(moments.astype("datetime64[us]").reindex(text.index), empty, [])
    notes: list[str] = []
    parts = text[~empty].drop_duplicates()
    order = date_order or _date_order(parts, notes)
    parsed = {cell: _parse_time(cell, order) for cell in parts}
    aware = {c for c, t in parsed.items() if t is not None and t.tzinfo is not None}
    naive = {c for c, t in parsed.items() if t is not None and t.tzinfo is None}
    if aware and naive:
        notes.append(
            f"{int(text.isin(naive).sum())} times name no zone while {int(text.isin(aware).sum())} do; "
            + (f"those are taken as {time_zone}." if time_zone else "those are not read; set time_zone.")
        )
    return _cast(_times(text, parsed, aware, naive, time_zone), empty, notes)


def _times(
    text: pd.Series, parsed: dict[str, pd.Timestamp | None], aware: set[str], naive: set[str], zone: str | None
) -> pd.Series:
    as_utc = bool(aware) or zone is not None
    final: dict[str, pd.Timestamp] = {}
    for cell in aware:
        stamp = parsed[cell]
        assert stamp is not None
        final[cell] = stamp.tz_convert("UTC")
    for cell in naive if not aware or zone is not None else ():
        stamp = parsed[cell]
        assert stamp is not None
        if zone is None:
            final[cell] = stamp
            continue
        try:
            final[cell] = stamp.tz_localize(zone, ambiguous="raise", nonexistent="raise").tz_convert("UTC")
        except (KeyError, LookupError):
            raise TableError(f"time_zone = {zone!r} is unknown; use a name such as Europe/Berlin or UTC.") from None
        except ValueError:
            continue
    dtype = pd.DatetimeTZDtype("us", "UTC") if as_utc else np.dtype("datetime64[us]")
    return pd.Series(text.map(final), index=text.index).astype(dtype)


def _date_order(parts: pd.Series, notes: list[str]) -> DateOrder:
    """Return the order of day and month that the texts allow."""
    found = parts.str.extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}(?:$|\D)").dropna().astype(int)
    if not len(found):
        return "dmy"
    day_first, month_first = bool((found[0] > 12).any()), bool((found[1] > 12).any())
    if day_first and month_first:
        notes.append("Some dates put the day first and others the month; set date_order and correct the others.")
    elif not day_first and not month_first:
        notes.append(
            "No date tells whether the day or the month comes first; read as day first. Set date_order to make it certain."
        )
    return "mdy" if month_first and not day_first else "dmy"


def _parse_time(cell: str, order: DateOrder) -> pd.Timestamp | None:
    """Return one text as a time, None where it is none."""
    if not (match := _DATE.fullmatch(cell)):
        return None
    a, _, b, c, _, clock = match.groups()
    if len(a) == 4:
        year, month, day = int(a), int(b), int(c)
    elif len(c) in (2, 4) and len(a) <= 2:
        first, second, third = int(a), int(b), int(c)
        if order == "ymd":
            year, month, day = first + 2000, second, third
        else:
            day, month = (first, second) if order == "dmy" else (second, first)
            year = third if len(c) == 4 else third + (2000 if third < 70 else 1900)
    else:
        return None
    hour = minute = second_ = micro = 0
    zone = None
    if clock is not None:
        if not (hit := _CLOCK.fullmatch(clock)):
            return None
        h, m, s, fraction, half, zone = hit.groups()
        hour, minute, second_ = int(h), int(m), int(s or 0)
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        if half:
            hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    try:
        stamp = pd.Timestamp(
            year=year, month=month, day=day, hour=hour, minute=minute, second=second_, microsecond=micro
        )
    except ValueError:
        return None
    if zone is None:
        return stamp
    if zone.upper() in ("Z", "UTC", "GMT"):
        return stamp.tz_localize("UTC")
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (
        stamp - pd.Timedelta(minutes=(int(digits[:2]) * 60 + int(digits[2:])) * (1 if zone[0] == "+" else -1))
    ).tz_localize("UTC")


def _cast(values: pd.Series, empty: pd.Series, notes: list[str]) -> Cast:
    missing = values.isna().to_numpy(dtype=bool)
    blank = empty.to_numpy(dtype=bool)
    failed = np.flatnonzero(missing & ~blank)
    return Cast(
        values,
        int((~missing).sum()),
        len(failed),
        int(blank.sum()),
        tuple(int(i) for i in failed[:_LISTED]),
        tuple(notes),
    )
