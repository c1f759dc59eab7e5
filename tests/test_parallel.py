"""Processes of their own: answers in order, and the death of one is not the death of all."""

import os
import signal
import time

import pytest

from gatebook.errors import BusyError, RunError
from gatebook.parallel import run_each


def _work(item, progress):
    progress(f"at {item}")
    match item:
        case "fails":
            raise BusyError("held elsewhere")
        case "odd":
            raise KeyError("odd")
        case "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        case "slow":
            time.sleep(1)
    return item.upper()


@pytest.mark.slow
def test_answers_come_in_order_and_each_failure_stays_with_its_own():
    told = []
    items = ["slow", "fails", "dies", "odd", "last"]
    answers = run_each(_work, items, 2, told.append)
    assert [a.value for a in answers] == ["SLOW", None, None, None, "LAST"]
    assert isinstance(answers[1].error, BusyError)
    assert isinstance(answers[2].error, RunError)
    assert "lack of memory" in str(answers[2].error)
    assert isinstance(answers[3].error, KeyError)
    assert "raise KeyError" in "".join(answers[3].error.__notes__)
    assert sorted(told) == sorted(f"at {item}" for item in items)


def test_nothing_to_do_is_no_answer():
    assert run_each(_work, [], 2, print) == []
