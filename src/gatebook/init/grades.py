"""What grades look like: scales, words for right and wrong, and names under which yes is bad."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gatebook.vocabulary import phrases, words

if TYPE_CHECKING:
    from gatebook.init.look import Column

_GOOD = phrases(
    "1, yes, y, true, pass, passed, ok, good, correct, success, right, ja, oui, si, richtig, gut, wahr, "
    "vrai, bon, solved, resolved, acceptable, correcte, correcto, successful, succeeded, accepted, "
    "korrekt, bestanden, geloest, reussi, aprobado, c, perfect, grounded, supported, safe, faithful"
)
_BAD = phrases(
    "0, no, n, false, fail, failed, bad, incorrect, wrong, refusal, refused, falsch, nein, non, "
    "unsolved, unresolved, unacceptable, incorrecte, incorrecto, error, partial, partially, not, "
    "abstained, abstention, hallucination, hallucinated, unanswered, attempted, inkorrekt, nicht, "
    "durchgefallen, echec, faux, rejected, i, unsupported, unsafe, unfaithful, garbage, invalid, "
    "missing, none, fallo, suspenso, verweigert, verweigerung, rechazo, refus"
)
# Words that judge an answer, and hardly ever stand for a thing in the world: one of them makes a column one of verdicts.
_JUDGING = phrases(
    "correct, incorrect, richtig, falsch, korrekt, inkorrekt, correcte, incorrecte, correcto, "
    "incorrecto, refusal, hallucination, hallucinated, solved, unsolved, wrong, unfaithful, ungrounded"
)
_AGAINST = phrases(
    "hallucination, hallucinations, hallucinated, hallucinates, halluzination, halluziniert, hallucine, "
    "alucinacion, wrong, incorrect, mistake, unsafe, harmful, toxic, falsch, failed, error"
)
_TURNED = {"0": "1", "0.0": "1", "1": "0", "1.0": "0"}
_YES_OR_NO = phrases(
    "yes, no, y, n, true, false, t, f, ja, nein, oui, non, si, wahr, falsch, vrai, faux, 1, 0, 1 0, 0 0"
)
_HALF = {"p": "0.5"}
_LETTERS = {"c", "i", "p", "n"}
_MOST_VERDICTS = 8
_SCALES = ((0.0, 1.0), (1.0, 3.0), (1.0, 5.0), (0.0, 5.0), (1.0, 7.0), (1.0, 10.0), (0.0, 10.0), (0.0, 100.0))


def right(value: str) -> bool | None:
    """Return whether a word is one for right or for wrong, None where it is neither."""
    said = set(words(value))
    return False if said & _BAD else True if said & _GOOD else None


def verdicts(column: Column) -> bool:
    """Return whether the values of a column are words that judge an answer: Correct Answer, Refusal, Incorrect Answer."""
    if column.kind != "category" or not 2 <= column.distinct <= _MOST_VERDICTS:
        return False
    said = [right(v) for v in column.values]
    judging = any(set(words(v)) & _JUDGING for v in column.values)
    return None not in said and {True, False} <= set(said) and judging


def against(name: str) -> bool:
    """Return whether a name speaks of a fault, so that yes is bad: hallucination, wrong."""
    said = set(words(name))
    return bool(said & _AGAINST) and not said & {"no", "not", "non", "free", "ohne", "kein", "sans", "sin"}


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
        yes = " ".join(words(value)) in _YES_OR_NO
        same[value] = half or str(int(bool(right(value)) != (turned and yes)))
    return same
