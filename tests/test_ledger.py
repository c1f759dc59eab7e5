"""The history: nothing in it is lost, changed or put in without being seen."""

import errno
import json
import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.errors import HistoryError
from gatebook.history.chain import FIRST, ChainFault
from gatebook.history.ledger import Ledger, NoHistory, history_path


def _filled(folder: Path, n: int = 3) -> Ledger:
    ledger = Ledger(folder / "history.jsonl")
    for number in range(n):
        ledger.append("look", {"number": number})
    return ledger


def test_a_history_that_does_not_exist_is_empty_sound_and_not_created_by_reading(tmp_path):
    ledger = Ledger(tmp_path / "deep" / "history.jsonl")
    assert ledger.entries == ()
    assert ledger.verify() == []
    assert ledger.writable
    assert not (tmp_path / "deep").exists()


def test_entries_come_back_in_order_and_are_chained(tmp_path):
    ledger = _filled(tmp_path)
    entries = Ledger(ledger.path).entries
    assert [e.data["number"] for e in entries] == [0, 1, 2]
    assert [e.seq for e in entries] == [1, 2, 3]
    assert entries[0].prev_sha256 == FIRST
    assert [e.prev_sha256 for e in entries[1:]] == [e.sha256 for e in entries[:-1]]
    assert ledger.verify() == []


def test_appending_only_adds_bytes(tmp_path):
    ledger = _filled(tmp_path)
    before = ledger.path.read_bytes()
    ledger.append("run", {"note": "line one\nline two ✓"})
    after = ledger.path.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 4
    assert ledger.entries[-1].data == {"note": "line one\nline two ✓"}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_change_of_a_byte_that_matters_is_found(tmp_path_factory, data):
    ledger = _filled(tmp_path_factory.mktemp("h"), 4)
    raw = bytearray(ledger.path.read_bytes())
    last = raw.rstrip(b"\n").rfind(b"\n")
    at = data.draw(st.integers(0, last))  # the last line has no successor yet: a published run holds its hash
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    ledger.path.write_bytes(raw)
    assert ledger.verify() != []


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_removed_line_is_found(tmp_path, gone):
    ledger = _filled(tmp_path, 4)
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    del lines[gone]
    ledger.path.write_bytes(b"".join(lines))
    assert any(p.code is ChainFault.NOT_AFTER or p.code is ChainFault.NOT_FIRST for p in ledger.verify())


def test_swapped_lines_are_found(tmp_path):
    ledger = _filled(tmp_path, 4)
    a, b, c, d = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(a + c + b + d)
    assert len(ledger.verify()) >= 2


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(1, 60))
def test_a_last_line_cut_off_by_a_crash_is_reported_kept_and_worked_around(tmp_path_factory, cut):
    folder = tmp_path_factory.mktemp("h")
    ledger = _filled(folder, 2)
    head = folder / "history.head.json"
    before = head.read_bytes()
    ledger.append("look", {"number": 2})
    raw = ledger.path.read_bytes()
    torn = raw[:-1][:-cut]
    ledger.path.write_bytes(torn)
    head.write_bytes(before)  # written after the line, so a crash within the line leaves the old one
    tail = torn.rpartition(b"\n")[2]
    problems = ledger.verify()
    assert [p.code for p in problems] == [ChainFault.TORN]
    assert [e.data["number"] for e in ledger.entries] == [0, 1]

    ledger.append("run", {})
    assert (folder / "history.torn-1").read_bytes() == tail
    assert [e.kind for e in ledger.entries] == ["look", "look", "torn-line", "run"]
    assert ledger.entries[2].data["bytes"] == len(tail)
    assert ledger.verify() == []


def test_a_last_line_that_lacks_only_its_end_keeps_its_entry(tmp_path):
    ledger = _filled(tmp_path)
    ledger.path.write_bytes(ledger.path.read_bytes()[:-1])
    assert len(ledger.entries) == 3
    assert ledger.verify() == []
    ledger.append("run", {})
    assert [e.kind for e in ledger.entries] == ["look", "look", "look", "run"]
    assert ledger.verify() == []


def test_a_second_torn_line_does_not_overwrite_the_first(tmp_path):
    ledger = _filled(tmp_path)
    for content in (b"{first", b"{second"):
        with ledger.path.open("ab") as file:
            file.write(content)
        ledger.append("run", {})
    assert (tmp_path / "history.torn-1").read_bytes() == b"{first"
    assert (tmp_path / "history.torn-2").read_bytes() == b"{second"
    assert ledger.verify() == []


def test_a_full_disk_leaves_the_history_as_it_was(tmp_path, monkeypatch):
    ledger = _filled(tmp_path)
    before = ledger.path.read_bytes()
    real = os.write
    calls = []

    def half_then_full(fd, content):
        calls.append(fd)
        if len(calls) == 1:
            return real(fd, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", half_then_full)
    with pytest.raises(HistoryError, match="No space left"):
        ledger.append("run", {})
    monkeypatch.undo()
    assert ledger.path.read_bytes() == before
    assert ledger.verify() == []


def test_a_place_that_cannot_be_written_is_known_before_and_refused_plainly(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    ledger = Ledger(tmp_path / "file" / "history.jsonl")
    assert not ledger.writable
    with pytest.raises(HistoryError, match="cannot be written"):
        ledger.append("run", {})


def _append_many(path: str) -> None:
    for _ in range(25):
        Ledger(Path(path)).append("look", {"pid": os.getpid()})


def test_two_processes_append_at_once_and_nothing_is_lost(tmp_path):
    path = tmp_path / "history.jsonl"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_append_many, args=(str(path),)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ledger = Ledger(path)
    assert len(ledger.entries) == 75
    assert ledger.verify() == []


def test_lines_are_plain_json_that_other_programs_read(tmp_path):
    ledger = _filled(tmp_path, 2)
    first, second = (json.loads(line) for line in ledger.path.read_text().splitlines())
    assert set(second) == {"seq", "at", "kind", "data", "prev_sha256"}
    assert set(first) == {*second, "history"}  # the line with which it begins names it
    assert second["at"].endswith("+00:00")


def test_a_value_that_is_no_json_is_refused_before_anything_is_written(tmp_path):
    ledger = _filled(tmp_path)
    before = ledger.path.read_bytes()
    for bad in (float("nan"), object()):
        with pytest.raises((ValueError, TypeError)):
            ledger.append("run", {"value": bad})
    assert ledger.path.read_bytes() == before


def test_the_project_file_moves_the_history(tmp_path):
    assert history_path(tmp_path) == tmp_path / ".gatebook" / "history.jsonl"
    assert history_path(tmp_path, "../h/x.jsonl") == tmp_path / "../h/x.jsonl"
    assert history_path(tmp_path, "/var/h/x.jsonl") == Path("/var/h/x.jsonl")
    assert history_path(tmp_path, "audit/looks.log") == tmp_path / "audit/looks.log"


@pytest.mark.parametrize("where", ["https://x.example/h", "s3://bucket/h.jsonl", "${HISTORY}"])
def test_a_server_as_history_is_refused_with_the_fix(tmp_path, where):
    with pytest.raises(HistoryError) as caught:
        history_path(tmp_path, where)
    assert caught.value.code is NoHistory.SERVER


def test_a_folder_as_history_is_refused_with_the_fix(tmp_path):
    with pytest.raises(HistoryError, match=r"history\.jsonl"):
        history_path(tmp_path, ".")
