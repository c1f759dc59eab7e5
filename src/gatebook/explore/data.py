"""A column as production and curated data hold it, its findings, and the rows behind one: what the data explorer shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from gatebook.evidence.quality import Finding
from gatebook.evidence.quality.column import Column
from gatebook.evidence.quality.reading import read
from gatebook.evidence.shift import ColumnShift
from gatebook.explore.workspace import Workspace
from gatebook.record import ColumnFact

BARS = 24
TOP = 12
OUTSIDE = 0.01  # share of the rows at each end that a histogram leaves out
PAGE = 10


@dataclass(frozen=True)
class Spread:
    """Shares of a column's rows in bins or by value.

    Attributes:
        labels: values, the most frequent in production first; empty for bins.
        edges: bin edges, one more than there are bins, NaN-free and ascending; empty for values.
        production, curated: share of the table's rows with a value in each; `curated` is None where the table lacks the column.
        unit: of the edges: "" for plain numbers, "letters" for the length of a text, "seconds" since 1970 for dates.
    """

    labels: tuple[str, ...]
    edges: tuple[float, ...]
    production: tuple[float, ...]
    curated: tuple[float, ...] | None
    unit: str = ""


@dataclass(frozen=True)
class ColumnView:
    """Everything known of one column; `moved` is None where there is nothing to compare."""

    facts: tuple[ColumnFact, ...]
    spread: Spread
    moved: ColumnShift | None


class DataViews:
    """Moves over one project's data; the space must have a sample."""

    def __init__(self, space: Workspace) -> None:
        assert space.facts.sample is not None
        self.space, self.sample = space, space.facts.sample
        self._read: dict[tuple[str, str], Column] = {}
        self._spreads: dict[str, Spread] = {}

    @property
    def columns(self) -> tuple[str, ...]:
        """The sample's columns, in their order."""
        return tuple(map(str, self.sample.columns))

    @cached_property
    def curated(self) -> pd.DataFrame | None:
        """The curated table as text, None where there is none."""
        table = self.space.facts.tables.get("curated")
        return None if table is None else table.frame()

    def findings(self, column: str | None = None) -> list[tuple[str, int, Finding]]:
        """Return (table, number in its scan, finding), most harmful first; of one column where one is named."""
        found = [
            (role, number, one)
            for role, scan in self.space.facts.scans.items()
            for number, one in enumerate(scan.findings)
            if column is None or (role == "sample" and column in one.columns)
        ]
        return sorted(found, key=lambda item: -item[2].harm)

    def rows(self, role: str, number: int, page: int = 0) -> pd.DataFrame:
        """Return the rows behind a finding, flagged columns first, indexed by data record; empty for a whole column's fact."""
        one, table = self.space.facts.scans[role].findings[number], self.space.facts.tables[role]
        frame = self._frame(role)
        if not one.cells:
            return frame.head(0)
        positions = np.unique(np.concatenate([r for r, _ in one.cells]))[page * PAGE : (page + 1) * PAGE]
        first = list(dict.fromkeys(c for _, c in one.cells))
        found = frame.iloc[positions][[*first, *(c for c in frame.columns if c not in first)]]
        records = np.asarray(table.record_numbers())
        return found.set_axis(pd.Index(records[positions], name="record"))

    def pages(self, role: str, number: int) -> int:
        """Return how many pages the rows behind a finding fill."""
        return max(1, -(-self.space.facts.scans[role].findings[number].rows // PAGE))

    def _frame(self, role: str) -> pd.DataFrame:
        return self.sample if role == "sample" else self.space.facts.tables[role].frame()

    def column(self, name: str) -> ColumnView:
        """Return what was measured of a column, and its spread in both tables."""
        facts = tuple(f for f in self.space.facts.columns if f.column == name)
        shift = self.space.facts.shift
        moved = None if shift is None else next((c for c in shift.columns if c.column == name), None)
        if name not in self._spreads:
            self._spreads[name] = self._spread(name)
        return ColumnView(facts, self._spreads[name], moved)

    def _column(self, role: str, name: str) -> Column | None:
        frame = self.sample if role == "sample" else self.curated
        if frame is None or name not in frame.columns:
            return None
        if (role, name) not in self._read:
            self._read[role, name] = read(frame[[name]]).columns[0]
        return self._read[role, name]

    def _spread(self, name: str) -> Spread:
        mine, theirs = self._column("sample", name), self._column("curated", name)
        assert mine is not None
        if mine.is_number and mine.distinct > TOP:
            return _binned(mine.numbers, mine, None if theirs is None else theirs.numbers, theirs)
        if mine.is_date and mine.distinct > TOP:
            seconds = [None if c is None else _seconds(c) for c in (mine, theirs)]
            assert seconds[0] is not None
            return _binned(seconds[0], mine, seconds[1], theirs, unit="seconds")
        if mine.is_prose or mine.is_key:
            lengths = None if theirs is None else theirs.lengths.astype(float)
            return _binned(mine.lengths.astype(float), mine, lengths, theirs, unit="letters")
        order = [int(i) for i in np.argsort(-mine.counts, kind="stable") if mine.real[i]][:TOP]
        labels = tuple(str(mine.values[i]) for i in order)
        shares = tuple(float(mine.counts[i]) / max(mine.n_real, 1) for i in order)
        curated = None
        if theirs is not None:
            counts = dict(zip(map(str, theirs.values), theirs.counts, strict=True))
            curated = tuple(float(counts.get(v, 0)) / max(theirs.n_real, 1) for v in labels)
        return Spread(labels, (), shares, curated)


def _seconds(column: Column) -> np.ndarray:
    parsed = pd.to_datetime(pd.Series(column.values, dtype=object), errors="coerce", utc=True, format="mixed")
    seconds = parsed.dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype(float)
    return np.where(parsed.isna(), np.nan, seconds)


def _binned(
    values: np.ndarray, mine: Column, others: np.ndarray | None, theirs: Column | None, *, unit: str = ""
) -> Spread:
    """Return shares in equal bins over the middle 98 % of production's rows; what lies outside is in the end bins."""
    known = np.isfinite(values) & mine.real
    order = np.flatnonzero(known)[np.argsort(values[known], kind="stable")]
    at = np.cumsum(mine.counts[order]) / max(mine.counts[order].sum(), 1)
    if len(order) == 0:
        return Spread((), (0.0, 1.0), (0.0,), None)
    ends = np.minimum(np.searchsorted(at, (OUTSIDE, 1 - OUTSIDE)), len(order) - 1)
    low, high = map(float, values[order[ends]])
    edges = np.linspace(low, high if high > low else low + 1, BARS + 1)

    def shares(numbers: np.ndarray, column: Column) -> tuple[float, ...]:
        usable = np.isfinite(numbers) & column.real
        inside = np.clip(numbers[usable], edges[0], edges[-1])
        counts = np.histogram(inside, bins=edges, weights=column.counts[usable])[0]
        return tuple(float(v) for v in counts / max(counts.sum(), 1))

    curated = None if others is None or theirs is None else shares(others, theirs)
    return Spread((), tuple(float(e) for e in edges), shares(values, mine), curated, unit)
