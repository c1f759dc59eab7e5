"""Bind tables to cases, once: whose answer, to what, how true, how long it took, and what of it nobody can know."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from gatebook.cases.answers import OBJECT_SHARE, Equality, Stated, blanks, parsed, settle
from gatebook.cases.columns import available, is_positive, keys, named_columns, same_spellings, split_columns, stripped
from gatebook.cases.draws import drawn_to_label, weigh
from gatebook.cases.questions import About, Figure, Question, QuestionCode, Spelling, Unbound, first_stop
from gatebook.cases.requests import Requests, choose, read_requests, source, versions_untold
from gatebook.cases.times import Durations, has_durations
from gatebook.cases.truth import ROLES, Truth, resolve_truth
from gatebook.errors import ProjectFileError
from gatebook.project import Project, TableSpec
from gatebook.reading import Table, to_numbers
from gatebook.words import Said, say

POSITIVE, NEGATIVE = "positive", "negative"
SHOWN = 5  # rows that share a value before a document may show it
FEWEST_TO_AGREE = 50  # labels that equal the answers without exception before it is asked why
WHOLE_SAMPLE = 0.95  # share of the sample from which a labels table is no sheet of drawn rows, but a join of all
LOOKED_AT = 5_000  # ids compared in other spellings
SURE = 1e-3  # chance below which an answer that is never given is no accident
COVERED = 0.95  # share of the sample that a table holds, from which rows beyond it are no trouble
ENOUGH = 0.5  # share of the ids that must match in the other spelling
FEWEST = 20  # rows with both numbers below which no unit is doubted
TOGETHER = 0.5  # rank correlation of numbers that measure the same
NEAR, CLOSER = 0.15, 4.0  # how near to a factor, and how much smaller the errors are once it is taken out
FACTORS = tuple(f for step in (*(10.0**n for n in range(1, 10)), 24.0, 60.0, 3600.0) for f in (step, 1 / step))
_THOUSAND = (400.0, 2_500.0)  # how far apart the sizes of two columns are where one mark was read as the other
_GROUPED = r"[-+]?\d{1,3}([.,])\d{3}"
_SPELLINGS: Mapping[Spelling, Callable[[str], str]] = {
    Spelling.DECIMALS: lambda key: re.sub(r"\.0+$", "", key),
    Spelling.CASE: str.casefold,
    Spelling.ZEROS: lambda key: key.lstrip("0") or key,
    Spelling.MARKS: lambda key: re.sub(r"[\W_]+", "", key).casefold(),
    Spelling.DIGITS: lambda key: "".join(re.findall(r"\d+", key)).lstrip("0"),
}


@dataclass(frozen=True)
class Cases:
    """The candidate's requests on the production sample, bound to their true answers.

    Attributes:
        frame: one row a request of the candidate on a sampled row; columns key (id as text), row (0-based sample
            position), truth, prediction (answers by `equality`, so that equal answers are equal text), confidence (that
            the answer is right), probability, judge, score (float), failed (bool), latency_ms (inf where failed or
            timed out), cost, time, answered (bool), missing ("" where the outcome was measured, else the code of what
            is missing: it counts as bad for a pass and as good for a fail). Absent parts are all NaN.
        requests: all requests of the candidate, sampled or not; columns latency_ms, failed, censored, time, cost.
        truth: the resolved ground truth.
        versions: versions found in the predictions.
        candidate: the version judged, None where there is only one and it has no name.
        has: names of the frame's columns that the project supplies.
        sample_rows: distinct sampled ids.
        missing_predictions: sampled ids without a request.
        table: the sample.
        equality: which spellings are one answer, None where answers are grades or numbers.
        specs: role -> its section, without the keys whose column the table lacks.
        inputs: the sample's columns that are inputs.
        outcomes: those that are outcomes though the project file names them as nothing.
        durations: how durations were read, None where there are none.
        questions: what the tables leave open.
        days: whether the requests carry days instead of moments.
        chained: whether the labels' weights follow from several sheets together.
        unweighable: why labels drawn with unequal chances cannot be weighted, None where they can.
    """

    frame: pd.DataFrame
    requests: pd.DataFrame
    truth: Truth
    versions: tuple[str, ...]
    candidate: str | None
    has: frozenset[str]
    sample_rows: int
    missing_predictions: int
    table: Table | None = None
    equality: Equality | None = None
    specs: Mapping[str, TableSpec] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    durations: Durations | None = None
    questions: tuple[Question, ...] = ()
    days: bool = False
    chained: bool = False
    unweighable: Said | None = None

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
        questions.append(
            Question(QuestionCode.SEVERAL_LABELS, truth.source or "labels", (), truth.mixed, len(truth.frame))
        )
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
        tables["sample"],
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


def labels_there(project: Project, tables: Mapping[str, Table]) -> int:
    """Return how many rows of all tables carry a true answer or a grade."""
    found = 0
    for role in ROLES:
        if role in tables:
            spec = available(project.tables[role], tables[role])
            found += len(resolve_truth(project, tables, {role: spec}).raw)
    return found


def _settled(
    project: Project, truth: Truth, asked: Requests, folds: frozenset[str] | None, questions: list[Question]
) -> tuple[Equality | None, Truth, Requests]:
    """Return the equality of answers, and truth and requests written by it; what it leaves open is added to
    `questions`.
    """
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
            questions.append(Question(QuestionCode.OBJECTS, role, (), nested, sum(counts.values()), about))
    answers = {equality.answers[c] for c in true}, {equality.answers[c] for c in said}
    if all(answers) and not answers[0] & answers[1] and not any(q.code is QuestionCode.OBJECTS for q in questions):
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


def _inner(project: Project, role: str, example: str) -> About:
    """Return the names of an object's parts and where the first of them lies: names of fields are no values."""
    spec = project.table(role) or project.table("sample")
    column = (spec.prediction or spec.label or "") if spec is not None else ""
    found = parsed(example)
    names = [str(name) for name in found] if isinstance(found, dict) else []
    return {"fields": ", ".join(names[:5]), "path": f"{column}.{names[0]}"} if names else {}


