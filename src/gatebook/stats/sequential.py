"""Repeated looks at growing labels: the alpha that each look may use so that all looks together stay within alpha."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import optimize, special, stats

from gatebook.stats.design import Floats
from gatebook.stats.said import Fault, refused

RESERVE = 0.05  # of alpha, for looks beyond the plan
LOOKS_AHEAD = 3  # times the labels of the first look, where nobody says how many are planned


@dataclass(frozen=True)
class LookAllowance:
    """What the present look may use.

    Attributes:
        alpha: one-sided alpha for each bound of the interval at this look; 0 means that it cannot decide.
        information: labels so far / planned labels; above 1 beyond the plan.
        spent: alpha spent over all looks so far, this one included.
        looks: number of looks, this one included.
        method: "alpha spending" or "e-process".
        successes_to_pass: fewest successes that pass, None where no count can or where no bar was given.
        successes_to_fail: most successes that fail, None where no count can or where no bar was given.
    """

    alpha: float
    information: float
    spent: float
    looks: int
    method: str
    successes_to_pass: int | None = None
    successes_to_fail: int | None = None


@dataclass(frozen=True)
class Boundary:
    """One look's exact boundary: pass at >= upper successes, fail at <= lower; n + 1 and -1 where none reaches."""

    n: int
    lower: int
    upper: int
    spent_lower: float
    spent_upper: float

    @property
    def spent(self) -> float:
        """What the side that spent more has spent."""
        return max(self.spent_lower, self.spent_upper)


def spending(information: float, alpha: float) -> float:
    """Return the alpha that may be spent up to `information`, labels / planned labels.

    The power family of Kim & DeMets (1987, Biometrika 74, 149-154) with exponent 1/4 up to the plan: one look at a
    third of it may use .036 of .05. It leaves 5 % of alpha, which later looks spend as 1 - .05 / information, so that
    no number of labels is the last one.
    """
    if information <= 1:
        return float(alpha * (1 - RESERVE) * max(information, 0.0) ** 0.25)
    return alpha * (1 - RESERVE / information)


@dataclass(frozen=True, eq=False)
class Counts:
    """Chances of each success count under truth = bar, of paths that no look so far has decided.

    Attributes:
        bar: the truth.
        n: labels so far.
        above, below: of paths that did not pass, and that did not fail, from `starts` successes on.
        starts: the first count of each; counts less likely than 1e-15 are left out.
        edge: boundary of the last look, with what is spent.
    """

    bar: float
    n: int = 0
    above: Floats = field(default_factory=lambda: np.ones(1))
    below: Floats = field(default_factory=lambda: np.ones(1))
    starts: tuple[int, int] = (0, 0)
    edge: Boundary = Boundary(0, -1, 1, 0.0, 0.0)

    def at(self, n: int, budget: float) -> Counts:
        """Return the state after one more look, of which each side may have spent `budget` in all."""
        if n == self.n:  # the same labels looked at again: the boundary stands, nothing is spent
            return self
        new = stats.binom(n - self.n, self.bar)
        least, most = int(new.ppf(1e-15)), int(new.isf(1e-15))
        step = new.pmf(np.arange(least, most + 1))
        above, below = np.convolve(self.above, step), np.convolve(self.below, step)
        up, down = (start + least for start in self.starts)
        tail, head = np.cumsum(above[::-1]), np.cumsum(below)
        passing = int(np.searchsorted(tail, budget - self.edge.spent_upper, side="right"))
        failing = int(np.searchsorted(head, budget - self.edge.spent_lower, side="right"))
        edge = Boundary(
            n,
            down + failing - 1,
            up + len(above) - passing,
            self.edge.spent_lower + (float(head[failing - 1]) if failing else 0.0),
            self.edge.spent_upper + (float(tail[passing - 1]) if passing else 0.0),
        )
        return Counts(self.bar, n, above[: len(above) - passing], below[failing:], (up, down + failing), edge)


@dataclass(frozen=True, eq=False)
class Normal:
    """Density of paths of a normal estimate that no look so far has decided, on a grid, and what is spent."""

    information: float = 0.0
    spent: float = 0.0
    alpha: float = 0.0
    density: Floats = field(default_factory=lambda: np.ones(1))
    grid: Floats = field(default_factory=lambda: np.zeros(1))

    def at(self, now: float, budget: float) -> Normal:
        """Return the state after one more look, up to which each side may have spent `budget`."""
        if now <= self.information:  # the same labels looked at again: the boundary stands, nothing is spent
            return self
        spread, target = math.sqrt(now - self.information), budget - self.spent
        high = _edge(self.density, self.grid, spread, target, 12 * math.sqrt(now))
        nodes = np.linspace(-7 * math.sqrt(now), high, 401)
        kernel = np.exp(-(((nodes[:, None] - self.grid[None, :]) / spread) ** 2) / 2) / (
            spread * math.sqrt(2 * math.pi)
        )
        density = (kernel @ self.density) * _simpson(nodes)
        return Normal(now, budget, float(special.ndtr(-high / math.sqrt(now))), density, nodes)


