"""How rows of two tables belong together: by values that really occur in both, names only break ties."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from gatebook.init import columns
from gatebook.init.look import Column, File
from gatebook.vocabulary import says, words

_FEWEST = 5  # fewer shared keys may be chance
_NEARLY = 0.95  # real tables hold a few duplicate rows; a key may too


@dataclass(frozen=True)
class Link:
    """A join of `right` onto `left`.

    Attributes:
        left, right: the key columns of both, in the same order.
        covered: share of right's keys that left has, 0..1.
        share: share of left's keys that right has, 0..1.
        grain: whether key (with version, trial or annotator) tells the rows of right apart.
        score: how far to trust it.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    covered: float
    share: float
    grain: bool
    score: float


def _keylike(column: Column) -> bool:
    return column.kind in {"integer", "category"} and column.distinct > 1 and column.length <= 80


def own_key(file: File) -> tuple[str, ...]:
    """Return the columns that tell the rows of a table apart, empty where nothing named like a key does."""
    single = [n for n, c in file.columns.items() if _keylike(c) and c.filled > 0.95 and c.repeats < 1.1]
    named = sorted(single, key=lambda n: -says("id", n))
    for name in named[:5]:
        if says("id", name) >= columns.NAMED and file.unique(name) >= _NEARLY:
            return (name,)
    extras = [c for c in (columns.version(file), columns.trial(file), columns.annotator(file)) if c]
    ids = [
        n
        for n, c in file.columns.items()
        if _keylike(c) and says("id", n) >= columns.NAMED and n not in extras
    ]
    for size in range(1, len(extras) + 1):
        for name, chosen in itertools.product(ids[:4], itertools.combinations(extras, size)):
            if file.unique(name, *chosen) >= _NEARLY:
                return (name,)
    if len(single) == 1 and file.unique(single[0]) >= _NEARLY and file.columns[single[0]].kind == "category":
        return (single[0],)
    return _composite(file)


def _composite(file: File) -> tuple[str, ...]:
    """Return the fewest small id-like columns that together are unique, e.g. (provider, model, request)."""
    pool = [
        n
        for n, c in file.columns.items()
        if c.kind in {"integer", "category"} and c.filled > 0.99 and c.length <= 40 and c.distinct > 1
        and not (c.kind == "integer" and not (says("id", n) or says("cluster", n) or says("trial", n) or _counter(n)))
    ][:8]  # fmt: skip
    for size in (2, 3):
        for names in itertools.combinations(pool, size):
            if any(says("id", n) or says("trial", n) or _counter(n) for n in names) and (
                file.unique(*names) >= _NEARLY
            ):
                return names
    return ()


def _counter(name: str) -> bool:
    return bool(
        {"request", "run", "turn", "step", "seq", "sequence", "line", "row", "anfrage"} & set(words(name))
    )


def link(left: File, right: File) -> Link | None:
    """Return the best join of `right` onto `left`, or None where no values are shared."""
    extras = [c for c in (columns.version(right), columns.trial(right), columns.annotator(right)) if c]
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
                or covered < 0.3
                or (counted and not same and not (says("id", mine) and says("id", theirs)))
            ):
                continue  # 1, 2, 3, ... occur in both by chance
            alone = right.unique(theirs) >= _NEARLY
            grain = alone or (bool(extras) and right.unique(theirs, *extras) >= _NEARLY)
            trust = covered + 0.3 * same + 0.2 * says("id", mine) + 0.3 * alone + 0.1 * grain
            found.append(
                Link((mine,), (theirs,), covered, len(wanted & have) / max(1, len(have)), grain, trust)
            )
    if not found and (shared := _shared_composite(left, right)):
        found.append(shared)
    return max(found, key=lambda k: k.score, default=None)


def _left_keys(left: File) -> list[str]:
    key = own_key(left)
    names = [key[0]] if len(key) == 1 else []
    names += [n for n, c in left.columns.items() if _keylike(c) and c.repeats < 1.05 and n not in names]
    return [n for n in names if len(names) == 1 or n in key or left.unique(n) >= _NEARLY][:6]


def _shared_composite(left: File, right: File) -> Link | None:
    key = own_key(left)
    if len(key) < 2 or not set(key) <= set(right.columns):
        return None
    mine, theirs = (set(f.whole(*key).dropna().itertuples(index=False, name=None)) for f in (left, right))
    covered = len(mine & theirs) / max(1, len(theirs))
    if covered < 0.3:
        return None
    return Link(
        key, key, covered, len(mine & theirs) / max(1, len(mine)), right.unique(*key) >= _NEARLY, covered
    )
