"""The sample against figures for all of production."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gatebook.errors import TableError
from gatebook.evidence.shift import Population, compare_population
from small_projects import opened, write

SAMPLE = pd.DataFrame({"id": [str(i) for i in range(100)], "channel": ["mail"] * 60 + ["chat"] * 40})


def compared(
    folder: Path, *rows: tuple[str, str, object], columns: tuple[str, ...] = ("column", "value", "rows")
) -> Population:
    population = pd.DataFrame(list(rows), columns=list(columns))
    project = write(folder, {"sample": 'id = "id"', "population": ""}, {"sample": SAMPLE, "population": population})
    tables = opened(project)
    return compare_population(tables["population"], tables["sample"].frame())


def test_the_largest_gap_is_found(tmp_path: Path) -> None:
    found = compared(tmp_path, ("channel", "mail", 500), ("channel", "chat", 500))
    assert found.gap == pytest.approx(0.1)
    assert found.absent == ()
    assert found.columns == ("channel",)


def test_equal_shares_have_no_gap(tmp_path: Path) -> None:
    assert compared(tmp_path, ("channel", "mail", 6000), ("channel", "chat", 4000)).gap == pytest.approx(0)


@pytest.mark.parametrize(("rows", "absent"), [(20, ("channel = phone",)), (1, ())])
def test_a_part_of_one_percent_must_be_in_the_sample(rows: int, absent: tuple[str, ...], tmp_path: Path) -> None:
    found = compared(tmp_path, ("channel", "mail", 600), ("channel", "chat", 400), ("channel", "phone", rows))
    assert found.absent == absent


def test_a_value_that_stands_twice_counts_together(tmp_path: Path) -> None:
    found = compared(tmp_path, ("channel", "mail", 300), ("channel", "mail", 300), ("channel", "chat", 400))
    assert found.gap == pytest.approx(0)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "holds no row"),
        ([("channel", "mail", "many")], "no number"),
        ([("channel", "mail", -5)], "negative"),
        ([("", "mail", 5)], "name no column"),
        ([("nowhere", "mail", 5)], "'nowhere'"),
        ([("channel", "mail", 0)], "counts no row"),
    ],
)
def test_figures_that_cannot_be_used_say_why(rows: list[tuple[str, str, object]], words: str, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=words):
        compared(tmp_path, *rows)


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="lacks the column rows"):
        compared(tmp_path, ("channel", "mail", 5), columns=("column", "value", "count"))
