"""A gate of somebody else: rows, judges, words, a page and a notebook, found by its entry point alone."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.criteria import gates, rows
from gatebook.gates import choose, notebooks_folder
from gatebook.run.notebooks import Job, make_documents
from small_projects import attest, case_of, rows_of, write

INIT = """
from gatebook.criteria import Gate, Page

GATE = Gate(__name__, due="week-6", place=6, pages=(Page("pilot", "06_pilot.ipynb"),))
"""
ROWS = '''
"""Rows 6.1 and 6.2: a pilot with enough people, that somebody watches."""

from gatebook.criteria import limit_of, row
from gatebook.verdict.case import informs, lacking
from gatebook.verdict.case import row as judged
from gatebook.words import Code, said


class Pilot(Code):
    NOBODY = "nobody"
    FEW = "few"
    ENOUGH = "enough"
    NAMED = "named"


@row("6.1", "condition", threshold=50, stricter="higher", uses=("sample",), carries=lambda *_: [("sample", "size")])
def people(entry, case):
    n, needed = case.facts.coverage.rows, limit_of(entry, 50)
    fields = {"estimate": float(n), "bar": needed, "n": n}
    if n == 0:
        return lacking(entry, Pilot.NOBODY)
    why = said(Pilot.ENOUGH if n >= needed else Pilot.FEW, n=n, more=needed - n)
    return judged(entry, "pass" if n >= needed else "fail", why, **fields)


@row("6.2", "condition", rests=True)
def watched(entry, case):
    enough = next(r for r in case.judged.values() if r.gate == entry.gate and r.id != entry.id).status == "pass"
    return lacking(entry, said(Pilot.NAMED)) if enough else informs(entry, Pilot.NOBODY, holds=None)
'''
WORDS = """
[pages]
pilot = "Pilot"

[rows."6.1"]
title = "The pilot has at least 50 people"
supply = "find more people"
todo = "Find more people for the pilot"

[rows."6.2"]
title = "Somebody watches the pilot"
attest = "A named person reads every answer of the pilot."
supply = "attest 6.2"

[Pilot]
nobody = "Nobody takes part."
few = { reason = "{n:# person takes|# people take} part.", supply = "find {more} more" }
enough = "{n:# person takes|# people take} part."
named = "Nobody has said that they watch it."
"""
PAGES = '''
"""The page of the pilot."""

from gatebook.document.page import templates_of
from gatebook.document.rows import LOOKS
from gatebook.words import Code, say

__all__ = ["pilot", "watchers"]
page, section = templates_of(__name__)


class Advice(Code):
    WAIT = "wait"
    START = "start"


def pilot(record):
    row = record.row("6.1")
    advice = say(Advice.START if row.status == "pass" else Advice.WAIT, n=row.n)
    return page("pilot", record, look=LOOKS[row.status], row=row, advice=advice)


def watchers(record):
    return section("watchers", record, row=record.row("6.2"))
'''
PAGE_WORDS = """
[Advice]
wait = "Wait: {n:# person is|# people are} too few."
start = "Start with {n}."
"""
PAGE = """
{% extends "page.html.j2" %}
{% set document = "pilot" %}
{% set title = record.project.name ~ ": " ~ document %}
{% set why = row.reason %}
{% block body %}<p class="advice">{{ advice }}</p>{% endblock %}
"""
SECTION = """
{% set heading = "Who watches?" %}
<p>{{ row.title }}: {{ m.tag(row.status) }}</p>
"""
OPENED = "import gatebook as gb\npoc = gb.assess(project)"
FILES = {
    "pilot_gate/__init__.py": INIT,
    "pilot_gate/people.py": ROWS,
    "pilot_gate/words.toml": WORDS,
    "pilot_gate/pages/__init__.py": PAGES,
    "pilot_gate/pages/words.toml": PAGE_WORDS,
    "pilot_gate/pages/templates/pilot.html.j2": PAGE,
    "pilot_gate/pages/templates/watchers.html.j2": SECTION,
    "pilot_gate-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: pilot-gate\nVersion: 1.0\n",
    "pilot_gate-1.0.dist-info/entry_points.txt": "[gatebook.gates]\npilot = pilot_gate\n",
}
CELLS = (OPENED, "poc.pilot", "poc.watchers")


@pytest.fixture
def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the gate as a package beside gatebook."""
    site = tmp_path / "site"
    for name, text in FILES.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    parameters = nbformat.v4.new_code_cell('project: str = ""', metadata={"tags": ["parameters"]})
    book = nbformat.v4.new_notebook(cells=[parameters, *map(nbformat.v4.new_code_cell, CELLS)])
    nbformat.write(book, site / "pilot_gate" / "06_pilot.ipynb")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")]))
    )  # of the kernel
    importlib.invalidate_caches()
    gates.cache_clear()
    rows.cache_clear()
    yield
    monkeypatch.undo()
    gates.cache_clear()
    rows.cache_clear()


def project(folder: Path, people: int = 30, rest: str = ""):
    sample = pd.DataFrame({"id": range(people), "size": range(people)})
    return write(folder, {"sample": 'id = "id"'}, {"sample": sample}, rest)


@pytest.mark.usefixtures("pilot")
def test_its_rows_are_judged_with_their_own_words(tmp_path: Path) -> None:
    found = rows_of(project(tmp_path / "p"))
    row = found["6.1"]
    assert (row.gate, row.status, row.code, row.bar, row.n) == ("week-6", "fail", "few", 50, 30)
    assert (row.reason, row.supply) == ("30 people take part.", "find 20 more")
    assert found["6.2"].code == "nobody"
    assert list(found).index("2.1") < list(found).index("6.1") < list(found).index("D1")
    enough = rows_of(project(tmp_path / "q", 60))
    assert (enough["6.1"].status, enough["6.2"].code) == ("pass", "named")


@pytest.mark.usefixtures("pilot")
def test_people_vouch_and_projects_change_its_rows_like_any_other(tmp_path: Path) -> None:
    made = project(tmp_path / "p", 60)
    attest(made, "6.2")
    record = assess(made)
    assert record.row("6.2").status == "pass"
    assert {"6.1", "G1"} <= {row.id for row in record.criteria}
    change = '[[criteria]]\nid = "6.1"\nthreshold = 70\nweight = "decisive"\n'
    stricter = case_of(project(tmp_path / "s", 60, change))
    changed = next(entry for entry in stricter.entries if entry.id == "6.1")
    assert (changed.threshold, changed.weight) == (70, "decisive")


@pytest.mark.usefixtures("pilot")
def test_its_notebook_becomes_a_document(tmp_path: Path) -> None:
    [page] = choose(["pilot"])
    assert (page.title, page.document) == ("Pilot", "pilot.html")
    assert page.path(notebooks_folder()).parent.name == "pilot_gate"
    path = tmp_path / "decision.json"
    path.write_text(assess(project(tmp_path / "p")).to_json())
    assert "pilot" not in json.loads(path.read_text())
    [document] = make_documents((page,), Job(tmp_path / "p", path, None, notebooks_folder()), 1, lambda _: None)
    assert "30 people take part." in document.html
    assert '<p class="advice">Wait: 30 people are too few.</p>' in document.html
    assert "Who watches?" in document.html
    assert "Somebody watches the pilot:" in document.html


def test_it_takes_no_more_than_150_lines() -> None:
    """All that its maker writes, and no central file."""
    assert sum(text.strip().count("\n") + 1 for text in (*FILES.values(), *CELLS)) <= 150
