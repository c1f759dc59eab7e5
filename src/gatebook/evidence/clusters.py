"""Which rows belong together: the declared cluster, or an id-like column that shows a design effect."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.cases.columns import stripped
from gatebook.project import Project
from gatebook.reading import Table
from gatebook.stats.design import design_effect

LIMIT = 1.1
MIN_GROUPS = 10
_ID_NAME = re.compile(
    r"(?i)(^|[_\W])(id|ids|key|user|customer|client|account|session|conversation|thread|task|patient|device|store|"
    r"case|group|contract|machine|vehicle|tail|tailnum|author|ip|email)([_\W]|$)|(id|Id|ID|key|Key)$"
)


@dataclass(frozen=True)
class Clusters:
    """Which rows of the outcomes are not independent.

    Attributes:
        codes: integer code of each row of the outcomes' frame, None where rows are independent.
        column: the column that says so.
        declared: whether the project file names it.
        design_effect: how much wider it makes the interval, None where not computed.
        unclear: a column that may group the rows but cannot be judged, for want of groups.
    """

    codes: np.ndarray | None = None
    column: str | None = None
    declared: bool = False
    design_effect: float | None = None
    unclear: str | None = None


def find_clusters(
    project: Project, tables: dict[str, Table], found: Cases, losses: np.ndarray, known: np.ndarray
) -> Clusters:
    """Return the clusters of the outcomes' rows.

    Args:
        project: names the cluster column, where it is known.
        tables: the sample among them, where id-like columns are looked for: a column of the labels may follow the
            outcome.
        found: the outcomes.
        losses: one figure a labelled row, shape (k,).
        known: positions of the labelled rows in the outcomes' frame, shape (k,).
    """
    rows = found.frame["row"].to_numpy(int)
    table = tables["sample"]
    declared = found.specs["sample"].cluster
    if declared is not None and declared not in (*found.specs["sample"].ids, *project.ignore):
        codes = _codes(_of_rows(table, declared, rows))
        effect = design_effect(losses, codes[known]).value if len(known) else None
        return Clusters(codes, declared, declared=True, design_effect=effect)
    repeats = found.frame["key"].duplicated().any()
    best: Clusters | None = None
    unclear: str | None = None
    segments = found.specs["sample"].segments
    for name in found.inputs if len(known) else ():  # what is known only with the outcome groups outcomes by itself
        values = _of_rows(table, name, rows)
        if not _id_like(name, values.iloc[known]):
            continue
        codes = _codes(values)
        effect_found = design_effect(losses, codes[known])
        if effect_found.lower <= LIMIT:
            continue
        if effect_found.clusters < MIN_GROUPS:
            if name not in segments:  # a segment of few values is a kind of input
                unclear = name
        elif best is None or effect_found.value > (best.design_effect or 0):
            best = Clusters(codes, name, declared=False, design_effect=effect_found.value)
    if best is not None:
        return best
    if repeats:
        codes = _codes(found.frame["key"])
        effect = design_effect(losses, codes[known]).value if len(known) else None
        return Clusters(codes, "id", declared=False, design_effect=effect, unclear=unclear)
    return Clusters(unclear=unclear)


def _of_rows(table: Table, name: str, rows: np.ndarray) -> pd.Series:
    """Return the cells of one column at these 0-based positions."""
    return table.frame([name]).iloc[rows, 0].reset_index(drop=True)


def _id_like(name: str, values: pd.Series) -> bool:
    """Return whether a column may name the unit behind several rows: repeated values, and many of them."""
    text = stripped(values).dropna()
    distinct = text.nunique()
    if distinct < 2 or distinct > 0.95 * len(text) or len(text) < 0.5 * len(values):
        return False
    if _ID_NAME.search(name):
        return True
    if distinct < max(20, len(text) / 20):
        return False
    plain = not text.str.contains(r"[.,]\d|\s\S+\s", regex=True).mean() > 0.2
    return plain and not pd.to_numeric(text, errors="coerce").notna().mean() > 0.5


def _codes(values: pd.Series) -> np.ndarray:
    """Return an integer a row; a blank is a group of its own."""
    codes, uniques = pd.factorize(stripped(values))
    lonely = codes < 0
    codes[lonely] = len(uniques) + np.arange(int(lonely.sum()))
    return codes.astype(np.int64)
