from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quality_tables import KINDS, Dirty, clean_table

from gatebook.budget import SUMS, Compared
from gatebook.checks import Findings, check
from gatebook.checks.registry import CheckName, NotChecked
from gatebook.words import said

# Invoices: broken sums and gaps that tell the answer are named as facts of the row or column, not as wrong cells.
LIMITS = {"timetable": 0.7, "bibliography": 0.3, "register": 0.7, "orders": 0.9, "invoices": 0.3}


def _scan(table: Dirty, *, clean: bool = False) -> Findings:
    return check(table.clean if clean else table.dirty, label=table.label, text=table.text)


def _flags(found: Findings, table: pd.DataFrame) -> np.ndarray:
    out = np.zeros(table.shape, dtype=bool)
    for one in found.findings:
        for where, name in one.cells if one.cell_error else ():
            out[where, table.columns.get_loc(name)] = True
    return out


@pytest.mark.parametrize("kind", KINDS)
def test_planted_families_are_named_and_their_cells_found(kind):
    table = KINDS[kind](11)
    found = _scan(table)
    for column, kinds in table.families:
        assert any(f.kind in kinds and column in f.columns for f in found.findings), (column, kinds)
    flagged, wrong = _flags(found, table.dirty), table.wrong()
    f1 = 2 * (flagged & wrong).sum() / (flagged.sum() + wrong.sum())
    assert f1 >= LIMITS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_clean_twins_give_no_warning(kind):
    assert not [f.title for f in _scan(KINDS[kind](11), clean=True).findings if f.severity == "warning"]


def _noisy(seeds: range) -> list[int]:
    return [s for s in seeds if any(f.severity == "warning" for f in check(clean_table(s)).findings)]


def test_clean_tables_give_no_warning():
    assert not _noisy(range(8))


@pytest.mark.slow
def test_at_most_one_in_twenty_clean_tables_has_a_warning():
    assert len(_noisy(range(100, 160))) <= 3


def test_the_most_harmful_findings_come_first_and_name_planted_problems():
    for kind in ("orders", "register"):
        table = KINDS[kind](5)
        found = check(table.dirty).findings
        assert [f.harm for f in found] == sorted((f.harm for f in found), reverse=True)
        named = sum(any(f.kind in kinds and c in f.columns for c, kinds in table.families) for f in found[:5])
        assert named >= 4


def test_no_cell_is_wrong_for_two_causes():
    for kind in KINDS:
        seen: set[tuple[int, str]] = set()
        for one in _scan(KINDS[kind](2)).findings:
            cells = {(int(r), name) for where, name in one.cells if one.cell_error for r in where}
            assert not cells & seen
            seen |= cells


def test_counts_and_titles_agree_after_cells_were_given_to_an_earlier_cause():
    for kind in KINDS:
        for one in _scan(KINDS[kind](4)).findings:
            if one.cells:
                assert one.rows == len(np.unique(np.concatenate([w for w, _ in one.cells])))
            assert one.lower <= one.share <= one.upper


def test_one_wrong_cell_is_listed_and_is_no_warning(look):
    for rows, severity in ((1, "note"), (2, "warning")):
        weights = [f"{i}.5" for i in range(300)]
        weights[:rows] = ["heavy", "light"][:rows]
        assert look.only({"weight": weights}, "mixed_types").severity == severity


def test_what_was_left_out_is_said():
    found = check(pd.DataFrame({"a": ["1", "2"], "b": ["x", "y"]}, dtype="str"), ignore=("b",))
    assert said(NotChecked.LEFT_OUT, name="b") in found.not_checked
    assert all("b" not in f.columns for f in found.findings)
    assert CheckName.MISSING in found.checked


def test_columns_that_sums_were_not_searched_in_are_said_and_the_others_are_searched(rng, look):
    numbers = {f"n{i}": rng.normal(size=60).round(3) for i in range(38)}
    total = numbers["n0"] + numbers["n1"]
    total[7] += 5
    wide = look(numbers | {"total": total.round(3), "late": rng.normal(size=60).round(3), "last": numbers["n2"] * 3})
    assert SUMS.said(41, ["last"]) in wide.not_checked
    assert CheckName.ARITHMETIC in wide.checked
    assert any(f.kind == "broken_rule" and "total" in f.columns for f in wide.findings)
    narrow = look({f"n{i}": rng.normal(size=60).round(3) for i in range(4)})
    assert not any(s.code == Compared.LEFT_OUT for s in narrow.not_checked)


tables = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.lists(
        st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["1", "2.5", "N/A", "2025-01-31", "12 kg", "x@y.z"])),
        min_size=12,
        max_size=12,
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(tables, st.integers(0, 12))
def test_any_table_can_be_scanned(columns, rows):
    frame = pd.DataFrame(
        {
            k: pd.Series([None if c is None else c.encode("utf-8", "replace").decode() for c in v], dtype="str")
            for k, v in columns.items()
        }
    ).head(rows)
    found = check(
        frame,
        label=str(frame.columns[0]),
        time=str(frame.columns[-1]),
        text=(str(frame.columns[0]),),
        ids=(str(frame.columns[-1]),),
    )
    assert found.rows == rows
    for one in found.findings:
        for where, name in one.cells:
            assert name in frame.columns
            assert ((where >= 0) & (where < rows)).all()


def test_the_order_of_rows_does_not_change_what_is_found():
    table = KINDS["orders"](8).dirty
    mixed = table.sample(frac=1.0, random_state=3).reset_index(drop=True)
    assert {(f.kind, f.columns, f.rows) for f in check(table).findings} == {
        (f.kind, f.columns, f.rows) for f in check(mixed).findings
    }
