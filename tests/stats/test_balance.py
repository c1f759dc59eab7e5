"""Labelled rows against the rest: fair draws pass as often as promised, and what favours rows is named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gatebook.stats.balance import ALPHA, Claim, Imbalance, Trait, folded, imbalance, ranks

ROWS = 600


def traits(random: np.random.Generator, number: int = 6) -> tuple[list[Trait], np.ndarray]:
    scores = random.standard_normal((number, ROWS))
    ordered = [Trait(f"c{i}", ranks(row), 1 / number / 2) for i, row in enumerate(scores)]
    return ordered + [Trait(f"b{i}", (row > 1).astype(float), 1 / number / 2) for i, row in enumerate(scores)], scores


def drawn(random: np.random.Generator, chances: np.ndarray) -> Claim:
    labelled = random.random(ROWS) < chances
    return Claim(labelled, None if np.ptp(chances) == 0 else np.where(labelled, 1 / chances, 0.0))


def found(some: list[Trait], claim: Claim) -> Imbalance:
    answer = imbalance(some, claim)
    assert answer is not None
    return answer


@pytest.mark.parametrize("pull", [0.0, 1.0])
def test_fair_draws_are_called_biased_as_seldom_as_promised(pull: float) -> None:
    random = np.random.default_rng(5)
    wrong = 0
    for _ in range(300):
        some, scores = traits(random)
        chances = np.clip(0.2 * np.exp(pull * scores[0]), 0.02, 1.0)
        wrong += found(some, drawn(random, chances)).biased
    assert stats.binomtest(wrong, 300, ALPHA, alternative="greater").pvalue > 0.001


@pytest.mark.parametrize("weights", [None, "all but equal", "of another draw"])
def test_a_draw_of_the_highest_is_named_whatever_weights_say(weights: str | None) -> None:
    random = np.random.default_rng(6)
    some, scores = traits(random)
    labelled = np.zeros(ROWS, dtype=bool)
    labelled[random.choice(np.argsort(-scores[2])[: ROWS // 2], 100, replace=False)] = True
    given = {"all but equal": random.uniform(0.99, 1.01, ROWS), "of another draw": np.exp(0.5 * scores[3])}
    claim = Claim(labelled, None if weights is None else np.where(labelled, given[weights], 0.0))
    answer = found(some, claim)
    assert answer.biased
    assert answer.name in {"c2", "b2"}
    assert answer.lower <= answer.auc <= answer.upper


def test_whole_groups_are_a_fair_draw_of_groups_only() -> None:
    random = np.random.default_rng(7)
    wrong = [0, 0]
    for _ in range(100):
        groups = random.integers(0, 60, ROWS)
        some = [Trait("of the group", ranks(random.standard_normal(60)[groups]), 1.0)]
        labelled = np.isin(groups, random.choice(60, 20, replace=False))
        wrong[0] += found(some, Claim(labelled, clusters=groups)).biased
        wrong[1] += found(some, Claim(labelled)).biased
    assert wrong[0] <= 8
    assert wrong[1] > 40


@given(st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_the_figure_of_an_ordered_trait_is_the_auc(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(0, 9, 50).astype(float)
    labelled = np.zeros(50, dtype=bool)
    labelled[random.choice(50, n, replace=False)] = True
    answer = imbalance([Trait("x", ranks(values), 1.0)], Claim(labelled))
    area = stats.mannwhitneyu(values[labelled], values[~labelled]).statistic / (n * (50 - n))
    assert answer is not None
    assert answer.auc == pytest.approx(max(area, 1 - area))


def test_both_ends_rank_high_once_folded() -> None:
    assert folded(ranks(np.array([1.0, 2, 3, 4, 5]))).tolist() == pytest.approx([0.8, 0.4, 0.1, 0.4, 0.8])


def test_what_nobody_knows_compares_nothing() -> None:
    labelled = np.arange(10) < 5
    nothing = [Trait("x", np.full(10, np.nan), 0.5), Trait("y", np.ones(10), 0.5)]
    assert imbalance(nothing, Claim(labelled)) is None
