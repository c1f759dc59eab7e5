"""Rows that come twice, ids that come twice, and equal inputs with different answers."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd

from gatebook.evidence.quality.column import Column, Table, mixed, repeats
from gatebook.evidence.quality.finding import Finding, counted, finding

NEARLY = 0.5  # rows equal but for one column, for each whole repeat, up to which repeats are copies
GROUP = 2  # repeats in a group of equal rows, on average, up to which they are copies
FEW_COPIES = 5  # fewer repeats are no warning where no column tells rows apart
MANY_REPEATED = 100  # rows whose text comes twice, from which their agreement on the label can be judged
NO_AGREEMENT = 0.2  # agreement beyond chance below which the text does not decide the label
_NOISE = re.compile(r"[\W_]+")


def _expected_repeats(table: Table) -> float:
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


def _are_copies(table: Table) -> bool:
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
    words = [mixed(table.codes(c), i) for i, c in enumerate(table.columns, 1) if c.name in table.compared]
    sums = np.asarray(np.sum(words, axis=0, dtype=np.uint64))
    again = repeats(sums)
    nearly = sum(len(repeats(sums - word)) - len(again) for word in words)
    groups = len(np.unique(sums[again]))
    return nearly <= NEARLY * len(again) and 0 < len(again) <= GROUP * groups


def find_duplicates(table: Table) -> list[Finding]:
    """Rows equal to an earlier one, beyond what few-valued columns give by chance; ids that come twice.

    A warning where true copies are told from coincidence: hardly any row repeats an earlier one but for one column.
    """
    out = []
    rows = len(table.repeated)
    if rows and rows > 3 * _expected_repeats(table) + 1 and len(table.compared) > 1:
        copies = _are_copies(table)
        out.append(
            finding(
                "exact_duplicates",
                [],
                [],
                table.rows,
                rows=rows,
                severity="warning" if copies else "note",
                cell_error=False,
                title=f"{counted(rows, table.rows)} repeat an earlier row",
                meaning="They count twice in every figure, and the same row can stand on both sides of a test."
                if copies
                else "They may be copies, or different rows that happen to agree: these columns do not tell which.",
                action="Keep one of each; find out which join or reload doubled them."
                if copies
                else "Ask whether two rows can agree in all of this; an id for each row would tell.",
            )
        )
    if len(table.repeated_ids):
        rows = len(table.repeated_ids)
        out.append(
            finding(
                "duplicate_id",
                table.ids,
                [(table.repeated_ids, table.ids[0])] if len(table.ids) == 1 else [],
                table.rows,
                rows=rows,
                cell_error=False,
                title=f"{' + '.join(f'`{i}`' for i in table.ids)} is no key: {counted(rows, table.rows)} repeat an earlier id",
                meaning="Labels and predictions join to the wrong row, or twice.",
                action="Find out what one row stands for, and use an id that says it.",
            )
        )
    return out


def find_near_duplicates(table: Table) -> list[Finding]:
    """Texts equal but for case, spaces and punctuation, beyond what their words give by chance."""
    out = []
    for column in table.columns:
        if not (column.is_prose or column.name in table.text):
            continue
        real = np.flatnonzero(column.real)
        folded = pd.Series([_NOISE.sub(" ", str(column.values[i]).casefold()).strip() for i in real])
        repeated = folded.duplicated(keep="first") & (folded.str.len() >= 15)  # short texts repeat by nature
        mask = np.zeros(len(column.values), dtype=bool)
        mask[real[repeated.to_numpy()]] = True
        rows = int(column.counts[mask].sum())
        if rows > 3 * _expected_texts(folded) + 1:
            out.append(
                finding(
                    "near_duplicates",
                    [column.name],
                    [(column.rows_of(mask), column.name)],
                    column.looked,
                    severity="note",
                    cell_error=False,
                    title=f"`{column.name}`: {counted(rows, column.looked)} repeat another text but for case, spaces or punctuation",
                    meaning="Near copies make the sample look larger than it is.",
                    action="Keep one of each before labels are drawn.",
                )
            )
    return out


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


def find_conflicts(table: Table) -> list[Finding]:
    """The same text with different labels."""
    label = table.get(table.label) if table.label else None
    if label is None:
        return []
    out = []
    given = table.codes(label).astype(np.int64)
    for column in table.columns:
        if column is label or not (column.is_prose or column.name in table.text):
            continue
        rows = _conflicting(table, column, given)
        if len(rows):
            decides = _decides(table.codes(column).astype(np.int64), given)
            out.append(
                finding(
                    "conflicting_duplicates",
                    [column.name, label.name],
                    [(table.at(rows), label.name)],
                    table.looked,
                    severity="warning" if decides else "note",
                    cell_error=False,
                    title=f"Equal `{column.name}` carries different `{label.name}` in {counted(len(rows), table.looked)}",
                    meaning="No model can be right on both; the best possible accuracy is capped."
                    if decides
                    else "Equal texts agree on the answer no more than any two rows do: the text alone does not tell it.",
                    action="Let a second grader decide these rows, and say in the guideline why."
                    if decides
                    else "Ask whether the text is what the answer was judged by.",
                )
            )
    return out


def _decides(codes: np.ndarray, given: np.ndarray) -> bool:
    """Whether equal texts agree on the label beyond what any two rows do; True where few texts repeat, or none agree."""
    both = (codes >= 0) & (given >= 0)
    pairs = pd.DataFrame({"text": codes[both], "label": given[both]})
    size = pairs.groupby("text")["label"].transform("size")
    if (size > 1).sum() < MANY_REPEATED:
        return True
    counts = pairs[size > 1].value_counts().groupby("text").agg(list)
    alike = sum(n * (n - 1) for group in counts for n in group)
    all_pairs = sum(sum(group) * (sum(group) - 1) for group in counts)
    chance = float((pairs["label"].value_counts(normalize=True) ** 2).sum())
    agreement = (alike / all_pairs - chance) / max(1e-9, 1 - chance)
    return not abs(agreement) < NO_AGREEMENT


def _conflicting(table: Table, column: Column, given: np.ndarray) -> np.ndarray:
    codes = table.codes(column).astype(np.int64)
    both = np.flatnonzero((codes >= 0) & (given >= 0))
    pairs = pd.DataFrame({"text": codes[both], "label": given[both]})
    several = pairs.groupby("text")["label"].transform("nunique") > 1
    return both[several.to_numpy()]
