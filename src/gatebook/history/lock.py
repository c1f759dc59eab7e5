"""One run at a time: a lock that dies with its process, and that names who holds it.

It is one `flock`. The package filelock was weighed against it: it opens its file for writing, so that it cannot fall
back to a project file that can only be read, and where a file system has no locks it leaves marks that outlive a killed
process.
"""

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
from gatebook.words import Code, Said, said

_NO_WRITING = {errno.EACCES, errno.EPERM, errno.EROFS}


class Busy(Code):
    """Why a lock is not had, and what its last holder left."""

    HELD = "held"
    UNSIGNED = "unsigned"
    NO_LOCKS = "no_locks"
    LINK = "link"
    NO_FILE = "no_file"
    LEFT_BEHIND = "left_behind"


@dataclass(frozen=True)
class Hold:
    """A lock that we hold; `warning` says what a person should know about the holder before us."""

    path: Path
    warning: Said | None = None


def project_lock(root: Path) -> contextlib.AbstractContextManager[Hold]:
    """Hold the project in `root` for one run.

    In a folder that cannot be written, the project file itself is locked, so that two runs still see each other.

    Raises:
        BusyError: another run holds the project.
        RunError: the folder's file system has no locks.
    """
    return hold(root / ".gatebook" / "lock", f"the project {root}", instead=root / "gatebook.toml")


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
            holder = _read(fd) if written else None
            raise BusyError(Busy.HELD if holder else Busy.UNSIGNED, what=what, **(holder or {})) from None
        except OSError as error:
            raise RunError(Busy.NO_LOCKS, path=path, cause=error.strerror) from None
        before = _read(fd) if written else None
        warning = None
        if before is not None and before["host"] != socket.gethostname():  # of this machine, its lock died with it
            warning = said(Busy.LEFT_BEHIND, **before)
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
    """Return a descriptor to lock, and whether it may be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644), True
    except OSError as error:
        if instead is not None and error.errno in _NO_WRITING:
            with contextlib.suppress(OSError):
                return os.open(instead, os.O_RDONLY | os.O_CLOEXEC), False
        refused = Busy.LINK if error.errno == errno.ELOOP else Busy.NO_FILE
        raise RunError(refused, path=path, cause=error.strerror) from None


def _sign(fd: int) -> None:
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    text = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started": now})
    with contextlib.suppress(OSError):  # a full disk: the lock holds without its name
        os.ftruncate(fd, 0)
        os.pwrite(fd, text.encode(), 0)


def _read(fd: int) -> dict[str, str] | None:
    """Return who signed a lock file, None where nobody did."""
    try:
        found = json.loads(os.pread(fd, 4096, 0))
        return {name: str(found[name]) for name in ("pid", "host", "started")}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
