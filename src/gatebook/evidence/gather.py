"""Measure everything once, in the order in which the documents tell it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases, bind
from gatebook.cases.columns import positive_text
from gatebook.errors import GatebookError
from gatebook.evidence.classes import with_classes
from gatebook.evidence.clusters import Clusters, find_clusters
from gatebook.evidence.confidence import ConfidenceReport, confidence_report
from gatebook.evidence.coverage import coverage
from gatebook.evidence.crossing import crossing_findings
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.edges import edge_cases
from gatebook.evidence.facts import Facts
from gatebook.evidence.failing import Failing, look_for_failing, slow_inputs, slow_times
from gatebook.evidence.label_findings import suspected, with_label_findings
from gatebook.evidence.labels import label_fact
from gatebook.evidence.performance import Measured, prepare
from gatebook.evidence.personal_columns import not_people, personal_columns
from gatebook.evidence.population import compare_population
from gatebook.evidence.profile import profile
from gatebook.evidence.quality import Scan, scan
from gatebook.evidence.rates import rates_by_group
from gatebook.evidence.reasons import reasons
from gatebook.evidence.shift import shift
from gatebook.evidence.slices import mask
from gatebook.evidence.systems import hop_latency, read_systems
from gatebook.evidence.versions import Kind, VersionComparison, compare_versions
from gatebook.project import METRICS, Project, TableSpec
from gatebook.record import JoinFact
from gatebook.tables import Table, join_account

Progress = Callable[[str], None]
DEFAULT_METRIC = {
    "classification": "accuracy",
    "regression": "mae",
    "generation": "mean_score",
    "ranking": "mean_score",
}
MIN_ERRORS_ROWS = 30
SEGMENT_VALUES = 12  # values of a segment on which versions are compared


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
    progress("joining labels and predictions")
    found = bind(project, tables, folds=folds)
    assert found is not None
    spec, sample = found.specs["sample"], table.frame()
    facts = replace(facts, sample=sample, coverage=coverage(sample, spec), joins=_joins(found, tables), outcomes=found)
    facts = _data(project, facts, sample, spec, as_of, progress)
    return _errors(project, facts, found, sample, spec, seed=seed, progress=progress)


def _data(
    project: Project, facts: Facts, sample: pd.DataFrame, spec: TableSpec, as_of: dt.date, progress: Progress
) -> Facts:
    """Add what is known of the data: columns, findings, shift, labels, population, edge cases."""
    tables, found = facts.tables, facts.outcomes
    assert found is not None
    progress("looking for problems in the sample")
    answers = {c for c in (spec.label, spec.score, spec.prediction, spec.probability, spec.confidence, spec.judge) if c}
    sample_scan = scan(
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
    personal = personal_columns(project, tables, sample_scan)
    disclosure = Disclosure(personal, public=frozenset(project.public))
    scans = {"sample": sample_scan}
    for role, extra in crossing_findings(found).items():
        rows = len(found.requests) if role == "predictions" else len(found.truth.raw)
        checked = ("ids against the sample", "spellings of answers", "repeated rows")
        scans[role] = Scan(extra, checked, (), rows, None)
    progress("comparing curated data with production")
    moved = None
    curated = tables.get("curated")
    if curated is not None:
        mine = found.specs["curated"]
        left_out = {*answers, *spec.ids, *mine.ids, *project.ignore, *_answers(mine)}
        moved = shift(curated.frame(), sample, ignore=left_out, text=spec.text)
    columns = tuple(
        fact
        for role in ("sample", "curated")
        if role in tables
        for fact in profile(tables[role], disclosure, _groups_of(found, tables[role]))
    )
    notes: list[str] = []
    people = None
    if (population := tables.get("population")) is not None:
        try:
            people = compare_population(population, sample)
        except GatebookError as error:
            notes.append(str(error))
    progress("judging the labels")
    return replace(
        facts,
        personal=personal,
        columns=columns,
        scans=scans,
        shift=moved,
        population=people,
        edge_cases=edge_cases(sample_scan, moved),
        labels=label_fact(project, found, sample, disclosure),
        notes=tuple(notes),
    )


def _groups_of(found: Cases, table: Table) -> pd.Series | None:
    """Return the cluster of each row of a table, None where none is known."""
    cluster = found.specs[table.role].cluster
    return None if cluster is None else table.frame([cluster]).iloc[:, 0]


def _errors(
    project: Project,
    facts: Facts,
    found: Cases,
    sample: pd.DataFrame,
    spec: TableSpec,
    *,
    seed: int,
    progress: Progress,
) -> Facts:
    """Add what is known of the errors: clusters, curated result, slices, confidence."""
    headline = project.targets.metric or DEFAULT_METRIC[project.task]
    data = measure_losses(project, found, headline, Clusters())
    known = data.at
    clusters = find_clusters(project, facts.tables, found, data.losses, known)
    facts = replace(
        facts, clusters=clusters, curated=_curated(project, facts.tables), reason_codes=_reasons(found, facts.tables)
    )
    progress("looking for labels that are wrong")
    facts = with_classes(facts, project, found)
    facts = with_label_findings(facts, project, found, sample, spec, seed=seed)
    if data.missing or len(data.losses) < MIN_ERRORS_ROWS:
        return facts
    codes = None if clusters.codes is None else clusters.codes[known]
    progress("looking for inputs that fail")
    curated = facts.tables["curated"].frame() if "curated" in facts.tables else None
    failing = look_for_failing(
        project,
        found,
        data,
        sample,
        spec,
        known=known,
        clusters=codes,
        curated=curated,
        taught=_taught(facts, curated),
        suspects=suspected(facts, found, known),
        seed=seed,
    )
    failing = replace(
        failing,
        versions=_versions(project, facts, failing, headline),
        slow=slow_times(found, seed=seed),
        slow_inputs=slow_inputs(found, sample, spec, ignore=found.no_inputs(sample.columns), seed=seed),
        reasons=reasons(
            facts.tables,
            found,
            data,
            [mask(failing.inputs.frame, s.predicates) for s in failing.search.slices],
            hidden=facts.personal,
        ),
    )
    return replace(
        facts,
        search=failing.search,
        failing=failing,
        confidence=_confidence(found, data, known, codes),
        rates=rates_by_group(project, found, spec, failing.inputs, clusters, seed=seed),
    )


def _taught(facts: Facts, curated: pd.DataFrame | None) -> tuple[pd.DataFrame, np.ndarray] | None:
    """Return the curated inputs and their true answers, None where there are none."""
    if curated is None or facts.curated is None:
        return None
    labelled = facts.curated.frame[facts.curated.frame["truth"].notna()]
    inputs = curated.iloc[labelled["row"].to_numpy()].reset_index(drop=True)
    return inputs, labelled["truth"].astype(str).to_numpy(dtype=object)


def _versions(project: Project, facts: Facts, failing: Failing, metric: str) -> VersionComparison | None:
    """Return the candidate beside the incumbent, or beside the only other version, by segment and failing kind."""
    found = facts.outcomes
    if found is None or found.candidate is None:
        return None
    others = [v for v in found.versions if v != found.candidate]
    named = [v for v in others if v == project.incumbent]
    if not named and len(others) != 1:
        return None
    other = (named or others)[0]
    mine = measure_losses(project, found, metric, facts.clusters)
    theirs = losses_of_version(project, facts, other, metric)
    return compare_versions(other, mine, theirs, kinds_compared(project, facts, failing))


def losses_of_version(project: Project, facts: Facts, version: str, metric: str) -> Measured:
    """Return the headline metric's arrays of another version of the predictions."""
    found = bind(project.model_copy(update={"candidate": version}), facts.tables)
    assert found is not None
    return measure_losses(project, found, metric, Clusters())


