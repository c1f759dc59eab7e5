from __future__ import annotations

import numpy as np
from quality_tables import WORDS


def _texts(rng, n):
    return [" ".join(rng.choice(WORDS, 9)) for _ in range(n)]


def test_copied_rows_are_counted(look, rng):
    texts = _texts(rng, 200)
    columns = {"text": texts + texts[:20], "price": [*range(200), *range(20)]}
    found = look.only(columns, "exact_duplicates")
    assert found.rows == 20
    assert found.severity == "warning"


def test_rows_of_few_valued_columns_repeat_by_chance(look, rng):
    assert "exact_duplicates" not in look.kinds({k: rng.choice(["a", "b", "c"], 300) for k in "xyz"})


def test_an_id_that_comes_twice(look, rows_of):
    found = look.only({"id": [*range(99), 7], "x": np.arange(100)}, "duplicate_id", ids=("id",))
    assert rows_of(found, "id") == [99]


def test_an_id_of_two_columns_is_judged_as_one(look):
    columns = {"item": [1, 1, 2, 2], "grader": ["a", "b", "a", "b"]}
    assert "duplicate_id" not in look.kinds(columns, ids=("item", "grader"))
    assert "duplicate_id" in look.kinds(columns, ids=("item",))


def test_texts_that_differ_in_case_and_marks_only(look, rng):
    texts = _texts(rng, 100)
    found = look.only({"text": [*texts, texts[0].upper() + "!", texts[1] + " ..."]}, "near_duplicates")
    assert found.rows == 2


def test_equal_texts_with_different_labels(look, rng):
    texts = _texts(rng, 100)
    labels = ["yes", "no"] * 50
    columns = {"text": [*texts, texts[0], texts[1]], "label": [*labels, "no", labels[1]]}
    found = look.only(columns, "conflicting_duplicates", label="label", text=("text",))
    assert found.rows == 2  # both rows of the one text with two labels
