"""Confidence: calibrated models look calibrated, boastful ones do not, and the review queue holds its target."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.errors import TableError
from gatebook.evidence.confidence import confidence_report, queue


def model(seed, n=3_000, boast=0.0):
    rng = np.random.default_rng(seed)
    chance = rng.beta(4, 1.2, n)
    return (rng.random(n) < chance).astype(float), np.clip(chance + boast * (1 - chance), 0, 1)


def test_a_calibrated_model_shows_no_calibration_error():
    seen = [confidence_report(*model(seed, 2_000)) for seed in range(30)]
    assert sum(r.calibration_error.lower > 0 for r in seen) <= 3
    assert np.mean([r.calibration_error.estimate for r in seen]) < 0.015


def test_a_boastful_model_is_over_confident_by_the_right_amount():
    correct, confidence = model(1, 20_000, boast=0.5)
    report = confidence_report(correct, confidence)
    gap = confidence.mean() - correct.mean()
    assert report.overconfidence == pytest.approx(gap)
    assert report.calibration_error.lower < gap < report.calibration_error.upper
    assert report.calibration_error.estimate == pytest.approx(gap, abs=0.01)


def test_bins_hold_every_row_once_and_their_bounds_hold_their_accuracy():
    correct, confidence = model(2, 1_234)
    report = confidence_report(correct, confidence)
    assert sum(b.rows for b in report.bins) == report.rows == 1_234
    assert all(b.lower <= b.accuracy <= b.upper for b in report.bins)
    assert all(a.high < b.low for a, b in zip(report.bins, report.bins[1:], strict=False))


def test_equal_confidences_stay_in_one_bin_and_on_one_side_of_a_threshold():
    confidence = np.repeat([0.9, 0.5], [300, 700])
    correct = np.concatenate([np.ones(300), np.tile([1.0, 0.0], 350)])
    report = confidence_report(correct, confidence)
    assert [b.rows for b in report.bins] == [700, 300]
    assert [p.coverage for p in report.coverage] == [0.3, 1.0]
    review = report.review_at(0.9)
    assert review.threshold == 0.9
    assert review.share == pytest.approx(0.7)
    assert review.accuracy == 1.0


def test_confidence_that_knows_nothing_has_auroc_one_half_and_saves_no_review():
    rng = np.random.default_rng(3)
    report = confidence_report((rng.random(4_000) < 0.8).astype(float), rng.random(4_000))
    assert report.auroc.lower < 0.5 < report.auroc.upper
    assert report.review_at(0.95).sure_share == 1.0
    assert report.review_at(0.95).sure_threshold == np.inf


def test_the_sure_threshold_holds_its_target_on_fresh_rows():
    broken = 0
    for seed in range(40):
        review = confidence_report(*model([4, seed], 1_500)).review_at(0.9)
        correct, confidence = model([5, seed], 20_000)
        kept = confidence >= review.sure_threshold
        broken += kept.any() and correct[kept].mean() < 0.9 - 0.005  # the fresh rows have noise of their own
        assert review.sure_share >= review.share
    assert broken <= 4


def test_clusters_widen_every_interval():
    rng = np.random.default_rng(6)
    clusters = np.repeat(np.arange(150), 20)
    correct = (rng.random(3_000) < np.repeat(rng.beta(1, 0.5, 150), 20)).astype(float)
    confidence = rng.random(3_000).round(2)
    rows, grouped = confidence_report(correct, confidence), confidence_report(correct, confidence, clusters)
    assert grouped.accuracy.upper - grouped.accuracy.lower > 1.5 * (rows.accuracy.upper - rows.accuracy.lower)
    assert grouped.auroc.upper - grouped.auroc.lower > rows.auroc.upper - rows.auroc.lower


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 400), st.floats(0.05, 1))
def test_a_review_queue_is_consistent_with_its_own_rows(seed, n, target):
    correct, confidence = model(seed, n)
    report = confidence_report(correct, confidence.round(1))
    review = report.review_at(target)
    kept = confidence.round(1) >= review.threshold
    assert review.share == pytest.approx(1 - kept.mean())
    assert 0 <= review.share <= review.sure_share <= 1
    if kept.any():
        assert correct[kept].mean() >= target


def test_a_higher_target_never_sends_fewer_cases_to_people():
    report = confidence_report(*model(7))
    shares = [report.review_at(t).share for t in (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)]
    assert shares == sorted(shares)


def test_the_queue_is_set_against_capacity():
    review = confidence_report(*model(8)).review_at(0.85)
    wanted = queue(review.sure_share, cases_a_day=1_000, cost_a_case=2.5, capacity_a_day=100)
    assert wanted.cases_a_day == pytest.approx(1_000 * review.sure_share)
    assert wanted.cost_a_day == pytest.approx(2.5 * wanted.cases_a_day)
    assert wanted.fits == (wanted.cases_a_day <= 100)
    assert queue(review.sure_share, 1_000).fits is None


@pytest.mark.parametrize(
    ("correct", "confidence", "words"),
    [
        ([1, 0], [0.5], "differ in length"),
        ([], [], "no labelled row"),
        ([1, 0], [0.5, 99.0], "divide percentages by 100"),
        ([1, np.nan], [0.5, 0.5], "missing"),
    ],
)
def test_wrong_input_is_an_error_with_the_fix(correct, confidence, words):
    with pytest.raises(TableError, match=words):
        confidence_report(np.array(correct), np.array(confidence))
