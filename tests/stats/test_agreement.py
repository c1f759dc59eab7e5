import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa, to_table

from gatebook.stats.agreement import cohen_kappa, krippendorff_alpha, observed_agreement

NAN = np.nan
# Krippendorff (2011), Computing Krippendorff's alpha-reliability, section C: 4 observers, 12 units
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.743), ("interval", 0.849)])
def test_alpha_equals_the_published_example(level, value):
    assert krippendorff_alpha(PUBLISHED, level).estimate == pytest.approx(value, abs=5e-4)


def test_kappa_equals_statsmodels():
    rng = np.random.default_rng(0)
    first = rng.integers(0, 3, 120)
    second = np.where(rng.random(120) < 0.7, first, rng.integers(0, 3, 120))
    table = to_table(np.column_stack([first, second]))[0]
    found = cohen_kappa(first, second)
    assert found.estimate == pytest.approx(cohens_kappa(table).kappa, abs=1e-9)
    assert found.lower == pytest.approx(found.estimate - 1.645 * cohens_kappa(table).std_kappa, abs=0.03)


def test_the_same_seed_gives_the_same_bounds():
    codes = np.arange(60) % 3
    other = np.where(np.arange(60) % 7 == 0, 0, codes)
    assert cohen_kappa(codes, other) == cohen_kappa(codes, other)


def test_perfect_and_chance_agreement_are_one_and_about_zero():
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 2, 400)
    assert cohen_kappa(codes, codes).estimate == 1.0
    chance = cohen_kappa(codes, rng.integers(0, 2, 400))
    assert chance.lower < 0 < chance.upper


def test_few_items_or_one_category_show_nothing():
    assert "at least 20" in cohen_kappa(np.arange(10), np.arange(10)).reason
    assert "one category" in cohen_kappa(np.zeros(40, dtype=int), np.zeros(40, dtype=int)).reason
    assert krippendorff_alpha(np.full((30, 2), NAN)).reason


def test_observed_agreement_is_the_share_of_equal_grades():
    assert observed_agreement(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 0])) == 0.75
