"""What becomes of rows when two tables are joined by their ids."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gatebook.tables.account import JoinAccount
from gatebook.tables.table import Table


def join_account(
    left: Table, left_ids: Sequence[str], right: Table, right_ids: Sequence[str], values: Sequence[str] = ()
) -> JoinAccount:
    """Return the account of joining `right` onto `left`.

    Args:
        left: the table that is joined to, as a rule the sample.
        left_ids: its id columns.
        right: the table that is joined, e.g. the labels.
        right_ids: its id columns, in the same order.
        values: columns of `right`; rows of one id that differ in them conflict. Name the annotator and version columns among
            `right_ids` where several rows an id are meant.

    Raises:
        TableError: a column does not exist.
        ValueError: different numbers of id columns.
    """
    if len(left_ids) != len(right_ids):
        raise ValueError(f"{len(left_ids)} id columns on the left but {len(right_ids)} on the right")
    ours, theirs = left.frame(list(left_ids)), right.frame(list(dict.fromkeys([*right_ids, *values])))
    ids = [f"id{i}" for i in range(len(left_ids))]
    a = ours.dropna().set_axis(ids, axis=1).drop_duplicates()
    whole = theirs.dropna(subset=list(right_ids))
    keys = whole[list(right_ids)].set_axis(ids, axis=1)
    b = keys.drop_duplicates()
    both = len(a.merge(b, on=ids))
    counts = keys.groupby(ids, sort=False).size()
    repeated = counts[counts > 1]
    conflicts = 0
    if values and len(repeated):
        distinct = pd.concat(
            [keys, whole[list(values)].set_axis([f"value{i}" for i in range(len(values))], axis=1)], axis=1
        ).drop_duplicates()
        conflicts = int((distinct.groupby(ids, sort=False).size() > 1).sum())
    blank = len(ours) - len(ours.dropna()) + len(theirs) - len(whole)
    return JoinAccount(left.role, right.role, both, len(a) - both, len(b) - both, len(repeated), conflicts, blank)
