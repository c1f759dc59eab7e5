"""What the model is worth: against the simplest answer, the simplest model, another version, and within groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.special import ndtri, stdtrit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
from sklearn.svm import LinearSVC

from gatebook.cases.bind import Cases
from gatebook.cases.columns import is_positive
from gatebook.errors import TableError
from gatebook.evidence.performance import Measured
from gatebook.slices.features import features
from gatebook.slices.predicate import texts
from gatebook.stats import Design, Interval, Rows, measure
from gatebook.stats.design import group_influence, ratio, standard_error
from gatebook.stats.interval import bounded_mean
from gatebook.stats.measure import auc, f1_of_jaccard, placements
from gatebook.words import Code, say

Task = Literal["classification", "regression"]
Kind = int | tuple[str, str]

FOLDS = 5
RARE = 5  # rows that must share a category value for the simplest model to use it
LEARNT = 4_000  # rows that a model is trained on, and that it answers; more are drawn at random
FEWEST_CURATED = 50  # curated rows with an answer below which the labelled rows teach better
PARTS = 100  # parts of the rows that are left out in turn
FEWEST_UNITS = 10  # independent groups of rows below which a paired metric shows nothing
PAIRED = frozenset({"precision", "recall", "f1", "macro_f1", "auc", "rmse", "mape"})
FALLING = frozenset({"rmse", "mape"})
ALPHA = 0.025  # each bound of a change between versions, and of a ranking within groups
FEWEST_CASES = 20  # cases of a kind of input below which a change shows nothing
FEWEST_CLUSTERS = 5  # ... and clusters below which it is not shown
GROUPS = 40  # values a column may have to be a grouping
FEWEST_OF_GROUP = 30


class Simplest(Code):
    """What stands in for the model."""

    ANSWER = "answer"
    COMMONEST = "commonest"
    ALARM = "alarm"
    ALARM_SHOWN_BY = "alarm_shown_by"
    MEDIAN = "median"
    MEAN = "mean"
    SAME_CHANCE = "same_chance"
    RANDOM = "random"
    CROSS_FITTED = "cross_fitted"
    CURATED = "curated"
    SAMPLED = "sampled"


class Untaught(Code):
    """Why no simple model can be made."""

    FEW_ROWS = "few_rows"
    NO_COLUMN = "no_column"
    ONE_CLUSTER = "one_cluster"
    ONE_ANSWER = "one_answer"


# --- the simplest answer, that needs no model


@dataclass(frozen=True)
class Comparison:
    """The model against the simplest answer.

    Attributes:
        words: what the simplest answer is.
        trivial: what it reaches, on the metric's scale.
        difference: model better by, positive where the model is better, whatever the metric's direction.
        measured_on: what the difference is measured on, where the metric itself cannot show one; "" where it is the
            metric.
    """

    words: str
    trivial: float
    difference: Interval
    measured_on: str = ""


def compare_with_trivial(data: Measured, alpha: float = 0.05, *, people: bool) -> Comparison | None:
    """Return the comparison, None where no simplest answer is defined (grades, success, an empty table).

    Args:
        data: the metric's arrays.
        alpha: of the interval of the difference.
        people: whether the answers are people, so that none may be named.
    """
    if data.missing or len(data.keys) == 0 or data.metric not in _TRIVIAL:
        return None
    method, needed = _TRIVIAL[data.metric]
    arrays = {"classes": data.classes, "truth_values": data.truth_values, **vars(data.rows)}
    if any(arrays[name] is None for name in needed):
        return None
    found = method(data, alpha)
    return replace(found, words=say(Simplest.COMMONEST)) if people and method is _majority else found


def always_alarm(metric: str, prevalence: float) -> float | None:
    """Return what raising the alarm every time reaches on a metric, None where that is not defined."""
    return {
        "accuracy": prevalence,
        "precision": prevalence,
        "recall": 1.0,
        "f1": f1_of_jaccard(prevalence),
        "macro_f1": f1_of_jaccard(prevalence) / 2,
        "auc": 0.5,
    }.get(metric)


def prevalence(data: Measured) -> float | None:
    """Return the share of true cases of the positive class, None where the metric knows no such class."""
    if data.rows.truth is None or data.metric == "macro_f1":
        return None
    return _mean(data, np.asarray(data.rows.truth, bool).astype(float))


def _majority(data: Measured, alpha: float) -> Comparison:
    """The commonest true answer, given every time; the difference of two 0/1 outcomes lies in [-1, 1]."""
    names, codes = np.unique(np.asarray(data.classes).astype(str), return_inverse=True)
    common = _commonest(data, codes)
    trivial = (codes == common).astype(float)
    gain = bounded_mean(np.asarray(data.rows.values, float) - trivial, (-1.0, 1.0), data.design, alpha)
    return Comparison(say(Simplest.ANSWER, answer=str(names[common])), _mean(data, trivial), gain)


def _majority_f1(data: Measured, alpha: float) -> Comparison:
    """The commonest class, given every time: its F1 shared among all classes."""
    codes = np.unique(np.asarray(data.rows.truth), return_inverse=True)[1]
    classes = int(codes.max()) + 1
    share = _share_of(data, codes == _commonest(data, codes), alpha)
    trivial = share.mapped(lambda p: f1_of_jaccard(p) / classes)
    return Comparison(say(Simplest.COMMONEST), trivial.estimate, data.interval(alpha / 2).minus(trivial, alpha))


def _always(data: Measured, alpha: float) -> Comparison:
    """Raising the alarm every time, by F1 or precision; the two intervals' worst ends bound the difference."""
    share = _share_of(data, np.asarray(data.rows.truth, bool), alpha)
    trivial = share.mapped(f1_of_jaccard) if data.metric == "f1" else share
    return Comparison(say(Simplest.ALARM), trivial.estimate, data.interval(alpha / 2).minus(trivial, alpha))


