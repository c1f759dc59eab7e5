"""When two spellings are one answer: folded where nothing collides, told apart where something does."""

from __future__ import annotations

import re
from collections.abc import Iterable

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import assume, given, settings

from gatebook.cases.answers import FOLDS, NO, YES, Equality, Stated, blanks, settle

TEN = 10


def equality(truth: Iterable[str], output: Iterable[str], **stated: object) -> Equality:
    return settle(dict.fromkeys(truth, TEN), dict.fromkeys(output, TEN), Stated(**stated))  # type: ignore[arg-type]  # as Stated takes it


def same(found: Equality, one: str, other: str) -> bool:
    return found.answers[one] == found.answers[other]


def open_(found: Equality, one: str, other: str) -> bool:
    left, right = (pd.Series([found.answers[cell]]) for cell in (one, other))
    return bool(found.unsettled(left, right).iloc[0])


@pytest.mark.parametrize(
    ("truth", "output"),
    [
        (["1.0", "0.0"], ["1", "0"]),
        (["3", "2"], ["3.0", "2.0"]),
        (["Refund", "Login"], ["refund", "login"]),
        (["True", "False"], ["1", "0"]),
        (["yes", "no"], ["TRUE", "FALSE"]),
        (["t", "f"], ["true", "false"]),
        (["paid "], ["paid"]),
        (["paid."], ["paid"]),
        (["Café"], ["Cafe\u0301"]),
        (["a\u00a0b"], ["a b"]),
    ],
)
def test_two_ways_to_write_one_answer_are_one(truth: list[str], output: list[str]) -> None:
    found = equality(truth, output)
    assert all(same(found, one, other) for one, other in zip(truth, output, strict=True))
    assert len(set(found.answers.values())) == len(truth)
    assert found.used


@pytest.mark.parametrize("pair", [("m", "M"), ("1.10", "1.1"), ("01", "1"), ("a", "a."), ("x", "x ")])
def test_what_both_columns_tell_apart_stays_two_answers(pair: tuple[str, str]) -> None:
    found = equality(pair, pair)
    assert not same(found, *pair)
    assert not open_(found, *pair)


@pytest.mark.parametrize(
    ("truth", "output", "pair"),
    [
        (["Refund", "Refund "], ["refund"], ("Refund ", "refund")),
        (["M", "m"], ["M"], ("m", "M")),
        (["01", "02"], ["1", "2"], ("01", "1")),
        (["1.10", "2.5"], ["1.1", "2.5"], ("1.10", "1.1")),
    ],
)
def test_what_one_column_tells_apart_is_an_open_question(
    truth: list[str], output: list[str], pair: tuple[str, str]
) -> None:
    found = equality(truth, output)
    assert not same(found, *pair)
    assert open_(found, *pair)


def test_an_exact_answer_counts_only_as_it_is_written() -> None:
    found = equality(["Refund"], ["refund", "Refund "], exact=True)
    assert len(set(found.answers.values())) == 3
    assert not open_(found, "Refund", "refund")


def test_stated_spellings_come_first() -> None:
    found = equality(["billing"], ["Rechnung"], same={"Rechnung": "billing"})
    assert same(found, "billing", "Rechnung")


def test_lists_are_sets_only_where_it_is_said() -> None:
    one, other = '["a", "b"]', "['b', 'a']"
    assert same(equality([one], [other], lists=True), one, other)
    assert not same(equality([one], [other]), one, other)


@pytest.mark.parametrize(("one", "other"), [("a; b", "b; a"), ("a|b", "b|a"), ('["a", "b"]', '["b", "a"]')])
def test_a_list_is_a_set_though_one_column_orders_it_in_several_ways(one: str, other: str) -> None:
    assert same(equality([one], [one, other], lists=True), one, other)
    assert same(equality([one, other], [one, other], lists=True), one, other)


@pytest.mark.parametrize("words", [["yes", "Yes", "YES"], ["1", "True", "1.0"], ["true", "TRUE", "y "]])
def test_truth_values_are_one_though_one_column_mixes_their_spellings(words: list[str]) -> None:
    found = equality([*words, "no"], [words[0], "No"])
    assert len({found.answers[w] for w in words}) == 1
    assert same(found, "no", "No")


