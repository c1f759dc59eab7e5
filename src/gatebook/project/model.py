"""What a project file may say, as frozen models. Nothing here reads a file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Task = Literal["classification", "regression", "generation", "ranking"]
Scalar = str | int | float | bool
Unit = Literal["ns", "us", "ms", "s", "min", "h"]


class Model(BaseModel):
    """Frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True)
class Metric:
    """A metric that a project can name.

    Attributes:
        name: as written in the project file.
        plain: how a reader would say it.
        higher_is_better: direction.
        kind: what the statistics see ("proportion", "f1", "mean" (bounded), "loss" (unbounded), "auc", "ratio").
        tasks: tasks for which it makes sense.
    """

    name: str
    plain: str
    higher_is_better: bool
    kind: Literal["proportion", "f1", "mean", "loss", "auc", "ratio"]
    tasks: tuple[str, ...]


METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        Metric("accuracy", "share of right answers", True, "proportion", ("classification",)),
        Metric("precision", "share of alarms that are right", True, "proportion", ("classification",)),
        Metric("recall", "share of true cases that are found", True, "proportion", ("classification",)),
        Metric("f1", "balance of finding cases and raising few false alarms (F1)", True, "f1", ("classification",)),
        Metric("macro_f1", "F1 averaged over the classes", True, "ratio", ("classification",)),
        Metric(
            "auc", "chance that a true case is ranked above a false one", True, "auc", ("classification", "ranking")
        ),
        Metric("brier", "mean squared error of the stated probability", False, "mean", ("classification",)),
        Metric("log_loss", "mean log loss of the stated probability", False, "loss", ("classification",)),
        Metric("mae", "mean absolute error", False, "loss", ("regression",)),
        Metric("rmse", "root mean squared error", False, "loss", ("regression",)),
        Metric("mape", "mean absolute percentage error", False, "loss", ("regression",)),
        Metric("mean_score", "mean grade of the answers", True, "mean", ("generation", "ranking")),
        Metric("success_rate", "share of tasks done right", True, "proportion", ("generation", "classification")),
    )
}


