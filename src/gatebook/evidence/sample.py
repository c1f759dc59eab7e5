"""The sample as a whole: what it covers, its segments beside all of production, how it moved, its unusual inputs."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files

import pandas as pd

from gatebook.cases.columns import stripped
from gatebook.checks import Findings
from gatebook.evidence.shift import EFFECT, ColumnShift, Shift
from gatebook.project import Project, TableSpec
from gatebook.reading import to_times
from gatebook.record import ColumnFact, EdgeFact, IntervalFact, ProductionFact, ShiftFact, finite
from gatebook.words import Code, Said, say

# What `[[edge_cases]] case` writes.
NAMES = tomllib.loads((files(__package__ or "") / "edge_cases.toml").read_text(encoding="utf-8"))

RARE = 0.10  # values that more rows than this have are no edge case: production is simply another place
GIVEAWAYS = 5
_GAP = 0.05
_LONGEST = 80  # characters of a value that are said


class Moved(Code):
    """How a column moved from the curated data to production."""

    MORE_MISSING = "more_missing"
    LESS_MISSING = "less_missing"
    NULL_WORDS = "null_words"
    NEW_ROWS = "new_rows"
    VANISHED_ROWS = "vanished_rows"
    FORMATS = "formats"
    PERIOD_OF_TIME = "period_of_time"
    PERIOD = "period"
    LENGTHS = "lengths"
    SPREAD = "spread"
    MIDDLE = "middle"
    SHARE = "share"
    VALUES = "values"


class Unusual(StrEnum):
    """A kind of unusual input; its name is no words to be reworded, for project files hold it."""

    TEXT = "text_edge"
    OUTLIER = "outlier"
    IMPOSSIBLE = "impossible_value"
    MISSING = "missing"
    NEW_VALUES = "new_values"


@dataclass(frozen=True)
class Covered:
    """What the sample covers.

    Attributes:
        rows: records in the sample.
        duplicates: records that repeat another one exactly.
        groups: distinct clusters, None where none is declared.
        first, last: earliest and latest time.
        days: days from first to last without the outer 0.5 % of rows at each end: one stray date covers nothing.
        weekdays: distinct days of the week seen.
        blank_required: required column -> rows without a value.
    """

    rows: int = 0
    duplicates: int = 0
    groups: int | None = None
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    days: int = 0
    weekdays: int = 0
    blank_required: Mapping[str, int] = field(default_factory=dict)

    @property
    def distinct(self) -> int:
        """Records after exact duplicates."""
        return self.rows - self.duplicates


def coverage(sample: pd.DataFrame, spec: TableSpec) -> Covered:
    """Return what the sample covers; `spec` names only columns that are there."""
    required = dict.fromkeys((*spec.ids, *spec.required))
    found = Covered(
        rows=len(sample),
        duplicates=int(sample.duplicated().sum()),
        groups=None if spec.cluster is None else int(stripped(sample[spec.cluster]).nunique()),
        blank_required={c: int(stripped(sample[c]).isna().sum()) for c in required if c in sample.columns},
    )
    if spec.time is None:
        return found
    read = to_times(sample[spec.time], date_order=spec.read.date_order, time_zone=spec.read.time_zone)
    times = read.values.dropna().sort_values().reset_index(drop=True)
    if not len(times):
        return found
    outer = len(times) // 200
    return Covered(
        **{name: getattr(found, name) for name in ("rows", "duplicates", "groups", "blank_required")},
        first=times.iloc[0].to_pydatetime(),
        last=times.iloc[-1].to_pydatetime(),
        days=(times.iloc[len(times) - 1 - outer] - times.iloc[outer]).days + 1,
        weekdays=int(times.dt.day_of_week.nunique()),
    )


@dataclass(frozen=True)
class EdgeCase:
    """One kind of unusual input.

    Attributes:
        name: as `[[edge_cases]] case` must write it.
        column: where it stands.
        rows: rows that have it.
    """

    name: str
    column: str
    rows: int


def edge_cases(scan: Findings, shift: Shift | None) -> tuple[EdgeCase, ...]:
    """Return the kinds of unusual input that the scan and the comparison with the curated data found."""
    found: dict[str, EdgeCase] = {}
    for one in scan.findings:
        if one.kind not in set(Unusual):
            continue
        column = one.columns[0] if one.columns else "row"
        what = one.values.get("what")
        text = (
            NAMES["text"][what.code].format(**what.values)
            if isinstance(what, Said) and one.kind == Unusual.TEXT
            else ""
        )
        name = NAMES["case"][one.kind].format(column=column, text=text)
        found.setdefault(name, EdgeCase(name, column, one.rows))
    for moved in shift.columns if shift is not None else ():
        if moved.kind == "category" and 0 < moved.new_rows <= RARE * scan.rows:
            name = NAMES["case"][Unusual.NEW_VALUES].format(column=moved.column)
            found[name] = EdgeCase(name, moved.column, moved.new_rows)
    return tuple(sorted(found.values(), key=lambda e: (-e.rows, e.name)))


def edge_facts(found: tuple[EdgeCase, ...], project: Project) -> tuple[EdgeFact, ...]:
    """Return each kind of unusual input with what was decided; decisions on kinds that the sample lacks come last."""
    decided = {e.case.strip().casefold(): e for e in project.edge_cases}
    kinds = [(edge.name, edge.rows, decided.pop(edge.name.casefold(), None)) for edge in found]
    kinds += [(entry.case, 0, entry) for entry in decided.values()]
    return tuple(
        EdgeFact(case=case, rows=rows, decision=entry.decision if entry else "", owner=entry.owner if entry else "")
        for case, rows, entry in kinds
    )


def production_fact(found: Shift | None, columns: tuple[ColumnFact, ...], time: str | None) -> ProductionFact:
    """Return whether the sample is what production looks like, against the curated data.

    Args:
        found: what was measured, None without curated data.
        columns: profiles of the columns, which hold only values that may be shown.
        time: the sample's time column, which differs wherever two samples were not drawn at once.
    """
    if found is None:
        return ProductionFact()
    known = {(f.table, f.column): f for f in columns}
    told = found.classifier
    return ProductionFact(
        columns=tuple(
            _shift_fact(c, known.get(("curated", c.column)), known.get(("sample", c.column)), time)
            for c in found.columns
        ),
        classifier_auc=IntervalFact(estimate=told.auc, lower=told.lower, upper=told.upper, n=told.n) if told else None,
        giveaways=tuple(tell.column for tell in told.tells[:GIVEAWAYS]) if told else (),
        verbatim_rows=found.verbatim,
        curated_rows=found.curated_rows,
    )


def _shift_fact(
    moved: ColumnShift, curated: ColumnFact | None, production: ColumnFact | None, time: str | None
) -> ShiftFact:
    parts = []
    if moved.shifted and moved.effect >= EFFECT:
        parts.append(_how(moved, curated, production, time))
    if abs(moved.missing_gap) >= _GAP and moved.missing_lower * moved.missing_upper > 0:
        code = Moved.MORE_MISSING if moved.missing_gap > 0 else Moved.LESS_MISSING
        parts.append(say(code, points=abs(moved.missing_gap) * 100))
    if moved.new_null_words:
        parts.append(say(Moved.NULL_WORDS))
    for code, rows in ((Moved.NEW_ROWS, moved.new_rows), (Moved.VANISHED_ROWS, moved.vanished_rows)):
        if rows:
            parts.append(say(code, n=rows))
    if moved.shifted and moved.format_gap >= EFFECT / 2:
        parts.append(say(Moved.FORMATS))
    shown = moved.shifted and all(fact is not None and not fact.personal for fact in (curated, production))
    return ShiftFact(
        column=moved.column,
        kind=moved.kind,
        psi=finite(moved.psi),
        effect=moved.effect,
        lower=finite(moved.effect_lower),
        upper=finite(moved.effect_upper),
        missing_curated=curated.share_missing if curated else 0.0,
        missing_production=production.share_missing if production else 0.0,
        new_values=len(moved.new),
        vanished_values=len(moved.vanished),
        notable=moved.shifted,
        words="; ".join(parts),
        spread=moved.spread if shown else (),
    )


def _how(moved: ColumnShift, curated: ColumnFact | None, production: ColumnFact | None, time: str | None) -> str:
    """Return "middle 55.8 before, 73.1 now" or the value whose share moved most."""
    if moved.kind == "date":
        return say(Moved.PERIOD_OF_TIME if moved.column == time else Moved.PERIOD)
    if moved.kind == "text":
        return say(Moved.LENGTHS)
    if curated is not None and production is not None:
        if curated.median is not None and production.median is not None:
            code = Moved.SPREAD if curated.median == production.median else Moved.MIDDLE
            return say(code, before=curated.median, now=production.median)
        before, now = _shares(curated), _shares(production)
        if both := before.keys() & now.keys():
            value = max(sorted(both), key=lambda v: abs(now[v] - before[v]))
            shown = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
            return say(Moved.SHARE, value=shown, before=before[value] * 100, now=now[value] * 100)
    return say(Moved.VALUES)


def _shares(fact: ColumnFact) -> dict[str, float]:
    present = max(fact.rows - fact.missing, 1)
    return {value: rows / present for value, rows in fact.top}