def _always_found(data: Measured, alpha: float) -> Comparison:
    """Raising the alarm every time finds every case, so recall itself cannot tell it from a good model.

    What can is the share of alarms among true cases less that among the others (Youden 1950): 0 without a model.
    """
    false = Rows(truth=~np.asarray(data.rows.truth, bool), predicted=data.rows.predicted)
    gain = data.interval(alpha / 2).minus(measure("recall", false, data.design, alpha=alpha / 2), alpha)
    return Comparison(say(Simplest.ALARM), 1.0, gain, measured_on=say(Simplest.ALARM_SHOWN_BY))


def _median(data: Measured, alpha: float) -> Comparison:
    """The median true value, given every time (for a percentage error: weighted by one over the value).

    The median itself is not told: in a small table it is one row's value.
    """
    truth = np.asarray(data.truth_values)
    scale = np.abs(truth) if data.metric == "mape" else np.ones(len(truth))
    order = np.argsort(truth, kind="stable")
    reached = np.cumsum((data.design.row_weights(len(truth)) / scale)[order])
    median = float(truth[order][np.searchsorted(reached, reached[-1] / 2)])
    other = np.abs(truth - median) / scale
    return Comparison(say(Simplest.MEDIAN), _mean(data, other), _gain(data, other, alpha))


def _mean_value(data: Measured, alpha: float) -> Comparison:
    """The mean true value, given every time."""
    truth = np.asarray(data.truth_values)
    errors = truth - _mean(data, truth)
    trivial = measure("rmse", Rows(values=errors), data.design, alpha=alpha / 2)
    gain = trivial.minus(data.interval(alpha / 2), alpha)
    return Comparison(say(Simplest.MEAN), float(np.sqrt(_mean(data, errors**2))), gain)


def _same_chance(data: Measured, alpha: float) -> Comparison:
    """The share of true cases, stated as the probability of every row; losses are paired."""
    yes = np.asarray(data.truth_values)
    share = _mean(data, yes)
    if data.metric == "brier":
        other = (yes - share) ** 2
        gain = bounded_mean(other - np.asarray(data.rows.values, float), (-1.0, 1.0), data.design, alpha)
    else:
        share = min(max(share, 1e-6), 1 - 1e-6)
        other = -np.log(np.where(yes > 0, share, 1 - share))
        gain = _gain(data, other, alpha)
    return Comparison(say(Simplest.SAME_CHANCE), _mean(data, other), gain)


def _random_order(data: Measured, alpha: float) -> Comparison:
    found = data.interval(alpha)
    return Comparison(say(Simplest.RANDOM), 0.5, found.minus(found.mapped(lambda _: 0.5), alpha))


