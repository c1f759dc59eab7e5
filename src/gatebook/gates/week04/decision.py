"""Rows G3 to G5 and 4.7: clean enough, connected, in time, signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatebook.criteria import Entry, limit_of, row
from gatebook.criteria.evidence import OUTPUT, TRUTH
from gatebook.evidence.facts import Facts
from gatebook.evidence.severity import findings_of
from gatebook.evidence.systems import COLUMNS, FRESH_DAYS, is_ready
from gatebook.record import Row
from gatebook.verdict.case import Case, RowWords, informs, lacking
from gatebook.verdict.case import row as judged
from gatebook.verdict.recommend import DECISION_DAY
from gatebook.words import Code, said
from gatebook.words.figures import listed

_MAP = ("integrations",)


class Decided(Code):
    """What these rows say."""

    FINDING = "finding"
    FINDINGS = "findings"
    UNCHECKED = "unchecked"
    CLEAN = "clean"
    NO_LIST = "no_list"
    NONE_CRITICAL = "none_critical"
    STALE = "stale"
    ANSWERED_ONE = "answered_one"
    ANSWERED_BOTH = "answered_both"
    ANSWERED = "answered"
    NO_START = "no_start"
    DAY = "day"
    DAYS_LATE = "days_late"
    UNSIGNED = "unsigned"
    SIGNED = "signed"


def _of_findings(facts: Facts, _targets: Any) -> Iterator[tuple[str, str]]:
    scan = facts.scans.get("sample")
    yield from (("sample", column) for one in (scan.findings if scan else ()) for column in one.columns)


@row(
    "G3",
    "decisive",
    threshold=0.05,
    uses=("sample", "sample.id", "sample.required", "sample.text", *TRUTH, *OUTPUT),
    role="clean",
    rests=True,
    carries=_of_findings,
)
def clean(entry: Entry, case: Case) -> Row:
    """Nothing blocks, and the rows that this one rests on were judged."""
    limit = limit_of(entry, 0.05)
    blocking = findings_of(case.facts, case.project, limit, "blocking")
    holding = findings_of(case.facts, case.project, limit, "holding")
    for status, found in (("fail", blocking), ("not-enough-evidence", holding)):
        if found:
            told = {"title": found[0].title.rstrip("."), "more": len(found) - 1, "action": found[0].action}
            why = said(Decided.FINDINGS if len(found) > 1 else Decided.FINDING, **told)
            return judged(entry, status, why, n=len(blocking))  # type: ignore[arg-type]  # both are statuses
    below = [case.judged[one.id] for one in case.entries if entry.role in one.supports]
    unjudged = next((one for one in below if one.status == "not-enough-evidence"), None)
    if unjudged is not None:
        return lacking(entry, RowWords(unjudged.code, unjudged.reason, unjudged.supply), n=0)
    if not below:
        return lacking(entry, Decided.UNCHECKED, n=0)
    warnings = sum(f.severity == "warning" for scan in case.facts.scans.values() for f in scan.findings)
    return judged(entry, "pass", said(Decided.CLEAN, n=warnings), n=0)


def _of_systems(_facts: Facts, _targets: Any) -> Iterator[tuple[str, str]]:
    yield from (("integrations", column) for column in COLUMNS)


@row("G4", "decisive", threshold=14, uses=_MAP, all_columns=_MAP, role="connected", carries=_of_systems)
def connected(entry: Entry, case: Case) -> Row:
    """Every critical system answered a signed-in call in the last 14 days, read and write as it needs."""
    systems = case.facts.systems
    if not systems:
        return lacking(entry, Decided.NO_LIST)
    critical, days = [s for s in systems if s.critical], int(limit_of(entry, FRESH_DAYS))
    if not critical:
        return lacking(entry, Decided.NONE_CRITICAL)
    stale = [s.system for s in critical if not is_ready(s, case.as_of, days)]
    fields = {"n": len(critical), "estimate": 1 - len(stale) / len(critical), "bar": 1.0}
    if stale:
        why = said(Decided.STALE, names=listed(stale, 2), n=len(stale), days=days)
        return lacking(entry, why, **fields | {"estimate": (len(critical) - len(stale)) / len(critical)})
    code = {1: Decided.ANSWERED_ONE, 2: Decided.ANSWERED_BOTH}.get(len(critical), Decided.ANSWERED)
    return judged(entry, "pass", said(code, n=len(critical), days=days), **fields)


@row("G5", threshold=28)
def clock(entry: Entry, case: Case) -> Row:
    """Whether day 28 has passed; the clock itself stands beside the recommendation."""
    if case.project.start is None:
        return informs(entry, Decided.NO_START, holds=None)
    day, last = (case.as_of - case.project.start).days, int(limit_of(entry, DECISION_DAY))
    why = said(Decided.DAY if day <= last else Decided.DAYS_LATE, day=day, last=last, late=day - last)
    return informs(entry, why, holds=day <= last)


@row("4.7", kind="milestone")
def signed(entry: Entry, case: Case) -> Row:
    """A person has signed a decision; which one does not matter here."""
    found = [item for item in case.past.signatures if item.date <= case.as_of]
    if not found:
        return lacking(entry, Decided.UNSIGNED)
    last = found[-1]
    return judged(entry, "pass", said(Decided.SIGNED, person=last.person, decision=last.decision, date=last.date))
