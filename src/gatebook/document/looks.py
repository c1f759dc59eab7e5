"""Behind page one of go/no-go: how often was looked at the labels."""

from __future__ import annotations

from gatebook.document.page import Fragment, Lines, Table, section
from gatebook.document.status import title_of
from gatebook.record import Record
from gatebook.words.figures import clip, count, full_day, percent, sentence

_LOOKS = 60  # rows of the table of looks


def looks(record: Record) -> Fragment:
    """Return every look at the labels, and the share of the allowed error that it spent."""
    if not record.looks:
        told = "No look at the labels is on record yet."
    else:
        told = (
            "Who looks often enough sees a pass by luck. So each look spends a part of the 5 % chance of a wrong "
            "pass that the whole plan allows."
        )
    blocks: list[str | Table | Lines | None] = [told]
    if record.history_note:
        blocks.append(sentence(record.history_note))
    if record.looks:
        shown, in_all = record.looks[-_LOOKS:], max(record.looks_in_all, len(record.looks))
        if in_all > len(shown) and record.look_totals:
            blocks.append(_look_totals(record))
        blocks.append(
            Table(
                "Looks so far" if in_all == len(shown) else f"The last {len(shown)} of {count(in_all)} looks",
                ("Test", "Date", "#Labels", "#Planned", "#Spent"),
                tuple(
                    (title_of(record, k.criterion), full_day(k.at), count(k.n), count(k.planned), percent(k.alpha, 2))
                    for k in shown
                ),
            )
        )
    if record.goalposts:
        blocks.append(Lines("Goalposts that were moved", record.goalposts))
    return section("looks", "How often was it looked at?", *blocks)


def _look_totals(record: Record) -> Table:
    return Table(
        "Looks in all",
        ("Test", "Version", "#Looks", "From", "To", "#Spent"),
        tuple(
            (
                title_of(record, t.criterion),
                clip(t.version, 6),
                count(t.looks),
                full_day(t.first),
                full_day(t.last),
                percent(t.spent, 2),
            )
            for t in record.look_totals
        ),
    )
