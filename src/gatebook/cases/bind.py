"""Bind tables to cases, once: whose answer, to what, how true, how long it took, and what of it nobody can know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from gatebook.cases.answers import OBJECT_SHARE, Equality, Stated, blanks, parsed, settle
from gatebook.cases.columns import available, is_positive, keys, named_columns, same_spellings, stripped
from gatebook.cases.draws import drawn_to_label, weigh
from gatebook.cases.durations import Durations, has_durations
from gatebook.cases.inputs import split_columns
from gatebook.cases.meeting import join_questions, number_marks, number_units, strangers
from gatebook.cases.questions import Code, Figure, Question, first_stop
from gatebook.cases.requests import Requests, choose, read_requests, source, versions_untold
from gatebook.cases.truth import Truth, resolve_truth
from gatebook.errors import ProjectFileError
from gatebook.project import Project, TableSpec
from gatebook.tables import Table, to_numbers

POSITIVE, NEGATIVE = "positive", "negative"
SHOWN = 5  # rows that share a value before a document may show it
FEWEST_TO_AGREE = 50  # labels that equal the answers without exception before it is asked why
WHOLE_SAMPLE = 0.95  # share of the sample from which a labels table is no sheet of drawn rows, but a join of all


@dataclass(frozen=True)
class Cases:
    """The candidate's requests on the production sample, bound to their true answers.

    Attributes:
        frame: one row a request of the candidate on a sampled row; columns key (id as text), row (0-based sample position),
            truth, prediction (answers by `equality`, so that equal answers are equal text), confidence (that the answer is
            right), probability, judge, score (float), failed (bool), latency_ms (inf where failed or timed out), cost, time,
            answered (bool), missing ("" where the outcome was measured, else the code of what is missing: it counts as bad
            for a pass and as good for a fail). Absent parts are all NaN.
        requests: all requests of the candidate, sampled or not; columns latency_ms, failed, censored, time, cost.
        truth: the resolved ground truth.
        versions: versions found in the predictions.
        candidate: the version judged, None where there is only one and it has no name.
        has: names of the frame's columns that the project supplies.
        sample_rows: distinct sampled ids.
        missing_predictions: sampled ids without a request.
        equality: which spellings are one answer, None where answers are grades or numbers.
        specs: role -> its section, without the keys whose column the table lacks.
        inputs: the sample's columns that are inputs.
        outcomes: those that are outcomes though the project file names them as nothing.
        durations: how durations were read, None where there are none.
        questions: what the tables leave open.
        days: whether the requests carry days instead of moments.
        chained: whether the labels' weights follow from several sheets together.
        unweighable: why labels drawn with unequal chances cannot be weighted, empty where they can.
    """

    frame: pd.DataFrame
    requests: pd.DataFrame
    truth: Truth
    versions: tuple[str, ...]
    candidate: str | None
    has: frozenset[str]
    sample_rows: int
    missing_predictions: int
    equality: Equality | None = None
    specs: Mapping[str, TableSpec] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    durations: Durations | None = None
    questions: tuple[Question, ...] = ()
    days: bool = False
    chained: bool = False
    unweighable: str = ""

    def labelled(self) -> pd.DataFrame:
        """Return the rows whose truth (or grade) is known."""
        known = self.frame["score"].notna() if "score" in self.has else self.frame["truth"].notna()
        return self.frame[known]

    def no_inputs(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Return those of the sample's columns that are no inputs."""
        return tuple(c for c in columns if c not in self.inputs)

    def stop(self, figure: Figure) -> Question | None:
        """Return the first question without whose answer a figure means nothing, None where there is none."""
        return first_stop(self.questions, figure)


