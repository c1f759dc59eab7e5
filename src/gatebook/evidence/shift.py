"""Is it production: how the curated table differs from the production sample, column by column and as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats

from gatebook.evidence.domain import DomainClassifier, classify
from gatebook.evidence.quality.column import Column
from gatebook.evidence.quality.dates import moments
from gatebook.evidence.quality.reading import read

Kind = Literal["number", "date", "category", "text", "key"]
Floats = npt.NDArray[np.float64]
BINS = 10
SMALL = 1e-4  # share given to an empty bin, so that PSI stays finite
EFFECT = 0.1  # KS distance, Cohen's w and gaps of shares below this are too small to matter
LEVEL = 0.05
FEWEST = 20  # rows of either table below which nothing is called shifted


@dataclass(frozen=True)
class ColumnShift:
    """How one column differs. Shares in 0..1, intervals two-sided at 95 %.

    `effect` is the Kolmogorov-Smirnov distance for numbers and dates (interval by the Dvoretzky-Kiefer-Wolfowitz
    inequality) and Cohen's w for categories and the length of texts (interval by inverting the noncentral
    chi-square). `psi` is the population stability index over ten quantile bins of the curated column, or over
    categories; `js` the Jensen-Shannon distance over the same bins. `missing_gap` is production minus curated, words for "nothing" counted as
    missing. `format_gap` is the share of production rows whose shape no curated row has, less the share that new rows always
    bring. `new` and `vanished` are raw (value, rows) pairs. `shifted` is the verdict
    of the column alone: an effect that matters, with its chance corrected over all columns (Holm 1979).
    """

    column: str
    kind: Kind
    psi: float
    js: float
    effect: float
    effect_name: str
    effect_lower: float
    effect_upper: float
    p: float
    missing_gap: float
    missing_lower: float
    missing_upper: float
    missing_p: float
    format_gap: float
    format_p: float
    new_formats: tuple[tuple[str, int], ...]
    new: tuple[tuple[str, int], ...]
    new_rows: int
    vanished: tuple[tuple[str, int], ...]
    vanished_rows: int
    new_null_words: tuple[tuple[str, int], ...]
    shifted: bool = False


@dataclass(frozen=True)
class Shift:
    """Both tables side by side; `verbatim` counts production rows whose whole input also stands in the curated table."""

    columns: tuple[ColumnShift, ...]
    classifier: DomainClassifier | None
    verbatim: int
    curated_rows: int
    production_rows: int
    only_curated: tuple[str, ...]
    only_production: tuple[str, ...]
    compared: tuple[str, ...]


def population_stability_index(expected: Floats, actual: Floats) -> float:
    """Sum of (a - e) ln(a / e) over shares of bins (Siddiqi 2006, Credit Risk Scorecards, ch. 8)."""
    e, a = np.clip(expected, SMALL, None), np.clip(actual, SMALL, None)
    return float(((a - e) * np.log(a / e)).sum())


def jensen_shannon(one: Floats, other: Floats) -> float:
    """Jensen-Shannon distance (square root of the divergence, natural logarithm; Endres & Schindelin 2003)."""
    middle = (one + other) / 2

    def divergence(p: Floats) -> float:
        some = p > 0
        return float((p[some] * np.log(p[some] / middle[some])).sum())

    return float(np.sqrt(max(0.0, (divergence(one) + divergence(other)) / 2)))


def kolmogorov_smirnov(one: Floats, weights: Floats, other: Floats, other_weights: Floats) -> float:
    """Largest gap between two weighted distribution functions; equals `scipy.stats.ks_2samp` for unit weights."""
    values = np.concatenate([one, other])
    order = np.argsort(values, kind="stable")
    step = np.concatenate([weights / weights.sum(), -other_weights / other_weights.sum()])[order]
    last = np.append(np.diff(values[order]) > 0, True)
    return float(np.abs(np.cumsum(step)[last]).max())


def _ks_bounds(distance: float, n: int, m: int) -> tuple[float, float, float]:
    """(lower, upper, p): Massart's constant gives the reach of each side; p by the asymptotic law."""
    reach = float(np.sqrt(np.log(2 / (LEVEL / 2)) / 2) * (1 / np.sqrt(n) + 1 / np.sqrt(m)))
    p = float(stats.kstwobign.sf(distance * np.sqrt(n * m / (n + m))))
    return max(0.0, distance - reach), min(1.0, distance + reach), p


