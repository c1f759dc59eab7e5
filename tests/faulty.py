"""Faults on order: the n-th call that the kit itself makes of the operating system fails, or is its last."""

from __future__ import annotations

import contextlib
import copy
import errno
import fcntl
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gatebook.history.ledger import Ledger

CALLS = (
    "open",
    "write",
    "pwrite",
    "fsync",
    "rename",
    "replace",
    "link",
    "symlink",
    "mkdir",
    "rmdir",
    "unlink",
    "ftruncate",
    "utime",
    "chmod",
)
THROUGH = {"pathlib", "tempfile", "os", "shutil", "contextlib", "weakref", "codecs"}  # they act for who calls them
REMOVING = ("rmdir", "unlink")  # an error there leaves more behind than asked, never less
WRITING = ("open", "mkdir", "rename", "symlink", "link", "truncate")


def fails(code: int) -> Callable[[Any], None]:
    """Return what raises the error of this number, as the operating system would."""

    def fail(first: Any) -> None:
        raise OSError(code, os.strerror(code), first if isinstance(first, str | Path) else None)

    return fail


class Faults:
    """Counts the kit's own calls of the functions that open, write, sync, rename, remove or lock.

    Attributes:
        calls: how many there were.
        names: which function each was.
        paths: the paths that were handed to them.
    """

    def __init__(self, patch: Any, number: int, act: Callable[[Any], None]) -> None:
        """Do `act` in place of the call `number`; `patch` is pytest's."""
        self.calls, self.number, self.act = 0, number, act
        self.names: list[str] = []
        self.paths: set[str] = set()
        for name in CALLS:
            patch.setattr(os, name, self._wrap(name, getattr(os, name)))
        patch.setattr(fcntl, "flock", self._wrap("flock", fcntl.flock))
        opened = self._wrap("open", io.open)
        patch.setattr(io, "open", opened)
        patch.setattr("builtins.open", opened)

    def _wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            if own(sys._getframe(1)):
                self.calls += 1
                self.names.append(name)
                self.paths.update(str(Path(a).absolute()) for a in args if isinstance(a, str | Path))
                if self.calls == self.number:
                    self.act(args[0])
            return real(*args, **options)

        return call


def own(frame: Any) -> bool:
    """Return whether the kit's own code makes a call, itself or by a helper of the standard library."""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.split(".")[0] == "gatebook":
            return True
        if name.split(".")[0] not in THROUGH:
            return False
        frame = frame.f_back
    return False


@contextlib.contextmanager
def watched(*folders: Path) -> Iterator[set[str]]:
    """Yield the set of paths below the folders that Python itself reports as opened for writing, made or renamed."""
    found: set[str] = set()
    active = True

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if not active or event.removeprefix("os.") not in WRITING:
            return
        if event == "open" and not int(args[2] or 0) & (os.O_WRONLY | os.O_RDWR):
            return
        for given in args[:2] if event in {"os.rename", "os.symlink", "os.link"} else args[:1]:
            if isinstance(given, str | bytes | os.PathLike):
                path = str(Path(os.fsdecode(given)).absolute())
                if any(path.startswith(f"{folder}{os.sep}") for folder in folders):
                    found.add(path)

    sys.addaudithook(hook)
    try:
        yield found
    finally:
        active = False  # a hook cannot be taken out


def visible(out: Path, project: str = "shop") -> dict[str, bytes]:
    """Return what a reader of `latest` finds."""
    latest = (out / project / "latest").resolve()
    return {p.relative_to(latest).as_posix(): p.read_bytes() for p in sorted(latest.rglob("*")) if p.is_file()}


def whole(seen: dict[str, bytes]) -> bool:
    """Return whether every file that the manifest names is there."""
    return set(json.loads(seen["manifest.json"])["files"]) | {"manifest.json"} == set(seen)


def chain(root: Path) -> list[str]:
    """Return what is wrong with a project's history; a last line cut off by a kill is mended by the next run."""
    ledger = Ledger(root / ".gatebook/history.jsonl", root)
    return [p for p in ledger.verify() if "cut off" not in p] + [b.words for b in ledger.breaches()]


def left_behind(*folders: Path) -> list[str]:
    """Return what no run may leave: hidden run folders and links, scratch folders, half-written files."""
    patterns = ("**/.*.partial", "**/.latest-*", "gatebook-*", ".gatebook/.record-*")
    return sorted(str(p) for folder in folders for pattern in patterns for p in folder.glob(pattern))


def kernels_below(*folders: Path) -> list[str]:
    """Return the processes that work in a folder."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            where = link.readlink()
            if any(where.is_relative_to(folder) for folder in folders):
                found.append(link.parent.name)
    return found


def stub_kernel(patch: Any, kept: dict[str, Any]) -> None:
    """Let each notebook run once by a real kernel; later calls of papermill return a copy of what it gave."""
    import papermill

    real = papermill.execute_notebook

    def execute(path: str, *args: Any, **options: Any) -> Any:
        if path not in kept:
            kept[path] = real(path, *args, **options)
        return copy.deepcopy(kept[path])

    patch.setattr(papermill, "execute_notebook", execute)


ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.ESTALE)
