from __future__ import annotations

import numpy as np


def _bill(rng, n=400):
    net = np.round(rng.lognormal(3, 1, n), 2)
    tax = np.round(net * rng.choice([0.07, 0.19], n), 2)
    return net, tax, np.round(net + tax, 2)


def _text(values):
    return [f"{v:.2f}" for v in values]


def test_rows_that_break_a_sum(look, rows_of, rng):
    net, tax, gross = _bill(rng)
    gross[[7, 70, 300]] += [10, -3, 100]
    found = look.only({"net": _text(net), "tax": _text(tax), "gross": _text(gross)}, "broken_rule")
    assert found.columns == ("net", "tax", "gross")
    assert rows_of(found, "gross") == [7, 70, 300]


def test_rows_that_break_a_product(look, rows_of, rng):
    price, pieces = np.round(rng.lognormal(3, 1, 400), 2), rng.integers(1, 9, 400)
    total = np.round(price * pieces, 2)
    total[[1, 50]] *= 10
    found = look.only(
        {"price": _text(price), "pieces": [str(p) for p in pieces], "total": _text(total)}, "broken_rule"
    )
    assert rows_of(found, "total") == [1, 50]


def test_a_sum_that_always_holds_is_no_finding(look, rng):
    net, tax, gross = _bill(rng)
    assert "broken_rule" not in look.kinds({"net": _text(net), "tax": _text(tax), "gross": _text(gross)})


def test_mostly_zero_columns_give_no_rule(look, rng):
    few = np.where(rng.random(400) < 0.02, rng.integers(1, 4, 400), 0)
    also = np.where(rng.random(400) < 0.02, rng.integers(1, 4, 400), 0)
    third = np.where(rng.random(400) < 0.02, rng.integers(1, 4, 400), 0)
    columns = {"a": list(map(str, few)), "b": list(map(str, also)), "c": list(map(str, third))}
    assert "broken_rule" not in look.kinds(columns)


def test_small_counts_that_agree_by_chance_give_no_rule(look, rng):
    a, b = rng.integers(0, 3, 500), rng.integers(0, 3, 500)
    columns = {"a": list(map(str, a)), "b": list(map(str, b)), "c": list(map(str, rng.integers(0, 5, 500)))}
    assert "broken_rule" not in look.kinds(columns)
