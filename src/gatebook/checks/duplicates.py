"""Rows, ids and texts that come twice; columns that hold no information, or too much: constants, what knows the
answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import chi2

from gatebook.checks.column import Bools, CheckedTable, Column, Ints, mixed, repeats
from gatebook.checks.finding import Finding, Found, finding
from gatebook.checks.registry import CheckName, each_column, whole_table

NEARLY = 0.5  # rows equal but for one column, for each whole repeat, up to which repeats are copies
GROUP = 2  # repeats in a group of equal rows, on average, up to which they are copies
FEW_COPIES = 5  # fewer repeats are no warning where no column tells rows apart
MANY_REPEATED = 100  # rows whose text comes twice, from which their agreement on the label can be judged
NO_AGREEMENT = 0.2  # agreement beyond chance below which the text does not decide the label
KNOWS = 0.97  # chance-corrected agreement from which a feature is said to know the answer
TELLS = 0.3  # Cramer's V between "is empty" and the label from which the gap itself tells the answer
_NOISE = re.compile(r"[\W_]+")


def _expected_repeats(table: CheckedTable) -> float:
    """Pairs of equal rows that independent columns would give by chance."""
    log_share = 0.0
    for column in table.columns:
        if column.name in table.compared and len(column.counts):
            shares = column.counts / max(1, column.looked)
            blank = max(0.0, 1 - shares.sum())
            match = float((shares**2).sum() + blank**2)
            if column.rows is not None:  # nearly all distinct: a sample shows too few pairs
                match = min(match, 1 / max(1, column.distinct))
            log_share += float(np.log(max(match, 1e-300)))
    pairs = table.rows * (table.rows - 1) / 2
    return float(np.exp(min(700.0, np.log(max(pairs, 1e-9)) + log_share)))


def _are_copies(table: CheckedTable) -> bool:
    """Whether equal rows are copies and no coincidence.

    Copies are few of all rows, come in many small groups, and hardly any row equals another but for one column.
    Where values agree by chance, or people give one stock answer, there are more near repeats or a few large groups,
    however the columns hang together.
    """
    rows = len(table.repeated)
    rich = any(c.is_prose or c.distinct >= 0.5 * c.total for c in table.columns if c.name in table.compared)
    whole = len(table.compared) == len(table.columns)
    if not 0.005 * table.rows <= rows <= 0.3 * table.rows or not (rich or (whole and rows >= FEW_COPIES)):
        return False
    words = [mixed(c.codes, i) for i, c in enumerate(table.columns, 1) if c.name in table.compared]
    sums = np.asarray(np.sum(words, axis=0, dtype=np.uint64))
    again = repeats(sums)
    nearly = sum(len(repeats(sums - word)) - len(again) for word in words)
    groups = len(np.unique(sums[again]))
    return nearly <= NEARLY * len(again) and 0 < len(again) <= GROUP * groups


@whole_table(CheckName.DUPLICATES)
def duplicates(table: CheckedTable) -> Iterator[Finding]:
    """Rows equal to an earlier one, beyond what few-valued columns give by chance; ids that come twice.

    A warning where true copies are told from coincidence: hardly any row repeats an earlier one but for one column.
    """
    rows = len(table.repeated)
    if rows > 3 * _expected_repeats(table) + 1 and len(table.compared) > 1:
        code = Found.COPIES if _are_copies(table) else Found.COPIES_OR_CHANCE
        yield finding(code, [], [], table.rows, rows=rows)
    if rows := len(table.repeated_ids):
        cells = [(table.repeated_ids, table.ids[0])] if len(table.ids) == 1 else []
        key = " + ".join(f"`{name}`" for name in table.ids)
        yield finding(Found.DUPLICATE_ID, table.ids, cells, table.rows, rows=rows, key=key)


def _is_text(column: Column, table: CheckedTable) -> bool:
    return column.is_prose or column.name in table.roles.text


@each_column(CheckName.NEAR_DUPLICATES)
def near_duplicates(column: Column, table: CheckedTable) -> Iterator[Finding]:
    """Texts equal but for case, spaces and punctuation, beyond what their words give by chance."""
    if _is_text(column, table):
        folded = pd.Series({i: _NOISE.sub(" ", value.casefold()).strip() for i, value in column.real_values()})
        repeated = folded.duplicated(keep="first") & (folded.str.len() >= 15)  # short texts repeat by nature
        mask = column.at(folded.index[repeated].to_numpy())
        if column.count(mask) > 3 * _expected_texts(folded) + 1:
            yield finding(Found.NEAR_DUPLICATES, [column.name], [(column.rows_of(mask), column.name)], column.looked)


def _expected_texts(texts: pd.Series) -> float:
    """Pairs of equal texts that words drawn one by one, each as often as it stands here, would give."""
    often, long = Counter[str](), Counter[int]()
    for text in texts:  # one by one: all words of all texts take twenty times the room of the texts
        words = text.split()
        often.update(words)
        long[len(words)] += 1
    uses = np.array(list(often.values()), dtype=float)
    match = float(((uses / uses.sum()) ** 2).sum()) if len(uses) else 0.0
    return float(sum(n * (n - 1) / 2 * match**length for length, n in long.items() if length))


@whole_table(CheckName.CONFLICTS)
def conflicts(table: CheckedTable) -> Iterator[Finding]:
    """The same text with different labels."""
    label = table.get(table.roles.label)
    for column in table.columns if label is not None else ():
        if column is label or label is None or not _is_text(column, table):
            continue
        both = np.flatnonzero((column.codes >= 0) & (label.codes >= 0))
        pairs = pd.DataFrame({"text": column.codes[both], "label": label.codes[both]})
        rows = both[(pairs.groupby("text")["label"].transform("nunique") > 1).to_numpy()]
        if len(rows):
            code = Found.CONFLICT if _decides(pairs) else Found.CONFLICT_UNDECIDED
            yield table.found(code, [column, label], [(rows, label)])


def _decides(pairs: pd.DataFrame) -> bool:
    """Whether equal texts agree on the label beyond what any two rows do; True where few repeat, or none agree."""
    size = pairs.groupby("text")["label"].transform("size")
    if (size > 1).sum() < MANY_REPEATED:
        return True
    counts = pairs[size > 1].value_counts().groupby("text").agg(list)
    alike = sum(n * (n - 1) for group in counts for n in group)
    all_pairs = sum(sum(group) * (sum(group) - 1) for group in counts)
    chance = float((pairs["label"].value_counts(normalize=True) ** 2).sum())
    agreement = (alike / all_pairs - chance) / max(1e-9, 1 - chance)
    return not abs(agreement) < NO_AGREEMENT


@whole_table(CheckName.CONSTANT)
def constant(table: CheckedTable) -> Iterator[Finding]:
    """Columns with one value in every row; one finding for all of them."""
    same = [c for c in table.columns if c.distinct == 1 and not c.empty and c.total > 1]
    if same:
        examples = [(str(c.values[0]), c.total) for c in same]
        names = [c.name for c in same]
        yield finding(Found.CONSTANT, names, [], table.rows, rows=table.rows, examples=examples)


def _agreement(feature: Ints, label: Ints) -> float:
    """Share of rows whose label the other rows with the same feature value tell, corrected for the commonest label."""
    n_labels = int(label.max()) + 1
    pair, inverse, count = np.unique(feature * n_labels + label, return_inverse=True, return_counts=True)
    key = pair // n_labels
    total = np.bincount(key, weights=count)
    repeated = total[feature] >= 2  # a value seen once tells nothing of other rows
    if repeated.mean() < 0.5:
        return 0.0
    others = (count[inverse] - 1) / np.maximum(1, total[feature] - 1)
    told = float(others[repeated].mean())
    chance = float(((np.bincount(label) / len(label)) ** 2).sum())
    return (told - chance) / (1 - chance) if chance < 1 else 0.0


def _coded(column: Column) -> Ints:
    if column.is_number and column.distinct > 50:  # many-valued numbers are compared in bins
        numbers = column.on_rows(column.numbers, np.nan)
        cuts = np.unique(np.nanquantile(numbers, np.linspace(0, 1, 41)))
        return np.where(np.isfinite(numbers), np.searchsorted(cuts, numbers), -1).astype(np.int64)
    return column.wide_codes


@whole_table(CheckName.LEAKS)
def leaks(table: CheckedTable) -> Iterator[Finding]:
    """Features that tell the label nearly alone."""
    label = table.get(table.roles.label)
    if label is None or label.distinct < 2 or (label.is_number and label.distinct > 50):  # a label of classes
        return
    known = label.codes >= 0
    known &= ~np.isin(table.at(np.arange(table.looked)), table.again)  # two rows of one id tell nothing of other ids
    rows = int(known.sum())
    for column in table.columns if rows >= 50 else ():  # fewer labels tell nothing
        if column is label or column.is_prose or (column.is_key and not column.is_number):
            continue
        score = _agreement(_coded(column)[known] + 1, label.wide_codes[known])
        if score >= KNOWS:
            separates = column.name in (*table.ids, table.roles.time) or column.is_date
            code = Found.LEAK_SEPARATES if separates else Found.LEAK
            yield finding(code, [column.name, label.name], [], rows, rows=rows, score=100 * score)


@whole_table(CheckName.TELLING_GAPS)
def telling_gaps(table: CheckedTable) -> Iterator[Finding]:
    """Columns whose gaps tell the label: Cramer's V of at least 0.3, p below 0.001 over all columns together."""
    label = table.get(table.roles.label)
    if label is None or not 2 <= label.distinct <= 20 or label.is_prose:  # a label of a few classes
        return
    known = label.codes >= 0
    classes, inverse = np.unique(label.codes[known], return_inverse=True)
    n = len(inverse)
    if n < 50 or len(classes) < 2:  # too few labels to tell
        return
    share = np.bincount(inverse) / n
    for column in table.columns:
        gap: Bools = column.on_rows(column.null_like, True)[known]
        k = int(gap.sum())
        if column is label or not 10 <= k <= n - 10:  # fewer gaps (or values) tell nothing
            continue
        seen = np.bincount(inverse[gap], minlength=len(classes))
        off = (seen - k * share) ** 2
        statistic = float((off / (k * share)).sum() + (off / ((n - k) * share)).sum())
        p = float(chi2.sf(statistic, len(classes) - 1)) * len(table.columns)
        if np.sqrt(statistic / n) >= TELLS and p <= 0.001:  # stated in words
            most = int(np.argmax(seen / k - share))
            shares = {"with_gap": 100 * seen[most] / k, "without": 100 * (share[most] * n - seen[most]) / (n - k)}
            examples = [(str(label.values[classes[most]]), int(seen[most]))]
            yield finding(Found.TELLING_GAPS, [column.name, label.name], [], n, rows=k, examples=examples, **shares)
