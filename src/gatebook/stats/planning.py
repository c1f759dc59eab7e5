"""How many more labels would settle it, and the chance that they do."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special, stats

from gatebook.stats.interval import Interval
from gatebook.stats.measure import jaccard_of_f1

CAP = 20_000
WORTH = 0.1
Scale = Literal["share", "f1", "logit", "loss"]


@dataclass(frozen=True)
class Posterior:
    """What is known of the figure, in effective rows.

    Attributes:
        estimate: the figure so far, on the scale on which it is a mean.
        bar: the bar on the same scale.
        n_effective: effective rows so far.
        spread: standard deviation of one effective row; None for a share, whose spread follows from its value.
        higher_is_better: direction.
        rows_per_effective: labels bought for one effective row.
    """

    estimate: float
    bar: float
    n_effective: float
    spread: float | None
    higher_is_better: bool
    rows_per_effective: float


@dataclass(frozen=True)
class LabelPlan:
    """What more labels would do.

    Attributes:
        labels: more labels after which one further look decides with chance `chance`; None where no number up to
            the cap does: "not decidable at this bar: move the target or the model".
        chance: chance that one further look after `labels` more (None: after the cap) decides, averaged over what
            is known of the figure.
        chance_of_pass: the part of it that passes.
    """

    labels: int | None
    chance: float
    chance_of_pass: float


def posterior(
    interval: Interval,
    bar: float,
    scale: Scale = "share",
    *,
    labelled: int | None = None,
    range_: tuple[float, float] = (0.0, 1.0),
    higher_is_better: bool = True,
) -> Posterior | None:
    """Return what an interval says about the figure for planning; None where it says nothing.

    Args:
        interval: as `measure` returns it.
        bar: on the scale of the interval.
        scale: "share" for proportions, precision, recall, macro F1 and means inside `range_`; "f1"; "logit" for AUC;
            "loss" for means without an upper limit.
        labelled: labels bought so far, where only some of them enter (precision, recall, F1); default interval.n.
        range_: lowest and highest possible value of a mean.
        higher_is_better: direction.
    """
    if interval.reason or not interval.validated or interval.n_effective <= 0 or not math.isfinite(interval.estimate):
        return None
    low, width = (range_[0], range_[1] - range_[0]) if scale == "share" else (0.0, 1.0)

    def change(value: float) -> float:
        if scale == "logit":
            return float(special.logit(min(max(value, 1e-6), 1 - 1e-6)))
        return jaccard_of_f1(value) if scale == "f1" else (value - low) / width

    spread, alpha = None, 1 - interval.level
    if scale in ("logit", "loss"):
        if alpha <= 0 or not interval.lower < interval.upper < math.inf:
            return None
        error = (change(interval.upper) - change(interval.lower)) / 2 / float(special.ndtri(1 - alpha))
        spread = error * math.sqrt(interval.n_effective)
    per_row = max(labelled or interval.n, 1) / interval.n_effective
    figure, goal = change(interval.estimate), change(bar)
    return Posterior(figure, goal, interval.n_effective, spread, higher_is_better, per_row)


def chance_of_decision(known: Posterior, more: int, alpha: float = 0.05) -> tuple[float, float]:
    """Return the chance that one look after `more` labels passes, and that it fails.

    `alpha` is the one-sided alpha of that look (`alphas_ahead`). Averaged over the posterior: beta-binomial with a
    uniform prior for a share, normal otherwise (Spiegelhalter, Abrams & Myles 2004, Bayesian Approaches to
    Clinical Trials, 6.6).
    """
    rows = more / known.rows_per_effective
    up, down = _share(known, rows, alpha) if known.spread is None else _normal(known, rows, alpha)
    return (up, down) if known.higher_is_better else (down, up)


def labels_needed(
    known: Posterior,
    alpha: Callable[[int], float] = lambda _: 0.05,
    chance: float = 0.8,
    cap: int = CAP,
    *,
    rest: int = 0,
) -> LabelPlan:
    """Return the fewest more labels after which one further look decides with at least `chance`, up to `cap`.

    `alpha` gives the one-sided alpha that a look after so many more labels may use (`sequential.alphas_ahead`). Where
    a plan leaves `rest` labels and these do not reach that chance, they are what is returned, with the chance that they
    have, unless it is below a tenth.
    """

    @functools.cache
    def both(more: int) -> tuple[float, float]:
        return chance_of_decision(known, more, alpha(more))

    if rest > 0 and WORTH <= sum(both(rest)) < chance:
        return LabelPlan(rest, sum(both(rest)), both(rest)[0])
    if sum(both(cap)) < chance:
        return LabelPlan(None, sum(both(cap)), both(cap)[0])
    low, high = 0, 16
    while high < cap and sum(both(high)) < chance:
        low, high = high, high * 2
    high = min(high, cap)
    while high - low > max(1, high // 100):
        middle = (low + high) // 2
        low, high = (low, middle) if sum(both(middle)) >= chance else (middle, high)
    up, down = both(high)
    return LabelPlan(high, up + down, up)


def _share(known: Posterior, rows: float, alpha: float) -> tuple[float, float]:
    """Return the chance of lower >= bar and of upper < bar for a share, in whole effective rows."""
    now = max(1, round(known.n_effective))
    hits = min(max(known.estimate, 0.0), 1.0) * now
    extra = max(0, round(rows))
    total = now + extra
    highest = float(stats.binom.isf(alpha, total, known.bar)) + 1
    lowest = float(stats.binom.ppf(alpha, total, known.bar))
    if stats.binom.cdf(lowest, total, known.bar) > alpha:
        lowest -= 1
    new = stats.betabinom(extra, hits + 1, now - hits + 1)
    return float(new.sf(math.ceil(highest - hits - 1e-9) - 1)), float(new.cdf(math.floor(lowest - hits + 1e-9)))


def _normal(known: Posterior, rows: float, alpha: float) -> tuple[float, float]:
    """Return the chance of lower >= bar and of upper < bar for a figure with a normal posterior."""
    spread = known.spread or 0.0
    if spread == 0 or alpha <= 0:
        return 0.0, 0.0
    n, total = known.n_effective, known.n_effective + rows
    reach = float(special.ndtri(1 - alpha)) * spread / math.sqrt(total)
    moves = spread * math.sqrt(rows / (n * total)) if rows > 0 else 1e-12
    gap = known.estimate - known.bar
    up, down = special.ndtr(np.array([gap - reach, -gap - reach]) / moves)
    return float(up), float(down)
