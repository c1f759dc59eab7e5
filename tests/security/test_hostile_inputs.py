"""Names, paths, parameters, project files and archives that mean harm: a clear error or a count, in bounded time."""

from __future__ import annotations

import gzip
import io
import json
import resource
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import project_folder, stand_in
from gatebook.errors import GatebookError, ProjectFileError, TableError
from gatebook.findings_file import spreadsheet_safe
from gatebook.gates import notebooks_folder, pages
from gatebook.project import load_project
from gatebook.project.tables import open_tables
from gatebook.reading import content, join_account
from gatebook.run.notebooks import Job, execute
from gatebook.run.projects import run_projects
from records import record

NAMES = (
    'a"; DROP TABLE data; --',
    "a'b",
    "select",
    'a""b',
    'x"."y',
    "ñ 日本",
    "$1",
    "?",
    ":p",
    "%s",
    "{x}",
    "{{x}}",
    "__proto__",
    "a/*b*/",
    "x\\",
    "${y}",
    "a;b",
    "a, b",
    "row_number",
    "rowid",
    "record",
    "__index__",
    "id'); COPY data TO 'pwned.csv'; --",
)
TOML = '[project]\ntask = "classification"\n[tables.sample]\npath = {}\nid = "id"\n'


def opened(folder: Path):
    return open_tables(load_project(folder))


def with_path(folder: Path, path: str) -> Path:
    (folder / "gatebook.toml").write_text(TOML.format(json.dumps(path)))
    return folder


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_column_names_that_are_sql_stay_names(tmp_path, kind):
    frame = pd.DataFrame({"id": ["1", "2"], **{name: ["u", "v"] for name in NAMES}})
    file = with_path(tmp_path, f"t.{kind}") / f"t.{kind}"
    if kind == "csv":
        frame.to_csv(file, index=False)
    elif kind == "parquet":
        frame.to_parquet(file)
    else:
        frame.to_json(file, orient="records", lines=True)
    table = opened(tmp_path)["sample"]
    assert list(table.columns) == list(frame.columns)
    assert table.frame(['x".' + '"y']).iloc[:, 0].tolist() == ["u", "v"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["gatebook.toml", file.name]


def test_empty_and_duplicate_column_names_are_told_apart(tmp_path):
    (with_path(tmp_path, "t.csv") / "t.csv").write_text('id,,a,a,"",A\n1,2,3,4,5,6\n2,3,4,5,6,7\n')
    table = opened(tmp_path)["sample"]
    assert len(set(table.columns)) == 6
    assert table.frame().iloc[0].astype(str).tolist() == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "data/../../x.csv",
        "~/x.csv",
        "file:///etc/passwd",
        "http://x.invalid/a.csv",
        "s3://b/k",
        "data/\0.csv",
        "CON",
        "a" * 200 + ".csv",
        "-rf.csv",
        "$(touch x).csv",
        "`id`.csv",
        "data/*.csv",
        "{name}.csv",
        "",
        ".",
        "${HOME}/x.csv",
        "t.csv'); COPY data TO 'pwned.csv'; --",
        "//etc/passwd",
        "[",
        "**",
    ],
)
def test_a_path_out_of_the_project_or_to_nothing_is_one_clear_error(tmp_path, path):
    home = tmp_path / "home"
    home.mkdir()
    with_path(home, path)
    with pytest.raises(GatebookError) as caught:
        raise TableError(next(iter(opened(home).problems.values())).args[0])
    message = str(caught.value)
    assert "tables.sample" in message or "sample" in message
    assert "root:x" not in message
    assert [p.name for p in home.iterdir()] == ["gatebook.toml"]


@pytest.mark.parametrize("how", ["file", "folder", "glob"])
def test_a_link_out_of_the_project_is_not_followed(tmp_path, how):
    outside, home = tmp_path / "outside", tmp_path / "home"
    outside.mkdir()
    home.mkdir()
    (outside / "t.csv").write_text("id\nsecret\n")
    if how == "folder":
        (home / "data").symlink_to(outside)
    else:
        (home / "t.csv").symlink_to(outside / "t.csv")
    with_path(home, {"file": "t.csv", "folder": "data/t.csv", "glob": "*.csv"}[how])
    found = opened(home)
    assert "link out of the project" in str(found.problems["sample"])
    assert "sample" not in found


