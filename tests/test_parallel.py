"""Processes of their own: answers in order, and the death of one is not the death of all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gatebook.errors import BusyError
from gatebook.run.parallel import Death, run_each


def _work(item, progress):
    progress(f"at {item}")
    match item:
        case "fails":
            raise BusyError("held elsewhere")
        case "odd":
            raise KeyError("odd")
        case "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        case "told":
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(20)
        case "slow":
            time.sleep(1)
    return item.upper()


@pytest.mark.slow
def test_answers_come_in_order_and_each_failure_stays_with_its_own():
    told = []
    items = ["slow", "fails", "dies", "odd", "told", "last"]
    answers = run_each(_work, items, 2, told.append)
    assert [None if isinstance(a, Exception) else a for a in answers] == ["SLOW", None, None, None, None, "LAST"]
    assert isinstance(answers[1], BusyError)
    assert answers[2].code is Death.KILLED
    assert isinstance(answers[3], KeyError)
    assert "raise KeyError" in "".join(answers[3].__notes__)
    assert answers[4].code is Death.STOPPED
    assert sorted(told) == sorted(f"at {item}" for item in items)


def test_nothing_to_do_is_no_answer():
    assert run_each(_work, [], 2, print) == []


PARENT = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from gatebook.run.parallel import run_each
from test_parallel import stay
if __name__ == "__main__":
    run_each(stay, [Path(sys.argv[2]), Path(sys.argv[2])], 2, lambda text: print(text, flush=True))
"""


def stay(folder, progress):
    """Hold a file while at work, as a run holds its lock and its kernel."""
    mine = folder / str(os.getpid())
    try:
        mine.write_text("")
        progress("at work")  # a signal may come from here on
        time.sleep(60)
    finally:
        mine.unlink()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_when_the_parent_ends_its_processes_end_in_order(tmp_path, how):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    held = tmp_path / "held"
    held.mkdir()
    parent = subprocess.Popen(
        [sys.executable, str(script), str(Path(__file__).parent), str(held)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert [parent.stdout.readline() for _ in range(2)] == [b"at work\n"] * 2
    if how == signal.SIGINT:
        os.killpg(parent.pid, how)  # as a terminal does
    else:
        parent.kill()
    parent.wait(timeout=30)
    for _ in range(100):
        if not list(held.iterdir()):
            break
        time.sleep(0.1)
    assert list(held.iterdir()) == []
