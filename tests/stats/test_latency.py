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
    mixed = np.random.default_rng(4).permutation(200)
    found = exceedance(times[mixed], failed[mixed], 2.0)
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
    assert high.estimate <= low.estimate


def test_the_share_is_the_exact_binomial_in_independent_requests():
    times = np.random.default_rng(5).lognormal(0, 1, 500)
    found = exceedance(times, NO(500, dtype=bool), 5.0)
    assert (found.lower, found.upper) == clopper_pearson(int((times >= 5).sum()), 500, 0.05)


def test_autocorrelated_requests_are_worth_far_fewer_rows_or_show_nothing():
    rng = np.random.default_rng(6)
    long, short = (exceedance(chain(rng, n, 0.9), NO(n, dtype=bool), 4.0) for n in (20_000, 1000))
    assert long.n_effective < 20_000 / 5
    assert not long.reason
    assert "blocks" in short.reason


def spells(rng, n, length, share=0.05, within=0.8):
    """Return slow requests that come in spells of a mean length."""
    calm = length * (within / share - 1)
    lengths = rng.geometric(1 / np.where(np.arange(n) % 2, length, calm))
    return np.repeat(np.arange(n) % 2 == 1, lengths)[:n] & (rng.random(n) < within)


def customers(rng, n, groups, icc, share=0.05):
    """Return slow requests of customers that differ in size (Zipf) and speed, and the customers."""
    size = 1 / np.arange(1, groups + 1)
    code = rng.choice(groups, n, p=size / size.sum())
    rates = rng.beta(share * (1 - icc) / icc, (1 - share) * (1 - icc) / icc, groups)
    return rng.random(n) < rates[code], code


@pytest.mark.parametrize(("n", "length"), [(400, 5), (1000, 15), (5000, 50)])
def test_spells_of_slow_requests_at_the_limit_seldom_pass_or_fail(n, length):
    rng, decided = np.random.default_rng(8), []
    for _ in range(200):
        found = exceedance(spells(rng, n, length) * 2.0, NO(n, dtype=bool), 1.0)
        decided.append(decide(found, 0.05, higher_is_better=False))
    assert max(decided.count("pass"), decided.count("fail")) <= 24


@pytest.mark.parametrize(("n", "groups"), [(200, 30), (1000, 100), (5000, 300)])
def test_customers_with_slow_requests_at_the_limit_seldom_pass_or_fail(n, groups):
    rng, decided, ignored = np.random.default_rng(9), [], []
    for _ in range(200):
        slow, code = customers(rng, n, groups, 0.2)
        for verdicts, clusters in ((decided, code), (ignored, None)):
            found = exceedance(slow * 2.0, NO(n, dtype=bool), 1.0, clusters=clusters)
            verdicts.append(decide(found, 0.05, higher_is_better=False))
    assert max(decided.count("pass"), decided.count("fail")) <= 18
    assert max(ignored.count("pass"), ignored.count("fail")) > 18


def test_customers_of_one_request_are_no_clusters_and_one_customer_shows_nothing():
    times = np.random.default_rng(10).lognormal(0, 1, 300)
    plain = exceedance(times, NO(300, dtype=bool), 5.0)
    assert exceedance(times, NO(300, dtype=bool), 5.0, clusters=np.arange(300)) == plain
    assert "independent groups" in exceedance(times, NO(300, dtype=bool), 5.0, clusters=NO(300, dtype=int)).reason


@given(st.integers(20, 400), st.integers(0, 2**32 - 1), st.floats(0.001, 0.3), st.integers(10, 60))
@settings(deadline=None)
def test_clusters_never_narrow_an_interval(n, seed, share, groups):
    rng = np.random.default_rng(seed)
    slow = (rng.random(n) < share) * 2.0
    plain = exceedance(slow, NO(n, dtype=bool), 1.0)
    grouped = exceedance(slow, NO(n, dtype=bool), 1.0, clusters=rng.integers(0, groups, n))
    assert grouped.lower <= plain.lower + 1e-12
    assert grouped.upper >= plain.upper - 1e-12


def test_a_thousand_independent_fast_requests_of_a_hundred_customers_pass():
    rng, passed = np.random.default_rng(11), 0
    size = 1 / np.arange(1, 101)
    for _ in range(50):
        slow = (rng.random(1000) < 0.004) * 2.0
        found = exceedance(slow, NO(1000, dtype=bool), 1.0, clusters=rng.choice(100, 1000, p=size / size.sum()))
        passed += found.upper <= 0.05
    assert passed >= 40


def test_the_autocorrelation_time_of_a_known_chain_is_found():
    rng = np.random.default_rng(7)
    series = np.log(chain(rng, 200_000, 0.9))
    assert autocorrelation_time(series) == pytest.approx((1 + 0.9) / (1 - 0.9), rel=0.1)
    assert autocorrelation_time(rng.standard_normal(10_000)) == pytest.approx(1.0, abs=0.2)
    assert autocorrelation_time(np.ones(50)) == 1.0


@pytest.mark.parametrize(("n", "q"), [(59, 95), (60, 50), (200, 90), (1000, 99)])
def test_order_statistics_cover_with_at_least_the_stated_chance_and_no_wider_than_needed(n, q):
    found = percentile(np.random.default_rng(3).permutation(np.arange(1.0, n + 1)), NO(n, dtype=bool), q)
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
