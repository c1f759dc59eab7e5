"""Runs: complete and published, or failed with the last good run untouched, and always written down."""

import csv
import datetime as dt
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import nbformat
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import FLAGGED, TOML, project_folder, stand_in
from gatebook.document.exporter import export_html
from gatebook.errors import RunError, TableError, UsageError
from gatebook.findings_file import findings_csv, flagged_cells_parquet, spreadsheet_safe
from gatebook.history.ledger import Ledger
from gatebook.run import projects as run_module
from gatebook.run.projects import Outcome, exit_code, run_projects, summarise
from gatebook.run.verify import verify_run
from records import hostile_record, record


def _without_a_look(found):
    return lambda *_args, **_rest: types.SimpleNamespace(record=found, flagged=FLAGGED, rules=lambda: None)


def _refuse(*_args):
    raise RunError("is published, but not in the history")


@pytest.fixture
def assessed(monkeypatch):
    """What the assessment gives, in the place of the real one; the notebooks are stood in for as well."""
    return stand_in(monkeypatch)


def test_a_run_publishes_documents_record_and_findings_together(tmp_path, assessed):
    root = project_folder(tmp_path)
    told = []
    [outcome] = run_projects([root], out=tmp_path / "reports", as_of=dt.date(2026, 11, 2), progress=told.append)
    assert outcome.error is None
    assert assessed.calls == [("shop", dt.date(2026, 11, 2))]
    assert told == ["assessing", "reading tables", "publishing"]
    latest = tmp_path / "reports/shop/latest"
    assert latest.resolve() == outcome.run.resolve()
    assert {p.relative_to(latest.resolve()).as_posix() for p in latest.resolve().rglob("*") if p.is_file()} == {
        "decision.json",
        "findings.csv",
        "flagged_cells.parquet",
        "junit.xml",
        "summary.md",
        "manifest.json",
        "go-no-go.html",
        "error-analysis.html",
        "data-reality-check.html",
        "notebooks/01_data_reality_check.ipynb",
        "notebooks/04_error_analysis.ipynb",
        "notebooks/04_go_no_go.ipynb",
    }
    decision = json.loads((latest / "decision.json").read_text())
    assert decision["run"]["id"] == outcome.run.name
    assert decision["decision"]["recommendation"] == outcome.recommendation == "NO-GO"


def test_a_gate_selects_documents_and_never_rows(tmp_path, assessed):
    root = project_folder(tmp_path)
    [all_of] = run_projects([root], out=tmp_path / "a")
    [one] = run_projects([root], out=tmp_path / "b", gates=["error-analysis"])
    assert [p.name for p in one.documents] == ["error-analysis.html"]
    assert not (one.run / "go-no-go.html").exists()
    rows = [json.loads((o.run / "decision.json").read_text())["criteria"] for o in (all_of, one)]
    assert rows[0] == rows[1]


def test_the_history_knows_the_run_with_the_hash_of_its_record(tmp_path, assessed):
    root = project_folder(tmp_path)
    [outcome] = run_projects([root], out=tmp_path / "reports")
    entries = Ledger(root / ".gatebook/history.jsonl").entries
    assert [e.kind for e in entries] == ["look", "run"]
    data = entries[1].data
    assert data["run"] == outcome.run.name
    assert data["recommendation"] == "NO-GO"
    assert data["statuses"] == {r.id: r.status for r in assessed.record.criteria if r.status is not None}
    assert data | summarise(assessed.record) | {"run": data["run"]} == data


def test_a_run_that_fails_leaves_the_last_good_one_and_is_written_down(tmp_path, assessed):
    root = project_folder(tmp_path)
    [good] = run_projects([root], out=tmp_path / "reports")
    before = {p: p.read_bytes() for p in good.run.rglob("*") if p.is_file()}
    assessed.error = TableError("production.csv: line 2: something is wrong; mend it.")
    [bad] = run_projects([root], out=tmp_path / "reports")
    assert (bad.exit_code, bad.run) == (1, None)
    assert bad.error == "production.csv: line 2: something is wrong; mend it."
    assert (tmp_path / "reports/shop/latest").resolve() == good.run.resolve()
    assert {p: p.read_bytes() for p in good.run.rglob("*") if p.is_file()} == before
    assert [e.kind for e in Ledger(root / ".gatebook/history.jsonl").entries][-2:] == ["look", "run-failed"]


