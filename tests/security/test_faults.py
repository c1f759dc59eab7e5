"""Whatever fails and whenever: readers see the last good run or the whole new one, one line says why, nothing is left."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fakes import project_folder, stand_in
from gatebook import run as run_module
from gatebook.run import run_projects
from gatebook.verify import verify_run

CALLS = ("open", "write", "fsync", "rename", "replace", "mkdir", "symlink", "ftruncate")


def visible(out: Path) -> dict[str, bytes]:
    """Return what a reader of `latest` finds."""
    latest = (out / "shop" / "latest").resolve()
    return {
        p.relative_to(latest).as_posix(): p.read_bytes() for p in sorted(latest.rglob("*")) if p.is_file()
    }


def whole(seen: dict[str, bytes]) -> bool:
    """Return whether every file that the manifest names is there."""
    return set(json.loads(seen["manifest.json"])["files"]) | {"manifest.json"} == set(seen)


class Faults:
    """Makes the n-th call fail that the kit itself makes of any function that opens, writes, syncs, renames or locks."""

    def __init__(self, patch, number: int, code: int) -> None:
        self.calls, self.number, self.code = 0, number, code
        for name in CALLS:
            patch.setattr(os, name, self.wrap(getattr(os, name)))
        patch.setattr(fcntl, "flock", self.wrap(fcntl.flock))
        patch.setattr(Path, "open", self.wrap(Path.open))

    def wrap(self, real):
        def call(*args, **options):
            self.calls += 1
            if self.calls == self.number:
                raise OSError(
                    self.code, os.strerror(self.code), args[0] if isinstance(args[0], str | Path) else None
                )
            return real(*args, **options)

        return call


@pytest.mark.parametrize(
    "code", [errno.ENOSPC, *(pytest.param(e, marks=pytest.mark.slow) for e in (errno.EACCES, errno.EIO))]
)
def test_whichever_call_of_a_whole_run_fails_readers_see_the_old_or_the_whole_new_run(
    tmp_path, monkeypatch, code
):
    stand_in(monkeypatch)
    root, out = project_folder(tmp_path), tmp_path / "out"
    with monkeypatch.context() as patch:
        steps = Faults(patch, -1, code)
        assert run_projects([root], out=out)[0].error is None
    assert steps.calls > 40
    failed = 0
    for number in range(1, steps.calls + 1):
        old = visible(out)
        with monkeypatch.context() as patch:
            Faults(patch, number, code)
            [outcome] = run_projects([root], out=out)
        seen = visible(out)
        assert seen == old or whole(seen), number
        assert seen != old or outcome.error is not None, number
        if outcome.error is not None:
            failed += 1
            assert outcome.exit_code in {1, 75}, number
            assert "\n" not in outcome.error, number
    assert failed > 20
    assert run_projects([root], out=out)[0].error is None
    assert not [
        p for p in (out / "shop").iterdir() if p.name.endswith(".partial") or p.name.startswith(".latest")
    ]


WHOLE = """
import os, signal, sys, types
sys.path.insert(0, sys.argv[4])
import pytest
from pathlib import Path
from fakes import stand_in
from gatebook.run import run_projects
mark, calls = int(sys.argv[3]), 0
def wrap(real):
    def call(*args, **options):
        global calls
        calls += 1
        if calls == mark:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **options)
    return call
stand_in(pytest.MonkeyPatch())
for name in ("open", "write", "fsync", "rename", "replace", "mkdir", "symlink", "ftruncate"):
    setattr(os, name, wrap(getattr(os, name)))
