"""A folder from a stranger: what lies in it cannot make a command hang, read elsewhere, write elsewhere or run its
code.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fakes import project_folder, stand_in
from gatebook import workbench
from gatebook.errors import HistoryError, ProjectFileError, RunError, TableError
from gatebook.history.ledger import Ledger
from gatebook.history.remembered import recall
from gatebook.init import init_project
from gatebook.project import load_project
from gatebook.project.tables import open_tables
from gatebook.reading import content, documents, store
from gatebook.record import read_record
from gatebook.run.projects import run_projects
from gatebook.run.verify import verify_run
from projects import AS_OF

TOML = '[project]\ntask = "classification"\n[tables.sample]\npath = "{}"\n'


def folder_of(root: Path, path: str, more: str = "") -> Path:
    root.mkdir(exist_ok=True)
    (root / "gatebook.toml").write_text(TOML.format(path) + more)
    return root


def problem(root: Path) -> str:
    found = open_tables(load_project(root))
    for table in found.values():
        table.close()
    assert "sample" not in found
    assert isinstance(found.problems["sample"], TableError)
    return str(found.problems["sample"])


@pytest.mark.parametrize("reads", ["read_text", "read_blob", "read_csv", "glob"])
def test_a_view_in_a_database_reads_no_other_file(tmp_path, reads):
    (tmp_path / "outside.csv").write_text("id\nsecret-of-the-reader\n")
    root = folder_of(tmp_path / "home", "t.duckdb")
    with duckdb.connect(str(root / "t.duckdb")) as con:
        con.execute(f"CREATE VIEW t AS SELECT * FROM {reads}('{tmp_path}/outside.csv')")
    assert "cannot be read" in problem(root)


def test_a_database_without_such_a_view_is_read(tmp_path):
    root = folder_of(tmp_path / "o'hara [1]", "t.duckdb")
    with duckdb.connect(str(root / "t.duckdb")) as con:
        con.execute("CREATE TABLE t AS SELECT range AS id FROM range(3)")
    assert open_tables(load_project(root))["sample"].rows == 3


@pytest.mark.parametrize("kind", ["db", "duckdb"])
def test_a_view_that_never_ends_is_ended(tmp_path, kind):
    root = folder_of(tmp_path, f"t.{kind}", "max_seconds = 0.5\n")
    view = "CREATE VIEW t AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS id FROM c"
    if kind == "db":
        con = sqlite3.connect(root / "t.db")
        con.execute(view)
        con.commit()
        con.close()
    else:
        with duckdb.connect(str(root / "t.duckdb")) as made:
            made.execute(view)
    assert "longer than 0.5 seconds" in problem(root)


def test_a_view_that_makes_a_huge_cell_is_refused_before_it_is_made(tmp_path):
    root = folder_of(tmp_path, "t.db")
    con = sqlite3.connect(root / "t.db")
    con.execute("CREATE VIEW t AS SELECT hex(zeroblob(400000000)) AS id")
    con.commit()
    con.close()
    assert "a cell is larger than" in problem(root)


def book(root: Path, *, far: str = "", merge: str = "", link: str = "") -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet["A1"], sheet["A2"] = "id", "1"
    if far:
        sheet[far] = "x"
    made.save(root / "t.xlsx")
    extra = f'<mergeCells><mergeCell ref="{merge}"/></mergeCells>' if merge else ""
    extra += f'<hyperlinks><hyperlink ref="{link}" location="x"/></hyperlinks>' if link else ""
    rewritten(
        root / "t.xlsx", "xl/worksheets/sheet1.xml", lambda text: text.replace("</sheetData>", f"</sheetData>{extra}")
    )


def rewritten(path: Path, part: str, how) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = how(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"far": "XFD1048576"}, "1,048,576 rows and 16,384 columns apart"),
        ({"merge": "A1:XFD1048576"}, "more than 5,000,000 cells"),
        ({"merge": "A:XFD"}, "more than 5,000,000 cells"),
        ({"link": "$A$1:$XFD$1048576"}, "more than 5,000,000 cells"),
    ],
)
def test_a_workbook_of_a_few_cells_that_asks_for_billions_is_refused(tmp_path, about, told):
    root = folder_of(tmp_path, "t.xlsx")
    book(root, **about)
    begun = time.monotonic()
    assert told in problem(root)
    assert time.monotonic() - begun < 20


def test_a_format_far_below_the_table_is_no_row(tmp_path):
    root = folder_of(tmp_path, "t.xlsx")
    made = openpyxl.Workbook()
    made.active["A1"], made.active["A2"] = "id", "1"
    made.active["B1048576"].number_format = "0.00"
    made.save(root / "t.xlsx")
    assert open_tables(load_project(root))["sample"].rows == 1


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/passwd"', '"ha"'])
def test_a_workbook_with_entities_is_refused(tmp_path, entity):
    root = folder_of(tmp_path, "t.xlsx")
    book(root)
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e {entity}>]>'
    rewritten(root / "t.xlsx", "xl/worksheets/sheet1.xml", lambda text: head + text.split("?>")[-1])
    assert "declares entities" in problem(root)


def test_a_workbook_of_more_cells_than_fit_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "_MAX_CELLS", 2)
    root = folder_of(tmp_path, "t.xlsx")
    book(root, far="B1")
    assert "more than 2 cells" in problem(root)


def test_an_arrow_file_is_measured_before_its_repeated_texts_are_written_out(tmp_path):
    root = folder_of(tmp_path, "t.arrow")
    repeated = pa.DictionaryArray.from_arrays(pa.array(np.zeros(3_000_000, "int8")), pa.array(["x" * 100_000]))
    table = pa.table({"id": repeated})
    with pa.ipc.new_file(root / "t.arrow", table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as file:
        file.write_table(table)
    assert (root / "t.arrow").stat().st_size < 10_000
    assert "expands to more than" in problem(root)


@pytest.mark.parametrize("kind", ["arrow", "parquet"])
def test_a_columnar_file_that_swells_is_refused_until_its_section_says_how_far(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(content, "_ALWAYS", 10**6)
    root = folder_of(tmp_path, f"t.{kind}")
    table = pa.table({"id": pa.array(["x" * 1000] * 5_000)})
    if kind == "parquet":
        pq.write_table(table, root / "t.parquet", compression="zstd")
    else:
        with pa.ipc.new_file(
            root / "t.arrow", table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")
        ) as file:
            file.write_table(table, max_chunksize=5_000)
    assert "swells to more than" in problem(root)
    folder_of(tmp_path, f"t.{kind}", "max_bytes = 10_000_000\n")
    assert open_tables(load_project(root))["sample"].rows == 5_000


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_table_of_more_columns_than_any_has_is_refused(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(store, "_COLUMNS", 1_000)
    root, names = folder_of(tmp_path, f"t.{kind}"), [f"c{i}" for i in range(1_001)]
    if kind == "csv":
        (root / "t.csv").write_text(",".join(names) + "\n" + ",".join("1" * len(names)) + "\n")
    elif kind == "jsonl":
        (root / "t.jsonl").write_text(json.dumps(dict.fromkeys(names, 1)) + "\n")
    else:
        pq.write_table(pa.table({name: [1] for name in names}), root / "t.parquet")
    assert "more than 1,000 columns" in problem(root)


def test_objects_that_go_on_to_bring_new_names_are_refused(tmp_path):
    root = folder_of(tmp_path, "t.jsonl")
    (root / "t.jsonl").write_text(
        "".join(json.dumps({"id": i, **({f"k{i}": 1} if i >= 1000 else {})}) + "\n" for i in range(1600))
    )
    assert "more than 500 names" in problem(root)


def test_late_names_that_differ_in_case_alone_keep_their_values(tmp_path):
    root = folder_of(tmp_path, "t.jsonl")
    late = {1200: {"a": "late"}, 1300: {"A_2": "later"}}
    (root / "t.jsonl").write_text(
        "".join(json.dumps({"id": i, "A": "early"} | late.get(i, {})) + "\n" for i in range(1400))
    )
    table = open_tables(load_project(root))["sample"]
    frame = table.frame(["A", "a", "A_2"])
    assert frame.iloc[1200].tolist()[:2] == ["early", "late"]
    assert frame["A_2"].dropna().to_dict() == {1300: "later"}
    assert frame["a"].dropna().to_dict() == {1200: "late"}


def test_thousands_of_columns_of_one_name_are_told_apart_in_time(tmp_path):
    root = folder_of(tmp_path, "t.csv")
    (root / "t.csv").write_text(",".join(["a"] * 2000) + "\n" + ",".join("1" * 2000) + "\n")
    begun = time.monotonic()
    assert len(set(open_tables(load_project(root))["sample"].columns)) == 2000
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    "place", ["t.csv", ".gatebook/history.jsonl", ".gatebook/last-record.json", "notebooks/04_go_no_go.ipynb"]
)
def test_a_pipe_in_place_of_a_file_makes_nothing_wait(tmp_path, place):
    root = folder_of(tmp_path / "home", "t.csv")
    (root / "t.csv").write_text("id\n1\n")
    (root / place).parent.mkdir(exist_ok=True)
    (root / place).unlink(missing_ok=True)
    os.mkfifo(root / place)
    project = load_project(root)
    if place == "t.csv":
        assert "there is no such file" in problem(root)
    elif "history" in place:
        with pytest.raises(HistoryError, match="no plain file"):
            _ = Ledger.of(project).entries
        with pytest.raises(HistoryError, match="no plain file"):
            Ledger.of(project).append("look", {})
    elif "record" in place:
        assert recall(project, AS_OF) is None
    else:
        with pytest.raises(RunError, match="no plain file"):
            workbench.copy_notebooks(root)


@pytest.mark.parametrize("name", ["manifest.json", "decision.json"])
def test_a_run_with_a_pipe_in_it_is_not_sound(tmp_path, name):
    (tmp_path / "manifest.json").write_text('{"run": "x", "files": {"a\\u0000b": {}, "../x": 1}}')
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)
    found = verify_run(tmp_path)
    assert not found.sound
    assert any("no plain file" in check.words for check in found.checks)


def test_a_deep_nest_in_place_of_a_record_is_refused(tmp_path):
    (tmp_path / "decision.json").write_text("[" * 100_000)
    with pytest.raises(RunError, match="cannot be read as a decision record"):
        read_record(tmp_path / "decision.json")


def test_a_project_file_of_gigabytes_is_not_read(tmp_path):
    root = folder_of(tmp_path, "t.csv")
    with (root / "gatebook.toml").open("r+b") as file:
        file.truncate(50 * 1024**3)
    with pytest.raises(ProjectFileError, match="more than 10,485,760 bytes"):
        load_project(root)


@pytest.mark.parametrize("kept", [".gatebook", ".gatebook/rejects"])
def test_nothing_is_written_through_a_link_in_the_folder(tmp_path, kept):
    outside = tmp_path / "outside"
    outside.mkdir()
    root = folder_of(tmp_path / "home", "t.csv")
    (root / kept).parent.mkdir(exist_ok=True)
    (root / kept).symlink_to(outside)
    with pytest.raises(ProjectFileError, match="is a link"):
        load_project(root)
    assert list(outside.iterdir()) == []


def test_a_history_is_not_written_through_a_link_nor_into_a_file_of_another_purpose(tmp_path):
    victim = tmp_path / "settings"
    victim.write_text("mine")
    root = folder_of(tmp_path / "home", "t.csv")
    (root / ".gatebook").mkdir()
    (root / ".gatebook/history.jsonl").symlink_to(victim)
    ledger = Ledger.of(load_project(root))
    assert not ledger.writable
    with pytest.raises(HistoryError, match="cannot be written"):
        ledger.append("look", {})
    text = (root / "gatebook.toml").read_text()
    (root / "gatebook.toml").write_text(text.replace("[tables", 'history = "../settings"\n[tables', 1))
    with pytest.raises(HistoryError, match=r"ends in \.jsonl"):
        Ledger.of(load_project(root))
    assert victim.read_text() == "mine"


def test_copied_notebooks_are_not_written_through_a_link(tmp_path):
    victim = tmp_path / "settings"
    victim.write_text("mine")
    root = folder_of(tmp_path / "home", "t.csv")
    (root / "notebooks").mkdir()
    (root / "notebooks/.04_go_no_go.ipynb.partial").symlink_to(victim)
    workbench.copy_notebooks(root)
    assert victim.read_text() == "mine"
    (root / "linked").mkdir()
    for path in (root / "notebooks").iterdir():
        path.unlink()
    (root / "notebooks").rmdir()
    (root / "notebooks").symlink_to(tmp_path)
    with pytest.raises(RunError, match="is a link"):
        workbench.copy_notebooks(root)


def test_init_does_not_write_through_a_link(tmp_path):
    victim = tmp_path / "settings"
    victim.write_text("mine")
    root = tmp_path / "home"
    root.mkdir()
    (root / "t.csv").write_text("id,text\n" + "".join(f"{i},some words {i}\n" for i in range(50)))
    (root / f".gatebook.toml.{os.getpid()}").symlink_to(victim)
    with pytest.raises(ProjectFileError, match="appeared while init"):
        init_project(root)
    assert victim.read_text() == "mine"


@pytest.mark.slow
def test_jupyterlab_neither_runs_settings_nor_imports_modules_of_the_folder(tmp_path, monkeypatch):
    root = folder_of(tmp_path / "home", "t.csv")
    (root / "notebooks").mkdir()
    mark = tmp_path / "ran"
    for name in ("jupyterlab.py", "json.py", "jupyter_config.py", "jupyter_server_config.py", "ipykernel_launcher.py"):
        for where in (root, root / "notebooks"):
            (where / name).write_text(f"open({str(mark)!r}, 'w')\n")
    monkeypatch.chdir(root)
    real, seen = subprocess.run, {}

    def only_version(command, **how):
        seen.update(how)
        return real([*command[:3], "--version"], **how, capture_output=True)

    monkeypatch.setattr(workbench.subprocess, "run", only_version)
    assert workbench.open_jupyterlab(root) == 0
    assert not mark.exists()
    kernel = real(
        [sys.executable, "-m", "ipykernel_launcher", "--version"],
        cwd=root / "notebooks",
        env=seen["env"],
        check=False,
        capture_output=True,
    )
    assert kernel.returncode == 0
    assert not mark.exists()
    assert not Path(seen["cwd"]).exists()


def test_a_run_imports_no_module_of_the_folder(tmp_path, monkeypatch):
    stand_in(monkeypatch)
    root = project_folder(tmp_path, "shop")
    for name in ("numpy.py", "pandas.py", "gatebook.py", "sitecustomize.py"):
        (root / name).write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(root)
    [outcome] = run_projects([root], out=tmp_path / "out")
    assert outcome.error is None


SECRETS = (
    "sk-" + "a1" * 15,
    "xoxb-" + "1" * 12 + "-abc",
    "AIza" + "b" * 35,
    "ghp_" + "0" * 36,
    "glpat-" + "x" * 20,
    "Server=db;Database=x;User=a;Password=hunter2;",
    "https://x.invalid/c?sig=abcdefgh123",
    "redis://:hunter22@cache/0",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4",
)


@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize(
    "where",
    [
        "[project]\nowner = {}\n",
        "[project]\ntask = {}\n",
        "[tables.sample]\npath = [{}]\n",
        "[tables.sample.same]\n{} = 1\n",
        "[[open]]\nid = [[{}]]\n",
    ],
)
def test_a_secret_is_refused_wherever_it_stands_and_is_not_repeated(tmp_path, where, text):
    (tmp_path / "gatebook.toml").write_text(where.format(json.dumps(text)))
    with pytest.raises(ProjectFileError, match="password or key") as caught:
        load_project(tmp_path)
    assert text not in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "Support triage: tokens a day",
        "sk-learn baseline",
        "password reset",
        "https://x.invalid/a:b",
        "the secret = ${NAME}",
    ],
)
def test_words_about_secrets_are_no_secrets(tmp_path, text):
    (tmp_path / "gatebook.toml").write_text(
        TOML.format("t.csv").replace("[tables", f"owner = {json.dumps(text)}\n[tables")
    )
    assert load_project(tmp_path).owner == text


def test_a_project_with_more_columns_than_can_be_looked_at_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setattr("gatebook.project.tables._COLUMNS", 20)
    root = folder_of(tmp_path, "t.csv")
    (root / "t.csv").write_text(",".join(f"c{i}" for i in range(21)) + "\n" + ",".join("1" * 21) + "\n")
    assert "21 columns; an assessment looks at each of at most 20" in problem(root)
