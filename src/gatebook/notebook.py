"""What a notebook opens: the record of the run that executes it, or a fresh assessment."""

from __future__ import annotations

import ast
import datetime as dt
import difflib
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gatebook.errors import UsageError
from gatebook.record import Record, read_record
from gatebook.words import Code, say

if TYPE_CHECKING:
    import pandas as pd

    from gatebook.reading.table import Table

RECORD = "GATEBOOK_RECORD"
_PARAMETERS = ("project", "candidate", "as_of")
_INJECTED = "# Parameters\n"  # how papermill begins the cell that it puts in
_ALIKE = 0.7
SAMPLE = "data/samples/flight-delays"
SAMPLE_DAY = dt.date(2026, 10, 30)


class Parameter(Code):
    """What can be wrong with the parameters of a notebook."""

    NUMBER = "number"
    NO_TEXT = "no_text"
    MISSPELT = "misspelt"
    NO_PROJECT = "no_project"
    NO_DATE = "no_date"


@dataclass(frozen=True)
class Opened:
    """A project's record as a notebook has it.

    Attributes:
        record: the decision record.
        looked: whether this call wrote a look to the history.
        given: the parameters, as texts.
    """

    record: Record
    looked: bool = False
    given: tuple[str, str, str] = ("", "", "")

    def raw_rows(self, finding: str, most: int) -> pd.DataFrame:
        """Return the rows of the files behind a finding, each with its table and its number there."""
        import pandas as pd

        flagged, tables = self._examined
        cells, parts = flagged[flagged["finding_id"] == finding], []
        for role, found in cells.groupby("table", sort=False):
            numbers = sorted(set(found["row"]))[:most]
            rows = tables[str(role)].frame().iloc[[number - 1 for number in numbers]]
            parts.append(rows.assign(table=role, row=numbers).set_index(["table", "row"]))
        return pd.concat(parts) if parts else pd.DataFrame()

    @cached_property
    def _examined(self) -> tuple[pd.DataFrame, dict[str, Table]]:
        """The cells behind the findings and the tables that they lie in; measured for the first finding alone."""
        from gatebook.assessment import examine
        from gatebook.project import load_project
        from gatebook.project.tables import open_tables

        folder, candidate, as_of = self.given
        where, when = place(folder, as_of)
        opened = load_project(where, candidate=candidate or None)
        return examine(opened, when, remember=False).flagged, dict(open_tables(opened))


def open_project(project: object = "", candidate: object = "", as_of: object = "") -> Opened:
    """Return what a notebook narrates.

    `gatebook run` assesses once and names the record in the environment; a notebook executed by itself assesses its
    project, and a look at labels that the history does not know is written to it.

    Args:
        project: the project's folder; a relative one is looked up from the working directory upwards. Without one, and
            with no parameter from outside, the sample of a checkout, on the day of its committed example.
        candidate: the version under decision, where the project file leaves it open.
        as_of: the day of the decision as YYYY-MM-DD; today by default.

    Raises:
        UsageError: a parameter is none of these, or not what it must be.
        GatebookError: the project cannot be assessed; the message says why.
    """
    day = str(as_of) if isinstance(as_of, int | dt.date) and not isinstance(as_of, bool) else as_of
    folder = os.fspath(project) if isinstance(project, Path) else project
    given = {"project": folder, "candidate": candidate, "as_of": day}
    if path := os.environ.get(RECORD):
        return Opened(read_record(Path(path)), given=(str(project), str(candidate), str(day)))
    from gatebook.history.ledger import Ledger
    from gatebook.history.remembered import recall, remember
    from gatebook.project import load_project

    words = {name: _text(name, value) for name, value in given.items()}
    _known(injected(), words["project"])
    where, when = place(words["project"], words["as_of"])
    opened = load_project(where, candidate=words["candidate"] or None)
    texts = (words["project"], words["candidate"], words["as_of"])
    if (known := recall(opened, when)) is not None:
        return Opened(known, given=texts)
    from gatebook.assessment import assess

    before = Ledger.of(opened).head
    record = assess(opened, when)
    remember(opened, record)
    return Opened(record, Ledger.of(opened).head != before, texts)


def injected() -> frozenset[str]:
    """Return the names of the parameters that papermill put into the notebook, of those cells that ran in this
    kernel.
    """
    shell = sys.modules.get("IPython")
    kernel = shell.get_ipython() if shell else None
    cells = kernel.user_ns.get("In", ()) if kernel else ()
    trees = [ast.parse(cell) for cell in cells if cell.startswith(_INJECTED)]
    targets = (t for tree in trees for step in tree.body if isinstance(step, ast.Assign) for t in step.targets)
    return frozenset(t.id for t in targets if isinstance(t, ast.Name))


def _text(name: str, value: object) -> str:
    """Return a parameter as the text that it must be: papermill makes numbers, truth and None of what looks like
    them.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        code = Parameter.NUMBER if type(value) in (int, float) else Parameter.NO_TEXT
        raise UsageError(say(code, name=name, value=f"{value!r:.60}", kind=type(value).__name__))
    return value


def _known(names: frozenset[str], project: str) -> None:
    """Refuse a parameter that can only be a misspelt one. Others may pass: a scheduler sends its own along."""
    if not names:
        return
    for name in sorted(names - set(_PARAMETERS)):
        for meant in _PARAMETERS:
            if meant not in names and _alike(name, meant):
                raise UsageError(say(Parameter.MISSPELT, name=repr(name), meant=repr(meant)))
    if not project:
        raise UsageError(say(Parameter.NO_PROJECT, names=", ".join(sorted(names))))


def _alike(name: str, meant: str) -> bool:
    mine, other = (word.replace("_", "").casefold() for word in (name, meant))
    return mine.startswith(other) or mine.endswith(other) or difflib.SequenceMatcher(None, mine, other).ratio() > _ALIKE


def place(project: str = "", as_of: str = "") -> tuple[str, dt.date]:
    """Return the project's folder and the day: today, or without a project the sample and its fixed day.

    Raises:
        UsageError: `as_of` is no date.
    """
    try:
        day = dt.date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise UsageError(say(Parameter.NO_DATE, value=repr(as_of))) from None
    if project:
        return project, day or dt.datetime.now(dt.UTC).date()
    return SAMPLE, day or SAMPLE_DAY
