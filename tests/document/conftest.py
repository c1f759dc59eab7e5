"""Makes the builder of records importable, and executes notebooks in process from a record."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from gatebook.notebook import Opened
from gatebook.poc import Poc
from gatebook.record import Record

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def executed(name: str, record: Record) -> Any:
    """Return the notebook as a kernel would leave it, with the outputs of its own cells on that record."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", 4)
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code":
            continue
        cell.execution_count = number
        if not cell.metadata.get("tags"):
            piece = eval(cell.source.splitlines()[-1], {"poc": Poc(Opened(record))})
            data, about = piece._repr_mimebundle_()
            cell.outputs = [nbformat.v4.new_output("execute_result", data=data, metadata=about, execution_count=number)]
    return notebook


@pytest.fixture
def run_notebook() -> Callable[[str, Record], Any]:
    """Return `executed`."""
    return executed
