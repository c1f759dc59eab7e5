"""One run at a time: a lock that dies with its process, and that names who holds it."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatebook.errors import BusyError, RunError

_NO_WRITING = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True)
class Hold:
    """A lock that we hold; `warning` says what a person should know about the holder before us."""

    path: Path
    warning: str | None = None


@contextlib.contextmanager
def project_lock(root: Path) -> Iterator[Hold]:
    """Hold the project in `root` for one run.

    In a folder that cannot be written, the project file itself is locked, so that two runs still see each other.

    Raises:
        BusyError: another run holds the project.
        RunError: the folder's file system has no locks.
    """
    with hold(root / ".gatebook" / "lock", f"the project {root}", instead=root / "gatebook.toml") as held:
        yield held


@contextlib.contextmanager
def hold(path: Path, what: str, *, instead: Path | None = None) -> Iterator[Hold]:
    """Hold the lock file `path`; the kernel frees it when this process ends, however it ends.

    Args:
        path: the lock file; it is made where it is missing and stays.
        what: what is locked, for the message.
        instead: an existing file to lock where `path` cannot be written.

    Raises:
        BusyError: another process holds it; the message names that process.
        RunError: the lock file cannot be made, or the file system has no locks.
    """
    fd, written = _open(path, instead)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"{what} is busy: {_holder(fd if written else None)}; wait for it to end, or stop it."
            ) from None
        except OSError as error:
            raise RunError(f"{path}: cannot be locked ({error.strerror}).") from None
        warning = _left_behind(fd) if written else None
        if written:
            _sign(fd)
        try:
            yield Hold(path, warning)
        finally:
            if written:
                with contextlib.suppress(OSError):
                    os.ftruncate(fd, 0)
    finally:
        os.close(fd)


def _open(path: Path, instead: Path | None) -> tuple[int, bool]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        return os.open(path, flags, 0o644), True
    except OSError as error:
        if instead is not None and error.errno in _NO_WRITING:
            with contextlib.suppress(OSError):
                return os.open(instead, os.O_RDONLY | os.O_CLOEXEC), False
        if error.errno == errno.ELOOP:
            raise RunError(f"{path}: the lock is a symbolic link; remove it.") from None
        raise RunError(f"{path}: the lock cannot be made ({error.strerror}).") from None


def _sign(fd: int) -> None:
    text = json.dumps(
        {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "started": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        }
    )
    with contextlib.suppress(OSError):  # a full disk: the lock holds without its name
        os.ftruncate(fd, 0)
        os.pwrite(fd, text.encode(), 0)


def _read(fd: int) -> dict[str, object] | None:
    try:
        found = json.loads(os.pread(fd, 4096, 0))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"pid", "host", "started"} <= set(found) else None


def _holder(fd: int | None) -> str:
    found = None if fd is None else _read(fd)
    if found is None:
        return "another run holds it"
    return f"process {found['pid']} on {found['host']} holds it since {found['started']}"


def _left_behind(fd: int) -> str | None:
    found = _read(fd)
    if found is None or found["host"] == socket.gethostname():
        return None  # a process of this machine that died: its lock went with it
    return (
        f"the last run (process {found['pid']} on {found['host']}, started {found['started']}) did not end cleanly; "
        "make sure that it is not still at work there."
    )