def bind(project: Project, tables: dict[str, Table], *, folds: frozenset[str] | None = None) -> Cases | None:
    """Return the candidate's cases, or None where no sample could be read.

    Args:
        project: the project file.
        tables: the tables that could be opened, by role.
        folds: the folds of answers in force since the first look, None before it.

    Raises:
        ProjectFileError: there are several versions and the project names none of them.
    """
    if "sample" not in tables:
        return None
    specs = {role: available(project.tables[role], table) for role, table in tables.items()}
    sample = named_columns(tables["sample"], specs["sample"])
    key = keys(sample, specs["sample"].ids)
    role, table, spec = source(project, tables, specs)
    asked = read_requests(project, role, table, spec)
    if table is None and spec.version:  # a log of runs that somebody else graded
        versions, candidate = choose(stripped(sample[spec.version]), project, spec.version, "sample")
        asked = replace(asked, versions=versions, candidate=candidate)
    truth = resolve_truth(project, tables, specs)
    questions = [*asked.questions, *truth.questions]
    if table is None and truth.graded:  # the sample itself is what was graded
        questions += versions_untold(project, "sample", tables["sample"], specs["sample"])
    equality, truth, asked = _settled(project, truth, asked, folds, questions)
    mine = key.notna()
    if role == "sample" and spec.version and asked.versions:
        mine &= stripped(sample[spec.version]) == asked.candidate  # rows of another version are no cases of this one
    first = pd.DataFrame({"key": key, "row": np.arange(len(sample))})[mine.to_numpy()].drop_duplicates("key")
    has = {c for c in ("prediction", "probability", "confidence", "judge", "cost") if getattr(spec, c) is not None}
    has |= {"latency_ms"} if has_durations(spec) else set()
    has |= {"time"} if spec.time is not None and not asked.days else set()
    joined = _joined(first, asked.frame, truth, asked.candidate)
    if truth.mixed and len(asked.versions) > 1 and not truth.questions:
        questions.append(Question(Code.SEVERAL_LABELS, truth.source or "labels", (), truth.mixed, len(truth.frame)))
    questions += join_questions(specs, key.dropna().drop_duplicates(), truth, asked, role)
    _completed(joined, project, spec, has)
    frame, chained, unweighable = weigh(project, tables, joined)
    frame["missing"] = _missing(project, frame, truth, asked, equality, has, scored=table is not None)
    questions += [*_missing_told(frame, has), *_always_agree(frame, truth)]
    missing = int((~frame.loc[~frame["key"].duplicated(), "answered"]).sum()) if table is not None else len(first)
    holds = table is tables["sample"]
    inputs, outcomes = split_columns(project, tables["sample"], specs["sample"], frame, holds_outputs=holds)
    return Cases(
        frame,
        asked.frame,
        truth,
        asked.versions,
        asked.candidate,
        frozenset(has),
        len(first),
        missing,
        equality,
        specs,
        inputs,
        outcomes,
        asked.durations,
        tuple(questions),
        asked.days,
        chained,
        unweighable,
    )


def _settled(
    project: Project, truth: Truth, asked: Requests, folds: frozenset[str] | None, questions: list[Question]
) -> tuple[Equality | None, Truth, Requests]:
    """Return the equality of answers, and truth and requests written by it; what it leaves open is added to `questions`."""
    if truth.graded or project.task == "regression":
        spelled = asked.frame["prediction"].map(lambda text: text.strip(), na_action="ignore")
        same = same_spellings(project)
        plain = replace(asked, frame=asked.frame.assign(prediction=spelled.replace(same) if same else spelled))
        if project.task == "regression" and not truth.frame.empty:
            questions += number_marks(truth, plain) or number_units(truth, plain)
        return None, truth.resolved(), plain
    specs = [spec for spec in map(project.table, ("labels", "predictions", "sample")) if spec is not None]
    true = {str(k): int(v) for k, v in truth.raw["value"].value_counts().items()}
    asked = _without(asked, blanks(true, asked.spelled or {}, same_spellings(project)))
    said = dict(asked.spelled or {})
    rows = truth.raw[["key", "value"]].merge(asked.frame[["key", "prediction"]].dropna(), on="key")
    stated = Stated(
        same_spellings(project),
        exact=any(s.exact for s in specs),
        lists=project.task == "classification",
        on_record=folds,
        pairs=Counter(zip(rows["value"].astype("str"), rows["prediction"].astype("str"), strict=True)),
    )
    equality = settle(true, said, stated)
    for role, counts in ((truth.source or "labels", true), ("predictions", said)):
        nested = sum(n for cell, n in counts.items() if cell in equality.objects)
        if nested > OBJECT_SHARE * sum(counts.values()):
            about = _inner(project, role, next(iter(sorted(equality.objects))))
            questions.append(Question(Code.OBJECTS, role, (), nested, sum(counts.values()), about))
    answers = {equality.answers[c] for c in true}, {equality.answers[c] for c in said}
    if all(answers) and not answers[0] & answers[1] and not any(q.code is Code.OBJECTS for q in questions):
        questions.append(_never_meet(true, said))
    frame = asked.frame.assign(prediction=equality.of(asked.frame["prediction"]))
    return equality, truth.resolved(equality), replace(asked, frame=frame)


