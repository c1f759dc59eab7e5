import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.stats.design import Design, design_effect, n_effective, ratio


def robust_error(values, clusters):
    return ratio(values, np.ones(len(values)), Design(clusters=clusters)).se


def grouped(groups=50, size=4, correlation=0.4, seed=0):
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(groups), size)
    noise = np.sqrt(1 - correlation) * rng.standard_normal(groups * size)
    return np.sqrt(correlation) * rng.standard_normal(groups)[code] + noise, code


def test_a_known_correlation_is_found():
    values, code = grouped(groups=2000)
    found = design_effect(values, code)
    assert found.icc == pytest.approx(0.4, abs=0.05)
    assert found.value == pytest.approx(1 + 3 * 0.4, abs=0.15)
    assert 1.5 < found.lower < found.value


def test_icc_equals_the_analysis_of_variance_of_a_published_example():
    # Shrout & Fleiss (1979), six targets rated by four judges: ICC(1,1) = .17
    ratings = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
    )
    assert design_effect(ratings.ravel(), np.repeat(np.arange(6), 4)).icc == pytest.approx(0.17, abs=5e-3)


def test_independent_rows_are_seldom_called_clustered():
    flagged = [design_effect(*grouped(correlation=0.0, seed=s)).lower > 1.1 for s in range(400)]
    assert np.mean(flagged) < 0.05


def test_copies_have_the_design_effect_of_their_number():
    values, code = grouped(size=1)
    found = design_effect(np.repeat(values, 4), np.repeat(code, 4))
    assert (found.value, found.lower) == (4.0, 4.0)
    assert n_effective(np.repeat(values, 4), np.repeat(code, 4)) == pytest.approx(50, rel=0.05)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_names_of_clusters_do_not_matter(seed):
    values, code = grouped(seed=seed % 1000)
    names = np.random.default_rng(seed).permutation(50)[code]
    assert design_effect(values, names).value == pytest.approx(design_effect(values, code).value)
    assert robust_error(values, names) == pytest.approx(robust_error(values, code))


def test_nothing_to_compare_is_a_design_effect_of_one():
    assert design_effect(np.ones(10), np.arange(10) // 2).value == 1.0
    assert design_effect(np.arange(10.0), np.arange(10)).value == 1.0
    assert design_effect(np.arange(10.0), np.zeros(10, dtype=int)).value == 1.0
