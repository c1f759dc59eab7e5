"""One run at a time, and a dead run never blocks the next."""

import json
import os
import signal
import subprocess
import sys

import pytest

from gatebook.errors import BusyError, RunError
from gatebook.history.lock import Busy, hold, project_lock

HOLDER = """
import sys, time
from pathlib import Path
from gatebook.history.lock import project_lock
with project_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def _holder(root):
    worker = subprocess.Popen([sys.executable, "-c", HOLDER, str(root)], stdout=subprocess.PIPE, text=True)
    assert worker.stdout.readline() == "held\n"
    return worker


def test_a_second_run_is_told_who_holds_the_project(tmp_path):
    worker = _holder(tmp_path)
    try:
        with pytest.raises(BusyError, match=f"process {worker.pid} on ") as caught, project_lock(tmp_path):
            pass
        assert caught.value.exit_code == 75
    finally:
        worker.kill()
        worker.wait()


def test_the_lock_of_a_killed_run_is_taken_over(tmp_path):
    worker = _holder(tmp_path)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert json.loads((tmp_path / ".gatebook/lock").read_text())["pid"] == worker.pid
    with project_lock(tmp_path) as held:
        assert held.warning is None
        assert json.loads(held.path.read_text())["pid"] == os.getpid()


def test_a_holder_on_another_machine_that_left_no_word_is_reported(tmp_path):
    (tmp_path / ".gatebook").mkdir()
    left = {"pid": 7, "host": "elsewhere", "started": "2026-11-01T08:00:00+00:00"}
    (tmp_path / ".gatebook/lock").write_text(json.dumps(left))
    with project_lock(tmp_path) as held:
        assert held.warning.code is Busy.LEFT_BEHIND
        assert "process 7 on elsewhere" in str(held.warning)
    with project_lock(tmp_path) as held:
        assert held.warning is None


def test_the_lock_is_free_again_afterwards_also_after_an_error(tmp_path):
    with pytest.raises(ValueError), project_lock(tmp_path):
        raise ValueError
    with project_lock(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_is_locked_by_its_project_file(tmp_path, monkeypatch):
    (tmp_path / "gatebook.toml").write_text("")
    real = os.open

    def refuse(path, flags, *rest):
        if str(path).endswith("/lock"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", refuse)
    with project_lock(tmp_path), pytest.raises(BusyError) as caught, project_lock(tmp_path):
        pass
    assert caught.value.code is Busy.UNSIGNED


def test_a_lock_that_is_a_symbolic_link_is_not_followed(tmp_path):
    target = tmp_path / "precious"
    target.write_text("keep")
    (tmp_path / "lock").symlink_to(target)
    with pytest.raises(RunError) as caught, hold(tmp_path / "lock", "it"):
        pass
    assert caught.value.code is Busy.LINK
    assert target.read_text() == "keep"