def test_a_failed_run_never_begins_a_history(tmp_path, assessed):
    root = project_folder(tmp_path)
    (root / "gatebook.toml").write_text(TOML.replace("classification", "clasification"))
    [bad] = run_projects([root], out=tmp_path / "reports")
    assert "clasification" in bad.error
    assert not (root / ".gatebook" / "history.jsonl").exists()


def test_an_error_that_nobody_foresaw_is_one_line_and_a_private_file(tmp_path, assessed):
    root = project_folder(tmp_path)
    assessed.error = KeyError("boom")
    [bad] = run_projects([root], out=tmp_path / "reports")
    assert "\n" not in bad.error
    assert bad.error.startswith("unexpected KeyError; details are in ")
    log = root / ".gatebook/last-error.log"
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_one_project_s_failure_never_stops_the_rest(tmp_path, assessed):
    good, other = project_folder(tmp_path, "good"), project_folder(tmp_path, "other")
    outcomes = run_projects([tmp_path / "missing", good, other], out=tmp_path / "reports")
    assert [o.exit_code for o in outcomes] == [1, 0, 0]
    assert "there is no such folder" in outcomes[0].error
    assert (tmp_path / "reports/other/latest/go-no-go.html").exists()


@pytest.mark.slow
def test_projects_at_once_come_back_in_order_with_a_process_each(tmp_path):
    wrong = project_folder(tmp_path, "wrong")
    (wrong / "gatebook.toml").write_text(TOML.replace("classification", "clasification"))
    outcomes = run_projects([tmp_path / "missing", wrong, tmp_path / "other"], out=tmp_path / "reports", jobs=2)
    assert [o.folder.name for o in outcomes] == ["missing", "wrong", "other"]
    assert [o.exit_code for o in outcomes] == [1, 1, 1]
    assert "clasification" in outcomes[1].error


def test_a_project_that_is_busy_is_75_and_nothing_is_written_down(tmp_path, assessed):
    root = project_folder(tmp_path)
    run_projects([root], out=tmp_path / "reports")
    before = (root / ".gatebook/history.jsonl").read_bytes()
    code = f"""
import time
from pathlib import Path
from gatebook.history.lock import project_lock
with project_lock(Path({str(root)!r})):
    print("held", flush=True)
    time.sleep(60)
"""
    worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert worker.stdout.readline() == b"held\n"
        [outcome] = run_projects([root], out=tmp_path / "reports")
    finally:
        worker.kill()
        worker.wait()
    assert exit_code([outcome], enforce=True) == 75
    assert f"process {worker.pid}" in outcome.error
    assert (root / ".gatebook/history.jsonl").read_bytes() == before


def test_two_projects_that_would_share_a_folder_are_refused_and_one_named_twice_runs_once(tmp_path, assessed):
    a, b = project_folder(tmp_path / "a"), project_folder(tmp_path / "b")
    with pytest.raises(UsageError, match="one folder, shop"):
        run_projects([a, b], out=tmp_path / "reports")
    assert len(run_projects([a, a, a / "gatebook.toml"], out=tmp_path / "reports")) == 1


def test_two_projects_of_one_name_never_mix_their_runs(tmp_path, assessed):
    a, b = project_folder(tmp_path / "a"), project_folder(tmp_path / "b")
    [first] = run_projects([a], out=tmp_path / "reports")
    [second] = run_projects([b], out=tmp_path / "reports")
    assert f"holds the runs of {a}" in second.error
    assert (tmp_path / "reports/shop/latest").resolve() == first.run.resolve()
    a.rename(tmp_path / "gone")  # now the name is free
    assert run_projects([b], out=tmp_path / "reports")[0].error is None


