import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.errors import LimitError, TableError
from gatebook.reading import Seen
from gatebook.reading.documents import _DECODER, _dump


def test_numbers_keep_their_digits_and_nested_values_stay_json(load, cells):
    table = load(
        '{"id":"007","n":9007199254740993,"x":1.50}\n{"id":8,"y":{"a":[1,2.0,null,"ü"]},"t":true}\n', "t.jsonl"
    )
    assert table.columns == ("id", "n", "x", "y", "t")
    assert cells(table) == [
        ["007", "9007199254740993", "1.50", "", ""],
        ["8", "", "", '{"a": [1, 2.0, null, "ü"]}', "true"],
    ]
    assert table.closed


def test_lines_without_an_object_are_rejected_and_counted(load, tmp_path):
    table = load('{"a":1}\n\nno json\n[1]\n{"a":2}', "t.ndjson", rejects=tmp_path / "r")
    fates = table.accounts[0].fates
    assert (fates.kept, fates.blank, fates.rejected, table.accounts[0].lines) == (2, 1, 2, 5)
    assert table.record_numbers().tolist() == [1, 4]
    assert "no json" in (tmp_path / "r" / "sample-t.ndjson.txt").read_text()
    assert table.closed


def test_a_name_that_comes_late_and_a_name_twice_are_events(load):
    lines = [json.dumps({"a": i}) for i in range(1500)] + ['{"a":1,"a":2}', '{"a":1,"b":2}']
    table = load("\n".join(lines), "t.jsonl")
    assert table.columns == ("a", "b")
    assert {e.code for e in table.account.events} == {Seen.LATE_COLUMNS, Seen.DUPLICATE_NAMES}
    assert table.frame()["b"].tolist()[-1] == "2"
    assert table.rows == 1502


def test_an_array_and_the_one_array_of_an_object_are_tables(load, cells):
    assert cells(load('[{"a":"x"},{"a":null,"b":1e400}]', "t.json")) == [["x", ""], ["", "1e400"]]
    assert load('{"meta":1,"rows":[{"a":1}]}', "t.json").rows == 1
    assert load('{"p":[{"a":1}],"q":[{"a":1},{"a":2}]}', "t.json", table="q").rows == 2
    assert load('{"a":1}\n{"a":2}\n', "t.json").rows == 2


@pytest.mark.parametrize("text", ['{"p":[{"a":1}],"q":[{"a":1}]}', '{"a":1}', "[1,2]", "3", "[{", "[" * 100_000])
def test_json_that_is_no_table_is_a_clear_error(load, text):
    with pytest.raises(TableError):
        load(text, "t.json")


def test_a_huge_cell_ends_at_the_cap(load):
    with pytest.raises(LimitError, match="max_cell_bytes"):
        load('[{"a":"' + "x" * 500 + '"}]', "t.json", max_cell_bytes=100)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text("ab", max_size=3), x, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(JSON)
def test_a_nested_value_reads_back_as_the_same_value(value):
    assert json.loads(_dump(_DECODER.decode(json.dumps(value)))) == value


def test_half_a_surrogate_pair_is_rejected_and_kept_spelled_out(load, tmp_path):
    table = load(r'[{"a": "x\ud800y"}, {"a": 1}]', "t.json", rejects=tmp_path / "r")
    assert list(table.frame()["a"]) == ["1"]
    assert r"x\ud800y" in (tmp_path / "r" / "sample-t.json.txt").read_text(encoding="utf-8")
