"""Columns as small codes: what a column is, where its ranges may begin and end, which of its values are common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.evidence.slices.predicate import WEEKDAYS, Predicate, numbers, texts, times
from gatebook.evidence.slices.text import surface

FINE = 16  # bins of a number where one or two columns are combined
COARSE = 8  # bins where three are
CUTS = 64  # ends that a range may have once it is found
RANGES = ("number", "date", "hour")  # kinds whose ranges have ends
CATEGORIES = 100  # values of a category that can be told apart (one or two columns)
COARSE_CATEGORIES = 24  # ... where three columns are combined
PARSES = 0.95  # share of the cells that must be numbers (times) for a column to be one
_DATE = re.compile(r"^\s*\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?\s*$")


@dataclass(frozen=True)
class Feature:
    """One searchable column.

    Attributes:
        name: the column, or a derived one such as `created:hour`.
        kind: "number", "date" or "hour" (ranges), "weekday" (ranges of named days), "category".
        codes: uint8 (rows,); 0 missing, 1..k the bins or values, k + 1 values too rare to be searched (categories).
        edges: k + 1 ends of the bins, the first -inf, the last inf (numbers and dates; dates in ns since 1970).
        labels: the k values (categories, weekdays), most frequent first (weekdays in their order).
        values: float64 (rows,) of numbers, dates and hours, NaN where missing; the ends of ranges are refined on it.
        start: of hours, the quietest hour of the day, from which `values` count, so that a range may cross midnight.
    """

    name: str
    kind: str
    codes: np.ndarray
    edges: np.ndarray
    labels: tuple[str, ...]
    values: np.ndarray
    start: int = 0

    @property
    def ranged(self) -> bool:
        """Returns whether neighbouring codes make a range."""
        return self.kind != "category"

    @property
    def size(self) -> int:
        """Returns the number of codes, that of missing cells and that of rare values included."""
        k = len(self.labels) if self.labels or self.kind == "category" else len(self.edges) - 1
        return k + 1 + (self.kind == "category")

    def coarse(self) -> np.ndarray:
        """Returns for each code the coarser code that is used where three columns are combined, uint8 (size,)."""
        k = self.size - 1 - (self.kind == "category")
        if self.kind in RANGES and k > COARSE:
            return np.concatenate([[0], np.arange(k) * COARSE // k + 1]).astype(np.uint8)
        if self.kind == "category" and k > COARSE_CATEGORIES:
            return np.minimum(np.arange(self.size), COARSE_CATEGORIES + 1).astype(np.uint8)
        return np.arange(self.size, dtype=np.uint8)

    def ends(self, cuts: int = CUTS) -> np.ndarray:
        """Returns the finer ends that a found range may have, the first -inf and the last inf."""
        return _edges(self.values, cuts, whole=self.kind != "date")

    def range(self, low: float, high: float) -> tuple[Predicate, ...]:
        """Returns the predicates of low <= value < high; an infinite end is not said, a single value is said as such."""
        inside = np.unique(self.values[(self.values >= low) & (self.values < high)])
        if self.kind == "hour":
            return self._hours(low, high)
        if self.kind == "number" and len(inside) == 1:
            return (Predicate(self.name, "==", float(inside[0])),)
        out: list[Predicate] = []
        for op, end in ((">=", low), ("<", high)):
            if np.isfinite(end):
                value: object = pd.Timestamp(int(end)).isoformat() if self.kind == "date" else float(end)
                out.append(Predicate(self.name, op, value))  # type: ignore[arg-type]  # op is one of the two literals
        return tuple(out)

    def _hours(self, low: float, high: float) -> tuple[Predicate, ...]:
        """Returns the predicates of a range of hours that count from `start`; one that crosses midnight is a list."""
        hours = [float((h + self.start) % 24) for h in range(int(max(low, 0)), int(min(high, 24)))]
        if len(hours) == 1:
            return (Predicate(self.name, "==", hours[0]),)
        if hours[0] > hours[-1]:
            return (Predicate(self.name, "in", tuple(hours)),)
        ends = (Predicate(self.name, ">=", hours[0]), Predicate(self.name, "<", hours[-1] + 1))
        return tuple(p for p, trivial in zip(ends, (hours[0] == 0, hours[-1] == 23), strict=True) if not trivial)


def _round3(x: np.ndarray, step: float) -> np.ndarray:
    """Returns the numbers rounded to about three digits of the spread, so that a range is readable."""
    return np.round(np.round(x / step) * step, 12)


def _edges(values: np.ndarray, bins: int, *, whole: bool) -> np.ndarray:
    known = values[np.isfinite(values)]
    distinct = np.unique(known if len(known) < 20_000 else known[:: len(known) // 20_000])
    if len(distinct) <= bins and len(np.unique(known)) == len(distinct):
        inner = distinct[1:]
    else:
        inner = np.unique(np.quantile(known, np.arange(1, bins) / bins, method="higher"))
        if whole and np.all(distinct == np.round(distinct)):
            inner = np.ceil(inner)
        if whole and len(inner) > 1:
            gap = np.median(np.diff(inner))
            step = 10.0 ** np.floor(np.log10(gap / 2)) if gap > 0 else 0
            if step > 0:
                inner = np.unique(_round3(inner, step))
        inner = inner[inner > distinct[0]]
    return np.concatenate([[-np.inf], inner, [np.inf]])


def _ranged(name: str, kind: str, values: np.ndarray, start: int = 0) -> Feature | None:
    values = np.asarray(values, dtype=np.float64)
    if len(np.unique(values[np.isfinite(values)][:10_000])) < 2 and np.isfinite(values).all():
        return None
    if not np.isfinite(values).any():
        return None
    edges = _edges(values, FINE, whole=kind != "date")
    codes = np.searchsorted(edges[1:-1], values, side="right") + 1
    codes[~np.isfinite(values)] = 0
    return Feature(name, kind, codes.astype(np.uint8), edges, (), values, start)


def _category(name: str, cells: np.ndarray, minimum: int) -> Feature | None:
    codes, uniques = pd.factorize(cells)
    counts = np.bincount(codes[codes >= 0], minlength=len(uniques))
    common = np.argsort(-counts, kind="stable")[:CATEGORIES]
    common = common[counts[common] >= minimum]
    missing = int((codes < 0).sum())
    if len(common) == 0 and not minimum <= missing <= len(cells) - minimum:
        return None
    if len(uniques) < 2 and missing == 0:
        return None
    lookup = np.full(len(uniques) + 1, len(common) + 1, dtype=np.uint8)
    lookup[common] = np.arange(1, len(common) + 1)
    lookup[-1] = 0  # factorize says -1 where the cell is missing
    return Feature(name, "category", lookup[codes], np.empty(0), tuple(str(uniques[i]) for i in common), np.empty(0))


def _times(name: str, stamps: pd.DatetimeIndex) -> list[Feature]:
    out: list[Feature] = []
    ns = stamps.as_unit("ns").asi8.astype(np.float64)
    ns[stamps.isna()] = np.nan
    day = 86_400e9
    spread = np.nanmax(ns) - np.nanmin(ns)
    grain = day if spread > 40 * day else 3_600e9
    floored = np.floor(ns / grain) * grain
    out += [f for f in (_ranged(name, "date", floored),) if f]
    hours = stamps.hour.to_numpy(dtype=np.float64)
    known = hours[np.isfinite(hours)].astype(np.int64)
    if len(np.unique(known)) > 1:
        # cut the day where it is quietest, so that a night is one range
        quietest = int(np.argmin(np.bincount(known, minlength=24)))
        out += [f for f in (_ranged(f"{name}:hour", "hour", (hours - quietest) % 24, quietest),) if f]
    if spread > 2 * day:
        weekday = stamps.day_of_week.to_numpy(dtype=np.float64)
        codes = np.where(np.isnan(weekday), 0, np.nan_to_num(weekday) + 1).astype(np.uint8)
        out.append(Feature(f"{name}:weekday", "weekday", codes, np.empty(0), WEEKDAYS, np.empty(0)))
    return out


def features(
    frame: pd.DataFrame, minimum: int, *, ignore: Iterable[str] = (), text: Sequence[str] = (), time: str | None = None
) -> tuple[list[Feature], list[str]]:
    """Returns the searchable features of the frame, and what is not searched with the reason.

    A column is a number (a time) if 95 % of its cells parse as one; else a category whose values are searched where
    at least `minimum` rows share them, and so is one of pandas' categories, whose codes are names. A column of whole numbers or texts that are all different names rows, not types.
    """
    skip = set(ignore)
    found: list[Feature] = []
    not_searched: list[str] = []
    for column in map(str, frame.columns):
        if column in skip:
            continue
        series = frame[column]
        if column in text:
            for part, measured in surface(texts(series)).items():
                feature = _ranged(f"{column}:{part}", "number", measured)
                found += [feature] if feature else []
            continue
        cells = texts(series)
        known = cells[cells != None]  # noqa: E711  element-wise
        if len(known) == 0:
            not_searched.append(f"{column}: empty")
            continue
        probe = known[:: max(1, len(known) // 2_000)]
        dated = pd.api.types.is_datetime64_any_dtype(series) or column == time
        if dated or np.mean([bool(_DATE.match(c)) for c in probe]) >= PARSES:
            stamps = times(series)
            if np.mean(~np.asarray(stamps.isna())) >= PARSES * len(known) / len(cells):
                found += _times(column, stamps)
                continue
        likely = np.isfinite(numbers(pd.Series(probe))).mean() > PARSES / 2  # parsing a long column of names costs most
        names = pd.api.types.is_bool_dtype(series) or isinstance(series.dtype, pd.CategoricalDtype)
        values = numbers(series) if likely and not names else np.full(len(cells), np.nan)
        good = values[np.isfinite(values)]
        if len(good) >= PARSES * len(known):
            if len(good) > 50 and len(np.unique(good)) == len(good) and np.all(good == np.round(good)):
                not_searched.append(f"{column}: whole numbers that never repeat, so they name rows")
                continue
            feature = _ranged(column, "number", values)
        else:
            feature = _category(column, cells, minimum)
        if feature:
            found.append(feature)
        elif len(set(known[:1_000])) > 1:
            not_searched.append(f"{column}: no value is shared by {minimum} rows")
        else:
            not_searched.append(f"{column}: the same value everywhere")
    return found, not_searched
