"""The error analysis: which inputs fail, why, and what that leaves open; and the pages behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gatebook.document.loss import Loss, loss_of, rate_of
from gatebook.document.page import Dot, Dots, Fragment, rows_of, templates_of
from gatebook.document.rows import SHARES, Sight, figure
from gatebook.figures import Scale
from gatebook.pictures import PICTURES
from gatebook.project import METRICS
from gatebook.record import (
    AbsentFact,
    ChangeFact,
    Coverage,
    Group,
    IntervalFact,
    PredicateRecord,
    ReasonFact,
    Record,
    SliceRecord,
)
from gatebook.words import Code, say
from gatebook.words.figures import capital, clip, listed, plain_number, plural

page, section = templates_of(__name__)
_MOST_TYPES = 3  # told on page one
_NOTES = 4  # of page one, where one kind is told
_MOST_COLUMNS = _MOST_VALUES = 6  # drawn
_MOST_PAIRS = 15


class Errors(Code):
    """What page one says first, and what stands beside pictures."""

    NO_EVIDENCE = "no_evidence"
    NOTHING = "nothing"
    KINDS = "kinds"
    ALARMS_AND_MISSES = "alarms_and_misses"
    ALARMS = "alarms"
    MISSES = "misses"
    NEVER_GIVEN = "never_given"
    ALL_OTHERS = "all_others"
    OF_GROUPS = "of_groups"
    MODEL = "model"
    CURATED = "curated"
    SIMPLEST = "simplest"
    NO_MODEL = "no_model"


class Op(Code):
    """A condition of a kind of input in words."""

    IS = "=="
    IN = "in"
    AT_LEAST = ">="
    UNDER = "<"
    CONTAINS = "contains"
    MISSING = "missing"


@dataclass(frozen=True)
class Kind:
    """A kind of input that fails more than the rest, beside all other rows.

    Attributes:
        found: as it was found.
        words: it in plain words, cut to a line.
        here, rest: its rate and that of all other rows, to be drawn.
        alike: others that are much like it.
    """

    found: SliceRecord
    words: str
    here: Dot
    rest: Dot
    scale: Scale
    alike: tuple[SliceRecord, ...]


def error_analysis(record: Record) -> Fragment:
    """Return page one: at most three failing kinds of input, in words and pictures."""
    kinds = _own_kinds(record)
    return page(
        "error-analysis",
        record,
        table=rows_of(SliceRecord, lambda r: r.slices),
        drawn=("slices",),
        look=_headline(record, len(kinds)),
        words_of=words_of,
        number=len(kinds),
        kinds=[_kind(record, place) for place in kinds[:_MOST_TYPES]],
        notes=_notes(record)[: _room(record)],
        more=max(len(kinds) - _MOST_TYPES, 0),
        unseen=_unseen(record),
    )


def _own_kinds(record: Record) -> list[int]:
    """Return the places of the failing kinds that are told on their own; others are much like one of them."""
    return [place for place, s in enumerate(record.slices) if s.like is None]


def _notes(record: Record) -> list[str]:
    """Return what a reader must keep in mind; that the history is not whole stands first."""
    return [*(breach.told for breach in record.breaches[:1]), *record.evidence.errors.notes]


def _room(record: Record) -> int:
    """Return how many notes fit on page one beside the failing kinds; the rest stands behind it."""
    return _NOTES - max(min(len(_own_kinds(record)), _MOST_TYPES) - 1, 0)


def _headline(record: Record, kinds: int) -> Sight:
    if not record.evidence.errors.rows:
        return Sight("open", say(Errors.NO_EVIDENCE))
    if kinds:
        number = ("No", "One", "Two", "Three")[kinds] if kinds <= 3 else f"{kinds}"
        more = loss_of(record).say("more", n=kinds)
        return Sight("open", say(Errors.KINDS, number=number, n=kinds, more=more))
    rates, classes = record.evidence.errors.rates, record.evidence.classes
    groups = [g for g in rates.groups if not g.expected] if rates is not None else []
    alarms = any(g.false_alarms.p is not None for g in groups)
    misses = any(g.misses.p is not None for g in groups)
    if groups:
        code = Errors.ALARMS_AND_MISSES if alarms and misses else Errors.ALARMS if alarms else Errors.MISSES
        return Sight("open", say(code))
    if classes is not None and classes.never_given:
        return Sight("open", say(Errors.NEVER_GIVEN, n=len(classes.never_given)))
    return Sight("pass", say(Errors.NOTHING))


def _unseen(record: Record) -> str:
    """Return what this many labels could have shown: "lift" tells from which factor on, "few" too few, or nothing."""
    fact = record.evidence.errors
    if fact.detectable_lift is not None:
        return "lift"
    return "" if not fact.rows or record.slices or loss_of(record) is Loss.FAR else "few"


def words_of(s: SliceRecord) -> str:
    """Return a slice in plain words."""
    return s.words or listed([_predicate(p) for p in s.predicates], 3)


def _predicate(p: PredicateRecord) -> str:
    value = listed([str(v) for v in p.value], 4) if isinstance(p.value, tuple) else str(p.value)
    return say(Op(p.op), column=p.column, value=value)


def _kind(record: Record, place: int) -> Kind:
    s, fact, loss = record.slices[place], record.evidence.errors, loss_of(record)
    rest_rows = max(fact.rows - s.rows, 0)
    rest = max(fact.errors - s.errors, 0.0) / rest_rows if rest_rows else 0.0
    words, alike = clip(words_of(s), 26), tuple(other for other in record.slices if other.like == place)
    here = Dot(
        words, s.error_rate, s.lower, s.upper, loss.rate(s.error_rate), loss.span(s.lower, s.upper), status="fail"
    )
    return Kind(
        s,
        words,
        here,
        Dot(say(Errors.ALL_OTHERS), rest, value=loss.rate(rest)),
        _from_zero(loss, max(s.upper, rest) * 1.15),
        alike,
    )


def _from_zero(loss: Loss, most: float) -> Scale:
    """Return the axis of rates: from nothing to the highest, and never beyond all."""
    return Scale(0.0, (min(1.0, most) if loss.is_share else most) or 1.0)


def slices(record: Record) -> Fragment:
    """Return every failing kind of input in one table, and what was searched."""
    found = record.evidence.errors.reasons
    return section(
        "search",
        record,
        table=rows_of(SliceRecord, lambda r: r.slices),
        drawn=("slices",),
        unseen=_unseen(record),
        kinds=[(words_of(s), s) for s in record.slices],
        explained=any(s.why for s in record.slices),
        reasons=[(r, _mostly(record, r)) for r in found],
        notes=_notes(record)[_room(record) :],
    )


def _mostly(record: Record, reason: ReasonFact) -> tuple[str, float] | None:
    """Return the failing kind of input that holds most of a reason's cases, with the share; None where none does."""
    if not reason.in_slices or not max(reason.in_slices):
        return None
    most = max(range(len(reason.in_slices)), key=lambda i: reason.in_slices[i])
    return words_of(record.slices[most]), reason.in_slices[most] / reason.rows


