"""Which findings block: those that hit an id, a label, a prediction, the target or a required field often enough."""

from __future__ import annotations

from gatebook.evidence.facts import Facts
from gatebook.evidence.quality import Finding
from gatebook.project import Project

ALWAYS_CRITICAL = frozenset(
    {"labels_outside_sample", "label_spelling", "repeated_predictions", "predictions_without_version"}
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


def blocks(project: Project, role: str, one: Finding, limit: float) -> bool:
    """Return whether a finding blocks: it hits a critical column and its share is above the limit beyond doubt."""
    if one.lower <= limit or one.kind in NEVER:
        return False
    if one.kind in ALWAYS_CRITICAL:
        return True
    return one.severity == "warning" and bool(critical_columns(project, role) & set(one.columns))


def blocking_findings(facts: Facts, project: Project, limit: float) -> list[Finding]:
    """Return the blocking findings of all tables, the most harmful first."""
    found = [
        f for role, scan in facts.scans.items() for f in scan.findings if blocks(project, role, f, limit)
    ]
    return sorted(found, key=lambda f: -f.harm)
