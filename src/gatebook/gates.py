"""The gates' notebooks: one row each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import gatebook
from gatebook.errors import RunError, UsageError


@dataclass(frozen=True)
class Gate:
    """One document and the notebook that makes it. `name` is what `--gate` takes and how the document is called."""

    name: str
    notebook: str
    title: str

    @property
    def document(self) -> str:
        """The document's file name."""
        return f"{self.name}.html"


GATES: tuple[Gate, ...] = (
    Gate("data-reality-check", "01_data_reality_check.ipynb", "Data reality check"),
    Gate("error-analysis", "04_error_analysis.ipynb", "Error analysis"),
    Gate("go-no-go", "04_go_no_go.ipynb", "Go / no-go"),
)


def choose(names: Iterable[str]) -> tuple[Gate, ...]:
    """Return the gates of these names in the table's order; no name means every gate.

    Raises:
        UsageError: there is no gate of that name; the message names the nearest one.
    """
    wanted = list(names)
    known = [gate.name for gate in GATES]
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]!r}?" if near else f"gates are {', '.join(known)}."
            raise UsageError(f"--gate {name}: there is no such gate; {hint}")
    return tuple(gate for gate in GATES if not wanted or gate.name in wanted)


def notebooks_folder() -> Path:
    """Return the folder of the shipped notebooks: inside the installed package, or in a checkout beside `src`.

    Raises:
        RunError: the installation has none.
    """
    package = Path(gatebook.__file__).parent
    for folder in (package / "notebooks", package.parents[1] / "notebooks"):
        if (folder / GATES[0].notebook).is_file():
            return folder
    raise RunError(f"{package}: the notebooks are missing from this installation; install gatebook again.")
