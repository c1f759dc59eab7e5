"""Gates and their rows. A gate is a package: rows with their judges, their words, and the pages that it makes.

    GATE = Gate(__name__, due="week-6", place=6, pages=(Page("pilot", "06_pilot.ipynb"),))   # week06/__init__.py

    @row("6.1", "decisive", threshold=0.9, uses=("rollout",))                                 # week06/rollout.py
    def rollout(entry: Entry, case: Case) -> Row: ...

    [rows."6.1"]                                                                              # week06/words.toml
    title = "The roll-out is complete"
    supply = "add the roll-out"

The built-in gates are the packages in `gatebook.gates`; others name their package under the entry point group of that
name. Nothing else has to know them.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal

from gatebook.project import Project
from gatebook.project.model import Criterion
from gatebook.reading import Table
from gatebook.record import Kind, Weight
from gatebook.words import section

CATALOGUE_VERSION = "2026.1"
GROUP = "gatebook.gates"
OWN = "own"  # where rows of a project's own stand
LABELS, REQUESTS = "quality", "speed"  # roles of the rows that take looks at labels and at requests

Judge = Callable[["Entry", Any], Any]
Carries = Callable[[Any, Any], Iterable[tuple[str, str]]]
Refuses = Callable[[Criterion, Project, Mapping[str, Table]], str | None]


@dataclass(frozen=True)
class Entry:
    """One row of the path.

    Attributes:
        id: the row's id, as in the path.
        kind: only a criterion enters a decision.
        weight: decisive, condition or context for the decision.
        gate: where it is due.
        title: a plain statement that is true when the row passes.
        judge: returns its row, or `Seen`, from the entry and the case.
        threshold: the default limit of the row's rule, where it has one number.
        stricter: whether a higher or a lower threshold asks for more.
        most: the highest threshold that makes sense; `zero` whether 0 does.
        uses: "role" or "role.key" of the project file whose removal takes evidence from this row.
        all_columns: tables of which any column may be what the row found: without one that was there, it gets no
            better.
        carries: columns that carried something for the row, as (role, column), from the facts and the targets in force.
        role: what a page or another row finds it by, such as "quality".
        figure: what its figure is: "share" reads as a percentage, "metric" as the metric that is measured.
        supports: roles of rows that rest on this one.
        rests: whether it reads other rows, so that it is judged after them.
        counts: whose number may not shrink when a mapping is replaced.
        beside: whether it shows a figure without the true answers.
        own: what the project asks for by a row of its own, each in force; empty for rows of the path.
        refuses: says of one of these why it cannot be judged by these tables at all, and what mends it.
        attest: what a person vouches for, where no reader can see it; None where no attestation helps.
        supply: what to give when evidence is missing.
        todo: the next step for a reader who knows no project file.
        question: what it asks, in the few words of a page one.
    """

    id: str
    kind: Kind
    weight: Weight
    gate: str
    title: str
    judge: Judge
    threshold: float | None = None
    stricter: Literal["lower", "higher"] = "lower"
    most: float = float("inf")
    zero: bool = True
    uses: tuple[str, ...] = ()
    all_columns: tuple[str, ...] = ()
    carries: Carries | None = None
    role: str = ""
    figure: Literal["", "share", "metric"] = ""
    supports: tuple[str, ...] = ()
    rests: bool = False
    counts: Literal["", "labels", "requests"] = ""
    beside: bool = False
    own: tuple[Criterion, ...] = ()
    refuses: Refuses | None = None
    attest: str | None = None
    supply: str = ""
    todo: str = ""
    question: str = ""


@dataclass(frozen=True)
class Page:
    """One document and the notebook that makes it. `name` is what `--gate` takes and how the document is called."""

    name: str
    notebook: str
    title: str = ""
    folder: Path | None = None  # of the gate, where the notebook lies beside its rows

    @property
    def document(self) -> str:
        """The document's file name."""
        return f"{self.name}.html"

    def path(self, shipped: Path) -> Path:
        """Return where the notebook is: in the gate's own folder, or among the shipped ones."""
        return (self.folder or shipped) / self.notebook


