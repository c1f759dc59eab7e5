import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.stats.agreement import ceiling, error_from_agreement, too_noisy


@given(st.floats(0, 0.45), st.integers(2, 20))
def test_the_error_behind_an_agreement_is_found_again(error, k):
    agreement = (1 - error) ** 2 + error**2 / (k - 1)
    assert error_from_agreement(agreement, k) == pytest.approx(error, abs=1e-6)


def test_agreement_at_chance_is_guessing():
    assert error_from_agreement(0.5) == 0.5
    assert error_from_agreement(0.2, 4) == pytest.approx(0.75)


def test_the_ceiling_is_what_a_perfect_model_would_score():
    assert ceiling(0.05) == 0.95


def test_a_distance_within_twice_the_error_is_not_enough_either_way():
    assert too_noisy(0.05, 0.8, 0.72)
    assert too_noisy(0.05, 0.64, 0.72)
    assert not too_noisy(0.03, 0.8, 0.72)


def test_impossible_agreement_is_refused():
    with pytest.raises(ValueError, match="agreement is a share"):
        error_from_agreement(1.1)
