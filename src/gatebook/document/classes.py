"""The classes of the truth in the documents: what the model or the curated data lack, and base rates then and now."""

from __future__ import annotations

from gatebook.document.page import Table
from gatebook.record import AbsentFact, Interval, Record
from gatebook.words.figures import clip, count, percent

_DOUBTS = {"": "", "few": ", of too few", "spelling": ", or in another spelling"}


def absent_answers(record: Record) -> Table | None:
    """Return the true answers that the model never gives or that no curated row holds, None where there are none."""
    fact = record.evidence.classes
    if fact is None or not (fact.never_given or fact.not_curated):
        return None
    untaught, unsaid = ({(one.answer, one.rows): one for one in side} for side in (fact.not_curated, fact.never_given))
    return Table(
        "True answers that are never given, or that the curated data lack",
        ("True answer", "#Rows", "#Of all", "#Likely", "Curated data", "Model"),
        tuple(
            (
                clip(one.answer, 8),
                count(one.rows),
                percent(one.share.estimate),
                _span(one.share),
                _held(one.curated, untaught.get(key)),
                _held(one.given, unsaid.get(key)),
            )
            for key, one in sorted((untaught | unsaid).items(), key=lambda item: -item[0][1])
        ),
        note=f"Of {count(fact.rows)} rows with a true answer; the model gave {count(fact.given)} answers"
        + (f", {count(fact.curated)} curated rows have one" if fact.curated else "")
        + ". An answer counts as never given only where chance would hardly leave it out.",
    )


def base_rates(record: Record) -> Table | None:
    """Return how common answers are in the curated data and in production, None where nothing is known of it."""
    fact = record.evidence.classes
    if fact is None or not fact.base_rates:
        return None
    return Table(
        "How common an answer is, curated and in production",
        ("Answer", "#Curated", "#Likely", "#Production", "#Likely", "Moved"),
        tuple(
            (
                clip(b.answer, 8),
                percent(b.curated.estimate),
                _span(b.curated),
                percent(b.production.estimate),
                _span(b.production),
                "beyond doubt" if b.moved else "not shown",
            )
            for b in fact.base_rates
        ),
        note=f"Of {count(fact.curated)} curated and {count(fact.rows)} production rows with a true answer. Where an answer is "
        "rarer or commoner than in the curated data, false alarms a day and the share of alarms that are right change with it.",
    )


def _held(holds: bool | None, absent: AbsentFact | None) -> str:
    """Return whether one side holds an answer, and what makes its absence no proof."""
    if holds is None:
        return "not known"
    return "yes" if holds else "none" + (_DOUBTS[absent.doubt] if absent is not None else "")


def _span(found: Interval) -> str:
    return f"{percent(found.lower)} to {percent(found.upper)}"
