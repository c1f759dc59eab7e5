"""False GO and false NO-GO of every kind of figure with the truth exactly at the bar.

    nice -n 15 python benchmarks/stats_coverage.py --reps 10000 [--only SECTION]...

Sections: kinds, biased, guess, versions, tails, spared (clusters, looks, other draws: stats_clusters.py,
stats_looks.py, stats_draws.py). Prints a Markdown table a section: the share of repetitions that pass (false GO) and
that fail (false NO-GO), and the larger of their upper 95 % Clopper-Pearson bounds, which should stay below 6 %. Results
stand in stats_results.md.
"""

from __future__ import annotations

import argparse
import functools
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from gatebook.stats import Design, Guess, Rows, decide, measure
from gatebook.stats.interval import clopper_pearson
from gatebook.stats.latency import exceedance
from gatebook.stats.measure import f1_of_jaccard
from gatebook.stats.sequential import alpha_at_look

Rng = np.random.Generator
SIZES = (50, 100, 200, 1000)
BATCH = 1000  # repetitions computed at once


@dataclass(frozen=True)
class Case:
    """One row of a table.

    `draw` returns the decision of one repetition ("pass", "fail", or not enough evidence); `many`, where there is one,
    returns how many of a number of repetitions pass and fail.
    """

    section: str
    name: str
    draw: Callable[[Rng], str] | None = None
    many: Callable[[Rng, int], tuple[int, int]] | None = None


# ---- worlds: each returns rows of n with the figure's truth known --------------------------------------------------