def binomial_path(looks: Sequence[int], planned: int, bar: float, alpha: float = 0.05) -> list[Counts]:
    """Return the state after every look, given the labels at each (not decreasing) and the labels planned.

    Each side spends `alpha` apart under truth = bar; the path is a sum of binomials, convolved look by look, and
    alpha that whole counts leave over is carried to the next look.

    Raises:
        ValueError: if labels decrease, or bar is not between 0 and 1.
    """
    if not 0 < bar < 1 or any(b < a for a, b in itertools.pairwise(looks)):
        raise refused(Fault.LOOKS)
    out = [Counts(bar)]
    for n in looks:
        out.append(out[-1].at(n, spending(n / planned, alpha)))
    return out[1:]


def normal_path(information: Sequence[float], alpha: float = 0.05) -> list[Normal]:
    """Return the state after every look for an estimate with independent increments.

    Recursive integration of Armitage, McPherson & Rowe (1969, JRSS A 132) under `spending`. Exact for normal
    increments; for other figures it holds as well as their own interval holds at the nominal alpha.
    """
    out = [Normal()]
    for now in information:
        out.append(out[-1].at(now, spending(now, alpha)))
    return out[1:]


def _edge(density: Floats, grid: Floats, spread: float, target: float, reach: float) -> float:
    """Return the edge that the path, alive with `density` on `grid`, exceeds after the next step with chance
    `target`.
    """

    def excess(edge: float) -> float:
        return float((density * special.ndtr((grid - edge) / spread)).sum()) - target

    return float(optimize.brentq(excess, -reach, reach, xtol=1e-10))