# Who gets the wrong answers


def groups(record: Record) -> Fragment:
    """Return the error rate by each column's values, and false alarms and misses by group."""
    fact, rate, loss = record.evidence.errors, rate_of(record), loss_of(record)
    names = list(dict.fromkeys(g.column for g in sorted(fact.groups, key=lambda g: rate - g.lower)))
    members = {
        name: sorted((g for g in fact.groups if g.column == name), key=lambda g: -g.rate)
        for name in names[:_MOST_COLUMNS]
    }
    scale = _from_zero(loss, max((g.upper for g in fact.groups), default=0.0) * 1.05)
    shown = [g for found in members.values() for g in [g for g in found if g.false_alarms or g.misses][:_MOST_VALUES]]
    return section(
        "groups",
        record,
        table=rows_of(Group, lambda r: r.evidence.errors.groups),
        drawn=("groups",),
        rate=rate,
        pictures=[
            (name, _by_value(record, found, scale), max(len(found) - _MOST_VALUES, 0))
            for name, found in members.items()
        ],
        not_drawn=names[_MOST_COLUMNS:],
        mistakes=shown if fact.rates else [],
    )


def _by_value(record: Record, members: list[Group], scale: Scale) -> Dots:
    """Return the rates of one column's values, red where the whole range lies above the rate over all rows."""
    rate, loss = rate_of(record), loss_of(record)
    dots = []
    for g in members[:_MOST_VALUES]:
        value, likely, status = loss.number(g.rate), loss.span(g.lower, g.upper), "fail" if g.lower > rate else "plain"
        note = plural(g.rows, "row") + ("" if g.clusters is None else say(Errors.OF_GROUPS, n=g.clusters))
        dots.append(Dot(clip(g.value, 8), g.rate, g.lower, g.upper, value, likely, note, status, rate))
    ticks = ((0.0, "0"), (rate, f"all {loss.number(rate)}"), (scale.high, loss.number(scale.high)))
    return Dots(tuple(dots), scale, ticks)


