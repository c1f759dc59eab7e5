"""One type of moment: UTC without a zone, from zoned, naive, mixed and epoch times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.project import ReadOptions
from gatebook.tables import to_times

_ISO = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?"
_ZONED = r".*(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)"
# Epochs by size: from 1973 to 2286 in seconds, and the same in thousandths of each.
_EPOCHS = (("s", 1e8, 1e10), ("ms", 1e11, 1e13), ("us", 1e14, 1e16), ("ns", 1e17, 1e19))
_EPOCH_SHARE = 0.95
UTC = "UTC"


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

    @property
    def usable(self) -> bool:
        """Whether the column tells when something happened, to the second or so."""
        return not self.days and bool(self.values.notna().any())


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
    if zone is not None or not filled.str.fullmatch(_ISO).all():
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
    """Return the positions of rows in order of time, shape (rows,); one without a time stays behind the row before it."""
    known = times.ffill().bfill()
    if known.isna().all():
        return np.arange(len(times))
    return np.argsort(known.to_numpy("datetime64[us]"), kind="stable")
