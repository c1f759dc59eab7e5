from __future__ import annotations

import pytest


def test_utf8_read_as_windows_text_is_found_and_true_accents_are_not(look, rows_of):
    names = ["Müller", "José", "Zoë", "Søren", "Smith", "Nguyễn"] * 20
    for i in (0, 7, 13):
        names[i] = "Jürgen Müller".encode().decode("cp1252")
    assert rows_of(look.only({"name": names}, "damaged_encoding"), "name") == [0, 7, 13]


@pytest.mark.parametrize("value", ["M\ufffdller", "M?ller"])
def test_lost_characters_inside_a_word(look, value):
    assert look.only({"name": ["Schmidt", "Jones"] * 40 + [value] * 3}, "damaged_encoding").rows == 3


def test_questions_and_links_are_no_damage(look):
    texts = ["Really?Yes", "https://a.example/x?y=1", "Is it lost? When will it come"] * 2
    assert "damaged_encoding" not in look.kinds(
        {"text": texts + [f"Where is my order number {i} please" for i in range(60)]}
    )


@pytest.mark.parametrize("value", ["O''Brien", "Smith &amp; Sons", "Z\\u00fcrich"])
def test_escape_marks_left_in_the_text(look, value):
    assert look.only({"name": ["Smith", "O'Brien"] * 40 + [value] * 3}, "escape_marks").rows == 3


def test_page_ranges_that_became_dates(look, rows_of):
    pages = [f"{100 + i}-{108 + i}" for i in range(100)]
    pages[3], pages[4], pages[5] = "22-Mar", "Mar-22", "3-Dec"
    assert rows_of(look.only({"pages": pages}, "spreadsheet_mangling"), "pages") == [3, 4, 5]


def test_long_codes_that_became_floating_point_numbers(look, rows_of):
    codes = [str(9_780_000_000_000 + i * 977) for i in range(100)]
    codes[8] = codes[9] = codes[10] = "9.78E+12"
    assert rows_of(look.only({"isbn": codes}, "spreadsheet_mangling"), "isbn") == [8, 9, 10]


def test_months_and_measurements_in_scientific_notation_are_silent(look, rng):
    columns = {"month": ["Mar-22", "Apr-22"] * 50, "p": [f"{x:.2e}" for x in rng.lognormal(0, 9, 100)]}
    assert "spreadsheet_mangling" not in look.kinds(columns)
