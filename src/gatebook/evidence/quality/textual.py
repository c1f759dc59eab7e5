"""Free text at its edges: very short, very long, another script or language than the rest."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import numpy as np

from gatebook.evidence.quality.column import Bools, Column, Table, weighted_quantile
from gatebook.evidence.quality.finding import Finding, counted, finding
from gatebook.evidence.quality.language import language

MAIN = 0.8  # share of the rows of known language that speak one, for the others to be the exception
LEAST_TOLD = 20  # rows of known language, and a third of the column, before it has a language
# A cut shows where so many distinct texts, and this share of all, have one length (of so many characters at least),
# this many times the usual number around it, and where this share of the other texts ends like a sentence.
CUT_TEXTS, CUT_SHARE, CUT_SHORT, CUT_TIMES, CUT_ENDED = 5, 0.005, 20, 8, 0.3
_ENDS = (".", "!", "?", "…", '"', ")", "。", "”")
_SIGNS = re.compile(r"<[^<>]*>|&nbsp;|[\s\u00a0\u200b-\u200f\u2060\ufeff\u00ad]+")
_LETTER = re.compile(r"[^\W\d_]")


def script(text: str) -> str:
    """The script of most letters, by Unicode name (LATIN, CYRILLIC, CJK, ...), "" without letters."""
    letters = _LETTER.findall(text[:200])
    if not letters:
        return ""
    if text.isascii():
        return "LATIN"
    return Counter(unicodedata.name(c, "? ").split(" ", 1)[0] for c in letters).most_common(1)[0][0]


def _foreign(column: Column) -> tuple[Bools, str]:
    """(texts in another language than nearly all others, which languages with their rows)."""
    spoken = np.array([language(str(v)) if r else "" for v, r in zip(column.values, column.real, strict=True)])
    told = spoken != ""
    rows: Counter[str] = Counter()
    for name, n in zip(spoken[told], column.counts[told], strict=True):
        rows[str(name)] += int(n)
    known = sum(rows.values())
    (main, most), *others = rows.most_common() or [("", 0)]
    if most < MAIN * known or known < max(LEAST_TOLD, column.n_real / 3):
        return np.zeros(len(spoken), dtype=bool), ""
    return told & (spoken != main), f"{main} {most:,}; " + ", ".join(f"{name} {n:,}" for name, n in others)


def _cut_off(column: Column) -> tuple[Bools, int]:
    """(texts of one length that far more have than its neighbours, and that end in the middle; that length)."""
    none = np.zeros(len(column.values), dtype=bool)
    lengths = np.where(column.real, column.lengths, 0)
    exact = np.bincount(lengths)  # distinct texts of each length: one stock answer is no cut
    exact[:CUT_SHORT] = 0
    at = int(np.argmax(exact))
    if at < CUT_SHORT:
        return none, 0
    around = np.delete(exact[max(CUT_SHORT, at - at // 10) : at + at // 10 + 1], min(at - CUT_SHORT, at // 10))
    if exact[at] < max(CUT_TEXTS, CUT_SHARE * column.real.sum()) or exact[at] < CUT_TIMES * max(
        1.0, float(np.mean(around))
    ):
        return none, 0
    ended = np.fromiter((str(v).rstrip()[-1:] in _ENDS for v in column.values), bool, len(lengths))
    there, elsewhere = lengths == at, column.real & (lengths != at)
    usual = float(ended[elsewhere].mean()) if elsewhere.any() else 0.0
    if usual < CUT_ENDED or ended[there].mean() > 0.5 * usual:  # where no text ends a sentence, a cut does not show
        return none, 0
    return there & ~ended, at


def _edges(column: Column) -> list[tuple[str, np.ndarray]]:
    lengths = column.lengths
    real = column.real
    at = np.flatnonzero(real)
    high = weighted_quantile(lengths[at], column.counts[at], 0.99)
    middle = weighted_quantile(lengths[at], column.counts[at], 0.5)
    scripts = [script(str(v)) if r else "" for v, r in zip(column.values, real, strict=True)]
    main = Counter(s for s in scripts if s).most_common(1)
    other = (
        np.fromiter((bool(s) and s != main[0][0] for s in scripts), bool, len(scripts))
        if main
        else np.zeros(len(real), bool)
    )
    hollow = real & np.fromiter((not _SIGNS.sub("", str(v)) for v in column.values), bool, len(real))
    wordless = real & ~hollow & np.fromiter((s == "" for s in scripts), bool, len(scripts))
    cut, at_most = _cut_off(column)
    return [
        ("nothing to read (blanks, invisible signs or empty tags)", hollow),
        ("no letter at all", wordless),
        (f"exactly {at_most} characters and no end of a sentence, cut off as it seems", cut),
        ("fewer than 3 characters", real & (lengths < 3) & ~wordless & ~hollow),  # stated
        ("far longer than the rest", real & (lengths > 3 * max(high, 4 * middle))),
        ("another script than the rest", other & real),
    ]


def find_text_edges(table: Table) -> list[Finding]:
    """Notes for the edge-case register: each needs a decision (handle, reject, ignore)."""
    out = []
    for column in table.columns:
        if not (column.is_prose or column.name in table.text) or column.n_real < 20:  # fewer show no habit
            continue
        foreign, spoken = _foreign(column)
        for what, mask in (*_edges(column), ("another language than the rest", foreign)):
            rows = int(column.counts[mask].sum())
            if rows and rows < 0.2 * column.n_real:
                out.append(
                    finding(
                        "text_edge",
                        [column.name],
                        [(column.rows_of(mask), column.name)],
                        column.looked,
                        severity="note",
                        cell_error=False,
                        title=f"`{column.name}` has texts with {what}: {counted(rows, column.looked)}",
                        meaning="An edge case that the model has hardly seen."
                        + (f" Rows by language, where it is sure: {spoken}." if mask is foreign else ""),
                        action="Decide: handle, reject or ignore.",
                        examples=column.examples(mask),
                    )
                )
    return out
