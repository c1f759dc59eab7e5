"""A run's folder: built out of sight, made visible by one rename when it is complete."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gatebook.errors import RunError
from gatebook.files import sync_folder, write_new
from gatebook.history import MANIFEST
from gatebook.history.lock import hold
from gatebook.words import Code

LATEST = "latest"
_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}


class Place(Code):
    """Why a run cannot be published there."""

    LINK = "link"
    TAKEN_BY_FOLDER = "taken_by_folder"
    TAKEN_BY_FILE = "taken_by_file"
    NO_LINKS = "no_links"
    UNWRITABLE = "unwritable"


class RunFolder:
    """`<out>/<slug>/<id>` in the making; a context manager that leaves nothing behind unless `publish` was called.

    Attributes:
        id: the run's id, UTC `yyyymmddThhmmssZ`, with a number after it where that second is taken.
        path: the hidden folder in which the run works.
        final: where it will be.
    """

    def __init__(self, out: Path, slug: str, started: dt.datetime) -> None:
        self.home = out / slug
        self._stem = started.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        self._files: dict[str, dict[str, Any]] = {}
        self._stack = contextlib.ExitStack()
        self.id = self._stem
        self.path = self.home
        self.final = self.home
        self.published = False
        self._link = self.home

    def __enter__(self) -> Self:
        """Lock the folder, remove what killed runs left, and make the hidden folder and the link that `latest` will be.

        Raises:
            BusyError: another run publishes into this folder.
            RunError: the folder cannot be written or is a symbolic link, or `latest` cannot be swapped.
        """
        with contextlib.ExitStack() as stack, _plainly(self.home):
            if self.home.is_symlink():
                raise RunError(Place.LINK, path=self.home)
            self.home.mkdir(parents=True, exist_ok=True)
            stack.enter_context(hold(self.home / ".lock", f"the folder {self.home}"))
            for left in self.home.glob(".*.partial"):
                shutil.rmtree(left, ignore_errors=True)
            for left in self.home.glob(f".{LATEST}-*"):
                left.unlink(missing_ok=True)
            number = 1
            while os.path.lexists(self.home / self.id):
                number += 1
                self.id = f"{self._stem}-{number}"
            self.final = self.home / self.id
            self.path = self.home / f".{self.id}.partial"
            self._link = self.home / f".{LATEST}-{self.id}"
            self._make_link()
            stack.callback(self._drop_link)
            self.path.mkdir()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.published:
            shutil.rmtree(self.path, ignore_errors=True)
        self._stack.close()

    def write(self, name: str, content: str | bytes) -> Path:
        """Write one file durably into the hidden folder and return its path.

        Raises:
            RunError: it cannot be written (a full disk, no permission).
        """
        raw = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
        path = self.path / name
        with _plainly(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_new(path, raw, 0o666)
        self._files[name] = {"sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}
        return path

    def publish(self, facts: Mapping[str, Any]) -> Path:
        """Make the run visible, point `latest` to it, and return its folder; a run that `latest` cannot name is taken
        back.

        Args:
            facts: what `manifest.json` says beside the files' hashes.

        Raises:
            RunError: a step failed; the runs published before are untouched.
        """
        manifest = {"run": self.id, **facts, "files": dict(sorted(self._files.items()))}
        self.write(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
        with _plainly(self.final):
            for folder in {self.path, *((self.path / name).parent for name in self._files)}:
                sync_folder(folder)
        latest = self.home / LATEST
        with _plainly(latest):
            before = latest.readlink() if latest.is_symlink() else None
            try:
                os.rename(self.path, self.final)  # noqa: PTH104  the one step that makes the run visible
                sync_folder(self.home)
                os.replace(self._link, latest)  # noqa: PTH105  the swap that readers of `latest` never see half done
                sync_folder(self.home)
            except BaseException:
                self._take_back(before)
                raise
            self.published = True
        return self.final

    def _make_link(self) -> None:
        """Make the link that becomes `latest`, so that what stands in its way is told before the work and not after."""
        latest = self.home / LATEST
        if os.path.lexists(latest) and not latest.is_symlink():
            raise RunError(Place.TAKEN_BY_FOLDER if latest.is_dir() else Place.TAKEN_BY_FILE, path=latest)
        try:
            self._link.symlink_to(self.id)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            raise RunError(Place.NO_LINKS, path=latest, cause=error.strerror) from None

    def _drop_link(self) -> None:
        with contextlib.suppress(OSError):
            self._link.unlink(missing_ok=True)

    def _take_back(self, before: Path | None) -> None:
        """Let `latest` name the run before again and hide this one, so that nobody takes it for a complete run."""
        latest = self.home / LATEST
        with contextlib.suppress(OSError):
            if latest.is_symlink() and str(latest.readlink()) == self.id:
                if before is None:
                    latest.unlink()
                else:
                    self._link.symlink_to(before)
                    os.replace(self._link, latest)  # noqa: PTH105  as in `publish`
        with contextlib.suppress(OSError):
            os.rename(self.final, self.path)  # noqa: PTH104  as in `publish`
        if self.final.is_dir():
            with contextlib.suppress(OSError):
                (self.final / MANIFEST).unlink()
            shutil.rmtree(self.final, ignore_errors=True)


@contextlib.contextmanager
def _plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename2 or error.filename or path
        raise RunError(Place.UNWRITABLE, path=str(where), cause=error.strerror or str(error)) from None
