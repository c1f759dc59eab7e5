"""How long a request took: the unit is said, or it is a guess that decides nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from gatebook.cases.questions import QuestionCode, words
from gatebook.cases.times import Durations, durations, unit_of_name
from gatebook.project import TableSpec

RANDOM = np.random.default_rng(4)
MS = np.round(RANDOM.lognormal(6, 0.5, 400), 1)


def read(cells: Any, types: dict[str, str] | None = None, target: float | None = 800.0, **keys: str) -> Durations:
    column = next(iter(keys.values()))
    frame = pd.DataFrame({column: pd.Series([str(c) for c in cells], dtype="str")})
    spec = TableSpec.model_validate({"path": "-", **keys})
    return durations(frame, spec, "predictions", types or {}, target)


def codes(found: Durations) -> set[QuestionCode]:
    return {question.code for question in found.questions}


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("latency_us", 1e3),
        ("took_ns", 1e6),
        ("latency_ms", 1),
        ("duration_s", 1e-3),
        ("elapsed_min", 1 / 6e4),
        ("durationMs", 1),
        ("time_h", 1 / 3.6e6),
    ],
)
def test_the_unit_stands_in_the_name(name: str, factor: float) -> None:
    found = read(MS * factor, latency=name)
    assert found.source == "name"
    assert np.allclose(found.milliseconds, MS)
    assert not codes(found)


def test_the_unit_stands_in_the_type_whatever_the_name() -> None:
    found = read((MS * 1e3).astype(int), {"latency": "duration[us]"}, latency="latency")
    assert found.source == "type"
    assert np.allclose(found.milliseconds, np.trunc(MS * 1e3) / 1e3)


@pytest.mark.parametrize(
    ("cell", "milliseconds"),
    [
        ("340ms", 340),
        ("1.2s", 1200),
        ("1m 2.5s", 62_500),
        ("0 days 00:00:00.463", 463),
        ("00:00:01.2", 1200),
        ("PT1.5S", 1500),
        ("250 µs", 0.25),
    ],
)
def test_the_unit_stands_in_the_cells(cell: str, milliseconds: float) -> None:
    found = read([cell] * 5, latency="took")
    assert found.source == "text"
    assert np.allclose(found.milliseconds, milliseconds)


@pytest.mark.parametrize("digits", [1, 2, 3])
def test_a_comma_may_be_the_decimal_mark_of_a_cell_with_its_unit(digits: int) -> None:
    cells = [f"{value / 1e3:.{digits}f} s".replace(".", ",") for value in MS]
    assert np.allclose(
        read(cells, latency="took").milliseconds, [1e3 * float(cell[:-2].replace(",", ".")) for cell in cells]
    )


def test_a_comma_may_part_thousands_of_a_cell_with_its_unit() -> None:
    cells = [f"{value:,.1f} ms" for value in MS * 10]
    assert np.allclose(read(cells, latency="took").milliseconds, MS * 10)


def test_a_unit_from_size_alone_is_a_question() -> None:
    assert codes(read(MS, latency="latency")) == {QuestionCode.UNIT_UNKNOWN}
    assert not codes(read(MS, latency="latency", latency_unit="ms"))


def test_a_name_against_the_project_file_is_a_question() -> None:
    assert codes(read(MS, latency_ms="latency_us")) == {QuestionCode.UNIT_CONFLICT}


def test_a_unit_that_is_a_thousand_off_is_doubted_only_beside_such_a_target() -> None:
    for off, key, rather in ((1e-3, "latency_ms", "s"), (1e3, "latency_ms", "us"), (1.0, "latency_s", "ms")):
        found = read(MS * off, **{key: key})
        assert codes(found) == {QuestionCode.UNIT_DOUBT}
        assert found.questions[0].about["other"] == rather
        assert all(word in words(found.questions[0]).action for word in (key, rather))
    assert not codes(read(MS / 1e3, latency_ms="latency_ms", target=5.0))
    assert not codes(read(MS, latency_ms="latency_ms"))


SECONDS = np.where(np.arange(400) % 50 == 0, 30, np.round(RANDOM.lognormal(0.5, 0.5, 400), 3))


def test_seconds_that_are_called_milliseconds_end_at_a_time_out() -> None:
    for target in (None, 800.0, 100.0):
        found = read(SECONDS, latency_ms="latency_ms", target=target)
        assert codes(found) & {QuestionCode.UNIT_TIMEOUT, QuestionCode.UNIT_DOUBT}
    told = words(read(SECONDS, latency_ms="latency_ms", target=None).questions[0])
    assert "30" in told.title
    assert 'latency_unit = "s"' in told.action
    off = read((SECONDS * 1e3).astype(int), latency_s="latency_s", target=None)
    assert [q.about["other"] for q in off.questions] == ["ms"]


def test_times_that_are_plausible_as_they_are_raise_no_doubt() -> None:
    quick = np.round(RANDOM.lognormal(-0.5, 0.4, 400), 3)  # a service of less than a millisecond
    assert not codes(read(quick, latency_ms="latency_ms", target=None))
    assert not codes(read(np.where(np.arange(400) % 50, quick, 25), latency_ms="latency_ms", target=None))
    assert not codes(read(np.where(np.arange(400) % 50, quick, 30), latency_ms="latency_ms", target=5.0))
    assert not codes(read(SECONDS, latency="latency_ms", latency_unit="ms", target=None))
    assert not codes(read(SECONDS, latency="latency_s", target=None))
    assert not codes(read(np.round(SECONDS), latency_ms="latency_ms", target=None))


def test_a_time_out_that_is_stated_tells_the_unit() -> None:
    frame = pd.DataFrame({"latency_ms": [str(v) for v in SECONDS]}, dtype="str")
    for timeout, asked in ((30_000, {QuestionCode.UNIT_TIMEOUT}), (30, set())):
        spec = TableSpec(path="-", latency_ms="latency_ms", timeout_ms=timeout)
        assert codes(durations(frame, spec, "predictions", {}, None)) == asked


def test_means_of_batches_are_told_and_whole_milliseconds_are_not() -> None:
    assert codes(read(np.repeat(RANDOM.uniform(600, 1400, 40).round(3), 100), latency_ms="latency_ms")) == {
        QuestionCode.BATCHES
    }
    assert not codes(read(RANDOM.integers(100, 900, 20_000), latency_ms="latency_ms"))


def test_a_cap_that_many_hit_is_found_without_being_named() -> None:
    assert read(np.minimum(RANDOM.exponential(600, 900), 1200).round(3), latency_ms="took_ms").cap_ms == 1200
    assert read(RANDOM.integers(1, 9, 900), latency_ms="took_ms").cap_ms is None


def test_cells_that_are_no_durations_are_counted_and_asked_for() -> None:
    found = read(["fast", "slow", "12", ""], latency_ms="took_ms")
    assert (found.blank, found.unreadable) == (1, 2)
    assert QuestionCode.DURATIONS_UNREADABLE in codes(found)


def test_two_stamps_make_a_duration() -> None:
    frame = pd.DataFrame(
        {
            "a": ["2026-10-01T08:00:00Z", "2026-10-01 08:00:00", ""],
            "b": ["2026-10-01T10:00:00.250+02:00", "2026-10-01 07:00:00", "x"],
        },
        dtype="str",
    )
    found = durations(frame, TableSpec(path="-", started="a", ended="b"), "sample", {}, None)
    assert found.milliseconds[0] == 250
    assert np.isnan(found.milliseconds[1:]).all()


@pytest.mark.parametrize("name", ["latency", "min_latency", "latency_p95", "ms", "items"])
def test_names_that_say_no_unit(name: str) -> None:
    assert unit_of_name(name) is None
