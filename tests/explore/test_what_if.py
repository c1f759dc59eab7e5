"""The what-if explorer judges as the document does, and moves as its assumptions move."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from yes_no import write_yes_no

from gatebook.assessment import assess
from gatebook.document.rows import measured
from gatebook.explore import panels
from gatebook.explore.views import WhatIfs
from gatebook.explore.workspace import Workspace
from gatebook.project import load_project
from gatebook.project.load import parse_project
from gatebook.record import Record, Row
from projects import AS_OF

JUDGED = (
    "status",
    "estimate",
    "lower",
    "upper",
    "level",
    "n",
    "n_effective",
    "bar",
    "target",
    "method",
    "labels_needed",
    "chance",
    "reason",
    "flags",
)


def first_row(record: Record) -> Row:
    return next(r for r in record.criteria if r.id == "G1")


def judged(row: Row) -> dict[str, object]:
    return {name: getattr(row, name) for name in JUDGED}


@pytest.fixture(scope="module")
def views(space: Workspace) -> WhatIfs:
    return WhatIfs(space)


def test_where_nothing_is_moved_it_is_the_documents_row_and_picture(folder: Path, views: WhatIfs) -> None:
    record = assess(load_project(folder), AS_OF)
    found = views.at(views.start)
    assert judged(found.row) == judged(first_row(record))
    assert str(measured(record, record.row("G1"))) in panels.what_if_picture(views.space, found, views.start)
    assert found.money == record.money


def test_a_recorded_look_is_used_again(tmp_path: Path) -> None:
    place = write_yes_no(tmp_path / "p")
    first_row(assess(load_project(place), AS_OF))
    record = assess(load_project(place), AS_OF)
    again = WhatIfs(Workspace.open(str(place), as_of=AS_OF))
    assert judged(again.at(again.start).row) == judged(first_row(record))


def test_the_threshold_makes_the_answers_anew(tmp_path: Path, yes_no: Workspace) -> None:
    views = WhatIfs(yes_no)
    assert views.start.threshold == 0.5
    moved = views.at(replace(views.start, threshold=0.8)).row
    fresh = first_row(assess(load_project(write_yes_no(tmp_path / "p", threshold=0.8)), AS_OF))
    assert moved.estimate != views.at(views.start).row.estimate
    assert (moved.estimate, moved.lower, moved.upper, moved.status) == (
        fresh.estimate,
        fresh.lower,
        fresh.upper,
        fresh.status,
    )


def test_no_threshold_where_answers_come_as_they_are(views: WhatIfs) -> None:
    assert views.start.threshold is None


def test_a_lower_target_is_easier(views: WhatIfs) -> None:
    order = {"fail": 0, "not-enough-evidence": 1, "pass": 2}
    found = [order[str(views.at(replace(views.start, target=t)).row.status)] for t in (1.0, 0.95, 0.9, 0.8, 0.6)]
    assert found == sorted(found)
    assert found[-1] == 2


def test_more_labels_never_lower_the_chance_much(views: WhatIfs) -> None:
    few, many = (views.at(replace(views.start, more_labels=more)).settles for more in (100, 2000))
    assert few is not None
    assert many is not None
    assert many >= few - 0.05


def test_a_dearer_mistake_costs_money(views: WhatIfs) -> None:
    cheap, dear = (views.at(replace(views.start, cost_wrong=cost)).money for cost in (0.0, 5.0))
    assert cheap is not None
    assert dear is not None
    assert dear.monthly.upper < cheap.monthly.upper


@pytest.mark.parametrize("name", ["space", "yes_no"])
def test_the_changed_assumptions_can_be_pasted_into_the_project_file(name: str, request: pytest.FixtureRequest) -> None:
    views = WhatIfs(request.getfixturevalue(name))
    data = tomllib.loads(views.as_toml(replace(views.start, target=0.9)))
    assert data["targets"] == {"metric": "accuracy", "value": 0.9}
    tables = {"sample": {"path": "x.csv"}} | {k: {"path": "y.csv", **v} for k, v in data.get("tables", {}).items()}
    parse_project({"project": {"task": "classification"}, "tables": tables, "targets": data["targets"]}, root=Path())
