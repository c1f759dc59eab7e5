"""What a project file may say, as frozen models. Nothing here reads a file."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from enum import auto
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from gatebook.reading.account import ReadOptions
from gatebook.words import Code, say

Task = Literal["classification", "regression", "generation", "ranking"]
Scalar = str | int | float | bool
Unit = Literal["ns", "us", "ms", "s", "min", "h"]


class ProjectProblem(Code):
    """What is wrong in a project file; the words name the field and the fix."""

    NO_FOLDER = auto()
    NO_FILE = auto()
    LINK = auto()
    UNREADABLE = auto()
    NO_UTF8 = auto()
    NO_TOML = auto()
    TOO_DEEP = auto()
    NO_NUMBER = auto()
    TOO_LARGE = auto()
    SECRET = auto()
    SECRET_NAME = auto()
    NO_SECTION = auto()
    NOT_ONE = auto()
    NO_LIST = auto()
    NO_TABLE = auto()
    NO_SAMPLE = auto()
    UNKNOWN_KEY = auto()
    NEARLY_KEY = auto()
    UNKNOWN_TABLE = auto()
    NEARLY_TABLE = auto()
    UNKNOWN_METRIC = auto()
    MISSING = auto()
    UNFIT = auto()
    TOLD = auto()
    SCALE = auto()
    TWO_DURATIONS = auto()
    HALF_A_DURATION = auto()
    UNIT_ALONE = auto()
    METRIC_OF_OTHER_TASK = auto()
    PERSONAL_AND_PUBLIC = auto()
    DEADLINE = auto()


class Section(BaseModel):
    """Frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True)
class Metric:
    """A metric that a target may name (`metrics.toml`).

    Attributes:
        name: as written in the project file.
        plain: how a reader would say it.
        kind: what the statistics see ("proportion", "f1", "mean" (bounded), "loss" (unbounded), "auc", "ratio").
        tasks: tasks for which it makes sense.
        higher_is_better: direction.
        digits: decimals that its figures need; None for whole percents, and two of a small number.
    """

    name: str
    plain: str
    kind: Literal["proportion", "f1", "mean", "loss", "auc", "ratio"]
    tasks: tuple[str, ...]
    higher_is_better: bool = True
    digits: int | None = None


def _metrics() -> dict[str, Metric]:
    known = tomllib.loads((files("gatebook.project") / "metrics.toml").read_text(encoding="utf-8"))
    return {name: Metric(name, **(row | {"tasks": tuple(row["tasks"])})) for name, row in known.items()}


METRICS = _metrics()
OWN_SHARES = frozenset({"share_at_most", "share_at_least"})  # what a [[criteria]] of yes and no measures


def _many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _filled_in(value: object) -> object:
    return None if isinstance(value, str) and not value.strip(". ") else value


def _texts(value: object) -> object:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else value


class _Names:
    """Marks a key whose value is the name of a column."""


