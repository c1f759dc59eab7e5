"""What names of columns and files say, in the languages that teams write in. Names only: values decide.

The lexicon is `vocabulary.toml`: `[columns.PART]`, `[files.ROLE]`, and plain `[lists]`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_TRANSLITERATE = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "œ": "oe", "æ": "ae", "ø": "o"})
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_GLUED_ID = re.compile(
    r"^(customer|client|user|account|session|ticket|case|order|item|request|record|row|doc|document|task|sample|"
    r"query|message|call|conversation|transaction|kunden|vorgangs|fall|auftrags|inspection)(id|ids|nr|no|key)$"
)
_COMPOUND = re.compile(r"^([a-z]{4,}?)(nummer|kennung)$")


@dataclass(frozen=True)
class Vocabulary:
    """Phrases (lower case, no accents, words by single spaces) that speak for a part, and words that veto it."""

    strong: frozenset[str]
    weak: frozenset[str] = frozenset()
    veto: frozenset[str] = frozenset()


def phrases(text: str) -> frozenset[str]:
    """Return the phrases of a text, which are set off by commas."""
    return frozenset(p.strip() for p in text.split(",") if p.strip())


@cache
def _lexicon() -> dict[str, Any]:
    return tomllib.loads((files("gatebook") / "vocabulary.toml").read_text(encoding="utf-8"))


@cache
def listed_words(name: str) -> frozenset[str]:
    """Return one of the plain lists of the lexicon."""
    return phrases(_lexicon()["lists"][name])


@cache
def _vocabulary(kind: str, name: str) -> Vocabulary:
    return Vocabulary(**{key: phrases(text) for key, text in _lexicon()[kind][name].items()})


@lru_cache(maxsize=65_536)
def words(name: str) -> tuple[str, ...]:
    """Return the lower-case words of a name: `CustomerID`, `customer_id` and `customer id` say the same."""
    split = _CAMEL.sub(" ", unicodedata.normalize("NFC", name))
    lower = split.lower().translate(_TRANSLITERATE)
    plain = "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))
    found: list[str] = []
    for word in re.findall(r"[^\W_]+", plain):
        glued = _GLUED_ID.match(word) or _COMPOUND.match(word)
        found.extend(glued.groups() if glued else (word,))
    return tuple(found)


def _fit(vocabulary: Vocabulary, name: str) -> float:
    """Return how clearly a name speaks: 1 (says it and nothing else) down to 0 (does not, or a veto)."""
    parts = words(name)
    if not parts or vocabulary.veto & set(parts):
        return 0.0
    joined = " ".join(parts)
    best = 0.0
    for known, ceiling in ((vocabulary.strong, 1.0), (vocabulary.weak, 0.5)):
        for phrase in known:
            if joined == phrase:
                found = 1.0
            elif joined.endswith(f" {phrase}"):
                found = 0.8
            elif f" {phrase} " in f" {joined} " or (len(phrase) >= 6 and any(w.endswith(phrase) for w in parts)):
                found = 0.6  # within a name, or the end of a compound: Kundennummer, Modellvorhersage
            else:
                continue
            best = max(best, found * ceiling)
    return best


@lru_cache(maxsize=65_536)
def says(part: str, name: str) -> float:
    """Return how clearly the name of a column speaks for a part, 0..1."""
    return _fit(_vocabulary("columns", part), name)


@lru_cache(maxsize=4_096)
def file_says(role: str, path: str) -> float:
    """Return how clearly the name of a file (without its folders and suffixes) speaks for a role, 0..1."""
    return _fit(_vocabulary("files", role), path.rsplit("/", 1)[-1].split(".", 1)[0])


def same_quantity(truth: str, output: str) -> bool:
    """Return whether one column is named after the other: `price` and `predicted_price`, `intent` and `intent_pred`."""
    mine, theirs = (frozenset(words(n)) - listed_words("role_words") for n in (truth, output))
    return bool(mine) and mine == theirs