def _without(asked: Requests, words: frozenset[str]) -> Requests:
    """Return the requests with these words as blank answers."""
    if not words:
        return asked
    answers = asked.frame["prediction"]
    spelled = {cell: rows for cell, rows in (asked.spelled or {}).items() if cell not in words}
    return replace(asked, frame=asked.frame.assign(prediction=answers.mask(answers.isin(words))), spelled=spelled)


def _inner(project: Project, role: str, example: str) -> dict[str, str | int | float]:
    """Return the names of an object's parts and where the first of them lies: names of fields are no values."""
    spec = project.table(role) or project.table("sample")
    column = (spec.prediction or spec.label or "") if spec is not None else ""
    found = parsed(example)
    names = [str(name) for name in found] if isinstance(found, dict) else []
    return {"fields": ", ".join(names[:5]), "path": f"{column}.{names[0]}"} if names else {}


def _never_meet(true: Mapping[str, int], said: Mapping[str, int]) -> Question:
    """Return the question of two columns that share no answer, with the commonest of each where enough rows share it."""
    about: dict[str, str | int | float] = {}
    for name, counts in (("truth", true), ("output", said)):
        common = max(counts, key=lambda cell: counts[cell])
        if counts[common] >= SHOWN:
            about[name] = common[:60]
    return Question(Code.NEVER_MEET, "predictions", (), sum(said.values()), sum(said.values()), about)


def _joined(first: pd.DataFrame, requests: pd.DataFrame, truth: Truth, candidate: str | None) -> pd.DataFrame:
    """Return the sampled rows with their requests and their truth."""
    if len(requests):
        joined = first.merge(requests, on="key", how="left", sort=False)
    else:
        joined = first.reindex(columns=["key", "row", *requests.columns.drop("key")])
    joined["answered"] = joined["answered"].eq(True)
    out_of_time = np.isposinf(joined["latency_ms"].astype(float))  # an answer after the time-out is no answer
    joined["failed"] = joined["failed"].eq(True) | out_of_time
    values = truth.for_version(candidate)
    return joined.merge(values, on="key", how="left", sort=False).reset_index(drop=True)


def _completed(joined: pd.DataFrame, project: Project, spec: TableSpec, has: set[str]) -> None:
    """Fill in what follows from the rest: the answer of a probability, the confidence of an answer; `has` grows."""
    positive = project.targets.positive
    if spec.prediction is None and spec.probability and positive is not None:
        has.add("prediction")
        joined["prediction"] = _as_labelled(joined, _by_threshold(joined["probability"], spec.threshold), str(positive))
    if spec.confidence is None and spec.probability and project.task == "classification":
        chance = joined["probability"].astype(float)
        said = is_positive(joined["prediction"].fillna(""), None if positive is None else str(positive))
        known = joined["prediction"].notna() & (positive is not None or joined["prediction"].nunique() <= 2)
        sure = np.where(
            known & (positive is not None), np.where(said, chance, 1 - chance), np.maximum(chance, 1 - chance)
        )
        if ((chance >= 0) & (chance <= 1) | chance.isna()).all():
            has.add("confidence")
            joined["confidence"] = sure
    has |= {name for name in ("score", "truth") if name in joined and joined[name].notna().any()}


def _missing(
    project: Project,
    frame: pd.DataFrame,
    truth: Truth,
    asked: Requests,
    equality: Equality | None,
    has: set[str],
    *,
    scored: bool,
) -> np.ndarray:
    """Return what is missing of each row's outcome, shape (rows,): "" where it was measured or nobody asked for it."""
    out = np.full(len(frame), "", dtype=object)
    labelled = (frame["score"].notna() if truth.graded else frame["truth"].notna()).to_numpy()
    if not truth.graded and scored and {"prediction", "probability"} & has:
        answer = frame["prediction"] if "prediction" in has else frame["probability"]
        unscored = ~frame["answered"].to_numpy()
        blank = answer.isna().to_numpy() & ~unscored & ~frame["failed"].to_numpy()
        if equality is not None:
            unclear = equality.unsettled(frame["truth"], frame["prediction"]).to_numpy()
            unclear = unclear | strangers(frame["truth"], frame["prediction"])
            out[unclear] = Code.SPELLINGS
            names = {equality.answers[cell] for cell in equality.objects}
            out[frame["prediction"].isin(names).to_numpy()] = Code.UNREADABLE
        elif project.task == "regression":
            numbers = [
                np.isnan(to_numbers(frame[c].astype("str")).values.to_numpy(float)) for c in ("truth", "prediction")
            ]
            out[numbers[0] | (numbers[1] & frame["prediction"].notna().to_numpy())] = Code.UNREADABLE
        out[blank], out[unscored] = Code.BLANK_ANSWERS, Code.UNSCORED
        out[frame["failed"].to_numpy()] = ""  # an error set is a measured failure
    out[~labelled] = ""
    begun, waiting = drawn_to_label(project, frame["key"], labelled)
    out[~labelled & (begun | _in_a_sheet(frame, truth, asked.candidate)) & ~waiting] = Code.BLANK_LABELS
    return out


