"""The end of the history has witnesses: whatever is taken from it is told, by a run and by `verify`."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fakes import project_folder, stand_in
from gatebook.assessment import assess
from gatebook.explore.workspace import Workspace
from gatebook.gates.week01.pages.reality import data_reality_check
from gatebook.gates.week04.pages.decision import go_no_go
from gatebook.gates.week04.pages.errors import error_analysis
from gatebook.history.chain import BREACH
from gatebook.history.ledger import Ledger
from gatebook.history.remembered import recall, remember
from gatebook.people import Signature, sign
from gatebook.project import Project, load_project
from gatebook.run.projects import run_projects
from gatebook.run.verify import Proof, verify_run
from gatebook.verdict.past import read_past
from histories import HEAD, HISTORY, cut, edit_last, lines_of, rewrite
from projects import AS_OF, Kind, make_project
from records import record

LONG = 50
OF_HISTORY = {Proof.BROKEN, Proof.SHORTENED, Proof.UNKNOWN, Proof.OTHER_RECORD}


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A project with a history of 50 entries, the last of them a published run; returns its folder and the run."""
    monkeypatch.chdir(tmp_path)
    stand_in(monkeypatch)
    return run_of(tmp_path, "shop", LONG)


def run_of(folder: Path, name: str, entries: int) -> tuple[Path, Path]:
    root = project_folder(folder, name)
    ledger = Ledger.of(load_project(root))
    ledger.append("init", {"roles": {}})
    for number in range(entries - 3):
        ledger.append("note", {"of": name, "number": number})
    [outcome] = run_projects([root], out=folder / "reports")  # writes a look and the run
    assert outcome.run is not None
    assert outcome.warnings == ()
    assert ledger.head.entries == entries
    return root, outcome.run


def told_by_run(root: Path, run: Path) -> str:
    """What a run would begin with: the code of the breach, after asking that looks are then unknown."""
    ledger = Ledger.of(load_project(root), run.parent)
    found = ledger.breaches()
    assert read_past(ledger.read("init", "run"), found).looks_known == (not found)  # the look is a stand-in
    return found[0].code if found else ""


def told_by_verify(root: Path, run: Path) -> list[str]:
    return [c.words for c in verify_run(run, project=root).checks if c.code in OF_HISTORY]


def told(root: Path, run: Path) -> str:
    code = told_by_run(root, run)
    assert bool(told_by_verify(root, run)) == bool(code)
    return code


def test_a_whole_history_is_told_to_be_whole(published: tuple[Path, Path]) -> None:
    root, run = published
    assert told(root, run) == ""
    [known] = [c for c in verify_run(run).checks if c.code is Proof.KNOWN]
    assert "50 entries" in known.words


@pytest.mark.parametrize("witnesses", ["all", "head alone", "run alone"])
def test_a_tail_cut_at_any_line_is_told(published: tuple[Path, Path], witnesses: str) -> None:
    root, run = published
    whole, head = (root / HISTORY).read_bytes(), (root / HEAD).read_bytes()
    if witnesses == "head alone":
        (run / "manifest.json").unlink()
    found = 0
    for keep in range(LONG):
        (root / HISTORY).write_bytes(whole)
        (root / HEAD).write_bytes(head)
        cut(root, keep)
        if witnesses == "run alone":
            (root / HEAD).unlink()
        found += told_by_run(root, run) in {"cut", "unwitnessed"}
        if witnesses != "head alone":
            found += any(c.code is Proof.BROKEN for c in verify_run(run, project=root).checks)
    assert found == (LONG if witnesses == "head alone" else 2 * LONG)


def test_an_emptied_deleted_edited_or_exchanged_history_is_told(published: tuple[Path, Path], tmp_path: Path) -> None:
    root, run = published
    other, _ = run_of(tmp_path, "other", LONG)
    longer, _ = run_of(tmp_path, "longer", LONG + 9)
    never_run = project_folder(tmp_path, "new")
    kept = tmp_path / "kept"
    shutil.copytree(root / ".gatebook", kept)

    def again() -> None:
        shutil.rmtree(root / ".gatebook", ignore_errors=True)
        shutil.copytree(kept, root / ".gatebook")

    (root / HISTORY).write_bytes(b"")
    assert told(root, run) == "cut"
    again()
    (root / HISTORY).unlink()
    assert told(root, run) == "cut"
    again()
    shutil.rmtree(root / ".gatebook")
    assert told(root, run) == "cut"
    again()
    edit_last(root, b'"kind":"run"', b'"kind":"ran"')
    assert told(root, run) == "changed"
    again()
    edit_last(root, b'"prev_sha256"', b'"prev_sha25"')  # a last line that is no entry
    assert told(root, run) == "changed"
    for stranger in (other, longer):
        again()
        shutil.copy(stranger / HISTORY, root / HISTORY)
        assert told(root, run) == "changed"
        shutil.copy(stranger / HEAD, root / HEAD)  # its head came with it: the run tells
        assert told(root, run) == "changed"
    again()
    (root / HEAD).write_text("{")
    assert told(root, run) == "unwitnessed"
    again()
    rewrite(root, lines_of(root)[:-1])  # a chain that is whole in itself
    assert told(root, run) == "changed"
    again()
    assert told(root, run) == ""

    (never_run / ".gatebook").mkdir()
    shutil.copy(other / HISTORY, never_run / HISTORY)
    assert told_by_run(never_run, tmp_path / "reports/new/none") == "unwitnessed"


