"""Begin a project in a folder of bare files: its commented project file, empty templates, and its history."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import auto
from pathlib import Path
from typing import Any

from gatebook.cases.bind import labels_there
from gatebook.errors import ProjectFileError, TableError, UsageError
from gatebook.history.ledger import Ledger, history_path
from gatebook.history.witness import published
from gatebook.init.draft import Ask, Draft, KeyGuess, Value
from gatebook.init.look import deeper, open_folder
from gatebook.init.roles import choose_roles
from gatebook.init.sections import draft
from gatebook.project import load_project
from gatebook.project.load import FILE, UNSURE, parse_project
from gatebook.project.tables import open_tables
from gatebook.verdict.evidence_in_use import mappings
from gatebook.verdict.past import BEGINNINGS
from gatebook.words import Code, Said, said, say

INTEGRATIONS = "integrations.csv"
_WEEKS = dt.timedelta(weeks=12)
_LONGEST = 300  # letters of a comment


class ProjectText(Code):
    """Pieces of the project file, and what stands beside its sections."""

    WHOLE = auto()
    NOTES = auto()
    SECTION = auto()
    WANTED = auto()
    SYSTEMS = auto()
    PLAN = auto()


class InitFault(Code):
    """Why no project can be begun."""

    NO_FOLDER = auto()
    NO_TABLE = auto()
    NO_FILE = auto()
    OTHER_FILES = auto()
    DEEPER = auto()
    APPEARED = auto()
    CANNOT_WRITE = auto()
    NOBODY = auto()
    HISTORY_SEEN = auto()


@dataclass(frozen=True)
class InitReport:
    """What `init` found and wrote.

    Attributes:
        project_file: the project file, new or found.
        roles: role -> path of the table, relative to the folder.
        guesses: every key that was written, with its reason; empty where the file was there already.
        unsure: what a person should check or supply.
        left_out: why other files play no role, each.
    """

    project_file: Path
    roles: dict[str, str]
    guesses: tuple[KeyGuess, ...]
    unsure: tuple[Said, ...]
    left_out: tuple[Said, ...]


def init_project(folder: Path, *, as_of: dt.date | None = None, unscored: str | None = None) -> InitReport:
    """Write a commented project file and empty templates into a folder of tables, and begin its history.

    Tables are opened and columns compared; nothing but the folder is read, and no existing file is changed. Where
    there is a project file already, only the history is begun, if there is none.

    Args:
        folder: where the tables lie.
        as_of: the day that becomes `start`; today by default.
        unscored: a person who states that nobody has scored this model on the labels that are there
            already: without one, looks before the history are unknown.

    Raises:
        UsageError: somebody states so though an earlier history can be seen, or nobody is named.
        ProjectFileError: there is no such folder, it cannot be written, or its project file is wrong.
        TableError: the folder holds no table that can be read.
        HistoryError: the history cannot be written.
    """
    root = Path(folder).expanduser().resolve()
    if not root.is_dir():
        raise ProjectFileError(InitFault.NO_FOLDER, folder=folder)
    target = root / FILE
    if unscored is not None:
        _may_state(root, unscored)
    if target.exists():
        return _already(target, unscored)
    files, problems = open_folder(root)
    if not files:
        raise TableError(InitFault.NO_TABLE, folder=folder, told=_nothing(root, problems))
    start = as_of or dt.datetime.now(tz=dt.UTC).date()
    try:
        roles = choose_roles(files)
        drafted = draft(roles)
        text = project_file(root.name or "project", drafted, start)
        project = parse_project(tomllib.loads(text), root=root, text=text)
        labelled = labels_there(project, {role: file.table for role, file in roles.files.items()})
    finally:
        for file in files:
            file.table.close()
    _write(target, text)
    if not (root / INTEGRATIONS).exists():
        _write(root / INTEGRATIONS, say(ProjectText.SYSTEMS))
    paths = {role: file.path for role, file in roles.files.items()}
    _begin(target, paths, drafted.guesses, labelled=labelled, unscored=unscored)
    skipped = (said(Ask.SKIPPED, file=f.path, n=len(f.skipped), name=f.skipped[0]) for f in files if f.skipped)
    unsure = (*drafted.unsure, *skipped, said(Ask.TARGETS), said(Ask.START, start=start.isoformat()))
    written = tuple(g for g in drafted.guesses if not g.offered)
    return InitReport(target, paths, written, unsure, (*roles.left_out, *problems))


def _nothing(root: Path, problems: list[Said]) -> str:
    """Return what there is in a folder without a table that can be read."""
    others = [p.name for p in sorted(root.iterdir()) if p.is_file() and not p.name.startswith(".")]
    told = "\n".join(map(str, problems)) or say(InitFault.NO_FILE)
    if others and not problems:
        told += say(InitFault.OTHER_FILES, files=", ".join(others[:3]))
    if (far := deeper(root)) is not None:
        told += say(InitFault.DEEPER, path=far)
    return told


def _may_state(root: Path, unscored: str) -> None:
    """Refuse a statement on looks that are, or were, on record."""
    if not unscored.strip(". "):
        raise UsageError(InitFault.NOBODY)
    project = load_project(root) if (root / FILE).exists() else None
    ledger = Ledger(history_path(root), root) if project is None else Ledger.of(project)
    if ledger.head.entries or ledger.breaches() or published(root):
        raise UsageError(InitFault.HISTORY_SEEN, folder=root)


def _already(target: Path, unscored: str | None) -> InitReport:
    """Return the report for a folder that has its project file: only its history may be begun."""
    project = load_project(target.parent)
    paths = {role: spec.path for role, spec in project.tables.items()}
    begun = next(Ledger.of(project).read(*BEGINNINGS), None) is not None
    if not begun:
        tables = open_tables(project)
        try:
            labelled = labels_there(project, tables)
        finally:
            for table in tables.values():
                table.close()
        _begin(target, paths, labelled=labelled, unscored=unscored)
    return InitReport(target, paths, (), (said(Ask.BEGUN if begun else Ask.BEGINS, file=target),), ())


def _begin(
    target: Path, roles: dict[str, str], guesses: Iterable[KeyGuess] = (), *, labelled: int, unscored: str | None
) -> None:
    """Begin the history with what was guessed, so that a guess can be told from a choice later on, and with how many
    labels were there: what was seen of them before, no history tells.
    """
    kept = [g for g in guesses if not g.offered]
    entry: dict[str, Any] = {
        "project_file": FILE,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "roles": roles,
        "guesses": mappings((g.key, g.value) for g in kept),
        "unsure": [g.key for g in kept if not g.sure],
        "labelled": labelled,
    }
    if unscored is not None:
        made = dt.datetime.now(tz=dt.UTC).date().isoformat()
        entry["unscored"] = {"person": unscored, "made": made}
    Ledger.of(load_project(target.parent)).append("init", entry)


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
        raise ProjectFileError(InitFault.APPEARED, path=path) from None
    except OSError as error:
        raise ProjectFileError(InitFault.CANNOT_WRITE, path=path, error=error.strerror) from None


# The project file


def project_file(name: str, drafted: Draft, start: dt.date) -> str:
    """Return the text of `gatebook.toml`; guesses that are not sure carry a `?` in their comment."""

    def keys(section: str, *only: str) -> str:
        found = [(g.key.rpartition("."), g) for g in drafted.guesses]
        return _lines(_line(key, g) for (of, _, key), g in found if of == section and (not only or key in only))

    roles = dict.fromkeys(g.key.split(".")[1] for g in drafted.guesses if g.key.startswith("tables."))
    tables = "".join(f"\n{_head(f'[tables.{role}]', role)}{keys(f'tables.{role}')}" for role in roles)
    notes = _lines(f"# - {_comment(told)}" for told in drafted.unsure)
    public = keys("project", "public")
    return say(
        ProjectText.WHOLE,
        notes=say(ProjectText.NOTES, notes=notes) if notes else "",
        name=toml(name),
        start=start.isoformat(),
        deadline=(start + _WEEKS).isoformat(),
        task=keys("project", "task", "candidate"),
        personal=keys("project", "personal"),
        public=f"# {public}" if public else "",
        tables=tables + _wanted(drafted, roles),
        metric=keys("targets", "metric"),
        positive=keys("targets", "positive"),
        planned=keys("targets", "planned_labels") or say(ProjectText.PLAN),
    )


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _head(section: str, role: str) -> str:
    return section.ljust(32) + f"  # {say(ProjectText.SECTION, role)}\n"


def _line(key: str, guess: KeyGuess) -> str:
    written = f"{'# ' if guess.offered else ''}{key} = {toml(guess.value)}"
    mark = "" if guess.sure or guess.offered else f"{UNSURE} "
    return written.ljust(32) + f"  # {mark}{_comment(guess.why)}"


def _comment(told: Said) -> str:
    """Return words that can stand in a TOML comment: one line, no control characters."""
    clean = "".join(c if c.isprintable() else " " for c in str(told))
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 3]}..."


def _wanted(drafted: Draft, roles: Iterable[str]) -> str:
    """Return the sections of tables that the folder lacks, as comments."""
    have = {g.key.removeprefix("tables.sample.") for g in drafted.guesses}
    given = {"labels": {"label", "score"}, "predictions": {"prediction"}}
    lines = ""
    for role in ("curated", "labels", "predictions"):
        if role not in roles and not given.get(role, set()) & have:
            lines += f"\n{_head(f'# [tables.{role}]', role)}{say(ProjectText.WANTED, role)}"
    return lines if "integrations" in roles else lines + say(ProjectText.WANTED, "integrations", path=INTEGRATIONS)


def toml(value: Value) -> str:
    """Return a value as TOML."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    whole = float(value) % 1 == 0 and abs(value) < 1e15  # TOML's integers end at 64 bits
    return str(int(value)) if whole else f"{float(value):.12g}"
