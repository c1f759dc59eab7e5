"""Failing kinds of input in words that may be shown, with the cause that matters most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from gatebook.evidence.disclosure import WITHHELD, Disclosure
from gatebook.evidence.facts import Facts
from gatebook.evidence.failing import HOUR, WEEKDAY, Failing
from gatebook.evidence.inputs import ANSWER
from gatebook.names.mention import names_person
from gatebook.record import IntervalFact, PredicateRecord, SliceRecord
from gatebook.slices import Cause, Predicate, Slice, apart, describe, mask
from gatebook.slices.features import parts
from gatebook.slices.predicate import ENDS, texts
from gatebook.slices.why import Reason
from gatebook.words import Code, say

SLOW = 3  # kinds of slow input told
SHARED = 1 / 3  # of the rows of the smaller of two kinds, from which they are told together
MOSTLY = 0.4  # share of the reasons from which one is the reason
OFTEN = 0.2  # share of the errors from which a true answer that is mistaken is worth telling
# What the record copies from a slice as it is.
FIGURES = ("rows", "errors", "error_rate", "lower", "upper", "share_of_errors", "lift", "p_adjusted")


class SliceNote(Code):
    """What is told of a kind of input beside its cause."""

    GRADERS = "graders"
    MIXED_UP = "mixed_up"
    DIFFERS = "differs"
    WITHIN = "within"
    PART = "part"
    SLOW = "slow"


@dataclass(frozen=True)
class Shown:
    """A searched table, and what of it may be shown.

    Attributes:
        frame: the searched inputs.
        groups: (rows,), their clusters, None where rows are independent.
        disclosure: the rule of the project.
    """

    frame: pd.DataFrame
    groups: pd.Series | None
    disclosure: Disclosure

    def predicates(self, given: Iterable[Predicate]) -> tuple[Predicate, ...]:
        """Return the conditions as they may be shown, the given answer first."""
        return tuple(map(self._shown, sorted(given, key=lambda p: p.column != ANSWER)))

    def words(self, given: Iterable[Predicate]) -> str:
        """Return all conditions in one phrase, as they may be shown."""
        given = tuple(given)
        return describe(self.predicates(given), self._others(given), WITHHELD)

    def shared(self, inside: np.ndarray) -> bool:
        """Return whether enough rows, and clusters, hold something for it to be shown."""
        least = self.disclosure.minimum
        return bool(inside.sum() >= least and (self.groups is None or self.groups[inside].nunique() >= least))

    def values(self, cells: pd.Series) -> dict[str, int]:
        """Return the values of a column that may be shown, with their rows."""
        return self.disclosure.counts(cells.astype("str").str.strip(), self.groups)

    def _shown(self, one: Predicate) -> Predicate:
        derived = one.column not in self.frame.columns
        base = one.column.split(":")[0] if derived else one.column
        if one.op == "missing":
            return one
        if base in self.disclosure.personal and not (derived and one.op in ENDS):
            return replace(one, value=WITHHELD)  # the length of a personal text is no personal value, the text is
        if one.op in ("==", "in") and not derived:
            allowed = self.values(self.frame[base])
            many = isinstance(one.value, tuple | list)
            values = tuple(one.value) if isinstance(one.value, tuple | list) else (one.value,)
            told = tuple(self.disclosure.show(_as_written(v, allowed), allowed) for v in values)
            return replace(one, value=told if many else told[0])
        if one.op == "contains" and not self._sayable(one):
            return replace(one, value=WITHHELD)
        return one

    def _sayable(self, one: Predicate) -> bool:
        """Returns whether enough rows hold a phrase, and it names no person or the project calls the texts public."""
        inside = mask(self.frame, (one,))
        if not self.shared(inside):
            return False
        public = one.column in self.disclosure.public
        return public or not names_person(str(one.value), self.frame[one.column][inside].astype(str))

    def _others(self, predicates: Iterable[Predicate]) -> dict[str, str]:
        """Returns column -> the value that a list of values leaves out, where it is the only one and may be shown."""
        found = {}
        for p in predicates:
            if p.op != "in" or p.column not in self.frame.columns or not isinstance(p.value, tuple | list):
                continue
            cells = self.frame[p.column].astype("str").str.strip()
            left = set(cells[~mask(self.frame, (p,))].unique())
            if len(left) == 1 and len(p.value) > 1 and (value := left.pop()) in self.values(self.frame[p.column]):
                found[p.column] = value
        return found


def _as_written(value: object, allowed: dict[str, int]) -> str:
    """Return how the file writes a value that the search took for a number."""
    if not isinstance(value, int | float):
        return str(value)
    figures = pd.to_numeric(pd.Series(list(allowed), dtype="object"), errors="coerce")
    same = figures.index[figures == value]
    return list(allowed)[same[0]] if len(same) else str(value)


def searched_as_shown(facts: Facts, disclosure: Disclosure, frame: pd.DataFrame) -> Shown:
    """Return a searched table with the clusters of its rows and what of it may be shown."""
    column = facts.clusters.column
    groups = None if facts.clusters.codes is None or column not in frame.columns else frame[column]
    return Shown(frame, groups, disclosure)


def slice_words(facts: Facts, disclosure: Disclosure) -> tuple[str, ...]:
    """Return the failing kinds of input in plain words, the strongest first."""
    if facts.failing is None:
        return ()
    shown = searched_as_shown(facts, disclosure, facts.failing.inputs.frame)
    return tuple(shown.words(one.predicates) for one in facts.failing.search.slices)


def slow_words(facts: Facts, disclosure: Disclosure) -> tuple[str, ...]:
    """Return the kinds of input that take longer, by how much; those that only name a time stand elsewhere."""
    slow = facts.failing.slow_inputs if facts.failing is not None else None
    if slow is None:
        return ()
    column = facts.clusters.column
    shown = Shown(slow.frame, slow.frame[column] if column in slow.frame.columns else None, disclosure)
    kinds = [s for s in slow.search.slices if {p.column for p in s.predicates} - {HOUR, WEEKDAY}]
    return tuple(slower(shown.words(s.predicates), s) for s in kinds[:SLOW])


def slower(words: str, one: Slice) -> str:
    """Return a kind of input with how much longer it takes."""
    return say(SliceNote.SLOW, words=words, lift=one.lift, rows=one.rows)


def slice_records(facts: Facts, disclosure: Disclosure) -> tuple[SliceRecord, ...]:
    """Return the failing kinds of input, why they fail, and what to do; the strongest first."""
    failing = facts.failing
    if failing is None:
        return ()
    shown = searched_as_shown(facts, disclosure, failing.inputs.frame)
    kinds = [
        _Kind(place, one, causes[0], failing, shown)
        for place, (one, causes) in enumerate(zip(failing.search.slices, failing.causes, strict=True))
    ]
    found: list[SliceRecord] = []
    for kind in kinds:
        why, action = kind.advice(facts)
        found.append(
            SliceRecord(
                predicates=tuple(PredicateRecord(**vars(p)) for p in kind.predicates),
                words=shown.words(kind.one.predicates),
                **{name: getattr(kind.one, name) for name in FIGURES},
                clusters=None if shown.groups is None else int(shown.groups[kind.inside].nunique()),
                within=kind.within(),
                like=kind.like(kinds[: kind.place], [s.like for s in found]),
                why=why,
                action=action,
                removable=_removable(kind.cause, kind.one.errors),
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class _Kind:
    """One failing kind of input, at its place among all."""

    place: int
    one: Slice
    cause: Cause
    failing: Failing
    shown: Shown

    @cached_property
    def inside(self) -> np.ndarray:
        return mask(self.failing.inputs.frame, self.one.predicates)

    @cached_property
    def predicates(self) -> tuple[Predicate, ...]:
        return self.shown.predicates(self.one.predicates)

    def like(self, earlier: list[_Kind], likes: list[int | None]) -> int | None:
        """Returns the place of an earlier kind that names a column of this one and shares a third of the rows.

        One that is itself told with another stands for that other.
        """
        columns = {p.column for p in self.one.predicates}
        for other, like in zip(earlier, likes, strict=True):
            shared = int((self.inside & other.inside).sum())
            same = columns & {p.column for p in other.one.predicates}
            if same and shared >= SHARED * min(self.one.rows, other.one.rows):
                return other.place if like is None else like
        return None

    def advice(self, facts: Facts) -> tuple[str, str]:
        """Returns why the kind fails and what to do: its cause, or what else there is to be said."""
        if self.cause.seen.code is not Reason.NOTHING:
            return self.cause.evidence, self.cause.action
        return self._reasoned() or self._mixed_up() or (self._unexplained(facts), self.cause.action)

    def _reasoned(self) -> tuple[str, str] | None:
        """Returns the reason that graders gave most for a kind and what to do, None where none stands out."""
        told = sorted(self.failing.reasons, key=lambda r: -r.in_slices[self.place])
        if not told:
            return None
        first, given = told[0], sum(r.in_slices[self.place] for r in told)
        rows = first.in_slices[self.place]
        if min(first.rows, first.clusters, rows) < self.shown.disclosure.minimum or rows < MOSTLY * given:
            return None
        return _both(SliceNote.GRADERS, given=given, rows=rows, reason=first.code)

    def _mixed_up(self) -> tuple[str, str] | None:
        """Returns what a kind of answer is mostly mistaken for and what to do, None where that is not telling."""
        failing = self.failing
        answer = next((str(p.value) for p in self.predicates if p.column == ANSWER and p.op == "=="), WITHHELD)
        if answer == WITHHELD or failing.truth is None or failing.losses is None:
            return None
        wrong = pd.Series(failing.truth[self.inside & (failing.losses > 0)]).dropna().astype(str)
        counts = wrong.value_counts()
        if wrong.empty or counts.iloc[0] < max(self.shown.disclosure.minimum, OFTEN * len(wrong)):
            return None
        rows = int(counts.iloc[0])
        return _both(SliceNote.MIXED_UP, rows=rows, wrong=len(wrong), truth=str(counts.index[0]), answer=answer)

    def _unexplained(self, facts: Facts) -> str:
        """Returns that no cause was found, and in what else the rows differ from the others."""
        assert facts.outcomes is not None
        assert facts.sample is not None
        personal, column = self.shown.disclosure.personal, facts.clusters.column or ""
        hidden = {*facts.outcomes.no_inputs(facts.sample.columns), *personal, column}
        differ = apart(
            self.one,
            self.failing.inputs.frame,
            ignore=hidden,
            most=2,
            shown=lambda cells: self.shown.values(cells).keys(),
        )
        if not differ:
            return self.cause.evidence
        return say(SliceNote.DIFFERS, evidence=self.cause.evidence, differ="; ".join(map(str, differ)))

    def within(self) -> str:
        """Returns which of the values that a slice spans fail most, and least, where they may be shown; "" where it
        spans one.

        A part of a value (`book` of `book+cancel`) counts over all rows that name it, so that enough of them share it.
        """
        frame, losses = self.failing.inputs.frame, self.failing.losses
        if losses is None or losses.min() < 0 or losses.max() > 1:
            return ""
        for p in self.one.predicates:
            if p.op != "in" or p.column not in frame.columns or p.column in self.shown.disclosure.personal:
                continue
            cells = texts(frame[p.column])
            named = parts(cells) or {str(v): cells == v for v in pd.unique(cells) if v is not None}
            held = [(name, rows & self.inside) for name, rows in named.items() if self.shown.shared(rows & self.inside)]
            if len(held) > 1:
                rates = sorted((-float(losses[rows].mean()), -int(rows.sum()), name) for name, rows in held)
                worst, best = (
                    say(SliceNote.PART, name=name, rate=-rate, rows=-rows) for rate, rows, name in (rates[0], rates[-1])
                )
                return say(SliceNote.WITHIN, worst=worst, best=best)
        return ""


def _both(code: SliceNote, **values: object) -> tuple[str, str]:
    """Returns why and what to do."""
    return say(code, "why", **values), say(code, "action", **values)


def _removable(cause: Cause, errors: float) -> IntervalFact | None:
    """Returns how much the action could remove; what no cause explains has no action that removes it."""
    if cause.seen.code is Reason.NOTHING:
        return None
    middle = min(max(cause.removable, 0.0), errors)
    return IntervalFact(
        estimate=middle,
        lower=min(max(cause.lower, 0.0), middle),
        upper=max(min(cause.upper, errors), middle),
        n=cause.rows,
    )
