"""Measure everything once, in the order in which the documents tell it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases, bind
from gatebook.checks import Findings, check
from gatebook.errors import GatebookError
from gatebook.evidence.classes import with_classes
from gatebook.evidence.clusters import Clusters, find_clusters
from gatebook.evidence.compare import Kind, VersionComparison, compare_versions, paired_losses
from gatebook.evidence.confidence import ConfidenceReport, confidence_report
from gatebook.evidence.crossing import crossing_findings
from gatebook.evidence.disclosure import Disclosure, not_people, personal_columns
from gatebook.evidence.facts import Facts
from gatebook.evidence.failing import Failing, Known, given_reasons, look_for_failing, reasons, slow_inputs, slow_times
from gatebook.evidence.label_findings import suspected, with_label_findings
from gatebook.evidence.labels import label_fact
from gatebook.evidence.performance import Measured, headline, measure_losses
from gatebook.evidence.rates import rates_by_group
from gatebook.evidence.requests import requests_as_they_came
from gatebook.evidence.sample import coverage, edge_cases
from gatebook.evidence.shift import compare_population, profile, shift
from gatebook.evidence.systems import hop_latency, read_systems
from gatebook.project import METRICS, Project
from gatebook.reading import Table, join_account
from gatebook.record import JoinFact
from gatebook.slices import mask
from gatebook.words import Code, say

Progress = Callable[[str], None]
MIN_ERRORS_ROWS = 30
SEGMENT_VALUES = 12  # values of a segment on which versions are compared
_CURATED = {"sample": "curated", "labels": "curated_labels", "predictions": "curated_predictions"}
_ANSWERS = ("label", "score", "prediction", "probability", "confidence", "judge")
_OUTPUTS = (
    *(*_ANSWERS, "reason", "error", "cost", "latency", "latency_ms", "latency_s", "started", "ended"),
    *("weight", "stratum", "inclusion_probability", "annotator", "version", "trial"),
)


class Measuring(Code):
    """What is at work."""

    JOINING = "joining"
    SCANNING = "scanning"
    COMPARING = "comparing"
    LABELS = "labels"
    WRONG_LABELS = "wrong_labels"
    FAILING = "failing"


class Crossed(Code):
    """What was checked between the tables."""

    IDS = "ids"
    SPELLINGS = "spellings"
    REPEATS = "repeats"


def gather(
    project: Project,
    tables: dict[str, Table],
    as_of: dt.date,
    *,
    seed: int,
    progress: Progress,
    folds: frozenset[str] | None = None,
) -> Facts:
    """Return the measured facts of a project.

    Args:
        project: the project file.
        tables: the tables that could be opened, by role.
        as_of: the day of the decision.
        seed: for everything random.
        progress: told what is at work, in words.
        folds: the folds of answers in force since the first look, None before it.

    Raises:
        ProjectFileError: the predictions hold several versions and none is named.
    """
    facts = Facts(tables=tables)
    if (systems := tables.get("integrations")) is not None:
        facts = replace(facts, systems=read_systems(systems, as_of, project.root), hop_latency_ms=hop_latency(systems))
    if (table := tables.get("sample")) is None:
        return facts
    progress(say(Measuring.JOINING))
    found = bind(project, tables, folds=folds)
    assert found is not None
    sample = table.frame()
    spec = found.specs["sample"]
    facts = replace(facts, sample=sample, coverage=coverage(sample, spec), joins=_joins(found, tables), outcomes=found)
    facts = replace(facts, requests=requests_as_they_came(project, tables, found))
    facts = _data(project, facts, found, sample, as_of, progress)
    return _errors(project, facts, found, sample, seed, progress)


def _data(
    project: Project, facts: Facts, found: Cases, sample: pd.DataFrame, as_of: dt.date, progress: Progress
) -> Facts:
    """Add what is known of the data: columns, findings, shift, labels, population, edge cases."""
    tables, spec = facts.tables, found.specs["sample"]
    progress(say(Measuring.SCANNING))
    sample_scan = check(
        tables["sample"],
        ids=spec.ids,
        apart=tuple(c for c in (spec.version, spec.trial) if c),
        time=spec.time,
        text=spec.text,
        label=spec.label,
        personal=project.personal,
        public=not_people(project, "sample"),
        ignore=project.ignore,
        as_of=as_of,
    )
    disclosure = Disclosure(personal_columns(project, tables, sample_scan), public=frozenset(project.public))
    scans = {"sample": sample_scan}
    for role, extra in crossing_findings(found).items():
        rows = len(found.requests) if role == "predictions" else len(found.truth.raw)
        scans[role] = Findings(extra, tuple(Crossed), (), rows, None)
    progress(say(Measuring.COMPARING))
    moved = people = None
    if (curated := tables.get("curated")) is not None:
        mine = found.specs["curated"]
        outputs = {*(getattr(spec, key) for key in _ANSWERS), *(getattr(mine, key) for key in _OUTPUTS)}
        left_out = {*(c for c in outputs if c), *spec.ids, *mine.ids, *project.ignore}
        moved = shift(curated.frame(), sample, ignore=left_out, text=spec.text)
    columns = tuple(
        fact
        for role in ("sample", "curated")
        if role in tables
        for fact in profile(tables[role], disclosure, _groups_of(found, tables[role]))
    )
    notes: tuple[str, ...] = ()
    if (population := tables.get("population")) is not None:
        try:
            people = compare_population(population, sample)
        except GatebookError as error:
            notes = (str(error),)
    progress(say(Measuring.LABELS))
    return replace(
        facts,
        disclosure=disclosure,
        columns=columns,
        scans=scans,
        shift=moved,
        population=people,
        edge_cases=edge_cases(sample_scan, moved),
        labels=label_fact(project, found, sample, disclosure, tables.get("predictions")),
        notes=notes,
    )


def _groups_of(found: Cases, table: Table) -> pd.Series | None:
    """Return the cluster of each row of a table, None where none is known."""
    cluster = found.specs[table.role].cluster
    return None if cluster is None else table.frame([cluster]).iloc[:, 0]


def _errors(project: Project, facts: Facts, found: Cases, sample: pd.DataFrame, seed: int, progress: Progress) -> Facts:
    """Add what is known of the errors: clusters, curated result, slices, confidence."""
    data = measure_losses(project, found, headline(project), Clusters())
    clusters = find_clusters(project, facts.tables, found, data.losses, data.at)
    facts = replace(
        facts,
        clusters=clusters,
        curated=_curated(project, facts.tables),
        reason_codes=len(given_reasons(facts.tables, found).dropna(subset="code")),
    )
    progress(say(Measuring.WRONG_LABELS))
    facts = with_classes(facts, project, found)
    facts = with_label_findings(facts, project, found, sample, found.specs["sample"], seed=seed)
    if data.missing or len(data.losses) < MIN_ERRORS_ROWS:
        return facts
    codes = None if clusters.codes is None else clusters.codes[data.at]
    progress(say(Measuring.FAILING))
    curated = facts.tables["curated"].frame() if "curated" in facts.tables else None
    failing = look_for_failing(
        project,
        found,
        data,
        sample,
        Known(codes, curated, _taught(facts, curated), suspected(facts, found, data.at)),
        seed=seed,
    )
    kinds = [mask(failing.inputs.frame, s.predicates) for s in failing.search.slices]
    facts = replace(
        facts,
        failing=replace(
            failing,
            versions=_versions(project, facts, failing),
            slow=slow_times(found, seed=seed),
            slow_inputs=slow_inputs(found, sample, seed=seed),
            reasons=reasons(facts.tables, found, data, kinds, hidden=facts.personal),
        ),
    )
    return replace(
        facts,
        confidence=_confidence(found, data, codes),
        rates=rates_by_group(project, found, failing.inputs, clusters, seed=seed),
    )


def _taught(facts: Facts, curated: pd.DataFrame | None) -> tuple[pd.DataFrame, np.ndarray] | None:
    """Return the curated inputs and their true answers, None where there are none."""
    if curated is None or facts.curated is None:
        return None
    labelled = facts.curated.frame[facts.curated.frame["truth"].notna()]
    inputs = curated.iloc[labelled["row"].to_numpy()].reset_index(drop=True)
    return inputs, labelled["truth"].astype(str).to_numpy(dtype=object)


def _versions(project: Project, facts: Facts, failing: Failing) -> VersionComparison | None:
    """Return the candidate beside the incumbent, or beside the only other version, by segment and failing kind."""
    found = facts.outcomes
    if found is None or found.candidate is None:
        return None
    others = [v for v in found.versions if v != found.candidate]
    named = [v for v in others if v == project.incumbent]
    if not named and len(others) != 1:
        return None
    other = (named or others)[0]
    mine = measure_losses(project, found, headline(project), facts.clusters)
    theirs = losses_of_version(project, facts, other, headline(project))
    return compare_versions(other, mine, paired_losses(mine, theirs), kinds_compared(project, facts, failing))


def losses_of_version(project: Project, facts: Facts, version: str, metric: str) -> Measured:
    """Return the headline metric's arrays of another version of the predictions."""
    found = bind(project.model_copy(update={"candidate": version}), facts.tables)
    assert found is not None
    return measure_losses(project, found, metric, Clusters())


