"""The remembered record: read only if an assessment would make the same one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import records
from gatebook.history import HOME, LAST_RECORD, remembered
from gatebook.history.ledger import Ledger
from gatebook.project import Project, load_project
from gatebook.record import Record
from projects import AS_OF, Kind, make_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return load_project(make_project(tmp_path / "p", Kind(rows=30, labels=5)))


@pytest.fixture
def record() -> Record:
    made = records.record("GO")
    return made.model_copy(update={"run": made.run.model_copy(update={"as_of": AS_OF}), "preview": None})


def test_an_unchanged_project_is_recalled(project: Project, record: Record) -> None:
    remembered.remember(project, record)
    assert remembered.recall(project, AS_OF) == record


def test_another_day_is_not_recalled(project: Project, record: Record) -> None:
    remembered.remember(project, record)
    assert remembered.recall(project, AS_OF + dt.timedelta(days=1)) is None


@pytest.mark.parametrize("name", ["production.csv", "labels.csv", "gatebook.toml", "spec.json", "new.csv"])
def test_any_changed_file_is_not_recalled(project: Project, record: Record, name: str) -> None:
    remembered.remember(project, record)
    with (project.root / name).open("a") as file:
        file.write("\n")
    assert remembered.recall(project, AS_OF) is None


def test_a_new_line_of_the_history_is_not_recalled(project: Project, record: Record) -> None:
    remembered.remember(project, record)
    Ledger.of(project).append("sign", {})
    assert remembered.recall(project, AS_OF) is None


def test_another_version_of_the_kit_is_not_recalled(
    project: Project, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered.remember(project, record)
    monkeypatch.setattr(remembered, "code_fingerprint", lambda: "other")
    assert remembered.recall(project, AS_OF) is None


def test_a_preview_is_never_kept(project: Project, record: Record) -> None:
    remembered.remember(project, record.model_copy(update={"preview": "why"}))
    assert not (project.root / HOME / LAST_RECORD).exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": 1}', '{"key": null, "record": {}}'])
def test_a_damaged_file_is_no_record(project: Project, text: str) -> None:
    (project.root / HOME / LAST_RECORD).write_text(text)
    assert remembered.recall(project, AS_OF) is None
