import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.stats.design import inverse_probability, kish_n


def test_weights_are_one_over_the_chance_of_being_drawn():
    assert inverse_probability(np.array([0.5, 0.1, 1.0])).tolist() == [2, 10, 1]


@pytest.mark.parametrize("bad", [0.0, 1.2, np.nan])
def test_impossible_chances_are_refused(bad):
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        inverse_probability(np.array([0.5, bad]))


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=50))
def test_kish_counts_at_most_the_rows_and_all_of_them_when_weights_are_equal(weights):
    assert kish_n(np.array(weights)) <= len(weights) + 1e-9
    assert kish_n(np.full(len(weights), weights[0])) == pytest.approx(len(weights))
