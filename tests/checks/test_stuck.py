from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gatebook.checks.registry import CheckName, NotChecked


@pytest.fixture
def log(rng):
    """Six sensors, one reading an hour, as they come in."""
    when = np.repeat(pd.date_range("2025-01-01", periods=200, freq="h").strftime("%Y-%m-%d %H:%M").to_numpy(), 6)
    return {"at": when, "sensor": [f"s{i % 6}" for i in range(1200)], "volt": rng.normal(230, 2, 1200).round(1)}


def _text(log):
    return {name: [str(v) for v in values] for name, values in log.items()}


def test_a_sensor_that_stands_still(look, rows_of, log):
    still = [i for i in range(1200) if i % 6 == 2 and 300 <= i < 540]
    log["volt"][still] = log["volt"][still[0]]
    found = look.only(_text(log), "stuck", time="at")
    assert found.columns == ("volt", "sensor")
    assert set(still) - set(rows_of(found, "volt")) == set()
    assert len(rows_of(found, "volt")) <= len(still) + 1


def test_living_sensors_are_no_finding(look, log):
    assert "stuck" not in look.kinds(_text(log), time="at")


def test_a_resting_state_is_not_stuck(look, rng, log):
    rain = np.where(rng.random(1200) < 0.9, 0.0, rng.gamma(1, 3, 1200).round(1))
    rain[300:500] = 0.0
    assert "stuck" not in look.kinds(_text({**log, "rain": rain}), time="at")


def test_a_number_that_often_keeps_its_value_is_not_stuck(look, rng, log):
    price = np.repeat(rng.normal(80, 9, 60).round(2), 20)
    assert "stuck" not in look.kinds(_text({"at": log["at"], "price": price}), time="at")


def test_without_a_time_column_it_is_said_that_nobody_looked(look, log):
    undone = look(_text(log)).not_checked
    assert CheckName.STUCK in {s.values["check"] for s in undone if s.code == NotChecked.NO_TIME}
