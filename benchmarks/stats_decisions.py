"""What the guarantees cost and save: power, labels saved, calibration of "label N more", time.

    nice -n 15 python benchmarks/stats_decisions.py --reps 2000 [--only SECTION]...

Sections: power, sequential, ppi, calibration, timing. Results stand in stats_results.md.
"""

from __future__ import annotations

import argparse
import functools
import time
from collections.abc import Callable

import numpy as np
from scipy import special, stats

from gatebook.stats import Guess, Rows, decide, measure
from gatebook.stats.interval import clopper_pearson, proportion
from gatebook.stats.latency import exceedance
from gatebook.stats.measure import f1_of_jaccard
from gatebook.stats.planning import LabelPlan, chance_of_decision, labels_needed, posterior
from gatebook.stats.sequential import alpha_at_look, alphas_ahead, binomial_path

WEEKS = tuple(range(200, 1001, 100))


def power(reps: int) -> None:
    """Chance to pass with n = 200, one look, the truth 8 points above the bar (AUC, losses: as stated)."""
    rng = np.random.default_rng(1)

    def share_of(statuses: list[str]) -> str:
        return f"{100 * statuses.count('pass') / len(statuses):.1f} %"

    for bar in (0.72, 0.8, 0.9):
        hits = np.arange(201)
        passing = np.array([clopper_pearson(int(x), 200, 0.05)[0] >= bar for x in hits])
        print(f"proportion, bar {bar}: {100 * stats.binom.pmf(hits, 200, bar + 0.08)[passing].sum():.1f} % (exact)")
    for n in (200, 400, 800):
        mean, auc, loss = [], [], []
        for _ in range(reps // 4):
            grade = rng.choice([1.0, 2, 3, 4, 5], n, p=[0.03, 0.05, 0.12, 0.35, 0.45])
            mean.append(decide(measure("mean", Rows(values=grade, scale=(1, 5))), 4.14 - 0.32))
            truth = rng.random(n) < 0.4
            score = rng.standard_normal(n) + truth * np.sqrt(2) * special.ndtri(0.85)
            auc.append(decide(measure("auc", Rows(truth=truth, score=score)), 0.77))
            values = rng.lognormal(0, 0.7, n)
            loss.append(decide(measure("loss", Rows(values=values)), np.exp(0.245) * 1.25, higher_is_better=False))
        print(
            f"n={n}: mean grade 8 % of scale above the bar {share_of(mean)}, AUC .85 against .77 {share_of(auc)}, "
            f"MAE (log-normal s=.7) 20 % under the bar {share_of(loss)}"
        )
    f1 = []
    for _ in range(reps):
        kind = rng.choice(3, 200, p=[0.4 * 0.72, 0.4 * 0.28, 0.6])
        f1.append(decide(measure("f1", Rows(truth=kind <= 1, predicted=kind == 0)), f1_of_jaccard(0.72) - 0.08))
    print(f"F1 8 points above the bar, 40 % of 200 rows positive: {share_of(f1)}")
    slow = [
        decide(exceedance((rng.random(200) < 0.01) * 1.0, np.zeros(200, dtype=bool), 0.5), 0.05, higher_is_better=False)
        for _ in range(reps)
    ]
    print(f"p95 latency, 1 % of 200 requests over the limit: {share_of(slow)}")


def sequential(reps: int) -> None:
    """Average labels of nine looks (200..1000) against a fixed number of equal power, 5 points above the bar."""
    for bar in (0.72, 0.8):
        rng, truth = np.random.default_rng(2), bar + 0.05
        edges = [state.edge for state in binomial_path(WEEKS, 1000, bar)]
        used, passed = [], 0
        for _ in range(reps):
            hits = np.cumsum(rng.random(1000) < truth)
            stop = next((e for e in edges if hits[e.n - 1] >= e.upper or hits[e.n - 1] <= e.lower), edges[-1])
            used.append(stop.n)
            passed += hits[stop.n - 1] >= stop.upper
        rate = passed / reps

        def fixed(n: int, bar: float = bar, truth: float = truth) -> float:
            return float(stats.binom.sf(stats.binom.isf(0.05, n, bar), n, truth))

        equal = next(n for n in range(100, 3000, 5) if min(fixed(m) for m in range(n, n + 20)) >= rate)
        saved = 1 - np.mean(used) / equal
        print(
            f"bar {bar}: {100 * rate:.1f} % pass with {np.mean(used):.0f} labels on average; fixed n {equal}: "
            f"{100 * saved:.0f} % saved"
        )


def ppi(reps: int) -> None:
    """Labels saved by prediction-powered inference: 1 - n / effective rows, mean over repetitions, pool 10 n."""
    rng = np.random.default_rng(3)
    for area in (0.71, 0.83, 0.94):
        for n in (100, 200, 500):
            rows = []
            for _ in range(reps // 4):
                right = rng.random(11 * n) < 0.8
                conf = special.expit(rng.standard_normal(11 * n) + right * np.sqrt(2) * special.ndtri(area))
                found = measure("proportion", Rows(values=right[:n]), guess=Guess(conf[:n], conf[n:]))
                rows.append(n / found.n_effective)
            print(f"confidence AUC {area}, n={n}: {100 * (1 - np.mean(rows)):.0f} % saved")


@functools.cache
def plan(x: int, bar: float) -> LabelPlan:
    known = posterior(proportion(x, 200, first_alpha(bar)), bar)
    assert known is not None
    return labels_needed(known, after_first(bar))


def first_alpha(bar: float) -> float:
    """Return the alpha of the first look, at 200 labels."""
    return alpha_at_look(200, bar=bar).alpha


@functools.cache
def after_first(bar: float) -> Callable[[int], float]:
    """Return the alpha of the second look, by how many more labels it has."""
    ahead = alphas_ahead([200], bar=bar)
    return functools.cache(lambda more: ahead(200 + more).alpha)


def calibration(reps: int) -> None:
    """Share of projects that decide within the stated labels, truths -10..+15 points, by decile of stated chance."""
    rng = np.random.default_rng(4)
    for bar in (0.72, 0.8):
        stated, happened, near, none = [], [], [], 0
        while len(stated) < reps:
            rate = min(bar + rng.uniform(-0.1, 0.15), 0.995)
            x = int(rng.binomial(200, rate))
            if decide(proportion(x, 200, first_alpha(bar)), bar) != "not-enough-evidence":
                continue
            found = plan(x, bar)
            more = found.labels if found.labels is not None else 20_000
            none += found.labels is None
            after = proportion(x + int(rng.binomial(more, rate)), 200 + more, after_first(bar)(more))
            result = decide(after, bar) != "not-enough-evidence"
            stated.append(found.chance)
            happened.append(result)
            near.append(abs(rate - bar))
        for low in np.arange(0, 1, 0.1):
            inside = [h for s, h in zip(stated, happened, strict=True) if low <= s < low + 0.1]
            if inside:
                print(
                    f"bar {bar}, stated chance {low:.1f}-{low + 0.1:.1f}: {100 * np.mean(inside):.1f} % of "
                    f"{len(inside)} decided"
                )
        print(f"bar {bar}: {100 * none / reps:.1f} % not decidable within 20,000 labels")
        after_200(rng, bar, reps)


def after_200(rng: np.random.Generator, bar: float, reps: int) -> None:
    """Print, by decile of the chance stated for 200 more labels, how many projects they decide."""
    stated, happened = [], []
    while len(stated) < reps:
        rate = min(bar + rng.uniform(-0.1, 0.15), 0.995)
        x = int(rng.binomial(200, rate))
        if decide(proportion(x, 200), bar) == "not-enough-evidence":
            stated.append(chance_of_200(x, bar))
            after = proportion(x + int(rng.binomial(200, rate)), 400)
            happened.append(decide(after, bar) != "not-enough-evidence")
    for low in np.arange(0, 1, 0.1):
        inside = [(c, h) for c, h in zip(stated, happened, strict=True) if low <= c < low + 0.1]
        if len(inside) >= 100:
            means = np.mean(inside, axis=0)
            print(
                f"bar {bar}, 200 more: stated {100 * means[0]:.0f} %, decided {100 * means[1]:.0f} % of {len(inside)}"
            )


@functools.cache
def chance_of_200(x: int, bar: float) -> float:
    known = posterior(proportion(x, 200), bar)
    assert known is not None
    return sum(chance_of_decision(known, 200))


def timing(reps: int) -> None:
    """CPU milliseconds of the slow parts, best of five (best of three below 1,000 repetitions)."""
    rng = np.random.default_rng(5)
    times = rng.lognormal(5, 0.5, 1_000_000)
    right = (rng.random(10_000) < 0.8).astype(float)
    truth = rng.random(10_000) < 0.4
    jobs = {
        "12-look boundary, 1,000 labels": lambda: binomial_path(list(range(83, 1000, 83)), 1000, 0.8),
        "alpha at the 12th look, exact": lambda: alpha_at_look(996, list(range(83, 990, 83)), 1000, bar=0.8),
        "alpha at the 12th look, normal": lambda: alpha_at_look(996, list(range(83, 990, 83)), 1000),
        "1M ordered latencies": lambda: exceedance(times, np.zeros(1_000_000, dtype=bool), 300.0),
        "proportion of 10k labels": lambda: measure("proportion", Rows(values=right)),
        "AUC of 10k labels": lambda: measure("auc", Rows(truth=truth, score=rng.standard_normal(10_000) + truth)),
        "labels needed": lambda: labels_needed(posterior(proportion(160, 200), 0.75), after_first(0.75)),
    }
    for name, job in jobs.items():
        best = min(_cpu(job) for _ in range(5 if reps >= 1000 else 3))
        print(f"{name}: {1000 * best:.1f} ms CPU")


def _cpu(job) -> float:
    start = time.process_time()
    job()
    return time.process_time() - start


SECTIONS = {f.__name__: f for f in (power, sequential, ppi, calibration, timing)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=2000)
    parser.add_argument("--only", action="append", choices=list(SECTIONS))
    options = parser.parse_args()
    for name in options.only or SECTIONS:
        print(f"\n## {name}\n{SECTIONS[name].__doc__}\n")
        SECTIONS[name](options.reps)


if __name__ == "__main__":
    main()
