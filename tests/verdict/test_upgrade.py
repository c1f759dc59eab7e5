"""A history of version 0.1 is read as it was: the upgrade alone moves no verdict."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gatebook.assessment import assess
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.record import Record
from projects import AS_OF

# Written by version 0.1: two looks, then a column, a table and a key taken away and a target lowered.
GOLDEN = Path(__file__).parents[1] / "golden" / "history-0.1"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("upgrade") / "project"
    shutil.copytree(GOLDEN, made)
    (made / ".gatebook").mkdir()
    (made / "history.jsonl").rename(made / ".gatebook" / "history.jsonl")
    return made


def rows(record: Record) -> dict[str, dict[str, object]]:
    return {r.id: {k: getattr(r, k) for k in ("status", "looks", "level", "bar")} for r in record.criteria}


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_status_look_and_alpha_is_kept(folder: Path, time: str) -> None:
    record = assess(load_project(folder), AS_OF)
    assert rows(record) == EXPECTED["rows"]
    assert record.decision.recommendation == EXPECTED["recommendation"]
    assert [[k.criterion, k.n, k.alpha] for k in record.looks] == EXPECTED["alpha"]
    assert record.corrections == ()


def test_the_history_is_only_added_to(folder: Path) -> None:
    lines = (folder / ".gatebook" / "history.jsonl").read_bytes()
    assert lines.startswith((GOLDEN / "history.jsonl").read_bytes())
    assert Ledger.of(load_project(folder)).verify() == []


def test_a_mapping_that_was_replaced_since_is_told_and_conditional(folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "replaced"
    shutil.copytree(folder, made)
    shutil.copy(GOLDEN / "history.jsonl", made / ".gatebook" / "history.jsonl")
    (made / ".gatebook" / "history.head.json").unlink(missing_ok=True)
    file = made / "gatebook.toml"
    file.write_text(file.read_text().replace('prediction = "predicted"', 'probability = "score"'))
    record = assess(load_project(made), AS_OF)
    assert [(c.key, c.now, c.bound) for c in record.corrections] == [
        ("predictions.prediction", "predictions.probability=score", True)
    ]
    assert "evidence-withdrawn" not in record.row("4.3").codes
    assert "mapping-replaced" in record.row("4.3").codes
