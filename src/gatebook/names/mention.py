"""Whether a phrase of free text names a person: by its words, and by those that stand beside it where it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from gatebook.names.shape import Reading, is_common, is_given, is_name, read
from gatebook.names.words import BEARERS, BRANDS, CJK_TITLES, PARTICLES, PLACE_STARTS, TITLES, fold, known, tokens

PLACES = 200  # of a phrase in the texts that are looked at
OFTEN = 0.3  # of them read as a full name, from which the phrase is one
LARGE = 0.5  # of the places where letters tell names from words, from which a word is meant as a name
LONGEST = 4  # words of a name beside each other
SENTENCE = 4  # words from which a value is a sentence, not a name of something
SMALL = 0.4  # share of its words that begin small; goods and companies are written large
MOST = 5_000  # characters of one that are read
NEAR = 80  # characters beside a phrase that are looked at
_WORD = re.compile(r"\w+")
_END = re.compile(r"[.!?:\n]\W*$")  # of a sentence
_POLITE = re.compile(rf"([\u3400-\u9fff\uac00-\ud7a3]{{1,4}})(?:{'|'.join(CJK_TITLES)})")
_UNCASED = "\u0900"  # from here on words hold marks that no pattern of words matches, and no large letters


def names_person(phrase: str, texts: Iterable[str]) -> bool:
    """Return whether a phrase names a person.

    Args:
        phrase: one or two words, in small letters.
        texts: those that hold it, as they are written.
    """
    if any(m[1][-n:] in known("family") for m in _POLITE.finditer(phrase) for n in (1, 2, 3)):
        return True
    words = phrase.split()
    places = list(islice((p for t in texts for p in _places(words, t)), PLACES))
    meant = any(_meant(i, places) for i in range(len(words)))
    return bool(places) and (meant or sum(map(_is_name, places)) >= OFTEN * len(places))


@lru_cache(maxsize=65_536)
def mentions_person(text: str) -> bool:
    """Return whether a text of several words, as it is written, names a person among others."""
    words = list(_WORD.finditer(text[:MOST]))
    small = sum(w[0][0].isalpha() and not w[0][0].isupper() for w in words)
    if len(words) < SENTENCE or small < SMALL * len(words):
        return False
    mixed = _mixed(words)
    places = [_Place(text, words, i, i + 1, mixed) for i in range(len(words))]
    return any((mixed and _meant(0, [p])) or _is_name(p) for p in places)


@dataclass(frozen=True)
class _Place:
    """A phrase in a text: its words, the first of the phrase and the first after it; `mixed` where not all begin large,
    or small.
    """

    text: str
    words: list[re.Match[str]]
    at: int
    end: int
    mixed: bool

    def word(self, i: int) -> str:
        """Return a word in small letters without accents."""
        return fold(self.words[i][0])

    def large(self, i: int) -> bool:
        """Return whether a word begins large and is no abbreviation in capitals."""
        word = self.words[i][0]
        return word[0].isupper() and (len(word) == 1 or not word.isupper())

    def tells(self, i: int) -> bool:
        """Return whether a word stands inside a sentence whose letters tell names from words."""
        between = self.text[self.words[i - 1].end() : self.words[i].start()] if i else "."
        return self.mixed and not _END.search(between)

    @property
    def chunk(self) -> str:
        """Return the phrase with all that stands beside it without a blank."""
        first, last = self.words[self.at].start(), self.words[self.end - 1].end()
        before, after = self.text[max(0, first - NEAR) : first], self.text[last : last + NEAR]
        whole = re.split(r"\s", before)[-1] + self.text[first:last] + re.split(r"\s", after)[0]
        return whole.strip(".,;:!?()\"'")


def _mixed(words: list[re.Match[str]]) -> bool:
    return len({w[0][0].isupper() for w in words if w[0][0].isalpha()}) > 1


def _places(phrase: list[str], text: str) -> Iterable[_Place]:
    words = list(_WORD.finditer(text))
    small = [w[0].lower() for w in words]
    mixed = _mixed(words)
    for at in range(len(small) - len(phrase) + 1):
        if small[at : at + len(phrase)] == phrase:
            yield _Place(text, words, at, at + len(phrase), mixed)


def _meant(i: int, places: list[_Place]) -> bool:
    """Return whether a word is a name, written large inside sentences; of given names, also where nothing tells."""
    word = places[0].word(places[0].at + i) if places else ""
    given = is_given(word)
    other = word in BRANDS or word in BEARERS or (not given and (len(word) < 3 or is_common(word) or not is_name(word)))
    if other or any(p.at + i and p.word(p.at + i - 1) in PLACE_STARTS for p in places):
        return False
    told = [p.large(p.at + i) for p in places if p.tells(p.at + i)]
    return sum(told) >= LARGE * len(told) if told else given


def _is_name(place: _Place) -> bool:
    """Return whether a phrase is or lies in a full name, a title and a name, or a user name."""
    chunk = place.chunk
    if chunk and chunk[0] >= _UNCASED:
        return any(is_given(fold(t)) for t in tokens(chunk))
    if not any(c.isspace() for c in chunk) and re.search(r"\w[._]\w", chunk) and read(chunk) is Reading.FULL:
        return True
    first, last = place.at, place.end
    if not place.large(first) and place.word(first) not in TITLES:
        return False
    while last < len(place.words) and last - first < LONGEST and _beside(place, last):
        last += 1
    while first and last - first < LONGEST and _beside(place, first - 1):
        first -= 1
    return any(_full(place, a, b) for a in range(first, place.at + 1) for b in range(place.end, last + 1) if b - a > 1)


def _beside(place: _Place, i: int) -> bool:
    return place.large(i) or place.word(i) in TITLES or place.word(i) in PARTICLES


def _full(place: _Place, first: int, last: int) -> bool:
    run = [place.word(i) for i in range(first, last)]
    written = place.text[place.words[first].start() : place.words[last - 1].end()]
    return (run[0] in TITLES or any(map(is_given, run))) and read(written) is Reading.FULL
