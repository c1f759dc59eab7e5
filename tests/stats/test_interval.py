import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gatebook.stats.design import Design
from gatebook.stats.interval import bounded_mean, clopper_pearson, proportion, share


@pytest.mark.parametrize(("x", "n", "alpha"), [(0, 10, 0.05), (10, 10, 0.05), (155, 200, 0.05), (7, 50, 0.0148)])
def test_bounds_equal_scipy_exact_test_inversion(x, n, alpha):
    lower, upper = clopper_pearson(x, n, alpha)
    assert lower == pytest.approx(stats.binomtest(x, n, alternative="greater").proportion_ci(1 - alpha).low, abs=1e-9)
    assert upper == pytest.approx(stats.binomtest(x, n, alternative="less").proportion_ci(1 - alpha).high, abs=1e-9)


@given(st.integers(1, 400), st.data())
def test_one_more_success_never_lowers_a_bound(n, data):
    x = data.draw(st.integers(0, n - 1))
    before, after = clopper_pearson(x, n, 0.05), clopper_pearson(x + 1, n, 0.05)
    assert before[0] <= after[0]
    assert before[1] <= after[1]
    assert before[0] <= x / n <= before[1]


@given(st.integers(1, 300), st.floats(0.05, 0.95))
def test_false_go_and_false_no_go_never_exceed_alpha_whatever_n_and_bar(n, bar):
    counts = np.arange(n + 1)
    bounds = np.array([clopper_pearson(int(x), n, 0.05) for x in counts])
    chance = stats.binom.pmf(counts, n, bar)
    assert chance[bounds[:, 0] >= bar].sum() <= 0.05 + 1e-9
    assert chance[bounds[:, 1] < bar].sum() <= 0.05 + 1e-9


def test_alpha_zero_shows_nothing():
    assert clopper_pearson(5, 10, 0.0) == (0.0, 1.0)


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="successes 11"):
        clopper_pearson(11, 10, 0.05)


def test_no_rows_show_nothing_and_say_why():
    found = proportion(0, 0)
    assert (found.lower, found.upper) == (0.0, 1.0)
    assert math.isnan(found.estimate)
    assert "no rows" in found.reason


def test_an_independent_share_is_the_plain_binomial():
    values = np.array([1.0] * 160 + [0.0] * 40)
    found = share(values, Design())
    assert (found.lower, found.upper) == clopper_pearson(160, 200, 0.05)
    assert found.n_effective == 200


def test_copies_of_a_row_add_no_evidence_when_clusters_are_declared():
    values = np.array([1.0] * 40 + [0.0] * 10)
    clusters = np.repeat(np.arange(50), 4)
    copied = share(np.repeat(values, 4), Design(clusters=clusters))
    alone = share(values, Design())
    assert copied.n_effective <= 50
    assert copied.lower <= alone.lower
    assert share(np.repeat(values, 4), Design()).lower > alone.lower


def test_fewer_than_ten_clusters_show_nothing():
    found = share(np.ones(90), Design(clusters=np.arange(90) % 9))
    assert (found.lower, found.upper, found.estimate) == (0.0, 1.0, 1.0)
    assert "9 independent groups" in found.reason


def test_a_perfect_score_in_clusters_counts_clusters_not_rows():
    found = share(np.ones(200), Design(clusters=np.arange(200) % 20))
    assert found.lower == pytest.approx(0.05 ** (1 / 20))


def test_a_bounded_mean_keeps_its_scale():
    grades = np.array([1, 2, 3, 4, 5] * 20, dtype=float)
    found = bounded_mean(grades, (1, 5), Design())
    unit = bounded_mean((grades - 1) / 4, (0, 1), Design())
    assert found.estimate == 3
    assert found.lower == pytest.approx(1 + 4 * unit.lower)
    assert 1 < found.lower < 3 < found.upper < 5


def test_grades_that_are_all_alike_do_not_look_infinitely_precise():
    found = bounded_mean(np.full(50, 4.0), (1, 5), Design())
    unseen = 1 - 0.05 ** (1 / 50)  # this share could hold any other grade
    assert found.lower == pytest.approx(4 - 3 * unseen)
    assert found.upper == pytest.approx(4 + 1 * unseen)


def test_weights_that_leave_too_few_rows_show_nothing():
    weights = np.where(np.arange(50) < 5, 50.0, 1.0)
    found = share((np.arange(50) % 3 > 0).astype(float), Design(weights=weights))
    assert "unequal weights" in found.reason
    assert (found.lower, found.upper) == (0.0, 1.0)


def test_values_outside_the_scale_are_refused():
    with pytest.raises(ValueError, match="outside the scale"):
        bounded_mean(np.array([0.0, 6.0]), (1, 5), Design())


@given(st.integers(20, 200), st.integers(0, 2**32 - 1))
def test_equal_weights_change_little_and_never_narrow_a_share(n, seed):
    values = (np.random.default_rng(seed).random(n) < 0.8).astype(float)
    plain, weighted = share(values, Design()), share(values, Design(weights=np.full(n, 3.0)))
    assert weighted.estimate == pytest.approx(plain.estimate)
    assert weighted.lower <= plain.lower + 1e-9
    assert weighted.upper >= plain.upper - 1e-9


COUNTED = {
    "independent": lambda n: Design(),
    "weights of one": lambda n: Design(weights=np.ones(n)),
    "equal weights": lambda n: Design(weights=np.full(n, 0.3)),
    "weights that hardly differ": lambda n: Design(weights=np.linspace(1.0, 1.0 + 1e-9, n)),
    "a cluster a row": lambda n: Design(clusters=np.arange(n)),
    "a cluster a row, weights of one": lambda n: Design(np.arange(n), np.ones(n)),
}


@pytest.mark.parametrize("alpha", [0.05, 0.025])
@pytest.mark.parametrize("means", [share, lambda v, d, a: bounded_mean(v, (0.0, 1.0), d, a)], ids=["share", "mean"])
@pytest.mark.parametrize("counted", COUNTED)
def test_the_bounds_of_a_group_rise_with_its_errors(counted, means, alpha):
    for n in range(1, 61):
        design = COUNTED[counted](n)
        found = [means((np.arange(n) < errors).astype(float), design, alpha) for errors in range(n + 1)]
        for bounds in ([i.lower for i in found], [i.upper for i in found]):
            assert np.all(np.diff(bounds) >= -1e-9), n


@pytest.mark.parametrize("counted", COUNTED)
def test_rows_that_count_alike_have_the_exact_interval(counted):
    for n in (12, 41, 60):
        for errors in range(1, n):
            found = share((np.arange(n) < errors).astype(float), COUNTED[counted](n), 0.025)
            assert (found.lower, found.upper) == pytest.approx(clopper_pearson(errors, n, 0.025), abs=1e-6)