@pytest.mark.parametrize("name", ['x=1;import os;os.system("touch PWNED")#', "__import__", "class", "a b", "1x", ""])
def test_a_candidate_that_is_code_stays_a_text(tmp_path, name):
    path = tmp_path / "decision.json"
    base = record()
    found = base.model_copy(update={"project": base.project.model_copy(update={"candidate": name})})
    path.write_text(found.to_json())
    seen = {}

    def catch(_notebook, _output, *, parameters, **_rest):
        seen.update(parameters)
        return "node"

    with pytest.MonkeyPatch.context() as patch:
        import papermill

        patch.setattr(papermill, "execute_notebook", catch)
        execute(pages()[0], Job(tmp_path, path, None, notebooks_folder()), found, lambda _t: None)
    assert set(seen) == {"project", "candidate", "as_of"}  # names are ours alone
    assert seen["candidate"] == name
    code = papermill.translators.PythonTranslator.codify(seen)
    scope: dict = {}
    exec(compile(code, "parameters", "exec"), {"__builtins__": {}}, scope)
    assert scope == seen


def test_braces_and_percent_signs_in_folders_are_only_letters(tmp_path, monkeypatch):
    stand_in(monkeypatch)
    root = project_folder(tmp_path, "shop {0.__class__} %s {x}")
    [outcome] = run_projects([root], out=tmp_path / "{out}")
    assert outcome.error is None
    assert (tmp_path / "{out}").is_dir()


HEAD = '[project]\ntask = "classification"\n[tables.sample]\npath = "t.csv"\n'


@pytest.mark.parametrize(
    "text",
    [
        HEAD + 'project.name = "x"',
        HEAD + '[project]\nname = "again"',
        HEAD + '[tables.sample]\npath = "u.csv"',
        HEAD + "[tables.sample.read]\nx = 1",
        HEAD + "id = 1" + "0" * 5000,
        HEAD + "[targets]\nvalue = nan",
        HEAD + "[targets]\nvalue = inf",
        HEAD.replace('"classification"', "2026-01-01"),
        HEAD + "a = " + "[" * 5000 + "]" * 5000,
        HEAD + "x" + ".y" * 5000 + " = 1",
        HEAD + "[__class__]\nx = 1",
        HEAD + '"" = 1',
        "project = 1",
        "[[project]]",
        "[tables]\nsample = []",
        "\ufeff\ufeff" + HEAD,
        HEAD + "[targets]\nplanned_labels = 99999999999999999999999999",
        HEAD + "[[open]]\nid = 1\ndue = 0001-01-01\nowner = 3",
        HEAD + 'name = "a\u0000b"',
        "\0" * 10,
    ],
)
def test_a_project_file_with_a_trick_is_a_clear_error(tmp_path, text):
    (tmp_path / "gatebook.toml").write_text(text, encoding="utf-8")
    begun = time.monotonic()
    with pytest.raises(ProjectFileError) as caught:
        load_project(tmp_path)
    assert time.monotonic() - begun < 5
    assert str(caught.value).count(str(tmp_path / "gatebook.toml")) >= 1
    assert max(map(len, str(caught.value).splitlines())) < 2000