def _merge_small(a: Floats, b: Floats, least: float = 5.0) -> tuple[Floats, Floats]:
    """Categories whose expected count is below five in either table become one, so that chi-square holds."""
    share = (a + b) / (a.sum() + b.sum())
    small = share * min(a.sum(), b.sum()) < least
    if not small.any():
        return a, b
    return np.append(a[~small], a[small].sum()), np.append(b[~small], b[small].sum())


def _cohen_w(a: Floats, b: Floats) -> tuple[float, float, float, float]:
    """(w, lower, upper, p) of counts in two tables over the same categories; w = sqrt(chi2 / n) (Cohen 1988, ch. 7)."""
    a, b = _merge_small(a, b)
    keep = a + b > 0
    a, b = a[keep], b[keep]
    n, m = a.sum(), b.sum()
    if len(a) < 2 or not n or not m:  # one category
        return 0.0, 0.0, 0.0, 1.0
    expected = (a + b) / (n + m)
    chi2 = float(((a - n * expected) ** 2 / (n * expected)).sum() + ((b - m * expected) ** 2 / (m * expected)).sum())
    df, total = len(a) - 1, float(n + m)
    lower, upper = _noncentrality(chi2, df)
    w = float(np.sqrt(max(0.0, chi2 - df) / total))  # less what chance alone adds
    return w, float(np.sqrt(lower / total)), float(np.sqrt(upper / total)), float(stats.chi2.sf(chi2, df))


def _noncentrality(chi2: float, df: int) -> tuple[float, float]:
    """95 % bounds of the noncentrality by inverting its distribution (Steiger 2004, Psychological Methods 9).

    Beyond 10,000, where the noncentral law is all but normal, by its mean and variance.
    """
    if chi2 > 10_000:  # stated above
        at, sd = chi2 - df, float(np.sqrt(2 * (df + 2 * max(0.0, chi2 - df))))
        return max(0.0, at - 1.96 * sd), at + 1.96 * sd

    def excess(nc: float, q: float) -> float:
        return float(stats.ncx2.cdf(chi2, df, nc) if nc else stats.chi2.cdf(chi2, df)) - q

    top = chi2 + 10 * np.sqrt(2 * chi2 + 10) + 50
    lower = 0.0 if excess(0.0, 1 - LEVEL / 2) <= 0 else float(optimize.brentq(excess, 0.0, top, args=(1 - LEVEL / 2,)))
    upper = 0.0 if excess(0.0, LEVEL / 2) <= 0 else float(optimize.brentq(excess, 0.0, top, args=(LEVEL / 2,)))
    return lower, upper


def share_gap(hits: int, n: int, others: int, m: int) -> tuple[float, float, float, float]:
    """(gap, lower, upper, p) of others/m - hits/n, interval by Newcombe's hybrid score method (1998, method 10)."""
    if not n or not m:
        return 0.0, -1.0, 1.0, 1.0
    p, q, z = hits / n, others / m, 1.959963984540054

    def score(x: float, size: int) -> tuple[float, float]:
        centre = (x + z * z / (2 * size)) / (1 + z * z / size)
        half = z * np.sqrt(x * (1 - x) / size + z * z / (4 * size * size)) / (1 + z * z / size)
        return float(centre - half), float(centre + half)

    (pl, pu), (ql, qu) = score(p, n), score(q, m)
    gap = q - p
    pooled = (hits + others) / (n + m)
    se = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    chance = float(2 * stats.norm.sf(abs(gap) / se)) if se > 0 else 1.0
    return gap, gap - float(np.hypot(q - ql, pu - p)), gap + float(np.hypot(qu - q, p - pl)), chance


def _kind(a: Column, b: Column) -> Kind:
    if a.is_number and b.is_number:
        return "number"
    if a.is_date and b.is_date and _moments(a)[1].any() and _moments(b)[1].any():
        return "date"
    if a.is_prose or b.is_prose:
        return "text"
    if a.is_key and b.is_key:
        return "key"
    return "category"


