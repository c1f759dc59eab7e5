from __future__ import annotations

import numpy as np


def _people(rng, n=400):
    return {
        "number": [f"P{i:05d}" for i in rng.permutation(n)],
        "born": [f"19{rng.integers(40, 99)}-0{rng.integers(1, 9)}-1{rng.integers(0, 9)}" for _ in range(n)],
        "state": list(rng.choice(["CA", "TX", "NY", "OR"], n)),
        "zip": [f"{rng.integers(10_000, 99_999)}" for _ in range(n)],
        "kind": list(rng.choice(["private", "business"], n)),
        "phone": [f"{rng.integers(200, 999)}-{rng.integers(1000, 9999)}" for _ in range(n)],
    }


def _slide(columns, row, start):
    names = list(columns)
    for here, next_ in zip(names[start:], names[start + 1 :], strict=False):
        columns[here][row] = columns[next_][row]
    columns[names[-1]][row] = ""


def test_rows_that_slid_to_the_left_are_named_with_their_cells(look, rows_of, rng):
    columns = _people(rng)
    for row in (12, 180, 333):
        _slide(columns, row, 1)
    found = look.only(columns, "shifted_fields")
    assert rows_of(found, "state") == [12, 180, 333]
    assert found.rows == 3
    assert found.values["way"] == "left"


def test_rows_that_slid_to_the_right(look, rows_of, rng):
    columns = _people(rng)
    names = list(columns)
    for row in (5, 250):
        for here, before in zip(names[:1:-1], names[-2:0:-1], strict=False):
            columns[here][row] = columns[before][row]
        columns["born"][row] = ""
    found = look.only(columns, "shifted_fields")
    assert rows_of(found, "kind") == [5, 250]
    assert found.values["way"] == "right"


def test_two_wrong_cells_in_a_row_are_not_a_slide(look, rng):
    columns = _people(rng)
    columns["born"][9], columns["state"][9] = "CA", "12345"
    assert "shifted_fields" not in look.kinds(columns)


def test_a_table_of_like_columns_has_no_slides(look):
    rng = np.random.default_rng(3)
    columns = {f"q{i}": list(rng.choice(["1", "2", "3", "4", "5"], 500)) for i in range(8)}
    assert "shifted_fields" not in look.kinds(columns)


def test_all_cells_of_a_row_that_slid_are_listed(look, rows_of, rng):
    n = 400
    columns = {
        "pieces": [str(v) for v in rng.integers(1, 60, n)],
        "price": [f"{v:.2f}" for v in rng.lognormal(3, 0.6, n)],
        "fee": [f"{v:.2f}" for v in rng.lognormal(3, 0.6, n)],
        "currency": rng.choice(["EUR", "USD", "GBP"], n).tolist(),
        "on": [f"2025-{m:02d}-{d:02d}" for m, d in rng.integers(1, 13, (n, 2))],
        "region": rng.choice(["north", "south"], n).tolist(),
    }
    names = list(columns)
    for i in (5, 50, 150, 250):
        row = [*(columns[name][i] for name in names[1:]), ""]
        for name, value in zip(names, row, strict=True):
            columns[name][i] = value
    found = look.only(columns, "shifted_fields")
    assert all(rows_of(found, name) == [5, 50, 150, 250] for name in names[:-1])
