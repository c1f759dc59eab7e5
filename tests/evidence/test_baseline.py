"""Baselines: a model is worth what it adds to the obvious, to a simple model, and within groups."""

import numpy as np
import pandas as pd

from gatebook.evidence.compare import Learnable, group_rankings, simplest


def tickets(seed, n=600):
    rng = np.random.default_rng(seed)
    topic = rng.choice(["refund", "card", "login"], n, p=[0.5, 0.3, 0.2])
    said = {"refund": "money back please", "card": "my card is lost", "login": "cannot sign in"}
    noise = [f"word{i}" for i in range(50)]
    text = [f"{said[t]} {' '.join(rng.choice(noise, 5))}" for t in topic]
    frame = pd.DataFrame({"question": text, "channel": rng.choice(["a", "b"], n)}, dtype="str")
    return rng, frame, pd.Series(topic, dtype="str")


def test_the_simplest_model_learns_text_it_has_not_seen():
    _, frame, topic = tickets(2)
    crossed = simplest(Learnable(frame, text=("question",)), topic, "classification")
    assert (crossed.predictions == topic).mean() > 0.95
    assert "question" in crossed.columns
    taught = Learnable(frame[100:], text=("question",), curated=(frame[:100], topic[:100]))
    trained = simplest(taught, topic[100:], "classification")
    assert (trained.predictions == topic[100:]).mean() > 0.95


def test_the_simplest_model_cannot_learn_noise():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({f"x{i}": rng.normal(size=500) for i in range(10)})
    truth = pd.Series(rng.choice(["yes", "no"], 500), dtype="str")
    predictions = simplest(Learnable(frame), truth, "classification").predictions
    assert abs((predictions == truth).mean() - 0.5) < 0.1


def test_whole_clusters_are_held_out():
    rng = np.random.default_rng(4)
    cluster = np.repeat(np.arange(60), 10)
    label = rng.choice(["yes", "no"], 60)[cluster]  # each customer has one answer, and gives itself away by name
    frame = pd.DataFrame({"customer": np.char.add("c", cluster.astype(str))}, dtype="str")
    apart = simplest(Learnable(frame), label, "classification").predictions
    held = simplest(Learnable(frame, clusters=cluster), label, "classification").predictions
    assert (apart == label).mean() > 0.9
    assert (held == label).mean() < 0.7


def test_numbers_are_predicted_from_numbers():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"size": rng.uniform(0, 100, 400).round(1).astype(str)}, dtype="str")
    truth = 3 * frame["size"].astype(float).to_numpy() + rng.normal(0, 5, 400)
    simple = simplest(Learnable(frame), truth, "regression")
    assert 3 < np.abs(simple.predictions - truth).mean() < 10


def graded(seed, within):
    rng = np.random.default_rng(seed)
    n = 3_000
    inspector = rng.integers(0, 6, n)
    rate = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.6])[inspector]
    truth = rng.random(n) < rate
    score = rate + within * truth + rng.normal(0, 0.1, n)
    return (
        truth,
        score,
        pd.DataFrame({"inspector": inspector.astype(str), "other": rng.integers(0, 5, n).astype(str)}, dtype="str"),
    )


def test_a_score_that_ranks_only_between_groups_is_shown_as_such():
    (found,) = group_rankings(*graded(8, within=0.0))
    assert found.column == "inspector"
    assert found.within.lower < 0.5 < found.within.upper < 0.6
    assert found.overall.estimate > 0.7
    assert found.between > 0.7
    assert len(found.groups) == 6


def test_a_score_that_ranks_within_groups_is_not_accused_by_an_unrelated_column():
    assert all(g.column != "other" for seed in range(10) for g in group_rankings(*graded([9, seed], within=0.15)))