Column = Annotated[str | None, _Names]
Columns = Annotated[tuple[str, ...], BeforeValidator(_many)]
Person = Annotated[str | None, BeforeValidator(_filled_in)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


class TableSpec(Section):
    """One `[tables.ROLE]` section: a path, how to read it, and which column plays which part."""

    path: str
    id: str | tuple[str, ...] | None = None
    time: Column = None
    cluster: Column = None
    segments: Columns = ()
    text: Columns = ()
    required: Columns = ()
    label: Column = None
    score: Column = None
    scale: tuple[float, float] | None = None
    measured: bool | None = None
    annotator: Column = None
    version: Column = None
    weight: Column = None
    stratum: Column = None
    inclusion_probability: Column = None
    reason: Column = None
    same: Annotated[dict[str, str], BeforeValidator(_texts)] = {}
    exact: bool | None = None
    prediction: Column = None
    confidence: Column = None
    probability: Column = None
    threshold: float = 0.5
    latency_ms: Column = None
    latency_s: Column = None
    latency: Column = None
    latency_unit: Unit | None = None
    started: Column = None
    ended: Column = None
    timeout_ms: float | None = None
    error: Column = None
    judge: Column = None
    cost: Column = None
    trial: Column = None
    read: ReadOptions = ReadOptions()

    @field_validator("scale")
    @classmethod
    def _rising(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and not value[0] < value[1]:
            raise ValueError(say(ProjectProblem.SCALE, given=str(list(value))))
        return value

    @model_validator(mode="after")
    def _one_duration(self) -> TableSpec:
        given = [k for k in ("latency_ms", "latency_s", "latency") if getattr(self, k) is not None]
        given += ["started and ended"] if self.started or self.ended else []
        if len(given) > 1:
            raise ValueError(say(ProjectProblem.TWO_DURATIONS, given=" and ".join(given)))
        if (self.started is None) != (self.ended is None):
            raise ValueError(say(ProjectProblem.HALF_A_DURATION))
        if self.latency_unit is not None and self.latency is None:
            raise ValueError(say(ProjectProblem.UNIT_ALONE))
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        """The id columns, empty where none is named."""
        return () if self.id is None else ((self.id,) if isinstance(self.id, str) else self.id)

    def named_columns(self) -> dict[str, str]:
        """Column name -> the key that names it, for every column that the section mentions."""
        named: dict[str, str] = {}
        for key, field in type(self).model_fields.items():
            if _Names in field.metadata and (column := getattr(self, key)) is not None:
                named.setdefault(column, key)
        for key, columns in (("id", self.ids), *((k, getattr(self, k)) for k in ("segments", "text", "required"))):
            for column in columns:
                named.setdefault(column, key)
        return named


def _known_metric(value: str) -> str:
    if value not in METRICS:
        raise ValueError(say(ProjectProblem.UNKNOWN_METRIC, metric=value, known=", ".join(METRICS)))
    return value


MetricName = Annotated[str, AfterValidator(_known_metric)]


class Target(Section):
    """A metric and the value that it must reach in the end."""

    metric: MetricName
    value: float
    where: dict[str, Scalar] = {}
    name: str | None = None


class Targets(Section):
    """`[targets]`: what the proof of concept must reach. Week 4 asks for 80 % of it."""

    metric: MetricName | None = None
    value: float | None = None
    positive: Scalar | None = None
    latency_ms: Positive | None = None
    latency_percentile: Annotated[float, Field(gt=0, lt=100)] = 95.0
    throughput_per_s: Positive | None = None
    cost_per_request: Positive | None = None
    planned_labels: Annotated[int, Field(gt=0)] | None = None
    final_label_set: bool = False
    more: tuple[Target, ...] = ()


class OpenItem(Section):
    """`[[open]]`: who closes an open condition, by when."""

    id: str
    owner: str
    due: dt.date
    note: str = ""


class ValueModel(Section):
    """`[value]`: what one outcome is worth, whose assumption that is, and what running costs (per month)."""

    currency: str = "EUR"
    volume_per_month: Positive
    value_right: float
    cost_wrong: NotNegative
    run_cost_per_month: NotNegative = 0.0
    review_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    review_cost: NotNegative = 0.0
    review_capacity_per_day: NotNegative | None = None  # cases that people can take
    uncertainty: Annotated[float, Field(ge=0, lt=1)] = 0.2
    label_cost: NotNegative | None = None
    labels_per_day: Positive | None = None
    stated_by: str
    stated_on: dt.date | None = None


class PlanSection(Section):
    """`[plan]`: the assumptions of the twelve-week path; whatever is absent counts as not yet confirmed."""

    data_access: bool | None = None
    documented_apis: bool | None = None
    dedicated_team: bool | None = None
    stable_scope: bool | None = None
    first_time: bool | None = None


class EdgeCaseEntry(Section):
    """`[[edge_cases]]`: what the product does with an unusual input."""

    case: str
    decision: Literal["handle", "reject", "ignore"]
    owner: str = ""


class Criterion(Section):
    """`[[criteria]]`: a row of the project's own, or a changed threshold or raised weight of a catalogue row.

    A row of the project's own is vouched for (`attest`), or judged by a column of yes and no, or of numbers.
    """

    id: str
    title: str | None = None
    weight: Literal["decisive", "condition", "context"] | None = None
    threshold: float | None = None
    attest: str | None = None
    table: Literal["sample", "labels", "predictions"] | None = None
    column: str | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def limit(self) -> float:
        """The number that the column is held against."""
        value = self.at_least if self.at_most is None else self.at_most
        assert value is not None
        return value

    @property
    def higher_is_better(self) -> bool:
        """The direction."""
        return self.at_most is None

    @property
    def figure(self) -> tuple[str | None, str | None, bool]:
        """What is measured, and in which direction: criteria that share it differ by their limit alone."""
        return self.table, self.column, self.higher_is_better


class Project(Section):
    """The whole project file, checked. `root` is the project's folder; every path is inside it."""

    root: Path
    name: str
    task: Task
    owner: Person = None
    candidate: Person = None
    incumbent: Person = None
    start: dt.date | None = None
    deadline: dt.date | None = None
    data_requested: dt.date | None = None
    data_received: dt.date | None = None
    personal: Columns = ()
    public: Columns = ()
    ignore: Columns = ()
    history: str | None = None
    slug: str
    tables: dict[str, TableSpec]
    targets: Targets = Targets()
    open: tuple[OpenItem, ...] = ()
    value: ValueModel | None = None
    plan: PlanSection = PlanSection()
    edge_cases: tuple[EdgeCaseEntry, ...] = ()
    criteria: tuple[Criterion, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Project:
        metric = METRICS.get(self.targets.metric or "")
        if metric and self.task not in metric.tasks:
            fitting = ", ".join(m.name for m in METRICS.values() if self.task in m.tasks)
            raise ValueError(
                say(ProjectProblem.METRIC_OF_OTHER_TASK, metric=metric.name, task=self.task, fitting=fitting)
            )
        if both := sorted({*self.personal} & {*self.public}):
            raise ValueError(say(ProjectProblem.PERSONAL_AND_PUBLIC, column=both[0]))
        if self.start and self.deadline and self.deadline < self.start:
            raise ValueError(say(ProjectProblem.DEADLINE))
        return self

    def table(self, role: str) -> TableSpec | None:
        """The section of a role, or None where the project file has none."""
        return self.tables.get(role)
