"""The simplest answer of each metric, and by how much a model beats it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as oracle

from gatebook.evidence.compare import Comparison, always_alarm, compare_with_trivial
from gatebook.evidence.performance import Measured
from gatebook.stats import Design, Rows

N = 400
RNG = np.random.default_rng(0)
YES = RNG.random(N) < 0.3
CHANCE = np.clip(np.where(YES, RNG.beta(5, 2, N), RNG.beta(2, 5, N)), 0.01, 0.99)
TRUE = RNG.lognormal(3, 0.5, N)


def measured(metric: str, kind: str, rows: Rows, weights: np.ndarray | None = None, **extra: np.ndarray) -> Measured:
    keys = np.array([f"k{i}" for i in range(N)])
    return Measured(metric, kind, rows, Design(weights=weights), np.zeros(N), keys, np.arange(N), np.arange(N), **extra)  # type: ignore[arg-type]  # one of the known kinds


def compared(*args: object, **extra: np.ndarray) -> Comparison:
    found = compare_with_trivial(measured(*args, **extra), people=False)  # type: ignore[arg-type]  # as `measured`
    assert found is not None
    return found


def test_the_commonest_answer() -> None:
    right = (RNG.random(N) < 0.9).astype(float)
    found = compared("accuracy", "proportion", Rows(values=right), classes=np.where(YES, "yes", "no"))
    assert found.words == "Always answering no"
    assert found.trivial == pytest.approx(1 - YES.mean())
    assert found.difference.estimate == pytest.approx(right.mean() - found.trivial)
    assert found.difference.lower > 0


def test_the_commonest_answer_counts_by_weight() -> None:
    found = compared(
        "accuracy", "proportion", Rows(values=np.ones(N)), np.where(YES, 20.0, 1.0), classes=np.where(YES, "yes", "no")
    )
    assert found.words == "Always answering yes"


@pytest.mark.parametrize(("metric", "score"), [("f1", oracle.f1_score), ("precision", oracle.precision_score)])
def test_always_raising_the_alarm(metric: str, score: object) -> None:
    found = compared(metric, metric, Rows(truth=YES, predicted=CHANCE > 0.5))
    assert found.trivial == pytest.approx(score(YES, np.ones(N)))  # type: ignore[operator]  # a function of scikit-learn
    assert found.difference.lower > 0


def test_recall_is_compared_by_what_tells_cases_apart() -> None:
    good = compared("recall", "recall", Rows(truth=YES, predicted=CHANCE > 0.5))
    assert good.trivial == 1
    assert good.measured_on
    hit, false = (CHANCE > 0.5)[YES].mean(), (CHANCE > 0.5)[~YES].mean()
    assert good.difference.estimate == pytest.approx(hit - false)
    assert good.difference.lower > 0
    blind = compared("recall", "recall", Rows(truth=YES, predicted=RNG.random(N) < 0.9))
    assert blind.difference.lower < 0 < blind.difference.upper


def test_the_commonest_class_by_macro_f1() -> None:
    truth = RNG.choice(3, N, p=[0.6, 0.3, 0.1])
    found = compared("macro_f1", "macro_f1", Rows(truth=truth, predicted=truth))
    assert found.trivial == pytest.approx(oracle.f1_score(truth, np.zeros(N), average="macro"))


def test_one_probability_for_all() -> None:
    brier = compared("brier", "mean", Rows(values=(YES - CHANCE) ** 2), truth_values=YES.astype(float))
    assert brier.trivial == pytest.approx(oracle.brier_score_loss(YES, np.full(N, YES.mean())))
    loss = -np.log(np.where(YES, CHANCE, 1 - CHANCE))
    log = compared("log_loss", "loss", Rows(values=loss), truth_values=YES.astype(float))
    assert log.trivial == pytest.approx(oracle.log_loss(YES, np.full(N, YES.mean())))
    assert min(brier.difference.lower, log.difference.lower) > 0


def test_one_value_for_all() -> None:
    guess = TRUE * RNG.lognormal(0, 0.1, N)
    mae = compared("mae", "loss", Rows(values=np.abs(guess - TRUE)), truth_values=TRUE)
    assert mae.trivial == pytest.approx(oracle.mean_absolute_error(TRUE, np.full(N, np.median(TRUE))), rel=0.01)
    rmse = compared("rmse", "rmse", Rows(values=guess - TRUE), truth_values=TRUE)
    assert rmse.trivial == pytest.approx(oracle.root_mean_squared_error(TRUE, np.full(N, TRUE.mean())))
    assert min(mae.difference.lower, rmse.difference.lower) > 0


def test_no_constant_has_a_smaller_percentage_error() -> None:
    found = compared("mape", "loss", Rows(values=np.full(N, 0.1)), truth_values=TRUE)
    best = min(
        oracle.mean_absolute_percentage_error(TRUE, np.full(N, c))
        for c in np.quantile(TRUE, np.linspace(0.01, 0.99, 99))
    )
    assert found.trivial <= best


def test_a_random_order() -> None:
    found = compared("auc", "auc", Rows(truth=YES, score=CHANCE))
    assert found.trivial == 0.5
    assert found.difference.lower > 0


@pytest.mark.parametrize("metric", ["mean_score", "success_rate"])
def test_grades_have_no_simplest_answer(metric: str) -> None:
    kind = "mean" if metric == "mean_score" else "proportion"
    assert compare_with_trivial(measured(metric, kind, Rows(values=np.ones(N))), people=False) is None


@pytest.mark.parametrize(
    ("metric", "score"),
    [
        ("accuracy", oracle.accuracy_score),
        ("precision", oracle.precision_score),
        ("recall", oracle.recall_score),
        ("f1", oracle.f1_score),
    ],
)
def test_the_always_alarm_of_each_metric(metric: str, score: object) -> None:
    assert always_alarm(metric, float(YES.mean())) == pytest.approx(score(YES, np.ones(N)))  # type: ignore[operator]  # as above


def test_a_metric_without_alarms_has_no_always_alarm() -> None:
    assert always_alarm("mae", 0.3) is None
