"""How rows of two tables belong together: by values that really occur in both, names only break ties."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gatebook.init import columns
from gatebook.init.columns import CLEAR, NAMED, NEARLY
from gatebook.init.draft import Ask
from gatebook.init.look import File, Profile
from gatebook.vocabulary import listed_words, says, words
from gatebook.words import Said, said

_FEWEST = 5  # fewer shared keys may be chance
_MOST_PARTS = 6  # columns tried as parts of a key that two tables share
_LEAST = 0.3  # of a table's keys must be those of the other
_NO_PART = ("label", "prediction", "score", "confidence", "probability", "latency", "outcome")


@dataclass(frozen=True)
class Link:
    """A join of a table onto another.

    Attributes:
        file: the table that is joined.
        left, right: the key columns of the other table and of `file`, in the same order.
        covered: share of the keys of `file` that the other table has, 0..1.
        share: share of the other table's keys that `file` has, 0..1.
        grain: whether key (with version, trial or annotator) tells the rows of `file` apart.
        score: how far to trust it.
        change: where the ids do not match as they stand, what would make them.
    """

    file: File
    left: tuple[str, ...]
    right: tuple[str, ...]
    covered: float
    share: float
    grain: bool
    score: float
    change: Said | None = None


def _keylike(column: Profile) -> bool:
    return column.classlike and column.distinct > 1 and column.length <= 80


def _counts(name: str) -> bool:
    """Return whether a column counts within something."""
    return bool(listed_words("counter") & set(words(name)))


def own_key(file: File) -> tuple[str, ...]:
    """Return the columns that tell the rows of a table apart, empty where nothing named like a key does."""
    single = [n for n, c in file.columns.items() if _keylike(c) and c.filled > 0.95 and c.repeats < 1.1]
    for name in sorted(single, key=lambda n: -says("id", n))[:5]:
        if says("id", name) >= NAMED and file.unique(name) >= NEARLY:
            return (name,)
    if (repeated := next(_with_extras(file), None)) is not None:
        return (repeated,)
    if len(single) == 1 and file.unique(single[0]) >= NEARLY and file.columns[single[0]].kind == "category":
        return (single[0],)
    return _composite(file)


def _with_extras(file: File) -> Iterator[str]:
    """Yield the ids that tell the rows apart together with version, trial or annotator."""
    extras = columns.extras(file)
    ids = [n for n, c in file.columns.items() if _keylike(c) and n not in extras]
    ids = [n for n in ids if max(says("id", n), says("cluster", n) - 0.4) >= NAMED]
    ids.sort(key=lambda n: -says("id", n))
    for size in range(1, len(extras) + 1):
        for name, chosen in itertools.product(ids[:4], itertools.combinations(extras, size)):
            if file.unique(name, *chosen) >= NEARLY:
                yield name


def _few(pool: list[str]) -> Iterator[tuple[str, ...]]:
    return itertools.chain.from_iterable(itertools.combinations(pool, size) for size in (2, 3))


def _composite(file: File) -> tuple[str, ...]:
    """Return the fewest small id-like columns that together are unique, e.g. (provider, model, request)."""

    def called(name: str) -> bool:
        return bool(says("id", name) or says("trial", name) or _counts(name))

    small = [
        n for n, c in file.columns.items() if c.classlike and c.filled > 0.99 and c.length <= 40 and c.distinct > 1
    ]
    pool = [n for n in small if file.columns[n].kind == "category" or called(n) or says("cluster", n)][:8]
    return next((names for names in _few(pool) if any(map(called, names)) and file.unique(*names) >= NEARLY), ())


def link(left: File, right: File) -> Link | None:
    """Return the best join of `right` onto `left`, or None where no values are shared."""
    pairs = itertools.product(_left_keys(left), right.columns)
    found = [join for mine, theirs in pairs if (join := _by_one(left, mine, right, theirs)) is not None]
    if not any(k.grain for k in found) and (shared := _shared_composite(left, right)) is not None:
        found.append(shared)
    return max(found, key=lambda k: (k.grain, k.score), default=None)


def _by_one(left: File, mine: str, right: File, theirs: str) -> Link | None:
    """Return the join by one column of each, None where they share too little, or count 1, 2, 3, ... by chance."""
    column = right.columns[theirs]
    same = words(mine) == words(theirs)
    if not _keylike(column) or not (same or says("id", theirs) or column.repeats < 1.1):
        return None
    have, wanted = left.distinct(mine), right.distinct(theirs)
    shared = len(wanted & have)
    covered = shared / max(1, len(wanted))
    counted = column.kind == "integer" and left.columns[mine].kind == "integer"
    if shared < _FEWEST or covered < _LEAST or (counted and not same and not (says("id", mine) and says("id", theirs))):
        return None
    alone = right.unique(theirs) >= NEARLY
    extras = columns.extras(right)
    grain = alone or (bool(extras) and right.unique(theirs, *extras) >= NEARLY)
    trust = covered + 0.3 * same + 0.2 * says("id", mine) + 0.3 * alone + 0.1 * grain
    return Link(right, (mine,), (theirs,), covered, shared / max(1, len(have)), grain, trust)


def _left_keys(left: File) -> list[str]:
    key = own_key(left)
    names = [key[0]] if len(key) == 1 else []
    names += [n for n, c in left.columns.items() if _keylike(c) and c.repeats < 1.05 and n not in names]
    return [n for n in names if len(names) == 1 or n in key or left.unique(n) >= NEARLY][:6]


def _shared_composite(left: File, right: File) -> Link | None:
    """Return a join by several columns that both tables have; the version is no part of the id where it has others."""
    extras = columns.extras(right)
    key = own_key(left)
    if len(key) < 2:
        key = _composite(left)
    key = tuple(n for n in key if n not in extras) or key
    if len(key) < 2 or not set(key) <= set(right.columns):
        key = _common_key(left, right, extras)
    if not key:
        return None
    mine, theirs = (set(f.whole(*key).dropna().itertuples(index=False, name=None)) for f in (left, right))
    covered = len(mine & theirs) / max(1, len(theirs))
    if covered < _LEAST:
        return None
    grain = right.unique(*key, *extras) >= NEARLY
    return Link(right, key, key, covered, len(mine & theirs) / max(1, len(mine)), grain, covered)


def _common_key(left: File, right: File, extras: list[str]) -> tuple[str, ...]:
    """Return the fewest columns that both tables have under one name and that tell the rows of `left` apart."""
    both = [n for n in left.columns if n in right.columns and n not in extras]
    keys = [n for n in both if _keylike(left.columns[n]) and _keylike(right.columns[n])]
    pool = [n for n in keys if left.columns[n].filled > 0.99 and max(says(part, n) for part in _NO_PART) < NAMED]
    beside = [c for c in extras if c in left.columns]
    return next((names for names in _few(pool[:_MOST_PARTS]) if left.unique(*names, *beside) >= NEARLY), ())


def _digits(value: str) -> str:
    return value.lstrip("0") or "0" if value.isdigit() else value


# What may stand between two spellings of one id, the mildest first; each goes on from the one before.
_CHANGES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("blanks", str.strip),
    ("case", str.casefold),
    ("decimals", lambda v: re.sub(r"^(\d+)[.,]0+$", r"\1", v)),
    ("zeros", _digits),
    ("marks", lambda v: re.sub(r"[\W_]+", "", v)),
    ("prefix", lambda v: _digits(re.sub(r"^\D+(?=\d+$)", "", v))),
)


def loose_link(left: File, right: File) -> Link | None:
    """Return a join of a table whose ids match none of `left` as they stand, with what would make them match.

    Where no change does, the columns that are called alike are joined all the same: a table that is called one of
    labels or predictions is told to be without a match, not left out.
    """
    mine = _only_key(left, right)
    theirs = _called_alike(mine, right) if mine else None
    if theirs is None:
        return None
    grain = right.unique(theirs, *columns.extras(right)) >= NEARLY
    ours = {v: v for v in left.values(mine).unique()}
    others = {v: v for v in right.values(theirs).unique()}
    about = {"file": right.path, "base": left.path, "mine": mine, "theirs": theirs}
    for how, change in _CHANGES:
        ours, others = ({v: change(now) for v, now in kept.items()} for kept in (ours, others))
        back = {now: v for v, now in ours.items()}
        met = {v: back[now] for v, now in others.items() if now in back}
        distinct = len(back) >= NEARLY * len(ours)
        if distinct and len(met) >= _FEWEST and len(met) >= 0.5 * len(others):
            wanted, have = next(iter(met.items()))
            told = said(Ask.IDS_CHANGED, wanted=_shown(wanted), have=_shown(have), how=said(Ask.IDS_HOW, how), **about)
            return Link(right, (mine,), (theirs,), len(met) / len(others), len(met) / len(ours), grain, 0.0, told)
    wanted, have = next(iter(others), ""), next(iter(ours), "")
    told = said(Ask.IDS_FOREIGN, wanted=_shown(wanted), have=_shown(have), **about)
    return Link(right, (mine,), (theirs,), 0.0, 0.0, grain, 0.0, told)


def _only_key(left: File, right: File) -> str:
    """Return the column that tells the rows of `left` apart: named so, or unique and called alike in both; "" if
    none.
    """
    key = own_key(left)
    if len(key) == 1:
        return key[0]
    called = {words(n) for n, c in right.columns.items() if _keylike(c)}
    return next((n for n in _left_keys(left) if words(n) in called), "")


def _called_alike(mine: str, right: File) -> str | None:
    """Return the id-like column of `right` that is called as `mine`, or else the one best named as an id."""
    found = [n for n, c in right.columns.items() if _keylike(c)]
    found = [n for n in found if words(n) == words(mine) or says("id", n) >= CLEAR]
    return max(found, key=lambda n: (words(n) == words(mine), says("id", n)), default=None)


def _shown(value: str) -> str:
    return value if value == value.strip() and len(value) <= 40 else repr(value[:40])
