"""Begin a project in a folder of bare files."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from gatebook.errors import ProjectFileError, TableError
from gatebook.history.ledger import Ledger
from gatebook.init.guess import draft
from gatebook.init.keys import Guess
from gatebook.init.look import deeper, open_folder
from gatebook.init.roles import choose_roles
from gatebook.init.write import INTEGRATIONS, INTEGRATIONS_HEADER, project_file
from gatebook.project import load_project
from gatebook.project.load import FILE, parse_project
from gatebook.verdict.evidence_in_use import mappings


@dataclass(frozen=True)
class InitReport:
    """What `init` found and wrote.

    Attributes:
        project_file: the project file, new or found.
        roles: role -> path of the table, relative to the folder.
        guesses: every key that was written, with its reason; empty where the file was there already.
        unsure: plain sentences on what a person should check or supply.
        left_out: one sentence for each file that plays no role.
    """

    project_file: Path
    roles: dict[str, str]
    guesses: tuple[Guess, ...]
    unsure: tuple[str, ...]
    left_out: tuple[str, ...]


def init_project(folder: Path, *, as_of: dt.date | None = None) -> InitReport:
    """Write a commented project file and empty templates into a folder of tables, and begin its history.

    Tables are opened and columns compared; nothing but the folder is read, and no existing file is changed. Where
    there is a project file already, only the history is begun, if there is none.

    Args:
        folder: where the tables lie.
        as_of: the day that becomes `start`; today by default.

    Raises:
        ProjectFileError: there is no such folder, it cannot be written, or its project file is wrong.
        TableError: the folder holds no table that can be read.
        HistoryError: the history cannot be written.
    """
    root = Path(folder).expanduser().resolve()
    if not root.is_dir():
        raise ProjectFileError(f"{folder}: there is no such folder; give the folder that holds the tables.")
    target = root / FILE
    if target.exists():
        return _already(target)
    files, problems = open_folder(root)
    if not files:
        told = "\n".join(problems) or "it holds no file with a name like .csv, .parquet or .xlsx"
        others = [p.name for p in sorted(root.iterdir()) if p.is_file() and not p.name.startswith(".")]
        if others and not problems:
            told += f"; {', '.join(others[:3])}: export what it holds as CSV, JSON lines or Parquet"
        if (far := deeper(root)) is not None:
            told += f"; tables lie deeper, such as {far}: begin in their own folder, or copy them into this one"
        raise TableError(f"{folder}: no table to begin with: {told}")
    try:
        roles = choose_roles(files)
        drafted = draft(roles)
    finally:
        for file in files:
            file.table.close()
    skipped = [
        f"{f.path}: {len(f.skipped)} column(s) were not looked at, e.g. {f.skipped[0]!r}, since a project file "
        "can only name distinct, printable columns without blanks around them, and init looks at 400."
        for f in files
        if f.skipped
    ]
    start = as_of or dt.datetime.now(tz=dt.UTC).date()
    text = project_file(root.name or "project", drafted, start)
    parse_project(tomllib.loads(text), root=root, text=text)
    _write(target, text)
    if not (root / INTEGRATIONS).exists():
        _write(root / INTEGRATIONS, INTEGRATIONS_HEADER + "\n")
    paths = {role: file.path for role, file in roles.files.items()}
    _begin(root, target, paths, drafted.guesses)
    unsure = (
        *drafted.unsure,
        *skipped,
        "No file can tell the targets: set value and latency_ms in [targets], and owner in [project].",
        f"start = {start.isoformat()} is the day of this init: set the day on which the project began.",
    )
    return InitReport(
        target, paths, tuple(g for g in drafted.guesses if not g.offered), unsure, (*roles.left_out, *problems)
    )


def _already(target: Path) -> InitReport:
    """Return the report for a folder that has its project file: only its history may be begun."""
    project = load_project(target.parent)
    paths = {role: spec.path for role, spec in project.tables.items()}
    told = f"{target} was there already and stays as it is"
    ledger = Ledger.of(project)
    if ledger.head.entries:
        return InitReport(target, paths, (), (f"{told}; its history has begun already.",), ())
    _begin(target.parent, target, paths)
    return InitReport(target, paths, (), (f"{told}; its history begins now.",), ())


def _begin(root: Path, target: Path, roles: dict[str, str], guesses: tuple[Guess, ...] = ()) -> None:
    """Begin the history with what was guessed, so that a guess can be told from a choice later on."""
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    entry = {
        "project_file": FILE,
        "sha256": digest,
        "roles": roles,
        "guesses": mappings((g.key, g.value) for g in guesses if not g.offered),
        "unsure": [g.key for g in guesses if not (g.sure or g.offered)],
    }
    Ledger.of(load_project(root)).append("init", entry)


def _write(path: Path, text: str) -> None:
    """Write a new file whole or not at all; one that appeared meanwhile is left alone."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("x", encoding="utf-8", newline="\n") as file:  # never through a link that lies there
            file.write(text)
        try:
            os.link(partial, path)
        finally:
            partial.unlink()
    except FileExistsError:
        raise ProjectFileError(f"{path}: appeared while init was at work, and was left alone; run it again.") from None
    except OSError as error:
        raise ProjectFileError(f"{path}: cannot be written ({error.strerror}); make the folder writable.") from None
