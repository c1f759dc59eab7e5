"""Can a model tell curated rows from production rows: a cross-fitted domain classifier, and what gives it away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from gatebook.evidence.budget import TEXTS
from gatebook.evidence.quality.column import Column, Table
from gatebook.stats.design import Design
from gatebook.stats.measure import auc

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROWS = 2_500  # rows of each table that the classifier learns from
FOLDS = 5
TOP = 60  # categories of a column that get an indicator of their own
WORDS = 2**12
MATCH = 0.60  # upper bound of the AUC below which the tables match
ALPHA = 0.025


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


def _values(table: Table, column: Column, rows: Ints) -> list[str | None]:
    codes = table.codes(column)[rows]
    return [None if c < 0 or column.null_like[c] else str(column.values[c]) for c in codes]


def _indicators(codes: Ints, width: int) -> sparse.csr_matrix:
    n = len(codes)
    return sparse.csr_matrix((np.ones(n), (np.arange(n), codes)), shape=(n, width))


def _words(texts: list[str | None]) -> sparse.csr_matrix:
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - slow to import, needed for text only

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
        numbers = np.array([_number(v) for v in both])
        finite = np.isfinite(numbers)
        cuts = np.unique(np.quantile(numbers[finite], np.linspace(0.1, 0.9, 9))) if finite.any() else np.empty(0)
        binned = np.where(finite, np.searchsorted(cuts, np.where(finite, numbers, 0.0)), len(cuts) + 1)
        return _indicators(np.where(missing, len(cuts) + 2, binned), len(cuts) + 3)
    if one.is_prose or two.is_prose:
        return _words(both)
    values, inverse, counts = np.unique(["" if v is None else v for v in both], return_inverse=True, return_counts=True)
    common = np.argsort(-counts, kind="stable")[:TOP]
    rank = np.full(len(values), TOP, dtype=np.int64)
    rank[common] = np.arange(len(common))
    return _indicators(np.where(missing, TOP + 1, rank[inverse]), TOP + 2)


def _number(value: str | None) -> float:
    try:
        return float(value) if value is not None else np.nan
    except ValueError:
        return np.nan


def classify(curated: Table, production: Table, names: list[str], seed: int = 20260103) -> DomainClassifier | None:
    """Cross-fit a logistic regression on indicators of each column; None where there is too little to compare.

    Each row is scored by a model that did not see it, nor a row equal to it in all columns (folds are drawn over
    distinct rows, so copies do not leak).
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import, needed here only

    if not names or min(curated.looked, production.looked) < 50:  # too few to learn from
        return None
    rng = np.random.default_rng(seed)
    rows = [np.sort(rng.choice(t.looked, min(ROWS, t.looked), replace=False)) for t in (curated, production)]
    names = _affordable(curated, production, names)
    blocks, signatures = [], []
    for name in names:
        one, two = curated.get(name), production.get(name)
        assert one is not None
        assert two is not None
        a, b = _values(curated, one, rows[0]), _values(production, two, rows[1])
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


def _affordable(curated: Table, production: Table, names: list[str]) -> list[str]:
    """Return the columns without those texts that are too many; the scan of the sample names them (`left_out`)."""
    texts = [c for c in production.columns if c.name in names and (c.is_prose or _is_prose(curated, c.name))]
    gone = {c.name for c in texts} - {c.name for c in production.within(TEXTS, texts)}
    return [name for name in names if name not in gone]


def _is_prose(table: Table, name: str) -> bool:
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

    An interval that takes the folds for independent is too narrow: of tables drawn alike it told 8 % apart at a level of
    2.5 %. Its width is multiplied by sqrt(1 + folds x test rows / training rows) (Nadeau & Bengio 2003, corrected
    resampled variance).
    """
    one = auc(truth, part, Design(), ALPHA)
    wider = float(np.sqrt(1 + FOLDS / (FOLDS - 1)))
    lower, upper = (one.estimate + wider * (bound - one.estimate) for bound in (one.lower, one.upper))
    return Tell(name, one.estimate, max(0.0, lower), min(1.0, upper))
