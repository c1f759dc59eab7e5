"""Is it production: what each column holds, and how the curated table and the population differ from the sample."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, sparse, stats

from gatebook.budget import TEXTS
from gatebook.cases.columns import stripped
from gatebook.checks.column import CheckedTable, Column, weighted_quantile
from gatebook.checks.dates import moments
from gatebook.checks.finding import wilson
from gatebook.checks.source import read
from gatebook.errors import TableError
from gatebook.evidence.disclosure import Disclosure
from gatebook.reading import Table, propose_kinds, to_numbers
from gatebook.record import ColumnFact
from gatebook.stats import Design
from gatebook.stats.measure import auc
from gatebook.words import Code, say
from gatebook.words.figures import plain_number

Kind = Literal["number", "date", "category", "text", "key"]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
BINS = 10
DRAWN = 20  # bins of a picture
SMALL = 1e-4  # share given to an empty bin, so that PSI stays finite
EFFECT = 0.1  # KS distance, Cohen's w and gaps of shares below this are too small to matter
LEVEL = 0.05
FEWEST = 20  # rows of either table below which nothing is called shifted
LEARNT = 2_500  # rows of each table that the classifier learns from
LEARNABLE = 50  # rows of either table below which it learns nothing
FOLDS = 5
INDICATORS = 60  # categories of a column that get an indicator of their own
WORDS = 2**12
MATCH = 0.60  # upper bound of the AUC below which the tables match
ALPHA = 0.025
PART_COLUMNS = ("column", "value", "rows")
PRESENT = 0.01  # a part of production this large must be in the sample
TOP = 5  # values told of a column
FEW = 5  # distinct whole numbers that are told like categories


class Refused(Code):
    """Why figures of the population cannot be compared."""

    NO_COLUMN = "no_column"
    NO_ROW = "no_row"
    NO_NUMBER = "no_number"
    NEGATIVE = "negative"
    UNNAMED = "unnamed"
    UNKNOWN = "unknown"
    NOTHING = "nothing"


@dataclass(frozen=True)
class ColumnShift:
    """How one column differs. Shares in 0..1, intervals two-sided at 95 %.

    `effect` is the Kolmogorov-Smirnov distance for numbers and dates (interval by the Dvoretzky-Kiefer-Wolfowitz
    inequality) and for the length of texts, and Cohen's w for categories (interval by inverting the noncentral
    chi-square). `psi` is the population stability index over ten quantile bins of the curated column, or over
    categories. `missing_gap` is production minus curated, words for "nothing" counted as missing. `format_gap` is the
    share of production rows whose shape no curated row has, less the share that new rows always bring. `new` and
    `vanished` are raw (value, rows) pairs. `shifted` is the verdict of the column alone: an effect that matters, with
    its chance corrected over all columns (Holm 1979). `spread` is upper edge, share of curated, share of production
    in equal bins over the middle 96 % of both, for numbers, dates and lengths; the ends hold what lies beyond.
    """

    column: str
    kind: Kind
    missing_gap: float
    missing_lower: float
    missing_upper: float
    missing_p: float
    new_null_words: tuple[tuple[str, int], ...] = ()
    psi: float = 0.0
    effect: float = 0.0
    effect_lower: float = 0.0
    effect_upper: float = 0.0
    p: float = 1.0
    format_gap: float = 0.0
    format_p: float = 1.0
    new: tuple[tuple[str, int], ...] = ()
    new_rows: int = 0
    vanished: tuple[tuple[str, int], ...] = ()
    vanished_rows: int = 0
    shifted: bool = False
    spread: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True)
class Tell:
    """One column alone: the AUC of its part of the score on rows that were not learnt from."""

    column: str
    auc: float
    lower: float
    upper: float


@dataclass(frozen=True)
class DomainClassifier:
    """AUC of curated against production (0.5 = cannot be told apart), interval two-sided at 95 %.

    `tells` are the columns that give it away, the strongest first; `n` the rows that were scored, both tables.
    """

    auc: float
    lower: float
    upper: float
    n: int
    tells: tuple[Tell, ...]
    columns: tuple[str, ...]

    @property
    def matches(self) -> bool:
        return self.upper < MATCH


@dataclass(frozen=True)
class Shift:
    """Both tables side by side; `verbatim` counts production rows whose whole input also stands in the curated
    table.
    """

    columns: tuple[ColumnShift, ...]
    classifier: DomainClassifier | None
    verbatim: int
    curated_rows: int


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
    common = _common(curated, production, ignore)
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
    )


def _common(curated: pd.DataFrame, production: pd.DataFrame, ignore: Iterable[str]) -> list[str]:
    """Return the columns that both tables have, in the curated order."""
    left_out = {*ignore, *(set(curated.columns) - set(production.columns))}
    return [str(c) for c in curated.columns if c not in left_out]


def _inputs(kinds: dict[str, Kind]) -> list[str]:
    """Return the columns that a classifier may learn from: keys and dates would always give a table away."""
    return [c for c, kind in kinds.items() if kind not in {"key", "date"}]


def population_stability_index(expected: Floats, actual: Floats) -> float:
    """Sum of (a - e) ln(a / e) over shares of bins (Siddiqi 2006, Credit Risk Scorecards, ch. 8)."""
    e, a = np.clip(expected, SMALL, None), np.clip(actual, SMALL, None)
    return float(((a - e) * np.log(a / e)).sum())


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
    p, q = hits / n, others / m
    (pl, pu), (ql, qu) = wilson(hits, n), wilson(others, m)
    gap, pooled = q - p, (hits + others) / (n + m)
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


def _formats(a: Column, b: Column) -> tuple[float, float]:
    """(gap, its p): production rows in shapes that no curated row has, beyond what new rows always bring.

    The share of rows in shapes seen once estimates the share of unseen ones (Good 1953, Biometrika 40).
    """
    new = int(b.counts[b.real & ~np.isin(b.shapes, list(set(a.shapes[a.real])))].sum())
    seen = np.unique(np.repeat(a.shapes[a.real], np.minimum(a.counts[a.real], 2)).astype(str), return_counts=True)[1]
    gap, _, _, p = share_gap(int((seen == 1).sum()), a.n_real, new, b.n_real)
    return max(0.0, gap), p


def _null_words(a: Column, b: Column) -> tuple[tuple[str, int], ...]:
    """Words for "nothing" that production writes and the curated table does not."""
    mine = set(a.values[a.null_like & (a.counts > 0)].tolist())
    return tuple((w, n) for w, n in b.examples(b.null_like) if w not in mine)


def _column(a: Column, b: Column) -> ColumnShift:
    kind = _kind(a, b)
    gap = share_gap(a.looked - a.n_real, a.looked, b.looked - b.n_real, b.looked)
    found = ColumnShift(a.name, kind, *gap, new_null_words=_null_words(a, b))
    if not a.n_real or not b.n_real or kind == "key":
        return found
    if kind != "text":
        format_gap, format_p = _formats(a, b)
        found = replace(found, format_gap=format_gap, format_p=format_p)
    return _categories(found, a, b) if kind == "category" else _ranges(found, a, b)


def _categories(found: ColumnShift, a: Column, b: Column) -> ColumnShift:
    both = _by_value(a, b)
    one, two = both["curated"].to_numpy(), both["production"].to_numpy()
    effect, lower, upper, p = _cohen_w(one, two)
    merged = _merge_small(one, two)
    fresh = both[both["curated"] == 0]["production"].sort_values(ascending=False)
    gone = both[both["production"] == 0]["curated"].sort_values(ascending=False)
    new, vanished = (tuple((str(k), int(v)) for k, v in s.head(10).items()) for s in (fresh, gone))
    return replace(
        found,
        psi=population_stability_index(*(side / side.sum() for side in merged)),
        effect=effect,
        effect_lower=lower,
        effect_upper=upper,
        p=p,
        new=new,
        new_rows=int(fresh.sum()),
        vanished=vanished,
        vanished_rows=int(gone.sum()),
    )


def _ranges(found: ColumnShift, a: Column, b: Column) -> ColumnShift:
    x, wx, y, wy = _ordered(a, b, found.kind)
    effect = kolmogorov_smirnov(x, wx, y, wy)
    lower, upper, p = _ks_bounds(effect, int(wx.sum()), int(wy.sum()))
    psi = population_stability_index(*_binned(x, wx, y, wy))
    drawn = _spread(x, wx, y, wy)
    return replace(found, psi=psi, effect=effect, effect_lower=lower, effect_upper=upper, p=p, spread=drawn)


def _spread(x: Floats, wx: Floats, y: Floats, wy: Floats) -> tuple[tuple[float, float, float], ...]:
    ends = [weighted_quantile(values, weights, q) for values, weights in ((x, wx), (y, wy)) for q in (0.02, 0.98)]
    low, high = min(ends), max(ends)
    if not high > low:
        return ()
    edges = np.linspace(low, high, DRAWN + 1)[1:]
    inner = edges[:-1]
    sides = [
        np.bincount(np.searchsorted(inner, values), weights=weights, minlength=DRAWN) / weights.sum()
        for values, weights in ((x, wx), (y, wy))
    ]
    return tuple((float(edge), float(a), float(b)) for edge, a, b in zip(edges, *sides, strict=True))


def _judge(columns: list[ColumnShift], rows: tuple[int, int]) -> list[ColumnShift]:
    """Mark the columns whose effect matters (value, or missing values) with Holm's correction over all tests.

    A word for "nothing" that only production writes, in more than 5 % of its `rows`, is a shift as well.
    """
    if min(rows) < FEWEST:
        return columns
    tests: list[tuple[float, int, float]] = []
    for i, c in enumerate(columns):
        tests += [(c.p, i, c.effect), (c.missing_p, i, 2 * abs(c.missing_gap)), (c.format_p, i, 2 * c.format_gap)]
    shifted: set[int] = set()
    for rank, (p, i, size) in enumerate(sorted(tests)):
        if p > LEVEL / (len(tests) - rank):
            break
        if size >= EFFECT:
            shifted.add(i)
    shifted |= {i for i, c in enumerate(columns) if sum(n for _, n in c.new_null_words) > EFFECT / 2 * rows[1]}
    return [replace(c, shifted=i in shifted) for i, c in enumerate(columns)]


def _verbatim(curated: pd.DataFrame, production: pd.DataFrame, columns: list[str]) -> int:
    """Production rows whose values in all these columns stand in one curated row too."""
    if not columns:
        return 0
    one, two = (
        pd.util.hash_pandas_object(f[columns].fillna("").astype("str"), index=False) for f in (curated, production)
    )
    return int(two.isin(one).sum())


def _values(column: Column, rows: Ints) -> list[str | None]:
    codes = column.codes[rows]
    return [None if c < 0 or column.null_like[c] else str(column.values[c]) for c in codes]


def _indicators(codes: Ints, width: int) -> sparse.csr_matrix:
    n = len(codes)
    return sparse.csr_matrix((np.ones(n), (np.arange(n), codes)), shape=(n, width))


def _words(texts: list[str | None]) -> sparse.csr_matrix:
    from sklearn.feature_extraction.text import HashingVectorizer

    vectors = HashingVectorizer(n_features=WORDS, alternate_sign=False, norm="l2", ngram_range=(1, 1))
    lengths = np.fromiter((len(t or "") for t in texts), dtype=float, count=len(texts))
    cuts = np.unique(np.quantile(lengths, np.linspace(0.1, 0.9, 9)))
    return sparse.hstack(
        [vectors.transform([t or "" for t in texts]), _indicators(np.searchsorted(cuts, lengths), len(cuts) + 1)]
    ).tocsr()


def _block(a: list[str | None], b: list[str | None], one: Column, two: Column) -> sparse.csr_matrix:
    """Indicators of one column: decile and missing for numbers, words for texts, common values for the rest."""
    both = a + b
    missing = np.fromiter((v is None for v in both), bool, len(both))
    if one.is_number and two.is_number:
        numbers = pd.to_numeric(pd.Series(both, dtype="object"), errors="coerce").to_numpy(float)
        finite = np.isfinite(numbers)
        cuts = np.unique(np.quantile(numbers[finite], np.linspace(0.1, 0.9, 9))) if finite.any() else np.empty(0)
        binned = np.where(finite, np.searchsorted(cuts, np.where(finite, numbers, 0.0)), len(cuts) + 1)
        return _indicators(np.where(missing, len(cuts) + 2, binned), len(cuts) + 3)
    if one.is_prose or two.is_prose:
        return _words(both)
    values, inverse, counts = np.unique(["" if v is None else v for v in both], return_inverse=True, return_counts=True)
    common = np.argsort(-counts, kind="stable")[:INDICATORS]
    rank = np.full(len(values), INDICATORS, dtype=np.int64)
    rank[common] = np.arange(len(common))
    return _indicators(np.where(missing, INDICATORS + 1, rank[inverse]), INDICATORS + 2)


def classify(
    curated: CheckedTable, production: CheckedTable, names: list[str], seed: int = 20260103
) -> DomainClassifier | None:
    """Cross-fit a logistic regression on indicators of each column; None where there is too little to compare.

    Each row is scored by a model that did not see it, nor a row equal to it in all columns (folds are drawn over
    distinct rows, so copies do not leak).
    """
    from sklearn.linear_model import LogisticRegression

    if not names or min(curated.looked, production.looked) < LEARNABLE:
        return None
    rng = np.random.default_rng(seed)
    rows = [np.sort(rng.choice(t.looked, min(LEARNT, t.looked), replace=False)) for t in (curated, production)]
    names = _affordable(curated, production, names)
    blocks, signatures = [], []
    for name in names:
        one, two = curated.get(name), production.get(name)
        assert one is not None
        assert two is not None
        a, b = _values(one, rows[0]), _values(two, rows[1])
        blocks.append(_block(a, b, one, two))
        signatures.append(a + b)
    truth = np.r_[np.zeros(len(rows[0]), dtype=bool), np.ones(len(rows[1]), dtype=bool)]
    fold = _folds(signatures, rng)
    design = sparse.hstack(blocks).tocsr()
    of_column = np.repeat(np.arange(len(blocks)), [b.shape[1] for b in blocks])
    used = np.diff(design.tocsc().indptr) > 0  # what no row has keeps the weight 0
    design, of_column = design[:, used], of_column[used]
    parts = np.zeros((len(truth), len(names)))
    for k in range(FOLDS):
        train, test = fold != k, fold == k
        if not test.any() or len(np.unique(truth[train])) < 2:  # two tables
            continue
        model = LogisticRegression(C=0.3, max_iter=300, class_weight="balanced").fit(design[train], truth[train])
        shape = (design.shape[1], len(names))
        weights = sparse.csr_matrix((model.coef_[0], (np.arange(shape[0]), of_column)), shape=shape)
        part = (design[test] @ weights).toarray()
        parts[test] = part - np.median(part, axis=0)  # folds are pooled, so each is centred
    whole = _tell(truth, parts.sum(axis=1), "")
    tells = [_tell(truth, parts[:, j], name) for j, name in enumerate(names)]
    kept = sorted((t for t in tells if t.lower > 0.5), key=lambda t: -t.auc)  # better than chance
    return DomainClassifier(whole.auc, whole.lower, whole.upper, len(truth), tuple(kept[:10]), tuple(names))


def _affordable(curated: CheckedTable, production: CheckedTable, names: list[str]) -> list[str]:
    """Return the columns without those texts that are too many; the scan of the sample names them (`left_out`)."""
    texts = [c for c in production.columns if c.name in names and (c.is_prose or _is_prose(curated, c.name))]
    gone = {c.name for c in texts} - {c.name for c in production.within(TEXTS, texts)}
    return [name for name in names if name not in gone]


def _is_prose(table: CheckedTable, name: str) -> bool:
    column = table.get(name)
    return column is not None and column.is_prose


def _folds(signatures: list[list[str | None]], rng: np.random.Generator) -> Ints:
    rows = list(zip(*signatures, strict=True))
    groups: dict[tuple[str | None, ...], int] = {}
    codes = np.fromiter((groups.setdefault(r, len(groups)) for r in rows), dtype=np.int64, count=len(rows))
    order = rng.permutation(len(groups))
    return np.asarray(order[codes] % FOLDS, dtype=np.int64)


def _tell(truth: npt.NDArray[np.bool_], part: Floats, name: str) -> Tell:
    """The AUC of a score, with an interval for scores of models that share most of their training rows.

    An interval that takes the folds for independent is too narrow: of tables drawn alike it told 8 % apart at a level
    of 2.5 %. Its width is multiplied by sqrt(1 + folds x test rows / training rows) (Nadeau & Bengio 2003, corrected
    resampled variance).
    """
    one = auc(truth, part, Design(), ALPHA)
    wider = float(np.sqrt(1 + FOLDS / (FOLDS - 1)))
    lower, upper = (one.estimate + wider * (bound - one.estimate) for bound in (one.lower, one.upper))
    return Tell(name, one.estimate, max(0.0, lower), min(1.0, upper))


@dataclass(frozen=True)
class PopulationShare:
    """The share that production has of one value of a column."""

    column: str
    value: str
    share: float


@dataclass(frozen=True)
class Population:
    """The comparison.

    Attributes:
        absent: "column = value" of at least 1 % of production without a sampled row.
        gap: largest difference of a share, 0 to 1.
        worst: "column = value" where it is.
        columns: columns compared.
        parts: production's share of each value.
    """

    absent: tuple[str, ...]
    gap: float
    worst: str
    columns: tuple[str, ...]
    parts: tuple[PopulationShare, ...] = ()


def compare_population(table: Table, sample: pd.DataFrame) -> Population:
    """Return how the sample's shares differ from the population's.

    Raises:
        TableError: the table is empty, lacks a column, names one that the sample does not have, or has rows that are no
            number.
    """
    frame = table.frame()
    lacking = [c for c in PART_COLUMNS if c not in frame.columns]
    if lacking:
        raise TableError(say(Refused.NO_COLUMN, columns=", ".join(lacking)))
    counts, names = to_numbers(frame["rows"]).values, stripped(frame["column"])
    for code, wrong in (
        (Refused.NO_ROW, frame.empty),
        (Refused.NO_NUMBER, counts.isna().any()),
        (Refused.NEGATIVE, (counts < 0).any()),
        (Refused.UNNAMED, names.isna().any()),
    ):
        if wrong:
            raise TableError(say(code))
    absent: list[str] = []
    parts: list[PopulationShare] = []
    gap, worst = 0.0, ""
    for column in names.dropna().unique():
        if column not in sample.columns:
            raise TableError(say(Refused.UNKNOWN, column=str(column)))
        mine = (names == column).to_numpy()
        shares = counts[mine].groupby(stripped(frame["value"])[mine].fillna("")).sum()
        if shares.sum() == 0:
            raise TableError(say(Refused.NOTHING, column=str(column)))
        shares = shares / shares.sum()
        seen = stripped(sample[column]).fillna("").value_counts(normalize=True)
        for value, share in shares.items():
            found = float(seen.get(value, 0.0))
            parts.append(PopulationShare(str(column), str(value), float(share)))
            if share >= PRESENT and found == 0:
                absent.append(f"{column} = {value}")
            if abs(found - share) > gap:
                gap, worst = abs(found - share), f"{column} = {value}"
    return Population(tuple(absent), gap, worst, tuple(names.dropna().unique()), tuple(parts))


def profile(table: Table, disclosure: Disclosure, clusters: pd.Series | None = None) -> tuple[ColumnFact, ...]:
    """Return one fact a column, in the table's order; values appear only where the disclosure rule allows."""
    kinds = propose_kinds(table)
    return tuple(
        _profiled(table.role, name, table.frame([name]).iloc[:, 0], kinds[name], disclosure, clusters)
        for name in table.columns
    )