# The method of each metric, and the arrays that it reads.
_TRIVIAL: dict[str, tuple[Callable[[Measured, float], Comparison], tuple[str, ...]]] = {
    "accuracy": (_majority, ("classes", "values")),
    "macro_f1": (_majority_f1, ("truth",)),
    "f1": (_always, ("truth",)),
    "precision": (_always, ("truth",)),
    "recall": (_always_found, ("truth",)),
    "mae": (_median, ("truth_values", "values")),
    "mape": (_median, ("truth_values", "values")),
    "rmse": (_mean_value, ("truth_values",)),
    "brier": (_same_chance, ("truth_values", "values")),
    "log_loss": (_same_chance, ("truth_values", "values")),
    "auc": (_random_order, ()),
}


def _mean(data: Measured, values: np.ndarray) -> float:
    return _weighted(values, data.design.row_weights(len(values)))


def _weighted(values: np.ndarray, weights: np.ndarray) -> float:
    return float((values * weights).sum() / weights.sum())


def _commonest(data: Measured, codes: np.ndarray) -> int:
    return int(np.argmax(np.bincount(codes, weights=data.design.row_weights(len(codes)))))


def _share_of(data: Measured, where: np.ndarray, alpha: float) -> Interval:
    return measure("proportion", Rows(values=where.astype(float)), data.design, alpha=alpha / 2)


def _gain(data: Measured, other: np.ndarray, alpha: float) -> Interval:
    """Return the mean gain; without a limit of their own, gains are read on the scale that they were seen to have."""
    gain = other - np.asarray(data.rows.values, float)
    reach = float(np.abs(gain).max()) or 1.0
    return bounded_mean(gain, (-reach, reach), data.design, alpha)


# --- the simplest model, trained here


@dataclass(frozen=True)
class Learnable:
    """What a simple model may learn from.

    Attributes:
        inputs: one row a labelled case; columns of any kind.
        ignore: columns that are no inputs.
        text: columns of free text.
        clusters: (rows,), rows of one cluster stay in one fold.
        curated: curated inputs and their true answers; without them the labelled rows teach, cross-fitted.
        seed: of folds and draws.
    """

    inputs: pd.DataFrame
    ignore: Iterable[str] = ()
    text: Sequence[str] = ()
    clusters: np.ndarray | None = None
    curated: tuple[pd.DataFrame, np.ndarray] | None = None
    seed: int = 0


@dataclass(frozen=True)
class Baseline:
    """Predictions of a linear model.

    Attributes:
        name: what it is, in plain words.
        predictions: one a row; labels as objects, or floats.
        columns: the inputs that it uses.
        scores: (rows,), how much it leans to the second of two labels in their order; None with more labels, or values.
    """

    name: str
    predictions: np.ndarray
    columns: tuple[str, ...] = ()
    scores: np.ndarray | None = None


def simplest(given: Learnable, truth: pd.Series | np.ndarray, task: Task) -> Baseline:
    """Returns the predictions of a linear model that never saw the row it predicts.

    TF-IDF of words and word pairs, values of categories, numbers, hours and weekdays; a linear support vector
    classifier (a fiftieth of the time of a logistic regression at 77 classes) or ridge, nothing tuned. Curated rows
    teach where there are any; else it is cross-fitted in five folds, whole clusters at a time.

    Args:
        given: what it learns from.
        truth: (rows,), the true answers of `given.inputs`.
        task: what the answers are.

    Raises:
        TableError: no column can be used, or fewer labels than folds.
    """
    labels = np.asarray(truth, dtype=np.float64 if task == "regression" else object)
    n = len(given.inputs)
    if given.curated is not None:
        learn, answers = given.curated
        shared = [c for c in given.inputs.columns if c in learn.columns]
        both = pd.concat([learn[shared], given.inputs[shared]], ignore_index=True)
        matrix, used = input_matrix(both, given.ignore, [c for c in given.text if c in shared])
        known, taught = np.asarray(answers, dtype=labels.dtype), len(learn)
        answered, leaning = _fitted(matrix[:taught], known, matrix[taught:], task)
        return Baseline(say(Simplest.CURATED), answered, used, leaning)
    matrix, used = input_matrix(given.inputs, given.ignore, given.text)
    if n < 2 * FOLDS:
        raise TableError(Untaught.FEW_ROWS, rows=n, folds=FOLDS, needed=2 * FOLDS)
    predictions, scores = np.empty(n, dtype=labels.dtype), np.full(n, np.nan)
    for train, test in cross_fits(labels, task, given.clusters, given.seed):
        predictions[test], leaning = _fitted(matrix[train], labels[train], matrix[test], task)
        scores[test] = np.nan if leaning is None else leaning
    return Baseline(say(Simplest.CROSS_FITTED), predictions, used, None if np.isnan(scores).any() else scores)


