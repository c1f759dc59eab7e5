import numpy as np
import pytest

from gatebook.stats.agreement import krippendorff_alpha

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


def test_the_same_seed_gives_the_same_bounds():
    codes = np.arange(60.0) % 3
    pairs = np.column_stack([codes, np.where(np.arange(60) % 7 == 0, 0, codes)])
    assert krippendorff_alpha(pairs) == krippendorff_alpha(pairs)


def test_perfect_and_chance_agreement_are_one_and_about_zero():
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 2, 400).astype(float)
    assert krippendorff_alpha(np.column_stack([codes, codes])).estimate == 1.0
    chance = krippendorff_alpha(np.column_stack([codes, rng.integers(0, 2, 400)]))
    assert chance.lower < 0 < chance.upper


def test_few_items_or_one_category_show_nothing():
    few = np.arange(10.0)
    assert "at least 20" in krippendorff_alpha(np.column_stack([few, few])).reason
    assert "one category" in krippendorff_alpha(np.zeros((40, 2))).reason
    assert krippendorff_alpha(np.full((30, 2), NAN)).reason
