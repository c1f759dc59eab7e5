"""False alarms and misses by group: how often a group is named where there is none, and where there is one.

    python benchmarks/rates_null.py --sets 400

Null sets: groups differ in their share of true positives, so that error rates differ while false alarms and misses do
not. Clustered sets: each customer has a rate of its own and belongs to one group.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from gatebook.evidence.rates import Rates, searched
from gatebook.stats import Design
from gatebook.stats.interval import clopper_pearson

ALARM, MISS = 0.12, 0.25  # of true negatives, of true positives


def rows(rng: np.random.Generator, n: int, clusters: int | None) -> tuple[Rates, pd.DataFrame]:
    """Return one set in which nothing but the share of true positives depends on the inputs."""
    units = clusters or n
    codes = rng.integers(0, units, n) if clusters else np.arange(n)
    region = rng.choice(["north", "south", "east", "west"], units, p=[0.5, 0.3, 0.15, 0.05])[codes]
    age = rng.integers(18, 90, units)[codes]
    frame = pd.DataFrame(
        {
            "region": region,
            "age": age,
            "channel": rng.choice(["mail", "chat", "phone"], n),
            "amount": np.round(rng.lognormal(4, 1, n), 2),
            "visits": rng.poisson(2, n),
            "plan": rng.choice(["a", "b", "c", "d", "e"], units)[codes],
        }
    )
    truth = rng.random(n) < np.where(region == "north", 0.2, 0.5) + (age > 60) * 0.2
    tilt = rng.normal(0, 1 if clusters else 0, units)[codes]
    alarm, miss = (1 / (1 + (1 - p) / p * np.exp(-tilt)) for p in (ALARM, MISS))
    raised = np.where(truth, rng.random(n) >= miss, rng.random(n) < alarm)
    return Rates("yes", True, truth, raised, Design(codes if clusters else None)), frame


def planted(rng: np.random.Generator, n: int, clusters: int | None, factor: float) -> Rates:
    """Return one set in which false alarms in the south are `factor` times as many, and misses fewer to keep errors
    equal.
    """
    rates, frame = rows(rng, n, clusters)
    south = (frame["region"] == "south").to_numpy()
    truth, raised = rates.truth, rates.raised.copy()
    more = south & ~truth & ~raised & (rng.random(n) < ALARM * (factor - 1) / (1 - ALARM))
    wrong = np.flatnonzero(south & truth & ~raised)
    right = rng.choice(wrong, min(len(wrong), int(more.sum())), replace=False)
    raised[more], raised[right] = True, True
    return searched(Rates("yes", True, truth, raised, rates.design), frame, seed=int(rng.integers(2**31)))


def main() -> None:
    """Count the null sets in which a group is named, and the planted ones in which it is the south."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--sets", type=int, default=400)
    ask.add_argument("--seed", type=int, default=7)
    given = ask.parse_args()
    for n, clusters in ((400, None), (3000, None), (3000, 300), (3000, 60)):
        claimed = found = 0
        for one in range(given.sets):
            rng = np.random.default_rng([given.seed, n, clusters or 0, one])
            claimed += bool(searched(*rows(rng, n, clusters), seed=one).groups)
        upper = clopper_pearson(claimed, given.sets, 0.05)[1]
        kind = f"{n} rows" + (f" of {clusters} customers" if clusters else "")
        print(f"{kind}: a group named in {claimed} of {given.sets} null sets (upper bound {upper:.2%})", flush=True)
        tries = max(1, given.sets // 10)
        for factor in (2.0, 3.0):
            found = 0
            for one in range(tries):
                rng = np.random.default_rng([given.seed, n, clusters or 0, one, int(factor)])
                named = planted(rng, n, clusters, factor).groups
                found += any(p.column == "region" and "south" in str(p.value) for g in named for p in g.predicates)
            print(f"  {factor:g} times the false alarms in the south: named in {found} of {tries}", flush=True)


if __name__ == "__main__":
    main()