def input_matrix(
    frame: pd.DataFrame, ignore: Iterable[str], text: Sequence[str]
) -> tuple[sp.csr_matrix, tuple[str, ...]]:
    """Returns the inputs as a sparse matrix (rows, inputs), and the columns it is made of; labels play no part."""
    found, _ = features(frame, RARE, ignore=ignore, text=text)
    parts: list[sp.spmatrix] = []
    used: dict[str, None] = {}
    for f in found:
        used[f.name.partition(":")[0] if f.name not in frame.columns else f.name] = None
        if f.kind in ("number", "date"):
            known = np.isfinite(f.values)
            spread = float(f.values[known].std()) or 1.0
            scaled = np.where(known, (f.values - f.values[known].mean()) / spread, 0.0)
            parts.append(sp.csr_matrix(np.column_stack([np.clip(scaled, -5, 5), ~known])))
        else:
            parts.append(sp.csr_matrix(np.eye(f.size, dtype=np.float64)[f.codes]))
    for column in text:
        cells = ["" if c is None else c for c in texts(frame[column])]
        try:
            parts.append(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(cells))
            used[column] = None
        except ValueError:  # no word at all
            continue
    if not parts:
        raise TableError(Untaught.NO_COLUMN)
    return sp.hstack(parts, format="csr"), tuple(used)


def cross_fits(
    labels: np.ndarray, task: Task, clusters: np.ndarray | None, seed: int
) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """Returns the rows to learn from and to answer of each fold, whole clusters at a time.

    Raises:
        TableError: all rows belong to one cluster.
    """
    if clusters is not None:
        groups = np.unique(np.asarray(clusters), return_inverse=True)[1]
        splits = min(FOLDS, int(groups.max()) + 1)
        if splits < 2:
            raise TableError(Untaught.ONE_CLUSTER)
        return GroupKFold(splits, shuffle=True, random_state=seed).split(labels, groups=groups)  # type: ignore[no-any-return]  # scikit-learn has no types
    if task == "classification" and pd.Series(labels).value_counts().min() >= FOLDS:
        return StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(labels, labels.astype(str))  # type: ignore[no-any-return]  # the same
    return KFold(FOLDS, shuffle=True, random_state=seed).split(labels)  # type: ignore[no-any-return]  # the same


def _fitted(
    train: sp.csr_matrix, labels: np.ndarray, test: sp.csr_matrix, task: Task
) -> tuple[np.ndarray, np.ndarray | None]:
    """Returns the answers, and for two labels how much each row leans to the second."""
    if task == "regression":
        return np.asarray(Ridge().fit(train, labels).predict(test)), None
    named, codes = np.unique(labels.astype(str), return_inverse=True)
    if len(named) == 1:
        return np.full(test.shape[0], named[0], dtype=object), None
    model = LinearSVC(tol=1e-3, max_iter=5_000, random_state=0).fit(train, codes)
    leaning = np.asarray(model.decision_function(test), dtype=np.float64)
    return np.asarray(named[model.predict(test)], dtype=object), leaning if leaning.ndim == 1 else None


@dataclass(frozen=True)
class SimpleModel:
    """The simplest model against the model, on the same rows.

    Attributes:
        words: what the simplest model is, and on how many rows it was tried where not on all.
        metric: the project's; "accuracy" where the simplest model says nothing in it (it states no probability).
        figure: what it reaches.
        difference: by how much the model is better, positive where it is, whatever the metric's direction.
        positions: rows of the labelled cases on which both answered.
        predictions: its answers on these rows.
    """

    words: str
    metric: str
    figure: Interval
    difference: Interval
    positions: np.ndarray
    predictions: np.ndarray


