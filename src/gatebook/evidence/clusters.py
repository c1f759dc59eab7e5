"""Which rows belong together: the declared cluster, or an id-like column that shows a design effect."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from gatebook.evidence.columns import available, named_columns, row_keys, stripped
from gatebook.evidence.facts import Clusters
from gatebook.evidence.outcomes import Outcomes
from gatebook.project import Project
from gatebook.stats.clusters import design_effect
from gatebook.tables import Table

LIMIT = 1.1
MIN_GROUPS = 10
_ID_NAME = re.compile(
    r"(?i)(^|[_\W])(id|ids|key|user|customer|client|account|session|conversation|thread|task|patient|device|store|"
    r"case|group|contract|machine|vehicle|tail|tailnum|author|ip|email)([_\W]|$)|(id|Id|ID|key|Key)$"
)  # fmt: skip


def find_clusters(
    project: Project, tables: dict[str, Table], found: Outcomes, losses: np.ndarray, known: np.ndarray
) -> Clusters:
    """Return the clusters of the outcomes' rows.

    Args:
        project: names the cluster column, where it is known.
        tables: sample, labels and predictions, where id-like columns are looked for.
        found: the outcomes.
        losses: one figure a labelled row, shape (k,).
        known: positions of the labelled rows in the outcomes' frame, shape (k,).
    """
    rows = found.frame["row"].to_numpy(int)
    declared = project.tables["sample"].cluster
    if declared is not None and declared in _free(project, tables["sample"]):
        codes = _codes(_of_rows(tables["sample"], declared, rows))
        effect = design_effect(losses, codes[known]).value if len(known) else None
        return Clusters(codes, declared, declared=True, design_effect=effect)
    repeats = found.frame["key"].duplicated().any()
    best: Clusters | None = None
    unclear: str | None = None
    segments = project.tables["sample"].segments
    for name, values in _columns(project, tables, found) if len(known) else ():
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


def _free(project: Project, table: Table) -> list[str]:
    """Return the columns of a table that are no id and have no other meaning."""
    spec = available(project.tables[table.role], table)
    taken = {c for c, key in spec.named_columns().items() if key not in {"cluster", "segments"}}
    return [c for c in table.columns if c not in {*taken, *spec.ids, *project.ignore}]


def _columns(project: Project, tables: dict[str, Table], found: Outcomes) -> Iterator[tuple[str, pd.Series]]:
    """Yield each column that may name a cluster and its value for each row of the outcomes, one after the other."""
    rows = found.frame["row"].to_numpy(int)
    for role in ("sample", "labels", "predictions"):
        table, spec = tables.get(role), project.table(role)
        if table is None or spec is None:
            continue
        names = _free(project, table)
        if role == "sample":
            for name in names:
                yield name, _of_rows(table, name, rows)
            continue
        key = row_keys(named_columns(table, available(spec, table)), spec, alone=False)
        first = ~key.duplicated() & key.notna()
        for name in names:
            lookup = pd.Series(table.frame([name]).iloc[:, 0].to_numpy()[first], index=key[first])
            yield name, found.frame["key"].map(lookup)


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