def kinds_compared(project: Project, facts: Facts, failing: Failing) -> list[tuple[Kind, np.ndarray]]:
    """Return name and rows of the kinds of input on which versions are compared: failing ones, and values of segments."""
    searched: list[tuple[Kind, np.ndarray]] = [
        (number, mask(failing.inputs.frame, s.predicates)) for number, s in enumerate(failing.search.slices)
    ]
    frame = failing.inputs.frame
    return searched + [
        ((column, str(value)), (frame[column].astype("str").str.strip() == value).to_numpy(bool))
        for column in project.tables["sample"].segments
        if column in frame.columns and column not in facts.personal
        for value in frame[column].astype("str").str.strip().value_counts().index[:SEGMENT_VALUES]
        if value and value != "nan"
    ]


def measure_losses(project: Project, found: Cases, metric: str, clusters: Clusters) -> Measured:
    """Return the arrays of the headline metric over every labelled row."""
    return prepare(found, metric, positive=positive_text(project), scale=grade_scale(project), clusters=clusters)


def grade_scale(project: Project) -> tuple[float, float] | None:
    """Return lowest and highest possible grade, None where nobody grades the output."""
    for role in ("labels", "sample"):
        spec = project.table(role)
        if spec is not None and spec.score is not None:
            return spec.scale or (0.0, 1.0)
    return None