def compare_with_simplest(
    given: Learnable, found: Cases, data: Measured, task: str, *, positive: str | None = None, alpha: float = 0.05
) -> SimpleModel | None:
    """Return the paired comparison, None where answers are graded, or nothing can be learnt.

    Args:
        given: what the simplest model learns from, its inputs in the order of `data`; with too few curated rows the
            labelled ones teach.
        found: the candidate's outcomes.
        data: the headline metric's arrays; its clusters and weights are used.
        task: of the project.
        positive: text of the positive class, where the metric has one.
        alpha: one-sided, of each bound.
    """
    needed = {"truth", "probability" if data.metric == "auc" else "prediction"}
    kind: Task = "regression" if task == "regression" else "classification"
    if task != kind or found.truth.graded or not needed <= found.has:
        return None
    cases = found.frame.iloc[data.at].reset_index(drop=True)
    n = len(cases)
    if n != len(given.inputs) or n < 2 * FOLDS:
        return None
    rng = np.random.default_rng(given.seed)
    rows = _drawn(n, rng)
    part, inside = cases.iloc[rows], np.isin(np.arange(n), rows)
    design = data.design.subset(inside)
    if design.clusters is not None:
        design = replace(design, clusters=np.unique(design.clusters, return_inverse=True)[1])
    truth, curated = _answers(part["truth"], kind), None
    if truth is None:
        return None
    if given.curated is not None and len(given.curated[1]) >= FEWEST_CURATED:
        chosen = _drawn(len(given.curated[1]), rng)
        known = _answers(pd.Series(given.curated[1][chosen]), kind)
        if known is None:
            return None
        curated = given.curated[0].iloc[chosen].reset_index(drop=True), known
    mine = given.inputs.iloc[rows].reset_index(drop=True)
    try:
        model = simplest(replace(given, inputs=mine, clusters=design.clusters, curated=curated), truth, kind)
    except TableError:  # no column that a simple model could use, or one cluster only
        return None
    told = (_distances if kind == "regression" else _shares)(part, truth, model.predictions, design, alpha)
    if told is None:
        return None
    metric = "mae" if kind == "regression" else "accuracy"
    own = _in_the_metric(data.subset(inside), model, part["truth"], positive) if data.metric in PAIRED else None
    both = own and paired(data.metric, *own, design, alpha)
    if both:
        metric, told = data.metric, both
    elif "prediction" not in found.has:
        return None
    words = model.name if len(rows) == n else say(Simplest.SAMPLED, model=model.name, rows=len(rows), cases=n)
    return SimpleModel(words, metric, *told, rows, model.predictions)


def _answers(truth: pd.Series, task: Task) -> np.ndarray | None:
    """Returns the true answers as text, or as numbers; None where one is no number."""
    if task == "classification":
        return truth.astype(str).to_numpy(dtype=object)
    figures = pd.to_numeric(truth, errors="coerce").to_numpy(float)
    return None if np.isnan(figures).any() else figures


def _in_the_metric(mine: Measured, model: Baseline, truth: pd.Series, positive: str | None) -> tuple[Rows, Rows] | None:
    """Returns the arrays of both in the project's own metric, None where the simplest model has nothing to say
    in it.
    """
    rows, said = mine.rows, pd.Series(model.predictions)
    if rows.values is not None and mine.truth_values is not None:
        errors = model.predictions - mine.truth_values
        return rows, Rows(values=errors / np.abs(mine.truth_values) if mine.metric == "mape" else errors)
    if rows.truth is None:
        return None
    if mine.metric == "macro_f1":
        code = dict(zip(truth.astype(str), rows.truth, strict=True))
        beyond = int(np.max(rows.truth)) + 1
        return rows, Rows(truth=rows.truth, predicted=said.astype(str).map(code).fillna(beyond).to_numpy())
    if positive is None:
        return None
    if mine.metric != "auc":
        return rows, Rows(truth=rows.truth, predicted=is_positive(said.astype("str"), positive).to_numpy(bool))
    if model.scores is None or truth.nunique() > 2:
        return None
    second = pd.Series([max(truth.astype(str).unique())])
    return rows, Rows(truth=rows.truth, score=model.scores * (1.0 if is_positive(second, positive).iloc[0] else -1.0))


