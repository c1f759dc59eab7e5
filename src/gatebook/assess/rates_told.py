"""False alarms, misses and classes in words that may be shown."""

from __future__ import annotations

import numpy as np

from gatebook.assess.compared_told import interval_fact, percent
from gatebook.assess.slices_told import clusters_of, phrased
from gatebook.evidence.classes import Absent
from gatebook.evidence.disclosure import WITHHELD, Disclosure
from gatebook.evidence.facts import Facts
from gatebook.evidence.rates import RATES, Rate, Rates
from gatebook.evidence.slices import mask
from gatebook.record import AbsentFact, BaseRateFact, ClassesFact, Interval, RateFact, RateGroup, RatesFact, finite
from gatebook.stats import Interval as StatInterval

GROUPS = 2  # told in a sentence each; the rest stands in the table
FEWEST = 10  # rows below which a rate is not shown
NAMED = 3  # classes named in one sentence


def rates_fact(facts: Facts, disclosure: Disclosure) -> RatesFact | None:
    """Return false alarms and misses over all rows and in the groups that stand out, None where there is no positive class."""
    rates, failing = facts.rates, facts.failing
    if rates is None or failing is None:
        return None
    frame, clusters = failing.inputs.frame, clusters_of(facts, failing)
    groups = []
    for one in rates.groups:
        inside = mask(frame, one.predicates)
        facts_of = {
            rate: RateFact(
                p=one.found.get(rate),
                **{
                    name: interval_fact(found[rate])
                    for name, found, rows in (("group", one.rates, inside), ("elsewhere", one.elsewhere, ~inside))
                    if may_be_shown(rates, rate, rows, disclosure.minimum, FEWEST)
                },
            )
            for rate in RATES
        }
        groups.append(
            RateGroup(
                words=phrased(one.predicates, frame, clusters, disclosure)[1],
                rows=int(inside.sum()),
                clusters=None if clusters is None else int(clusters[inside].nunique()),
                expected=one.expected,
                **facts_of,
            )
        )
    seen = {rate: finite(rates.searches[rate].detectable_excess) for rate in RATES}
    return RatesFact(
        positive=rates.positive,
        declared=rates.declared,
        groups=tuple(groups),
        seen_false_alarms=seen["false_alarms"],
        seen_misses=seen["misses"],
        false_alarms=interval_fact(rates.of("false_alarms")),
        misses=interval_fact(rates.of("misses")),
    )


def rates_of_value(rates: Rates | None, inside: np.ndarray, clusters: int) -> dict[Rate, Interval | None]:
    """Return false alarms and misses of the rows `inside` (rows,), each where enough rows and clusters can have it."""
    if rates is None or len(inside) != len(rates.truth):
        return {}
    return {
        rate: interval_fact(rates.of(rate, inside)) if may_be_shown(rates, rate, inside, clusters, FEWEST) else None
        for rate in RATES
    }


def may_be_shown(rates: Rates, rate: Rate, inside: np.ndarray, clusters: int, rows: int = 0) -> bool:
    """Return whether enough rows, and clusters, of the group can have this mistake."""
    mine, codes = rates.base(rate) & inside, rates.design.clusters
    units = int(mine.sum()) if codes is None else len(np.unique(codes[mine]))
    return bool(mine.sum() >= max(rows, clusters) and units >= clusters)


def rate_sentences(fact: RatesFact | None, *, expected: bool) -> list[str]:
    """Return a sentence for each of the first groups that stand out, the mistake that is the clearest first.

    Args:
        fact: what was found.
        expected: of the groups whose true answers lean the same way, or of all others.
    """
    if fact is None:
        return []
    return [_group(one, fact.positive) for one in fact.groups if one.expected == expected][:GROUPS]


def _group(one: RateGroup, positive: str) -> str:
    parts = []
    for name, rate in sorted((("raise", one.false_alarms), ("missed", one.misses)), key=lambda r: _p(r[1])):
        if rate.group is None:
            continue
        rows = f"{rate.group.n:,} rows that are"
        what = f"{rows} not “{positive}” raise a false alarm" if name == "raise" else f"{rows} “{positive}” are missed"
        span = f"likely {_percent(rate.group.lower)} to {_percent(rate.group.upper)}"
        rest = f"; elsewhere {_percent(rate.elsewhere.estimate)}" if rate.elsewhere is not None else ""
        parts.append(f"{_percent(rate.group.estimate)} of {what} ({span}{rest})")
    return f"Where {one.words}, {', and '.join(parts)}."


def _p(rate: RateFact) -> float:
    return 1.0 if rate.p is None else rate.p


def _percent(share: float) -> str:
    return percent(share, 1 if 0 < share < 0.0995 else 0)


def classes_fact(facts: Facts) -> ClassesFact | None:
    """Return what is known of the classes of the truth, None where it holds none."""
    found = facts.classes
    if found is None:
        return None
    rates = [
        BaseRateFact(
            answer=b.answer,
            curated=_interval(b.curated),
            production=_interval(b.production),
            moved=b.moved,
            difference=Interval(estimate=b.production.estimate - b.curated.estimate, lower=b.lower, upper=b.upper),
        )
        for b in found.base_rates
    ]
    return ClassesFact(
        rows=found.rows,
        curated=found.curated,
        given=found.given,
        base_rates=tuple(rates),
        never_given=tuple(map(_absent, found.never_given)),
        not_curated=tuple(map(_absent, found.not_curated)),
    )


def _interval(found: StatInterval) -> Interval:
    return Interval(estimate=found.estimate, lower=found.lower, upper=found.upper, n=found.n)


def _absent(one: Absent) -> AbsentFact:
    return AbsentFact(
        answer=one.answer,
        rows=one.rows,
        share=_interval(one.share),
        curated=one.curated,
        given=one.given,
        doubt=one.doubt,
    )


def never_given(fact: ClassesFact | None) -> list[str]:
    """Return in one sentence which true answers the model never gives, nothing where there are none."""
    if fact is None or not fact.never_given:
        return []
    rows = sum(one.rows for one in fact.never_given)
    share = f"{rows:,} of {fact.rows:,} rows ({_percent(rows / fact.rows)})"
    untaught = " and the curated data lack" if all(n.curated is False for n in fact.never_given) else ""
    return [f"{share} have a true answer that the model never gives{untaught}: {named(fact.never_given)}."]


def moved(fact: ClassesFact | None) -> list[str]:
    """Return in one sentence which answer is rarer or commoner than curated, beyond doubt, nothing where none is."""
    found = [b for b in fact.base_rates if b.moved and b.curated.estimate > 0] if fact is not None else []
    return [
        f"“{b.answer}” is {_percent(b.curated.estimate)} of the curated answers, but {_percent(b.production.estimate)} of "
        f"production's (likely {_percent(b.production.lower)} to {_percent(b.production.upper)})"
        + (f"; {len(found) - 1} more moved." if len(found) > 1 else ".")
        for b in found[:1]
    ]


def named(absent: tuple[AbsentFact, ...]) -> str:
    """Return the classes that may be named, with how many more there are."""
    names = [f"“{one.answer}”" for one in absent if one.answer != WITHHELD][:NAMED]
    more = len(absent) - len(names)
    if more:
        names.append(f"{more:,} more" if names else f"{more:,} {'answer' if more == 1 else 'answers'} withheld")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
