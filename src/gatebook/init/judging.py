"""The task, the metric and the positive class that the values suggest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from gatebook.cases.answers import Stated, blanks, settle
from gatebook.init.answers import Answers, Candidate
from gatebook.init.grades import same_of, scale_of
from gatebook.init.look import File
from gatebook.vocabulary import listed_words, words

_RANKING = {"ndcg", "mrr", "recall@k", "dcg"}
_RARE = 0.25
_ONE = re.compile(r"^1 0+$")  # 1.0, as words


@dataclass(frozen=True)
class Judged:
    """What is to be decided, and by what."""

    task: str
    why: str
    sure: bool
    metric: str
    metric_why: str
    positive: str | None = None
    positive_why: str = ""
    positive_sure: bool = True
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meaning:
    """What numbers in [0, 1] beside a prediction mean: `key` is confidence or probability."""

    key: str
    why: str
    sure: bool
    positive: str | None = None
    threshold: float | None = None


def judge(answers: Answers, probability: tuple[File, str] | None) -> Judged:
    """Return task, metric and positive class; `probability` names the column of P(positive), where there is one."""
    truth, output = answers.truth, answers.output
    if truth is None:
        return _without_truth(output)
    if truth.kind == "score":
        return _graded(truth)
    if truth.column.kind == "text":
        return Judged(
            "generation",
            "the true answers are free text",
            False,
            "success_rate",
            "the usual measure of answers that are right or wrong",
            unsure=("The true answers are free text: have the outputs graded, and name the grades as score.",),
        )
    shown = (truth.column, *((output.column,) if output is not None else ()))
    if all(c.numeric for c in shown) and any(c.continuous for c in shown):
        return Judged("regression", "truth and output are numbers that measure", True, "mae", "in the unit of the data")
    if truth.column.continuous and answers.output is not None and not answers.output.column.numeric:
        example = next(iter(answers.output.file.values(answers.output.name)), "").strip()[:30]
        told = f"The labels are numbers, but predictions such as {example!r} are none: write plain numbers."
        return Judged("regression", "the truth is a number", False, "mae", "in the unit of the data", unsure=(told,))
    return _classes(answers, truth, probability)


def _without_truth(output: Candidate | None) -> Judged:
    told = ("No labels were found: add a file with the id and the true answer of some rows, as [tables.labels].",)
    if output is not None and output.column.kind == "text":
        return Judged("generation", "the output is free text", True, "success_rate", "labels will tell", unsure=told)
    if output is not None and output.column.continuous:
        return Judged("regression", "the output is a number", False, "mae", "in the unit of the data", unsure=told)
    if output is not None:
        return Judged("classification", "the output is a class", False, "accuracy", "labels will tell", unsure=told)
    nothing = (*told, "No output of a model was found: add its predictions, as [tables.predictions]; check task.")
    return Judged("classification", "nothing in the files tells", False, "accuracy", "labels will tell", unsure=nothing)


def _graded(truth: Candidate) -> Judged:
    column = truth.column
    if _RANKING & set(words(truth.name)):
        return Judged("ranking", f"{truth.name} scores each query", True, "mean_score", "the mean over the queries")
    low, high, _ = scale_of(column)
    in_words = set((same_of(column) or {}).values())
    if (low, high) == (0.0, 1.0) and (column.distinct <= 2 or (in_words and in_words <= {"0", "1"})):
        return Judged("generation", f"{truth.name} grades each output", True, "success_rate", "the grades are 0 and 1")
    return Judged("generation", f"{truth.name} grades each output", True, "mean_score", "the outputs have grades")


def _classes(answers: Answers, truth: Candidate, probability: tuple[File, str] | None) -> Judged:
    unsure: list[str] = []
    labels = truth.file.head[truth.name].dropna().astype(str)
    if answers.output is not None:
        unsure += _spellings(truth, answers.output)
    shares = labels.value_counts(normalize=True)
    why = f"the truth has {len(shares)} classes"
    if len(shares) != 2:
        numbers = truth.column.numeric and len(shares) > 4
        if numbers:
            unsure.append("The labels are numbers: they were read as classes; if they measure, task is regression.")
        return Judged(
            "classification", why, not numbers, "accuracy", "the share of right answers", unsure=tuple(unsure)
        )
    positive, told, sure = _positive(shares, answers.output, probability)
    rate = float(shares.get(positive, 0.0))
    if not sure:
        unsure.append(f"{positive!r} was taken as the positive class; check [targets] positive.")
    if rate < _RARE:
        reason = f"only {rate:.0%} of the labels are {positive}: saying never would look accurate"
        return Judged("classification", why, True, "f1", reason, positive, told, sure, tuple(unsure))
    reason = "the share of right answers"
    return Judged("classification", why, True, "accuracy", reason, positive, told, sure, tuple(unsure))


def _spellings(truth: Candidate, output: Candidate) -> Iterator[str]:
    """Yield what a person should know of outputs that no label is: other spellings, and other answers."""
    given = output.file.head[output.name].dropna().astype(str).value_counts()
    if not truth.column.values or output.column.fields:
        return
    counts = {str(v): int(n) for v, n in given.items()}
    fold = settle(truth.column.counts, counts, Stated(lists=True)).answers
    known = {fold[v]: v for v in reversed(truth.column.counts)}  # the commonest spelling stays
    unsaid = blanks(truth.column.counts, counts, {})
    other = [v for v in counts if v not in truth.column.values and v not in unsaid]
    respelt = [v for v in other if fold[v] in known]
    if respelt:
        yield (
            f"Predictions spell answers otherwise than the labels ({respelt[0]!r} for {known[fold[respelt[0]]]!r}): "
            "they are taken as the same; set exact = true where they are not."
        )
    strange = [v for v in other if fold[v] not in known]
    meaning = "they count as wrong, and as unclear where the model never gives the true answer."
    if strange and all(len(v) < 40 and v.isprintable() for v in strange[:4]):
        yield (
            f"Predictions hold values that no label has ({', '.join(map(repr, strange[:4]))}): where these are "
            f'spellings of a label, say so by same = {{ {json.dumps(strange[0], ensure_ascii=False)} = "..." }}; '
            f"otherwise {meaning}"
        )
    elif strange:
        yield f"Predictions hold values that no label has; {meaning}"


def _positive(
    shares: pd.Series, output: Candidate | None, probability: tuple[File, str] | None
) -> tuple[str, str, bool]:
    if probability is not None and output is not None and output.file is probability[0]:
        means = _by_class(output.file, output.name, probability[1])["mean"]
        if len(means) == 2 and str(means.idxmax()) in shares.index:
            return str(means.idxmax()), "the probability is higher where it is predicted", True
    named = [str(v) for v in shares.index if _ONE.sub("1", " ".join(words(str(v)))) in listed_words("positive")]
    if len(named) == 1:
        return named[0], "named so", True
    rarest = str(shares.index[-1])
    return rarest, f"the rarer class ({float(shares.iloc[-1]):.0%})", False


def certainty_meaning(file: File, output: str, named: str, column: str) -> Meaning:
    """Return what the numbers mean: P(positive) falls where the other class is predicted, confidence does not.

    In two classes the confidence of the answer given is at least one half; a column that is mostly below one half
    for one predicted class and above it (or above a threshold) for the other is the probability of the latter.
    """
    groups = _by_class(file, output, column)
    means = groups["mean"]
    if len(means) > 2:
        return Meaning("confidence", "more than two classes: it can only be that of the answer", named == "confidence")
    if len(means) < 2:
        return Meaning(named, "by its name", sure=False)
    low, high = str(means.idxmin()), str(means.idxmax())
    top, bottom = float(groups["max"][low]), float(groups["min"][high])
    if float(means[low]) < 0.5 and top <= bottom:
        threshold = None if top <= 0.5 <= bottom else round((top + bottom) / 2, 6)
        return Meaning("probability", f"falls where {low!r} is predicted", True, high, threshold)
    half = (file.head[column].astype(str) != "") & (pd.to_numeric(file.head[column], errors="coerce") >= 0.5)
    if float(half.mean()) > 0.99:
        return Meaning("confidence", "never below one half, so it belongs to the answer given", sure=True)
    return Meaning(named, "by its name", sure=named == "confidence")


def _by_class(file: File, output: str, column: str) -> pd.DataFrame:
    """Return mean, min and max of a column for each predicted class."""
    frame = file.head[[output, column]].dropna(subset=[output])
    numbers = pd.to_numeric(frame[column].astype(str).str.replace(",", ".", regex=False), errors="coerce")
    return numbers.groupby(frame[output].astype(str)).agg(["mean", "min", "max"])