class ReadOptions(Model):
    """How to read a file when the kit's own guess is not wanted. All optional; each key overrides one guess."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)  # a tab is a delimiter

    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, Field(max_length=1)] | None = None
    escape: Annotated[str, Field(max_length=1)] | None = None
    header: bool | None = None
    skip_lines: Annotated[int, Field(ge=0)] | None = None
    footer_lines: Annotated[int, Field(ge=0)] | None = None
    decimal: Literal[".", ","] | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    time_zone: str | None = None
    sheet: str | None = None
    table: str | None = None
    repair: bool = False
    max_bytes: Annotated[int, Field(gt=0)] = 20 * 1024**3
    max_rows: Annotated[int, Field(gt=0)] = 100_000_000
    max_cell_bytes: Annotated[int, Field(gt=0)] = 16 * 1024**2
    max_seconds: Annotated[float, Field(gt=0)] = 1800.0

    @property
    def max_ratio(self) -> int | None:
        """How many times an archive of more than 1 GB may swell; None where `max_bytes` is set and says how far."""
        return None if "max_bytes" in self.model_fields_set else 200


class TableSpec(Model):
    """One `[tables.ROLE]` section: a path, how to read it, and which column plays which part."""

    path: str
    id: str | tuple[str, ...] | None = None
    time: str | None = None
    cluster: str | None = None
    segments: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    label: str | None = None
    score: str | None = None
    scale: tuple[float, float] | None = None
    measured: bool | None = None
    annotator: str | None = None
    version: str | None = None
    weight: str | None = None
    stratum: str | None = None
    inclusion_probability: str | None = None
    reason: str | None = None
    same: dict[str, str] = {}
    exact: bool | None = None
    prediction: str | None = None
    confidence: str | None = None
    probability: str | None = None
    threshold: float = 0.5
    latency_ms: str | None = None
    latency_s: str | None = None
    latency: str | None = None
    latency_unit: Unit | None = None
    started: str | None = None
    ended: str | None = None
    timeout_ms: float | None = None
    error: str | None = None
    judge: str | None = None
    cost: str | None = None
    trial: str | None = None
    read: ReadOptions = ReadOptions()

    @field_validator("segments", "text", "required", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("scale")
    @classmethod
    def _rising(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and not value[0] < value[1]:
            raise ValueError(f"scale runs from the lowest to the highest grade, such as [1, 5]; got {list(value)}")
        return value

    @model_validator(mode="after")
    def _one_duration(self) -> TableSpec:
        given = [k for k in ("latency_ms", "latency_s", "latency") if getattr(self, k) is not None]
        given += ["started and ended"] if self.started or self.ended else []
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} both say how long a request took; keep one of them")
        if (self.started is None) != (self.ended is None):
            raise ValueError("started and ended make a duration together; name both columns, or neither")
        if self.latency_unit is not None and self.latency is None:
            raise ValueError("latency_unit belongs to latency; write latency = COLUMN beside it")
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        """The id columns, empty where none is named."""
        return () if self.id is None else ((self.id,) if isinstance(self.id, str) else self.id)

    def named_columns(self) -> dict[str, str]:
        """Column name -> the key that names it, for every column that the section mentions."""
        named: dict[str, str] = {}
        for key in [
            "time",
            "cluster",
            "label",
            "score",
            "annotator",
            "version",
            "weight",
            "stratum",
            "inclusion_probability",
            "reason",
            "prediction",
            "confidence",
            "probability",
            "latency_ms",
            "latency_s",
            "latency",
            "started",
            "ended",
            "error",
            "judge",
            "cost",
            "trial",
        ]:
            if (column := getattr(self, key)) is not None:
                named.setdefault(column, key)
        for key in ("ids", "segments", "text", "required"):
            for column in getattr(self, key):
                named.setdefault(column, "id" if key == "ids" else key)
        return named


class Target(Model):
    """A metric and the value that it must reach in the end."""

    metric: str
    value: float
    where: dict[str, Scalar] = {}
    name: str | None = None

    @field_validator("metric")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in METRICS:
            raise ValueError(f"unknown metric {value!r}; known are {', '.join(METRICS)}")
        return value


class Targets(Model):
    """`[targets]`: what the proof of concept must reach. Week 4 asks for 80 % of it."""

    metric: str | None = None
    value: float | None = None
    positive: Scalar | None = None
    latency_ms: Annotated[float, Field(gt=0)] | None = None
    latency_percentile: Annotated[float, Field(gt=0, lt=100)] = 95.0
    throughput_per_s: Annotated[float, Field(gt=0)] | None = None
    cost_per_request: Annotated[float, Field(gt=0)] | None = None
    planned_labels: Annotated[int, Field(gt=0)] | None = None
    final_label_set: bool = False
    more: tuple[Target, ...] = ()

    @field_validator("metric")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        return None if value is None else Target._known(value)  # noqa: SLF001  the same rule for both sections


class OpenItem(Model):
    """`[[open]]`: who closes an open condition, by when."""

    id: str
    owner: str
    due: dt.date
    note: str = ""


class ValueModel(Model):
    """`[value]`: what one outcome is worth, whose assumption that is, and what running costs (per month)."""

    currency: str = "EUR"
    volume_per_month: Annotated[float, Field(gt=0)]
    value_right: float
    cost_wrong: Annotated[float, Field(ge=0)]
    run_cost_per_month: Annotated[float, Field(ge=0)] = 0.0
    review_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    review_cost: Annotated[float, Field(ge=0)] = 0.0
    review_capacity_per_day: Annotated[float, Field(ge=0)] | None = None  # cases that people can take
    uncertainty: Annotated[float, Field(ge=0, lt=1)] = 0.2
    label_cost: Annotated[float, Field(ge=0)] | None = None
    labels_per_day: Annotated[float, Field(gt=0)] | None = None
    stated_by: str
    stated_on: dt.date | None = None


class Plan(Model):
    """`[plan]`: the assumptions of the twelve-week path; whatever is absent counts as not yet confirmed."""

    data_access: bool | None = None
    documented_apis: bool | None = None
    dedicated_team: bool | None = None
    stable_scope: bool | None = None
    first_time: bool | None = None


class EdgeCase(Model):
    """`[[edge_cases]]`: what the product does with an unusual input."""

    case: str
    decision: Literal["handle", "reject", "ignore"]
    owner: str = ""


class Criterion(Model):
    """`[[criteria]]`: a row of the project's own, or a changed threshold or raised weight of a catalogue row."""

    id: str
    title: str | None = None
    weight: Literal["decisive", "condition", "context"] | None = None
    threshold: float | None = None
    attest: str | None = None


class Project(Model):
    """The whole project file, checked. `root` is the project's folder; every path is inside it."""

    root: Path
    name: str
    task: Task
    owner: str | None = None
    candidate: str | None = None
    incumbent: str | None = None
    start: dt.date | None = None
    deadline: dt.date | None = None
    data_requested: dt.date | None = None
    data_received: dt.date | None = None
    personal: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    history: str | None = None
    slug: str
    tables: dict[str, TableSpec]
    targets: Targets = Targets()
    open: tuple[OpenItem, ...] = ()
    value: ValueModel | None = None
    plan: Plan = Plan()
    edge_cases: tuple[EdgeCase, ...] = ()
    criteria: tuple[Criterion, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Project:
        metric = METRICS.get(self.targets.metric or "")
        if metric and self.task not in metric.tasks:
            fitting = ", ".join(m.name for m in METRICS.values() if self.task in m.tasks)
            raise ValueError(
                f"[targets] metric = {metric.name!r} does not fit task = {self.task!r}; use one of {fitting}"
            )
        if both := sorted({*self.personal} & {*self.public}):
            raise ValueError(f"[project] personal and public both name {both[0]!r}; take it out of one of them")
        if self.start and self.deadline and self.deadline < self.start:
            raise ValueError("[project] deadline lies before start; put the later date in deadline")
        return self

    def table(self, role: str) -> TableSpec | None:
        """The section of a role, or None where the project file has none."""
        return self.tables.get(role)
