"""Assess a project: open its tables, measure, judge, and write the record. Draws nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from gatebook import __version__
from gatebook.assessment.errors import error_fact
from gatebook.assessment.findings import finding_records, flagged_cells
from gatebook.assessment.readings import judge_by_both_readings, reopened
from gatebook.assessment.slices_told import slice_records, slow_words, slower
from gatebook.assessment.story import changes, decision_reason, looks_told, open_list, presets
from gatebook.assessment.withheld import without_personal_names
from gatebook.criteria import CATALOGUE_VERSION
from gatebook.errors import HistoryError
from gatebook.evidence.disclosure import MINIMUM
from gatebook.evidence.facts import Facts
from gatebook.evidence.forecast import forecast
from gatebook.evidence.gather import gather
from gatebook.evidence.inputs import ANSWER
from gatebook.evidence.outcome import confidence_fact, latency_fact, segment_facts
from gatebook.evidence.performance import grade_scale, inside
from gatebook.evidence.rules_held import TableRules, rules_held
from gatebook.evidence.sample import edge_facts, production_fact
from gatebook.history.key import outcome_key
from gatebook.history.ledger import Ledger
from gatebook.project import METRICS, Project
from gatebook.project.tables import open_tables
from gatebook.record import Decision, Evidence, ProjectInfo, Record, RunInfo, ScanFact, TableAccount
from gatebook.verdict.case import Case
from gatebook.verdict.definitions import defined
from gatebook.verdict.gate_dates import gate_dates
from gatebook.verdict.judge import Judged
from gatebook.verdict.lineage import NO_KEY
from gatebook.verdict.looks import labels_used
from gatebook.verdict.measured import names_an_answer
from gatebook.verdict.past import Past, read_past
from gatebook.verdict.recommend import clock, recommend
from gatebook.verdict.targets import declared, in_force
from gatebook.verdict.withdrawn import corrections
from gatebook.words import Code, say

MOST_BREACHES = 5
_COVERED = ("rows", "duplicates", "first", "last", "days", "weekdays", "groups")


class Caution(Code):
    """What a reader of the verdict must know."""

    UNWRITABLE = "unwritable"
    NO_HISTORY = "no_history"
    UNKNOWN_LOOKS = "unknown_looks"
    UNKNOWN_SINCE = "unknown_since"
    UNSEEN_BEGINNING = "unseen_beginning"
    UNSCORED = "unscored"


class Doing(Code):
    """What is at work."""

    TABLES = "tables"
    JUDGING = "judging"


@dataclass(frozen=True)
class Assessment:
    """What an assessment makes.

    Attributes:
        record: the decision record; its run id and times are those of the assessment itself.
        flagged: finding_id, table, row (1-based data record), column: coordinates of the cells behind the findings.
        rules: measures what holds in the sound rows of the sample, None where too few are sound.
    """

    record: Record
    flagged: pd.DataFrame
    rules: Callable[[], TableRules | None]


def examine(
    project: Project,
    as_of: dt.date | None = None,
    *,
    ledger: Ledger | None = None,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
    remember: bool = True,
) -> Assessment:
    """Return the assessment of a project on a day.

    Args:
        project: the checked project file.
        as_of: the day to decide on, today by default.
        ledger: the project's history; its own by default.
        seed: for everything random.
        progress: told what is at work, in words.
        remember: write a look that the history does not know; without it the record is a preview.

    Raises:
        ProjectFileError: the predictions hold several versions and none is named.
        HistoryError: the history cannot be read.
    """
    asked = as_of or dt.datetime.now(dt.UTC).date()
    tell = progress or (lambda _: None)
    started = dt.datetime.now(dt.UTC).replace(microsecond=0)
    ledger = ledger or Ledger.of(project)
    past = read_past(ledger.read(), ledger.breaches())
    day = past.day(asked)
    tell(say(Doing.TABLES))
    opened = open_tables(project)

    def gathered(read: Project) -> Facts:
        return gather(read, reopened(project, read, opened), day, seed=seed, progress=tell, folds=past.folds)

    facts = gathered(project)
    targets = in_force(project, past.targets, past.mended)
    problems = {role: str(error) for role, error in opened.problems.items()}
    key = outcome_key(project.root, make=remember) or NO_KEY
    case = Case(project, facts, past, targets, problems, day, seed, key)
    tell(say(Doing.JUDGING))
    case, judged = judge_by_both_readings(case, gathered)
    preview = _remember(project, case, judged, ledger, remember=remember)
    record = _record(case, judged, started, preview)
    if asked != day:
        record = record.model_copy(update={"run": record.run.model_copy(update={"asked": asked})})
    named = _not_shown(case)
    told = without_personal_names(record, flagged_cells(facts, record.findings), facts.tables, named)
    return Assessment(*told, partial(_rules, case))


def assess(project: Project, as_of: dt.date | None = None, *, ledger: Ledger | None = None, seed: int = 0) -> Record:
    """Return the record of a project on a day: everything that documents show. Parameters and errors as for
    `examine`.
    """
    return examine(project, as_of, ledger=ledger, seed=seed).record


def _remember(project: Project, case: Case, judged: Judged, ledger: Ledger, *, remember: bool) -> str | None:
    """Write the look where the history does not know it; return why this is a preview, None where it is a decision."""
    past = case.past
    new = [look for look in judged.looks if not look.known]
    seen = past.evidence.entry(judged.used, case.present, case.unsure, judged.rows)
    now = declared(project)
    told = [look.told_at_last() for look in judged.looks if look.untold]
    fresh = bool(new or told or seen["used"] or seen["read"]) or not past.targets or past.targets[-1][1] != now
    positive = project.targets.positive
    slips = () if positive is None or names_an_answer(case, positive) else ("targets.positive",)
    definitions = defined(project, (*case.unsure, *slips))
    known = past.evidence.definitions
    redefined = bool(new or known) and (not known or known[-1][1] != definitions)
    if not (fresh or redefined):
        return None
    if not remember:
        return say(Caution.NO_HISTORY)
    entry = {
        "as_of": case.as_of.isoformat(),
        "looks": [look.entry() for look in new],
        "targets": now,
        **seen,
        "status": {r.id: r.status for r in judged.rows if r.status is not None and r.kind == "criterion"},
    }
    if redefined:
        entry["definitions"] = definitions
    found = case.facts.outcomes
    if past.folds is None and new and found is not None and found.equality is not None:
        entry["folds"] = sorted(found.equality.folds)
    if labels := labels_used(case, judged.looks):
        entry["labels"] = labels
    if told:
        entry["told"] = told
    try:
        ledger.append("look", entry)
    except HistoryError:
        return say(Caution.UNWRITABLE)
    return None


def _record(case: Case, judged: Judged, started: dt.datetime, preview: str | None) -> Record:
    project, past, facts = case.project, case.past, case.facts
    open_conditions = open_list(project, past, judged.rows, case.as_of)
    promised = {c.id for c in open_conditions if c.live or c.waived}
    recommendation = recommend(judged.rows, promised, lowered=case.targets.lowered)
    blocking = case.limit("clean", 0.0)
    findings = finding_records(facts, project, blocking)
    goals = case.targets.goals
    metric = METRICS[goals[0].metric] if goals else None
    finished = dt.datetime.now(dt.UTC).replace(microsecond=0)
    file = project.root / "gatebook.toml"
    project_file = file.read_bytes() if file.is_file() else b""
    return Record(
        catalogue_version=CATALOGUE_VERSION,
        project=ProjectInfo(
            name=project.name,
            slug=project.slug,
            task=project.task,
            owner=project.owner,
            candidate=facts.outcomes.candidate if facts.outcomes else project.candidate,
            incumbent=project.incumbent,
            start=project.start,
            deadline=project.deadline,
            currency=project.value.currency if project.value else "",
            metric=metric.name if metric else None,
            metric_words=goals[0].measure(grade_scale(project)) if goals else None,
            where=goals[0].place if goals else "",
            personal=tuple(sorted(facts.personal - {ANSWER})),
            project_sha256=hashlib.sha256(project_file).hexdigest(),
        ),
        run=RunInfo(
            id="assessment", started=started, finished=finished, version=__version__, seed=case.seed, as_of=case.as_of
        ),
        decision=Decision(
            recommendation=recommendation,
            clock=clock(recommendation, project.start, case.as_of),
            reason=decision_reason(judged.rows, promised, lowered=case.targets.lowered),
            human=past.human,
        ),
        criteria=judged.rows,
        tables=tuple(
            TableAccount.model_validate(account, from_attributes=True)
            for table in facts.tables.values()
            for account in table.accounts
        ),
        findings=findings,
        slices=slice_records(facts, facts.disclosure),
        open=open_conditions,
        changes=changes(past, judged.rows, facts),
        goalposts=tuple(map(str, case.targets.moved)),
        attestations=past.attestations,
        corrections=corrections(case),
        **looks_told((*past.looks, *(look.past for look in judged.looks if not look.known))),
        presets=presets(project),
        problems=(*case.problems.values(), *facts.notes),
        preview=preview,
        history_note=_note(past),
        breaches=past.breaches[:MOST_BREACHES],
        evidence=_evidence(facts, project),
        money=judged.money,
        forecast=forecast(project, gate_dates(project, judged.rows, past, case.as_of), case.as_of, case.seed),
        previous=past.previous,
    )


def _evidence(facts: Facts, project: Project) -> Evidence:
    """Return the aggregates behind the rows: nothing passes here that may not be published."""
    cover, clusters = facts.coverage, facts.clusters
    drawn = {
        "clusters": None if clusters.codes is None else int(pd.Series(clusters.codes).nunique()),
        "cluster_column": clusters.column,
        "design_effect": clusters.design_effect,
    }
    latency = latency_fact(facts.requests, project.targets.latency_percentile)
    if latency is not None:
        slow = facts.failing.slow if facts.failing is not None else None
        times = tuple(slower(str(one), one) for one in (slow.slices[:3] if slow else ()))
        latency = latency.model_copy(update={"slow_times": times, "slow_inputs": slow_words(facts, facts.disclosure)})
    return Evidence(
        columns=facts.columns,
        scans=tuple(
            ScanFact(
                table=role,
                rows=s.rows,
                checked=tuple(map(say, s.checked)),
                not_checked=tuple(map(str, s.not_checked)),
                sampled=s.sampled,
            )
            for role, s in facts.scans.items()
        ),
        joins=facts.joins,
        production=production_fact(facts.shift, facts.columns, project.tables["sample"].time),
        labels=facts.labels.model_copy(update=drawn),
        errors=error_fact(facts, project),
        classes=facts.classes,
        confidence=confidence_fact(facts.confidence, project),
        latency=latency,
        systems=facts.systems or (),
        **{f"sample_{name}": getattr(cover, name) for name in _COVERED},
        segments=segment_facts(facts, project),
        edge_cases=edge_facts(facts.edge_cases or (), project),
    )


def _note(past: Past) -> str | None:
    """Return what a reader of the verdict must know of the history, None where all of it is known."""
    if past.breaches:
        return say(Caution.UNKNOWN_SINCE, breach=past.breaches[0].told)
    if past.looks_known:
        return say(Caution.UNSCORED, **past.unscored._asdict()) if past.unscored else None
    return say(Caution.UNSEEN_BEGINNING if past.seen else Caution.UNKNOWN_LOOKS)


def _rules(case: Case) -> TableRules | None:
    """Return what holds in the sound rows of the sample."""
    facts = case.facts
    if facts.sample is None or facts.outcomes is None or "sample" not in facts.scans:
        return None
    spec = facts.outcomes.specs["sample"]
    groups = facts.sample[spec.cluster] if spec.cluster else None
    return rules_held(facts.sample, spec, facts.scans["sample"], facts.disclosure, groups)


def _not_shown(case: Case) -> list[tuple[str, object]]:
    """Return column and value of the targets' slices that may not be shown: a personal column's, or of a few rows
    only.
    """
    personal, sample = case.facts.personal, case.facts.sample
    return [
        (column, value)
        for goal in case.targets.goals
        for column, value in goal.where.items()
        if column in personal
        or (sample is not None and column in sample.columns and inside(sample, {column: value}).sum() < MINIMUM)
    ]
