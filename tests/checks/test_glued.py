from __future__ import annotations

import numpy as np


def _cities(rng, n=600):
    cities = np.array(["Bend", "San Diego", "Gary", "Saint Paul", "Salem"], dtype=object)[rng.integers(5, size=n)]
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


def test_a_category_with_its_neighbour_behind_it(look, rows_of, rng):
    colour = rng.choice(["red", "green", "blue", "black"], 300).astype(object)
    kind = rng.choice(["Tents", "Lamps", "Bricks"], 300)
    for i in (4, 40, 77, 140, 200, 240):
        colour[i] = f"{colour[i]}/{kind[i]}"
    found = look.only({"colour": colour.tolist(), "kind": kind.tolist()}, "glued_fields")
    assert rows_of(found, "colour") == [4, 40, 77, 140, 200, 240]


def test_a_name_that_is_made_of_its_neighbours_is_not_glued(look, rng):
    first, second = rng.choice(["Ann", "Bo", "Cy"], 300), rng.choice(["Lee", "Kim", "Ray"], 300)
    columns = {
        "first": first.tolist(),
        "second": second.tolist(),
        "path": [f"{a}/{b}" for a, b in zip(first, second, strict=True)],
    }
    assert "glued_fields" not in look.kinds(columns)
