"""What the model is worth beyond the obvious: against no model, against the simplest one, and within groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy import special
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
from sklearn.svm import LinearSVC

from gatebook.errors import TableError
from gatebook.evidence.slices.features import features
from gatebook.evidence.slices.predicate import texts
from gatebook.stats.design import Design, group_influence, standard_error
from gatebook.stats.interval import Interval
from gatebook.stats.measure import auc, placements

Floats = NDArray[np.float64]
Task = Literal["classification", "regression"]

FOLDS = 5
ALPHA = 0.025  # each bound
RARE = 5  # rows that must share a category value for the simplest model to use it
GROUPS = 40  # values a column may have to be a grouping


@dataclass(frozen=True)
class Baseline:
    """Predictions of something simpler than the model.

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


def simplest(
    frame: pd.DataFrame,
    truth: pd.Series | np.ndarray,
    task: Task,
    *,
    curated: tuple[pd.DataFrame, pd.Series | np.ndarray] | None = None,
    clusters: np.ndarray | None = None,
    ignore: Iterable[str] = (),
    text: Sequence[str] = (),
    seed: int = 0,
) -> Baseline:
    """Returns the predictions of a linear model that never saw the row it predicts.

    TF-IDF of words and word pairs, values of categories, numbers, hours and weekdays; a linear support vector
    classifier (a fiftieth of the time of a logistic regression at 77 classes) or ridge, nothing tuned. With `curated` it learns there; else it is cross-fitted in five folds, whole
    clusters at a time.

    Raises:
        TableError: no column can be used, or fewer labels than folds.
    """
    labels = np.asarray(truth, dtype=np.float64 if task == "regression" else object)
    if curated is None:
        matrix, used = input_matrix(frame, ignore, text)
        if len(frame) < 2 * FOLDS:
            raise TableError(f"{len(frame)} labelled rows are too few for {FOLDS} folds. Label at least {2 * FOLDS}.")
        predictions = np.empty(len(frame), dtype=labels.dtype)
        scores: np.ndarray | None = np.empty(len(frame))
        for train, test in cross_fits(labels, task, clusters, seed):
            predictions[test], part = _fitted(matrix[train], labels[train], matrix[test], task)
            scores = _into(scores, test, part)
        return Baseline("linear model, cross-fitted on the labelled rows", predictions, used, scores)
    learn, answers = curated
    shared = [c for c in frame.columns if c in learn.columns]
    both = pd.concat([learn[shared], frame[shared]], ignore_index=True)
    matrix, used = input_matrix(both, ignore, [c for c in text if c in shared])
    known = np.asarray(answers, dtype=labels.dtype)
    n = len(learn)
    answered, leaning = _fitted(matrix[:n], known, matrix[n:], task)
    return Baseline("linear model, trained on the curated rows", answered, used, leaning)


def _into(scores: np.ndarray | None, rows: np.ndarray, part: np.ndarray | None) -> np.ndarray | None:
    """Returns the scores with those of one fold; None once a fold has none."""
    if scores is None or part is None:
        return None
    scores[rows] = part
    return scores


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
        raise TableError("No column can be used by a simple model: all are empty, constant or name rows.")
    return sp.hstack(parts, format="csr"), tuple(used)


def cross_fits(
    labels: np.ndarray, task: Task, clusters: np.ndarray | None, seed: int
) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    if clusters is not None:
        groups = np.unique(np.asarray(clusters), return_inverse=True)[1]
        splits = min(FOLDS, int(groups.max()) + 1)
        if splits < 2:
            raise TableError("All rows belong to one cluster, so no model can be tried on rows it has not seen.")
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


def group_rankings(
    truth: np.ndarray,
    score: np.ndarray,
    frame: pd.DataFrame,
    *,
    clusters: np.ndarray | None = None,
    ignore: Iterable[str] = (),
    minimum: int = 30,
) -> tuple[GroupRanking, ...]:
    """Returns the columns within whose groups the score ranks worse than it does overall, the largest fall first.

    A column is returned if its within-group AUC, weighted by pairs, lies below the overall AUC even at its upper bound,
    with one level for all columns tried (Bonferroni).

    Args:
        truth: (rows,) bool, the positive class.
        score: (rows,), larger for more likely positive.
        frame: columns to group by; those with 2 to 40 values shared by at least `minimum` rows are tried.
        clusters: (rows,), dependent rows.
        ignore: columns not to try.
        minimum: fewest rows of a group.
    """
    positive, ranked = np.asarray(truth, dtype=bool), np.asarray(score, dtype=np.float64)
    codes = None if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1].astype(np.int64)
    skip = set(ignore)
    tried: list[tuple[str, np.ndarray]] = []
    for column in map(str, frame.columns):
        cells = texts(frame[column]) if column not in skip else np.empty(0)
        known = pd.Series(cells).dropna()
        if 2 <= known.nunique() <= GROUPS and (known.value_counts() >= minimum).sum() >= 2:
            tried.append((column, cells))
    overall = auc(positive, ranked, Design(codes), ALPHA)
    out = []
    for column, cells in tried:
        found = _within(
            column, positive, ranked, cells, codes, overall=overall, alpha=ALPHA / len(tried), minimum=minimum
        )
        if found is not None and found.within.upper < overall.estimate:
            out.append(found)
    return tuple(sorted(out, key=lambda g: g.within.estimate))


def _within(
    column: str,
    positive: np.ndarray,
    score: np.ndarray,
    cells: np.ndarray,
    clusters: np.ndarray | None,
    *,
    overall: Interval,
    alpha: float,
    minimum: int,
) -> GroupRanking | None:
    groups = []
    for value, rows in pd.Series(np.arange(len(cells))).groupby(cells).indices.items():
        ones = int(positive[rows].sum())
        if len(rows) >= minimum and 0 < ones < len(rows):
            groups.append((str(value), np.asarray(rows), ones * (len(rows) - ones)))
    if len(groups) < 2:
        return None
    pairs = sum(g[2] for g in groups)
    influence, total, named = np.zeros(len(score)), 0.0, []
    for value, rows, product in groups:
        side = positive[rows]
        placed = placements(side, score[rows], np.ones(len(rows)))
        area = float(placed[side].mean())
        influence[rows] = product / pairs * (placed - area) / np.where(side, side.sum(), (~side).sum())
        total += product / pairs * area
        named.append((value, len(rows), area))
    inside = np.concatenate([rows for _, rows, _ in groups])
    sums = group_influence(influence[inside], None if clusters is None else clusters[inside])
    reach = float(special.ndtri(1 - alpha)) * standard_error(sums)
    within = Interval(
        total,
        max(0.0, total - reach),
        min(1.0, total + reach),
        1 - alpha,
        len(inside),
        float(len(sums)),
        "DeLong within groups",
    )
    means = np.zeros(len(score))
    for _, rows, _ in groups:
        means[rows] = score[rows].mean()
    between = auc(positive[inside], means[inside], Design(), ALPHA).estimate
    return GroupRanking(column, overall, within, between, tuple(sorted(named, key=lambda g: -g[1])))
