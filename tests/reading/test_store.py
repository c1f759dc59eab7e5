from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.errors import LimitError
from gatebook.reading.account import Called, ReadOptions
from gatebook.reading.store import InputFile, Intake, Rejects, Store, identifiers


@given(st.lists(st.text(max_size=4), max_size=12))
def test_identifiers_are_unique_for_a_database_that_ignores_case(names):
    made = identifiers(names)
    assert len({n.casefold() for n in made}) == len(made) == len(names)
    assert all(made)
    assert identifiers(made) == made


def test_rows_come_back_in_order_with_missing_cells():
    store = Store(Called("t"), 0, 60)
    source = InputFile(Path("f"), "f", Called("f"), ReadOptions(), store, "data", Rejects(None))
    intake = Intake(source, ["a", "b"])
    intake.keep([[str(i), "" if i % 2 else "x"] for i in range(45_000)])
    intake.keep([["last", None]])
    intake.flush()
    rows = store.con.execute("SELECT * FROM data ORDER BY rowid").fetchall()
    assert rows[:2] == [("0", "x"), ("1", None)]
    assert rows[-1] == ("last", None)
    assert store.count("data") == len(rows) == 45_001
    store.close()


def test_a_query_without_end_is_stopped():
    store = Store(Called("t"), 0, 0.5)
    with pytest.raises(LimitError, match="max_seconds"), store.limited() as con:
        con.execute(
            "SELECT count(*) FROM range(1000000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"
        ).fetchone()
    store.close()


def test_memory_has_a_limit():
    store = Store(Called("t"), 0, 60)
    with pytest.raises(LimitError, match="does not fit"), store.limited() as con:
        con.execute("SELECT list(repeat('x', 1000) || range) FROM range(5000000)").fetchone()
    store.close()


def test_a_locked_store_stays_locked():
    store = Store(Called("t"), 0, 60)
    store.lock()
    with pytest.raises(duckdb.Error):
        store.con.execute("SET lock_configuration = false")
    store.close()


def test_rejects_need_no_folder(tmp_path):
    silent = Rejects(None)
    silent.add(1, "why", "raw")
    silent.close()
    sink = Rejects(tmp_path / "a" / "b.txt")
    sink.add(3, "why", "raw\r\n")
    sink.close()
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"# line 3: why\nraw\r\n"
