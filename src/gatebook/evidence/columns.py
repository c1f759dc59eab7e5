"""How the columns of a table are read: ids as one key, blank as missing, spellings that mean the same."""

from __future__ import annotations

import pandas as pd

from gatebook.project import Project, TableSpec
from gatebook.tables import Table

SEPARATOR = "\x1f"


def keys(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Return the id of each row as text, NaN where a part is blank; row numbers where no column is given."""
    if not columns:
        return pd.Series([str(i) for i in range(len(frame))], index=frame.index, dtype="str")
    key = frame[columns[0]].astype("str").str.strip()
    for column in columns[1:]:
        key = key + SEPARATOR + frame[column].astype("str").str.strip()
    return key.mask(key == "")


def available(spec: TableSpec, table: Table) -> TableSpec:
    """Return the section without the keys whose column the table does not have."""
    gone = {
        key: None
        for column, key in spec.named_columns().items()
        if column not in table.columns and key != "id"
    }
    kept = {
        k: tuple(c for c in getattr(spec, k) if c in table.columns) for k in ("segments", "text", "required")
    }
    single = {k: v for k, v in gone.items() if k not in kept}
    return spec.model_copy(update=single | kept)


def stripped(values: pd.Series) -> pd.Series:
    """Return the values without surrounding blanks, NaN where nothing is left."""
    text = values.astype("str").str.strip()
    return text.mask(text == "")


def same_spellings(project: Project) -> dict[str, str]:
    """Return spelling -> the spelling that it stands for, over all tables."""
    same: dict[str, str] = {}
    for role in ("labels", "predictions", "sample"):
        if spec := project.table(role):
            same |= spec.same
    return same
