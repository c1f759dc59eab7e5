"""The command line: exit codes, plain words, and never a traceback for a user's mistake."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_core.paths import get_home_dir

from fakes import TOML, project_folder, stand_in
from gatebook import __version__
from gatebook.__main__ import _have_a_home
from gatebook.cli import main
from gatebook.cli.screen import plain
from gatebook.history.lock import project_lock
from records import record

COMMANDS = ["init", "sample", "check", "run", "explore", "verify", "attest", "waive", "correct", "sign"]


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Call a command in an empty working directory and return its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def called(*words):
        try:
            code = main([str(w) for w in words])
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return SimpleNamespace(exit_code=code, stdout=out, stderr=err, output=out + err)

    return called


@pytest.fixture
def plan(monkeypatch):
    return stand_in(monkeypatch)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(call, command):
    found = call(command, "--help")
    assert found.exit_code == 0
    assert f"usage: gatebook {command} " in found.output


def test_the_version_is_told(call):
    assert call("--version").output.strip() == f"gatebook {__version__}"


@pytest.mark.parametrize(
    "words",
    [
        ("run", "x", "--parameter", "a=1"),
        ("run", "x", "-p", "a", "1"),
        ("run",),
        ("run", "x", "--as-of", "yesterday"),
        ("run", "x", "--jobs", "0"),
        ("run", "x", "--gate", "gonogo"),
        ("nonsense",),
        ("sample", "x", "-n", "many"),
    ],
)
def test_a_command_that_is_called_wrongly_ends_with_2(call, words):
    assert call(*words).exit_code == 2


def test_a_run_prints_the_verdict_and_where_the_documents_lie(call, plan, tmp_path):
    root = project_folder(tmp_path)
    found = call("run", root, "--as-of", "2026-11-02")
    assert found.exit_code == 0
    first, *paths = found.stdout.splitlines()
    assert first.startswith("shop: NO-GO (")
    assert plan.record.decision.reason in first
    assert [p.rsplit("/", 1)[1] for p in paths] == ["data-reality-check.html", "error-analysis.html", "go-no-go.html"]
    assert all((tmp_path / p.strip()).is_file() for p in paths)
    assert "assessing" in found.stderr


@pytest.mark.parametrize(
    ("verdict", "code"), [("GO", 0), ("NO-GO", 10), ("NOT ENOUGH EVIDENCE", 11), ("CONDITIONAL GO", 12)]
)
def test_a_verdict_is_no_failure_unless_enforced(call, plan, tmp_path, verdict, code):
    root = project_folder(tmp_path)
    plan.record = record(verdict)
    assert call("run", root).exit_code == 0
    assert call("run", root, "--enforce").exit_code == code


def test_several_projects_have_one_summary_line_each_and_one_failure_ends_with_1(call, plan, tmp_path):
    good = project_folder(tmp_path, "good")
    found = call("run", tmp_path / "missing", good, "--enforce")
    assert found.exit_code == 1
    lines = found.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("missing: FAILED: ")
    assert lines[1].startswith("good: NO-GO ")


def test_json_is_for_programs(call, plan, tmp_path):
    root = project_folder(tmp_path)
    found = call("run", root, tmp_path / "missing", "--json")
    good, bad = json.loads(found.stdout)
    assert good["recommendation"] == "NO-GO"
    assert good["error"] is None
    assert len(good["documents"]) == 3
    assert bad["recommendation"] is None
    assert (bad["exit_code"], found.exit_code) == (1, 1)


def test_a_user_s_mistake_is_told_line_by_line_without_traceback(call, plan, tmp_path):
    root = project_folder(tmp_path)
    (root / "gatebook.toml").write_text(TOML.replace("task =", "tsk =") + 'latencyms = "x"\n')
    for command in ("run", "check", "sample"):
        found = call(command, root)
        assert found.exit_code == 1
        assert "did you mean 'latency_ms'" in found.stderr
        assert "did you mean 'task'" in found.stderr
        assert all(line.startswith("gatebook: ") for line in found.stderr.splitlines())


PERSON = ("--person", "A. B", "--role", "lead", "--reason", "seen")


@pytest.mark.parametrize(
    "words",
    [
        ("init", "nowhere"),
        ("check", "nowhere"),
        ("sample", "nowhere"),
        ("run", "nowhere"),
        ("explore", "nowhere", "--no-open"),
        ("verify", "nowhere"),
        ("attest", "nowhere", "D1", *PERSON),
        ("waive", "nowhere", "2.3", *PERSON),
        ("sign", "nowhere", "GO", *PERSON),
    ],
    ids=lambda words: words[0],
)
def test_a_folder_that_is_not_there_is_one_line_on_standard_error_and_1(call, words):
    found = call(*words)
    assert found.exit_code == 1
    assert found.stdout == ""
    lines = [line for line in found.stderr.splitlines() if line.startswith("gatebook: ")]
    assert len(lines) == 1
    assert "nowhere" in lines[0]
    assert "Traceback" not in found.output


def test_a_project_that_another_run_holds_ends_with_75_and_names_it(call, plan, tmp_path):
    root = project_folder(tmp_path)
    with project_lock(root):
        for words in (("run", root), ("run", root, "--json"), ("sample", root)):
            found = call(*words)
            assert found.exit_code == 75
            assert f"process {os.getpid()} on " in found.stderr + found.stdout
        [told] = json.loads(call("run", root, "--json").stdout)
    assert told["exit_code"] == 75


def test_a_failure_counts_before_any_verdict(call, plan, tmp_path):
    good, held = project_folder(tmp_path, "good"), project_folder(tmp_path, "held")
    plan.record = record("NOT ENOUGH EVIDENCE")
    with project_lock(held):
        assert call("run", good, held, "--enforce").exit_code == 75
        assert call("run", good, held, tmp_path / "missing", "--enforce").exit_code == 1
    assert call("run", good, held, "--enforce").exit_code == 11


def test_the_module_is_the_command_and_its_output_can_be_piped(tmp_path):
    root = project_folder(tmp_path)
    command = [sys.executable, "-m", "gatebook"]
    version = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert (version.stdout, version.stderr) == (f"gatebook {__version__}\n", "")
    wrong = subprocess.run([*command, "run", str(root), "--jbs", "2"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "--jobs" in wrong.stderr
    cut = subprocess.run(
        f"{shlex.join([*command, 'check', str(root)])} | head -c 1", shell=True, capture_output=True, check=False
    )
    assert b"Traceback" not in cut.stderr


def test_an_unforeseen_error_is_one_line_and_a_file(call, plan, tmp_path):
    root = project_folder(tmp_path)
    plan.error = KeyError("boom")
    found = call("run", root)
    assert found.exit_code == 1
    assert [x for x in found.stderr.splitlines() if x.startswith("gatebook: ")] == [
        f"gatebook: unexpected KeyError; details are in {root}/.gatebook/last-error.log."
    ]
    assert "Traceback" in (root / ".gatebook/last-error.log").read_text()


def test_an_unforeseen_error_of_another_command_likewise(call, tmp_path, monkeypatch):
    root = project_folder(tmp_path)

    def explode(_folder):
        raise KeyError("boom")

    monkeypatch.setattr("gatebook.cli.check.check_project", explode)
    found = call("check", root)
    assert found.exit_code == 1
    assert found.stderr.startswith("gatebook: unexpected KeyError")
    assert (root / ".gatebook/last-error.log").is_file()


def test_an_interrupted_run_ends_with_130_and_publishes_nothing(call, plan, tmp_path):
    root = project_folder(tmp_path)
    plan.error = KeyboardInterrupt()
    found = call("run", root)
    assert found.exit_code == 130
    assert "run was stopped" in found.stderr
    assert not list((tmp_path / "reports/shop").glob("*Z"))


def test_check_puts_problems_first_and_accounts_for_every_line(call, tmp_path):
    root = project_folder(tmp_path)
    found = call("check", root)
    assert found.exit_code == 0
    assert "closed" in found.stdout
    (root / "gatebook.toml").write_text(TOML + '[tables.labels]\npath = "nowhere.csv"\nid = "id"\nlabel = "t"\n')
    found = call("check", root)
    assert found.exit_code == 1
    assert found.stdout.splitlines()[0] == "1 problem:"
    assert "nowhere.csv" in found.stdout.splitlines()[1]
    assert "production.csv" in found.stdout


def test_check_tells_of_lines_that_are_not_used(call, tmp_path):
    root = project_folder(tmp_path)
    (root / "production.csv").write_text("id,a\n1,x\n2,y,z\n3,w\n4,v\n")
    found = call("check", root)
    assert "1 line is not used" in found.stdout
    assert ".gatebook/rejects" in found.stdout


def test_a_run_can_be_verified_until_it_is_changed(call, plan, tmp_path):
    root = project_folder(tmp_path)
    plan.record = record("GO", tables=())
    call("run", root)
    latest = tmp_path / "reports/shop/latest"
    found = call("verify", latest)
    assert "complete" in found.stdout
    (latest / "go-no-go.html").write_text("GO GO GO")
    found = call("verify", latest)
    assert found.exit_code == 1
    assert "WRONG  go-no-go.html was changed after it was published." in found.stdout


def test_init_then_sample_begin_a_project_in_a_bare_folder(call, tmp_path):
    folder = tmp_path / "bare"
    folder.mkdir()
    lines = "".join(f"T{n},how do I pay bill {n} of this month?\n" for n in range(50))
    (folder / "production.csv").write_text("ticket_id,question\n" + lines)
    found = call("init", folder)
    assert found.exit_code == 0, found.output
    assert "gatebook.toml is written" in found.stdout
    found = call("sample", folder, "-n", "20", "--double", "5")
    assert found.exit_code == 0, found.output
    assert "20 rows to label" in found.stdout
    assert len((folder / "labels-to-fill.csv").read_text().splitlines()) == 21


def test_options_may_stand_between_folders(call, plan, tmp_path):
    one, two = project_folder(tmp_path, "one"), project_folder(tmp_path, "two")
    assert len(call("run", one, "--out", "elsewhere", two).stdout.splitlines()) == 2
    assert (tmp_path / "elsewhere/two/latest").is_dir()


def test_what_stands_after_two_dashes_goes_to_jupyter(call, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr("subprocess.run", lambda command, **_: seen.append(command) or SimpleNamespace(returncode=7))
    found = call("explore", project_folder(tmp_path), "--", "--port", "9999")
    assert found.exit_code == 7
    assert seen[0][-2:] == ["--port", "9999"]


def test_explore_copies_the_notebooks(call, tmp_path):
    root = project_folder(tmp_path)
    found = call("explore", root, "--no-open")
    assert found.exit_code == 0
    assert (root / "notebooks/04_go_no_go.ipynb").is_file()
    assert found.stdout.count(": copied") == 3


def test_names_cannot_steer_the_terminal():
    assert plain("a\x1b[2Jb\x07") == "a\\x1b[2Jb\\x07"
    assert plain("ä ✓\nz") == "ä ✓\nz"
    assert plain("5\N{NO-BREAK SPACE}%") == "5 %"


def test_a_terminal_that_knows_ascii_only_is_no_reason_to_fail(tmp_path):
    root = project_folder(tmp_path, "prüfung")
    (root / "production.csv").rename(root / "übung.csv")
    (root / "gatebook.toml").write_text(TOML.replace("production", "übung"))
    command = [sys.executable, "-m", "gatebook", "check", str(root)]
    found = subprocess.run(
        command, capture_output=True, check=False, env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    )
    assert found.returncode == 0, found.stderr
    assert b"pr\\xfcfung" in found.stdout
    assert b"\\xfcbung.csv" in found.stdout


@pytest.mark.parametrize(
    ("streams", "code", "told"),
    [
        (">&-", 0, ""),
        ("2>&-", 0, ""),
        ("<&- >&- 2>&-", 0, ""),
        ("2>/dev/full", 0, ""),
        ("| true; exit ${PIPESTATUS[0]}", 0, ""),
        (">/dev/full", 1, "gatebook: the results could not be printed (No space left on device); "),
    ],
)
def test_a_closed_or_full_stream_ends_no_command_and_takes_no_file(tmp_path, streams, code, told):
    root = project_folder(tmp_path)
    body = (
        "import os, subprocess, sys\n"
        "from gatebook import __main__ as m\nfrom gatebook.cli import commands, screen\n"
        "from gatebook.history.lock import project_lock\n"
        "def check(given):\n"
        " with project_lock(given.folder):\n"
        "  subprocess.run([sys.executable, '-c', 'print(1)'], check=False, stderr=subprocess.DEVNULL)\n"
        "  (given.folder / 'held').write_text((given.folder / '.gatebook/lock').read_text())\n"
        "  screen.tell('at work')\n  screen.say('done')\n"
        " return 0\n"
        "commands.COMMANDS['check'] = check; m.main()"
    )
    command = ["bash", "-c", f'"$@" {streams}', "bash", sys.executable, "-c", body, "check", str(root)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == code, found.stderr
    assert "Traceback" not in found.stderr
    assert "Exception ignored" not in found.stderr
    assert told in found.stderr
    assert json.loads((root / "held").read_text())["pid"]


def test_a_user_that_the_machine_does_not_know_has_a_home(monkeypatch):
    def unknown(number):
        raise KeyError(number)

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    with pytest.raises(RuntimeError):
        Path.home()
    monkeypatch.setenv("HOME", "")  # so that what is set is taken back
    monkeypatch.delenv("HOME")
    _have_a_home()
    assert get_home_dir() == os.environ["HOME"] == "/"  # what Jupyter asks, and what a kernel inherits
    monkeypatch.setenv("HOME", "/somewhere")
    _have_a_home()
    assert os.environ["HOME"] == "/somewhere"


def test_a_terminated_run_cleans_up(tmp_path):
    root = project_folder(tmp_path)
    code = """
import sys, time, types
fake = types.ModuleType("gatebook.assessment")
def assess(project, **_rest):
    print("working", flush=True)
    time.sleep(60)
fake.examine = assess
sys.modules["gatebook.assessment"] = fake
from gatebook.__main__ import main
main()
"""
    command = [sys.executable, "-c", code, "run", str(root), "--out", str(tmp_path / "out")]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert worker.stdout.readline() == b"working\n"
    os.kill(worker.pid, signal.SIGTERM)
    _, told = worker.communicate(timeout=30)
    assert worker.returncode == 130
    assert b"run was stopped" in told
    assert not list((tmp_path / "out/shop").glob(".*.partial"))
