"""A gate of somebody else: rows, judges, words and a notebook in one package, found by its entry point alone."""

from __future__ import annotations

import importlib
import json
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
CELL = """
class Shown:
    def _repr_mimebundle_(self, **_options):
        about = {"gatebook": {"name": "pilot", "heading": "", "title": "Pilot"}}
        return {"text/html": f"<h1>{record.row('6.1').reason}</h1>", "text/plain": "pilot"}, about

Shown()
"""


@pytest.fixture
def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the gate as a package beside gatebook."""
    package, about = tmp_path / "site" / "pilot_gate", tmp_path / "site" / "pilot_gate-1.0.dist-info"
    package.mkdir(parents=True)
    about.mkdir()
    (package / "__init__.py").write_text(INIT)
    (package / "people.py").write_text(ROWS)
    (package / "words.toml").write_text(WORDS)
    parameters = nbformat.v4.new_code_cell('project: str = ""', metadata={"tags": ["parameters"]})
    opened = nbformat.v4.new_code_cell("from gatebook.notebook import open_record\nrecord = open_record(project)")
    book = nbformat.v4.new_notebook(cells=[parameters, opened, nbformat.v4.new_code_cell(CELL)])
    nbformat.write(book, package / "06_pilot.ipynb")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: pilot-gate\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[gatebook.gates]\npilot = pilot_gate\n")
    monkeypatch.syspath_prepend(str(package.parent))
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
