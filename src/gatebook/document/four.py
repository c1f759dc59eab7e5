"""The four tests of page one, each as a question, a drawing, a status and one short note."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from markupsafe import Markup

from gatebook.document.page import code
from gatebook.document.reason import vacuous
from gatebook.document.status import QUESTIONS, STATUS, Look, find, kind_of
from gatebook.document.words import SHARES, figure, places
from gatebook.figures import Mark, Scale, bullet, chain, tally
from gatebook.record import Record, Row
from gatebook.words.figures import clip, count, day, plain_number, plural

_SHARE_ROWS = ("1.3", "1.4", "1.5", "1.9")
_GRAVE = re.compile(
    "withdrawn|was fail|vacuous|goalpost|label sets", re.IGNORECASE
)  # flags that change how a status is read


@dataclass(frozen=True)
class Test:
    """One line of the four tests."""

    question: str
    about: str
    drawing: Markup
    look: Look
    note: str
    flags: tuple[str, ...]


def four_tests(record: Record) -> tuple[Test, ...]:
    """Return the four tests in their order; a row that the record lacks reads "not judged"."""
    drawn = {
        "G1": (_metric(record), measured(record, "G1"), bound_note(record, "G1")),
        "G2": (_requests(record), measured(record, "G2"), bound_note(record, "G2")),
        "G3": (plural(record.evidence.sample_rows, "production row"), _problems(record), _problem_note(record)),
        "G4": (_systems_about(record), _systems(record), _systems_note(record)),
    }
    tests = []
    for row_id, (about, drawing, note) in drawn.items():
        row = find(record, row_id)
        tests.append(Test(QUESTIONS[row_id], about, drawing, STATUS[row.status if row else None], note, grave(row)))
    return tuple(tests)


def grave(row: Row | None) -> tuple[str, ...]:
    """Return the flags that change how a status is read, at most two."""
    if row is None:
        return ()
    replaced = ("a column was replaced, and nobody signed for it",) if "mapping-replaced" in row.codes else ()
    return tuple(clip(f, 10) for f in (*replaced, *(f for f in row.flags if _GRAVE.search(f))))[:2]


def is_share(record: Record, row: Row) -> bool:
    """Return whether the row's figure reads as a percentage."""
    return row.id in _SHARE_ROWS or (row.id in ("G1", "4.3") and _name(record, row) in SHARES)


def _name(record: Record, row: Row | None) -> str | None:
    """Return the metric that a row is about: its own, or the headline's where it names none."""
    return (row.metric if row is not None else None) or record.project.metric


def measured(record: Record, row_id: str) -> Markup:
    """Return the bullet graph of a row with figures, or one line that says that nothing was measured."""
    row = find(record, row_id)
    if row is None or row.bar is None:
        return Markup('<p class="nothing">{}</p>').format("No target is set.")
    bounded = row.id == "G1" and _name(record, row) in ("f1", "macro_f1", "auc")
    return drawn(row, share=is_share(record, row), bounded=bounded)


def drawn(row: Row, *, share: bool, bounded: bool = False) -> Markup:
    """Return the bullet graph of a row that has a bar; `bounded` where the figure lies in 0 to 1 but is no share."""
    assert row.bar is not None
    decimals = places(row, share=share)

    def told(value: float) -> str:
        return figure(value, row.unit, decimals, share=share)

    scale = Scale.over(
        [row.estimate, row.lower, row.upper, row.bar, row.target],
        floor=0.0,
        ceiling=1.0 if share or bounded else math.inf,
    )
    limit = "needed" if row.higher_is_better else "limit"
    words = [f"{limit.capitalize()} now {told(row.bar)}"]
    if row.target is not None:
        words.append(f"Final target {told(row.target)}")
    seen = row.estimate is not None and math.isfinite(row.estimate)
    interval = (row.lower, row.upper) if row.lower is not None and row.upper is not None else None
    if seen and row.estimate is not None:
        range_ = f", likely between {told(interval[0])} and {told(interval[1])}" if interval else ""
        words.insert(0, f"Measured {told(row.estimate)}{range_}")
    else:
        words.insert(0, "Not measured yet")
    return bullet(
        scale=scale,
        status=kind_of(row),
        describe=". ".join(words) + ".",
        measured=Mark(row.estimate, told(row.estimate)) if seen and row.estimate is not None else None,
        likely=interval if seen else None,
        needed=Mark(row.bar, f"{limit} {told(row.bar)}"),
        target=Mark(row.target, f"target {told(row.target)}") if row.target is not None else None,
    )


