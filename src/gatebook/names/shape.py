"""How one value reads: a person's full name, one name alone, the shape of a name, or something else."""

from __future__ import annotations

import re
from enum import Enum

from gatebook.names.words import (
    CJK_TITLES,
    LONE_SIGNS,
    NO_NAMES,
    PARTICLES,
    PLACE_STARTS,
    PLACEHOLDERS,
    STATES,
    STREETS,
    TITLES,
    fold,
    known,
    tokens,
)

LONGEST = 80  # characters of a value that can be a name, or two
_MANY = re.compile(r"\s*(?:[;|/\n&]|\s(?:and|und|et|y|e|i|ve|и|og|och|en)\s)\s*")
_ASIDE = re.compile(r"\s*[(\[<（].*?[)\]>）]\s*|\s+[-–—]\s+.*|\b\S*\d\S*\b|[#№]")
_ODD = re.compile(r"[!?*=+%$€£@\\{}^~:_]|\d")
_DOTTED = re.compile(r"[^\W\d_]{2,}\.[^\W\d_]")  # a.b.c of machines; J.R. of people
_HANDLE = re.compile(r"([^\W\d_]+)[._-]([^\W\d_]+)(?:[._-]?\d{1,4})?")
_CAMEL = re.compile(r"[A-Za-z][a-z]+[A-Z][a-z]+")
_SIGNS = re.compile(r"[\[\]{}()<>\"“”=;,|/\\:@&#\n]+|\s+[-–—]\s+")  # between a name and what a program puts round it
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ROLE = re.compile(r"(?:team|agent|nurse|teacher|driver|clerk|desk|queue|user)\s+(\S+)", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff々]+")
_KANA = re.compile(r"[\u3040-\u30ff]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_MIDDLE = re.compile(r"[\s\u3000·・‧]+")
_ENDINGS = re.compile(
    r"\w{2,}(?:ال\w+ي|(?:[sc]k[iay]|wicz|czyk|czak|enko|chuk|shvili|adze|idze|yan|poulos|opoulou|idis|akis|oglu|sson|dottir|ovic|evic|"
    r"[aeo]vich|ov|ova|ev|eva|escu|eanu|inen|[ae]inen|mann|hofer|meyer|meier|maier|huber|qvist|quist|strom|stra|ini|etti|elli|ucci|aldi|"
    r"kova|akova|cek|acek|zadeh|garh|pour|nejad|reddy|singh|swamy|murthy)|(?:ский|ская|ов|ова|ев|ева|ин|ина|енко|чук|ич))"
)


class Reading(Enum):
    """What a value may be."""

    FULL = "full"  # a full name that the lists know, or a title before a name
    SHAPE = "shape"  # words that are built like a full name, and that no list knows
    GIVEN = "given"  # a given name that is no other word
    FAMILY = "family"  # a family name, or a given name that is also another word
    LONE = "lone"  # one capitalised word that no list knows
    OTHER = "other"
    NOTHING = "nothing"  # nobody


def is_common(word: str) -> bool:
    """Return whether a folded word is one of everyday speech, or of places."""
    return word in NO_NAMES or word in known("speech") or word in known("places")


def is_given(word: str) -> bool:
    """Return whether a folded word is a given name and nothing else that is common."""
    return word in known("given") and not is_common(word) and (len(word) > 2 or not word.isascii())


def is_name(word: str) -> bool:
    """Return whether a folded word is a given or family name, by the lists or by its ending."""
    if word in NO_NAMES:
        return False
    bare = word.removeprefix("ال") if len(word) > 4 else word
    return any(w in known("given") or w in known("family") for w in (word, bare)) or _ending(word)


def _ending(word: str) -> bool:
    return not is_common(word) and _ENDINGS.fullmatch(word) is not None


def is_word(word: str) -> bool:
    """Return whether a folded word is of everyday speech and is no name; towns are names of families too."""
    return word in NO_NAMES or (word in known("speech") and not is_name(word))


def read(text: str) -> Reading:
    """Return how a value reads; case, order and punctuation as people write names."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        return Reading.OTHER
    found = _handle(text) or _whole(text)
    inside = found is Reading.OTHER and any(_surely(p.strip()) for p in _SIGNS.split(text))
    return Reading.FULL if inside else found


def _surely(part: str) -> bool:
    """Return whether a part of a value is a full name with a given name in it, or a given name after a role."""
    if (role := _ROLE.fullmatch(part)) is not None:
        return is_given(fold(role[1]))
    words = [fold(t) for t in tokens(_HUMPS.sub(" ", part).replace("_", " "))]
    return len(words) > 1 and any(map(is_given, words)) and (_handle(part) or _one(part)) is Reading.FULL


def _whole(text: str) -> Reading:
    whole = _ASIDE.sub(" ", text).strip()
    parts = [p for p in _MANY.split(whole) if p]
    if len(parts) > 1:
        return _several([_one(p) for p in parts])
    if whole.count(",") and all(" " in p.strip() for p in whole.split(",")):
        return _several([_one(p) for p in whole.split(",")])
    return _one(whole)


def _several(found: list[Reading]) -> Reading:
    return Reading.FULL if all(r is Reading.FULL for r in found) else Reading.OTHER


def _handle(text: str) -> Reading | None:
    """Return the reading of `anna.schmidt`, `a.schmidt`, `AnnaSchmidt`; None for what is not built so."""
    if (match := _HANDLE.fullmatch(text)) is not None:
        first, last = fold(match[1]), fold(match[2])
        if len(first) == 1 or len(last) == 1:
            name = last if len(first) == 1 else first
            if len(name) < 3 or is_common(name):
                return Reading.OTHER
            return Reading.FULL if is_name(name) else Reading.SHAPE
        if is_word(first) or is_word(last) or not (is_name(first) or is_name(last)):
            return Reading.OTHER
        return Reading.FULL if is_given(first) or is_given(last) else Reading.SHAPE
    if _CAMEL.fullmatch(text):
        first, last = _HUMPS.split(text)
        sure = is_given(first.lower()) and not is_word(last.lower())
        return Reading.FULL if sure and not is_name(text.lower()) else None
    return None


def _one(text: str) -> Reading:
    text = text.strip(" ,.'\"")
    if not text or _ODD.search(text) or _DOTTED.search(text):
        return Reading.OTHER
    if (last := text.rpartition(", ")[2]).isupper() and fold(last) in STATES:
        return Reading.OTHER
    if fold(text) in PLACEHOLDERS:
        return Reading.NOTHING
    bare = _MIDDLE.sub("", text)
    if _HAN.match(bare) or _KANA.match(bare) or _HANGUL.match(bare):
        return _east(text)
    return _west(text)


def _west(text: str) -> Reading:
    """Read words of an alphabet, or of a script whose words stand apart."""
    written = [t for part in text.replace("-", " ").replace("،", ",").split() for t in tokens(part)]
    words = [fold(t) for t in written]
    titled = bool(words) and len(words) > 1 and words[0] in TITLES
    kept = [
        (t, w)
        for t, w in zip(written, words, strict=True)
        if w not in TITLES and (w not in PARTICLES or len(words) == 1 or (len(w) == 1 and t.isupper()))
    ]
    initials = sum(len(w) == 1 for _, w in kept)
    names = [(t, w) for t, w in kept if len(w) > 1]
    if not 1 <= len(names) <= 5 or not _cased(text, names) or any(is_word(w) for _, w in names):
        return Reading.OTHER
    found = [w for _, w in names]
    if words[-1] in STREETS or (len(found) > 1 and found[0] in PLACE_STARTS and not is_given(found[0])):
        return Reading.OTHER
    if len(found) == 1:
        if titled or (initials and initials < 4):
            return _with_initials(found[0], text, titled=titled)
        return _alone(found[0], text)
    return _together(found, text, titled=titled)


def _cased(text: str, names: list[tuple[str, str]]) -> bool:
    """Return whether words begin as names do; in small letters all of them must be names that the lists know."""
    if all(t[0].isupper() or not t[0].islower() for t, _ in names):
        return True
    return text == text.lower() and all(is_name(w) for _, w in names)


def _with_initials(name: str, text: str, *, titled: bool) -> Reading:
    sure = titled or "." in text or "," in text or (is_name(name) and not is_common(name))
    return Reading.FULL if sure else Reading.OTHER


def _alone(name: str, text: str) -> Reading:
    if is_given(name):
        return Reading.GIVEN
    if is_name(name):
        return Reading.FAMILY
    return Reading.LONE if not text[0].islower() and not is_common(name) else Reading.OTHER


def _together(names: list[str], text: str, *, titled: bool) -> Reading:
    """Read two to five words none of which is a plain word."""
    given = [is_given(n) for n in names]
    # a family name that no list of other words holds makes a name of an unknown word beside it
    family = any(is_name(n) and not is_common(n) for n in (names[0], names[-1])) and not any(map(is_common, names))
    if titled or given[0] or given[-1] or ("," in text and any(given)) or family or all(map(is_name, names)):
        return Reading.FULL
    return Reading.SHAPE


def _east(text: str) -> Reading:
    """Read Chinese, Japanese and Korean names: the family name stands first, often without a blank."""
    for title in CJK_TITLES:
        if len(text) > len(title) + 1 and text.endswith(title):
            return Reading.FULL if _east(text.removesuffix(title)) is not Reading.OTHER else Reading.OTHER
    parts = [fold(p) for p in _MIDDLE.split(text) if p]
    whole = "".join(parts)
    if is_common(whole) or len(whole) > 12:
        return Reading.OTHER
    if len(parts) in {2, 3}:
        told = any(p in known("family") or p in known("given") for p in parts)
        return Reading.FULL if told else Reading.SHAPE if len(whole) <= 8 else Reading.OTHER
    found = [r for cut in (2, 1, 3) if (r := _cut(whole[:cut], whole[cut:])) is not None]
    if found:
        return Reading.FULL if Reading.FULL in found else Reading.SHAPE
    signs = len(whole) == 2 and all(c in known("given") for c in whole)
    if len(whole) > 1 and (whole in known("given") or signs):
        return Reading.GIVEN
    if whole in LONE_SIGNS:
        return Reading.OTHER
    if whole in known("family"):
        return Reading.FAMILY
    if whole in known("given"):
        return Reading.GIVEN
    return Reading.LONE if len(whole) <= 4 else Reading.OTHER


def _cut(family: str, rest: str) -> Reading | None:
    """Return how a name without a blank reads if the family's part ends here; None where it cannot."""
    if not 1 <= len(rest) <= (5 if _KANA.fullmatch(rest) else 3 if len(family) > 1 else 2) or is_common(rest):
        return None
    told = rest in known("given") if len(rest) > 1 else False
    signs = any(c in known("given") for c in rest)
    if family in known("family"):
        return Reading.FULL if told or signs else Reading.SHAPE
    if len(family) == 1 or is_common(family) or _KANA.fullmatch(family):
        return None
    return Reading.FULL if told else Reading.SHAPE if _KANA.fullmatch(rest) else None