@dataclass(frozen=True)
class Gate:
    """One gate.

    Attributes:
        package: its package, with the rows and `words.toml`.
        due: what its rows call it, such as "week-4".
        place: where it stands among the gates.
        pages: the documents that it makes.
        forms: whether its rows are forms that a project fills in by its [[criteria]], no rows of the path.
    """

    package: str
    due: str
    place: float = 50
    pages: tuple[Page, ...] = ()
    forms: bool = False

    @property
    def folder(self) -> Path:
        """Where the gate's files are: words, a notebook, and `pages` that make its documents."""
        return Path(str(importlib.import_module(self.package).__file__)).parent

    @cached_property
    def rows(self) -> tuple[Entry, ...]:
        """Its rows in the order of their ids, with their words."""
        path = importlib.import_module(self.package).__path__
        found_in = (module.name for module in pkgutil.iter_modules(path) if not module.ispkg)  # its pages judge nothing
        names = [self.package, *(f"{self.package}.{name}" for name in found_in)]
        words = section(self.package, "rows")
        found = [
            Entry(row_id, judge=judge, gate=self.due, **words[row_id], **attributes)
            for name in names
            for judge in vars(importlib.import_module(name)).values()
            if getattr(judge, "__module__", "") == name
            for row_id, attributes in getattr(judge, "declares", ())
        ]
        return tuple(sorted(found, key=lambda entry: _natural(entry.id)))

    @property
    def documents(self) -> tuple[Page, ...]:
        """Its pages with their titles and where their notebooks are."""
        titles, folder = section(self.package, "pages") if self.pages else {}, self.folder
        return tuple(
            Page(page.name, page.notebook, titles[page.name], folder if (folder / page.notebook).is_file() else None)
            for page in self.pages
        )


def row(
    row_id: str, weight: Weight = "context", kind: Kind = "criterion", **attributes: Any
) -> Callable[[Judge], Judge]:
    """Return a decorator that makes a function the judge of a row; `attributes` are those of `Entry`."""

    def declare(judge: Judge) -> Judge:
        known = getattr(judge, "declares", ())
        judge.declares = (*known, (row_id, {"weight": weight, "kind": kind, **attributes}))  # type: ignore[attr-defined]
        return judge

    return declare


@cache
def gates() -> tuple[Gate, ...]:
    """Return every gate: the built-in ones, and those of other packages."""
    built_in = importlib.import_module(GROUP).__path__
    found: list[Gate] = [
        importlib.import_module(f"{GROUP}.{module.name}").GATE
        for module in pkgutil.iter_modules(built_in)
        if module.ispkg
    ]
    found += [point.load().GATE for point in entry_points(group=GROUP)]
    return tuple(sorted(found, key=lambda gate: gate.place))


@cache
def rows() -> dict[str, Entry]:
    """Return every row of every gate by its id, in order.

    Raises:
        ValueError: two gates declare one row.
    """
    every = [entry for gate in gates() if not gate.forms for entry in gate.rows]
    found = {entry.id: entry for entry in every}
    if len(found) < len(every):
        raise ValueError(f"two gates declare one row: {sorted(e.id for e in every)}")
    return found


@cache
def forms() -> dict[str, Entry]:
    """Return what a project can fill in for a row of its own, by name."""
    return {entry.id: entry for gate in gates() if gate.forms for entry in gate.rows}


def limit_of(entry: Entry, default: float) -> float:
    """Return the row's threshold, which may be 0."""
    return default if entry.threshold is None else entry.threshold


def role_of(criterion: str) -> str:
    """Return the role of the row that a look of the history was taken for, such as "G1 accuracy"; `OWN` for one of
    the project's own.
    """
    entry = rows().get(criterion.partition(" ")[0])
    return entry.role if entry else OWN


def _natural(row_id: str) -> list[tuple[int, int, str]]:
    parts = re.findall(r"\d+|\D+", row_id)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
