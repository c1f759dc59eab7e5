"""The targets in force: a target that was loosened or removed after data was seen stays in its stricter form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatebook.project import METRICS, Project

WEEK4_SHARE = 0.8
LATENCY_FACTOR = 2.0


@dataclass(frozen=True)
class Goal:
    """One metric and the value to reach.

    Attributes:
        metric: name of the metric.
        value: the final target.
        where: the slice that it holds for, empty for all rows.
        withdrawn: whether it stands only on record, no longer in the project file.
    """

    metric: str
    value: float
    where: Mapping[str, Any]
    withdrawn: bool = False

    def bar(self, scale: tuple[float, float] | None) -> float:
        """Return the week-4 bar: 80 % of the target; lower-is-better: target / 0.8; on a scale from its low end."""
        metric = METRICS[self.metric]
        if not metric.higher_is_better:
            return self.value / WEEK4_SHARE
        low = scale[0] if scale and metric.kind == "mean" else 0.0
        return low + WEEK4_SHARE * (self.value - low)

    @property
    def words(self) -> str:
        """Metric and slice, as a reader would say it."""
        place = ", ".join(f"{k} = {v}" for k, v in self.where.items())
        return METRICS[self.metric].plain + (f" where {place}" if place else "")


@dataclass(frozen=True)
class InForce:
    """Targets in force.

    Attributes:
        goals: the headline first.
        latency_ms, latency_percentile, throughput_per_s: as in [targets], the stricter one on record.
        planned_labels: the first number on record, None where none was ever stated.
        moved: one sentence for each goalpost that was moved.
    """

    goals: tuple[Goal, ...]
    latency_ms: float | None
    latency_percentile: float
    throughput_per_s: float | None
    planned_labels: int | None
    moved: tuple[str, ...]


def declared(project: Project) -> dict[str, Any]:
    """Return the targets of the project file in the form that the history keeps."""
    targets = project.targets
    goals = []
    if targets.metric and targets.value is not None:
        goals.append({"metric": targets.metric, "value": targets.value, "where": {}})
    goals += [{"metric": t.metric, "value": t.value, "where": dict(t.where)} for t in targets.more]
    return {
        "goals": goals, "positive": None if targets.positive is None else str(targets.positive),
        "latency_ms": targets.latency_ms, "latency_percentile": targets.latency_percentile,
        "throughput_per_s": targets.throughput_per_s, "planned_labels": targets.planned_labels,
    }  # fmt: skip


def in_force(project: Project, past: Sequence[tuple[dt.date, Mapping[str, Any]]]) -> InForce:
    """Return the stricter of the project file's targets and all on record, and what was moved."""
    now = declared(project)
    moved: list[str] = []
    goals = {_name(g): Goal(g["metric"], g["value"], g["where"]) for g in now["goals"]}
    for day, then in past:
        for old in then["goals"]:
            name, metric = _name(old), METRICS[old["metric"]]
            present = goals.get(name)
            if present is None:
                goals[name] = Goal(old["metric"], old["value"], old["where"], withdrawn=True)
                moved.append(
                    f"The target {metric.name} {old['value']:g} of {day:%-d %B} was removed; it stays in force."
                )
            elif _stricter(old["value"], present.value, higher=metric.higher_is_better):
                if not present.withdrawn:
                    moved.append(
                        f"The target {metric.name} was {old['value']:g} on {day:%-d %B} and now reads "
                        f"{present.value:g}; the stricter one stays in force."
                    )
                goals[name] = Goal(old["metric"], old["value"], old["where"], withdrawn=present.withdrawn)
    values: dict[str, float | None] = {}
    for key, higher, words in (
        ("latency_ms", False, "response time"),
        ("latency_percentile", True, "response-time percentile"),
        ("throughput_per_s", True, "throughput"),
    ):
        values[key] = now[key]
        for day, then in past:
            if then.get(key) is not None and (
                values[key] is None or _stricter(then[key], values[key], higher=higher)
            ):
                reads = "was removed" if now[key] is None else f"now reads {now[key]:g}"
                moved.append(
                    f"The {words} target {then[key]:g} of {day:%-d %B} {reads}; the stricter one stays in force."
                )
                values[key] = then[key]
    planned = [then.get("planned_labels") for _, then in past if then.get("planned_labels")]
    if planned and now["planned_labels"] != planned[0]:
        moved.append(
            f"The number of planned labels was {planned[0]} and was changed after labels had been seen."
        )
    positives = [then["positive"] for _, then in past if then.get("positive") is not None]
    if positives and now["positive"] != positives[-1]:
        moved.append(f"The positive class was {positives[-1]!r} and was changed after labels had been seen.")
    return InForce(
        tuple(goals.values()), values["latency_ms"], values["latency_percentile"] or 95.0, values["throughput_per_s"],
        planned[0] if planned else now["planned_labels"], tuple(dict.fromkeys(moved)),
    )  # fmt: skip


def _name(goal: Mapping[str, Any]) -> str:
    return str(goal["metric"]) + repr(sorted((str(k), str(v)) for k, v in goal["where"].items()))


def _stricter(old: float, new: float | None, *, higher: bool) -> bool:
    if new is None:
        return True
    return old > new if higher else old < new