def _never_meet(true: Mapping[str, int], said: Mapping[str, int]) -> Question:
    """Return the question of two columns that share no answer, with the commonest of each where enough rows share
    it.
    """
    about: About = {}
    for name, counts in (("truth", true), ("output", said)):
        common = max(counts, key=lambda cell: counts[cell])
        if counts[common] >= SHOWN:
            about[name] = common[:60]
    return Question(QuestionCode.NEVER_MEET, "predictions", (), sum(said.values()), sum(said.values()), about)


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
            out[unclear] = QuestionCode.SPELLINGS
            names = {equality.answers[cell] for cell in equality.objects}
            out[frame["prediction"].isin(names).to_numpy()] = QuestionCode.UNREADABLE
        elif project.task == "regression":
            no_truth, no_answer = (np.isnan(_numbers(frame[c])) for c in ("truth", "prediction"))
            out[no_truth | (no_answer & frame["prediction"].notna().to_numpy())] = QuestionCode.UNREADABLE
        out[blank], out[unscored] = QuestionCode.BLANK_ANSWERS, QuestionCode.UNSCORED
        out[frame["failed"].to_numpy()] = ""  # an error set is a measured failure
    out[~labelled] = ""
    begun, waiting = drawn_to_label(project, frame["key"], labelled)
    out[~labelled & (begun | _in_a_sheet(frame, truth, asked.candidate)) & ~waiting] = QuestionCode.BLANK_LABELS
    return out


