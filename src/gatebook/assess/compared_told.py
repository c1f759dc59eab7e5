"""The model beside simpler ways and other versions, graders' reasons, and what page one has to keep in mind."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from gatebook.assess.slices_told import slice_words
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.facts import Facts
from gatebook.evidence.versions import Change
from gatebook.project import METRICS
from gatebook.record import ChangeFact, ErrorFact, Interval, RankingFact, ReasonFact, VersionFact
from gatebook.stats import Interval as StatInterval
from gatebook.words.figures import plain_number

CHANGES = 12  # kinds of input shown on which two versions are compared
REASONS = 12
BINARY = 2  # of two answers everybody knows which is taken for which


def with_comparisons(fact: ErrorFact, facts: Facts, disclosure: Disclosure) -> ErrorFact:
    """Return the fact with the simplest model, rankings within groups, versions, reasons and notes added."""
    failing = facts.failing
    if failing is None:
        return fact
    simple = failing.simple
    names = list(slice_words(facts, disclosure))
    told = fact.model_copy(
        update={
            "simple_model": None if simple is None else interval_fact(simple.figure),
            "simple_model_words": "" if simple is None else simple.words,
            "simple_metric": "" if simple is None else simple.metric,
            "simple_difference": None if simple is None else interval_fact(simple.difference),
            "rankings": tuple(
                RankingFact(column=r.column, overall=r.overall.estimate, within=within, between=r.between)
                for r in failing.rankings
                if (within := interval_fact(r.within)) is not None
            ),
            "versions": _versions(facts, names, disclosure),
            "reasons": tuple(
                ReasonFact(reason=r.code, rows=r.rows, share=r.share, in_slices=r.in_slices)
                for r in failing.reasons
                if min(r.rows, r.clusters) >= disclosure.minimum
            )[:REASONS],
            "not_searched": (*fact.not_searched, *((failing.inputs.note,) if failing.inputs.note else ())),
        }
    )
    first, *rest = _notes(told) or ("",)
    notes = (first, _always(told, facts), *rest, *told.notes)
    return told.model_copy(update={"notes": tuple(n for n in notes if n)})


def _always(fact: ErrorFact, facts: Facts) -> str:
    """Returns that the commonest answer, given every time, is wrong no more often than the model; "" where it is."""
    failing = facts.failing
    if failing is None or failing.truth is None or failing.losses is None or fact.metric == "accuracy":
        return ""  # the accuracy of the commonest answer is told with the simplest one
    if not np.isin(failing.losses, (0, 1)).all():
        return ""
    answers = pd.Series(failing.truth).astype(str).value_counts()
    wrong, errors = len(failing.truth) - int(answers.iloc[0]), int(failing.losses.sum())
    if wrong > errors:
        return ""
    what = "giving the commonest answer" if facts.answers_are_people else f"answering “{answers.index[0]}”"
    return f"Always {what} would be wrong in {wrong:,} rows, the model is in {errors:,}."


def _versions(facts: Facts, names: list[str], disclosure: Disclosure) -> VersionFact | None:
    found = facts.failing.versions if facts.failing is not None else None
    if found is None or (whole := _change(found.whole, "all cases")) is None:
        return None
    changes = []
    for change in found.changes:
        if isinstance(change.kind, int):
            words = names[change.kind]
        else:
            assert change.kind is not None
            column, value = change.kind
            if column in disclosure.personal or not disclosure.says(column, value):
                continue
            words = f"{column} is {value}"
        if (told := _change(change, words)) is not None:
            changes.append(told)
    return VersionFact(
        other=found.other,
        whole=whole,
        only_candidate=found.only_candidate,
        only_other=found.only_other,
        changes=tuple(changes[:CHANGES]),
    )


def _change(change: Change, words: str) -> ChangeFact | None:
    gain = interval_fact(change.gain)
    if gain is None:
        return None
    return ChangeFact(words=words, rows=change.rows, candidate=change.candidate, other=change.other, gain=gain)


def interval_fact(found: StatInterval) -> Interval | None:
    """Return the interval as the record holds it, None where it has no finite bounds."""
    values = (found.estimate, found.lower, found.upper)
    if not all(math.isfinite(v) for v in values):
        return None
    return Interval(estimate=found.estimate, lower=found.lower, upper=found.upper, n=found.n)


def _notes(fact: ErrorFact) -> tuple[str, ...]:
    """Returns what changes how the result is read, what matters most first, a sentence each."""
    notes = []
    if fact.trivial is not None and fact.trivial_difference is not None and fact.trivial_difference.lower <= 0:
        words = fact.trivial_words[:1].lower() + fact.trivial_words[1:]
        beaten = fact.trivial_difference.upper < 0
        verdict = "The simplest answer beats the model" if beaten else "It is not shown that a model is needed"
        model = f", the model {_figure(fact, fact.production.estimate)}" if fact.production else ""
        notes.append(f"{verdict}: {words} reaches {_figure(fact, fact.trivial)}{model}.")
    for ranking in fact.rankings[:1]:
        what = "it knows the group, not the case" if ranking.within.lower <= 0.5 else "mostly it knows the group"
        notes.append(
            f"The score puts the true case first in {percent(ranking.overall)} of all pairs, but within one `{ranking.column}` "
            f"only in {percent(ranking.within.estimate)}: {what}."
        )
    if fact.simple_difference is not None and fact.simple_difference.lower <= 0:
        d = fact.simple_difference
        verb = "does better" if d.upper < 0 else "does about as well"
        told = f" ({_simple_figure(fact)})" if fact.simple_model is not None else ""
        notes.append(f"A simple {fact.simple_model_words} {verb}{told}.")
    if fact.versions is not None:
        worse = [f"where {c.words}" for c in fact.versions.changes if c.gain.upper < 0]
        if fact.versions.whole.gain.upper < 0:
            worse.insert(0, "over all cases")
        if worse:
            notes.append(f"It is worse than {fact.versions.other} {' and '.join(worse[:2])}.")
    if fact.confusions and len({a for pair in fact.confusions for a in pair[:2]}) > BINARY:
        mixed = [f"“{truth}” taken for “{said}” ({rows})" for truth, said, rows in fact.confusions[:2]]
        notes.append(f"Most often mixed up: {', '.join(mixed)}.")
    return tuple(notes)


def _simple_figure(fact: ErrorFact) -> str:
    assert fact.simple_model is not None
    value = fact.simple_model.estimate
    if fact.simple_metric == "accuracy":
        return f"{percent(value)} right"
    if fact.simple_metric == "mae":
        return f"mean error {plain_number(value, 3)}"
    return f"{METRICS[fact.simple_metric].plain} {_figure(fact, value)}"


def percent(share: float, places: int = 0) -> str:
    """Return 0.642 as "64 %", with a space that does not break."""
    return f"{share * 100:.{places}f}\N{NO-BREAK SPACE}%"


def _figure(fact: ErrorFact, value: float) -> str:
    return (
        percent(value, 1)
        if fact.metric in ("accuracy", "precision", "recall", "success_rate")
        else f"{plain_number(value, 3)}"
    )
