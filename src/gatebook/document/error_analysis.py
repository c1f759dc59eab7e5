"""The error analysis: which inputs fail, why, and what that leaves open."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from gatebook.document.mast import foot, mast
from gatebook.document.page import Fragment, Lines, Table, code, render, section
from gatebook.document.status import STATUS, Look
from gatebook.document.words import clip, count, listed, percent, plural, sentence
from gatebook.figures import Scale, interval
from gatebook.record import PredicateRecord, Record, SliceRecord

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


def error_analysis(record: Record) -> Fragment:
    """Return page one: at most three failing kinds of input, in words and pictures."""
    look, headline = _headline(record)
    fact = record.evidence.errors
    markup = render(
        "page_errors.html.j2",
        mast=mast(record, "error analysis"),
        foot=foot(record),
        preview=clip(record.preview or "", 14),
        look=look,
        headline=headline,
        why=_why(record),
        detectable=detectable(record),
        types=[_failing(record, s) for s in record.slices[:3]],
        more=len(record.slices) - 3,
        notes=[code(sentence(clip(n, 30))) for n in fact.notes[:3]],
    )
    return Fragment("error-analysis", "Page one", markup, f"{record.project.name}: error analysis")


def _headline(record: Record) -> tuple[Look, str]:
    number = len(record.slices)
    if not record.evidence.errors.rows:
        return STATUS["not-enough-evidence"], "Not enough evidence"
    if not number:
        return STATUS["pass"], "No kind of input stands out"
    name = _NUMBERS[number] if number < len(_NUMBERS) else count(number)
    kinds = "kind of input fails" if number == 1 else "kinds of input fail"
    return STATUS["not-enough-evidence"], f"{name} {kinds} more often"


def _why(record: Record) -> str:
    fact = record.evidence.errors
    if not fact.rows:
        return "No row has both an answer of the model and a true answer, so nobody can say what fails."
    rate = fact.error_rate if fact.error_rate is not None else fact.errors / fact.rows
    told = f"{_amount(fact.errors)} of {plural(fact.rows, 'labelled row')} are wrong ({percent(rate)})."
    if record.slices:
        told += f" {'It holds' if len(record.slices) == 1 else 'The first holds'} {percent(record.slices[0].share_of_errors)} of the errors."
    return told


def detectable(record: Record) -> str:
    """Return what this many labels could have shown."""
    fact = record.evidence.errors
    if fact.detectable_lift is None:
        return ""
    return (
        f"With {plural(fact.rows, 'labelled row')}, a kind of input that makes up 5 % of the rows is seen if it fails at "
        f"least {fact.detectable_lift:.1f} times as often as the rest. Milder trouble stays unseen."
    )


def _amount(errors: float) -> str:
    return count(errors) if errors == int(errors) else f"{errors:,.1f}"


def words_of(s: SliceRecord) -> str:
    """Return a slice in plain words."""
    return s.words or listed([_predicate(p) for p in s.predicates], 3)


def _predicate(p: PredicateRecord) -> str:
    if p.op == "missing":
        return f"`{p.column}` is missing"
    value = listed([str(v) for v in p.value], 4) if isinstance(p.value, tuple) else str(p.value)
    return f"`{p.column}` {_OPS[p.op]} {value}"


def _failing(record: Record, s: SliceRecord) -> FailingType:
    fact = record.evidence.errors
    rest_rows = max(fact.rows - s.rows, 0)
    rest_rate = max(fact.errors - s.errors, 0.0) / rest_rows if rest_rows else 0.0
    scale = Scale(0.0, min(1.0, max(s.upper, rest_rate) * 1.15) or 1.0)
    told = f"wrong in {percent(s.error_rate)}, likely {percent(s.lower)} to {percent(s.upper)}"
    return FailingType(
        words=clip(words_of(s), 16),
        drawing=interval(scale, s.error_rate, s.lower, s.upper, describe=told, status="fail"),
        value=f"{percent(s.error_rate)} wrong",
        rest_drawing=interval(
            scale, rest_rate, None, None, describe=f"all other rows: wrong in {percent(rest_rate)}"
        ),
        rest_value=f"{percent(rest_rate)} wrong",
        told=f"{plural(s.rows, 'row')}, {s.lift:.1f} times the usual rate, {percent(s.share_of_errors)} of all errors.",
        why=code(sentence(clip(s.why, 30))),
        action=code(sentence(clip(s.action, 20))),
    )


def failing_types(record: Record) -> Fragment:
    """Return every failing kind of input in one table, and what was searched."""
    fact = record.evidence.errors
    table = Table(
        "Kinds of input that fail more than the rest",
        ("Kind", "#Rows", "#Wrong", "#Likely", "#Times usual", "#Of all errors", "By chance"),
        tuple(
            (
                code(words_of(s)),
                count(s.rows),
                percent(s.error_rate),
                f"{percent(s.lower)} to {percent(s.upper)}",
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
        detectable(record),
        table if record.slices else None,
        Lines("Not searched", fact.not_searched) if fact.not_searched else None,
    )
