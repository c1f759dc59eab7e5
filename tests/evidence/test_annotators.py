"""Graders who agree with nobody are named, hard items are held against no one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gatebook.evidence.annotators import judge_annotators


def gradings(seed: int, *, guesser: str = "", constant: str = "", items: int = 250) -> pd.DataFrame:
    """Twenty graders, five on each item; items differ in how hard they are."""
    rng = np.random.default_rng(seed)
    rows = []
    for item, ease in enumerate(rng.beta(6, 1.2, items)):
        truth = int(rng.integers(0, 2))
        for number in rng.choice(20, 5, replace=False):
            name = f"grader-{number}"
            answer = truth if rng.random() < ease else 1 - truth
            if name == guesser:
                answer = int(rng.integers(0, 2))
            if name == constant:
                answer = 1
            rows.append((item, name, str(answer)))
    return pd.DataFrame(rows, columns=["key", "annotator", "value"])


def test_honest_graders_are_not_named() -> None:
    assert sum(any(a.suspicious for a in judge_annotators(gradings(seed))) for seed in range(20)) <= 2


def test_a_grader_who_guesses_is_named_and_nobody_else() -> None:
    found = judge_annotators(gradings(1, guesser="grader-3"))
    assert [a.name for a in found if a.suspicious] == ["grader-3"]
    assert found[0].upper < 0


def test_a_grader_with_one_answer_to_everything_is_named_as_such() -> None:
    found = judge_annotators(gradings(2, constant="grader-7"))
    assert [(a.name, a.one_answer) for a in found if a.suspicious] == [("grader-7", True)]


def test_agreement_is_the_share_of_agreeing_pairs() -> None:
    rows = [(i, g, "a" if (g != "x" or i % 2) else "b") for i in range(10) for g in ("x", "y", "z")]
    found = {a.name: a for a in judge_annotators(pd.DataFrame(rows, columns=["key", "annotator", "value"]))}
    assert found["x"].agreement == 0.5
    assert found["x"].usual == 1.0
    assert found["y"].agreement == 0.75


def test_two_graders_alone_are_not_judged() -> None:
    rows = [(i, g, "a") for i in range(30) for g in ("x", "y")]
    assert judge_annotators(pd.DataFrame(rows, columns=["key", "annotator", "value"])) == ()
