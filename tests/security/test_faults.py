"""Whatever fails and whenever: readers see the last good run or the whole new one, one line says why, nothing is
left.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import zmq

from fakes import project_folder, stand_in
from faulty import ERRORS, Faults, chain, fails, kernels_below, left_behind, stub_kernel, visible, watched, whole
from gatebook.files import sync_folder
from gatebook.history.ledger import Ledger
from gatebook.project import TableSpec, load_project
from gatebook.project.tables import open_table
from gatebook.run import projects as run_module
from gatebook.run.projects import run_projects
from gatebook.run.verify import verify_run
from projects import Kind, make_project

ROOT = Path(__file__).parents[2]


def nothing(_first: Any) -> None:
    """Act in no way."""


@pytest.fixture
def place(tmp_path, monkeypatch) -> Callable[..., Path]:
    """A small project whose input has a line too many cells, with a folder of its own for temporary files."""
    temporary = tmp_path / "t"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    root = project_folder(tmp_path)
    (root / "production.csv").write_text("id,a\n1,x\n2,y,z\n3,w\n")
    return root


def faulted(root: Path, out: Path, number: int = -1, act: Callable[[Any], None] = nothing):
    """Run a project while its call `number` fails, and return the outcome and the calls."""
    with pytest.MonkeyPatch.context() as patch:
        counted = Faults(patch, number, act)
        [outcome] = run_projects([root], out=out, gates=["go-no-go"])
    return outcome, counted


def folders(out: Path) -> list[str]:
    """Return the names of all runs that can be seen."""
    return sorted(p.name for p in (out / "shop").iterdir() if not p.name.startswith("."))


def every_call(root: Path, out: Path, code: int) -> None:
    """Let each call of a whole run fail, one run for each."""
    assert faulted(root, out)[0].error is None
    total = faulted(root, out)[1].calls
    assert total > 50
    failed = 0
    for number in range(1, total + 1):
        old, runs = visible(out), folders(out)
        outcome, _ = faulted(root, out, number, fails(code))
        seen = visible(out)
        assert seen != old or folders(out) == runs, number  # a run that failed looks like none
        assert seen == old or whole(seen), number
        assert seen != old or outcome.error is not None, number
        if outcome.error is not None:
            failed += 1
            assert outcome.exit_code in {1, 75}, number
            assert "\n" not in outcome.error, number
            assert "unexpected" not in outcome.error, number
        assert chain(root) == [], number
    assert failed > 10
    assert faulted(root, out)[0].error is None
    assert left_behind(root, out, root.parent / "t") == []


@pytest.mark.parametrize(
    "code", [ERRORS[0], *(pytest.param(code, marks=pytest.mark.slow) for code in ERRORS[1:])], ids=errno.errorcode.get
)
def test_whichever_call_of_a_run_fails_readers_see_the_old_or_the_whole_new_run(place, tmp_path, monkeypatch, code):
    stand_in(monkeypatch)
    every_call(place, tmp_path / "out", code)


@pytest.mark.slow
def test_whichever_call_of_a_real_assessment_fails_readers_see_the_old_or_the_whole_new_run(
    place, tmp_path, monkeypatch
):
    stub_kernel(monkeypatch, {})
    every_call(place, tmp_path / "out", errno.ENOSPC)


@pytest.mark.slow
def test_every_file_that_a_run_writes_is_among_the_calls_that_are_made_to_fail(place, tmp_path, monkeypatch):
    stub_kernel(monkeypatch, {})
    out, temporary = tmp_path / "out", tmp_path / "t"
    assert faulted(place, out)[0].error is None  # a real kernel writes files of its own
    shutil.rmtree(out)
    shutil.rmtree(place / ".gatebook")
    for _ in range(2):  # the first run of a project makes more
        with watched(place, out, temporary) as written:
            outcome, counted = faulted(place, out)
        assert outcome.error is None
        assert len(written) > 15
        assert written - counted.paths == set()


ALONE = """
import os, signal, sys
sys.path.insert(0, sys.argv[4])
import pytest
from pathlib import Path
from fakes import stand_in
from faulty import Faults
from gatebook.run.projects import run_projects
stand_in(pytest.MonkeyPatch())
counted = Faults(pytest.MonkeyPatch(), int(sys.argv[3]), lambda _first: os.kill(os.getpid(), signal.SIGKILL))
[outcome] = run_projects([Path(sys.argv[1])], out=Path(sys.argv[2]), gates=["go-no-go"])
assert outcome.error is None, outcome.error
print(counted.calls)
"""


def alone(root: Path, out: Path, mark: int = -1) -> subprocess.CompletedProcess[str]:
    """Run in a process of its own, which ends by signal 9 at its call `mark`."""
    command = [sys.executable, "-c", ALONE, str(root), str(out), str(mark), str(ROOT / "tests")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_killed_at_any_call_readers_see_old_or_new_and_the_next_run_cleans_up(place, tmp_path):
    out = tmp_path / "out"
    assert alone(place, out).returncode == 0
    first = alone(place, out)
    assert first.returncode == 0, first.stderr
    marks = sorted(random.Random(8).sample(range(1, int(first.stdout) + 1), 16))
    for mark in marks:
        old = visible(out)
        assert alone(place, out, mark).returncode == -signal.SIGKILL, mark
        seen = visible(out)
        assert seen == old or whole(seen), mark
        assert chain(place) == [], mark
    assert alone(place, out).returncode == 0
    assert left_behind(place, out, tmp_path / "t") == []
    assert Ledger.of(load_project(place)).verify() == []
    assert json.loads((place / ".gatebook/history.jsonl").read_text().splitlines()[-1])["kind"] == "run"


IN_A_SMALL_FILE_SYSTEM = """
import os, sys
sys.path.insert(0, sys.argv[3])
import pytest
from pathlib import Path
from fakes import stand_in
from faulty import visible
from gatebook.run.projects import run_projects
root, out = Path(sys.argv[1]), Path(sys.argv[2])
stand_in(pytest.MonkeyPatch())
assert run_projects([root], out=out)[0].error is None
old = visible(out)
"""
FULL = """
free = os.statvfs(out)
(out / "filler").write_bytes(b"x" * (free.f_bavail * free.f_frsize - 4096))
[outcome] = run_projects([root], out=out)
assert "No space left on device" in outcome.error, outcome.error
assert outcome.error.endswith("the last good run is untouched."), outcome.error
assert (outcome.exit_code, visible(out)) == (1, old)
(out / "filler").unlink()
assert run_projects([root], out=out)[0].error is None
"""
READ_ONLY = """
import subprocess
subprocess.run(["mount", "-o", "remount,ro", str(out)], check=True)
[outcome] = run_projects([root], out=out)
assert "Read-only file system" in outcome.error, outcome.error
assert (outcome.exit_code, visible(out)) == (1, old)
subprocess.run(["mount", "-o", "remount,rw", str(out)], check=True)
assert run_projects([root], out=out)[0].error is None
"""


@pytest.mark.parametrize("then", [FULL, READ_ONLY], ids=["full", "read-only"])
def test_a_full_or_read_only_disk_leaves_the_last_good_run_as_it_was(place, tmp_path, then):
    out = tmp_path / "out"
    out.mkdir()
    mounted = 'mount -t tmpfs -o size=512k tmpfs "$1" || exit 99; shift; exec "$@"'
    code = IN_A_SMALL_FILE_SYSTEM + then
    if shutil.which("unshare") is None:
        pytest.skip("no mount namespaces here")
    done = subprocess.run(
        [
            "unshare",
            "-rm",
            "sh",
            "-c",
            mounted,
            "sh",
            str(out),
            sys.executable,
            "-c",
            code,
            str(place),
            str(out),
            str(ROOT / "tests"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("a small file system cannot be mounted here")
    assert done.returncode == 0, done.stderr


def test_a_share_whose_folders_cannot_be_synced_is_no_obstacle(tmp_path, monkeypatch):
    real = os.fsync
    folder = tmp_path.stat().st_ino

    def fsync(fd):
        if os.fstat(fd).st_ino == folder:
            raise OSError(errno.EINVAL, "Invalid argument")
        real(fd)

    monkeypatch.setattr(os, "fsync", fsync)
    sync_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda _fd: fails(errno.EIO)(None))
    with pytest.raises(OSError, match="Input/output error"):
        sync_folder(tmp_path)


def test_memory_that_runs_out_is_named(place, tmp_path, monkeypatch):
    plan = stand_in(monkeypatch)
    plan.error = MemoryError("Unable to allocate 8 GiB for secret")
    [outcome] = run_projects([place], out=tmp_path / "out")
    assert outcome.exit_code == 1
    assert outcome.error.startswith("memory ran out; give it more, or leave out rows and columns; details are in ")
    assert "secret" not in outcome.error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.EMFILE, "Too many open files", "secret"), "written (Too many open files); "),
        (zmq.ZMQError(errno.EMFILE, "Too many open files"), "written (Too many open files); "),
        (RuntimeError("secret"), "unexpected RuntimeError; "),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_limit_of_the_machine_is_named_without_words_of_the_data(place, tmp_path, monkeypatch, error, told):
    stand_in(monkeypatch).error = error
    [outcome] = run_projects([place], out=tmp_path / "out")
    assert outcome.exit_code == 1
    assert told in outcome.error
    assert "secret" not in outcome.error


@pytest.mark.slow
def test_a_limit_of_memory_ends_a_run_in_one_line(place, tmp_path):
    rows = "".join(f"{n},{'word ' * 20}\n" for n in range(150_000))
    (place / "production.csv").write_text("id,a\n" + rows)
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (900 * 2**20,) * 2); "
        "from gatebook.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "run", str(place), "--out", str(tmp_path / "out"), "--gate", "go-no-go"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    assert re.search(r"^gatebook: .*[Mm]emory", done.stderr, re.MULTILINE), done.stderr
    assert "Traceback" not in done.stderr
    if done.returncode == 0:  # only the table did not fit: a complete run, and no verdict
        decision = json.loads(next((tmp_path / "out").glob("*/latest/decision.json")).read_text())
        assert decision["decision"]["recommendation"] == "NOT ENOUGH EVIDENCE"
    else:
        assert done.returncode == 1, done.stderr
    assert left_behind(place, tmp_path / "out", tmp_path / "t") == []


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        "ünï 日本 🙂",
        "-rf",
        "x\ny",
        "'q' \"d\"",
        "{x} %s $(id)",
        "a" * 200,
        "con.toml",
        " lead",
        "\u202eابج",
        "a" * 255,
    ],
)
def test_an_odd_folder_name_is_no_obstacle(tmp_path, monkeypatch, name):
    stand_in(monkeypatch)
    root = project_folder(tmp_path, name)
    [outcome] = run_projects([root], out=tmp_path / "out")
    assert outcome.error is None
    assert {p.name for p in outcome.run.iterdir()} >= {"manifest.json", "decision.json", "go-no-go.html"}
    assert outcome.run.parent.parent == tmp_path / "out"


ODD_FILES = [
    "a b.csv",
    "ünï 日本 🙂.csv",
    "-rf.csv",
    "x\ny.csv",
    "'q' \"d\".csv",
    "{x} %s $(id).csv",
    "a" * 250 + ".csv",
    "[x]*.csv",
    "\u202eابج\u200f.csv",
    "a" * 251 + ".csv",
    os.fsdecode(b"not-utf-8-\xff\xfe.csv"),
]


@pytest.mark.parametrize("name", ODD_FILES)
def test_an_odd_file_name_is_no_obstacle_and_keeps_its_rejected_lines(tmp_path, name):
    (tmp_path / name).write_text("id,a\n1,x\n2,y,z\n3,w\n")
    readable = name.encode("utf-8", "replace").decode() == name
    table = open_table("sample", TableSpec(path=name if readable else "*.csv"), tmp_path, rejects=tmp_path / "r")
    assert (table.rows, table.closed) == (2, True)
    [kept] = (tmp_path / "r").iterdir()
    assert "2,y,z" in kept.read_text()


ORDINARY = """
import sys
from gatebook.project import TableSpec, load_project
from gatebook.project.tables import open_tables
for problem in open_tables(load_project(sys.argv[1])).problems.values():
    print(problem)
