"""`gatebook.check` without a project: the page tells what it prints, and a finding is codes and numbers."""

import contextlib
import io
import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gatebook
from gatebook.checks import CheckName, Found
from gatebook.checks.registry import CHECKS
from gatebook.errors import TableError
from gatebook.words import entries

PAGE = Path(__file__).parents[2] / "docs" / "check.md"


@pytest.fixture
def found():
    amounts = [f"{i}.5" for i in range(300)]
    amounts[:2], amounts[7] = ["heavy", "light"], ""
    return gatebook.check(pd.DataFrame({"amount": amounts, "kind": ["a", "b", "c"] * 100}))


def test_the_example_of_the_page_prints_what_the_page_says():
    code, printed = re.findall(r"```(?:python|text)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {})
    assert [line.rstrip() for line in out.getvalue().splitlines()] == printed.splitlines()


def test_a_frame_has_a_row_for_each_cause_and_the_cells_behind_it(found):
    frame, cells = found.frame(), found.cells()
    assert list(frame.columns[:6]) == ["kind", "columns", "rows", "share", "severity", "cell_error"]
    assert set(frame["kind"]) == {"mixed_types", "missing"}
    at = frame.index[frame["kind"] == "mixed_types"][0]
    assert cells[cells["finding"] == at][["row", "column"]].to_numpy().tolist() == [[0, "amount"], [1, "amount"]]
    assert frame["share"].between(0, 1).all()


def test_a_sound_table_has_an_empty_frame_and_no_cells():
    sound = gatebook.check(pd.DataFrame({"a": np.arange(20), "b": [1.5, 2.5, None, 3.5] * 5}).dropna())
    assert [*sound.frame()["kind"]] == []
    assert sound.cells().empty


def test_numbers_of_a_frame_are_read_like_their_text():
    frame = pd.DataFrame({"a": [1.5, None, 3.25] * 20, "b": pd.array([1, None, 3] * 20, dtype="Int64")})
    missing = [f for f in gatebook.check(frame).findings if f.kind == "missing"]
    assert [(f.columns, f.rows) for f in missing] == [(("a", "b"), 20)]


def test_a_role_that_is_not_known_is_an_error_and_one_name_is_one_column():
    frame = pd.DataFrame({"key": list("aab"), "x": list("123")})
    with pytest.raises(TableError, match="colour"):
        gatebook.check(frame, colour="red")
    assert Found.DUPLICATE_ID in {f.code for f in gatebook.check(frame, ids="key").findings}


def test_every_check_is_registered_and_told_as_made_or_not(found):
    assert set(CHECKS) == set(CheckName)
    undone = {s.values.get("check") for s in found.not_checked}
    assert CheckName.MIXED_TYPES in found.checked
    assert CheckName.STUCK in undone - set(found.checked)


def test_findings_go_from_one_process_to_another(found):
    again = pickle.loads(pickle.dumps(found))
    assert [(f.code, f.title) for f in again.findings] == [(f.code, f.title) for f in found.findings]


def test_a_variant_says_what_differs_and_its_kind_the_rest(found):
    few = next(f for f in found.findings if f.kind == "missing")
    assert (few.code, few.code.kind) == (Found.MISSING_FEW, "missing")
    assert few.title == "`amount` is empty in 1 of 300 rows (0.3 %)"


@pytest.mark.parametrize("code", Found)
def test_each_code_has_its_words_or_those_of_its_kind(code):
    texts = entries(Found)
    for part in ("title", "meaning", "action"):
        assert any(part in texts[code.rsplit(".", up)[0]] for up in range(code.count(".") + 1)), (code, part)
