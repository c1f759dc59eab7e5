"""False GO and false NO-GO at the bar over a whole schedule of looks at growing labels.

    nice -n 15 python benchmarks/stats_looks.py --reps 10000 [--only looks]

Means, F1 and proportions are computed in batches (stats_batch.py), losses, AUC and clusters one repetition at a time.
Prints the same table as `stats_coverage.py`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import stats_batch as batch
from stats_coverage import GRADE_MEAN, LOSSES, Case, Rng, binary, cluster_rates, grades, main, scores

from gatebook.stats import Design, Interval, Rows, decide, measure
from gatebook.stats.measure import f1_of_jaccard
from gatebook.stats.sequential import alpha_at_look

SCHEDULES = {
    "9 looks, 200..1000": tuple(range(200, 1001, 100)),
    "99 looks, 20..1000": tuple(range(20, 1001, 10))[:99],
    "4 looks, 50..200": (50, 100, 150, 200),
}
LOSS_KINDS = ("MAE, log-normal s=.5", "MAE, log-normal s=1", "RMSE, normal")


@dataclass(frozen=True)
class Plan:
    """When labels are looked at, and how many are planned (None: as if earlier looks were not known)."""

    looks: tuple[int, ...]
    planned: int | None

    @property
    def at(self) -> np.ndarray:
        return np.array(self.looks)

    def alphas(self, bar: float | None = None) -> np.ndarray:
        """Return the alpha of every look."""
        return alphas_of(self.looks, self.planned, bar)


@functools.cache
def alphas_of(looks: tuple[int, ...], planned: int | None, bar: float | None) -> np.ndarray:
    known = planned is not None
    return np.array(
        [alpha_at_look(n, looks[:i], planned, bar=bar, history_known=known).alpha for i, n in enumerate(looks)]
    )


def share(plan: Plan, bar: float, rng: Rng, reps: int) -> tuple[int, int]:
    hits = np.cumsum(rng.random((reps, plan.looks[-1])) < bar, axis=1)[:, plan.at - 1]
    return batch.first_decisions(batch.exact(hits.astype(float), plan.at, plan.alphas(bar)), bar)


def mean(plan: Plan, rng: Rng, reps: int) -> tuple[int, int]:
    values = (grades(rng, reps * plan.looks[-1]).reshape(reps, -1) - 1) / 4
    return batch.first_decisions(batch.mean_at_looks(values, plan.at, plan.alphas()), (GRADE_MEAN - 1) / 4)


def loss(plan: Plan, name: str, rng: Rng) -> str:
    kind, world, truth = LOSSES[name]
    values = world(rng, plan.looks[-1])

    def at(n: int, a: float) -> Interval:
        return measure(kind, Rows(values=values[:n]), alpha=a)

    return first_decision(plan, at, truth, up=False)


def f1(plan: Plan, rng: Rng, reps: int) -> tuple[int, int]:
    truth, found = (side.reshape(reps, -1) for side in binary(rng, reps * plan.looks[-1], 0.6, 0.3))
    hits, union = (np.cumsum(side, axis=1)[:, plan.at - 1] for side in (truth & found, truth | found))
    bounds = batch.exact(hits.astype(float), union.astype(float), plan.alphas())
    read = batch.Bounds(f1_of_jaccard(bounds.lower), f1_of_jaccard(bounds.upper))
    return batch.first_decisions(read, f1_of_jaccard(0.6))


def auc(plan: Plan, rng: Rng) -> str:
    truth = rng.random(plan.looks[-1]) < 0.4
    score = scores(rng, truth, 0.8, "normal")

    def at(n: int, a: float) -> Interval:
        return measure("auc", Rows(truth=truth[:n], score=score[:n]), alpha=a)

    return first_decision(plan, at, 0.8)


def grouped(plan: Plan, rng: Rng) -> str:
    code = np.arange(plan.looks[-1]) // 5
    right = rng.random(plan.looks[-1]) < cluster_rates(rng, code[-1] + 1, 0.8, 0.3)[code]

    def at(n: int, a: float) -> Interval:
        return measure("proportion", Rows(values=right[:n]), Design(clusters=code[:n]), alpha=a)

    return first_decision(plan, at, 0.8)


def first_decision(plan: Plan, at, bar: float, *, up: bool = True) -> str:
    for n, alpha in zip(plan.looks, plan.alphas(), strict=True):
        status = decide(at(n, alpha), bar, higher_is_better=up) if alpha > 0 else "not-enough-evidence"
        if status != "not-enough-evidence":
            return status
    return "not-enough-evidence"


def plans() -> Iterator[tuple[Plan, str]]:
    for name, looks in SCHEDULES.items():
        yield Plan(looks, looks[-1]), f"{name}, as planned"
        if len(looks) <= 20:
            yield Plan(looks, None), f"{name}, history unknown"


def looks() -> Iterator[Case]:
    """Figures whose intervals follow from sums."""
    for name, schedule in SCHEDULES.items():
        for planned, words in ((schedule[-1], "as planned"), (schedule[0], "overrun from the first look")):
            for bar in (0.72, 0.9):
                many = functools.partial(share, Plan(schedule, planned), bar)
                yield Case("looks", f"proportion, bar {bar}, {name}, {words}", many=many)
    for plan, label in plans():
        yield Case("looks", f"mean grade, {label}", many=functools.partial(mean, plan))
        yield Case("looks", f"F1 .75, {label}", many=functools.partial(f1, plan))


def rows() -> Iterator[Case]:
    """Figures that need the rows themselves: losses, AUC, and a proportion in clusters of five with an ICC of .3."""
    for plan, label in plans():
        for name in LOSS_KINDS:
            yield Case("rows", f"{name}, {label}", functools.partial(loss, plan, name))
        yield Case("rows", f"AUC .8, {label}", functools.partial(auc, plan))
        yield Case("rows", f"proportion .8 in clusters of 5, ICC .3, {label}", functools.partial(grouped, plan))


if __name__ == "__main__":
    main((looks, rows), __doc__ or "")