def _always_agree(frame: pd.DataFrame, truth: Truth) -> list[Question]:
    """Return the question of graders whose labels never differ from the model's answers."""
    both = frame[frame["truth"].notna() & frame["prediction"].notna() & ~frame["failed"]]
    if truth.graded or truth.measured or len(both) < FEWEST_TO_AGREE:
        return []
    labels, answers = both["truth"].astype("str"), both["prediction"].astype("str")
    numbers = [to_numbers(text).values.to_numpy(float) for text in (labels, answers)]  # 1.0 is 1
    if not ((labels == answers).to_numpy() | (numbers[0] == numbers[1])).all():
        return []
    return [Question(Code.ALWAYS_AGREE, truth.source or "labels", (), len(both), len(both))]


def _in_a_sheet(frame: pd.DataFrame, truth: Truth, candidate: str | None) -> np.ndarray:
    """Return which rows stand in a labels table that is a sheet of some of the sample, without a label; shape (rows,)."""
    blank = truth.blank_keys(candidate)
    listed = frame["key"].isin(set(truth.frame["key"]) | blank)
    return frame["key"].isin(blank if listed.mean() < WHOLE_SAMPLE else set()).to_numpy()


def _missing_told(frame: pd.DataFrame, has: set[str]) -> list[Question]:
    """Return a question for each kind of outcome that is missing."""
    known = frame["score"].notna() if "score" in has else frame["truth"].notna()
    asked = {Code(str(code)): int(n) for code, n in frame["missing"].value_counts().items() if code}
    base = int(known.sum()) + asked.get(Code.BLANK_LABELS, 0)
    found = []
    for code, rows in asked.items():
        about: dict[str, str | int | float] = {}
        if code is Code.SPELLINGS:
            pairs = frame.loc[frame["missing"] == code, ["truth", "prediction"]].value_counts()
            if int(pairs.iloc[0]) >= SHOWN:
                about = dict(zip(("truth", "output"), map(str, pairs.index[0]), strict=True))
        found.append(Question(code, "labels" if code is Code.BLANK_LABELS else "predictions", (), rows, base, about))
    return found


def at_threshold(found: Cases, project: Project, threshold: float) -> Cases:
    """Return the cases with the predictions that another threshold makes of the same probabilities.

    Raises:
        ProjectFileError: the project does not make its predictions from a probability.
    """
    if not by_probability(found, project):
        raise ProjectFileError(
            "gatebook.toml: no threshold makes these predictions; name `probability` and [targets] positive."
        )
    said = _by_threshold(found.frame["probability"], threshold)
    return replace(
        found, frame=found.frame.assign(prediction=_as_labelled(found.frame, said, str(project.targets.positive)))
    )


def by_probability(found: Cases, project: Project) -> bool:
    """Return whether a threshold on a probability makes the predictions."""
    specs = (project.table("predictions"), project.table("sample"))
    spec = next((s for s in specs if s is not None), None)
    return (
        spec is not None
        and spec.prediction is None
        and "probability" in found.has
        and project.targets.positive is not None
    )


def _by_threshold(probability: pd.Series, threshold: float) -> pd.Series:
    """Return "positive" or "negative" for each probability, empty where there is none."""
    words = pd.Series(np.where(probability >= threshold, POSITIVE, NEGATIVE), index=probability.index)
    return words.where(probability.notna(), np.nan)


def _as_labelled(joined: pd.DataFrame, said: pd.Series, positive: str) -> pd.Series:
    """Return predictions made from a probability, spelt as the labels spell the two classes."""
    labels = joined["truth"].dropna().astype("str")
    yes = is_positive(labels, positive)
    spelt = {POSITIVE: positive, NEGATIVE: f"not {positive}"}
    for word, group in ((POSITIVE, labels[yes]), (NEGATIVE, labels[~yes])):
        if len(spellings := group.unique()) == 1:
            spelt[word] = spellings[0]
    return said.map(spelt)
