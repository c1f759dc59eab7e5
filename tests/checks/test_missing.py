from __future__ import annotations

import pytest


def test_columns_empty_in_the_same_rows_are_one_note(look, rows_of):
    a = [str(i) for i in range(50)]
    a[3] = a[9] = ""
    found = look.only({"a": a, "b": a, "c": range(50)}, "missing")
    assert found.columns == ("a", "b")
    assert found.severity == "note"
    assert rows_of(found, "a") == rows_of(found, "b") == [3, 9]
    assert found.lower < found.share == 0.04 < found.upper


def test_a_column_without_any_value_is_a_warning_about_the_column(look):
    found = look.only({"a": [""] * 30, "b": range(30)}, "missing")
    assert found.severity == "warning"
    assert found.cells == ()


@pytest.mark.parametrize("word", ["N/A", "null", "-", "?", "Not Available", "#REF!", " nan "])
def test_a_word_for_nothing_among_numbers_is_wrong_in_its_cells(look, rows_of, word):
    found = look.only(
        {"ibu": [word if i % 4 == 0 else i for i in range(80)], "other": ["", *range(79)]}, "disguised_missing"
    )
    assert found.cell_error
    assert rows_of(found, "ibu") == list(range(0, 80, 4))
    assert found.example_values == ((word, 20),)


def test_a_word_used_for_nothing_throughout_the_table_is_one_cause_and_no_wrong_cell(look):
    score = ["empty" if i % 5 == 0 else f"{i}%" for i in range(100)]
    found = look.only({"line2": ["empty"] * 100, "score": score}, "disguised_missing")
    assert set(found.columns) == {"line2", "score"}
    assert not found.cell_error


def test_none_as_an_answer_is_a_note_and_among_numbers_a_warning(look):
    answer = look.only({"allergy": ["none", "nuts", "milk", "none"] * 20}, "disguised_missing")
    assert (answer.severity, answer.cell_error) == ("note", False)
    number = look.only({"weight": [*range(1, 61), "none", "none", "none"]}, "disguised_missing")
    assert (number.severity, number.cell_error) == ("warning", True)


def test_999_beyond_all_ages_stands_for_missing(look, rows_of, rng):
    age = rng.integers(18, 85, 500)
    age[[4, 40, 400]] = 999
    assert rows_of(look.only({"years": age}, "sentinel"), "years") == [4, 40, 400]


def test_zero_among_years_and_1900_among_birth_dates_stand_for_missing(look, rng):
    year = rng.integers(1950, 2020, 200)
    year[:3] = 0
    born = [f"{y}-05-0{1 + y % 9}" for y in rng.integers(1960, 2000, 200)]
    born[10:14] = ["1900-01-01"] * 4
    found = [f.columns for f in look({"founded": year, "born": born}).findings if f.kind == "sentinel"]
    assert sorted(found) == [("born",), ("founded",)]


def test_numbers_that_reach_999_on_their_own_stand_for_themselves(look, rng):
    assert "sentinel" not in look.kinds({"price": rng.integers(1, 1200, 2000)})


def test_minus_one_among_other_negative_numbers_is_a_number(look, rng):
    assert "sentinel" not in look.kinds({"delta": rng.integers(-5, 50, 500)})
