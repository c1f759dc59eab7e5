import random
import tempfile
from pathlib import Path

import polluted as p
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatebook.errors import GatebookError, LimitError, TableError
from gatebook.project import ReadOptions, TableSpec
from gatebook.project.tables import open_table
from gatebook.reading import Seen


def fates(table):
    return {k: v for k, v in vars(table.accounts[0].fates).items() if v}


def kinds(table):
    return {e.code for a in table.accounts for e in a.events}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", " "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_delimiter_and_line_end_comes_back_exact(load, cells, delimiter, end):
    table = p.rows(1)
    opened = load(p.dump(table, delimiter, end=end))
    assert opened.header == tuple(table[0])
    assert cells(opened) == table[1:]
    assert opened.closed
    assert not opened.accounts[0].events


@pytest.mark.parametrize("style", [{"quote": "'"}, {"escape": "\\"}, {"quoting": 1}])
def test_other_quoting_comes_back_exact(load, cells, style):
    table = p.rows(2)
    opened = load(p.dump(table, **style))
    assert cells(opened) == table[1:]
    assert opened.closed


def test_a_space_after_every_delimiter_belongs_to_the_delimiter(load, cells):
    table = p.rows(3)
    opened = load(p.dump(table, quoting=1).replace('","', '", "'))
    assert cells(opened) == table[1:]
    assert opened.accounts[0].dialect == "comma and space, double quotes, CRLF"


def test_the_fast_and_the_tolerant_reader_agree(load, cells):
    table = p.rows(4)
    clean = load(p.dump(table), "clean.csv")
    broken = load(p.dump(table) + "1,2\r\n", "broken.csv")
    assert cells(clean) == cells(broken) == table[1:]
    assert fates(clean) == {"header": 1, "continuation": 3, "kept": 30}
    assert clean.closed
    assert broken.closed


def test_ids_and_numbers_keep_every_digit(load, cells):
    opened = load("id,zip,x\n9007199254740993,007,1e400\n12345678901234567890123,008,NA\n")
    assert cells(opened) == [["9007199254740993", "007", "1e400"], ["12345678901234567890123", "008", "NA"]]


def test_an_empty_cell_is_missing_and_a_quoted_one_is_an_event(load):
    opened = load('a,b\n1,\n2,""\nNA,null\n')
    assert opened.frame()["b"].isna().tolist() == [True, True, False]
    assert Seen.QUOTED_EMPTY in kinds(opened)


def test_a_file_without_names_gets_numbered_columns(load):
    opened = load("1,2024-01-01,x\n2,2024-01-02,y\n3,2024-01-03,x\n")
    assert opened.columns == ("column_1", "column_2", "column_3")
    assert opened.rows == 3
    assert Seen.NO_HEADER in kinds(opened)


def test_a_header_alone_is_a_table_without_rows(load):
    opened = load("a,b,c\n")
    assert (opened.columns, opened.rows, opened.closed) == (("a", "b", "c"), 0, True)


def test_repeated_names_are_told_apart_and_reported(load):
    opened = load("id,a,a,A,\n1,2,3,4,5\n")
    assert opened.header == ("id", "a", "a", "A", "")
    assert opened.columns == ("id", "a", "a_2", "A", "")
    assert {Seen.DUPLICATE_COLUMNS, Seen.SIMILAR_COLUMNS, Seen.UNNAMED_COLUMNS} <= kinds(opened)
    assert opened.frame()["A"].tolist() == ["4"]
    assert opened.con.execute(f"SELECT {opened.identifier('A')} FROM {opened.relation}").fetchone() == ("4",)


def test_preamble_footer_and_second_table_are_not_records(load, cells):
    table = p.rows(5)
    text = 'Export of "everything"\r\n\r\n' + p.dump(table) + "\r\nkey,value\r\na,1\r\n"
    opened = load(text)
    assert cells(opened) == table[1:]
    assert fates(opened) == {"header": 1, "preamble": 1, "blank": 2, "footer": 2, "continuation": 3, "kept": 30}


def test_a_total_at_the_end_is_a_footer(load, cells):
    table = p.rows(6)
    opened = load(p.dump(table) + "Total rows:,30\r\n")
    assert cells(opened) == table[1:]
    assert opened.accounts[0].fates.footer == 1


def test_told_lines_win_over_found_ones(load, cells):
    opened = load("x;y\n1,5;2\nend\n", skip_lines=0, footer_lines=1, delimiter=";", header=True)
    assert opened.columns == ("x", "y")
    assert cells(opened) == [["1,5", "2"]]
    assert load("a;b\nc;d\n", header=False).rows == 2


