"""Files that others may have put there: a pipe or a device would never end, a link leads elsewhere. Writes that last."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

LARGEST = 512 * 1024**2


def open_plain(path: Path, flags: int) -> int:
    """Return a descriptor of a plain file; nothing waits for the other end of a pipe.

    Raises:
        OSError: it cannot be opened, or is a pipe, device or folder.
    """
    fd = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK, 0o644)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    return fd


def read_plain(path: Path, largest: int = LARGEST) -> bytes:
    """Return the bytes of a plain file.

    Raises:
        OSError: it cannot be read, is no plain file, or has more than `largest` bytes.
    """
    with os.fdopen(open_plain(path, os.O_RDONLY), "rb") as file:
        if os.fstat(file.fileno()).st_size > largest:
            raise OSError(errno.EFBIG, f"it has more than {largest:,} bytes", str(path))
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