def confusions(record: Record) -> Fragment:
    """Return which answers are mistaken for which, and which true answers are never given."""
    fact, classes = record.evidence.errors, record.evidence.classes
    all_ = max(fact.errors, sum(n for _, _, n in fact.confusions)) or 1
    return section(
        "confusions",
        record,
        table=PICTURES["confusions"].frame,
        drawn=("confusions",),
        pairs=[(true, given, n, n / all_) for true, given, n in fact.confusions[:_MOST_PAIRS]],
        classes=classes,
        absent=_absent(classes.not_curated, classes.never_given) if classes else [],
    )


def _absent(
    untaught: Iterable[AbsentFact], unsaid: Iterable[AbsentFact]
) -> list[tuple[AbsentFact, AbsentFact | None, AbsentFact | None]]:
    """Return each true answer that one side lacks, the commonest first, with what is known of either side's lack."""
    left, right = ({(one.answer, one.rows): one for one in side} for side in (untaught, unsaid))
    each = sorted((left | right).items(), key=lambda item: -item[0][1])
    return [(one, left.get(key), right.get(key)) for key, one in each]


# What its confidence is worth, and how long it takes


def reliability(record: Record) -> Fragment:
    """Return whether the stated confidence means anything, and what review by people would buy."""
    fact, bins, drawn = record.evidence.confidence, PICTURES["reliability"].frame, ("reliability", "coverage")
    if fact is None or not fact.bins:
        return section("confidence", record, table=bins, drawn=drawn, points=[])
    beyond = (fact.review_per_day or 0.0) - (fact.review_planned_per_day or 0.0)
    return section(
        "confidence",
        record,
        table=bins,
        drawn=drawn,
        points=[(b.confidence, b.accuracy, b.lower, b.upper) for b in fact.bins if b.rows],
        over=sum(b.upper < b.confidence for b in fact.bins),
        reviewed=fact.review_target is not None and fact.review_share is not None,
        beyond=beyond if beyond >= 1 else None,
        fits=beyond <= 0,
        curve=_spread(fact.curve) if fact.curve else [],
    )


def _spread(curve: tuple[Coverage, ...]) -> list[Coverage]:
    """Return the points of the curve nearest to 10, 20, ... 100 % answered alone."""
    chosen = (min(curve, key=lambda c: abs(c.coverage - share / 10)) for share in range(1, 11))
    return list(dict.fromkeys(chosen))


def latency(record: Record) -> Fragment:
    """Return how long requests take, against limit and target."""
    fact = record.evidence.latency
    pace = _pace(fact.throughput_per_s) if fact is not None and fact.throughput_per_s else None
    return section("latency", record, table=PICTURES["latency"].frame, drawn=("latency",), pace=pace)


def _pace(rate: IntervalFact) -> tuple[str, str, str, str]:
    """Return rate, bounds and unit of time such that the number stays readable: ("6.1", "5.7", "6.5", "second")."""
    unit, seconds = next(
        ((u, s) for u, s in (("second", 1), ("minute", 60), ("hour", 3600)) if rate.estimate * s >= 1), ("day", 86400)
    )
    middle, low, high = (plain_number(v * seconds, 3) for v in (rate.estimate, rate.lower, rate.upper))
    return middle, low, high, unit


# What it is compared with


def _side(gain: IntervalFact) -> str:
    """Return whether a difference lies wholly "above" nothing, wholly "below" it, or is "open"."""
    return "above" if gain.lower > 0 else "below" if gain.upper < 0 else "open"


