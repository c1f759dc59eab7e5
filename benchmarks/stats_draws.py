"""False GO and false NO-GO at the bar for draws and figures that `stats_coverage.py` leaves out.

    nice -n 15 python benchmarks/stats_draws.py --reps 10000 [--only SECTION]...

Sections: weighted (AUC, losses, F1 and macro F1 of labels drawn with unequal chances), grouped (macro F1 and
prediction-powered inference in clusters), speed (few slow requests, percentiles, throughput), requests (slow ones in
spells or of a few customers), prompt (the power that is left). Prints the same table as `stats_coverage.py`. Results
stand in stats_results.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import special, stats
from stats_coverage import Case, Rng, autoregressive, binary, cluster_codes, cluster_rates, macro_world, main, scores

from gatebook.stats import Design, Guess, Interval, Rows, decide, measure
from gatebook.stats.latency import exceedance, percentile, throughput
from gatebook.stats.measure import f1_of_jaccard

SIZES = (50, 100, 200, 1000)
DRAWS = {"mild": 0.6, "strong": 1.2}  # the log-odds of being drawn move by this much for one standard deviation


def drawn(rng: Rng, proxy: np.ndarray, n: int, pull: float) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows of a pool are drawn, about n of them and more often where the proxy is high, and their
    weights.
    """
    z = (proxy - proxy.mean()) / proxy.std()
    chance = np.exp(pull * z)
    chance = np.clip(chance * n / chance.sum(), 0.002, 1.0)
    taken = rng.random(len(proxy)) < chance
    return taken, 1 / chance[taken]


def weighted() -> Iterator[Case]:
    """Labels drawn by a rule that favours hard, or large, or rare cases; weights are the inverse of the chances."""
    for n in SIZES:
        for pull_name, pull in DRAWS.items():
            for prevalence in (0.3, 0.5):

                def auc(rng: Rng, n: int = n, pull: float = pull, p: float = prevalence) -> str:
                    truth = rng.random(10 * n) < p
                    score = scores(rng, truth, 0.8, "normal")
                    taken, weights = drawn(rng, -np.abs(score - 0.6), n, pull)
                    rows = Rows(truth=truth[taken], score=score[taken])
                    return decide(measure("auc", rows, Design(weights=weights)), 0.8)

                yield Case("weighted", f"AUC .8, {pull_name}, prevalence {prevalence}, n={n}", auc)

                def f1(rng: Rng, n: int = n, pull: float = pull, p: float = prevalence) -> str:
                    truth, found = binary(rng, 10 * n, 0.6, p)
                    hint = found + rng.standard_normal(10 * n)
                    taken, weights = drawn(rng, hint, n, pull)
                    rows = Rows(truth=truth[taken], predicted=found[taken])
                    return decide(measure("f1", rows, Design(weights=weights)), f1_of_jaccard(0.6))

                yield Case("weighted", f"F1 .75, {pull_name}, prevalence {prevalence}, n={n}", f1)
            for spread in (0.5, 1.0):

                def loss(rng: Rng, n: int = n, pull: float = pull, s: float = spread) -> str:
                    noise = rng.standard_normal(10 * n)
                    taken, weights = drawn(rng, noise + rng.standard_normal(10 * n), n, pull)
                    found = measure("loss", Rows(values=np.exp(s * noise[taken])), Design(weights=weights))
                    return decide(found, math.exp(s * s / 2), higher_is_better=False)

                yield Case("weighted", f"MAE, log-normal s={spread}, large over-sampled, {pull_name}, n={n}", loss)

                def small(rng: Rng, n: int = n, pull: float = pull, s: float = spread) -> str:
                    noise = rng.standard_normal(10 * n)
                    taken, weights = drawn(rng, -noise + rng.standard_normal(10 * n), n, pull)
                    found = measure("loss", Rows(values=np.exp(s * noise[taken])), Design(weights=weights))
                    return decide(found, math.exp(s * s / 2), higher_is_better=False)

                yield Case("weighted", f"MAE, log-normal s={spread}, small over-sampled, {pull_name}, n={n}", small)

            def root(rng: Rng, n: int = n, pull: float = pull) -> str:
                errors = rng.standard_normal(10 * n)
                taken, weights = drawn(rng, np.abs(errors) + rng.standard_normal(10 * n), n, pull)
                found = measure("rmse", Rows(values=errors[taken]), Design(weights=weights))
                return decide(found, 1.0, higher_is_better=False)

            yield Case("weighted", f"RMSE, normal, large over-sampled, {pull_name}, n={n}", root)
            for k in (3, 5):
                joint, bar = macro_world(k, 0.8)

                def macro(
                    rng: Rng, n: int = n, pull: float = pull, k: int = k, joint: np.ndarray = joint, bar: float = bar
                ) -> str:
                    cell = rng.choice(k * k, 10 * n, p=joint.ravel())
                    truth, found = cell // k, cell % k
                    taken, weights = drawn(rng, -(found + rng.standard_normal(10 * n)), n, pull)
                    rows = Rows(truth=truth[taken], predicted=found[taken])
                    return decide(measure("macro_f1", rows, Design(weights=weights)), bar)

                yield Case("weighted", f"macro F1, {k} classes, rare over-sampled, {pull_name}, n={n}", macro)