def _simpson(nodes: Floats) -> Floats:
    """Return the weights of Simpson's rule on equally spaced nodes (an odd number of them)."""
    weights = np.full(len(nodes), 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    return np.asarray(weights * (nodes[1] - nodes[0]) / 3)


def alpha_at_look(
    n: int,
    earlier: Sequence[int] = (),
    planned: int | None = None,
    alpha: float = 0.05,
    *,
    bar: float | None = None,
    versions: int = 1,
    history_known: bool = True,
) -> LookAllowance:
    """Return the one-sided alpha for the interval at the present look.

    Args:
        n: labels (for precision, recall and F1: the rows that enter) at this look.
        earlier: the same count at each earlier look, in order of time.
        planned: labels planned in all; by default three times those of the first look.
        alpha: one-sided error allowed over all looks, each side apart.
        bar: the bar, where the figure is a proportion of independent, equally weighted rows (F1: as J, see
            `jaccard_of_f1`); boundaries are then exact. Without it the nominal alpha of the normal theory.
        versions: versions judged on the same labels; each gets alpha / versions (Bonferroni).
        history_known: False where earlier looks are not known, which leaves only the e-process.

    What is guaranteed: with `bar`, the chance of any wrong pass over all looks (planned and not) is at most alpha,
    and so for a wrong fail, exactly. Without it the same holds asymptotically, as far as the interval holds at the
    alpha returned. Both for looks whose times do not follow from the results; what the worst choice of times can add,
    `benchmarks/stats_plan.py` computes. Where labels were taken away, the e-process works with what is left of alpha;
    where the history is unknown, with all of it.

    Raises:
        ValueError: if counts are not positive, or alpha or bar is out of range.
    """
    return alphas_ahead(earlier, planned, alpha, bar=bar, versions=versions, history_known=history_known)(n)


def alphas_ahead(
    earlier: Sequence[int] = (),
    planned: int | None = None,
    alpha: float = 0.05,
    *,
    bar: float | None = None,
    versions: int = 1,
    history_known: bool = True,
) -> Callable[[int], LookAllowance]:
    """Return what the next look may use, as a function of the labels that it will have; see `alpha_at_look`.

    Example:
        >>> ahead = alphas_ahead([200], bar=0.8)
        >>> round(ahead(400).alpha, 3)
        0.019
    """
    if any(k < 1 for k in earlier) or versions < 1 or not 0 < alpha < 0.5:
        raise refused(Fault.COUNTS)
    alpha = alpha / versions
    seen = sorted(set(np.maximum.accumulate(np.array(earlier, dtype=int)).tolist()))
    planned = planned or (LOOKS_AHEAD * seen[0] if seen else None)
    taken = seen if history_known and planned else []
    normal = [Normal(), *normal_path([k / (planned or k) for k in taken], alpha)][-1]
    counts = None if bar is None else [Counts(bar), *binomial_path(taken, planned or 1, bar, alpha)][-1]

    def at(n: int) -> LookAllowance:
        if n < 1:
            raise refused(Fault.COUNTS)
        goal = planned or LOOKS_AHEAD * n
        look = LookAllowance(0.0, n / goal, alpha, len(earlier) + 1, "e-process")
        if not history_known or (seen and n < seen[-1]):
            rest = alpha - (counts.edge.spent if counts else normal.spent)
            wanted = anytime_alpha(n, goal, rest)
            return (
                replace(look, alpha=wanted) if bar is None else _decided(look, _by_e_value(n, bar, rest), bar, wanted)
            )
        budget = spending(n / goal, alpha)
        near = normal.at(n / goal, budget)
        look = replace(look, method="alpha spending", alpha=near.alpha, spent=near.spent)
        if counts is None:
            return look
        edge = counts.at(n, budget).edge
        return _decided(replace(look, spent=edge.spent), edge, counts.bar, near.alpha)

    return at


def _decided(look: LookAllowance, edge: Boundary, bar: float, wanted: float) -> LookAllowance:
    """Return the look with the counts of an exact boundary, and the alpha at which the interval decides as it does."""
    return replace(
        look,
        alpha=_nominal(edge, bar, wanted),
        successes_to_pass=edge.upper if edge.upper <= edge.n else None,
        successes_to_fail=edge.lower if edge.lower >= 0 else None,
    )


def log_e_value(successes: Floats | float, n: int, bar: float, *, above: bool) -> Floats:
    """Return the log evidence against truth <= bar (`above`) or truth >= bar, elementwise in `successes`.

    Mixture over a Beta(50 bar, 50 (1 - bar)) truncated to the other side of the bar: under the hypothesis it is a
    nonnegative supermartingale that starts at 1, so that it exceeds 1 / alpha at any time with chance <= alpha
    (Ville 1939; Howard, Ramdas, McAuliffe & Sekhon 2021, Annals of Statistics 49). `successes` may be a sum of
    values in [0, 1].
    """
    hits = np.asarray(successes, dtype=np.float64)
    a, b = 50 * bar, 50 * (1 - bar)
    tail = special.betaincc if above else special.betainc
    with np.errstate(divide="ignore"):
        gain = np.log(tail(a + hits, b + n - hits, bar)) - math.log(tail(a, b, bar))
    mixed = special.betaln(a + hits, b + n - hits) - special.betaln(a, b)
    return np.asarray(gain + mixed - hits * math.log(bar) - (n - hits) * math.log1p(-bar))


def anytime_alpha(n: int, planned: int, alpha: float = 0.05) -> float:
    """Return the nominal one-sided alpha that may be used at any look, planned or not.

    One-sided normal mixture boundary of Howard et al. (2021), tightest around `planned` labels; asymptotic for
    figures that are no sums of normal increments.
    """
    rho = planned / 6.0
    reach = math.sqrt((n + rho) / n * 2 * math.log1p(math.sqrt((n + rho) / rho) / (2 * alpha)))
    return float(special.ndtr(-reach))


def _by_e_value(n: int, bar: float, rest: float) -> Boundary:
    """Return the counts at which the e-value exceeds 1 over what is left of alpha."""
    counts, need = np.arange(n + 1.0), -math.log(rest)
    passing = np.flatnonzero(log_e_value(counts, n, bar, above=True) >= need)
    failing = np.flatnonzero(log_e_value(counts, n, bar, above=False) >= need)
    lower, upper = int(failing[-1]) if len(failing) else -1, int(passing[0]) if len(passing) else n + 1
    return Boundary(n, lower, upper, rest, rest)


def _nominal(edge: Boundary, bar: float, wanted: float) -> float:
    """Return the alpha nearest to `wanted` at which the exact interval decides just as the boundary does.

    Any alpha in [P(X >= upper), P(X >= upper - 1)) gives the same passes, likewise for fails. The two ranges meet
    as a rule; where they do not, the smaller alpha is taken, which errs towards "not enough evidence".
    """
    distribution = stats.binom(edge.n, bar)
    low = max(float(distribution.sf(edge.upper - 1)), float(distribution.cdf(edge.lower)))
    high = min(float(distribution.sf(edge.upper - 2)), float(distribution.cdf(edge.lower + 1))) * (1 - 1e-9)
    return min(high, max(low * (1 + 1e-9), wanted))
