"""Problems between tables: what the binding of tables to cases leaves open, told as findings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gatebook.cases.bind import Cases
from gatebook.cases.questions import STOPS, WITH_THE_FIGURE, Question, QuestionCode, words
from gatebook.checks import Finding
from gatebook.checks.finding import FindingCode, Nature, finding
from gatebook.words.figures import capital, sentence


class Between(FindingCode):
    """What is found between tables; a question says itself what it is."""

    UNRESOLVED = "unresolved_labels", 8.0, Nature.FACT
    QUESTION = "question", 8.0, Nature.FACT


def crossing_findings(found: Cases, limit: float = 0.05) -> dict[str, tuple[Finding, ...]]:
    """Return role -> findings about labels and predictions against the sample and each other.

    Args:
        found: the cases.
        limit: share of rows above which a question holds the data gate.
    """
    out: dict[str, list[Finding]] = {}
    truth = found.truth
    several = any(q.code is QuestionCode.SEVERAL_LABELS for q in found.questions)
    if truth.source == "labels" and truth.unresolved and not several:
        total = len(truth.frame) + truth.unresolved
        out["labels"] = [_finding(Between.UNRESOLVED, ("label",), truth.unresolved, total)]
    for question in found.questions:
        if question.code not in WITH_THE_FIGURE:
            out.setdefault(question.role, []).append(_told(question, limit))
    return {role: tuple(items) for role, items in out.items()}


def _told(question: Question, limit: float) -> Finding:
    said = words(question)
    one = _finding(
        Between.QUESTION,
        question.columns or ("id",),
        question.rows,
        max(question.of, question.rows, 1),
        title=capital(said.title),
        meaning=said.meaning,
        action=sentence(said.action),
    )
    beyond = question.code is QuestionCode.IDS_BEYOND
    holds = not beyond and (question.code in STOPS or one.lower > limit)
    return replace(one, kind=question.code.value, severity="note" if beyond else "holding" if holds else "warning")


def _finding(code: Between, columns: tuple[str, ...], rows: int, base: int, **values: Any) -> Finding:
    one = finding(code, columns, [], max(base, 1), rows=rows, **values)
    return replace(one, harm=code.harm * float(np.sqrt(one.share)))
