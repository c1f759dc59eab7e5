"""What the explorers show: moves of one project's assumptions, of its errors and over its data, without any control."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from gatebook.cases.bind import at_threshold, by_probability
from gatebook.checks import Finding
from gatebook.checks.column import Column
from gatebook.checks.dates import moments
from gatebook.checks.source import read
from gatebook.evidence.compare import Kind, VersionComparison, compare_versions, mean_interval, paired_losses
from gatebook.evidence.confidence import Queue
from gatebook.evidence.gather import kinds_compared, losses_of_version
from gatebook.evidence.outcome import review_queue
from gatebook.evidence.performance import Measured, grade_scale
from gatebook.evidence.shift import ColumnShift
from gatebook.explore.workspace import Workspace
from gatebook.gates.core.plan import value_of
from gatebook.gates.week04.quality import judge_goal, known_so_far
from gatebook.project import METRICS
from gatebook.record import ColumnFact, Coverage, Money, Row
from gatebook.slices import Predicate, mask
from gatebook.slices.predicate import derived, numbers, texts, times
from gatebook.stats import Interval
from gatebook.stats.interval import bounded_mean
from gatebook.stats.planning import chance_of_decision
from gatebook.verdict.looks import NewLook
from gatebook.verdict.measured import measured
from gatebook.verdict.targets import Goal

ALPHA = 0.025  # each bound; both together 95 %
FEW = 60  # values of a column that can be chosen from
FEWEST = 10  # rows of a kind of input worth listing
STEPS = 20  # parts into which a column of numbers can be cut
KEPT = 64  # masks kept, so that moving one condition costs one
MADE_HERE = ("the slice", "built here")
BARS, TOP, PAGE = 24, 12, 10  # of a histogram, of a list of values, rows of a page
OUTSIDE = 0.01  # share of the rows at each end that a histogram leaves out

Choice = Literal["value", "range", "words"]


@dataclass(frozen=True)
class Assumptions:
    """What can be moved.

    Attributes:
        target: value to reach in the end.
        threshold: probability from which an answer is positive, None where no threshold makes the answers.
        more_labels: labels bought on top.
        value_right, cost_wrong: money of one answer, None without a value model.
    """

    target: float
    threshold: float | None = None
    more_labels: int = 0
    value_right: float | None = None
    cost_wrong: float | None = None


@dataclass(frozen=True)
class WhatIf:
    """What would follow; nothing of it is written to the history.

    Attributes:
        row: G1 as it would read, its alpha held at that of the look at the present target.
        settles: chance that it settles after the further labels, None where none are asked for or nothing can be said.
        money: what a month would be worth, None without a value model.
    """

    row: Row
    settles: float | None
    money: Money | None


class WhatIfs:
    """Moves of one project's assumptions."""

    def __init__(self, space: Workspace) -> None:
        self.space = space
        self._data = lru_cache(1)(self._measured)
        self.entry = next(entry for entry in space.case.entries if entry.role == "quality")

    @cached_property
    def start(self) -> Assumptions:
        """The assumptions of the project file."""
        project, found = self.space.project, self.space.facts.outcomes
        low, high = self.limits
        target = self._goal.value if self.space.case.targets.goals else (low + high) / 2
        made = found is not None and by_probability(found, project)
        model = project.value
        spec = project.table("predictions") or project.tables["sample"]
        money = (model.value_right, model.cost_wrong) if model else (None, None)
        return Assumptions(target, spec.threshold if made else None, 0, *money)

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest target worth asking about."""
        metric = METRICS[self._goal.metric]
        if metric.name == "mean_score":
            return grade_scale(self.space.project) or (0.0, 1.0)
        if metric.higher_is_better:
            return 0.0, 1.0
        own = self.space.measured.interval(0.05).estimate if self.space.measured is not None else 1.0
        return 0.0, max(2 * own, 2 * self._goal.value if self.space.case.targets.goals else 0.0)

    def at(self, given: Assumptions) -> WhatIf:
        """Return the verdict under the given assumptions."""
        space, goal = self.space, replace(self._goal, value=given.target)
        data = self._data(given.threshold)
        row = judge_goal(self.entry, space.case, goal, data, self._look).row
        settles = None
        if given.more_labels and data is not None and row.estimate is not None and row.bar is not None:
            known = known_so_far(data, _interval(row), row.bar, METRICS[goal.metric].higher_is_better)
            if known is not None and self._look is not None:
                alpha = self._look.ahead(given.more_labels)
                settles = sum(chance_of_decision(known, given.more_labels, alpha))
        return WhatIf(row, settles, self._money(given, row))

    def as_toml(self, given: Assumptions) -> str:
        """Return the changed assumptions as they would stand in gatebook.toml."""
        where = ", ".join(f"{json.dumps(k)} = {json.dumps(v, ensure_ascii=False)}" for k, v in self._goal.where.items())
        lines = ["[[targets.more]]" if where else "[targets]", f'metric = "{self._goal.metric}"']
        lines += [f"value = {given.target:g}", *([f"where = {{ {where} }}"] if where else [])]
        if given.threshold is not None:
            role = "predictions" if "predictions" in self.space.project.tables else "sample"
            lines = [f"[tables.{role}]", f"threshold = {given.threshold:g}", "", *lines]
        if given.value_right is not None and given.cost_wrong is not None:
            lines += ["", "[value]", f"value_right = {given.value_right:g}", f"cost_wrong = {given.cost_wrong:g}"]
        return "\n".join(lines) + "\n"

    @cached_property
    def _goal(self) -> Goal:
        goals = self.space.case.targets.goals
        if goals:
            return goals[0]
        positive = self.space.project.targets.positive
        return Goal(self.space.metric, 0.5, {}, positive=None if positive is None else str(positive))

    @cached_property
    def _look(self) -> NewLook | None:
        """The look at the present target: further looks of a what-if would use up what is left for the labels to
        come.
        """
        looks = judge_goal(self.entry, self.space.case, self._goal, self._data(self.start.threshold)).looks
        return looks[0] if looks else None

    def _measured(self, threshold: float | None) -> Measured | None:
        """Return the arrays of the goal's metric, with the answers that this threshold makes."""
        case, found = self.space.case, self.space.facts.outcomes
        if threshold is not None and found is not None:
            case = replace(case, facts=replace(case.facts, outcomes=at_threshold(found, case.project, threshold)))
        return measured(case, self._goal)

    def _money(self, given: Assumptions, row: Row) -> Money | None:
        case, model = self.space.case, self.space.project.value
        if model is None:
            return None
        changed = model.model_copy(update={"value_right": given.value_right, "cost_wrong": given.cost_wrong})
        project = case.project.model_copy(update={"value": changed})
        return value_of(replace(case, project=project), self._goal, self._data(given.threshold), row.bar)


