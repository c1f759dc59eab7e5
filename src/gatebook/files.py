"""Files on disk: plain ones that others may have put there, writes that last, and folders that go with their
process.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import stat
import tempfile
import weakref
from pathlib import Path

LARGEST = 512 * 1024**2  # bytes that are read into memory at once
PREFIX = "gatebook-"
_MADE = re.compile(rf"{PREFIX}[a-z0-9_]{{8}}")  # as `tempfile.mkdtemp` names them
_OWNER = "owner"  # held locked while its process lives: process numbers are reused, and differ between containers


def open_plain(path: Path, flags: int) -> int:
    """Return a descriptor of a plain file; nothing waits for the other end of a pipe.

    Raises:
        OSError: it cannot be opened, or is a pipe, device or folder.
    """
    fd = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK, 0o644)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "no plain file", str(path))
    return fd


def read_plain(path: Path, largest: int = LARGEST) -> bytes:
    """Return the bytes of a plain file.

    Raises:
        OSError: it cannot be read, is no plain file, or has more than `largest` bytes.
    """
    with os.fdopen(open_plain(path, os.O_RDONLY), "rb") as file:
        if os.fstat(file.fileno()).st_size > largest:
            raise OSError(errno.EFBIG, f"more than {largest:,} bytes", str(path))
        return file.read()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a rename or a new file survives a power cut only after this."""
    fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as error:
        # Some network shares have no such call for folders.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
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


def write_new(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Make a file durably; the folder's own entry lasts only after `sync_folder`.

    Raises:
        OSError: there is one already, or it cannot be written.
    """
    _write(path, content, os.O_EXCL, mode)


def replace_file(path: Path, content: bytes, mode: int = 0o644, mark: str = "") -> None:
    """Replace a file durably: a reader sees the old one or the new one, never a half.

    Args:
        path: the file; its folder is made where it is missing.
        content: what it will hold.
        mode: its permissions.
        mark: sets processes apart that may replace it at once; a holder of a lock needs none.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}{mark}.partial")
    try:
        _write(partial, content, os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK, mode)
        os.replace(partial, path)  # noqa: PTH105  the swap that a reader never sees half done
        sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, content: bytes, flags: int, mode: int) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flags, mode)
    try:
        write_all(fd, content)
        os.fsync(fd)
    finally:
        os.close(fd)


class Scratch:
    """A new folder that its owner alone can read; it goes with `close`, or when this process ends in order.

    Attributes:
        path: the folder.
    """

    def __init__(self, where: Path | None = None) -> None:
        """Make the folder below `where`, or where temporary files go.

        Raises:
            OSError: no folder can be made there.
        """
        self.path, owner = _owned(where)
        while not self.path.exists():  # swept between its making and its locking
            os.close(owner)
            self.path, owner = _owned(where)
        self._finalizer = weakref.finalize(self, _remove, self.path, owner, os.getpid())

    def close(self) -> None:
        """Remove the folder."""
        self._finalizer()


def sweep(where: Path | None = None) -> int:
    """Remove the scratch folders of this user's killed processes, and return how many those were."""
    swept = 0
    for folder in (where or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # someone else's, in the making, or swept by a run beside this one
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            try:
                owner = os.open(folder / _OWNER, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:  # its process was killed just after making it, or just before it was gone
                if _MADE.fullmatch(folder.name) and folder.stat().st_mode & 0o777 == 0o700:
                    folder.rmdir()  # which spares whatever is not empty
                    swept += 1
                continue
            try:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _clear(folder)
                swept += not folder.exists()
            finally:
                os.close(owner)
    return swept


def _owned(where: Path | None) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=where))
        try:
            owner = os.open(folder / _OWNER, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:  # swept by a run beside this one
            continue
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        with contextlib.suppress(OSError):  # no locks there: `sweep` has none either, and leaves the folder alone
            fcntl.flock(owner, fcntl.LOCK_EX)
        return folder, owner


def _remove(folder: Path, owner: int, process: int) -> None:
    if os.getpid() != process:  # a fork: the folder is its parent's
        return
    try:
        _clear(folder)
    finally:
        if folder.exists():  # a failing call, or one that a signal ended, gets a second chance
            _clear(folder)
        with contextlib.suppress(OSError):
            os.close(owner)


def _clear(folder: Path) -> None:
    """Remove a folder, its owner file last, so that whoever is killed on the way leaves it for `sweep`."""
    with contextlib.suppress(OSError):
        for item in folder.iterdir():
            if item.is_dir() and not item.is_symlink():
                shutil.rmtree(item, ignore_errors=True)
            elif item.name != _OWNER:
                with contextlib.suppress(OSError):
                    item.unlink()
        if [item.name for item in folder.iterdir()] == [_OWNER]:
            shutil.rmtree(folder, ignore_errors=True)
