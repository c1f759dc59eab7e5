"""Several versions one after the other, each exactly at the bar: how often one passes by luck.

    nice -n 15 python benchmarks/versions_in_sequence.py --reps 2000

Bar .80, 200 labels a version. "Each at 5 %" judges every version on the same labels as if it were the only one;
"shared" is the default, one alpha for all that were judged on the same labels; "own labels" is `final_label_set`, 200
new labels for each. Versions agree as far as the stated correlation. The looks are those of `take_look`. Prints, for
each number of versions, the share of repetitions in which the last one passes, and in which any did.
"""

from __future__ import annotations

import argparse
import datetime as dt
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy import stats

from gatebook.stats import Rows, decide, measure
from gatebook.verdict.looks import LookedAt, take_look
from gatebook.verdict.past import Past

BAR, LABELS, DAY = 0.8, 200, dt.date(2026, 10, 30)
SCHEMES = ("each at 5 %", "shared", "own labels")


def outcomes(random: np.random.Generator, versions: int, correlation: float) -> np.ndarray:
    """Return right (1) or wrong (0), shape (versions, labels), each right with the chance of the bar."""
    common = random.standard_normal(LABELS)
    own = random.standard_normal((versions, LABELS))
    normal = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    return (normal < stats.norm.ppf(BAR)).astype(float)


def passes(right: np.ndarray, scheme: str) -> np.ndarray:
    """Return which versions pass when they are judged in turn, shape (versions,)."""
    looks: list[Any] = []
    found = []
    for number, values in enumerate(right):
        past = Past(begun_by="init", looks=() if scheme == "each at 5 %" else tuple(looks))
        case: Any = SimpleNamespace(
            past=past,
            project=SimpleNamespace(incumbent=None),
            as_of=DAY,
            facts=SimpleNamespace(outcomes=SimpleNamespace(candidate=f"v{number}", versions=(f"v{number}",))),
        )
        sight = LookedAt(BAR, str(number), LABELS, LABELS, BAR, LABELS, "labels" if scheme == "own labels" else "")
        look = take_look(case, "G1", sight)
        looks.append(look.past)
        interval = measure("proportion", Rows(values=values), alpha=look.look.alpha)
        found.append(not look.note and decide(interval, BAR, higher_is_better=True) == "pass")
    return np.array(found)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("| versions | correlation | scheme | the last passes % | any passes % |\n|---|---|---|---|---|")
    for versions in (1, 2, 5):
        for correlation in (0.0, 0.7) if versions > 1 else (0.0,):
            for scheme in SCHEMES:
                random = np.random.default_rng(given.seed)
                shared = 0.0 if scheme == "own labels" else correlation  # new labels share nothing
                got = np.array([passes(outcomes(random, versions, shared), scheme) for _ in range(given.reps)])
                last, any_ = got[:, -1].mean() * 100, got.any(axis=1).mean() * 100
                print(f"| {versions} | {correlation:g} | {scheme} | {last:.2f} | {any_:.2f} |", flush=True)


if __name__ == "__main__":
    main()
