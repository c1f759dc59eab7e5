"""The simplest model that could work, trained by the kit, beside the model on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from gatebook.cases.bind import Cases
from gatebook.cases.columns import is_positive
from gatebook.errors import TableError
from gatebook.evidence.baseline import FOLDS, Baseline, Task, simplest
from gatebook.evidence.paired import METRICS, paired
from gatebook.evidence.performance import Measured
from gatebook.stats import Design, Interval, Rows
from gatebook.stats.design import ratio
from gatebook.stats.interval import bounded_mean

MOST = 4_000  # rows that a model is trained on, and that it answers; more are drawn at random
FEWEST = 50  # curated rows with an answer below which the labelled rows teach better


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
    inputs: pd.DataFrame,
    found: Cases,
    data: Measured,
    task: str,
    *,
    curated: tuple[pd.DataFrame, np.ndarray] | None = None,
    ignore: Sequence[str] = (),
    text: Sequence[str] = (),
    seed: int = 0,
    alpha: float = 0.05,
    positive: str | None = None,
) -> SimpleModel | None:
    """Return the paired comparison, None where answers are graded, or nothing can be learnt.

    Args:
        inputs: one row a labelled case, in the order of `data`.
        found: the candidate's outcomes.
        data: the headline metric's arrays; its clusters and weights are used.
        task: of the project.
        curated: the curated inputs and their true answers; with too few of them the labelled rows teach, cross-fitted.
        ignore: columns that are no inputs.
        text: columns of free text.
        seed: of folds and draws.
        alpha: one-sided, of each bound.
        positive: text of the positive class, where the metric has one.
    """
    if (
        task not in ("classification", "regression")
        or found.truth.graded
        or not {"truth", "probability" if data.metric == "auc" else "prediction"} <= found.has
    ):
        return None
    kind: Task = "regression" if task == "regression" else "classification"
    cases = found.frame.iloc[data.at].reset_index(drop=True)
    if len(cases) != len(inputs) or len(cases) < 2 * FOLDS:
        return None
    rng = np.random.default_rng(seed)
    rows = _drawn(len(cases), rng)
    mine, part = inputs.iloc[rows].reset_index(drop=True), cases.iloc[rows]
    design = data.design.subset(np.isin(np.arange(len(cases)), rows))
    if design.clusters is not None:
        design = replace(design, clusters=np.unique(design.clusters, return_inverse=True)[1])
    learn = None
    if curated is not None and len(curated[1]) >= FEWEST:
        chosen = _drawn(len(curated[1]), rng)
        learn = (curated[0].iloc[chosen].reset_index(drop=True), curated[1][chosen])
    try:
        if kind == "regression":
            truth = pd.to_numeric(part["truth"], errors="coerce").to_numpy(float)
            learn = (
                None
                if learn is None
                else (learn[0], pd.to_numeric(pd.Series(learn[1]), errors="coerce").to_numpy(float))
            )
            if np.isnan(truth).any() or (learn is not None and np.isnan(learn[1]).any()):
                return None
            model = simplest(
                mine, truth, kind, curated=learn, clusters=design.clusters, ignore=ignore, text=text, seed=seed
            )
            told = _distances(part, truth, model.predictions, design, alpha)
        else:
            answers = part["truth"].astype(str).to_numpy(dtype=object)
            model = simplest(
                mine, answers, kind, curated=learn, clusters=design.clusters, ignore=ignore, text=text, seed=seed
            )
            told = _shares(part, answers, model.predictions, design, alpha)
    except TableError:  # no column that a simple model could use, or one cluster only
        return None
    if told is None:
        return None
    words = model.name if len(rows) == len(cases) else f"{model.name}, on {len(rows):,} of {len(cases):,} rows"
    metric = "mae" if kind == "regression" else "accuracy"
    if data.metric in METRICS and (own := _in_the_metric(data, rows, part, model, positive, design, alpha)):
        metric, told = data.metric, own
    elif "prediction" not in found.has:
        return None
    return SimpleModel(words, metric, *told, rows, model.predictions)


def _in_the_metric(
    data: Measured,
    rows: np.ndarray,
    part: pd.DataFrame,
    model: Baseline,
    positive: str | None,
    design: Design,
    alpha: float,
) -> tuple[Interval, Interval] | None:
    """Returns the comparison in the project's own metric, None where the simplest model has nothing to say in it."""
    mine = data.subset(np.isin(np.arange(len(data.keys)), rows)).rows
    said = pd.Series(model.predictions)
    if mine.values is not None and data.truth_values is not None:
        errors = model.predictions - data.truth_values[rows]
        other = Rows(values=errors / np.abs(data.truth_values[rows]) if data.metric == "mape" else errors)
    elif mine.truth is None:
        return None
    elif data.metric == "macro_f1":
        answers = part["truth"].astype(str)
        code = dict(zip(answers, mine.truth, strict=True))
        beyond = int(np.max(mine.truth)) + 1
        other = Rows(truth=mine.truth, predicted=said.astype(str).map(code).fillna(beyond).to_numpy())
    elif positive is None:
        return None
    elif data.metric == "auc":
        second = max(part["truth"].astype(str).unique())
        if model.scores is None or part["truth"].nunique() > 2:
            return None
        sign = 1.0 if bool(is_positive(pd.Series([second]), positive).iloc[0]) else -1.0
        other = Rows(truth=mine.truth, score=sign * model.scores)
    else:
        other = Rows(truth=mine.truth, predicted=is_positive(said.astype("str"), positive).to_numpy(bool))
    return paired(data.metric, mine, other, design, alpha)


def _drawn(rows: int, rng: np.random.Generator) -> np.ndarray:
    return np.arange(rows) if rows <= MOST else np.sort(rng.choice(rows, MOST, replace=False))


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
    found = ratio(values, np.ones(len(values)), design)
    reach = float(stdtrit(found.df, 1 - alpha)) * found.se if found.df >= 1 else np.inf
    return Interval(
        found.value, found.value - reach, found.value + reach, 1 - alpha, len(values), float(len(values)), "Student's t"
    )
