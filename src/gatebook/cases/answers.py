"""One equality of answers: when two spellings are one answer, decided once for the columns of truth and output."""

from __future__ import annotations

import ast
import html
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from gatebook.vocabulary import listed_words

YES = frozenset({"1", "1.0", "true", "t", "yes", "y"})
NO = frozenset({"0", "0.0", "false", "f", "no", "n"})
_WHOLE = re.compile(r"([+-]?\d+)\.0+")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
_BETWEEN = re.compile(r"[;|]")  # marks that hardly stand in the name of one class
_END = " \t.,;:!?\u2026"
OBJECT_SHARE = 0.5  # of the cells from which a column is one of objects

Counts = Mapping[str, int]


def _form(text: str) -> str:
    return unicodedata.normalize("NFC", html.unescape(text))


def _space(text: str) -> str:
    return " ".join(_form(text).split())


def _whole(text: str) -> str:
    match = _WHOLE.fullmatch(text)
    return match.group(1) if match else text


def _boolean(text: str) -> str:
    word = text.strip().casefold()
    return "true" if word in YES else "false" if word in NO else text


def _mark(text: str) -> str:
    return text.rstrip(_END) or text


def _number(text: str) -> str:
    return f"{float(text):.15g}" if _NUMBER.fullmatch(text) else text


def _set(text: str) -> str:
    items = parsed(text)
    if not isinstance(items, list):
        items = [part for part in _BETWEEN.split(text) if part.strip()]
        if len(items) < 2:
            return text
    return json.dumps(sorted({str(item).strip() for item in items}), ensure_ascii=False)


# What may be folded, in this order. Numbers are never folded beyond `whole`: 1.10 beside 1.1, and 01 beside 1, may be
# names.
FOLDS: Mapping[str, Callable[[str], str]] = {
    "form": _form,
    "set": _set,
    "space": _space,
    "whole": _whole,
    "boolean": _boolean,
    "case": str.casefold,
    "mark": _mark,
    "number": _number,
}
NEVER = frozenset({"number"})
# A list is a set, a yes a yes and a letter a letter, in whatever spellings one column mixes: nobody tells two answers
# apart by them.
OUTRIGHT = frozenset({"form", "set", "whole", "boolean"})
# Words for an answer that was not given, where no label is called so.
BLANK = listed_words("blank_answer")
BEYOND_CHANCE = 3.0  # standard deviations by which two spellings must go together to be two answers


def plain_answers(cells: pd.Series) -> pd.Series:
    """Return answers without all that two spellings of one may differ in, "" where blank; shape (rows,).

    Two that are told apart may read alike; two that are one never read differently, whatever other rows hold.
    """
    plain = {}
    for cell in cells.dropna().unique():
        text = str(cell)
        for name, fold in FOLDS.items():
            text = text if name in NEVER else fold(text)
        plain[cell] = text
    return cells.map(plain).fillna("").astype("object")


def parsed(text: str) -> object:
    """Return the JSON (or Python) list or object that a cell holds, None where it holds neither."""
    if text[:1] not in "[{" or text[-1:] not in "]}":
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return found if isinstance(found, list | dict) else None
    return None


@dataclass(frozen=True)
class Stated:
    """What the project file and the history say of answers.

    Attributes:
        same: spelling -> the spelling that it stands for.
        exact: an answer counts only as it is written.
        lists: a list is a set of answers, in any order.
        on_record: folds in force since the first look, None before it.
        pairs: rows of each true answer with each of the model's, as they stand in the cells; empty where nobody knows.
    """

    same: Mapping[str, str] = field(default_factory=dict)
    exact: bool = False
    lists: bool = False
    on_record: frozenset[str] | None = None
    pairs: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Equality:
    """Which spellings are one answer.

    Attributes:
        answers: spelling as it stands in a cell -> the answer; one spelling an answer, that of the labels where they
            have it.
        groups: answer -> all answers that it may be, by folds that collide somewhere.
        folds: the folds that may be used, whether or not a cell needed them.
        used: those that made two spellings one.
        objects: spellings that are objects, which no class is.
    """

    answers: Mapping[str, str]
    groups: Mapping[str, str]
    folds: frozenset[str]
    used: tuple[str, ...]
    objects: frozenset[str] = frozenset()

    def of(self, cells: pd.Series) -> pd.Series:
        """Return the answer of each cell, NaN where it is blank; shape (rows,)."""
        return cells.map(self.answers).astype("object")

    def unsettled(self, one: pd.Series, other: pd.Series) -> pd.Series:
        """Return where two answers differ but may be the same, since nobody has said how they are spelt; shape
        (rows,).
        """
        mine, theirs = one.map(self._group), other.map(self._group)
        return (one != other) & (mine == theirs) & mine.notna()

    @cached_property
    def _group(self) -> dict[str, str]:
        return {answer: self.groups.get(answer, answer) for answer in set(self.answers.values())}


