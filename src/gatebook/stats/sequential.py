"""Repeated looks at growing labels: the alpha that each look may use so that all looks together stay within alpha."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, special, stats

from gatebook.stats.design import Floats
from gatebook.stats.said import Fault, refused


@dataclass(frozen=True)
class LookAllowance:
    """What the present look may use.

    Attributes:
        alpha: one-sided alpha for each bound of the interval at this look; 0 means that it cannot decide.
        information: labels so far / planned labels, at most 1.
        spent: alpha spent over all looks so far, this one included.
        looks: number of looks, this one included.
        method: "one look", "alpha spending" or "e-process".
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


def pocock_spending(information: float, alpha: float) -> float:
    """Return the alpha that may be spent up to `information` (Lan & DeMets 1983, Biometrika 70, Pocock type)."""
    return alpha * math.log1p((math.e - 1) * min(max(information, 0.0), 1.0))


def binomial_boundaries(looks: Sequence[int], planned: int, bar: float, alpha: float = 0.05) -> list[Boundary]:
    """Return the exact boundary of every look, given the labels at each (not decreasing) and the labels planned.

    Each side spends `alpha` apart under truth = bar; the path is a sum of binomials, convolved look by look, and
    alpha that whole counts leave over is carried to the next look.

    Raises:
        ValueError: if labels decrease, or bar is not between 0 and 1.
    """
    if not 0 < bar < 1 or any(b < a for a, b in itertools.pairwise(looks)):
        raise refused(Fault.LOOKS)
    out: list[Boundary] = []
    above = below = np.ones(1)
    spent_upper = spent_lower = 0.0
    before = 0
    for n in looks:
        if out and n == before:  # the same labels looked at again: the boundary stands, nothing is spent
            out.append(out[-1])
            continue
        step = stats.binom.pmf(np.arange(n - before + 1), n - before, bar)
        above, below = np.convolve(above, step), np.convolve(below, step)
        budget = pocock_spending(n / planned, alpha)
        tail = np.cumsum(above[::-1])
        reach = int(np.searchsorted(tail, budget - spent_upper, side="right"))
        upper = n + 1 - reach
        head = np.cumsum(below)
        lower = int(np.searchsorted(head, budget - spent_lower, side="right")) - 1
        spent_upper += float(tail[reach - 1]) if reach else 0.0
        spent_lower += float(head[lower]) if lower >= 0 else 0.0
        above[upper:] = 0.0
        below[: lower + 1] = 0.0
        out.append(Boundary(n, lower, upper, spent_lower, spent_upper))
        before = n
    return out


def normal_alphas(information: Sequence[float], alpha: float = 0.05) -> list[float]:
    """Return the nominal one-sided alpha of every look for an estimate with independent increments.

    Recursive integration of Armitage, McPherson & Rowe (1969, JRSS A 132) under Pocock-type spending. Exact for
    normal increments; for other figures it holds as well as their own interval holds at the nominal alpha.
    """
    out: list[float] = []
    spent, before, density, grid = 0.0, 0.0, np.ones(1), np.zeros(1)
    for now in information:
        target = pocock_spending(now, alpha) - spent
        if now <= before:  # the same labels looked at again: the boundary stands, nothing is spent
            out.append(out[-1] if out else 0.0)
            continue
        spread = math.sqrt(now - before)
        high = _edge(density, grid, spread, target, 12 * math.sqrt(now))
        out.append(float(special.ndtr(-high / math.sqrt(now))))
        nodes = np.linspace(-7 * math.sqrt(now), high, 401)
        kernel = np.exp(-(((nodes[:, None] - grid[None, :]) / spread) ** 2) / 2) / (spread * math.sqrt(2 * math.pi))
        density, grid = (kernel @ density) * _simpson(nodes), nodes
        spent, before = spent + target, now
    return out


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
        planned: labels planned in all; by default those of the first look.
        alpha: one-sided error allowed over all looks, each side apart.
        bar: the bar, where the figure is a proportion of independent, equally weighted rows (F1: as J, see
            `jaccard_of_f1`); boundaries are then exact. Without it the nominal alpha of the normal theory.
        versions: versions judged on the same labels; each gets alpha / versions (Bonferroni).
        history_known: False where earlier looks are not known, which leaves only the e-process.

    What is guaranteed: with `bar`, the chance of any wrong pass over all looks (planned and not) is at most alpha,
    and so for a wrong fail, exactly. Without it the same holds asymptotically, as far as the interval holds at the
    alpha returned. Beyond the planned labels, or where labels were taken away, the e-process works with the alpha
    that the plan left over; where the history is unknown, with all of it.

    Raises:
        ValueError: if counts are not positive, or alpha or bar is out of range.
    """
    if n < 1 or any(k < 1 for k in earlier) or versions < 1 or not 0 < alpha < 0.5:
        raise refused(Fault.COUNTS)
    alpha = alpha / versions
    planned = planned or (earlier[0] if earlier else n)
    inside = [k for k in np.maximum.accumulate(np.array([*earlier, n])).tolist() if k <= planned]
    in_plan = history_known and n <= planned and n >= max(earlier, default=0)
    look = LookAllowance(0.0, min(1.0, n / planned), alpha, len(earlier) + 1, "e-process")
    if not in_plan:
        rest = alpha - _spent(inside, planned, bar, alpha) if history_known else alpha
        if rest <= 1e-12:
            return look
        wanted = anytime_alpha(n, planned, rest)
        return replace(look, alpha=wanted) if bar is None else _decided(look, _by_e_value(n, bar, rest), bar, wanted)
    method = "one look" if not earlier and n == planned else "alpha spending"
    look = replace(look, method=method, spent=_spent(inside, planned, bar, alpha))
    wanted = normal_alphas([k / planned for k in inside], alpha)[-1]
    if bar is None:
        return replace(look, alpha=wanted)
    return _decided(look, binomial_boundaries(inside, planned, bar, alpha)[-1], bar, wanted)


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


def _spent(inside: Sequence[int], planned: int, bar: float | None, alpha: float) -> float:
    """Return the alpha that the looks inside the plan have used."""
    if not inside:
        return 0.0
    if bar is None:
        return pocock_spending(inside[-1] / planned, alpha)
    edge = binomial_boundaries(inside, planned, bar, alpha)[-1]
    return max(edge.spent_lower, edge.spent_upper)


def _nominal(edge: Boundary, bar: float, wanted: float) -> float:
    """Return the alpha nearest to `wanted` at which the exact interval decides just as the boundary does.

    Any alpha in [P(X >= upper), P(X >= upper - 1)) gives the same passes, likewise for fails. The two ranges meet
    as a rule; where they do not, the smaller alpha is taken, which errs towards "not enough evidence".
    """
    distribution = stats.binom(edge.n, bar)
    low = max(float(distribution.sf(edge.upper - 1)), float(distribution.cdf(edge.lower)))
    high = min(float(distribution.sf(edge.upper - 2)), float(distribution.cdf(edge.lower + 1))) * (1 - 1e-9)
    return min(high, max(low * (1 + 1e-9), wanted))
