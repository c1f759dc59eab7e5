import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal, stats

from gatebook.stats import decide
from gatebook.stats.interval import clopper_pearson
from gatebook.stats.latency import autocorrelation_time, exceedance, percentile, throughput

NO = np.zeros


def chain(rng, n, rho):
    return np.exp(signal.lfilter([1.0], [1.0, -rho], rng.standard_normal(n) * math.sqrt(1 - rho**2)))


def test_59_fast_requests_are_the_fewest_that_show_a_95th_percentile():
    for n, status in ((58, "not-enough-evidence"), (59, "pass")):
        found = exceedance(np.ones(n), NO(n, dtype=bool), 2.0)
        assert decide(found, 0.05, higher_is_better=False) == status


def test_failed_and_unfinished_requests_count_as_too_slow():
    times = np.array([1.0] * 150 + [0.0] * 30 + [np.nan] * 10 + [np.inf] * 10)
    failed = np.arange(200) // 150 == 1
    failed[180:] = False
    found = exceedance(times, failed, 2.0)
    assert found.estimate == 50 / 200
    assert decide(found, 0.05, higher_is_better=False) == "fail"


def test_a_request_at_the_limit_is_too_slow():
    assert exceedance(np.full(100, 2.0), NO(100, dtype=bool), 2.0).estimate == 1.0


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(0, 2**32 - 1), st.floats(0.1, 0.95))
def test_a_higher_limit_never_has_more_slow_requests(n, seed, quantile):
    times = np.random.default_rng(seed).lognormal(0, 1, n)
    limit = float(np.quantile(times, quantile))
    low, high = (exceedance(times, NO(n, dtype=bool), at) for at in (limit, limit * 1.5))
    assert high.upper <= low.upper
    assert high.lower <= low.lower


def test_the_share_is_the_exact_binomial_in_independent_requests_even_when_ordered():
    times = np.random.default_rng(5).lognormal(0, 1, 500)
    found = exceedance(times, NO(500, dtype=bool), 5.0, ordered=True)
    assert (found.lower, found.upper) == clopper_pearson(int((times >= 5).sum()), 500, 0.05)


def test_autocorrelated_requests_are_worth_far_fewer_rows_or_show_nothing():
    rng = np.random.default_rng(6)
    long, short = (exceedance(chain(rng, n, 0.9), NO(n, dtype=bool), 4.0, ordered=True) for n in (20_000, 1000))
    assert long.n_effective < 20_000 / 5
    assert not long.reason
    assert "blocks" in short.reason


def test_the_autocorrelation_time_of_a_known_chain_is_found():
    rng = np.random.default_rng(7)
    series = np.log(chain(rng, 200_000, 0.9))
    assert autocorrelation_time(series) == pytest.approx((1 + 0.9) / (1 - 0.9), rel=0.1)
    assert autocorrelation_time(rng.standard_normal(10_000)) == pytest.approx(1.0, abs=0.2)
    assert autocorrelation_time(np.ones(50)) == 1.0


@pytest.mark.parametrize(("n", "q"), [(59, 95), (60, 50), (200, 90), (1000, 99)])
def test_order_statistics_cover_with_at_least_the_stated_chance_and_no_wider_than_needed(n, q):
    found = percentile(np.arange(1.0, n + 1), NO(n, dtype=bool), q)
    low = int(found.lower)
    assert stats.binom.cdf(low - 1, n, q / 100) <= 0.05  # chance that the low-th smallest exceeds the percentile
    assert low == n or stats.binom.cdf(low, n, q / 100) > 0.05
    if math.isfinite(found.upper):
        high = int(found.upper)
        assert stats.binom.sf(high - 1, n, q / 100) <= 0.05
        assert stats.binom.sf(high - 2, n, q / 100) > 0.05
    else:
        assert stats.binom.sf(n - 1, n, q / 100) > 0.05


def test_the_percentile_of_failed_requests_is_infinite():
    found = percentile(np.ones(100), np.arange(100) < 20, 95)
    assert math.isinf(found.estimate)
    assert math.isinf(found.upper)


def test_a_percentile_under_the_limit_and_the_share_over_it_agree():
    rng = np.random.default_rng(8)
    for _ in range(50):
        times = rng.lognormal(0, 0.6, 300)
        share = decide(exceedance(times, NO(300, dtype=bool), 2.7), 0.05, higher_is_better=False)
        bound = percentile(times, NO(300, dtype=bool), 95)
        assert (share == "pass") == (bound.upper < 2.7)


def test_throughput_is_requests_a_second_over_whole_minutes():
    rng = np.random.default_rng(9)
    found = throughput(np.sort(rng.uniform(0, 3600, 18_000)))
    assert found.lower < 5 < found.upper
    assert found.estimate == pytest.approx(5, rel=0.02)


def test_a_short_load_test_shows_no_throughput():
    found = throughput(np.linspace(0, 300, 1000))
    assert "whole minutes" in found.reason
    assert found.lower == 0.0


def test_no_requests_show_nothing():
    assert exceedance(NO(0), NO(0, dtype=bool), 1.0).reason
    assert percentile(NO(0), NO(0, dtype=bool), 95).reason
    assert throughput(NO(0)).reason
