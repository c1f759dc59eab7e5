from __future__ import annotations

import numpy as np


def test_metres_among_centimetres(look, rows_of, rng):
    height = rng.normal(172, 9, 500).round()
    values = [f"{h:.0f}" for h in height]
    for i in range(5, 60, 5):
        values[i] = f"{height[i] / 100:.2f}"
    found = look.only({"height": values}, "mixed_units")
    assert rows_of(found, "height") == list(range(5, 60, 5))
    assert "times 100" in found.title


def test_fahrenheit_among_celsius(look, rows_of, rng):
    celsius = rng.normal(36.8, 0.5, 500)
    values = [f"{c:.1f}" for c in celsius]
    for i in range(5, 60, 5):
        values[i] = f"{celsius[i] * 9 / 5 + 32:.1f}"
    found = look.only({"temperature": values}, "mixed_units")
    assert rows_of(found, "temperature") == list(range(5, 60, 5))
    assert "Fahrenheit" in found.title


def test_two_groups_that_no_unit_explains(look, rng):
    values = np.concatenate([rng.normal(100, 5, 450), rng.normal(55, 2, 30)])
    assert "mixed_units" not in look.kinds({"x": [f"{v:.1f}" for v in values]})


def test_a_long_tail_mixes_no_units(look, rng):
    columns = {
        "amount": [f"{v:.2f}" for v in rng.lognormal(4, 1.4, 3000)],
        "loss": [f"{v:.2f}" for v in rng.standard_t(2, 3000)],
    }
    assert "mixed_units" not in look.kinds(columns)


def test_one_code_far_off_is_no_unit(look, rng):
    values = [f"{v:.0f}" for v in rng.normal(172, 9, 500)]
    values[:10] = ["1.70"] * 10
    assert "mixed_units" not in look.kinds({"height": values})
