"""Graders' rows become one answer for each id."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from gatebook.cases.truth import Truth
from small_projects import outcomes_of, write

SAMPLE = pd.DataFrame({"id": ["a", "b"], "x": [1, 2]})


def truth(folder: Path, rows: list[tuple[str, str, str]], extra: str = "", column: str = "label") -> Truth:
    labels = pd.DataFrame(rows, columns=["id", "who", "value"])
    task = "classification" if column == "label" else "generation"
    project = write(
        folder,
        {"sample": 'id = "id"', "labels": f'id = "id"\nannotator = "who"\n{column} = "value"\n{extra}'},
        {"sample": SAMPLE, "labels": labels},
        task=task,
    )
    return outcomes_of(project).truth


def test_the_majority_counts(tmp_path: Path) -> None:
    found = truth(tmp_path, [("a", "1", "x"), ("a", "2", "x"), ("a", "3", "y")])
    assert list(found.frame["truth"]) == ["x"]


def test_a_tie_is_unresolved(tmp_path: Path) -> None:
    found = truth(tmp_path, [("a", "1", "x"), ("a", "2", "y"), ("b", "1", "x")])
    assert found.unresolved == 1
    assert list(found.frame["key"]) == ["b"]


def test_one_grader_has_one_vote_however_often_the_row_is_exported(tmp_path: Path) -> None:
    found = truth(tmp_path, [("a", "1", "x"), ("a", "1", "x"), ("a", "2", "y")])
    assert found.unresolved == 1
    assert found.frame.empty


def test_a_blank_label_is_no_label(tmp_path: Path) -> None:
    found = truth(tmp_path, [("a", "1", " "), ("b", "1", "x")])
    assert found.blank == 1
    assert list(found.frame["key"]) == ["b"]


def test_spellings_that_mean_the_same_are_one_answer(tmp_path: Path) -> None:
    found = truth(tmp_path, [("a", "1", "0"), ("a", "2", "Tie")], 'same = { "0" = "Tie" }')
    assert list(found.frame["truth"]) == ["Tie"]


def test_grades_are_averaged(tmp_path: Path) -> None:
    found = truth(tmp_path, [("a", "1", "4"), ("a", "2", "2"), ("b", "1", "none")], column="score")
    assert list(found.frame["score"]) == [3.0]
    assert found.blank == 1


def test_grades_with_a_decimal_comma(tmp_path: Path) -> None:
    found = truth(tmp_path, [("a", "1", "4,5"), ("b", "1", "2,5")], 'decimal = ","', column="score")
    assert sorted(found.frame["score"]) == [2.5, 4.5]
