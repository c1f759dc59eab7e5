"""From outcomes to the arrays that a metric is measured on; a request that failed counts as wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from gatebook.evidence.columns import is_positive
from gatebook.evidence.facts import Clusters
from gatebook.evidence.outcomes import Outcomes
from gatebook.project import METRICS
from gatebook.stats import Design, Guess, Interval, Rows, measure
from gatebook.stats.measure import Kind as StatKind
from gatebook.stats.weights import inverse_probability
from gatebook.tables import to_numbers

_EPSILON = 1e-6


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
        guess: a guess for labelled and unlabelled rows, where there is one.
        missing: why there is nothing to measure, empty where there is.
        classes: true answers as text, where the metric compares answers; shape (n,).
        truth_values: true values, where the metric measures a distance; 1 for a true case, 0 for another, where it measures
            a stated probability; shape (n,).
    """

    metric: str
    kind: StatKind
    rows: Rows
    design: Design
    losses: np.ndarray
    keys: np.ndarray
    positions: np.ndarray
    guess: Guess | None = None
    missing: str = ""
    classes: np.ndarray | None = None
    truth_values: np.ndarray | None = None
    _cases: pd.DataFrame | None = field(default=None, repr=False, compare=False)

    @cached_property
    def lineage(self) -> str:
        """Hash of ids and outcomes: equal for equal evidence, empty where there is none."""
        return "" if self._cases is None else _lineage(self.metric, self._cases)

    def interval(self, alpha: float, *, guess: bool = False) -> Interval:
        """Return the interval at one-sided alpha for each bound."""
        return measure(self.kind, self.rows, self.design, guess=self.guess if guess else None, alpha=alpha)

    def subset(self, mask: np.ndarray) -> Measured:
        """Return the arrays of the rows where `mask` (n,) holds; the rest count as neither labelled nor guessed."""
        rows = self.rows
        parts = {
            name: None if (side := getattr(rows, name)) is None else side[mask]
            for name in ("values", "truth", "predicted", "score")
        }
        guess = self.guess
        return replace(
            self, rows=Rows(**parts, scale=rows.scale), design=self.design.subset(mask), losses=self.losses[mask],
            keys=self.keys[mask], positions=self.positions[mask],
            guess=None if guess is None else Guess(guess.labelled[mask], guess.pool, guess.pool_clusters),
            classes=None if self.classes is None else self.classes[mask],
            truth_values=None if self.truth_values is None else self.truth_values[mask],
            _cases=None if self._cases is None else self._cases[mask],
        )  # fmt: skip

    @property
    def labelled(self) -> int:
        """Labelled rows, whether or not they enter the metric."""
        return len(self.keys)


_KINDS: dict[str, StatKind] = {
    "accuracy": "proportion", "success_rate": "proportion", "precision": "precision", "recall": "recall", "f1": "f1",
    "macro_f1": "macro_f1", "auc": "auc", "brier": "mean", "mean_score": "mean", "log_loss": "loss", "mae": "loss",
    "mape": "loss", "rmse": "rmse",
}  # fmt: skip


def same_answer(prediction: pd.Series, truth: pd.Series) -> pd.Series:
    """Return which predictions equal the truth, as text or, where both are numbers, as numbers."""
    equal = prediction == truth
    if equal.all():
        return equal
    left, right = (_distinct_numbers(s) for s in (prediction, truth))
    return equal | pd.Series(left == right, index=equal.index)


def _distinct_numbers(series: pd.Series) -> np.ndarray:
    """Return the column as numbers, each distinct text read once; NaN where it is none."""
    codes, texts = pd.factorize(series)
    return np.append(to_numbers(pd.Series(texts)).values.to_numpy(float), np.nan)[codes]


