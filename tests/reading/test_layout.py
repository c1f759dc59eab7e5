import pytest

from gatebook.reading import Seen
from gatebook.reading.layout import LayoutRow, find_layout, is_header, unique_names


def layout(text, **told):
    rows = [LayoutRow(tuple(line.split(",")) if line else (), i, 1) for i, line in enumerate(text.split("\n"), 1)]
    return find_layout(rows, **told)


@pytest.mark.parametrize(
    ("first", "body", "header"),
    [
        ("id,name", ["1,x", "2,y"], True),
        ("1,x", ["2,y", "3,z"], False),
        ("2024-01-01,a", ["2024-01-02,b", "2024-01-03,a"], False),
        ("name,city", ["ann,rome", "bob,oslo"], True),
        ("x,y", ["x,y", "y,x", "x,x", "y,y", "x,y", "y,x"], False),
        ("Type,Count,50%,99%", ["a,1,2,3", "b,4,5,6", "c,7,8,9"], True),
        ("year,2011,2012", ["a,1.5,2.5", "b,3.5,4.5"], True),
        ("a,b", [], True),
        ("1,2", [], False),
    ],
)
def test_names_are_told_from_values(first, body, header):
    assert is_header(first.split(","), [b.split(",") for b in body]) is header


def test_a_name_of_the_project_file_makes_a_header():
    assert is_header(["1", "x"], [["2", "y"]], {"x"})


def test_lines_above_the_header_are_preamble():
    found = layout("Report\n\nid,name,n\n1,a,2\n2,b,3")
    assert (found.width, found.head, found.first, found.header) == (3, 3, 4, ("id", "name", "n"))
    found = layout("Report,,,,\n,,,,\na,b,c,d,e\n1,x,2,y,3\n2,x,2,y,3")
    assert (found.head, found.first) == (3, 4)
    assert layout("# note\nid,x\n1,a\n2,b").head == 2


def test_told_lines_are_skipped():
    found = layout("x,y\n1,2\na,b\n3,4", skip=2)
    assert (found.header, found.first) == (("a", "b"), 4)


def test_the_first_block_decides_the_width():
    assert layout("a,b,c\n1,2,3\n4,5,6\n\nk,v\n1,2\n3,4\n5,6\n7,8\n9,0").width == 3


def test_a_header_of_another_width_never_mislabels_columns():
    found = layout("a,bc,d\n1,2,3,4\n1,2,3,4\n1,2,3,4")
    assert found.header is None
    assert found.events[0].code is Seen.HEADER_UNFIT
    assert layout("a,b,c,\n1,2,3\n4,5,6").header == ("a", "b", "c")
    assert layout("x,y\n1,2,3\n2,5,6\n3,5,6").header == ("", "x", "y")
    wide = layout("id,name,,name\n1,x\n2,y")
    assert (wide.width, wide.header) == (4, ("id", "name", "", "name"))


def test_unique_names_keep_what_is_unique():
    names, events = unique_names(("a", "a", "a_2", "", ""), 5)
    assert names == ("a", "a_3", "a_2", "", "column_5")
    assert {e.code for e in events} == {Seen.DUPLICATE_COLUMNS, Seen.UNNAMED_COLUMNS}
    assert unique_names(None, 2) == (("column_1", "column_2"), ())