def grouped() -> Iterator[Case]:
    """Rows in clusters: macro F1 of 3 and 5 classes; prediction-powered proportions."""
    for groups in (10, 20, 50):
        for icc in (0.0, 0.1, 0.5):
            for n in (200, 1000):
                for even in (True, False):
                    label = f"G={groups}, ICC {icc}, n={n}, {'equal' if even else 'unequal'} sizes"
                    args = (groups, icc, n, even)
                    for k in (3, 5):

                        def macro(rng: Rng, args=args, k: int = k) -> str:
                            groups, icc, n, even = args
                            code = cluster_codes(rng, groups, n, even)
                            truth = rng.integers(0, k, n)
                            right = rng.random(n) < cluster_rates(rng, groups, 0.8, icc)[code]
                            other = (truth + rng.integers(1, k, n)) % k
                            rows = Rows(truth=truth, predicted=np.where(right, truth, other))
                            return decide(measure("macro_f1", rows, Design(clusters=code)), 0.8)

                        yield Case("grouped", f"macro F1, {k} classes, {label}", macro)
                    for area in (0.71, 0.94):

                        def helped(rng: Rng, args=args, area: float = area) -> str:
                            groups, icc, n, even = args
                            code = cluster_codes(rng, groups, 6 * n, even)
                            right = rng.random(6 * n) < cluster_rates(rng, groups, 0.72, icc)[code]
                            pull = math.sqrt(2) * special.ndtri(area)
                            conf = special.expit(rng.standard_normal(6 * n) + pull * right)
                            mine = rng.permutation(6 * n)
                            first, rest = mine[:n], mine[n:]
                            help_ = Guess(conf[first], conf[rest], code[rest])
                            found = measure(
                                "proportion", Rows(values=right[first]), Design(clusters=code[first]), guess=help_
                            )
                            return decide(found, 0.72)

                        yield Case("grouped", f"prediction-powered, confidence AUC {area}, {label}", helped)


def _sides(found: Interval, truth: float) -> str:
    """Return "pass" where the lower bound lies above the truth, "fail" where the upper bound lies below it."""
    return "pass" if found.lower > truth else "fail" if found.upper < truth else "not-enough-evidence"


def speed() -> Iterator[Case]:
    """Few slow requests, in order and resembling each other or not; percentiles; throughput."""
    for rho in (0.0, 0.3, 0.6, 0.9):
        for allowed, sizes in ((0.05, (50, 100, 150, 200, 400)), (0.01, (300, 500, 1000))):
            for n in sizes:

                def slow(rng: Rng, rho: float = rho, n: int = n, allowed: float = allowed) -> str:
                    times = np.exp(autoregressive(rng, n, rho))
                    limit = math.exp(special.ndtri(1 - allowed))
                    found = exceedance(times, np.zeros(n, dtype=bool), limit)
                    return decide(found, allowed, higher_is_better=False)

                yield Case("speed", f"share of slow requests {allowed:.0%}, autocorrelated {rho}, n={n}", slow)
        for n in (100, 1000, 5000):
            for q in (50, 95):

                def quantile(rng: Rng, rho: float = rho, n: int = n, q: int = q) -> str:
                    times = np.exp(autoregressive(rng, n, rho))
                    found = percentile(times, np.zeros(n, dtype=bool), q)
                    return _sides(found, math.exp(special.ndtri(q / 100)))

                yield Case("speed", f"{q}th percentile, autocorrelated {rho}, n={n}", quantile)
    for minutes in (102, 482, 1442):
        for rate in (0.5, 5.0):
            for rho, swing in ((0.0, 0.0), (0.0, 0.3), (0.5, 0.3), (0.9, 0.3)):

                def flow(
                    rng: Rng, minutes: int = minutes, rate: float = rate, rho: float = rho, swing: float = swing
                ) -> str:
                    busy = np.exp(swing * autoregressive(rng, minutes, rho) - swing**2 / 2)
                    counts = stats.poisson.rvs(rate * 60 * busy, random_state=rng)
                    times = np.repeat(np.arange(minutes), counts) * 60.0 + rng.random(int(counts.sum())) * 60
                    return _sides(throughput(np.sort(times)), rate)

                yield Case(
                    "speed",
                    f"throughput, {rate} a second, swing {swing}, autocorrelated {rho}, {minutes} minutes",
                    flow,
                )


