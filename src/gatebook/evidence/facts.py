"""Everything that was measured, before anybody judges it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.evidence.clusters import Clusters
from gatebook.evidence.confidence import ConfidenceReport
from gatebook.evidence.edges import EdgeCase
from gatebook.evidence.inputs import ANSWER
from gatebook.evidence.label_errors import LabelErrors
from gatebook.evidence.population import Population
from gatebook.evidence.quality import Scan
from gatebook.evidence.shift import Shift
from gatebook.evidence.slices import SliceSearch
from gatebook.record import ColumnFact, JoinFact, LabelFact, SystemFact
from gatebook.tables import Table

if TYPE_CHECKING:
    from gatebook.evidence.classes import Classes
    from gatebook.evidence.failing import Failing
    from gatebook.evidence.rates import Rates


@dataclass(frozen=True)
class Coverage:
    """The sample as a whole.

    Attributes:
        rows: records in the sample.
        distinct: records after exact duplicates.
        groups: distinct clusters, None where none is declared.
        first, last: earliest and latest time.
        days: days from first to last without the outer 0.5 % of rows at each end: one stray date covers nothing.
        weekdays: distinct days of the week seen.
        blank_required: required column -> rows without a value.
    """

    rows: int = 0
    distinct: int = 0
    groups: int | None = None
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    days: int = 0
    weekdays: int = 0
    blank_required: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """The measured facts of one assessment; absent evidence is None or empty."""

    tables: dict[str, Table]
    coverage: Coverage = Coverage()
    columns: tuple[ColumnFact, ...] = ()
    personal: frozenset[str] = frozenset()
    joins: tuple[JoinFact, ...] = ()
    scans: dict[str, Scan] = field(default_factory=dict)
    shift: Shift | None = None
    outcomes: Cases | None = None
    curated: Cases | None = None
    clusters: Clusters = field(default_factory=Clusters)
    labels: LabelFact = field(default_factory=LabelFact)
    systems: tuple[SystemFact, ...] | None = None
    hop_latency_ms: float | None = None
    search: SliceSearch | None = None
    failing: Failing | None = None
    wrong_labels: LabelErrors | None = None
    confidence: ConfidenceReport | None = None
    sample: pd.DataFrame | None = None
    population: Population | None = None
    edge_cases: tuple[EdgeCase, ...] | None = None
    reason_codes: int = 0
    classes: Classes | None = None
    rates: Rates | None = None
    notes: tuple[str, ...] = ()

    @property
    def answers_are_people(self) -> bool:
        """Whether the true answers or the outputs name people, so that no answer may be shown."""
        return ANSWER in self.personal
