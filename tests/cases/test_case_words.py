"""Every question has its words, and every key that they name works."""

from __future__ import annotations

import re

import pytest

from gatebook.cases.questions import Question, QuestionCode, words
from gatebook.project import ReadOptions, TableSpec

KEYS = {*TableSpec.model_fields, *ReadOptions.model_fields, "candidate"}
ABOUT: dict[str, str | int | float] = {
    "column": "took_us",
    "versions": 3,
    "name": "us",
    "key": "ms",
    "guess": "ms",
    "median": "0.4",
    "unit": "ms",
    "other": "s",
    "side": "below",
    "distinct": 40,
    "example": "18.162",
    "truth": "Refund",
    "output": "refund",
    "fields": "label, score",
    "path": "prediction.label",
    "times": "100",
    "size": "smaller",
    "end": "30",
    "long": "s",
}


@pytest.mark.parametrize("code", list(QuestionCode))
@pytest.mark.parametrize("how", ["decimals", "case", "zeros", "marks", "digits", None])
def test_every_question_has_its_words_and_names_keys_that_work(code: QuestionCode, how: str | None) -> None:
    about = ABOUT | ({"how": how, "mine": "10000", "theirs": "10000.0"} if how else {})
    said = words(Question(code, "predictions", ("took_us",), 120, 300, about))
    assert said.title
    assert said.meaning
    assert said.action
    assert "{" not in said.title + said.meaning + said.action.replace('same = { "..." = "..." }', "")
    named = re.findall(r"\b([a-z_]+) = ", said.action)
    assert set(named) <= KEYS, named
    for section in re.findall(r"\[tables\.(\w+)\]", said.action):
        assert section in {"predictions", "labels", "sample"}


@pytest.mark.parametrize("code", list(QuestionCode))
def test_values_are_named_on_the_screen_alone(code: QuestionCode) -> None:
    question = Question(
        code, "labels", ("took_us",), 120, 300, ABOUT | {"how": "case", "mine": "AB-17", "theirs": "ab-17"}
    )
    shown = " ".join(vars(words(question)).values())
    assert not any(value in shown for value in ("AB-17", "ab-17", "Refund", "refund", "18.162"))


def test_the_screen_names_two_ids_that_would_match() -> None:
    about = {"how": "decimals", "mine": "10000", "theirs": "10000.0"}
    assert (
        "10000.0 would match 10000"
        in words(Question(QuestionCode.NO_IDS_JOIN, "labels", rows=3, of=3, about=about), values=True).title
    )


def test_words_need_nothing_but_the_question() -> None:
    for code in (
        QuestionCode.UNSCORED,
        QuestionCode.BLANK_ANSWERS,
        QuestionCode.BLANK_LABELS,
        QuestionCode.SPELLINGS,
        QuestionCode.NEVER_MEET,
        QuestionCode.OBJECTS,
        QuestionCode.NO_IDS_JOIN,
    ):
        assert words(Question(code, "labels", rows=1, of=2)).title
