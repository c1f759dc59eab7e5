"""Whether a column holds people's names: the readings of its values together, with its name as a prior."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gatebook.names.shape import Reading, is_common, is_name, is_word, read
from gatebook.names.words import BEARERS, NAME_COLUMNS, WEAK_NAME_COLUMNS, fold, known, tokens

MOST = 300  # distinct values that are read


@dataclass(frozen=True)
class Needed:
    """Shares of the values from which a column holds names; each way that has all its shares is enough.

    Attributes:
        full: full names that the lists know.
        shaped: full names, and words built like them, where `some` of them are known.
        some: full names known among those.
        given, names, lone: given names; full, given or family names; and these with unknown words that stand alone.
        fewest: values that names which stand alone need.
    """

    full: float
    shaped: float
    some: float
    given: float
    names: float
    lone: float
    fewest: int


MIXED = 0.85  # names among values some of which are full names: brands are named so too
_BY_PRIOR = {
    "": Needed(full=0.45, shaped=0.85, some=0.2, given=0.4, names=0.6, lone=0.9, fewest=4),
    "weak": Needed(full=0.4, shaped=0.8, some=0.2, given=0.3, names=0.5, lone=0.85, fewest=3),
    "bearer": Needed(full=0.25, shaped=0.7, some=0, given=0, names=0.2, lone=0.8, fewest=1),
    "name": Needed(full=0.2, shaped=0.4, some=0, given=0, names=0, lone=0.4, fewest=1),
}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PART_OF_NAME = frozenset(["first", "last", "given", "family", "full", "middle", "sur", "birth", "maiden", "user"])
_HOW = frozenset(
    ["id", "ids", "nr", "no", "num", "number", "code", "key", "login", "account", "handle", "full", "username"]
)
_LONG = 5  # letters from which a bearer's word is known inside a compound


def prior(column: str) -> str:
    """Return what a column's name says: "name", "bearer" (of names), "weak", or "" (nothing, or that it holds other
    things).
    """
    words = [fold(w) for w in tokens(_CAMEL.sub(" ", column).replace("_", " "))]
    words = [w.replace("ae", "a").replace("oe", "o").replace("ue", "u") if w not in BEARERS else w for w in words]
    if not words:
        return ""
    named = words[-1] in WEAK_NAME_COLUMNS
    if words[-1] in NAME_COLUMNS or (named and len(words) > 1 and words[-2] in _PART_OF_NAME):
        return "name"
    who = words[:-1] if words[-1] in _HOW or named else words
    if who and _bears(who[-1]):
        return "bearer"
    if any(
        words[-1].endswith(end) and _bears(words[-1].removesuffix(end).removesuffix("n").removesuffix("s"))
        for end in ("name", "naam")
    ):
        return "bearer"
    return "weak" if named or words[-1].endswith(("name", "names")) else ""


def _bears(word: str) -> bool:
    return (
        word in BEARERS
        or word.removesuffix("s") in BEARERS
        or any(len(b) >= _LONG and word.endswith(b) for b in BEARERS)
    )


def holds_people(column: str, values: Iterable[str]) -> bool:
    """Return whether a column holds people's names.

    Args:
        column: its name, which makes names more or less likely and decides nothing.
        values: distinct values, some hundred are enough, those that stand for nothing left out.
    """
    found = Counter(map(read, values))
    del found[Reading.NOTHING]
    total = sum(found.values())
    if not total:
        return False
    need = _BY_PRIOR[prior(column)]
    share = {r: found[r] / total for r in Reading}
    full, given = share[Reading.FULL], share[Reading.GIVEN]
    names = full + given + share[Reading.FAMILY]
    if full >= need.full or (full >= need.some and full + share[Reading.SHAPE] >= need.shaped):
        return True
    if total < need.fewest:
        return False
    alone = names + share[Reading.LONE] + share[Reading.SHAPE]
    mixed = full + given >= need.given and names >= max(need.names, MIXED)
    return ((given >= need.given and names >= need.names) or mixed) and alone >= need.lone


def user_names(names: Iterable[str]) -> frozenset[str]:
    """Return what user names people of these names may have: `aschmidt`, `schmidta`, `annas`, `anna`, `schmidt`."""
    made: set[str] = set()
    for name in names:
        words = [w for t in tokens(name) if len(w := fold(t)) > 2]
        if len(words) > 1:
            made |= {
                make
                for a, b in ((words[0], words[-1]), (words[-1], words[0]))
                for make in (a[0] + b, a + b[0], a + b, a)
            }
    return frozenset(made)


def holds_user_names(values: Iterable[str], made: frozenset[str]) -> bool:
    """Return whether most values are such user names, or an initial and a family name; digits at their end count for
    nothing.
    """
    plain = {v.rpartition("\\")[2].removeprefix("@").rstrip("0123456789") for v in values}
    return len(plain) > 2 and sum(fold(v) in made or _login(v) for v in plain) >= 0.6 * len(plain)


def _login(word: str) -> bool:
    """Return whether a word is an initial and a family name: `aschmidt`, `schmidta`."""
    parts = (word[1:], word[:-1])
    return (
        word.isascii()
        and word.isalpha()
        and word.islower()
        and not (word in known("given") or word in known("family") or is_common(word))
        and any(len(p) >= _LONG and is_name(p) and not is_word(p) for p in parts)
    )