@pytest.mark.parametrize(
    ("c", "line"), [(4, p.merged), (3, p.doubled), (0, p.stray_quote), (7, p.stray_quote), (2, p.doubled)]
)
def test_a_damaged_record_is_quarantined_or_repaired_and_the_others_are_exact(load, cells, c, line, tmp_path):
    table = p.rows(7)
    text = p.damage(table, 9, line(table[9], c))
    without = load(text, "without.csv", rejects=tmp_path / "rejects")
    assert cells(without) == table[1:9] + table[10:]
    assert fates(without)["quarantined"] == 1
    assert without.record_numbers().tolist() == [i for i in range(1, 31) if i != 9]
    kept = (tmp_path / "rejects" / "sample-without.csv.txt").read_bytes().decode()
    assert line(table[9], c) in kept
    repaired = load(text, "with.csv", repair=True)
    assert cells(repaired) == table[1:]
    assert fates(repaired)["repaired"] == 1
    assert without.closed
    assert repaired.closed


def test_a_record_with_its_own_delimiter_is_recognised(load, cells):
    table = p.rows(8)
    for delimiter in (";", " "):
        opened = load(p.damage(table, 5, p.dump([table[5]], delimiter)), repair=True)
        assert cells(opened) == table[1:]
        assert fates(opened)["repaired"] == 1


def test_a_repaired_record_never_enters_without_the_opt_in(load, cells):
    table = p.rows(9)
    opened = load(p.damage(table, 3, p.stray_quote(table[3], 2)))
    assert cells(opened) == table[1:3] + table[4:]


def test_two_stray_quotes_that_pair_up_do_not_swallow_the_records_between(load, cells):
    table = [[*row[:5], row[5].replace("\n", " ").replace('"', ""), *row[6:]] for row in p.rows(10)]
    lines = [",".join(c.replace(",", "") for c in row) + "\r\n" for row in table]
    lines[5] = lines[5][: lines[5].rindex(",") + 1] + '"' + lines[5][lines[5].rindex(",") + 1 :]
    lines[8] = lines[8].replace("\r\n", '"\r\n')
    opened = load("".join(lines))
    kept = {row[0] for row in cells(opened)}
    assert {row[0] for i, row in enumerate(table) if i in (6, 7)} <= kept
    assert opened.accounts[0].fates.continuation == 0
    assert opened.closed


def test_stray_quotes_on_neighbouring_records_do_not_join_them(load):
    lines = [f"{i},{i * 7 % 10}.5,{'xy'[i % 2]}\n" for i in range(40)]
    lines[10] = lines[10].replace(",x", ',"x')
    lines[11] = lines[11].replace("\n", '"\n')
    opened = load("id,n,label\n" + "".join(lines))
    assert opened.accounts[0].fates.continuation == 0
    assert opened.rows <= 39
    assert opened.closed


def test_text_of_several_lines_in_the_first_column_is_left_alone(load, cells):
    table = [["text", "label", "n"], *([f"hello {i}\nworld {i}", "xy"[i % 2], str(i)] for i in range(40))]
    opened = load(p.dump(table))
    assert cells(opened) == table[1:]
    assert not opened.accounts[0].events


def test_a_header_longer_than_the_sample_is_read_whole(load):
    names = [f"{'n' * 140}{i}" for i in range(2_000)]
    opened = load(",".join(names) + "\n" + ",".join(["1"] * 2_000) + "\n")
    assert (opened.columns, opened.rows) == (tuple(names), 1)


@pytest.mark.parametrize("delimiter", ["§", "¦", "\x01", "~", "^", "]"])
def test_odd_delimiters_can_be_told(load, cells, delimiter):
    table = p.rows(13)
    assert cells(load(p.dump(table, delimiter), delimiter=delimiter)) == table[1:]


def test_a_file_told_to_have_no_quotes_keeps_them_as_text(load, cells):
    assert cells(load('a,b\n"1,2"\n3,"4"\n', quote="")) == [['"1', '2"'], ["3", '"4"']]


def test_a_quote_inside_an_unquoted_cell_is_text_and_an_event(load, cells):
    opened = load('size,n\n5" pipe,1\n3" bolt,2\n["a"],3\n')
    assert cells(opened) == [['5" pipe', "1"], ['3" bolt', "2"], ['["a"]', "3"]]
    assert kinds(opened) == {Seen.QUOTE_IN_FIELD}


def test_the_line_of_names_in_the_middle_is_no_record(load, cells):
    table = p.rows(11)
    opened = load(p.dump(table) + p.dump(table))
    assert cells(opened) == table[1:] + table[1:]
    assert opened.accounts[0].fates.header == 2


def test_blank_lines_and_mixed_line_ends_are_counted(load, cells):
    opened = load("a,b\n1,2\r\n\n3,4\n5,6\n\n")
    assert cells(opened) == [["1", "2"], ["3", "4"], ["5", "6"]]
    assert fates(opened) == {"header": 1, "blank": 2, "kept": 3}
    assert kinds(opened) == {Seen.MIXED_LINE_ENDS}


