"""Promises for far-off days, runs dated back, labels that are the model's own answers, limits loosened from the
start.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.assessment.story import open_list
from gatebook.criteria import catalogue_for, moved_criteria
from gatebook.gates.week04.pages.decision import go_no_go
from gatebook.history import ledger as ledger_module
from gatebook.project import Project, load_project
from gatebook.project.load import parse_project
from gatebook.record import Row
from gatebook.verdict.past import Past, read_past
from gatebook.verdict.recommend import recommend
from projects import AS_OF, Kind, make_project
from small_projects import rows_of, write

CONDITION = Row(id="2.3", weight="condition", status="not-enough-evidence", gate="week-2", title="x")


def promising(days: int) -> Project:
    head = {"name": "x", "task": "classification"}
    promise = {"id": "2.3", "owner": "R. Owner", "due": AS_OF + dt.timedelta(days=days)}
    return parse_project({"project": head, "tables": {"sample": {"path": "s.csv"}}, "open": [promise]}, root=Path())


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (90, True), (91, False), (4000, False)])
def test_a_promise_lies_at_most_ninety_days_ahead(days: int, counts: bool) -> None:
    found = open_list(promising(days), Past(), [CONDITION], AS_OF)
    assert found[0].live is counts
    decisive = Row(id="G1", weight="decisive", status="pass", gate="week-4", title="x")
    expected = "CONDITIONAL GO" if counts else "NOT ENOUGH EVIDENCE"
    assert recommend([decisive, CONDITION], {c.id for c in found if c.live}) == expected


def test_page_one_does_not_call_a_far_off_promise_overdue(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p", Kind(rows=300, labels=60))
    file = folder / "gatebook.toml"
    file.write_text(file.read_text().replace("due = 2026-11-20", "due = 2028-11-20"))
    record = assess(load_project(folder), AS_OF)
    told = go_no_go(record).text()
    assert any(c.due == dt.date(2028, 11, 20) and not c.live for c in record.open)
    assert "over 90 days off" in told
    assert "overdue" not in told


def on_record(kind: str, as_of: str, at: str) -> Any:
    data = {
        "look": {"looks": [], "used": {}, "status": {}, "targets": {"goals": []}},
        "run": {"run": "r", "recommendation": "GO", "statuses": {}},
    }[kind]
    return SimpleNamespace(
        kind=kind, data={"as_of": as_of, **data}, at=dt.datetime.fromisoformat(f"{at}T12:00:00+00:00")
    )


@pytest.mark.parametrize("kind", ["look", "run"])
@pytest.mark.parametrize(
    ("as_of", "at", "asked", "day"),
    [
        ("2026-10-30", "2026-10-30", "2026-10-20", "2026-10-30"),
        ("2026-10-30", "2026-10-30", "2026-11-02", "2026-11-02"),
        ("2026-10-30", "2026-10-30", "2026-10-30", "2026-10-30"),
        ("2036-10-30", "2026-10-30", "2026-10-31", "2026-10-31"),  # a slip into the future binds no later run
        ("2026-10-01", "2026-10-30", "2026-10-05", "2026-10-05"),
    ],
)
def test_the_day_never_lies_before_the_last_one_on_record(kind: str, as_of: str, at: str, asked: str, day: str) -> None:
    past = read_past([on_record(kind, as_of, at)])
    assert past.day(dt.date.fromisoformat(asked)) == dt.date.fromisoformat(day)


def test_without_a_look_any_day_will_do() -> None:
    assert Past().day(dt.date(2020, 1, 1)) == dt.date(2020, 1, 1)


class Clock(dt.datetime):
    """A clock that stands at the day of the last look."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Clock:
        return cls(2027, 2, 1, tzinfo=tz)


