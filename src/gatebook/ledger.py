"""The project's history: an append-only file of JSON lines, each with the hash of the line before."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatebook.errors import HistoryError
from gatebook.plain_file import open_plain
from gatebook.project import Project

FIRST = "0" * 64  # what the first line carries in place of a hash
HOME = ".gatebook"
FILE = "history.jsonl"
# A project from elsewhere must not make us write into a file of another purpose, such as one that a shell reads.
SUFFIXES = (".jsonl", ".ndjson", ".json", ".log", ".txt")


@dataclass(frozen=True)
class Entry:
    """One line of the history; `sha256` is the hash of its own bytes, without the line end."""

    seq: int
    at: dt.datetime
    kind: str
    data: dict[str, Any]
    prev_sha256: str
    sha256: str


class Ledger:
    """The history in one file. Nothing is written before the first `append`."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._seen: tuple[tuple[int, int], tuple[Entry, ...]] | None = None

    @classmethod
    def of(cls, project: Project) -> Ledger:
        """Return the history of a project: `.gatebook/history.jsonl`, or where `[project] history` puts it.

        Raises:
            HistoryError: `history` names a server; only files are supported.
        """
        return cls(history_path(project.root, project.history))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every readable line, oldest first; empty where there is no history yet.

        Raises:
            HistoryError: the file exists but cannot be read.
        """
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise HistoryError(f"{self.path}: the history cannot be read ({error.strerror}).") from None
        stamp = (stat.st_size, stat.st_mtime_ns)
        if self._seen is None or self._seen[0] != stamp:
            lines, tail = _split(self._read())
            found = [_parse(line) for line in lines]
            if tail:
                found.append(_parse(tail))  # whole but for its line end: the entry counts
            self._seen = (stamp, tuple(e for e in found if e is not None))
        return self._seen[1]

    @property
    def writable(self) -> bool:
        """Whether `append` may be expected to work; tried on the real file, without changing it."""
        try:
            os.close(open_plain(self.path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW))
        except FileNotFoundError:
            folder = self.path.parent
            while not folder.exists() and folder != folder.parent:
                folder = folder.parent
            return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
        except OSError:
            return False
        return True

    def append(self, kind: str, data: dict[str, Any]) -> Entry:
        """Write one entry durably (flock, one write, fsync) and return it.

        A last line that a crash cut off is first moved, byte for byte, to `history.torn-<n>` beside the history,
        and an entry `torn-line` says so.

        Args:
            kind: what happened, e.g. "run".
            data: JSON values; dates become ISO text.

        Raises:
            HistoryError: the file cannot be written; it then ends as it did before.
        """
        try:
            with self._locked() as fd:
                lines, tail = _split(_read_all(fd))
                if tail:
                    lines += self._mend(fd, lines, tail)
                line = _line(lines, kind, data)
                _write_or_undo(fd, line)
        except OSError as error:
            raise HistoryError(
                f"{self.path}: the history cannot be written ({error.strerror}); "
                "make the file and its folder writable, or move it by [project] history."
            ) from None
        entry = _parse(line)
        assert entry is not None
        return entry

    def verify(self) -> list[str]:
        """Return what is wrong with the chain, one sentence each; empty where every line follows its predecessor."""
        try:
            lines, tail = _split(self._read())
        except FileNotFoundError:
            return []
        problems = []
        before = FIRST
        for number, line in enumerate(lines, 1):
            entry = _parse(line)
            if entry is None:
                problems.append(f"{self.path}: line {number} is not a history entry.")
            else:
                if entry.prev_sha256 != before:
                    where = f"line {number - 1}" if number > 1 else "the start"
                    problems.append(
                        f"{self.path}: line {number} does not follow {where}: a line was changed, removed or put in."
                    )
                if entry.seq != number:
                    problems.append(f"{self.path}: line {number} says that it is entry {entry.seq}.")
            before = hashlib.sha256(line).hexdigest()
        if tail and _parse(tail) is None:
            problems.append(
                f"{self.path}: the last line ({len(tail)} bytes) is cut off, as by a crash while writing; "
                "the next run keeps it in a file of its own and goes on."
            )
        return problems

    def _mend(self, fd: int, lines: list[bytes], tail: bytes) -> list[bytes]:
        """Return the lines that stand in place of an unfinished last one."""
        if (entry := _parse(tail)) is not None and entry.prev_sha256 == _last_hash(lines):
            _write_or_undo(fd, b"")
            return [tail]
        for n in range(1, 10_000):
            kept = self.path.with_name(f"{self.path.stem}.torn-{n}")
            try:
                out = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            except FileExistsError:
                continue
            try:
                write_all(out, tail)
                os.fsync(out)
            finally:
                os.close(out)
            break
        os.ftruncate(fd, os.fstat(fd).st_size - len(tail))
        fact = {"file": kept.name, "bytes": len(tail), "sha256": hashlib.sha256(tail).hexdigest()}
        line = _line(lines, "torn-line", fact)
        _write_or_undo(fd, line)
        return [line]

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd = open_plain(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            new = os.fstat(fd).st_size == 0
            yield fd
            if new:
                sync_folder(self.path.parent)
        finally:
            os.close(fd)

    def _read(self) -> bytes:
        try:
            fd = open_plain(self.path, os.O_RDONLY)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise HistoryError(f"{self.path}: the history cannot be read ({error.strerror}).") from None
        try:
            with contextlib.suppress(
                OSError
            ):  # a file system without locks: a line in the making reads as torn
                fcntl.flock(fd, fcntl.LOCK_SH)
            return _read_all(fd)
        except OSError as error:
            raise HistoryError(f"{self.path}: the history cannot be read ({error.strerror}).") from None
        finally:
            os.close(fd)


def history_path(root: Path, history: str | None = None) -> Path:
    """Return where the history of the project in `root` lies.

    Raises:
        HistoryError: `history` names a server or a folder; only a file is supported.
    """
    if not history:
        return root / HOME / FILE
    if "://" in history or "${" in history:
        raise HistoryError(
            f"{root / 'gatebook.toml'}: [project] history = {history!r}: only a file can hold the history; "
            'give a path, e.g. history = "../histories/this-project.jsonl".'
        )
    path = root / Path(history).expanduser()
    if path.is_dir():
        raise HistoryError(
            f"{root / 'gatebook.toml'}: [project] history = {history!r} is a folder; "
            f'name a file in it, e.g. history = "{history.rstrip("/")}/history.jsonl".'
        )
    if path.suffix not in SUFFIXES:
        raise HistoryError(
            f"{root / 'gatebook.toml'}: [project] history = {history!r}: a history's name ends in .jsonl, .ndjson, .json, .log or .txt; "
            'write e.g. history = "../histories/this-project.jsonl".'
        )
    return path


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a rename or a new file survives a power cut only after this."""
    fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in {
            errno.EINVAL,
            errno.ENOTSUP,
        }:  # some network shares have no such call for folders
            raise
    finally:
        os.close(fd)


