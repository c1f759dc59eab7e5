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
    found = look.only({"price": _text(price), "pieces": [str(p) for p in pieces], "total": _text(total)}, "broken_rule")
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


def test_three_numbers_and_their_total(look, rows_of, rng):
    parts = [np.round(rng.lognormal(3, 1, 400), 2) for _ in range(3)]
    total = np.round(sum(parts), 2)
    total[[5, 60, 61, 200]] += [25, -30, 12, 8]
    columns = {name: _text(v) for name, v in zip("abcd", [*parts, total], strict=True)}
    found = look.only(columns, "broken_rule")
    assert found.columns == ("a", "b", "c", "d")
    assert rows_of(found, "d") == [5, 60, 61, 200]
    assert not found.cell_error


def test_a_total_is_blamed_where_no_count_and_no_price_could_mend_it(look, rows_of, rng):
    price, pieces = np.round(rng.lognormal(3, 1, 400), 2), rng.integers(11, 60, 400)
    total = np.round(price * pieces, 2)
    total[[1, 50, 90, 91]] += [3.01, 5.07, 11.03, 2.11]
    found = look.only({"price": _text(price), "pieces": [str(p) for p in pieces], "total": _text(total)}, "broken_rule")
    assert found.cell_error
    assert [name for _, name in found.cells] == ["total"]
    assert rows_of(found, "total") == [1, 50, 90, 91]


def test_a_number_in_two_broken_rules_is_the_wrong_one(look, rows_of, rng):
    net = np.round(rng.lognormal(4, 1, 400), 2)
    tax, tip = np.round(net * rng.uniform(0.05, 0.2, 400), 2), np.round(rng.uniform(0, 9, 400), 2)
    gross = np.round(net + tax, 2)
    paid = np.round(gross + tip, 2)
    gross[[4, 40, 44]] += 7.5
    columns = {"net": net, "tax": tax, "gross": gross, "tip": tip, "paid": paid}
    found = look({name: _text(v) for name, v in columns.items()}).findings
    wrong = [f for f in found if f.kind == "broken_rule" and f.cell_error]
    assert {name for f in wrong for _, name in f.cells} == {"gross"}
    assert rows_of(wrong[0], "gross") == [4, 40, 44]
    assert not [f for f in found if f.kind == "broken_rule" and not f.cell_error]  # told once
