"""What people add to the history: attestations, waivers, corrections and the signed decision."""

from __future__ import annotations

import datetime as dt
import difflib

from gatebook.criteria import Entry, catalogue_for
from gatebook.errors import UsageError
from gatebook.history.ledger import Ledger
from gatebook.project import Project
from gatebook.record import Attestation, Correction, Human
from gatebook.verdict.evidence_in_use import covered, shown
from gatebook.verdict.past import MAX_WAIVER_DAYS, Past, read_past
from gatebook.verdict.recommend import NEVER_ENTER
from gatebook.verdict.targets import MENDABLE, any_set

ATTEST_DAYS = 90
MAX_RENEWALS = 2
DECISIONS = ("GO", "CONDITIONAL GO", "NO-GO", "WAIT")


def attest(
    project: Project,
    ledger: Ledger,
    row: str,
    *,
    person: str,
    role: str,
    reason: str,
    link: str | None = None,
    made: dt.date,
    expires: dt.date | None = None,
) -> Attestation:
    """Write that a person vouches for a row and return it; it counts until `expires` (90 days by default).

    Raises:
        UsageError: no such row, nobody can vouch for it, or a field is empty or out of range.
    """
    entry = _entry(project, ledger, row)
    if entry.attest is None:
        able = ", ".join(e.id for e in _rows(project, ledger) if e.attest)
        raise UsageError(f"{row}: the data decides this row, no person can attest it; rows that a person can: {able}.")
    until = expires or made + dt.timedelta(days=ATTEST_DAYS)
    item = _item(
        project, entry, "attestation", person=person, role=role, reason=reason, link=link, made=made, expires=until
    )
    ledger.append("attest", item.model_dump(mode="json"))
    return item


def waive(
    project: Project,
    ledger: Ledger,
    row: str,
    *,
    person: str,
    role: str,
    reason: str,
    link: str | None = None,
    made: dt.date,
    expires: dt.date | None = None,
    author: str | None = None,
) -> Attestation:
    """Write that a person accepts an open condition for a while and return it; its status stays as it is.

    At most 90 days, renewed at most twice, and the approver is neither who asks for it nor who closes the condition.

    Raises:
        UsageError: one of these does not hold, or the row is decisive.
    """
    entry = _entry(project, ledger, row)
    if entry.kind != "criterion" or entry.id in NEVER_ENTER or entry.weight != "condition":
        raise UsageError(f"{row}: only an open condition can be waived; this row is {entry.kind} ({entry.weight}).")
    until = expires or made + dt.timedelta(days=MAX_WAIVER_DAYS)
    if (until - made).days > MAX_WAIVER_DAYS:
        raise UsageError(
            f"{row}: a waiver lasts at most {MAX_WAIVER_DAYS} days; give --expires {made + dt.timedelta(days=MAX_WAIVER_DAYS)} or earlier."
        )
    closes = {author} | {item.owner for item in project.open if item.id == row}
    if any(_same(person, other) for other in closes if other):
        raise UsageError(f"{row}: {person} cannot approve a waiver of their own; another person must.")
    earlier = [a for a in read_past(ledger.read()).attestations if a.kind == "waiver" and a.criterion == row]
    if len(earlier) > MAX_RENEWALS:
        raise UsageError(f"{row}: already waived {len(earlier)} times; close the condition instead.")
    item = _item(project, entry, "waiver", person=person, role=role, reason=reason, link=link, made=made, expires=until)
    ledger.append("waive", item.model_dump(mode="json"))
    return item


def correct(
    project: Project,
    ledger: Ledger,
    key: str,
    *,
    person: str,
    role: str,
    reason: str,
    made: dt.date,
    author: str | None = None,
) -> Correction:
    """Write that a column, key or table is gone or was mapped by mistake and return it; it stays on page one.

    Args:
        project: the project file; its owner stands for an author who is not named.
        ledger: its history.
        key: "labels.label", "sample:column", "predictions", or a key of [targets].
        person: who signs; somebody else than the author.
        role: their role.
        reason: why.
        made: the day.
        author: who made the mistake.

    Raises:
        UsageError: the author would sign, no look knows the key, or a field is empty.
    """
    _filled(person=person, role=role, reason=reason)
    whose = author or project.owner
    if whose and _same(person, whose):
        hint = "" if author else "; where somebody else made the mistake, name them by --author"
        raise UsageError(f"{key}: {person} cannot sign for a change of their own; another person must{hint}.")
    known = _on_record(read_past(ledger.read()))
    name = _recorded(key)
    if not covered(name, known):
        near = difflib.get_close_matches(name, {n.partition("=")[0] for n in known} | known, n=1, cutoff=0.6)
        raise UsageError(
            f"{key}: no verdict rests on it so far, so it can be changed without a signature"
            + (f"; did you mean {near[0]}?" if near else ".")
        )
    item = Correction(key=name, person=person, role=role, reason=reason, author=author, made=made)
    ledger.append("correct", item.model_dump(mode="json", exclude={"was", "now", "bound"}))
    return item


def _on_record(past: Past) -> frozenset[str]:
    """Return everything that a correction can be signed for."""
    found = past.evidence.read.union(*past.evidence.used.values())
    return found | set(MENDABLE) if any(any_set(then) for _, then in past.targets) else found


def _recorded(key: str) -> str:
    """Return a key as the history writes it: "tables.labels.label" is "labels.label", a personal name stands by its hash."""
    name = key.strip().strip("[]").removeprefix("tables.")
    for mark in (":", "="):
        head, found, column = name.partition(mark)
        if found:
            return f"{head.strip()}{mark}{shown((column.strip(),))[column.strip()]}"
    return name


def sign(
    ledger: Ledger,
    decision: str,
    *,
    person: str,
    role: str,
    reason: str,
    made: dt.date,
    record_sha256: str | None = None,
) -> Human:
    """Write a person's decision and return it; it stands beside the recommendation and never changes it.

    Raises:
        UsageError: the decision is none of GO, CONDITIONAL GO, NO-GO, WAIT, or a field is empty.
    """
    wanted = " ".join(decision.upper().split())
    if wanted not in DECISIONS:
        raise UsageError(f"{decision!r} is no decision; give one of {', '.join(DECISIONS)}.")
    _filled(person=person, role=role, reason=reason)
    item = Human(decision=wanted, person=person, role=role, reason=reason, date=made, record_sha256=record_sha256)
    ledger.append("sign", item.model_dump(mode="json"))
    return item


def _item(project: Project, entry: Entry, kind: str, **fields: object) -> Attestation:
    _filled(**{k: fields[k] for k in ("person", "role", "reason")})
    if fields["expires"] < fields["made"]:  # type: ignore[operator]  # both are dates
        raise UsageError(f"{entry.id}: it would expire before it is made; give a later --expires.")
    del project
    return Attestation.model_validate({"criterion": entry.id, "kind": kind, **fields})


def _filled(**fields: object) -> None:
    for name, value in fields.items():
        if not str(value or "").strip(". "):
            raise UsageError(f"--{name} is empty; say it in words.")


def _rows(project: Project, ledger: Ledger) -> tuple[Entry, ...]:
    return catalogue_for(project, read_past(ledger.read()).targets)


def _entry(project: Project, ledger: Ledger, row: str) -> Entry:
    rows = {entry.id: entry for entry in _rows(project, ledger)}
    if row not in rows:
        near = difflib.get_close_matches(row, rows, n=1, cutoff=0.4)
        raise UsageError(f"{row}: no such row" + (f"; did you mean {near[0]}?" if near else "."))
    return rows[row]


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