def test_a_line_that_does_not_follow_makes_looks_unknown_once(published: tuple[Path, Path]) -> None:
    root, run = published
    text = (root / HISTORY).read_text().replace('"number":7}', '"number":8}', 1)
    (root / HISTORY).write_text(text)
    assert told(root, run) == "unchained"
    ledger = Ledger.of(load_project(root))
    ledger.append("note", {})
    ledger.append("note", {})
    assert [e.data["code"] for e in ledger.read(BREACH)] == ["unchained"]
    assert ledger.breaches() == ()
    assert not read_past(ledger.read("init", BREACH)).looks_known


def test_what_people_add_after_a_run_extends_the_history(published: tuple[Path, Path]) -> None:
    root, run = published
    for number in range(3):
        by = Signature("A", "head", f"{number}", dt.date(2026, 11, 2))
        sign(Ledger.of(load_project(root)), "WAIT", by)
        assert told(root, run) == ""
    [outcome] = run_projects([root], out=run.parents[1])
    assert outcome.warnings == ()
    assert told(root, run) == ""


def test_a_project_that_moves_with_its_history_is_whole(published: tuple[Path, Path], tmp_path: Path) -> None:
    root, run = published
    copy = tmp_path / "elsewhere" / "clone"
    shutil.copytree(root, copy)
    assert told(copy, run) == ""
    shutil.move(root, tmp_path / "moved")
    assert told(tmp_path / "moved", run) == ""


def test_of_two_copies_that_go_on_the_second_to_publish_here_is_told(
    published: tuple[Path, Path], tmp_path: Path
) -> None:
    root, run = published
    copy = tmp_path / "elsewhere" / "shop"
    shutil.copytree(root, copy)
    run_projects([root], out=run.parents[1])
    assert told_by_run(copy, tmp_path / "nowhere") == ""  # nobody can see the other one from here
    shutil.rmtree(root)
    run_projects([copy], out=run.parents[1])
    assert [e.data["code"] for e in Ledger.of(load_project(copy)).read(BREACH)] == ["cut"]


def test_a_head_that_lags_as_after_a_crash_is_no_breach(published: tuple[Path, Path]) -> None:
    root, run = published
    old = (root / HEAD).read_bytes()
    Ledger.of(load_project(root)).append("note", {})
    (root / HEAD).write_bytes(old)
    assert told(root, run) == ""


def test_a_head_file_that_cannot_be_written_ends_no_append(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "history.jsonl")
    (tmp_path / "history.head.json").mkdir()
    ledger.append("init", {})
    assert lines_of_file(ledger.path)[0].get("history") is None  # nothing promised that a head file lies there
    assert [b.code for b in ledger.breaches()] == ["unwitnessed"]  # something else lies there


