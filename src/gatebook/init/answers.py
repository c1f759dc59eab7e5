"""Which columns hold the output and the truth: the pair whose values speak the same language, named or not."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from gatebook.init import columns, durations
from gatebook.init.grades import verdicts
from gatebook.init.links import Link
from gatebook.init.look import Column, File
from gatebook.vocabulary import file_says, same_quantity, says

_MAX_LINKED = 12  # of a folder full of look-alikes, the best named and covering tables are enough

_WHOLE = re.compile(r"^([+-]?\d+)\.0+$")
_YES, _NO = frozenset({"1", "true", "t", "yes", "y"}), frozenset({"0", "false", "f", "no", "n"})

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
    def column(self) -> Column:
        """What the column holds."""
        return self.file.columns[self.name]


@dataclass(frozen=True)
class Answers:
    """The truth and the output found for one table of inputs; either may be missing.

    Attributes:
        overlap: how far both use the same values, 0..1.
        score: for comparing tables of inputs.
    """

    truth: Candidate | None
    output: Candidate | None
    overlap: float
    score: float


def find_answers(inputs: File, linked: dict[str, Link], files: dict[str, File], like: Answers | None = None) -> Answers:
    """Return the truth and the output for the rows of `inputs`, in its own columns or in linked tables.

    A column called as the truth in `like` (what was found for the production sample) is taken as named.
    """
    near = sorted(linked, key=lambda path: -_worth(files[path], inputs, linked))[:_MAX_LINKED]
    pool = [inputs, *(files[path] for path in near)]
    truths = [c for f in pool for c in _truths(f, _standing(f, "labels", inputs, linked))]
    if like is not None and like.truth is not None:
        name, kind = like.truth.name, like.truth.kind
        truths = [replace(c, named=max(c.named, 0.9)) if (c.name, c.kind) == (name, kind) else c for c in truths]
    outputs = [c for f in pool for c in _outputs(f, _standing(f, "predictions", inputs, linked))]
    found: list[Answers] = []
    for truth in truths:
        for output in outputs:
            if (truth.file is output.file and truth.name == output.name) or (
                max(truth.named, output.named) < columns.NAMED
            ):
                continue
            shared = overlap(truth.column, output.column) if truth.kind == "label" else 0.0
            known = truth
            if output.named and truth.kind == "label" and same_quantity(truth.name, output.name):
                known = replace(truth, named=max(truth.named, 0.8))
            if known.named > 0 and _credible(known, output, shared):
                score = known.named + output.named + 1.5 * shared + known.standing + output.standing
                score -= 0.5 * (truth.kind == "label" and shared < 0.3)  # a grade beside it says more
                found.append(Answers(known, output, shared, score))
    found += [
        Answers(truth, None, 0.0, truth.named + truth.standing + 0.5 * (truth.kind == "score"))
        for truth in truths
        if truth.named >= 0.6 or (truth.named > 0 and file_says("labels", truth.file.path) >= 0.6)
    ]
    found += [
        Answers(None, output, 0.0, output.named + output.standing)
        for output in outputs
        if output.named >= columns.NAMED
    ]
    return max(found, key=_better, default=Answers(None, None, 0.0, 0.0))


def _better(answers: Answers) -> tuple[float, str]:
    """Order by score; of equals the last file, since predictions_v2 comes after predictions_v1."""
    return round(answers.score, 2), answers.output.file.path if answers.output is not None else ""


def overlap(truth: Column, output: Column) -> float:
    """Return how far two columns use the same values (0..1): the rows with shared classes, or overlapping ranges of numbers."""
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
    """Return spelling -> the answer that it means: case, blanks and `.0` aside; words and digits for yes and no agree."""
    plain = {v: _WHOLE.sub(r"\1", " ".join(v.split()).casefold()) for v in values}
    if set(plain.values()) <= _YES | _NO:
        return {v: "yes" if p in _YES else "no" for v, p in plain.items()}
    return plain


def _credible(truth: Candidate, output: Candidate, shared: float) -> bool:
    if truth.kind == "score":
        return truth.named >= 0.6 and output.named >= columns.NAMED
    if says("score", truth.name) >= 0.6 and output.named < 0.6:
        return False  # 0 and 1 stand in many columns: a grade is a class only beside what is clearly a prediction
    return shared >= 0.5 or (truth.named >= 0.6 and output.named >= 0.6)


def _worth(file: File, inputs: File, linked: dict[str, Link]) -> float:
    return max(_standing(file, role, inputs, linked) for role in ("labels", "predictions"))


def _holds_outputs(file: File) -> bool:
    """Return whether a table whose output has no telling name is one of outputs: by its name, or by what else it has."""
    if file_says("predictions", file.path) >= 0.6:
        return True
    latency = durations.latency(file)
    timed = latency is not None and (latency.key != "started" or latency.sure)
    return columns.certainty(file, ()) is not None or timed


def _standing(file: File, role: str, inputs: File, linked: dict[str, Link]) -> float:
    """Return how well a file suits a role: its name, how much of the inputs it covers, and an unambiguous join."""
    value = 0.5 * file_says(role, file.path) - 1.0 * file_says("curated", file.path)
    if file.path == inputs.path:
        return value + 1.0 + file_says("curated", file.path)
    join = linked[file.path]
    value += 0.5 * join.share + 0.3 * join.covered + (0.3 if join.grain else -2.0)
    if role == "labels" and columns.annotator(file):
        value += 0.3
    return value


def _may_answer(file: File, name: str) -> bool:
    column = file.columns[name]
    if column.kind in {"empty", "time", "duration"} or says("id", name) >= 0.6 or columns.trial(file) == name:
        return False
    if column.kind == "text" or column.continuous or column.repeats > 1.05 or column.rows < 20:
        return True
    # short free answers, each of them another: what a table of outputs calls an answer is one
    return bool(column.fields) or (
        says("prediction", name) >= columns.NAMED and file_says("predictions", file.path) >= 0.6
    )


def _truths(file: File, standing: float) -> list[Candidate]:
    skip = {columns.annotator(file), columns.version(file), columns.judge(file)}
    skip |= {columns.cost(file)} if file_says("labels", file.path) < 0.6 else set()  # of labels, a price is the truth
    skip |= set(latency.columns) if (latency := durations.latency(file)) else set()
    skip |= {n for n, c in file.columns.items() if c.fields}
    names = [n for n in file.columns if n not in skip and _may_answer(file, n)]
    found = []
    for name in names:
        column = file.columns[name]
        label, score = says("label", name), says("score", name)
        if says("prediction", name) > label:
            continue  # the output of another version shares its values too, but is no truth
        called = score >= 0.6 and score >= label and column.kind != "text" and _gradelike(column, file)
        graded = called or verdicts(column)
        if graded:
            found.append(Candidate(file, name, "score", max(score, min(label, 0.8), 0.6), standing))
        if column.kind != "text" or label >= 0.8:
            unnamed = _unnamed(file, alone=len(names) == 1)
            found.append(Candidate(file, name, "label", max(label, unnamed), standing))
    return found


def _unnamed(file: File, *, alone: bool) -> float:
    """Return how far a column without a telling name may be the truth: by its file, and if nothing else there can."""
    if file_says("labels", file.path) >= 0.6:
        return 0.6 if alone else 0.1
    return 0.3 if alone else 0.0


def _gradelike(column: Column, file: File) -> bool:
    """Return whether the values are grades: a few levels, or fine ones in a file of labels."""
    if not column.numeric:
        return column.distinct <= 3 or verdicts(column)
    return column.distinct <= 11 or (file_says("labels", file.path) >= 0.6 and 0 <= column.low <= column.high <= 100)


def _outputs(file: File, standing: float) -> list[Candidate]:
    """Return the possible outputs; a column without a telling name only where the table is one of outputs.

    A twin of the sample shares all its values: that makes no prediction of it.
    """
    skip = {columns.annotator(file), columns.version(file), columns.cost(file), columns.error(file)[0]}
    skip |= set(latency.columns) if (latency := durations.latency(file)) else set()
    by_people = columns.annotator(file) is not None and file_says("labels", file.path) >= 0.6
    least = 0.6 if by_people else 0.0 if _holds_outputs(file) else 0.1
    return [
        Candidate(file, n, "label", says("prediction", n), standing)
        for n in file.columns
        if says("prediction", n) >= least
        and n not in skip
        and _may_answer(file, n)
        and (says("label", n) < 0.8 or says("prediction", n) >= says("label", n))
    ]
