"""From measured facts to the record's aggregates: nothing passes here that may not be published."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gatebook.assess.errors_told import confidence_fact, error_fact, latency_fact
from gatebook.assess.rates_told import classes_fact
from gatebook.assess.sample_told import edge_facts, segment_facts
from gatebook.assess.shift_told import shift_fact
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.facts import Facts
from gatebook.evidence.severity import ORDER, weight
from gatebook.project import Project
from gatebook.record import Evidence, Fates, FindingRecord, Interval, ProductionFact, ScanFact, Severity, TableAccount

EVENTS = 20


def table_accounts(facts: Facts) -> tuple[TableAccount, ...]:
    """Return the line accounts of all files."""
    found = []
    for table in facts.tables.values():
        for account in table.accounts:
            fates = Fates(**{name: getattr(account.fates, name) for name in Fates.model_fields})
            found.append(
                TableAccount(
                    role=account.role,
                    path=account.path,
                    sha256=account.sha256,
                    bytes=account.bytes,
                    encoding=account.encoding,
                    dialect=account.dialect,
                    lines=account.lines,
                    fates=fates,
                    closed=account.closed,
                    events=tuple(e.message for e in account.events[:EVENTS]),
                )
            )
    return tuple(found)


def finding_records(facts: Facts, project: Project, limit: float) -> tuple[FindingRecord, ...]:
    """Return the findings of all tables, blocking ones first, then by harm; ids follow this order.

    Args:
        facts: what was measured.
        project: says which columns the verdicts rest on.
        limit: share of rows above which a finding blocks, as row G3 in force has it.
    """
    flat = [(role, f) for role, scan in facts.scans.items() for f in scan.findings]
    weights = {id(f): weight(project, role, f, limit) for role, f in flat}
    first = {w: min(ORDER.index(w), 2) for w in ORDER}
    flat.sort(key=lambda item: (first[weights[id(item[1])]], -item[1].harm, item[0], item[1].title))
    records = []
    for number, (role, one) in enumerate(flat, 1):
        severity: Severity = weights[id(one)]
        records.append(
            FindingRecord(
                finding_id=f"F{number:03d}",
                table=role,
                columns=one.columns,
                kind=one.kind,
                rows=one.rows,
                share=one.share,
                lower=one.lower,
                upper=one.upper,
                severity=severity,
                cell_error=one.cell_error,
                title=one.title,
                meaning=one.meaning,
                action=one.action,
            )
        )
    return tuple(records)


def flagged_cells(facts: Facts, records: tuple[FindingRecord, ...]) -> pd.DataFrame:
    """Return finding_id, table, row (1-based data record of the input), column for every cell behind a finding."""
    parts = []
    by_key = {(r.table, r.kind, r.columns, r.title): r.finding_id for r in records}
    for role, scan in facts.scans.items():
        table = facts.tables.get(role)
        if table is None:
            continue
        numbers = np.asarray(table.record_numbers())
        for one in scan.findings:
            finding_id = by_key[role, one.kind, one.columns, one.title]
            for rows, column in one.cells:
                parts.append(
                    pd.DataFrame({"finding_id": finding_id, "table": role, "row": numbers[rows], "column": column})
                )
    if not parts:
        return pd.DataFrame({"finding_id": [], "table": [], "row": np.empty(0, dtype=np.int64), "column": []})
    return pd.concat(parts, ignore_index=True)


def evidence_of(facts: Facts, project: Project, disclosure: Disclosure) -> Evidence:
    """Return the aggregates behind the rows."""
    cover, clusters = facts.coverage, facts.clusters
    labels = facts.labels.model_copy(
        update={
            "clusters": None if clusters.codes is None else int(pd.Series(clusters.codes).nunique()),
            "cluster_column": clusters.column,
            "design_effect": clusters.design_effect,
        }
    )
    return Evidence(
        columns=facts.columns,
        scans=tuple(
            ScanFact(table=role, rows=s.rows, checked=s.checked, not_checked=s.not_checked, sampled=s.sampled)
            for role, s in facts.scans.items()
        ),
        joins=facts.joins,
        production=_production(facts, project),
        labels=labels,
        errors=error_fact(facts, project, disclosure),
        classes=classes_fact(facts),
        confidence=confidence_fact(facts, project),
        latency=latency_fact(facts, project, disclosure),
        systems=facts.systems or (),
        sample_rows=cover.rows,
        sample_duplicates=cover.rows - cover.distinct,
        sample_first=cover.first,
        sample_last=cover.last,
        sample_days=cover.days,
        sample_weekdays=cover.weekdays,
        sample_groups=cover.groups,
        segments=segment_facts(facts, project, disclosure),
        edge_cases=edge_facts(facts, project),
    )


def _production(facts: Facts, project: Project) -> ProductionFact:
    found = facts.shift
    if found is None:
        return ProductionFact()
    known = {(f.table, f.column): f for f in facts.columns}
    time = project.tables["sample"].time
    auc = None
    if (classifier := found.classifier) is not None:
        auc = Interval(estimate=classifier.auc, lower=classifier.lower, upper=classifier.upper, n=classifier.n)
    return ProductionFact(
        columns=tuple(
            shift_fact(c, known.get(("curated", c.column)), known.get(("sample", c.column)), time)
            for c in found.columns
        ),
        classifier_auc=auc,
        giveaways=giveaways(facts),
        verbatim_rows=found.verbatim,
        curated_rows=found.curated_rows,
    )


def giveaways(facts: Facts) -> tuple[str, ...]:
    """Return the columns that tell curated from production rows, the strongest first."""
    if facts.shift is None or facts.shift.classifier is None:
        return ()
    return tuple(tell.column for tell in facts.shift.classifier.tells[:5])
