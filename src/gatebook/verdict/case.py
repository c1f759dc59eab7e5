"""What a judge may read, and how a row is written."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from gatebook.cases.questions import MISSING, Figure, words
from gatebook.criteria import Entry, catalogue_for
from gatebook.criteria.registry import LABELS, OWN, limit_of, role_of
from gatebook.evidence.facts import Facts
from gatebook.project import Project
from gatebook.project.load import unsure_keys
from gatebook.record import Money, Row, RowCode, Status
from gatebook.stats import Interval
from gatebook.stats.interval import clopper_pearson
from gatebook.stats.said import Method
from gatebook.verdict.evidence_in_use import in_use
from gatebook.verdict.fresh import Fresh, NoNew, fresh_labels
from gatebook.verdict.lineage import NO_KEY
from gatebook.verdict.past import Past
from gatebook.verdict.targets import Goal, InForce, any_set, declared
from gatebook.words import Code, Said, entries, said, say
from gatebook.words.figures import capital, sentence, uncapital


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
        key: under which the history keeps outcomes.
        judged: the rows judged so far, for those that rest on others.
        granted: looks by their criterion that another reading of the outcomes took, and this one shares.
    """

    project: Project
    facts: Facts
    past: Past
    targets: InForce
    problems: Mapping[str, str]
    as_of: dt.date
    seed: int = 0
    key: str = NO_KEY
    judged: dict[str, Row] = field(default_factory=dict)
    granted: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The catalogue, with what the project changes in it."""
        return catalogue_for(self.project, self.past.targets)

    def limit(self, role: str, default: float) -> float:
        """Return the threshold of the row that plays a role."""
        return next((limit_of(entry, default) for entry in self.entries if entry.role == role), default)

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
        mine = (look for look in self.past.looks if role_of(look.criterion) in {LABELS, OWN})
        looked = frozenset((look.version, look.own) for look in mine)
        fresh = fresh_labels(self.facts, self.past.judged_on, looked)
        if fresh is not None and self.past.breaches:
            return replace(fresh, keys=frozenset(), draw=None, note=said(NoNew.BROKEN))
        return fresh


class Lacks(Code):
    """Why a row lacks evidence, whichever row it is."""

    NO_SAMPLE = "no_sample"
    NO_TARGET = "no_target"
    NOT_COMPUTED = "not_computed"
    OPEN_ACCOUNT = "open_account"
    UNUSABLE_TABLE = "unusable_table"
    ATTESTED = "attested"
    CONTEXT = "context"
    PLACE = "place"


class Flag(Code):
    """What a reader must know beside the reason, whichever row it is."""

    UNATTESTABLE = "unattestable"
    ATTESTED = "attested"
    OPEN_ACCOUNT = "open_account"
    UNUSABLE_TABLE = "unusable_table"
    NOT_COMPUTED = "not_computed"


WITHDRAWN: RowCode = "evidence-withdrawn"
WAS_FAIL: RowCode = "was-fail"
REPLACED: RowCode = "mapping-replaced"
CLEARED: RowCode = "cleared"
OPEN_ACCOUNT: RowCode = "open-account"

Words = Code | Said


class RowWords(NamedTuple):
    """What a row says: the code that decides, the reason in words, and what mends it (None: what mends such a row)."""

    code: str
    reason: str
    supply: str | None


class Verdict(NamedTuple):
    """What a judge hands back beside the row: the looks that it took, and what the result is worth."""

    row: Row
    looks: tuple[Any, ...] = ()
    money: Money | None = None


def told_by(words_: Words) -> RowWords:
    """Return what a code says; an entry of the catalogue of one text tells no remedy."""
    found = words_ if isinstance(words_, Said) else said(words_)
    entry = entries(type(found.code))[found.code.value]
    if not isinstance(entry, dict) or found.part:
        return RowWords(found.code.value, found.text(), None)
    supply = found.text("supply") if "supply" in entry else None
    return RowWords(found.code.value, found.text("reason"), supply)


def row(entry: Entry, status: Status | None, why: Words | RowWords, **fields: Any) -> Row:
    """Return the judged row of an entry.

    Args:
        entry: the row of the catalogue.
        status: None where the row only informs.
        why: the reason.
        fields: fields of Row; `flags` are codes, after those of the row `before`, and `remedy` is what mends it, where
            that is not the reason's own.
    """
    told = why if isinstance(why, RowWords) else told_by(why)
    supply = str(fields.pop("remedy")) if "remedy" in fields else told.supply
    return Row(
        id=entry.id,
        kind=entry.kind,
        weight=entry.weight,
        gate=entry.gate,
        role=entry.role,
        title=entry.title,
        status=status,
        code=told.code,
        reason=told.reason,
        supply=(entry.supply if supply is None else supply) if status in {"fail", "not-enough-evidence"} else "",
        **flagged(fields.pop("flags", ()), fields.pop("before", None)),
        **fields,
    )


def lacking(entry: Entry, why: Words | RowWords, **fields: Any) -> Row:
    """Return the row as not enough evidence."""
    return row(entry, "not-enough-evidence", why, **fields)


def context(entry: Entry, why: Words | RowWords, **fields: Any) -> Row:
    """Return the row without a status: it informs and never enters a decision."""
    return row(entry, None, why, **fields)


def informs(entry: Entry, why: Words, *, holds: bool | None) -> Row:
    """Return a row of context, or with a status where the project raised its weight."""
    if entry.weight == "context":
        return context(entry, why)
    return lacking(entry, why) if holds is None else row(entry, "pass" if holds else "fail", why)


def weighed(
    entry: Entry, figures: Mapping[str, Any], good: Words, bad: Words, between: Words, *, at_bar: bool = False
) -> Row:
    """Return the row by its bounds: pass or fail only where the whole interval lies on one side of the bar.

    Args:
        entry: the row.
        figures: fields of Row, with `lower`, `upper`, `bar`, and `higher_is_better` where it is not.
        good: the reason of a pass.
        bad: the reason of a fail.
        between: the reason where the bar lies inside.
        at_bar: whether a bound that equals the bar lies on the good side.
    """
    lower, upper, bar = (float(figures[name]) for name in ("lower", "upper", "bar"))
    if not figures.get("higher_is_better", True):
        lower, upper, bar = -upper, -lower, -bar
    if lower > bar or (at_bar and lower == bar):
        return row(entry, "pass", good, **figures)
    return row(entry, "fail", bad, **figures) if upper < bar else lacking(entry, between, **figures)


def flagged(flags: Iterable[Words], before: Row | None = None) -> dict[str, Any]:
    """Return the fields of Row that hold flags: words for readers, codes for what decides; after those of a row."""
    found = [flag if isinstance(flag, Said) else said(flag) for flag in flags]
    texts, codes = (before.flags, before.flag_codes) if before else ((), ())
    return {"flags": (*texts, *map(str, found)), "flag_codes": (*codes, *(flag.code.value for flag in found))}


def held(entry: Entry, case: Case, figure: Figure, **fields: Any) -> Row | None:
    """Return the row as not enough evidence where a question is open without whose answer its figure means nothing."""
    found = case.facts.outcomes
    question = None if found is None else found.stop(figure)
    if question is None:
        return None
    asked = words(question)
    told = RowWords(question.code.value, sentence(asked.title), asked.action.rstrip("."))
    return lacking(entry, told, flags=(Flag.UNATTESTABLE,), **fields)


def what_is_missing(case: Case) -> RowWords | None:
    """Return what is missing of most outcomes, and what mends it; None where nothing is."""
    found = case.facts.outcomes
    asked = [q for q in (found.questions if found else ()) if q.code in MISSING]
    if not asked:
        return None
    most = max(asked, key=lambda q: q.rows)
    return RowWords(most.code.value, f"{capital(words(most).title)}.", words(most).action)


def about(judged: Row, goal: Goal | None) -> Row:
    """Return the row of a goal with the slice that it is about: a figure of a part never reads as that of the whole."""
    if goal is None or not goal.where:
        return judged
    supply = say(Lacks.PLACE, "supply", place=goal.place, supply=judged.supply) if judged.supply else ""
    reason = say(Lacks.PLACE, "reason", place=goal.place, reason=uncapital(judged.reason))
    return judged.model_copy(update={"where": goal.place, "reason": reason, "supply": supply})


def numbers(interval: Interval) -> dict[str, Any]:
    """Return the fields of Row that hold an interval."""
    bounds = {"estimate": interval.estimate, "lower": interval.lower, "upper": interval.upper}
    rest = {name: getattr(interval, name) for name in ("level", "n", "n_effective", "method")}
    return {name: value if math.isfinite(value) else None for name, value in bounds.items()} | rest


def share(found: int, rows: int) -> dict[str, Any]:
    """Return the fields of Row of a share that should be small, with exact bounds (Clopper and Pearson 1934)."""
    lower, upper = clopper_pearson(found, rows, 0.05)
    bounds = {"estimate": found / rows, "lower": lower, "upper": upper, "level": 0.95, "n": rows}
    return {**bounds, "higher_is_better": False, "method": say(Method.EXACT)}
