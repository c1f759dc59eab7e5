"""Labels drawn where evidence is thin, after a first sheet: bias, errors at the bar, and labels saved against random
ones.

    nice -n 15 python benchmarks/label_next.py --reps 2000

Each repetition makes 5,000 rows with exactly the bar of .80 (or .86) right answers, draws the sheets through the kit's
own groups, allocation, chain of draws and weights, and judges with its interval, each bound at 95 %. Cases: how well
confidence tells right from wrong (AUC .85, .65, .50), a second sheet filled by half, a first sheet stratified by a
column that has to do with the errors, three sheets, a first sheet of 60. "As one draw" is what happens without the
total chances: all labels count alike. "Labels for the same spread" is the number of random labels whose estimate would
vary as much, from the variance of the estimates; power is the share of passes where the truth is .86.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from scipy import stats

from gatebook.cases.draws import Chain, Draw
from gatebook.sampling.thin import allocate_thin, edges_of, group_of
from gatebook.stats import Design, Rows, decide, measure
from gatebook.stats.interval import clopper_pearson

ROWS, BAR = 5_000, 0.80


@dataclass(frozen=True)
class Scenario:
    """One case: separation of confidence (distance of means in normal units), sheet sizes, share filled of the last."""

    name: str
    apart: float
    sheets: tuple[int, ...] = (200, 100)
    filled: float = 1.0
    by: bool = False


AUC = {0.85: 1.466, 0.65: 0.545, 0.50: 0.0}
SCENARIOS = (
    Scenario("AUC .85, 200 + 100", AUC[0.85]),
    Scenario("AUC .65, 200 + 100", AUC[0.65]),
    Scenario("AUC .50, 200 + 100", AUC[0.50]),
    Scenario("AUC .85, 60 + 100", AUC[0.85], (60, 100)),
    Scenario("AUC .85, 200 + 200", AUC[0.85], (200, 200)),
    Scenario("AUC .85, 100 + 100 + 100", AUC[0.85], (100, 100, 100)),
    Scenario("AUC .85, second sheet half filled", AUC[0.85], filled=0.5),
    Scenario("AUC .85, first sheet by a column", AUC[0.85], by=True),
)


def population(random: np.random.Generator, apart: float, share: float) -> tuple[np.ndarray, ...]:
    """Return right (bool), confidence and kind (0, 1 or 2; kind 2 fails more) of each row."""
    right = random.permutation(np.arange(ROWS) < round(share * ROWS))
    confidence = stats.norm.cdf((random.standard_normal(ROWS) + apart * right) / 1.5)
    kind = np.where(random.random(ROWS) < np.where(right, 0.04, 0.12), 2, random.integers(0, 2, ROWS))
    return right, confidence, kind


def labels(random: np.random.Generator, case: Scenario, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return right (0/1) and weight of each label of all sheets."""
    right, confidence, kind = population(random, case.apart, share)
    edges = edges_of(confidence)
    group = group_of(confidence, edges)
    free, labelled = np.ones(ROWS, bool), np.zeros(ROWS, bool)
    draws, sheets, strata = [], [], []
    for number, size in enumerate(case.sheets):
        codes = group if number else kind if case.by else np.zeros(ROWS, dtype=np.int64)
        count = int(codes.max()) + 1
        whole, left = np.bincount(codes, minlength=count), np.bincount(codes[free], minlength=count)
        if number:
            seen = np.bincount(group[labelled], minlength=count)
            sure = np.bincount(group, weights=confidence, minlength=count) / whole
            taken = allocate_thin(whole, left, seen, sure, size)
        else:
            taken = np.full(count, size // count)
        new = np.concatenate(
            [
                random.choice(np.flatnonzero(free & (codes == code)), amount, replace=False)
                for code, amount in enumerate(taken)
            ]
        )
        draws.append(
            Draw(
                str(number),
                tuple(map(str, range(count))),
                np.column_stack([whole, whole - left, taken]),
                edges=edges if number else None,
            )
        )
        free[new] = False
        filled = case.filled if number == len(case.sheets) - 1 else 1.0
        labelled[random.permutation(new)[: round(filled * len(new))]] = True
        sheets.append(new)
        strata.append(codes)
    rows = np.concatenate(sheets)
    chain = Chain(
        tuple(draws),
        np.repeat(np.arange(len(sheets)), [len(sheet) for sheet in sheets]),
        np.column_stack(strata)[rows],
        tuple(map(str, rows)),
    )
    weights = chain.weights(labelled[rows])
    mine = labelled[rows]
    return right[rows][mine].astype(float), np.zeros(0) if weights is None else weights[mine]


def run(case: Scenario, share: float, reps: int, seed: int) -> dict[str, np.ndarray]:
    """Return, for each repetition, the estimates and the verdicts of the three ways."""
    random = np.random.default_rng([seed, round(share * 100)])
    found: dict[str, list[float]] = {
        name: [] for name in ("estimate", "alike", "pass", "fail", "alike_pass", "random_pass", "n")
    }
    for _ in range(reps):
        values, weights = labels(random, case, share)
        if not len(weights):
            continue
        mine = measure("proportion", Rows(values=values), Design(weights=weights))
        alike = measure("proportion", Rows(values=values))
        simple = measure("proportion", Rows(values=(random.random(len(values)) < share).astype(float)))
        verdict = decide(mine, BAR, higher_is_better=True)
        for name, value in (
            ("estimate", mine.estimate),
            ("alike", alike.estimate),
            ("pass", verdict == "pass"),
            ("fail", verdict == "fail"),
            ("alike_pass", decide(alike, BAR, higher_is_better=True) == "pass"),
            ("n", len(values)),
            ("random_pass", decide(simple, BAR, higher_is_better=True) == "pass"),
        ):
            found[name].append(float(value))
    return {name: np.array(values) for name, values in found.items()}


def told(hits: np.ndarray) -> str:
    """Return a share with its 95 % upper bound, in per cent, the bound rounded up."""
    upper = clopper_pearson(hits.sum(), len(hits), 0.05)[1]
    return f"{100 * hits.mean():.2f} % (< {np.ceil(upper * 1e4) / 100:.2f})"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    print(
        "| case | bias (+- 2 se), points | false GO | false NO-GO | bias as one draw | labels | labels "
        "for the same "
        "spread | power .86 | power .86, random |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for case in SCENARIOS:
        bar, above = run(case, BAR, args.reps, args.seed), run(case, 0.86, args.reps // 2, args.seed)
        bias, error = 100 * (bar["estimate"].mean() - BAR), 200 * bar["estimate"].std() / len(bar["n"]) ** 0.5
        same = BAR * (1 - BAR) / bar["estimate"].var()
        print(
            f"| {case.name} | {bias:+.2f} +- {error:.2f} | {told(bar['pass'])} | {told(bar['fail'])} "
            f"| {100 * (bar['alike'].mean() - BAR):+.1f} | {bar['n'].mean():.0f} | {same:.0f} "
            f"| {100 * above['pass'].mean():.1f} % | {100 * above['random_pass'].mean():.1f} % |",
            flush=True,
        )


if __name__ == "__main__":
    main()
