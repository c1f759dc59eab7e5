"""Text that a program damaged, and free text at its edges: very short, very long, another script or language.

The language of a text is told by its commonest words, the oldest method that needs no model (Grefenstette 1995, JADT);
it is exact on sentences and blind on a few words, so a text has to show several of them before it is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
from ftfy.badness import is_bad

from gatebook.checks.column import Bools, CheckedTable, Column, weighted_quantile
from gatebook.checks.finding import Finding, Found
from gatebook.checks.forms import LISTS, true_where
from gatebook.checks.registry import CheckName, each_column
from gatebook.words import Code, said

MAIN = 0.8  # share of the rows of known language that speak one, for the others to be the exception
LEAST_TOLD = 20  # rows of known language, and a third of the column, before it has a language
# A cut shows where so many distinct texts, and this share of all, have one length (of so many characters at least),
# this many times the usual number around it, and where this share of the other texts ends like a sentence.
CUT_TEXTS, CUT_SHARE, CUT_SHORT, CUT_TIMES, CUT_ENDED = 5, 0.005, 20, 8, 0.3
LETTERS = 400  # characters of a text that are read for its language
LEAST_WORDS = 6  # shorter texts are told no language
LEAST_HITS = 3  # different common words of a language in a text
AHEAD = 2  # times as many as of any other language
DENSITY = 0.15  # of the words of a text; prose has 0.3 to 0.5
_ENDS = (".", "!", "?", "…", '"', ")", "。", "”")
_SIGNS = re.compile(r"<[^<>]*>|&nbsp;|[\s\u00a0\u200b-\u200f\u2060\ufeff\u00ad]+")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_ESCAPES = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,5}|#x[0-9a-fA-F]{2,4});|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}"
    r"|%[C-F][0-9A-F]%[89AB][0-9A-F]|\\'|\\\""
)
_DOUBLED = re.compile(r"(?<!')''(?!')")
_LOST = re.compile(r"[^\W\d_]\?[^\W\d_]|[^\W\d_]\?{2,}[^\W\d_]")
_MON = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_MANGLED_DATE = re.compile(rf"^ *(?:{_MON}-\d{{2}}|\d{{1,2}}-{_MON}) *$", re.IGNORECASE | re.MULTILINE)
_SCIENTIFIC = re.compile(r"^ *\d(?:[.,]\d+)?E\+\d{1,3} *$", re.IGNORECASE | re.MULTILINE)
_OVERFLOW = re.compile(r"^ *#{3,} *$", re.MULTILINE)
_DIGITS = re.compile(r"^ *+-*+\d[\d-]*+ *+$", re.MULTILINE)
_LINK = re.compile("http")
_CONTROL = re.compile("[\x80-\x9f]")
_SPEAKING: dict[str, list[str]] = {}  # word -> languages
for _name, _words in LISTS["languages"].items():
    for _word in dict.fromkeys(_words.split()):
        _SPEAKING.setdefault(_word, []).append(_name)


@each_column(CheckName.ENCODING, but=("number", "date"))
def damaged_encoding(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """UTF-8 read as another encoding (`Ã©` for `é`), replacement characters, `?` inside words."""
    wrong = column.none if column.text.isascii() else column.passing(_damaged)
    lost = column.matching(_LOST)
    if lost.any():
        lost &= ~column.matching(_LINK)
        if not column.is_prose and column.share(lost) < 0.05:  # a rare mark
            wrong |= lost
    return column.found(Found.DAMAGED_ENCODING, wrong)


def _damaged(value: str) -> bool:
    return not value.isascii() and ("�" in value or is_bad(value) or _CONTROL.search(value) is not None)


@each_column(CheckName.ESCAPES, but=("number", "date"))
def escape_marks(column: Column, _: CheckedTable) -> Iterable[Finding]:
    r"""`&amp;`, `\u00e9`, `O''Brien`: marks of a transport format that nobody took off."""
    wrong = column.matching(_ESCAPES) | column.matching(_DOUBLED)
    return column.found(Found.ESCAPES_IN_PROSE if column.is_prose else Found.ESCAPES, wrong)


@each_column(CheckName.MANGLING)
def mangling(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """`Mar-22` among page numbers, `9.79E+12` among long codes, `####`: a spreadsheet guessed a type."""
    dates, science = column.matching(_MANGLED_DATE), column.matching(_SCIENTIFIC)
    wrong = column.matching(_OVERFLOW)
    if column.share(dates) <= 0.3:  # a column of months has more
        wrong |= dates
    if science.any() and column.share(science) <= 0.3:
        digits = column.matching(_DIGITS)
        if column.share(digits) >= 0.3 and np.median(column.lengths[digits]) >= 7:  # measurements are short, no codes
            wrong |= science
    if column.is_date and column.share(wrong) > 0.1:  # one of the column's own formats
        return []
    return column.found(Found.MANGLED, wrong)


class TextEdge(Code):
    """In what a text is unusual."""

    EMPTY = "empty"
    WORDLESS = "wordless"
    CUT = "cut"
    SHORT = "short"
    LONG = "long"
    SCRIPT = "script"
    LANGUAGE = "language"


@each_column(CheckName.TEXT_EDGES, least=20)
def text_edges(column: Column, table: CheckedTable) -> Iterator[Finding]:
    """Notes for the edge-case register: each needs a decision (handle, reject, ignore)."""
    if not (column.is_prose or column.name in table.roles.text):
        return
    cut, length = _cut_off(column)
    edges = _edges(column)
    foreign, languages = _foreign(column)
    for edge in TextEdge:
        mask = {TextEdge.CUT: cut, TextEdge.LANGUAGE: foreign}.get(edge, edges.get(edge, foreign))
        if column.count(mask) < 0.2 * column.n_real:
            code = Found.TEXT_LANGUAGE if edge is TextEdge.LANGUAGE else Found.TEXT_EDGE
            values = languages if edge is TextEdge.LANGUAGE else {}
            yield from column.found(code, mask, what=said(edge, length=length), **values)


def _edges(column: Column) -> dict[TextEdge, Bools]:
    real, lengths, counts = column.real, column.lengths, column.counts
    middle, high = (weighted_quantile(lengths[real], counts[real], share) for share in (0.5, 0.99))
    scripts = [script(str(v)) if r else "" for v, r in zip(column.values, real, strict=True)]
    main = Counter(s for s in scripts if s).most_common(1)
    empty = column.passing(lambda v: not _SIGNS.sub("", v))
    wordless = real & ~empty & true_where((not s for s in scripts), len(scripts))
    return {
        TextEdge.EMPTY: empty,
        TextEdge.WORDLESS: wordless,
        TextEdge.SHORT: real & (lengths < 3) & ~wordless & ~empty,  # stated
        TextEdge.LONG: real & (lengths > 3 * max(high, 4 * middle)),
        TextEdge.SCRIPT: real & true_where((s and s != main[0][0] for s in scripts), len(scripts)),
    }


def script(text: str) -> str:
    """The script of most letters, by Unicode name (LATIN, CYRILLIC, CJK, ...), "" without letters."""
    letters = _LETTER.findall(text[:200])
    if not letters:
        return ""
    if text.isascii():
        return "LATIN"
    return Counter(unicodedata.name(c, "? ").split(" ", 1)[0] for c in letters).most_common(1)[0][0]


def _cut_off(column: Column) -> tuple[Bools, int]:
    """(texts of one length that far more have than its neighbours, and that end in the middle; that length)."""
    none = column.none
    lengths = np.where(column.real, column.lengths, 0)
    exact = np.bincount(lengths)  # distinct texts of each length: one stock answer is no cut
    exact[:CUT_SHORT] = 0
    at = int(np.argmax(exact))
    if at < CUT_SHORT:
        return none, 0
    around = np.delete(exact[max(CUT_SHORT, at - at // 10) : at + at // 10 + 1], min(at - CUT_SHORT, at // 10))
    usual_times = CUT_TIMES * max(1.0, float(around.sum()) / max(1, len(around)))
    if exact[at] < max(CUT_TEXTS, CUT_SHARE * column.real.sum(), usual_times):
        return none, 0
    ended = column.passing(lambda v: v.rstrip()[-1:] in _ENDS)
    there, elsewhere = lengths == at, column.real & (lengths != at)
    usual = float(ended[elsewhere].mean()) if elsewhere.any() else 0.0
    if usual < CUT_ENDED or ended[there].mean() > 0.5 * usual:  # where no text ends a sentence, a cut does not show
        return none, 0
    return there & ~ended, at


def _foreign(column: Column) -> tuple[Bools, dict[str, object]]:
    """(texts in another language than nearly all others, which languages with their rows)."""
    spoken = np.array([language(str(v)) if r else "" for v, r in zip(column.values, column.real, strict=True)])
    told = spoken != ""
    rows = column.rows_by(spoken.tolist(), told)
    (main, most), *others = rows.most_common() or [("", 0)]
    if most < MAIN * rows.total() or rows.total() < max(LEAST_TOLD, column.n_real / 3):
        return column.none, {}
    also = ", ".join(f"{name} {n:,}" for name, n in others)
    return told & (spoken != main), {"main": main, "most": most, "others": also}


def language(text: str) -> str:
    """The language of a text, "" where it is too short, of another script, or two languages are near.

    Sixteen European languages in Latin letters are known.
    """
    words = _WORD.findall(text[:LETTERS].casefold())
    hits = Counter(name for word in dict.fromkeys(words) for name in _SPEAKING.get(word, ()))
    if len(words) < LEAST_WORDS or not hits:
        return ""
    (best, most), (_, second) = [*hits.most_common(2), ("", 0)][:2]
    told = sum(best in _SPEAKING.get(word, ()) for word in words)
    return best if most >= max(LEAST_HITS, AHEAD * second) and told >= DENSITY * len(words) else ""