def _compared(record: Record) -> pd.DataFrame:
    fact = record.evidence.errors
    found = {"model": fact.production, "curated": fact.curated, "simple_model": fact.simple_model}
    known = [(what, one.estimate, one.lower, one.upper) for what, one in found.items() if one is not None]
    if fact.trivial is not None:
        known.append(("trivial", fact.trivial, fact.trivial, fact.trivial))
    return pd.DataFrame(known, columns=["what", "estimate", "lower", "upper"])


def baselines(record: Record) -> Fragment:
    """Return the model beside its own curated result, the simplest model and the trivial answer."""
    fact = record.evidence.errors
    share, gain_share = fact.metric in SHARES, fact.simple_metric in SHARES
    beside, trivial, simple = fact.simple_metric not in ("", fact.metric), fact.trivial, fact.simple_difference
    flat = None if trivial is None else IntervalFact(estimate=trivial, lower=trivial, upper=trivial)

    def told(value: float) -> str:
        return figure(value, "", 0 if share else 2, share=share)

    dots = []
    for name, found in (
        (say(Errors.MODEL), fact.production),
        (say(Errors.CURATED), fact.curated),
        (capital(fact.simple_model_words) or say(Errors.SIMPLEST), None if beside else fact.simple_model),
        (fact.trivial_words or say(Errors.NO_MODEL), flat),
    ):
        if found is not None:
            note = f"{told(found.lower)} to {told(found.upper)}" if found.upper > found.lower else ""
            value, status = told(found.estimate), "plain" if found is fact.production else "none"
            dots.append(Dot(name, found.estimate, found.lower, found.upper, value, note=note, status=status))
    scale = Scale.over([v for dot in dots for v in (dot.estimate, dot.lower, dot.upper)], floor=0.0)
    known = METRICS.get(fact.simple_metric)
    return section(
        "baselines",
        record,
        table=_compared,
        told=told,
        picture=Dots(tuple(dots), scale, tuple((t, told(t)) for t in scale.ticks(4))) if dots else None,
        flattered=fact.curated and fact.production and fact.curated.lower > fact.production.upper,
        beyond_trivial=_side(fact.trivial_difference) if fact.trivial_difference else "",
        beyond_simple=_side(simple) if simple and fact.simple_model else "",
        gained=lambda value: figure(value, "", 1 if gain_share else 2, share=gain_share),
        in_metric=known.plain if known is not None and known.name != "mae" else "",
        other_metric=bool(fact.metric) and beside,
        stated=fact.metric not in ("brier", "log_loss"),
        ungraded=fact.rows and record.project.task in ("generation", "ranking"),
    )


def _changes(record: Record) -> tuple[object, ...]:
    found = record.evidence.errors.versions
    return () if found is None else (found.whole, *found.changes)


def versions(record: Record) -> Fragment:
    """Return the candidate beside the version before it, regressions first."""
    found, loss = record.evidence.errors.versions, loss_of(record)
    if found is None:
        return section("versions", record, table=rows_of(ChangeFact, _changes))
    changes = [(clip(c.words, 12), c) for c in (found.whole, *found.changes)]
    worse = sum(c.gain.upper < 0 for c in found.changes)
    return section(
        "versions",
        record,
        table=rows_of(ChangeFact, _changes),
        side=_side(found.whole.gain),
        worse=worse,
        picture=gains(changes, loss),
    )


def gains(changes: Iterable[tuple[str, Any]], loss: Loss) -> Dots:
    """Return what the candidate gains on another version, a kind of input a line; each change is in words and
    numbers.
    """
    found = list(changes)
    scale = Scale.over([0.0, *(v for _, c in found for v in (c.gain.lower, c.gain.upper))])
    dots = []
    for words, c in found:
        value, note = f"{loss.number(c.other)} to {loss.number(c.candidate)}", plural(c.rows, "case")
        status = "fail" if c.gain.upper < 0 else "plain"
        dots.append(Dot(words, c.gain.estimate, c.gain.lower, c.gain.upper, value, "", note, status, reference=0.0))
    return Dots(tuple(dots), scale, ((0.0, "the same"), (scale.high, f"+{loss.number(scale.high)}")))