def bound_note(record: Record, row_id: str) -> str:
    """Return "likely at least 80 %", "label 140 more" or what is missing."""
    row = find(record, row_id)
    return "" if row is None else noted(row, share=is_share(record, row))


def noted(row: Row, *, share: bool) -> str:
    """Return the same of a row, whoever made it."""
    decimals = places(row, share=share)
    if row.status in ("pass", "fail"):
        low = (row.status == "pass") == row.higher_is_better
        bound = row.lower if low else row.upper
        if bound is None or not math.isfinite(bound):
            return ""
        words = "likely at least" if low else "likely at most"
        return f"{words} {figure(bound, row.unit, decimals, share=share, toward=-1 if low else 1)}"
    if vacuous(row):
        return "not shown to be needed"
    if row.labels_needed:
        return f"label {count(row.labels_needed)} more"
    if row.estimate is None:
        return "no labels yet" if row.id == "G1" else "not measured yet"
    return "too close to call" if row.lower is not None and row.upper is not None else "too few cases to tell"


def _metric(record: Record) -> str:
    row = find(record, "G1")
    own = row.metric_words if row is not None and row.metric else record.project.metric_words
    words = (own or (_name(record, row) or "no metric set").replace("_", " ")).partition(" (")[0]
    words = clip(words, 10 if len(words) <= 60 else 3)  # the column is narrow
    return words + (
        f", only where {clip(row.where, 6 if len(row.where) <= 40 else 2)}" if row is not None and row.where else ""
    )


def _requests(record: Record) -> str:
    latency = record.evidence.latency
    percentile = latency.percentile if latency else 95.0
    known = {95.0: "19 of 20 requests", 90.0: "9 of 10 requests", 50.0: "half of the requests"}
    return known.get(percentile, f"{plain_number(percentile)} of 100 requests")


def _problems(record: Record) -> Markup:
    blocking = sum(f.severity == "blocking" for f in record.findings)
    warnings = sum(f.severity == "warning" for f in record.findings)
    row = find(record, "G3")
    if row is None or (row.status not in ("pass", "fail") and not record.findings):
        return Markup('<p class="nothing">{}</p>').format("Not checked in full.")
    holding = sum(f.severity == "holding" for f in record.findings)
    words = (f"{count(blocking)} blocking", plural(holding, "open question"), plural(warnings, "warning"))
    asked = [(holding, words[1], "open")] if holding else []
    return tally(
        [(blocking, words[0], "fail"), *asked, (warnings, words[2], "open")],
        status=kind_of(row),
        describe=f"{plural(blocking, 'blocking problem')}, {f'{words[1]}, ' if holding else ''}{words[2]}.",
    )


def _problem_note(record: Record) -> str:
    row = find(record, "G3")
    if row is None:
        return ""
    blocking = sum(f.severity == "blocking" for f in record.findings)
    warnings = [f.title for f in record.findings if f.severity == "warning"]
    if row.status == "pass":
        short = warnings[0] if warnings else "nothing to fix"
        return code(short) if len(short.split()) <= 7 and len(short) <= 60 else "nothing blocks"
    if row.status == "fail" and blocking:
        return f"{plural(blocking, 'problem')} {'blocks' if blocking == 1 else 'block'}"
    holding = sum(f.severity == "holding" for f in record.findings)
    if holding:
        return f"{plural(holding, 'question')} {'is' if holding == 1 else 'are'} open"
    return "the checks lack something"


def _systems_about(record: Record) -> str:
    systems = record.evidence.systems
    return plural(len(systems), "system") if systems else "no list of systems yet"


def _systems(record: Record) -> Markup:
    systems = record.evidence.systems
    if not systems:
        return Markup('<p class="nothing">{}</p>').format("Not tried yet.")
    ready = [s.ready for s in sorted(systems, key=lambda s: not s.ready)]
    words = f"{sum(ready)} of {len(ready)} ready"
    if not all(ready) and all(s.ready or not s.critical for s in systems):
        words += ", the rest can wait"
    return chain(ready, words, status=kind_of(find(record, "G4")), describe=f"{words}.")


def _systems_note(record: Record) -> str:
    systems = record.evidence.systems
    late = [s for s in systems if s.critical and not s.ready]
    dates = [d for s in systems for d in (s.last_read_ok, s.last_write_ok) if d is not None]
    if not systems:
        return "list them first"
    if late:
        return f"{clip(late[0].system, 4)} is not ready"
    return f"last tried {day(max(dates))}" if dates else ""
