import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW

from gatebook.stats.design import Design, degrees, hall_reach, mean_influence, ratio, standard_error


def test_cluster_robust_errors_equal_statsmodels():
    rng = np.random.default_rng(0)
    code = np.arange(120) % 15
    values = rng.standard_normal(15)[code] + rng.standard_normal(120)
    found = ratio(values, np.ones(120), Design(clusters=code))
    fit = sm.OLS(values, np.ones(120)).fit()
    robust = fit.get_robustcov_results("cluster", groups=code, use_correction=False).bse[0]
    assert found.se == pytest.approx(robust * np.sqrt(15 / 14), abs=1e-9)


def test_independent_rows_have_the_usual_error():
    values = np.random.default_rng(1).standard_normal(50)
    found = ratio(values, np.ones(50), Design())
    assert found.se == pytest.approx(values.std(ddof=1) / np.sqrt(50), abs=1e-12)


def test_weighted_means_equal_statsmodels():
    rng = np.random.default_rng(2)
    values, weights = rng.standard_normal(80), rng.uniform(0.2, 3, 80)
    assert mean_influence(values, Design(weights=weights))[0] == pytest.approx(
        DescrStatsW(values, weights).mean, abs=1e-12
    )


def test_post_stratification_gives_every_stratum_its_share():
    strata = np.array([0] * 80 + [1] * 20)
    values = np.array([1.0] * 80 + [0.0] * 20)
    found = ratio(values, np.ones(100), Design(strata=strata, shares=np.array([0.5, 0.5])))
    assert found.value == pytest.approx(0.5)
    assert found.se == pytest.approx(0.0)


def test_the_stratified_error_is_the_textbook_one():
    rng = np.random.default_rng(3)
    strata = np.repeat([0, 1, 2], [30, 50, 40])
    values, share = rng.random(120) + strata, np.array([0.2, 0.5, 0.3])
    expected = sum(share[h] ** 2 * values[strata == h].var(ddof=1) / (strata == h).sum() for h in range(3))
    found = ratio(values, np.ones(120), Design(strata=strata, shares=share))
    # within the n / (n - 1) of the total that every design pays
    assert found.se**2 == pytest.approx(expected * 120 / 119, rel=0.03)


@given(st.floats(0.01, 100), st.integers(0, 2**32 - 1))
def test_the_unit_of_the_weights_does_not_matter(scale, seed):
    rng = np.random.default_rng(seed)
    values, weights = rng.random(30), rng.uniform(0.5, 2, 30)
    one, other = (ratio(values, np.ones(30), Design(weights=w)) for w in (weights, weights * scale))
    assert (other.value, other.se, other.kish) == pytest.approx((one.value, one.se, one.kish))


def test_one_group_has_no_error_to_show():
    assert np.isinf(standard_error(np.array([0.0])))


def test_a_few_groups_that_carry_all_the_spread_are_all_the_degrees_there_are():
    even, lone = np.tile([1.0, -1.0], 25), np.array([10.0] * 2 + [0.0] * 48)
    assert degrees(even) == 49
    assert degrees(lone - lone.mean()) < 5


@given(st.floats(0.0, 20), st.integers(10, 1000))
def test_a_tail_never_brings_a_bound_nearer(skewness, groups):
    assert hall_reach(1.7, skewness, groups) >= 1.7


def test_impossible_designs_are_refused():
    with pytest.raises(ValueError, match="positive and finite"):
        Design(weights=np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match="different lengths"):
        Design(weights=np.ones(3), clusters=np.arange(4))
    with pytest.raises(ValueError, match="go together"):
        Design(strata=np.zeros(3, dtype=int))
