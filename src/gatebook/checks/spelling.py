"""Values that are not written as their column writes: rare shapes, stray marks, spaces, spellings of one category,
typos.

A typo is a rare value one slip away from a frequent one. A near pair alone proves little ("Clifton" beside "Clinton"):
a slip also leaves a pair of letters that the column hardly holds elsewhere, while the frequent value is many times as
common (the noisy-channel view of Kernighan, Church & Gale 1990, with counts of the column itself).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from gatebook.checks.column import Bools, CheckedTable, Column, Ints
from gatebook.checks.finding import Finding, Found, finding, wilson
from gatebook.checks.forms import quantity, true_where
from gatebook.checks.registry import CheckName, each_column

STRAY = " *#~^_-+=|<>@\\/`´¬§"  # marks that no sentence or name ends with
CATEGORIES = 30  # distinct values of a column of categories
MOST = 0.05  # a minority is at most this share of its column
FEW_VALUES, NEARLY_ALL = 100, 0.95  # of a column that decides which codes are short; how much of it
RATIO = 8  # a meant value comes at least this many times as often as a typo of it
REPEATED = 0.02  # of the meant value; beyond it (and twice) one spelling is a value of its own
LONGEST = 200  # characters; what is longer was not typed as one word or name, and to compare it takes long
MOST_VALUES = 3000  # per side of the comparison
_WORDS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"^[0-9]+$", re.MULTILINE)
_CODED = re.compile(
    r"(?i)(?<![a-z])(zip|plz|post(al)?|postcode|postleitzahl|cap|code|fips|ean|gtin|isbn|sku|nr|no|number|nummer)(?![a-z])"
    r"|(?<=[a-z])(Code|Zip|Nr|No)\b"
)
_ZERO = re.compile(r"^0", re.MULTILINE)
_CODE = re.compile(r"(?=.*[^\W\d_])(?=.*\d)[^\W_]+(?:[ ._/-][^\W_]+)*")  # letters and digits, single marks between
_BETWEEN = re.compile(r"[ ._/-]")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_MARKS = re.compile(r"[^\w\s]")
_ANSWERS = {word: pair for pair in ("yes/no", "y/n", "true/false", "t/f", "1/0") for word in pair.split("/")}


@each_column(CheckName.MIXED_TYPES, least=20, but=("date", "prose"))
def mixed_types(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """Text in a column of numbers or of strict codes (digits and marks only, or few words around a number)."""
    off_type = _off_type(column)
    if off_type.any():
        return column.found(Found.MIXED_TYPES, off_type)
    return column.found(Found.MINORITY_SHAPE, _off_shape(column))


def _off_type(column: Column) -> Bools:
    """Cells that are no number where nearly all are (units and decimal marks are told elsewhere)."""
    if column.share(column.numeric) < 1 - MOST:
        return column.none

    def wrong(value: str) -> bool:
        part = quantity(value)
        return part is None or not (part[1] or "," in part[0])

    return column.at([i for i, value in column.real_values() if not column.numeric[i] and wrong(value)])


def _off_shape(column: Column) -> Bools:
    """Cells off the one or two shapes of a strict column; none where the column is not strict."""
    none = column.none
    if column.is_number:
        return none
    shapes = column.shapes.tolist()
    top = [s for s, n in column.rows_by(shapes, column.real).most_common() if n / column.n_real >= MOST]
    if not top or len(top) > 2 or not all("9" in s for s in top):  # two shapes at most
        return none
    inside = true_where((s in top for s in shapes), len(shapes)) & column.real
    if not 1 - MOST <= column.share(inside) < 1 or (any("a" in s for s in top) and not _fixed_words(column, inside)):
        return none
    off = column.real & ~inside & column.passing(lambda v: v == v.strip())  # blanks around are told elsewhere
    if column.distinct <= CATEGORIES:  # some values of few come about as often as the others (`IF`, `VS1` and `SI2`)
        off &= column.counts < max(5.0, 0.05 * float(np.median(column.counts[inside])))
    return off & ~_checked(column, inside)


def _checked(column: Column, inside: Bools) -> Bools:
    """Codes that end in a check character X or K where the others end in a digit (ISSN, ISBN-10, RUT).

    None where the letter stands in other places too: then it is a slip.
    """
    whole = {column.masks[i] for i in np.flatnonzero(inside)}
    outside = {i: value for i, value in column.real_values() if not inside[i]}
    if any(letter in value[:-1] for value in outside.values() for letter in "XK"):
        return column.none
    ends = {i: value[-1] in "XK" and value[-2:-1].isdigit() for i, value in outside.items()}
    return column.at([i for i, checked in ends.items() if checked and f"{column.masks[i][:-1]}9" in whole])


def _fixed_words(column: Column, inside: Bools) -> bool:
    """The letters around the digits hardly vary, or the column is a code of one exact shape."""
    words = [" ".join(_WORDS.findall(str(v))).casefold() for v in column.values]
    rows = column.rows_by(words, inside)
    if len(rows) == 1 or sum(n for _, n in rows.most_common(3)) >= 0.97 * rows.total():
        return True
    return column.rows_by(column.masks, column.real).most_common(1)[0][1] >= 0.95 * column.n_real


@each_column(CheckName.WAYS, least=20, but=("number", "date", "prose"))
def ways(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """Phone numbers and codes of as many digits, written in several ways (`(012) 345-6789`, `012-345-6789`)."""
    n = len(column.values)
    digits_only = true_where(("a" not in s and "9" in s for s in column.shapes), n) & column.real
    if column.share(digits_only) < 1 - MOST:
        return []
    lengths = [mask.count("9") for mask in column.masks]
    length, rows = column.rows_by(lengths, digits_only).most_common(1)[0]
    written = column.rows_by(column.masks, digits_only).most_common()
    if rows < 0.9 * column.n_real or length < 6 or len(written) < 2:  # short numbers are no phone or code
        return []
    as_long = true_where((x == length for x in lengths), n)  # others: another country, another kind of code
    other = true_where((mask != written[0][0] for mask in column.masks), n)
    return column.found(Found.MINORITY_WAY, digits_only & as_long & other, ways=len(written))


@each_column(CheckName.LEADING_ZEROS, least=20)
def leading_zeros(column: Column, table: CheckedTable) -> Iterable[Finding]:
    """Codes of one length of which a few are shorter by the zero that a spreadsheet took off.

    Zeros at the start of others show the habit. Where none is left, the name of a code that has them does, beside a
    column that decides which codes are short (all of one state).
    """
    digits = column.matching(_DIGITS)
    if column.share(digits) < 0.9:  # no habit
        return []
    width, rows = column.rows_by(column.lengths.tolist(), digits).most_common(1)[0]
    habit = column.count(digits & (column.lengths == width) & column.matching(_ZERO)) >= 2
    short = digits & (column.lengths < width) & (column.lengths >= width - (2 if habit else 1))
    if width < 4 or not column.count(short) or rows < 0.8 * column.n_real:  # stated above
        return []
    if habit:
        return column.found(Found.LEADING_ZEROS, short, width=width)
    tells = _decides(table, column, short) if _CODED.search(column.name) else None
    return [] if tells is None else column.found(Found.LEADING_ZEROS_ONE, short, width=width, tells=tells.name)


def _decides(table: CheckedTable, column: Column, short: Bools) -> Column | None:
    """Return the column of which one value holds nearly all short codes and hardly any other; None where none does."""
    shorter = column.on_rows(short)
    for other in table.columns:
        if other is column or not 2 <= other.distinct <= FEW_VALUES or other.is_prose:
            continue
        codes = other.wide_codes
        inside = np.bincount(codes[(codes >= 0) & shorter], minlength=other.distinct + 1)
        value = int(inside.argmax())
        whole = int((codes == value).sum())
        if whole < len(codes) / 2 and inside[value] >= NEARLY_ALL * max(shorter.sum(), whole):
            return other
    return None


@each_column(CheckName.STRAY_MARKS, least=50, but=("number", "date", "prose"))
def stray_marks(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """A mark that few rows carry, on values that exist without it (`AMHERST-*` beside `AMHERST`)."""
    known = {value for _, value in column.real_values()}

    def marked(value: str) -> bool:
        bare = value.strip().strip(STRAY).strip()
        return bare != value.strip() and bare in known and len(bare) > 1

    wrong = column.passing(marked)
    return column.found(Found.STRAY_MARKS, wrong) if wilson(column.count(wrong), column.n_real)[0] <= MOST else []


@each_column(CheckName.SPACES)
def spaces(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """Spaces before or after some values; in every value it is a note."""
    wrong = column.passing(lambda v: v != v.strip())
    rows = column.count(wrong)
    if rows > 0.5 * column.n_real:
        return [column.fact(Found.SPACES_HARMLESS, rows, wrong)]
    return column.found(Found.SPACES_HARMLESS if column.is_prose else Found.SPACES, wrong)


@each_column(CheckName.SPELLINGS, least=20, but=("number", "date", "prose", "key"))
def spellings(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """One category in several spellings that differ in case, spaces or punctuation only."""
    groups: dict[str, list[int]] = defaultdict(list)
    for i, value in column.real_values():
        if folded := _folded(value):
            groups[folded].append(i)
    wrong = _other_shapes(column) | _other_answers(column)
    for members in groups.values():
        first = _commonest(column, members)
        for m in members:
            wrong[m] |= m != first and not _differs_between_digits(column.values[m], column.values[first])
    return column.found(Found.SPELLING if len(groups) <= 0.5 * column.n_real else Found.SPELLING_OPEN, wrong)


def _folded(value: str) -> str:
    return " ".join(_MARKS.sub(" ", unicodedata.normalize("NFKC", value).casefold()).split())


def _commonest(column: Column, members: list[int]) -> int:
    return max(members, key=lambda m: (int(column.counts[m]), -m))


def _differs_between_digits(one: str, other: str) -> bool:
    """1.5 and 15, 1-2 and 12 are different values, not two spellings."""
    return any(c.isdigit() for c in one) and one.casefold().split() != other.casefold().split()


def _other_shapes(column: Column) -> Bools:
    """Codes of letters and digits that another code equals but for marks or leading zeros (`I214`, `I21.4`).

    The other code has to be three times as common, and the shape of this one rare in the column: `A1-2` and `A12` can
    both be codes where both shapes are usual.
    """
    rows = column.rows_by(column.masks, column.real)
    groups: dict[str, list[int]] = defaultdict(list)
    for i, value in column.real_values():
        if _CODE.fullmatch(value.casefold()):
            groups[_ZEROS.sub("", _BETWEEN.sub("", value.casefold()))].append(i)
    wrong = []
    for members in groups.values():
        first = _commonest(column, members)
        for m in members:
            rare = rows[column.masks[m]] / column.n_real <= MOST and column.masks[m] != column.masks[first]
            if rare and column.counts[first] >= 3 * column.counts[m]:
                wrong.append(m)
    return column.at(wrong)


def _other_answers(column: Column) -> Bools:
    """`Y` and `true` where the column answers with `yes`; none where it holds other words too."""
    ways = [_ANSWERS.get(str(v).strip().casefold(), "") for v in column.values]
    rows = column.rows_by(ways, column.real)
    first = rows.most_common(1)[0][0]
    return column.real & true_where((w != first and not rows[""] for w in ways), len(ways))


@each_column(CheckName.TYPOS, least=50, but=("number", "date", "prose"))
def typos(column: Column, table: CheckedTable) -> Iterable[Finding]:
    """Rare values one slip away from a frequent one, but for those that another column explains."""
    wrong, sure = typo_mask(column)
    if not wrong.any():
        return []
    where = table.scattered(column, column.rows_of(wrong))
    kept = np.zeros(table.rows, dtype=bool)
    kept[where] = True
    for i in np.flatnonzero(wrong).tolist():  # a value that is mostly a kind of its own is one throughout
        rows_of_value = column.rows_of(column.at([i]))
        wrong[i] = kept[rows_of_value].sum() > 0.5 * len(rows_of_value)
    where = where[np.isin(where, column.rows_of(wrong))]
    if not len(where):
        return []
    code, examples = Found.TYPO if sure else Found.TYPO_OPEN, column.examples(wrong)
    return [finding(code, [column.name], [(where, column.name)], column.looked, examples=examples)]


def typo_mask(column: Column) -> tuple[Bools, bool]:
    """(distinct values that are typos of a frequent one, as a whole or in one word; whether that is sure).

    It is sure where the vocabulary is closed: most rare values are explained as typos. Where rare values abound
    (names of people, of places), a near pair is a question, no error.
    """
    at = np.flatnonzero(column.real)
    values, counts = [str(column.values[i]) for i in at], column.counts[at]
    floor = max(3, int(0.002 * column.n_real))
    whole = column.none
    if counts[counts >= floor].sum() >= 0.5 * column.n_real:
        common = counts[counts >= 0.02 * column.n_real]
        few = len(common) <= 3 and common.sum() > 0.9 * column.n_real
        wrong = list(misspelt(values, counts, (floor, RATIO), 2 if few else 4))
        whole = column.at(at[wrong])
        if _closed(counts, wrong):
            return whole, True
    of_words, sure = _word_typos(column, values, at)
    return (of_words, True) if sure else (whole | of_words, False)


def _closed(counts: Ints, wrong: list[int]) -> bool:
    """At least half of the rare entries are typos."""
    return bool(wrong) and 2 * len(wrong) >= int((counts <= max(2, int(counts[wrong].max()))).sum())


def _word_typos(column: Column, values: list[str], at: Ints) -> tuple[Bools, bool]:
    """Values in which one word of letters is a typo of a word that the column uses all the time."""
    rows: Counter[str] = Counter()
    split = [dict.fromkeys(w for w in value.split() if w.isalpha()) for value in values]
    for i, of_value in zip(at, split, strict=True):
        rows.update(dict.fromkeys(of_value, int(column.counts[i])))
    words, counts = list(rows), np.array(list(rows.values()), dtype=np.int64)
    wrong = list(misspelt(words, counts, (max(20, int(0.02 * column.n_real)), 5 * RATIO), 5, 4))
    mistyped = {words[i] for i in wrong}
    hit = [i for i, of_value in zip(at, split, strict=True) if not mistyped.isdisjoint(of_value)]
    return column.at(hit), _closed(counts, wrong)


def misspelt(words: Sequence[str], counts: Ints, common: tuple[int, int], least: int, per: int = 6) -> dict[int, int]:
    """Index of each word that is a typo -> index of the word that was meant.

    Args:
        words: distinct words.
        counts: rows of each.
        common: rows from which a word counts as established; times that the meant word is more frequent.
        least: length from which a word is judged; shorter ones neighbour each other by nature.
        per: characters for each slip that is allowed.
    """
    floor, ratio = common
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
    for word, n in zip(words, counts.tolist(), strict=True):
        rows.update(dict.fromkeys(_bigrams(word) if len(word) <= LONGEST else (), n))

    def is_typo(rare: int, meant: int) -> bool:
        seldom = counts[rare] <= max(2, REPEATED * counts[meant]) and counts[rare] * ratio <= counts[meant]
        if not seldom or not _is_slip(words[rare], words[meant], per):
            return False
        strange = _bigrams(words[rare]) - _bigrams(words[meant])
        return bool(min((rows[pair] for pair in strange), default=0) * ratio <= counts[meant])

    pairs = [(i, int(frequent_at[b])) for i, b in zip(rare_at.tolist(), best, strict=True) if b >= 0]
    return {rare: meant for rare, meant in pairs if is_typo(rare, meant)}


def _nearest(rare: Sequence[str], frequent: Sequence[str], per: int) -> npt.NDArray[np.int64]:
    """Index of the nearest frequent value, -1 where none is near enough or the value is itself."""
    best = np.full(len(rare), -1, dtype=np.int64)
    for start in range(0, len(rare), 500):
        part = rare[start : start + 500]
        allowed = np.array([_allowed(len(v), per) for v in part])
        limit = int(allowed.max())
        table = cdist(part, frequent, scorer=OSA.distance, score_cutoff=limit, dtype=np.uint16)
        table[table == 0] = limit + 1  # the value itself
        near = table.argmin(axis=1)
        ok = table[np.arange(len(part)), near] <= allowed
        best[start : start + len(part)][ok] = near[ok]
    return best


def _allowed(length: int, per: int) -> int:
    """Slips allowed in a value: one in `per` characters, at least one."""
    return max(1, length // per)


def _is_slip(rare: str, frequent: str, per: int) -> bool:
    """Whether letters were mistyped: no digit became another digit, no word became a quite different word."""
    ours, theirs = rare.split(), frequent.split()
    if len(ours) != len(theirs):
        return len(rare) == len(frequent) and _digits_kept(rare, frequent)
    changed = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]

    def is_near(a: str, b: str) -> bool:
        most = _allowed(len(b), per) if len(changed) == 1 else max(1, len(b) // 2)
        return OSA.distance(a, b) <= most and _digits_kept(a, b)

    return bool(changed) and all(is_near(a, b) for a, b in changed)


def _digits_kept(rare: str, frequent: str) -> bool:
    """Digits stay or turn into letters; in a code (digits and letters) no letter turns into another letter."""
    if not any(c.isalpha() for c in rare + frequent):
        return False
    ours, theirs = ([c for c in text if c.isdigit()] for text in (rare, frequent))
    if len(ours) < len(theirs):
        return True
    pairs = zip(_tokens(rare), _tokens(frequent), strict=False)
    return ours == theirs and not any(a != b and any(c.isdigit() for c in a) for a, b in pairs)


def _tokens(value: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in value).split()


def _bigrams(value: str) -> set[str]:
    text = f"^{value.casefold()}$"
    return {text[i : i + 2] for i in range(len(text) - 1)}
