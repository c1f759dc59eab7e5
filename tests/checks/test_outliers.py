from __future__ import annotations

import numpy as np
import pytest


def test_a_latitude_and_an_age_that_cannot_be(look, rng):
    latitude = np.round(rng.uniform(-60, 60, 300), 4)
    latitude[5] = 412.5
    latitude[[6, 7]] = -95.0
    found = look.only({"latitude": latitude}, "impossible_value")
    assert found.rows == 3


def test_a_number_alone_far_from_all_others_is_a_note(look, rows_of, rng):
    values = np.round(rng.normal(50, 5, 400), 1)
    values[17] = 90_000.0
    found = look.only({"temperature": values}, "outlier")
    assert (found.severity, found.cell_error) == ("note", False)
    assert rows_of(found, "temperature") == [17]


@pytest.mark.parametrize("draw", ["lognormal", "exponential", "standard_cauchy"])
def test_heavy_tails_are_no_warning(look, rng, draw):
    values = np.round(getattr(rng, draw)(size=2000) * 100, 2)
    assert not [f for f in look({"x": values}).findings if f.severity == "warning"]


def test_the_age_of_houses_is_not_the_age_of_people(look, rng):
    ages = [str(v) for v in rng.integers(0, 190, 300)]
    assert "impossible_value" not in look.kinds({"age": ages})
    people = [str(v) for v in rng.integers(0, 95, 300)]
    people[3] = people[9] = people[12] = "190"
    assert "impossible_value" in look.kinds({"age": people})
