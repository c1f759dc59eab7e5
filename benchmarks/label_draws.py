"""Row 1.9 on draws of labels: how often a fair one is called none, and how often a convenient one is noticed.

    nice -n 10 python benchmarks/label_draws.py --reps 2000 [--only SECTION]... [--jobs 1]

Sections: fair (draws that are what they claim: simple, stratified with their chances, whole customers), unfair (labels
by convenience, strong and mild). A pool of scored rows is drawn anew for every twenty draws: confidence follows
difficulty, as does a judge; four inputs, one of them following difficulty. Prints for each case how often the draw is
called biased, with Clopper-Pearson bounds. Results stand in stats_results.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pandas as pd

from gatebook.checks.column import CheckedTable
from gatebook.checks.source import read
from gatebook.evidence import draw
from gatebook.project import TableSpec
from gatebook.stats.interval import clopper_pearson

Rng = np.random.Generator
OF_A_POOL = 20  # draws from one pool
Drawn = tuple[np.ndarray, np.ndarray | None]  # positions of the labelled rows, and the chance of each


class Pool:
    """What `draw_of` reads of the cases, and the sample."""

    def __init__(self, rng: Rng, rows: int, customers: int = 0) -> None:
        """Draw a pool; with customers, difficulty belongs to them as much as to rows."""
        of = rng.integers(0, customers or rows, rows)
        hard = rng.standard_normal(rows)
        if customers:
            hard = (hard + rng.standard_normal(customers)[of]) / np.sqrt(2)
        self.right = rng.random(rows) < 1 / (1 + np.exp(2.2 * hard - 1.4))
        answers = rng.choice(["refund", "order", "account", "other"], rows, p=[0.4, 0.3, 0.2, 0.1])
        self.sample = pd.DataFrame(
            {
                "day": pd.Timestamp("2026-08-03") + pd.to_timedelta(np.sort(rng.uniform(0, 42, rows)), unit="D"),
                "channel": rng.choice(["mail", "chat", "phone"], rows, p=[0.5, 0.3, 0.2]),
                "amount": np.round(np.exp(0.6 * rng.standard_normal(rows) + 0.4 * hard), 2),
                "visits": rng.poisson(3, rows),
                "customer": of,
            }
        ).astype(str)
        self.frame = pd.DataFrame(
            {
                "key": np.arange(rows).astype(str),
                "row": np.arange(rows),
                "prediction": answers,
                "confidence": 1 / (1 + np.exp(hard + 0.7 * rng.standard_normal(rows) - 1)),
                "judge": np.clip(np.round(3.5 - hard + rng.standard_normal(rows)), 1, 5),
                "probability": np.nan,
                "answered": True,
                "failed": rng.random(rows) < 0.01,
                "weight": np.nan,
                "inclusion": np.nan,
            }
        )
        self.hard = hard
        self.inputs = ("day", "channel", "amount", "visits")
        self.columns: dict[str, CheckedTable] = {}
        self.specs = {"sample": TableSpec(path="", cluster="customer" if customers else None)}

    def biased(self, drawn: Drawn) -> bool:
        """Return whether the draw is called biased."""
        at, chance = drawn
        draw.read = self._read  # columns are read once a pool
        self.frame["inclusion"] = np.nan
        known = self.frame.iloc[at]
        if chance is not None:
            self.frame.loc[self.frame.index[at], "inclusion"] = chance
        found = draw.draw_of(self, known, self.sample)  # type: ignore[arg-type]
        return found is not None and found.biased

    def _read(self, cells: pd.DataFrame) -> CheckedTable:
        name = str(cells.columns[0])
        if name not in self.columns:
            self.columns[name] = read(cells)
        return self.columns[name]


def simple(pool: Pool, rng: Rng, n: int) -> Drawn:
    """Any n rows."""
    return rng.choice(len(pool.frame), n, replace=False), None


def stratified(pool: Pool, rng: Rng, n: int, by: str = "prediction") -> Drawn:
    """As many rows of each value, with their chances."""
    values = (pool.frame if by in pool.frame else pool.sample)[by].to_numpy()
    at, chance = [], []
    for value in np.unique(values):
        rows = np.flatnonzero(values == value)
        count = min(len(rows), n // len(np.unique(values)))
        at.append(rng.choice(rows, count, replace=False))
        chance.append(np.full(count, count / len(rows)))
    return np.concatenate(at), np.concatenate(chance)


def thin(pool: Pool, rng: Rng, n: int) -> Drawn:
    """More from where the model is less sure, in five groups of confidence, with their chances."""
    group = pd.qcut(pool.frame["confidence"], 5, labels=False).to_numpy()
    at, chance = [], []
    for code, part in enumerate((0.35, 0.25, 0.18, 0.12, 0.10)):
        rows = np.flatnonzero(group == code)
        count = round(n * part)
        at.append(rng.choice(rows, count, replace=False))
        chance.append(np.full(count, count / len(rows)))
    return np.concatenate(at), np.concatenate(chance)


def poisson(pool: Pool, rng: Rng, n: int, pull: float = 0.8) -> Drawn:
    """Each row by a coin of its own that favours hard ones, with its chance."""
    chance = np.exp(pull * pool.hard)
    chance = np.clip(chance * n / chance.sum(), 0.002, 1.0)
    at = np.flatnonzero(rng.random(len(chance)) < chance)
    return at, chance[at]


def customers(pool: Pool, rng: Rng, n: int) -> Drawn:
    """All rows of some customers."""
    of = pool.sample["customer"].to_numpy()
    order = rng.permutation(np.unique(of))
    sizes = pd.Series(of).value_counts()[order].cumsum()
    return np.flatnonzero(np.isin(of, order[: int((sizes < n).sum()) + 1])), None


def top(_pool: Pool, rng: Rng, n: int, score: np.ndarray, share: float) -> Drawn:
    """Any n rows of the share that scores highest."""
    best = np.argsort(-score, kind="stable")[: max(n, round(share * len(score)))]
    return rng.choice(best, n, replace=False), None


def tilted(_pool: Pool, rng: Rng, n: int, score: np.ndarray, pull: float) -> Drawn:
    """N rows, more often where the score is high: its log-odds move by `pull` for one standard deviation."""
    keys = pull * (score - score.mean()) / score.std() + rng.gumbel(size=len(score))
    return np.argsort(-keys)[:n], None


def fair() -> dict[str, Callable[[Rng], int]]:
    """Draws that are what they claim."""
    cases: dict[str, Callable[[Rng], int]] = {}
    for n in (100, 200, 500):
        for name, way in {"simple": simple, "by answer": stratified, "thin": thin, "Poisson": poisson}.items():
            for rows in (1000, 5000):
                cases[f"{name}, n={n} of {rows}"] = partial(_one, way=way, n=n, rows=rows)
        cases[f"by channel, n={n} of 2000"] = partial(_one, way=partial(stratified, by="channel"), n=n, rows=2000)
        cases[f"whole customers (300), n={n} of 2000"] = partial(_one, way=customers, n=n, rows=2000, groups=300)
        cases[f"simple, 300 customers, n={n} of 2000"] = partial(_one, way=simple, n=n, rows=2000, groups=300)
    return cases


def unfair() -> dict[str, Callable[[Rng], int]]:
    """Labels by convenience."""
    scores: dict[str, Callable[[Pool], np.ndarray]] = {
        "most confident": lambda p: p.frame["confidence"].to_numpy(),
        "least confident": lambda p: -p.frame["confidence"].to_numpy(),
        "best judged": lambda p: p.frame["judge"].to_numpy() + 0.0,
        "earliest": lambda p: -np.arange(len(p.frame), dtype=float),
        "easy": lambda p: -p.hard,
    }
    cases: dict[str, Callable[[Rng], int]] = {}
    for n in (100, 200, 500):
        for name, score in scores.items():
            for share in (0.4, 0.7):
                cases[f"{name} {share:.0%}, n={n} of 2000"] = partial(
                    _scored, n=n, score=score, way=top, strength=share
                )
            for pull in (0.5, 0.25):
                cases[f"{name}, pull {pull}, n={n} of 2000"] = partial(
                    _scored, n=n, score=score, way=tilted, strength=pull
                )
    return cases


def _one(rng: Rng, way: Callable[[Pool, Rng, int], Drawn], n: int, rows: int, groups: int = 0) -> int:
    pool = Pool(rng, rows, groups)
    return sum(pool.biased(way(pool, rng, n)) for _ in range(OF_A_POOL))


def _scored(rng: Rng, n: int, score: Callable[[Pool], np.ndarray], way: Callable[..., Drawn], strength: float) -> int:
    pool = Pool(rng, 2000)
    return sum(pool.biased(way(pool, rng, n, score(pool), strength)) for _ in range(OF_A_POOL))


SECTIONS = {"fair": fair, "unfair": unfair}


def run(job: tuple[str, str, int, int]) -> tuple[str, int]:
    """Return how often the draw of a case is called biased."""
    section, name, reps, seed = job
    cases = SECTIONS[section]()
    rng = np.random.default_rng([seed, list(cases).index(name)])
    return name, sum(cases[name](rng) for _ in range(reps // OF_A_POOL))


def main() -> None:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reps", type=int, default=2000)
    parser.add_argument("--only", action="append", choices=list(SECTIONS))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    with ProcessPoolExecutor(given.jobs) as pool:
        for section in given.only or SECTIONS:
            print(f"\n## {section}: {given.reps} draws a row\n\n| draw | called biased % | bounds % |\n|---|--:|--:|")
            for name, found in pool.map(run, [(section, name, given.reps, given.seed) for name in SECTIONS[section]()]):
                low, high = clopper_pearson(found, given.reps, 0.05)
                print(f"| {name} | {100 * found / given.reps:.2f} | {100 * low:.2f} to {100 * high:.2f} |", flush=True)


if __name__ == "__main__":
    main()
