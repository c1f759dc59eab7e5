"""[[criteria]]: what was declared before a look stays in force, and a mistake is told."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from gatebook.criteria import Entry, catalogue_for, moved_criteria
from gatebook.criteria.own import MovedCriterion, NoCriterion
from gatebook.errors import ProjectFileError
from gatebook.project import Project
from gatebook.project.load import parse_project
from gatebook.verdict.targets import Goalpost, declared, in_force
from gatebook.words import Said

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


def entry(now: str, before: str, row: str) -> tuple[Entry | None, tuple[Said, ...]]:
    record = [(DAY, declared(project(before)))]
    rows = {e.id: e for e in catalogue_for(project(now), record)}
    return rows.get(row), moved_criteria(project(now), record)


def test_a_removed_row_of_ones_own_stays_in_force() -> None:
    found, moved = entry("", OWN, "X1")
    assert found is not None
    assert found.weight == "decisive"
    assert moved[0].code == MovedCriterion.REMOVED


def test_a_lowered_weight_of_ones_own_row_stays() -> None:
    found, _ = entry(OWN.replace("decisive", "context"), OWN, "X1")
    assert found is not None
    assert found.weight == "decisive"


def test_a_raised_weight_stays_raised() -> None:
    found, moved = entry("", changed("1.1", 'weight = "decisive"'), "1.1")
    assert found is not None
    assert found.weight == "decisive"
    assert moved[0].code == MovedCriterion.WEIGHT


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
    assert [m.code for m in in_force(project(""), [(DAY, declared(project(OWN)))]).moved] == [MovedCriterion.REMOVED]


@pytest.mark.parametrize(
    ("criteria", "code"),
    [
        (changed("G1", 'weight = "condition"'), NoCriterion.LOWERED),
        (changed("1.10", 'weight = "decisive"'), NoCriterion.CONTEXT),
        (changed("1.11", 'weight = "decisive"'), NoCriterion.MILESTONE),
        (changed("2.1", "threshold = 3"), NoCriterion.NO_THRESHOLD),
        (changed("G1", "threshold = nan"), NoCriterion.NO_NUMBER),
        (changed("1.1", "threshold = inf"), NoCriterion.NO_NUMBER),
        (changed("1.1", "threshold = -1"), NoCriterion.NO_NUMBER),
        (changed("G1", "threshold = 1.5"), NoCriterion.SHARE),
        (changed("G2", "threshold = 0"), NoCriterion.ZERO),
        (OWN + OWN, NoCriterion.TWICE),
        (changed("X2", 'title = "a"'), NoCriterion.UNKNOWN),
        (changed("G1", 'attest = "I say so"'), NoCriterion.ATTEST),
    ],
)
def test_a_mistake_in_criteria_is_one_sentence(criteria: str, code: NoCriterion) -> None:
    with pytest.raises(ProjectFileError) as told:
        catalogue_for(project(criteria))
    assert told.value.code == code


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
    assert force.moved[0].code == Goalpost.CLASS_CHANGED


def test_a_final_label_set_cannot_be_taken_back() -> None:
    force = in_force(project(""), [(DAY, declared(project("", "final_label_set = true")))])
    assert force.final_label_set
    assert force.moved


def test_a_removed_headline_still_leads_before_a_slice() -> None:
    more = '[[targets.more]]\nmetric = "recall"\nvalue = 0.5\nwhere = { channel = "mail" }\n'
    before = project(more, 'metric = "accuracy"\nvalue = 0.9\npositive = "yes"')
    force = in_force(project(more, 'positive = "yes"'), [(DAY, declared(before))])
    assert [g.metric for g in force.goals] == ["accuracy", "recall"]