def _always_agree(frame: pd.DataFrame, truth: Truth) -> list[Question]:
    """Return the question of graders whose labels never differ from the model's answers."""
    both = frame[frame["truth"].notna() & frame["prediction"].notna() & ~frame["failed"]]
    if truth.graded or truth.measured or len(both) < FEWEST_TO_AGREE:
        return []
    labels, answers = both["truth"].astype("str"), both["prediction"].astype("str")
    if not ((labels == answers).to_numpy() | (_numbers(labels) == _numbers(answers))).all():  # 1.0 is 1
        return []
    return [Question(QuestionCode.ALWAYS_AGREE, truth.source or "labels", (), len(both), len(both))]


def _in_a_sheet(frame: pd.DataFrame, truth: Truth, candidate: str | None) -> np.ndarray:
    """Return which rows stand in a labels table that is a sheet of some of the sample, without a label; shape
    (rows,).
    """
    blank = truth.blank_keys(candidate)
    listed = frame["key"].isin(set(truth.frame["key"]) | blank)
    return frame["key"].isin(blank if listed.mean() < WHOLE_SAMPLE else set()).to_numpy()


def _missing_told(frame: pd.DataFrame, has: set[str]) -> list[Question]:
    """Return a question for each kind of outcome that is missing."""
    known = frame["score"].notna() if "score" in has else frame["truth"].notna()
    asked = {QuestionCode(str(code)): int(n) for code, n in frame["missing"].value_counts().items() if code}
    base = int(known.sum()) + asked.get(QuestionCode.BLANK_LABELS, 0)
    found = []
    for code, rows in asked.items():
        about: About = {}
        if code is QuestionCode.SPELLINGS:
            pairs = frame.loc[frame["missing"] == code, ["truth", "prediction"]].value_counts()
            if int(pairs.iloc[0]) >= SHOWN:
                about = dict(zip(("truth", "output"), map(str, pairs.index[0]), strict=True))
        found.append(
            Question(code, "labels" if code is QuestionCode.BLANK_LABELS else "predictions", (), rows, base, about)
        )
    return found


def at_threshold(found: Cases, project: Project, threshold: float) -> Cases:
    """Return the cases with the predictions that another threshold makes of the same probabilities.

    Raises:
        ProjectFileError: the project does not make its predictions from a probability.
    """
    if not by_probability(found, project):
        raise ProjectFileError(say(Unbound.NO_THRESHOLD))
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


def would_match(mine: pd.Series, theirs: pd.Series) -> About:
    """Return how ids would match if they were written alike: the spelling, one id of each and the share; empty if not.

    Args:
        mine: distinct ids of one table.
        theirs: distinct ids of another.

    Example: `10000` against `10000.0` gives {"how": "decimals", "mine": "10000", "theirs": "10000.0", "share": 1.0}.
    """
    few = theirs.head(LOOKED_AT).astype("str")
    for how, spell in _SPELLINGS.items():
        known = {spell(key): key for key in mine.astype("str")}
        known.pop("", None)
        if len(known) < 0.9 * mine.nunique():
            continue  # this spelling makes one id of several
        hits = [(key, known[spell(key)]) for key in few if spell(key) in known]
        if len(hits) > ENOUGH * len(few):
            return {"how": how, "mine": hits[0][1], "theirs": hits[0][0], "share": len(hits) / len(few)}
    return {}


def join_questions(
    specs: Mapping[str, TableSpec], sample: pd.Series, truth: Truth, asked: Requests, role: str
) -> list[Question]:
    """Return the questions of ids that do not join the sample's (`sample`, distinct ids)."""
    found = []
    sides = [("labels", truth.frame["key"])] if truth.source == "labels" else []
    sides += [("predictions", asked.frame["key"])] if role == "predictions" else []
    for name, key in sides:
        ids = key.dropna().drop_duplicates()
        if not len(ids):
            continue
        strange = ids[~ids.isin(sample)]
        outside, columns = len(strange), specs[name].ids if name in specs else ()
        if not outside:
            continue
        if sample.isin(ids).mean() >= COVERED:  # a table that holds more than the sample, and all of it
            found.append(Question(QuestionCode.IDS_BEYOND, name, columns, outside, len(ids)))
        elif outside > ENOUGH * len(ids):
            found.append(
                Question(QuestionCode.NO_IDS_JOIN, name, columns, outside, len(ids), would_match(sample, strange))
            )
        elif name == "labels":
            found.append(
                Question(QuestionCode.IDS_OUTSIDE, name, columns, outside, len(ids), would_match(sample, strange))
            )
    return found