def _drawn(rows: int, rng: np.random.Generator) -> np.ndarray:
    return np.arange(rows) if rows <= LEARNT else np.sort(rng.choice(rows, LEARNT, replace=False))


def _shares(
    part: pd.DataFrame, truth: np.ndarray, said: np.ndarray, design: Design, alpha: float
) -> tuple[Interval, Interval]:
    """Returns the share right of the simplest model, and by how much the model has more right; failed is wrong."""
    answered = (part["answered"] & ~part["failed"]).to_numpy(bool)
    right = ((part["prediction"] == part["truth"]).to_numpy(bool) & answered).astype(float)
    other = (said.astype(str) == truth.astype(str)).astype(float)
    figure = bounded_mean(other, (0.0, 1.0), design, alpha)
    return figure, bounded_mean(right - other, (-1.0, 1.0), design, alpha)


def _distances(
    part: pd.DataFrame, truth: np.ndarray, said: np.ndarray, design: Design, alpha: float
) -> tuple[Interval, Interval] | None:
    """Returns the mean absolute error of the simplest model, and by how much the model's is smaller."""
    given = pd.to_numeric(part["prediction"], errors="coerce").to_numpy(float)
    if np.isnan(given).any():
        return None
    mine, other = np.abs(given - truth), np.abs(said - truth)
    return mean_interval(other, design, alpha), mean_interval(other - mine, design, alpha)


def mean_interval(values: np.ndarray, design: Design, alpha: float) -> Interval:
    """Return the mean of values without limits, with bounds by Student's t on the clusters' degrees of freedom."""
    found, n = ratio(values, np.ones(len(values)), design), len(values)
    reach = float(stdtrit(found.df, 1 - alpha)) * found.se if found.df >= 1 else np.inf
    return Interval(found.value, found.value - reach, found.value + reach, 1 - alpha, n, float(n), "Student's t")