def prepare(
    found: Outcomes, metric: str, *, positive: str | None, scale: tuple[float, float] | None, clusters: Clusters,
    where: Mapping[str, Any] | None = None, sample: pd.DataFrame | None = None,
) -> Measured:  # fmt: skip
    """Return the arrays of a metric over the labelled rows (of a slice, where `where` names one)."""
    if found.unweighable:
        return _nothing(metric, found.unweighable)
    frame = found.frame
    codes = clusters.codes
    score_based = metric == "mean_score" or ("score" in found.has and metric == "success_rate")
    known = frame["score"].notna() if score_based else frame["truth"].notna()
    if where and sample is not None:
        inside = pd.Series(data=True, index=sample.index)
        for column, value in where.items():
            if column not in sample.columns:
                return _nothing(metric, f"the sample has no column {column!r}")
            inside &= sample[column].astype("str").str.strip() == str(value)
        known &= inside.to_numpy()[frame["row"].to_numpy()]
    mine = frame[known.to_numpy()]
    if mine.empty:
        return _nothing(metric, "no production row has a true answer")
    weights = None
    given, chance = (
        mine[name].to_numpy(float) for name in ("weight", "inclusion")
    )  # a hole is refused by the verdict
    if (given > 0).all():
        weights = given
    elif ((chance > 0) & (chance <= 1)).all():
        weights = inverse_probability(chance)
    if weights is not None and np.ptp(weights) == 0:
        weights = None
    design = Design(None if codes is None else codes[known.to_numpy()], weights)
    needs = _needs(metric)
    absent = [c for c in needs if c not in found.has]
    if absent:
        return _nothing(metric, f"the predictions have no {' or '.join(needs)}")
    rows, losses, missing = _rows(metric, mine, positive, scale)
    if missing:
        return _nothing(metric, missing)
    classes = mine["truth"].to_numpy(str) if metric == "accuracy" else None
    values = None
    if metric in {"mae", "mape", "rmse"}:
        values = to_numbers(mine["truth"]).values.to_numpy(float)
    elif metric in {"brier", "log_loss"}:
        values = is_positive(mine["truth"], positive).to_numpy().astype(float)
    return Measured(
        metric, _KINDS[metric], rows, design, losses, mine["key"].to_numpy(), mine["row"].to_numpy(),
        _guess(metric, found, known, scale), classes=classes, truth_values=values, _cases=mine,
    )  # fmt: skip


def _needs(metric: str) -> tuple[str, ...]:
    if metric in {"mean_score", "success_rate"}:
        return ()
    if metric in {"auc", "brier", "log_loss"}:
        return ("probability",)
    return ("prediction",)


def _rows(
    metric: str, mine: pd.DataFrame, positive: str | None, scale: tuple[float, float] | None
) -> tuple[Rows, np.ndarray, str]:
    """Return the arrays, one loss a row, and why there are none."""
    answered = (mine["answered"] & ~mine["failed"]).to_numpy()
    none = Rows(), np.empty(0)
    if metric == "mean_score":
        low, high = scale or (0.0, 1.0)
        score = mine["score"].to_numpy(float)
        if score.min() < low or score.max() > high:
            return *none, f"grades lie outside the scale {low:g} to {high:g}; set scale in [tables.labels]"
        score = np.where(mine["failed"].to_numpy(), low, score)
        return Rows(values=score, scale=(low, high)), (high - score) / (high - low), ""
    if metric == "success_rate":
        if mine["score"].notna().all():
            good = mine["score"].to_numpy(float) >= (scale[1] if scale else 1.0)
        else:
            good = is_positive(mine["truth"], positive).to_numpy()
        good = good & ~mine["failed"].to_numpy()
        return Rows(values=good.astype(float)), 1.0 - good, ""
    truth = mine["truth"]
    if metric in {"mae", "rmse", "mape"}:
        return _errors(metric, mine, answered)
    if metric in {"auc", "brier", "log_loss"}:
        if positive is None:
            return *none, "it is not said which class is positive; set positive in [targets]"
        yes = is_positive(truth, positive).to_numpy()
        probability = np.where(answered, mine["probability"].to_numpy(float), np.nan)
        known = probability[~np.isnan(probability)]
        low, high = (min(0.0, known.min()), max(1.0, known.max())) if len(known) else (0.0, 1.0)
        probability = np.where(
            np.isnan(probability), np.where(yes, low, high), probability
        )  # no answer: the worst
        if metric == "auc":
            return Rows(truth=yes, score=probability), np.abs(yes - probability), ""
        if probability.min() < 0 or probability.max() > 1:
            return *none, "probabilities lie outside 0 to 1"
        if metric == "brier":
            return Rows(values=(yes - probability) ** 2), (yes - probability) ** 2, ""
        chance = np.clip(np.where(yes, probability, 1 - probability), _EPSILON, 1.0)
        return Rows(values=-np.log(chance)), -np.log(chance), ""
    prediction = mine["prediction"]
    right = same_answer(prediction, truth).to_numpy() & answered
    if metric == "accuracy":
        return Rows(values=right.astype(float)), 1.0 - right, ""
    if metric == "macro_f1":
        classes = {c: i for i, c in enumerate(sorted(truth.unique()))}
        codes = truth.map(classes).to_numpy()
        predicted = np.where(right, codes, prediction.map(classes).fillna(len(classes)).to_numpy())
        return Rows(truth=codes, predicted=np.where(answered, predicted, len(classes))), 1.0 - right, ""
    if positive is None:
        return *none, "it is not said which class is positive; set positive in [targets]"
    yes = is_positive(truth, positive).to_numpy()
    alarm = np.where(
        answered, is_positive(prediction.fillna(""), positive).to_numpy(), ~yes
    )  # no answer: wrong
    return Rows(truth=yes, predicted=alarm.astype(bool)), (yes != alarm).astype(float), ""


