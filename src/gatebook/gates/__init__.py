"""The gates, a package each: rows with their judges, words, and the pages that they make."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

import gatebook
from gatebook.criteria import Page, gates
from gatebook.errors import RunError, UsageError
from gatebook.words import Code

__all__ = ["Page", "choose", "notebooks_folder", "pages"]


class NoGate(Code):
    """Why there is no such page."""

    NEAR = "near"
    UNKNOWN = "unknown"
    NO_NOTEBOOKS = "no_notebooks"


def pages() -> tuple[Page, ...]:
    """Return every document that the gates make, in their order."""
    return tuple(page for gate in gates() for page in gate.documents)


def choose(names: Iterable[str]) -> tuple[Page, ...]:
    """Return the pages of these names in the gates' order; no name means every one.

    Raises:
        UsageError: there is no page of that name; the message names the nearest one.
    """
    wanted, every = list(names), pages()
    known = [page.name for page in every]
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            raise UsageError(NoGate.NEAR if near else NoGate.UNKNOWN, name=name, near=near[:1], known=", ".join(known))
    return tuple(page for page in every if not wanted or page.name in wanted)


def notebooks_folder() -> Path:
    """Return the folder of the shipped notebooks: inside the installed package, or in a checkout beside `src`.

    Raises:
        RunError: the installation has none.
    """
    package = Path(gatebook.__file__).parent
    for folder in (package / "notebooks", package.parents[1] / "notebooks"):
        if any(folder.glob("*.ipynb")):
            return folder
    raise RunError(NoGate.NO_NOTEBOOKS, package=package)