def _moments(column: Column) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Seconds of each distinct value that is a date, and which are."""
    seconds = moments(column)
    return seconds, np.isfinite(seconds) & column.real


def _ordered(a: Column, b: Column, kind: Kind) -> tuple[Floats, Floats, Floats, Floats]:
    """Sorted-able values and their row counts in both columns."""
    out: list[Floats] = []
    for column in (a, b):
        if kind == "date":
            values, ok = _moments(column)
        elif kind == "number":
            values, ok = column.numbers, np.isfinite(column.numbers) & column.real
        else:
            values, ok = column.lengths.astype(float), column.real
        out += [values[ok], column.counts[ok].astype(float)]
    return out[0], out[1], out[2], out[3]


def _binned(x: Floats, wx: Floats, y: Floats, wy: Floats) -> tuple[Floats, Floats]:
    """Shares of both columns in quantile bins of the first."""
    order = np.argsort(x)
    at = np.cumsum(wx[order])
    wanted = at[-1] * (
        np.arange(1, BINS) / BINS - 1e-12
    )  # a share of exactly a tenth is reached, whatever its last bit
    cuts = np.unique(x[order][np.searchsorted(at, wanted)])
    a = np.bincount(np.searchsorted(cuts, x), weights=wx, minlength=len(cuts) + 1)
    b = np.bincount(np.searchsorted(cuts, y), weights=wy, minlength=len(cuts) + 1)
    return a / a.sum(), b / b.sum()


def _by_value(a: Column, b: Column) -> pd.DataFrame:
    """Row counts of each real value in both columns."""
    one = pd.Series(a.counts[a.real], index=a.values[a.real].astype(object))
    two = pd.Series(b.counts[b.real], index=b.values[b.real].astype(object))
    return pd.concat([one.rename("curated"), two.rename("production")], axis=1).fillna(0).astype(float)


def _formats(a: Column, b: Column) -> tuple[float, float, tuple[tuple[str, int], ...]]:
    """(gap, its p, shapes): production rows in shapes that no curated row has, beyond what new rows always bring.

    The share of rows in shapes seen once estimates the share of unseen ones (Good 1953, Biometrika 40).
    """
    mine = set(a.shapes[a.real].tolist())
    new: dict[str, int] = {}
    for i in np.flatnonzero(b.real):
        if b.shapes[i] not in mine:
            new[b.shapes[i]] = new.get(b.shapes[i], 0) + int(b.counts[i])
    most = sorted(new.items(), key=lambda kv: -kv[1])
    seen = np.unique(np.repeat(a.shapes[a.real], np.minimum(a.counts[a.real], 2)).astype(str), return_counts=True)[1]
    gap, _, _, p = share_gap(int((seen == 1).sum()), a.n_real, sum(new.values()), b.n_real)
    return max(0.0, gap), p, tuple((str(s), n) for s, n in most[:5])


def _null_words(a: Column, b: Column) -> tuple[tuple[str, int], ...]:
    """Words for "nothing" that production writes and the curated table does not."""
    mine = set(a.values[a.null_like & (a.counts > 0)].tolist())
    return tuple((w, n) for w, n in b.examples(b.null_like) if w not in mine)


def _column(a: Column, b: Column) -> ColumnShift:
    kind = _kind(a, b)
    gap, gap_lower, gap_upper, gap_p = share_gap(a.looked - a.n_real, a.looked, b.looked - b.n_real, b.looked)
    psi = js = effect = lower = upper = format_gap = 0.0
    p, format_p, name = 1.0, 1.0, "none"
    new: list[tuple[str, int]] = []
    vanished: list[tuple[str, int]] = []
    new_rows = vanished_rows = 0
    formats: tuple[tuple[str, int], ...] = ()
    if a.n_real and b.n_real and kind != "key":
        if kind != "text":
            format_gap, format_p, formats = _formats(a, b)
        if kind == "category":
            both = _by_value(a, b)
            one, two = both["curated"].to_numpy(), both["production"].to_numpy()
            effect, lower, upper, p = _cohen_w(one, two)
            name = "Cohen's w"
            merged_a, merged_b = _merge_small(one, two)
            shares = merged_a / merged_a.sum(), merged_b / merged_b.sum()
            fresh = both[both["curated"] == 0]["production"].sort_values(ascending=False)
            gone = both[both["production"] == 0]["curated"].sort_values(ascending=False)
            new, vanished = ([(str(k), int(v)) for k, v in s.head(10).items()] for s in (fresh, gone))
            new_rows, vanished_rows = int(fresh.sum()), int(gone.sum())
        else:
            x, wx, y, wy = _ordered(a, b, kind)
            shares = _binned(x, wx, y, wy)
            effect = kolmogorov_smirnov(x, wx, y, wy)
            lower, upper, p = _ks_bounds(effect, int(wx.sum()), int(wy.sum()))
            name = "KS distance" if kind != "text" else "KS distance of lengths"
        psi, js = population_stability_index(*shares), jensen_shannon(*shares)
    return ColumnShift(
        column=a.name,
        kind=kind,
        psi=psi,
        js=js,
        effect=effect,
        effect_name=name,
        effect_lower=lower,
        effect_upper=upper,
        p=p,
        missing_gap=gap,
        missing_lower=gap_lower,
        missing_upper=gap_upper,
        missing_p=gap_p,
        format_gap=format_gap,
        format_p=format_p,
        new_formats=formats,
        new=tuple(new),
        new_rows=new_rows,
        vanished=tuple(vanished),
        vanished_rows=vanished_rows,
        new_null_words=_null_words(a, b),
    )


def _judge(columns: list[ColumnShift], rows: tuple[int, int]) -> list[ColumnShift]:
    """Mark the columns whose effect matters (value, or missing values) with Holm's correction over all tests.

    A word for "nothing" that only production writes, in more than 5 % of its `rows`, is a shift as well.
    """
    tests = sorted(
        (
            (p, i, what)
            for i, c in enumerate(columns)
            for p, what in ((c.p, "effect"), (c.missing_p, "gap"), (c.format_p, "format"))
        )
    )
    if min(rows) < FEWEST:
        return columns
    shifted: set[int] = set()
    for rank, (p, i, what) in enumerate(tests):
        if p > LEVEL / (len(tests) - rank):
            break
        column = columns[i]
        size = {"effect": column.effect, "gap": 2 * abs(column.missing_gap), "format": 2 * column.format_gap}[what]
        if size >= EFFECT:
            shifted.add(i)
    shifted |= {i for i, c in enumerate(columns) if sum(n for _, n in c.new_null_words) > EFFECT / 2 * rows[1]}
    return [ColumnShift(**{**c.__dict__, "shifted": i in shifted}) for i, c in enumerate(columns)]


def _verbatim(curated: pd.DataFrame, production: pd.DataFrame, columns: list[str]) -> int:
    """Production rows whose values in all these columns stand in one curated row too."""
    if not columns:
        return 0
    one, two = (
        pd.util.hash_pandas_object(f[columns].fillna("").astype("str"), index=False) for f in (curated, production)
    )
    return int(two.isin(one).sum())


def shift(
    curated: pd.DataFrame, production: pd.DataFrame, ignore: Iterable[str] = (), *, text: Iterable[str] = ()
) -> Shift:
    """Compare two tables of text, column by column, by a domain classifier, and row by row.

    Args:
        curated: what the model was built on; every cell text as in the file, NaN empty.
        production: the production sample, in the same form.
        ignore: columns left out (ids, labels, predictions).
        text: the texts that the classifier reads before others, where there are many.

    Returns:
        Columns that both have, in the curated order. Columns of distinct keys and dates stay out of the
        classifier, which they would always give away.
    """
    common, mine, theirs = _common(curated, production, ignore)
    one, two = read(curated[common]), read(production[common], text=text)
    columns = _judge([_column(a, b) for a, b in zip(one.columns, two.columns, strict=True)], (one.rows, two.rows))
    kinds = {c.column: c.kind for c in columns}
    whole = [c for c, kind in kinds.items() if kind != "key"]
    informative = "text" in kinds.values() or len(whole) > 3  # few-valued rows repeat by nature
    return Shift(
        columns=tuple(columns),
        classifier=classify(one, two, _inputs(kinds)),
        verbatim=_verbatim(curated, production, whole) if informative else 0,
        curated_rows=len(curated),
        production_rows=len(production),
        only_curated=tuple(c for c in mine if c not in set(theirs)),
        only_production=tuple(c for c in theirs if c not in set(mine)),
        compared=tuple(common),
    )


def told_apart(
    curated: pd.DataFrame, production: pd.DataFrame, ignore: Iterable[str] = (), *, text: Iterable[str] = ()
) -> DomainClassifier | None:
    """Return only how well a classifier tells the rows of two tables apart; arguments as for `shift`."""
    common, _, _ = _common(curated, production, ignore)
    one, two = read(curated[common]), read(production[common], text=text)
    kinds = {a.name: _kind(a, b) for a, b in zip(one.columns, two.columns, strict=True)}
    return classify(one, two, _inputs(kinds))


def _common(
    curated: pd.DataFrame, production: pd.DataFrame, ignore: Iterable[str]
) -> tuple[list[str], list[str], list[str]]:
    """Return the columns that both tables have, those of the one and those of the other."""
    left_out = set(ignore)
    mine = [str(c) for c in curated.columns if c not in left_out]
    theirs = [str(c) for c in production.columns if c not in left_out]
    here = set(theirs)
    return [c for c in mine if c in here], mine, theirs


def _inputs(kinds: dict[str, Kind]) -> list[str]:
    """Return the columns that a classifier may learn from: keys and dates would always give a table away."""
    return [c for c, kind in kinds.items() if kind not in {"key", "date"}]
