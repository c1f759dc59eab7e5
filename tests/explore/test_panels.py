"""Every control has a label, moves, and keeps rows on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ipywidgets as w
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from gatebook.document.exporter import export_html
from gatebook.explore import controls, explore_data, explore_errors, panels, what_if
from gatebook.explore.workspace import Workspace
from gatebook.notebook import RECORD

PANELS = {"what-if": panels.what_if, "errors": panels.errors, "data": panels.data}
SILENT = (w.HTML, w.Button, w.ToggleButton, w.Output)


def below(box: w.Widget) -> Iterator[w.Widget]:
    for child in getattr(box, "children", ()):
        yield child
        yield from below(child)


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("project", ["space", "yes_no"])
def test_every_control_has_a_label_and_its_move_changes_what_is_seen(
    name: str, project: str, request: pytest.FixtureRequest
) -> None:
    box = PANELS[name](request.getfixturevalue(project))
    moved, seen = 0, set()
    while left := [c for c in below(box) if not isinstance(c, (w.Box, *SILENT)) and c not in seen]:
        control = left[0]
        seen.add(control)
        assert control.description
        if control.layout.display == "none" or isinstance(control, w.Textarea):
            continue
        before = [c.value for c in below(box) if isinstance(c, w.HTML)]
        if isinstance(control, w.Dropdown):
            control.index = len(control.options) - 1 if control.options else None
        elif isinstance(control, w.Text):
            control.value = "order"
        elif hasattr(control, "max"):
            control.value = control.max if control.value != control.max else control.min
        else:
            control.value = 3.0
        moved += before != [c.value for c in below(box) if isinstance(c, w.HTML)]
    assert moved >= 1


def test_the_rows_behind_the_most_harmful_finding_are_seen_at_once_and_another_column_brings_its_own(
    yes_no: Workspace,
) -> None:
    box = panels.data(yes_no)
    column, finding = (
        next(c for c in below(box) if getattr(c, "description", "") == name) for name in ("Column", "Finding")
    )
    assert finding.index == 0
    column.value = "note"
    assert finding.index == 0
    told = "".join(c.value for c in below(box) if isinstance(c, w.HTML))
    assert "only on your screen" in told
    assert "Values of note: dot production, dashed curated" in told


def test_a_slice_is_built_by_three_conditions(space: Workspace) -> None:
    box = panels.errors(space)
    labels = [c.description for c in below(box) if isinstance(c, w.Dropdown) and "column" in c.description]
    assert labels == [f"Condition {i}: column" for i in (1, 2, 3)]
    first, second = (c for c in below(box) if isinstance(c, w.Dropdown) and c.description in labels[:2])
    first.value, second.value = "channel", "amount"
    value = next(c for c in below(box) if getattr(c, "description", "") == "Condition 1: value")
    low, high = (
        next(c for c in below(box) if getattr(c, "description", "") == f"Condition 2: {end}")
        for end in ("at least", "below")
    )
    value.value, low.index, high.index = "mail", 5, 15
    told = "".join(c.value for c in below(box) if isinstance(c, w.HTML))
    assert "where channel is mail and amount is between" in told
    assert "the slice built here" in told


def test_values_from_the_data_are_escaped(tmp_path: Path, space: Workspace) -> None:
    shown = controls.rows("x", space.inputs.head(1).assign(channel="<img src=x onerror=alert(1)>"))
    assert "<img" not in shown


def test_a_button_that_cannot_open_a_project_says_why(tmp_path: Path) -> None:
    box = explore_data(str(tmp_path / "nowhere"))
    box.children[0].click()
    assert "no such folder" in box.children[0].value


def test_an_opened_explorer_leaves_nothing_in_the_document() -> None:
    secret = "Ms. Secret, 12 Hidden Lane"
    view = new_output(
        "display_data", {"text/plain": f"VBox({secret})", "application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    )
    notebook = new_notebook(
        cells=[new_code_cell("explore_data()", outputs=[view], metadata={"tags": ["explore"]}, execution_count=1)]
    )
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"1": {"value": secret}}}}
    assert secret in nbformat.writes(notebook)
    assert "Secret" not in export_html(notebook)


def test_a_run_opens_no_explorer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RECORD, "decision.json")
    assert (what_if(), explore_data(), explore_errors()) == (None, None, None)
