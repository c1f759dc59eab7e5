"""A judge helps people's grades only where it cannot have seen them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.record import Row
from gatebook.verdict.past import Past
from small_projects import rows_of, write

N, LABELLED = 1500, 150
KEYS = {
    "sample": 'id = "id"',
    "labels": 'id = "id"\nscore = "grade"\nmeasured = true',
    "predictions": 'id = "id"\nprediction = "said"\njudge = "judge"',
}


def judged(folder: Path, seen: float, easier: float = 0.0) -> Row:
    """Return G1 of answers of which 68 % are good, with a judge that saw a share of the grades.

    Args:
        folder: for the project.
        seen: share of the grades that the judge repeats.
        easier: share of all other answers that it calls good without looking.
    """
    random = np.random.default_rng(4)
    good = (random.permutation(N) < 0.68 * N).astype(float)
    labelled = np.isin(np.arange(N), random.choice(N, LABELLED, replace=False))
    judge = np.where(random.random(N) < 0.85, good, random.choice([0.0, 1.0], N))
    judge = np.where(random.random(N) < easier, 1.0, judge)
    judge = np.where(labelled & (random.random(N) < seen), good, judge)
    ids = [f"t{i}" for i in range(N)]
    tables = {
        "sample": pd.DataFrame({"id": ids, "size": random.integers(1, 99, N)}),
        "labels": pd.DataFrame({"id": ids, "grade": good})[labelled],
        "predictions": pd.DataFrame({"id": ids, "said": "x", "judge": judge}),
    }
    target = f'[targets]\nmetric = "success_rate"\nvalue = 0.9\nplanned_labels = {LABELLED}\n'
    return rows_of(write(folder, KEYS, tables, target), Past(begun_by="init"))["G1"]


def test_an_honest_judge_makes_labels_count_for_more(tmp_path: Path) -> None:
    row = judged(tmp_path, seen=0.0)
    assert row.n_effective is not None
    assert row.n_effective > 1.3 * LABELLED
    assert not {"guess_knows", "guess_differs"} & set(row.flag_codes)


@pytest.mark.parametrize("easier", [0.0, 0.2, 0.6])
def test_a_judge_that_repeats_every_grade_is_refused(tmp_path: Path, easier: float) -> None:
    row = judged(tmp_path, seen=1.0, easier=easier)
    assert row.status != "pass"
    assert "guess_knows" in row.flag_codes or "differ" in row.reason
    assert row.n_effective is None or row.n_effective <= LABELLED
    assert row.upper is not None
    assert row.upper > 0.68


def test_a_judge_that_saw_many_grades_passes_nothing_that_the_grades_would_not(tmp_path: Path) -> None:
    row = judged(tmp_path, seen=0.8, easier=0.2)
    assert row.status != "pass"
