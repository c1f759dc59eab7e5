"""Tables of many columns: what is compared is chosen by one rule, what is not is said, and one column is never lost."""

import numpy as np
import pandas as pd
import pytest

from gatebook import budget
from gatebook.budget import Analysis, Budget, foretold, within
from gatebook.checks import check
from gatebook.evidence.shift import shift
from gatebook.slices import Effort, find_slices


@pytest.fixture
def rng():
    return np.random.default_rng(1)


FEW = Budget(Analysis.TOGETHER, 4, beyond=2)


def wide(rng, rows, columns):
    return pd.DataFrame({f"c{i}": rng.integers(0, 8, rows) for i in range(columns)}).astype("str")


def test_a_table_within_the_limit_is_compared_whole():
    assert within(FEW, list("abcd"), str, first=("d",)) == (list("abcd"), [])


def test_columns_with_a_role_come_first_then_those_with_most_to_tell_in_the_order_of_the_table():
    kept, left = within(FEW, list("abcdef"), str, first=("f",), worth=lambda c: c == "c")
    assert kept == ["c", "f"]
    assert left == list("abde")


def test_what_is_left_out_is_told_by_number_and_first_names():
    said = FEW.said(30, [f"n{i}" for i in range(28)])
    assert (said.values["kept"], said.values["whole"]) == (2, 30)
    assert str(said).endswith(
        ": 2 of 30 columns were compared; left out: " + ", ".join(f"`n{i}`" for i in range(10)) + " and 18 more"
    )


@pytest.mark.parametrize("columns", [30, 110])
def test_wrong_cells_are_found_in_every_column_of_a_table_however_wide(rng, columns):
    frame = wide(rng, 120, columns)
    for i in range(columns):
        frame.iloc[[i, (i + 7) % 120, (i + 50) % 120], i] = "N/A"
    found = check(frame)
    assert {c for f in found.findings if f.kind == "disguised_missing" for c in f.columns} == set(frame.columns)


@pytest.fixture
def narrow(monkeypatch):
    """Combine at most four of more than eight columns."""
    for module in ("scan", "search"):
        monkeypatch.setattr(f"gatebook.slices.{module}.COMBINED", Budget(Analysis.COMBINED, 8, beyond=4))


@pytest.mark.usefixtures("narrow")
def test_a_failing_kind_of_two_columns_is_found_among_more_columns_than_are_combined(rng):
    frame = wide(rng, 4_000, 14)
    inside = (frame["c12"] == "3") & (frame["c9"] == "1")
    loss = (rng.random(4_000) < np.where(inside, 0.9, 0.05)).astype(float)
    found = find_slices(frame, loss)
    assert {p.column for p in found.slices[0].predicates} == {"c12", "c9"}
    assert "14 columns" in found.searched
    assert any("of 14 columns were compared; left out" in line for line in found.not_searched)


@pytest.mark.usefixtures("narrow")
def test_a_wide_table_without_a_failing_kind_claims_none_more_often_than_the_level_allows():
    claimed = 0
    for seed in range(16):
        rng = np.random.default_rng(seed)
        claimed += bool(
            find_slices(wide(rng, 200, 12), (rng.random(200) < 0.2).astype(float), effort=Effort(seed=seed)).slices
        )
    assert claimed <= 4  # at a level of .05 more than four of sixteen come about once in 1,000


@pytest.mark.usefixtures("narrow")
def test_a_column_that_the_project_names_is_combined_before_stronger_ones(rng):
    frame = wide(rng, 1_000, 12)
    loss = (rng.random(1_000) < np.where(frame["c1"] == "2", 0.8, 0.1)).astype(float)
    found = find_slices(frame, loss, effort=Effort(first=("c11",)))
    left = next(line for line in found.not_searched if "two and three columns" in line)
    assert "`c11`" not in left
    assert "`c1`" not in left


def test_texts_beyond_the_limit_are_named_and_those_with_a_role_are_read(rng, monkeypatch):
    monkeypatch.setattr("gatebook.evidence.shift.TEXTS", Budget(Analysis.TEXTS, 2))
    words = np.array([f"word{i}" for i in range(60)])

    def text(rows):
        return [" ".join(rng.choice(words, 7)) for _ in range(rows)]

    one, two = (pd.DataFrame({f"t{i}": text(80) for i in range(4)}) for _ in range(2))
    two["t3"] = [" ".join(["strange", *v.split()[:6]]) for v in two["t3"]]
    assert "t3" not in shift(one, two).classifier.columns
    assert shift(one, two, text=("t3",)).classifier.tells[0].column == "t3"


def test_check_foretells_nothing_of_an_ordinary_table_and_every_limit_of_a_wide_one():
    assert foretold(40) == []
    assert len(foretold(1_000)) == len(budget.FORETOLD)