def _profiled(
    role: str, name: str, values: pd.Series, kind: str, disclosure: Disclosure, clusters: pd.Series | None
) -> ColumnFact:
    text = stripped(values)
    present = text.dropna()
    personal = name in disclosure.personal
    shown: dict[str, int] = {}
    distinct = int(present.nunique())
    if kind in {"category", "boolean"} or (kind == "integer" and distinct <= FEW):
        shown = disclosure.counts(present.rename(name), None if clusters is None else clusters[present.index])
    low = middle = high = None
    if kind in {"number", "integer"} and not shown and not personal and len(present) >= disclosure.minimum:
        numbers = to_numbers(present).values.dropna()
        if len(numbers) >= 20 * disclosure.minimum:  # so that a quantile is no single row's value
            low, middle, high = (short(float(numbers.quantile(q))) for q in (0.05, 0.5, 0.95))
    return ColumnFact(
        table=role,
        column=name,
        kind=kind,
        rows=len(values),
        missing=len(values) - len(present),
        distinct=distinct,
        personal=personal,
        top=tuple(list(shown.items())[:TOP]),
        minimum=low,
        median=middle,
        maximum=high,
    )


def short(value: float) -> str:
    """Return four figures of a number, as people write it: 1,284,000, the year 1989, 0.00125, an exponent only far
    beyond.
    """
    if value and not 1e-6 <= abs(value) < 1e12:
        return plain_number(value, 3)
    places = 0 if value == 0 else max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}" if abs(value) >= 10_000 else f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
