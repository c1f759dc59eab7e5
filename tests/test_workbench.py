"""Notebooks in the project's folder: the project's own, and never overwritten where a person worked on them."""

import json

import pytest

from gatebook.errors import ProjectFileError, RunError
from gatebook.gates import notebooks_folder, pages
from gatebook.workbench import copy_notebooks


@pytest.fixture
def root(tmp_path):
    (tmp_path / "gatebook.toml").write_text("")
    return tmp_path


def _sources(path):
    return {c["id"]: "".join(c["source"]) for c in json.loads(path.read_text())["cells"]}


def _cell(notebook, name):
    return next(c for c in notebook["cells"] if c["id"] == name)


def _edit(path, name, text):
    notebook = json.loads(path.read_text())
    _cell(notebook, name)["source"] = text
    path.write_text(json.dumps(notebook))


def test_every_notebook_is_copied_with_the_project_as_its_parameter(root):
    copied = copy_notebooks(root)
    assert [c.path for c in copied] == [root / "notebooks" / g.notebook for g in pages()]
    for one in copied:
        mine, shipped = _sources(one.path), _sources(notebooks_folder() / one.path.name)
        assert [name for name in mine if mine[name] != shipped[name]] == ["parameters"]
        names = {}
        exec(mine["parameters"], names)  # the parameters cell is plain assignments
        assert names["project"] == ".."
        assert not one.drifted


def test_outputs_and_parameters_are_no_drift(root):
    first = copy_notebooks(root)[0].path
    notebook = json.loads(first.read_text())
    _cell(notebook, "page-one")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    _cell(notebook, "parameters")["source"] = 'project = "/elsewhere"'
    first.write_text(json.dumps(notebook))
    before = first.read_bytes()
    assert not copy_notebooks(root)[0].drifted
    assert first.read_bytes() == before


def test_an_edited_notebook_is_left_alone_and_marked(root):
    first = copy_notebooks(root)[0].path
    _edit(first, "page-one", "my_own = 1")
    before = first.read_bytes()
    again = copy_notebooks(root)
    assert again[0].drifted
    assert "edited" in again[0].state
    assert first.read_bytes() == before
    assert not any(c.drifted for c in again[1:])


def test_an_untouched_copy_follows_a_newer_gatebook(root, tmp_path_factory, monkeypatch):
    copy_notebooks(root)
    newer = tmp_path_factory.mktemp("newer")
    for gate in pages():
        (newer / gate.notebook).write_bytes((notebooks_folder() / gate.notebook).read_bytes())
    _edit(newer / pages()[0].notebook, "page-one", "a_new_line = 1")
    monkeypatch.setattr("gatebook.workbench.notebooks_folder", lambda: newer)
    assert "brought up" in copy_notebooks(root)[0].state
    assert _sources(root / "notebooks" / pages()[0].notebook)["page-one"] == "a_new_line = 1"


def test_a_file_that_is_no_notebook_is_left_and_named(root):
    copy_notebooks(root)
    (root / "notebooks" / pages()[1].notebook).write_text("not json")
    with pytest.raises(RunError, match=r"04_error_analysis\.ipynb: is not a notebook"):
        copy_notebooks(root)


def test_a_folder_without_a_project_is_refused(tmp_path):
    with pytest.raises(ProjectFileError, match="gatebook init"):
        copy_notebooks(tmp_path)