def in_spells(rng: Rng, n: int, length: float, share: float, within: float = 0.8) -> np.ndarray:
    """Return which requests are slow where they come in spells of this mean length."""
    calm = length * (within / share - 1)
    spell = np.arange(n + 1) % 2 == int(rng.random() >= share / within)
    lengths = rng.geometric(1 / np.where(spell, length, calm))
    return np.repeat(spell, lengths)[:n] & (rng.random(n) < within)


def of_customers(rng: Rng, n: int, groups: int, zipf: float, icc: float, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return which requests are slow where customers differ in size and in the share of theirs, and the customers."""
    size = 1 / np.arange(1, groups + 1) ** zipf
    code = rng.choice(groups, n, p=size / size.sum())
    prior = (1 - icc) / icc if icc else 1e9
    return rng.random(n) < rng.beta(share * prior, (1 - share) * prior, groups)[code], code


def requests() -> Iterator[Case]:
    """Slow requests, 5 % of all, in spells, or of customers, in the order of a file without times."""
    for n in (200, 1000, 5000):
        for length in (5, 20, 50):

            def spells(rng: Rng, n: int = n, length: int = length) -> str:
                times = rng.lognormal(-1.5, 0.4, n) + 10 * in_spells(rng, n, length, 0.05)
                return decide(exceedance(times, np.zeros(n, dtype=bool), 5.0), 0.05, higher_is_better=False)

            yield Case("requests", f"spells of {length} requests, n={n}", spells)
        for groups, zipf in ((20, 0.0), (100, 0.0), (12, 1.0), (30, 1.0), (100, 1.0), (300, 1.0)):
            for icc in (0.05, 0.2):

                def customers(rng: Rng, n: int = n, groups: int = groups, zipf: float = zipf, icc: float = icc) -> str:
                    slow, code = of_customers(rng, n, groups, zipf, icc, 0.05)
                    found = exceedance(slow * 2.0, np.zeros(n, dtype=bool), 1.0, clusters=code)
                    return decide(found, 0.05, higher_is_better=False)

                kind = "Zipf" if zipf else "equal"
                yield Case("requests", f"{groups} customers, {kind} sizes, ICC {icc}, n={n}", customers)


def prompt() -> Iterator[Case]:
    """Power ("false GO" is the share that passes): independent requests, 2, 1 or .2 % slow where 5 % may be."""
    for n in (200, 500, 1000, 5000):
        for share in (0.02, 0.01, 0.002):
            for groups, zipf in ((0, 0.0), (100, 0.0), (30, 1.0), (100, 1.0), (300, 1.0)):

                def fast(rng: Rng, n: int = n, share: float = share, groups: int = groups, zipf: float = zipf) -> str:
                    slow, code = of_customers(rng, n, groups or 1, zipf, 0.0, share)
                    clusters = code if groups else None
                    found = exceedance(slow * 2.0, np.zeros(n, dtype=bool), 1.0, clusters=clusters)
                    return decide(found, 0.05, higher_is_better=False)

                kind = f"{groups} customers, {'Zipf' if zipf else 'equal'} sizes" if groups else "no customers"
                yield Case("prompt", f"{share:.1%} slow, {kind}, n={n}", fast)


if __name__ == "__main__":
    main((weighted, grouped, speed, requests, prompt), __doc__ or "")
