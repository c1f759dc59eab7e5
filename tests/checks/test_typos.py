from __future__ import annotations

import pytest
from quality_tables import FIRST, LAST, zipf


def test_misspelt_categories_are_wrong_cells(look, rows_of):
    values = ["surgery", "pneumonia", "heart attack"] * 60
    values[0], values[1], values[2], values[9] = "sxrgery", "pneumoniq", "heart attaxk", "surgerz"
    found = look.only({"condition": values}, "typo")
    assert (found.severity, found.cell_error) == ("warning", True)
    assert rows_of(found, "condition") == [0, 1, 2, 9]


def test_one_word_of_a_longer_value(look, rows_of, rng):
    values = [f"{n} patients" for n in rng.integers(1, 400, 400)]
    values[5], values[6], values[7] = "17 paxients", "18 patxents", "19 patienys"
    found = [f for f in look({"sample": values}).findings if f.cell_error]
    assert sorted(r for f in found for r in rows_of(f, "sample")) == [5, 6, 7]


@pytest.mark.parametrize("pool", [FIRST, LAST])
@pytest.mark.parametrize("skew", [0.0, 0.8, 1.2])
def test_rare_names_near_frequent_ones_are_no_warning(look, rng, pool, skew):
    found = look({"name": zipf(rng, list(rng.permutation(pool)), 1500, skew)}).findings
    assert not [f for f in found if f.kind == "typo" and f.severity == "warning"]


@pytest.mark.parametrize(
    "values",
    [
        ["pn-1", "pn-2", "pn-3", "pn-10"],
        ["737-7BD", "737-7BX", "737-76N"],
        ["AL", "AK", "AZ"],
        ["1.0.1", "1.1.1", "1.2.3"],
    ],
)
def test_codes_that_differ_in_a_digit_or_letter_are_other_values(look, rng, values):
    weights = [0.9] + [0.1 / (len(values) - 1)] * (len(values) - 1)
    assert "typo" not in look.kinds({"code": rng.choice(values, 800, p=weights)})


def test_a_spelling_that_recurs_is_a_value_of_its_own(look):
    assert "typo" not in look.kinds({"name": ["Smith"] * 300 + ["Smyth"] * 30 + ["Garcia"] * 200})


def test_values_that_another_column_explains_are_a_kind_of_their_own(look):
    codes = [f"al-{i % 12}" for i in range(240)] + [f"ak-{i % 12}" for i in range(12)]
    states = ["Alabama"] * 240 + ["Alaska"] * 12
    assert "typo" not in look.kinds({"code": codes, "state": states})
