"""Which column of one table plays which part: the values must allow it, the name chooses among those left."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import pandas as pd

from gatebook.cases.times import UNIT_WORDS, unit_of_name
from gatebook.checks.personal import people_columns
from gatebook.checks.source import read
from gatebook.init.draft import Basis
from gatebook.init.look import File, Profile
from gatebook.reading import to_times
from gatebook.vocabulary import listed_words, says, words
from gatebook.words import Said, said

NAMED = 0.4  # a name that speaks at least this clearly counts
CLEAR = 0.6  # a name that says it by a strong word, at least among others
NEARLY = 0.95  # real tables hold a few duplicate rows; a key may too
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+?\(?\d[\d\s()/.-]{6,18}\d")
_LONGEST = 86_400.0  # seconds; a median beyond this is no request: a contract, a stay, a project
_MAX_STAMPS = 12
_UNITS = {
    "ns": "nanoseconds",
    "us": "microseconds",
    "ms": "milliseconds",
    "s": "seconds",
    "min": "minutes",
    "h": "hours",
}


def _whole(name: str) -> float:
    """Return what the name of a whole has before those of its parts."""
    return 0.2 * bool(listed_words("whole") & set(words(name)))


def _version(column: Profile) -> bool:
    """Return whether a column has few values, each on many rows; one alone needs a name without another reading."""
    several = column.distinct > 1 or says("version", column.name) >= CLEAR
    often = column.repeats >= 3 or column.rows < 10
    return several and often and not column.continuous and column.distinct <= 50 and column.filled > 0.9


def _mostly_without(column: Profile) -> bool:
    """Return whether most cells are blank or say that there was no error."""
    sound = sum(n for v, n in column.counts.items() if v.strip().lower() in listed_words("no_error"))
    return column.filled * (1 - sound / max(1, sum(column.counts.values()))) < 0.5


def epoch(column: Profile) -> bool:
    """Return whether numbers lie where seconds, or thousandths of them and so on, since 1970 would: 1998 to 2096."""
    return any(9e8 * step < column.low <= column.high < 4e9 * step for step in (1, 1e3, 1e6, 1e9))


@dataclass(frozen=True)
class PartRule:
    """What the values of a column must be to play a part, how clearly its name must say so, and what is better
    named.
    """

    fits: Callable[[Profile], bool]
    least: float = NAMED
    better: Callable[[str], float] = lambda _: 0.0


_SHARE = PartRule(lambda c: c.numeric and c.low >= 0 and c.high <= 1 and c.distinct > 2)
_DESIGN = PartRule(lambda c: c.filled > 0.5, least=0.9)
PARTS = {
    "version": PartRule(_version),
    "trial": PartRule(lambda c: c.classlike and c.repeats >= 2),
    "annotator": PartRule(lambda c: c.classlike and c.repeats > 1.2),
    "error": PartRule(_mostly_without, least=CLEAR),
    "judge": PartRule(lambda c: c.distinct > 1 and (c.numeric or c.distinct <= 10), least=CLEAR),
    "cost": PartRule(
        lambda c: c.numeric and c.low >= 0,
        better=lambda name: _whole(name) - 0.3 * bool(listed_words("part") & set(words(name))),
    ),
    "latency": PartRule(lambda c: c.kind != "time", better=_whole),
    "confidence": _SHARE,
    "probability": _SHARE,
    "time": PartRule(
        lambda c: c.kind == "time" or (c.numeric and says("time", c.name) >= CLEAR and epoch(c)), least=0.0
    ),
    "weight": _DESIGN,
    "stratum": _DESIGN,
    "inclusion_probability": _DESIGN,
}


_NO_INPUTS = PARTS.keys() - {"time"} | {"prediction", "id"}


def ranked(file: File, part: str, taken: Collection[str] = (), rule: PartRule | None = None) -> list[str]:
    """Return the columns whose values allow a part and whose names say it, the clearest named first."""
    rule = rule or PARTS[part]
    found = [
        (-says(part, name) - rule.better(name), position, name)
        for position, (name, column) in enumerate(file.columns.items())
        if name not in taken and column.kind != "empty" and says(part, name) >= rule.least and rule.fits(column)
    ]
    return [name for _, _, name in sorted(found)]


def best(file: File, part: str, taken: Collection[str] = ()) -> str | None:
    """Return the column whose name speaks most clearly for a part, among those whose values allow it."""
    return next(iter(ranked(file, part, taken)), None)


def version(file: File, taken: Collection[str] = ()) -> str | None:
    """Return the column that names the model, None in a table of goods, which have models too."""
    if any(listed_words("goods") & set(words(n)) for n in file.columns):
        return None
    return best(file, "version", taken)


def extras(file: File) -> list[str]:
    """Return the columns that tell rows of one case apart: version, trial, annotator."""
    return [c for c in (version(file), best(file, "trial"), best(file, "annotator")) if c]


def tells_apart(file: File, key: Collection[str], *names: str | None) -> bool:
    """Return whether rows of one key differ by these columns: versions, trials or graders, not inputs."""
    return bool(key) and file.unique(*key) < NEARLY <= file.unique(*key, *filter(None, names))


def error(file: File) -> tuple[str | None, str | None]:
    """Return (column, its obstacle): in an error column most cells are blank or say that there was none."""
    if (name := best(file, "error")) is not None:
        return name, None
    full = next(iter(ranked(file, "error", rule=PartRule(lambda c: bool(c.counts), least=CLEAR))), None)
    empty = [n for n, c in file.columns.items() if c.kind == "empty" and says("error", n) >= CLEAR]
    return (empty[0], None) if empty and full is None else (None, full)


def certainty(file: File, taken: Collection[str] = ()) -> tuple[str, str] | None:
    """Return ("confidence" or "probability" by its name, column): numbers in [0, 1] that are no class."""
    found = [(part, name) for part in ("confidence", "probability") if (name := best(file, part, taken))]
    return max(found, key=lambda one: says(*one), default=None)


def cluster(file: File, taken: Collection[str], key: Collection[str] = ()) -> str | None:
    """Return the id-like column whose values repeat: rows of one value are not independent.

    A column that only names the ids of `key` anew, as a hash of them does, holds nothing together.
    """
    found = []
    ids = len(file.head[list(key)].drop_duplicates()) if key else len(file.head)
    for position, (name, column) in enumerate(file.columns.items()):
        who = says("cluster", name)
        if not who or name in taken or not column.classlike or column.distinct >= ids < len(file.head):
            continue
        if listed_words("id_words") & set(words(name)) and column.repeats > 1.02 and column.distinct >= 10:
            found.append((who + 1, -position, name))
        elif column.repeats > 1.05 and column.distinct >= 20:
            found.append((who, -position, name))
    return max(found)[2] if found else None


def segments(file: File, taken: Collection[str], at_most: int = 6) -> tuple[str, ...]:
    """Return the columns that split the rows into a few groups, the readable ones first."""
    found = [
        n
        for n, c in file.columns.items()
        if n not in taken and c.kind == "category" and c.filled >= 0.5 and 2 <= c.distinct <= 50 and c.repeats >= 10
    ]
    return tuple(sorted(found, key=lambda n: file.columns[n].distinct > 20)[:at_most])


def texts(file: File, taken: Collection[str]) -> tuple[str, ...]:
    """Return the columns of free text."""
    found = (n for n, c in file.columns.items() if c.kind == "text" and n not in taken)
    return tuple(n for n in found if says("error", n) < CLEAR)


def inputs(file: File) -> tuple[str, ...]:
    """Return the columns that describe the request itself: no answer, truth, score, key or model name."""
    filled = (n for n, c in file.columns.items() if c.kind != "empty" and says("label", n) < CLEAR)
    return tuple(n for n in filled if not any(says(part, n) >= NAMED for part in _NO_INPUTS))


@lru_cache(maxsize=16)  # asked again for each part that such a column must not play
def people(file: File) -> tuple[str, ...]:
    """Return the columns that hold names of people, told by their values as in a run."""
    found = people_columns(read(file.head)) if file.columns else set()
    return tuple(c for c in file.columns if c in found and c != version(file))


def personal(file: File) -> dict[str, Said]:
    """Return column -> why it may hold personal data: e-mail addresses and phone numbers by value, others by name."""
    found: dict[str, Said] = {}
    for name, column in file.columns.items():
        if column.kind in {"empty", "time"}:
            continue
        cells = pd.Series() if column.numeric else file.head[name].dropna().astype(str).str.strip().head(2000)
        mails = float(cells.str.fullmatch(_EMAIL).mean()) if len(cells) else 0.0
        if mails > 0.3:
            found[name] = said(Basis.MAILS, share=mails)
        elif column.kind == "category" and _phones(cells.tolist()) > 0.5:
            found[name] = said(Basis.PHONES)
        elif says("personal", name) >= CLEAR and column.distinct > 2:
            found[name] = said(Basis.NAME_SAYS)
    return found


def _phones(values: list[str]) -> float:
    """Return the share of phone numbers: digits with a plus, brackets or blanks, which plain ids do not have."""
    marked = [v for v in values if _PHONE.fullmatch(v) and (v[0] in "+(" or " " in v)]
    return len(marked) / max(1, len(values))


@dataclass(frozen=True)
class Latency:
    """How long requests took, as the project file says it.

    Attributes:
        key: `latency_ms`, `latency_s` or `latency` with one column, or `started` with the columns of both stamps.
        columns: one column, or (started, ended).
        why: what tells it, and `about` what its words mention.
        sure: whether more than names and sizes tell it.
        size: the unit that only the size of the numbers suggests; it binds nothing.
        below: whether some numbers are below 0.
    """

    key: Literal["latency_ms", "latency_s", "latency", "started"]
    columns: tuple[str, ...]
    why: Basis
    about: dict[str, Any] = field(default_factory=dict)
    sure: bool = True
    size: Literal["", "ms", "s"] = ""
    below: bool = False


def latency(file: File, taken: Collection[str] = ()) -> Latency | None:
    """Return how a table tells the duration of its requests, None where it does not."""
    named = [n for n in ranked(file, "latency", taken) if takes_time(file.columns[n])]
    found = [_of_column(file, name) for name in named]
    if told := next((one for one in found if not one.size), None):
        return told
    return stamps(file) or (found[0] if found else None)


def takes_time(column: Profile) -> bool:
    """Return whether the values can be durations."""
    return column.kind == "duration" or (column.numeric and column.median >= 0)


def _of_column(file: File, name: str) -> Latency:
    column, one = file.columns[name], (name,)
    if column.stated.startswith("duration"):
        return Latency("latency", one, Basis.UNIT_OF_TYPE, {"type": column.stated})
    if column.kind == "duration":
        return Latency("latency", one, Basis.UNIT_OF_CELLS, {"example": file.example(name).strip()[:30]})
    below = column.low < 0
    unit = unit_of_name(name)
    if unit in {"ms", "s"}:
        return Latency("latency_ms" if unit == "ms" else "latency_s", one, Basis.UNIT_OF_NAME, below=below)
    if unit is not None:
        return Latency("latency", one, Basis.UNIT_CALLED, {"unit": _UNITS[unit]}, below=below)
    size: Literal["ms", "s"] = "s" if column.median < 20 and column.kind == "number" else "ms"
    about = {"median": column.median, "unit": _UNITS[size]}
    return Latency("latency", one, Basis.NO_UNIT, about, sure=False, size=size)


def stamps(file: File) -> Latency | None:
    """Return the pair of moments between which a request ran: called alike, in order, and not days apart."""
    moments = [n for n, c in file.columns.items() if _moment(c)][:_MAX_STAMPS]
    for first, last in itertools.permutations(moments, 2):
        stem = _stem(first, "start")
        if stem is not None and stem == _stem(last, "end") and _in_order(file, first, last):
            own = bool(listed_words("request") & set(words(first)))
            return Latency("started", (first, last), Basis.STAMPS, {"first": first, "last": last}, own)
    return None


def _moment(column: Profile) -> bool:
    if column.kind == "time":
        return not column.days
    marks = listed_words("start") | listed_words("end")
    return column.numeric and epoch(column) and bool(marks & set(words(column.name)))


def _stem(name: str, mark: str) -> frozenset[str] | None:
    """Return what is left of a name without its one word for start or end, None where it has none."""
    parts, found = frozenset(words(name)), listed_words(mark)
    return (parts - found - listed_words("about_time")).difference(UNIT_WORDS) if parts & found else None


def _in_order(file: File, first: str, last: str) -> bool:
    """Return whether the second moment follows the first, seldom at once and mostly within a day."""
    pair = file.head[[first, last]].dropna().astype(str).head(2_000)
    numeric = file.columns[first].numeric
    if numeric != file.columns[last].numeric or len(pair) < 2:
        return False
    begun, ended = (pd.to_numeric(pair[c]) if numeric else to_times(pair[c]).values for c in (first, last))
    if not numeric and begun.dtype != ended.dtype:
        return False
    took = ended - begun if numeric else (ended - begun).dt.total_seconds()
    return bool((took >= 0).mean() >= 0.95 and (took > 0).mean() >= 0.5 and (numeric or took.median() <= _LONGEST))
