"""Rare values one slip away from a frequent value of the same column, word by word.

A near pair alone proves little ("Clifton" beside "Clinton"). A slip also leaves a pair of letters that the column
hardly holds elsewhere, while the frequent value is many times as common (the noisy-channel view of Kernighan,
Church & Gale 1990, with counts of the column itself).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from gatebook.evidence.quality.column import Bools, Column, Table
from gatebook.evidence.quality.finding import Finding, counted, finding

RATIO = 8  # the frequent value comes at least this many times as often
REPEATED = 0.02  # of the meant value; beyond it (and twice) one spelling is a value of its own
LONGEST = 200  # characters; what is longer was not typed as one word or name, and to compare it takes long
MOST_VALUES = 3000  # per side of the comparison


def _allowed(length: int, per: int) -> int:
    """Slips allowed in a value: one in `per` characters, at least one."""
    return max(1, length // per)


def _is_slip(rare: str, frequent: str, per: int) -> bool:
    """Whether letters were mistyped: no digit became another digit, no word became a quite different word."""
    ours, theirs = rare.split(), frequent.split()
    if len(ours) != len(theirs):
        return len(rare) == len(frequent) and _digits_kept(rare, frequent)
    changed = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    for a, b in changed:
        slips = OSA.distance(a, b)
        most = _allowed(len(b), per) if len(changed) == 1 else max(1, len(b) // 2)
        if slips > most or not _digits_kept(a, b):
            return False
    return bool(changed)


def _digits_kept(rare: str, frequent: str) -> bool:
    """Digits stay or turn into letters; in a code (digits and letters) no letter turns into another letter."""
    if not any(c.isalpha() for c in rare + frequent):
        return False
    if sum(c.isdigit() for c in rare) >= sum(c.isdigit() for c in frequent):
        if [c for c in rare if c.isdigit()] != [c for c in frequent if c.isdigit()]:
            return False
        return not any(
            a != b and any(c.isdigit() for c in a) for a, b in zip(_tokens(rare), _tokens(frequent), strict=False)
        )
    return True


def _tokens(value: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in value).split()


def _bigrams(value: str) -> set[str]:
    text = f"^{value.casefold()}$"
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _nearest(rare: Sequence[str], frequent: Sequence[str], per: int) -> npt.NDArray[np.int64]:
    """Index of the nearest frequent value, -1 where none is near enough or the value is itself."""
    best = np.full(len(rare), -1, dtype=np.int64)
    for start in range(0, len(rare), 500):
        part = rare[start : start + 500]
        limit = max(_allowed(len(v), per) for v in part)
        table = cdist(part, frequent, scorer=OSA.distance, score_cutoff=limit, dtype=np.uint16)
        table[table == 0] = limit + 1  # the value itself
        near = table.argmin(axis=1)
        d = table[np.arange(len(part)), near].astype(np.int64)
        ok = d <= np.array([_allowed(len(v), per) for v in part])
        best[start : start + len(part)][ok] = near[ok]
    return best


def misspelt(
    words: Sequence[str], counts: npt.NDArray[np.int64], floor: int, ratio: int, least: int, per: int = 6
) -> dict[int, int]:
    """Index of each word that is a typo -> index of the word that was meant.

    Args:
        words: distinct words.
        counts: rows of each.
        floor: rows from which a word counts as established.
        ratio: times that the meant word is more frequent.
        least: length from which a word is judged; shorter ones neighbour each other by nature.
        per: characters for each slip that is allowed.
    """
    short = np.array([len(word) <= LONGEST for word in words], dtype=bool)
    frequent_at = np.flatnonzero((counts >= floor) & short)
    if not len(frequent_at):
        return {}
    frequent_at = frequent_at[np.argsort(-counts[frequent_at], kind="stable")][:MOST_VALUES]
    rare_at = np.flatnonzero((counts * ratio <= counts[frequent_at[0]]) & short)
    rare_at = rare_at[[len(words[i]) >= least for i in rare_at.tolist()]][: 4 * MOST_VALUES]
    if not len(rare_at):
        return {}
    best = _nearest([words[i] for i in rare_at.tolist()], [words[i] for i in frequent_at.tolist()], per)
    rows: Counter[str] = Counter()
    for word, n in zip(words, counts, strict=True):
        for pair in _bigrams(word) if len(word) <= LONGEST else ():
            rows[pair] += int(n)
    out = {}
    for k, i in enumerate(rare_at.tolist()):
        if best[k] < 0:
            continue
        meant = int(frequent_at[best[k]])
        if (
            counts[i] > max(2, REPEATED * counts[meant])
            or counts[i] * ratio > counts[meant]
            or not _is_slip(words[i], words[meant], per)
        ):
            continue
        if min(rows[pair] for pair in _bigrams(words[i]) - _bigrams(words[meant]) or {"^"}) * ratio <= counts[meant]:
            out[i] = meant
    return out


def typo_mask(column: Column) -> tuple[Bools, bool]:
    """(distinct values that are typos of a frequent one, as a whole or in one word; whether that is sure).

    It is sure where the vocabulary is closed: most rare values are explained as typos. Where rare values abound
    (names of people, of places), a near pair is a question, no error.
    """
    out = np.zeros(len(column.values), dtype=bool)
    if column.is_number or column.is_date or column.is_prose or column.n_real < 50:  # fewer show no habit
        return out, False
    at = np.flatnonzero(column.real)
    values = [str(column.values[i]) for i in at]
    counts = column.counts[at]
    floor = max(3, int(0.002 * column.n_real))
    if counts[counts >= floor].sum() >= 0.5 * column.n_real:
        common = counts[counts >= 0.02 * column.n_real]
        few = len(common) <= 3 and common.sum() > 0.9 * column.n_real
        wrong = list(misspelt(values, counts, floor, RATIO, 2 if few else 4))
        out[at[wrong]] = True
        if _closed(counts, wrong):
            return out, True
    of_words, sure = _word_typos(column, at)
    return (of_words, True) if sure else (out | of_words, False)


def _closed(counts: npt.NDArray[np.int64], wrong: list[int]) -> bool:
    """At least half of the rare entries are typos."""
    most = max(2, int(counts[wrong].max())) if wrong else 0
    rare = int((counts <= most).sum())
    return bool(wrong) and 2 * len(wrong) >= rare


def _word_typos(column: Column, at: npt.NDArray[np.intp]) -> tuple[Bools, bool]:
    """Values in which one word of letters is a typo of a word that the column uses all the time."""
    out = np.zeros(len(column.values), dtype=bool)
    rows: Counter[str] = Counter()
    split = [[w for w in str(column.values[i]).split() if w.isalpha()] for i in at]
    for i, of_value in zip(at, split, strict=True):
        for word in set(of_value):
            rows[word] += int(column.counts[i])
    words = list(rows)
    counts = np.fromiter(rows.values(), dtype=np.int64, count=len(rows))
    found = list(misspelt(words, counts, max(20, int(0.02 * column.n_real)), 5 * RATIO, 5, 4))
    wrong = {words[i] for i in found}
    if wrong:
        for i, of_value in zip(at, split, strict=True):
            out[i] = not wrong.isdisjoint(of_value)
    return out, _closed(counts, found)


def find_typos(table: Table) -> list[Finding]:
    """Typos by column."""
    out = []
    for column in table.columns:
        wrong, sure = typo_mask(column)
        if not wrong.any():
            continue
        where = table.scattered(column, column.rows_of(wrong))
        kept = np.zeros(table.rows, dtype=bool)
        kept[where] = True
        for i in np.flatnonzero(wrong):  # a value that is mostly a kind of its own is one throughout
            rows_of_value = column.rows_of(np.arange(len(wrong)) == i)
            wrong[i] = kept[rows_of_value].sum() > 0.5 * len(rows_of_value)
        where = where[kept[where]][np.isin(where, column.rows_of(wrong))]
        rows = len(where)
        if rows:
            out.append(
                finding(
                    "typo",
                    [column.name],
                    [(where, column.name)],
                    column.looked,
                    severity="warning" if sure else "note",
                    cell_error=sure,
                    title=f"`{column.name}` has {'misspelt values' if sure else 'rare values one slip away from a frequent one'} in {counted(rows, column.looked)}",
                    meaning="Each misspelling is a new, rare category to the model, and a miss to every join.",
                    action="Correct them to the frequent value next to them, and choose from a list where the value is entered.",
                    examples=column.examples(wrong),
                )
            )
    return out
