"""Outcomes that are changed between looks, with the truth exactly at the bar: how often one of many looks passes.

    nice -n 15 python benchmarks/changed_outcomes.py --reps 10000

Bar .80, 200 labels, 21 looks, each after another change of the outcomes, which the history of the project sees as
`gatebook run` writes it; a pass or a fail at any look counts. "Correlation" is that of each set of outcomes with the
one before. Planned labels: 200 (all alpha at the first look) or the default.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy import stats

from gatebook.stats import Rows, decide, measure
from gatebook.stats.interval import clopper_pearson
from gatebook.stats.sequential import alphas_ahead
from gatebook.verdict import looks as looks_module
from gatebook.verdict.lineage import NO_KEY, Line, Outcomes, read_line
from gatebook.verdict.looks import LookedAt, take_look, traced
from gatebook.verdict.past import Past

BAR, LABELS, CHANGES, DAY, KEY = 0.8, 200, 20, dt.date(2026, 10, 30), "G1 accuracy"
EDGE = float(stats.norm.ppf(BAR))
Random = np.random.Generator
State = dict[int, float]


class Project:
    """A project whose outcomes are judged again and again."""

    def __init__(self, planned: int | None, begun_by: str = "init") -> None:
        self.planned, self.begun_by = planned, begun_by
        self.looks: list[Any] = []
        self.lines: dict[int, Line] = {}

    def judge(self, now: State) -> str:
        """Return pass, fail or not enough evidence, and remember the look."""
        past = Past(begun_by=self.begun_by, looks=tuple(self.looks), lines={(KEY, "", False): (*self.lines.values(),)})
        case: Any = SimpleNamespace(
            past=past,
            project=SimpleNamespace(incumbent=None),
            as_of=DAY,
            present=frozenset(),
            key=NO_KEY,
            granted={},
            facts=SimpleNamespace(outcomes=SimpleNamespace(candidate="", versions=())),
        )
        values = np.array([*now.values()])
        trace = traced(case, KEY, Outcomes.of(NO_KEY, names(tuple(now)), (values,), values[:, None]))
        every = trace.known.figures[:, 0].astype(float)
        n = len(every)
        look = take_look(case, KEY, LookedAt(BAR, trace, n, n, BAR, self.planned))
        interval = bounds(int(every.sum()), n, look.look.alpha)
        status = decide(interval, BAR) if look.look.alpha > 0 and not look.note else "not-enough-evidence"
        if status == "not-enough-evidence" and look.stands is not None and interval.estimate >= BAR:
            status = "pass"
        look = look.read(SimpleNamespace(status=status))  # type: ignore[arg-type]  # of a row only this is read
        if not look.known:
            entry = look.entry()
            line = read_line(self.lines, entry, entry["mapping"])
            self.lines.pop(line.number, None)
            self.lines[line.number] = line
            self.looks.append(look.past)
        return status


@functools.lru_cache(maxsize=100_000)
def bounds(right: int, n: int, alpha: float) -> Any:
    values = np.zeros(n)
    values[:right] = 1
    return measure("proportion", Rows(values=values), alpha=alpha)


@functools.lru_cache(maxsize=1000)
def names(ids: tuple[int, ...]) -> list[str]:
    return [f"t{i}" for i in ids]


@functools.lru_cache(maxsize=100_000)
def _ahead(earlier: tuple[int, ...], planned: int, alpha: float, bar: float | None, known: bool) -> Any:
    return functools.cache(alphas_ahead(earlier, planned, alpha, bar=bar, history_known=known))


def remembered(earlier: Any, planned: int, alpha: float, *, bar: float | None, history_known: bool) -> Any:
    """Return what `alphas_ahead` does; the same look is computed once in all repetitions."""
    return _ahead(tuple(earlier), planned, round(alpha, 9), bar, history_known)


def at_look(n: int, earlier: Any, planned: int, alpha: float, *, bar: float | None, history_known: bool) -> Any:
    """Return what `alpha_at_look` does."""
    return remembered(earlier, planned, alpha, bar=bar, history_known=history_known)(n)


def fresh(random: Random, before: np.ndarray, correlation: float) -> np.ndarray:
    """Return normal scores that are correlated with those before."""
    noise = random.standard_normal(len(before))
    return correlation * before + np.sqrt(1 - correlation**2) * noise


def right(scores: np.ndarray) -> np.ndarray:
    return (scores < EDGE).astype(float)


def relabelled(random: Random, correlation: float) -> list[State]:
    """Every outcome is drawn anew: new predictions under the same name, or new labels of the same rows."""
    scores = random.standard_normal(LABELS)
    found = []
    for _ in range(CHANGES + 1):
        found.append(dict(enumerate(right(scores).tolist())))
        scores = fresh(random, scores, correlation)
    return found


def partly(random: Random, share: float) -> list[State]:
    """A part of the rows is relabelled each time, those that were wrong first: they are the ones looked at again."""
    now = right(random.standard_normal(LABELS))
    found = []
    for _ in range(CHANGES + 1):
        found.append(dict(enumerate(now.tolist())))
        again = random.permutation(LABELS)[: round(share * LABELS)]
        now = now.copy()
        now[again] = right(random.standard_normal(len(again)))
    return found


def swapped(random: Random, share: float) -> list[State]:
    """Labels of some rows are replaced by as many of other rows."""
    now = dict(enumerate(right(random.standard_normal(LABELS)).tolist()))
    found, number = [], LABELS
    for _ in range(CHANGES + 1):
        found.append(dict(now))
        for gone in random.permutation([*now])[: round(share * LABELS)]:
            del now[gone]
            now[number] = float(right(random.standard_normal(1))[0])
            number += 1
    return found


def dropped(random: Random, share: float) -> list[State]:
    """Wrong rows are left out, some more each time."""
    now = dict(enumerate(right(random.standard_normal(LABELS)).tolist()))
    found = []
    for _ in range(CHANGES + 1):
        found.append(dict(now))
        wrong = [name for name, value in now.items() if not value][: round(share * LABELS)]
        now = {name: value for name, value in now.items() if name not in wrong}
    return found


def mixed(random: Random, correlation: float) -> list[State]:
    """What a team in a hurry does: relabel, add, drop, take new predictions, go back to earlier ones, in any order."""
    scores = {i: float(v) for i, v in enumerate(random.standard_normal(LABELS))}
    found, number, states = [], LABELS, [scores]
    for _ in range(CHANGES + 1):
        found.append({i: float(v < EDGE) for i, v in scores.items()})
        what, scores = random.integers(5), dict(scores)
        some = random.permutation([*scores])[:20].tolist()
        if what == 0:
            again = fresh(random, np.array([*scores.values()]), correlation)
            scores = dict(zip(scores, again.tolist(), strict=True))
        elif what == 1:
            scores |= {i: float(random.standard_normal()) for i in some}
        elif what == 2:
            scores |= {number + i: float(random.standard_normal()) for i in range(50)}
            number += 50
        elif what == 3 and len(scores) > 60:
            scores = {i: v for i, v in scores.items() if i not in some}
        else:
            scores = dict(states[random.integers(len(states))])
        states.append(scores)
    return found


SCENES: dict[str, tuple[Callable[[Random, float], list[State]], tuple[float, ...]]] = {
    "all outcomes anew, correlation": (relabelled, (0.0, 0.3, 0.6, 0.9)),
    "a part relabelled": (partly, (0.1, 0.3)),
    "a part of the rows replaced by others": (swapped, (0.1, 1.0)),
    "wrong rows left out, of all": (dropped, (0.02,)),
    "anything, correlation": (mixed, (0.0, 0.7)),
}


def one(name: str, value: float, planned: int | None, seed: int) -> tuple[bool, bool]:
    """Return whether any look passed, and whether any failed."""
    project = Project(planned)
    found = [project.judge(now) for now in SCENES[name][0](np.random.default_rng(seed), value)]
    return "pass" in found, "fail" in found


def main() -> None:
    """Print a table."""
    looks_module.alphas_ahead = remembered  # type: ignore[assignment]
    looks_module.alpha_at_look = at_look  # type: ignore[assignment]
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reps", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    print("| change | planned | false GO % | false NO-GO % | upper bounds % |\n|---|---|---|---|---|")
    with ProcessPoolExecutor(given.jobs) as pool:
        for name, (_, values) in SCENES.items():
            for value in values if given.only in name else ():
                for planned in (LABELS, None):
                    job = functools.partial(one, name, value, planned)
                    got = np.array([*pool.map(job, range(given.reps), chunksize=100)])
                    passes, fails = got.sum(axis=0).tolist()
                    upper = ", ".join(f"{100 * clopper_pearson(k, given.reps, 0.05)[1]:.2f}" for k in (passes, fails))
                    rates = " | ".join(f"{100 * k / given.reps:.2f}" for k in (passes, fails))
                    print(f"| {name} {value:g} | {planned or 'default'} | {rates} | {upper} |", flush=True)


if __name__ == "__main__":
    main()
