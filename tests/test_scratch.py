"""What a process needs only meanwhile goes with it, and a killed one's goes with the next run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from gatebook.scratch import PREFIX, Scratch, sweep

HOLDER = """
import sys, time
from pathlib import Path
from gatebook.scratch import Scratch
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
        (tmp_path / f"{PREFIX}other").mkdir()  # no owner's file: not ours, or only just being made
        (tmp_path / f"{PREFIX}link").symlink_to(left)
        assert sweep(tmp_path) == 1
        assert not Path(left).exists()
        assert Path(its).exists()
        assert mine.path.exists()
        assert (tmp_path / f"{PREFIX}other").exists()
    finally:
        alive.kill()
        alive.wait()
