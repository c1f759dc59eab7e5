"""How often two tables drawn from one distribution are said to differ (curated against production).

    python benchmarks/drift_silence.py --rows 1000 --pairs 200
    python benchmarks/drift_silence.py --rows 1000000 --pairs 20

Each pair: 12 mixed columns that hang together (numbers with and without long tails, counts, many and few categories,
days, free text, gaps that depend on another column), both tables of the same length. Counted: pairs with a column
marked as shifted, pairs that the domain classifier tells apart (interval above 0.5), pairs it does not call alike
(upper bound not below its limit), and with what bound (Clopper-Pearson, 95 %).
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

import numpy as np
import pandas as pd
from scipy import stats

from gatebook.evidence.shift import shift

WORDS = np.array(
    [
        f"{a}{b}"
        for a in ("ba", "ke", "mi", "no", "ru", "sta", "tre", "vo")
        for b in ("l", "n", "r", "lan", "mer", "tin")
    ]
)
_pool = np.random.default_rng(7)
LINES = np.array([" ".join(_pool.choice(WORDS, _pool.integers(2, 8))) for _ in range(50_000)], dtype=object)


def words(values: np.ndarray) -> pd.Series:
    """Text by way of the distinct values: formatting a million cells one by one would take most of the time."""
    codes, distinct = pd.factorize(values)
    return pd.Series(pd.array([str(v) for v in distinct], dtype="str")).take(codes).reset_index(drop=True)


def table(rng: np.random.Generator, n: int) -> pd.DataFrame:
    kind = rng.choice(5, n, p=[0.45, 0.3, 0.15, 0.08, 0.02])
    town = np.minimum(rng.zipf(1.4, n), 400)
    size = rng.normal(40 + 5 * kind, 8)
    out = pd.DataFrame(
        {
            "kind": words(np.array(["web", "shop", "phone", "post", "fax"])[kind]),
            "town": words(town),
            "region": words(np.array(["north", "south", "east", "west"])[town % 4]),
            "size": words(size.round(1)),
            "price": words(np.exp(rng.normal(3 + 0.01 * size, 1.1)).round(2)),
            "pieces": words(rng.poisson(2.5, n)),
            "visits": words(rng.negative_binomial(0.5, 0.05, n)),
            "balance": words((rng.standard_t(3, n) * 100).round(0)),
            "rate": words(rng.beta(2, 9, n).round(3)),
            "member": words(np.where(rng.random(n) < 0.2 + 0.1 * kind, "yes", "no")),
            "day": words((np.datetime64("2025-01-01") + rng.integers(0, 365, n)).astype("datetime64[D]").astype(str)),
            "note": words(LINES[rng.integers(0, len(LINES), n)]),
        }
    )
    out.loc[rng.random(n) < 0.02 + 0.05 * (kind == 1), "size"] = None
    out.loc[rng.random(n) < 0.1, "note"] = None
    return out


def upper(hits: int, n: int) -> float:
    return float(stats.beta.ppf(0.975, hits + 1, n - hits)) if hits < n else 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    by_column: Counter[str] = Counter()
    told: Counter[str] = Counter()
    start = time.process_time()
    for pair in range(args.pairs):
        rng = np.random.default_rng([args.seed, pair])
        found = shift(table(rng, args.rows), table(rng, args.rows))
        names = [c.column for c in found.columns if c.shifted]
        by_column.update(names)
        told["a column is called shifted"] += bool(names)
        classifier = found.classifier
        assert classifier is not None
        told["the classifier tells them apart"] += classifier.lower > 0.5
        told["the classifier does not call them alike"] += not classifier.matches
        told["production rows stand in the curated table"] += found.verbatim > 0
        told["any of the first three"] += bool(names) or classifier.lower > 0.5 or not classifier.matches
        if args.rows > 100_000:
            print(
                f"pair {pair + 1}: {names} AUC {classifier.auc:.3f} ({time.process_time() - start:.0f} CPU s)",
                flush=True,
            )
    print(f"{args.pairs} pairs of {args.rows:,} rows, {time.process_time() - start:.0f} CPU s")
    for what, hits in told.items():
        print(f"    {what}: {hits} of {args.pairs} (upper bound {100 * upper(hits, args.pairs):.1f} %)")
    print(f"    columns: {dict(by_column)}")


if __name__ == "__main__":
    main()
