"""What a finding does to the data gate: it blocks where measured cells are bad, it holds where a reading is open."""

from __future__ import annotations

from typing import Literal

from gatebook.checks import Finding
from gatebook.evidence.facts import Facts
from gatebook.project import Project

Weight = Literal["blocking", "holding", "warning", "note"]
ORDER: tuple[Weight, ...] = ("blocking", "holding", "warning", "note")
# About keys, joins, spellings, units or what a column means: a person must say, and until then nothing is shown.
HOLDING = frozenset(
    {
        "duplicate_id",
        "conflicting_duplicates",
        "category_spelling",
        "mixed_units",
        "leading_zeros",
        "leak",
        "telling_gaps",
        "unresolved_labels",
    }
)
NEVER = frozenset(
    {
        "personal",
        "constant",
        "likely_wrong_labels",  # told by a model: a person decides first
        "answers_never_given",  # the labels are right: the model lacks them
        "outlier",
        "text_edge",
        "near_duplicates",
        "stale",
        "time_gap",
        "exact_duplicates",
        "whitespace",
    }
)


def critical_columns(project: Project, role: str) -> frozenset[str]:
    """Return the columns of a table on which the verdicts themselves rest."""
    spec = project.table(role)
    if spec is None:
        return frozenset()
    named = (spec.label, spec.score, spec.prediction, spec.probability)
    return frozenset({*spec.ids, *spec.required, *(c for c in named if c)})


def weight(project: Project, role: str, one: Finding, limit: float) -> Weight:
    """Return what a finding does: it blocks or holds where it hits a critical column with a share above the limit
    beyond doubt.
    """
    if one.severity == "holding" or one.lower <= limit or one.kind in NEVER:
        return one.severity
    if one.severity != "warning" or not critical_columns(project, role) & set(one.columns):
        return one.severity
    return "holding" if one.kind in HOLDING else "blocking"


def findings_of(facts: Facts, project: Project, limit: float, kind: Weight) -> list[Finding]:
    """Return the findings of all tables that block (or hold, ...), the most harmful first."""
    found = [f for role, scan in facts.scans.items() for f in scan.findings if weight(project, role, f, limit) == kind]
    return sorted(found, key=lambda f: -f.harm)
