"""Advice on planted projects: does the reduction that the remedy brings fall inside the interval that was stated?

    python benchmarks/slices_advice.py --sets 60

Each project has 4,000 rows, 8 % errors, and two failing types at 3 to 5 times that: one because a field is missing, one
because the curated data hold hardly any (or none) of it, or because labels are wrong there. The remedy is applied by
giving the rows concerned the usual error rate; the reduction is the difference in expected errors on fresh production
rows, so that the luck of the sample does not count.

Measured (--sets 30): the reduction lies in its interval for 57 of 60 actions (95 %); first causes: missing data 30,
out of scope 14, scarce labels 10, label noise 6.
"""

import argparse
import collections

import numpy as np
import pandas as pd

from gatebook.evidence.slices import find_slices, mask
from gatebook.evidence.slices.why import causes

ROWS, BASE = 4_000, 0.08


def inputs(rng, n, web, score_missing):
    return pd.DataFrame(
        {
            "amount": np.exp(rng.normal(4, 1, n)).round(2).astype(str),
            "channel": rng.choice(["email", "chat", "phone", "web"], n, p=[0.5 - web, 0.3, 0.2, web]),
            "plan": rng.choice(["free", "pro", "team"], n),
            "age": rng.integers(18, 80, n).astype(str),
            "score": pd.Series(rng.normal(size=n).round(2).astype(str)).mask(rng.random(n) < score_missing),
        }
    ).astype("str")


def project(rng):
    production, curated = (
        inputs(rng, ROWS, 0.1, rng.uniform(0.05, 0.15)),
        inputs(rng, 800, rng.choice([0.0, 0.01]), 0.01),
    )
    web, blank = (production["channel"] == "web").to_numpy(), production["score"].isna().to_numpy()
    a, b = rng.uniform(3, 5, 2)
    rate = np.full(ROWS, BASE)
    rate[web] = np.maximum(rate[web], BASE * a)
    rate[blank] = np.maximum(rate[blank], BASE * b)
    loss = (rng.random(ROWS) < rate).astype(float)
    labels = rng.random() < 0.3
    suspects = (loss > 0) & (rng.random(ROWS) < np.where(web, 0.8, 0.03)) if labels else np.zeros(ROWS, bool)
    return production, curated, loss, rate, suspects


def main(sets, seed):
    inside, of, kinds = 0, 0, collections.Counter()
    for i in range(sets):
        rng = np.random.default_rng([seed, i])
        production, curated, loss, rate, suspects = project(rng)
        for found in find_slices(production, loss, seed=i).slices[:2]:
            best = causes(found, production, loss, curated=curated, suspects=suspects)[0]
            rows = mask(production, found.predicates)
            if best.kind == "missing data":
                rows &= production["score"].isna().to_numpy()
            truth = (rate[rows] - BASE).sum()
            if best.kind == "label noise":
                truth = (
                    (rate * np.where(production["channel"] == "web", 0.8, 0.03))[rows] - BASE * 0.03
                ).sum()
            inside += best.lower <= truth <= best.upper
            of += 1
            kinds[best.kind] += 1
    print(
        f"the reduction lies in its interval for {inside} of {of} actions ({inside / of:.0%}); first causes {dict(kinds)}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    main(args.sets, args.seed)
