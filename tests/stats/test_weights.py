import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.stats.design import collapse, inverse_probability, kish_n, population_shares


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


def test_shares_are_those_of_the_sample():
    assert population_shares(np.array([0, 0, 1, 3]), 4).tolist() == [0.5, 0.25, 0, 0.25]


@given(st.lists(st.integers(0, 9), min_size=5, max_size=100))
def test_after_merging_every_stratum_has_labels_and_no_share_is_lost(codes):
    strata, shares = collapse(np.array(codes), np.full(10, 0.1))
    assert shares.sum() == pytest.approx(1.0)
    assert np.bincount(strata, minlength=len(shares)).min() >= 5
    assert len(np.bincount(strata, minlength=len(shares))) == len(shares)


def test_a_stratum_without_a_label_joins_its_neighbour():
    strata, shares = collapse(np.array([0] * 5 + [2] * 5), np.array([0.2, 0.3, 0.5]))
    assert shares == pytest.approx([0.2, 0.8])
    assert strata.tolist() == [0] * 5 + [1] * 5
