"""What a judge may read, and how a row is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from gatebook.cases.questions import MISSING, Figure, sentence, words
from gatebook.criteria import Entry
from gatebook.evidence.facts import Facts
from gatebook.project import Project
from gatebook.project.load import unsure_keys
from gatebook.record import Code as RowCode
from gatebook.record import Row, Status
from gatebook.verdict.evidence_in_use import in_use
from gatebook.verdict.fresh import Fresh, fresh_labels
from gatebook.verdict.past import Past
from gatebook.verdict.targets import Goal, InForce, any_set, declared
from gatebook.words import Code, Said, say


@dataclass(frozen=True)
class Case:
    """One assessment before judgement.

    Attributes:
        project: the project file.
        facts: everything measured.
        past: the history.
        targets: the targets in force.
        problems: role -> why its table cannot be used.
        as_of: the day of the decision.
        seed: for everything random.
    """

    project: Project
    facts: Facts
    past: Past
    targets: InForce
    problems: Mapping[str, str]
    as_of: dt.date
    seed: int = 0

    @cached_property
    def present(self) -> frozenset[str]:
        """The evidence at hand."""
        return in_use(self.project, self.facts.tables)

    @cached_property
    def unsure(self) -> frozenset[str]:
        """The mappings at hand that still carry init's question mark."""
        file = self.project.root / "gatebook.toml"
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        record = self.past.evidence
        return record.guessed(self.present, unsure_keys(text) & record.unsure)

    @cached_property
    def unbound(self) -> frozenset[str]:
        """The mappings at hand that bind nothing yet: guesses of `init` while no target was ever set."""
        record = self.past.evidence
        if any(any_set(then) for then in (declared(self.project), *(t for _, t in self.past.targets))):
            return frozenset()
        return record.guessed(self.present, frozenset(record.guesses.values()))

    @cached_property
    def fresh(self) -> Fresh | None:
        """The labels that judge the candidate alone, None where versions share the labels."""
        if not self.targets.final_label_set:
            return None
        looked = frozenset((look.version, look.own) for look in self.past.looks if look.criterion.startswith("G1"))
        fresh = fresh_labels(self.facts, self.past.judged_on, looked)
        if fresh is not None and self.past.breaches:
            return replace(fresh, keys=frozenset(), draw=None, note=BROKEN)
        return fresh


class Flag(Code):
    """What a reader must know beside the reason."""

    UNATTESTABLE = "unattestable"
    TARGETS_MET = "targets_met"
    TARGET_REMOVED = "target_removed"
    FAILED_LABELS = "failed_labels"
    MISSING_OUTCOMES = "missing_outcomes"
    CLUSTERED = "clustered"
    OWN_LABELS = "own_labels"
    LABEL_SETS = "label_sets"
    WEIGHTED = "weighted"
    REWEIGHTED = "reweighted"
    VACUOUS = "vacuous"
    FAILED_REQUESTS = "failed_requests"
    UNTIMED_REQUESTS = "untimed_requests"
    CUT_OFF = "cut_off"
    PERCENTILE_ASSUMED = "percentile_assumed"
    COPIES = "copies"
    GROUPS = "groups"
    OUTSIDE_SAMPLE = "outside_sample"
    UNRESOLVED = "unresolved"
    LATE = "late"
    ORGANISATIONAL = "organisational"
    VERBATIM = "verbatim"
    ATTESTED = "attested"
    OPEN_ACCOUNT = "open_account"
    UNUSABLE_TABLE = "unusable_table"
    WITHDRAWN = "withdrawn"
    WITHDRAWN_NAMED = "withdrawn_named"
    WITHDRAWN_FAIL = "withdrawn_fail"
    REPLACED = "replaced"
    REPLACED_FAIL = "replaced_fail"
    NOT_COMPUTED = "not_computed"


