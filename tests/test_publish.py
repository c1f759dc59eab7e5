"""Readers see the old run or the whole new one, whatever fails and whenever."""

import datetime as dt
import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gatebook.errors import BusyError, RunError
from gatebook.run.publish import RunFolder

NOW = dt.datetime(2026, 11, 1, 8, 30, tzinfo=dt.UTC)


def _publish(out: Path, text: str = "one", at: dt.datetime = NOW) -> Path:
    with RunFolder(out, "shop", at) as folder:
        folder.write("go-no-go.html", text)
        folder.write("notebooks/04_go_no_go.ipynb", "{}")
        return folder.publish({"project": "shop"})


def _fail_half_way(out: Path) -> None:
    with RunFolder(out, "shop", NOW) as folder:
        folder.write("go-no-go.html", "half")
        raise ZeroDivisionError


def _visible(out: Path) -> dict[str, bytes]:
    """What a reader of `latest` finds."""
    latest = (out / "shop" / "latest").resolve()
    return {str(p.relative_to(latest)): p.read_bytes() for p in sorted(latest.rglob("*")) if p.is_file()}


def test_a_published_run_lies_under_its_id_with_every_file_and_its_hash(tmp_path):
    run = _publish(tmp_path)
    assert run == tmp_path / "shop" / "20261101T083000Z"
    manifest = json.loads((run / "manifest.json").read_text())
    assert set(manifest["files"]) == {"go-no-go.html", "notebooks/04_go_no_go.ipynb"}
    for name, fact in manifest["files"].items():
        assert fact["sha256"] == hashlib.sha256((run / name).read_bytes()).hexdigest()
    assert not list((tmp_path / "shop").glob(".*.partial"))


def test_latest_is_a_relative_link_that_follows_each_run(tmp_path):
    _publish(tmp_path)
    second = _publish(tmp_path, "two", NOW + dt.timedelta(hours=1))
    link = tmp_path / "shop" / "latest"
    assert str(link.readlink()) == second.name
    assert (link / "go-no-go.html").read_text() == "two"


def test_two_runs_within_a_second_keep_apart(tmp_path):
    assert _publish(tmp_path).name == "20261101T083000Z"
    assert _publish(tmp_path).name == "20261101T083000Z-2"
    assert _publish(tmp_path).name == "20261101T083000Z-3"


def test_a_run_that_fails_leaves_nothing_and_the_last_good_one_untouched(tmp_path):
    _publish(tmp_path)
    before = _visible(tmp_path)
    with pytest.raises(ZeroDivisionError):
        _fail_half_way(tmp_path)
    assert _visible(tmp_path) == before
    assert sorted(p.name for p in (tmp_path / "shop").iterdir()) == [".lock", "20261101T083000Z", "latest"]


class Fault:
    """Makes the n-th call of any of the given functions of `os` fail as a full disk does."""

    def __init__(self, monkeypatch, n):
        self.calls = 0
        for name in ("open", "fsync", "rename", "replace", "mkdir", "symlink"):
            monkeypatch.setattr(os, name, self._wrap(getattr(os, name), n))

    def _wrap(self, real, n):
        def call(*args, **kwargs):
            self.calls += 1
            if self.calls == n:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args, **kwargs)

        return call