"""


@pytest.mark.parametrize("forbidden", ["folder/production.csv", "folder"])
def test_a_file_that_this_user_may_not_read_is_named(place, forbidden):
    (place / "folder").mkdir()
    (place / "production.csv").rename(place / "folder/production.csv")
    toml = (place / "gatebook.toml").read_text()
    (place / "gatebook.toml").write_text(toml.replace("production.csv", "folder/production.csv"))
    command = [sys.executable, "-c", ORDINARY, str(place)]
    if os.geteuid() == 0:  # who may read everything
        if shutil.which("setpriv") is None:
            pytest.skip("this user may read everything")
        command = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", *command]
    (place / forbidden).chmod(0)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        (place / forbidden).chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        r"\[tables.sample\].*folder/production.csv.*: this user may not read it; give .*\n", done.stdout
    )


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow", "sqlite", "jsonl"])
def test_a_name_that_is_not_utf_8_hides_no_file_of_any_kind(tmp_path, ending):
    frame = pd.DataFrame({"id": [1, 2, 3], "a": ["x", "y", "z"]})
    plain = tmp_path / f"plain.{ending}"
    if ending == "sqlite":
        with contextlib.closing(sqlite3.connect(plain)) as base:
            frame.to_sql("t", base, index=False)
    elif ending == "jsonl":
        frame.to_json(plain, orient="records", lines=True)
    else:
        write = {"csv": frame.to_csv, "parquet": frame.to_parquet, "arrow": frame.to_feather}[ending]
        write(plain, **({"index": False} if ending == "csv" else {}))
    plain.rename(tmp_path / os.fsdecode(b"\xff\xfe." + ending.encode()))
    table = open_table("sample", TableSpec(path=f"*.{ending}"), tmp_path)
    assert (table.rows, table.closed) == (3, True)


@pytest.mark.slow
def test_a_whole_run_of_names_that_are_not_utf_8_is_sound(tmp_path):
    root = tmp_path / os.fsdecode(b"a {x}\n\xff")
    (make_project(tmp_path / "plain", Kind(rows=60, labels=30))).rename(root)
    (root / "labels.csv").rename(root / os.fsdecode(b"labels \xff\xfe.csv"))
    toml = (root / "gatebook.toml").read_text()
    (root / "gatebook.toml").write_text(toml.replace('"labels.csv"', '"labels*.csv"'))
    command = [sys.executable, "-m", "gatebook", "run", root, "--out", tmp_path / "out", "--gate", "data-reality-check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    latest = tmp_path / "out/a-x/latest"
    assert r"labels \udcff\udcfe.csv" in (latest / "data-reality-check.html").read_text()
    tables = json.loads((latest / "decision.json").read_text())["tables"]
    assert os.fsdecode(b"labels \xff\xfe.csv") in {table["path"] for table in tables}
    assert verify_run(latest).sound


def test_two_files_of_like_names_keep_their_rejected_lines_apart(tmp_path):
    for name in ("a b.csv", "a_b.csv", "a;b.csv"):
        (tmp_path / name).write_text(f"id,a\n1,x\n2,y,{name}\n")
    table = open_table("sample", TableSpec(path="a*.csv"), tmp_path, rejects=tmp_path / "r")
    assert table.rows == 3
    assert sorted(p.read_text().splitlines()[-1] for p in (tmp_path / "r").iterdir()) == [
        "2,y,a b.csv",
        "2,y,a;b.csv",
        "2,y,a_b.csv",
    ]


def test_a_clock_that_jumps_back_changes_no_order(place, tmp_path, monkeypatch):
    stand_in(monkeypatch)
    out = tmp_path / "out"

    class Clock(dt.datetime):
        at = dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)

        @classmethod
        def now(cls, tz=None):
            return cls.at.astimezone(tz)

    monkeypatch.setattr("gatebook.run.projects.dt.datetime", Clock)
    runs = []
    for hours in (0, -1, -1, -9000):  # the hour that comes twice; the same second again; a dead battery
        Clock.at = Clock.at + dt.timedelta(hours=hours)
        Clock.at = max(Clock.at, dt.datetime(1999, 1, 1, tzinfo=dt.UTC))
        [outcome] = run_projects([place], out=out)
        assert outcome.error is None
        runs.append(outcome.run)
        assert (out / "shop/latest").resolve() == outcome.run.resolve()
    [again] = run_projects([place], out=out)
    assert len({*runs, again.run}) == 5
    history = Ledger.of(load_project(place))
    assert history.verify() == []
    assert [e.data["run"] for e in history.entries if e.kind == "run"] == [r.name for r in (*runs, again.run)]


ZONES = ["Pacific/Chatham", "Asia/Kathmandu", "Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin", "Nowhere/Nothing"]


@pytest.fixture(scope="module")
def gaps(tmp_path_factory) -> Path:
    """A project whose times lie in hours that a change of clocks leaves out or repeats, and at midnight."""
    root = project_folder(tmp_path_factory.mktemp("gaps"))
    times = [
        "2026-03-29 02:30:00",
        "2026-10-25 02:30:00",
        "2026-04-05 03:00:00",
        "2026-09-27 02:50:00",
        "2026-10-30 00:00:00",
        "2026-10-29 23:59:59",
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
        "2026-10-25T00:30:00Z",
    ]
    (root / "production.csv").write_text("id,at\n" + "".join(f"{n},{t}\n" for n, t in enumerate(times * 5)))
    toml = (root / "gatebook.toml").read_text()
    (root / "gatebook.toml").write_text(toml + 'time = "at"\n')
    return root


def record_in(root: Path, copy: Path, **setting: str) -> dict[str, Any]:
    """Return the record that a process with these settings of the machine makes of a copy of a project."""
    shutil.copytree(root, copy / root.name)
    code = (
        "import sys, datetime as dt; from gatebook.assessment import assess; "
        "from gatebook.project import load_project; "
        "sys.stdout.write(assess(load_project(sys.argv[1]), dt.date(2026, 10, 30)).to_json())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(copy / root.name)], capture_output=True, env=os.environ | setting, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"run": None}


def test_the_zone_of_the_machine_and_its_change_of_clocks_change_no_byte(gaps, tmp_path, monkeypatch):
    from gatebook.assessment import assess

    found = []
    for number, zone in enumerate(["UTC", *ZONES]):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        try:
            copy = shutil.copytree(gaps, tmp_path / str(number) / "shop")
            found.append(json.loads(assess(load_project(copy), dt.date(2026, 10, 30)).to_json()) | {"run": None})
        finally:
            monkeypatch.delenv("TZ")
            time.tzset()
    assert all(record == found[0] for record in found)


def test_today_is_the_same_day_in_every_zone(gaps, tmp_path, monkeypatch):
    from gatebook.assessment import assess

    for number, zone in enumerate(("Pacific/Kiritimati", "Etc/GMT+12")):  # never the same local day
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        try:
            before = dt.datetime.now(dt.UTC).date()
            record = assess(load_project(shutil.copytree(gaps, tmp_path / str(number) / "shop")))
            assert before <= record.run.as_of <= dt.datetime.now(dt.UTC).date()
        finally:
            monkeypatch.delenv("TZ")
            time.tzset()


@pytest.mark.slow
def test_the_language_of_the_machine_changes_no_byte(gaps, tmp_path):
    plain = record_in(gaps, tmp_path / "plain")
    for number, setting in enumerate(
        (
            {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "7"},
        )
    ):
        assert record_in(gaps, tmp_path / str(number), **setting) == plain, setting


@pytest.mark.slow
def test_a_run_ended_at_random_moments_leaves_no_kernel_and_the_last_good_run(place, tmp_path):
    out, temporary = tmp_path / "out", tmp_path / "t"
    command = [sys.executable, "-m", "gatebook", "run", str(place), "--out", str(out), "--gate", "go-no-go"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert list(temporary.iterdir()) == []
    begun = time.monotonic()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    lasts = time.monotonic() - begun
    for part, how in (
        (0.9, signal.SIGTERM),
        (0.7, signal.SIGINT),
        (0.5, signal.SIGHUP),
        (0.8, signal.SIGKILL),
        (0.6, signal.SIGKILL),
    ):
        old = visible(out)
        worker = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            worker.wait(timeout=part * lasts)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, how)
        printed, told = worker.communicate(timeout=60)
        seen = visible(out)
        assert seen == old or whole(seen)
        for _ in range(100):
            if not kernels_below(place):
                break
            time.sleep(0.1)
        assert kernels_below(place) == []
        assert "Traceback" not in told
        if worker.returncode == 130:
            assert printed == ""
            assert told.splitlines()[-1] == "gatebook: run was stopped."
            assert left_behind(place, out, temporary) == []
        else:
            assert worker.returncode in {0, -how}
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert left_behind(place, out, temporary) == []
    assert list(temporary.iterdir()) == []
    assert verify_run(out / "shop/latest").sound


def test_a_history_that_fails_after_publication_is_told_and_the_run_stays(tmp_path, monkeypatch):
    stand_in(monkeypatch)
    root = project_folder(tmp_path)
    real = run_module.Ledger.append

    def append(self, kind, data):
        if kind == "run":
            raise run_module.HistoryError("history.jsonl: the history cannot be written (full).")
        return real(self, kind, data)

    monkeypatch.setattr(run_module.Ledger, "append", append)
    [outcome] = run_projects([root], out=tmp_path / "out")
    assert outcome.exit_code == 1
    assert "is published, but not in the history" in outcome.error
    assert whole(visible(tmp_path / "out"))


def test_every_test_that_the_table_of_faults_names_exists():
    named = re.findall(r"`(?:tests/)?([\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs/faults.md").read_text())
    assert len(named) > 30
    for file, test in named:
        path = ROOT / "tests" / file
        assert path.is_file(), file
        assert not test or f"def {test}(" in path.read_text(), (file, test)
    assert all(test for _, test in named), "name the test, not only its file"
