"""Graders who agree with the others less than chance allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

FEWEST = 10  # shared items below which a grader cannot be judged
LEVEL = 0.05  # over all graders
GAP = 0.05  # agreement below what the others reach on the same items, from which a grader is named


@dataclass(frozen=True)
class Annotator:
    """One grader against the others, on the items that they share.

    Attributes:
        name: as the labels table writes it.
        items: items shared with at least two others.
        agreement: share of pairs with another grader that agree.
        usual: the same share among the others, on the same items.
        lower, upper: 95 % interval of agreement - usual.
        one_answer: whether all items got one and the same answer.
        suspicious: agreement is shown to be lower than usual, by at least 5 points, over all graders judged at once.
    """

    name: str
    items: int
    agreement: float
    usual: float
    lower: float
    upper: float
    one_answer: bool
    suspicious: bool


def judge_annotators(raw: pd.DataFrame) -> tuple[Annotator, ...]:
    """Return the graders that share at least 10 items with two others, the least agreeing first.

    Args:
        raw: one row a grading; columns key, annotator, value (text). One grading a grader and item counts.

    For each item a grader's share of agreeing others is set against the share of agreeing pairs among these others, so
    that hard items are held against nobody. One-sided t test of the mean difference over items; Holm's (1979,
    Scandinavian Journal of Statistics 6) correction over graders.
    """
    known = raw[raw["annotator"].notna() & raw["value"].notna()].drop_duplicates(["key", "annotator"])
    table = known.assign(vote=1).pivot_table(index="key", columns="value", values="vote", aggfunc="sum", fill_value=0)
    votes = table.to_numpy(float)
    item = table.index.get_indexer(pd.Index(known["key"]))
    value = table.columns.get_indexer(pd.Index(known["value"]))
    total = votes.sum(axis=1)[item]
    mine = votes[item, value] - 1  # others who gave the same answer
    others = total - 1
    same_pairs = (votes * (votes - 1)).sum(axis=1)[item] - 2 * mine
    usable = others >= 2
    known = known.assign(
        agrees=np.divide(mine, others, out=np.zeros(len(known)), where=usable),
        usual=np.divide(same_pairs, others * (others - 1), out=np.zeros(len(known)), where=usable),
    )[usable]
    found = []
    for name, rows in known.groupby("annotator", sort=True):
        if len(rows) >= FEWEST:
            found.append((*_compared(rows), str(name), rows))
    order = np.argsort([p for p, *_ in found], kind="stable")
    shown, still = set[int](), True
    for rank, i in enumerate(order):
        still = still and found[i][0] <= LEVEL / (len(found) - rank)
        if still:
            shown.add(int(i))
    out = [
        Annotator(
            name,
            len(rows),
            float(rows["agrees"].mean()),
            float(rows["usual"].mean()),
            lower,
            upper,
            len(set(rows["value"])) == 1,
            i in shown and float(rows["usual"].mean() - rows["agrees"].mean()) >= GAP,
        )
        for i, (_, lower, upper, name, rows) in enumerate(found)
    ]
    return tuple(sorted(out, key=lambda a: a.agreement - a.usual))


def _compared(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Return the one-sided p of "no less agreement than usual", and the 95 % interval of the difference."""
    gap = (rows["agrees"] - rows["usual"]).to_numpy(float)
    n, mean = len(gap), float(gap.mean())
    # never below the spread of a grader who agrees by the usual chance, so that ten equal items prove nothing
    usual = rows["usual"].to_numpy(float)
    error = np.sqrt(max(float(gap.var(ddof=1)), float((usual * (1 - usual)).mean() / 2)) / n)
    if error == 0:
        error = 0.5 / n
    reach = float(special.stdtrit(n - 1, 0.975)) * error
    return float(special.stdtr(n - 1, mean / error)), mean - reach, mean + reach
