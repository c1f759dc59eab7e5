"""From outcomes to the arrays that a metric is measured on; a request that failed counts as wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.cases.columns import is_positive
from gatebook.cases.questions import Code
from gatebook.evidence.clusters import Clusters
from gatebook.project import METRICS
from gatebook.stats import Design, Guess, Interval, Rows, measure
from gatebook.stats.measure import Kind as StatKind
from gatebook.stats.weights import inverse_probability
from gatebook.tables import to_numbers
from gatebook.words.figures import plain_number

_EPSILON = 1e-6
Reading = Literal["measured", "pass", "fail"]


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
    at: np.ndarray
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
            self,
            rows=Rows(**parts, scale=rows.scale),
            design=self.design.subset(mask),
            losses=self.losses[mask],
            keys=self.keys[mask],
            positions=self.positions[mask],
            at=self.at[mask],
            guess=None if guess is None else Guess(guess.labelled[mask], guess.pool, guess.pool_clusters),
            classes=None if self.classes is None else self.classes[mask],
            truth_values=None if self.truth_values is None else self.truth_values[mask],
            _cases=None if self._cases is None else self._cases[mask],
        )

    @property
    def labelled(self) -> int:
        """Labelled rows, whether or not they enter the metric."""
        return len(self.keys)


_KINDS: dict[str, StatKind] = {
    "accuracy": "proportion",
    "success_rate": "proportion",
    "precision": "precision",
    "recall": "recall",
    "f1": "f1",
    "macro_f1": "macro_f1",
    "auc": "auc",
    "brier": "mean",
    "mean_score": "mean",
    "log_loss": "loss",
    "mae": "loss",
    "mape": "loss",
    "rmse": "rmse",
}


def prepare(
    found: Cases,
    metric: str,
    *,
    positive: str | None,
    scale: tuple[float, float] | None,
    clusters: Clusters,
    where: Mapping[str, Any] | None = None,
    sample: pd.DataFrame | None = None,
    reading: Reading = "measured",
) -> Measured:
    """Return the arrays of a metric over the labelled rows (of a slice, where `where` names one).

    What is missing of an outcome is left out of "measured"; it counts as bad in "pass" and as good in "fail", where a blank
    answer is not counted at all.
    """
    if found.unweighable:
        return _nothing(metric, found.unweighable)
    frame = found.frame
    codes = clusters.codes
    score_based = metric == "mean_score" or ("score" in found.has and metric == "success_rate")
    labelled = (frame["score"].notna() if score_based else frame["truth"].notna()).to_numpy()
    if where and sample is not None:
        if absent := [column for column in where if column not in sample.columns]:
            return _nothing(metric, f"the sample has no column {absent[0]!r}")
        inside_rows = inside(sample, where)[frame["row"].to_numpy()]
    else:
        inside_rows = np.ones(len(frame), dtype=bool)
    if not (labelled & inside_rows).any():
        return _nothing(metric, "no production row has a true answer")
    known = _read_as(frame, labelled, reading) & inside_rows
    mine = frame[known]
    if mine.empty:
        return _nothing(metric, _unread(metric, frame[labelled & inside_rows]))
    design = Design(None if codes is None else codes[known], _weights(mine))
    needs = _needs(metric)
    absent = [c for c in needs if c not in found.has]
    if absent:
        return _nothing(metric, f"the predictions have no {' or '.join(needs)}")
    rows, losses, missing = _rows(metric, mine, positive, scale, good=reading == "fail")
    if missing:
        return _nothing(metric, missing)
    classes = mine["truth"].to_numpy(str) if metric == "accuracy" else None
    values = None
    if metric in {"mae", "mape", "rmse"}:
        values = to_numbers(mine["truth"]).values.to_numpy(float)
    elif metric in {"brier", "log_loss"}:
        values = is_positive(mine["truth"], positive).to_numpy().astype(float)
    return Measured(
        metric,
        _KINDS[metric],
        rows,
        design,
        losses,
        mine["key"].to_numpy(),
        mine["row"].to_numpy(),
        np.flatnonzero(known),
        _guess(metric, found, known, scale),
        classes=classes,
        truth_values=values,
        _cases=mine,
    )


def inside(sample: pd.DataFrame, where: Mapping[str, Any]) -> np.ndarray:
    """Return which rows of the sample lie in a slice, shape (rows,); every column must be there."""
    found = np.ones(len(sample), dtype=bool)
    for column, value in where.items():
        found &= (sample[column].astype("str").str.strip() == str(value)).to_numpy()
    return found


def _unread(metric: str, mine: pd.DataFrame) -> str:
    """Return why not one labelled row was measured."""
    why = _errors(metric, mine.assign(missing=""), good=False)[2] if metric in {"mae", "rmse", "mape"} else ""
    return why or "no labelled row has an answer that can be read"


def _read_as(frame: pd.DataFrame, labelled: np.ndarray, reading: Reading) -> np.ndarray:
    """Return which rows enter a reading, shape (rows,)."""
    missing = frame["missing"].to_numpy(dtype=object)
    if reading == "measured":
        return np.asarray(labelled & (missing == ""))
    asked = labelled | (missing == Code.BLANK_LABELS)
    return np.asarray(asked & (missing != Code.BLANK_ANSWERS) if reading == "fail" else asked)


def _weights(mine: pd.DataFrame) -> np.ndarray | None:
    """Return the weight of each row, the mean one where nobody could give it; None where all count alike."""
    lost = (mine["missing"] != "").to_numpy()
    given, chance = (
        mine[name].to_numpy(float, copy=True) for name in ("weight", "inclusion")
    )  # a hole is refused by the verdict
    for values in (given, chance):
        if lost.any() and np.isfinite(values[~lost]).any():
            values[lost & ~np.isfinite(values)] = np.nanmean(values[~lost])
    weights = None
    if (given > 0).all():
        weights = given
    elif ((chance > 0) & (chance <= 1)).all():
        weights = inverse_probability(chance)
    return None if weights is not None and np.ptp(weights) == 0 else weights


def _needs(metric: str) -> tuple[str, ...]:
    if metric in {"mean_score", "success_rate"}:
        return ()
    if metric in {"auc", "brier", "log_loss"}:
        return ("probability",)
    return ("prediction",)


def _rows(
    metric: str, mine: pd.DataFrame, positive: str | None, scale: tuple[float, float] | None, *, good: bool
) -> tuple[Rows, np.ndarray, str]:
    """Return the arrays, one loss a row, and why there are none; `good` is how what is missing counts."""
    if metric in {"mean_score", "success_rate"}:
        return _grades(metric, mine, positive, scale, good=good)
    if metric in {"mae", "rmse", "mape"}:
        return _errors(metric, mine, good=good)
    if metric in {"precision", "recall", "f1", "auc", "brier", "log_loss"} and positive is None:
        return Rows(), np.empty(0), "it is not said which class is positive; set positive in [targets]"
    if metric in {"auc", "brier", "log_loss"}:
        return _chances(metric, mine, positive, good=good)
    answered, lost = (mine["answered"] & ~mine["failed"]).to_numpy(), (mine["missing"] != "").to_numpy()
    truth, prediction = mine["truth"], mine["prediction"]
    right = np.where(lost, good, (prediction == truth).to_numpy() & answered)
    if metric == "accuracy":
        return Rows(values=right.astype(float)), 1.0 - right, ""
    if metric == "macro_f1":
        classes = {c: i for i, c in enumerate(sorted(truth.dropna().unique()))}
        codes = truth.map(classes).fillna(0).to_numpy().astype(np.int64)
        predicted = np.where(right, codes, prediction.map(classes).fillna(len(classes)).to_numpy())
        usable = answered & ~(lost & ~right)
        return Rows(truth=codes, predicted=np.where(usable | right, predicted, len(classes))), 1.0 - right, ""
    yes = is_positive(truth, positive).to_numpy()
    said = is_positive(prediction.fillna(""), positive).to_numpy()
    alarm = np.where(lost, yes == good, np.where(answered, said, ~yes))  # no answer: wrong
    return Rows(truth=yes, predicted=alarm.astype(bool)), (yes != alarm).astype(float), ""


def _grades(
    metric: str, mine: pd.DataFrame, positive: str | None, scale: tuple[float, float] | None, *, good: bool
) -> tuple[Rows, np.ndarray, str]:
    failed, lost = mine["failed"].to_numpy(), (mine["missing"] != "").to_numpy()
    score = mine["score"].to_numpy(float)
    if metric == "success_rate":
        graded = not np.isnan(score[~lost]).any()
        right = score >= (scale[1] if scale else 1.0) if graded else is_positive(mine["truth"], positive).to_numpy()
        right = np.where(lost, good, right & ~failed)
        return Rows(values=right.astype(float)), 1.0 - right, ""
    low, high = scale or (0.0, 1.0)
    if np.nanmin(score) < low or np.nanmax(score) > high:
        return (
            Rows(),
            np.empty(0),
            f"grades lie outside the scale {plain_number(low)} to {plain_number(high)}; set scale in [tables.labels]",
        )
    score = np.where(failed, low, np.where(lost, high if good else low, score))
    return Rows(values=score, scale=(low, high)), (high - score) / (high - low), ""


def _chances(metric: str, mine: pd.DataFrame, positive: str | None, *, good: bool) -> tuple[Rows, np.ndarray, str]:
    yes, lost = is_positive(mine["truth"], positive).to_numpy(), (mine["missing"] != "").to_numpy()
    answered = (mine["answered"] & ~mine["failed"]).to_numpy() & ~lost
    probability = np.where(answered, mine["probability"].to_numpy(float), np.nan)
    known = probability[~np.isnan(probability)]
    low, high = (min(0.0, known.min()), max(1.0, known.max())) if len(known) else (0.0, 1.0)
    worst, best = np.where(yes, low, high), np.where(yes, high, low)
    probability = np.where(
        np.isnan(probability), np.where(lost & good, best, worst), probability
    )  # no answer: the worst
    if metric == "auc":
        return Rows(truth=yes, score=probability), np.abs(yes - probability), ""
    if probability.min() < 0 or probability.max() > 1:
        return Rows(), np.empty(0), "probabilities lie outside 0 to 1"
    if metric == "brier":
        return Rows(values=(yes - probability) ** 2), (yes - probability) ** 2, ""
    chance = np.clip(np.where(yes, probability, 1 - probability), _EPSILON, 1.0)
    return Rows(values=-np.log(chance)), -np.log(chance), ""


def _errors(metric: str, mine: pd.DataFrame, *, good: bool) -> tuple[Rows, np.ndarray, str]:
    truth = to_numbers(mine["truth"]).values.to_numpy(float)
    guess = to_numbers(mine["prediction"]).values.to_numpy(float)
    lost = (mine["missing"] != "").to_numpy()
    failed = mine["failed"].to_numpy()
    if (np.isnan(truth) & ~lost).any():
        return Rows(), np.empty(0), "some true answers are not numbers"
    unknown = lost | failed | np.isnan(guess)
    if unknown.any() and not good:  # an error without a number is as large as anybody likes
        return Rows(), np.empty(0), f"{int(unknown.sum())} labelled rows have no numeric prediction"
    error = np.where(unknown, 0.0, guess - truth)
    if metric == "mape":
        if (truth[~unknown] == 0).any():
            return Rows(), np.empty(0), "some true answers are zero, where a percentage error has no meaning"
        share = np.abs(np.divide(error, truth, out=np.zeros_like(error), where=~unknown))
        return Rows(values=share), share, ""
    return Rows(values=error if metric == "rmse" else np.abs(error)), np.abs(error), ""


def _guess(metric: str, found: Cases, known: np.ndarray, scale: tuple[float, float] | None) -> Guess | None:
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
    return Guess(values[known], values[~known]) if (~known).any() else None


def _lineage(metric: str, mine: pd.DataFrame) -> str:
    columns = [
        c for c in ("key", "truth", "score", "prediction", "probability", "failed", "weight", "inclusion") if c in mine
    ]
    lines = sorted("\x1f".join(map(str, row)) for row in mine[columns].itertuples(index=False))
    return hashlib.sha256((metric + "\n" + "\n".join(lines)).encode()).hexdigest()[:32]


def _nothing(metric: str, why: str) -> Measured:
    empty = np.empty(0)
    return Measured(metric, _KINDS[metric], Rows(), Design(), empty, empty, empty, empty.astype(np.intp), missing=why)
