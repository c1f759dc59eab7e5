"""What the record tells of errors: overall, by group, beside simpler ways and other versions, and what to keep in
mind.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from gatebook.assessment.slices_told import searched_as_shown, slice_words
from gatebook.evidence.clusters import Clusters
from gatebook.evidence.compare import Change, compare_with_trivial
from gatebook.evidence.disclosure import WITHHELD
from gatebook.evidence.facts import Facts
from gatebook.evidence.failing import Failing
from gatebook.evidence.outcome import confusions, groups
from gatebook.evidence.performance import headline, measure_losses
from gatebook.evidence.rates import RATES, shown_rate
from gatebook.project import METRICS, Project
from gatebook.record import (
    AbsentFact,
    ChangeFact,
    ClassesFact,
    ErrorFact,
    IntervalFact,
    RankingFact,
    RateFact,
    RateGroup,
    RatesFact,
    ReasonFact,
    VersionFact,
    finite,
)
from gatebook.slices import mask
from gatebook.words import Code, say
from gatebook.words.figures import listed, percent, plain_number

CHANGES = 12  # kinds of input shown on which two versions are compared
REASONS = 12
BINARY = 2  # of two answers everybody knows which is taken for which
TOLD = 2  # groups, mix-ups and kinds of input told in a sentence each; the rest stands in the tables
NAMED = 3  # classes named in one sentence


class Note(Code):
    """What changes how the result is read."""

    NEVER_GIVEN = "never_given"
    MOVED = "moved"
    GROUP = "group"
    TRIVIAL = "trivial"
    RANKING = "ranking"
    SIMPLE = "simple"
    VERSIONS = "versions"
    MIXED_UP = "mixed_up"
    ALWAYS = "always"


def error_fact(facts: Facts, project: Project) -> ErrorFact:
    """Return the overall result, the groups and what was searched."""
    if facts.outcomes is None or facts.sample is None:
        return ErrorFact()
    metric, search, failing = headline(project), facts.search, facts.failing
    data = measure_losses(project, facts.outcomes, metric, facts.clusters)
    if data.missing:
        return ErrorFact(metric=metric, notes=(data.missing.text("reason"),))
    curated = None
    if facts.curated is not None:
        own = measure_losses(project, facts.curated, metric, Clusters())
        curated = None if own.missing else IntervalFact.bounded(own.interval(0.05))
    trivial, codes = compare_with_trivial(data, people=facts.answers_are_people), data.design.clusters
    fact = ErrorFact(
        metric=metric,
        rows=data.labelled,
        clusters=None if codes is None else len(np.unique(codes)),
        cluster_column=(facts.clusters.column or "") if codes is not None else "",
        errors=float(data.losses.sum()),
        error_rate=float(data.losses.mean()),
        searched=search.searched if search else "",
        not_searched=search.not_searched if search else (),
        detectable_lift=finite(search.detectable_excess) if search else None,
        curated=curated,
        production=IntervalFact.bounded(data.interval(0.05)),
        trivial=trivial.trivial if trivial else None,
        trivial_words=trivial.words if trivial else "",
        trivial_difference=IntervalFact.bounded(trivial.difference) if trivial and not trivial.measured_on else None,
        groups=groups(facts, data),
        confusions=confusions(facts, metric, project),
        rates=_rates(facts),
    )
    if failing is not None:
        fact = fact.model_copy(update=_beside(facts, failing))
        if failing.inputs.note:
            fact = fact.model_copy(update={"not_searched": (*fact.not_searched, failing.inputs.note)})
    return fact.model_copy(update={"notes": tuple(_notes(fact, facts))})


def _beside(facts: Facts, failing: Failing) -> dict[str, Any]:
    """Return the fields that tell of the simplest model, of rankings within groups, of versions and of reasons."""
    simple, reasons = failing.simple, failing.reasons
    within = ((r, IntervalFact.bounded(r.within)) for r in failing.rankings)
    found: dict[str, Any] = {
        "rankings": tuple(
            RankingFact(column=r.column, overall=r.overall.estimate, within=bounds, between=r.between)
            for r, bounds in within
            if bounds is not None
        ),
        "versions": _versions(facts, failing),
        "reasons": tuple(
            ReasonFact(reason=r.code, rows=r.rows, share=r.share, in_slices=r.in_slices)
            for r in reasons
            if min(r.rows, r.clusters) >= facts.disclosure.minimum
        )[:REASONS],
    }
    if simple is not None:
        found |= {"simple_model_words": simple.words, "simple_metric": simple.metric}
        found |= {"simple_model": IntervalFact.bounded(simple.figure)}
        found |= {"simple_difference": IntervalFact.bounded(simple.difference)}
    return found


def _versions(facts: Facts, failing: Failing) -> VersionFact | None:
    found = failing.versions
    if found is None or (whole := _change(found.whole, say(Note.VERSIONS, "all"))) is None:
        return None
    names, changes = slice_words(facts, facts.disclosure), []
    for change in found.changes:
        if isinstance(change.kind, int):
            words = names[change.kind]
        else:
            column, value = change.kind or ("", "")
            if column in facts.personal or not facts.disclosure.says(column, value):
                continue
            words = say(Note.VERSIONS, "value", column=column, value=value)
        changes.append(_change(change, words))
    return VersionFact(
        other=found.other,
        whole=whole,
        only_candidate=found.only_candidate,
        only_other=found.only_other,
        changes=tuple(change for change in changes if change is not None)[:CHANGES],
    )


def _change(change: Change, words: str) -> ChangeFact | None:
    gain = IntervalFact.bounded(change.gain)
    if gain is None:
        return None
    return ChangeFact(words=words, rows=change.rows, candidate=change.candidate, other=change.other, gain=gain)


def _rates(facts: Facts) -> RatesFact | None:
    """Return false alarms and misses over all rows and in the groups that stand out, None where there is no
    positive class.
    """
    rates, failing = facts.rates, facts.failing
    if rates is None or failing is None:
        return None
    shown = searched_as_shown(facts, facts.disclosure, failing.inputs.frame)
    told = []
    for one in rates.groups:
        inside = mask(shown.frame, one.predicates)
        each: dict[str, Any] = {}
        for rate in RATES:
            mine, others = (shown_rate(rates, rate, rows, facts.disclosure.minimum) for rows in (inside, ~inside))
            mine = mine and IntervalFact.bounded(one.rates[rate])  # whose lower bound holds for all groups at once
            each[rate] = RateFact(group=mine, elsewhere=others, p=one.found.get(rate))
        told.append(
            RateGroup(
                words=shown.words(one.predicates),
                rows=int(inside.sum()),
                clusters=None if shown.groups is None else int(shown.groups[inside].nunique()),
                expected=one.expected,
                **each,
            )
        )
    overall: dict[str, Any] = {rate: IntervalFact.bounded(rates.of(rate)) for rate in RATES}
    overall |= {f"seen_{rate}": finite(rates.searches[rate].detectable_excess) for rate in RATES}
    return RatesFact(positive=rates.positive, declared=rates.declared, groups=tuple(told), **overall)


def _notes(fact: ErrorFact, facts: Facts) -> Iterator[str]:
    """Yield what changes how the result is read, what matters most first, a sentence each."""
    if facts.classes is not None and facts.classes.never_given:
        yield _never_given(facts.classes)
    yield from _group_notes(fact.rates, expected=False)
    moved = [b for b in facts.classes.base_rates if b.moved and b.curated.estimate > 0] if facts.classes else []
    if moved:
        first, more = moved[0], len(moved) - 1
        about = {"answer": first.answer, "before": _percent(first.curated.estimate), **_span(first.production)}
        yield say(Note.MOVED, "more" if more else "one", n=more, **about)
    if facts.failing is not None:
        compared = _compared(fact)
        yield from islice(compared, 1)
        yield from _always(fact, facts, facts.failing)
        yield from compared
    yield from _group_notes(fact.rates, expected=True)


def _never_given(classes: ClassesFact) -> str:
    rows = sum(one.rows for one in classes.never_given)
    untaught = all(one.curated is False for one in classes.never_given)
    about: dict[str, Any] = {"rows": rows, "of": classes.rows, "share": _percent(rows / classes.rows)}
    about["answers"] = listed(_named(classes.never_given))
    return say(Note.NEVER_GIVEN, "untaught" if untaught else "given", **about)


def _named(absent: tuple[AbsentFact, ...]) -> list[str]:
    """Return the classes that may be named, and how many more there are."""
    names = [f"“{one.answer}”" for one in absent if one.answer != WITHHELD][:NAMED]
    more = len(absent) - len(names)
    return [*names, say(Note.NEVER_GIVEN, "more" if names else "withheld", n=more)] if more else names


def _group_notes(fact: RatesFact | None, *, expected: bool) -> Iterator[str]:
    """Yield a sentence for each of the first groups that stand out, the mistake that is the clearest first.

    Args:
        fact: what was found.
        expected: of the groups whose true answers lean the same way, or of all others.
    """
    for one in [g for g in (fact.groups if fact else ()) if g.expected == expected][:TOLD]:
        parts = []
        both = (("false_alarms", one.false_alarms), ("misses", one.misses))
        for name, rate in sorted(both, key=lambda pair: 1.0 if pair[1].p is None else pair[1].p):
            if rate.group is not None and fact is not None:
                other = rate.elsewhere and say(Note.GROUP, "elsewhere", rate=_percent(rate.elsewhere.estimate))
                about = {"positive": fact.positive, "n": rate.group.n, "elsewhere": other or ""}
                parts.append(say(Note.GROUP, name, **about, **_span(rate.group)))
        yield say(Note.GROUP, "told", words=one.words, rates=", and ".join(parts))


def _compared(fact: ErrorFact) -> Iterator[str]:
    if fact.trivial is not None and (gain := fact.trivial_difference) is not None and gain.lower <= 0:
        words = fact.trivial_words[:1].lower() + fact.trivial_words[1:]
        model = fact.production and say(Note.TRIVIAL, "model", figure=_figure(fact, fact.production.estimate))
        yield say(Note.TRIVIAL, _against(gain), words=words, figure=_figure(fact, fact.trivial), model=model or "")
    for ranking in fact.rankings[:1]:
        knows = "alone" if ranking.within.lower <= 0.5 else "mostly"
        shares = {"overall": percent(ranking.overall), "within": percent(ranking.within.estimate)}
        yield say(Note.RANKING, knows, column=ranking.column, **shares)
    if (gain := fact.simple_difference) is not None and gain.lower <= 0:
        yield say(Note.SIMPLE, _against(gain), words=fact.simple_model_words, figure=_simple_figure(fact))
    if fact.versions is not None:
        worse = [say(Note.VERSIONS, "where", words=c.words) for c in fact.versions.changes if c.gain.upper < 0]
        if fact.versions.whole.gain.upper < 0:
            worse.insert(0, say(Note.VERSIONS, "overall"))
        if worse:
            yield say(Note.VERSIONS, "worse", other=fact.versions.other, where=" and ".join(worse[:TOLD]))
    if len({answer for pair in fact.confusions for answer in pair[:2]}) > BINARY:
        pairs = [say(Note.MIXED_UP, "pair", truth=t, given=g, rows=n) for t, g, n in fact.confusions[:TOLD]]
        yield say(Note.MIXED_UP, "told", pairs=", ".join(pairs))


def _always(fact: ErrorFact, facts: Facts, failing: Failing) -> Iterator[str]:
    """Yield that the commonest answer, given every time, is wrong no more often than the model, where it is.

    Of the accuracy this is told with the simplest answer.
    """
    if failing.truth is None or failing.losses is None or fact.metric == "accuracy":
        return
    answers = pd.Series(failing.truth).astype(str).value_counts()
    wrong, errors = len(failing.truth) - int(answers.iloc[0]), int(failing.losses.sum())
    if np.isin(failing.losses, (0, 1)).all() and wrong <= errors:
        named = "commonest" if facts.answers_are_people else "answer"
        yield say(Note.ALWAYS, named, answer=answers.index[0], wrong=wrong, errors=errors)


def _against(gain: IntervalFact) -> str:
    """Return the part of a note on something simpler that is not shown to be worse."""
    return "beats" if gain.upper < 0 else "equals"


def _simple_figure(fact: ErrorFact) -> str:
    if fact.simple_model is None:
        return ""
    value = fact.simple_model.estimate
    if fact.simple_metric == "accuracy":
        return say(Note.SIMPLE, "right", value=percent(value))
    if fact.simple_metric == "mae":
        return say(Note.SIMPLE, "error", value=plain_number(value, 3))
    return say(Note.SIMPLE, "metric", metric=METRICS[fact.simple_metric].plain, value=_figure(fact, value))


def _figure(fact: ErrorFact, value: float) -> str:
    shares = ("accuracy", "precision", "recall", "success_rate")
    return percent(value, 1) if fact.metric in shares else plain_number(value, 3)


def _span(found: IntervalFact) -> dict[str, str]:
    return {"rate": _percent(found.estimate), "low": _percent(found.lower), "high": _percent(found.upper)}


def _percent(share: float) -> str:
    return percent(share, 1 if 0 < share < 0.0995 else 0)