def lines_of_file(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_history_kept_elsewhere_has_its_head_there_and_one_in_the_project(tmp_path: Path) -> None:
    root = project_folder(tmp_path)
    project = replace_history(load_project(root), "../histories/mine.jsonl")
    Ledger.of(project).append("init", {})
    Ledger.of(project).append("look", {})
    assert (tmp_path / "histories/mine.head.json").is_file()
    moved = replace_history(project, "../histories/fresh.jsonl")
    assert [b.code for b in Ledger.of(moved).breaches()] == ["cut"]
    clone = tmp_path / "clone"
    shutil.copytree(root, clone, ignore=shutil.ignore_patterns(".gatebook"))
    there = replace_history(load_project(clone), "../histories/mine.jsonl")
    assert Ledger.of(there).breaches() == ()


def replace_history(project: Project, where: str) -> Project:
    return project.model_copy(update={"history": where})


@pytest.fixture(scope="module")
def judged_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_project(tmp_path_factory.mktemp("judged") / "p", Kind(rows=600, labels=100))
    file = folder / "gatebook.toml"
    file.write_text(file.read_text().replace("planned_labels = 100", "planned_labels = 200"))
    remember(load_project(folder), assess(load_project(folder), AS_OF))
    return folder


@pytest.fixture
def judged(judged_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a look at its labels on record, planned to be labelled further."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(judged_once, tmp_path / "p")


def test_after_a_cut_earlier_looks_are_unknown_for_good(judged: Path) -> None:
    project = load_project(judged)
    before = assess(project, AS_OF)
    assert before.breaches == ()
    cut(judged, 4)
    assert recall(project, AS_OF) is None
    assert Workspace.open(str(judged), as_of=AS_OF).case.past.breaches[0].code == "cut"
    first = assess(load_project(judged), AS_OF)
    assert [b.code for b in first.breaches] == ["cut"]
    assert (first.breaches[0].entries, first.breaches[0].named) == (4, 5)
    assert first.history_note is not None
    assert first.row("G1").method != before.row("G1").method or first.row("G1").level != before.row("G1").level
    assert first.row("G1").lower < before.row("G1").lower
    again = assess(load_project(judged), AS_OF)
    assert [b.code for b in again.breaches] == ["cut"]
    assert again.criteria == first.criteria  # the same inputs are no new look, and no way back either
    for page in (go_no_go, data_reality_check, error_analysis):
        assert "was cut" in str(page(again).markup)
        assert "was cut" not in str(page(before).markup)


def test_a_look_whose_alpha_was_edited_gives_no_alpha(judged: Path) -> None:
    *rest, last = lines_of(judged)
    level = assess(load_project(judged), AS_OF).row("G1").level
    for look in last["data"]["looks"]:
        look["alpha"] = 0.05
    head = (judged / HEAD).read_bytes()
    rewrite(judged, [*rest, last])
    (judged / HEAD).write_bytes(head)
    found = assess(load_project(judged), AS_OF)
    assert [b.code for b in found.breaches] == ["changed"]
    assert level is not None
    assert found.row("G1").level > level


def test_a_notebook_alone_sees_that_the_whole_folder_of_the_history_is_gone(judged: Path, tmp_path: Path) -> None:
    run = tmp_path / "reports/p/20261030T080000Z"
    run.mkdir(parents=True)
    ledger = Ledger.of(load_project(judged))
    manifest = {"history": {"entries": ledger.head.entries, "sha256": ledger.head.sha256}, "project_path": "../../../p"}
    (run / "manifest.json").write_text(json.dumps(manifest))
    shutil.rmtree(judged / ".gatebook")
    found = assess(load_project(judged), AS_OF)
    assert [(b.code, b.witness) for b in found.breaches] == [("cut", run.name)]


def test_what_gatebook_0_1_wrote_is_read_and_the_upgrade_moves_no_verdict(judged: Path) -> None:
    before = assess(load_project(judged), AS_OF)
    rewrite(judged, lines_of(judged))
    (judged / ".gatebook/last-record.json").unlink()
    old = (judged / HISTORY).read_bytes()
    found = assess(load_project(judged), AS_OF)
    assert (found.breaches, found.history_note) == ((), None)
    assert found.criteria == before.criteria
    assert (judged / HISTORY).read_bytes() == old
    ledger = Ledger.of(load_project(judged))
    ledger.append("note", {})
    assert (judged / HISTORY).read_bytes().startswith(old)
    assert lines_of(judged)[-1]["history"]  # from here on a head file must lie beside it
    assert assess(load_project(judged), AS_OF).criteria == before.criteria
    (judged / HEAD).unlink()
    assert [b.code for b in ledger.breaches()] == ["unwitnessed"]


def test_a_record_of_0_1_is_read() -> None:
    data = json.loads(record("GO").to_json())
    del data["breaches"]
    assert type(record("GO")).model_validate(data).breaches == ()


@pytest.mark.slow
@pytest.mark.parametrize("way", ["cut", "folder gone"])
def test_the_commands_tell_that_the_history_was_cut(judged: Path, way: str) -> None:
    def gatebook(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gatebook", *words]
        return subprocess.run(command, cwd=judged.parent, capture_output=True, text=True, check=False)

    run = ("run", "p", "--gate", "go-no-go", "--as-of", AS_OF.isoformat())
    done = gatebook(*run)
    assert "history of looks" not in done.stdout + done.stderr
    assert gatebook("verify", "reports/p/latest").returncode == 0
    if way == "cut":
        cut(judged, 4)
    else:
        shutil.rmtree(judged / ".gatebook")
    seen = gatebook("verify", "reports/p/latest")
    assert seen.returncode == 1
    assert "history of looks was cut" in seen.stdout + seen.stderr
    for _ in range(2):
        done = gatebook(*run)
        assert done.returncode == 0
        assert "history of looks was cut" in done.stdout + done.stderr
        assert "history of looks was cut" in (judged.parent / "reports/p/latest/go-no-go.html").read_text()
