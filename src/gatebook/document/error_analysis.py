"""The error analysis: which inputs fail, why, and what that leaves open."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from gatebook.document.loss import grouped, loss_of, total
from gatebook.document.mast import foot, mast
from gatebook.document.page import Fragment, Lines, Table, code, render, section, share_cell
from gatebook.document.status import STATUS, Look
from gatebook.figures import Scale, interval
from gatebook.record import PredicateRecord, ReasonFact, Record, SliceRecord
from gatebook.words.figures import brief, clip, count, ended, listed, percent, plural, sentence

_NUMBERS = ("No", "One", "Two", "Three")
_OPS = {
    "==": "is",
    "in": "is one of",
    ">=": "is at least",
    "<": "is under",
    "contains": "contains",
    "missing": "is missing",
}


@dataclass(frozen=True)
class FailingType:
    """A kind of input that fails more than the rest, to be read and seen."""

    words: str
    drawing: Markup
    value: str
    rest_drawing: Markup
    rest_value: str
    told: str
    why: Markup
    action: Markup
    gain: str
    alike: Markup | None


def error_analysis(record: Record) -> Fragment:
    """Return page one: at most three failing kinds of input, in words and pictures."""
    look, headline = _headline(record)
    markup = render(
        "page_errors.html.j2",
        mast=mast(record, "error analysis"),
        foot=foot(record),
        preview=clip(record.preview or "", 14),
        look=look,
        headline=headline,
        why=_why(record),
        detectable=code(detectable(record)),
        types=[_failing(record, place) for place in kinds(record)[:3]],
        more=len(kinds(record)) - 3,
        notes=[code(ended(clip(n, 40))) for n in _notes(record)[: _room(record)]],
    )
    return Fragment("error-analysis", "Page one", markup, f"{record.project.name}: error analysis")


def kinds(record: Record) -> list[int]:
    """Return the places of the failing kinds that are told on their own; others are much like one of them."""
    return [place for place, s in enumerate(record.slices) if s.like is None]


def _notes(record: Record) -> list[str]:
    """Return what a reader must keep in mind; that the history is not whole stands first."""
    return [*(breach.told for breach in record.breaches[:1]), *record.evidence.errors.notes]


def _room(record: Record) -> int:
    """Return how many notes fit on page one beside the failing kinds; the rest stands behind it."""
    return 4 - max(min(len(kinds(record)), 3) - 1, 0)


def _headline(record: Record) -> tuple[Look, str]:
    number = len(kinds(record))
    if not record.evidence.errors.rows:
        return STATUS["not-enough-evidence"], "Not enough evidence"
    if not number:
        beside = _beside(record)
        return STATUS["not-enough-evidence" if beside else "pass"], beside or "No kind of input stands out"
    name = _NUMBERS[number] if number < len(_NUMBERS) else count(number)
    word, more = "kind" if number == 1 else "kinds", loss_of(record).more[number > 1]
    return STATUS["not-enough-evidence"], f"{name} {word} of input {more}"


def _beside(record: Record) -> str:
    """Return what else than a kind of input that fails more stands out, empty where nothing does."""
    rates, classes = record.evidence.errors.rates, record.evidence.classes
    groups = [g for g in rates.groups if not g.expected] if rates is not None else []
    if groups:
        alarms = any(g.false_alarms.p is not None for g in groups)
        misses = any(g.misses.p is not None for g in groups)
        return f"{'False alarms and misses' if alarms and misses else 'False alarms' if alarms else 'Misses'} differ by group"
    if classes is not None and classes.never_given:
        number = len(classes.never_given)
        return f"{plural(number, 'true answer')} {'is' if number == 1 else 'are'} never given"
    return ""


def _why(record: Record) -> str:
    if not record.evidence.errors.rows:
        return "No row has both an answer of the model and a true answer, so nobody can say what fails."
    told = total(record)
    if record.slices:
        first = "This kind holds" if len(kinds(record)) == 1 else "The first kind holds"
        told += f" {first} {percent(record.slices[0].share_of_errors)} of the {loss_of(record).whole}."
    return told


def detectable(record: Record) -> str:
    """Return what this many labels could have shown."""
    fact = record.evidence.errors
    if fact.detectable_lift is None:
        if not fact.rows or record.slices or loss_of(record).word == "mean error":
            return ""
        return (
            f"{plural(fact.rows, 'labelled row')}{grouped(record, fact.clusters)} are too few to see a kind of input that makes "
            "up 5 % of the rows, whatever share of it fails. That nothing stands out says little here."
        )
    before, after = loss_of(record).seen
    return (
        f"With {plural(fact.rows, 'labelled row')}, a kind of input that makes up 5 % of the rows is seen if {before} "
        f"{fact.detectable_lift:.1f} {after}. Milder trouble stays unseen."
    )


def words_of(s: SliceRecord) -> str:
    """Return a slice in plain words."""
    return s.words or listed([_predicate(p) for p in s.predicates], 3)


def _predicate(p: PredicateRecord) -> str:
    if p.op == "missing":
        return f"`{p.column}` is missing"
    value = listed([str(v) for v in p.value], 4) if isinstance(p.value, tuple) else str(p.value)
    return f"`{p.column}` {_OPS[p.op]} {value}"


def _failing(record: Record, place: int) -> FailingType:
    s = record.slices[place]
    fact, loss = record.evidence.errors, loss_of(record)
    rest_rows = max(fact.rows - s.rows, 0)
    rest = max(fact.errors - s.errors, 0.0) / rest_rows if rest_rows else 0.0
    most = max(s.upper, rest) * 1.15
    scale = Scale(0.0, (min(1.0, most) if loss.share else most) or 1.0)
    told = f"{loss.rate(s.error_rate)}, likely {loss.span(s.lower, s.upper)}"
    words = clip(words_of(s), 26)
    return FailingType(
        words=words,
        drawing=interval(scale, s.error_rate, s.lower, s.upper, describe=told, status="fail"),
        value=loss.rate(s.error_rate),
        rest_drawing=interval(scale, rest, None, None, describe=f"all other rows: {loss.rate(rest)}"),
        rest_value=loss.rate(rest),
        told=f"{plural(s.rows, 'row')}{grouped(record, s.clusters)}, {s.lift:.1f} times the usual {loss.usual}, {percent(s.share_of_errors)} of all {loss.whole}."
        + (f" Within: {clip(s.within, 20)}." if s.within else ""),
        why=code(ended(clip(s.why, 30))),
        action=code(sentence(brief(s.action, 26))),
        gain=gain_of(record, s),
        alike=_alike(record, place),
    )


def _alike(record: Record, place: int) -> Markup | None:
    """Return the first kind that is much like this one, in a sentence, None where there is none."""
    loss = loss_of(record)
    alike = [s for s in record.slices if s.like == place]
    if not alike:
        return None
    one = alike[0]
    more = f", and {count(len(alike) - 1)} more" if len(alike) > 1 else ""
    return code(
        f"Much like it: {clip(words_of(one), 26)} ({plural(one.rows, 'row')}, {loss.rate(one.error_rate)}){more}."
    )


def gain_of(record: Record, s: SliceRecord) -> str:
    """Return how many errors the action could remove, empty where nobody knows."""
    found, fact, loss = s.removable, record.evidence.errors, loss_of(record)
    if found is None or not fact.errors:
        return ""
    if loss.word == "wrong":
        low, high = count(found.lower), count(found.upper)
        return f"Could remove about {count(found.estimate)} of {count(fact.errors)} errors (likely {low} to {high})."
    middle, low, high = (percent(v / fact.errors) for v in (found.estimate, found.lower, found.upper))
    return f"Could remove about {middle} of the {loss.whole} (likely {low} to {high})."


def failing_types(record: Record) -> Fragment:
    """Return every failing kind of input in one table, and what was searched."""
    fact, loss = record.evidence.errors, loss_of(record)
    left = _notes(record)[_room(record) :]
    table = Table(
        "Kinds of input that fail more than the rest",
        (
            "Kind",
            "#Rows",
            f"#{loss.word.capitalize()}",
            "#Likely",
            "#Times usual",
            f"#Of all {loss.whole}",
            "By chance",
        ),
        tuple(
            (
                code(words_of(s)),
                code(count(s.rows) + grouped(record, s.clusters)),
                loss.number(s.error_rate),
                loss.span(s.lower, s.upper),
                f"{s.lift:.1f}",
                percent(s.share_of_errors),
                f"{s.p_adjusted:.3f}" if s.p_adjusted >= 0.001 else "under 0.001",
            )
            for s in record.slices
        ),
        note="“By chance”: how often a search as wide as this one would show something as striking in pure noise.",
    )
    return section(
        "search",
        "What was searched, and what could be seen?",
        f"Searched: {fact.searched.rstrip('.')}." if fact.searched else "Nothing was searched.",
        code(detectable(record)),
        table if record.slices else None,
        Table(
            "Why they fail, and what could be done",
            ("Kind", "Why", "What to do", "What it could bring"),
            tuple(
                (code(words_of(s)), code(ended(s.why)), code(sentence(s.action)), gain_of(record, s) or "not known")
                for s in record.slices
            ),
            note="What several kinds could bring does not add up where they share rows.",
        )
        if any(s.why for s in record.slices)
        else None,
        _reasons(record),
        Lines("Also to keep in mind", tuple(code(ended(n)) for n in left)) if left else None,
        Lines("Not searched", fact.not_searched) if fact.not_searched else None,
    )


def _reasons(record: Record) -> Table | None:
    """Return graders' reasons, and in which failing kind of input each is commonest."""
    found = record.evidence.errors.reasons
    if not found:
        return None
    return Table(
        "Reasons that graders gave",
        ("Reason", "#Cases", "#Of all with a reason", "Mostly where"),
        tuple((r.reason, count(r.rows), share_cell(r.share), code(_where(record, r))) for r in found),
    )


def _where(record: Record, reason: ReasonFact) -> str:
    """Return the failing kind of input that holds most of a reason's cases, with the share."""
    if not reason.in_slices or not max(reason.in_slices):
        return "outside the failing kinds"
    most = max(range(len(reason.in_slices)), key=lambda i: reason.in_slices[i])
    return f"{words_of(record.slices[most])} ({percent(reason.in_slices[most] / reason.rows)})"
