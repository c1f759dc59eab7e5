"""Explorers for JupyterLab; nothing imports this package, and documents leave its cells out.

Each function shows a button at once and measures the project only when it is pressed. Executed by `gatebook run`, where
nobody could press it, it shows nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from gatebook.notebook import RECORD
from gatebook.words import Code, say


class Button(Code):
    """What the buttons say; the value is the name of the panel behind it."""

    WHAT_IF = "what_if"
    ERRORS = "errors"
    DATA = "data"


def what_if(project: str = "", candidate: str = "") -> Any:
    """Return the what-if explorer: target, more labels and the value of an answer, with the verdict that would
    follow.
    """
    return _opened(Button.WHAT_IF, project, candidate)


def explore_errors(project: str = "", candidate: str = "") -> Any:
    """Return the error explorer: build a slice, move the confidence threshold."""
    return _opened(Button.ERRORS, project, candidate)


def explore_data(project: str = "", candidate: str = "") -> Any:
    """Return the data explorer: a finding and the rows behind it."""
    return _opened(Button.DATA, project, candidate)


def _opened(panel: Button, project: str, candidate: str) -> Any:
    if os.environ.get(RECORD):
        return None
    from gatebook.explore.controls import opened

    def build(tell: Callable[[str], None]) -> Any:
        from gatebook.explore import panels
        from gatebook.explore.workspace import Workspace

        return getattr(panels, panel)(Workspace.open(project, candidate, progress=tell))

    return opened(say(panel), build)
