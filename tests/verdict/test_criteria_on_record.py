"""[[criteria]]: what was declared before a look stays in force, and a mistake is told."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from gatebook.criteria import Entry, catalogue_for, moved_criteria
from gatebook.errors import ProjectFileError
from gatebook.project import Project
from gatebook.project.load import parse_project
from gatebook.verdict.targets import declared, in_force

DAY = dt.date(2026, 10, 12)
OWN = '[[criteria]]\nid = "X1"\ntitle = "The works council agreed"\nattest = "It agreed."\nweight = "decisive"\n'


def project(criteria: str, targets: str = "") -> Project:
    text = (
        '[project]\nname = "x"\ntask = "classification"\n[tables.sample]\npath = '
        f'"s.csv"\n[targets]\n{targets}\n{criteria}'
    )
    return parse_project(tomllib.loads(text), root=Path(), text=text)


def changed(row: str, value: str) -> str:
    return f'[[criteria]]\nid = "{row}"\n{value}\n'


def entry(now: str, before: str, row: str) -> tuple[Entry | None, tuple[str, ...]]:
    record = [(DAY, declared(project(before)))]
    rows = {e.id: e for e in catalogue_for(project(now), record)}
    return rows.get(row), moved_criteria(project(now), record)


def test_a_removed_row_of_ones_own_stays_in_force() -> None:
    found, moved = entry("", OWN, "X1")
    assert found is not None
    assert found.weight == "decisive"
    assert "removed" in moved[0]


def test_a_lowered_weight_of_ones_own_row_stays() -> None:
    found, _ = entry(OWN.replace("decisive", "context"), OWN, "X1")
    assert found is not None
    assert found.weight == "decisive"


def test_a_raised_weight_stays_raised() -> None:
    found, moved = entry("", changed("1.1", 'weight = "decisive"'), "1.1")
    assert found is not None
    assert found.weight == "decisive"
    assert "decisive" in moved[0]


@pytest.mark.parametrize(
    ("row", "before", "now", "kept"),
    [
        ("1.7", 400, 300, 400),
        ("1.7", 400, None, 400),
        ("1.7", 300, 400, 400),
        ("1.7", None, 50, 200),
        ("1.5", 0.001, 0.05, 0.001),
        ("1.5", 0.05, None, 0.01),
        ("1.3", None, 0.9, 0.60),
        ("G2", 1.5, None, 1.5),
        ("G1", 0.9, 0.5, 0.9),
    ],
)
def test_the_stricter_limit(row: str, before: float | None, now: float | None, kept: float) -> None:
    texts = ["" if v is None else changed(row, f"threshold = {v}") for v in (now, before)]
    found, moved = entry(*texts, row)
    assert found is not None
    assert found.threshold == kept
    loosened = kept != (catalogue_default(row) if now is None else now)
    assert bool(moved) == loosened


def catalogue_default(row: str) -> float | None:
    return next(e.threshold for e in catalogue_for(project("")) if e.id == row)


def test_unchanged_criteria_are_no_moved_goalposts() -> None:
    assert entry(OWN + changed("1.7", "threshold = 300"), OWN + changed("1.7", "threshold = 300"), "X1")[1] == ()


def test_moved_criteria_are_told_with_the_targets() -> None:
    assert "removed" in " ".join(in_force(project(""), [(DAY, declared(project(OWN)))]).moved)


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        (changed("G1", 'weight = "condition"'), "never lower"),
        (changed("1.10", 'weight = "decisive"'), "never enters"),
        (changed("1.11", 'weight = "decisive"'), "milestone"),
        (changed("2.1", "threshold = 3"), "no threshold"),
        (changed("G1", "threshold = nan"), "number"),
        (changed("1.1", "threshold = inf"), "number"),
        (changed("1.1", "threshold = -1"), "0"),
        (changed("G1", "threshold = 1.5"), "share"),
        (changed("G2", "threshold = 0"), "above 0"),
        (OWN + OWN, "twice"),
        (changed("X2", 'title = "a"'), "attest"),
        (changed("G1", 'attest = "I say so"'), "row of your own"),
    ],
)
def test_a_mistake_in_criteria_is_one_sentence(criteria: str, words: str) -> None:
    with pytest.raises(ProjectFileError, match=words):
        catalogue_for(project(criteria))


@pytest.mark.parametrize(
    ("metric", "value"), [("accuracy", 85), ("accuracy", 0), ("log_loss", -1), ("brier", 0), ("auc", "nan")]
)
def test_a_target_that_cannot_be_is_an_error(metric: str, value: object) -> None:
    with pytest.raises(ProjectFileError, match=metric):
        in_force(project("", f'metric = "{metric}"\nvalue = {value}'), [])


def test_a_changed_positive_class_keeps_the_target_for_the_one_on_record() -> None:
    before, now = (project("", f'metric = "recall"\nvalue = 0.8\npositive = "{p}"') for p in ("rare", "common"))
    force = in_force(now, [(DAY, declared(before))])
    assert [(g.positive, g.withdrawn) for g in force.goals] == [("common", False), ("rare", True)]
    assert "positive class" in force.moved[0]


def test_a_final_label_set_cannot_be_taken_back() -> None:
    force = in_force(project(""), [(DAY, declared(project("", "final_label_set = true")))])
    assert force.final_label_set
    assert force.moved


def test_a_removed_headline_still_leads_before_a_slice() -> None:
    more = '[[targets.more]]\nmetric = "recall"\nvalue = 0.5\nwhere = { channel = "mail" }\n'
    before = project(more, 'metric = "accuracy"\nvalue = 0.9\npositive = "yes"')
    force = in_force(project(more, 'positive = "yes"'), [(DAY, declared(before))])
    assert [g.metric for g in force.goals] == ["accuracy", "recall"]
