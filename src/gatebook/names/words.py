"""Words that are given names, family names, or something else, in the languages and scripts of the lists beside this
file.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib import resources

# Letters that no decomposition makes plain.
_PLAIN = str.maketrans("łøıđðəʻ‘’`", "loidde''''", "\N{ZERO WIDTH NON-JOINER}\N{ARABIC TATWEEL}") | str.maketrans(
    {"ß": "ss", "þ": "th", "æ": "ae", "œ": "oe"}
)
_INDIC = "\u0900"  # from here on a mark is a vowel, before it an accent
_TOKEN = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0dff\u0e00-\u0eff]|['](?=[^\W\d_]))*")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return a text in lower case without accents, as the lists hold it."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in apart if c >= _INDIC or not unicodedata.combining(c))
    return unicodedata.normalize("NFC", plain).lower().translate(_PLAIN)


def tokens(text: str) -> list[str]:
    """Return the words of a text: runs of letters with the vowels and apostrophes in them."""
    return _TOKEN.findall(text)


@cache
def known(kind: str) -> frozenset[str]:
    """Return a list: "given" and "family" names, "places", and words of "speech" (jobs, companies, everyday words)."""
    text = (resources.files(__package__) / f"{kind}.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


_MARKS = tomllib.loads((resources.files(__package__) / "marks.toml").read_text(encoding="utf-8"))


def _marks(kind: str) -> tuple[str, ...]:
    """Return the folded words of one entry of `marks.toml`, in its order."""
    return tuple(w for word in _MARKS[kind].split() for w in tokens(fold(word)))


CJK_TITLES = _marks("cjk_titles")
PARTICLES = frozenset(_marks("particles"))
NO_NAMES = frozenset(_marks("no_names")) - PARTICLES
TITLES, PLACE_STARTS, STATES, LONE_SIGNS, STREETS, BRANDS, PLACEHOLDERS, NAME_COLUMNS, WEAK_NAME_COLUMNS, BEARERS = (
    frozenset(_marks(kind))
    for kind in (
        "titles",
        "place_starts",
        "states",
        "lone_signs",
        "streets",
        "brands",
        "placeholders",
        "name_columns",
        "weak_name_columns",
        "bearers",
    )
)
