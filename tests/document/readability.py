"""Words that a reader sees, and the grade at which they read (Flesch-Kincaid, with a small syllable counter)."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BREAKS = {"p", "li", "h1", "h2", "h3", "dt", "dd", "small", "div", "text", "section", "header", "footer", "tr"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def visible(markup: str) -> str:
    """Return the text of markup, a block a line; descriptions of drawings are not counted."""
    reader = _Reader()
    reader.feed(markup)
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def words(text: str) -> list[str]:
    """Return all that stands between spaces and holds a letter or a digit."""
    return [w for w in text.replace("\N{NO-BREAK SPACE}", " ").split() if re.search(r"\w", w)]


def syllables(word: str) -> int:
    """Return the syllables of an English word, by groups of vowels; a number counts as one."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    if not letters:
        return 1
    groups = len(re.findall(r"[aeiouy]+", letters))
    if letters.endswith("e") and not letters.endswith(("le", "ee")) and groups > 1:
        groups -= 1
    if re.search(r"[^aeiouytd]ed$", letters) and groups > 1:
        groups -= 1
    return max(groups, 1)


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade: .39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid 1975).

    A line ends a sentence; lines of a single word are labels, and are left out.
    """
    sentences = [s for line in text.split("\n") for s in re.split(r"(?<=[.!?:])\s+", line) if len(words(s)) > 1]
    all_words = [w for s in sentences for w in words(s)]
    if not all_words:
        return 0.0
    return 0.39 * len(all_words) / len(sentences) + 11.8 * sum(map(syllables, all_words)) / len(all_words) - 15.59
