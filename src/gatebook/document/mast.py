"""What stands above and below every page one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gatebook.record import Record
from gatebook.words.figures import clip, day, full_day


@dataclass(frozen=True)
class Mast:
    """Project and document on the left, version and date on the right."""

    project: str
    document: str
    version: str
    date: str


@dataclass(frozen=True)
class Foot:
    """The person's decision on the left, the record's fingerprint on the right."""

    decision: str
    run: str


def mast(record: Record, document: str) -> Mast:
    """Return the line above page one."""
    version = f"version {clip(record.project.candidate, 4)}" if record.project.candidate else ""
    return Mast(clip(record.project.name, 10), document, version, f"as of {full_day(record.run.as_of)}")


def foot(record: Record) -> Foot:
    """Return the line below page one."""
    human = record.decision.human
    decision = "Decision: not signed yet"
    if human is not None:
        who = clip(person(human.person, human.role), 6)
        decision = f"Decision: {clip(human.decision, 4)}, signed by {who} on {day(human.date)}"
    digest = fingerprint(record)
    return Foot(decision, f"run {record.run.id} · record {digest[:4]}…{digest[-4:]}")


def person(name: str, role: str) -> str:
    """Return "Maria Lind (owner)"."""
    return f"{name} ({role})" if role else name


def fingerprint(record: Record) -> str:
    """Return the SHA-256 of `decision.json`, the record's JSON form."""
    return hashlib.sha256(record.to_json().encode()).hexdigest()
