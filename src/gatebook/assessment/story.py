"""What page one says besides the rows: the reason, what is open, what changed, which choices were made, the looks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from gatebook.criteria import rows as catalogue
from gatebook.evidence.facts import Facts
from gatebook.project import Project
from gatebook.record import LookTotal, OpenCondition, Row
from gatebook.verdict.past import MAX_WAIVER_DAYS, Past, PastLook
from gatebook.verdict.recommend import enters, mended, open_conditions
from gatebook.words import Code, say

PROMISE_DAYS = MAX_WAIVER_DAYS  # a promise lasts no longer than a waiver
LONGEST = 25  # words of the reason
EACH = 20  # looks told of one criterion
MOST = 60  # of all criteria
GROUPS = 20  # criteria and versions whose looks are counted apart
_WEIGHTS = ("decisive", "condition", "context")


class Why(Code):
    """What decides."""

    FAILED = "failed"
    LACKING = "lacking"
    GOOD = "good"
    GOOD_WHERE = "good_where"
    PASSED = "passed"
    PASSED_WHERE = "passed_where"
    UNPROMISED = "unpromised"
    PROMISED = "promised"
    CLOSED = "closed"
    CLOSED_WHERE = "closed_where"
    REPLACED = "replaced"
    TAKEN_AWAY = "taken_away"
    LOWERED = "lowered"


class Changed(Code):
    """What changed since the last run."""

    STATUS = "status"
    ADDED = "added"
    TAKEN = "taken"
    NOTHING = "nothing"


class StatusIs(Code):
    """A status as a verb."""

    PASSES = "pass"
    FAIL = "fail"
    NOT_ENOUGH = "not-enough-evidence"
    NOT_APPLICABLE = "not-applicable"


class Preset(Code):
    """A choice that was made where the path leaves one open."""

    WEEK_4 = "week_4"
    SPEED = "speed"
    SPEED_UNSTATED = "speed_unstated"
    TAIL = "tail"
    HEALTHY = "healthy"


def open_list(project: Project, past: Past, rows: Iterable[Row], as_of: dt.date) -> tuple[OpenCondition, ...]:
    """Return every open condition with who closes it by when.

    A promise is live while its date has not passed and lies at most 90 days ahead: what is due in a year closes
    nothing.
    """
    promises = {item.id: item for item in project.open}
    steps = {entry.id: entry.todo for entry in catalogue().values() if entry.todo}
    found = []
    for row in open_conditions(rows):
        promise = promises.get(row.id)
        named = promise is not None and promise.owner.strip(". ") != ""
        found.append(
            OpenCondition(
                id=row.id,
                title=row.titled,
                status=row.status or "not-enough-evidence",
                owner=promise.owner if promise and named else None,
                due=promise.due if promise else None,
                live=promise is not None
                and named
                and dt.timedelta() <= promise.due - as_of <= dt.timedelta(days=PROMISE_DAYS),
                waived=past.live(row.id, "waiver", as_of) is not None,
                supply=row.supply,
                todo=(promise.note if promise else "") or steps.get(row.id, row.supply),
            )
        )
    return tuple(found)


def decision_reason(rows: Iterable[Row], promised: Collection[str], *, lowered: bool = False) -> str:
    """Return one sentence of at most 25 words: what decides."""
    due = [row for row in rows if enters(row)]
    decisive = [row for row in due if row.weight == "decisive"]
    lacking = [row for row in decisive if row.status != "pass"]
    if failed := [row for row in decisive if row.status == "fail"]:
        return _short(say(Why.FAILED, title=failed[0].title, reason=failed[0].reason))
    if lacking:
        good = len(decisive) - len(lacking)
        place = next((row.where for row in decisive if row.where and row.status == "pass"), "")
        lead = say(Why.GOOD_WHERE if place else Why.GOOD, n=good, of=len(decisive), where=place) if good else ""
        return _short(say(Why.LACKING, lead=lead, title=lacking[0].title, reason=lacking[0].reason))
    part = next((row.where for row in decisive if row.where), "")
    passed = say(Why.PASSED_WHERE if part else Why.PASSED, n=len(decisive), where=part)
    still = open_conditions(due)
    if waiting := [row for row in still if row.id not in promised]:
        return _short(say(Why.UNPROMISED, passed=passed, n=len(waiting)))
    if still:
        return _short(say(Why.PROMISED, passed=passed, n=len(still)))
    whole = say(Why.CLOSED_WHERE if part else Why.CLOSED, passed=passed, n=len(decisive))
    if changed := mended(due):
        code = Why.REPLACED if "mapping-replaced" in changed[0].codes else Why.TAKEN_AWAY
        return _short(say(code, whole=whole, row=changed[0].title[:1].lower() + changed[0].title[1:]))
    return _short(say(Why.LOWERED, whole=whole) if lowered else whole)


def _short(text: str) -> str:
    words = text.split()
    if len(words) > LONGEST:
        text = " ".join(words[:LONGEST]).rstrip(",;:.")
        cut = max(text.rfind("; "), text.rfind(": "), text.rfind(", "))
        text = text[:cut] if cut > len(text) // 2 else text
    return text.rstrip(".") + "."


def changes(past: Past, rows: Iterable[Row], facts: Facts) -> tuple[str, ...]:
    """Return what changed since the last run, the decisive rows first; empty without an earlier run."""
    if past.previous is None:
        return ()
    before = past.statuses_before
    moved = [r for r in rows if r.kind == "criterion" and r.status and before.get(r.id) not in {None, r.status}]
    lines = [
        say(Changed.STATUS, title=r.titled, before=StatusIs(before[r.id]), now=StatusIs(str(r.status)))
        for r in sorted(moved, key=lambda r: _WEIGHTS.index(r.weight))
    ]
    known, now = past.label_rows_before, facts.labels.labelled
    if known is not None and now != known:
        lines.append(say(Changed.ADDED if now > known else Changed.TAKEN, n=abs(known - now)))
    return tuple(lines) or (say(Changed.NOTHING),)


def presets(project: Project) -> tuple[str, ...]:
    """Return the choices that were made where the path leaves one open."""
    chosen = [say(Preset.WEEK_4)]
    targets = project.targets
    if targets.latency_ms is not None:
        stated = "latency_percentile" in targets.model_fields_set
        chosen.append(say(Preset.SPEED if stated else Preset.SPEED_UNSTATED, percentile=targets.latency_percentile))
    return (*chosen, say(Preset.TAIL), say(Preset.HEALTHY))


def looks_told(looks: Sequence[PastLook]) -> dict[str, Any]:
    """Return the fields of the record that tell of the looks, given all of them, oldest first."""
    seen: Counter[str] = Counter()
    last: list[PastLook] = []
    groups: dict[tuple[str, str], list[PastLook]] = {}
    for look in reversed(looks):
        if len(last) < MOST and seen[look.criterion] < EACH:
            seen[look.criterion] += 1
            last.append(look)
        group = look.criterion, look.version
        if group in groups or len(groups) < GROUPS:
            groups.setdefault(group, []).append(look)
    totals = (
        LookTotal(
            criterion=criterion,
            version=version,
            looks=len(mine),
            first=mine[-1].at,
            last=mine[0].at,
            spent=max(look.spent for look in mine),
        )
        for (criterion, version), mine in sorted(groups.items())
    )
    told = tuple(look.told() for look in reversed(last))
    return {"looks": told, "looks_in_all": len(looks), "look_totals": tuple(totals)}
