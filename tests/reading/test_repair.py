import io

import polluted as p
import pytest

from gatebook.reading.account import Damage
from gatebook.reading.layout import Dialect
from gatebook.reading.lines import RecordReader
from gatebook.reading.repair import CellDistribution, ColumnModel, repair
from gatebook.reading.store import Flaw

TABLE = p.rows(21, 60)
MODEL = ColumnModel(TABLE[2:], 8)


def mended(line):
    (record,) = RecordReader(iter(io.StringIO(line, newline="")), Dialect(","), width=8, alike=MODEL.alike)
    return repair(record, Dialect(","), MODEL)


@pytest.mark.parametrize("c", range(1, 8))
def test_a_lost_delimiter_is_put_back(c):
    assert mended(p.merged(TABLE[7], c)) == (TABLE[7], Flaw(Damage.MISSING_DELIMITER))


@pytest.mark.parametrize("c", range(8))
def test_an_extra_delimiter_is_taken_out(c):
    assert mended(p.doubled(TABLE[8], c)) == (TABLE[8], Flaw(Damage.EXTRA_DELIMITER))


@pytest.mark.parametrize("c", [0, 1, 2, 4, 6, 7])
def test_a_stray_quote_is_taken_out_where_the_column_has_no_room_for_it(c):
    assert mended(p.stray_quote(TABLE[9], c)) == (TABLE[9], Flaw(Damage.QUOTE_AS_TEXT))


def test_a_delimiter_inside_a_cell_without_quotes_is_put_back():
    row = [*TABLE[10][:5], "see invoice, net", *TABLE[10][6:]]
    assert mended(",".join(row) + "\n") == (row, Flaw(Damage.UNQUOTED_DELIMITER))


@pytest.mark.parametrize(
    "line", ["# a comment, with, commas\n", "1,2\n", "a note that says nothing\n", ",".join("abcdefghijkl") + "\n"]
)
def test_what_fits_nowhere_is_left_alone(line):
    assert mended(line) is None


def test_a_tie_is_left_alone():
    model = ColumnModel([[f"{i}", f"{i}", "x"] for i in range(10, 60)], 3)
    (record,) = RecordReader(iter(io.StringIO("1234567,x\n")), Dialect(","), width=3)
    assert repair(record, Dialect(","), model) is None


def test_a_table_of_free_text_is_never_repaired():
    model = ColumnModel([[f"some words {i} {'z' * i}", f"other {'words' * i}"] for i in range(40)], 2)
    (record,) = RecordReader(iter(io.StringIO("some words\n")), Dialect(","), width=2)
    assert repair(record, Dialect(","), model) is None


def test_columns_know_what_they_hold():
    assert CellDistribution([f"{i}.5" for i in range(30)]).kind == "number"
    assert CellDistribution([f"2024-01-{i:02d}" for i in range(1, 29)]).kind == "time"
    assert CellDistribution([f"AB-{i:04d}" for i in range(30)]).kind == "code"
    assert CellDistribution(["x", "y"] * 20).closed
    text = CellDistribution([f"{'word ' * (i % 7)}{chr(97 + i % 26) * (i % 5)}!" * (1 + i % 3) for i in range(60)])
    assert text.kind == "text"
    assert text.fits("anything else")
    assert not CellDistribution(["x", "y"] * 20).fits("z")
