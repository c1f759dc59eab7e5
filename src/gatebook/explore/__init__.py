"""Explorers for JupyterLab; nothing imports this package, and documents leave its cells out.

Each function shows a button at once and measures the project only when it is pressed. Executed by `gatebook run`, where
nobody could press it, it shows nothing.
"""

from __future__ import annotations

import os
from typing import Any

from gatebook.notebook import RECORD


def what_if(project: str = "", candidate: str = "") -> Any:
    """Return the what-if explorer: target, more labels and the value of an answer, with the verdict that would follow."""
    return _opened("Explore what would settle it", "what_if", project, candidate)


def explore_errors(project: str = "", candidate: str = "") -> Any:
    """Return the error explorer: build a slice, move the confidence threshold."""
    return _opened("Explore the errors", "errors", project, candidate)


def explore_data(project: str = "", candidate: str = "") -> Any:
    """Return the data explorer: a finding and the rows behind it."""
    return _opened("Explore the data", "data", project, candidate)


def _opened(label: str, panel: str, project: str, candidate: str) -> Any:
    if os.environ.get(RECORD):
        return None
    from gatebook.explore.widgets import opened  # noqa: PLC0415  widgets are paid only where somebody may use them

    return opened(label, panel, project, candidate)