def _interval(row: Row) -> Interval:
    """Return the row's figures as the statistics hold them."""
    assert row.estimate is not None
    lower, upper = (math.nan if v is None else v for v in (row.lower, row.upper))
    level, n = row.level or 0.0, row.n or 0
    return Interval(row.estimate, lower, upper, level, n, row.n_effective or 0.0, row.method or "")


@dataclass(frozen=True)
class SliceView:
    """A slice that the scientist builds by hand; its interval allows for no search.

    Attributes:
        rows: labelled rows inside.
        errors: their losses together.
        rate: mean loss inside, 95 % interval.
        base_rate: mean loss of all rows.
        rest_rate: mean loss of all other rows, NaN where there are none.
        share_of_errors: of all losses.
        examples: the worst rows, one a row; they stay on the scientist's screen.
    """

    rows: int
    errors: float
    rate: Interval
    base_rate: float
    rest_rate: float
    share_of_errors: float
    examples: pd.DataFrame


@dataclass(frozen=True)
class Threshold:
    """What follows from letting the model answer alone above a confidence; `queue` is None without a value model."""

    point: Coverage
    queue: Queue | None


class ErrorViews:
    """Moves of one project's errors; the space must have labelled rows."""

    def __init__(self, space: Workspace) -> None:
        assert space.measured is not None
        self.space, self.data = space, space.measured
        self.frame = _prepared(space)
        self._mask = lru_cache(KEPT)(lambda one: mask(self.frame, [one]))
        self._theirs = cache(self._paired)

    @cached_property
    def columns(self) -> dict[str, Choice]:
        """Columns on which a slice can be built, derived ones too, and how a condition on each is chosen."""
        project = self.space.project
        spec = project.tables["sample"]
        left_out = {*spec.ids, *project.ignore, *((spec.time,) if spec.time else ())}
        return {c: self._choice(c, prose=c in spec.text) for c in self.frame.columns if c not in left_out}

    def _choice(self, column: str, *, prose: bool) -> Choice:
        if pd.api.types.is_float_dtype(self.frame[column]):
            return "range"
        return "words" if prose or self.frame[column].nunique() > FEW else "value"

    def values(self, column: str) -> list[str]:
        """Return the values of a column that can be chosen, the most frequent first."""
        cells = pd.Series(texts(self.frame[column]), dtype="object")
        return [str(v) for v in cells.value_counts().index[:FEW]]

    def cuts(self, column: str) -> list[float]:
        """Return the values at which a column of numbers can be cut: its ends and its twentieths."""
        known = self.frame[column].dropna().to_numpy()
        return [float(v) for v in np.unique(np.quantile(known, np.linspace(0, 1, STEPS + 1)))] if len(known) else []

    def slice_of(self, predicates: Sequence[Predicate], examples: int = 5) -> SliceView:
        """Return rows, error rate with interval, and the worst examples of a slice."""
        inside, data = self._inside(predicates), self.data
        losses, design = data.losses, data.design.subset(inside)
        if losses.min() >= 0 and losses.max() <= 1:
            rate = bounded_mean(losses[inside], (0.0, 1.0), design, ALPHA)
        else:
            rate = mean_interval(losses[inside], design, ALPHA)
        here = np.flatnonzero(inside)
        worst = here[np.argsort(-losses[here], kind="stable")[:examples]]
        errors, total = float(losses[inside].sum()), float(losses.sum())
        rest = float(losses[~inside].mean()) if len(here) < len(losses) else math.nan
        share, rows = errors / total if total else 0.0, self.space.inputs.iloc[worst]
        return SliceView(len(here), errors, rate, float(losses.mean()), rest, share, rows)

    def _inside(self, predicates: Sequence[Predicate]) -> np.ndarray:
        inside: np.ndarray = np.logical_and.reduce([np.ones(len(self.frame), bool), *map(self._mask, predicates)])
        return inside

    def above(self, threshold: float) -> Threshold | None:
        """Return what the model would answer alone at a confidence and what people would read; None without
        confidence.
        """
        report = self.space.facts.confidence
        if report is None:
            return None
        point = report.at(threshold)
        return Threshold(point, review_queue(self.space.project, 1 - point.coverage))

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """The other versions in the predictions, the incumbent first."""
        found = self.space.facts.outcomes
        others = [] if found is None or found.candidate is None else [v for v in found.versions if v != found.candidate]
        return tuple(sorted(others, key=lambda v: (v != self.space.project.incumbent, v)))

    def compare(self, other: str, predicates: Sequence[Predicate] = ()) -> VersionComparison | None:
        """Return the paired comparison with another version: all cases, failing kinds, segments, and the slice at hand.

        None where fewer than 20 cases have a result of both.
        """
        made_here = [(MADE_HERE, self._inside(predicates))] if predicates else []
        return compare_versions(other, self.data, self._theirs(other), [*self._kinds, *made_here])

    def _paired(self, other: str) -> np.ndarray:
        theirs = losses_of_version(self.space.project, self.space.facts, other, self.data.metric)
        return paired_losses(self.data, theirs)

    @cached_property
    def _kinds(self) -> list[tuple[Kind, np.ndarray]]:
        facts = self.space.facts
        return [] if facts.failing is None else kinds_compared(self.space.project, facts, facts.failing)

    def said(self, kind: Kind | None) -> str:
        """Return a kind of input in words."""
        if kind is None:
            return "all cases"
        if isinstance(kind, int):
            assert self.space.facts.search is not None
            return str(self.space.facts.search.slices[kind])
        return " ".join(kind) if kind == MADE_HERE else " is ".join(kind)

    @cached_property
    def _values(self) -> pd.DataFrame:
        """Every value of every column with few of them, and every failing kind: kind, rows, rate, times the usual."""
        losses, base, frame = self.data.losses, float(self.data.losses.mean()), self.space.inputs
        found = [
            (f"{column} is {value}", len(rows), float(losses[rows].mean()))
            for column in frame.columns
            if 2 <= frame[column].nunique() <= FEW
            for value, rows in frame.groupby(column, observed=True).indices.items()
            if len(rows) >= FEWEST
        ]
        if self.space.facts.search is not None:
            found += [(str(s), s.rows, s.error_rate) for s in self.space.facts.search.slices]
        kinds = pd.DataFrame(found, columns=["kind of input", "rows", "rate"])
        kinds["times usual"] = kinds["rate"] / base if base else 0.0
        return kinds.sort_values("times usual", ascending=False, kind="stable").reset_index(drop=True)

    def kinds_above(self, lift: float, most: int = 20) -> pd.DataFrame:
        """Return the kinds of input that fail at least `lift` times as often as all rows, the worst first; no search is
        allowed for here, so that chance alone brings some.
        """
        return self._values[self._values["times usual"] >= lift].head(most)


