"""The last assessment of a project, kept so that the next notebook opens at once: read only if nothing has changed."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path

from pydantic import ValidationError

import gatebook
from gatebook.files import read_plain, replace_file, sha256_of
from gatebook.history import HOME, LAST_RECORD
from gatebook.history.ledger import Ledger
from gatebook.project import Project
from gatebook.record import Record

LARGEST = 2 * 1024**3  # bytes of a project above which hashing takes longer than it saves
_SKIPPED = {HOME, "notebooks", "reports", ".ipynb_checkpoints", "__pycache__"}


def key_of(project: Project, as_of: dt.date, ledger: Ledger) -> str | None:
    """Return a hash of all that a record depends on: files, history, day, candidate and this code; None where too
    large.
    """
    digest = hashlib.sha256(f"{gatebook.__version__}\n{code_fingerprint()}\n{as_of}\n{project.candidate}\n".encode())
    digest.update(ledger.head.sha256.encode())
    files = sorted(
        p
        for p in project.root.rglob("*")
        if p.is_file()
        and p.resolve().is_relative_to(project.root)
        and not _SKIPPED & set(p.relative_to(project.root).parts)
    )
    if sum(p.stat().st_size for p in files) > LARGEST:
        return None
    for path in files:
        line = f"\n{path.relative_to(project.root)}\n{sha256_of(path)}"
        digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()


def code_fingerprint() -> str:
    """Return a hash of this package's code and words, so that a changed kit assesses anew."""
    home = Path(gatebook.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(p for p in home.rglob("*") if p.suffix in {".py", ".toml"}):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def recall(project: Project, as_of: dt.date) -> Record | None:
    """Return the remembered record if it is the one that an assessment would make now."""
    ledger = Ledger.of(project)
    try:
        kept = json.loads(read_plain(project.root / HOME / LAST_RECORD))
        if kept["key"] != key_of(project, as_of, ledger) or ledger.breaches():
            return None
        return Record.model_validate(kept["record"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError, ValidationError):
        return None


def remember(project: Project, record: Record) -> None:
    """Keep a record for the next notebook; a preview is not kept, and a folder that cannot be written is left alone."""
    if record.preview is not None:
        return
    with contextlib.suppress(OSError):
        ledger = Ledger.of(project)
        key = key_of(project, record.run.as_of, ledger)
        if key is None:
            return
        kept = {"key": key, "history": asdict(ledger.head), "record": json.loads(record.to_json())}
        text = json.dumps(kept, sort_keys=True, ensure_ascii=False, indent=0) + "\n"
        replace_file(project.root / HOME / LAST_RECORD, text.encode(), mode=0o600, mark=f"-{os.getpid()}")