def test_a_run_dated_back_revives_nothing_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Late in January all attestations have expired, the promises are overdue, and no system answered lately."""
    monkeypatch.setattr(ledger_module.dt, "datetime", Clock)
    folder = make_project(tmp_path / "p", Kind(accuracy=0.95, seed=2))
    project, late = load_project(folder), dt.date(2027, 2, 1)
    honest = assess(project, late)
    back = assess(project, AS_OF)
    assert (back.run.as_of, back.run.asked) == (late, AS_OF)
    assert honest.run.asked is None
    assert [(r.id, r.status) for r in back.criteria] == [(r.id, r.status) for r in honest.criteria]
    assert back.decision == honest.decision
    assert [look.alpha for look in back.looks] == [look.alpha for look in honest.looks]
    assert "Asked for as of 30 October 2026, but judged as of 1 February 2027" in go_no_go(back).text().replace(
        "\xa0", " "
    )
    alone = make_project(tmp_path / "q", Kind(accuracy=0.95, seed=2))
    assert assess(load_project(alone), AS_OF).decision.recommendation != back.decision.recommendation


KEYS = {"sample": 'id = "id"', "labels": 'id = "id"\nlabel = "label"', "predictions": 'id = "id"\nprediction = "p"'}
TARGETS = '[targets]\nmetric = "accuracy"\nvalue = 0.9\n'


def labelled(n: int, labels: int, *, wrong: int = 0, regression: bool = False) -> dict[str, pd.DataFrame]:
    random = np.random.default_rng(1)
    truth = random.integers(1, 400, n) if regression else random.choice(["yes", "no"], n)
    said = pd.Series(truth).astype(str)
    said[:wrong] = "999" if regression else "maybe"
    ids = [f"t{i}" for i in range(n)]
    mine = pd.Series(truth).map(lambda v: f"{v}.0") if regression else pd.Series(truth).str.upper()
    return {
        "sample": pd.DataFrame({"id": ids, "size": random.integers(1, 99, n)}),
        "labels": pd.DataFrame({"id": ids, "label": mine}).head(labels),
        "predictions": pd.DataFrame({"id": ids, "p": said}),
    }


@pytest.mark.parametrize("regression", [False, True])
@pytest.mark.parametrize(
    ("labels", "wrong", "measured", "stops"),
    [
        (50, 0, "", True),
        (200, 0, "", True),
        (49, 0, "", False),
        (200, 1, "", False),
        (200, 0, "\nmeasured = true", False),
    ],
)
def test_labels_that_never_differ_from_the_answers_stop_g1(
    tmp_path: Path, labels: int, wrong: int, measured: str, stops: bool, regression: bool
) -> None:
    targets = '[targets]\nmetric = "mae"\nvalue = 20\n' if regression else TARGETS
    task = "regression" if regression else "classification"
    tables = labelled(400, labels, wrong=wrong, regression=regression)
    row = rows_of(write(tmp_path, KEYS | {"labels": KEYS["labels"] + measured}, tables, targets, task=task))["G1"]
    assert ("shown the answers" in row.reason) is stops
    if stops:
        assert row.status == "not-enough-evidence"
        assert row.supply.startswith("ask the graders whether they saw the model's answer")


@pytest.mark.parametrize(
    ("row", "limit", "kept"),
    [
        ("G1", 0.5, 0.8),
        ("G1", 0.9, 0.9),
        ("1.7", 50, 200),
        ("1.7", 300, 300),
        ("G2", 5.0, 2.0),
        ("G2", 1.5, 1.5),
        ("1.5", 0.5, 0.01),
    ],
)
def test_a_limit_looser_than_the_catalogues_is_a_goalpost_from_the_first_file_on(
    row: str, limit: float, kept: float
) -> None:
    head = {"name": "x", "task": "classification"}
    project = parse_project(
        {"project": head, "tables": {"sample": {"path": "s.csv"}}, "criteria": [{"id": row, "threshold": limit}]},
        root=Path(),
    )
    assert next(e.threshold for e in catalogue_for(project) if e.id == row) == kept
    assert bool(moved_criteria(project, ())) == (limit != kept)


def test_a_loosened_limit_of_g1_is_told_on_page_one_at_the_first_run(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p", Kind(accuracy=0.7, rows=400, labels=150))
    file = folder / "gatebook.toml"
    file.write_text(file.read_text() + '[[criteria]]\nid = "G1"\nthreshold = 0.5\n')
    record = assess(load_project(folder), AS_OF)
    assert record.row("G1").bar == pytest.approx(0.8)
    assert "Goalpost moved" in go_no_go(record).text()
