"""Every question has its words, and every key that they name works."""

from __future__ import annotations

import re

import pytest

from gatebook.cases.questions import Code, Question
from gatebook.cases.words import words
from gatebook.project import ReadOptions, TableSpec

KEYS = {*TableSpec.model_fields, *ReadOptions.model_fields, "candidate"}
ABOUT: dict[str, str | int | float] = {
    "column": "took_us", "versions": 3, "name": "us", "key": "ms", "guess": "ms", "median": "0.4", "unit": "ms", "other": "s",
    "side": "below", "distinct": 40, "example": "18.162", "truth": "Refund", "output": "refund", "fields": "label, score",
    "path": "prediction.label",
}  # fmt: skip


@pytest.mark.parametrize("code", list(Code))
@pytest.mark.parametrize("how", ["decimals", "case", "zeros", "marks", "digits", None])
def test_every_question_has_its_words_and_names_keys_that_work(code: Code, how: str | None) -> None:
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


def test_words_need_nothing_but_the_question() -> None:
    for code in (
        Code.UNSCORED,
        Code.BLANK_ANSWERS,
        Code.BLANK_LABELS,
        Code.SPELLINGS,
        Code.NEVER_MEET,
        Code.OBJECTS,
        Code.NO_IDS_JOIN,
    ):
        assert words(Question(code, "labels", rows=1, of=2)).title
