"""The reasons that graders gave for what went wrong: how often each, and in which failing kinds of input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.cases.columns import keys, stripped
from gatebook.evidence.performance import Measured
from gatebook.tables import Table


@dataclass(frozen=True)
class Reason:
    """One reason code.

    Attributes:
        code: as the graders wrote it.
        rows, clusters: labelled cases that carry it, and the independent groups that these come from.
        share: of all labelled cases that carry a reason; a case to which graders gave several counts in each.
        in_slices: its cases in each failing kind of input.
    """

    code: str
    rows: int
    clusters: int
    share: float
    in_slices: tuple[int, ...]


def reasons(
    tables: dict[str, Table],
    found: Cases,
    data: Measured,
    slices: Sequence[np.ndarray],
    hidden: frozenset[str] = frozenset(),
) -> tuple[Reason, ...]:
    """Return the reason codes of the candidate's labelled cases, the most frequent first; empty where nobody gave any.

    Args:
        tables: the opened tables, by role.
        found: the candidate's outcomes.
        data: the labelled cases.
        slices: (rows,) bool, of each failing kind of input.
        hidden: columns whose values are never shown.
    """
    spec, table = found.specs.get("labels"), tables.get("labels")
    if spec is None or table is None:
        return ()
    if spec.reason is None or spec.reason in hidden:
        return ()
    rows = table.frame()
    codes = pd.DataFrame({"key": keys(rows, spec.ids).to_numpy(), "code": stripped(rows[spec.reason]).to_numpy()})
    if spec.version is not None and found.candidate is not None:
        codes = codes[(stripped(rows[spec.version]) == found.candidate).to_numpy()]
    codes = codes.dropna().drop_duplicates()
    cases = pd.DataFrame({"key": data.keys, "case": np.arange(len(data.keys))})
    given = codes.merge(cases, on="key")
    if given.empty:
        return ()
    total, out = given["case"].nunique(), []
    for code, mine in given.groupby("code")["case"]:
        at = np.unique(mine.to_numpy())
        groups = len(at) if data.design.clusters is None else len(np.unique(data.design.clusters[at]))
        out.append(Reason(str(code), len(at), groups, len(at) / total, tuple(int(s[at].sum()) for s in slices)))
    return tuple(sorted(out, key=lambda r: (-r.rows, r.code)))
