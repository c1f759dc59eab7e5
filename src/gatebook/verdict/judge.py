"""Judge every row that is due: the row's own judge, then open accounts, withdrawn evidence and attestations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gatebook.criteria import Entry, catalogue_for
from gatebook.errors import GatebookError
from gatebook.evidence.money import price_of_labels
from gatebook.evidence.performance import Measured, grade_scale
from gatebook.record import Money, Row
from gatebook.verdict import comparison, data, frame, integration, quality, speed
from gatebook.verdict.carried import carried
from gatebook.verdict.case import OPEN_ACCOUNT, WITHDRAWN, Case, Flag, Judge, flagged, lacking, limit_of, row
from gatebook.verdict.evidence_in_use import uses_of
from gatebook.verdict.failures import judge_analysis, judge_value, value_of
from gatebook.verdict.looks import NewLook
from gatebook.verdict.targets import WEEK4_SHARE
from gatebook.verdict.withdrawn import settled
from gatebook.words import said

_SIMPLE: Mapping[str, Judge] = {
    "1.1": data.judge_size,
    "1.2": data.judge_cover,
    "1.3": data.judge_production,
    "1.4": data.judge_required,
    "1.5": data.judge_formats,
    "1.6": data.judge_edges,
    "1.7": data.judge_labels,
    "1.8": data.judge_agreement,
    "1.9": data.judge_draw,
    "1.10": frame.judge_access,
    "2.1": integration.judge_map,
    "2.2": integration.judge_order,
    "2.3": integration.judge_specs,
    "2.4": integration.judge_security,
    "2.5": integration.judge_needs,
    "4.1": comparison.judge_ran,
    "4.2": comparison.judge_comparison,
    "4.3": comparison.judge_measured,
    "4.4": speed.judge_latency,
    "4.5": speed.judge_throughput,
    "4.6": judge_analysis,
    "G4": integration.judge_connection,
    "G5": frame.judge_clock,
    "D1": frame.judge_owner,
    "T1": frame.judge_assumption,
    "T2": frame.judge_assumption,
    "T3": frame.judge_assumption,
    "T4": frame.judge_assumption,
    "4.7": frame.judge_signed,
    "T10": frame.judge_deadline,
}


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
    """Return every row of the catalogue, judged."""
    rows: dict[str, Row] = {}
    looks: list[NewLook] = []
    entries = catalogue_for(case.project, case.past.targets)
    worth: Money | None = None
    for entry in _in_order(entries):
        try:
            if entry.id == "G1":
                judged, taken = quality.judge_quality(entry, case)
                looks += taken
                worth = value_of(case, next(iter(case.targets.goals), None), _headline(case), _bar(entry, case))
            elif entry.id == "G2":
                judged, taken = speed.judge_speed(entry, case)
                looks += taken
            else:
                judged = _judge(entry, case, rows, worth)
        except GatebookError:
            raise
        except Exception as error:  # noqa: BLE001  one figure that cannot be computed must not hide the other rows
            judged = lacking(
                entry,
                "The figures cannot be computed from these tables.",
                flags=(said(Flag.NOT_COMPUTED, error=f"{type(error).__name__}: {error}"[:200]), Flag.UNATTESTABLE),
            )
        judged = _open_account(entry, judged, case)
        judged = settled(entry, judged, case)
        rows[entry.id] = _priced(_people(entry, judged, case), case)
    present = case.present - case.unbound
    used = {entry.id: uses_of(entry, present, carried(entry, case.facts, case.targets)) for entry in entries}
    return Judged(tuple(rows[e.id] for e in entries), tuple(looks), {k: v for k, v in used.items() if v}, worth)


def _judge(entry: Entry, case: Case, rows: dict[str, Row], worth: Money | None) -> Row:
    """Return the row by its own judge, where it takes no look at labels or requests."""
    if entry.id == "G3":
        return data.judge_blocking(entry, case, rows)
    if entry.id in {"1.11", "2.6"}:
        return data.judge_milestone(entry, case, rows)
    if entry.id == "D3":
        return judge_value(entry, case, worth)
    if entry.gate == "own":
        return lacking(entry, "Nobody has attested it.")
    return _SIMPLE.get(entry.id, frame.judge_nothing)(entry, case)


def _in_order(entries: tuple[Entry, ...]) -> list[Entry]:
    """G3 and the milestones read other rows, D3 reads G1: judge them after these."""
    late = {"G3": 1, "D3": 1, "1.11": 2, "2.6": 2}
    return sorted(entries, key=lambda e: late.get(e.id, 0))


def _headline(case: Case) -> Measured | None:
    return quality.measured(case, case.targets.goals[0]) if case.targets.goals else None


def _bar(entry: Entry, case: Case) -> float | None:
    """Return what the headline target needs now."""
    goals = case.targets.goals
    return goals[0].bar(grade_scale(case.project), limit_of(entry, WEEK4_SHARE)) if goals else None


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
            return lacking(
                entry,
                f"The line account of the {role} table does not close: some of its lines are unaccounted for.",
                supply=f"run `gatebook check` and repair the {role} table",
                flags=(Flag.OPEN_ACCOUNT,),
                codes=(OPEN_ACCOUNT,),
            )
    for role in sorted(roles & set(case.problems)):
        flags = (said(Flag.UNUSABLE_TABLE, role=role), Flag.UNATTESTABLE)
        if judged.status in {"pass", "not-applicable"}:
            return lacking(
                entry,
                f"The {role} table cannot be used: {case.problems[role]}",
                supply=f"repair the {role} table",
                flags=flags,
                before=judged,
            )
        if judged.status == "not-enough-evidence":
            return judged.model_copy(update=flagged(flags, judged))
    return judged


def _people(entry: Entry, judged: Row, case: Case) -> Row:
    """A live attestation passes a row that lacks evidence where a person can vouch; a waiver changes no status."""
    vouched = case.past.live(entry.id, "attestation", case.as_of)
    barred = Flag.UNATTESTABLE in judged.flag_codes or bool({WITHDRAWN, OPEN_ACCOUNT} & set(judged.codes))
    if entry.attest and vouched is not None and judged.status == "not-enough-evidence" and not barred:
        until = f"{vouched.expires.day} {vouched.expires:%B %Y}"
        judged = row(
            entry,
            "pass",
            f"{vouched.person} attested it until {until}.",
            flags=(Flag.ATTESTED,),
            before=judged,
            codes=(*judged.codes, "attested"),
        )
    waived = case.past.live(entry.id, "waiver", case.as_of) is not None
    return judged.model_copy(update={"waived": True}) if waived and judged.status != "pass" else judged
