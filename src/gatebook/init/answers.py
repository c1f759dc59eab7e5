"""Which columns hold the output and the truth: the pair whose values speak the same language, named or not."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from gatebook.init import columns
from gatebook.init.columns import CLEAR, NAMED
from gatebook.init.links import Link
from gatebook.init.look import File, Profile
from gatebook.vocabulary import file_says, listed_words, same_quantity, says, words

_MAX_LINKED = 12  # of a folder full of look-alikes, the best named and covering tables are enough
_WHOLE = re.compile(r"^([+-]?\d+)\.0+$")
_YES, _NO = frozenset({"1", "true", "t", "yes", "y"}), frozenset({"0", "false", "f", "no", "n"})
_TURNED = {"0": "1", "0.0": "1", "1": "0", "1.0": "0"}
_LETTERS = {"c", "i", "p", "n"}  # of a grader: correct, incorrect, partial, not attempted
_MOST_VERDICTS = 8
_SCALES = ((0.0, 1.0), (1.0, 3.0), (1.0, 5.0), (0.0, 5.0), (1.0, 7.0), (1.0, 10.0), (0.0, 10.0), (0.0, 100.0))
_LEAST_ROWS = 50  # below which a column follows the outcome by chance
_FOLLOWS = 0.98  # of the rows, where a value tells the outcome
_ORDINARY = 0.9  # a column tells nothing about an outcome that is nearly always the same
_INNER = re.compile(r"[.\[\]0-9]+")

TruthKind = Literal["label", "score"]


@dataclass(frozen=True)
class Candidate:
    """A column that could be the truth or the output, with how well its name and its file fit."""

    file: File
    name: str
    kind: TruthKind
    named: float
    standing: float

    @property
    def column(self) -> Profile:
        """What the column holds."""
        return self.file.columns[self.name]


@dataclass(frozen=True)
class Answers:
    """The truth and the output found for one table of inputs; either may be missing.

    Attributes:
        overlap: how far both use the same values, 0..1.
        score: for comparing tables of inputs.
    """

    truth: Candidate | None = None
    output: Candidate | None = None
    overlap: float = 0.0
    score: float = 0.0

    @property
    def graded(self) -> bool:
        """Whether the truth is a grade of each output."""
        return self.truth is not None and self.truth.kind == "score"

    def columns_of(self, file: File) -> set[str]:
        """Return which columns of a file are the truth or the output."""
        return {c.name for c in (self.truth, self.output) if c is not None and c.file is file}


def find_answers(inputs: File, linked: Mapping[str, Link], like: Answers | None = None) -> Answers:
    """Return the truth and the output for the rows of `inputs`, in its own columns or in linked tables.

    A column called as the truth in `like` (what was found for the production sample) is taken as named.
    """

    def standing(file: File, role: str) -> float:
        """Return how well a file suits a role: its name, how much of the inputs it covers, and an unambiguous join."""
        value = 0.5 * file_says(role, file.path) - 1.0 * file_says("curated", file.path)
        if file.path == inputs.path:
            return value + 1.0 + file_says("curated", file.path)
        join = linked[file.path]
        value += 0.5 * join.share + 0.3 * join.covered + (0.3 if join.grain else -2.0)
        return value + 0.3 * (role == "labels" and columns.best(file, "annotator") is not None)

    near = sorted(
        (join.file for join in linked.values()), key=lambda f: -max(standing(f, "labels"), standing(f, "predictions"))
    )
    pool = [inputs, *near[:_MAX_LINKED]]
    truths = [c for f in pool for c in _truths(f, standing(f, "labels"))]
    if like is not None and like.truth is not None:
        name, kind = like.truth.name, like.truth.kind
        truths = [replace(c, named=max(c.named, 0.9)) if (c.name, c.kind) == (name, kind) else c for c in truths]
    outputs = [c for f in pool for c in _outputs(f, standing(f, "predictions"))]
    found = [pair for pair in itertools.starmap(_pair, itertools.product(truths, outputs)) if pair is not None]
    found += [
        Answers(truth, None, 0.0, truth.named + truth.standing + 0.5 * (truth.kind == "score"))
        for truth in truths
        if truth.named >= CLEAR or (truth.named > 0 and file_says("labels", truth.file.path) >= CLEAR)
    ]
    found += [Answers(None, out, 0.0, out.named + out.standing) for out in outputs if out.named >= NAMED]
    return max(found, key=_better, default=Answers())


def _better(answers: Answers) -> tuple[float, str]:
    """Order by score; of equals the last file, since predictions_v2 comes after predictions_v1."""
    return round(answers.score, 2), answers.output.file.path if answers.output is not None else ""


def _pair(truth: Candidate, output: Candidate) -> Answers | None:
    """Return how well a truth and an output belong together, None where they do not."""
    if (truth.file is output.file and truth.name == output.name) or max(truth.named, output.named) < NAMED:
        return None
    shared = overlap(truth.column, output.column) if truth.kind == "label" else 0.0
    if output.named and truth.kind == "label" and same_quantity(truth.name, output.name):
        truth = replace(truth, named=max(truth.named, 0.8))
    if truth.named <= 0 or not _credible(truth, output, shared):
        return None
    score = truth.named + output.named + 1.5 * shared + truth.standing + output.standing
    score -= 0.5 * (truth.kind == "label" and shared < 0.3)  # a grade beside it says more
    return Answers(truth, output, shared, score)


def _credible(truth: Candidate, output: Candidate, shared: float) -> bool:
    if truth.kind == "score":
        return truth.named >= CLEAR and output.named >= NAMED
    if says("score", truth.name) >= CLEAR and output.named < CLEAR:
        return False  # 0 and 1 stand in many columns: a grade is a class only beside what is clearly a prediction
    return shared >= 0.5 or (truth.named >= CLEAR and output.named >= CLEAR)


def overlap(truth: Profile, output: Profile) -> float:
    """Return how far two columns use the same values (0..1): rows with shared classes, or overlapping ranges."""
    if truth.continuous and output.continuous:
        width = min(truth.high, output.high) - max(truth.low, output.low)
        whole = max(truth.high, output.high) - min(truth.low, output.low)
        return 0.7 * max(0.0, width) / max(1e-12, whole)
    if not truth.counts or not output.counts or "text" in {truth.kind, output.kind}:
        return 0.0
    fold = folding(truth.values | output.values)
    mine, theirs = ({fold[v]: n for v, n in c.counts.items()} for c in (truth, output))
    shares = [sum(n for v, n in a.items() if v in b) / sum(a.values()) for a, b in ((mine, theirs), (theirs, mine))]
    return math.sqrt(shares[0] * shares[1])


def folding(values: Iterable[str]) -> dict[str, str]:
    """Return spelling -> the answer that it means: case, blanks and `.0` aside; words and digits for yes and no
    agree.
    """
    plain = {v: _WHOLE.sub(r"\1", " ".join(v.split()).casefold()) for v in values}
    if set(plain.values()) <= _YES | _NO:
        return {v: "yes" if p in _YES else "no" for v, p in plain.items()}
    return plain


def _may_answer(file: File, name: str) -> bool:
    column = file.columns[name]
    if column.kind in {"empty", "time", "duration"} or says("id", name) >= CLEAR or columns.best(file, "trial") == name:
        return False
    if column.kind == "text" or column.continuous or column.repeats > 1.05 or column.rows < 20 or column.fields:
        return True
    # short free answers, each of them another: what a table of outputs calls an answer is one
    return says("prediction", name) >= NAMED and file_says("predictions", file.path) >= CLEAR


def _no_answers(file: File) -> set[str | None]:
    """Return the columns that say who answered, and how long that took."""
    latency = columns.latency(file)
    return {columns.best(file, "annotator"), columns.version(file), *(latency.columns if latency else ())}


def _truths(file: File, standing: float) -> Iterator[Candidate]:
    of_labels = file_says("labels", file.path) >= CLEAR
    skip = {*_no_answers(file), columns.best(file, "judge")}
    skip |= set() if of_labels else {columns.best(file, "cost")}  # of labels, a price is the truth
    names = [n for n, c in file.columns.items() if n not in skip and not c.fields and _may_answer(file, n)]
    alone = len(names) == 1  # a column without a telling name is the truth by its file, or if nothing else there can be
    unnamed = (0.6 if alone else 0.1) if of_labels else (0.3 if alone else 0.0)
    for name in names:
        column = file.columns[name]
        label, score = says("label", name), says("score", name)
        if says("prediction", name) > label:
            continue  # the output of another version shares its values too, but is no truth
        called = score >= CLEAR and score >= label and column.kind != "text" and _gradelike(column, of_labels=of_labels)
        if called or verdicts(column):
            yield Candidate(file, name, "score", max(score, min(label, 0.8), 0.6), standing)
        if column.kind != "text" or label >= 0.8:
            yield Candidate(file, name, "label", max(label, unnamed), standing)


def _gradelike(column: Profile, *, of_labels: bool) -> bool:
    """Return whether the values are grades: a few levels, or fine ones in a file of labels."""
    if not column.numeric:
        return column.distinct <= 3 or verdicts(column)
    return column.distinct <= 11 or (of_labels and 0 <= column.low <= column.high <= 100)


def _outputs(file: File, standing: float) -> Iterator[Candidate]:
    """Yield the possible outputs; a column without a telling name only where the table is one of outputs.

    A twin of the sample shares all its values: that makes no prediction of it.
    """
    skip = {*_no_answers(file), columns.best(file, "cost"), columns.error(file)[0]}
    by_people = columns.best(file, "annotator") is not None and file_says("labels", file.path) >= CLEAR
    least = 0.6 if by_people else 0.0 if _holds_outputs(file) else 0.1
    for name in file.columns:
        named, label = says("prediction", name), says("label", name)
        if named >= least and name not in skip and _may_answer(file, name) and (label < 0.8 or named >= label):
            yield Candidate(file, name, "label", named, standing)


def _holds_outputs(file: File) -> bool:
    """Return whether a table whose output has no telling name is one of outputs: by its name, or by what else it
    has.
    """
    latency = columns.latency(file)
    timed = latency is not None and (latency.key != "started" or latency.sure)
    return file_says("predictions", file.path) >= CLEAR or columns.certainty(file) is not None or timed


# Grades


def right(value: str) -> bool | None:
    """Return whether a word is one for right or for wrong, None where it is neither."""
    told = set(words(value))
    return False if told & listed_words("wrong") else True if told & listed_words("right") else None


def verdicts(column: Profile) -> bool:
    """Return whether the values of a column are words that judge an answer: Correct Answer, Refusal, Incorrect
    Answer.
    """
    if column.kind != "category" or not 2 <= column.distinct <= _MOST_VERDICTS:
        return False
    judging = any(set(words(v)) & listed_words("judging") for v in column.values)
    return judging and {right(v) for v in column.values} == {True, False}


def against(name: str) -> bool:
    """Return whether a name speaks of a fault, so that yes is bad: hallucination, wrong."""
    told = set(words(name))
    return bool(told & listed_words("fault")) and not told & listed_words("without")


def scale_of(column: Profile) -> tuple[float, float, bool]:
    """Return (lowest, highest possible grade, whether the observed grades fill the scale)."""
    if not column.numeric:
        return 0.0, 1.0, False
    for low, high in _SCALES:
        if low <= column.low and column.high <= high:
            return low, high, (column.low, column.high) == (low, high)
    return (column.low, column.high if column.high > column.low else column.low + max(1.0, abs(column.low)), False)


def same_of(column: Profile) -> dict[str, str] | None:
    """Return spelling -> "1" or "0" where the grades are words like pass and fail, or speak of a fault, else None.

    Where the name speaks of a fault, yes is bad; a word that judges by itself (faithful) says what it says.
    """
    turned = against(column.name)
    spellings = sorted(column.values)
    if column.numeric:
        binary = {v: _TURNED[v.strip()] for v in spellings if v.strip() in _TURNED}
        other = any(re.match(r"[+-]?[\d.,]", v.strip()) for v in spellings if v not in binary)
        return binary if turned and binary and not other else None
    halves = {"p"} if {v.strip().casefold() for v in spellings} <= _LETTERS else set()
    yes_or_no = listed_words("yes_or_no")
    return {
        v: "0.5"
        if v.strip().casefold() in halves
        else str(int(bool(right(v)) != (turned and " ".join(words(v)) in yes_or_no)))
        for v in spellings
    }


# What is known only afterwards


def known_afterwards(base: File, found: Answers, joins: Mapping[str, Link]) -> list[str]:
    """Return the columns of a table of inputs that are known only once the model has answered: no segment, no text.

    Names decide where they are clear; words that inputs carry too (status, reason) count only in a table that holds
    results. Then values: a column that follows the outcome, or that is spelled as the answers are.

    Args:
        base: the table of inputs.
        found: the truth and the output for its rows.
        joins: path -> how a linked table joins `base`.
    """
    mine = found.columns_of(base)
    least = 0.3 if mine or (found.output is None and found.graded) else CLEAR
    outcomes = _outcomes(base, found, joins)
    return [
        name
        for name, column in base.columns.items()
        if name not in mine and column.kind in {"category", "text"}
        if _named_afterwards(name, least, holds_answers=bool(mine))
        or _holds_an_answer(column)
        or any(_spelled_alike(column, answer) for answer in (found.truth, found.output))
        or any(_follows(base.head[name], column, outcome) for outcome in outcomes)
    ]


def _named_afterwards(name: str, least: float, *, holds_answers: bool) -> bool:
    if says("outcome", name) >= least or says("label", name) >= 0.8:
        return True
    return holds_answers and any(says(part, name) >= CLEAR for part in ("prediction", "error", "judge"))


def _holds_an_answer(column: Profile) -> bool:
    """Return whether the objects of a column have a part that is called an answer or an outcome."""
    parts = [part for path in column.fields for part in _INNER.split(path)]
    return any(_named_afterwards(p, CLEAR, holds_answers=True) or says("prediction", p) >= NAMED for p in parts)


def _spelled_alike(column: Profile, answer: Candidate | None) -> bool:
    """Return whether a column uses the classes of the answers: at least three, since yes and no say nothing."""
    if answer is None or answer.kind == "score" or answer.column.distinct < 3 or column.distinct < 3:
        return False
    return not answer.column.numeric and overlap(answer.column, column) >= 0.8


def _outcomes(base: File, found: Answers, joins: Mapping[str, Link]) -> list[pd.Series]:
    """Return what is known of the rows of `base.head` afterwards: the truth or grade, and whether the answer was
    right.
    """
    truth, output = (_aligned(base, c, joins) for c in (found.truth, found.output))
    if truth is None or found.truth is None or found.truth.column.continuous:
        return []
    outcomes = [truth]
    if output is not None and not found.graded:
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


def _follows(cells: pd.Series, column: Profile, outcome: pd.Series) -> bool:
    """Return whether a column of few values tells the outcome of nearly every row, where that is not always the
    same.
    """
    known = pd.DataFrame({"cell": cells.fillna(""), "outcome": outcome}).dropna()
    if len(known) < _LEAST_ROWS or not 1 <= column.distinct <= min(50, len(known) // 5):
        return False
    ordinary = float(known["outcome"].value_counts(normalize=True).iloc[0])
    told = float(known.groupby("cell")["outcome"].agg(lambda g: g.value_counts().iloc[0]).sum()) / len(known)
    return ordinary <= _ORDINARY and told >= _FOLLOWS
