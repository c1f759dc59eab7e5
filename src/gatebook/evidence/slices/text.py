"""Text as features: phrases that rows share, surface measures, distance to the nearest curated text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer, TfidfVectorizer

SURFACE = ("words", "digits", "capitals", "non-Latin")
DISTANCE = "distance to the nearest curated text"
UNKNOWN = "words that no curated text holds"
WORD = r"(?u)\b\w+\b"
# Words that carry a meaning of their own in a complaint or a request, although stop lists hold them.
_TELLING = frozenset(
    [
        "not",
        "no",
        "never",
        "without",
        "cannot",
        "why",
        "how",
        "when",
        "where",
        "again",
        "still",
        "back",
        "down",
        "off",
        "out",
        "up",
        "already",
        "twice",
        "top",
        "amount",
        "bill",
        "call",
        "detail",
        "empty",
        "fill",
        "find",
        "fire",
        "full",
        "interest",
        "move",
        "name",
        "part",
        "show",
        "system",
    ]
)
_STOP = frozenset(ENGLISH_STOP_WORDS) - _TELLING
_NON_LATIN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")


def surface(cells: np.ndarray) -> dict[str, np.ndarray]:
    """Returns four float arrays of shape (rows,), NaN where the text is missing.

    words: count; digits: count of digits; capitals: share of letters that are capitals, in per cent;
    non-Latin: count of letters outside the Latin script.
    """
    out = {name: np.full(len(cells), np.nan) for name in SURFACE}
    for i, cell in enumerate(cells):
        if cell is None:
            continue
        letters = sum(map(str.isalpha, cell))
        out["words"][i] = len(cell.split())
        out["digits"][i] = sum(map(str.isdigit, cell))
        out["capitals"][i] = round(100 * sum(map(str.isupper, cell)) / letters) if letters else 0
        out["non-Latin"][i] = 0 if cell.isascii() else len(_NON_LATIN.findall(cell))
    return out


@dataclass(frozen=True)
class Terms:
    """Phrases of one text column.

    Attributes:
        column: the text column.
        phrases: one or two words each, lower case.
        presence: sparse matrix (rows, phrases), 1 where the row holds the phrase.
    """

    column: str
    phrases: tuple[str, ...]
    presence: sp.csc_matrix


def readable(phrase: str) -> bool:
    """Returns whether a phrase says something by itself: no bare stop word, none at either end, no lone digit."""
    words = phrase.split()
    if all(w in _STOP or len(w) < 2 for w in words):
        return False
    return words[-1] not in _STOP and words[0] not in _STOP


def terms(column: str, cells: np.ndarray, minimum: int, limit: int = 2_000) -> Terms | None:
    """Returns the readable phrases of one or two words that at least `minimum` and at most half of the rows share.

    Phrases that occur in exactly the same rows are one: the longest stands. None if there is no phrase.
    """
    documents = ["" if c is None else c for c in cells]
    half = max(minimum, len(documents) // 2)
    counter = CountVectorizer(
        ngram_range=(1, 2), binary=True, min_df=minimum, max_df=half, token_pattern=WORD, dtype=np.float64
    )
    try:
        matrix = counter.fit_transform(documents)
    except ValueError:  # scikit-learn's word for "no phrase is left"
        return None
    names = counter.get_feature_names_out()
    keep = [i for i, name in enumerate(names) if readable(name)]
    matrix = matrix[:, keep].tocsc()
    order = np.argsort(-np.diff(matrix.indptr), kind="stable")
    chosen: dict[bytes, int] = {}
    for i in order[: 2 * limit]:
        rows = matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tobytes()
        known = chosen.get(rows)
        if known is None or len(names[keep[i]]) > len(names[keep[known]]):
            chosen[rows] = int(i)
    picked = sorted(chosen.values(), key=lambda i: -int(matrix.indptr[i + 1] - matrix.indptr[i]))[:limit]
    if not picked:
        return None
    return Terms(column, tuple(str(names[keep[i]]) for i in picked), matrix[:, picked].tocsc())


def nearest_curated(cells: Sequence[str | None], curated: Sequence[str | None], block: int = 2_000) -> np.ndarray:
    """Returns for each text 1 - the cosine to its nearest curated text, shape (rows,), in [0, 1]; NaN where missing.

    TF-IDF of character 2-4-grams, fitted on both sides, so that no model is needed and no language is assumed.
    """
    mine = [c if isinstance(c, str) else "" for c in cells]
    theirs = [c for c in curated if isinstance(c, str) and c.strip()]
    out = np.full(len(mine), np.nan)
    if not theirs:
        return out
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=1, sublinear_tf=True, dtype=np.float32)
    vectors.fit([*theirs, *mine])
    base = vectors.transform(theirs).T.tocsr()
    rows = vectors.transform(mine)
    for start in range(0, len(mine), block):
        product = rows[start : start + block] @ base
        out[start : start + block] = 1 - product.max(axis=1).toarray().ravel()
    out = np.clip(np.round(out, 3), 0, 1)
    out[[not m.strip() for m in mine]] = np.nan
    return out


def unknown_words(cells: Sequence[str | None], curated: Sequence[str | None]) -> np.ndarray:
    """Returns for each text how many of its words no curated text holds, shape (rows,); NaN where missing."""
    word = re.compile(WORD)
    known = {w for c in curated if isinstance(c, str) for w in word.findall(c.lower())}
    return np.array(
        [
            sum(w not in known for w in set(word.findall(c.lower()))) if isinstance(c, str) and c.strip() else np.nan
            for c in cells
        ],
        dtype=np.float64,
    )
