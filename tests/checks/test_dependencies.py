from __future__ import annotations

import numpy as np
from quality_tables import register, timetable


def _places(rng, n=1200):
    at = rng.integers(60, size=n)
    return (
        at,
        np.array([f"{10_000 + 7 * a}" for a in at], dtype=object),
        np.array([f"State {'ABCDEFGH'[a % 8]}" for a in at], dtype=object),
    )


def test_a_state_that_contradicts_its_zip(look, rows_of, rng):
    at, zips, states = _places(rng)
    wrong = [3, 30, 300, 900]
    for i in wrong:
        states[i] = f"State {'ABCDEFGH'[(at[i] + 1 + i % 5) % 8]}"
    found = look.only({"zip": zips, "state": states}, "broken_dependency")
    assert rows_of(found, "state") == wrong
    assert found.columns == ("state", "zip")


def test_exceptions_that_recur_in_their_group_are_no_errors(look, rng):
    at, zips, states = _places(rng)
    states[at == 7] = np.where(np.arange((at == 7).sum()) % 3 == 0, "State H", "State A")
    assert "broken_dependency" not in look.kinds({"zip": zips, "state": states})


def test_a_row_whose_two_odd_fields_fit_each_other_is_an_exception(look, rng):
    customer = rng.integers(100, size=1500)
    home = rng.permutation(100) % 40
    lives = home[customer].copy()
    moved = rng.choice(1500, 12, replace=False)
    lives[moved] = (lives[moved] + 1 + np.arange(12)) % 40
    columns = {
        "customer": [f"C{c:03d}" for c in customer],
        "city": [f"City {x}" for x in lives],
        "state": [f"S{x % 7}" for x in lives],
    }
    found = [f for f in look(columns).findings if f.kind == "broken_dependency" and f.severity == "warning"]
    assert not found


def test_a_usual_choice_is_no_dependency(look, rng):
    customer = rng.integers(60, size=1500)
    usual = rng.integers(3, size=60)[customer]
    channel = np.where(rng.random(1500) < 0.9, usual, rng.integers(3, size=1500))
    columns = {"customer": [f"C{c:03d}" for c in customer], "channel": np.array(["web", "phone", "shop"])[channel]}
    assert not look.kinds(columns) & {"broken_dependency", "sources_disagree"}


def test_independent_columns_determine_nothing(look, rng):
    columns = {f"c{k}": rng.choice(list("abcdefgh"), 2000) for k in range(5)}
    assert not look.kinds(columns) & {"broken_dependency", "sources_disagree"}


def test_an_empty_cell_whose_value_the_table_knows_is_an_error(look, rows_of, rng):
    _, zips, states = _places(rng)
    states[[1, 2, 3, 4]] = ""
    found = look.only({"zip": zips, "state": states}, "missing")
    assert found.cell_error
    assert rows_of(found, "state") == [1, 2, 3, 4]


def test_sources_that_disagree_on_one_fact_are_named_and_their_clean_twin_is_not(look):
    table = timetable(3)
    dirty = {f.columns[0] for f in look(table.dirty).findings if f.kind == "sources_disagree"}
    assert {"sched_departure", "actual_departure", "sched_arrival", "actual_arrival"} <= dirty
    assert not look(table.clean).findings


def test_a_flag_that_contradicts_the_amount_beside_it(look, rows_of):
    table = register(3)
    found = [f for f in look(table.dirty).findings if f.columns[0] == "has_child"]
    wrong = np.flatnonzero(table.wrong()[:, list(table.dirty.columns).index("has_child")])
    assert len(found) == 1
    assert rows_of(found[0], "has_child") == wrong.tolist()


def test_an_amount_that_two_columns_together_determine(look, rows_of, rng):
    state, child = rng.integers(8, size=3000), rng.integers(2, size=3000)
    relief = 100 * (state + 1) * child
    wrong = [11, 111, 1111, 2222]
    relief[wrong] = [555, 777, 333, 999]
    columns = {"state": [f"S{s}" for s in state], "child": np.array(["N", "Y"])[child], "relief": relief}
    found = look.only(columns, "broken_dependency")
    assert found.columns == ("relief", "child", "state")
    assert rows_of(found, "relief") == wrong


def test_a_dependency_between_few_values_that_errs_alike_everywhere(look, rows_of, rng):
    towns = np.array(["Ard", "Bex", "Cor", "Dun", "Eth", "Fen", "Gow"], dtype=object)
    town = rng.integers(0, 7, 2100)
    region = np.array(["north", "south"], dtype=object)[town % 2]
    wrong = np.flatnonzero(np.arange(2100) % 47 == 3)
    region[wrong] = np.where(region[wrong] == "north", "south", "north")
    found = look.only({"town": towns[town].tolist(), "region": region.tolist()}, "broken_dependency")
    assert rows_of(found, "region") == wrong.tolist()


def test_a_gap_that_most_rows_of_a_kind_have_is_an_answer(look, rng):
    who = np.repeat(np.arange(100), 8)
    left = np.array([f"2024-{1 + w % 12:02d}-{1 + w % 27:02d}" if w % 9 == 0 else "" for w in who], dtype=object)
    name = np.array([f"Anna {chr(65 + w % 25)}{chr(97 + w // 25)}" for w in who], dtype=object)
    name[who == 9] = name[who == 10][0]  # two people of one name, of whom one has left
    found = look({"no": [f"N{w:03d}" for w in who], "name": name.tolist(), "left": left.tolist()}).findings
    assert not [f for f in found if f.kind == "missing" and f.severity == "warning"]
