"""Which columns tell how long a request took, and what tells the unit."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from gatebook.cases.times import UNIT_WORDS, unit_of_name
from gatebook.tables import to_times
from gatebook.vocabulary import listed_words, says, words
from gatebook.words.figures import plain_number

if TYPE_CHECKING:
    from gatebook.init.look import Column, File

Key = Literal["latency_ms", "latency_s", "latency", "started"]

NAMED = 0.4
_SAID = {
    "ns": "nanoseconds",
    "us": "microseconds",
    "ms": "milliseconds",
    "s": "seconds",
    "min": "minutes",
    "h": "hours",
}
_LONGEST = 86_400.0  # seconds; a median beyond this is no request: a contract, a stay, a project
_MAX_STAMPS = 12


@dataclass(frozen=True)
class Latency:
    """How long requests took, as the project file says it.

    Attributes:
        key: `latency_ms`, `latency_s` or `latency` with one column, or `started` with the columns of both stamps.
        columns: one column, or (started, ended).
        why: what tells it, for people.
        sure: whether more than names and sizes tell it.
        size: the unit that only the size of the numbers suggests; it binds nothing.
        doubt: a sentence on what a person should check, empty where there is nothing.
    """

    key: Key
    columns: tuple[str, ...]
    why: str
    sure: bool = True
    size: str = ""
    doubt: str = ""


def latency(file: File, taken: Collection[str] = ()) -> Latency | None:
    """Return how a table tells the duration of its requests, None where it does not."""
    named = sorted((n for n in _named(file) if n not in taken and not _misfit(file, n)), key=_rank, reverse=True)
    found = [_of_column(file, name) for name in named]
    if told := next((one for one in found if not one.size), None):
        return told
    return stamps(file) or (found[0] if found else None)


def misfits(file: File) -> tuple[str, ...]:
    """Return a sentence for each column that is called a duration and holds none: none is left out without a word."""
    if latency(file) is not None:
        return ()
    return tuple(
        f"{file.path}: {name!r} is called like the time that a request took, but {why}, so it is not used; write "
        "plain numbers and name the column as latency, with latency_unit."
        for name in _named(file)
        if (why := _misfit(file, name))
    )


def _named(file: File) -> list[str]:
    return [n for n, c in file.columns.items() if c.kind not in {"empty", "time"} and says("latency", n) >= NAMED]


def _rank(name: str) -> float:
    return says("latency", name) + 0.2 * bool(listed_words("whole") & set(words(name)))


def _misfit(file: File, name: str) -> str:
    """Return why a column cannot be a duration, empty where it can."""
    column = file.columns[name]
    if column.kind == "duration":
        return ""
    if not column.numeric:
        return f"its values, such as {next(iter(file.values(name)), '')[:30]!r}, are neither numbers nor durations"
    return f"its numbers are below 0 (median {plain_number(column.median)})" if column.median < 0 else ""


def _of_column(file: File, name: str) -> Latency:
    column = file.columns[name]
    below = f"{file.path}: {name!r} holds numbers below 0; they count as not measured." if column.low < 0 else ""
    if column.stated.startswith("duration"):
        return Latency("latency", (name,), f"its type says the unit: {column.stated}")
    if column.kind == "duration":
        example = next(iter(file.values(name)), "")
        return Latency("latency", (name,), f"its cells say the unit, as in {example.strip()[:30]}")
    unit = unit_of_name(name)
    if unit is not None:
        key: Key = "latency_ms" if unit == "ms" else "latency_s" if unit == "s" else "latency"
        told = "the unit stands in its name" + (f": {_SAID[unit]}" if key == "latency" else "")
        return Latency(key, (name,), told, doubt=below)
    size = _size(column)
    ask = (
        f"{file.path}: nothing tells the unit of {name!r} (median {plain_number(column.median)}); set latency_unit beside it. "
        f"Its size would suit {_SAID[size]}, which binds nothing."
    )
    return Latency("latency", (name,), "called so; its unit is not known", sure=False, size=size, doubt=ask)


def _size(column: Column) -> str:
    return "s" if column.median < 20 and column.kind == "number" else "ms"


def stamps(file: File) -> Latency | None:
    """Return the pair of moments between which a request ran: called alike, in order, and not days apart."""
    moments = [n for n, c in file.columns.items() if _moment(c, n)][:_MAX_STAMPS]
    for first, last in itertools.permutations(moments, 2):
        stem = _stem(first, "start")
        if stem is not None and stem == _stem(last, "end") and _in_order(file, first, last):
            own = bool(listed_words("request") & set(words(first)))
            ask = f"{file.path}: the time between {first!r} and {last!r} was taken as that of a request; check started and ended."
            return Latency("started", (first, last), "between these two moments", own, doubt="" if own else ask)
    return None


def _moment(column: Column, name: str) -> bool:
    if column.kind == "time":
        return not column.days
    return column.numeric and epoch(column) and bool((listed_words("start") | listed_words("end")) & set(words(name)))


def epoch(column: Column) -> bool:
    """Return whether numbers lie where seconds, or thousandths of them and so on, since 1970 would: 1998 to 2096."""
    return any(9e8 * step < column.low <= column.high < 4e9 * step for step in (1, 1e3, 1e6, 1e9))


def _stem(name: str, mark: str) -> frozenset[str] | None:
    """Return what is left of a name without its one word for start or end, None where it has none."""
    parts, found = frozenset(words(name)), listed_words(mark)
    return (parts - found - listed_words("about_time")).difference(UNIT_WORDS) if parts & found else None


def _in_order(file: File, first: str, last: str) -> bool:
    """Return whether the second moment follows the first, seldom at once and mostly within a day."""
    pair = file.head[[first, last]].dropna().astype(str).head(2_000)
    if file.columns[first].numeric != file.columns[last].numeric or len(pair) < 2:
        return False
    if file.columns[first].numeric:
        span = pd.to_numeric(pair[last]) - pd.to_numeric(pair[first])
        return bool((span >= 0).mean() >= 0.95 and (span > 0).mean() >= 0.5)
    begun, ended = (to_times(pair[c]).values for c in (first, last))
    if begun.dtype != ended.dtype:
        return False
    took = (ended - begun).dt.total_seconds()
    return bool((took >= 0).mean() >= 0.95 and (took > 0).mean() >= 0.5 and took.median() <= _LONGEST)