def kinds_compared(project: Project, facts: Facts, failing: Failing) -> list[tuple[Kind, np.ndarray]]:
    """Return name and rows of the kinds of input on which versions are compared: failing ones, and values of
    segments.
    """
    frame = failing.inputs.frame
    kinds: list[tuple[Kind, np.ndarray]] = [
        (number, mask(frame, s.predicates)) for number, s in enumerate(failing.search.slices)
    ]
    for column in project.tables["sample"].segments:
        if column not in frame.columns or column in facts.personal:
            continue
        values = frame[column].astype("str").str.strip()
        most = [value for value in values.value_counts().index[:SEGMENT_VALUES] if value and value != "nan"]
        kinds += [((column, str(value)), (values == value).to_numpy(bool)) for value in most]
    return kinds


def _confidence(found: Cases, data: Measured, codes: np.ndarray | None) -> ConfidenceReport | None:
    if "confidence" not in found.has or METRICS[data.metric].kind == "loss":
        return None
    confidence = found.frame["confidence"].to_numpy(float)[data.at]
    usable = ~np.isnan(confidence) & (confidence >= 0) & (confidence <= 1)
    if usable.sum() < MIN_ERRORS_ROWS:
        return None
    right = np.clip(1.0 - data.losses[usable], 0.0, 1.0)
    return confidence_report(right, confidence[usable], None if codes is None else codes[usable])


def _curated(project: Project, tables: dict[str, Table]) -> Cases | None:
    """Return the outcomes on the curated data, read as if they were a project of their own."""
    if "curated" not in tables:
        return None
    opened = {role: tables[mine] for role, mine in _CURATED.items() if mine in tables}
    specs = {role: project.tables[_CURATED[role]] for role in opened}
    predictions = specs.get("predictions")
    if predictions is not None and predictions.version is not None:
        versions = set(opened["predictions"].frame([predictions.version]).iloc[:, 0].dropna().str.strip())
        if project.candidate not in versions:
            return None
    return bind(project.model_copy(update={"tables": specs}), opened)


def _joins(found: Cases, tables: dict[str, Table]) -> tuple[JoinFact, ...]:
    sample = found.specs["sample"]
    joins = []
    for role in ("labels", "predictions"):
        spec, table = found.specs.get(role), tables.get(role)
        if spec is not None and table is not None and sample.ids and spec.ids:
            values = [c for c in (spec.label, spec.score, spec.prediction) if c]
            joins.append(join_account(tables["sample"], sample.ids, table, spec.ids, values))
    return tuple(joins)
