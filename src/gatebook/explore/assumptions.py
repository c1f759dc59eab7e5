"""The verdict under other assumptions, by the judge that also writes the document."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cached_property

from gatebook.cases.bind import at_threshold, by_probability
from gatebook.criteria import catalogue_for
from gatebook.evidence.performance import Measured, grade_scale
from gatebook.explore.workspace import Workspace
from gatebook.project import METRICS
from gatebook.record import Money, Row
from gatebook.stats import Interval
from gatebook.stats.planning import chance_of_decision
from gatebook.verdict.failures import value_of
from gatebook.verdict.looks import NewLook
from gatebook.verdict.quality import judge_goal, known_so_far, measured
from gatebook.verdict.targets import Goal


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
        self._held: tuple[float | None, Measured | None] | None = None
        self.entry = next(e for e in catalogue_for(space.project, space.case.past.targets) if e.id == "G1")

    @cached_property
    def start(self) -> Assumptions:
        """The assumptions of the project file."""
        project, found = self.space.project, self.space.facts.outcomes
        low, high = self.limits
        target = self._goal.value if self.space.case.targets.goals else (low + high) / 2
        made = found is not None and by_probability(found, project)
        model = project.value
        spec = project.table("predictions") or project.tables["sample"]
        return Assumptions(
            target,
            spec.threshold if made else None,
            0,
            model.value_right if model else None,
            model.cost_wrong if model else None,
        )

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
        row, _ = judge_goal(self.entry, space.case, goal, data, self._look)
        settles = None
        if given.more_labels and data is not None and row.estimate is not None and row.bar is not None:
            known = known_so_far(data, _interval(row), row.bar, METRICS[goal.metric].higher_is_better)
            alpha = self._look.look.alpha if self._look is not None else 0.05
            settles = None if known is None else sum(chance_of_decision(known, given.more_labels, alpha or 0.01))
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
        """The look at the present target: further looks of a what-if would use up what is left for the labels to come."""
        _, looks = judge_goal(self.entry, self.space.case, self._goal, self._data(self.start.threshold))
        return looks[0] if looks else None

    def _data(self, threshold: float | None) -> Measured | None:
        """Return the arrays of the goal's metric, with the answers that this threshold makes."""
        if self._held is None or self._held[0] != threshold:
            case, found = self.space.case, self.space.facts.outcomes
            if threshold is not None and found is not None:
                case = replace(case, facts=replace(case.facts, outcomes=at_threshold(found, case.project, threshold)))
            self._held = threshold, measured(case, self._goal)
        return self._held[1]

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
