"""The tables that a project file names, opened: only files inside the project folder are read."""

from __future__ import annotations

import difflib
import glob
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import auto
from pathlib import Path

from gatebook.errors import GatebookError, LimitError, TableError
from gatebook.project.model import Project, TableSpec
from gatebook.reading.account import Called, Setting
from gatebook.reading.table import Request, Table, missing_column, open_files
from gatebook.words import Code, say

REJECTS = Path(".gatebook") / "rejects"
_COLUMNS = 5_000  # of a table that is assessed: each one alone costs milliseconds
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")


class PathProblem(Code):
    """Why the path of a table names no file that is read."""

    ABSOLUTE = auto()
    FOLDER = auto()
    FORBIDDEN = auto()
    LINK = auto()
    NO_FILE = auto()
    NO_FILE_NEAR = auto()
    NO_NAME = auto()
    NUL = auto()
    OUTSIDE = auto()
    REMOTE = auto()
    WIDE = auto()


@dataclass(frozen=True)
class Tables(Mapping[str, Table]):
    """The tables of a project that could be opened; `problems` holds the error of each that could not."""

    opened: Mapping[str, Table]
    problems: Mapping[str, GatebookError]

    def __getitem__(self, role: str) -> Table:
        return self.opened[role]

    def __iter__(self) -> Iterator[str]:
        return iter(self.opened)

    def __len__(self) -> int:
        return len(self.opened)


def open_tables(project: Project) -> Tables:
    """Open every table of a project; rejected lines go to `.gatebook/rejects` in its folder.

    Returns:
        the tables by role. A table that cannot be opened is in `problems` instead, with its error.
    """
    opened: dict[str, Table] = {}
    problems: dict[str, GatebookError] = {}
    for role, spec in project.tables.items():
        try:
            table = open_table(role, spec, project.root, rejects=project.root / REJECTS)
            if (columns := len(table.columns)) > _COLUMNS:
                table.close()
                raise LimitError(f"[tables.{role}] {spec.path}: {say(PathProblem.WIDE, columns=columns, cap=_COLUMNS)}")
            opened[role] = table
        except GatebookError as error:
            problems[role] = error
    return Tables(opened, problems)


def open_table(role: str, spec: TableSpec, root: Path, *, rejects: Path | None = None) -> Table:
    """Open one table.

    Args:
        role: its section in the project file.
        spec: what the project file says about it.
        root: the project folder; nothing outside of it is read.
        rejects: folder that takes the verbatim text of rejected lines; None keeps none.

    Raises:
        TableError: a file cannot be read, or the project file names a column that the table lacks.
        LimitError: more bytes, rows, time or memory than the caps allow.
    """
    files, base, named = resolve(role, spec.path, root), root.resolve(), spec.named_columns()
    request = Request(spec.path, role, f"[tables.{role}] ", Setting.SECTION, tuple(named), rejects)
    table = open_files(request, {file.relative_to(base).as_posix(): file for file in files}, spec.read)
    for column, key in named.items():
        if column not in table.columns:
            table.close()
            raise missing_column(Called(f"[tables.{role}] {key}"), column, table.columns)
    return table


def resolve(role: str, path: str, root: Path) -> list[Path]:
    """Return the files that `path` names, sorted, each with symlinks resolved.

    Args:
        role: the table's section, for messages.
        path: a file or a glob, relative to `root`.
        root: the project folder.

    Raises:
        TableError: the path is no plain relative path, leads out of the project folder, or names no file.
    """

    def refuse(code: PathProblem, **values: object) -> TableError:
        return TableError(f"[tables.{role}] path = {path!r}: {say(code, root=str(root), **values)}")

    if "\0" in path:
        raise refuse(PathProblem.NUL)
    if "${" in path or _URL.match(path):
        raise refuse(PathProblem.REMOTE)
    if path.startswith("~") or Path(path).is_absolute():
        raise refuse(PathProblem.ABSOLUTE)
    if ".." in Path(path).parts:
        raise refuse(PathProblem.OUTSIDE)
    base = root.resolve()
    exact = base / path
    try:
        found = [exact] if exact.is_file() else []
    except PermissionError:
        raise refuse(PathProblem.FORBIDDEN) from None
    except OSError as error:
        raise refuse(PathProblem.NO_NAME, error=error.strerror) from None
    if exact.is_dir():
        raise refuse(PathProblem.FOLDER, path=path.rstrip("/"))
    if not found and glob.has_magic(path):
        names = glob.glob(path, root_dir=base, recursive=True)  # noqa: PTH207 - Path.glob follows no root_dir
        found = sorted(base / name for name in names if (base / name).is_file())
    if not found:
        near = _nearby(base, path)
        raise refuse(PathProblem.NO_FILE_NEAR, near=near) if near else refuse(PathProblem.NO_FILE)
    files = [Path(os.path.realpath(file)) for file in found]
    for file, real in zip(found, files, strict=True):
        if not real.is_relative_to(base):
            raise refuse(PathProblem.LINK, file=str(file.relative_to(base)))
    return files


def _nearby(base: Path, path: str) -> str:
    """Return the name of a file that is nearly called so, otherwise nothing."""
    folder = (base / path).parent
    if not folder.is_dir() or not folder.resolve().is_relative_to(base):
        return ""
    return next(iter(difflib.get_close_matches(Path(path).name, [f.name for f in folder.iterdir()], n=1)), "")
