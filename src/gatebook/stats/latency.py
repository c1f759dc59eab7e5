"""Latency against a limit, percentiles, throughput: requests that failed are too slow, neighbours are not independent."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from gatebook.stats.design import Estimate, Floats, degrees, standard_error
from gatebook.stats.interval import Interval, clopper_pearson, effective_rows, nothing, proportion

MIN_BLOCKS = 30


def exceedance(
    latency: Floats,
    failed: np.typing.NDArray[np.bool_],
    limit: float,
    alpha: float = 0.05,
    *,
    ordered: bool = False,
) -> Interval:
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
    slow = too_slow(latency, failed, limit)
    n = len(slow)
    if not ordered or n == 0:
        return proportion(int(slow.sum()), n, alpha)
    length = block_length(latency, failed, slow)
    if length == 1:
        return proportion(int(slow.sum()), n, alpha)
    share = float(slow.mean())
    blocks = n // length
    if blocks < MIN_BLOCKS:
        reason = (
            f"neighbouring requests resemble each other: {blocks} independent blocks, {MIN_BLOCKS} are needed"
        )
        return nothing(share, alpha, n, reason)
    rows = block_rows(slow.astype(float), length, alpha)
    lower, upper = clopper_pearson(min(share * rows, rows), rows, alpha)
    method = f"exact binomial on effective rows (blocks of {length} requests)"
    return Interval(share, lower, upper, 1 - alpha, n, rows, method)


def percentile(
    latency: Floats,
    failed: np.typing.NDArray[np.bool_],
    q: float,
    alpha: float = 0.05,
    *,
    ordered: bool = False,
) -> Interval:
    """Return the interval of the q-th percentile (0 < q < 100) by order statistics; failed requests are infinite.

    Exact for independent rows whatever the distribution (David & Nagaraja 2003, Order Statistics, 7.1). With
    autocorrelated rows the ranks are those of the effective rows (Woodruff 1952, JASA 47).
    """
    times = np.sort(np.where(failed | ~np.isfinite(latency), np.inf, latency))
    n, p = len(times), q / 100
    if n == 0:
        return nothing(math.nan, alpha, 0, "there are no requests to measure", (0.0, math.inf))
    point = float(times[min(n - 1, math.ceil(p * n) - 1)])
    length = block_length(latency, failed, np.zeros(n, dtype=bool)) if ordered else 1
    if length > 1 and n // length < MIN_BLOCKS:
        reason = f"neighbouring requests resemble each other: {n // length} independent blocks, {MIN_BLOCKS} are needed"
        return nothing(point, alpha, n, reason, (0.0, math.inf))
    if length == 1:
        low, high = int(stats.binom.ppf(alpha, n, p)), int(stats.binom.ppf(1 - alpha, n, p))
        rows, first, last = float(n), low, high
        if stats.binom.cdf(low - 1, n, p) > alpha:
            first = low - 1
    else:
        above = np.where(failed | ~np.isfinite(latency), np.inf, latency) > point
        rows = block_rows(above.astype(float), length, alpha)
        below, upto = clopper_pearson(p * rows, rows, alpha)
        first, last = math.floor(below * n), math.ceil(upto * n)
    lower = float(times[first - 1]) if first >= 1 else 0.0
    upper = float(times[last]) if last < n else math.inf
    return Interval(point, lower, upper, 1 - alpha, n, rows, "order statistics")


def too_slow(
    latency: Floats, failed: np.typing.NDArray[np.bool_], limit: float
) -> np.typing.NDArray[np.bool_]:
    """Return which requests took `limit` or longer, failed, or have no time, shape (n,)."""
    return np.asarray(failed | ~np.isfinite(latency) | (latency >= limit))


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


def block_length(
    latency: Floats, failed: np.typing.NDArray[np.bool_], slow: np.typing.NDArray[np.bool_]
) -> int:
    """Return the rows of a block of at least 10 autocorrelation times; 1 where no autocorrelation shows.

    Autocorrelation is looked for in the ranks of latency and in the exceedances, over lags 1 to 10 (Ljung & Box
    1978, Biometrika 65, at 1 %), so that independent requests are not punished.
    """
    n = len(latency)
    if n < 20:
        return 1
    ranks = stats.rankdata(np.where(failed | ~np.isfinite(latency), np.inf, latency))
    series = [ranks, slow.astype(float)]
    times = [autocorrelation_time(values) for values in series if _resembles(values)]
    return max([1, *(math.ceil(10 * time) for time in times)])


def block_rows(values: Floats, length: int, alpha: float) -> float:
    """Return the effective rows of the mean of 0/1 values from means over blocks of `length` neighbours."""
    blocks = len(values) // length
    means = values[: blocks * length].reshape(blocks, length).mean(axis=1)
    sums = (means - means.mean()) / blocks
    estimate = Estimate(
        float(values.mean()), standard_error(sums), degrees(sums), len(values), float(blocks), blocks
    )
    return effective_rows(estimate, alpha, binary=True)


def throughput(finished_s: Floats, alpha: float = 0.05, window_s: float = 60.0) -> Interval:
    """Return the interval of sustained requests per second from the times (seconds) of requests that succeeded.

    Counts in whole windows, the ragged first and last left out; t interval over blocks of windows as long as their
    autocorrelation asks. Fewer than 10 blocks show nothing.
    """
    n = len(finished_s)
    if n == 0:
        return nothing(math.nan, alpha, 0, "there are no requests to measure", (0.0, math.inf))
    window = np.floor(finished_s / window_s).astype(np.int64)
    rates = np.bincount(window - window.min())[1:-1] / window_s
    length = max(1, math.ceil(autocorrelation_time(rates))) if len(rates) >= 20 and _resembles(rates) else 1
    blocks = len(rates) // length
    if blocks < 10:
        reason = f"{len(rates)} whole minutes, worth {blocks} independent blocks; at least 10 are needed"
        rate = float(rates.mean()) if len(rates) else math.nan
        return nothing(rate, alpha, n, reason, (0.0, math.inf))
    means = rates[: blocks * length].reshape(blocks, length).mean(axis=1)
    mean = float(means.mean())
    reach = float(stats.t.ppf(1 - alpha, blocks - 1)) * float(means.std(ddof=1)) / math.sqrt(blocks)
    return Interval(
        mean,
        max(0.0, mean - reach),
        mean + reach,
        1 - alpha,
        n,
        float(blocks),
        "t interval over 1-minute windows",
    )


def _resembles(values: Floats) -> bool:
    """Whether neighbours are correlated (Ljung-Box over 10 lags at 1 %)."""
    n = len(values)
    centred = values - values.mean()
    total = float((centred**2).sum())
    if total == 0:
        return False
    lags = range(1, min(10, n // 2) + 1)
    found = np.array([float((centred[k:] * centred[:-k]).sum()) / total for k in lags])
    statistic = n * (n + 2) * float((found**2 / (n - np.arange(1, len(found) + 1))).sum())
    return float(stats.chi2.sf(statistic, len(found))) < 0.01
