"""Columns that hold no information, or too much: constant columns, features that know the answer, order of rows."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from gatebook.evidence.quality.column import Column, Table
from gatebook.evidence.quality.finding import Finding, counted, finding

KNOWS = 0.97  # chance-corrected agreement from which a feature is said to know the answer
TELLS = 0.3  # Cramer's V between "is empty" and the label from which the gap itself tells the answer


def find_constant(table: Table) -> list[Finding]:
    """Columns with one value in every row; one finding for all of them."""
    same = [c for c in table.columns if c.distinct == 1 and not c.empty and c.total > 1]
    if not same:
        return []
    names = ", ".join(f"`{c.name}`" for c in same[:4]) + (
        f" and {len(same) - 4} more" if len(same) > 4 else ""
    )  # four names still read as a line
    return [
        finding(
            "constant",
            [c.name for c in same],
            [],
            table.rows,
            rows=table.rows,
            severity="note",
            cell_error=False,
            title=f"{names} {'holds' if len(same) == 1 else 'hold'} one value in every row",
            meaning="A constant teaches a model nothing; if production varies here, the sample is too narrow.",
            action="Ask whether production holds other values; leave the column out of the model.",
            examples=[(str(c.values[0]), c.total) for c in same],
        )
    ]


def _agreement(feature: np.ndarray, label: np.ndarray) -> float:
    """Share of rows whose label is told by the other rows with the same feature value, corrected for the commonest label."""
    n_labels = int(label.max()) + 1
    pair, inverse, count = np.unique(feature * n_labels + label, return_inverse=True, return_counts=True)
    key = pair // n_labels
    total = np.bincount(key, weights=count)
    repeated = total[feature] >= 2  # a value seen once tells nothing of other rows
    if repeated.mean() < 0.5:
        return 0.0
    most = np.zeros(len(total))
    np.maximum.at(most, key, count)
    others = (count[inverse] - 1) / np.maximum(1, total[feature] - 1)
    told = float(others[repeated].mean())
    shares = np.bincount(label) / len(label)
    chance = float((shares**2).sum())
    return (told - chance) / (1 - chance) if chance < 1 else 0.0


def _coded(table: Table, column: Column) -> np.ndarray:
    codes = table.codes(column).astype(np.int64)
    if column.is_number and column.distinct > 50:  # many-valued numbers are compared in bins
        numbers = np.append(column.numbers, np.nan)[codes]
        cuts = np.unique(np.nanquantile(numbers, np.linspace(0, 1, 41)))
        return np.where(np.isfinite(numbers), np.searchsorted(cuts, numbers), -1).astype(np.int64)
    return codes


def find_leaks(table: Table) -> list[Finding]:
    """Features that tell the label nearly alone, and missing values that do."""
    label = table.get(table.label) if table.label else None
    if label is None or label.distinct < 2 or (label.is_number and label.distinct > 50):  # a label of classes
        return []
    given = table.codes(label).astype(np.int64)
    known = given >= 0
    known[table.again] = False  # what two rows of one id share tells nothing of other ids
    if known.sum() < 50:  # too few labels to tell
        return []
    out = []
    for column in table.columns:
        if column is label or column.is_prose:
            continue
        codes = _coded(table, column)[known]
        if column.is_key and not column.is_number:
            continue
        score = _agreement(codes + 1, given[known])
        if score >= KNOWS:
            separates = column.name in table.ids or column.name == table.time or column.is_date
            out.append(
                finding(
                    "leak",
                    [column.name, label.name],
                    [],
                    int(known.sum()),
                    rows=int(known.sum()),
                    cell_error=False,
                    title=f"`{column.name}` {'separates the classes of' if separates else 'knows the answer in'} `{label.name}` ({100 * score:.0f} % beyond chance)",
                    meaning="The model will look right on this sample and fail where the column is not known beforehand.",
                    action="Ask when the column is filled; if after the answer is known, leave it out and measure again.",
                )
            )
    return out


def find_telling_gaps(table: Table) -> list[Finding]:
    """Columns whose missing values tell the label: Cramer's V of at least 0.3, p below 0.001 over all columns together."""
    label = table.get(table.label) if table.label else None
    if label is None or not 2 <= label.distinct <= 20 or label.is_prose:  # a label of a few classes
        return []
    given = table.codes(label).astype(np.int64)
    known = given >= 0
    classes, inverse = np.unique(given[known], return_inverse=True)
    n = len(inverse)
    if n < 50 or len(classes) < 2:  # too few labels to tell
        return []
    share = np.bincount(inverse) / n
    out = []
    for column in table.columns:
        if column is label:
            continue
        gap = np.append(column.null_like, True)[table.codes(column)][known]
        k = int(gap.sum())
        if not 10 <= k <= n - 10:  # fewer gaps (or values) tell nothing
            continue
        seen = np.bincount(inverse[gap], minlength=len(classes))
        statistic = float(
            ((seen - k * share) ** 2 / (k * share)).sum() + ((k * share - seen) ** 2 / ((n - k) * share)).sum()
        )
        p = float(chi2.sf(statistic, len(classes) - 1)) * len(table.columns)
        if np.sqrt(statistic / n) < TELLS or p > 0.001:  # stated in words
            continue
        most = int(np.argmax(seen / k - share))
        with_gap, without = seen[most] / k, (share[most] * n - seen[most]) / (n - k)
        answer = str(label.values[classes[most]])
        out.append(
            finding(
                "telling_gaps",
                [column.name, label.name],
                [],
                n,
                rows=k,
                cell_error=False,
                title=f"`{column.name}` is empty in {counted(k, n)}, and the gap tells `{label.name}`: {100 * with_gap:.0f} % of these rows have one answer, against {100 * without:.0f} % of the others",
                meaning="The model can learn from the gap itself; if production fills the column differently, it fails.",
                action="Ask when the column is filled. If after the answer is known, leave it out; else sample both kinds of row alike.",
                examples=[(answer, int(seen[most]))],
            )
        )
    return out
