"""A table is read in bounded memory: column by column, in parts, with what is long kept on disk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quality_tables import clean_table, text

from gatebook.checks import check
from gatebook.checks.column import Spool, distinct, repeats
from gatebook.checks.registry import NotChecked
from gatebook.checks.source import FrameSource, read
from gatebook.project import TableSpec
from gatebook.project.tables import open_table
from gatebook.reading import Table

ROLES = {"ids": ("key",), "text": ("body",)}


@pytest.fixture
def frame():
    out = clean_table(1000)
    rng = np.random.default_rng(3)
    out.insert(0, "key", np.arange(len(out)).astype(str))
    out["body"] = [" ".join(rng.choice(["lost", "card", "late", "pay", "why"], 9)) for _ in range(len(out))]
    out.loc[5, "key"] = "7"
    out.loc[::40, "body"] = None
    return out


@pytest.fixture
def opened(frame, tmp_path):
    frame.to_csv(tmp_path / "t.csv", index=False)
    table = open_table("sample", TableSpec(path="t.csv"), tmp_path)
    yield table
    table.close()


def told(found):
    return [(f.code, f.columns, f.title, f.example_values) for f in found.findings]


@pytest.mark.parametrize("rows", [50_000, 200], ids=["every row", "a sample of rows"])
def test_an_opened_table_is_scanned_without_ever_being_a_frame(monkeypatch, frame, opened, rows):
    monkeypatch.setattr("gatebook.checks.source.SAMPLE", rows)
    expected = check(frame, **ROLES)
    monkeypatch.setattr(Table, "frame", lambda *_: pytest.fail("a scan made a frame"))
    assert told(check(opened, **ROLES)) == told(expected)
    assert expected.findings


def test_what_stays_in_memory_does_not_grow_with_the_rows():
    small, large = (read(text({"kind": np.arange(n) % 7, "key": np.arange(n)})) for n in (60_000, 240_000))
    held = [sum(c.codes.nbytes + c.values.nbytes + c.counts.nbytes for c in t.columns) for t in (small, large)]
    assert held[1] <= 1.01 * held[0]
    assert len(large.columns[0].rows_of(np.array([True] + [False] * 6))) == -(-240_000 // 7)


def test_of_rows_with_long_texts_fewer_are_looked_at_and_their_number_is_told(monkeypatch, frame):
    monkeypatch.setattr("gatebook.checks.source.TEXT", 40_000)
    monkeypatch.setattr("gatebook.checks.source.LEAST", 50)
    source = FrameSource(frame)
    n = 40_000 * len(frame) // sum(source.size(c) for c in source.columns)
    found = check(frame, **ROLES)
    assert 50 < n < len(frame)
    assert found.sampled == n
    across = next(s for s in found.not_checked if s.code == NotChecked.ACROSS)
    assert across.values == {"looked": n, "rows": len(frame)}


def test_a_wide_table_names_a_planted_dependency_and_says_that_pairs_were_hinted_at():
    rng = np.random.default_rng(4)
    n = 400
    columns = {f"c{i}": rng.integers(0, 30, n).astype(str) for i in range(120)}
    town = rng.integers(0, 40, n)
    columns["town"] = [f"town-{t}x" for t in town]
    columns["state"] = [f"state-{t % 9}y" for t in town]
    columns["state"][17] = f"state-{(town[17] + 1) % 9}y"
    found = check(text(columns))
    broken = [f for f in found.findings if f.kind == "broken_dependency"]
    assert [(f.columns[0], f.rows) for f in broken] == [("state", 1)]
    assert 122 in [s.values["columns"] for s in found.not_checked if s.code == NotChecked.TOO_WIDE]


prints = st.lists(st.integers(0, 2**64 - 1), max_size=40).flatmap(
    lambda some: st.lists(st.sampled_from(some), max_size=120) if some else st.just([])
)


@given(prints)
def test_repeats_and_different_values_are_those_of_the_whole_array(state):
    array = np.array(state, dtype=np.uint64)
    assert repeats(array).tolist() == np.flatnonzero(pd.Series(array).duplicated()).tolist()
    assert distinct(array) == len(set(state))


def test_arrays_on_disk_come_back_in_parts_and_leave_no_file(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = Spool()
    arrays = [np.arange(1000, dtype=np.int16), np.arange(-5, 5, dtype=np.int8)]
    kept = [spool.keep(a) for a in arrays]
    assert kept[0].part(990, 2000).tolist() == list(range(990, 1000))
    assert kept[1].part(0, 10).tolist() == list(range(-5, 5))
    assert kept[0].part(0, 3).tolist() == [0, 1, 2]
    assert not list(tmp_path.iterdir())
