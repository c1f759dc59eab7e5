"""What the model did: one row a request of each version, with its answer, certainty, duration, failure, cost and
moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.cases.columns import named_columns, row_keys, stripped, version_like
from gatebook.cases.questions import About, Question, QuestionCode, Unbound
from gatebook.cases.times import Durations, durations, has_durations, instants
from gatebook.errors import ProjectFileError
from gatebook.project import Project, TableSpec
from gatebook.reading import Table, to_numbers
from gatebook.vocabulary import listed_words
from gatebook.words import say

COLUMNS = (
    "key",
    "trial",
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


@dataclass(frozen=True)
class Requests:
    """The requests of the candidate.

    Attributes:
        frame: one row a request: key (id as text), trial (text, "" where there are none), prediction (as written),
            probability, confidence, judge, cost (float), latency_ms (inf where failed or timed out, NaN where not
            known), time (UTC without a zone), failed, censored, answered (bool).
        versions: versions found, in order.
        candidate: the version judged, None where there is only one and it has no name.
        spelled: rows of each spelling of an answer over all versions, as it stands in a cell.
        durations: of the whole table.
        days: whether the moments are days without a time of day, and so no moments.
        questions: what is left open.
    """

    frame: pd.DataFrame
    versions: tuple[str, ...] = ()
    candidate: str | None = None
    spelled: dict[str, int] | None = None
    durations: Durations | None = None
    days: bool = False
    questions: tuple[Question, ...] = ()


def read_requests(project: Project, role: str, table: Table | None, spec: TableSpec) -> Requests:
    """Return the candidate's requests in the table that holds them.

    Args:
        project: names the candidate.
        role: `predictions`, or `sample` where the sample holds the outputs itself.
        table: that table, None where there is none.
        spec: its section, without columns that it lacks.

    Raises:
        ProjectFileError: there are several versions and none is named, or the named one is not there.
    """
    if table is None:
        return Requests(pd.DataFrame(columns=list(COLUMNS)), candidate=project.candidate)
    raw = named_columns(table, spec)
    key = row_keys(raw, spec, alone=role == "sample")
    took = durations(raw, spec, role, table.types, project.targets.latency_ms)
    questions = list(took.questions)
    questions += versions_untold(project, role, table, spec)
    text = raw[spec.prediction].astype("str") if spec.prediction else key.mask(key.notna())
    text = text.where(text.str.strip() != "")
    spelled = {str(k): int(v) for k, v in text.value_counts().items()}
    versions, candidate, mine, unversioned = _of_candidate(project, raw, spec)
    out = pd.DataFrame({"key": key.to_numpy(), "prediction": text.to_numpy()}, dtype="object")
    out["trial"] = stripped(raw[spec.trial]).fillna("").to_numpy(dtype=object) if spec.trial else ""
    for name in ("probability", "confidence", "judge", "cost"):
        column = getattr(spec, name)
        out[name] = _numbers(raw[column], spec) if column else np.nan
    failed = _failed(raw[spec.error]) if spec.error else np.zeros(len(raw), dtype=bool)
    limits = [limit for limit in (spec.timeout_ms, took.cap_ms or None) if limit is not None]
    censored = took.milliseconds >= min(limits, default=np.inf)
    stated = np.inf if spec.timeout_ms is None else spec.timeout_ms
    out["latency_ms"] = np.where(failed | (took.milliseconds >= stated), np.inf, took.milliseconds)
    moments = instants(raw[spec.time], spec.read) if spec.time else None
    out["time"] = moments.values.to_numpy() if moments is not None else pd.NaT
    out["failed"], out["censored"], out["answered"] = failed, censored, True
    out = out[mine]
    out = out[out["key"].notna()]
    keep = ~out.duplicated("key") if spec.trial is None else pd.Series(data=True, index=out.index)
    repeated = int((~keep).sum())
    if repeated:
        questions.append(Question(QuestionCode.REPEATED, role, spec.ids, repeated, len(out)))
    if unversioned:
        questions.append(
            Question(QuestionCode.UNVERSIONED, role, (spec.version or "",), unversioned, int(mine.sum()) + unversioned)
        )
    return Requests(
        out[keep].reset_index(drop=True),
        versions,
        candidate,
        spelled,
        took,
        moments is not None and moments.days,
        tuple(questions),
    )


def source(
    project: Project, tables: dict[str, Table], specs: dict[str, TableSpec]
) -> tuple[str, Table | None, TableSpec]:
    """Return role, table and section of the requests: the predictions, or the sample where it names an output
    itself.
    """
    if "predictions" in tables:
        return "predictions", tables["predictions"], specs["predictions"]
    spec = specs["sample"]
    outputs = (spec.prediction, spec.probability, spec.judge, spec.score)
    if any(outputs) or has_durations(spec):
        return (
            "sample",
            tables["sample"],
            spec.model_copy(update={"time": None}) if "predictions" in project.tables else spec,
        )
    return "sample", None, TableSpec(path="-", version=spec.version)


def _of_candidate(
    project: Project, raw: pd.DataFrame, spec: TableSpec
) -> tuple[tuple[str, ...], str | None, np.ndarray, int]:
    """Return versions found, the candidate, which rows are its own, and how many rows name no version."""
    everything = np.ones(len(raw), dtype=bool)
    if not spec.version:
        return (), project.candidate, everything, 0
    version = stripped(raw[spec.version])
    versions, candidate = choose(version, project, spec.version, "predictions")
    if not versions:  # a version column without any entry names no version: all rows belong together
        return versions, candidate, everything, 0
    return versions, candidate, (version == candidate).to_numpy(), int(version.isna().sum())


def choose(version: pd.Series, project: Project, column: str, what: str) -> tuple[tuple[str, ...], str | None]:
    """Return the versions of a column and the one under decision.

    Raises:
        ProjectFileError: there are several and none is named, or the named one is not there.
    """
    versions = tuple(sorted(version.dropna().unique()))
    candidate = project.candidate
    if candidate is None and len(versions) == 1:
        candidate = versions[0]
    known = ", ".join(versions[:8])
    if candidate is None and versions:
        raise ProjectFileError(say(Unbound.SEVERAL_VERSIONS, role=what, n=len(versions), names=known))
    if candidate is not None and candidate not in versions:
        about = {"candidate": candidate, "role": what, "column": column, "names": known or "nothing"}
        raise ProjectFileError(say(Unbound.NO_CANDIDATE, **about))
    return versions, candidate


def versions_untold(project: Project, role: str, table: Table, spec: TableSpec) -> list[Question]:
    """Return a question where a column names several versions of the model and the project file does not say so."""
    column = version_like(project, table, spec)
    if column is None:
        return []
    about: About = {"column": column, "versions": int(table.frame([column])[column].nunique())}
    return [Question(QuestionCode.VERSIONS_UNTOLD, role, (column,), table.rows, table.rows, about)]


def _failed(cells: pd.Series) -> np.ndarray:
    """Return which cells tell an error, shape (rows,): not the blank ones, nor those that say that there was none."""
    text = stripped(cells)
    return (text.notna() & ~text.str.casefold().isin(listed_words("no_error"))).to_numpy(dtype=bool)


def _numbers(values: pd.Series, spec: TableSpec) -> np.ndarray:
    return np.asarray(to_numbers(values, decimal=spec.read.decimal).values, dtype=float)