def _errors(metric: str, mine: pd.DataFrame, answered: np.ndarray) -> tuple[Rows, np.ndarray, str]:
    truth = to_numbers(mine["truth"]).values.to_numpy(float)
    guess = to_numbers(mine["prediction"]).values.to_numpy(float)
    if np.isnan(truth).any():
        return Rows(), np.empty(0), "some true answers are not numbers"
    if (~answered | np.isnan(guess)).any():
        return (
            Rows(),
            np.empty(0),
            f"{int((~answered | np.isnan(guess)).sum())} labelled rows have no numeric prediction",
        )
    error = guess - truth
    if metric == "mape":
        if (truth == 0).any():
            return Rows(), np.empty(0), "some true answers are zero, where a percentage error has no meaning"
        return Rows(values=np.abs(error / truth)), np.abs(error / truth), ""
    return Rows(values=error if metric == "rmse" else np.abs(error)), np.abs(error), ""


def _guess(metric: str, found: Outcomes, known: pd.Series, scale: tuple[float, float] | None) -> Guess | None:
    """Return the judge's grade, or the model's confidence, for labelled and unlabelled rows alike."""
    if METRICS[metric].kind not in {"proportion", "mean"} or metric in {"precision", "recall", "brier"}:
        return None
    name = (
        "judge"
        if "judge" in found.has
        else "confidence"
        if "confidence" in found.has and metric == "accuracy"
        else None
    )
    if name is None:
        return None
    values = found.frame[name].to_numpy(float)
    if np.isnan(values).any():
        return None
    low, high = scale if scale and metric == "mean_score" else (0.0, 1.0)
    if values.min() < low or values.max() > high:
        return None
    mask = known.to_numpy()
    return Guess(values[mask], values[~mask]) if (~mask).any() else None


def _lineage(metric: str, mine: pd.DataFrame) -> str:
    columns = [
        c
        for c in ("key", "truth", "score", "prediction", "probability", "failed", "weight", "inclusion")
        if c in mine
    ]
    lines = sorted("\x1f".join(map(str, row)) for row in mine[columns].itertuples(index=False))
    return hashlib.sha256((metric + "\n" + "\n".join(lines)).encode()).hexdigest()[:32]


def _nothing(metric: str, why: str) -> Measured:
    empty = np.empty(0)
    return Measured(metric, _KINDS[metric], Rows(), Design(), empty, empty, empty, missing=why)
