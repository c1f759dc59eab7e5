import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.stats import Interval, decide

BASE = Interval(0.8, 0.75, 0.85, 0.95, 200, 200.0, "exact binomial")


@pytest.mark.parametrize(
    ("bar", "higher", "lower"),
    [
        (0.74, "pass", "fail"),
        (0.75, "pass", "not-enough-evidence"),
        (0.8, "not-enough-evidence", "not-enough-evidence"),
        (0.85, "not-enough-evidence", "pass"),
        (0.86, "fail", "pass"),
    ],
)
def test_the_whole_interval_must_lie_on_one_side_of_the_bar(bar, higher, lower):
    assert decide(BASE, bar) == higher
    assert decide(BASE, bar, higher_is_better=False) == lower


@given(st.floats(0, 1), st.booleans())
def test_what_shows_nothing_or_is_not_validated_never_decides(bar, higher):
    for interval in (replace(BASE, validated=False), replace(BASE, reason="no rows"), replace(BASE, lower=math.nan)):
        assert decide(interval, bar, higher_is_better=higher) == "not-enough-evidence"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-1, 2))
def test_never_both_ways(a, b, bar):
    interval = replace(BASE, lower=min(a, b), upper=max(a, b))
    mirrored = replace(BASE, lower=-max(a, b), upper=-min(a, b))
    assert decide(interval, bar) == decide(mirrored, -bar, higher_is_better=False) or bar in {a, b}