def _confidence(found: Cases, data: Measured, known: np.ndarray, codes: np.ndarray | None) -> ConfidenceReport | None:
    if "confidence" not in found.has or METRICS[data.metric].kind == "loss":
        return None
    confidence = found.frame["confidence"].to_numpy(float)[known]
    usable = ~np.isnan(confidence) & (confidence >= 0) & (confidence <= 1)
    if usable.sum() < MIN_ERRORS_ROWS:
        return None
    right = np.clip(1.0 - data.losses[usable], 0.0, 1.0)
    return confidence_report(right, confidence[usable], None if codes is None else codes[usable])


def _answers(spec: TableSpec) -> tuple[str, ...]:
    named = (
        spec.label,
        spec.score,
        spec.prediction,
        spec.probability,
        spec.confidence,
        spec.judge,
        spec.error,
        spec.cost,
        spec.latency_ms,
        spec.latency_s,
        spec.weight,
        spec.stratum,
        spec.inclusion_probability,
        spec.annotator,
        spec.version,
    )
    return tuple(c for c in named if c)


def _curated(project: Project, tables: dict[str, Table]) -> Cases | None:
    """Return the outcomes on the curated data, read as if they were a project of their own."""
    if "curated" not in tables:
        return None
    roles = {"sample": "curated", "labels": "curated_labels", "predictions": "curated_predictions"}
    specs = {role: project.tables[mine] for role, mine in roles.items() if mine in tables}
    opened = {role: tables[mine] for role, mine in roles.items() if mine in tables}
    predictions = specs.get("predictions")
    if predictions is not None and predictions.version is not None:
        versions = set(opened["predictions"].frame([predictions.version]).iloc[:, 0].dropna().str.strip())
        if project.candidate not in versions:
            return None
    return bind(project.model_copy(update={"tables": specs}), opened)


def _reasons(found: Cases, tables: dict[str, Table]) -> int:
    """Return the labelled rows that carry a grader's reason code."""
    spec, table = found.specs.get("labels"), tables.get("labels")
    if spec is None or table is None or spec.reason is None:
        return 0
    return int((table.frame([spec.reason]).iloc[:, 0].fillna("").str.strip() != "").sum())


def _joins(found: Cases, tables: dict[str, Table]) -> tuple[JoinFact, ...]:
    sample = found.specs["sample"]
    joins = []
    for role in ("labels", "predictions"):
        spec, table = found.specs.get(role), tables.get(role)
        if spec is None or table is None or not sample.ids or not spec.ids:
            continue
        values = [c for c in (spec.label, spec.score, spec.prediction) if c]
        account = join_account(tables["sample"], sample.ids, table, spec.ids, values)
        joins.append(
            JoinFact(
                left="sample",
                right=role,
                matched=account.matched,
                left_only=account.left_only,
                right_only=account.right_only,
                duplicate_ids=account.duplicate_ids,
                conflicting_duplicates=account.conflicting_duplicates,
                blank_ids=account.blank_ids,
            )
        )
    return tuple(joins)
