"""The exact ranking: equal to counting every conjunction by hand."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.evidence.slices.sliceline import top_slices


def by_hand(codes, loss, k, alpha, support, depth):
    n, mean, least, found = len(loss), loss.mean(), max(1, int(support * len(loss))), []
    for size in range(1, depth + 1):
        for combo in combinations(range(len(codes)), size):
            for cell in product(*(range(int(codes[i].max()) + 1) for i in combo)):
                inside = np.logical_and.reduce([codes[i] == v for i, v in zip(combo, cell, strict=True)])
                rows = int(inside.sum())
                if rows >= least:
                    score = round(alpha * (loss[inside].mean() / mean - 1) - (1 - alpha) * (n / rows - 1), 12)
                    if score > 0:
                        found.append((score, combo, cell, rows))
    found.sort(key=lambda f: (-f[0], f[1], f[2]))
    return [f for f in found if f[0] >= found[min(k, len(found)) - 1][0]]


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    k=st.integers(1, 12),
    alpha=st.sampled_from([0.6, 0.9, 0.95, 1.0]),
    support=st.sampled_from([0.0, 0.01, 0.05]),
    depth=st.integers(1, 4),
    real=st.booleans(),
)
def test_the_best_slices_are_those_found_by_counting_everything(seed, k, alpha, support, depth, real):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 300))
    codes = [rng.integers(0, c, n).astype(np.uint8) for c in rng.integers(1, 5, 4)]
    rate = 0.1 + 0.4 * ((codes[0] == 0) & (codes[1] == codes[1].max()))
    loss = rng.exponential(1, n) * rate if real else (rng.random(n) < rate).astype(float)
    found = top_slices(codes, loss, k=k, alpha=alpha, support=support, depth=depth)
    wanted = by_hand(codes, loss, k, alpha, support, depth) if loss.any() else []
    assert [s.score for s in found] == pytest.approx([w[0] for w in wanted])
    assert {(s.columns, s.codes, s.rows) for s in found} == {w[1:] for w in wanted}


def test_no_loss_has_no_slices():
    assert top_slices([np.zeros(10, dtype=np.uint8)], np.zeros(10)) == ()


def test_a_negative_loss_is_refused():
    with pytest.raises(ValueError, match=">= 0"):
        top_slices([np.zeros(2, dtype=np.uint8)], np.array([-1.0, 1.0]))
