import datetime as dt

import openpyxl
import pytest

from gatebook.errors import LimitError, TableError
from gatebook.project import ReadOptions, TableSpec
from gatebook.project.tables import open_table
from gatebook.reading import Seen


@pytest.fixture
def book(tmp_path):
    made = openpyxl.Workbook()

    def _save(**read):
        made.save(tmp_path / "b.xlsx")
        return open_table("sample", TableSpec(path="b.xlsx", read=ReadOptions(**read)), tmp_path)

    return made, made.active, _save


def test_cells_become_text_without_the_noise_of_floats(book, cells):
    _, sheet, save = book
    for row in [
        ["id", "n", "t", "ok"],
        ["007", 1.0, dt.datetime(2024, 1, 2, 3, 4), True],
        [12345678901, 0.1, dt.datetime(2024, 1, 2), None],
    ]:
        sheet.append(row)
    table = save()
    assert cells(table) == [["007", "1", "2024-01-02 03:04:00", "true"], ["12345678901", "0.1", "2024-01-02", ""]]
    assert table.closed


def test_title_rows_blank_rows_and_oddities_are_counted_and_told(book):
    made, sheet, save = book
    for row in [
        ["Report for March", None, None],
        [None] * 3,
        ["id", "x", "y"],
        [1, 2, "a"],
        [2, 3, "b"],
        [None] * 3,
        [3, "=1+1", "c"],
    ]:
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet.row_dimensions[5].hidden = True
    sheet.column_dimensions["C"].hidden = True
    hidden = made.create_sheet("other")
    hidden.append(["z"])
    hidden.sheet_state = "hidden"
    table = save()
    account = table.accounts[0]
    assert table.columns == ("id", "x", "y")
    assert (account.fates.preamble, account.fates.blank, account.fates.header, account.fates.kept) == (1, 2, 1, 3)
    assert {e.code for e in account.events} == {
        Seen.MERGED_CELLS,
        Seen.HIDDEN_ROWS,
        Seen.HIDDEN_COLUMNS,
        Seen.OTHER_SHEETS,
        Seen.FORMULA_WITHOUT_VALUE,
    }
    assert table.closed


def test_several_sheets_need_a_name(book):
    made, sheet, save = book
    sheet.append(["a"])
    sheet.append([1])
    other = made.create_sheet("two")
    other.append(["b"])
    other.append([2])
    with pytest.raises(TableError, match="name one with sheet"):
        save()
    with pytest.raises(TableError, match="no sheet 'three'"):
        save(sheet="three")
    assert save(sheet="two").columns == ("b",)


def test_an_empty_or_damaged_or_too_large_workbook_is_a_clear_error(book, tmp_path):
    _, sheet, save = book
    with pytest.raises(TableError, match="empty"):
        save()
    sheet.append(["a"])
    sheet.append([1])
    with pytest.raises(LimitError):
        save(max_bytes=100)
    with pytest.raises(LimitError, match="max_rows"):
        save(max_rows=1)
    data = (tmp_path / "b.xlsx").read_bytes()
    (tmp_path / "b.xlsx").write_bytes(data[: len(data) // 2])
    with pytest.raises(TableError):
        open_table("sample", TableSpec(path="b.xlsx"), tmp_path)
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    with pytest.raises(TableError, match="xlsx"):
        open_table("sample", TableSpec(path="old.xls"), tmp_path)
