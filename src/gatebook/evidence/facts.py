"""Everything that was measured, before anybody judges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.checks import Findings
from gatebook.evidence.clusters import Clusters
from gatebook.evidence.confidence import ConfidenceReport
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.failing import Failing
from gatebook.evidence.inputs import ANSWER
from gatebook.evidence.label_errors import LabelErrors
from gatebook.evidence.rates import Rates
from gatebook.evidence.requests import Requested
from gatebook.evidence.sample import Covered, EdgeCase
from gatebook.evidence.shift import Population, Shift
from gatebook.reading import Table
from gatebook.record import ClassesFact, ColumnFact, JoinFact, LabelFact, SystemFact
from gatebook.slices import SliceSearch


@dataclass(frozen=True)
class Facts:
    """The measured facts of one assessment; absent evidence is None or empty.

    What the record tells stands here as the record's own models; beside it stand the arrays and searches that verdicts,
    explorers and the words of failing inputs need.
    """

    tables: dict[str, Table]
    coverage: Covered = field(default_factory=Covered)
    columns: tuple[ColumnFact, ...] = ()
    disclosure: Disclosure = field(default_factory=Disclosure)
    joins: tuple[JoinFact, ...] = ()
    scans: Mapping[str, Findings] = field(default_factory=dict)
    shift: Shift | None = None
    outcomes: Cases | None = None
    requests: Requested | None = None
    curated: Cases | None = None
    clusters: Clusters = field(default_factory=Clusters)
    labels: LabelFact = field(default_factory=LabelFact)
    systems: tuple[SystemFact, ...] | None = None
    hop_latency_ms: float | None = None
    failing: Failing | None = None
    wrong_labels: LabelErrors | None = None
    confidence: ConfidenceReport | None = None
    sample: pd.DataFrame | None = None
    population: Population | None = None
    edge_cases: tuple[EdgeCase, ...] | None = None
    reason_codes: int = 0
    classes: ClassesFact | None = None
    unsaid: tuple[str, ...] = ()  # the classes that the model never gave, as the truth writes them: not to be shown
    rates: Rates | None = None
    notes: tuple[str, ...] = ()

    @property
    def personal(self) -> frozenset[str]:
        """The columns whose values are never shown."""
        return self.disclosure.personal

    @property
    def search(self) -> SliceSearch | None:
        """The failing kinds of input, None where too few rows were labelled to look for them."""
        return None if self.failing is None else self.failing.search

    @property
    def answers_are_people(self) -> bool:
        """Whether the true answers or the outputs name people, so that no answer may be shown."""
        return ANSWER in self.personal
