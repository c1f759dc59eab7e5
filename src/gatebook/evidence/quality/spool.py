"""Arrays that wait on disk, so that they take memory only while somebody looks at them."""

from __future__ import annotations

import os
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt


class Spool:
    """One file without a name: it is gone when nothing refers to it, however the process ends."""

    def __init__(self) -> None:
        """Make the file where temporary files go.

        Raises:
            OSError: no file can be made there.
        """
        self.fd, name = tempfile.mkstemp(prefix="gatebook-codes-")
        Path(name).unlink()
        weakref.finalize(self, os.close, self.fd)
        self._end = 0

    def keep(self, array: npt.NDArray[np.signedinteger]) -> Kept:
        """Write an array at the end of the file."""
        kept = Kept(self, self._end, len(array), array.dtype)
        view = memoryview(array.tobytes())
        while view:
            view = view[os.pwrite(self.fd, view, self._end) :]
            self._end = kept.start + array.nbytes - len(view)
        return kept


@dataclass(frozen=True)
class Kept:
    """An array of a spool."""

    spool: Spool
    start: int
    length: int
    dtype: np.dtype[np.signedinteger]

    def part(self, first: int, last: int) -> npt.NDArray[np.signedinteger]:
        """Return the entries from `first` up to `last`."""
        size = self.dtype.itemsize
        data = bytearray(size * max(0, min(last, self.length) - first))
        view, at = memoryview(data), self.start + size * first
        while view:
            got = os.preadv(self.spool.fd, [view], at)
            view, at = view[got:], at + got
        return np.frombuffer(data, dtype=self.dtype)
