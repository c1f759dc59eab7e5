"""A published run is what it was, or `verify` says what is not."""

import datetime as dt
import hashlib
import json
import shutil

import pytest

from gatebook.errors import RunError
from gatebook.history.ledger import Ledger
from gatebook.run.publish import RunFolder
from gatebook.run.verify import NoRun, Proof, verify_run
from records import account, record

NOW = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
TOML = '[project]\ntask = "classification"\n[tables.sample]\npath = "production.csv"\nid = "id"\n'


@pytest.fixture
def place(tmp_path):
    """A project with one published run; returns the project's folder and the run's."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "gatebook.toml").write_text(TOML)
    (root / "production.csv").write_text("id\n1\n")
    sha = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in root.iterdir()}
    found = record("GO", tables=(account("sample", "production.csv", 1, sha256=sha["production.csv"]),))
    project = found.project.model_copy(update={"project_sha256": sha["gatebook.toml"]})
    ledger = Ledger(root / ".gatebook/history.jsonl")
    head = ledger.append("look", {"rows": 1})
    with RunFolder(tmp_path / "reports", "shop", NOW) as folder:
        found = found.model_copy(update={"run": found.run.model_copy(update={"id": folder.id}), "project": project})
        folder.write("decision.json", found.to_json())
        folder.write("go-no-go.html", "<h1>GO</h1>")
        run = folder.publish({"project_path": "../../../shop", "history": {"entries": 1, "sha256": head.sha256}})
    decision = hashlib.sha256(found.to_json().encode()).hexdigest()
    ledger.append("run", {"run": run.name, "decision_sha256": decision})
    return root, run


def _codes(found):
    return [check.code for check in found.checks if not check.ok]


def _wrong(found):
    return [check.words for check in found.checks if not check.ok]


def test_an_untouched_run_is_sound_by_any_of_its_names(place):
    _, run = place
    for name in (run, run.parent / "latest", run / "decision.json"):
        found = verify_run(name)
        assert _wrong(found) == []
        assert found.sound
        assert len(found.checks) == 3


def test_a_changed_missing_or_added_file_is_named(place):
    _, run = place
    (run / "go-no-go.html").write_text("<h1>NO-GO</h1>")
    (run / "extra.txt").write_text("")
    assert _wrong(verify_run(run)) == [
        "go-no-go.html was changed after it was published.",
        "extra.txt does not belong to the run.",
    ]
    (run / "go-no-go.html").unlink()
    assert "go-no-go.html is missing." in _wrong(verify_run(run))


def test_a_record_that_was_exchanged_together_with_its_manifest_is_found_by_the_history(place):
    _, run = place
    text = (run / "decision.json").read_text().replace('"recommendation": "GO"', '"recommendation": "NO-GO"')
    (run / "decision.json").write_text(text)
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["files"]["decision.json"]["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    (run / "manifest.json").write_text(json.dumps(manifest))
    assert _codes(verify_run(run)) == [Proof.OTHER_RECORD]


def test_inputs_that_changed_or_went_are_named(place):
    root, run = place
    (root / "production.csv").write_text("id\n2\n")
    (root / "gatebook.toml").write_text(TOML + "\n")
    assert _wrong(verify_run(run)) == [
        "input production.csv (sample) was changed after the run.",
        "gatebook.toml was changed after the run.",
    ]
    (root / "production.csv").unlink()
    assert "input production.csv (sample) is gone." in _wrong(verify_run(run))


def test_a_broken_replaced_or_shortened_history_is_found(place):
    root, run = place
    history = root / ".gatebook/history.jsonl"
    whole = history.read_bytes()
    history.write_bytes(whole.replace(b'"rows":1', b'"rows":0'))
    assert Proof.BROKEN in _codes(verify_run(run))
    history.write_bytes(whole.splitlines(keepends=True)[0])
    assert Proof.UNKNOWN in _codes(verify_run(run))
    history.unlink()
    Ledger(history).append("look", {"rows": 9})
    assert Proof.SHORTENED in _codes(verify_run(run))


def test_a_project_that_moved_is_asked_for_and_taken_by_name(place, tmp_path):
    root, run = place
    moved = tmp_path / "elsewhere"
    shutil.move(root, moved)
    assert any("--project" in w for w in _wrong(verify_run(run)))
    assert verify_run(run, project=moved).sound


def test_a_run_that_was_never_completed_is_no_run(place, tmp_path):
    _, run = place
    (run / "manifest.json").unlink()
    assert _codes(verify_run(run)) == [Proof.NO_MANIFEST]
    with pytest.raises(RunError) as caught:
        verify_run(tmp_path / "nowhere")
    assert caught.value.code is NoRun.NO_RUN


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": 3}', "\x00"])
def test_a_manifest_that_is_none_is_told_plainly(place, content):
    _, run = place
    (run / "manifest.json").write_text(content)
    assert not verify_run(run).sound
