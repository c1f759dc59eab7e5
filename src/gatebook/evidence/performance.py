"""From cases to the arrays that a metric is measured on; a request that failed counts as wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NoReturn

import numpy as np
import pandas as pd

from gatebook.cases.answers import plain_answers
from gatebook.cases.bind import Cases
from gatebook.cases.columns import SEPARATOR, is_positive, positive_text, short_hash
from gatebook.cases.questions import QuestionCode
from gatebook.evidence.clusters import Clusters
from gatebook.project import Project
from gatebook.reading import to_numbers
from gatebook.stats import Design, Guess, Interval, Rows, measure
from gatebook.stats.design import inverse_probability
from gatebook.stats.measure import Kind as StatKind
from gatebook.words import Code, Said, said

_EPSILON = 1e-6
PLAIN_ALPHA = 0.2
Reading = Literal["measured", "pass", "fail"]
Scale = tuple[float, float] | None
DEFAULT_METRIC = {
    "classification": "accuracy",
    "regression": "mae",
    "generation": "mean_score",
    "ranking": "mean_score",
}


class Unmeasured(Code):
    """Why there is nothing to measure."""

    NO_SAMPLE = "no_sample"
    NO_COLUMN = "no_column"
    NO_TRUTH = "no_truth"
    NO_OUTPUT = "no_output"
    UNREADABLE = "unreadable"
    NO_POSITIVE = "no_positive"
    OFF_SCALE = "off_scale"
    OFF_CHANCE = "off_chance"
    TRUTH_NO_NUMBER = "truth_no_number"
    ANSWER_NO_NUMBER = "answer_no_number"
    TRUTH_ZERO = "truth_zero"


class _UnmeasuredError(Exception):
    def __init__(self, why: Said) -> None:
        super().__init__()
        self.why = why


def _nothing(code: Unmeasured, **values: Any) -> NoReturn:
    raise _UnmeasuredError(said(code, **values))


@dataclass(frozen=True)
class Measured:
    """The arrays of one metric over the labelled rows.

    Attributes:
        metric: name.
        kind: what the statistics call it.
        rows: the arrays.
        design: clusters and weights.
        losses: one figure a row, higher is worse (0/1 where the metric counts mistakes); shape (n,).
        keys: id of each row.
        positions: 0-based sample position of each row.
        at: 0-based position of each row among the cases.
        guess: a guess for labelled and unlabelled rows, where there is one.
        missing: why there is nothing to measure, None where there is.
        classes: true answers as text, where the metric compares answers; shape (n,).
        truth_values: true values, where the metric measures a distance; 1 for a true case, 0 for another, where it
            measures a stated probability; shape (n,).
    """

    metric: str
    kind: StatKind
    rows: Rows
    design: Design
    losses: np.ndarray
    keys: np.ndarray
    positions: np.ndarray
    at: np.ndarray
    guess: Guess | None = None
    missing: Said | None = None
    classes: np.ndarray | None = None
    truth_values: np.ndarray | None = None
    _cases: pd.DataFrame | None = field(default=None, repr=False, compare=False)

    @property
    def ids(self) -> list[str]:
        """What tells the outcomes apart: the id, and which trial of it; shape (n,)."""
        if self._cases is None:
            return []
        keys = self._cases["key"].astype("str")
        if "trial" not in self._cases:
            return [*keys]
        trials = self._cases["trial"].astype("object")
        return [*(keys + SEPARATOR + trials.where(trials.notna(), ""))]

    @property
    def told(self) -> tuple[np.ndarray, ...]:
        """What an outcome of this metric consists of, each of shape (n,); answers in one spelling of those that may be
        equal.
        """
        rows = self.rows
        sides = () if self.kind == "macro_f1" else (rows.truth, rows.predicted, rows.score)
        found = [self.losses, *(side for side in (*sides, self.truth_values) if side is not None)]
        if self._cases is not None and self.metric in _ANSWERS:
            found += [plain_answers(self._cases[name]) for name in ("truth", "prediction")]
        return tuple(np.asarray(side) for side in found)

    def figures(self, clusters: np.ndarray | None) -> np.ndarray:
        """Return what the metric is made from, weight (1 on average) and cluster last, NaN where there is none;
        shape (n, k).

        Args:
            clusters: a number for each row's cluster that does not depend on the other rows, shape (n,).
        """
        n = len(self.keys)
        sides = [np.asarray(getattr(self.rows, name), dtype=float) for name in _ROWS[self.kind]]
        if self.kind == "macro_f1":
            names = np.array([*map(_class_number, self._classes), _NO_CLASS], dtype=float)
            sides = [names[side.astype(int)] for side in sides]
        nothing = np.full(n, np.nan)
        weights = self.design.row_weights(n) if self.design.weighted else nothing
        weights = weights / (weights.mean() if n else 1.0)
        return np.column_stack([*sides, weights, nothing if clusters is None else clusters])

    def with_gone(self, gone: np.ndarray, share: float, clusters: np.ndarray | None) -> Measured:
        """Return the arrays with rows that are not at hand any more, for an interval alone.

        Where only a share of them is kept, each stands for as many as it is one of. A row whose weight is not on record
        has the mean one.

        Args:
            gone: as `figures`, shape (m, k).
            share: of these rows that are kept.
            clusters: as for `figures`, of the rows at hand.
        """
        if not len(gone):
            return self
        *sides, weights, groups = gone.T.astype(float)
        if self.kind == "macro_f1":
            places = {float(_class_number(name)): place for place, name in enumerate(self._classes)}
            for number in {*np.concatenate(sides)} - {*places, _NO_CLASS}:
                places[number] = len(places) + 1  # the place after the classes at hand is that of no class
            places[_NO_CLASS] = len(self._classes)
            sides = [np.array([places[number] for number in side]) for side in sides]
        both: dict[str, Any] = {
            name: np.concatenate([np.asarray(getattr(self.rows, name), dtype=float), side])
            for name, side in zip(_ROWS[self.kind], sides, strict=True)
        }
        n, design = len(self.keys), self.design
        mine = design.row_weights(n)
        theirs = mine.mean() * np.where(np.isfinite(weights) & design.weighted, weights, 1.0) / share
        unequal = design.weighted or share < 1
        codes = None
        if design.clusters is not None:
            alone = np.where(np.isfinite(groups), groups, -1.0 - np.arange(len(groups)))
            known = design.clusters if clusters is None else clusters
            codes = np.unique(np.concatenate([known, alone]), return_inverse=True)[1]
        return replace(
            self,
            rows=replace(self.rows, **both),
            design=Design(codes, np.concatenate([mine, theirs]) if unequal else None),
            keys=np.concatenate([self.keys, np.full(len(gone), "", dtype=object)]),
            guess=None,
        )

    @property
    def _classes(self) -> list[str]:
        return [] if self._cases is None else sorted(self._cases["truth"].dropna().unique())

    def interval(self, alpha: float, *, guess: bool = False) -> Interval:
        """Return the interval at one-sided alpha for each bound.

        With a guess no bound goes beyond the one that the labels alone give at `PLAIN_ALPHA`: a guess that knew some of
        the answers can move a figure no further.
        """
        if not guess or self.guess is None:
            return measure(self.kind, self.rows, self.design, alpha=alpha)
        helped = measure(self.kind, self.rows, self.design, guess=self.guess, alpha=alpha)
        plain = measure(self.kind, self.rows, self.design, alpha=max(alpha, PLAIN_ALPHA))
        return replace(helped, lower=min(helped.lower, plain.lower), upper=max(helped.upper, plain.upper))

    def subset(self, mask: np.ndarray) -> Measured:
        """Return the arrays of the rows where `mask` (n,) holds; the rest count as neither labelled nor guessed."""

        def cut(whole: Any, *names: str) -> dict[str, Any]:
            sides = {name: getattr(whole, name) for name in names}
            return {name: None if side is None else side[mask] for name, side in sides.items()}

        guess = self.guess and Guess(self.guess.labelled[mask], self.guess.pool, self.guess.pool_clusters)
        rows = Rows(**cut(self.rows, "values", "truth", "predicted", "score"), scale=self.rows.scale)
        mine = cut(self, "losses", "keys", "positions", "at", "classes", "truth_values", "_cases")
        return replace(self, rows=rows, design=self.design.subset(mask), guess=guess, **mine)

    @property
    def labelled(self) -> int:
        """Labelled rows, whether or not they enter the metric."""
        return len(self.keys)


_KINDS: dict[str, StatKind] = {
    **dict.fromkeys(("accuracy", "success_rate"), "proportion"),
    **{name: name for name in ("precision", "recall", "f1", "macro_f1", "auc", "rmse")},
    **dict.fromkeys(("brier", "mean_score"), "mean"),
    **dict.fromkeys(("log_loss", "mae", "mape"), "loss"),
}
_ROWS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("proportion", "mean", "loss", "rmse"), ("values",)),
    **dict.fromkeys(("precision", "recall", "f1", "macro_f1"), ("truth", "predicted")),
    "auc": ("truth", "score"),
}
_NO_CLASS = -1.0
_ANSWERS = frozenset({"accuracy", "precision", "recall", "f1", "macro_f1"})
_GRADES = frozenset({"mean_score", "success_rate"})
_CHANCES = frozenset({"auc", "brier", "log_loss"})
_DISTANCES = frozenset({"mae", "rmse", "mape"})
_OF_A_CLASS = _CHANCES | {"precision", "recall", "f1"}


def prepare(
    found: Cases,
    metric: str,
    *,
    positive: str | None,
    scale: Scale,
    clusters: Clusters,
    where: Mapping[str, Any] | None = None,
    reading: Reading = "measured",
) -> Measured:
    """Return the arrays of a metric over the labelled rows (of a slice, where `where` names one).

    What is missing of an outcome is left out of "measured"; it counts as bad in "pass" and as good in "fail", where a
    blank answer is not counted at all.
    """
    try:
        return _prepared(found, metric, positive, scale, clusters, _rows_read(found, metric, where or {}, reading))
    except _UnmeasuredError as nothing:
        empty = np.empty(0)
        at = empty.astype(np.intp)
        return Measured(metric, _KINDS[metric], Rows(), Design(), empty, empty, empty, at, missing=nothing.why)


def _rows_read(found: Cases, metric: str, where: Mapping[str, Any], reading: Reading) -> tuple[np.ndarray, bool]:
    """Return which cases enter a reading, shape (rows,), and how what is missing of one counts."""
    if found.unweighable:
        raise _UnmeasuredError(found.unweighable)
    frame = found.frame
    by_score = metric == "mean_score" or ("score" in found.has and metric == "success_rate")
    labelled = frame["score" if by_score else "truth"].notna().to_numpy()
    within = np.ones(len(frame), dtype=bool)
    if where and found.table is not None:
        for column in where:
            if column not in found.table.columns:
                _nothing(Unmeasured.NO_COLUMN, column=column)
        within = inside(found.table.frame([*where]), where)[frame["row"].to_numpy()]
    if not (labelled & within).any():
        _nothing(Unmeasured.NO_TRUTH)
    missing = frame["missing"].to_numpy(dtype=object)
    if reading == "measured":
        known = labelled & (missing == "")
    else:
        known = labelled | (missing == QuestionCode.BLANK_LABELS)
        known &= (missing != QuestionCode.BLANK_ANSWERS) | (reading == "pass")
    known = np.asarray(known & within)
    if not known.any():
        if metric in _DISTANCES:  # which says why
            _distances(metric, frame[labelled & within].assign(missing=""), None, None, good=False)
        _nothing(Unmeasured.UNREADABLE)
    return known, reading == "fail"


def _prepared(
    found: Cases, metric: str, positive: str | None, scale: Scale, clusters: Clusters, read: tuple[np.ndarray, bool]
) -> Measured:
    known, good = read
    mine = found.frame[known]
    needed = "probability" if metric in _CHANCES else "prediction"
    if metric not in _GRADES and needed not in found.has:
        _nothing(Unmeasured.NO_OUTPUT, what=needed)
    if metric in _OF_A_CLASS and positive is None:
        _nothing(Unmeasured.NO_POSITIVE)
    arrays = next((way for names, way in _ARRAYS.items() if metric in names), _answers)
    rows, losses = arrays(metric, mine, positive, scale, good=good)
    values = None
    if metric in _DISTANCES:
        values = to_numbers(mine["truth"]).values.to_numpy(float)
    elif metric in _CHANCES - {"auc"}:
        values = is_positive(mine["truth"], positive).to_numpy().astype(float)
    return Measured(
        metric,
        _KINDS[metric],
        rows,
        Design(None if clusters.codes is None else clusters.codes[known], weights_of(mine)),
        losses,
        mine["key"].to_numpy(),
        mine["row"].to_numpy(),
        np.flatnonzero(known),
        _guess(metric, found, known, scale),
        classes=mine["truth"].to_numpy(str) if metric == "accuracy" else None,
        truth_values=values,
        _cases=mine,
    )


def part_of(design: Design, mask: np.ndarray) -> Design:
    """Return the design of the rows where `mask` (n,) holds, its clusters counted from 0 again."""
    part = design.subset(mask)
    if part.clusters is None:
        return part
    return replace(part, clusters=np.unique(part.clusters, return_inverse=True)[1])


def measure_losses(project: Project, found: Cases, metric: str, clusters: Clusters) -> Measured:
    """Return the arrays of the headline metric over every labelled row."""
    scale = grade_scale(project)
    return prepare(found, metric, positive=positive_text(project), scale=scale, clusters=clusters)


def grade_scale(project: Project) -> Scale:
    """Return lowest and highest possible grade, None where nobody grades the output."""
    specs = (project.table(role) for role in ("labels", "sample"))
    return next((spec.scale or (0.0, 1.0) for spec in specs if spec is not None and spec.score is not None), None)


def headline(project: Project) -> str:
    """Return the metric that the project is judged by, where it names none the usual one of its task."""
    return project.targets.metric or DEFAULT_METRIC[project.task]


def inside(sample: pd.DataFrame, where: Mapping[str, Any]) -> np.ndarray:
    """Return which rows of the sample lie in a slice, shape (rows,); every column must be there."""
    found = np.ones(len(sample), dtype=bool)
    for column, value in where.items():
        found &= (sample[column].astype("str").str.strip() == str(value)).to_numpy()
    return found


def weights_of(mine: pd.DataFrame) -> np.ndarray | None:
    """Return the weight of each row, the mean one where nobody could give it; None where all count alike."""
    lost = _lost(mine)
    given, chance = (mine[name].to_numpy(float, copy=True) for name in ("weight", "inclusion"))
    for values in (given, chance):  # any other hole is refused by the verdict
        if lost.any() and np.isfinite(values[~lost]).any():
            values[lost & ~np.isfinite(values)] = np.nanmean(values[~lost])
    weights = None
    if (given > 0).all():
        weights = given
    elif ((chance > 0) & (chance <= 1)).all():
        weights = inverse_probability(chance)
    return None if weights is not None and np.ptp(weights) == 0 else weights


def _lost(mine: pd.DataFrame) -> np.ndarray:
    """Return the rows whose outcome is missing, shape (rows,)."""
    return (mine["missing"] != "").to_numpy()


# Each returns the arrays of a family of metrics, and one loss a row; `good` is how what is missing counts.


def _answers(metric: str, mine: pd.DataFrame, positive: str | None, _: Scale, *, good: bool) -> tuple[Rows, np.ndarray]:
    answered, lost = (mine["answered"] & ~mine["failed"]).to_numpy(), _lost(mine)
    truth, prediction = mine["truth"], mine["prediction"]
    right = np.where(lost, good, (prediction == truth).to_numpy() & answered)
    if metric == "accuracy":
        return Rows(values=right.astype(float)), 1.0 - right
    if metric == "macro_f1":
        classes = {c: i for i, c in enumerate(sorted(truth.dropna().unique()))}
        codes = truth.map(classes).fillna(0).to_numpy().astype(np.int64)
        predicted = np.where(right, codes, prediction.map(classes).fillna(len(classes)).to_numpy())
        usable = answered & ~(lost & ~right)
        return Rows(truth=codes, predicted=np.where(usable | right, predicted, len(classes))), 1.0 - right
    yes = is_positive(truth, positive).to_numpy()
    given = is_positive(prediction.fillna(""), positive).to_numpy()
    alarm = np.where(lost, yes == good, np.where(answered, given, ~yes))  # no answer: wrong
    return Rows(truth=yes, predicted=alarm.astype(bool)), (yes != alarm).astype(float)


def _grades(
    metric: str, mine: pd.DataFrame, positive: str | None, scale: Scale, *, good: bool
) -> tuple[Rows, np.ndarray]:
    failed, lost = mine["failed"].to_numpy(), _lost(mine)
    score = mine["score"].to_numpy(float)
    low, high = scale or (0.0, 1.0)
    if metric == "success_rate":
        graded = not np.isnan(score[~lost]).any()
        right = score >= high if graded else is_positive(mine["truth"], positive).to_numpy()
        right = np.where(lost, good, right & ~failed)
        return Rows(values=right.astype(float)), 1.0 - right
    if np.nanmin(score) < low or np.nanmax(score) > high:
        _nothing(Unmeasured.OFF_SCALE, low=low, high=high)
    score = np.where(failed, low, np.where(lost, high if good else low, score))
    return Rows(values=score, scale=(low, high)), (high - score) / (high - low)


def _chances(metric: str, mine: pd.DataFrame, positive: str | None, _: Scale, *, good: bool) -> tuple[Rows, np.ndarray]:
    yes, lost = is_positive(mine["truth"], positive).to_numpy(), _lost(mine)
    answered = (mine["answered"] & ~mine["failed"]).to_numpy() & ~lost
    chance = np.where(answered, mine["probability"].to_numpy(float), np.nan)
    known = chance[~np.isnan(chance)]
    low, high = (min(0.0, known.min()), max(1.0, known.max())) if len(known) else (0.0, 1.0)
    worst, best = np.where(yes, low, high), np.where(yes, high, low)
    chance = np.where(np.isnan(chance), np.where(lost & good, best, worst), chance)  # no answer: the worst
    if metric == "auc":
        return Rows(truth=yes, score=chance), np.abs(yes - chance)
    if chance.min() < 0 or chance.max() > 1:
        _nothing(Unmeasured.OFF_CHANCE)
    if metric == "brier":
        losses = (yes - chance) ** 2
    else:
        losses = -np.log(np.clip(np.where(yes, chance, 1 - chance), _EPSILON, 1.0))
    return Rows(values=losses), losses


def _distances(
    metric: str, mine: pd.DataFrame, _positive: str | None, _scale: Scale, *, good: bool
) -> tuple[Rows, np.ndarray]:
    truth, given = (to_numbers(mine[name]).values.to_numpy(float) for name in ("truth", "prediction"))
    lost = _lost(mine)
    if (np.isnan(truth) & ~lost).any():
        _nothing(Unmeasured.TRUTH_NO_NUMBER)
    unknown = lost | mine["failed"].to_numpy() | np.isnan(given)
    if unknown.any() and not good:  # an error without a number is as large as anybody likes
        _nothing(Unmeasured.ANSWER_NO_NUMBER, n=int(unknown.sum()))
    error = np.where(unknown, 0.0, given - truth)
    if metric == "mape":
        if (truth[~unknown] == 0).any():
            _nothing(Unmeasured.TRUTH_ZERO)
        error = np.abs(np.divide(error, truth, out=np.zeros_like(error), where=~unknown))
    return Rows(values=error if metric == "rmse" else np.abs(error)), np.abs(error)


_ARRAYS: Mapping[frozenset[str], Callable[..., tuple[Rows, np.ndarray]]] = {
    _GRADES: _grades,
    _CHANCES: _chances,
    _DISTANCES: _distances,
}


def _guess(metric: str, found: Cases, known: np.ndarray, scale: Scale) -> Guess | None:
    """Return the judge's grade, or the model's confidence, for labelled and unlabelled rows alike."""
    if metric not in {"accuracy", "success_rate", "mean_score"} or known.all():
        return None
    name = "judge" if "judge" in found.has else "confidence"
    if name not in found.has or (name == "confidence" and metric != "accuracy"):
        return None
    values = found.frame[name].to_numpy(float)
    low, high = scale if scale and metric == "mean_score" else (0.0, 1.0)
    if np.isnan(values).any() or values.min() < low or values.max() > high:
        return None
    return Guess(values[known], values[~known])


def _class_number(name: str) -> int:
    """Return a number for a class that a figure of the history can hold exactly."""
    return int.from_bytes(short_hash(name, 3), "big")
