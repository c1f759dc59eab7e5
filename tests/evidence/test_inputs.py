"""Derived columns of the searched inputs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gatebook.evidence.inputs import ANSWER, searched_inputs
from gatebook.slices.predicate import DISTANCE, UNKNOWN

SAMPLE = pd.DataFrame(
    {"text": ["where is my card", "zebra xylophone", None, "my card is lost"], "channel": list("abab")}
)
CURATED = pd.DataFrame({"text": ["where is my card", "my card is lost"]})


def test_a_text_unlike_the_curated_ones_is_far_and_unknown() -> None:
    found = searched_inputs(SAMPLE, np.arange(4), text=("text",), curated=CURATED).frame
    assert found[DISTANCE][0] < 0.01
    assert found[DISTANCE][1] > 0.8
    assert np.isnan(found[DISTANCE][2])
    assert list(found[UNKNOWN][[0, 1, 3]]) == [0, 2, 0]


def test_rows_follow_the_positions() -> None:
    found = searched_inputs(SAMPLE, np.array([3, 0]), text=("text",), curated=CURATED)
    assert list(found.frame["text"]) == ["my card is lost", "where is my card"]
    assert found.derived == (DISTANCE, UNKNOWN)


def test_two_answers_are_no_type_of_input_but_three_are() -> None:
    two, three = (np.array(a, dtype=object) for a in (["x", "y", "x", "y"], ["x", "y", "z", "x"]))
    assert ANSWER not in searched_inputs(SAMPLE, np.arange(4), answers=two).frame
    assert list(searched_inputs(SAMPLE, np.arange(4), answers=three).frame[ANSWER]) == list(three)


def test_without_curated_texts_nothing_is_compared() -> None:
    assert searched_inputs(SAMPLE, np.arange(4), text=("text",)).derived == ()
