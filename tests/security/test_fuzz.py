"""Anything at all in place of a file: an error of ours in plain words, or a table whose line account closes.

`FUZZ_EXAMPLES=2000 pytest tests/security/test_fuzz.py` looks for longer, and each time elsewhere.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import time
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatebook.errors import GatebookError, TableError
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.project.tables import Tables, open_tables
from gatebook.record import read_record
from projects import Kind, project_file
from records import record

pytestmark = pytest.mark.slow
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
HEAD = '[project]\ntask = "classification"\n[tables.sample]\npath = "{}"\n'
SECONDS = 20.0


def fuzzed(examples: int):
    """Return the settings of a test: few examples, always the same; many random ones where they are asked for."""
    return settings(
        max_examples=EXAMPLES or examples,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


WORDS = st.one_of(
    st.sampled_from(
        [
            "",
            "1",
            "-1.5",
            "2026-10-30",
            '"',
            '""',
            "a,b",
            "\n",
            "\r",
            "NULL",
            "1e999",
            "0x1F",
            "é",
            "\0",
            "=1+1",
            ";",
            "\t",
        ]
    ),
    st.text(max_size=8),
)
CELLS = st.lists(st.lists(WORDS, min_size=1, max_size=5), min_size=1, max_size=12)


@st.composite
def damaged(draw, whole: bytes) -> bytes:
    """A file that was whole: cut, with bytes exchanged, taken out or put in."""
    data = bytearray(whole)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2, 4]))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        how = draw(st.sampled_from(["flip", "flip", "flip", "cut", "drop", "put"]))
        if how == "flip" and data:
            data[at] = draw(st.integers(0, 255))
        elif how == "cut":
            del data[at:]
        elif how == "drop":
            del data[at : at + draw(st.integers(1, 40))]
        else:
            data[at:at] = draw(st.binary(max_size=12))
    return bytes(data)


@st.composite
def delimited(draw) -> bytes:
    """Lines that look like a table, well formed or not, in some encoding."""
    rows = draw(CELLS)
    mark = draw(st.sampled_from([",", ";", "\t", "|"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    quote = draw(st.booleans())
    cells = [['"' + c.replace('"', '""') + '"' if quote else c for c in row] for row in rows]
    text = end.join(mark.join(row) for row in cells) + draw(st.sampled_from(["", end]))
    code = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    return draw(damaged(text.encode(code, "replace")))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=12,
)
KEYS = st.one_of(st.sampled_from(["id", "a", "a.b", "A"]), WORDS)


@st.composite
def documents(draw, *, lines: bool) -> bytes:
    """JSON, whole or by lines, well formed or not."""
    rows = st.lists(st.dictionaries(KEYS, JSON, min_size=1, max_size=4), min_size=1, max_size=6)
    found = draw(st.one_of(rows, rows, rows, JSON))
    text = "\n".join(json.dumps(f) for f in found) if lines and isinstance(found, list) else json.dumps(found)
    return draw(damaged(text.encode()))


def open_bytes(root: Path, name: str, data: bytes) -> Tables:
    """Open a file of these bytes as the sample."""
    (root / name).write_bytes(data)
    (root / "gatebook.toml").write_text(HEAD.format(name))
    return open_tables(load_project(root))


def opened(name: str, data: bytes) -> None:
    """Open a file of these bytes as the sample: a table that closes, or an error that reads as ours."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        found = open_bytes(Path(folder), name, data)
        assert time.monotonic() - begun < SECONDS
        for error in found.problems.values():
            assert isinstance(error, GatebookError)
            plain(str(error))
        for table in found.values():
            rows = len(table.frame())
            for account in table.accounts:
                assert account.closed
                assert account.fates.total == account.lines
            assert rows == sum(account.fates.rows for account in table.accounts)


def plain(message: str) -> None:
    """Hold that a message is one for a person: it says something, and holds no trace of the program."""
    assert message.strip()
    assert "Traceback" not in message
    assert 'File "' not in message
    assert ".py" not in message
    assert len(message) < 3000


def packed(kind: str) -> bytes:
    """Return a sound file of a binary kind."""
    frame = pd.DataFrame({"id": ["1", "2", "3"], "a": [1.5, None, 3], "when": pd.Timestamp("2026-10-30")})
    sink = io.BytesIO()
    if kind == "xlsx":
        frame.to_excel(sink, index=False)
    elif kind == "parquet":
        frame.to_parquet(sink)
    else:
        frame.to_feather(sink)
    return sink.getvalue()


