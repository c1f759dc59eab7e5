"""Goalposts: what was loosened or removed after data was seen stays in its stricter form."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from gatebook.project import Project
from gatebook.project.load import parse_project
from gatebook.verdict.targets import declared, in_force

DAY = dt.date(2026, 10, 12)


def project(targets: str) -> Project:
    text = f'[project]\nname = "x"\ntask = "classification"\n[tables.sample]\npath = "s.csv"\n[targets]\n{targets}'
    return parse_project(tomllib.loads(text), root=Path(), text=text)


def moved(before: str, after: str) -> tuple:
    force = in_force(project(after), [(DAY, declared(project(before)))])
    return force, " ".join(map(str, force.moved))


def test_an_unchanged_target_is_no_moved_goalpost() -> None:
    force, words = moved('metric = "accuracy"\nvalue = 0.8', 'metric = "accuracy"\nvalue = 0.8')
    assert words == ""
    assert force.goals[0].value == 0.8


def test_a_tightened_target_is_no_moved_goalpost() -> None:
    force, words = moved('metric = "accuracy"\nvalue = 0.8', 'metric = "accuracy"\nvalue = 0.9')
    assert words == ""
    assert force.goals[0].value == 0.9


def test_a_loosened_target_stays_in_force() -> None:
    force, words = moved('metric = "accuracy"\nvalue = 0.8', 'metric = "accuracy"\nvalue = 0.6')
    assert force.goals[0].value == 0.8
    assert "0.8" in words
    assert "0.6" in words


def test_a_removed_target_stays_in_force() -> None:
    force, words = moved('metric = "accuracy"\nvalue = 0.8', "")
    assert force.goals[0].value == 0.8
    assert force.goals[0].withdrawn
    assert "removed" in words


def test_another_metric_does_not_replace_the_one_on_record() -> None:
    force, _ = moved('metric = "accuracy"\nvalue = 0.8', 'metric = "f1"\nvalue = 0.5\npositive = "yes"')
    assert {goal.metric for goal in force.goals} == {"accuracy", "f1"}


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ("latency_ms = 300", "latency_ms = 900", 300),
        ("latency_ms = 300", "", 300),
        ("latency_ms = 900", "latency_ms = 300", 300),
    ],
)
def test_the_stricter_response_time(before: str, after: str, kept: float) -> None:
    force, words = moved(before, after)
    assert force.latency_ms == kept
    assert bool(words) == (before == "latency_ms = 300")


def test_the_percentile_cannot_be_lowered() -> None:
    force, words = moved("latency_percentile = 99", "")
    assert force.latency_percentile == 99
    assert "percentile" in words


def test_the_first_number_of_planned_labels_counts() -> None:
    force, words = moved("planned_labels = 200", "planned_labels = 900")
    assert force.planned_labels == 200
    assert "planned labels" in words


def test_a_lower_is_better_target_is_loosened_upwards() -> None:
    text = (
        '[project]\nname = "x"\ntask = "regression"\n[tables.sample]\npath = "s.csv"\n[targets]\nmetric = '
        '"mae"\nvalue = '
    )
    before, after = (parse_project(tomllib.loads(text + v), root=Path()) for v in ("4", "5"))
    force = in_force(after, [(DAY, declared(before))])
    assert force.goals[0].value == 4
    assert force.goals[0].bar(None) == 5


def test_the_bar_on_a_scale_starts_at_its_low_end() -> None:
    text = (
        '[project]\nname = "x"\ntask = "generation"\n[tables.sample]\npath = "s.csv"\n[targets]\nmetric = '
        '"mean_score"\nvalue = 4.2'
    )
    force = in_force(parse_project(tomllib.loads(text), root=Path()), [])
    assert force.goals[0].bar((1.0, 5.0)) == pytest.approx(3.56)
