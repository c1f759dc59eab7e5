"""Columns as small codes, texts as phrases: what a column is, where its ranges may end, which values rows share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer, TfidfVectorizer

from gatebook.slices.predicate import WEEKDAYS, Predicate, numbers, surface, texts, times
from gatebook.words import Code, say

FINE = 16  # bins of a number where one or two columns are combined
COARSE = 8  # bins where three are
CUTS = 64  # ends that a range may have once it is found
RANGES = ("number", "date", "hour")  # kinds whose ranges have ends
CATEGORIES = 100  # values of a category that can be told apart (one or two columns)
COARSE_CATEGORIES = 24  # ... where three columns are combined
PARSES = 0.95  # share of the cells that must be numbers (times) for a column to be one
DISTINCT = 200  # values from which a column that names several things at once is free text
PART_WORDS = 4  # ... and so it is with longer parts
PHRASES = 2_000  # of one text column
WORD = r"(?u)\b\w+\b"
# Words that carry a meaning of their own in a complaint or a request, although stop lists hold them.
_TELLING = (
    "not no never without cannot why how when where again still back down off out up already twice top amount bill "
    "call detail empty fill find fire full interest move name part show system"
)
_STOP = frozenset(ENGLISH_STOP_WORDS) - frozenset(_TELLING.split())
_DATE = re.compile(r"^\s*\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?\s*$")
_BETWEEN = re.compile(r"[+;|,/&]")


class Unsearched(Code):
    """Why a column is not searched."""

    EMPTY = "empty"
    NAMES_ROWS = "names_rows"
    UNSHARED = "unshared"
    CONSTANT = "constant"


@dataclass(frozen=True)
class Feature:
    """One searchable column.

    Attributes:
        name: the column, or a derived one such as `created:hour`.
        kind: "number", "date" or "hour" (ranges), "weekday" (ranges of named days), "category".
        codes: uint8 (rows,); 0 missing, 1..k the bins or values, k + 1 values too rare to be searched (categories).
        edges: k + 1 ends of the bins, the first -inf, the last inf (numbers and dates; dates in ns since 1970).
        labels: the k values (categories, weekdays), most frequent first (weekdays in their order).
        values: float64 (rows,) of numbers, dates and hours, NaN where missing; the ends of ranges are refined on it.
        start: of hours, the quietest hour of the day, from which `values` count, so that a range may cross midnight.
    """

    name: str
    kind: str
    codes: np.ndarray
    edges: np.ndarray
    labels: tuple[str, ...]
    values: np.ndarray
    start: int = 0

    @property
    def column(self) -> str:
        """Returns the column of the table that it is made of."""
        return self.name.rpartition(":")[0] or self.name

    @property
    def known(self) -> int:
        """Returns k, the number of bins or values."""
        return len(self.labels) if self.labels or self.kind == "category" else len(self.edges) - 1

    @property
    def size(self) -> int:
        """Returns the number of codes, that of missing cells and that of rare values included."""
        return self.known + 1 + (self.kind == "category")

    def coarse(self) -> np.ndarray:
        """Returns for each code the coarser code that is used where three columns are combined, uint8 (size,)."""
        k = self.known
        if self.kind in RANGES and k > COARSE:
            return np.concatenate([[0], np.arange(k) * COARSE // k + 1]).astype(np.uint8)
        if self.kind == "category" and k > COARSE_CATEGORIES:
            return np.minimum(np.arange(self.size), COARSE_CATEGORIES + 1).astype(np.uint8)
        return np.arange(self.size, dtype=np.uint8)

    def ends(self) -> np.ndarray:
        """Returns the finer ends that a found range may have, the first -inf and the last inf."""
        return np.unique(np.concatenate([_edges(self.values, CUTS, whole=self.kind != "date"), self.edges]))

    def limits(self, allowed: np.ndarray) -> tuple[float, float] | None:
        """Returns the ends of the range that the allowed codes make; None for values and for missing cells."""
        if self.kind not in RANGES or allowed[0]:
            return None
        codes = np.flatnonzero(allowed)
        return float(self.edges[codes[0] - 1]), float(self.edges[codes[-1]])

    def holds(self, allowed: np.ndarray, limits: tuple[float, float] | None) -> np.ndarray:
        """Returns a boolean array of shape (rows,): where the code is allowed, or the value lies within the limits."""
        if limits is None:
            return np.asarray(allowed[self.codes])
        with np.errstate(invalid="ignore"):
            return np.asarray((self.values >= limits[0]) & (self.values < limits[1]))

    def predicates(self, allowed: np.ndarray, limits: tuple[float, float] | None) -> tuple[Predicate, ...]:
        """Returns what `holds` tests as conditions on the column."""
        if limits is not None:
            return self._range(*limits)
        if allowed[0]:
            return (Predicate(self.name, "missing"),)
        values = tuple(self.labels[c - 1] for c in np.flatnonzero(allowed))
        return (Predicate(self.name, "==", values[0]) if len(values) == 1 else Predicate(self.name, "in", values),)

    def _range(self, low: float, high: float) -> tuple[Predicate, ...]:
        """Returns low <= value < high; an infinite end is not said, a single value is said as such."""
        if self.kind == "hour":
            return self._hours(low, high)
        inside = np.unique(self.values[(self.values >= low) & (self.values < high)])
        if self.kind == "number" and len(inside) == 1:
            return (Predicate(self.name, "==", float(inside[0])),)
        dated = self.kind == "date"
        low_, high_ = (pd.Timestamp(int(e)).isoformat() if dated and np.isfinite(e) else float(e) for e in (low, high))
        ends = (
            (Predicate(self.name, ">=", low_), np.isfinite(low)),
            (Predicate(self.name, "<", high_), np.isfinite(high)),
        )
        return tuple(p for p, said in ends if said)

    def _hours(self, low: float, high: float) -> tuple[Predicate, ...]:
        """Returns the predicates of a range of hours that count from `start`; one that crosses midnight is a list."""
        hours = [float((h + self.start) % 24) for h in range(int(max(low, 0)), int(min(high, 24)))]
        if len(hours) == 1:
            return (Predicate(self.name, "==", hours[0]),)
        if hours[0] > hours[-1]:
            return (Predicate(self.name, "in", tuple(hours)),)
        ends = (Predicate(self.name, ">=", hours[0]), Predicate(self.name, "<", hours[-1] + 1))
        return tuple(p for p, trivial in zip(ends, (hours[0] == 0, hours[-1] == 23), strict=True) if not trivial)


def _edges(values: np.ndarray, bins: int, *, whole: bool) -> np.ndarray:
    """Returns the ends of at most so many bins of about equal size, rounded to about three digits of the spread."""
    known = values[np.isfinite(values)]
    distinct = np.unique(known if len(known) < 20_000 else known[:: len(known) // 20_000])
    if len(distinct) <= bins and len(np.unique(known)) == len(distinct):
        inner = distinct[1:]
    else:
        inner = np.unique(np.quantile(known, np.arange(1, bins) / bins, method="higher"))
        if whole and np.all(distinct == np.round(distinct)):
            inner = np.ceil(inner)
        if whole and len(inner) > 1:
            gap = np.median(np.diff(inner))
            step = 10.0 ** np.floor(np.log10(gap / 2)) if gap > 0 else 0
            if step > 0:
                inner = np.unique(np.round(np.round(inner / step) * step, 12))
        inner = inner[inner > distinct[0]]
    return np.concatenate([[-np.inf], inner, [np.inf]])


def _ranged(name: str, kind: str, values: np.ndarray, start: int = 0) -> list[Feature]:
    values = np.asarray(values, dtype=np.float64)
    known = np.isfinite(values)
    if not known.any() or (known.all() and len(np.unique(values[:10_000])) < 2):
        return []
    edges = _edges(values, FINE, whole=kind != "date")
    codes = np.searchsorted(edges[1:-1], values, side="right") + 1
    codes[~known] = 0
    return [Feature(name, kind, codes.astype(np.uint8), edges, (), values, start)]


def _category(name: str, cells: np.ndarray, minimum: int) -> list[Feature]:
    codes, uniques = pd.factorize(cells)
    counts = np.bincount(codes[codes >= 0], minlength=len(uniques))
    common = np.argsort(-counts, kind="stable")[:CATEGORIES]
    common = common[counts[common] >= minimum]
    missing = int((codes < 0).sum())
    if len(common) == 0 and not minimum <= missing <= len(cells) - minimum:
        return []
    if len(uniques) < 2 and missing == 0:
        return []
    lookup = np.full(len(uniques) + 1, len(common) + 1, dtype=np.uint8)
    lookup[common] = np.arange(1, len(common) + 1)
    lookup[-1] = 0  # factorize says -1 where the cell is missing
    labels = tuple(str(uniques[i]) for i in common)
    return [Feature(name, "category", lookup[codes], np.empty(0), labels, np.empty(0))]


def _times(name: str, stamps: pd.DatetimeIndex) -> list[Feature]:
    ns = stamps.as_unit("ns").asi8.astype(np.float64)
    ns[stamps.isna()] = np.nan
    day = 86_400e9
    spread = np.nanmax(ns) - np.nanmin(ns)
    grain = day if spread > 40 * day else 3_600e9
    out = _ranged(name, "date", np.floor(ns / grain) * grain)
    hours = stamps.hour.to_numpy(dtype=np.float64)
    known = hours[np.isfinite(hours)].astype(np.int64)
    if len(np.unique(known)) > 1:
        # cut the day where it is quietest, so that a night is one range
        quietest = int(np.argmin(np.bincount(known, minlength=24)))
        out += _ranged(f"{name}:hour", "hour", (hours - quietest) % 24, quietest)
    if spread > 2 * day:
        codes = (np.nan_to_num(stamps.day_of_week.to_numpy(dtype=np.float64), nan=-1) + 1).astype(np.uint8)
        out.append(Feature(f"{name}:weekday", "weekday", codes, np.empty(0), WEEKDAYS, np.empty(0)))
    return out


def features(
    frame: pd.DataFrame, minimum: int, *, ignore: Iterable[str] = (), text: Sequence[str] = (), time: str | None = None
) -> tuple[list[Feature], list[str]]:
    """Returns the searchable features of the frame, and what is not searched with the reason.

    A column is a number (a time) if 95 % of its cells parse as one; else a category whose values are searched where
    at least `minimum` rows share them, and so is one of pandas' categories, whose codes are names. A column of whole
    numbers or texts that are all different names rows, not types.
    """
    skip = set(ignore)
    found: list[Feature] = []
    not_searched: list[str] = []
    for column in map(str, frame.columns):
        if column in skip:
            continue
        if column in text:
            for part, measured in surface(texts(frame[column])).items():
                found += _ranged(f"{column}:{part}", "number", measured)
            continue
        made = _made_of(column, frame[column], minimum, timed=column == time)
        if isinstance(made, Unsearched):
            not_searched.append(say(made, column=column, minimum=minimum))
        else:
            found += made
    return found, not_searched


def _made_of(column: str, series: pd.Series, minimum: int, *, timed: bool) -> list[Feature] | Unsearched:
    """Returns the features of one column that is no text, or why it has none."""
    cells = texts(series)
    known = cells[cells != None]  # noqa: E711  element-wise
    if len(known) == 0:
        return Unsearched.EMPTY
    probe = known[:: max(1, len(known) // 2_000)]
    dated = pd.api.types.is_datetime64_any_dtype(series) or timed
    if dated or np.mean([bool(_DATE.match(c)) for c in probe]) >= PARSES:
        stamps = times(series)
        if np.mean(~np.asarray(stamps.isna())) >= PARSES * len(known) / len(cells):
            return _times(column, stamps)
    # parsing a long column of names costs most
    likely = np.isfinite(numbers(pd.Series(probe))).mean() > PARSES / 2
    names = pd.api.types.is_bool_dtype(series) or isinstance(series.dtype, pd.CategoricalDtype)
    values = numbers(series) if likely and not names else np.full(len(cells), np.nan)
    good = values[np.isfinite(values)]
    if len(good) < PARSES * len(known):
        made = _category(column, cells, minimum)
    elif len(good) > 50 and len(np.unique(good)) == len(good) and np.all(good == np.round(good)):
        return Unsearched.NAMES_ROWS
    else:
        made = _ranged(column, "number", values)
    return made or (Unsearched.UNSHARED if len(set(known[:1_000])) > 1 else Unsearched.CONSTANT)


def parts(cells: np.ndarray) -> dict[str, np.ndarray]:
    """Returns part -> where it is named, bool (rows,), of categories that name several things at once (`book+cancel`).

    Only parts that stand in more than one value; empty unless some value is made of several. Letters' case does not
    matter.

    Args:
        cells: (rows,), texts, None where empty.
    """
    codes, values = pd.factorize(cells)
    if not 2 <= len(values) <= DISTINCT:
        return {}
    split = [{p for part in _BETWEEN.split(str(v).lower()) if (p := part.strip())} for v in values]
    if not any(len(s) > 1 for s in split) or any(len(p.split()) > PART_WORDS for s in split for p in s):
        return {}
    holding = {part: np.array([part in s for s in split]) for part in sorted(set().union(*split))}
    return {part: np.append(where, False)[codes] for part, where in holding.items() if where.sum() > 1}


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

    def mentions(self, phrase: int) -> np.ndarray:
        """Returns the positions of the rows that hold a phrase."""
        return np.asarray(self.presence.indices[self.presence.indptr[phrase] : self.presence.indptr[phrase + 1]])

    @property
    def counts(self) -> np.ndarray:
        """Returns the rows that hold each phrase, float64 (phrases,)."""
        return np.asarray(np.diff(self.presence.indptr), dtype=np.float64)


def readable(phrase: str) -> bool:
    """Returns whether a phrase says something by itself: no bare stop word, none at either end, no lone digit."""
    words = phrase.split()
    if all(w in _STOP or len(w) < 2 for w in words):
        return False
    return words[-1] not in _STOP and words[0] not in _STOP


def terms(column: str, cells: np.ndarray, minimum: int) -> Terms | None:
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
    names = np.array(counter.get_feature_names_out(), dtype=object)
    keep = [i for i, name in enumerate(names) if readable(name)]
    every = Terms(column, tuple(map(str, names[keep])), matrix[:, keep].tocsc())
    counts, chosen = every.counts, dict[bytes, int]()
    for i in np.argsort(-counts, kind="stable")[: 2 * PHRASES]:
        rows = every.mentions(i).tobytes()
        if rows not in chosen or len(every.phrases[i]) > len(every.phrases[chosen[rows]]):
            chosen[rows] = int(i)
    picked = sorted(chosen.values(), key=lambda i: -counts[i])[:PHRASES]
    if not picked:
        return None
    return Terms(column, tuple(every.phrases[i] for i in picked), every.presence[:, picked].tocsc())


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

    def unknown(cell: str | None) -> float:
        if not isinstance(cell, str) or not cell.strip():
            return np.nan
        return sum(w not in known for w in set(word.findall(cell.lower())))

    return np.array([unknown(c) for c in cells], dtype=np.float64)