def test_a_preview_is_published_as_such_where_the_history_cannot_be_written(tmp_path, assessed, monkeypatch):
    root = project_folder(tmp_path)
    assessed.record = record("NO-GO", preview="The history cannot be written.")
    monkeypatch.setattr(Ledger, "writable", False)
    monkeypatch.setitem(vars(sys.modules["gatebook.assessment"]), "examine", _without_a_look(assessed.record))
    monkeypatch.setattr(Ledger, "append", _refuse)
    [outcome] = run_projects([root], out=tmp_path / "reports")
    assert outcome.error is None
    assert outcome.preview == "The history cannot be written."
    assert "the history does not know this run" in outcome.warnings[0]


def test_a_damaged_history_is_told(tmp_path, assessed):
    root = project_folder(tmp_path)
    run_projects([root], out=tmp_path / "reports")
    history = root / ".gatebook/history.jsonl"
    history.write_bytes(history.read_bytes().replace(b'"rows":2', b'"rows":3'))
    [outcome] = run_projects([root], out=tmp_path / "reports")
    assert any("does not follow" in w for w in outcome.warnings)


def test_an_assessment_that_takes_too_long_is_ended(tmp_path, assessed, monkeypatch):
    root = project_folder(tmp_path)
    monkeypatch.setattr(sys.modules["gatebook.assessment"], "examine", lambda *_args, **_rest: time.sleep(30))
    begun = time.monotonic()
    [outcome] = run_projects([root], out=tmp_path / "reports", timeout=0.3)
    assert time.monotonic() - begun < 10
    assert "the assessment was not finished after 0.3 s" in outcome.error


