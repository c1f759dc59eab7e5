import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from gatebook.errors import LimitError, TableError
from gatebook.project import ReadOptions, TableSpec
from gatebook.project.tables import open_table

FRAME = pa.table(
    {
        "id": ["007", None, ""],
        "big": pa.array([9007199254740993, None, 2], pa.int64()),
        "share": [0.1, None, 1e-7],
        "day": [dt.date(2024, 1, 31), None, dt.date(2024, 2, 1)],
        "list": [[1, 2], None, []],
    }
)


@pytest.mark.parametrize(
    ("name", "write"),
    [("t.parquet", parquet.write_table), ("t.feather", feather.write_feather), ("t.arrow", feather.write_feather)],
)
def test_values_become_exact_text_and_null_is_missing(tmp_path, name, write):
    write(FRAME, tmp_path / name)
    table = open_table("sample", TableSpec(path=name), tmp_path)
    frame = table.frame()
    assert frame["big"].tolist()[0] == "9007199254740993"
    assert frame["share"].tolist()[0] == "0.1"
    assert frame["day"].tolist()[0] == "2024-01-31"
    assert frame["id"].isna().tolist() == [False, True, False]
    assert table.accounts[0].lines == table.rows == 3
    assert table.closed


def test_a_small_file_that_decodes_to_a_huge_table_stops_at_the_cap(tmp_path):
    bomb = pa.table({"x": pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), ["y" * 1_000])})
    parquet.write_table(bomb, tmp_path / "b.parquet")
    assert (tmp_path / "b.parquet").stat().st_size < 100_000
    with pytest.raises(LimitError, match="max_bytes"):
        open_table("sample", TableSpec(path="b.parquet", read=ReadOptions(max_bytes=10_000_000)), tmp_path)
    with pytest.raises(LimitError, match="max_rows"):
        open_table("sample", TableSpec(path="b.parquet", read=ReadOptions(max_rows=1_000)), tmp_path)


@pytest.mark.parametrize("name", ["t.parquet", "t.feather"])
def test_a_damaged_file_is_a_clear_error(tmp_path, name):
    write = parquet.write_table if name.endswith("parquet") else feather.write_feather
    write(FRAME, tmp_path / name)
    data = (tmp_path / name).read_bytes()
    for damaged in (data[: len(data) // 2], b"nonsense"):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(TableError, match="damaged"):
            open_table("sample", TableSpec(path=name), tmp_path)


def test_pandas_index_columns_do_not_disturb(tmp_path):
    pd.DataFrame({"a": [1, 2]}, index=[5, 7]).to_parquet(tmp_path / "p.parquet")
    assert open_table("sample", TableSpec(path="p.parquet"), tmp_path).rows == 2


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_several_files_are_read_and_the_types_that_they_agree_on_are_kept_beside_its_text(tmp_path, suffix):
    write = parquet.write_table if suffix == "parquet" else feather.write_feather
    took = pa.array([463_000], pa.duration("us"))
    for part, seen in ((1, pa.array(["x"])), (2, pa.array([5]))):
        write(pa.table({"took": took, "seen": seen}), tmp_path / f"part-{part}.{suffix}")
    one, both = (open_table("sample", TableSpec(path=f"part-{which}.{suffix}"), tmp_path) for which in ("1", "*"))
    assert one.types == {"took": "duration[us]", "seen": "string"}
    assert both.types == {"took": "duration[us]"}  # the files do not agree on the other


def test_a_text_file_states_no_types(tmp_path):
    (tmp_path / "t.csv").write_text("took,seen\n463,x\n", encoding="utf-8")
    assert open_table("sample", TableSpec(path="t.csv"), tmp_path).types == {}
