"""What grades look like: scales, words for right and wrong, and names under which yes is bad."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gatebook.vocabulary import listed_words, words

if TYPE_CHECKING:
    from gatebook.init.look import Column

_TURNED = {"0": "1", "0.0": "1", "1": "0", "1.0": "0"}
_HALF = {"p": "0.5"}
_LETTERS = {"c", "i", "p", "n"}
_MOST_VERDICTS = 8
_SCALES = ((0.0, 1.0), (1.0, 3.0), (1.0, 5.0), (0.0, 5.0), (1.0, 7.0), (1.0, 10.0), (0.0, 10.0), (0.0, 100.0))


def right(value: str) -> bool | None:
    """Return whether a word is one for right or for wrong, None where it is neither."""
    said = set(words(value))
    return False if said & listed_words("wrong") else True if said & listed_words("right") else None


def verdicts(column: Column) -> bool:
    """Return whether the values of a column are words that judge an answer: Correct Answer, Refusal, Incorrect Answer."""
    if column.kind != "category" or not 2 <= column.distinct <= _MOST_VERDICTS:
        return False
    said = [right(v) for v in column.values]
    judging = any(set(words(v)) & listed_words("judging") for v in column.values)
    return None not in said and {True, False} <= set(said) and judging


def against(name: str) -> bool:
    """Return whether a name speaks of a fault, so that yes is bad: hallucination, wrong."""
    said = set(words(name))
    return bool(said & listed_words("fault")) and not said & {"no", "not", "non", "free", "ohne", "kein", "sans", "sin"}


def scale_of(column: Column) -> tuple[float, float, bool]:
    """Return (lowest, highest possible grade, whether the observed grades fill the scale)."""
    if not column.numeric:
        return 0.0, 1.0, False
    for low, high in _SCALES:
        if low <= column.low and column.high <= high:
            return low, high, (column.low, column.high) == (low, high)
    return (column.low, column.high if column.high > column.low else column.low + max(1.0, abs(column.low)), False)


def same_of(column: Column) -> dict[str, str] | None:
    """Return spelling -> "1" or "0" where the grades are words like pass and fail, or speak of a fault, else None.

    Where the name speaks of a fault, yes is bad; a word that judges by itself (faithful) says what it says.
    """
    turned = against(column.name)
    if column.numeric:
        plain = {v: v.strip() for v in sorted(column.values)}
        binary = {v: _TURNED[p] for v, p in plain.items() if p in _TURNED}
        other = any(re.match(r"[+-]?[\d.,]", p) for p in plain.values() if p not in _TURNED)
        return binary if turned and binary and not other else None
    letters = {v.strip().casefold() for v in column.values} <= _LETTERS
    same = {}
    for value in sorted(column.values):
        half = _HALF.get(value.strip().casefold()) if letters else None
        yes = " ".join(words(value)) in listed_words("yes_or_no")
        same[value] = half or str(int(bool(right(value)) != (turned and yes)))
    return same
