"""The face of the search: `gatebook.find_slices` needs no project, and its page is true."""

import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import gatebook
from gatebook.slices.search import FIGURES

PAGE = Path(__file__).parents[2] / "docs" / "find-slices.md"


@pytest.fixture
def found():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"channel": rng.choice(["web", "fax"], 800), "size": rng.integers(0, 90, 800)})
    return gatebook.find_slices(frame, rng.random(800) < np.where(frame["channel"] == "fax", 0.4, 0.05))


def test_an_outcome_is_a_frame_with_a_row_a_slice(found):
    table = found.frame()
    assert table["slice"].tolist() == ["channel is fax"]
    assert list(table.columns) == ["slice", *FIGURES]
    assert table.loc[0, "rows"] == found.slices[0].rows
    assert "channel is fax" in repr(found)


def test_an_outcome_draws_itself_into_given_axes_or_its_own(found):
    mpl.use("Agg")
    ax = found.plot()
    assert [t.get_text() for t in ax.get_yticklabels()] == ["all rows", "channel is fax"]
    other = ax.figure.add_subplot(2, 2, 4)
    assert found.plot(ax=other) is other


def test_nothing_found_is_an_empty_frame_and_still_a_drawing():
    mpl.use("Agg")
    nothing = gatebook.find_slices(pd.DataFrame({"kind": ["a", "b"] * 100}), np.zeros(200))
    assert nothing.frame().empty
    assert len(nothing.plot().patches) == 1


def test_the_example_of_the_page_runs(capsys):
    code, printed = re.findall(r"```(?:python|text)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(code, {})
    assert capsys.readouterr().out == printed
