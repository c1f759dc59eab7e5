"""The notebooks: short, typed parameters, verdict first, no computation; run by papermill they make the document."""

from __future__ import annotations

import ast
import datetime as dt
import types
from pathlib import Path

import nbformat
import pytest

from gatebook import notebook as opening
from gatebook.document import show
from gatebook.document.exporter import export_html
from gatebook.errors import ProjectFileError, UsageError
from gatebook.notebook import Opened
from gatebook.poc import Poc
from records import empty_record, record

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = {
    "01_data_reality_check": "data-reality-check",
    "04_error_analysis": "error-analysis",
    "04_go_no_go": "go-no-go",
}


def notebook(name: str) -> nbformat.NotebookNode:
    return nbformat.read(FOLDER / f"{name}.ipynb", 4)


def cells(name: str, tag: str = "") -> list[nbformat.NotebookNode]:
    """Return the code cells with a tag, or those that make the document."""
    found = [c for c in notebook(name).cells if c.cell_type == "code"]
    return [c for c in found if (tag in c.metadata.get("tags", ())) or (not tag and not c.metadata.get("tags"))]


@pytest.mark.parametrize("name", NAMES)
def test_the_parameters_are_typed_and_stand_before_all_code(name):
    first = next(c for c in notebook(name).cells if c.cell_type == "code")
    assert first.metadata.tags == ["parameters"]
    lines = ast.parse(first.source).body
    assert [(line.target.id, line.annotation.id) for line in lines] == [
        ("project", "str"),
        ("candidate", "str"),
        ("as_of", "str"),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_is_the_first_thing_shown(name):
    assert cells(name)[0].source.splitlines()[-1] == f'poc.page("{NAMES[name]}")'


@pytest.mark.parametrize("name", NAMES)
def test_cells_are_short_and_compute_nothing(name):
    for cell in cells(name)[1:]:
        (step,) = ast.parse(cell.source).body
        assert ast.unparse(step).removeprefix("poc.") in dir(show)
    for cell in [*cells(name, "try"), *cells(name, "explore")]:
        assert len(cell.source.splitlines()) <= 3
        assert "import" not in cell.source


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_reads_like_a_page_before_it_is_run(name):
    told = [c for c in notebook(name).cells if c.cell_type == "markdown"]
    assert all("narration" in c.metadata.tags for c in told)
    assert told[0].source.startswith("# ")
    headings = [c.source.splitlines()[0].removeprefix("## ") for c in told[1:-1]]
    poc = Poc(Opened(record()))
    shown = [getattr(poc, c.source.removeprefix("poc.")).heading for c in cells(name)[1:]]
    assert headings == shown


@pytest.mark.parametrize("known", [record(), empty_record()], ids=["full", "empty"])
@pytest.mark.parametrize("name", NAMES)
def test_what_a_reader_may_try_runs_on_any_record(name, known, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    for cell in cells(name, "try"):
        exec(cell.source, {"poc": Poc(Opened(known))})


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_are_kept_without_outputs_and_with_cell_ids(name):
    kept = notebook(name).cells
    assert all(not c.outputs and c.execution_count is None for c in kept if c.cell_type == "code")
    assert len({c.id for c in kept}) == len(kept)


@pytest.mark.parametrize("name", NAMES)
def test_what_lies_beside_the_data_is_off_the_path_before_anything_is_imported(name):
    steps = ast.parse(cells(name)[0].source).body
    assert [ast.unparse(step) for step in steps[:2]] == [
        "import sys",
        "sys.path[:] = [entry for entry in sys.path if entry]",
    ]


@pytest.mark.parametrize(
    ("names", "project", "told"),
    [
        ({"project_dir"}, "", "did you mean 'project'"),
        ({"projekt"}, "..", "did you mean 'project'"),
        ({"Project"}, "..", "did you mean 'project'"),
        ({"project", "asof"}, "x", "did you mean 'as_of'"),
        ({"project", "candidte"}, "x", "did you mean 'candidate'"),
        ({"run_id"}, "", "no project was given"),
        ({"project"}, "", "no project was given"),
    ],
)
def test_parameters_that_can_only_be_a_mistake_are_refused(monkeypatch, names, project, told):
    monkeypatch.setattr(opening, "injected", lambda: frozenset(names))
    with pytest.raises(UsageError, match=told):
        opening.open_project(project)


@pytest.mark.parametrize(
    "names", [set(), {"run_id"}, {"project", "project_id"}, {"project", "has_offset", "ds", "conf", "dag_run"}]
)
def test_a_scheduler_s_own_parameters_pass(monkeypatch, names):
    monkeypatch.setattr(opening, "injected", lambda: frozenset(names))
    with pytest.raises(ProjectFileError, match="no such folder"):
        opening.open_project("nowhere at all")


@pytest.mark.parametrize(
    "given",
    [{"candidate": 1.1}, {"candidate": 2}, {"candidate": True}, {"project": 7}, {"as_of": 20261030.0}, {"as_of": True}],
)
def test_a_parameter_that_papermill_took_for_something_else_is_told(given):
    with pytest.raises(UsageError, match=r"arrived as a \w+, not as text: .*use `papermill -r"):
        opening.open_project(**{"project": "x"} | given)


@pytest.mark.parametrize("day", [20261030, "20261030", "2026-10-30", dt.date(2026, 10, 30)])
def test_a_day_is_taken_however_it_arrives(day):
    with pytest.raises(ProjectFileError, match="no such folder"):
        opening.open_project("nowhere at all", as_of=day)


@pytest.mark.parametrize("day", [2026, 20261399, "tomorrow", dt.datetime(2026, 10, 30, tzinfo=dt.UTC)])
def test_what_is_no_day_is_told(day):
    with pytest.raises(UsageError, match="is no date; write it as YYYY-MM-DD"):
        opening.open_project("nowhere at all", as_of=day)


def test_the_names_that_papermill_put_in_are_read_from_what_the_kernel_ran(monkeypatch):
    cells = ["", 'project: str = ""', '# Parameters\nproject_dir = "../poc"\nrun_id = 3\n', "x = 1"]
    shell = types.SimpleNamespace(user_ns={"In": cells})
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    assert opening.injected() == {"project_dir", "run_id"}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_papermill_runs_the_notebook_on_a_record(name, tmp_path, monkeypatch):
    papermill = pytest.importorskip("papermill")
    (tmp_path / "decision.json").write_text(record().to_json(), encoding="utf-8")
    monkeypatch.setenv("GATEBOOK_RECORD", str(tmp_path / "decision.json"))
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(FOLDER / f"{name}.ipynb", out, parameters={"project": str(tmp_path)}, progress_bar=False)
    html = export_html(nbformat.read(out, 4))
    assert "Incomplete" not in html
    assert html.count("<h1") == 1
    assert html.count('<section class="part"') == len(cells(name)) - 1
    assert str(tmp_path) not in html


@pytest.mark.slow
def test_a_notebook_whose_record_cannot_be_read_ends_in_one_clear_line(tmp_path, monkeypatch):
    papermill = pytest.importorskip("papermill")
    (tmp_path / "decision.json").write_text('{"schema_version": "0.1"}', encoding="utf-8")
    monkeypatch.setenv("GATEBOOK_RECORD", str(tmp_path / "decision.json"))
    out = tmp_path / "out.ipynb"
    with pytest.raises(papermill.PapermillExecutionError):
        papermill.execute_notebook(FOLDER / "04_go_no_go.ipynb", out, progress_bar=False)
    html = export_html(nbformat.read(out, 4), embed=empty_record())
    assert "Step 2 of 14 failed." in html
    assert "its schema is 0.1" in html
    assert "Traceback" not in html
