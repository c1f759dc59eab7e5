from __future__ import annotations

import numpy as np

from gatebook.checks import Found, source


def test_a_feature_that_knows_the_answer(look, rng):
    label = rng.choice(["spam", "ham"], 600)
    columns = {"label": label, "folder": np.where(label == "spam", "junk", "inbox"), "hour": rng.integers(0, 24, 600)}
    found = look.only(columns, "leak", label="label")
    assert found.columns == ("folder", "label")


def test_row_order_that_separates_the_classes(look):
    columns = {"label": ["a"] * 300 + ["b"] * 300, "id": range(600)}
    assert look.only(columns, "leak", label="label", ids=("id",)).code == Found.LEAK_SEPARATES


def test_an_honest_feature_is_no_leak(look, rng):
    label = rng.choice(["a", "b"], 1000)
    good = np.where(rng.random(1000) < 0.9, label, "a")
    assert "leak" not in look.kinds({"label": label, "good": good, "noise": rng.normal(size=1000)}, label="label")


def test_a_rare_class_alone_makes_no_leak(look, rng):
    label = np.where(rng.random(1000) < 0.01, "fraud", "fine")
    assert "leak" not in look.kinds({"label": label, "kind": rng.choice(list("abc"), 1000)}, label="label")


def test_constant_columns_are_one_note(look):
    found = look.only({"a": ["x"] * 40, "b": ["y"] * 40, "c": range(40)}, "constant")
    assert found.columns == ("a", "b")
    assert found.cells == ()


def _labelled(rng, n=600):
    label = rng.choice(["yes", "no"], n, p=[0.3, 0.7])
    amount = rng.integers(100, 999, n).astype(str).astype(object)
    return label, amount


def test_gaps_that_tell_the_label(look, rng):
    label, amount = _labelled(rng)
    amount[(label == "yes") & (rng.random(len(label)) < 0.6)] = ""
    found = look.only({"amount": amount, "churned": label}, "telling_gaps", label="churned")
    assert found.columns == ("amount", "churned")
    assert found.rows == int((amount == "").sum())


def test_gaps_at_random_tell_nothing(look, rng):
    label, amount = _labelled(rng)
    amount[rng.random(len(label)) < 0.3] = ""
    assert "telling_gaps" not in look.kinds({"amount": amount, "churned": label}, label="churned")


def test_a_sampled_table_whose_ids_repeat_is_searched_for_leaks(look, rng, monkeypatch):
    monkeypatch.setattr(source, "SAMPLE", 1_000)
    label = rng.choice(["spam", "ham"], 2_000)
    columns = {"id": np.arange(2_000) // 2 * 2, "label": label, "folder": np.where(label == "spam", "junk", "inbox")}
    found = look.only(columns, "leak", label="label", ids=("id",))
    assert found.columns == ("folder", "label")
    assert found.rows < 1_000