def _prepared(space: Workspace) -> pd.DataFrame:
    """Return the searched inputs with numbers read once, and with hours, weekdays and counts of words as columns of
    their own.
    """
    spec, frame = space.project.tables["sample"], space.inputs
    new: dict[str, np.ndarray] = {}
    for column in frame.columns:
        if column == spec.time:
            new[f"hour of {column}"] = derived(frame, f"{column}:hour")
            new[f"weekday of {column}"] = times(frame[column]).day_name().to_numpy()
        elif column in spec.text:
            new[f"words in {column}"] = derived(frame, f"{column}:words")
        elif frame[column].nunique() > FEW and np.isfinite(known := numbers(frame[column])).mean() > 0.5:
            new[column] = known
    return frame.assign(**new)


@dataclass(frozen=True)
class Spread:
    """Shares of a column's rows in bins or by value.

    Attributes:
        labels: values, the most frequent in production first; empty for bins.
        edges: bin edges, one more than there are bins, NaN-free and ascending; empty for values.
        production, curated: share of the table's rows with a value in each; `curated` is None where the table lacks the
            column.
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
        self._frame, self._spread = cache(self._read), cache(self._measure)

    @property
    def columns(self) -> tuple[str, ...]:
        """The sample's columns, in their order."""
        return tuple(map(str, self.sample.columns))

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
        """Return the rows behind a finding, flagged columns first, indexed by data record; empty for a whole
        column's fact.
        """
        one, table = self.space.facts.scans[role].findings[number], self.space.facts.tables[role]
        frame = self._frame(role)
        assert frame is not None
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

    def _read(self, role: str) -> pd.DataFrame | None:
        """Return a table as text, None where there is none."""
        table = self.space.facts.tables.get(role)
        return self.sample if role == "sample" else None if table is None else table.frame()

    def column(self, name: str) -> ColumnView:
        """Return what was measured of a column, and its spread in both tables."""
        facts = tuple(f for f in self.space.facts.columns if f.column == name)
        shift = self.space.facts.shift
        moved = None if shift is None else next((c for c in shift.columns if c.column == name), None)
        return ColumnView(facts, self._spread(name), moved)

    def _measure(self, name: str) -> Spread:
        frames = (self._frame(role) for role in ("sample", "curated"))
        columns = [None if f is None or name not in f.columns else read(f[[name]]).columns[0] for f in frames]
        assert columns[0] is not None
        unit = _unit(columns[0])
        mine, theirs = (None if c is None else _counted(c, unit) for c in columns)
        assert mine is not None
        if unit is None:
            labels = mine.sort_values(ascending=False, kind="stable").index[:TOP]
            return Spread(tuple(labels), (), _shares(mine, labels) or (), _shares(theirs, labels))
        if mine.empty:
            return Spread((), (0.0, 1.0), (0.0,), None)
        mine = mine.sort_index(kind="stable")
        ends = np.searchsorted(mine.cumsum() / mine.sum(), (OUTSIDE, 1 - OUTSIDE))
        low, high = mine.index[np.minimum(ends, len(mine) - 1)]
        edges = np.linspace(low, high if high > low else low + 1, BARS + 1)
        return Spread((), tuple(map(float, edges)), _binned(mine, edges) or (), _binned(theirs, edges), unit)


