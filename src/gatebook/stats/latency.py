"""Latency against a limit, percentiles, throughput: requests that failed are too slow, neighbours are not
independent.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gatebook.stats.design import Estimate, Floats, degrees, standard_error
from gatebook.stats.interval import Interval, clopper_pearson, effective_rows, nothing, proportion
from gatebook.stats.measure import skewed_bounds
from gatebook.stats.said import Lacking, Method
from gatebook.words import Said, said, say

Bools = NDArray[np.bool_]
MIN_BLOCKS = 30
MIN_SLOW = 10
MIN_WINDOWS = 100
RESEMBLE_LEVEL = 0.1  # a loose test: in a hundred requests a stricter one overlooks a correlation that matters


def exceedance(latency: Floats, failed: Bools, limit: float, alpha: float = 0.05, *, ordered: bool = False) -> Interval:
    """Return the interval of the share of requests that took `limit` or longer, or failed.

    "The 95th percentile is under the limit" is the same as "that share is at most 5 %", a binomial statement:
    compare with the bar 1 - percentile / 100, lower is better.

    Args:
        latency: shape (n,); NaN or infinite where the request was cut off or has no time: it counts as too slow.
        failed: shape (n,); failed requests count as too slow whatever their time.
        limit: in the unit of `latency`.
        alpha: one-sided error of each bound.
        ordered: rows stand in order of time; neighbours that resemble each other are then treated as blocks.
    """
    times = _times(latency, failed)
    slow = times >= limit
    n, share = len(slow), float(slow.mean()) if len(slow) else math.nan
    rows, reason = independent_rows(times, slow, alpha) if ordered and n else (float(n), None)
    if reason:
        return nothing(share, alpha, n, reason)
    if rows == n:
        return proportion(int(slow.sum()), n, alpha)
    lower, upper = clopper_pearson(min(share * rows, rows), rows, alpha)
    return Interval(share, lower, upper, 1 - alpha, n, rows, say(Method.IN_ORDER))


def percentile(latency: Floats, failed: Bools, q: float, alpha: float = 0.05, *, ordered: bool = False) -> Interval:
    """Return the interval of the q-th percentile (0 < q < 100) by order statistics; failed requests are infinite.

    Exact for independent rows whatever the distribution (David & Nagaraja 2003, Order Statistics, 7.1). With
    autocorrelated rows the ranks are those of the effective rows (Woodruff 1952, JASA 47).
    """
    given = _times(latency, failed)
    times, n, p = np.sort(given), len(given), q / 100
    if n == 0:
        return nothing(math.nan, alpha, 0, said(Lacking.NO_REQUESTS), (0.0, math.inf))
    point = float(times[min(n - 1, math.ceil(p * n) - 1)])
    rows, reason = independent_rows(given, given > point, alpha) if ordered else (float(n), None)
    if reason:
        return nothing(point, alpha, n, reason, (0.0, math.inf))
    if rows == n:
        first, last = (int(stats.binom.ppf(a, n, p)) for a in (alpha, 1 - alpha))
        first -= stats.binom.cdf(first - 1, n, p) > alpha
    else:
        below, upto = clopper_pearson(p * rows, rows, alpha)
        first, last = math.floor(below * n), math.ceil(upto * n)
    lower = float(times[first - 1]) if first >= 1 else 0.0
    upper = float(times[last]) if last < n else math.inf
    return Interval(point, lower, upper, 1 - alpha, n, rows, say(Method.ORDER_STATISTICS))


def _times(latency: Floats, failed: Bools) -> Floats:
    """Return the times, infinite where a request failed or has none, shape (n,)."""
    return np.where(failed | ~np.isfinite(latency), np.inf, latency)


def autocorrelation_time(values: Floats) -> float:
    """Return the integrated autocorrelation time, at least 1: 1 + 2 sum of autocorrelations over Sokal's window.

    Window: the first lag of at least 5 times the running sum (Sokal 1997, Monte Carlo Methods in Statistical
    Mechanics, section 3).
    """
    n = len(values)
    centred = values - values.mean()
    if n < 3 or not centred.any():
        return 1.0
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    covariance = np.fft.irfft(spectrum * np.conj(spectrum), size)[:n]
    running = 2 * np.cumsum(covariance / covariance[0]) - 1
    window = np.flatnonzero(np.arange(n) >= 5 * running)
    return max(1.0, float(running[window[0] if len(window) else n - 1]))


def independent_rows(times: Floats, slow: Bools, alpha: float) -> tuple[float, Said | None]:
    """Return how many independent requests the share of slow ones is worth, and why nothing can be said.

    Autocorrelation is looked for over lags 1 to 10 (Ljung & Box 1978, Biometrika 65, at 10 %), so that independent
    requests are not punished. With 10 slow requests or more it is that of the slow ones themselves: blocks of 10
    autocorrelation times, at least 30 of them. With fewer it cannot be seen in them, and that of the ranks of all
    latencies stands in: n / autocorrelation time (slow requests resemble each other less than ranks do).
    """
    n = len(slow)
    if n < 20:
        return float(n), None
    if int(slow.sum()) < MIN_SLOW:
        ranks = stats.rankdata(times)
        return n / autocorrelation_time(ranks) if _resembles(ranks) else float(n), None
    values = slow.astype(float)
    if not _resembles(values):
        return float(n), None
    length = math.ceil(10 * autocorrelation_time(values))
    if n // length < MIN_BLOCKS:
        return 0.0, said(Lacking.FEW_BLOCKS, blocks=n // length, needed=MIN_BLOCKS)
    means = _block_means(values, length)
    sums, blocks = (means - means.mean()) / len(means), len(means)
    estimate = Estimate(float(values.mean()), standard_error(sums), degrees(sums), n, float(blocks), blocks)
    return effective_rows(estimate, alpha, binary=True), None


def _block_means(values: Floats, length: int) -> Floats:
    """Return the means over blocks of `length` neighbours."""
    blocks = len(values) // length
    return np.asarray(values[: blocks * length].reshape(blocks, length).mean(axis=1))


def throughput(finished_s: Floats, alpha: float = 0.05, window_s: float = 60.0) -> Interval:
    """Return the interval of sustained requests per second from the times (seconds) of requests that succeeded.

    Counts in whole windows, the ragged first and last left out; t interval corrected for skewness. Windows that
    resemble their neighbours are joined to blocks of 10 autocorrelation times, of which 30 are needed. Fewer than 100
    whole windows show nothing: a busy spell cannot be told from the usual pace in less.
    """
    n = len(finished_s)
    if n == 0:
        return nothing(math.nan, alpha, 0, said(Lacking.NO_REQUESTS), (0.0, math.inf))
    window = np.floor(finished_s / window_s).astype(np.int64)
    rates = np.bincount(window - window.min())[1:-1] / window_s
    rate = float(rates.mean()) if len(rates) else math.nan
    if len(rates) < MIN_WINDOWS:
        few = said(Lacking.FEW_MINUTES, minutes=len(rates), needed=MIN_WINDOWS)
        return nothing(rate, alpha, n, few, (0.0, math.inf))
    length = math.ceil(10 * autocorrelation_time(rates)) if _resembles(rates) else 1
    blocks = len(rates) // length
    if length > 1 and blocks < MIN_BLOCKS:
        few = said(Lacking.LONG_SPELLS, minutes=len(rates), blocks=blocks, needed=MIN_BLOCKS)
        return nothing(rate, alpha, n, few, (0.0, math.inf))
    means = _block_means(rates, length)
    mean = float(means.mean())
    lower, upper = skewed_bounds(mean, (means - mean) / blocks, alpha, uneven=False)
    return Interval(mean, max(0.0, lower), upper, 1 - alpha, n, float(blocks), say(Method.WINDOWS))


def _resembles(values: Floats) -> bool:
    """Whether neighbours are correlated (Ljung-Box over 10 lags at 10 %)."""
    n = len(values)
    centred = values - values.mean()
    total = float((centred**2).sum())
    if total == 0:
        return False
    lags = range(1, min(10, n // 2) + 1)
    found = np.array([float((centred[k:] * centred[:-k]).sum()) / total for k in lags])
    statistic = n * (n + 2) * float((found**2 / (n - np.arange(1, len(found) + 1))).sum())
    return float(stats.chi2.sf(statistic, len(found))) < RESEMBLE_LEVEL
