import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gatebook.stats.design import Design
from gatebook.stats.measure import UNSEEN_SQUARE, _tail_mean, mean_loss, rmse


def test_the_safe_side_is_the_t_interval():
    values = np.random.default_rng(0).lognormal(0, 0.7, 150)
    expected = stats.ttest_1samp(values, 0, alternative="greater").confidence_interval(0.95).low
    assert mean_loss(values, Design()).lower == pytest.approx(expected, abs=1e-9)


def test_the_side_of_the_tail_is_wider_than_t():
    values = np.random.default_rng(0).lognormal(0, 0.7, 150)
    t = stats.ttest_1samp(values, 0, alternative="less").confidence_interval(0.95).high
    assert mean_loss(values, Design()).upper > t


def test_rmse_is_the_root_of_the_mean_square_whose_unseen_rows_may_be_larger():
    errors = np.random.default_rng(1).normal(0, 2, 100)
    square, root = mean_loss(errors**2, Design(), unseen=UNSEEN_SQUARE), rmse(errors, Design())
    assert (root.estimate, root.lower, root.upper) == pytest.approx(
        (square.estimate**0.5, square.lower**0.5, square.upper**0.5)
    )
    assert square.upper > mean_loss(errors**2, Design()).upper


@given(st.floats(0.001, 1000), st.integers(0, 2**32 - 1))
def test_the_unit_of_the_loss_does_not_matter(scale, seed):
    values = np.random.default_rng(seed).lognormal(0, 1, 60)
    one, other = mean_loss(values, Design()), mean_loss(values * scale, Design())
    assert other.lower == pytest.approx(one.lower * scale)
    assert other.upper == pytest.approx(one.upper * scale)


def test_too_few_rows_or_groups_show_nothing_and_say_so():
    assert "19 rows" in mean_loss(np.arange(19.0), Design()).reason
    assert "29 independent groups" in mean_loss(np.arange(290.0), Design(clusters=np.arange(290) % 29)).reason
    assert not mean_loss(np.arange(300.0), Design(clusters=np.arange(300) % 30)).reason
    assert mean_loss(np.zeros(0), Design()).reason


def test_losses_that_are_all_alike_are_not_infinitely_precise():
    found = mean_loss(np.full(30, 2.0), Design())
    assert found.lower < 2 < found.upper


def test_alpha_zero_shows_nothing():
    found = mean_loss(np.arange(50.0), Design(), 0.0)
    assert (found.lower, found.upper) == (0.0, np.inf)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_impossible_losses_are_refused(bad):
    with pytest.raises(ValueError, match="finite and at least 0"):
        mean_loss(np.array([1.0, bad]), Design())


def contaminated(rng, n):
    return np.abs(rng.standard_normal(n)) * np.where(rng.random(n) < 0.02, 10, 1)


TAILS = {
    "log-normal 1": (lambda rng, n: rng.lognormal(0, 1, n), np.exp(0.5), np.exp(2)),
    "log-normal 1.5": (lambda rng, n: rng.lognormal(0, 1.5, n), np.exp(1.125), np.exp(4.5)),
    "log-normal 2": (lambda rng, n: rng.lognormal(0, 2, n), np.exp(2), np.exp(8)),
    "Pareto 2.5": (lambda rng, n: 1 + rng.pareto(2.5, n), 5 / 3, 5),
    "2 % of errors ten times as large": (contaminated, np.sqrt(2 / np.pi) * 1.18, 2.98),
}


@pytest.mark.parametrize("n", [50, 200])
@pytest.mark.parametrize("tail", TAILS)
def test_a_loss_at_the_bar_seldom_passes_however_long_its_tail(tail, n):
    draw, mean, square = TAILS[tail]
    rng, passed = np.random.default_rng(2), np.zeros(2)
    for _ in range(400):
        losses = draw(rng, n)
        passed += [mean_loss(losses, Design()).upper <= mean, rmse(losses, Design()).upper <= square**0.5]
    assert passed.max() <= 36  # 9 %: a rate of 6 % stays below it 99 times of 100


def test_a_tail_that_carries_the_mean_shows_nothing():
    found = rmse(np.random.default_rng(4).lognormal(0, 3, 200), Design())
    assert "very large errors" in found.reason


def test_light_tails_still_pass():
    rng = np.random.default_rng(5)
    assert mean_loss(np.abs(rng.standard_normal(200)), Design()).upper < 1.25 * np.sqrt(2 / np.pi)
    assert rmse(rng.standard_normal(2000), Design()).upper < 1.25


@given(st.integers(50, 300), st.integers(0, 2**32 - 1))
def test_clusters_of_one_row_and_equal_weights_leave_the_tail_as_it_is(n, seed):
    values = np.random.default_rng(seed).lognormal(0, 1, n)
    tails = [
        _tail_mean(values, design, 0.05)
        for design in (Design(), Design(clusters=np.arange(n)), Design(weights=np.full(n, 3.0)))
    ]
    assert tails[1] == pytest.approx(tails[0])
    assert tails[2] == pytest.approx(tails[0])


def test_unequal_weights_widen_both_bounds_and_need_thirty_equal_rows():
    values = np.random.default_rng(2).lognormal(0, 0.7, 60)
    plain, even = mean_loss(values, Design()), mean_loss(values, Design(weights=np.ones(60)))
    assert even.lower < plain.lower < plain.upper < even.upper
    assert "worth 25 equal ones" in mean_loss(values, Design(weights=np.repeat([1.0, 1e-6], [25, 35]))).reason
