"""Which columns a row really used: a column that carried nothing may go without a word."""

from __future__ import annotations

from collections.abc import Iterator

from gatebook.criteria import Entry
from gatebook.evidence.facts import Facts
from gatebook.evidence.systems import COLUMNS as SYSTEM_COLUMNS
from gatebook.verdict.data import BIASED_DRAW, FORMAT_KINDS
from gatebook.verdict.evidence_in_use import shown
from gatebook.verdict.targets import InForce

MEASURED_ON_OUTCOMES = frozenset({"G1", "4.2", "4.3", "4.6", "D3"})


def carried(entry: Entry, facts: Facts, targets: InForce) -> frozenset[str]:
    """Return the columns that carried something for a row, as "role:column": a finding, a slice, a group, a difference."""
    found = set(_of_sample(entry, facts, targets))
    if entry.id in MEASURED_ON_OUTCOMES:
        found |= _clusters(facts)
    if "integrations" in entry.all_columns:
        found |= {("integrations", column) for column in SYSTEM_COLUMNS}
    if "population" in entry.all_columns and (table := facts.tables.get("population")) is not None:
        found |= {("population", column) for column in table.columns}
    names = {role: shown(table.columns) for role, table in facts.tables.items()}
    return frozenset(f"{role}:{names[role][column]}" for role, column in found if column in names.get(role, ()))


def _of_sample(entry: Entry, facts: Facts, targets: InForce) -> Iterator[tuple[str, str]]:
    moved, scan = facts.shift, facts.scans.get("sample")
    for one in scan.findings if scan is not None else ():
        if entry.id == "G3" or (entry.id == "1.5" and one.kind in FORMAT_KINDS):
            yield from (("sample", column) for column in one.columns)
    if entry.id == "1.6":
        yield from (("sample", case.column) for case in facts.edge_cases or ())
    if entry.id == "1.3" and moved is not None:
        tells = moved.classifier.tells if moved.classifier is not None else ()
        for column in (*(c.column for c in moved.columns if c.shifted), *(t.column for t in tells)):
            yield from (("sample", column), ("curated", column))
    if entry.id == "4.6" and facts.search is not None:
        for predicate in (p for one in facts.search.slices for p in one.predicates):
            yield "sample", predicate.column
            yield "sample", predicate.column.rpartition(":")[0]  # a measure of a column
    if entry.id in MEASURED_ON_OUTCOMES | {"1.9"} and _biased(facts):
        yield from (("sample", c) for c in (facts.outcomes.inputs if facts.outcomes is not None else ()))
    if entry.id == "G1":
        yield from (("sample", column) for goal in targets.goals for column in goal.where)


def _biased(facts: Facts) -> bool:
    """Return whether the labelled rows could be told from the rest: any column may be what gave them away."""
    auc = facts.labels.draw_auc
    return auc is not None and auc.lower > BIASED_DRAW


def _clusters(facts: Facts) -> set[tuple[str, str]]:
    columns = (facts.clusters.column, facts.clusters.unclear)
    return {(role, column) for role in ("sample", "labels", "predictions") for column in columns if column}
