"""A pass stands while labels are added, until the estimate is on the bad side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.record import Row
from projects import AS_OF
from small_projects import write

KEYS = {"sample": 'id = "id"\nlabel = "label"\nmeasured = true\nprediction = "predicted"\nlatency_ms = "ms"\n'}
TARGETS = '[targets]\nmetric = "accuracy"\nvalue = {target}\nlatency_ms = 500\n'
ROWS = 900


class Growing:
    """A project whose labels, and how many of the new ones are right, are told batch by batch."""

    def __init__(self, folder: Path) -> None:
        rng = np.random.default_rng(1)
        self.folder, self.order, self.labelled = folder, rng.permutation(ROWS), 0
        self.table = pd.DataFrame(
            {
                "id": [f"t{i}" for i in range(ROWS)],
                "predicted": rng.choice(["refund", "billing"], ROWS),
                "label": None,
                "ms": 200.0,
            }
        )
        self._write(1.0)
        Ledger.of(load_project(folder)).append("init", {"as_of": AS_OF.isoformat()})

    def label(self, n: int, right: int, target: float = 1.0) -> Row:
        at = self.order[self.labelled : self.labelled + n]
        self.labelled += n
        answers = self.table.loc[at, "predicted"].to_numpy(object)
        answers[right:] = np.where(answers[right:] == "refund", "billing", "refund")
        self.table.loc[at, "label"] = answers
        self._write(target)
        return assess(load_project(self.folder), AS_OF).row("G1")

    def again(self, target: float = 1.0) -> Row:
        return self.label(0, 0, target)

    def _write(self, target: float) -> None:
        write(self.folder, KEYS, {"sample": self.table}, TARGETS.format(target=target))


@pytest.fixture
def growing(tmp_path: Path) -> Growing:
    return Growing(tmp_path / "p")


def test_a_pass_stands_until_the_estimate_is_on_the_bad_side(growing: Growing) -> None:
    first = growing.label(100, 90)
    assert (first.status, first.decided) == ("pass", None)
    stands = growing.label(100, 75)  # 165 of 200
    assert stands.status == "pass"
    assert stands.lower < stands.bar < stands.estimate
    assert stands.decided is not None
    assert (stands.decided.n, stands.decided.alpha) == (100, pytest.approx(1 - first.level))
    assert growing.again() == stands  # nothing new is no new look
    assert growing.label(100, 76).decided.n == 100  # 241 of 300
    gone = growing.label(100, 70)  # 311 of 400
    assert (gone.status, gone.decided) == ("not-enough-evidence", None)
    back = growing.label(100, 95)  # 406 of 500: what fell must be shown anew
    assert back.estimate > back.bar > back.lower
    assert back.status == "not-enough-evidence"


def test_a_pass_does_not_stand_against_a_stricter_bar(growing: Growing) -> None:
    assert growing.label(100, 90, target=0.9).status == "pass"
    stricter = growing.label(50, 32, target=1.0)  # 122 of 150
    assert stricter.estimate > stricter.bar == 0.8
    assert stricter.status == "not-enough-evidence"


def test_a_standing_pass_becomes_a_fail_by_the_boundary_of_a_fail(growing: Growing) -> None:
    assert growing.label(60, 58).status == "pass"
    assert growing.label(300, 190).status == "fail"  # 248 of 360
