"""Is a published run whole, does it rest on these inputs, and does the history know it?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatebook.errors import GatebookError, ProjectFileError, RunError
from gatebook.files import read_plain
from gatebook.history.chain import BREACH
from gatebook.history.ledger import Ledger
from gatebook.history.witness import MANIFEST, breach_of, head_of
from gatebook.project import Project, load_project
from gatebook.project.load import FILE
from gatebook.record import Record, read_record


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, in words, and whether it is as it should be."""

    ok: bool
    words: str


@dataclass(frozen=True)
class Verification:
    """All that was looked at for one run."""

    run: Path
    checks: tuple[Check, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return all(check.ok for check in self.checks)


def verify_run(run: Path, *, project: Path | None = None) -> Verification:
    """Check a published run: its files, the inputs that it names, and the history of its project.

    Args:
        run: the run's folder, `latest`, or a file in it.
        project: the project's folder; None takes the one that the run names by a relative path.

    Raises:
        RunError: there is no such folder.
    """
    folder = run if run.is_dir() else run.parent
    folder = folder.resolve()
    if not run.exists():
        raise RunError(f"{run}: there is no such run; give its folder, e.g. reports/my-project/latest.")
    checks: list[Check] = []
    manifest = _manifest(folder, checks)
    if manifest is None:
        return Verification(folder, tuple(checks))
    checks += _files(folder, manifest)
    try:
        record = read_record(folder / "decision.json")
    except RunError as error:
        checks.append(Check(False, str(error)))
        return Verification(folder, tuple(checks))
    if record.run.id != folder.name or manifest.get("run") != folder.name:
        checks.append(Check(False, f"the folder is named {folder.name}, its record {record.run.id}."))
    try:
        found = load_project(_project_folder(folder, manifest, project))
        checks += _inputs(found, record)
        checks += _history(found, folder, manifest)
    except GatebookError as error:
        checks.append(Check(False, f"inputs and history were not checked: {error}"))
    return Verification(folder, tuple(checks))


def _manifest(folder: Path, checks: list[Check]) -> dict[str, Any] | None:
    path = folder / MANIFEST
    try:
        manifest = json.loads(read_plain(path))
    except FileNotFoundError:
        checks.append(Check(False, f"{path} is missing: the run is not complete, or is no run."))
        return None
    except (OSError, ValueError, RecursionError) as error:
        checks.append(Check(False, f"{path} cannot be read ({error})."))
        return None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        checks.append(Check(False, f"{path} is not the manifest of a run."))
        return None
    return manifest


def _files(folder: Path, manifest: dict[str, Any]) -> Iterator[Check]:
    wrong = 0
    for name, fact in manifest["files"].items():
        path = folder / name
        if not _inside(path, folder):
            wrong += 1
            yield Check(False, f"{name} is missing.")
        elif not isinstance(fact, dict) or _sha256(path) != fact.get("sha256"):
            wrong += 1
            yield Check(False, f"{name} was changed after it was published.")
    known = {*manifest["files"], MANIFEST}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if (name := path.relative_to(folder).as_posix()) not in known:
            wrong += 1
            yield Check(False, f"{name} does not belong to the run.")
    if not wrong:
        yield Check(True, f"complete: {len(manifest['files'])} files, each as it was published.")


def _project_folder(folder: Path, manifest: dict[str, Any], given: Path | None) -> Path:
    if given is not None:
        return given
    named = manifest.get("project_path")
    if not isinstance(named, str):
        raise ProjectFileError("the run does not say where its project lies; name it by --project DIR.")
    path = folder / named
    if not (path / FILE).is_file():
        raise ProjectFileError(f"the project is no longer at {path.resolve()}; name its folder by --project DIR.")
    return path


def _inputs(project: Project, record: Record) -> Iterator[Check]:
    from gatebook.evidence.disclosure import NAME_WITHHELD  # noqa: PLC0415  pandas, for this check alone

    wrong = 0
    for table in record.tables:
        path = project.root / table.path
        if table.path.endswith(NAME_WITHHELD):  # a personal name is not on record, the hash is
            alike = (p for p in project.root.rglob("*") if p.is_file() and p.stat().st_size == table.bytes)
            path = next((p for p in alike if _sha256(p) == table.sha256), path)
        if not _inside(path, project.root.resolve()):
            wrong += 1
            yield Check(False, f"input {table.path} ({table.role}) is gone.")
        elif _sha256(path) != table.sha256:
            wrong += 1
            yield Check(False, f"input {table.path} ({table.role}) was changed after the run.")
    if record.project.project_sha256 not in {"", _sha256(project.root / FILE)}:
        wrong += 1
        yield Check(False, f"{FILE} was changed after the run.")
    if not wrong:
        yield Check(True, f"inputs: {len(record.tables)} tables and the project file are those of the run.")


def _history(project: Project, folder: Path, manifest: dict[str, Any]) -> Iterator[Check]:
    ledger = Ledger.of(project, folder.parent)
    problems = ledger.verify()
    problems += [b.words for b in ledger.breaches()] or [breach_of(e.data).words for e in ledger.read(BREACH)][-1:]
    for problem in problems:
        yield Check(False, f"history: {problem}")
    head = head_of(manifest.get("history"))
    if head is not None and not ledger.holds(head):
        problems.append("head")
        yield Check(False, "history: the entries that the run was judged by are no longer in it.")
    runs = [e for e in ledger.read("run") if e.data.get("run") == folder.name]
    if not runs:
        yield Check(False, f"history: it does not know the run {folder.name} (a preview, or the history was replaced).")
    elif runs[-1].data.get("decision_sha256") != _sha256(folder / "decision.json"):
        yield Check(False, "history: decision.json is not the one that the history knows.")
    elif not problems:
        yield Check(True, f"history: {ledger.head.entries} entries in one unbroken chain; it knows this run.")


def _inside(path: Path, folder: Path) -> bool:
    """Return whether this is a file within the folder; a record from elsewhere may name any path, or none at all."""
    return "\0" not in str(path) and path.resolve().is_relative_to(folder) and path.is_file()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
