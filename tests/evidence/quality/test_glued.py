from __future__ import annotations

import numpy as np


def _cities(rng, n=600):
    cities = np.array(["Bend", "San Diego", "Gary", "Saint Paul", "Salem"], dtype=object)[
        rng.integers(5, size=n)
    ]
    states = np.array(["OR", "CA", "IN", "MN", "MA"], dtype=object)[rng.integers(5, size=n)]
    return cities, states


def test_a_field_that_swallowed_its_empty_neighbour(look, rows_of, rng):
    cities, states = _cities(rng)
    wrong = [5, 55, 555]
    for i in wrong:
        cities[i], states[i] = f"{cities[i]} {states[i]}", ""
    found = look.only({"city": cities, "state": states}, "glued_fields")
    assert rows_of(found, "city") == rows_of(found, "state") == wrong


def test_an_empty_neighbour_alone_is_only_missing(look, rng):
    cities, states = _cities(rng)
    states[[5, 55, 555]] = ""
    assert "glued_fields" not in look.kinds({"city": cities, "state": states})
