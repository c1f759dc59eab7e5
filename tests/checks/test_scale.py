from __future__ import annotations

import numpy as np

from gatebook.checks import Found
from gatebook.checks.numbers import Turn
from gatebook.words import said


def test_metres_among_centimetres(look, rows_of, rng):
    height = rng.normal(172, 9, 500).round()
    values = [f"{h:.0f}" for h in height]
    for i in range(5, 60, 5):
        values[i] = f"{height[i] / 100:.2f}"
    found = look.only({"height": values}, "mixed_units")
    assert rows_of(found, "height") == list(range(5, 60, 5))
    assert found.values["turn"] == said(Turn.TIMES, by="100")


def test_fahrenheit_among_celsius(look, rows_of, rng):
    celsius = rng.normal(36.8, 0.5, 500)
    values = [f"{c:.1f}" for c in celsius]
    for i in range(5, 60, 5):
        values[i] = f"{celsius[i] * 9 / 5 + 32:.1f}"
    found = look.only({"temperature": values}, "mixed_units")
    assert rows_of(found, "temperature") == list(range(5, 60, 5))
    assert found.values["turn"] == said(Turn.FAHRENHEIT)


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


def _powers(rng, n=800):
    power = rng.lognormal(0, 1.5, n)
    return {
        "least": power * rng.uniform(0.6, 0.9, n),
        "power": power,
        "most": power * rng.uniform(1.1, 1.5, n),
        "signal": rng.normal(70, 9, n),
    }


def _written(columns):
    return {name: [f"{v:.4f}" for v in values] for name, values in columns.items()}


def test_watts_among_kilowatts_are_told_by_the_columns_beside_them(look, rows_of, rng):
    columns = _powers(rng)
    columns["power"][740:] *= 1000
    found = look.only(_written(columns), "mixed_units")
    assert found.columns == ("power",)
    assert rows_of(found, "power") == list(range(740, 800))
    assert (found.code, round(found.values["factor"])) == (Found.UNITS_TIMES, 1_000)


def test_numbers_that_keep_their_ratio_or_none_mix_no_units(look, rng):
    assert "mixed_units" not in look.kinds(_written(_powers(rng)))
    apart = _powers(rng)
    apart["power"][740:] *= 37  # no unit
    assert "mixed_units" not in look.kinds(_written(apart))


def test_a_group_that_lies_three_times_lower_is_a_note(look, rng):
    values = np.concatenate([rng.normal(100, 5, 450), rng.normal(100, 5, 20) / 3.28084])
    assert look.only({"x": [f"{v:.1f}" for v in values]}, "mixed_units").severity == "note"
