"""What the explorers compute: the same functions as the verdicts, on the scientist's own screen. Draws nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from gatebook.evidence.facts import Facts
from gatebook.evidence.gather import DEFAULT_METRIC, gather, measure_losses
from gatebook.evidence.money import monthly_value
from gatebook.evidence.performance import Measured
from gatebook.evidence.slices import Predicate, mask
from gatebook.notebook import place
from gatebook.project import METRICS, Project, load_project
from gatebook.stats import Interval, decide
from gatebook.stats.interval import bounded_mean
from gatebook.stats.planning import LabelPlan, Scale, chance_of_decision, labels_needed, posterior
from gatebook.tables import open_tables
from gatebook.verdict.failures import right_share
from gatebook.verdict.targets import Goal

FEW = 60  # values of a column that can be chosen from
FEWEST = 10  # rows of a kind of input worth listing
_SCALES: dict[str, Scale] = {"f1": "f1", "auc": "logit", "loss": "loss", "rmse": "loss"}


@dataclass(frozen=True)
class WhatIf:
    """The verdict under changed assumptions; nothing of it is written to the history."""

    interval: Interval
    bar: float
    status: str
    plan: LabelPlan | None
    chance_with_more: float | None
    monthly: tuple[float, float, float] | None


@dataclass(frozen=True)
class SliceView:
    """A slice that the scientist builds by hand; its interval allows for no search."""

    rows: int
    errors: float
    rate: Interval
    base_rate: float
    examples: pd.DataFrame


class Workspace:
    """One project, measured once; every move of a widget reads from it."""

    def __init__(self, project: Project, facts: Facts) -> None:
        self.project, self.facts = project, facts

    @classmethod
    def open(cls, folder: str, candidate: str = "", as_of: dt.date | None = None) -> Workspace:
        """Measure a project without taking a look on record: nothing here judges against the history.

        Raises:
            GatebookError: the project cannot be read.
        """
        where, day = place(folder)
        project = load_project(where, candidate=candidate or None)
        tables = dict(open_tables(project))
        day = as_of or day
        return cls(project, gather(project, tables, day, seed=0, progress=lambda _: None))

    @cached_property
    def measured(self) -> Measured | None:
        """The headline metric's arrays, None where nothing is labelled."""
        if self.facts.outcomes is None:
            return None
        metric = self.project.targets.metric or DEFAULT_METRIC[self.project.task]
        data = measure_losses(
            self.project, self.facts.outcomes, metric, self.facts.clusters, self.facts.sample
        )
        return None if data.missing else data

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """The labelled inputs as they were searched, one row a labelled case, in the order of `measured`."""
        if self.facts.failing is not None:
            return self.facts.failing.inputs.frame
        assert self.facts.sample is not None
        assert self.measured is not None
        return self.facts.sample.iloc[self.measured.positions].reset_index(drop=True)

    @cached_property
    def confidence(self) -> np.ndarray | None:
        """Confidence of the labelled rows, None where there is none."""
        found, data = self.facts.outcomes, self.measured
        if found is None or data is None or "confidence" not in found.has:
            return None
        known = np.flatnonzero(np.isin(found.frame["key"].to_numpy(), data.keys))
        return found.frame["confidence"].to_numpy(float)[known]

    @cached_property
    def _interval(self) -> Interval:
        assert self.measured is not None
        return self.measured.interval(0.05)

    def what_if(
        self,
        target: float,
        more_labels: int = 0,
        value_right: float | None = None,
        cost_wrong: float | None = None,
    ) -> WhatIf:
        """Return the verdict at another target, with more labels, at another value of an answer (one look, alpha 5 %)."""
        data = self.measured
        assert data is not None
        metric = METRICS[data.metric]
        scale = data.rows.scale if data.metric == "mean_score" else None
        bar = Goal(data.metric, target, {}).bar(scale)
        low, high = data.rows.scale if data.kind == "mean" else (0.0, 1.0)
        known = posterior(self._interval, bar, _SCALES.get(data.kind, "share"), labelled=data.labelled, range_=(low, high),
                          higher_is_better=metric.higher_is_better)  # fmt: skip
        plan = labels_needed(known) if known else None
        chance = sum(chance_of_decision(known, more_labels)) if known and more_labels else None
        status = decide(self._interval, bar, higher_is_better=metric.higher_is_better)
        return WhatIf(self._interval, bar, status, plan, chance, self._monthly(value_right, cost_wrong))

    def _monthly(
        self, value_right: float | None, cost_wrong: float | None
    ) -> tuple[float, float, float] | None:
        model, data = self.project.value, self.measured
        share = None if data is None else right_share(data)
        if model is None or share is None:
            return None
        changed = model.model_copy(update={
            "value_right": model.value_right if value_right is None else value_right,
            "cost_wrong": model.cost_wrong if cost_wrong is None else cost_wrong,
        })  # fmt: skip
        low, middle, high = (monthly_value(changed, v) for v in (share.lower, share.estimate, share.upper))
        return low, middle, high

    def slice_of(self, predicates: Sequence[Predicate], examples: int = 10) -> SliceView:
        """Return rows, error rate with interval, and the worst examples of a slice."""
        data = self.measured
        assert data is not None
        inside = mask(self.inputs, predicates) if predicates else np.ones(len(self.inputs), dtype=bool)
        losses = np.clip(data.losses, 0.0, 1.0)
        rate = bounded_mean(losses[inside], (0.0, 1.0), data.design.subset(inside), 0.025)
        worst = np.flatnonzero(inside)[np.argsort(-data.losses[inside], kind="stable")][:examples]
        return SliceView(
            int(inside.sum()),
            float(losses[inside].sum()),
            rate,
            float(losses.mean()),
            self.inputs.iloc[worst],
        )

    @cached_property
    def _values(self) -> pd.DataFrame:
        """Every value of every column with few of them, and every failing kind: kind, rows, rate, times the usual."""
        data = self.measured
        assert data is not None
        losses, base = data.losses, float(data.losses.mean())
        found = [
            (f"{column} is {value}", len(rows), float(losses[rows].mean()))
            for column in self.inputs.columns
            if 2 <= self.inputs[column].nunique() <= FEW
            for value, rows in self.inputs.groupby(column, observed=True).indices.items()
            if len(rows) >= FEWEST
        ]
        if self.facts.search is not None:
            found += [(str(s), s.rows, s.error_rate) for s in self.facts.search.slices]
        frame = pd.DataFrame(found, columns=["kind of input", "rows", "rate"])
        frame["times usual"] = frame["rate"] / base if base else 0.0
        return frame.sort_values("times usual", ascending=False, kind="stable").reset_index(drop=True)

    def kinds_above(self, lift: float, most: int = 20) -> pd.DataFrame:
        """Return the kinds of input that fail at least `lift` times as often as all rows, the worst first; no search is
        allowed for here, so that chance alone brings some.
        """
        return self._values[self._values["times usual"] >= lift].head(most)

    def changes(self) -> pd.DataFrame:
        """Return both versions' mean loss and the gain with bounds, kinds that got worst first; empty with one version."""
        found = self.facts.failing.versions if self.facts.failing is not None else None
        names = ["kind of input", "cases", "other version", "this version", "gain", "lower", "upper"]
        if found is None:
            return pd.DataFrame(columns=names)
        searched = self.facts.search.slices if self.facts.search is not None else ()
        rows = []
        for c in (found.whole, *found.changes):
            kind = (
                "all"
                if c.kind is None
                else str(searched[c.kind])
                if isinstance(c.kind, int)
                else " is ".join(c.kind)
            )
            rows.append((kind, c.rows, c.other, c.candidate, c.gain.estimate, c.gain.lower, c.gain.upper))
        return pd.DataFrame(rows, columns=names)

    def above(self, threshold: float) -> tuple[float, Interval]:
        """Return the share of cases at or above a confidence, and how often these are right."""
        data, confidence = self.measured, self.confidence
        assert data is not None
        assert confidence is not None
        inside = confidence >= threshold
        right = np.clip(1.0 - data.losses[inside], 0.0, 1.0)
        return float(inside.mean()), bounded_mean(right, (0.0, 1.0), data.design.subset(inside), 0.025)

    def finding_rows(self, number: int, most: int = 20) -> pd.DataFrame:
        """Return the sample's rows behind a finding, the flagged columns first."""
        assert self.facts.sample is not None
        one = self.facts.scans["sample"].findings[number]
        if not one.cells:
            return self.facts.sample.head(0)
        rows = np.unique(np.concatenate([r for r, _ in one.cells]))[:most]
        first = list(dict.fromkeys(c for _, c in one.cells))
        return self.facts.sample.iloc[rows][
            [*first, *(c for c in self.facts.sample.columns if c not in first)]
        ]

    def as_toml(
        self, target: float, value_right: float | None = None, cost_wrong: float | None = None
    ) -> str:
        """Return the changed assumptions as they would stand in gatebook.toml."""
        metric = self.project.targets.metric or DEFAULT_METRIC[self.project.task]
        lines = ["[targets]", f'metric = "{metric}"', f"value = {target:g}"]
        if value_right is not None and cost_wrong is not None:
            lines += ["", "[value]", f"value_right = {value_right:g}", f"cost_wrong = {cost_wrong:g}"]
        return "\n".join(lines) + "\n"
