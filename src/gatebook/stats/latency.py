"""Latency against a limit, percentiles, throughput: requests that failed are too slow, neighbours are not
independent.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from gatebook.stats.design import Design, Estimate, Floats, Ints, degrees, design_effect, ratio, standard_error
from gatebook.stats.interval import Interval, clopper_pearson, effective_rows, nothing, proportion, too_few
from gatebook.stats.measure import skewed_bounds
from gatebook.stats.said import Lacking, Method
from gatebook.words import Said, said, say

Bools = NDArray[np.bool_]
MIN_BLOCKS = 30
MIN_SLOW = 10
LIKELY_ICC, SURE_ICC = 0.2, 0.02
SPELL = 10  # slow requests nearer than this are one spell
MIN_WINDOWS = 100
RESEMBLE_LEVEL = 0.1  # a loose test: in a hundred requests a stricter one overlooks a correlation that matters


def exceedance(
    latency: Floats, failed: Bools, limit: float, alpha: float = 0.05, *, clusters: Ints | None = None
) -> Interval:
    """Return the interval of the share of requests that took `limit` or longer, or failed.

    "The 95th percentile is under the limit" is the same as "that share is at most 5 %", a binomial statement:
    compare with the bar 1 - percentile / 100, lower is better.

    Args:
        latency: in order of time or, where that is not known, of the file, shape (n,); NaN or infinite where the
            request was cut off or has no time: it counts as too slow.
        failed: shape (n,); failed requests count as too slow whatever their time.
        limit: in the unit of `latency`.
        alpha: one-sided error of each bound.
        clusters: integer code of the customer, session or the like behind each request, shape (n,).
    """
    times = _times(latency, failed)
    slow = times >= limit
    n, share = len(slow), float(slow.mean()) if len(slow) else math.nan
    if not n:
        return proportion(0, 0, alpha)
    rows, fewer, reason = independent_rows(times, slow, alpha, clusters)
    if reason:
        return nothing(share, alpha, n, reason)
    if fewer == n:
        return proportion(int(slow.sum()), n, alpha)
    upper = clopper_pearson(min(share * rows, rows), rows, alpha)[1]
    lower = clopper_pearson(min(share * fewer, fewer), fewer, alpha)[0]
    return Interval(share, lower, upper, 1 - alpha, n, rows, say(Method.IN_ORDER))


def percentile(
    latency: Floats, failed: Bools, q: float, alpha: float = 0.05, *, clusters: Ints | None = None
) -> Interval:
    """Return the interval of the q-th percentile (0 < q < 100) by order statistics; failed requests are infinite.

    Exact for independent rows whatever the distribution (David & Nagaraja 2003, Order Statistics, 7.1). Where requests
    resemble their neighbours or those of their cluster, the ranks are those of the effective rows (Woodruff 1952,
    JASA 47).
    """
    given = _times(latency, failed)
    times, n, p = np.sort(given), len(given), q / 100
    if n == 0:
        return nothing(math.nan, alpha, 0, said(Lacking.NO_REQUESTS), (0.0, math.inf))
    point = float(times[min(n - 1, math.ceil(p * n) - 1)])
    _, rows, reason = independent_rows(given, given > point, alpha, clusters)
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


def independent_rows(
    times: Floats, slow: Bools, alpha: float, clusters: Ints | None = None
) -> tuple[float, float, Said | None]:
    """Return how many independent requests the share of slow ones is worth to its upper bound, how many to its lower
    bound, and why nothing can be said.

    What neighbours and what clusters have in common both widen the interval: their design effects less 1 add up.
    """
    n = len(slow)
    rows, reason = _rows_in_order(times, slow, alpha)
    if reason or clusters is None:
        return rows, rows, reason
    *sides, reason = _rows_in_clusters(slow, clusters, alpha)
    upper, lower = (n / (n / rows + n / side - 1) if side else 0.0 for side in sides)
    return upper, lower, reason


def _rows_in_order(times: Floats, slow: Bools, alpha: float) -> tuple[float, Said | None]:
    """Return the independent requests that those in this order are worth, and why nothing can be said.

    Autocorrelation is looked for over lags 1 to 10 (Ljung & Box 1978, Biometrika 65, at 10 %), so that independent
    requests are not punished. With 10 slow requests or more it is that of the slow ones themselves: blocks of 10
    autocorrelation times, at least 30 of them. With fewer it cannot be seen in them, and what stands in is the smaller
    of two: n / autocorrelation time of the ranks of all latencies, and what the spells are worth in which slow requests
    come.
    """
    n = len(slow)
    if n < 20:
        return float(n), None
    if int(slow.sum()) < MIN_SLOW:
        ranks = stats.rankdata(times)
        rows = n / autocorrelation_time(ranks) if _resembles(ranks) else float(n)
        return min(rows, _rows_in_spells(np.flatnonzero(slow), n)), None
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


def _rows_in_spells(at: Ints, n: int) -> float:
    """Return the independent requests that n are worth where the few slow ones, at these places, come in spells.

    Slow requests less than 10 apart are one spell. More of them than chance allows (at 10 %) make the count of slow
    requests a compound Poisson one, worth n sum(s) / sum(s^2) for spells of s requests, divided by how much longer
    spells may be on average than those seen (exponential lengths, at 95 %).
    """
    if len(at) < 2:
        return float(n)
    near = np.diff(at) < SPELL
    if stats.binom.sf(int(near.sum()) - 1, len(near), 1 - (1 - SPELL / n) ** len(at)) > RESEMBLE_LEVEL:
        return float(n)
    sizes = np.bincount(np.concatenate([[0], np.cumsum(~near)]))
    longer = 2 * len(sizes) / float(stats.chi2.ppf(0.05, 2 * len(sizes)))
    return n * len(at) / float((sizes**2).sum()) / longer


def _rows_in_clusters(slow: Bools, clusters: Ints, alpha: float) -> tuple[float, float, Said | None]:
    """Return the independent requests that those of these clusters are worth to an upper bound, to a lower bound, and
    why nothing can be said.

    Upper bound: n over the design effect 1 + (m - 1) icc of clusters of m requests as a request sees it (Kish 1965),
    with the intraclass correlation at its 98 % limit and t quantiles of n / m clusters; where fewer than 10 slow
    requests do not show it, it is taken as .2. Lower bound: not more than by the cluster-robust standard error, which
    sees that one large cluster carries the slow requests.
    """
    codes = np.unique(clusters, return_inverse=True)[1]
    size, n = np.bincount(codes), len(slow)
    if len(size) == n:
        return float(n), float(n), None
    estimate = ratio(slow.astype(float), np.ones(n), Design(clusters=codes))
    if reason := too_few(estimate):
        return 0.0, 0.0, reason
    typical = float((size**2).sum()) / n
    seen = int(slow.sum()) >= MIN_SLOW
    icc = _largest_icc(slow, codes, typical) if seen else LIKELY_ICC
    rows = n / (1 + (typical - 1) * max(icc, 0.0))
    if seen and 0 < alpha < 0.5:
        rows *= float((special.ndtri(1 - alpha) / special.stdtrit(max(n / typical - 1, 1.0), 1 - alpha)) ** 2)
    return rows, min(rows, effective_rows(estimate, alpha, binary=True)), None


def _largest_icc(slow: Bools, codes: Ints, typical: float) -> float:
    """Return the 98 % limit of the intraclass correlation by its F interval (Donner & Wells 1986, Biometrics 42)."""
    n, groups = len(slow), int(codes.max()) + 1
    icc = design_effect(slow.astype(float), codes).icc
    if icc >= 1:
        return 1.0
    balanced = (n - typical) / (groups - 1)
    ratio_of_squares = (1 + icc * balanced / (1 - icc)) / float(stats.f.ppf(SURE_ICC, groups - 1, n - groups))
    return (ratio_of_squares - 1) / (ratio_of_squares + balanced - 1)


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
