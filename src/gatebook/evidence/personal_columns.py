"""Which columns of a project are personal: one answer for all its tables and all that is published of them."""

from __future__ import annotations

import pandas as pd

from gatebook.evidence.inputs import ANSWER
from gatebook.evidence.quality import Scan
from gatebook.evidence.quality.personal import find_personal
from gatebook.evidence.quality.reading import read
from gatebook.project import Project
from gatebook.tables import Table

ROWS = 20_000  # of a table beside the sample that are looked at, spread evenly
_NO_DATA = frozenset({"sample", "integrations", "population"})  # scanned as a whole; kept by hand; totals


def personal_columns(project: Project, tables: dict[str, Table], sample: Scan) -> frozenset[str]:
    """Return the names of the columns whose values are never shown, in whichever table they stand.

    Args:
        project: names columns that are personal, and columns that are not although they look it.
        tables: the opened tables, by role.
        sample: the scan of the production sample, which looked at every row of it.

    Returns:
        names of columns. Where true answers or outputs are people, all columns of answers are among them, and `ANSWER`.
    """
    found = {*project.personal, *(c for f in sample.findings if f.kind == "personal" for c in f.columns)}
    for role in tables.keys() - _NO_DATA:
        seen = read(_some(tables[role]), ignore=project.ignore, public=not_people(project, role))
        found |= {c for f in find_personal(seen) for c in f.columns}
    answers = {c for spec in project.tables.values() for c in (spec.label, spec.prediction) if c} - {*project.public}
    return frozenset(found | answers | {ANSWER} if found & answers else found)


def not_people(project: Project, role: str) -> tuple[str, ...]:
    """Return the columns of a table that are not personal whatever they look like: those so declared, and its versions.

    The name of a model may well be a given name.
    """
    version = project.tables[role].version
    return (*project.public, *((version,) if version and version not in project.personal else ()))


def _some(table: Table) -> pd.DataFrame:
    """Return at most some thousand rows of a table, evenly spread."""
    names = ", ".join(f"{table.identifier(c)} AS c{i}" for i, c in enumerate(table.columns))
    step = max(1, table.rows // ROWS)
    frame: pd.DataFrame = table.con.sql(f"SELECT {names} FROM {table.relation} WHERE rowid % {step} = 0").df()  # noqa: S608 - names are quoted
    frame.columns = pd.Index(table.columns, dtype="str")
    return frame
