"""What a document may show: a value only where five rows (and five clusters) share it, and none of a personal column.

Which columns are personal is one answer for all tables of a project and all that is published of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from gatebook.checks import Findings
from gatebook.checks.personal import find_personal, holds_personal
from gatebook.checks.source import read
from gatebook.evidence.inputs import ANSWER
from gatebook.names.mention import mentions_person
from gatebook.project import Project
from gatebook.reading import Table

WITHHELD = "value withheld"
NAME_WITHHELD = "name withheld"
_PERSON = re.compile(r"[^\W\d_][\w'’.-]*(?:,? [^\W\d_][\w'’.-]*)+")
MINIMUM = 5
ROWS = 20_000  # of a table beside the sample that are looked at, spread evenly
_NO_DATA = frozenset({"sample", "integrations", "population"})  # scanned as a whole; kept by hand; totals


@dataclass(frozen=True)
class Disclosure:
    """The rule of one project.

    Attributes:
        personal: columns whose values are never shown.
        minimum: rows, and clusters where known, that must share a value.
        public: columns that the project calls not personal, whatever they look like.
    """

    personal: frozenset[str] = field(default_factory=frozenset)
    minimum: int = MINIMUM
    public: frozenset[str] = field(default_factory=frozenset)

    def counts(self, values: pd.Series, clusters: pd.Series | None = None) -> dict[str, int]:
        """Return value -> rows for the values of a column that may be shown (empty for a personal column)."""
        if str(values.name) in self.personal:
            return {}
        rows = values.value_counts()
        shown = rows[rows >= self.minimum]
        if clusters is not None and len(shown):
            spread = clusters[values.isin(shown.index)].groupby(values[values.isin(shown.index)]).nunique()
            shown = shown[spread.reindex(shown.index).fillna(0) >= self.minimum]
        return {str(value): int(count) for value, count in shown.items() if self.says(values.name, value)}

    def says(self, column: object, value: object) -> bool:
        """Return whether a value that enough rows share is no sentence about a person, or its column is public."""
        return str(column) in self.public or not mentions_person(str(value))

    def show(self, value: object, allowed: dict[str, int] | set[str]) -> str:
        """Return the value if it may be shown, else "value withheld"."""
        return str(value) if str(value) in allowed else WITHHELD


def withheld_names(columns: Sequence[str]) -> dict[str, str]:
    """Return name -> "column 7, name withheld" for the names that are somebody's data, as where a row was read as
    header.

    One name that is surely personal makes two words of letters beside it a person's name.
    """
    sure = {name for name in columns if holds_personal(name)}
    if not sure:
        return {}
    return {
        name: f"column {number}, {NAME_WITHHELD}"
        for number, name in enumerate(columns, 1)
        if name in sure or _PERSON.fullmatch(name)
    }


def personal_columns(project: Project, tables: dict[str, Table], sample: Findings) -> frozenset[str]:
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
    frame: pd.DataFrame = table.con.sql(f"SELECT {names} FROM {table.relation} WHERE rowid % {step} = 0").df()
    frame.columns = pd.Index(table.columns, dtype="str")
    return frame