KILLED = """
import signal, sys, time, types
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit that it is ignored
from gatebook.run import projects as run
fake = types.ModuleType("gatebook.assessment")
def assess(project, **_rest):
    print("working", flush=True)
    time.sleep(60)
fake.examine = assess
sys.modules["gatebook.assessment"] = fake
try:
    run.run_projects([Path(sys.argv[1])], out=Path(sys.argv[2]))
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize(("how", "left"), [(signal.SIGKILL, 1), (signal.SIGINT, 0)])
def test_a_killed_run_leaves_readers_the_old_one_and_the_next_run_cleans_up(tmp_path, assessed, how, left):
    root, out = project_folder(tmp_path), tmp_path / "reports"
    [good] = run_projects([root], out=out)
    worker = subprocess.Popen([sys.executable, "-c", KILLED, str(root), str(out)], stdout=subprocess.PIPE)
    assert worker.stdout.readline() == b"working\n"
    os.kill(worker.pid, how)
    worker.wait(timeout=20)
    assert (out / "shop/latest").resolve() == good.run.resolve()
    assert len(list((out / "shop").glob(".*.partial"))) == left
    [again] = run_projects([root], out=out)
    assert again.error is None
    assert not list((out / "shop").glob(".*.partial"))


def _outcome(recommendation=None, code=0):
    return Outcome(
        "p", Path("p"), recommendation=recommendation, error=None if recommendation else "failed", exit_code=code
    )


@pytest.mark.parametrize(
    ("outcomes", "plain", "enforced"),
    [
        (["GO"], 0, 0),
        (["CONDITIONAL GO", "GO"], 0, 12),
        (["CONDITIONAL GO", "NOT ENOUGH EVIDENCE", "GO"], 0, 11),
        (["NOT ENOUGH EVIDENCE", "NO-GO", "CONDITIONAL GO"], 0, 10),
        (["NO-GO", 1], 1, 1),
        ([75], 75, 75),
        ([75, 1], 1, 1),
        ([75, "GO"], 75, 75),
    ],
)
def test_exit_codes_are_those_of_the_worst(outcomes, plain, enforced):
    found = [_outcome(o) if isinstance(o, str) else _outcome(code=o) for o in outcomes]
    assert exit_code(found, enforce=False) == plain
    assert exit_code(found, enforce=True) == enforced


@given(st.text())
def test_no_text_begins_with_a_sign_that_a_spreadsheet_runs(text):
    safe = spreadsheet_safe(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert safe in {text, f"'{text}"}


def test_findings_come_back_from_csv_whatever_their_names(tmp_path):
    found = hostile_record(record())
    rows = list(csv.DictReader(io.StringIO(findings_csv(found))))
    assert [r["finding_id"].removeprefix("'") for r in rows] == [f.finding_id for f in found.findings]
    assert [float(r["share"]) for r in rows] == [f.share for f in found.findings]
    assert {r["cell_error"] for r in rows} <= {"true", "false"}


def test_flagged_cells_are_coordinates_in_the_findings_order_and_repeatable():
    found = record()
    ids = [f.finding_id for f in found.findings][:2]
    flagged = pd.DataFrame(
        {"finding_id": [ids[1], ids[0], ids[0]], "table": "sample", "row": [1, 9, 2], "column": "a", "value": "secret"}
    )
    raw = flagged_cells_parquet(found, flagged)
    assert raw == flagged_cells_parquet(found, flagged.iloc[::-1])
    table = pq.read_table(io.BytesIO(raw))
    assert table.column_names == ["finding_id", "table", "row", "column"]
    assert table["finding_id"].to_pylist() == [ids[0], ids[0], ids[1]]
    assert table["row"].to_pylist() == [2, 9, 1]
    assert b"secret" not in raw


def test_no_flagged_cells_is_an_empty_table():
    raw = flagged_cells_parquet(record(), FLAGGED.iloc[:0])
    assert pq.read_table(io.BytesIO(raw)).num_rows == 0


def test_a_run_whose_history_fails_at_the_end_says_so(tmp_path, assessed, monkeypatch):
    root = project_folder(tmp_path)
    monkeypatch.setattr(run_module, "_write_down", _refuse)
    [outcome] = run_projects([root], out=tmp_path / "reports")
    assert outcome.exit_code == 1
    assert "not in the history" in outcome.error


@pytest.mark.slow
@pytest.mark.parametrize("name", ["shop", "a b {x} 'q' \n ü %&<b>"])
def test_the_real_notebooks_make_the_real_documents_wherever_the_project_lies(tmp_path, monkeypatch, name):
    plan = stand_in(monkeypatch, notebooks=False)
    root = project_folder(tmp_path, name)
    told = []
    [outcome] = run_projects([root], out=tmp_path / "out {y}", progress=told.append)
    assert outcome.error is None
    assert len(outcome.documents) == 3
    for path in outcome.documents:
        text = path.read_text()
        assert "<h1" in text
        assert "<script" not in text
        assert str(tmp_path) not in text
    for path in (outcome.run / "notebooks").iterdir():
        text = path.read_text()
        assert str(tmp_path) not in text
        again = export_html(nbformat.reads(text, as_version=4))  # `jupyter nbconvert --to gatebook` on it
        assert again in {document.read_text() for document in outcome.documents}
    assert plan.record.project.name in (outcome.run / "go-no-go.html").read_text()
    assert any("provenance" in text for text in told)


@pytest.mark.slow
def test_a_sample_project_runs_is_on_record_and_can_be_verified(tmp_path):
    sample = Path(__file__).parents[1] / "data/samples/flight-delays"
    root = tmp_path / "flight-delays"
    shutil.copytree(sample, root)
    day = dt.date(2026, 11, 2)
    first, second = (run_projects([root], out=tmp_path / "reports", as_of=day)[0] for _ in range(2))
    assert first.error is None
    assert second.error is None
    assert verify_run(second.run).sound
    kinds = [e.kind for e in Ledger(root / ".gatebook/history.jsonl").entries]
    assert kinds[-2:] == ["run", "run"]
    assert kinds.count("look") == 1  # the second run saw nothing that was not on record
    found = [json.loads((o.run / "decision.json").read_text()) for o in (first, second)]
    for one in found:
        one.pop("previous")
        one["run"] = {k: v for k, v in one["run"].items() if k not in {"id", "started", "finished"}}
    changed = [key for key in found[0] if found[0][key] != found[1][key]]
    assert set(changed) <= {"changes", "history_note", "looks"}  # what the history itself adds
    for name in ("findings.csv", "flagged_cells.parquet"):
        assert (first.run / name).read_bytes() == (second.run / name).read_bytes()
