"""One project, measured once: what every explorer reads. Takes no look on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property

import pandas as pd

from gatebook.evidence.facts import Facts
from gatebook.evidence.gather import gather
from gatebook.evidence.performance import DEFAULT_METRIC, Measured, measure_losses
from gatebook.history.key import outcome_key
from gatebook.history.ledger import Ledger
from gatebook.notebook import place
from gatebook.project import Project, load_project
from gatebook.project.tables import open_tables
from gatebook.verdict.case import Case
from gatebook.verdict.lineage import NO_KEY
from gatebook.verdict.past import read_past
from gatebook.verdict.targets import in_force


class Workspace:
    """A measured project with its history, as the verdicts see it."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @classmethod
    def open(
        cls,
        folder: str,
        candidate: str = "",
        as_of: dt.date | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Workspace:
        """Measure a project; nothing is written to its history.

        Args:
            folder: the project's folder; without one, the sample of a checkout.
            candidate: the version under decision, where the project file leaves it open.
            as_of: the day of the decision, today by default.
            progress: told what is at work, in words.

        Raises:
            GatebookError: the project cannot be read.
        """
        where, day = place(folder)
        project = load_project(where, candidate=candidate or None)
        ledger = Ledger.of(project)
        past = read_past(ledger.read(), ledger.breaches())
        day = past.day(as_of or day)
        opened = open_tables(project)
        facts = gather(project, dict(opened), day, seed=0, progress=progress)
        problems = {role: str(error) for role, error in opened.problems.items()}
        key = outcome_key(project.root, make=False) or NO_KEY
        return cls(Case(project, facts, past, in_force(project, past.targets, past.mended), problems, day, key=key))

    @property
    def project(self) -> Project:
        """The project file."""
        return self.case.project

    @property
    def facts(self) -> Facts:
        """Everything measured."""
        return self.case.facts

    @property
    def metric(self) -> str:
        """The headline metric."""
        return self.project.targets.metric or DEFAULT_METRIC[self.project.task]

    @cached_property
    def measured(self) -> Measured | None:
        """The headline metric's arrays, None where nothing is labelled."""
        if self.facts.outcomes is None:
            return None
        data = measure_losses(self.project, self.facts.outcomes, self.metric, self.facts.clusters)
        return None if data.missing else data

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """The labelled inputs as they were searched, one row a labelled case, in the order of `measured`."""
        if self.facts.failing is not None:
            return self.facts.failing.inputs.frame
        assert self.facts.sample is not None
        assert self.measured is not None
        return self.facts.sample.iloc[self.measured.positions].reset_index(drop=True)
