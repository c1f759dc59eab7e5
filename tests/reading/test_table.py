import stat

import duckdb
import numpy as np
import pandas as pd
import pytest

from gatebook.errors import TableError
from gatebook.project import Project, ReadOptions, TableSpec
from gatebook.project.tables import open_table, open_tables


def test_a_frame_holds_text_in_the_order_of_the_file(load):
    table = load("a,b\n" + "".join(f"{i},{i % 3}\n" for i in range(500)))
    frame = table.frame(["b", "a"], limit=10)
    assert frame.dtypes.astype(str).tolist() == ["str", "str"]
    assert frame["a"].tolist() == [str(i) for i in range(10)]
    assert isinstance(frame.index, pd.RangeIndex)
    assert table.frame([]).shape == (500, 0)


def test_a_column_that_is_not_there_is_named_with_its_nearest(load):
    table = load("ticket_id,label\n1,x\n")
    with pytest.raises(TableError, match="did you mean 'ticket_id'"):
        table.frame(["ticket"])
    with pytest.raises(TableError, match=r"\[tables.sample\] label.*did you mean 'label'"):
        load("ticket_id,label\n1,x\n", spec={"label": "lable"})


def test_the_database_is_shut_off_from_files_and_cannot_be_opened_again(load, tmp_path):
    table = load("a,b\n1,2\n")
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for sql in (
        f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        f"ATTACH '{tmp_path / 'x.duckdb'}'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            table.con.execute(sql)
    assert not (tmp_path / "out.csv").exists()


def test_column_names_are_no_way_into_sql(load):
    name = 'x"; DROP TABLE data; --'
    table = load(f'id,"{name.replace(chr(34), chr(34) * 2)}"\n1,2\n')
    assert table.columns == ("id", name)
    assert table.frame([name])[name].tolist() == ["2"]


def test_files_of_a_glob_are_one_table_with_one_account_each(load, tmp_path):
    (tmp_path / "a1.csv").write_text("id,x\n1,a\n2\n3,c\n")
    (tmp_path / "a2.csv").write_text("id;y\n4;d\n")
    table = open_table("sample", TableSpec(path="a*.csv"), tmp_path)
    assert table.columns == ("id", "x", "y")
    assert table.frame().fillna("").to_numpy().tolist() == [["1", "a", ""], ["3", "c", ""], ["4", "", "d"]]
    assert [a.path for a in table.accounts] == ["a1.csv", "a2.csv"]
    assert table.record_numbers().tolist() == [1, 3, 4]
    assert table.record_numbers().dtype == np.int64


def test_rejected_lines_are_kept_verbatim_for_the_owner_only(load, tmp_path):
    load("id,x\n1,a\n2,b,c\n3,d\n", rejects=tmp_path / ".gatebook" / "rejects")
    file = tmp_path / ".gatebook" / "rejects" / "sample-t.csv.txt"
    assert file.read_text() == "# line 3: too many cells\n2,b,c\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    load("id,x\n1,a\n", rejects=tmp_path / ".gatebook" / "rejects")
    assert not file.exists()


def test_one_table_that_fails_does_not_stop_the_others(tmp_path):
    (tmp_path / "good.csv").write_text("id\n1\n")
    tables = {"sample": TableSpec(path="good.csv"), "labels": TableSpec(path="bad.csv")}
    project = Project(root=tmp_path, name="p", slug="p", task="classification", tables=tables)
    opened = open_tables(project)
    assert list(opened) == ["sample"]
    assert "no such file" in str(opened.problems["labels"])


def test_an_open_account_is_said(tmp_path):
    from gatebook.reading.account import Fates, LineAccount, Seen, close

    account = LineAccount("sample", "a.csv", "", 0, None, None, 5, Fates(header=1, kept=3), closed=False)
    for stored in (3, 4):
        closed = close(account, stored)
        assert not closed.closed
        assert closed.events[-1].code in {Seen.OPEN_LINES, Seen.OPEN_ROWS}
    full = LineAccount("sample", "a.csv", "", 0, None, None, 4, Fates(header=1, kept=3), closed=False)
    assert close(full, 3).closed
    assert not close(full, 2).closed


def test_scratch_folders_are_removed(load):
    table = load("a,b\n1,2\n".encode("utf-16"))
    scratch = table._store.scratch
    assert scratch.exists()
    table.close()
    assert not scratch.exists()


def test_options_reach_the_reader(load):
    assert load("a|b\n1|2\n", delimiter="|").columns == ("a", "b")
    assert ReadOptions().repair is False


def test_a_column_comes_in_parts_of_bounded_size_in_the_order_of_the_file(load):
    n = 30_000
    table = load("id,body\n" + "".join(f"{i},{str(i % 10) * 1_000}\n" for i in range(n)))
    parts = list(table.batches("id"))
    assert [cell for text, _ in parts for cell in text.to_pylist()] == [str(i) for i in range(n)]
    assert len({int(h) for _, hashes in parts for h in hashes}) == n
    assert table.size("body") == 1_000 * n
    sizes = [text.nbytes for text, _ in table.batches("body")]
    assert len(sizes) > 5
    assert max(sizes) < 8 * 1024**2
