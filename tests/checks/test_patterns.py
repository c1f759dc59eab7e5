from __future__ import annotations


def test_letters_in_a_column_of_numbers(look, rows_of):
    zips = [str(35000 + i % 30) for i in range(200)]
    zips[3], zips[50], zips[51] = "3x003", "350x0", "xx021"
    assert rows_of(look.only({"zip": zips}, "mixed_types"), "zip") == [3, 50, 51]


def test_text_of_several_kinds_is_no_minority(look, rng):
    streets = [f"{i} Main St" if i % 3 else f"PO Box {i}" for i in range(1, 301)]
    assert not look.kinds({"place": streets}) & {"mixed_types", "minority_format"}


def test_a_strict_code_with_a_few_cells_of_another_shape(look, rows_of):
    values = [f"AB-{1000 + i}" for i in range(200)]
    values[9] = values[10] = values[11] = "AB 1009/2"
    assert rows_of(look.only({"code": values}, "minority_format"), "code") == [9, 10, 11]


def test_phone_numbers_in_several_ways(look, rows_of, rng):
    values = [
        f"{a}-{b}-{c}"
        for a, b, c in zip(
            rng.integers(200, 999, 90), rng.integers(200, 999, 90), rng.integers(1000, 9999, 90), strict=True
        )
    ]
    for i in range(30):
        values[i] = values[i].replace("-", ".")
    assert rows_of(look.only({"phone": values}, "minority_format"), "phone") == list(range(30))


def test_a_lost_leading_zero_needs_codes_that_begin_with_zero(look, rows_of, rng):
    codes = [f"{x:05d}" for x in rng.integers(1000, 99_999, 300)]
    zeros = [i for i, c in enumerate(codes) if c.startswith("0")]
    lost = zeros[:3]
    for i in lost:
        codes[i] = codes[i].lstrip("0")
    assert rows_of(look.only({"zip": codes}, "leading_zeros"), "zip") == lost
    assert "leading_zeros" not in look.kinds({"count": rng.integers(1, 99_999, 300)})


def test_stray_marks_on_values_that_stand_without_them_too(look, rows_of):
    cities = ["AMHERST", "BOSTON", "SALEM", "QUINCY"] * 50
    cities[4], cities[9], cities[13] = "AMHERST-*", "BOSTON*", "BOSTON-*"
    assert rows_of(look.only({"city": cities}, "stray_marks"), "city") == [4, 9, 13]


def test_a_question_mark_ends_a_sentence_and_is_no_stray_mark(look):
    texts = ["Why now", "Why now?", "Card lost", "Card lost!"] * 30
    assert "stray_marks" not in look.kinds({"subject": texts})


def test_spaces_around_some_values_are_wrong_and_around_all_are_a_fact(look, rows_of):
    some = ["red", "blue"] * 50
    some[8] = some[12] = some[16] = "red "
    found = look.only({"colour": some}, "whitespace")
    assert found.cell_error
    assert rows_of(found, "colour") == [8, 12, 16]
    every = look.only({"colour": [f"{c} " for c in some]}, "whitespace")
    assert (every.severity, every.cells) == ("note", ())


def test_one_category_in_several_spellings(look, rows_of):
    values = ["CHICAGO", "EVANSTON"] * 60
    values[0] = values[2] = values[10] = "Chicago"
    assert rows_of(look.only({"city": values}, "category_spelling"), "city") == [0, 2, 10]


def test_digits_apart_are_other_values_and_no_spelling(look):
    assert "category_spelling" not in look.kinds({"version": ["1.5", "15", "1-5", "v 2.0"] * 30})


def test_check_characters_at_the_end_of_codes_are_no_minority(look, rng):
    codes = [f"{a}-{b}" for a, b in zip(rng.integers(1000, 9999, 200), rng.integers(1000, 9999, 200), strict=True)]
    codes[:6] = [f"{c[:-1]}X" for c in codes[:6]]
    assert "minority_format" not in look.kinds({"issn": codes})
    codes[7] = f"X{codes[7][1:]}"  # the same letter in another place is a slip
    assert "minority_format" in look.kinds({"issn": codes})


def test_codes_without_their_mark_or_their_zero_are_spellings_of_the_usual_code(look, rows_of):
    codes = ["I21.4", "K35.8", "G40.2", "I48.0"] * 40
    codes[3], codes[8] = "I480", "I214"
    assert rows_of(look.only({"code": codes}, "category_spelling"), "code") == [3, 8]
    meters = ["M-0107", "M-0114", "M-0121"] * 40
    meters[5], meters[6] = "M-121", "M-107"
    assert rows_of(look.only({"meter": meters}, "category_spelling"), "meter") == [5, 6]


def test_codes_of_two_usual_shapes_are_no_spellings(look):
    codes = ["A1-2", "A12", "B3-4", "B34"] * 40
    assert "category_spelling" not in look.kinds({"code": codes})


def test_a_rare_category_of_another_shape_is_no_minority(look, rng):
    grades = rng.choice(["VS1", "VS2", "SI1", "SI2", "IF"], 1000, p=[0.3, 0.3, 0.2, 0.17, 0.03])
    assert "minority_format" not in look.kinds({"clarity": grades.tolist()})


def test_a_tab_behind_a_value_is_one_finding(look, rows_of):
    values = ["KES-A1", "KES-B2", "NOR-C3"] * 40
    values[4] += "\t"
    values[7] += " "
    values[9] += "\t"
    found = look({"sku": values}).findings
    assert {f.kind for f in found} == {"whitespace"}
    assert rows_of(found[0], "sku") == [4, 7, 9]


def test_phone_numbers_of_another_country_are_no_other_way_to_write_one(look, rng):
    phones = [
        f"+49 {a} {b}" for a, b in zip(rng.integers(100, 999, 200), rng.integers(100000, 999999, 200), strict=True)
    ]
    phones[:16] = [p.replace("+49", "+353") for p in phones[:16]]
    assert "minority_format" not in look.kinds({"phone": phones})


def test_yes_and_no_in_other_words_are_spellings_of_one_answer(look, rows_of):
    answers = ["yes", "no", "no"] * 60
    answers[0], answers[1], answers[3] = "Y", "N", "true"
    assert rows_of(look.only({"member": answers}, "category_spelling"), "member") == [0, 1, 3]
    assert "category_spelling" not in look.kinds({"grade": ["y", "n", "t", "f", "z"] * 40})