def _unit(column: Column) -> str | None:
    """Return the unit in which a column is cut into bins, None where its values are listed."""
    if column.distinct > TOP and (column.is_number or column.is_date):
        return "" if column.is_number else "seconds"
    return "letters" if column.is_prose or column.is_key else None


def _counted(column: Column, unit: str | None) -> pd.Series:
    """Return how many rows hold each real value, by the value itself or by its number."""
    match unit:
        case None:
            index = np.array([str(value) for value in column.values], dtype=object)
        case "seconds":
            index = moments(column)
        case _:
            index = column.lengths.astype(float) if unit else column.numbers
    counted = pd.Series(column.counts.astype(float), index=index)[column.real]
    return counted if unit is None else counted[np.isfinite(counted.index.to_numpy(float))]


def _shares(counted: pd.Series | None, labels: pd.Index) -> tuple[float, ...] | None:
    if counted is None:
        return None
    return tuple(map(float, counted.reindex(labels, fill_value=0) / max(counted.sum(), 1)))


def _binned(counted: pd.Series | None, edges: np.ndarray) -> tuple[float, ...] | None:
    """Return shares in the bins; what lies outside is in the end bins."""
    if counted is None:
        return None
    counts = np.histogram(np.clip(counted.index, edges[0], edges[-1]), bins=edges, weights=counted)[0]
    return tuple(map(float, counts / max(counts.sum(), 1)))
