"""Labels that are likely wrong, and none where a model is merely unsure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gatebook.evidence.compare import Learnable
from gatebook.evidence.label_errors import lapse_share, likely_wrong, suspicion


def numbers(
    seed: int, wrong: float, apart: float, rows: int = 800, classes: int = 3
) -> tuple[pd.DataFrame, list[str], np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, rows)
    values = rng.standard_normal((classes, 5))[truth] * apart + rng.standard_normal((rows, 5))
    flipped = rng.random(rows) < wrong
    given = np.where(flipped, (truth + rng.integers(1, classes, rows)) % classes, truth)
    frame = pd.DataFrame(values.round(4), columns=list("abcde")).astype("str")
    return frame, [f"class {g}" for g in given], flipped


def texts(seed: int, wrong: float) -> tuple[pd.DataFrame, list[str], np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, 600)
    rows = [
        " ".join(
            [*(f"topic{t}word{w}" for w in rng.integers(0, 30, 6)), *(f"common{w}" for w in rng.integers(0, 200, 10))]
        )
        for t in truth
    ]
    flipped = rng.random(600) < wrong
    given = np.where(flipped, (truth + rng.integers(1, 4, 600)) % 4, truth)
    return pd.DataFrame({"question": rows}), [f"class {g}" for g in given], flipped


@pytest.mark.parametrize("apart", [0.4, 1.0, 3.0])
def test_clean_labels_are_left_alone_however_hard_the_task(apart: float) -> None:
    for seed in range(4):
        frame, labels, _ = numbers(seed, 0.0, apart)
        found = likely_wrong(Learnable(frame), labels)
        assert found is not None
        assert len(found.positions) == 0


def test_extreme_values_do_not_make_clean_labels_look_wrong() -> None:
    alarms = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, 3, 700)
        values = rng.standard_normal((3, 5))[truth] * 1.5 + rng.standard_t(1.5 + seed % 3, (700, 5))
        found = likely_wrong(
            Learnable(pd.DataFrame(values.round(3), columns=list("abcde")).astype("str")), [f"c{t}" for t in truth]
        )
        assert found is not None
        alarms += len(found.positions) > 0
    assert alarms <= 1


def test_flipped_labels_are_found_and_their_share_is_told() -> None:
    frame, labels, flipped = numbers(5, 0.06, 2.5)
    found = likely_wrong(Learnable(frame), labels)
    assert found is not None
    assert found.lapse.lower <= flipped.mean() <= found.lapse.upper
    assert flipped[found.positions].mean() >= 0.8
    assert flipped[found.positions].sum() >= 0.6 * flipped.sum()


def test_flipped_labels_of_texts_are_found() -> None:
    frame, labels, flipped = texts(1, 0.05)
    found = likely_wrong(Learnable(frame, text=["question"]), labels)
    assert found is not None
    assert flipped[found.positions].mean() >= 0.8
    assert flipped[found.positions].sum() >= 0.6 * flipped.sum()


def test_labels_that_the_inputs_hardly_tell_are_left_alone() -> None:
    rng = np.random.default_rng(2)
    asked = rng.integers(0, 150, 900)
    templates = [" ".join(f"w{w}" for w in rng.integers(0, 400, 14)) for _ in range(150)]
    given = np.where(rng.random(900) < 0.3, rng.integers(0, 3, 150)[asked], rng.integers(0, 3, 900))
    frame = pd.DataFrame({"question": [templates[a] for a in asked]})
    found = likely_wrong(Learnable(frame, text=["question"]), [f"k{g}" for g in given])
    assert found is not None
    assert not found.able
    assert len(found.positions) == 0


def answers(seed: int, truth: np.ndarray, right: float) -> tuple[list[str], np.ndarray]:
    """A model that knows when it is wrong: its answers and its confidence."""
    rng = np.random.default_rng(seed)
    wrong = rng.random(len(truth)) > right
    said = np.where(wrong, (truth + 1) % 3, truth)
    return [f"class {s}" for s in said], np.where(wrong, rng.beta(4, 4, len(truth)), rng.beta(8, 1, len(truth)))


def test_a_good_model_under_test_shows_wrong_labels_that_the_inputs_alone_do_not() -> None:
    frame, labels, flipped = numbers(7, 0.05, 1.3)
    given = np.array([int(label[-1]) for label in labels])
    truth = np.where(flipped, (given + 1) % 3, given)  # as good as the truth: another answer than the label
    said, sure = answers(7, truth, 0.95)
    alone, together = (
        likely_wrong(Learnable(frame), labels),
        likely_wrong(Learnable(frame), labels, said=said, sure=sure),
    )
    assert alone is not None
    assert together is not None
    assert flipped[together.positions].sum() > flipped[alone.positions].sum()
    assert flipped[together.positions].mean() >= 0.8


def test_a_boastful_model_alone_makes_no_label_look_wrong() -> None:
    for seed in range(4):
        frame, labels, _ = numbers(seed, 0.0, 1.0)
        said, _ = answers(seed, np.array([int(label[-1]) for label in labels]), 0.7)
        found = likely_wrong(Learnable(frame), labels, said=said, sure=np.full(len(labels), 0.99))
        assert found is not None
        assert len(found.positions) == 0


def test_labels_that_nobody_looked_at_are_neither_right_nor_wrong() -> None:
    frame, labels, _ = numbers(5, 0.06, 2.5)
    labels[:3] = ["rare"] * 3
    found = likely_wrong(Learnable(frame), labels)
    assert found is not None
    suspects = found.suspects(len(labels))
    assert np.isnan(suspects[:3]).all()
    assert np.nansum(suspects) == len(found.positions)


def test_too_few_labels_and_a_single_answer_say_nothing() -> None:
    frame, labels, _ = numbers(1, 0.0, 1.0, rows=150)
    assert likely_wrong(Learnable(frame), labels) is None
    frame, _, _ = numbers(1, 0.0, 1.0)
    assert likely_wrong(Learnable(frame), ["yes"] * 800) is None


def test_suspicion_is_the_margin_of_the_likeliest_other_class() -> None:
    chances = np.array([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4]])
    assert suspicion(chances, np.array([0, 0])) == pytest.approx([-0.5, 0.4])


def test_a_lapse_is_what_stays_when_the_model_is_sure() -> None:
    rng = np.random.default_rng(3)
    sureness = rng.normal(1.5, 1.5, 4000)
    right = rng.random(4000) < 1 / (1 + np.exp(-sureness))
    assert lapse_share(sureness, right).p > 0.01
    kept = right & (rng.random(4000) >= 0.08)
    found = lapse_share(sureness, kept)
    assert found.p < 0.01
    assert found.lower <= 0.08 <= found.upper
