import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from gatebook.stats.design import Design
from gatebook.stats.measure import auc, hanley_mcneil, placements


def world(n=300, seed=0, gap=1.2, share=0.4):
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < share
    return truth, np.round(rng.standard_normal(n) + gap * truth, 1)


def test_the_area_equals_scikit_learn_with_ties_and_weights():
    truth, score = world()
    weights = np.random.default_rng(1).uniform(0.5, 2, len(truth))
    assert auc(truth, score, Design()).estimate == pytest.approx(roc_auc_score(truth, score), abs=1e-12)
    weighted = auc(truth, score, Design(weights=weights)).estimate
    assert weighted == pytest.approx(roc_auc_score(truth, score, sample_weight=weights), abs=1e-12)


def test_placements_equal_the_pairwise_definition():
    truth, score = world(60)
    pairs = (score[truth][:, None] > score[~truth]) + 0.5 * (score[truth][:, None] == score[~truth])
    found = placements(truth, score, np.ones(60))
    assert found[truth] == pytest.approx(pairs.mean(axis=1))
    assert found[~truth] == pytest.approx(pairs.mean(axis=0))


def test_hanley_mcneil_gives_the_error_of_their_paper():
    # Hanley & McNeil (1982), Table II: theta .893, 51 abnormal and 58 normal cases, se .032 (printed truncated)
    assert hanley_mcneil(0.893, 51, 58) == pytest.approx(0.032, abs=1e-3)


def test_bounds_stay_inside_zero_and_one_even_when_separation_is_perfect():
    truth = np.arange(100) < 40
    found = auc(truth, truth.astype(float), Design())
    assert found.estimate == 1.0
    assert 0.8 < found.lower < 1.0
    assert found.upper == 1.0


def test_turning_the_scores_round_mirrors_the_interval():
    truth, score = world()
    one, other = auc(truth, score, Design()), auc(truth, -score, Design())
    assert other.estimate == pytest.approx(1 - one.estimate)
    assert other.lower == pytest.approx(1 - one.upper, abs=0.02)


def test_copied_rows_in_declared_clusters_add_no_evidence():
    truth, score = world(200)
    four = np.repeat(np.arange(200), 4)
    copied = auc(truth[four], score[four], Design(clusters=four))
    alone = auc(truth, score, Design())
    assert copied.lower <= alone.lower + 0.005
    assert auc(truth[four], score[four], Design()).lower > alone.lower


def test_a_class_with_fewer_than_ten_rows_shows_nothing():
    truth = np.arange(100) < 9
    assert "at least 10" in auc(truth, np.arange(100.0), Design()).reason
    assert "both classes" in auc(np.zeros(50, dtype=bool), np.arange(50.0), Design()).reason


def test_weights_make_the_interval_wider():
    rng = np.random.default_rng(8)
    truth = rng.random(120) < 0.4
    score = rng.standard_normal(120) + truth
    plain, weighted = auc(truth, score, Design()), auc(truth, score, Design(weights=np.ones(120)))
    assert weighted.lower < plain.lower < plain.upper < weighted.upper
