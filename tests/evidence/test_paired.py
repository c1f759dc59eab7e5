"""Two sets of answers in one metric: figures, bounds, and where there are none."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score

from gatebook.evidence.compare import paired
from gatebook.stats import Design, Rows

rng = np.random.default_rng(1)
TRUTH = rng.random(400) < 0.3
GOOD, BAD = (np.where(rng.random(400) < p, ~TRUTH, TRUTH) for p in (0.1, 0.3))


@pytest.mark.parametrize(
    ("metric", "oracle"), [("precision", precision_score), ("recall", recall_score), ("f1", f1_score)]
)
def test_figures_are_those_of_the_library(metric, oracle):
    other, gain = paired(metric, Rows(truth=TRUTH, predicted=GOOD), Rows(truth=TRUTH, predicted=BAD), Design(), 0.025)
    assert other.estimate == pytest.approx(oracle(TRUTH, BAD))
    assert gain.estimate == pytest.approx(oracle(TRUTH, GOOD) - oracle(TRUTH, BAD))
    assert 0 < gain.lower < gain.estimate < gain.upper


def test_orders_and_classes_agree_with_the_library():
    score, worse = TRUTH + rng.normal(size=400), TRUTH + 3 * rng.normal(size=400)
    other, _ = paired("auc", Rows(truth=TRUTH, score=score), Rows(truth=TRUTH, score=worse), Design(), 0.025)
    assert other.estimate == pytest.approx(roc_auc_score(TRUTH, worse))
    truth, said = rng.integers(0, 4, 400), rng.integers(0, 4, 400)
    other, _ = paired(
        "macro_f1", Rows(truth=truth, predicted=truth), Rows(truth=truth, predicted=said), Design(), 0.025
    )
    assert other.estimate == pytest.approx(f1_score(truth, said, average="macro"))


@pytest.mark.parametrize("metric", ["f1", "rmse"])
def test_the_bounds_hold_the_truth_about_as_often_as_they_say(metric):
    draws, inside, n = np.random.default_rng(5), 0, 300
    for _ in range(300):
        truth = draws.random(n) < 0.3
        if metric == "f1":
            mine, other = (Rows(truth=truth, predicted=np.where(draws.random(n) < 0.2, ~truth, truth)) for _ in "ab")
        else:
            mine, other = (Rows(values=draws.normal(size=n)) for _ in "ab")
        _, gain = paired(metric, mine, other, Design(), 0.025)
        inside += gain.lower <= 0 <= gain.upper
    assert 0.92 <= inside / 300 <= 0.985


def test_few_clusters_show_nothing_and_doubled_rows_no_more_than_single_ones():
    codes = np.arange(400) % 9
    rows = Rows(truth=TRUTH, predicted=GOOD), Rows(truth=TRUTH, predicted=BAD)
    assert paired("f1", *rows, Design(codes), 0.025) is None
    single = paired("f1", *rows, Design(np.arange(400)), 0.025)
    twice = tuple(Rows(truth=np.tile(r.truth, 2), predicted=np.tile(r.predicted, 2)) for r in rows)
    doubled = paired("f1", *twice, Design(np.tile(np.arange(400), 2)), 0.025)
    assert doubled[1].upper == pytest.approx(single[1].upper)
