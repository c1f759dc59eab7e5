"""What people add to the history: attestations, waivers, corrections and the signed decision."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass, replace

from gatebook.criteria import Entry, catalogue_for
from gatebook.errors import UsageError
from gatebook.history.ledger import Ledger
from gatebook.project import Project
from gatebook.record import Attestation, Correction, Human
from gatebook.verdict.definitions import signable
from gatebook.verdict.evidence_in_use import covered, shown
from gatebook.verdict.past import MAX_WAIVER_DAYS, Past, read_past
from gatebook.verdict.targets import MENDABLE, any_set
from gatebook.words import Code

LASTS = dt.timedelta(days=90)  # what somebody vouches for
MAX_WAIVER = dt.timedelta(days=MAX_WAIVER_DAYS)
MAX_RENEWALS = 2
DECISIONS = ("GO", "CONDITIONAL GO", "NO-GO", "WAIT")


class NotSigned(Code):
    """Why something is not written."""

    NO_ROW = "no_row"
    NEAR_ROW = "near_row"
    BY_DATA = "by_data"
    NO_CONDITION = "no_condition"
    TOO_LONG = "too_long"
    OWN_WAIVER = "own_waiver"
    TOO_OFTEN = "too_often"
    OWN_CHANGE = "own_change"
    OWNERS_CHANGE = "owners_change"
    NOTHING_RESTS = "nothing_rests"
    NEAR_KEY = "near_key"
    NO_DECISION = "no_decision"
    TOO_EARLY = "too_early"
    EMPTY = "empty"


@dataclass(frozen=True)
class Signature:
    """Who says something, and why.

    Attributes:
        person: a name. Likewise `role` and `reason` are words of theirs.
        made: the day.
        expires: until when it holds; None for 90 days. Corrections and decisions do not expire.
        link: where it can be read.
        author: who asks for a waiver, or made the mistake that is corrected; never the person.
    """

    person: str
    role: str
    reason: str
    made: dt.date
    expires: dt.date | None = None
    link: str | None = None
    author: str | None = None


def attest(project: Project, ledger: Ledger, row: str, by: Signature) -> Attestation:
    """Write that a person vouches for a row and return it; it counts until it expires (90 days by default).

    Raises:
        UsageError: no such row, nobody can vouch for it, or a field is empty or out of range.
    """
    entry = _entry(project, ledger, row)
    if entry.attest is None:
        able = ", ".join(e.id for e in _rows(project, ledger) if e.attest)
        raise UsageError(NotSigned.BY_DATA, row=row, able=able)
    return _write(ledger, "attest", "attestation", row, replace(by, expires=by.expires or by.made + LASTS))


def waive(project: Project, ledger: Ledger, row: str, by: Signature) -> Attestation:
    """Write that a person accepts an open condition for a while and return it; its status stays as it is.

    At most 90 days, renewed at most twice, and the approver is neither who asks for it nor who closes the condition.

    Raises:
        UsageError: one of these does not hold, or the row is decisive.
    """
    entry = _entry(project, ledger, row)
    if entry.kind != "criterion" or entry.weight != "condition":
        raise UsageError(NotSigned.NO_CONDITION, row=row, kind=entry.kind, weight=entry.weight)
    last = by.made + MAX_WAIVER
    until = by.expires or last
    if until > last:
        raise UsageError(NotSigned.TOO_LONG, row=row, days=MAX_WAIVER_DAYS, last=last.isoformat())
    closes = {by.author} | {item.owner for item in project.open if item.id == row}
    if any(_same(by.person, other) for other in closes if other):
        raise UsageError(NotSigned.OWN_WAIVER, row=row, person=by.person)
    earlier = [a for a in read_past(ledger.read()).attestations if a.kind == "waiver" and a.criterion == row]
    if len(earlier) > MAX_RENEWALS:
        raise UsageError(NotSigned.TOO_OFTEN, row=row, times=len(earlier))
    return _write(ledger, "waive", "waiver", row, replace(by, expires=until))


def correct(project: Project, ledger: Ledger, key: str, by: Signature) -> Correction:
    """Write that a column, key or table is gone or was mapped by mistake and return it; it stays on page one.

    Args:
        project: the project file; its owner stands for an author who is not named.
        ledger: its history.
        key: "labels.label", "sample:column", "predictions", or a key of [targets].
        by: who signs; somebody else than the author.

    Raises:
        UsageError: the author would sign, no look knows the key, or a field is empty.
    """
    _filled(by)
    whose = by.author or project.owner
    if whose and _same(by.person, whose):
        own = NotSigned.OWN_CHANGE if by.author else NotSigned.OWNERS_CHANGE
        raise UsageError(own, key=key, person=by.person)
    known = _on_record(read_past(ledger.read()))
    name = _recorded(key)
    if not covered(name, known):
        near = difflib.get_close_matches(name, {n.partition("=")[0] for n in known} | known, n=1, cutoff=0.6)
        raise UsageError(NotSigned.NEAR_KEY if near else NotSigned.NOTHING_RESTS, key=key, near=", ".join(near))
    item = Correction(key=name, person=by.person, role=by.role, reason=by.reason, author=by.author, made=by.made)
    ledger.append("correct", item.model_dump(mode="json", exclude={"was", "now", "bound"}))
    return item


def sign(ledger: Ledger, decision: str, by: Signature, record_sha256: str | None = None) -> Human:
    """Write a person's decision and return it; it stands beside the recommendation and never changes it.

    Raises:
        UsageError: the decision is none of GO, CONDITIONAL GO, NO-GO, WAIT, or a field is empty.
    """
    wanted = " ".join(decision.upper().split())
    if wanted not in DECISIONS:
        raise UsageError(NotSigned.NO_DECISION, decision=decision, decisions=", ".join(DECISIONS))
    _filled(by)
    item = Human(
        decision=wanted, person=by.person, role=by.role, reason=by.reason, date=by.made, record_sha256=record_sha256
    )
    ledger.append("sign", item.model_dump(mode="json"))
    return item


def _write(ledger: Ledger, entry: str, kind: str, row: str, by: Signature) -> Attestation:
    _filled(by)
    if by.expires is not None and by.expires < by.made:
        raise UsageError(NotSigned.TOO_EARLY, row=row)
    fields = {name: getattr(by, name) for name in ("person", "role", "reason", "link", "made", "expires")}
    item = Attestation.model_validate({"criterion": row, "kind": kind, **fields})
    ledger.append(entry, item.model_dump(mode="json"))
    return item


def _filled(by: Signature) -> None:
    for name in ("person", "role", "reason"):
        if not getattr(by, name).strip(". "):
            raise UsageError(NotSigned.EMPTY, name=name)


def _rows(project: Project, ledger: Ledger) -> tuple[Entry, ...]:
    return catalogue_for(project, read_past(ledger.read()).targets)


def _entry(project: Project, ledger: Ledger, row: str) -> Entry:
    rows = {entry.id: entry for entry in _rows(project, ledger)}
    if row not in rows:
        near = difflib.get_close_matches(row, rows, n=1, cutoff=0.4)
        raise UsageError(NotSigned.NEAR_ROW if near else NotSigned.NO_ROW, row=row, near=", ".join(near))
    return rows[row]


def _on_record(past: Past) -> frozenset[str]:
    """Return everything that a correction can be signed for."""
    found = frozenset(past.evidence.read).union(*past.evidence.used.values())
    found |= signable(past.evidence.definitions)
    return found | set(MENDABLE) if any(any_set(then) for _, then in past.targets) else found


def _recorded(key: str) -> str:
    """Return a key as the history writes it: "tables.labels.label" is "labels.label", a personal name stands by its
    hash.
    """
    name = key.strip().strip("[]").removeprefix("tables.")
    for mark in (":", "="):
        head, found, column = name.partition(mark)
        if found:
            return f"{head.strip()}{mark}{shown((column.strip(),))[column.strip()]}"
    return name


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
