from __future__ import annotations

import numpy as np
from quality_tables import WORDS

from gatebook.checks import Found


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


def _survey(rng, n, spread):
    """Ten answers of 1 to 5 that follow one mood, and a label of three classes."""
    mood = rng.normal(0, spread, n)
    answers = {f"q{i}": np.clip(np.round(3 + mood + rng.normal(0, 0.7, n)), 1, 5).astype(int) for i in range(10)}
    return answers | {"label": np.digitize(mood, [-0.5, 0.5])}


def test_answers_of_a_survey_that_agree_by_chance_are_no_copies(look, rng):
    seen = 0
    for spread in (0.5, 1.0, 1.5, 2.0):
        for _ in range(3):
            found = [f for f in look(_survey(rng, 200, spread)).findings if f.kind == "exact_duplicates"]
            seen += len(found)
            assert all(f.severity == "note" and f.code == Found.COPIES_OR_CHANCE for f in found)
    assert seen


def test_copied_answers_of_a_survey_are_told_from_chance(look, rng):
    columns = {k: [*v, *v[:12]] for k, v in _survey(rng, 200, 0.0).items()}
    columns |= {f"r{i}": [*v, *v[:12]] for i, v in enumerate(rng.integers(1, 6, (4, 200)))}
    found = look.only(columns, "exact_duplicates")
    assert (found.rows, found.severity) == (12, "warning")


def test_short_requests_of_few_words_repeat_by_chance(look, rng):
    texts = [" ".join(rng.choice(["please", "cancel", "order", "today"], 4)) for _ in range(400)]
    texts = [t.upper() if rng.random() < 0.5 else t for t in texts]
    assert "near_duplicates" not in look.kinds({"text": texts}, text=("text",))


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


def test_a_text_that_does_not_decide_the_label_is_a_note(look, rng):
    notes = rng.choice(["No complications seen", "Diet advice was given", "Wound check on day five"], 600)
    columns = {"note": notes.tolist(), "back": rng.choice(["yes", "no"], 600).tolist()}
    found = look.only(columns, "conflicting_duplicates", label="back", text=("note",))
    assert found.severity == "note"


def test_a_few_conflicts_among_texts_that_decide_the_label_are_a_warning(look, rng):
    kinds = {"My card was stolen": "card", "I cannot log in": "login", "Where is my parcel": "parcel"}
    notes = rng.choice(list(kinds), 600).tolist()
    labels = [kinds[n] for n in notes]
    labels[5], labels[50] = "other", "other"
    found = look.only({"note": notes, "why": labels}, "conflicting_duplicates", label="why", text=("note",))
    assert found.severity == "warning"
