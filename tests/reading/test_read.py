"""What `read` gives without a project: a table of text, and an account of every line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import gatebook
from gatebook.errors import LimitError, TableError
from gatebook.reading import Fates, Seen, read

PAGE = Path(__file__).parents[2] / "docs" / "read.md"
ORDERS = "id,amount\n1,2.50\n2,3.75,x\n3,4.00\n"


def test_a_file_anywhere_is_a_frame_of_text_and_an_account(tmp_path):
    (tmp_path / "orders.csv").write_text(ORDERS)
    with gatebook.read(tmp_path / "orders.csv") as table:
        assert table.frame().to_dict("list") == {"id": ["1", "3"], "amount": ["2.50", "4.00"]}
        assert table.account.fates == Fates(header=1, kept=2, quarantined=1)
        assert [e.code for e in table.account.events] == [Seen.DAMAGED]
        assert table.account.closed
        assert repr(table) == "Table(2 rows x 2 columns, 1 not read)"
    assert not list(tmp_path.glob(".gatebook"))


def test_a_pattern_is_one_table_with_one_account(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(ORDERS)
    with read(tmp_path / "*.csv") as table:
        assert table.rows == 4
        assert table.account.fates == Fates(header=2, kept=4, quarantined=2)
        assert (table.account.lines, table.account.closed) == (8, True)


def test_options_override_what_is_found(tmp_path):
    (tmp_path / "orders.csv").write_text(ORDERS)
    assert read(tmp_path / "orders.csv", header=False).columns == ("column_1", "column_2")
    with pytest.raises(LimitError, match=r"orders.csv: more than 1 rows; raise max_rows in the call"):
        read(tmp_path / "orders.csv", max_rows=1)
    with pytest.raises(TableError, match="colour"):
        read(tmp_path / "orders.csv", colour="red")
    with pytest.raises(TableError, match="no such file"):
        read(tmp_path / "order.csv")


def test_it_knows_no_project():
    code = "import sys, gatebook.reading.delimited, gatebook.reading.documents; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    rooms = {name.split(".")[1] for name in loaded if name.startswith("gatebook.")}
    assert rooms == {"reading", "errors", "files", "words"}


def test_the_example_of_the_page_runs(tmp_path, monkeypatch, capsys):
    setup, code, printed = re.findall(r"```(?:csv|python|text)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "orders.csv").write_text(setup)
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    assert capsys.readouterr().out == printed
