"""Projects to explore, measured once a session."""

from __future__ import annotations

from pathlib import Path

import pytest
from yes_no import write_yes_no

from gatebook.explore.workspace import Workspace
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from projects import AS_OF, Kind, make_project


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("explore") / "p", Kind(accuracy=0.85, versions=("v1", "v2")))


@pytest.fixture(scope="session")
def space(folder: Path) -> Workspace:
    before = Ledger.of(load_project(folder)).entries
    opened = Workspace.open(str(folder), as_of=AS_OF)
    assert Ledger.of(load_project(folder)).entries == before, "exploring is no look"
    return opened


@pytest.fixture(scope="session")
def yes_no(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(str(write_yes_no(tmp_path_factory.mktemp("yes-no") / "p")), as_of=AS_OF)
