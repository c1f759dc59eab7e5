"""The Python API of a project: `poc = gatebook.assess("my-poc")`, then each section of the documents as an object.

poc = gatebook.assess("my-poc")     # the same assessment as `gatebook run`, with the same look at the labels
poc                                 # verdict, the four tests, whether a look was written
poc.findings                        # what the document shows: sentence, picture, table
poc.findings.frame()                # the same as a pandas frame
poc.findings.plot()                 # the same picture on matplotlib axes
poc.cells("F001")                   # the raw rows behind a finding, on the screen only
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatebook.document import show
from gatebook.document.page import Fragment
from gatebook.document.rows import DECISIVE, find, question
from gatebook.errors import UsageError
from gatebook.gates import pages
from gatebook.notebook import Opened, open_project
from gatebook.words import Code, say
from gatebook.words.figures import full_day, listed

if TYPE_CHECKING:
    import pandas as pd


class Brief(Code):
    """What a project says of itself in a cell."""

    VERDICT = "verdict"
    TEST = "test"
    LOOKED = "looked"
    NO_LOOK = "no_look"
    PREVIEW = "preview"
    NO_PAGE = "no_page"
    NO_FINDING = "no_finding"


@dataclass(frozen=True)
class Explorers:
    """The explorers of a project, each a button that opens it; in a run that nobody watches they show nothing."""

    opened: Opened

    def data(self) -> object:
        """Return the data explorer: a finding and the rows behind it."""
        from gatebook.explore import explore_data

        return explore_data(*self.opened.given[:2])

    def errors(self) -> object:
        """Return the error explorer: build a slice, move the confidence threshold."""
        from gatebook.explore import explore_errors

        return explore_errors(*self.opened.given[:2])

    def what_if(self) -> object:
        """Return the what-if explorer: target, more labels, value of an answer, and the verdict that would follow."""
        from gatebook.explore import what_if

        return what_if(*self.opened.given[:2])


class Poc:
    """One assessed project. Each section of its documents is an attribute, with `.frame()` and `.plot()`.

    `findings`, `drift`, `sample`, `labels`, `unusual`, `columns`, `lines`; `slices`, `groups`, `reliability`,
    `confusions`, `baselines`, `versions`, `latency`; `rows`, `conditions`, `value`, `integration`, `looks`, `people`,
    `method`, `provenance`; and what the pages of further gates list.

    Attributes:
        record: the decision record, as in `decision.json`.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self.record = opened.record

    def __repr__(self) -> str:
        record = self.record
        tests = [(question(i).rstrip("?"), row.status if (row := find(record, i)) else None) for i in DECISIVE]
        looked = Brief.PREVIEW if record.preview else Brief.LOOKED if self._opened.looked else Brief.NO_LOOK
        verdict = record.decision.recommendation
        head = say(Brief.VERDICT, name=record.project.name, verdict=verdict, on=full_day(record.run.as_of))
        lines = [say(Brief.TEST, test=test, status=status or "-") for test, status in tests]
        return "\n".join([head, *lines, say(looked)])

    def __getattr__(self, name: str) -> Fragment:
        if name.startswith("_") or name not in dir(show):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        made: Fragment = getattr(show, name)(self.record)
        return made

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(show)})

    @property
    def explore(self) -> Explorers:
        """Widgets to look closer: `.data()`, `.errors()`, `.what_if()`."""
        return Explorers(self._opened)

    def page(self, name: str) -> Fragment:
        """Return page one of a document: "data-reality-check", "error-analysis" or "go-no-go".

        Raises:
            UsageError: there is no such document.
        """
        known = [page.name for page in pages()]
        if name not in known:
            raise UsageError(say(Brief.NO_PAGE, name=name, known=listed(known)))
        made: Fragment = getattr(self, name.replace("-", "_"))
        return made

    def cells(self, finding: str, most: int = 20) -> pd.DataFrame:
        """Return the raw rows behind a finding, with the number of each in its file; they enter no document.

        Args:
            finding: its id, such as "F001".
            most: rows returned.

        Raises:
            UsageError: the record has no such finding.
        """
        found = next((one for one in self.record.findings if one.finding_id == finding), None)
        if found is None:
            known = listed([one.finding_id for one in self.record.findings], 5)
            raise UsageError(say(Brief.NO_FINDING, finding=finding, known=known))
        return self._opened.raw_rows(finding, most)


def assess(project: object = "", candidate: object = "", as_of: object = "") -> Poc:
    """Assess a project, or recall what was assessed before if nothing has changed.

    Args:
        project: its folder, or a project file; in a checkout the sample without it.
        candidate: the version under decision, where the project file leaves it open.
        as_of: the day of the decision as YYYY-MM-DD; today by default.

    Raises:
        GatebookError: the project cannot be assessed; the message says why.

    Example:
        >>> poc = assess("my-poc")  # doctest: +SKIP
        >>> poc.findings.frame().query("severity == 'warning'")  # doctest: +SKIP
    """
    return Poc(open_project(project, candidate, as_of))
