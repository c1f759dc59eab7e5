import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score, recall_score

from gatebook.stats.design import Design
from gatebook.stats.interval import clopper_pearson
from gatebook.stats.measure import f1, f1_of_jaccard, jaccard_of_f1, macro_f1, precision, recall


def world(n=300, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.3
    return truth, np.where(rng.random(n) < 0.85, truth, ~truth)


@pytest.mark.parametrize(("ours", "theirs"), [(precision, precision_score), (recall, recall_score), (f1, f1_score)])
def test_estimates_equal_scikit_learn_with_and_without_weights(ours, theirs):
    truth, found = world()
    weights = np.random.default_rng(3).uniform(0.2, 3, len(truth))
    assert ours(truth, found, Design()).estimate == pytest.approx(theirs(truth, found), abs=1e-12)
    weighted = ours(truth, found, Design(weights=weights)).estimate
    assert weighted == pytest.approx(theirs(truth, found, sample_weight=weights), abs=1e-12)


def test_f1_bounds_are_the_exact_bounds_of_j():
    truth, found = world()
    hits, union = int((truth & found).sum()), int((truth | found).sum())
    lower, upper = clopper_pearson(hits, union, 0.05)
    interval = f1(truth, found, Design())
    assert interval.n == union
    assert (interval.lower, interval.upper) == pytest.approx((f1_of_jaccard(lower), f1_of_jaccard(upper)))


@given(st.floats(0, 1))
def test_j_and_f1_translate_into_each_other(value):
    assert jaccard_of_f1(f1_of_jaccard(value)) == pytest.approx(value)


def test_rows_outside_the_domain_change_nothing():
    truth, found = world()
    extra = np.zeros(500, dtype=bool)
    more = f1(np.concatenate([truth, extra]), np.concatenate([found, extra]), Design())
    assert more == f1(truth, found, Design())


def test_no_positive_anywhere_shows_nothing():
    none = np.zeros(50, dtype=bool)
    assert f1(none, none, Design()).reason
    assert precision(~none, none, Design()).reason


def test_macro_f1_equals_scikit_learn_with_weights():
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 4, 400)
    found = np.where(rng.random(400) < 0.7, truth, rng.integers(0, 4, 400))
    weights = rng.uniform(0.5, 2, 400)
    plain = macro_f1(truth, found, Design())
    assert plain.estimate == pytest.approx(f1_score(truth, found, average="macro"), abs=1e-12)
    weighted = macro_f1(truth, found, Design(weights=weights)).estimate
    assert weighted == pytest.approx(f1_score(truth, found, average="macro", sample_weight=weights), abs=1e-12)
    assert plain.lower < plain.estimate < plain.upper


def test_macro_f1_shows_nothing_where_a_class_is_too_rare():
    truth = np.array([0] * 95 + [1] * 5)
    assert "class 1 has 5 rows" in macro_f1(truth, truth, Design()).reason


def test_a_perfect_macro_f1_leaves_room_for_what_was_not_seen():
    truth = np.arange(100) % 4
    found = macro_f1(truth, truth, Design())
    assert found.estimate == 1.0
    assert found.lower == pytest.approx(0.05 ** (1 / 100))
