"""Is a published run whole, does it rest on these inputs, and does the history know it?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatebook.errors import GatebookError, ProjectFileError, RunError
from gatebook.files import read_plain, sha256_of
from gatebook.history import MANIFEST
from gatebook.history.chain import BREACH
from gatebook.history.ledger import Ledger
from gatebook.history.witness import breach_of, head_of
from gatebook.project import Project, load_project
from gatebook.project.load import FILE
from gatebook.record import Record, read_record
from gatebook.words import Code, say


class Proof(Code):
    """What was found of a run."""

    WHOLE = "whole"
    INPUTS = "inputs"
    KNOWN = "known"
    NO_MANIFEST = "no_manifest"
    UNREADABLE = "unreadable"
    OTHER_MANIFEST = "other_manifest"
    NO_RECORD = "no_record"
    OTHER_NAME = "other_name"
    MISSING = "missing"
    CHANGED = "changed"
    ADDED = "added"
    INPUT_GONE = "input_gone"
    INPUT_CHANGED = "input_changed"
    PROJECT_CHANGED = "project_changed"
    UNCHECKED = "unchecked"
    BROKEN = "broken"
    SHORTENED = "shortened"
    UNKNOWN = "unknown"
    OTHER_RECORD = "other_record"


class NoRun(Code):
    """Why a run cannot be looked at."""

    NO_RUN = "no_run"
    NO_PROJECT = "no_project"
    PROJECT_GONE = "project_gone"


SOUND = {Proof.WHOLE, Proof.INPUTS, Proof.KNOWN}


@dataclass(frozen=True)
class ProofLine:
    """One thing that was looked at: what was found, and the same in words."""

    code: Proof
    words: str

    @property
    def ok(self) -> bool:
        """Whether it is as it should be."""
        return self.code in SOUND


@dataclass(frozen=True)
class Verification:
    """All that was looked at for one run."""

    run: Path
    checks: tuple[ProofLine, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return all(check.ok for check in self.checks)


def verify_run(run: Path, *, project: Path | None = None) -> Verification:
    """ProofLine a published run: its files, the inputs that it names, and the history of its project.

    Args:
        run: the run's folder, `latest`, or a file in it.
        project: the project's folder; None takes the one that the run names by a relative path.

    Raises:
        RunError: there is no such folder.
    """
    if not run.exists():
        raise RunError(NoRun.NO_RUN, run=run)
    folder = (run if run.is_dir() else run.parent).resolve()
    return Verification(folder, tuple(_checks(folder, project)))


def _checks(folder: Path, project: Path | None) -> Iterator[ProofLine]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(read_plain(path))
    except FileNotFoundError:
        yield _check(Proof.NO_MANIFEST, path=path)
        return
    except (OSError, ValueError, RecursionError) as error:
        yield _check(Proof.UNREADABLE, path=path, cause=error)
        return
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        yield _check(Proof.OTHER_MANIFEST, path=path)
        return
    files = manifest["files"]
    yield from list(_files(folder, files)) or [_check(Proof.WHOLE, count=len(files))]
    try:
        record = read_record(folder / "decision.json")
    except RunError as error:
        yield _check(Proof.NO_RECORD, cause=error)
        return
    if record.run.id != folder.name or manifest.get("run") != folder.name:
        yield _check(Proof.OTHER_NAME, folder=folder.name, run=record.run.id)
    try:
        found = load_project(_project_folder(folder, manifest, project))
        yield from list(_inputs(found, record)) or [_check(Proof.INPUTS, count=len(record.tables))]
        yield from _history(found, folder, manifest)
    except GatebookError as error:
        yield _check(Proof.UNCHECKED, cause=error)


def _check(code: Proof, **values: Any) -> ProofLine:
    return ProofLine(code, say(code, **values))


def _files(folder: Path, files: dict[str, Any]) -> Iterator[ProofLine]:
    """Yield what is wrong with the files of a run."""
    for name, fact in files.items():
        if not _inside(folder / name, folder):
            yield _check(Proof.MISSING, name=name)
        elif not isinstance(fact, dict) or sha256_of(folder / name) != fact.get("sha256"):
            yield _check(Proof.CHANGED, name=name)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if (name := path.relative_to(folder).as_posix()) not in {*files, MANIFEST}:
            yield _check(Proof.ADDED, name=name)


def _project_folder(folder: Path, manifest: dict[str, Any], given: Path | None) -> Path:
    if given is not None:
        return given
    named = manifest.get("project_path")
    if not isinstance(named, str):
        raise ProjectFileError(NoRun.NO_PROJECT)
    path = folder / named
    if not (path / FILE).is_file():
        raise ProjectFileError(NoRun.PROJECT_GONE, path=path.resolve())
    return path


def _inputs(project: Project, record: Record) -> Iterator[ProofLine]:
    """Yield which inputs are not those of the run."""
    from gatebook.evidence.disclosure import NAME_WITHHELD

    for table in record.tables:
        path = project.root / table.path
        if table.path.endswith(NAME_WITHHELD):  # a personal name is not on record, the hash is
            alike = (p for p in project.root.rglob("*") if p.is_file() and p.stat().st_size == table.bytes)
            path = next((p for p in alike if sha256_of(p) == table.sha256), path)
        if not _inside(path, project.root.resolve()):
            yield _check(Proof.INPUT_GONE, path=table.path, role=table.role)
        elif sha256_of(path) != table.sha256:
            yield _check(Proof.INPUT_CHANGED, path=table.path, role=table.role)
    if record.project.project_sha256 not in {"", sha256_of(project.root / FILE)}:
        yield _check(Proof.PROJECT_CHANGED, name=FILE)


def _history(project: Project, folder: Path, manifest: dict[str, Any]) -> Iterator[ProofLine]:
    ledger = Ledger.of(project, folder.parent)
    breaches = [b.told for b in ledger.breaches()] or [breach_of(e.data).told for e in ledger.read(BREACH)][-1:]
    wrong = [_check(Proof.BROKEN, cause=cause) for cause in (*ledger.verify(), *breaches)]
    head = head_of(manifest.get("history"))
    if head is not None and not ledger.holds(head):
        wrong.append(_check(Proof.SHORTENED))
    runs = [e for e in ledger.read("run") if e.data.get("run") == folder.name]
    if not runs:
        wrong.append(_check(Proof.UNKNOWN, run=folder.name))
    elif runs[-1].data.get("decision_sha256") != sha256_of(folder / "decision.json"):
        wrong.append(_check(Proof.OTHER_RECORD))
    yield from wrong or [_check(Proof.KNOWN, count=ledger.head.entries)]


def _inside(path: Path, folder: Path) -> bool:
    """Return whether this is a file within the folder; a record from elsewhere may name any path, or none at all."""
    return "\0" not in str(path) and path.resolve().is_relative_to(folder) and path.is_file()
