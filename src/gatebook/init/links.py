"""How rows of two tables belong together: by values that really occur in both, names only break ties."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from gatebook.init import columns
from gatebook.init.look import Column, File
from gatebook.vocabulary import listed_words, says, words

_FEWEST = 5  # fewer shared keys may be chance
_MOST_PARTS = 6  # columns tried as parts of a key that two tables share
_LEAST = 0.3  # of a table's keys must be those of the other


@dataclass(frozen=True)
class Link:
    """A join of `right` onto `left`.

    Attributes:
        left, right: the key columns of both, in the same order.
        covered: share of right's keys that left has, 0..1.
        share: share of left's keys that right has, 0..1.
        grain: whether key (with version, trial or annotator) tells the rows of right apart.
        score: how far to trust it.
        change: where the ids do not match as they stand, a sentence on what would make them; empty elsewhere.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    covered: float
    share: float
    grain: bool
    score: float
    change: str = ""


def _keylike(column: Column) -> bool:
    return column.kind in {"integer", "category"} and column.distinct > 1 and column.length <= 80


def own_key(file: File) -> tuple[str, ...]:
    """Return the columns that tell the rows of a table apart, empty where nothing named like a key does."""
    single = [n for n, c in file.columns.items() if _keylike(c) and c.filled > 0.95 and c.repeats < 1.1]
    named = sorted(single, key=lambda n: -says("id", n))
    for name in named[:5]:
        if says("id", name) >= columns.NAMED and file.unique(name) >= columns.NEARLY:
            return (name,)
    extras = [c for c in (columns.version(file), columns.trial(file), columns.annotator(file)) if c]
    ids = [
        n
        for n, c in file.columns.items()
        if _keylike(c) and max(says("id", n), says("cluster", n) - 0.4) >= columns.NAMED and n not in extras
    ]
    ids.sort(key=lambda n: -says("id", n))
    for size in range(1, len(extras) + 1):
        for name, chosen in itertools.product(ids[:4], itertools.combinations(extras, size)):
            if file.unique(name, *chosen) >= columns.NEARLY:
                return (name,)
    if len(single) == 1 and file.unique(single[0]) >= columns.NEARLY and file.columns[single[0]].kind == "category":
        return (single[0],)
    return _composite(file)


def _composite(file: File) -> tuple[str, ...]:
    """Return the fewest small id-like columns that together are unique, e.g. (provider, model, request)."""
    pool = [
        n
        for n, c in file.columns.items()
        if c.kind in {"integer", "category"}
        and c.filled > 0.99
        and c.length <= 40
        and c.distinct > 1
        and not (c.kind == "integer" and not (says("id", n) or says("cluster", n) or says("trial", n) or _counter(n)))
    ][:8]
    for size in (2, 3):
        for names in itertools.combinations(pool, size):
            if any(says("id", n) or says("trial", n) or _counter(n) for n in names) and (
                file.unique(*names) >= columns.NEARLY
            ):
                return names
    return ()


def _counter(name: str) -> bool:
    return bool(listed_words("counter") & set(words(name)))


def link(left: File, right: File) -> Link | None:
    """Return the best join of `right` onto `left`, or None where no values are shared."""
    extras = _extras(right)
    found: list[Link] = []
    for mine in _left_keys(left):
        have = set(left.values(mine))
        for theirs, column in right.columns.items():
            same = words(mine) == words(theirs)
            if not _keylike(column) or not (same or says("id", theirs) or column.repeats < 1.1):
                continue
            wanted = set(right.values(theirs))
            covered = len(wanted & have) / max(1, len(wanted))
            counted = column.kind == "integer" and left.columns[mine].kind == "integer"
            if (
                len(wanted & have) < _FEWEST
                or covered < _LEAST
                or (counted and not same and not (says("id", mine) and says("id", theirs)))
            ):
                continue  # 1, 2, 3, ... occur in both by chance
            alone = right.unique(theirs) >= columns.NEARLY
            grain = alone or (bool(extras) and right.unique(theirs, *extras) >= columns.NEARLY)
            trust = covered + 0.3 * same + 0.2 * says("id", mine) + 0.3 * alone + 0.1 * grain
            found.append(Link((mine,), (theirs,), covered, len(wanted & have) / max(1, len(have)), grain, trust))
    shared = _shared_composite(left, right)
    if shared is not None and not any(k.grain for k in found):
        found.append(shared)
    return max(found, key=lambda k: (k.grain, k.score), default=None)


def _extras(file: File) -> list[str]:
    return [c for c in (columns.version(file), columns.trial(file), columns.annotator(file)) if c]


