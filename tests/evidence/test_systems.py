"""The systems to connect: which way, how fresh, what is missing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from gatebook.evidence.systems import fresh, hop_latency, is_direction, is_ready, needs, read_systems, spec_exists
from gatebook.record import SystemFact
from small_projects import DAY, SYSTEM, opened, write

FULL = SYSTEM | {"p95_ms": "40"}


def facts(folder: Path, *rows: dict[str, str]) -> tuple[SystemFact, ...]:
    tables = {"sample": pd.DataFrame({"id": ["a"]}), "integrations": pd.DataFrame(list(rows))}
    project = write(folder, {"sample": 'id = "id"', "integrations": ""}, tables)
    return read_systems(opened(project)["integrations"], DAY, project.root)


def test_a_system_with_everything_filled_lacks_nothing(tmp_path: Path) -> None:
    (one,) = facts(tmp_path, FULL)
    assert (one.system, one.critical, one.ready, one.missing) == ("crm", True, True, ())
    assert one.last_read_ok == dt.date(2026, 10, 28)


@pytest.mark.parametrize(
    "field", ["owner", "spec", "auth", "token_ttl_s", "data_class", "rate_limit_per_s", "direction"]
)
@pytest.mark.parametrize("value", ["", " ", "TBD", "...", "?"])
def test_a_placeholder_is_a_blank(field: str, value: str, tmp_path: Path) -> None:
    assert facts(tmp_path, FULL | {field: value})[0].missing == (field,)


def test_a_row_without_a_name_is_not_lost(tmp_path: Path) -> None:
    assert [f.system for f in facts(tmp_path, FULL, FULL | {"system": ""})] == ["crm", "row 2"]


@pytest.mark.parametrize("written", ["$HOME", "READ", "In/Out", "Sink"])
def test_a_direction_is_told_as_it_is_written_and_read_in_any_case(tmp_path: Path, written: str) -> None:
    (fact,) = facts(tmp_path, FULL | {"direction": written})
    assert fact.direction == written
    assert needs(written) == needs(written.lower())
    assert is_direction(written) == (written != "$HOME")


@pytest.mark.parametrize(
    ("direction", "wanted"),
    [
        ("source", (True, False)),
        ("target", (False, True)),
        ("both", (True, True)),
        ("sideways", (True, True)),
        ("", (True, True)),
    ],
)
def test_an_unclear_direction_needs_both_calls(direction: str, wanted: tuple[bool, bool]) -> None:
    assert needs(direction) == wanted
    assert is_direction(direction) == (direction in {"source", "target", "both"})


@pytest.mark.parametrize(("age", "good"), [(0, True), (14, True), (15, False), (-1, False)])
def test_a_call_is_fresh_for_fourteen_days_and_never_from_the_future(age: int, good: bool) -> None:
    assert fresh(DAY - dt.timedelta(days=age), DAY) == good
    assert not fresh(None, DAY)


def test_how_old_a_call_may_be_can_be_shortened(tmp_path: Path) -> None:
    (one,) = facts(tmp_path, FULL)
    assert is_ready(one, DAY, 2)
    assert not is_ready(one, DAY, 1)


def test_a_specification_is_a_link_or_a_file_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text("{}")
    (tmp_path / "empty.json").write_text("")
    good = {
        "spec.json": True,
        "https://x.example/a": True,
        "empty.json": False,
        "../spec.json": False,
        "nothing.json": False,
        "x" * 5000: False,
    }
    assert {spec: spec_exists(spec, tmp_path) for spec in good} == good


def test_the_systems_times_add_up_only_where_each_states_one(tmp_path: Path) -> None:
    def hops(*rows: dict[str, str]) -> float | None:
        tables = {"sample": pd.DataFrame({"id": ["a"]}), "integrations": pd.DataFrame(list(rows))}
        return hop_latency(opened(write(tmp_path, {"sample": 'id = "id"', "integrations": ""}, tables))["integrations"])

    assert hops(FULL, FULL | {"p95_ms": "60"}) == 100
    assert hops(FULL, FULL | {"p95_ms": ""}) is None
