"""Which columns beside the inputs are known only once the model has answered: no segment, no cluster, no text."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from gatebook.init import columns
from gatebook.init.answers import Answers, Candidate, folding, overlap
from gatebook.init.links import Link
from gatebook.init.look import Column, File
from gatebook.vocabulary import says

_LEAST_ROWS = 50  # below which a column follows the outcome by chance
_FOLLOWS = 0.98  # of the rows, where a value tells the outcome
_ORDINARY = 0.9  # a column tells nothing about an outcome that is nearly always the same
_INNER = re.compile(r"[.\[\]0-9]+")


def known_afterwards(base: File, found: Answers, joins: Mapping[str, Link]) -> dict[str, str]:
    """Return column -> why it is no input, of the table of inputs.

    Names decide where they are clear; words that inputs carry too (status, reason) count only in a table that holds
    results. Then values: a column that follows the outcome, or that is spelled as the answers are.

    Args:
        base: the table of inputs.
        found: the truth and the output for its rows.
        joins: path -> how a linked table joins `base`.
    """
    mine = {c.name for c in (found.truth, found.output) if c is not None and c.file is base}
    rest = {n: c for n, c in base.columns.items() if n not in mine and c.kind in {"category", "text"}}
    is_log = found.output is None and found.truth is not None and found.truth.kind == "score"
    least = 0.3 if mine or is_log else columns.CLEAR
    outcomes = _outcomes(base, found, joins)
    told: dict[str, str] = {}
    for name, column in rest.items():
        if _named(name, least, holds_answers=bool(mine)) or _holds_an_answer(column):
            told[name] = "its name says so"
        elif any(_spelled_alike(column, c) for c in (found.truth, found.output)):
            told[name] = "it holds the answers or others like them"
        elif any(_follows(base.head[name], column, outcome) for outcome in outcomes):
            told[name] = "it follows the outcome"
    return told


def _named(name: str, least: float, *, holds_answers: bool) -> bool:
    if says("outcome", name) >= least or says("label", name) >= 0.8:
        return True
    return holds_answers and (max(says("prediction", name), says("error", name), says("judge", name)) >= columns.CLEAR)


def _holds_an_answer(column: Column) -> bool:
    """Return whether the objects of a column have a part that is called an answer or an outcome."""
    return any(
        _named(part, columns.CLEAR, holds_answers=True) or says("prediction", part) >= columns.NAMED
        for path in column.fields
        for part in _INNER.split(path)
    )


def _spelled_alike(column: Column, answer: Candidate | None) -> bool:
    """Return whether a column uses the classes of the answers: at least three, since yes and no say nothing."""
    if answer is None or answer.kind == "score" or answer.column.distinct < 3 or column.distinct < 3:
        return False
    return not answer.column.numeric and overlap(answer.column, column) >= 0.8


def _outcomes(base: File, found: Answers, joins: Mapping[str, Link]) -> list[pd.Series]:
    """Return what is known of the rows of `base.head` afterwards: the truth or grade, and whether the answer was right."""
    truth, output = (_aligned(base, c, joins) for c in (found.truth, found.output))
    if truth is None or found.truth is None or found.truth.column.continuous:
        return []
    outcomes = [truth]
    if output is not None and found.truth.kind == "label":
        fold = folding({*truth.dropna(), *output.dropna()})
        outcomes.append((truth.map(fold) == output.map(fold)).astype("str").where(truth.notna() & output.notna()))
    return outcomes


def _aligned(base: File, answer: Candidate | None, joins: Mapping[str, Link]) -> pd.Series | None:
    """Return a truth or output for each row of `base.head` by its position, missing where there is none."""
    if answer is None or answer.column.kind == "text":
        return None
    if answer.file is base:
        return base.head[answer.name]
    join = joins.get(answer.file.path)
    if join is None or join.change or len(join.left) > 1:
        return None
    rows = answer.file.whole(join.right[0], answer.name).dropna().drop_duplicates(join.right[0])
    return base.head[join.left[0]].map(rows.set_index(join.right[0])[answer.name])


def _follows(cells: pd.Series, column: Column, outcome: pd.Series) -> bool:
    """Return whether a column of few values tells the outcome of nearly every row, where that is not always the same."""
    known = pd.DataFrame({"cell": cells.fillna(""), "outcome": outcome}).dropna()
    if len(known) < _LEAST_ROWS or not 1 <= column.distinct <= min(50, len(known) // 5):
        return False
    ordinary = float(known["outcome"].value_counts(normalize=True).iloc[0])
    told = float(known.groupby("cell")["outcome"].agg(lambda g: g.value_counts().iloc[0]).sum()) / len(known)
    return ordinary <= _ORDINARY and told >= _FOLLOWS
