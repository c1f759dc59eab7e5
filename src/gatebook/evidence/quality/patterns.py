"""Values that do not look like their column: minority shapes, stray marks, spaces, spellings of one category."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict

import numpy as np

from gatebook.evidence.quality.column import Bools, Column, Table
from gatebook.evidence.quality.finding import Finding, counted, finding, wilson
from gatebook.evidence.quality.formats import quantity

STRAY = " *#~^_-+=|<>@\\/`´¬§"  # marks that no sentence or name ends with
CATEGORIES = 30  # distinct values of a column of categories
MOST = 0.05  # a minority is at most this share of its column
_WORDS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"^[0-9]+$", re.MULTILINE)
_CODED = re.compile(
    r"(?i)(?<![a-z])(zip|plz|post(al)?|postcode|postleitzahl|cap|code|fips|ean|gtin|isbn|sku|nr|no|number|nummer)(?![a-z])|(?<=[a-z])(Code|Zip|Nr|No)\b"
)
_FEW_VALUES, _NEARLY_ALL = 100, 0.95
_ZERO = re.compile(r"^0", re.MULTILINE)
_CODE = re.compile(r"(?=.*[^\W\d_])(?=.*\d)[^\W_]+(?:[ ._/-][^\W_]+)*")  # letters and digits, single marks between
_BETWEEN = re.compile(r"[ ._/-]")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_ANSWERS = {
    word: f"{yes}/{no}"
    for yes, no in (("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("1", "0"))
    for word in (yes, no)
}
_MARKS = re.compile(r"[^\w\s]")


def _add(counts: Counter[str], column: Column, keys: list[str], mask: Bools) -> None:
    for i in np.flatnonzero(mask):
        counts[keys[i]] += int(column.counts[i])


def _shares(column: Column, keys: list[str]) -> list[tuple[str, float]]:
    counts: Counter[str] = Counter()
    _add(counts, column, keys, column.real)
    return [(k, c / column.n_real) for k, c in counts.most_common()]


def find_mixed_types(table: Table) -> list[Finding]:
    """Text in a column of numbers or of strict codes (digits and marks only, or few words around a number)."""
    out = []
    for column in table.columns:
        if column.n_real < 20 or column.is_date or column.is_prose:  # fewer show no habit
            continue
        wrong, kind = _off_type(column), "mixed_types"
        if wrong is None:
            wrong, kind = _off_shape(column), "minority_format"
        if wrong is None:
            continue
        rows = int(column.counts[wrong].sum())
        what = "numbers" if column.is_number else "one pattern"
        out.append(
            finding(
                kind,
                [column.name],
                [(column.rows_of(wrong), column.name)],
                column.looked,
                title=f"`{column.name}` holds {what} but for {counted(rows, column.looked)}",
                meaning="These cells fail to parse, or become values that nothing else in the table matches.",
                action="Correct the cells at the source; until then reject them in the loading step.",
                examples=column.examples(wrong),
            )
        )
    return out


def _off_type(column: Column) -> Bools | None:
    """Cells that are no number where nearly all are (units and decimal marks are told elsewhere)."""
    number = np.isfinite(column.numbers)
    if column.share(number) < 1 - MOST:
        return None
    wrong = column.real & ~number
    for i in np.flatnonzero(wrong):
        part = quantity(str(column.values[i]))
        if part is not None and (part[1] or "," in part[0]):
            wrong[i] = False
    return wrong if wrong.any() else None


def _off_shape(column: Column) -> Bools | None:
    """Cells off the one or two shapes of a strict column; None where the column is not strict."""
    if column.is_number:
        return None
    shapes = column.shapes.tolist()
    shares = _shares(column, shapes)
    top = [s for s, share in shares if share >= MOST]
    if not top or len(top) > 2 or not all("9" in s for s in top):  # two shapes at most
        return None
    inside = np.fromiter((s in top for s in shapes), bool, len(shapes)) & column.real
    covered = column.share(inside)
    if covered < 1 - MOST or covered == 1.0:
        return None
    if any("a" in s for s in top) and not _fixed_words(column, inside):
        return None
    spaced = np.fromiter((v != v.strip() for v in column.values), bool, len(shapes))  # told elsewhere
    off = column.real & ~inside & ~spaced & ~_checked(column, inside) & ~_category(column, inside)
    return off if off.any() else None


def _category(column: Column, inside: Bools) -> Bools:
    """Values of a column of few categories that come about as often as the others (`IF` beside `VS1` and `SI2`)."""
    if column.distinct > CATEGORIES:
        return np.zeros(len(inside), dtype=bool)
    return np.asarray(column.counts >= max(5.0, 0.05 * float(np.median(column.counts[inside]))))


def _checked(column: Column, inside: Bools) -> Bools:
    """Codes that end in a check character X or K where the others end in a digit (ISSN, ISBN-10, RUT).

    None where the letter stands in other places too: then it is a slip.
    """
    none = np.zeros(len(inside), dtype=bool)
    whole = {column.masks[i] for i in np.flatnonzero(inside)}
    out = none.copy()
    for i in np.flatnonzero(column.real & ~inside):
        value = str(column.values[i])
        out[i] = value[-1] in "XK" and value[-2:-1].isdigit() and f"{column.masks[i][:-1]}9" in whole
        if any(letter in value[:-1] for letter in "XK"):
            return none
    return out


def _fixed_words(column: Column, inside: Bools) -> bool:
    """The letters around the digits hardly vary, or the column is a code of one exact shape."""
    words: Counter[str] = Counter()
    for i in np.flatnonzero(inside):
        words[" ".join(_WORDS.findall(str(column.values[i]))).casefold()] += int(column.counts[i])
    n = sum(words.values())
    if len(words) > 1 and sum(c for _, c in words.most_common(3)) >= 0.97 * n:
        return True
    if len(words) == 1:
        return True
    exact = _shares(column, column.masks)
    return exact[0][1] >= 0.95  # one exact shape


def find_formats(table: Table) -> list[Finding]:
    """Phone numbers and codes with the same count of digits, written in several ways (`(012) 345-6789`, `012-345-6789`)."""
    out = []
    for column in table.columns:
        if column.n_real < 20 or column.is_number or column.is_date or column.is_prose:  # fewer show no habit
            continue
        shapes = column.shapes.tolist()
        digits_only = np.fromiter(("a" not in s and "9" in s for s in shapes), bool, len(shapes)) & column.real
        if column.share(digits_only) < 1 - MOST:
            continue
        lengths: Counter[str] = Counter()
        _add(lengths, column, [str(m.count("9")) for m in column.masks], digits_only)
        length, n = lengths.most_common(1)[0]
        if n < 0.9 * column.n_real or int(length) < 6:  # short numbers are no phone or code
            continue
        ways: Counter[str] = Counter()
        _add(ways, column, column.masks, digits_only)
        if len(ways) < 2 or ways.most_common(1)[0][1] == column.n_real:  # one way
            continue
        first = ways.most_common(1)[0][0]
        as_long = np.fromiter((str(m.count("9")) == length for m in column.masks), bool, len(shapes))
        wrong = digits_only & as_long & np.fromiter((m != first for m in column.masks), bool, len(shapes))
        rows = int(column.counts[wrong].sum())
        if not rows:  # of other lengths only: another country, another kind of code
            continue
        out.append(
            finding(
                "minority_format",
                [column.name],
                [(column.rows_of(wrong), column.name)],
                column.looked,
                title=f"`{column.name}` writes one kind of number in {len(ways)} ways: {counted(rows, column.looked)} off the commonest",
                meaning="Equal numbers look different, so joins and duplicates are missed.",
                action="Keep the digits only, or one way of writing them.",
                examples=column.examples(wrong),
            )
        )
    return out


def find_leading_zeros(table: Table) -> list[Finding]:
    """Codes of one length of which a few are shorter by the zero that a spreadsheet took off.

    Zeros at the start of others show the habit. Where none is left, the name of a code that has them does, beside a column
    that decides which codes are short (all of one state).
    """
    out = []
    for column in table.columns:
        digits = column.matching(_DIGITS)
        if column.n_real < 20 or column.share(digits) < 0.9:  # fewer show no habit
            continue
        lengths = column.lengths
        widths: Counter[int] = Counter()
        for i in np.flatnonzero(digits):
            widths[int(lengths[i])] += int(column.counts[i])
        width, n = widths.most_common(1)[0]
        zero = digits & (lengths == width) & column.matching(_ZERO)
        habit = int(column.counts[zero].sum()) >= 2
        short = digits & (lengths < width) & (lengths >= width - (2 if habit else 1))
        rows = int(column.counts[short].sum())
        if width < 4 or not rows or n < 0.8 * column.n_real:  # stated above
            continue
        tells = _decides(table, column, short) if not habit and _CODED.search(column.name) else None
        if not habit and tells is None:
            continue
        where = f", all where `{tells.name}` has one value" if tells is not None else ""
        out.append(
            finding(
                "leading_zeros",
                [column.name],
                [(column.rows_of(short), column.name)],
                column.looked,
                title=f"`{column.name}` lost its leading zero in {counted(rows, column.looked)}{where}",
                meaning="The code no longer matches the same code elsewhere.",
                action=f"Read the column as text and pad it to {width} digits; check which program opened the file.",
                examples=column.examples(short),
            )
        )
    return out


def _decides(table: Table, column: Column, short: np.ndarray) -> Column | None:
    """Return the column of which one value holds nearly all short codes, and hardly any other; None where none does."""
    shorter = np.append(short, False)[table.codes(column)]
    for other in table.columns:
        if other is column or not 2 <= other.distinct <= _FEW_VALUES or other.is_prose:
            continue
        codes = table.codes(other).astype(np.int64)
        inside = np.bincount(codes[(codes >= 0) & shorter], minlength=other.distinct + 1)
        value = int(inside.argmax())
        whole = int((codes == value).sum())
        if whole < len(codes) / 2 and inside[value] >= _NEARLY_ALL * max(shorter.sum(), whole):
            return other
    return None


def find_stray_marks(table: Table) -> list[Finding]:
    """A mark that few rows carry, on values that exist without it (`AMHERST-*` beside `AMHERST`)."""
    out = []
    for column in table.columns:
        if column.n_real < 50 or column.is_number or column.is_date or column.is_prose:  # fewer show no habit
            continue
        known = {str(v) for v, r in zip(column.values, column.real, strict=True) if r}
        wrong = np.zeros(len(column.values), dtype=bool)
        for i in np.flatnonzero(column.real):
            value = str(column.values[i])
            bare = value.strip().strip(STRAY).strip()
            if bare != value.strip() and bare in known and len(bare) > 1:
                wrong[i] = True
        rows = int(column.counts[wrong].sum())
        if not rows or wilson(rows, column.n_real)[0] > MOST:
            continue
        out.append(
            finding(
                "stray_marks",
                [column.name],
                [(column.rows_of(wrong), column.name)],
                column.looked,
                title=f"`{column.name}` has stray marks around values that also stand without them: {counted(rows, column.looked)}",
                meaning="One category counts as two, and the rare one looks like noise.",
                action="Take the marks off; if they carry a meaning (a footnote, a flag), give it a column of its own.",
                examples=column.examples(wrong),
            )
        )
    return out


def find_whitespace(table: Table) -> list[Finding]:
    """Spaces before or after some values; in every value it is a note."""
    out = []
    for column in table.columns:
        wrong = np.fromiter((v != v.strip() for v in column.values), bool, len(column.values)) & column.real
        rows = int(column.counts[wrong].sum())
        if not rows:
            continue
        habit = rows > 0.5 * column.n_real
        harmless = column.is_prose or habit
        out.append(
            finding(
                "whitespace",
                [column.name],
                [] if habit else [(column.rows_of(wrong), column.name)],
                column.looked,
                rows=rows if habit else None,
                severity="note" if harmless else "warning",
                cell_error=not harmless,
                title=f"`{column.name}` has spaces before or after the value in {counted(rows, column.looked)}",
                meaning="Values that look equal are not, so joins and categories split.",
                action="Strip the spaces in the loading step.",
                examples=column.examples(wrong),
            )
        )
    return out


def _folded(value: str) -> str:
    text = unicodedata.normalize("NFKC", value).casefold()
    return " ".join(_MARKS.sub(" ", text).split())


def find_spellings(table: Table) -> list[Finding]:
    """One category in several spellings that differ in case, spaces or punctuation only."""
    out = []
    for column in table.columns:
        if (
            column.is_number or column.is_date or column.is_prose or column.n_real < 20 or column.is_key
        ):  # fewer show no habit
            continue
        groups: dict[str, list[int]] = defaultdict(list)
        for i in np.flatnonzero(column.real):
            folded = _folded(str(column.values[i]))
            if folded:
                groups[folded].append(int(i))
        wrong = _other_shapes(column) | _other_answers(column)
        for members in groups.values():
            if len(members) < 2:  # one spelling
                continue
            first = max(members, key=lambda m: (int(column.counts[m]), -m))
            common = str(column.values[first])
            for m in members:
                wrong[m] |= m != first and not _differs_between_digits(str(column.values[m]), common)
        rows = int(column.counts[wrong].sum())
        if not rows:
            continue
        out.append(
            finding(
                "category_spelling",
                [column.name],
                [(column.rows_of(wrong), column.name)],
                column.looked,
                severity="warning" if len(groups) <= 0.5 * column.n_real else "note",
                title=f"`{column.name}` spells the same category in several ways: {counted(rows, column.looked)} off the commonest",
                meaning="One category counts as several; the rare spellings look like new kinds to a model.",
                action="Choose one spelling and map the others to it.",
                examples=column.examples(wrong),
            )
        )
    return out


def _other_shapes(column: Column) -> Bools:
    """Codes of letters and digits that another code equals but for marks or leading zeros (`I214`, `I21.4`).

    The other code has to be three times as common, and the shape of this one rare in the column: `A1-2` and `A12` can
    both be codes where both shapes are usual.
    """
    wrong = np.zeros(len(column.values), dtype=bool)
    shares = dict(_shares(column, column.masks))
    groups: dict[str, list[int]] = defaultdict(list)
    for i in np.flatnonzero(column.real):
        value = str(column.values[i]).casefold()
        if _CODE.fullmatch(value):
            groups[_ZEROS.sub("", _BETWEEN.sub("", value))].append(int(i))
    for members in groups.values():
        first = max(members, key=lambda m: (int(column.counts[m]), -m))
        for m in members:
            rare = shares[column.masks[m]] <= MOST and column.masks[m] != column.masks[first]
            wrong[m] = rare and column.counts[first] >= 3 * column.counts[m]
    return wrong


def _other_answers(column: Column) -> Bools:
    """`Y` and `true` where the column answers with `yes`; all False where it holds other words too."""
    ways = [_ANSWERS.get(str(v).strip().casefold(), "") for v in column.values]
    counts: Counter[str] = Counter()
    _add(counts, column, ways, column.real)
    if counts[""] or len(counts) < 2:  # one way
        return np.zeros(len(ways), dtype=bool)
    first = counts.most_common(1)[0][0]
    other = np.fromiter((w != first for w in ways), bool, len(ways))
    return np.asarray(column.real & other)


def _differs_between_digits(one: str, other: str) -> bool:
    """1.5 and 15, 1-2 and 12 are different values, not two spellings."""
    return any(c.isdigit() for c in one) and one.casefold().split() != other.casefold().split()