def test_whichever_step_fails_readers_see_the_old_run_or_the_whole_new_one(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        steps = Fault(patch, -1)
        _publish(tmp_path / "count")
    assert steps.calls >= 10
    failed = 0
    for n in range(1, steps.calls + 1):
        out = tmp_path / str(n)
        _publish(out, "old")
        old = _visible(out)
        with monkeypatch.context() as patch:
            Fault(patch, n)
            try:
                _publish(out, "new", NOW + dt.timedelta(hours=1))
                assert _visible(out)["go-no-go.html"] == b"new"
            except RunError as error:
                failed += "No space left" in str(error)
                assert _visible(out) == old
                names = {p.name for p in (out / "shop").iterdir()}
                assert names <= {".lock", "20261101T083000Z", "latest"}, n  # no second run that looks complete
        _publish(out, "newest", NOW + dt.timedelta(hours=2))
        assert _visible(out)["go-no-go.html"] == b"newest"
        assert not list((out / "shop").glob(".*.partial"))
    assert failed >= 8


KILLED = """
import datetime as dt, os, signal, sys
from pathlib import Path
from gatebook.run.publish import RunFolder
mark = int(sys.argv[2])
calls = 0
def wrap(real):
    def call(*args, **kwargs):
        global calls
        calls += 1
        if calls == mark:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return call
for name in ("fsync", "rename", "replace", "symlink"):
    setattr(os, name, wrap(getattr(os, name)))
with RunFolder(Path(sys.argv[1]), "shop", dt.datetime(2026, 11, 2, tzinfo=dt.UTC)) as folder:
    folder.write("go-no-go.html", "new")
    folder.publish({})
"""


def test_killed_at_any_mark_readers_see_old_or_new_and_the_next_run_cleans_up(tmp_path):
    ended = set()
    for mark in range(1, 20):
        out = tmp_path / str(mark)
        _publish(out, "old")
        old = _visible(out)
        code = subprocess.run([sys.executable, "-c", KILLED, str(out), str(mark)], check=False).returncode
        ended.add(code)
        seen = _visible(out)
        assert seen == old or (seen["go-no-go.html"] == b"new" and "manifest.json" in seen)
        _publish(out, "newest", NOW + dt.timedelta(days=9))
        assert not list((out / "shop").glob(".*.partial"))
        assert not list((out / "shop").glob(".latest-*"))
        if code == 0:
            break
    assert ended == {-signal.SIGKILL, 0}


def test_two_runs_into_one_folder_do_not_mix(tmp_path):
    with RunFolder(tmp_path, "shop", NOW), pytest.raises(BusyError, match="busy"), RunFolder(tmp_path, "shop", NOW):
        pass


def test_a_project_folder_that_is_a_link_is_not_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "shop").symlink_to(elsewhere)
    with pytest.raises(RunError, match="symbolic link"), RunFolder(tmp_path / "out", "shop", NOW):
        pass
    assert not list(elsewhere.iterdir())


def test_an_output_that_is_a_file_is_one_plain_line(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(RunError, match="cannot be written"), RunFolder(tmp_path / "out", "shop", NOW):
        pass


@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_stands_in_the_place_of_latest_is_told_before_the_run_and_kept(tmp_path, what):
    latest = tmp_path / "shop" / "latest"
    latest.parent.mkdir()
    if what == "folder":
        latest.mkdir()
        (latest / "mine.txt").write_text("keep")
    else:
        latest.write_text("keep")
    with pytest.raises(RunError, match=rf"latest: is a {what}.*move it away.*--out"):
        RunFolder(tmp_path, "shop", NOW).__enter__()
    assert {p.name for p in latest.parent.iterdir()} == {".lock", "latest"}
    assert (latest / "mine.txt" if what == "folder" else latest).read_text() == "keep"


def test_a_disk_without_links_is_told_before_the_run(tmp_path, monkeypatch):
    def refuse(*_args, **_rest):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "symlink", refuse)
    with pytest.raises(RunError, match=r"latest: no symbolic link can be made.*--out"):
        RunFolder(tmp_path, "shop", NOW).__enter__()
    assert [p.name for p in (tmp_path / "shop").iterdir()] == [".lock"]


@pytest.mark.parametrize("first", [True, False])
def test_a_run_that_latest_cannot_name_is_taken_back(tmp_path, first):
    if not first:
        _publish(tmp_path)
    before = {p.name for p in (tmp_path / "shop").iterdir()} if not first else {".lock"}
    with RunFolder(tmp_path, "shop", NOW + dt.timedelta(hours=1)) as folder:
        folder.write("go-no-go.html", "new")
        latest = tmp_path / "shop" / "latest"
        latest.unlink(missing_ok=True)
        (latest / "mine").mkdir(parents=True)  # while the run was at work
        with pytest.raises(RunError, match="latest"):
            folder.publish({})
    assert {p.name for p in (tmp_path / "shop").iterdir()} == before | {"latest"}
    assert (latest / "mine").is_dir()


@pytest.mark.parametrize("first", [True, False])
def test_a_run_whose_last_sync_fails_is_taken_back_and_latest_names_the_one_before(tmp_path, first, monkeypatch):
    if not first:
        _publish(tmp_path)
    home = tmp_path / "shop"
    before = {p.name for p in home.iterdir()} if not first else {".lock"}
    real = os.replace

    def replace_then_break(source, target):
        real(source, target)
        if Path(target).name == "latest":
            monkeypatch.setattr(os, "replace", real)
            raise OSError(errno.EIO, "Input/output error")

    with RunFolder(tmp_path, "shop", NOW + dt.timedelta(hours=1)) as folder:
        folder.write("go-no-go.html", "new")
        monkeypatch.setattr(os, "replace", replace_then_break)
        with pytest.raises(RunError, match="Input/output"):
            folder.publish({})
    assert {p.name for p in home.iterdir()} == before
    assert first or (home / "latest").resolve().name == "20261101T083000Z"
