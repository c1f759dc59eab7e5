"""Problems between tables: what the binding of tables to cases leaves open, told as findings."""

from __future__ import annotations

import numpy as np

from gatebook.cases.bind import Cases
from gatebook.cases.questions import STOPS, WITH_THE_FIGURE, Code, Question, sentence, words
from gatebook.evidence.quality import Finding
from gatebook.evidence.quality.finding import Severity, wilson


def crossing_findings(found: Cases, limit: float = 0.05) -> dict[str, tuple[Finding, ...]]:
    """Return role -> findings about labels and predictions against the sample and each other.

    Args:
        found: the cases.
        limit: share of rows above which a question holds the data gate.
    """
    out: dict[str, list[Finding]] = {}
    truth = found.truth
    several = any(q.code is Code.SEVERAL_LABELS for q in found.questions)
    if truth.source == "labels" and truth.unresolved and not several:
        total = len(truth.frame) + truth.unresolved
        out["labels"] = [
            _finding(
                "unresolved_labels",
                ("label",),
                truth.unresolved,
                total,
                "warning",
                (
                    f"Graders disagree without a majority on {truth.unresolved:,} rows",
                    "These rows count for nothing until somebody decides.",
                    "Have a third person decide.",
                ),
            )
        ]
    for question in found.questions:
        if question.code not in WITH_THE_FIGURE:
            out.setdefault(question.role, []).append(_told(question, limit))
    return {role: tuple(items) for role, items in out.items()}


def _told(question: Question, limit: float) -> Finding:
    said = words(question)
    base = max(question.of, question.rows, 1)
    beyond = question.code is Code.IDS_BEYOND
    holds = not beyond and (question.code in STOPS or wilson(question.rows, base)[0] > limit)
    texts = sentence(said.title).rstrip("."), said.meaning, sentence(said.action)
    return _finding(
        question.code.value,
        question.columns or ("id",),
        question.rows,
        base,
        "note" if beyond else "holding" if holds else "warning",
        texts,
    )


def _finding(
    kind: str, columns: tuple[str, ...], rows: int, base: int, severity: Severity, texts: tuple[str, str, str]
) -> Finding:
    lower, upper = wilson(rows, base)
    title, meaning, action = texts
    return Finding(
        kind,
        columns,
        rows,
        rows / max(base, 1),
        lower,
        upper,
        severity,
        cell_error=False,
        title=title,
        meaning=meaning,
        action=action,
        cells=(),
        example_values=(),
        harm=8.0 * float(np.sqrt(rows / max(base, 1))),
    )
