"""Categories that name several things: the single things, over all rows that name them."""

import numpy as np
import pytest

from gatebook.slices.features import parts


def cells(*values):
    return np.array(values, dtype=object)


def test_a_part_counts_over_every_value_that_names_it():
    found = parts(cells("book", "book+cancel", "no-write", "Cancel", None))
    assert {k: v.tolist() for k, v in found.items()} == {
        "book": [True, True, False, False, False],
        "cancel": [False, True, False, True, False],
    }


def test_a_part_of_one_value_only_is_left_out():
    assert "send" not in parts(cells("book; send", "book"))


@pytest.mark.parametrize(
    "values",
    [
        ("red", "blue", "green"),
        ("I would like to pay, please now", "Thanks, I would like to pay it"),
        ("a",),
        (None, None),
    ],
)
def test_plain_values_and_sentences_have_no_parts(values):
    assert parts(cells(*values)) == {}