def strangers(truth: pd.Series, answers: pd.Series) -> np.ndarray:
    """Return where an answer that no label has meets a label that the model never gives, shape (rows,).

    Such a pair may be one answer in two spellings. An answer counts as never given only where chance would show it
    among the others (its share of one column, over the rows of the other).

    Args:
        truth: the true answers, NaN where there is none, shape (rows,).
        answers: the model's, NaN where there is none, shape (rows,).
    """
    true, said = truth.dropna(), answers.dropna()
    if not len(true) or not len(said):
        return np.zeros(len(truth), dtype=bool)
    alone = []
    for mine, theirs in ((true, said), (said, true)):
        shares = mine.value_counts(normalize=True)
        unseen = shares[~shares.index.isin(set(theirs.unique()))]
        alone.append(set(unseen[(1 - unseen) ** len(theirs) < SURE].index))
    return (truth.isin(alone[0]) & answers.isin(alone[1])).to_numpy()


def number_units(truth: Truth, asked: Requests) -> list[Question]:
    """Return a question where each output is the true number times one factor between two units, as 0.42 for 42 %."""
    rows = truth.raw[["key", "value"]].merge(asked.frame[["key", "prediction"]], on="key")
    true, said = _numbers(rows["value"]), _numbers(rows["prediction"])
    known = np.isfinite(true) & np.isfinite(said) & (true != 0) & (said != 0)
    true, said = true[known], said[known]
    if len(true) < FEWEST or pd.Series(true).corr(pd.Series(said), method="spearman") < TOGETHER:
        return []
    ratio = float(np.median(said / true))
    factor = next((f for f in FACTORS if abs(ratio / f - 1) < NEAR), None)
    if factor is None or np.median(np.abs(said / factor - true)) * CLOSER > np.median(np.abs(said - true)):
        return []
    size = "larger" if factor > 1 else "smaller"
    about: About = {"times": f"{max(factor, 1 / factor):,.0f}", "size": size}
    return [Question(QuestionCode.NUMBER_UNITS, "predictions", (), len(true), len(rows), about)]


def number_marks(truth: Truth, asked: Requests) -> list[Question]:
    """Return a question where numbers of truth and output lie a factor of a thousand apart, and a mark can mean
    both.
    """
    sides = (truth.raw["value"].dropna().astype("str"), asked.frame["prediction"].dropna().astype("str"))
    sizes = []
    for cells in sides:
        numbers = np.abs(_numbers(cells))
        known = numbers[np.isfinite(numbers) & (numbers > 0)]
        sizes.append(float(np.median(known)) if len(known) else float("nan"))
    ratio = sizes[1] / sizes[0] if sizes[0] else float("nan")
    low, high = _THOUSAND
    apart = (ratio, 1 / ratio if ratio else float("nan"))
    for cells, role, off in zip(sides, (truth.source or "labels", "predictions"), apart, strict=True):
        grouped = cells.str.strip().str.fullmatch(_GROUPED)
        if low < off < high and len(grouped) and grouped.mean() > ENOUGH:
            example = str(cells[grouped].iloc[0]).strip()
            return [
                Question(QuestionCode.NUMBER_MARKS, role, (), int(grouped.sum()), len(grouped), {"example": example})
            ]
    return []


def _numbers(cells: pd.Series) -> np.ndarray:
    """Return text as floats, NaN where it is no number; shape (rows,)."""
    return np.asarray(to_numbers(cells.astype("str")).values, dtype=float)
