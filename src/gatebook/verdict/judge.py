"""Judge every row that is due: the row's own judge, then open accounts, withdrawn evidence and attestations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gatebook.criteria import Entry
from gatebook.errors import GatebookError
from gatebook.evidence.facts import Facts
from gatebook.evidence.money import price_of_labels
from gatebook.record import Money, Row
from gatebook.verdict.case import OPEN_ACCOUNT, WITHDRAWN, Case, Flag, Lacks, Verdict, flagged, lacking, row
from gatebook.verdict.evidence_in_use import shown, uses_of
from gatebook.verdict.looks import NewLook
from gatebook.verdict.targets import InForce
from gatebook.verdict.withdrawn import settled
from gatebook.words import Code, said


@dataclass(frozen=True)
class Judged:
    """All rows, with what they used.

    Attributes:
        rows: in the catalogue's order.
        looks: looks taken at the labels and requests.
        used: row id -> evidence that it used now.
        money: the value facts, where there are any.
    """

    rows: tuple[Row, ...]
    looks: tuple[NewLook, ...]
    used: dict[str, tuple[str, ...]]
    money: Money | None


def judge_all(case: Case) -> Judged:
    """Return every row of the catalogue, judged; those that rest on others come after them."""
    case = replace(case, judged={})
    looks: list[NewLook] = []
    worth: Money | None = None
    for entry in sorted(case.entries, key=lambda one: one.rests):
        seen = _judge(entry, case)
        looks += seen.looks
        worth = worth or seen.money
        judged = settled(entry, _open_account(entry, seen.row, case), case)
        case.judged[entry.id] = _priced(_people(entry, judged, case), case)
    present = case.present - case.unbound
    used = {entry.id: uses_of(entry, present, _carried(entry, case.facts, case.targets)) for entry in case.entries}
    rows = tuple(case.judged[entry.id] for entry in case.entries)
    return Judged(rows, tuple(looks), {row_id: names for row_id, names in used.items() if names}, worth)


def _judge(entry: Entry, case: Case) -> Verdict:
    try:
        found = entry.judge(entry, case)
    except GatebookError:
        raise
    except Exception as error:  # noqa: BLE001  one figure that cannot be computed must not hide the other rows
        told = f"{type(error).__name__}: {error}"[:200]
        found = lacking(entry, Lacks.NOT_COMPUTED, flags=(said(Flag.NOT_COMPUTED, error=told), Flag.UNATTESTABLE))
    if isinstance(found, Code):  # a row that is judged by people alone
        found = lacking(entry, said(found, row=entry.id))
    return found if isinstance(found, Verdict) else Verdict(found)


def _carried(entry: Entry, facts: Facts, targets: InForce) -> Iterator[str]:
    """Yield the columns that carried something for a row, as "role:column"."""
    names = {role: shown(table.columns) for role, table in facts.tables.items()}
    for role, column in entry.carries(facts, targets) if entry.carries else ():
        if column in names.get(role, ()):
            yield f"{role}:{names[role][column]}"


def _priced(judged: Row, case: Case) -> Row:
    """Return the row with what its missing labels cost; requests are measured, not bought."""
    if judged.labels_needed is None or judged.unit == "ms":
        return judged
    cost, days = price_of_labels(case.project.value, judged.labels_needed)
    return judged.model_copy(update={"cost": cost, "days": days})


def _open_account(entry: Entry, judged: Row, case: Case) -> Row:
    """A row that reads a table whose line account is open, or which could not be read, lacks evidence."""
    roles = {name.split(".")[0] for name in entry.uses}
    if judged.kind != "criterion":
        return judged
    for role in sorted(roles & set(case.facts.tables)):
        if not case.facts.tables[role].closed:
            why = said(Lacks.OPEN_ACCOUNT, role=role)
            return lacking(entry, why, flags=(Flag.OPEN_ACCOUNT,), codes=(OPEN_ACCOUNT,))
    for role in sorted(roles & set(case.problems)):
        flags = (said(Flag.UNUSABLE_TABLE, role=role), Flag.UNATTESTABLE)
        if judged.status in {"pass", "not-applicable"}:
            why = said(Lacks.UNUSABLE_TABLE, role=role, why=case.problems[role])
            return lacking(entry, why, flags=flags, before=judged)
        if judged.status == "not-enough-evidence":
            return judged.model_copy(update=flagged(flags, judged))
    return judged


def _people(entry: Entry, judged: Row, case: Case) -> Row:
    """A live attestation passes a row that lacks evidence where a person can vouch; a waiver changes no status."""
    vouched = case.past.live(entry.id, "attestation", case.as_of)
    barred = Flag.UNATTESTABLE in judged.flag_codes or bool({WITHDRAWN, OPEN_ACCOUNT} & set(judged.codes))
    if entry.attest and vouched is not None and judged.status == "not-enough-evidence" and not barred:
        why = said(Lacks.ATTESTED, person=vouched.person, until=vouched.expires)
        judged = row(entry, "pass", why, flags=(Flag.ATTESTED,), before=judged, codes=(*judged.codes, "attested"))
    waived = case.past.live(entry.id, "waiver", case.as_of) is not None
    return judged.model_copy(update={"waived": True}) if waived and judged.status != "pass" else judged