def test_letters_that_could_be_classes_of_their_own_are_no_truth_values() -> None:
    assert len(set(equality("tfyn", "tfyn").answers.values())) == 4


@pytest.mark.parametrize("output", ["Q&amp;A", "Q&#38;A"])
def test_a_mark_written_for_the_web_is_that_mark(output: str) -> None:
    assert same(equality(["Q&A", "Other"], [output, "Other"]), "Q&A", output)


@pytest.mark.parametrize(("agree", "two"), [(400, True), (100, False)])
def test_two_spellings_in_both_columns_are_two_answers_only_if_they_go_together(agree: int, two: bool) -> None:
    pairs = {(a, b): agree if a == b else 100 for a in ("Refund", "refund") for b in ("Refund", "refund")}
    found = equality(["Refund", "refund"], ["Refund", "refund"], pairs=pairs)
    assert not same(found, "Refund", "refund")
    assert open_(found, "Refund", "refund") is not two


@pytest.mark.parametrize("word", ["N/A", "null", "-", "None ", "NaN"])
def test_a_word_for_nothing_is_a_blank_answer_unless_a_label_or_the_project_file_uses_it(word: str) -> None:
    assert blanks({"a": 1}, {word: 2, "a": 1}, {}) == {word}
    assert not blanks({"a": 1, word.strip().lower(): 1}, {word: 2}, {})
    assert not blanks({"a": 1}, {word: 2}, {word: "a"})


def test_objects_are_no_answers() -> None:
    assert equality(["a"], ['{"label": "a"}']).objects == {'{"label": "a"}'}


def test_numbers_of_which_one_is_no_truth_value_are_not_read_as_yes_and_no() -> None:
    found = equality(["1", "2"], ["1", "2", "true"])
    assert not same(found, "1", "true")


def test_what_was_folded_at_the_first_look_stays_folded() -> None:
    first = equality(["Refund"], ["refund"])
    later = equality(["Refund", "REFUND"], ["refund"], on_record=first.folds)
    assert same(later, "Refund", "refund")
    assert same(later, "REFUND", "refund")


def test_what_was_no_fold_at_the_first_look_becomes_none_later() -> None:
    first = equality(["m", "M"], ["m", "M"])
    later = equality(["m"], ["M"], on_record=first.folds)
    assert not same(later, "m", "M")
    assert open_(later, "m", "M")


CELLS = st.text(alphabet="aAbB01. é", min_size=1, max_size=4).filter(str.strip)


def truth_values(cells: set[str]) -> bool:
    return {cell.strip().casefold() for cell in cells} <= YES | NO


@settings(max_examples=300, deadline=None)
@given(st.sets(CELLS, min_size=1, max_size=6), st.sets(CELLS, min_size=1, max_size=6))
def test_equality_holds_whatever_the_columns_hold(truth: set[str], output: set[str]) -> None:
    found = equality(truth, output)
    assert set(found.answers) == truth | output
    assert equality(truth, output).answers == found.answers  # the same again
    for side in (truth, output):
        # a column's own two spellings are two answers, but for numbers with and without .0 (a blank beside one may be
        # lost with it: "0 " and "0.0"), and for yes and no
        fold = FOLDS["boolean" if truth_values(truth | output) else "whole"]
        fewest = len({fold(FOLDS["space"](cell)) for cell in side})
        assert fewest <= len({found.answers[cell] for cell in side}) <= len({fold(cell) for cell in side})
    for cell in truth & output:  # what both write alike is never an open question
        assert not open_(found, cell, cell)


@settings(max_examples=200, deadline=None)
@given(st.sets(CELLS, min_size=2, max_size=6))
def test_equal_columns_are_never_folded(cells: set[str]) -> None:
    assume(not truth_values(cells))
    found = equality(cells, cells)
    kept = {cell for cell in cells if not re.fullmatch(r"[+-]?\d+\.0+", cell)}  # those are whole numbers
    assert len({found.answers[cell] for cell in kept}) == len(kept)