def _left_keys(left: File) -> list[str]:
    key = own_key(left)
    names = [key[0]] if len(key) == 1 else []
    names += [n for n, c in left.columns.items() if _keylike(c) and c.repeats < 1.05 and n not in names]
    return [n for n in names if len(names) == 1 or n in key or left.unique(n) >= columns.NEARLY][:6]


def _shared_composite(left: File, right: File) -> Link | None:
    """Return a join by several columns that both tables have; the version is no part of the id where it has others."""
    extras = _extras(right)
    key = own_key(left)
    if len(key) == 1 or not key:
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
    grain = right.unique(*key, *extras) >= columns.NEARLY
    return Link(key, key, covered, len(mine & theirs) / max(1, len(mine)), grain, covered)


def _common_key(left: File, right: File, extras: list[str]) -> tuple[str, ...]:
    """Return the fewest columns that both tables have under one name and that tell the rows of `left` apart."""
    no_part = ("label", "prediction", "score", "confidence", "probability", "latency", "outcome")
    pool = [
        n
        for n, c in left.columns.items()
        if n in right.columns and n not in extras and _keylike(c) and _keylike(right.columns[n])
        if c.filled > 0.99 and max(says(part, n) for part in no_part) < columns.NAMED
    ][:_MOST_PARTS]
    mine = [c for c in extras if c in left.columns]
    for size in (2, 3):
        for names in itertools.combinations(pool, size):
            if left.unique(*names, *mine) >= columns.NEARLY:
                return names
    return ()


def _digits(value: str) -> str:
    return value.lstrip("0") or "0" if value.isdigit() else value


# What may stand between two spellings of one id, the mildest first; each goes on from the one before.
_CHANGES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("without the blanks around it", str.strip),
    ("in the same case", str.casefold),
    ("written without decimals", lambda v: re.sub(r"^(\d+)[.,]0+$", r"\1", v)),
    ("without leading zeros", _digits),
    ("without the marks between its parts", lambda v: re.sub(r"[\W_]+", "", v)),
    ("without what stands before its number", lambda v: _digits(re.sub(r"^\D+(?=\d+$)", "", v))),
)


def loose_link(left: File, right: File) -> Link | None:
    """Return a join of a table whose ids match none of `left` as they stand, with what would make them match.

    Where no change does, the columns that are called alike are joined all the same: a table that is called one of labels
    or predictions is told to be without a match, not left out.
    """
    mine = _only_key(left, right)
    theirs = _called_alike(mine, right) if mine else None
    if theirs is None:
        return None
    grain = right.unique(theirs, *_extras(right)) >= columns.NEARLY
    ours = {v: v for v in left.values(mine).unique()}
    others = {v: v for v in right.values(theirs).unique()}
    for how, change in _CHANGES:
        ours, others = ({v: change(now) for v, now in kept.items()} for kept in (ours, others))
        back = {now: v for v, now in ours.items()}
        met = {v: back[now] for v, now in others.items() if now in back}
        distinct = len(back) >= columns.NEARLY * len(ours)
        if distinct and len(met) >= _FEWEST and len(met) >= 0.5 * len(others):
            wanted, have = next(iter(met.items()))
            told = (
                f"{right.path}: no id matches one of {left.path} as it stands; {_shown(wanted)} would match "
                f"{_shown(have)} {how}: write {theirs!r} alike in both files, or name another id."
            )
            return Link((mine,), (theirs,), len(met) / len(others), len(met) / len(ours), grain, 0.0, told)
    wanted, have = next(iter(others), ""), next(iter(ours), "")
    told = (
        f"{right.path}: no id matches one of {left.path}: {theirs!r} holds values such as {_shown(wanted)}, {mine!r} "
        f"such as {_shown(have)}; name the columns that belong together as id."
    )
    return Link((mine,), (theirs,), 0.0, 0.0, grain, 0.0, told)


def _only_key(left: File, right: File) -> str:
    """Return the column that tells the rows of `left` apart: named so, or unique and called alike in both; "" if none."""
    key = own_key(left)
    if len(key) == 1:
        return key[0]
    called = {words(n) for n, c in right.columns.items() if _keylike(c)}
    return next((n for n in _left_keys(left) if words(n) in called), "")


def _called_alike(mine: str, right: File) -> str | None:
    """Return the id-like column of `right` that is called as `mine`, or else the one best named as an id."""
    found = [
        (words(n) == words(mine), says("id", n), -i, n)
        for i, (n, c) in enumerate(right.columns.items())
        if _keylike(c) and (words(n) == words(mine) or says("id", n) >= columns.CLEAR)
    ]
    return max(found)[3] if found else None


def _shown(value: str) -> str:
    return value if value == value.strip() and len(value) <= 40 else repr(value[:40])
