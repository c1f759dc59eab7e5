import numpy as np
import pytest

from gatebook.stats import Design, Guess, Rows, measure
from gatebook.stats.measure import ppi_mean, tuning


def world(n=200, pool=2000, seed=0, gap=2.0):
    rng = np.random.default_rng(seed)
    right = (rng.random(n + pool) < 0.8).astype(float)
    conf = 1 / (1 + np.exp(-(rng.standard_normal(n + pool) + gap * right)))
    return right, conf


def test_the_estimate_is_power_tuned_prediction_powered_inference():
    right, conf = world()
    y, f, pool = right[:200], conf[:200], conf[200:]
    weight = np.cov(y, f)[0, 1] / f.var(ddof=1) / (1 + 200 / 2000)
    expected = y.mean() - weight * (f.mean() - pool.mean())
    assert ppi_mean(y, Guess(f, pool), Design()).estimate == pytest.approx(expected, abs=1e-9)


def test_a_guess_that_says_nothing_or_stands_for_no_other_row_weighs_nothing():
    right, conf = world()
    assert tuning(right[:200], conf[:200], 2000, Design()) > 0.2
    assert tuning(right[:200] - right[:200].mean(), np.zeros(200), 2000, Design()) == 0.0
    assert tuning(right[:200], conf[:200], 0, Design()) == 0.0


def test_a_good_guess_is_worth_labels_and_a_useless_one_costs_few():
    gain = []
    for gap in (0.0, 3.0):
        right, conf = world(gap=gap)
        found = measure("proportion", Rows(values=right[:200]), guess=Guess(conf[:200], conf[200:]))
        gain.append(found.n_effective / 200)
    assert 0.9 < gain[0] < 1.1
    assert gain[1] > 1.3


def test_a_guess_that_is_constantly_too_high_does_not_move_the_estimate():
    right, conf = world()
    plain = measure("proportion", Rows(values=right[:200]), guess=Guess(conf[:200], conf[200:]))
    shifted = measure("proportion", Rows(values=right[:200]), guess=Guess(conf[:200] / 2, conf[200:] / 2))
    assert shifted.estimate == pytest.approx(plain.estimate)
    assert shifted.lower == pytest.approx(plain.lower)


def test_a_judge_alone_shows_nothing():
    found = ppi_mean(np.ones(49), Guess(np.ones(49), np.ones(5000)), Design())
    assert "at least 50 labels" in found.reason
    assert found.lower == 0.0


def test_a_grade_with_a_judge_keeps_its_scale():
    rng = np.random.default_rng(1)
    grade = rng.integers(1, 6, 1200).astype(float)
    judge = np.clip(grade + rng.integers(-1, 2, 1200), 1, 5)
    rows = Rows(values=grade[:200], scale=(1, 5))
    helped, plain = measure("mean", rows, guess=Guess(judge[:200], judge[200:])), measure("mean", rows)
    assert 1 < helped.lower < helped.estimate < helped.upper < 5
    assert helped.upper - helped.lower < plain.upper - plain.lower


def test_clusters_are_needed_on_both_sides():
    right, conf = world()
    with pytest.raises(ValueError, match="unlabelled rows need theirs"):
        ppi_mean(right[:200], Guess(conf[:200], conf[200:]), Design(clusters=np.arange(200) // 5))


def test_clusters_lower_the_effective_rows():
    rng = np.random.default_rng(2)
    code = np.arange(1100) // 11
    right = (rng.random(1100) < rng.beta(2, 0.5, 100)[code]).astype(float)
    conf = np.clip(0.3 + 0.4 * right + 0.1 * rng.standard_normal(1100), 0, 1)
    labelled = np.arange(1100) % 4 == 0
    guess = Guess(conf[labelled], conf[~labelled], code[~labelled])
    grouped = measure("proportion", Rows(values=right[labelled]), Design(clusters=code[labelled]), guess=guess)
    plain = measure("proportion", Rows(values=right[labelled]), guess=guess)
    assert grouped.n_effective < plain.n_effective


def test_a_missing_guess_is_refused():
    with pytest.raises(ValueError, match="holds NaN"):
        Guess(np.array([np.nan]), np.ones(3))
    with pytest.raises(ValueError, match="different lengths"):
        ppi_mean(np.ones(2), Guess(np.ones(3), np.ones(3)), Design())
