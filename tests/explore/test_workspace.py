"""What the explorers compute, and that their panels answer to the keyboard's widgets."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gatebook.evidence.slices import Predicate
from gatebook.explore import widgets
from gatebook.explore.workspace import Workspace
from gatebook.ledger import Ledger
from gatebook.project import load_project
from gatebook.project.load import parse_project
from projects import AS_OF, Kind, make_project


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = make_project(tmp_path_factory.mktemp("explore") / "p", Kind(accuracy=0.85))
    before = Ledger.of(load_project(folder)).entries
    opened = Workspace.open(str(folder), as_of=AS_OF)
    assert Ledger.of(load_project(folder)).entries == before, "exploring is no look"
    return opened


def test_a_lower_target_is_easier(space: Workspace) -> None:
    order = {"fail": 0, "not-enough-evidence": 1, "pass": 2}
    found = [order[space.what_if(target).status] for target in (1.0, 0.95, 0.9, 0.8, 0.6)]
    assert found == sorted(found)
    assert found[-1] == 2


def test_more_labels_never_lower_the_chance_much(space: Workspace) -> None:
    few, many = (space.what_if(1.0, more).chance_with_more for more in (100, 2000))
    assert few is not None
    assert many is not None
    assert many >= few - 0.05


def test_a_dearer_mistake_costs_money(space: Workspace) -> None:
    cheap, dear = (space.what_if(1.0, 0, 2.0, cost).monthly for cost in (0.0, 5.0))
    assert cheap is not None
    assert dear is not None
    assert dear[1] < cheap[1]


def test_a_slice_counts_its_rows(space: Workspace) -> None:
    whole = space.slice_of([])
    part = space.slice_of([Predicate("channel", "==", "mail")])
    assert whole.rows == 200
    assert 0 < part.rows < whole.rows
    assert part.rate.lower <= part.rate.estimate <= part.rate.upper


def test_a_higher_lift_leaves_fewer_kinds(space: Workspace) -> None:
    many, few = space.kinds_above(1.0, most=1_000), space.kinds_above(1.5, most=1_000)
    assert len(few) < len(many)
    assert (few["times usual"] >= 1.5).all()
    assert many["times usual"].is_monotonic_decreasing


def test_one_version_changes_nothing(space: Workspace) -> None:
    assert space.changes().empty


def test_two_versions_are_compared_the_whole_first(tmp_path: Path) -> None:
    rows = range(200)
    pd.DataFrame({"id": rows, "channel": ["web", "mail"] * 100}).to_csv(tmp_path / "sample.csv", index=False)
    pd.DataFrame({"id": rows, "answer": ["yes"] * 100 + ["no"] * 100}).to_csv(
        tmp_path / "labels.csv", index=False
    )
    new = ["no" if i % 8 == 1 else "yes" if i < 100 else "no" for i in rows]
    old = ["yes" if i < 100 or i % 5 == 0 else "no" for i in rows]
    both = [pd.DataFrame({"id": rows, "said": said, "version": v}) for said, v in ((new, "v2"), (old, "v1"))]
    pd.concat(both).to_csv(tmp_path / "predictions.csv", index=False)
    (tmp_path / "gatebook.toml").write_text(
        '[project]\ntask = "classification"\ncandidate = "v2"\n[tables.sample]\npath = "sample.csv"\nid = "id"\nsegments = ["channel"]\n'
        '[tables.labels]\npath = "labels.csv"\nid = "id"\nlabel = "answer"\n'
        '[tables.predictions]\npath = "predictions.csv"\nid = "id"\nprediction = "said"\nversion = "version"\n'
    )
    found = Workspace.open(str(tmp_path), as_of=AS_OF).changes()
    assert found["kind of input"][0] == "all"
    assert found["cases"][0] == 200
    assert {"channel is web", "channel is mail"} <= set(found["kind of input"])


def test_a_higher_threshold_answers_fewer(space: Workspace) -> None:
    assert space.above(0.9)[0] < space.above(0.5)[0]


def test_the_changed_assumptions_are_valid_toml(space: Workspace) -> None:
    import tomllib

    data = tomllib.loads(space.as_toml(0.9, 2.5, 1.5))
    assert data["targets"] == {"metric": "accuracy", "value": 0.9}
    parse_project(
        {
            "project": {"task": "classification"},
            "tables": {"sample": {"path": "x.csv"}},
            "targets": data["targets"],
        },
        root=Path(),
    )


@pytest.mark.parametrize("panel", ["_what_if", "_errors", "_data"])
def test_panels_are_built_and_move(space: Workspace, panel: str) -> None:
    box = getattr(widgets, panel)(space)
    for control in getattr(box, "children", ()):
        if hasattr(control, "max"):
            control.value = control.max
        elif getattr(control, "options", None):
            control.value = (
                control.options[-1] if not isinstance(control.options[-1], tuple) else control.options[-1][1]
            )


def test_a_button_that_cannot_open_a_project_says_why(tmp_path: Path) -> None:
    box = widgets.opened("Explore", "data", str(tmp_path / "nowhere"), "")
    box.children[0].click()
    assert "no such folder" in box.children[0].value
