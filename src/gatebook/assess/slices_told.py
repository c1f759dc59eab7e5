"""Failing kinds of input in words that may be shown, with the cause that matters most."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gatebook.evidence.disclosure import WITHHELD, Disclosure
from gatebook.evidence.facts import Facts
from gatebook.evidence.failing import HOUR, WEEKDAY, Failing
from gatebook.evidence.inputs import ANSWER
from gatebook.evidence.names.mention import names_person
from gatebook.evidence.slices import Predicate, Slice, mask
from gatebook.evidence.slices.parts import parts
from gatebook.evidence.slices.predicate import over_midnight, texts
from gatebook.evidence.slices.text import DISTANCE, UNKNOWN
from gatebook.evidence.slices.why import Cause, apart
from gatebook.record import Interval, PredicateRecord, SliceRecord, Value
from gatebook.words.figures import plain_number

SLOW = 3  # kinds of slow input told
SHARED = 1 / 3  # of the rows of the smaller of two kinds, from which they are told together
MOSTLY = 0.4  # share of the reasons from which one is the reason
OFTEN = 0.2  # share of the errors from which a true answer that is mistaken is worth telling


def slice_words(facts: Facts, disclosure: Disclosure) -> tuple[str, ...]:
    """Return the failing kinds of input in plain words, the strongest first."""
    failing = facts.failing
    if failing is None:
        return ()
    groups = clusters_of(facts, failing)
    frame = failing.inputs.frame
    return tuple(phrased(one.predicates, frame, groups, disclosure)[1] for one in failing.search.slices)


def slow_words(facts: Facts, disclosure: Disclosure) -> tuple[str, ...]:
    """Return the kinds of input that take longer, by how much; those that only name a time stand elsewhere."""
    slow = facts.failing.slow_inputs if facts.failing is not None else None
    if slow is None:
        return ()
    column = facts.clusters.column
    groups = None if column is None or column not in slow.frame.columns else slow.frame[column]
    kinds = [s for s in slow.search.slices if {p.column for p in s.predicates} - {HOUR, WEEKDAY}]
    return tuple(
        f"{phrased(s.predicates, slow.frame, groups, disclosure)[1]} ({s.lift:.1f} times the usual, {s.rows:,} requests)"
        for s in kinds[:SLOW]
    )


def slice_records(facts: Facts, disclosure: Disclosure) -> tuple[SliceRecord, ...]:
    """Return the failing kinds of input, why they fail, and what to do; the strongest first."""
    failing = facts.failing
    if failing is None:
        return ()
    groups = clusters_of(facts, failing)
    found: list[SliceRecord] = []
    earlier: list[tuple[Slice, np.ndarray]] = []
    for place, (one, causes) in enumerate(zip(failing.search.slices, failing.causes, strict=True)):
        predicates, phrase = phrased(one.predicates, failing.inputs.frame, groups, disclosure)
        first = causes[0]
        inside = mask(failing.inputs.frame, one.predicates)
        why, action = first.evidence, first.action
        if first.kind == "unknown":
            why, action = (
                _reasoned(place, failing, disclosure)
                or _mixed_up(predicates, failing, inside, disclosure)
                or (_unexplained(one, first, facts, groups, disclosure), action)
            )
        found.append(
            SliceRecord(
                predicates=predicates,
                words=phrase,
                rows=one.rows,
                errors=one.errors,
                error_rate=one.error_rate,
                lower=one.lower,
                upper=one.upper,
                share_of_errors=one.share_of_errors,
                lift=one.lift,
                p_adjusted=one.p_adjusted,
                clusters=None if groups is None else int(groups[inside].nunique()),
                within=_within(one.predicates, failing, inside, groups, disclosure),
                like=_like(one, inside, earlier, [s.like for s in found]),
                why=why,
                action=action,
                removable=_removable(first, one.errors),
            )
        )
        earlier.append((one, inside))
    return tuple(found)


def _like(
    one: Slice, inside: np.ndarray, earlier: list[tuple[Slice, np.ndarray]], likes: list[int | None]
) -> int | None:
    """Returns the place of an earlier kind that names a column of this one and shares a third of the rows.

    One that is itself told with another stands for that other.
    """
    columns = {p.column for p in one.predicates}
    for place, ((other, rows), like) in enumerate(zip(earlier, likes, strict=True)):
        shared = int((inside & rows).sum())
        if columns & {p.column for p in other.predicates} and shared >= SHARED * min(one.rows, other.rows):
            return place if like is None else like
    return None


def phrased(
    given: tuple[Predicate, ...], frame: pd.DataFrame, groups: pd.Series | None, disclosure: Disclosure
) -> tuple[tuple[PredicateRecord, ...], str]:
    """Return the conditions as they may be shown, the given answer first, and all in one phrase."""
    predicates = tuple(
        _predicate(p, frame, groups, disclosure) for p in sorted(given, key=lambda p: p.column != ANSWER)
    )
    return predicates, words(predicates, _others(given, frame, groups, disclosure))


def _reasoned(place: int, failing: Failing, disclosure: Disclosure) -> tuple[str, str] | None:
    """Returns the reason that graders gave most for a kind and what to do, None where none stands out."""
    told = sorted(failing.reasons, key=lambda r: -r.in_slices[place])
    if not told or min(told[0].rows, told[0].clusters, told[0].in_slices[place]) < disclosure.minimum:
        return None
    first, given = told[0], sum(r.in_slices[place] for r in told)
    if first.in_slices[place] < MOSTLY * given:
        return None
    why = f"Of {given} reasons that graders gave for these rows, {first.in_slices[place]} are “{first.code}”"
    return why, f"Deal with “{first.code}” first, on the examples that carry this reason."


def _mixed_up(
    predicates: tuple[PredicateRecord, ...], failing: Failing, inside: np.ndarray, disclosure: Disclosure
) -> tuple[str, str] | None:
    """Returns what a kind of answer is mostly mistaken for and what to do, None where that is not telling."""
    said = next((str(p.value) for p in predicates if p.column == ANSWER and p.op == "=="), WITHHELD)
    if said == WITHHELD or failing.truth is None or failing.losses is None:
        return None
    wrong = pd.Series(failing.truth[inside & (failing.losses > 0)]).dropna().astype(str)
    if wrong.empty:
        return None
    counts = wrong.value_counts()
    most, rows = str(counts.index[0]), int(counts.iloc[0])
    if rows < max(disclosure.minimum, OFTEN * len(wrong)):
        return None
    why = f"In {rows} of these {len(wrong)} errors the true answer is {most}"
    return (why, f"Add examples that tell {said} and {most} apart, and say in the labelling rules how they differ.")


def _unexplained(one: Slice, cause: Cause, facts: Facts, groups: pd.Series | None, disclosure: Disclosure) -> str:
    """Returns that no cause was found, and in what else the rows differ from the others."""
    failing = facts.failing
    assert failing is not None
    assert facts.outcomes is not None
    assert facts.sample is not None
    hidden = {*facts.outcomes.no_inputs(facts.sample.columns), *disclosure.personal, *((facts.clusters.column or "",))}
    differ = apart(
        one,
        failing.inputs.frame,
        ignore=hidden,
        most=2,
        shown=lambda cells: disclosure.counts(cells.astype("str").str.strip(), groups).keys(),
    )
    return f"{cause.evidence}. They also differ in this: {'; '.join(differ)}" if differ else cause.evidence


def _within(
    predicates: tuple[Predicate, ...],
    failing: Failing,
    inside: np.ndarray,
    groups: pd.Series | None,
    disclosure: Disclosure,
) -> str:
    """Returns which of the values that a slice spans fail most, and least, where they may be shown; "" where it spans one.

    A part of a value (`book` of `book+cancel`) counts over all rows that name it, so that enough of them share it.
    """
    frame, losses = failing.inputs.frame, failing.losses
    for p in predicates:
        if p.op != "in" or p.column not in frame.columns or p.column in disclosure.personal or losses is None:
            continue
        cells = texts(frame[p.column])
        named = parts(cells) or {str(v): cells == v for v in pd.unique(cells) if v is not None}
        rates = [
            (float(losses[rows & inside].mean()), int((rows & inside).sum()), name)
            for name, rows in named.items()
            if _shared(rows & inside, groups, disclosure)
        ]
        if len(rates) > 1 and losses.min() >= 0 and losses.max() <= 1:
            rates.sort(key=lambda r: (-r[0], -r[1], r[2]))
            told = [f"{name} {100 * rate:.0f} % of {rows:,}" for rate, rows, name in rates]
            return f"worst {told[0]}, best {told[-1]}"
    return ""


def _removable(cause: Cause, errors: float) -> Interval | None:
    """Returns how much the action could remove; what no cause explains has no action that removes it."""
    if cause.kind == "unknown":
        return None
    middle = min(max(cause.removable, 0.0), errors)
    return Interval(
        estimate=middle,
        lower=min(max(cause.lower, 0.0), middle),
        upper=max(min(cause.upper, errors), middle),
        n=cause.rows,
    )


def clusters_of(facts: Facts, failing: Failing) -> pd.Series | None:
    """Return the cluster of each searched row, None where rows are independent."""
    column = facts.clusters.column
    if facts.clusters.codes is None or column not in failing.inputs.frame.columns:
        return None
    return failing.inputs.frame[column]


def _predicate(
    one: Predicate, frame: pd.DataFrame, groups: pd.Series | None, disclosure: Disclosure
) -> PredicateRecord:
    base = one.column.split(":")[0] if one.column not in frame.columns else one.column
    value: Value | tuple[Value, ...]
    if one.op == "missing":
        value = None
    elif base in disclosure.personal and (one.op not in {">=", "<"} or one.column == base):
        value = WITHHELD  # the length of a personal text is no personal value, the text is
    elif one.op in {"==", "in"} and one.column in frame.columns:
        allowed = disclosure.counts(frame[base].astype("str").str.strip(), groups)
        given = one.value if isinstance(one.value, tuple | list) else (one.value,)
        shown = tuple(disclosure.show(_as_written(v, allowed), allowed) for v in given)
        value = shown if one.op == "in" else shown[0]
    elif one.op == "contains" and not _sayable(one, base, frame, groups, disclosure):
        value = WITHHELD
    elif isinstance(one.value, tuple | list):
        value = tuple(_plain(v) for v in one.value)
    else:
        value = _plain(one.value)
    return PredicateRecord(column=one.column, op=one.op, value=value)


def _sayable(one: Predicate, base: str, frame: pd.DataFrame, groups: pd.Series | None, disclosure: Disclosure) -> bool:
    """Returns whether enough rows hold a phrase, and it names no person or the project calls the texts public."""
    inside = mask(frame, (one,))
    if not _shared(inside, groups, disclosure):
        return False
    return base in disclosure.public or not names_person(str(one.value), frame[base][inside].astype(str))


def _shared(inside: np.ndarray, groups: pd.Series | None, disclosure: Disclosure) -> bool:
    """Returns whether enough rows, and clusters, hold something for it to be shown."""
    return bool(
        inside.sum() >= disclosure.minimum and (groups is None or groups[inside].nunique() >= disclosure.minimum)
    )


def _others(
    predicates: tuple[Predicate, ...], frame: pd.DataFrame, groups: pd.Series | None, disclosure: Disclosure
) -> dict[str, str]:
    """Returns column -> the value that a list of values leaves out, where it is the only one and may be shown."""
    found = {}
    for p in predicates:
        if p.op != "in" or p.column not in frame.columns or not isinstance(p.value, tuple | list):
            continue
        cells = frame[p.column].astype("str").str.strip()
        left = set(cells[~mask(frame, (p,))].unique())
        if len(left) == 1 and len(p.value) > 1 and (value := left.pop()) in disclosure.counts(cells, groups):
            found[p.column] = value
    return found


def _as_written(value: object, allowed: dict[str, int]) -> str:
    """Return how the file writes a value that the search took for a number."""
    if not isinstance(value, int | float):
        return str(value)
    return next((text for text in allowed if _same_number(text, value)), str(value))


def _same_number(text: str, value: float) -> bool:
    try:
        return float(text) == value
    except ValueError:
        return False


def _plain(value: object) -> Value:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    return float(value) if isinstance(value, float | np.floating) else str(value)


_OPS = {"==": "is", ">=": "is at least", "<": "is below", "contains": "mentions"}
_MEASURES = {"words": "words", "digits": "digits", "capitals": "% capital letters", "non-Latin": "non-Latin letters"}


def words(predicates: tuple[PredicateRecord, ...], others: dict[str, str] | None = None) -> str:
    """Return the predicates in one plain phrase; both ends of a range are said together.

    Args:
        predicates: the conditions.
        others: column -> the only value that its condition leaves out, where there is just one.
    """
    said: list[str] = []
    ranges: dict[str, dict[str, object]] = {}
    for p in predicates:
        if p.op in {">=", "<"}:
            ranges.setdefault(p.column, {})[p.op] = p.value
    for p in predicates:
        if p.op in {">=", "<"}:
            ends = ranges.pop(p.column, None)
            if ends is not None:  # else told with the other end
                said.append(_range(p, ends.get(">="), ends.get("<")))
        else:
            said.append(_value(p, others or {}))
    return " and ".join(said)


def _range(p: PredicateRecord, low: object, high: object) -> str:
    """Returns a range with one end or two; the upper one is not in it."""
    if high is None and (unlike := _unlike(p)):
        return unlike
    name, measure = _name(p.column), _MEASURES.get(p.column.rpartition(":")[2] if ":" in p.column else "")
    if measure is not None:
        if low is None:
            return f"{name} has fewer than {_number(high)} {measure}"
        if high is None:
            return f"{name} has {_number(low)} or more {measure}"
        return f"{name} has {_number(low)} to {_number(_before(high))} {measure}"
    if low is None:
        return f"{name} is below {_number(high)}"
    return (
        f"{name} is at least {_number(low)}"
        if high is None
        else f"{name} is between {_number(low)} and {_number(high)}"
    )


def _value(p: PredicateRecord, others: dict[str, str]) -> str:
    name = _name(p.column)
    if p.op == "missing":
        return f"{name} is missing"
    if p.op == "in" and (night := over_midnight(p.column, p.value)):
        return f"{name} is from {night[0]} over midnight to {night[1]}"
    if p.op == "in" and p.column in others:
        return f"{name} is other than {others[p.column]}"
    if p.op == "in":
        values = [str(v) for v in (p.value if isinstance(p.value, tuple) else (p.value,))]
        shown = [v for v in values if v != WITHHELD]
        hidden = len(values) - len(shown)
        tail = [f"{hidden} {'value' if hidden == 1 else 'values'} withheld"] if hidden else []
        return f"{name} is {' or '.join([*shown, *tail])}"
    if p.op == "==" and ":" in p.column and (measure := _MEASURES.get(p.column.rpartition(":")[2])):
        return f"{name} has {_number(p.value)} {measure}"
    return f"{name} {_OPS[p.op]} {_number(p.value) if ':' in p.column else p.value}"


def _name(column: str) -> str:
    """Returns a column as it is said: `hour of created` for `created:hour`; of a measure of a text, the text."""
    base, _, part = column.rpartition(":")
    if base and part in _MEASURES:
        return base
    return f"{part} of {base}" if base and part in ("hour", "weekday") else column


def _before(end: object) -> object:
    """Returns the last whole number below the end of a range of counts."""
    return end - 1 if isinstance(end, int | float) and float(end).is_integer() else end


def _number(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return plain_number(value)
    return str(value).removesuffix("T00:00:00")  # a day


def _unlike(p: PredicateRecord) -> str:
    """Returns what a text that is unlike the curated ones is called, empty for another column."""
    tail = p.column.partition(" (")[2].rstrip(")")
    text = f"the {tail}" if tail else "the text"
    if p.column.startswith(DISTANCE):
        return f"{text} is unlike every curated text (distance {_number(p.value)} or more)"
    if p.column.startswith(UNKNOWN):
        return f"{text} holds {_number(p.value)} or more words that no curated text holds"
    return ""
