"""What a process needs only meanwhile goes with it, and a killed one's goes with the next run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from faulty import Faults
from gatebook.files import PREFIX, Scratch, sweep

HOLDER = """
import sys, time
from pathlib import Path
from gatebook.files import Scratch
kept = Scratch(Path(sys.argv[1]))
(kept.path / "big").write_text("x")
print(kept.path, flush=True)
time.sleep(60)
"""


def holder(folder):
    worker = subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True)
    return worker, worker.stdout.readline().strip()


def test_a_folder_is_private_and_goes_when_it_is_closed(tmp_path):
    scratch = Scratch(tmp_path)
    assert scratch.path.stat().st_mode & 0o777 == 0o700
    (scratch.path / "sub").mkdir()
    scratch.close()
    scratch.close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_goes_when_nobody_holds_it_any_more(tmp_path):
    Scratch(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_only_the_folders_of_processes_that_died_are_swept(tmp_path):
    mine = Scratch(tmp_path)
    (alive, its), (dead, left) = holder(tmp_path), holder(tmp_path)
    try:
        os.kill(dead.pid, signal.SIGKILL)
        dead.wait()
        (tmp_path / f"{PREFIX}other").mkdir()  # a person's
        (tmp_path / f"{PREFIX}9_letters").mkdir(mode=0o700)
        (tmp_path / f"{PREFIX}9letters").mkdir(mode=0o700)
        (tmp_path / f"{PREFIX}9letters/kept").touch()
        (tmp_path / f"{PREFIX}link").symlink_to(left)
        assert sweep(tmp_path) == 1
        assert not Path(left).exists()
        assert Path(its).exists()
        assert mine.path.exists()
        assert all((tmp_path / f"{PREFIX}{name}").exists() for name in ("other", "9_letters", "9letters/kept"))
    finally:
        alive.kill()
        alive.wait()


def ended_at(number, folder):
    """Return whether a process that makes, fills and closes a scratch folder got as far as its call `number`."""
    child = os.fork()
    if child == 0:  # ends as by signal 9: nothing is cleaned up
        try:
            Faults(pytest.MonkeyPatch(), number, lambda _first: os._exit(9))
            scratch = Scratch(folder)
            (scratch.path / "a").mkdir()
            (scratch.path / "a/b").touch()
            (scratch.path / "z").touch()
            scratch.close()
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, 9}
    return code == 9


def test_wherever_a_process_is_killed_its_folder_is_swept(tmp_path):
    number = 1
    while ended_at(number, tmp_path):
        assert len(list(tmp_path.iterdir())) <= 1, number
        sweep(tmp_path)
        assert list(tmp_path.iterdir()) == [], number
        number += 1
    assert number > 6
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_swept_while_it_is_made_is_made_again(tmp_path, monkeypatch):
    real = os.open
    swept = []

    def late(path, *rest):
        if not swept:
            swept.append(0)
            swept[0] = sweep(tmp_path)
        return real(path, *rest)

    monkeypatch.setattr(os, "open", late)
    scratch = Scratch(tmp_path)
    assert swept == [1]
    assert list(tmp_path.iterdir()) == [scratch.path]
