"""Makes the builder of records importable, and executes notebooks in process from a record."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from cells import executed
from gatebook.record import Record


@pytest.fixture
def run_notebook() -> Callable[[str, Record], Any]:
    """Return `executed`."""
    return executed