def write_all(fd: int, content: bytes) -> None:
    """Write all of the content: a disk that is nearly full takes a part, and fails at the next write.

    Raises:
        OSError: not all of it could be written.
    """
    while content:
        content = content[os.write(fd, content) :]


def _split(raw: bytes) -> tuple[list[bytes], bytes]:
    *lines, tail = raw.split(b"\n")
    return lines, tail


def _parse(line: bytes) -> Entry | None:
    try:
        item = json.loads(line)
        at = dt.datetime.fromisoformat(item["at"])
        seq, kind, data, before = item["seq"], item["kind"], item["data"], item["prev_sha256"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not (isinstance(seq, int) and isinstance(kind, str) and isinstance(data, dict)):
        return None
    return Entry(seq, at, kind, data, str(before), hashlib.sha256(line).hexdigest())


def _last_hash(lines: list[bytes]) -> str:
    return hashlib.sha256(lines[-1]).hexdigest() if lines else FIRST


def _line(lines: list[bytes], kind: str, data: dict[str, Any]) -> bytes:
    item = {
        "seq": len(lines) + 1,
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "kind": kind,
        "data": data,
        "prev_sha256": _last_hash(lines),
    }
    text = json.dumps(item, ensure_ascii=True, allow_nan=False, default=_plain, separators=(",", ":"))
    return text.encode("ascii")


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} has no place in the history")


def _read_all(fd: int) -> bytes:
    os.lseek(fd, 0, os.SEEK_SET)
    parts = []
    while part := os.read(fd, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _write_or_undo(fd: int, line: bytes) -> None:
    size = os.fstat(fd).st_size
    try:
        write_all(fd, line + b"\n")
        os.fsync(fd)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(fd, size)
        raise
