"""A record written by schema 1.0 stays readable for good, and everything that reads records works from it.

The file is never made anew: a change that cannot read it needs a step in `upgrade`.
"""

from __future__ import annotations

import hashlib
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from gatebook.document import show
from gatebook.document.page import Fragment
from gatebook.errors import RunError
from gatebook.exports import junit_xml, summary_markdown
from gatebook.findings_file import findings_csv
from gatebook.record import Record, read_record
from gatebook.record.frames import frame
from gatebook.run.verify import verify_run

GOLDEN = Path(__file__).parent / "golden" / "decision-1.0.json"
DATA: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
PAGES = {name: made for name in dir(show) if isinstance(made := getattr(show, name), FunctionType)}


@pytest.fixture(scope="module")
def record() -> Record:
    return read_record(GOLDEN)


def changed(folder: Path, **fields: object) -> Path:
    path = folder / "decision.json"
    path.write_text(json.dumps(DATA | fields))
    return path


def kept(before: Any, after: Any, where: str = "") -> list[str]:
    """Return the places of `before` that `after` does not hold as they were; what was added does not count."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [lost for key, value in before.items() for lost in kept(value, after.get(key), f"{where}.{key}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            lost for i, (a, b) in enumerate(zip(before, after, strict=True)) for lost in kept(a, b, f"{where}[{i}]")
        ]
    return [] if before == after else [where]


def test_every_fact_of_it_is_still_there(record: Record) -> None:
    assert DATA["schema_version"] == "1.0"
    assert kept(DATA, json.loads(record.to_json())) == []


def test_it_holds_what_a_record_can_hold(record: Record) -> None:
    assert record.money
    assert record.forecast
    assert record.forecast.gates
    assert record.decision.human
    assert record.findings
    assert record.open
    assert record.looks
    assert {a.kind for a in record.attestations} == {"attestation", "waiver"}
    assert record.row("G1").labels_needed


@pytest.mark.parametrize("name", sorted(PAGES))
def test_each_part_of_each_document_is_made_of_it(name: str, record: Record) -> None:
    page = PAGES[name](record)
    assert isinstance(page, Fragment)
    assert str(page.markup).strip()


def test_page_one_says_what_it_said(record: Record) -> None:
    text = str(show.go_no_go(record).markup)
    assert "Not enough evidence" in text
    assert "R. Owner" in text


def test_other_programs_read_it(record: Record) -> None:
    suite = ET.fromstring(junit_xml(record))
    assert suite.find("properties/property[@name='recommendation']").get("value") == DATA["decision"]["recommendation"]  # type: ignore[union-attr]  # it is there
    assert DATA["decision"]["recommendation"] in summary_markdown(record)
    assert len(findings_csv(record).splitlines()) == 1 + len(DATA["findings"])
    assert len(frame(record.criteria)) == len(DATA["criteria"])


def test_verify_reads_a_run_that_holds_it(tmp_path: Path) -> None:
    run = tmp_path / DATA["run"]["id"]
    run.mkdir()
    (run / "decision.json").write_bytes(GOLDEN.read_bytes())
    facts = {"decision.json": {"sha256": hashlib.sha256(GOLDEN.read_bytes()).hexdigest()}}
    (run / "manifest.json").write_text(json.dumps({"run": run.name, "project": "generated", "files": facts}))
    words = [check.words for check in verify_run(run).checks]
    assert any(word.startswith("complete: 1 files") for word in words)
    assert not any("schema" in word for word in words)


def test_a_record_with_the_price_of_labels_beside_the_money_is_read(tmp_path: Path, record: Record) -> None:
    path = changed(tmp_path, money=DATA["money"] | {"labels_cost": 560.0, "labels_days": 2.0})
    assert read_record(path).money == record.money


@pytest.mark.parametrize("version", ["1.1", "2.0", "10.0"])
def test_a_newer_schema_says_what_to_do(version: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=f"decision.json: its schema is {version}.*update gatebook to read it"):
        read_record(changed(tmp_path, schema_version=version))


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("0.1", "no version ever wrote that"),
        ("new", "no version ever wrote that"),
        (None, "no schema_version"),
        (1, "no schema_version"),
    ],
)
def test_what_is_no_record_is_told(version: object, words: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=words):
        read_record(changed(tmp_path, schema_version=version))
