from __future__ import annotations

import pytest

from gatebook.checks import Found


def test_a_unit_in_several_spellings_marks_every_cell_that_carries_one(look):
    values = [f"{12 + i % 4}.0 {['oz', 'oz.', 'OZ.', 'ounce'][i % 4]}" for i in range(100)]
    values[0] = "16.0 oz. can"
    found = look.only({"ounces": values}, "mixed_units")
    assert found.rows == 100
    assert found.code == Found.UNITS_SPELT


def test_a_percent_sign_in_some_cells_marks_these(look, rows_of):
    values = [f"0.0{i % 9 + 1}" + ("%" if i in {5, 6, 7, 8} else "") for i in range(60)]
    assert rows_of(look.only({"abv": values}, "mixed_units"), "abv") == [5, 6, 7, 8]


def test_different_units_are_called_mixed(look):
    values = [f"{i} kg" if i % 2 else f"{i} lb" for i in range(1, 81)]
    assert look.only({"weight": values}, "mixed_units").code == Found.UNITS_MIXED


@pytest.mark.parametrize(
    "values", [[f"{i}%" for i in range(80)], [f"{i}A" for i in range(80)], [f"{i} patients" for i in range(80)]]
)
def test_one_habit_is_no_finding(look, values):
    assert not [f for f in look({"x": values}).findings if f.severity == "warning"]


def test_decimal_commas_among_points_are_found(look, rows_of):
    values = [f"{i}.50" for i in range(100)]
    values[7], values[70] = "7,50", "70,50"
    values[33] = "1,50"
    assert rows_of(look.only({"amount": values}, "decimal_marks"), "amount") == [7, 33, 70]


def test_thousands_marks_on_every_large_number_are_one_habit(look):
    assert "decimal_marks" not in look.kinds({"n": [f"{i * 37:,}" for i in range(200)]})


def test_a_comma_before_three_decimals_is_no_thousands_mark(look, rows_of, rng):
    values = [f"{v:.3f}" for v in rng.gamma(2, 1, 300)]
    for i in (7, 70, 170):
        values[i] = values[i].replace(".", ",")
    assert rows_of(look.only({"x": values}, "decimal_marks"), "x") == [7, 70, 170]


def test_the_rare_unit_is_the_wrong_one(look, rows_of, rng):
    values = [f"{v:.2f} kg" for v in rng.gamma(2, 1, 300)]
    for i in (7, 70, 170):
        values[i] = "750 g"
    assert rows_of(look.only({"x": values}, "mixed_units"), "x") == [7, 70, 170]
