"""Which files a table's `path` names: only files inside the project folder."""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path

from gatebook.errors import TableError

FORBIDDEN = "this user may not read it; give it the right to, for the file and for the folders above it."
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")


def resolve(role: str, path: str, root: Path) -> list[Path]:
    """Return the files that `path` names, sorted, each with symlinks resolved.

    Args:
        role: the table's section, for messages.
        path: a file or a glob, relative to `root`.
        root: the project folder.

    Raises:
        TableError: the path is no plain relative path, leads out of the project folder, or names no file.
    """
    key = f"[tables.{role}] path = {path!r}"
    if "\0" in path:
        raise TableError(f"{key}: the path holds a NUL character; write it again by hand.")
    if "${" in path or _URL.match(path):
        raise TableError(
            f"{key}: servers and remote addresses cannot be read yet; export the table to a file (csv or parquet) "
            "in the project folder and name that file."
        )
    if path.startswith("~") or Path(path).is_absolute():
        raise TableError(
            f"{key}: only files in the project folder are read; copy the file to {root} and give its relative path."
        )
    if ".." in Path(path).parts:
        raise TableError(f"{key}: '..' leads out of the project folder; copy the file to {root}.")
    base = root.resolve()
    exact = base / path
    try:
        is_file = exact.is_file()
    except PermissionError:
        raise TableError(f"{key}: {FORBIDDEN}") from None
    except OSError as error:
        raise TableError(f"{key}: this is no name that a file can have ({error.strerror}); shorten it.") from None
    if is_file:
        found = [exact]
    elif exact.is_dir():
        raise TableError(f"{key}: this is a folder; name a file in it, or a pattern such as {path.rstrip('/')}/*.csv.")
    else:
        names = glob.glob(path, root_dir=base, recursive=True) if glob.has_magic(path) else []  # noqa: PTH207 - Path.glob follows no root_dir
        found = sorted(base / name for name in names if (base / name).is_file())
    if not found:
        near = _nearby(base, path)
        raise TableError(f"{key}: there is no such file in {root}{near}.")
    files = []
    for file in found:
        real = Path(os.path.realpath(file))
        if not real.is_relative_to(base):
            raise TableError(
                f"{key}: {file.relative_to(base)} is a link out of the project folder; copy the file itself to {root}."
            )
        files.append(real)
    return files


def _nearby(base: Path, path: str) -> str:
    """Return "; did you mean ...?" for a name that nearly exists, else an empty string."""
    import difflib  # noqa: PLC0415 - only needed on the way to an error

    folder = (base / path).parent
    if not folder.is_dir() or not folder.resolve().is_relative_to(base):
        return ""
    close = difflib.get_close_matches(Path(path).name, [f.name for f in folder.iterdir()], n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