def binary(rng: Rng, n: int, jaccard: float, prevalence: float, lean: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Truth and prediction with the given J; `lean` is the share of the errors that are misses."""
    errors = prevalence * (1 - jaccard) / (jaccard + lean * (1 - jaccard))
    hits = prevalence - lean * errors
    kind = rng.choice(4, n, p=[hits, lean * errors, (1 - lean) * errors, 1 - hits - errors])
    return kind <= 1, (kind == 0) | (kind == 2)


def grades(rng: Rng, n: int) -> np.ndarray:
    return rng.choice([1.0, 2, 3, 4, 5], n, p=GRADES)


GRADES = [0.03, 0.05, 0.12, 0.35, 0.45]
GRADE_MEAN = float(np.dot(GRADES, [1, 2, 3, 4, 5]))


def ndcg(rng: Rng, n: int) -> np.ndarray:
    return np.where(rng.random(n) < 0.4, 1.0, np.where(rng.random(n) < 0.1, 0.0, rng.beta(4, 2, n)))


NDCG_MEAN = 0.4 + 0.6 * 0.9 * 2 / 3

LOSSES: dict[str, tuple[str, Callable[[Rng, int], np.ndarray], float]] = {
    "MAE, log-normal s=.5": ("loss", lambda r, n: r.lognormal(0, 0.5, n), math.exp(0.125)),
    "MAE, log-normal s=1": ("loss", lambda r, n: r.lognormal(0, 1, n), math.exp(0.5)),
    "MAPE, ratio": ("loss", lambda r, n: np.abs(r.normal(0, 1, n)) / r.gamma(6, 1, n), math.sqrt(2 / math.pi) / 5),
    "RMSE, normal": ("rmse", lambda r, n: r.normal(0, 1, n), 1.0),
    "RMSE, Laplace": ("rmse", lambda r, n: r.laplace(0, 1, n), math.sqrt(2)),
    "RMSE, t with 5 df": ("rmse", lambda r, n: r.standard_t(5, n), math.sqrt(5 / 3)),
}


def log_loss(rng: Rng, n: int) -> np.ndarray:
    p = np.clip(rng.beta(4, 1, n), 0.02, 0.98)
    return -np.log(np.where(rng.random(n) < p, p, 1 - p))


def log_loss_mean() -> float:
    def risk(p: float) -> float:
        return -(p * math.log(p) + (1 - p) * math.log(1 - p))

    from scipy import integrate

    inside = integrate.quad(lambda p: risk(p) * stats.beta.pdf(p, 4, 1), 0.02, 0.98)[0]
    return inside + risk(0.98) * stats.beta.sf(0.98, 4, 1) + risk(0.02) * stats.beta.cdf(0.02, 4, 1)


LOSSES["log loss, calibrated"] = ("loss", log_loss, log_loss_mean())


def scores(rng: Rng, truth: np.ndarray, area: float, shape: str) -> np.ndarray:
    n = len(truth)
    if shape == "normal":
        return rng.standard_normal(n) + truth * math.sqrt(2) * special.ndtri(area)
    return rng.exponential(1, n) * np.where(truth, area / (1 - area), 1.0)


def macro_world(k: int, accuracy: float) -> tuple[np.ndarray, float]:
    """Joint distribution of truth and prediction over k unequal classes, and its macro F1."""
    share = np.linspace(1, 2, k) / np.linspace(1, 2, k).sum()
    joint = np.outer(share, share)
    np.fill_diagonal(joint, 0)
    joint = joint / joint.sum(axis=1, keepdims=True) * share[:, None] * (1 - accuracy)
    joint[np.diag_indices(k)] = share * accuracy
    f = 2 * np.diag(joint) / (joint.sum(0) + joint.sum(1))
    return joint, float(f.mean())


def autoregressive(rng: Rng, n: int, rho: float) -> np.ndarray:
    from scipy import signal

    noise = rng.standard_normal(n) * math.sqrt(1 - rho**2)
    noise[0] = rng.standard_normal()
    return signal.lfilter([1.0], [1.0, -rho], noise)


def cluster_codes(rng: Rng, groups: int, n: int, even: bool) -> np.ndarray:
    if even:
        return np.arange(n) % groups
    weight = rng.lognormal(0, 0.8, groups)
    return np.concatenate([np.arange(groups), rng.choice(groups, n - groups, p=weight / weight.sum())])


def cluster_rates(rng: Rng, groups: int, rate: float, icc: float) -> np.ndarray:
    if icc == 0:
        return np.full(groups, rate)
    return rng.beta(rate * (1 - icc) / icc, (1 - rate) * (1 - icc) / icc, groups)


# ---- cases ---------------------------------------------------------------------------------------------------------


def kinds() -> Iterator[Case]:
    for n in SIZES:
        for bar in (0.5, 0.72, 0.9):

            def share(rng: Rng, n: int = n, bar: float = bar) -> str:
                return decide(measure("proportion", Rows(values=(rng.random(n) < bar).astype(float))), bar)

            yield Case("kinds", f"proportion, bar {bar}, n={n}", share)
        for prevalence in (0.1, 0.3):

            def f1(rng: Rng, n: int = n, prevalence: float = prevalence) -> str:
                truth, found = binary(rng, n, 0.6, prevalence)
                return decide(measure("f1", Rows(truth=truth, predicted=found)), f1_of_jaccard(0.6))

            yield Case("kinds", f"F1 .75, prevalence {prevalence}, n={n}", f1)

            def precision(rng: Rng, n: int = n, prevalence: float = prevalence) -> str:
                truth, found = binary(rng, n, 0.6, prevalence)
                return decide(measure("precision", Rows(truth=truth, predicted=found)), 0.75)

            yield Case("kinds", f"precision .75, prevalence {prevalence}, n={n}", precision)

            def recall(rng: Rng, n: int = n, prevalence: float = prevalence) -> str:
                truth, found = binary(rng, n, 0.6, prevalence)
                return decide(measure("recall", Rows(truth=truth, predicted=found)), 0.75)

            yield Case("kinds", f"recall .75, prevalence {prevalence}, n={n}", recall)
        for k in (3, 5, 10):
            joint, bar = macro_world(k, 0.8)

            def macro(rng: Rng, n: int = n, joint: np.ndarray = joint, bar: float = bar, k: int = k) -> str:
                cell = rng.choice(k * k, n, p=joint.ravel())
                return decide(measure("macro_f1", Rows(truth=cell // k, predicted=cell % k)), bar)

            yield Case("kinds", f"macro F1, {k} classes, n={n}", macro)
        for area in (0.7, 0.8, 0.92, 0.98):
            for prevalence in (0.1, 0.3, 0.5):
                for shape in ("normal", "exponential"):

                    def auc(rng: Rng, n: int = n, area: float = area, p: float = prevalence, shape: str = shape) -> str:
                        truth = rng.random(n) < p
                        found = measure("auc", Rows(truth=truth, score=scores(rng, truth, area, shape)))
                        return decide(found, area)

                    yield Case("kinds", f"AUC {area}, {shape}, prevalence {prevalence}, n={n}", auc)
        for name, world, scale, mean in (
            ("grades 1-5", grades, (1.0, 5.0), GRADE_MEAN),
            ("NDCG-like", ndcg, (0.0, 1.0), NDCG_MEAN),
            ("Brier", lambda r, m: (r.random(m) < 0.8) * 0.04 + 0.0, (0.0, 1.0), 0.032),
        ):

            def mean_of(rng: Rng, n: int = n, world=world, scale=scale, mean: float = mean) -> str:
                return decide(measure("mean", Rows(values=world(rng, n), scale=scale)), mean)

            yield Case("kinds", f"mean, {name}, n={n}", mean_of)
        for name, (kind, world, mean) in LOSSES.items():

            def loss(rng: Rng, n: int = n, kind=kind, world=world, mean: float = mean) -> str:
                return decide(measure(kind, Rows(values=world(rng, n))), mean, higher_is_better=False)

            yield Case("kinds", f"{name}, n={n}", loss)

        def slow(rng: Rng, n: int = n) -> str:
            found = exceedance(rng.lognormal(0, 1, n), rng.random(n) < 0.01, LIMIT)
            return decide(found, 0.05, higher_is_better=False)

        yield Case("kinds", f"p95 latency, independent, n={n}", slow)
    for rho in (0.3, 0.6, 0.9):
        for n in (1000, 5000):

            def chained(rng: Rng, n: int = n, rho: float = rho) -> str:
                times = np.exp(autoregressive(rng, n, rho))
                found = exceedance(times, np.zeros(n, dtype=bool), math.exp(special.ndtri(0.95)))
                return decide(found, 0.05, higher_is_better=False)

            yield Case("kinds", f"p95 latency, autocorrelated {rho}, n={n}", chained)


LIMIT = float(np.exp(special.ndtri(1 - (0.05 - 0.01) / 0.99)))


def confident(rng: Rng, n: int, separation: float, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Correctness and confidence of n rows; the separation gives the confidence's AUC for being right."""
    right = rng.random(n) < rate
    return right, special.expit(rng.standard_normal(n) + separation * right)


def biased() -> Iterator[Case]:
    for bar in (0.72, 0.9):
        for n in (50, 200, 1000):
            # severities at which the unweighted reading errs 94 % of the time at n=200 and bar .72, either way
            for way, sign in (("easy", 1.0), ("hard", -1.5)):

                def drawn(rng: Rng, n: int, sign: float, bar: float):
                    right, conf = confident(rng, 10 * n, 1.2, bar)
                    bins = np.searchsorted(np.quantile(conf, np.linspace(0.1, 0.9, 9)), conf)
                    chance = special.expit(sign * (special.logit(conf) - 1))
                    return right, bins, chance, n

                def weighted(rng: Rng, n: int = n, sign: float = sign, bar: float = bar, drawn=drawn) -> str:
                    right, _, chance, n = drawn(rng, n, sign, bar)
                    chance = np.clip(chance * n / chance.sum(), 0, 1)
                    taken = rng.random(len(right)) < chance
                    rows = Rows(values=right[taken])
                    return decide(measure("proportion", rows, Design(weights=1 / chance[taken])), bar)

                yield Case("biased", f"{way} over-sampled, bar {bar}, inverse-probability weights, n={n}", weighted)


def guess() -> Iterator[Case]:
    for bar in (0.72, 0.9):
        for n in (50, 100, 200, 1000):
            for area in (0.71, 0.83, 0.94):

                def helped(rng: Rng, n: int = n, bar: float = bar, area: float = area) -> str:
                    right, conf = confident(rng, 11 * n, math.sqrt(2) * special.ndtri(area), bar)
                    help_ = Guess(conf[:n], conf[n:])
                    return decide(measure("proportion", Rows(values=right[:n]), guess=help_), bar)

                yield Case("guess", f"confidence AUC {area}, bar {bar}, n={n}", helped)

            def judged(rng: Rng, n: int = n, bar: float = bar) -> str:
                right = rng.random(11 * n) < bar
                judge = np.where(right, rng.random(11 * n) < 0.95, rng.random(11 * n) < 0.5).astype(float)
                help_ = Guess(judge[:n], judge[n:])
                return decide(measure("proportion", Rows(values=right[:n]), guess=help_), bar)

            yield Case("guess", f"judge, specificity .5, bar {bar}, n={n}", judged)

    def alone(rng: Rng) -> str:
        right = rng.random(1000) < 0.72
        judge = np.where(right, rng.random(1000) < 0.95, rng.random(1000) < 0.5).astype(float)
        return decide(measure("proportion", Rows(values=right[:20]), guess=Guess(judge[:20], judge[20:])), 0.72)

    yield Case("guess", "judge with 20 labels (must never decide)", alone)


@functools.cache
def shared_alpha(n: int, k: int) -> float:
    return alpha_at_look(n, versions=k).alpha


def versions() -> Iterator[Case]:
    for n in (200, 1000):
        for k in (1, 5, 20):
            for correlation in (0.0, 0.7, 0.9):

                def best(rng: Rng, n: int = n, k: int = k, r: float = correlation) -> str:
                    alpha = shared_alpha(n, k)
                    shared = math.sqrt(r) * rng.standard_normal(n) + math.sqrt(1 - r) * rng.standard_normal((k, n))
                    hits = (shared < special.ndtri(0.72)).sum(axis=1)
                    top, low = (clopper_pearson(int(x), n, alpha) for x in (hits.max(), hits.min()))
                    return "pass" if top[0] >= 0.72 else "fail" if low[1] < 0.72 else "not-enough-evidence"

                yield Case("versions", f"best (worst) of {k}, correlation {correlation}, n={n}", best)


def contaminated(rng: Rng, n: int, part: float, times: float) -> np.ndarray:
    return np.abs(rng.standard_normal(n)) * np.where(rng.random(n) < part, times, 1)


# losses, their mean, and their mean square
TAILS: dict[str, tuple[Callable[[Rng, int], np.ndarray], float, float]] = {
    "normal": (lambda r, n: np.abs(r.standard_normal(n)), math.sqrt(2 / math.pi), 1.0),
    "Laplace": (lambda r, n: r.exponential(1, n), 1.0, 2.0),
    "Pareto 2.5": (lambda r, n: 1 + r.pareto(2.5, n), 5 / 3, 5.0),
    "t with 3 df": (lambda r, n: np.abs(r.standard_t(3, n)), 2 * math.sqrt(3) / math.pi, 3.0),
}
for _s in (0.5, 1.0, 1.5, 2.0):
    TAILS[f"log-normal {_s}"] = (
        functools.partial(lambda s, r, n: r.lognormal(0, s, n), _s),
        math.exp(_s * _s / 2),
        math.exp(2 * _s * _s),
    )
for _p in (0.01, 0.02):
    for _k in (5, 10):
        TAILS[f"{_p:.0%} of errors {_k} times as large"] = (
            functools.partial(lambda p, k, r, n: contaminated(r, n, p, k), _p, _k),
            math.sqrt(2 / math.pi) * (1 + _p * (_k - 1)),
            1 + _p * (_k * _k - 1),
        )


def uneven_classes(k: int, accuracy: float, steep: float) -> tuple[np.ndarray, float]:
    """Joint distribution of truth and prediction over k classes of shares 1 / rank^steep, and its macro F1."""
    share = 1 / np.arange(1, k + 1) ** steep
    share /= share.sum()
    joint = np.outer(share, share)
    np.fill_diagonal(joint, 0)
    joint = joint / joint.sum(axis=1, keepdims=True) * share[:, None] * (1 - accuracy)
    joint[np.diag_indices(k)] = share * accuracy
    return joint, float((2 * np.diag(joint) / (joint.sum(0) + joint.sum(1))).mean())


def tails() -> Iterator[Case]:
    """Losses whose mean a few rows carry, and macro F1 over many small classes."""
    for n in (50, 100, 200, 500, 1000):
        for name, (world, mean, square) in TAILS.items():

            def mae(rng: Rng, n: int = n, world=world, mean: float = mean) -> str:
                return decide(measure("loss", Rows(values=world(rng, n))), mean, higher_is_better=False)

            yield Case("tails", f"MAE, {name}, n={n}", mae)

            def root(rng: Rng, n: int = n, world=world, square: float = square) -> str:
                return decide(measure("rmse", Rows(values=world(rng, n))), math.sqrt(square), higher_is_better=False)

            yield Case("tails", f"RMSE, {name}, n={n}", root)
        for k in (3, 8, 20):
            for accuracy in (0.6, 0.8, 0.95):
                for steep in (0.0, 0.7):
                    joint, bar = uneven_classes(k, accuracy, steep)
                    if n * joint.sum(axis=1).min() < 10:
                        continue

                    def macro(rng: Rng, n: int = n, joint: np.ndarray = joint, bar: float = bar, k: int = k) -> str:
                        cell = rng.choice(k * k, n, p=joint.ravel())
                        return decide(measure("macro_f1", Rows(truth=cell // k, predicted=cell % k)), bar)

                    shape = "uneven" if steep else "even"
                    yield Case("tails", f"macro F1, {k} {shape} classes, accuracy {accuracy}, n={n}", macro)


def spared() -> Iterator[Case]:
    """Power ("false GO" is the share that passes): the mean loss, or its root, a fifth below the bar."""
    for n in (50, 100, 200, 400, 1000):
        for name in ("normal", "Laplace", "log-normal 0.5", "log-normal 1.0"):
            world, mean, square = TAILS[name]

            def mae(rng: Rng, n: int = n, world=world, mean: float = mean) -> str:
                return decide(measure("loss", Rows(values=world(rng, n))), 1.25 * mean, higher_is_better=False)

            yield Case("spared", f"MAE, {name}, n={n}", mae)

            def root(rng: Rng, n: int = n, world=world, square: float = square) -> str:
                bar = 1.25 * math.sqrt(square)
                return decide(measure("rmse", Rows(values=world(rng, n))), bar, higher_is_better=False)

            yield Case("spared", f"RMSE, {name}, n={n}", root)


SECTIONS = (kinds, biased, guess, versions, tails, spared)
Section = Callable[[], Iterator[Case]]


def run(job: tuple[Section, int, int, int]) -> tuple[str, int, int, float]:
    """Run repetitions of one case; return its name, passes, fails and seconds."""
    section, position, reps, seed = job
    case = list(section())[position]
    rng = np.random.default_rng([seed, position])
    start = time.perf_counter()
    if case.draw is not None:
        found = [case.draw(rng) for _ in range(reps)]
        return case.name, found.count("pass"), found.count("fail"), time.perf_counter() - start
    assert case.many is not None
    parts = [case.many(rng, min(BATCH, reps - done)) for done in range(0, reps, BATCH)]
    return case.name, sum(p for p, _ in parts), sum(f for _, f in parts), time.perf_counter() - start


def main(sections: tuple[Section, ...], about: str) -> None:
    """Run the sections asked for on the command line and print a table of each."""
    named = {section.__name__: section for section in sections}
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--reps", type=int, default=10_000)
    parser.add_argument("--only", action="append", choices=list(named))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    for name in options.only or named:
        cases = len(list(named[name]()))
        jobs = [(named[name], i, options.reps, options.seed) for i in range(cases)]
        start, worst, missed = time.perf_counter(), 0.0, 0
        print(
            f"\n## {name}: {options.reps} repetitions a row\n\n| case | false GO % | false NO-GO % | upper bound % "
            "|\n|---|---|---|---|"
        )
        with ProcessPoolExecutor(options.jobs) as pool:
            for case, passed, failed, _ in pool.map(run, jobs):
                bound = clopper_pearson(max(passed, failed), options.reps, 0.05)[1]
                worst, missed = max(worst, bound), missed + (bound >= 0.06)
                mark = " **missed**" if bound >= 0.06 else ""
                print(
                    (
                        f"| {case} | {100 * passed / options.reps:.2f} | {100 * failed / options.reps:.2f} | "
                        f"{100 * bound:.2f}{mark} |"
                    ),
                    flush=True,
                )
        print(
            f"\n{cases} cases, {missed} at or above 6 %, worst upper bound {100 * worst:.2f} %, "
            f"{time.perf_counter() - start:.0f} s"
        )


if __name__ == "__main__":
    main(SECTIONS, __doc__ or "")