def settle(truth: Counts, output: Counts, stated: Stated) -> Equality:
    """Return the equality of two columns of answers.

    A fold is used for a group of spellings where neither column holds two of the group: then the columns only write it
    in two ways. Where one column tells two of them apart, nobody can know: the group is unsettled. Where both columns
    hold the same two (`m` and `M`) and they go together more often than chance, they are two answers, and the fold is
    used nowhere.

    Args:
        truth: rows of each spelling of the true answers, as it stands in a cell.
        output: the same of the model's answers.
        stated: what was stated.
    """
    start = {cell: _stated(cell, stated) for cell in {*truth, *output}}
    objects = frozenset(cell for cell, text in start.items() if isinstance(parsed(text), dict))
    if stated.exact:
        return Equality(start, {}, frozenset(), (), objects)
    sides = {start[cell] for cell in truth}, {start[cell] for cell in output}
    fine = {text: text for text in set(start.values())}
    coarse = dict(fine)
    folds, used = set[str](), list[str]()
    pairs = Counter[tuple[str, str]]()
    for (true, said), rows in stated.pairs.items():
        pairs[start[true], start[said]] += rows
    for name, fold in FOLDS.items():
        if not _possible(name, sides, stated):
            continue
        meant = name not in OUTRIGHT and _told_apart(sides, fine, coarse, fold, pairs)
        on_record = None if stated.on_record is None else name in stated.on_record
        if meant and not on_record:
            continue
        coarse = {text: fold(key) for text, key in coarse.items()}
        if name in NEVER or on_record is False:
            continue
        folds.add(name)
        free = _free(sides, fine, fold, everywhere=bool(on_record) or name in OUTRIGHT)
        folded = {text: fold(key) if fold(key) in free else key for text, key in fine.items()}
        if _shared(sides[0] | sides[1], folded.__getitem__, fine):
            used.append(name)
        fine = folded
    names = _names(fine, start, truth, output)
    answers = {cell: names[fine[text]] for cell, text in start.items()}
    groups = {names[fine[text]]: key for text, key in coarse.items()}
    return Equality(answers, groups, frozenset(folds), tuple(used), objects)


def blanks(truth: Counts, output: Counts, same: Mapping[str, str]) -> frozenset[str]:
    """Return the model's cells that say no answer was given: N/A, null; none that a label or the project file uses."""
    used = {_bare(cell) for cell in (*truth, *same)}
    return frozenset(cell for cell in output if _bare(cell) in BLANK - used)


def _bare(cell: str) -> str:
    return cell.strip().casefold()


def _stated(cell: str, stated: Stated) -> str:
    """Return a cell's spelling after `same`, which is asked with and without outer blanks."""
    text = cell if stated.exact else cell.strip("\n\r")
    return stated.same.get(cell, stated.same.get(cell.strip(), text))


def _possible(name: str, sides: tuple[set[str], set[str]], stated: Stated) -> bool:
    """Return whether a fold has a meaning for these columns at all."""
    if name == "set":
        return stated.lists
    if name == "boolean":
        words = {text.strip().casefold() for side in sides for text in side}
        # single letters may be classes of their own, where one word has two of them
        return words <= YES | NO and not ({"t", "y"} <= words or {"f", "n"} <= words)
    return True


def _shared(texts: Iterable[str], key: Callable[[str], str], fine: Mapping[str, str]) -> dict[str, set[str]]:
    """Return key -> the answers of the texts that have it, where there are several."""
    groups: dict[str, set[str]] = {}
    for text in texts:
        groups.setdefault(key(text), set()).add(fine[text])
    return {name: answers for name, answers in groups.items() if len(answers) > 1}


def _told_apart(
    sides: tuple[set[str], set[str]],
    fine: Mapping[str, str],
    coarse: Mapping[str, str],
    fold: Callable[[str], str],
    pairs: Mapping[tuple[str, str], int],
) -> bool:
    """Return whether two spellings of a group, which both columns hold, are two answers: a fold would make them one.

    Where the rows are known, they are two only if the same spelling meets more often than it would by chance: people
    who write one word in several ways do not agree on the way.
    """
    both = {fine[t] for t in sides[0]} & {fine[t] for t in sides[1]}
    texts = [text for text in sides[0] | sides[1] if fine[text] in both]
    groups = _shared(texts, lambda text: fold(coarse[text]), fine)
    several = {answer: key for key, answers in groups.items() for answer in answers}
    if not several:
        return False
    met: dict[str, Counter[tuple[str, str]]] = {}
    for (true, said), rows in pairs.items():
        one, other = fine[true], fine[said]
        if several.get(one, "") == several.get(other, " "):
            met.setdefault(several[one], Counter())[one, other] += rows
    return not met or _beyond_chance(met.values())


def _beyond_chance(tables: Iterable[Counter[tuple[str, str]]]) -> bool:
    """Return whether rows and columns of tables of counts agree more often than independent ones would."""
    over = variance = 0.0
    for table in tables:
        rows, columns = Counter[str](), Counter[str]()
        for (one, other), count in table.items():
            rows[one] += count
            columns[other] += count
        total = sum(rows.values())
        chance = sum(rows[name] * columns[name] for name in rows) / total**2
        over += sum(count for (one, other), count in table.items() if one == other) - total * chance
        variance += total * chance * (1 - chance)
    return over > BEYOND_CHANCE * math.sqrt(variance)


def _free(
    sides: tuple[set[str], set[str]], fine: Mapping[str, str], fold: Callable[[str], str], *, everywhere: bool
) -> set[str]:
    """Return the folded keys of which no column holds two spellings; every key where the fold is in force already."""
    taken = {key for side in sides for key in _shared(side, lambda text: fold(fine[text]), fine)}
    every = {fold(key) for key in fine.values()}
    return every if everywhere else every - taken


def _names(fine: Mapping[str, str], start: Mapping[str, str], truth: Counts, output: Counts) -> dict[str, str]:
    """Return folded key -> the spelling that stands for it: the labels' commonest, else the model's, without outer
    blanks.
    """
    best: dict[str, tuple[tuple[bool, int, str], str]] = {}
    for side, first in ((truth, True), (output, False)):
        for cell, count in side.items():
            text = start[cell]
            rank = ((first, count, text), text.strip() or text)
            key = fine[text]
            best[key] = max(best.get(key, rank), rank)
    names = {key: text for key, (_, text) in best.items()}
    times = Counter(names.values())  # two answers that differ only by outer blanks stay two
    return {key: best[key][0][2] if times[text] > 1 else text for key, text in names.items()}