def test_line_breaks_inside_cells_are_no_mixed_line_ends(load):
    assert not kinds(load(p.dump(p.rows(12))))


def test_nul_bytes_stay(load, cells):
    opened = load("a,b\n1,x\0y\n")
    assert cells(opened) == [["1", "x\0y"]]
    assert kinds(opened) == {Seen.NUL_BYTE}


def test_lines_that_break_the_encoding_are_rejected_not_guessed(load, cells):
    good = "".join(f"{i},müller straße\n" for i in range(20)).encode()
    opened = load(b"id,name\n" + good + b"20,m\xffller\n" + good)
    assert opened.accounts[0].encoding == "utf-8"
    assert opened.rows == 40
    assert fates(opened)["rejected"] == 1
    assert opened.record_numbers().tolist()[-1] == 41
    assert opened.closed


def test_a_name_that_breaks_the_encoding_is_spelled_out(load):
    good = "".join(f"{i},müller straße\n" for i in range(20)).encode()
    opened = load(b"id,na\xffme\n" + good)
    assert opened.columns == ("id", "na\\xffme")
    assert opened.rows == 20


@pytest.mark.slow
def test_ten_thousand_columns_load(load):
    opened = load(",".join(f"c{i}" for i in range(10_000)) + "\n" + ",".join("1" * 10_000) + "\n")
    assert (len(opened.columns), opened.rows, opened.closed) == (10_000, 1, True)


def test_caps_end_in_an_error_that_names_the_setting(load):
    text = "a,b\n" + "1,2\n" * 100
    for cap, content in (
        ({"max_rows": 50}, text),
        ({"max_bytes": 100}, text),
        ({"max_cell_bytes": 100}, "a,b\n1," + "x" * 200 + "\n2,y\n"),
        ({"max_seconds": 1e-9}, text),
        ({"max_rows": 50}, text + "1,2,3\n"),
    ):
        with pytest.raises(LimitError, match=next(iter(cap))):
            load(content, **cap)


def test_nothing_to_read_is_a_clear_error(load):
    with pytest.raises(TableError, match="empty"):
        load("")
    with pytest.raises(TableError, match="blank"):
        load("\n\n")


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ue000"), max_size=8)


@st.composite
def tables(draw):
    width = draw(st.integers(2, 5))
    names = [f"name {c}" for c in "abcde"[:width]]
    body = draw(st.lists(st.lists(TEXT, min_size=width, max_size=width), min_size=1, max_size=12))
    return [names, *([f"k{i}", *row[1:]] for i, row in enumerate(body))]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t|"),
    quote=st.sampled_from("\"'"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([0, 1]),
)
def test_random_tables_in_told_dialects_come_back_exact(table, delimiter, quote, end, quoting):
    # The writer leaves a lone CR without quotes, where nothing tells it from a line end.
    quoting = 1 if any("\r" in cell for row in table for cell in row) else quoting
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "t.csv").write_bytes(p.dump(table, delimiter, quote, end=end, quoting=quoting).encode())
        told = {"delimiter": delimiter, "quote": quote, "encoding": "utf-8", "header": True, "skip_lines": 0}
        spec = TableSpec(path="t.csv").model_copy(update={"read": ReadOptions().model_copy(update=told)})
        opened = open_table("sample", spec, Path(folder))
        got = [list(row) for row in opened.frame().fillna("").itertuples(index=False, name=None)]
        assert opened.closed
        assert opened.header == tuple(table[0])
        assert got == table[1:]
        opened.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10**6),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from(["", '"', ",", "\n", "\r", "\0", "'", "\\", ",,", '""', "\ufeff"])),
        min_size=1,
        max_size=4,
    ),
    repair=st.booleans(),
)
def test_random_damage_never_leaves_a_line_without_a_fate(seed, cuts, repair):
    data = p.dump(p.rows(seed, 12))
    r = random.Random(seed)
    for where, what in cuts:
        at = int(where * len(data))
        data = data[:at] + what + data[at + r.randrange(3) :]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "t.csv").write_bytes(data.encode())
        try:
            opened = open_table(
                "sample",
                TableSpec(path="t.csv", read=ReadOptions(repair=repair)),
                Path(folder),
                rejects=Path(folder) / "r",
            )
        except GatebookError:
            return
        account = opened.accounts[0]
        lines = len(data.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n"))
        assert account.lines == lines
        assert opened.closed == (account.fates.total == lines and len(opened.frame()) == account.fates.rows)
        assert opened.closed
        assert len(opened.record_numbers()) == opened.rows
        opened.close()
