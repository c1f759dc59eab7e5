"""Which inputs fail or are slow, why, and what simpler ways and other versions do on the same cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.cases.columns import is_positive, keys, positive_text, stripped
from gatebook.evidence.compare import (
    GroupRanking,
    Learnable,
    SimpleModel,
    VersionComparison,
    compare_with_simplest,
    group_rankings,
)
from gatebook.evidence.inputs import Inputs, searched_inputs
from gatebook.evidence.performance import Measured
from gatebook.project import Project
from gatebook.reading import Table
from gatebook.slices import Cause, Effort, SliceSearch, causes, find_slices

BLOCK = "h"  # requests of one hour depend on each other
FEWEST_BLOCKS = 40
RANKINGS = 3
HOUR, WEEKDAY = "hour of the day", "weekday"


@dataclass(frozen=True)
class GivenReason:
    """One reason code.

    Attributes:
        code: as the graders wrote it.
        rows, clusters: labelled cases that carry it, and the independent groups that these come from.
        share: of all labelled cases that carry a reason; a case to which graders gave several counts in each.
        in_slices: its cases in each failing kind of input.
    """

    code: str
    rows: int
    clusters: int
    share: float
    in_slices: tuple[int, ...]


@dataclass(frozen=True)
class SlowInputs:
    """The kinds of input that take longer.

    Attributes:
        frame: one row a timed request on the sample: its inputs, and where known hour and weekday.
        search: what was found in it.
    """

    frame: pd.DataFrame
    search: SliceSearch


@dataclass(frozen=True)
class Failing:
    """What is known of the failures.

    Attributes:
        inputs: the labelled cases as they were searched.
        search: the failing kinds of input.
        causes: of each slice, the remedy that could remove most first.
        simple: the simplest model beside the model.
        rankings: columns within whose groups the score ranks worse than it does overall.
        versions: the candidate beside the version before it.
        slow: times of day and week at which requests take longer; None where time or latency is unknown.
        slow_inputs: kinds of input that take longer; None where latency is unknown.
        reasons: what graders gave as reasons, the most frequent first.
        losses: (rows,), of the searched rows, larger is worse.
        truth: (rows,), their true answers, None where answers are graded or numbers.
    """

    inputs: Inputs
    search: SliceSearch
    causes: tuple[tuple[Cause, ...], ...] = ()
    simple: SimpleModel | None = None
    rankings: tuple[GroupRanking, ...] = ()
    versions: VersionComparison | None = None
    slow: SliceSearch | None = None
    slow_inputs: SlowInputs | None = None
    reasons: tuple[GivenReason, ...] = ()
    losses: np.ndarray | None = None
    truth: np.ndarray | None = None


@dataclass(frozen=True)
class Known:
    """What is known besides the losses.

    Attributes:
        clusters: (rows,), codes of dependent rows.
        curated: the rows that the model was built on.
        taught: curated inputs with their true answers.
        suspects: (rows,), labels that are likely wrong, as `causes` takes them.
    """

    clusters: np.ndarray | None = None
    curated: pd.DataFrame | None = None
    taught: tuple[pd.DataFrame, np.ndarray] | None = None
    suspects: np.ndarray | None = None


def look_for_failing(
    project: Project, found: Cases, data: Measured, sample: pd.DataFrame, known: Known, *, seed: int
) -> Failing:
    """Return which inputs fail and why.

    Args:
        project: the project file.
        found: the candidate's outcomes.
        data: the headline metric's arrays.
        sample: the whole sample.
        known: what is known besides.
        seed: for everything random.
    """
    spec = found.specs["sample"]
    cases = found.frame.iloc[data.at]
    said = cases["prediction"].to_numpy(dtype=object) if project.task == "classification" else None
    inputs = searched_inputs(sample, data.positions, text=spec.text, curated=known.curated, answers=said, seed=seed)
    left_out = found.no_inputs(sample.columns)
    no_inputs = (*left_out, *((spec.cluster,) if spec.cluster else ()))
    simple = compare_with_simplest(
        Learnable(
            inputs.frame.drop(columns=list(inputs.derived)), no_inputs, spec.text, curated=known.taught, seed=seed
        ),
        found,
        data,
        project.task,
        positive=positive_text(project),
    )
    search = find_slices(
        inputs.frame,
        data.losses,
        clusters=known.clusters,
        ignore=no_inputs,
        text=spec.text,
        time=spec.time,
        effort=Effort(seed=seed, first=tuple(spec.segments)),
    )
    sure = cases["confidence"].to_numpy(float) if "confidence" in found.has else None
    why = tuple(
        causes(
            s,
            inputs.frame,
            data.losses,
            curated=known.curated,
            confidence=sure,
            suspects=known.suspects,
            ignore=left_out,
        )
        for s in search.slices
    )
    rankings = _rankings(project, cases, inputs.frame, known.clusters, left_out)
    truth = cases["truth"].to_numpy(dtype=object) if said is not None and "truth" in found.has else None
    return Failing(inputs, search, why, simple, rankings, losses=data.losses, truth=truth)


def _rankings(
    project: Project, cases: pd.DataFrame, frame: pd.DataFrame, clusters: np.ndarray | None, ignore: tuple[str, ...]
) -> tuple[GroupRanking, ...]:
    """Returns the columns within whose groups the score loses its rank; needs two classes and a probability."""
    text = positive_text(project)
    if text is None or project.task not in ("classification", "ranking") or cases["truth"].isna().any():
        return ()
    truth = is_positive(cases["truth"], text).to_numpy(bool)
    score = cases["probability"].to_numpy(float)
    if np.isnan(score).all() and cases["truth"].nunique() == 2:
        sure = cases["confidence"].to_numpy(float)
        score = np.where(is_positive(cases["prediction"].fillna(""), text).to_numpy(bool), sure, 1 - sure)
    usable = np.isfinite(score)
    if usable.sum() < len(score) or truth.all() or not truth.any():
        return ()
    return group_rankings(truth, score, frame, clusters=clusters, ignore=ignore)[:RANKINGS]


def slow_times(found: Cases, *, seed: int) -> SliceSearch | None:
    """Return the hours and weekdays at which requests take longer; requests of one hour change places together.

    None where time or latency is unknown, or fewer than 40 hours were seen.
    """
    if not {"time", "latency_ms"} <= found.has:
        return None
    timed = found.requests[["time", "latency_ms"]]
    timed = timed[np.isfinite(timed["latency_ms"].to_numpy(float)) & timed["time"].notna().to_numpy()]
    frame, blocks = _hours(timed["time"])
    if len(timed) == 0 or blocks.max() + 1 < FEWEST_BLOCKS:
        return None
    return find_slices(frame, timed["latency_ms"].to_numpy(float), clusters=blocks, effort=Effort(2, seed=seed))


def _hours(time: pd.Series) -> tuple[pd.DataFrame, np.ndarray]:
    """Returns hour and weekday of each request, and the block of neighbours that it belongs to."""
    stamps = pd.DatetimeIndex(time)
    frame = pd.DataFrame({HOUR: stamps.hour.astype("float64"), WEEKDAY: stamps.day_name().astype("str")})
    return frame, pd.factorize(stamps.floor(BLOCK))[0]


def slow_inputs(found: Cases, sample: pd.DataFrame, *, seed: int) -> SlowInputs | None:
    """Return the kinds of input that take longer; hour and weekday are searched beside them, so that neither stands for
    the other.

    None where latency is unknown. Failed requests are left out: they have no time of their own.
    """
    latency = found.frame["latency_ms"].to_numpy(float)
    usable = np.isfinite(latency)
    if "latency_ms" not in found.has or not usable.any():
        return None
    cases = found.frame[usable]
    frame = sample.iloc[cases["row"].to_numpy(int)].reset_index(drop=True)
    blocks = None
    if "time" in found.has and cases["time"].notna().all():
        when, blocks = _hours(cases["time"])
        if blocks.max() + 1 < FEWEST_BLOCKS:
            return None
        frame = frame.drop(columns=[c for c in when if c in frame]).join(when)
    spec = found.specs["sample"]
    left_out = (*found.no_inputs(sample.columns), *((spec.time,) if spec.time else ()))
    search = find_slices(
        frame,
        latency[usable],
        clusters=blocks,
        ignore=left_out,
        text=spec.text,
        effort=Effort(2, seed=seed, first=tuple(spec.segments)),
    )
    return SlowInputs(frame, search)


def given_reasons(tables: dict[str, Table], found: Cases) -> pd.DataFrame:
    """Return key, code and version of each row of the labels; empty where nobody gives reasons."""
    spec, table = found.specs.get("labels"), tables.get("labels")
    if spec is None or table is None or spec.reason is None:
        return pd.DataFrame({"key": [], "code": [], "version": []}, dtype="str")
    rows = table.frame([*dict.fromkeys(c for c in (*spec.ids, spec.reason, spec.version) if c)])
    version = np.nan if spec.version is None else stripped(rows[spec.version]).to_numpy()
    codes = stripped(rows[spec.reason]).to_numpy()
    return pd.DataFrame({"key": keys(rows, spec.ids).to_numpy(), "code": codes, "version": version})


def reasons(
    tables: dict[str, Table],
    found: Cases,
    data: Measured,
    slices: Sequence[np.ndarray],
    hidden: frozenset[str] = frozenset(),
) -> tuple[GivenReason, ...]:
    """Return the reason codes of the candidate's labelled cases, the most frequent first; empty where nobody gave any.

    Args:
        tables: the opened tables, by role.
        found: the candidate's outcomes.
        data: the labelled cases.
        slices: (rows,) bool, of each failing kind of input.
        hidden: columns whose values are never shown.
    """
    codes = given_reasons(tables, found)
    if codes.empty or found.specs["labels"].reason in hidden:
        return ()
    if found.specs["labels"].version is not None and found.candidate is not None:
        codes = codes[codes["version"] == found.candidate]
    codes = codes[["key", "code"]].dropna().drop_duplicates()
    cases = pd.DataFrame({"key": data.keys, "case": np.arange(len(data.keys))})
    given = codes.merge(cases, on="key")
    if given.empty:
        return ()
    total, out = given["case"].nunique(), []
    for code, mine in given.groupby("code")["case"]:
        at = np.unique(mine.to_numpy())
        groups = len(at) if data.design.clusters is None else len(np.unique(data.design.clusters[at]))
        out.append(GivenReason(str(code), len(at), groups, len(at) / total, tuple(int(s[at].sum()) for s in slices)))
    return tuple(sorted(out, key=lambda r: (-r.rows, r.code)))
