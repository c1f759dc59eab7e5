"""Whether "label N more" keeps its word, what leaving alpha for later looks costs, and whether following it errs.

    nice -n 15 python benchmarks/stats_plan.py --reps 5000 [--only SECTION]... [--metric METRIC]...

Sections: power, unplanned, worst, followed, vanishing (exact, no repetitions), kept, errors. A project has 200 labels
and follows what it is told: `labels_needed` at the alpha that `alphas_ahead` gives, as the row G1 does. Results stand
in stats_results.md.
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from gatebook.stats import Interval, Rows, decide, measure
from gatebook.stats.interval import clopper_pearson, proportion
from gatebook.stats.measure import Kind, jaccard_of_f1
from gatebook.stats.planning import CAP, LabelPlan, Scale, labels_needed, posterior
from gatebook.stats.sequential import LookAllowance, alpha_at_look, alphas_ahead, binomial_path

Rng = np.random.Generator
FIRST = 200
OPEN = "not-enough-evidence"
GRADES = np.array([1.0, 2, 3, 4, 5])


@dataclass(frozen=True)
class Metric:
    """A figure to judge: `draw` n rows whose figure is `truth`."""

    kind: Kind
    bar: float
    truths: tuple[float, float]
    draw: Callable[[Rng, int, float], Rows]
    scale: Scale = "share"
    range_: tuple[float, float] = (0.0, 1.0)
    higher: bool = True

    def entering(self, rows: Rows) -> int:
        if self.kind == "f1":
            return max(1, int((np.asarray(rows.truth, bool) | np.asarray(rows.predicted, bool)).sum()))
        return size(rows)

    @property
    def exact(self) -> float | None:
        return {"proportion": self.bar, "f1": jaccard_of_f1(self.bar)}.get(self.kind)


def size(rows: Rows) -> int:
    first = rows.values if rows.values is not None else rows.truth
    assert first is not None
    return len(first)


def right(rng: Rng, n: int, truth: float) -> Rows:
    return Rows(values=(rng.random(n) < truth).astype(float))


def classes(rng: Rng, n: int, truth: float) -> Rows:
    """40 % of the rows are positive in truth or prediction."""
    share, both = 0.4, jaccard_of_f1(min(truth, 0.995))
    kind = rng.choice(4, n, p=[share * both, share * (1 - both) / 2, share * (1 - both) / 2, 1 - share])
    return Rows(truth=(kind == 0) | (kind == 1), predicted=(kind == 0) | (kind == 2))


def grades(rng: Rng, n: int, truth: float) -> Rows:
    """A tilted distribution of grades with the given mean."""
    base = np.array([0.05, 0.1, 0.2, 0.35, 0.3])
    low, high = -5.0, 5.0
    for _ in range(60):
        middle = (low + high) / 2
        weights = base * np.exp(middle * (GRADES - 3))
        low, high = (middle, high) if (weights @ GRADES) / weights.sum() < truth else (low, middle)
    return Rows(values=rng.choice(GRADES, n, p=weights / weights.sum()), scale=(1.0, 5.0))


def losses(rng: Rng, n: int, truth: float) -> Rows:
    return Rows(values=truth * rng.lognormal(-0.245, 0.7, n))


METRICS = {
    "accuracy": Metric("proportion", 0.72, (0.62, 0.87), right),
    "F1": Metric("f1", 0.70, (0.60, 0.85), classes),
    "mean score": Metric("mean", 3.8, (3.4, 4.4), grades, range_=(1.0, 5.0)),
    "MAE": Metric("loss", 1.25, (0.95, 1.45), losses, "loss", higher=False),
}


def joined(first: Rows, more: Rows) -> Rows:
    def both(name: str):
        side = getattr(first, name)
        return None if side is None else np.concatenate([side, getattr(more, name)])

    return Rows(both("values"), both("truth"), both("predicted"), None, first.scale)


@functools.cache
def ahead(counts: tuple[int, ...], planned: int, bar: float | None, known: bool) -> Callable[[int], LookAllowance]:
    return functools.cache(alphas_ahead(counts, planned, bar=bar, history_known=known))


@dataclass
class Project:
    """One project that follows what it is told."""

    metric: Metric
    truth: float
    rng: Rng
    planned: int
    known: bool = True

    def __post_init__(self) -> None:
        self.rows = self.metric.draw(self.rng, FIRST, self.truth)
        self.counts: tuple[int, ...] = ()
        self.interval: Interval | None = None

    def look(self) -> str:
        """Return what one more look says."""
        entering = self.metric.entering(self.rows)
        alpha = self._ahead()(entering).alpha
        self.counts = (*self.counts, entering)
        self.interval = measure(self.metric.kind, self.rows, alpha=alpha)
        return decide(self.interval, self.metric.bar, higher_is_better=self.metric.higher)

    def plan(self) -> LabelPlan | None:
        m, n, following = self.metric, size(self.rows), self._ahead()
        known = posterior(self.interval, m.bar, m.scale, labelled=n, range_=m.range_, higher_is_better=m.higher)
        if known is None:
            return None
        entering = self.counts[-1]
        return labels_needed(known, lambda more: following(entering + round(more * entering / n)).alpha)

    def label(self, more: int) -> None:
        self.rows = joined(self.rows, self.metric.draw(self.rng, more, self.truth))

    def _ahead(self) -> Callable[[int], LookAllowance]:
        entering, n = self.metric.entering(self.rows), size(self.rows)
        scaled = max(1, -(-self.planned * entering // n))
        return ahead(self.counts, scaled, self.metric.exact, self.known)


def upper(hits: int, reps: int) -> float:
    return 100 * clopper_pearson(hits, reps, 0.05)[1]


def power(_reps: int, _metrics: list[str]) -> None:
    """Chance to pass 8 points above the bar at 200 labels: one look that spends all of alpha, and the default plan."""
    hits, worst = np.arange(FIRST + 1), (0.0, 0.0)
    for bar in np.round(np.arange(0.60, 0.901, 0.01), 2):
        chance = stats.binom.pmf(hits, FIRST, bar + 0.08)
        once = chance[[clopper_pearson(int(x), FIRST, 0.05)[0] >= bar for x in hits]].sum()
        now = chance[alpha_at_look(FIRST, bar=bar).successes_to_pass :].sum()
        worst = max(worst, (once - now, bar))
        if round(100 * bar) % 5 == 0:
            print(f"- bar {bar}: {100 * once:.1f} % and {100 * now:.1f} %")
    print(f"- largest difference of 31 bars: {100 * worst[0]:.2f} points, at {worst[1]}")


def passing(looks: list[int], planned: int, bar: float, truth: float) -> float:
    """Return the exact chance to pass at one of the looks."""
    alive, before, passed = np.ones(1), 0, 0.0
    for edge in (state.edge for state in binomial_path(looks, planned, bar)):
        alive = np.convolve(alive, stats.binom.pmf(np.arange(edge.n - before + 1), edge.n - before, truth))
        passed += alive[edge.upper :].sum()
        alive[edge.upper :] = 0
        before = edge.n
    return passed


def unplanned(_reps: int, _metrics: list[str]) -> None:
    """Chance to pass 8 points above the bar at one of the looks 100, 150 .. 350, nothing planned; and at the bar."""
    looks = list(range(100, 351, 50))
    for bar in (0.6, 0.64, 0.68, 0.72, 0.8, 0.9):
        good, bad = (passing(looks, 300, bar, truth) for truth in (bar + 0.08, bar))
        print(f"- bar {bar}: {100 * good:.1f} % pass, at the bar {100 * bad:.2f} %")


def kept(reps: int, metrics: list[str]) -> None:
    """Share of the projects, open at 200 labels, that the stated number of further labels decides; truths uniform."""
    for name in metrics:
        metric = METRICS[name]
        for words, planned, known in (
            ("default plan", 3 * FIRST, True),
            ("400 planned", 400, True),
            ("200 planned", 200, True),
            ("history unknown", 3 * FIRST, False),
        ):
            rng, seen, done, none, stated, more = np.random.default_rng(6), 0, 0, 0, 0.0, []
            while seen < (reps if known and planned == 3 * FIRST else reps // 5):
                one = Project(metric, rng.uniform(*metric.truths), rng, planned, known)
                if one.look() != OPEN or (plan := one.plan()) is None:
                    continue
                if plan.labels is None:
                    none += 1
                    continue
                one.label(plan.labels)
                seen, stated = seen + 1, stated + plan.chance
                more.append(plan.labels)
                done += one.look() != OPEN
            print(
                f"- {name}, {words}: said {100 * stated / seen:.1f} %, kept {100 * done / seen:.1f} % of {seen}, "
                f"median {np.median(more):.0f} more; no number for {100 * none / (seen + none):.1f} %",
                flush=True,
            )


def errors(reps: int, metrics: list[str]) -> None:
    """Truth at the bar, up to five more looks, each after as many labels as the project is told (at most 3,000)."""
    for name in metrics:
        metric = METRICS[name]
        for words, planned in (("default plan", 3 * FIRST), ("200 planned, always exceeded", FIRST)):
            rng, found = np.random.default_rng(7), {"pass": 0, "fail": 0, OPEN: 0}
            for _ in range(reps):
                one = Project(metric, metric.bar, rng, planned)
                said = one.look()
                for _ in range(5):
                    if said != OPEN or size(one.rows) > 3000:
                        break
                    plan = one.plan()
                    one.label(min(3000, (plan and plan.labels) or CAP))
                    said = one.look()
                found[said] += 1
            go, no = found["pass"], found["fail"]
            print(
                f"- {name}, {words}: false GO {100 * go / reps:.2f} %, false NO-GO {100 * no / reps:.2f} %, "
                f"upper bound {upper(max(go, no), reps):.2f} % ({reps} repetitions)",
                flush=True,
            )


def worst(_reps: int, _metrics: list[str]) -> None:
    """The largest chance of a wrong pass that any choice of the next labels from the results can reach (exact)."""
    for first in (50, 100, 200, 400):
        told = []
        for bar in (0.6, 0.72, 0.8, 0.9):
            fine = [round(first * 1.12**k) for k in range(1, 32)]
            coarse = [round(first * 1.35**k) for k in range(1, 11)]
            told.append(
                f"{bar}: {100 * chosen((first,), fine, 1, bar):.2f}, {100 * chosen((first,), coarse, 3, bar):.2f}"
            )
        print(f"- first look at {first}, bar and % for one more look and for three: {'; '.join(told)}")


def chosen(looks: tuple[int, ...], grid: list[int], depth: int, bar: float) -> float:
    """Return the chance to pass at the looks taken or at one of `depth` more, each chosen by what was seen."""
    edges = [state.edge for state in binomial_path(looks, 3 * looks[0], bar)]
    value = _best(looks, grid, depth, bar)
    alive, before, passed = np.ones(1), 0, 0.0
    for edge in edges:
        alive = np.convolve(alive, stats.binom.pmf(np.arange(edge.n - before + 1), edge.n - before, bar))
        passed += alive[edge.upper :].sum()
        alive[edge.upper :] = 0
        before = edge.n
    return float(passed + alive @ value)


def _best(looks: tuple[int, ...], grid: list[int], depth: int, bar: float) -> np.ndarray:
    """Return, for each success count so far, the best chance of a later pass."""
    now = looks[-1]
    best = np.zeros(now + 1)
    for place, n in enumerate(grid if depth else []):
        edge = binomial_path((*looks, n), 3 * looks[0], bar)[-1].edge
        value = _best((*looks, n), grid[place + 1 :], depth - 1, bar)
        value[edge.upper :] = 1.0
        step = stats.binom.pmf(np.arange(n - now + 1), n - now, bar)
        best = np.maximum(best, np.convolve(value, step[::-1], mode="valid"))
    return best


def followed(_reps: int, _metrics: list[str]) -> None:
    """Truth at the bar, one more look after as many labels as the project is told (at most 3,000): exact."""
    for bar in (0.72, 0.8, 0.9):
        for planned in (3 * FIRST, FIRST):
            first = alpha_at_look(FIRST, (), planned, bar=bar)
            following = ahead((FIRST,), planned, bar, True)
            right, down = first.successes_to_pass or FIRST + 1, first.successes_to_fail or 0
            go, no = stats.binom.sf(right - 1, FIRST, bar), stats.binom.cdf(down, FIRST, bar)
            for hits in range(down + 1, right):
                known = posterior(proportion(hits, FIRST, first.alpha), bar)
                assert known is not None
                plan = labels_needed(known, lambda more, of=following: of(FIRST + more).alpha)
                more, chance = min(3000, plan.labels or CAP), stats.binom.pmf(hits, FIRST, bar)
                edge = following(FIRST + more)
                if edge.successes_to_pass is not None:
                    go += chance * stats.binom.sf(edge.successes_to_pass - hits - 1, more, bar)
                if edge.successes_to_fail is not None:
                    no += chance * stats.binom.cdf(edge.successes_to_fail - hits, more, bar)
            print(f"- bar {bar}, {planned} planned: false GO {100 * go:.2f} %, false NO-GO {100 * no:.2f} %")


def vanishing(_reps: int, _metrics: list[str]) -> None:
    """Of the passes at 200 labels, those gone with 100 more: by the interval alone, and as a pass stands; exact."""
    for bar in (0.72, 0.8):
        for gain in (0.03, 0.05, 0.08):
            first, then = alpha_at_look(FIRST, bar=bar), alpha_at_look(FIRST + 100, [FIRST], bar=bar)
            hits, new = np.arange(first.successes_to_pass or 0, FIRST + 1), np.arange(101)
            chance = np.outer(stats.binom.pmf(hits, FIRST, bar + gain), stats.binom.pmf(new, 100, bar + gain))
            total = hits[:, None] + new[None, :]
            alone = chance[total < (then.successes_to_pass or 0)].sum() / chance.sum()
            stands = chance[total < bar * (FIRST + 100)].sum() / chance.sum()
            told = f"{100 * alone:.1f} % by the interval alone, {100 * stands:.1f} % as it stands"
            print(f"- bar {bar}, truth {100 * gain:.0f} points above: {told}")


SECTIONS = {f.__name__: f for f in (power, unplanned, worst, followed, vanishing, kept, errors)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=1000)
    parser.add_argument("--only", action="append", choices=list(SECTIONS))
    parser.add_argument("--metric", action="append", choices=list(METRICS))
    options = parser.parse_args()
    for name in options.only or SECTIONS:
        print(f"\n### {name}\n{SECTIONS[name].__doc__}\n")
        SECTIONS[name](options.reps, options.metric or list(METRICS))


if __name__ == "__main__":
    main()