@pytest.mark.slow
def test_a_zip_that_unpacks_to_gigabytes_is_refused_within_bounds(tmp_path):
    sheet = b'<?xml version="1.0"?><worksheet><sheetData>' + b"<row><c><v>1</v></c></row>" * 1000
    with zipfile.ZipFile(with_path(tmp_path, "bomb.xlsx") / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as file:
            for _ in range(40):
                file.write(sheet * 1000)
        archive.writestr("[Content_Types].xml", "<Types/>")
    assert (tmp_path / "bomb.xlsx").stat().st_size < 10_000_000
    bounded(tmp_path, "bomb.xlsx")


@pytest.mark.parametrize("kind", ["csv.gz", "jsonl.gz", "csv.zip"])
def test_an_archive_of_one_endless_line_is_refused_long_before_it_is_expanded(tmp_path, monkeypatch, kind):
    sizes = []
    real = content._copy

    def watched(stream, target, *rest, **options):
        try:
            real(stream, target, *rest, **options)
        finally:
            sizes.append(target.stat().st_size)

    monkeypatch.setattr(content, "_copy", watched)
    monkeypatch.setattr(content, "_CHUNK", 64 * 1024)
    name = f"bomb.{kind}"
    with_path(tmp_path, name)
    with (tmp_path / "gatebook.toml").open("a") as toml:
        toml.write("max_cell_bytes = 1_000_000\n")
    body = b"id,a\n" + b"x" * 50_000_000
    if kind.endswith("gz"):
        (tmp_path / name).write_bytes(gzip.compress(body, 1))
    else:
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bomb.csv", body)
    found = opened(tmp_path)
    assert "a line is longer than 1,000,000 bytes" in str(found.problems["sample"])
    assert sizes[0] < 1_200_000


def test_an_archive_of_short_lines_that_swells_is_refused_until_its_section_says_how_far(tmp_path, monkeypatch):
    monkeypatch.setattr(content, "_ALWAYS", 10**6)
    with_path(tmp_path, "t.csv.gz")
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"id,a\n" + b"1,2\n" * 500_000))
    found = opened(tmp_path)
    assert "swells to more than 1,000,000 bytes" in str(found.problems["sample"])
    assert "set max_bytes in the table's section of gatebook.toml" in str(found.problems["sample"])
    with (tmp_path / "gatebook.toml").open("a") as toml:
        toml.write("max_bytes = 10_000_000\n")
    assert len(opened(tmp_path)["sample"].frame()) == 500_000


def bounded(folder: Path, name: str) -> None:
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    found = opened(folder)
    assert "sample" not in found
    assert name in str(found.problems["sample"])
    assert time.monotonic() - begun < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_500_000


@pytest.mark.slow
def test_a_parquet_file_of_millions_of_equal_rows_is_refused_by_its_count(tmp_path):
    rows = 25_000_000
    table = pa.table({"id": pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, "int8")), pa.array(["x"]))})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    (with_path(tmp_path, "bomb.parquet") / "bomb.parquet").write_bytes(sink.getvalue())
    begun = time.monotonic()
    found = opened(tmp_path)
    assert time.monotonic() - begun < 30
    assert "max_rows" in str(found.problems.get("sample", "")) or len(found["sample"].frame(["id"])) == rows


def test_a_join_of_one_id_repeated_on_both_sides_is_counted_and_does_not_explode(tmp_path):
    (tmp_path / "gatebook.toml").write_text(
        TOML.format('"t.csv"') + '[tables.labels]\npath = "l.csv"\nid = "id"\nlabel = "y"\n'
    )
    for name, column in (("t", "x"), ("l", "y")):
        pd.DataFrame({"id": "same", column: [f"v{i % 3}" for i in range(30_000)]}).to_csv(
            tmp_path / f"{name}.csv", index=False
        )
    tables = opened(tmp_path)
    begun = time.monotonic()
    found = join_account(tables["sample"], ["id"], tables["labels"], ["id"], ["y"])
    assert (found.matched, found.duplicate_ids, found.conflicting_duplicates) == (1, 1, 1)
    assert time.monotonic() - begun < 5


UNSEEN = st.one_of(
    st.characters(categories=["Cc", "Cf", "Mn", "Zl", "Zp", "Zs"]), st.sampled_from("\"';,%\u115f\u2800\u3164")
)


@pytest.mark.parametrize("sign", "=+-@＝＋－＠−‐‑‒–—﹣﹦﹢﹫⁻⁼₊˗➖➕\N{HEAVY EQUALS SIGN}")
@given(before=st.text(UNSEEN, max_size=6))
def test_no_written_cell_is_a_formula_whatever_unseen_stands_before_its_sign(sign, before):
    assert spreadsheet_safe(f"{before}{sign}1+1") == f"'{before}{sign}1+1"


@given(
    before=st.text(st.characters(categories=["Cf", "Mn", "Zs"]), max_size=4),
    text=st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1),
    rest=st.text(),
)
def test_a_text_that_begins_with_a_letter_or_digit_is_written_as_it_is(before, text, rest):
    assert spreadsheet_safe(f"{before}{text}{rest}") == f"{before}{text}{rest}"


@pytest.mark.parametrize("text", ["a=b", "x@y.example", "1-2", "5", "a, -b", "", "'a", "; a", "É=", "€5"])
def test_a_text_without_a_formula_is_written_as_it_is(text):
    assert spreadsheet_safe(text) == text
