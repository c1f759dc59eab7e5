"""The project's history: an append-only file of JSON lines, each with the hash of the line before."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from gatebook.errors import HistoryError
from gatebook.files import open_plain, sync_folder, write_all, write_new
from gatebook.history import HEAD, HOME
from gatebook.history.chain import BREACH, ChainFault, Head, HistoryEntry, Survey, parse
from gatebook.history.witness import Breach, Witness, breach_by, elsewhere, read_head, write_head
from gatebook.project import Project
from gatebook.project.load import FILE as PROJECT_FILE
from gatebook.record import HistoryBreach
from gatebook.words import Code, Said, said

FILE = "history.jsonl"
# A project from elsewhere must not make us write into a file of another purpose, such as one that a shell reads.
SUFFIXES = (".jsonl", ".ndjson", ".json", ".log", ".txt")


class NoHistory(Code):
    """Why a history cannot be used."""

    UNREADABLE = "unreadable"
    UNWRITABLE = "unwritable"
    SERVER = "server"
    FOLDER = "folder"
    SUFFIX = "suffix"


class Ledger:
    """The history in one file, and a small file beside it that says how far it goes.

    Nothing is written before the first `append`. The head files lag behind the history by one line at most after a
    crash and never lead it, so a history that a head is not part of was cut, edited or exchanged.
    """

    def __init__(self, path: Path, root: Path | None = None, named: Callable[[], Mapping[str, Head]] = dict) -> None:
        """Open the history at `path`; nothing is read yet.

        Args:
            path: the file.
            root: the project's folder, which keeps a head of its own where the history lies elsewhere.
            named: reads the heads that others name, by who names them.
        """
        self.path = Path(path)
        beside = self.path.with_name(f"{self.path.stem}.head.json")
        self._heads = tuple(dict.fromkeys((beside, *([root / HOME / HEAD] if root else []))))
        self._named = cache(named)
        self._seen: tuple[tuple[int, int, int, int], Survey] | None = None

    @classmethod
    def of(cls, project: Project, home: Path | None = None) -> Ledger:
        """Return the history of a project: `.gatebook/history.jsonl`, or where `[project] history` puts it.

        Args:
            project: the project.
            home: the folder of its published runs, each of which names a head.

        Raises:
            HistoryError: `history` names a server; only files are supported.
        """
        named = partial(elsewhere, project.root, project.slug, home)
        return cls(history_path(project.root, project.history), project.root, named)

    @property
    def entries(self) -> tuple[HistoryEntry, ...]:
        """Every readable line, oldest first; empty where there is no history yet. A long history is better `read`.

        Raises:
            HistoryError: the file exists but cannot be read.
        """
        return tuple(self.read())

    @property
    def head(self) -> Head:
        """How far the history goes.

        Raises:
            HistoryError: the file exists but cannot be read.
        """
        return self._survey().head

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

    def read(self, *kinds: str) -> Iterator[HistoryEntry]:
        """Yield every readable line, oldest first, or those of some kinds; one line is held in memory at a time.

        Raises:
            HistoryError: the file exists but cannot be read.
        """
        marks = [f'"kind":{blank}"{kind}"'.encode() for kind in kinds for blank in ("", " ")]
        with self._opened() as fd:
            if fd is None:
                return
            size = os.fstat(fd).st_size
            fcntl.flock(fd, fcntl.LOCK_UN)  # lines up to here stay as they are, whoever appends meanwhile
            for line in _lines(fd, size):
                if marks and not any(mark in line for mark in marks):
                    continue
                entry = parse(line.removesuffix(b"\n"))
                if entry is not None and (not kinds or entry.kind in kinds):
                    yield entry

    def append(self, kind: str, data: dict[str, Any]) -> HistoryEntry:
        """Write one entry durably (flock, one write, fsync) and return it.

        A last line that a crash cut off is first moved, byte for byte, to `history.torn-<n>` beside the history,
        and an entry `torn-line` says so. An entry `breach` says so where the history is not the one that was written.

        Args:
            kind: what happened, e.g. "run".
            data: JSON values; dates become ISO text.

        Raises:
            HistoryError: the file cannot be written; it then ends as it did before.
        """
        text = _dumped(data)
        named = self._named()
        try:
            with self._locked() as fd:
                heads = self._read_heads()
                seen = self._survey(fd)
                self._seen = None  # kept again once all of it is written
                if seen.tail:
                    self._mend(fd, seen)
                elif seen.unended:
                    _write_or_undo(fd, b"")
                    seen.unended = False
                for breach in self._found(seen, heads, named):
                    self._add(fd, seen, BREACH, _dumped(breach.model_dump(exclude={"told"})))
                entry = self._add(fd, seen, kind, text)
                self._seen = _stamp(fd), seen
                return entry
        except OSError as error:
            raise HistoryError(NoHistory.UNWRITABLE, path=self.path, cause=error.strerror) from None

    def breaches(self) -> tuple[HistoryBreach, ...]:
        """Return why this is not the history that was written, as far as no entry of it says so yet.

        Raises:
            HistoryError: the file exists but cannot be read.
        """
        named, heads = self._named(), self._read_heads()  # first: what others append meanwhile only extends
        return self._found(self._survey(), heads, named)

    def holds(self, head: Head) -> bool:
        """Return whether a head was taken of this history, as it is or as it was."""
        return self._survey().holds(head)

    def verify(self) -> list[Said]:
        """Return what is wrong with the chain, one sentence each; empty where every line follows its predecessor."""
        seen = self._survey()
        torn = [said(ChainFault.TORN, path=self.path, bytes=len(seen.tail))] if seen.tail else []
        return [*seen.problems, *torn]

    def _read_heads(self) -> dict[Path, Head | None]:
        found = {}
        for path in self._heads:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                found[path] = read_head(path)
        return found

    def _found(
        self, seen: Survey, heads: Mapping[Path, Head | None], named: Mapping[str, Head]
    ) -> tuple[HistoryBreach, ...]:
        """Return the breaches that the history does not tell of itself: the one of the farthest head, and of the
        chain.
        """
        count = seen.head.entries
        own = Witness.HEAD.value
        found = []
        if (seen.begun and self._heads[0] not in heads) or None in heads.values():
            found.append(breach_by(Breach.UNWITNESSED, count, count, own))
        told = [(own, head) for head in heads.values() if head is not None]
        told += [] if seen.broken else list(named.items())
        for who, head in told:
            if not seen.holds(head):
                code = Breach.CUT if head.entries > count else Breach.CHANGED
                found.append(breach_by(code, count, head.entries, who))
        worst = [max(found, key=lambda breach: breach.named)] if found else []
        if seen.wrong > seen.marked:
            worst.append(breach_by(Breach.UNCHAINED, count, seen.wrong))
        return tuple(worst)

    def _survey(self, fd: int | None = None) -> Survey:
        """Return what the lines say of each other; they are read again only where the file has changed."""
        if fd is None:
            with self._opened() as found:
                return Survey(str(self.path)) if found is None else self._survey(found)
        stamp = _stamp(fd)
        if self._seen is None or self._seen[0] != stamp:
            seen = Survey(str(self.path))
            for line in _lines(fd, stamp[2]):
                seen.add(line)
            self._seen = stamp, seen
        return self._seen[1]

    def _add(self, fd: int, seen: Survey, kind: str, text: str) -> HistoryEntry:
        """Write one line, and the head files after it; a history begins only with a head file beside it."""
        begins = not seen.begun and self._note(seen.head)
        line = _line(seen.head, kind, text, secrets.token_hex(8) if begins else None)
        _write_or_undo(fd, line)
        entry = seen.add(line + b"\n")
        assert entry is not None
        self._note(seen.head)
        return entry

    def _note(self, head: Head) -> bool:
        """Write the head files and return whether the one beside the history is there."""
        beside, *others = self._heads
        for path in others:
            write_head(path, head)
        return write_head(beside, head)

    def _mend(self, fd: int, seen: Survey) -> None:
        """Move an unfinished last line into a file of its own, and say so in an entry."""
        tail, seen.tail = seen.tail, b""
        for n in range(1, 10_000):
            kept = self.path.with_name(f"{self.path.stem}.torn-{n}")
            try:
                write_new(kept, tail)
            except FileExistsError:
                continue
            break
        os.ftruncate(fd, os.fstat(fd).st_size - len(tail))
        fact = {"file": kept.name, "bytes": len(tail), "sha256": hashlib.sha256(tail).hexdigest()}
        self._add(fd, seen, "torn-line", _dumped(fact))

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

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int | None]:
        """Open the history for reading while nobody writes; None where there is none."""
        fd = None
        try:
            with contextlib.suppress(FileNotFoundError):
                fd = open_plain(self.path, os.O_RDONLY)
            if fd is not None:
                with contextlib.suppress(OSError):  # a file system without locks: a line in the making reads as torn
                    fcntl.flock(fd, fcntl.LOCK_SH)
            yield fd
        except OSError as error:
            raise HistoryError(NoHistory.UNREADABLE, path=self.path, cause=error.strerror) from None
        finally:
            if fd is not None:
                os.close(fd)


def history_path(root: Path, history: str | None = None) -> Path:
    """Return where the history of the project in `root` lies.

    Raises:
        HistoryError: `history` names a server or a folder; only a file is supported.
    """
    if not history:
        return root / HOME / FILE
    path = root / Path(history).expanduser()
    if "://" in history or "${" in history:
        refused = NoHistory.SERVER
    elif path.is_dir():
        refused = NoHistory.FOLDER
    elif path.suffix not in SUFFIXES:
        refused = NoHistory.SUFFIX
    else:
        return path
    raise HistoryError(refused, file=root / PROJECT_FILE, history=history, within=history.rstrip("/"))


def _dumped(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=True, allow_nan=False, default=_plain, separators=(",", ":"))


def _line(before: Head, kind: str, data: str, history: str | None) -> bytes:
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    first = {"seq": before.entries + 1, "at": at, "kind": kind} | ({"history": history} if history else {})
    return f'{_dumped(first)[:-1]},"data":{data},"prev_sha256":"{before.sha256}"}}'.encode("ascii")


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"no JSON value: {type(value).__name__}")


def _lines(fd: int, size: int) -> Iterator[bytes]:
    """Yield the lines in the first `size` bytes, each with its end."""
    with open(fd, "rb", closefd=False) as file:
        file.seek(0)
        while size > 0 and (line := file.readline(size)):
            size -= len(line)
            yield line


def _stamp(fd: int) -> tuple[int, int, int, int]:
    found = os.fstat(fd)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _write_or_undo(fd: int, line: bytes) -> None:
    size = os.fstat(fd).st_size
    try:
        write_all(fd, line + b"\n")
        os.fsync(fd)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(fd, size)
        raise
