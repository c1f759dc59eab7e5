"""What a document may show: a value only where at least five rows (and five clusters) share it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from gatebook.evidence.names.mention import mentions_person
from gatebook.evidence.quality.personal import holds_personal

WITHHELD = "value withheld"
NAME_WITHHELD = "name withheld"
_PERSON = re.compile(r"[^\W\d_][\w'’.-]*(?:,? [^\W\d_][\w'’.-]*)+")
MINIMUM = 5


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
    """Return name -> "column 7, name withheld" for the names that are somebody's data, as where a row was read as header.

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
