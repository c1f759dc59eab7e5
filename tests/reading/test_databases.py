import sqlite3

import duckdb
import pytest

from gatebook.errors import TableError
from gatebook.project import ReadOptions, TableSpec
from gatebook.project.tables import open_table
from gatebook.reading import Seen


@pytest.fixture
def files(tmp_path):
    with sqlite3.connect(tmp_path / "a.sqlite") as con:
        con.execute("create table t(id text, n real, b blob)")
        con.executemany(
            "insert into t values (?, ?, ?)",
            [("007", 1.5, b"\x01\xff"), (None, None, None), ("", 9007199254740993, "x")],
        )
    con.close()
    con = duckdb.connect(str(tmp_path / "a.duckdb"))
    con.execute("create table t as select * from (values ('007', 9007199254740993), (null, 2)) v(id, n)")
    con.close()
    return tmp_path


@pytest.mark.parametrize("name", ["a.sqlite", "a.duckdb"])
def test_the_only_table_is_read_as_text(files, name):
    before = (files / name).read_bytes()
    table = open_table("sample", TableSpec(path=name), files)
    assert table.frame()["id"].tolist()[0] == "007"
    assert table.frame()["id"].isna().tolist()[1]
    assert table.closed
    assert table.accounts[0].lines == table.rows
    assert (files / name).read_bytes() == before


def test_binary_values_are_hexadecimal_and_an_event(files):
    table = open_table("sample", TableSpec(path="a.sqlite"), files)
    assert table.frame()["b"].fillna("").tolist() == ["01ff", "", "x"]
    assert [e.code for e in table.account.events] == [Seen.BINARY_VALUES]


@pytest.mark.parametrize("name", ["a.sqlite", "a.duckdb"])
def test_several_tables_need_a_name(files, name):
    con = sqlite3.connect(files / name) if name == "a.sqlite" else duckdb.connect(str(files / name))
    con.execute("create table u(x integer)")
    con.execute("insert into u values (1)")
    con.commit()
    con.close()
    with pytest.raises(TableError, match="more than one table"):
        open_table("sample", TableSpec(path=name), files)
    with pytest.raises(TableError, match="no table 'v'"):
        open_table("sample", TableSpec(path=name, read=ReadOptions(table="v")), files)
    assert open_table("sample", TableSpec(path=name, read=ReadOptions(table="u")), files).columns == ("x",)


def test_a_damaged_file_is_a_clear_error(files):
    for name in ("a.sqlite", "a.duckdb"):
        data = (files / name).read_bytes()
        (files / name).write_bytes(data[:40] + b"\xff" * (len(data) - 40))
        with pytest.raises(TableError, match=r"cannot be read|is damaged"):
            open_table("sample", TableSpec(path=name), files)
