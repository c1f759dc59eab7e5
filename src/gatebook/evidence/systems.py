"""The systems to connect: one fact a row of the integrations table."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pandas as pd

from gatebook.cases.columns import stripped
from gatebook.reading import Table, to_numbers, to_times
from gatebook.record import SystemFact
from gatebook.vocabulary import listed_words

_DOCUMENTED = ("direction", "owner", "spec", "auth", "token_ttl_s", "data_class", "rate_limit_per_s")
COLUMNS = ("system", *_DOCUMENTED, "critical", "p95_ms", "last_read_ok", "last_write_ok")
FRESH_DAYS = 14
_LINK = re.compile(r"https?://\S+\.\S+")


def read_systems(table: Table, as_of: dt.date, root: Path) -> tuple[SystemFact, ...]:
    """Return one fact a system; a row without a name is listed as "row N", so that it is not lost."""
    frame = table.frame()
    text = {c: _filled(frame[c]) if c in frame.columns else pd.Series([None] * len(frame)) for c in COLUMNS}
    read_ok, write_ok = (to_times(text[c].astype("str")).values for c in ("last_read_ok", "last_write_ok"))
    facts = []
    for i in range(len(frame)):
        row = {c: (None if pd.isna(text[c].iloc[i]) else str(text[c].iloc[i])) for c in COLUMNS}
        direction = row["direction"] or ""
        read, write = _date(read_ok.iloc[i]), _date(write_ok.iloc[i])
        missing = [c for c in _DOCUMENTED if row[c] is None]
        if row["spec"] is not None and not spec_exists(row["spec"], root):
            missing.append("spec file")
        facts.append(
            SystemFact(
                system=row["system"] or f"row {i + 1}",
                direction=direction,
                critical=(row["critical"] or "yes").casefold() not in listed_words("plain_no"),
                last_read_ok=read,
                last_write_ok=write,
                ready=_answered(direction, read, write, as_of, FRESH_DAYS),
                missing=tuple(missing),
            )
        )
    return tuple(facts)


def is_ready(system: SystemFact, as_of: dt.date, days: int) -> bool:
    """Return whether the calls that a system needs, read and write, succeeded within the last `days` days."""
    return _answered(system.direction, system.last_read_ok, system.last_write_ok, as_of, days)


def _answered(direction: str, read: dt.date | None, write: dt.date | None, as_of: dt.date, days: int) -> bool:
    wants_read, wants_write = needs(direction)
    return (not wants_read or fresh(read, as_of, days)) and (not wants_write or fresh(write, as_of, days))


def _filled(values: pd.Series) -> pd.Series:
    """Return the values without surrounding blanks, NaN where nothing or only a placeholder stands."""
    text = stripped(values)
    return text.mask(text.str.casefold().isin(listed_words("placeholder")))


def is_direction(direction: str) -> bool:
    """Return whether a direction says which way data flows."""
    return any(direction.casefold() in listed_words(way) for way in ("reads", "writes", "reads_and_writes"))


def needs(direction: str) -> tuple[bool, bool]:
    """Return whether a system is read from and written to; an unclear direction needs both."""
    way = direction.casefold()
    return way not in listed_words("writes"), way not in listed_words("reads")


def fresh(day: dt.date | None, as_of: dt.date, days: int = FRESH_DAYS) -> bool:
    """Return whether a successful call lies within the last days (and not in the future)."""
    return day is not None and 0 <= (as_of - day).days <= days


def spec_exists(spec: str, root: Path) -> bool:
    """Return whether the specification is a link, or a file that is not empty inside the project."""
    if _LINK.fullmatch(spec):
        return True
    try:
        path = (root / spec).resolve()
        return path.is_relative_to(root.resolve()) and path.is_file() and path.stat().st_size > 0
    except (OSError, ValueError):  # a sentence instead of a path: too long, or with a null character
        return False


def hop_latency(table: Table) -> float | None:
    """Return the sum of the systems' p95 in milliseconds, None unless every system states one."""
    frame = table.frame()
    if "p95_ms" not in frame.columns or frame.empty:
        return None
    hops = to_numbers(frame["p95_ms"]).values
    return None if hops.isna().any() else float(hops.sum())


def _date(value: object) -> dt.date | None:
    return value.date() if isinstance(value, pd.Timestamp) else None  # a blank is NaT, no Timestamp
