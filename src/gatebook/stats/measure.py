"""The entry point: which method measures which kind of figure, whatever the draw of the rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from gatebook.stats.design import (
    WEIGHTED_REACH,
    Design,
    Estimate,
    Floats,
    Ints,
    degrees,
    group_influence,
    hall_reach,
    kish_n,
    mean_influence,
    moment_skewness,
    ratio,
    standard_error,
)
from gatebook.stats.interval import (
    MIN_CLUSTERS,
    Interval,
    bounded_mean,
    clopper_pearson,
    nothing,
    share,
    too_few,
    unit_interval,
)
from gatebook.stats.said import Fault, Lacking, Method, refused
from gatebook.words import said, say

Bools = NDArray[np.bool_]
Kind = Literal["proportion", "precision", "recall", "f1", "macro_f1", "auc", "mean", "loss", "rmse"]
MIN_CLASS = 10
MIN_ROWS = 20  # of a mean without an upper limit
MIN_LABELS = 50  # beside a guess
MIN_GROUPS = 30  # ... where rows are weighted or in clusters
# The largest loss seen, so many times, once more: rows of a kind too rare to have been drawn. By simulation.
UNSEEN_LOSS, UNSEEN_SQUARE = 3.5, 30.0
TAIL = 0.25  # share of the rows that show the tail
TAIL_SPREAD = 0.9  # coefficient of variation of the log-excess over a high quantile of a log-normal
WIDEST = 3.0  # log-normal spread of a tail from which on the mean is carried by what is not seen


@dataclass(frozen=True, eq=False)
class Rows:
    """The labelled rows, each array of shape (n,); a kind reads the fields named beside it.

    Attributes:
        values: proportion: 1 where right, 0 where wrong; mean: values inside `scale`; loss: one loss >= 0 a row;
            rmse: one error (of either sign) a row.
        truth: precision, recall, f1, auc: whether the row is truly positive; macro_f1: integer class code.
        predicted: precision, recall, f1: whether the row is predicted positive; macro_f1: integer class code.
        score: auc: the higher, the more likely positive.
        scale: mean: lowest and highest possible value.
    """

    values: NDArray[np.generic] | None = None
    truth: NDArray[np.generic] | None = None
    predicted: NDArray[np.generic] | None = None
    score: NDArray[np.generic] | None = None
    scale: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Guess:
    """A guess of each row's value, known for labelled and unlabelled rows alike: own confidence, or a judge's score.

    Attributes:
        labelled: guess for the labelled rows, on the scale of their values, shape (n,).
        pool: guess for the unlabelled rows, shape (m,).
        pool_clusters: cluster of the unlabelled rows in the coding of the labelled ones, shape (m,); needed where
            the labelled rows have clusters.

    Raises:
        ValueError: if a guess is NaN or the pool's clusters have another length.
    """

    labelled: Floats
    pool: Floats
    pool_clusters: Ints | None = None

    def __post_init__(self) -> None:
        """Check what the arithmetic relies on."""
        if np.isnan(self.labelled).any() or np.isnan(self.pool).any():
            raise refused(Fault.NAN, name="guess")
        if self.pool_clusters is not None and len(self.pool_clusters) != len(self.pool):
            raise refused(Fault.LENGTHS, lengths=[len(self.pool), len(self.pool_clusters)])


def measure(
    kind: Kind, rows: Rows, design: Design | None = None, *, guess: Guess | None = None, alpha: float = 0.05
) -> Interval:
    """Return the interval of one figure, each bound at 1 - alpha.

    `guess` sharpens "proportion" and "mean"; the other kinds do not use it. `alpha` comes from
    `sequential.alpha_at_look` where the labels are looked at more than once; alpha 0 shows nothing.

    Raises:
        ValueError: if the arrays that the kind reads are missing, differ in length, or hold NaN.

    Example:
        >>> measure("proportion", Rows(values=right), Design(clusters=customer)).lower
    """
    drawn = design or Design()
    names = ("values",) if kind in _OF_VALUES else ("truth", "score" if kind == "auc" else "predicted")
    first, *more = (_floats(getattr(rows, name), name, kind) for name in names)
    sides = (first, *more, drawn.clusters, drawn.weights, drawn.strata)
    lengths = {len(side) for side in sides if side is not None}
    if len(lengths) != 1:
        raise refused(Fault.LENGTHS, lengths=sorted(lengths))
    if kind in ("proportion", "mean"):
        scale = (0.0, 1.0) if kind == "proportion" else rows.scale
        if kind == "proportion" and not np.isin(first, (0.0, 1.0)).all():
            raise refused(Fault.ZEROS_AND_ONES)
        if guess is not None and len(guess.pool):
            return _with_guess(first, scale, guess, drawn, alpha)
        dense = _dense(drawn)
        return share(first, dense, alpha) if kind == "proportion" else bounded_mean(first, scale, dense, alpha)
    return _METHODS[kind](first, *more, _dense(drawn), alpha)


def _with_guess(values: Floats, scale: tuple[float, float], guess: Guess, design: Design, alpha: float) -> Interval:
    """Return the prediction-powered interval on the scale of the values."""
    low, width = scale[0], scale[1] - scale[0]
    labelled, pool = (np.clip((side - low) / width, 0.0, 1.0) for side in (guess.labelled, guess.pool))
    unit = (values - low) / width
    if len(unit) and not (unit.min() >= 0 and unit.max() <= 1):
        raise refused(Fault.SCALE, low=values.min(), high=values.max(), least=scale[0], most=scale[1])
    found = ppi_mean(unit, Guess(labelled, pool, guess.pool_clusters), design, alpha)
    return found.mapped(lambda share: low + share * width)


def _floats(values: NDArray[np.generic] | None, name: str, kind: str) -> Floats:
    if values is None:
        raise refused(Fault.MISSING, kind=kind, name=name)
    out = np.asarray(values, dtype=np.float64)
    if np.isnan(out).any():
        raise refused(Fault.NAN, name=name)
    return out


def _dense(design: Design) -> Design:
    """Return the design with cluster codes 0..G-1; clusters of one row each are no clusters."""
    if design.clusters is None:
        return design
    codes: Ints = np.unique(design.clusters, return_inverse=True)[1].astype(np.int64)
    alone = len(codes) > 0 and int(codes.max()) + 1 == len(codes)
    return replace(design, clusters=None if alone else codes)


def precision(truth: Floats, predicted: Floats, design: Design, alpha: float = 0.05) -> Interval:
    """Return the share of predicted positives that are truly positive; arrays of shape (n,), positive above 0."""
    return share(((truth > 0) & (predicted > 0)).astype(float), design, alpha, (predicted > 0).astype(float))


def recall(truth: Floats, predicted: Floats, design: Design, alpha: float = 0.05) -> Interval:
    """Return the share of truly positive rows that were predicted positive; arrays of shape (n,), positive above 0."""
    return precision(predicted, truth, design, alpha)


def f1(truth: Floats, predicted: Floats, design: Design, alpha: float = 0.05) -> Interval:
    """Return F1 through J = TP / (TP + FP + FN), a proportion of the rows that are positive in truth or prediction.

    Given those rows TP is binomial, and F1 = 2 J / (1 + J) rises with J, so bounds of J become bounds of F1.
    """
    both, either = (truth > 0) & (predicted > 0), (truth > 0) | (predicted > 0)
    found = share(both.astype(float), design, alpha, either.astype(float))
    return found.mapped(f1_of_jaccard, "" if found.reason else say(Method.AS_F1, method=found.method))


def f1_of_jaccard(jaccard: float) -> float:
    """Return F1 = 2 J / (1 + J)."""
    return 2 * jaccard / (1 + jaccard)


def jaccard_of_f1(value: float) -> float:
    """Return J = F1 / (2 - F1)."""
    return value / (2 - value)


def macro_f1(
    truth: NDArray[np.generic], predicted: NDArray[np.generic], design: Design, alpha: float = 0.05
) -> Interval:
    """Return the interval of F1 averaged over the classes that occur; integer class codes of shape (n,).

    Influence of each row on every class's F1 = 2 TP / (2 TP + FP + FN), averaged; then as a mean in [0, 1]. A class
    with fewer than 10 rows in truth shows nothing. With few rows an F1 lies too low: the upper bound starts above it
    by as much as the second term of its Taylor series says.
    Weighted rows: wider by `WEIGHTED_REACH`, and wider still on the side of a long tail.
    """
    truth, predicted = truth.astype(np.int64), predicted.astype(np.int64)
    n = len(truth)
    if n == 0:
        return nothing(math.nan, alpha, 0, said(Lacking.NO_ROWS))
    classes = np.union1d(truth, predicted)
    weights = design.row_weights(n)
    true, found = np.searchsorted(classes, truth), np.searchsorted(classes, predicted)
    same, size = true == found, len(classes)
    mass = np.bincount(true, weights, size) + np.bincount(found, weights, size)
    scores = 2 * np.bincount(true[same], weights[same], size) / mass
    total = weights * (2 * same / mass[true] - (scores / mass)[true] - (scores / mass)[found])
    mean, rows = float(scores.mean()), np.bincount(true, minlength=size)
    sums = group_influence(total / len(classes), design.clusters)
    groups = None if design.clusters is None else len(sums)
    kish = ratio(total, np.ones(n), design).kish
    error, skewness = standard_error(sums), 0.0
    if design.weighted:
        error, skewness = WEIGHTED_REACH * error, moment_skewness(sums)
    estimate = Estimate(mean, error, degrees(sums), n, kish, groups, skewness)
    if rows.min() < MIN_CLASS and not too_few(estimate):
        few = {"name": str(classes[rows.argmin()]), "rows": rows.min(), "needed": MIN_CLASS}
        return nothing(mean, alpha, n, said(Lacking.FEW_OF_ONE_CLASS, **few))
    lost = np.bincount(true[~same], weights[~same] ** 2, size) + np.bincount(found[~same], weights[~same] ** 2, size)
    low = float((scores * lost / mass**2).mean())  # F1 of few rows lies too low: second term of its Taylor series
    method = say(Method.MACRO_F1, design=design.plain)
    plain, higher = (
        unit_interval(replace(estimate, value=value), alpha, method, binary=False) for value in (mean, mean + low)
    )
    return replace(plain, upper=max(plain.upper, higher.upper))


def auc(truth: NDArray[np.generic], score: Floats, design: Design, alpha: float = 0.05) -> Interval:
    """Return the chance that a random true case is scored above a random false one (ties count half); shape (n,).

    Standard error of DeLong, DeLong & Clarke-Pearson (1988, Biometrics 44) from placement values, summed within
    clusters (Obuchowski 1997, Biometrics 53), never below that of Hanley & McNeil (1982, Radiology 143), since alone
    it is too small too often; then Clopper-Pearson on the effective rows, with t quantiles of the smaller class.
    Weighted rows: wider by `WEIGHTED_REACH`.
    """
    truth = np.asarray(truth) > 0
    n, positives, negatives = len(truth), int(truth.sum()), int((~truth).sum())
    if min(positives, negatives) == 0:
        return nothing(math.nan, alpha, n, said(Lacking.ONE_CLASS))
    weights = design.row_weights(n)
    placement = placements(truth, score, weights)
    mass = np.where(truth, weights[truth].sum(), weights[~truth].sum())
    area = float((weights * placement / mass)[truth].sum())
    if min(positives, negatives) < MIN_CLASS:
        return nothing(area, alpha, n, said(Lacking.FEW_OF_A_CLASS, needed=MIN_CLASS))
    influence = weights * (placement - area) / mass
    sums = group_influence(influence, design.clusters)
    robust, groups = standard_error(sums), len(sums)
    equal = kish_n(group_influence(weights, design.clusters))
    if design.clusters is not None and equal < MIN_CLUSTERS - 1e-9:
        few = said(Lacking.FEW_EQUAL_GROUPS, groups=groups, worth=equal, needed=MIN_CLUSTERS)
        return nothing(area, alpha, n, few)
    sides = (truth, ~truth)
    halves = [int(s.sum()) if design.clusters is None else len(np.unique(design.clusters[s])) for s in sides]
    kish = [kish_n(weights[side]) for side in sides]
    smallest = min(*halves, *kish, groups)
    df = smallest - 1 if design.simple else max(1.0, min(smallest, degrees(sums)) - 1)
    inflation = max(1.0, robust / standard_error(influence)) if robust > 0 else 1.0
    edge = 0.5 / (positives * negatives)
    centre = min(max(area, edge), 1 - edge)
    model = max(hanley_mcneil(centre, *kish), hanley_mcneil(centre, *reversed(kish)))
    error = max(robust, model * inflation) * (WEIGHTED_REACH if design.weighted else 1.0)
    # the rows of a simple 0/1 sample that say as much as the AUC does, A (1 - A) / se^2, t-corrected
    rows = centre * (1 - centre) / error**2
    if 0 < alpha < 0.5:
        rows *= float((special.ndtri(1 - alpha) / special.stdtrit(df, 1 - alpha)) ** 2)
    lower, upper = clopper_pearson(centre * rows, rows, alpha)
    upper = 1.0 if area == 1 else upper
    return Interval(area, lower, upper, 1 - alpha, n, rows, say(Method.AUC, design=design.plain))


def placements(truth: Bools, score: Floats, weights: Floats) -> Floats:
    """Return for each row the weighted share of the other class that it is ranked rightly against, shape (n,)."""
    out = np.empty(len(score))
    for side, sign in ((truth, 1.0), (~truth, -1.0)):
        other = sign * score[~side]
        order = np.argsort(other)
        total = np.concatenate([[0.0], np.cumsum(weights[~side][order])])
        mine = sign * score[side]
        below = total[np.searchsorted(other[order], mine, "left")]
        upto = total[np.searchsorted(other[order], mine, "right")]
        out[side] = (below + upto) / 2 / total[-1]
    return out


def hanley_mcneil(area: float, positives: float, negatives: float) -> float:
    """Return the standard error of an AUC from its value and class counts (Hanley & McNeil 1982, formula 2)."""
    area = min(max(area, 0.5 / (positives * negatives)), 1 - 0.5 / (positives * negatives))
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (positives - 1) * (q1 - area**2) + (negatives - 1) * (q2 - area**2)
    return math.sqrt(spread / (positives * negatives))


def mean_loss(values: Floats, design: Design, alpha: float = 0.05, *, unseen: float = UNSEEN_LOSS) -> Interval:
    """Return the interval of the mean of values >= 0, shape (n,); the largest value need not be known.

    Lower bound: plain t, which errs on the safe side of a long tail. Upper bound: the larger of two. Hall's (1992,
    JRSS B 54) monotone cubic correction of the t statistic for skewness, with the sample skewness doubled, since a
    sample understates that of its population, moved by one more row of `unseen` times the largest value; and the mean
    with its upper quarter replaced by a log-normal tail. Fewer than 20 independent rows, or than 30 equal rows' or
    groups' worth of weighted rows or clusters, or a tail that carries the mean, show nothing.

    Raises:
        ValueError: if a value is negative or not finite.
    """
    n = len(values)
    if n and not (np.isfinite(values).all() and values.min() >= 0):
        raise refused(Fault.LOSSES)
    if n == 0:
        return nothing(math.nan, alpha, 0, said(Lacking.NO_ROWS), (0.0, math.inf))
    mean, influence = mean_influence(values, design)
    sums = group_influence(influence, design.clusters)
    groups = len(sums)
    kish = kish_n(group_influence(design.row_weights(n), design.clusters))
    least = MIN_ROWS if design.simple else MIN_GROUPS
    if kish < least - 1e-9:
        code = Lacking.FEW_ROWS_OF_A_MEAN if design.clusters is None else Lacking.FEW_GROUPS_OF_A_MEAN
        return nothing(mean, alpha, n, said(code, groups=groups, worth=kish, needed=least), (0.0, math.inf))
    lower, upper = skewed_bounds(mean, sums, alpha, uneven=not design.simple, weighted=design.weighted)
    if float(np.ptp(values)) > 0:
        spread, heavy = _tail_mean(values, design, alpha)
        if spread > WIDEST:
            return nothing(mean, alpha, n, said(Lacking.HEAVY_TAIL, rows=n), (0.0, math.inf))
        upper = max(heavy, upper + (unseen * float(values.max()) - mean) / (kish + 1))
    error = groups / (groups - 1) * float((sums**2).sum())
    effective = float(n) if error == 0 else min(float(n), float(np.var(values, ddof=1)) / error)
    return Interval(mean, max(lower, 0.0), upper, 1 - alpha, n, effective, say(Method.LOSS, design=design.plain))


def _tail_mean(values: Floats, design: Design, alpha: float) -> tuple[float, float]:
    """Return the log-normal spread of the upper quarter of the values, at 1 - alpha, and the mean with such a tail.

    The spread follows from the mean log-excess over the quartile, as Hill's (1975, Annals of Statistics 3) index does
    of a power law. Few rows above it, or a quartile of 0, tell nothing: 0, 0.
    """
    order = np.argsort(values, kind="stable")
    weights = design.row_weights(len(values))
    share = weights[order] / weights.sum()
    top = np.cumsum(share[::-1])[::-1] <= TAIL + 1e-9
    inside = order[top]
    edge = float(values[order][~top].max())
    if edge <= 0 or len(inside) < 5 or not 0 < alpha < 0.5:
        return 0.0, 0.0
    mass = float(share[top].sum())
    start = float(special.ndtri(1 - mass))
    excess = float((share[top] * np.log(values[inside] / edge)).sum()) / mass
    codes = None if design.clusters is None else np.unique(design.clusters[inside], return_inverse=True)[1]
    rows = kish_n(group_influence(share[top], codes))
    height = math.exp(-start * start / 2) / math.sqrt(2 * math.pi) / mass  # mean of a normal above its start
    spread = excess / (height - start) * (1 + float(special.ndtri(1 - alpha)) * TAIL_SPREAD / math.sqrt(rows))
    if spread > WIDEST:
        return spread, math.inf
    beyond = edge * math.exp(spread * spread / 2 - spread * start) * float(special.ndtr(spread - start))
    return spread, float((share[~top] * values[order][~top]).sum()) + beyond


def rmse(errors: Floats, design: Design, alpha: float = 0.05) -> Interval:
    """Return the interval of the root mean square of `errors`, shape (n,), from that of the mean square."""
    return mean_loss(errors**2, design, alpha, unseen=UNSEEN_SQUARE).mapped(math.sqrt)


def skewed_bounds(
    mean: float, sums: Floats, alpha: float, *, uneven: bool, weighted: bool = False
) -> tuple[float, float]:
    """Return both bounds of a mean from the influence of each independent group, shape (G,), summing to 0.

    Where groups count unevenly (clusters, weights) a few carry much of the spread: the degrees of freedom are then
    those of the spread itself. Weights can hide the long tail, or turn it, so that both bounds then lie as far as the
    tail's, times `WEIGHTED_REACH`.
    """
    if alpha <= 0:
        return -math.inf, math.inf
    groups = len(sums)
    spread = float((sums**2).mean())
    if spread <= 1e-24 * max(mean * mean, 1e-300):
        # every value alike: nothing is known of the spread, so nothing is claimed beyond the rule of three's scale
        reach = abs(mean) * (1 - alpha ** (1 / groups)) / alpha ** (1 / groups)
        return mean - reach, mean + reach
    skewness = moment_skewness(sums)
    error = math.sqrt(groups / (groups - 1) * groups * spread)
    quantile = float(special.stdtrit(degrees(sums) if uneven else groups - 1, 1 - alpha))
    far = hall_reach(quantile, abs(skewness), groups)
    below, above = (quantile, far) if skewness > 0 else (far, quantile)
    if weighted:
        below = above = WEIGHTED_REACH * far
    return mean - below * error, mean + above * error


def ppi_mean(values: Floats, guess: Guess, design: Design, alpha: float = 0.05) -> Interval:
    """Return the interval of the mean of `values` in [0, 1], shape (n,), helped by a guess of each value.

    PPI++ (Angelopoulos, Duchi & Zrnic 2023, arXiv 2311.01453) with the power-tuning weight estimated from the
    labelled rows, and Clopper-Pearson on the effective rows in place of its normal interval, which is too liberal in
    small samples. The guess may be wrong; the labels must be drawn at random from the same rows (or weighted). A
    guess alone shows nothing: at least 50 labels are needed.

    Raises:
        ValueError: if lengths differ, or rows have clusters and the pool has none.
    """
    n, m = len(values), len(guess.pool)
    if len(guess.labelled) != n:
        raise refused(Fault.LENGTHS, lengths=[n, len(guess.labelled)])
    if design.clusters is not None and guess.pool_clusters is None and m:
        raise refused(Fault.POOL_WITHOUT_CLUSTERS)
    if n < MIN_LABELS:
        mean = float(values.mean()) if n else math.nan
        return nothing(mean, alpha, n, said(Lacking.FEW_LABELS_BESIDE_A_GUESS, labels=n, needed=MIN_LABELS))
    codes = _joint(design, guess)
    inside = Design(None if codes is None else codes[:n], design.weights, design.strata, design.shares)
    label = ratio(values, np.ones(n), inside)
    mean_guess, guess_influence = mean_influence(guess.labelled, inside)
    value_influence = mean_influence(values, inside)[1]
    weight = tuning(value_influence, guess_influence, m, inside)
    pool_mean = float(guess.pool.mean()) if m else mean_guess
    corrected = value_influence - weight * guess_influence
    added = weight * (guess.pool - pool_mean) / max(m, 1)
    sums = group_influence(corrected, inside.clusters)
    if codes is None:
        se = math.hypot(standard_error(sums), math.sqrt(float((added**2).sum())))
    else:
        se = standard_error(group_influence(np.concatenate([corrected, added]), codes))
        se = max(se, standard_error(sums))
    value = label.value - weight * (mean_guess - pool_mean)
    estimate = Estimate(value, se, max(1.0, degrees(sums) - 1), n, label.kish, label.clusters)
    return unit_interval(estimate, alpha, say(Method.GUESS, design=design.plain), binary=False)


def tuning(values: Floats, guess: Floats, pool: int, design: Design) -> float:
    """Return the weight of the guess, at least 0, that minimises the variance (PPI++, section 6), from influences."""
    own, other = group_influence(values, design.clusters), group_influence(guess, design.clusters)
    spread = float((other**2).sum())
    if spread == 0 or pool == 0:
        return 0.0
    return max(0.0, float((own * other).sum()) / (spread * (1 + len(values) / pool)))


def _joint(design: Design, guess: Guess) -> Ints | None:
    """Return the cluster codes of labelled rows then pool, 0..G-1, shape (n + m,)."""
    if design.clusters is None:
        return None
    pool = np.empty(0, dtype=np.int64) if guess.pool_clusters is None else guess.pool_clusters
    codes: Ints = np.unique(np.concatenate([design.clusters, pool]), return_inverse=True)[1].astype(np.int64)
    return codes


_OF_VALUES = frozenset({"proportion", "mean", "loss", "rmse"})
_METHODS: dict[str, Callable[..., Interval]] = {
    "precision": precision,
    "recall": recall,
    "f1": f1,
    "macro_f1": macro_f1,
    "auc": auc,
    "loss": mean_loss,
    "rmse": rmse,
}
