"""Labels that are likely wrong: the share of all that a model's own unsureness cannot explain, and which ones to see
first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy import optimize, special, stats
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression

from gatebook.errors import TableError
from gatebook.evidence.compare import Learnable, Untaught, cross_fits, input_matrix
from gatebook.words import Code, say

Floats = NDArray[np.float64]

FEWEST = 200  # labelled rows below which a share of wrong labels cannot be told from unsureness
FEWEST_OF_CLASS = 10  # rows of an answer below which it is left out: a model cannot learn it
MOST = 4_000  # rows looked at; more are drawn at random
MOST_CLASSES = 100
DIMENSIONS = 100  # of text and categories, so that a model of many answers stays cheap
CHANCE = 0.01  # how often clean labels may be called wrong in part, by the clearest model of a panel
AGREES = 0.1  # the others of a panel must lean the same way
LIKELY = 0.5  # a label is listed where it is more likely wrong than not
TREES = 100
SLOPE = 0.5  # a cross-fitted model is calibrated up to this factor
SKILL = 0.5  # of the way from the commonest answer to all right: a model that knows less judges no label
LAPSES = np.concatenate([np.linspace(0.0025, 0.05, 20), np.linspace(0.06, 0.4, 18)])  # shares tried


class Judges(Code):
    """By what labels are judged."""

    SIMPLE_MODELS = "simple_models"
    AND_THE_MODEL = "and_the_model"


@dataclass(frozen=True)
class Lapse:
    """The share of labels that disagree however sure the model is.

    Attributes:
        share, lower, upper: of all labels, with its 95 % profile-likelihood interval.
        p: of a share of zero, one-sided.
        unsure: (rows,), chance that the model itself is wrong there, at the fitted calibration.
    """

    share: float
    lower: float
    upper: float
    p: float
    unsure: Floats


@dataclass(frozen=True)
class Opinion:
    """What one model says of the rows.

    Attributes:
        answers: (rows,), code of the likeliest answer, -1 for one that no label holds.
        lapse: the share of labels that it contradicts however sure it is.
        contradicts: (rows,), where the label is more likely wrong than right by this model alone.
        skill: how far its answers come from the commonest one (0) to the given ones (1).
    """

    answers: NDArray[np.int64]
    lapse: Lapse
    contradicts: NDArray[np.bool_]
    skill: float


@dataclass(frozen=True)
class LabelErrors:
    """Labels for a second look.

    Attributes:
        rows: rows looked at.
        looked: (rows,), their positions among the labelled cases.
        positions: (suspects,), positions among the labelled cases, the most suspicious first.
        lapse: share of wrong labels among the rows looked at.
        words: by what the labels were judged.
        able: whether the models know enough of the task to judge a label; else none is listed.
    """

    rows: int
    looked: np.ndarray
    positions: np.ndarray
    lapse: Lapse
    words: str
    able: bool

    def suspects(self, rows: int) -> Floats:
        """Return for each of the labelled cases 1 where its label is likely wrong, 0 where not, NaN where nobody
        looked.
        """
        out = np.full(rows, np.nan)
        out[self.looked] = 0
        out[self.positions] = 1
        return out


def likely_wrong(
    inputs: Learnable, labels: Sequence[str], *, said: Sequence[str] | None = None, sure: Floats | None = None
) -> LabelErrors | None:
    """Return the labels that models which never saw them contradict more surely than their unsureness explains.

    Cross-fitted logistic regression; where the inputs are mostly numbers also extremely randomised trees, since there a
    linear model can be surer than it should, and what only one of them contradicts may be its own blind spot. The model
    under test, with its stated confidence, may stand for one of the two where both name the same answer as it does.
    Suspects are ranked by `suspicion`. None where there are too few labels or nothing can be learnt. Without an excess
    of sure contradictions no label is listed, nor where the models know too little of the task: what contradicts their
    guesses is no sign of a wrong label.

    Args:
        inputs: what models learn from, one row a labelled case.
        labels: (rows,), the given answers.
        said: (rows,), the answers of the model under test.
        sure: (rows,), its stated confidence; without it `said` is not used.
    """
    given = np.asarray(labels, dtype=object).astype(str)
    counts = pd.Series(given).value_counts()
    usable = np.flatnonzero(pd.Series(given).map(counts).to_numpy() >= FEWEST_OF_CLASS)
    classes = int((counts >= FEWEST_OF_CLASS).sum())
    if len(usable) < FEWEST or not 2 <= classes <= MOST_CLASSES:
        return None
    if len(usable) > MOST:
        usable = np.sort(np.random.default_rng(inputs.seed).choice(usable, MOST, replace=False))
    groups = None if inputs.clusters is None else np.asarray(inputs.clusters)[usable]
    part = replace(inputs, inputs=inputs.inputs.iloc[usable].reset_index(drop=True), clusters=groups)
    try:
        chances, codes = _cross_fitted(part, given[usable])
    except TableError:  # no column to learn from, or one cluster only
        return None
    kit = [_opinion(c.argmax(axis=1), c.max(axis=1), codes) for c in chances]
    judges = Judges.SIMPLE_MODELS
    own = None
    if said is not None and sure is not None and np.isfinite(sure[usable]).all():
        names = np.unique(given[usable])
        answers = pd.Index(names).get_indexer(np.asarray(said, dtype=object).astype(str)[usable])
        own = _opinion(answers.astype(np.int64), sure[usable], codes)
        judges = Judges.AND_THE_MODEL
    likely, lapse, able = _judged(kit, own)
    order = np.argsort(-suspicion(np.mean(chances, axis=0), codes), kind="stable")
    return LabelErrors(len(usable), usable, usable[order[likely[order]]], lapse, say(judges, labels=len(usable)), able)


def _opinion(answers: NDArray[np.int64], sure: Floats, codes: NDArray[np.int64]) -> Opinion:
    lapse = lapse_share(_logit(sure), answers == codes)
    wrong = lapse.share / (lapse.share + (1 - lapse.share) * np.maximum(lapse.unsure, 1e-12))
    most = float(np.bincount(codes).max()) / len(codes)
    skill = (float((answers == codes).mean()) - most) / max(1 - most, 1e-9)
    return Opinion(answers, lapse, (answers != codes) & (wrong >= LIKELY), skill)


def _judged(kit: list[Opinion], own: Opinion | None) -> tuple[NDArray[np.bool_], Lapse, bool]:
    """Return which labels are likely wrong, the share by the most telling panel of models, and whether any could judge.

    A panel is all models made here, or one of them with the model under test. All of a panel must contradict the label,
    and the models made here must all name the same other answer: what two share as a blind spot, a third one sees.
    """
    panels = [tuple(kit), *((one, own) for one in kit if own is not None)]
    same = np.logical_and.reduce([one.answers == kit[0].answers for one in kit])
    likely, able, told = np.zeros(len(same), dtype=bool), [], []
    for panel in panels:
        lapse = min((one.lapse for one in panel), key=lambda one: one.share)
        able.append(lapse.upper < LAPSES[-1] and all(one.skill >= SKILL for one in panel))
        told.append((able[-1], lapse.share, lapse))
        chances = [one.lapse.p for one in panel]
        if able[-1] and min(chances) <= CHANCE and max(chances) <= AGREES:
            agreed = same & (panel[-1].answers == kit[0].answers)
            likely |= agreed & np.logical_and.reduce([one.contradicts for one in panel])
    return likely, max(told, key=lambda one: one[:2])[2], any(able)


def suspicion(chances: Floats, given: NDArray[np.integer]) -> Floats:
    """Return how far the likeliest other class exceeds the given one, shape (rows,), from -1 to 1.

    The normalised margin of Northcutt, Jiang & Chuang (2021, JAIR 70, section 3.1), from out-of-sample chances of
    shape (rows, classes); the larger, the more likely the label is wrong.
    """
    rows = np.arange(len(chances))
    others = chances.copy()
    others[rows, given] = -np.inf
    return np.asarray(others.max(axis=1) - chances[rows, given])


def lapse_share(sureness: Floats, agree: NDArray[np.bool_]) -> Lapse:
    """Return the share of labels that disagree however sure the model is, from its log-odds of being right, (rows,).

    P(label agrees) = (1 - lapse) expit(a + b sureness), by maximum likelihood: the lapse rate of Wichmann & Hill
    (2001, Perception & Psychophysics 63). A model that is merely unsure has a lapse of 0, because its disagreements
    vanish as it grows sure; wrong labels stay. b is at least one half, else a useless sureness would pass for wrong
    labels.
    """

    def loss(lapse: float, start: Floats) -> tuple[float, Floats]:
        def value(at: Floats) -> float:
            right = (1 - lapse) * special.expit(at[0] + at[1] * sureness)
            right = np.clip(right, 1e-12, 1 - 1e-12)
            return -float(np.log(right[agree]).sum() + np.log1p(-right[~agree]).sum())

        found = optimize.minimize(value, start, method="L-BFGS-B", bounds=[(-10, 10), (SLOPE, 20)])
        return float(found.fun), np.asarray(found.x)

    none, start = loss(0.0, np.array([0.0, 1.0]))
    values, starts = [none], [start]
    for lapse in LAPSES:
        value, start = loss(float(lapse), start)
        values.append(value)
        starts.append(start)
    shares, heights = np.concatenate([[0.0], LAPSES]), np.array(values)
    best = int(heights.argmin())
    inside = shares[2 * (heights - heights[best]) <= special.chdtri(1, 0.05)]
    # at the edge of the parameter's range the statistic is 0 half the time
    p = 1.0 if best == 0 else float(special.chdtrc(1, max(0.0, 2 * (none - heights[best])))) / 2
    unsure = special.expit(-(starts[best][0] + starts[best][1] * sureness))
    return Lapse(float(shares[best]), float(inside.min()), float(inside.max()), p, np.asarray(unsure))


def _cross_fitted(part: Learnable, given: np.ndarray) -> tuple[list[Floats], NDArray[np.int64]]:
    """Return out-of-sample chances by each model, shape (rows, classes), and the codes of the given labels."""
    matrix, _ = input_matrix(part.inputs, part.ignore, part.text)
    if wide := matrix.shape[1] > 3 * DIMENSIONS:  # words and categories
        matrix = TruncatedSVD(DIMENSIONS, random_state=part.seed).fit_transform(matrix)
    dense = np.asarray(matrix.todense() if sp.issparse(matrix) else matrix)
    # by rank, so that a few extreme values make no model surer than it can be
    scores = special.ndtri((stats.rankdata(dense, axis=0) - 0.5) / len(dense))
    names, codes = np.unique(given, return_inverse=True)
    linear, trees = np.zeros((2, len(given), len(names)))
    for train, test in cross_fits(given, "classification", part.clusters, part.seed):
        known = np.unique(codes[train])
        if len(known) < 2:
            raise TableError(Untaught.ONE_ANSWER)
        first = LogisticRegression(max_iter=200, C=0.1).fit(scores[train], codes[train])
        linear[np.ix_(test, known)] = first.predict_proba(scores[test])
        if wide:
            continue
        second = ExtraTreesClassifier(TREES, min_samples_leaf=3, random_state=part.seed).fit(
            scores[train], codes[train]
        )
        trees[np.ix_(test, known)] = second.predict_proba(scores[test])
    return [linear] if wide else [linear, trees], codes.astype(np.int64)


def _logit(chance: Floats) -> Floats:
    return np.asarray(special.logit(np.clip(chance, 1e-4, 1 - 1e-4)))