@fuzzed(50)
@given(delimited())
def test_any_delimited_file_is_read_or_refused(data):
    opened("t.csv", data)


@fuzzed(30)
@given(st.binary(max_size=300), st.sampled_from(["t.csv", "t.json", "t.xlsx", "t.parquet", "t.db", "t.csv.gz"]))
def test_any_bytes_under_any_name_are_read_or_refused(data, name):
    opened(name, data)


@fuzzed(40)
@given(st.booleans().flatmap(lambda lines: st.tuples(st.just(lines), documents(lines=lines))))
def test_any_json_is_read_or_refused(made):
    lines, data = made
    opened("t.jsonl" if lines else "t.json", data)


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "feather"])
def test_any_damaged_workbook_or_columnar_file_is_read_or_refused(kind):
    @fuzzed(30)
    @given(damaged(packed(kind)))
    def check(data):
        opened(f"t.{kind}", data)

    check()


def test_a_workbook_with_a_damaged_part_is_refused(tmp_path):
    with zipfile.ZipFile(io.BytesIO(packed("xlsx"))) as archive:
        where = archive.getinfo("xl/theme/theme1.xml").header_offset
    data = bytearray(packed("xlsx"))
    data[where + 60 : where + 90] = bytes(30)  # zlib, not zipfile, says what is wrong
    with pytest.raises(TableError, match="workbook is damaged"):
        raise open_bytes(tmp_path, "t.xlsx", bytes(data)).problems["sample"]


TEXTS = st.one_of(JSON, st.datetimes(), st.dates())


def toml(value: object) -> str:
    """Return a value as TOML, as well as it goes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value) if isinstance(value, str | bool | int | float | None) else str(value)


@st.composite
def project_files(draw) -> bytes:
    """A good project file in which some values are others, some lines are gone, some bytes are damaged."""
    lines = project_file(Kind()).splitlines()
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        if draw(st.booleans()) and "=" in lines[at]:
            lines[at] = f"{lines[at].split('=')[0]}= {toml(draw(TEXTS))}"
        else:
            del lines[at]
    text = "\n".join(lines).encode("utf-8", "replace")
    return draw(damaged(text)) if draw(st.booleans()) else text


@fuzzed(150)
@given(project_files())
def test_any_project_file_is_a_project_or_a_list_of_mistakes(data):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "gatebook.toml").write_bytes(data)
        begun = time.monotonic()
        try:
            load_project(folder)
        except GatebookError as error:
            for line in str(error).splitlines():
                plain(line)
        assert time.monotonic() - begun < SECONDS


RECORD = json.loads(record().to_json())


@st.composite
def records(draw) -> bytes:
    """A good record in which some part is another, or whose bytes are damaged."""
    data = json.loads(json.dumps(RECORD))
    for _ in range(draw(st.integers(0, 3))):
        place = data
        while isinstance(place, dict | list) and place:
            key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], dict | list) or draw(st.integers(0, 3)) == 0:
                place[key] = draw(JSON)
                break
            place = place[key]
    text = json.dumps(data).encode()
    return draw(damaged(text)) if draw(st.booleans()) else text


@fuzzed(80)
@given(records())
def test_any_record_is_read_or_refused(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "decision.json"
        path.write_bytes(data)
        try:
            read_record(path).to_json()
        except GatebookError as error:
            plain(str(error))


def history() -> bytes:
    """Return a sound history of three entries."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "history.jsonl")
        for kind in ("init", "look", "run"):
            ledger.append(kind, {"as_of": "2026-10-05", "looks": [], "used": {}, "targets": {}, "status": {}})
        return ledger.path.read_bytes()


@fuzzed(80)
@given(st.one_of(damaged(history()), st.lists(JSON, max_size=4).map(lambda x: "\n".join(map(json.dumps, x)).encode())))
def test_any_history_is_read_or_refused(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.jsonl"
        path.write_bytes(data)
        ledger = Ledger(path)
        try:
            for problem in ledger.verify():
                plain(str(problem))
            assert len(ledger.entries) <= data.count(b"\n") + 1
        except GatebookError as error:
            plain(str(error))
