import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.stats import Design, Guess, Rows, measure

KINDS = ["proportion", "precision", "recall", "f1", "macro_f1", "auc", "mean", "loss", "rmse"]


def rows_of(n=400, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.4
    found = np.where(rng.random(n) < 0.8, truth, ~truth)
    return Rows(values=(truth == found) * 1.0, truth=truth, predicted=found, score=rng.standard_normal(n) + truth)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_takes_clusters_weights_and_strata(kind):
    rows = rows_of()
    rng = np.random.default_rng(1)
    plain = measure(kind, rows)
    assert plain.lower < plain.estimate < plain.upper
    for design in (
        Design(clusters=np.arange(400) // 4 + 10**12),
        Design(weights=rng.uniform(0.5, 2, 400)),
        Design(strata=np.arange(400) % 3, shares=np.array([0.3, 0.3, 0.4])),
        Design(clusters=np.arange(400) // 4, weights=rng.uniform(0.5, 2, 400)),
    ):
        found = measure(kind, rows, design)
        assert not found.reason
        assert found.lower < found.estimate < found.upper
        assert abs(found.estimate - plain.estimate) < 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_the_rows_does_not_matter(kind):
    rows = rows_of()
    turn = np.random.default_rng(2).permutation(400)
    moved = Rows(rows.values[turn], rows.truth[turn], rows.predicted[turn], rows.score[turn])
    one, other = measure(kind, rows), measure(kind, moved)
    assert (other.lower, other.upper) == pytest.approx((one.lower, one.upper))


@pytest.mark.parametrize("kind", KINDS)
def test_a_smaller_alpha_is_never_narrower_and_zero_shows_nothing(kind):
    rows = rows_of()
    wide, usual, nothing = (measure(kind, rows, alpha=a) for a in (0.005, 0.05, 0.0))
    assert wide.lower <= usual.lower
    assert wide.upper >= usual.upper
    assert nothing.lower == 0.0
    assert nothing.upper in {1.0, np.inf}


def test_clusters_of_one_row_are_independent_rows():
    rows = rows_of()
    assert measure("proportion", rows, Design(clusters=np.arange(400))) == measure("proportion", rows)


@settings(deadline=None)
@given(st.integers(30, 200), st.integers(0, 2**32 - 1))
def test_turning_a_wrong_row_right_never_lowers_a_bound(n, seed):
    values = (np.random.default_rng(seed).random(n) < 0.7).astype(float)
    if values.all():
        return
    better = values.copy()
    better[int(np.argmin(values))] = 1.0
    one, other = (measure("proportion", Rows(values=v)) for v in (values, better))
    assert other.lower >= one.lower
    assert other.upper >= one.upper


def test_what_cannot_be_measured_is_refused_with_its_name():
    with pytest.raises(ValueError, match="`values`, which is missing"):
        measure("proportion", Rows())
    with pytest.raises(ValueError, match="`score` holds NaN"):
        measure("auc", Rows(truth=np.array([True, False]), score=np.array([np.nan, 1])))
    with pytest.raises(ValueError, match="zeros and ones"):
        measure("proportion", Rows(values=np.array([0.5])))
    with pytest.raises(ValueError, match="different lengths"):
        measure("proportion", Rows(values=np.ones(3)), Design(weights=np.ones(4)))


def test_an_empty_pool_is_no_help_and_no_harm():
    rows = rows_of()
    assert measure("proportion", rows, guess=Guess(np.ones(400), np.empty(0))) == measure("proportion", rows)


def test_no_rows_show_nothing():
    empty = Rows(*[np.empty(0)] * 4)
    for kind in KINDS:
        assert measure(kind, empty).reason
