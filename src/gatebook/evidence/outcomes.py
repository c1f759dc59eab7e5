"""One row a scored production case: truth, prediction, confidence, failure, latency. Everything later reads this."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gatebook.errors import ProjectFileError
from gatebook.evidence.columns import (
    available,
    is_positive,
    keys,
    named_columns,
    row_keys,
    same_spellings,
    stripped,
)
from gatebook.evidence.draws import weigh
from gatebook.evidence.truth import Truth, resolve_truth
from gatebook.project import Project, TableSpec
from gatebook.tables import Table, to_numbers, to_times


@dataclass(frozen=True)
class Outcomes:
    """The candidate's requests on the production sample.

    Attributes:
        frame: one row a request of the candidate on a sampled row; columns key (id as text), row (0-based sample
            position), truth, prediction (text), confidence, probability, judge, score (float), failed (bool), latency_ms
            (inf where failed or timed out), cost, time, answered (bool). Absent parts are all NaN.
        requests: all requests of the candidate, sampled or not; columns latency_ms, failed, censored, time, cost.
        truth: the resolved ground truth.
        versions: versions found in the predictions.
        candidate: the version judged, None where there is only one and it has no name.
        has: names of the frame's columns that the project supplies.
        sample_rows: distinct sampled ids.
        missing_predictions: sampled ids without a request.
        repeated: requests dropped because the same id and version stands twice.
        unversioned: requests that name no version where others do; they count for no version.
        chained: whether the labels' weights follow from several sheets together.
        unweighable: why labels drawn with unequal chances cannot be weighted, empty where they can.
    """

    frame: pd.DataFrame
    requests: pd.DataFrame
    truth: Truth
    versions: tuple[str, ...]
    candidate: str | None
    has: frozenset[str]
    sample_rows: int
    missing_predictions: int
    repeated: int
    unversioned: int = 0
    chained: bool = False
    unweighable: str = ""

    def labelled(self) -> pd.DataFrame:
        """Return the rows whose truth (or grade) is known."""
        known = self.frame["score"].notna() if "score" in self.has else self.frame["truth"].notna()
        return self.frame[known]


def outcomes(project: Project, tables: dict[str, Table]) -> Outcomes | None:
    """Return the candidate's outcomes on the sample, or None where no sample could be read.

    Raises:
        ProjectFileError: the predictions hold several versions and the project names none of them.
    """
    sample_table = tables.get("sample")
    if sample_table is None:
        return None
    sample_spec = available(project.tables["sample"], sample_table)
    sample = named_columns(sample_table, sample_spec)
    key = keys(sample, sample_spec.ids)
    truth = resolve_truth(project, tables)
    source, spec = _source(project, tables)
    requests, versions, candidate, repeated, unversioned = _requests(
        project, source, spec, alone=source is sample_table
    )
    mine = key.notna()
    if source is sample_table and spec.version and versions:
        mine &= (
            stripped(sample[spec.version]) == candidate
        )  # rows of another version are no cases of this one
    cases = pd.DataFrame({"key": key, "row": np.arange(len(sample))})
    first = cases[mine.to_numpy()].drop_duplicates("key")
    has = {
        c
        for c in ("prediction", "probability", "confidence", "judge", "latency_ms", "cost", "time")
        if _named(spec, c)
    }
    joined = (
        first.merge(requests, on="key", how="left", sort=False)
        if len(requests)
        else first.reindex(columns=["key", "row", *requests.columns.drop("key")])
    )
    answered = joined["answered"].eq(True)
    joined["answered"] = answered
    joined["failed"] = joined["failed"].eq(True)
    values = truth.for_version(candidate)
    joined = joined.merge(values, on="key", how="left", sort=False)
    if spec.prediction is None and spec.probability and project.targets.positive is not None:
        has.add("prediction")
        joined["prediction"] = _as_labelled(joined, str(project.targets.positive))
    if "score" in values.columns and values["score"].notna().any():
        has.add("score")
    if "truth" in values.columns and values["truth"].notna().any():
        has.add("truth")
    frame, chained, unweighable = weigh(project, tables, joined.reset_index(drop=True))
    missing = (
        int((~frame.loc[~frame["key"].duplicated(), "answered"]).sum()) if source is not None else len(first)
    )
    return Outcomes(
        frame, requests, truth, versions, candidate, frozenset(has), len(first), missing, repeated, unversioned,
        chained, unweighable,
    )  # fmt: skip


def at_threshold(found: Outcomes, project: Project, threshold: float) -> Outcomes:
    """Return the outcomes with the predictions that another threshold makes of the same probabilities.

    Raises:
        ProjectFileError: the project does not make its predictions from a probability.
    """
    if not by_probability(found, project):
        raise ProjectFileError(
            "gatebook.toml: no threshold makes these predictions; name `probability` and [targets] positive."
        )
    frame = found.frame.assign(prediction=_by_threshold(found.frame["probability"], threshold))
    return replace(found, frame=frame.assign(prediction=_as_labelled(frame, str(project.targets.positive))))


def by_probability(found: Outcomes, project: Project) -> bool:
    """Return whether a threshold on a probability makes the predictions."""
    specs = (project.table("predictions"), project.table("sample"))
    spec = next((s for s in specs if s is not None), None)
    return (
        spec is not None
        and spec.prediction is None
        and "probability" in found.has
        and project.targets.positive is not None
    )


def _by_threshold(probability: pd.Series, threshold: float) -> pd.Series:
    """Return "positive" or "negative" for each probability, empty where there is none."""
    words = pd.Series(np.where(probability >= threshold, POSITIVE, NEGATIVE), index=probability.index)
    return words.where(probability.notna(), np.nan)


def _as_labelled(joined: pd.DataFrame, positive: str) -> pd.Series:
    """Return predictions made from a probability, spelt as the labels spell the two classes."""
    labels = joined["truth"].dropna().astype("str")
    yes = is_positive(labels, positive)
    spelt = {POSITIVE: positive, NEGATIVE: f"not {positive}"}
    for word, group in ((POSITIVE, labels[yes]), (NEGATIVE, labels[~yes])):
        if len(spellings := group.unique()) == 1:
            spelt[word] = spellings[0]
    return joined["prediction"].map(spelt)


def _named(spec: TableSpec, column: str) -> bool:
    if column == "latency_ms":
        return bool(spec.latency_ms or spec.latency_s)
    return getattr(spec, column) is not None


def _source(project: Project, tables: dict[str, Table]) -> tuple[Table | None, TableSpec]:
    """Return the table that holds the requests: the predictions, or the sample itself where it names an output."""
    if (table := tables.get("predictions")) is not None:
        return table, available(project.tables["predictions"], table)
    spec = project.tables["sample"]
    sample = tables["sample"]
    spec = available(spec, sample)
    if any((spec.prediction, spec.probability, spec.judge, spec.latency_ms, spec.latency_s, spec.score)):
        return sample, spec.model_copy(update={"time": None}) if "predictions" in project.tables else spec
    return None, TableSpec(path="-")


POSITIVE, NEGATIVE = "positive", "negative"
COLUMNS = (
    "key",
    "prediction",
    "probability",
    "confidence",
    "judge",
    "latency_ms",
    "cost",
    "time",
    "failed",
    "censored",
    "answered",
)


def _requests(
    project: Project, table: Table | None, spec: TableSpec, *, alone: bool
) -> tuple[pd.DataFrame, tuple[str, ...], str | None, int, int]:
    """Return the candidate's requests, versions found, the candidate, repeats dropped, and rows without a version."""
    if table is None:
        return pd.DataFrame(columns=list(COLUMNS)), (), project.candidate, 0, 0
    raw = named_columns(table, spec)
    key = row_keys(raw, spec, alone=alone)
    versions: tuple[str, ...] = ()
    candidate = project.candidate
    unversioned = 0
    if spec.version:
        version = stripped(raw[spec.version])
        versions = tuple(sorted(version.dropna().unique()))
        if candidate is None and len(versions) == 1:
            candidate = versions[0]
        if candidate is None and versions:
            raise ProjectFileError(
                f"gatebook.toml: the predictions hold {len(versions)} versions ({', '.join(versions[:8])}); "
                'name the one under decision: [project] candidate = "...".'
            )
        if candidate is not None and candidate not in versions:
            raise ProjectFileError(
                f"gatebook.toml: [project] candidate = {candidate!r} is not in the predictions; "
                f"{spec.version} holds {', '.join(versions[:8]) or 'nothing'}."
            )
        if versions:  # a version column without any entry names no version: all rows belong together
            unversioned = int(version.isna().sum())
            mine = (version == candidate).to_numpy()
            raw, key = raw[mine], key[mine]
    out = pd.DataFrame({"key": key.to_numpy()}, dtype="object")
    same = same_spellings(project)
    out["prediction"] = stripped(raw[spec.prediction]).replace(same).to_numpy() if spec.prediction else np.nan
    for name in ("probability", "confidence", "judge", "cost"):
        column = getattr(spec, name)
        out[name] = _numbers(raw[column], spec) if column else np.nan
    failed = stripped(raw[spec.error]).notna().to_numpy() if spec.error else np.zeros(len(raw), dtype=bool)
    latency, censored = _latency(raw, spec)
    out["latency_ms"] = np.where(failed | censored, np.inf, latency)
    out["time"] = (
        to_times(raw[spec.time], date_order=spec.read.date_order).values.to_numpy() if spec.time else pd.NaT
    )
    out["failed"], out["censored"], out["answered"] = failed, censored, True
    if spec.prediction is None and spec.probability and project.targets.positive is not None:
        out["prediction"] = _by_threshold(out["probability"], spec.threshold)
    out = out[out["key"].notna()]
    keep = ~out.duplicated("key") if spec.trial is None else pd.Series(True, index=out.index)
    return out[keep].reset_index(drop=True), versions, candidate, int((~keep).sum()), unversioned


def _numbers(values: pd.Series, spec: TableSpec) -> np.ndarray:
    return np.asarray(to_numbers(values, decimal=spec.read.decimal).values, dtype=float)


def _latency(raw: pd.DataFrame, spec: TableSpec) -> tuple[np.ndarray, np.ndarray]:
    """Return latency in milliseconds and which requests ran into the time-out (their true latency is unknown)."""
    if spec.latency_ms:
        latency = _numbers(raw[spec.latency_ms], spec)
    elif spec.latency_s:
        latency = _numbers(raw[spec.latency_s], spec) * 1000.0
    else:
        return np.full(len(raw), np.nan), np.zeros(len(raw), dtype=bool)
    latency = np.where(latency < 0, np.nan, latency)  # no request takes less than no time: not measured
    limit = np.inf if spec.timeout_ms is None else spec.timeout_ms
    return latency, latency >= limit


def restrict(found: Outcomes, mask: pd.Series) -> Outcomes:
    """Return the outcomes of the rows where `mask` holds."""
    return replace(found, frame=found.frame[mask].reset_index(drop=True))