def paired(metric: str, model: Rows, other: Rows, design: Design, alpha: float) -> tuple[Interval, Interval] | None:
    """Return the other's figure, and by how much the model is better (positive where it is); None where neither is
    defined.

    Both with bounds by the delete-a-group jackknife (Shao & Wu 1989, Annals of Statistics 17): whole clusters are left
    out, the pairing stays. Without ten independent groups of rows there is no bound, so None.

    Args:
        metric: one of PAIRED.
        model: its arrays over the rows; truth, and predicted or score, or the values of errors.
        other: the same of the other.
        design: clusters and weights.
        alpha: one-sided, of each bound.
    """
    n = len(next(a for a in (model.truth, model.values) if a is not None))
    codes = np.arange(n) if design.clusters is None else np.unique(design.clusters, return_inverse=True)[1]
    units = int(codes.max()) + 1 if n else 0
    if units < FEWEST_UNITS:
        return None
    parts = min(PARTS, units)
    group = np.random.default_rng(0).permutation(units)[codes] % parts
    weights = design.row_weights(n)
    better = -1.0 if metric in FALLING else 1.0

    def figures(w: np.ndarray) -> tuple[float, float]:
        his = _figure(metric, other, w)
        return his, better * (_figure(metric, model, w) - his)

    whole = figures(weights)
    left = np.array([figures(np.where(group == k, 0.0, weights)) for k in range(parts)])
    if not np.isfinite(left).all() or not np.isfinite(whole).all():
        return None
    se = np.sqrt((parts - 1) / parts * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
    reach = float(stdtrit(parts - 1, 1 - alpha)) * se
    first, second = (
        Interval(v, v - r, v + r, 1 - alpha, n, float(units), "delete-a-group jackknife")
        for v, r in zip(whole, reach, strict=True)
    )
    top = first.upper if metric in FALLING else min(first.upper, 1.0)
    return replace(first, lower=max(first.lower, 0.0), upper=top), second


def _figure(metric: str, rows: Rows, weights: np.ndarray) -> float:
    """Return the metric; NaN where it is not defined."""
    if rows.values is not None:
        values = np.asarray(rows.values, dtype=np.float64)
        return float(np.sqrt(_weighted(values**2, weights))) if metric == "rmse" else _weighted(np.abs(values), weights)
    kept = weights > 0
    truth, w = np.asarray(rows.truth)[kept], weights[kept]
    if metric == "auc":
        true = truth.astype(bool)
        if true.all() or not true.any():
            return float("nan")
        return _weighted(placements(true, np.asarray(rows.score, dtype=np.float64)[kept], w)[true], w[true])
    said = np.asarray(rows.predicted)[kept]
    if metric == "macro_f1":
        truth, said = truth.astype(np.int64), said.astype(np.int64)
        size = int(max(truth.max(), said.max())) + 1
        true, given = np.bincount(truth, w, size), np.bincount(said, w, size)
        both = np.bincount(truth[truth == said], w[truth == said], size)
        present = true > 0
        return float((2 * both[present] / (true + given)[present]).mean())
    case, alarm = truth.astype(bool), said.astype(bool)
    cases, alarms = float(w[case].sum()), float(w[alarm].sum())
    whole = {"precision": alarms, "recall": cases, "f1": (cases + alarms) / 2}[metric]
    return float(w[case & alarm].sum()) / whole if whole > 0 else 0.0


# --- another version on the same cases


@dataclass(frozen=True)
class Change:
    """What changed for one kind of input.

    Attributes:
        kind: number of a failing kind of input, or a column and its value; None for all cases.
        rows: cases answered by both.
        candidate, other: mean loss of each.
        gain: by how much the candidate loses less; bounds hold for all kinds of input at once (Bonferroni).
    """

    kind: Kind | None
    rows: int
    candidate: float
    other: float
    gain: Interval


@dataclass(frozen=True)
class VersionComparison:
    """The candidate against another version on the same cases.

    Attributes:
        other: name of the other version.
        whole: over all cases, with bounds of its own.
        only_candidate, only_other: cases in which one of them is better.
        changes: kinds of input, those that got worst first.
    """

    other: str
    whole: Change
    only_candidate: int
    only_other: int
    changes: tuple[Change, ...]


def paired_losses(mine: Measured, theirs: Measured) -> np.ndarray:
    """Return the other version's losses in the candidate's order, (rows,), NaN where it has none.

    Trials of one case are averaged.
    """
    if mine.missing or theirs.missing:
        return np.full(len(mine.losses), np.nan)
    other = pd.Series(theirs.losses, index=theirs.keys).groupby(level=0).mean()
    return other.reindex(mine.keys).to_numpy(float)


def compare_versions(
    name: str, mine: Measured, theirs: np.ndarray, kinds: Sequence[tuple[Kind, np.ndarray]]
) -> VersionComparison | None:
    """Return the paired comparison, None where fewer than 20 cases have a result of both.

    Args:
        name: of the other version.
        mine: the candidate's losses.
        theirs: the other version's, as `paired_losses` has them.
        kinds: name and mask over the candidate's rows, of each kind of input to look at.
    """
    both = ~np.isnan(theirs)
    if both.sum() < FEWEST_CASES:
        return None
    differ = np.where(both, theirs - mine.losses, 0.0)
    limited = min(mine.losses.min(), theirs[both].min()) >= 0 and max(mine.losses.max(), theirs[both].max()) <= 1

    def change(kind: Kind | None, inside: np.ndarray, alpha: float) -> Change:
        part = mine.design.subset(inside)
        codes = None if part.clusters is None else np.unique(part.clusters, return_inverse=True)[1]
        design, values = Design(codes, part.weights), differ[inside]
        gain = bounded_mean(values, (-1.0, 1.0), design, alpha) if limited else mean_interval(values, design, alpha)
        weights = part.row_weights(len(values))
        candidate, other = (_weighted(losses[inside], weights) for losses in (mine.losses, theirs))
        return Change(kind, len(values), candidate, other, gain)

    codes = mine.design.clusters
    shown = [
        (kind, inside & both)
        for kind, inside in kinds
        if FEWEST_CASES <= (inside & both).sum() < both.sum()
        and (codes is None or len(np.unique(codes[inside & both])) >= FEWEST_CLUSTERS)
    ]
    changes = [change(kind, inside, ALPHA / len(shown)) for kind, inside in shown]
    changes.sort(key=lambda c: (c.gain.upper >= 0, c.gain.estimate, str(c.kind)))
    whole = change(None, both, ALPHA)
    return VersionComparison(name, whole, int((differ > 0).sum()), int((differ < 0).sum()), tuple(changes))


# --- a score within groups


@dataclass(frozen=True)
class GroupRanking:
    """A score that ranks between groups more than within them (Simpson's effect).

    Attributes:
        column: the grouping.
        overall: AUC over all pairs.
        within: AUC over pairs of one group only.
        between: AUC of the groups' mean scores: what the score knows of the group alone.
        groups: (value, rows, AUC) of each group with both classes, largest first.
    """

    column: str
    overall: Interval
    within: Interval
    between: float
    groups: tuple[tuple[str, int, float], ...]


def group_rankings(
    truth: np.ndarray,
    score: np.ndarray,
    frame: pd.DataFrame,
    *,
    clusters: np.ndarray | None = None,
    ignore: Iterable[str] = (),
) -> tuple[GroupRanking, ...]:
    """Returns the columns within whose groups the score ranks worse than it does overall, the largest fall first.

    A column is returned if its within-group AUC, weighted by pairs, lies below the overall AUC even at its upper bound,
    with one level for all columns tried (Bonferroni).

    Args:
        truth: (rows,) bool, the positive class.
        score: (rows,), larger for more likely positive.
        frame: columns to group by; those with 2 to 40 values are tried, two of them shared by at least 30 rows.
        clusters: (rows,), dependent rows.
        ignore: columns not to try.
    """
    positive, ranked = np.asarray(truth, dtype=bool), np.asarray(score, dtype=np.float64)
    codes = None if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1].astype(np.int64)
    skip = set(ignore)
    tried: list[tuple[str, np.ndarray]] = []
    for column in (c for c in map(str, frame.columns) if c not in skip):
        cells = texts(frame[column])
        counts = pd.Series(cells).value_counts()
        if 2 <= len(counts) <= GROUPS and (counts >= FEWEST_OF_GROUP).sum() >= 2:
            tried.append((column, cells))
    overall = auc(positive, ranked, Design(codes), ALPHA)
    found = [
        GroupRanking(column, overall, *told)
        for column, cells in tried
        if (told := _within(positive, ranked, cells, codes, ALPHA / len(tried))) is not None
    ]
    return tuple(sorted((g for g in found if g.within.upper < overall.estimate), key=lambda g: g.within.estimate))


