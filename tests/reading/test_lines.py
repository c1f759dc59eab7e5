import io

import polluted as p
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.reading.account import Damage
from gatebook.reading.layout import Dialect
from gatebook.reading.lines import LineFault, RecordReader


def read(text, dialect=None, **options):
    return list(RecordReader(iter(io.StringIO(text, newline="")), dialect or Dialect(","), **options))


@given(st.text(st.sampled_from('ab,"\n\r'), max_size=80))
def test_every_line_belongs_to_exactly_one_record(text):
    for width in (None, 2):
        records = read(text, width=width)
        assert "".join(r.raw for r in records) == text
        line = 1
        for record in records:
            assert record.line == line
            line += record.span


@pytest.mark.parametrize("dialect", [Dialect(","), Dialect(";", "'"), Dialect("\t", '"', "\\"), Dialect("|", "")])
def test_sound_text_reads_as_it_was_written(dialect):
    table = (
        [[c.replace("\n", " ").replace("|", " ") for c in row] for row in p.rows(3)] if not dialect.quote else p.rows(3)
    )
    quoting = 3 if not dialect.quote else 0
    text = (
        p.dump(table, dialect.delimiter, dialect.quote or None, dialect.escape or None, quoting=quoting)
        if dialect.quote
        else "".join("|".join(row) + "\n" for row in table)
    )
    records = read(text, dialect, width=8)
    assert [r.cells for r in records] == table
    assert all(r.fault is LineFault.NONE for r in records)


def test_a_block_of_sound_records_ends_before_the_first_odd_one():
    text = 'a,b\n"c\nd",e\nf,"g"x\nh,i\n'
    reader = RecordReader(iter(io.StringIO(text)), Dialect(","), width=2)
    block = reader.sound(100)
    assert (block.records, block.lines, block.continuation) == ([["a", "b"], ["c\nd", "e"]], 3, 1)
    assert reader.line == 4
    reader.give_back(block)
    assert reader.line == 1
    assert [r.raw for r in reader] == ["a,b\n", '"c\nd",e\n', 'f,"g"x\n', "h,i\n"]


def test_quotes_in_bare_cells_are_text():
    assert [(r.cells, r.fault) for r in read('5" pipe,1\na["x"],2\n', width=2)] == [
        (['5" pipe', "1"], "loose"),
        (['a["x"]', "2"], "loose"),
    ]


def test_quotes_that_might_enclose_a_delimiter_are_doubtful():
    (record,) = read('x "a, b" y\n', width=2)
    assert record.fault == "doubtful"


def test_an_unclosed_quote_takes_its_own_line_only():
    records = read('a,"b\nc,d\ne,f\n', width=2)
    assert [r.span for r in records] == [1, 1, 1]
    assert records[0].fault == "broken"
    assert (["a", '"b'], 1, Damage.QUOTE_AS_TEXT) in records[0].readings


def test_a_character_of_the_private_use_area_is_no_quote():
    assert read('a,\ue000\n"b",\ue000"\n', width=2)[0].cells == ["a", "\ue000"]
