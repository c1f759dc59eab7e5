"""The catalogue: each row's id, kind, weight, gate, statement, threshold, evidence used and what a person attests.

A later gate adds rows here and a judge in `verdict/`; the decision rule does not change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gatebook.record import Kind, Weight

CATALOGUE_VERSION = "2026.1"

Gate = Literal["week-1", "week-2", "week-4", "frame", "own"]


@dataclass(frozen=True)
class Entry:
    """One row of the path.

    Attributes:
        id: the row's id, as in the path.
        kind: only a criterion enters a decision.
        weight: decisive, condition or context for the week-4 decision.
        gate: where it is due.
        title: a plain statement that is true when the row passes.
        threshold: the default limit of the row's rule, where it has one number.
        uses: "role" or "role.key" of the project file whose removal takes evidence from this row.
        all_columns: tables of which any column may be what the row found: without one that was there, it gets no better.
        attest: what a person vouches for, where no reader can see it; None where no attestation helps.
        supply: what to give when evidence is missing.
    """

    id: str
    kind: Kind
    weight: Weight
    gate: Gate
    title: str
    threshold: float | None = None
    uses: tuple[str, ...] = ()
    all_columns: tuple[str, ...] = ()
    attest: str | None = None
    supply: str = ""


_TRUTH = (
    "labels",
    "labels.id",
    "labels.label",
    "labels.score",
    "labels.annotator",
    "labels.weight",
    "labels.stratum",
    "labels.inclusion_probability",
    "labels.version",
    "labels.same",
    "labels.scale",
    "sample.scale",
    "sample.label",
    "sample.score",
    "sample.weight",
    "sample.stratum",
    "sample.inclusion_probability",
    "sample.annotator",
)
_OUTPUT = (
    "predictions",
    "predictions.id",
    "predictions.prediction",
    "predictions.probability",
    "predictions.error",
    "predictions.version",
    "predictions.trial",
    "predictions.same",
    "sample.prediction",
    "sample.probability",
    "sample.error",
    "sample.same",
)
_SPEED = (
    "predictions",
    "predictions.id",
    "predictions.latency_ms",
    "predictions.latency_s",
    "predictions.latency",
    "predictions.started",
    "predictions.ended",
    "predictions.timeout_ms",
    "predictions.error",
    "predictions.time",
    "sample.latency_ms",
    "sample.latency_s",
    "sample.latency",
    "sample.started",
    "sample.ended",
    "sample.timeout_ms",
    "sample.error",
)
_CURATED = ("curated", "curated_labels", "curated_predictions")
_SYSTEMS = ("integrations",)


def _row(
    row_id: str,
    weight: Weight,
    gate: Gate,
    title: str,
    *,
    kind: Kind = "criterion",
    threshold: float | None = None,
    uses: tuple[str, ...] = (),
    all_columns: tuple[str, ...] = (),
    attest: str | None = None,
    supply: str = "",
) -> Entry:
    return Entry(row_id, kind, weight, gate, title, threshold, uses, all_columns, attest, supply)


CATALOGUE: tuple[Entry, ...] = (
    _row(
        "1.1",
        "condition",
        "week-1",
        "The production sample has at least 1,000 different rows",
        threshold=1000,
        uses=("sample", "sample.id", "sample.cluster"),
        supply="export more production rows",
    ),
    _row(
        "1.2",
        "condition",
        "week-1",
        "The sample covers what production sees",
        threshold=28,
        uses=("sample", "sample.time", "sample.segments", "population"),
        all_columns=("population",),
        attest="The sample was drawn at random from all production rows of at least one business cycle.",
        supply="add population figures, or have the data owner attest how the sample was drawn",
    ),
    _row(
        "1.3",
        "condition",
        "week-1",
        "The curated data look like production",
        threshold=0.60,
        uses=("sample", *_CURATED, "curated.label", "curated_labels.label", "labels", "labels.label", "sample.label"),
        all_columns=("sample", "curated"),
        supply="add the data that the proof of concept was built on as [tables.curated]",
    ),
    _row(
        "1.4",
        "condition",
        "week-1",
        "Required fields are filled in",
        threshold=0.005,
        uses=("sample", "sample.id", "sample.required"),
        supply="fill the required fields, or name them in [tables.sample] required",
    ),
    _row(
        "1.5",
        "condition",
        "week-1",
        "Each column is written in one format",
        threshold=0.01,
        uses=("sample",),
        supply="bring the formats into line",
    ),
    _row(
        "1.6",
        "condition",
        "week-1",
        "Every unusual input has a decision",
        uses=("sample", "curated", "sample.text"),
        all_columns=("sample",),
        supply="decide handle, reject or ignore for each case under [[edge_cases]]",
    ),
    _row(
        "1.7",
        "condition",
        "week-1",
        "At least 200 production rows have a true answer",
        threshold=200,
        uses=("sample", "sample.id", *_TRUTH),
        supply="label more production rows",
    ),
    _row(
        "1.8",
        "condition",
        "week-1",
        "Graders agree on the true answers",
        threshold=0.6,
        uses=("labels", "labels.annotator", "labels.label", "labels.score", "sample.annotator"),
        supply="have a second person label at least 40 of the same rows",
    ),
    _row(
        "1.9",
        "condition",
        "week-1",
        "The labelled rows are a fair draw",
        threshold=0.60,
        uses=("sample", *_TRUTH),
        all_columns=("sample",),
        supply="draw labels with `gatebook sample`, or give their inclusion probabilities",
    ),
    _row(
        "1.10",
        "context",
        "week-1",
        "Data access took at most three working days",
        threshold=3,
        supply="give data_requested and data_received in [project]",
    ),
    _row("1.11", "context", "week-1", "Production data acquired and analysed", kind="milestone"),
    _row(
        "2.1",
        "condition",
        "week-2",
        "Every system to connect is on the map",
        uses=_SYSTEMS,
        attest="The list of systems is complete.",
        supply="list every system that it must connect to, one line each, in [tables.integrations]",
    ),
    _row("2.2", "context", "week-2", "The map came before the model code"),
    _row(
        "2.3",
        "condition",
        "week-2",
        "Every system has a documented interface",
        uses=_SYSTEMS,
        all_columns=("integrations",),
        attest="The interface of every system is documented.",
        supply="add the specification of each system",
    ),
    _row(
        "2.4",
        "condition",
        "week-2",
        "Sign-in and security needs are written down",
        uses=_SYSTEMS,
        all_columns=("integrations",),
        attest="Sign-in, data class and limits of every system are written down.",
        supply="fill auth, token_ttl_s, data_class and rate_limit_per_s for each system",
    ),
    _row(
        "2.5",
        "condition",
        "week-2",
        "Speed and volume needs are written down",
        uses=(*_SYSTEMS, "targets.latency_ms", "targets.throughput_per_s"),
        all_columns=("integrations",),
        supply="set latency_ms and throughput_per_s in [targets]",
    ),
    _row("2.6", "context", "week-2", "Architecture documented", kind="milestone"),
    _row(
        "4.1",
        "condition",
        "week-4",
        "The model ran on production data",
        threshold=0.01,
        uses=("sample", "sample.id", "curated", *_OUTPUT),
        supply="score every row of the production sample",
    ),
    _row(
        "4.2",
        "condition",
        "week-4",
        "The model beats the simplest answer",
        uses=("sample", "sample.cluster", *_TRUTH, *_OUTPUT),
        supply="label more rows",
    ),
    _row(
        "4.3",
        "condition",
        "week-4",
        "Quality on production data is measured",
        uses=("sample", "sample.cluster", *_TRUTH, *_OUTPUT),
        supply="add predictions and labels for production rows",
    ),
    _row(
        "4.4",
        "condition",
        "week-4",
        "Response time is measured",
        uses=("sample", *_SPEED),
        supply="add the time that each request took (latency_ms) to the predictions",
    ),
    _row(
        "4.5",
        "condition",
        "week-4",
        "Throughput is measured",
        uses=("sample", *_SPEED, "sample.time"),
        attest="Throughput was measured in a load test that carried the target volume.",
        supply="add when each request was served (time) to the predictions",
    ),
    _row(
        "4.6",
        "condition",
        "week-4",
        "It is known which inputs fail",
        threshold=2.0,
        uses=(
            "sample",
            "sample.cluster",
            "sample.segments",
            "sample.text",
            "sample.time",
            "labels.reason",
            *_TRUTH,
            *_OUTPUT,
        ),
        all_columns=("sample",),
        supply="label more rows, or give graders' reason codes",
    ),
    _row("4.7", "context", "week-4", "The decision is signed", kind="milestone"),
    _row(
        "G1",
        "decisive",
        "week-4",
        "Right often enough",
        threshold=0.8,
        uses=(
            "sample",
            "sample.id",
            "sample.cluster",
            *_TRUTH,
            *_OUTPUT,
            "predictions.judge",
            "predictions.confidence",
            "targets.metric",
            "targets.value",
        ),
        supply="label more production rows",
    ),
    _row(
        "G2",
        "decisive",
        "week-4",
        "Fast enough",
        threshold=2.0,
        uses=("sample", "sample.cluster", *_SPEED, "targets.latency_ms"),
        supply="add the time that each request took (latency_ms), and [targets] latency_ms",
    ),
    _row(
        "G3",
        "decisive",
        "week-4",
        "Data clean enough",
        threshold=0.05,
        uses=("sample", "sample.id", "sample.required", "sample.text", *_TRUTH, *_OUTPUT),
        supply="close each blocking finding",
    ),
    _row(
        "G4",
        "decisive",
        "week-4",
        "It can be connected",
        threshold=14,
        uses=_SYSTEMS,
        all_columns=("integrations",),
        supply="list the systems that it must connect to, each with its last successful read and write, in [tables.integrations]",
    ),
    _row("G5", "context", "week-4", "Decided by week 4", threshold=28),
    _row(
        "D1",
        "condition",
        "week-4",
        "One person answers for profit and loss",
        attest="The owner carries profit-and-loss responsibility and is not part of the delivery team.",
        supply="name the owner in [project] and attest D1",
    ),
    _row(
        "D2",
        "context",
        "week-4",
        "Production limits were known from the first week",
        attest="Speed, security and volume limits were written down in the first week.",
        supply="attest D2",
    ),
    _row(
        "D3",
        "condition",
        "week-4",
        "The result is worth money",
        uses=("value", *_TRUTH, *_OUTPUT),
        supply="state what a right and a wrong answer are worth under [value]",
    ),
    _row(
        "D4",
        "context",
        "week-4",
        "Savings or revenue are measured",
        attest="Saved cost or time, or added revenue, was measured.",
        supply="attest D4",
    ),
    _row(
        "D5",
        "context",
        "week-4",
        "The scope is the smallest that works",
        attest="The scope is the smallest that works, and nothing was added before launch.",
        supply="attest D5",
    ),
    _row(
        "T1",
        "context",
        "week-4",
        "Data access needs no committee",
        attest="Data access needs no committee.",
        supply="attest T1",
    ),
    _row(
        "T2",
        "context",
        "week-4",
        "Target systems have documented interfaces",
        attest="The target systems have documented interfaces.",
        supply="attest T2",
    ),
    _row(
        "T3",
        "context",
        "week-4",
        "The team is dedicated",
        attest="Every core role works on this project at least four days a week.",
        supply="attest T3",
    ),
    _row(
        "T4",
        "context",
        "week-4",
        "No major change of scope",
        attest="No major change of scope is planned.",
        supply="attest T4",
    ),
    _row("T5", "context", "week-4", "No single assumption is missed", kind="forecast"),
    _row("T6", "context", "week-4", "No several assumptions are missed", kind="forecast"),
    _row("T7", "context", "week-4", "Not the first project of its kind", kind="forecast"),
    _row("T8", "context", "week-4", "Likely finish", kind="forecast"),
    _row("T10", "context", "week-4", "A deadline is set", supply="set deadline in [project]"),
)
