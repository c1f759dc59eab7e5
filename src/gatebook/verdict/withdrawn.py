"""Evidence that was there at an earlier look and is gone, or was replaced: what that leaves of a row."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gatebook.criteria import Entry
from gatebook.criteria.registry import REQUESTS, role_of
from gatebook.record import Correction, Row, Status
from gatebook.verdict.case import CLEARED, REPLACED, WAS_FAIL, WITHDRAWN, Case, flagged, lacking, row
from gatebook.verdict.evidence_in_use import REPLACEABLE, VALUES, covered, key_of, stands_for
from gatebook.verdict.fresh import hashed
from gatebook.words import Code, said


class Lost(Code):
    """What became of a row whose evidence is gone or was replaced."""

    WITHDRAWN = "withdrawn"
    WITHDRAWN_FAIL = "withdrawn_fail"
    REPLACED_FAIL = "replaced_fail"
    REPLACED_FEWER = "replaced_fewer"


class LostFlag(Code):
    """The same beside a reason of its own."""

    WITHDRAWN = "withdrawn"
    WITHDRAWN_NAMED = "withdrawn_named"
    WITHDRAWN_FAIL = "withdrawn_fail"
    REPLACED = "replaced"
    REPLACED_FAIL = "replaced_fail"


_MERIT: dict[Status | None, int] = {"fail": 0, "not-enough-evidence": 1, "pass": 2, "not-applicable": 2}


def settled(entry: Entry, judged: Row, case: Case) -> Row:
    """Return the row with what the history says about its evidence.

    What is gone leaves not enough evidence, and a FAIL as it was. What was replaced is judged, unless it was a FAIL or
    the new column tells of fewer rows; while nobody signed for it, the decision is conditional at best. A row that may
    have found anything in any column gets no better without one.
    """
    if judged.kind != "criterion":
        return judged
    record = case.past.evidence
    gone = frozenset(record.used.get(entry.id, ())) - case.present
    if record.definitions:
        gone -= {name for name in gone if key_of(name)[1] in VALUES}
    place = {name: stands_for(name, case.present) for name in gone}
    free = {name for name, now in place.items() if now is not None and record.free(name)}
    removed = {n for n, now in place.items() if now is None or key_of(n)[1] not in REPLACEABLE} - free
    if removed:
        return _withdrawn(entry, judged, case, removed)
    if replaced := gone - free:
        return _replaced(entry, judged, case, replaced)
    read = {n for n in record.read - case.present if ":" in n and n.partition(":")[0] in entry.all_columns}
    if read and _MERIT[judged.status] > _MERIT[record.standing.get(entry.id, "pass")]:
        return _withdrawn(entry, judged, case, read)
    cleared = frozenset(record.cleared.get(entry.id, ())) - case.present
    if judged.status == "pass" and any(stands_for(name, case.present) is None for name in cleared):
        return judged.model_copy(update={"codes": (*judged.codes, CLEARED)})
    return judged


def _withdrawn(entry: Entry, judged: Row, case: Case, gone: Collection[str]) -> Row:
    told = {"names": listed(gone), "keys": listed(to_sign(gone))}
    if case.past.evidence.standing.get(entry.id) == "fail":
        flags = (LostFlag.WITHDRAWN_FAIL,)
        codes = (WITHDRAWN, WAS_FAIL)
        return row(entry, "fail", said(Lost.WITHDRAWN_FAIL, **told), flags=flags, before=judged, codes=codes)
    if judged.status == "fail":
        flagged_ = flagged((said(LostFlag.WITHDRAWN_NAMED, **told),), judged)
        return judged.model_copy(update={**flagged_, "codes": (*judged.codes, WITHDRAWN)})
    return lacking(entry, said(Lost.WITHDRAWN, **told), flags=(LostFlag.WITHDRAWN,), codes=(WITHDRAWN,))


def _replaced(entry: Entry, judged: Row, case: Case, gone: Collection[str]) -> Row:
    told = {"names": listed(gone), "keys": listed(to_sign(gone))}
    if case.past.evidence.standing.get(entry.id) == "fail":
        flags = (LostFlag.REPLACED_FAIL,)
        codes = (REPLACED, WAS_FAIL)
        return row(entry, "fail", said(Lost.REPLACED_FAIL, **told), flags=flags, before=judged, codes=codes)
    if missing := _uncovered(entry, case):
        why = said(Lost.REPLACED_FEWER, n=missing, **told)
        return lacking(entry, why, flags=(LostFlag.WITHDRAWN,), codes=(WITHDRAWN,))
    flagged_ = flagged((said(LostFlag.REPLACED, **told),), judged)
    return judged.model_copy(update={**flagged_, "codes": (*judged.codes, REPLACED)})


def _uncovered(entry: Entry, case: Case) -> int:
    """Return how many rows that earlier looks judged the present outcomes do not tell of."""
    found, past = case.facts.outcomes, case.past
    version = (found.candidate if found is not None else None) or ""
    if entry.counts == "labels":
        before = frozenset[bytes]().union(*(ids for (v, _), ids in past.judged_on.items() if v == version))
        mine = set(found.labelled()["key"].astype("str")) if found is not None else set()
        return len(before - {hashed(key) for key in mine})
    if entry.counts == "requests":
        most = max((x.n for x in past.looks if role_of(x.criterion) == REQUESTS and x.version == version), default=0)
        return max(0, most - (len(found.requests) if found is not None and "latency_ms" in found.has else 0))
    return 0


def to_sign(gone: Collection[str]) -> tuple[str, ...]:
    """Return the fewest keys by which all that is gone can be signed for: tables, then columns, then keys."""
    keys = {n for n in gone if "." not in n.partition("=")[0] and ":" not in n}
    for part in ({n for n in gone if ":" in n.partition("=")[0]}, {n.partition("=")[0] for n in gone}):
        left = set(gone).difference(*(covered(key, gone) for key in keys))
        keys |= part & (left | {n.partition("=")[0] for n in left})
    return tuple(sorted(keys))


def listed(names: Iterable[str]) -> str:
    """Return at most three of the names; a mapping by its column, where it is known."""
    found = set(names)
    known = sorted(n for n in found if "=" in n or not any(other.startswith(f"{n}=") for other in found))
    told = [name.replace("=", " = ") for name in known[:3]]
    return ", ".join(told) + (f" and {len(known) - 3} more" if len(known) > 3 else "")


def corrections(case: Case) -> tuple[Correction, ...]:
    """Return what was signed as a mistake, newest first, after what was replaced and is signed by nobody."""
    record, present = case.past.evidence, case.present
    gone = record.read.union(*record.used.values()) - present
    known = {name.partition("=")[0] for name in gone if "=" in name}
    unsigned = [
        Correction(key=name.partition("=")[0], was=(name,), now=now, bound=not record.free(name))
        for name in sorted(gone)
        if name not in known and (now := stands_for(name, present)) is not None
    ]
    signed = [
        item.model_copy(update={"was": gone, "now": next(filter(None, (stands_for(n, present) for n in gone)), "")})
        for item in reversed(record.corrections)
        for gone in (tuple(name for name in item.was if name not in present),)
    ]
    return (*unsigned, *signed)