def _within(
    positive: np.ndarray, score: np.ndarray, cells: np.ndarray, clusters: np.ndarray | None, alpha: float
) -> tuple[Interval, float, tuple[tuple[str, int, float], ...]] | None:
    """Returns the AUC within groups and between them, and that of each group; None with fewer than two groups."""
    groups = []
    for value, rows in pd.Series(np.arange(len(cells))).groupby(cells).indices.items():
        ones = int(positive[rows].sum())
        if len(rows) >= FEWEST_OF_GROUP and 0 < ones < len(rows):
            groups.append((str(value), np.asarray(rows), ones * (len(rows) - ones)))
    if len(groups) < 2:
        return None
    pairs = sum(g[2] for g in groups)
    influence, means, total, named = np.zeros(len(score)), np.zeros(len(score)), 0.0, []
    for value, rows, product in groups:
        side = positive[rows]
        placed = placements(side, score[rows], np.ones(len(rows)))
        area = float(placed[side].mean())
        influence[rows] = product / pairs * (placed - area) / np.where(side, side.sum(), (~side).sum())
        means[rows] = score[rows].mean()
        total += product / pairs * area
        named.append((value, len(rows), area))
    inside = np.concatenate([rows for _, rows, _ in groups])
    sums = group_influence(influence[inside], None if clusters is None else clusters[inside])
    reach = float(ndtri(1 - alpha)) * standard_error(sums)
    lower, upper = max(0.0, total - reach), min(1.0, total + reach)
    within = Interval(total, lower, upper, 1 - alpha, len(inside), float(len(sums)), "DeLong within groups")
    between = auc(positive[inside], means[inside], Design(), ALPHA).estimate
    return within, between, tuple(sorted(named, key=lambda g: -g[1]))
