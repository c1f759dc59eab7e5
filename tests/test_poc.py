"""A project in Python: what the pages show runs as it stands there, looks are told, raw rows are those of the file."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import gatebook as gb
from projects import AS_OF, Kind, make_project

ROOT = Path(__file__).parents[1]


def blocks(page: str) -> list[str]:
    """Return the Python blocks of a page."""
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = make_project(tmp_path_factory.mktemp("here") / "my-poc", Kind(rows=600, labels=150))
    sample = pd.read_csv(root / "production.csv")
    column = next(c for c in sample.columns if c != "ticket" and sample[c].dtype != object and sample[c].nunique() > 5)
    sample[column] = sample[column].astype(object)
    sample.loc[[3, 7, 11], column] = "#REF!"
    sample.to_csv(root / "production.csv", index=False)
    return root


@pytest.fixture(scope="module")
def poc(folder):
    return gb.assess(folder, as_of=AS_OF)


def test_the_first_assessment_says_that_it_looked_and_the_second_that_it_did_not(folder, poc):
    assert "A look at the labels was written to the history." in repr(poc)
    again = gb.assess(str(folder), "", AS_OF.isoformat())
    assert "No new look" in repr(again)
    assert again.record.decision == poc.record.decision


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
def test_what_the_pages_show_runs_as_it_stands(folder, poc, page, monkeypatch):
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("MPLBACKEND", "agg")
    names: dict[str, object] = {}
    for block in blocks(page):
        exec(block, names)
    assert next(folder.parent.glob("*.svg")).stat().st_size > 1000


def test_the_rows_behind_a_finding_are_those_of_the_file(folder, poc):
    found = next(f for f in poc.record.findings if f.rows == 3 and f.cell_error)
    rows = poc.cells(found.finding_id)
    assert list(rows.index) == [("sample", 4), ("sample", 8), ("sample", 12)]
    assert (rows[found.columns[0]] == "#REF!").all()
    assert len(poc.cells(found.finding_id, most=2)) == 2


def test_a_section_is_found_by_tab_and_a_misspelt_one_is_an_attribute_error(poc):
    assert {"findings", "drift", "slices", "rows", "page", "cells", "explore", "record"} <= set(dir(poc))
    with pytest.raises(AttributeError, match="has no attribute 'finding'"):
        poc.finding  # noqa: B018
    assert {"assess", "read", "check", "find_slices"} <= set(dir(gb))


def test_a_page_is_what_the_document_begins_with(poc):
    assert poc.page("go-no-go").title.endswith("go/no-go, week 4")