class Reason(Code):
    """Why a row has its status."""

    VACUOUS = "vacuous"
    ABOVE_BAR = "above_bar"
    BELOW_BAR = "below_bar"
    MISSED_BELOW = "missed_below"
    MISSED_ABOVE = "missed_above"
    UNDECIDED = "undecided"
    LABELS_USED = "labels_used"
    MEASURED = "measured"
    SLOW_ACCESS = "slow_access"
    QUICK_ACCESS = "quick_access"
    ACCESS_WAITS = "access_waits"


BROKEN = "the history is not the one that was written, so no label can be called new"
WITHDRAWN: RowCode = "evidence-withdrawn"
WAS_FAIL: RowCode = "was-fail"
REPLACED: RowCode = "mapping-replaced"
CLEARED: RowCode = "cleared"
OPEN_ACCOUNT: RowCode = "open-account"

Judge = Callable[[Entry, Case], Row]
Flags = Iterable[Code | Said]


def row(entry: Entry, status: Status | None, reason: str | Code | Said, **fields: Any) -> Row:
    """Return the judged row of an entry; `fields` are fields of Row, with codes as `flags`, after those of `before`."""
    supply = fields.pop("supply", entry.supply if status in {"fail", "not-enough-evidence"} else "")
    return Row(
        id=entry.id,
        kind=entry.kind,
        weight=entry.weight,
        gate=entry.gate,
        title=entry.title,
        status=status,
        code=code_of(reason),
        reason=text_of(reason),
        supply=supply,
        **flagged(fields.pop("flags", ()), fields.pop("before", None)),
        **fields,
    )


def code_of(told: str | Code | Said) -> str:
    """Return the code of what is told, empty for a plain text."""
    found = told.code if isinstance(told, Said) else told
    return found.value if isinstance(found, Code) else ""


def text_of(told: str | Code | Said) -> str:
    """Return the words of a code."""
    return say(told) if isinstance(told, Code) else str(told)


def flagged(flags: Flags, before: Row | None = None) -> dict[str, Any]:
    """Return the fields of Row that hold flags: words for readers, codes for what decides; after those of a row."""
    told = tuple(flags)
    return {
        "flags": (*(before.flags if before else ()), *map(text_of, told)),
        "flag_codes": (*(before.flag_codes if before else ()), *map(code_of, told)),
    }


def lacking(entry: Entry, reason: str | Code | Said, **fields: Any) -> Row:
    """Return the row as not enough evidence."""
    return row(entry, "not-enough-evidence", reason, **fields)


def held(entry: Entry, case: Case, figure: Figure) -> Row | None:
    """Return the row as not enough evidence where a question is open without whose answer its figure means nothing."""
    found = case.facts.outcomes
    question = None if found is None else found.stop(figure)
    if question is None:
        return None
    said = words(question)
    return lacking(entry, sentence(said.title), supply=said.action.rstrip("."), flags=(Flag.UNATTESTABLE,))


def what_is_missing(case: Case) -> tuple[str, str]:
    """Return what is missing of most outcomes, and what mends it."""
    found = case.facts.outcomes
    asked = [q for q in (found.questions if found else ()) if q.code in MISSING]
    if not asked:
        return "", ""
    said = words(max(asked, key=lambda q: q.rows))
    return said.title, said.action


def limit_of(entry: Entry, default: float) -> float:
    """Return the row's threshold, which may be 0."""
    return default if entry.threshold is None else entry.threshold


def about(judged: Row, goal: Goal | None) -> Row:
    """Return the row of a goal with the slice that it is about: a figure of a part never reads as that of the whole."""
    if goal is None or not goal.where:
        return judged
    first, _, rest = judged.reason.partition(" ")
    reason = f"{first.lower() if first.isalpha() and first.istitle() else first} {rest}"
    supply = f"{judged.supply} (where {goal.place})" if judged.supply else ""
    return judged.model_copy(update={"where": goal.place, "reason": f"Where {goal.place}: {reason}", "supply": supply})


def context(entry: Entry, reason: str | Code | Said, **fields: Any) -> Row:
    """Return the row without a status: it informs and never enters a decision."""
    return row(entry, None, reason, **fields)