Path.open = wrap(Path.open)
outcome = run_projects([Path(sys.argv[1])], out=Path(sys.argv[2]))[0]
assert outcome.error is None, outcome.error
print(calls)
"""


def killed_run(root: Path, out: Path, mark: int) -> subprocess.CompletedProcess[str]:
    tests = str(Path(__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-c", WHOLE, str(root), str(out), str(mark), tests],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_killed_at_every_call_readers_see_old_or_new_and_the_next_run_cleans_up(tmp_path):
    root, out = project_folder(tmp_path), tmp_path / "out"
    first = killed_run(root, out, -1)
    assert first.returncode == 0, first.stderr
    total, kills = int(first.stdout), 0
    for mark in range(1, total + 1):
        old = visible(out)
        done = killed_run(root, out, mark)
        assert done.returncode in {0, -signal.SIGKILL}, done.stderr
        kills += done.returncode != 0
        seen = visible(out)
        assert seen == old or whole(seen), mark
    assert kills > 40
    assert killed_run(root, out, -1).returncode == 0
    assert not [
        p for p in (out / "shop").iterdir() if p.name.endswith(".partial") or p.name.startswith(".latest")
    ]
    assert json.loads((root / ".gatebook/history.jsonl").read_text().splitlines()[-1])["kind"] == "run"


def test_a_full_disk_leaves_the_last_good_run_as_it_was(tmp_path, monkeypatch):
    stand_in(monkeypatch)
    root, out = project_folder(tmp_path), tmp_path / "out"
    out.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(out)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        assert run_projects([root], out=out)[0].error is None
        old = visible(out)
        free = os.statvfs(out)
        (out / "filler").write_bytes(b"x" * (free.f_bavail * free.f_frsize - 4096))
        [outcome] = run_projects([root], out=out)
        assert "No space left on device" in outcome.error
        assert outcome.error.endswith("the last good run is untouched.")
        assert (outcome.exit_code, visible(out)) == (1, old)
        (out / "filler").unlink()
        assert run_projects([root], out=out)[0].error is None
    finally:
        subprocess.run(["umount", str(out)], check=True)


@pytest.mark.parametrize(
    "name", ["a b", "ünï 日本", "-rf", "x\ny", "'q' \"d\"", "{x} %s $(id)", "a" * 200, "con.toml", " lead"]
)
def test_an_odd_folder_name_is_no_obstacle(tmp_path, monkeypatch, name):
    stand_in(monkeypatch)
    root = project_folder(tmp_path, name)
    [outcome] = run_projects([root], out=tmp_path / "out")
    assert outcome.error is None
    assert {p.name for p in outcome.run.iterdir()} >= {"manifest.json", "decision.json", "go-no-go.html"}
    assert outcome.run.parent.parent == tmp_path / "out"


@pytest.mark.slow
@pytest.mark.parametrize("setting", [
    {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    {"TZ": "Pacific/Kiritimati"}, {"TZ": "Etc/GMT+12"}, {"TZ": "Nowhere/Nothing"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONHASHSEED": "7"},
], ids=str)  # fmt: skip
def test_language_and_clock_of_the_machine_change_no_byte(tmp_path, setting):
    sample = Path(__file__).parents[2] / "data/samples/flight-delays"
    found = []
    for name, extra in (("plain", {}), ("odd", setting)):
        shutil.copytree(sample, tmp_path / name / "flights", ignore=shutil.ignore_patterns(".gatebook"))
        done = subprocess.run(
            [sys.executable, "-m", "gatebook", "run", str(tmp_path / name / "flights"), "--out", str(tmp_path / name), "--as-of", "2026-11-02",
             "--gate", "go-no-go"],
            capture_output=True, env=os.environ | extra, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        record = json.loads((tmp_path / name / "flights/latest/decision.json").read_text())
        record["run"] = None
        found.append(record)
    assert found[0] == found[1]


def left_behind(folder: Path) -> set[str]:
    """Return gatebook's own folders in a folder for temporary files."""
    return {p.name for p in folder.iterdir() if p.name.startswith("gatebook-")}


def kernels_below(folder: Path) -> list[str]:
    """Return the processes that work in a folder."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink().is_relative_to(folder):
                found.append(link.parent.name)
        except OSError:
            continue
    return found


@pytest.mark.slow
def test_a_run_killed_at_random_moments_leaves_no_kernel_and_the_last_good_run(tmp_path):
    sample = Path(__file__).parents[2] / "data/samples/flight-delays"
    root, out = tmp_path / "shop", tmp_path / "out"
    shutil.copytree(sample, root, ignore=shutil.ignore_patterns(".gatebook"))
    command = [
        sys.executable,
        "-m",
        "gatebook",
        "run",
        str(root),
        "--out",
        str(out),
        "--as-of",
        "2026-11-02",
        "--gate",
        "go-no-go",
    ]
    temporary = tmp_path / "t"  # its own, since other tests run beside this one
    temporary.mkdir()
    environment = os.environ | {"TMPDIR": str(temporary)}
    assert subprocess.run(command, capture_output=True, check=False, env=environment).returncode == 0
    assert left_behind(temporary) == set()
    moments = random.Random(4)
    for how in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGKILL):
        old = visible(out)
        worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            worker.wait(timeout=moments.uniform(3, 6))
        except subprocess.TimeoutExpired:
            worker.send_signal(how)
            worker.wait(timeout=30)
        seen = visible(out)
        assert seen == old or whole(seen)
        for _ in range(100):
            if not kernels_below(root):
                break
            subprocess.run(["sleep", "0.1"], check=True)
        assert kernels_below(root) == []
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
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
