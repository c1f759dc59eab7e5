"""How a status, a recommendation and the four tests are called and signed."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from gatebook.figures import sign
from gatebook.record import Record, Row


@dataclass(frozen=True)
class Look:
    """A status to the eye: its colour class, which also names its sign, and its words."""

    kind: str
    words: str

    @property
    def tag(self) -> Markup:
        """The sign and the words."""
        return Markup('<span class="tag {}">{}{}</span>').format(self.kind, sign(self.kind), self.words)


STATUS = {
    "pass": Look("pass", "Pass"),
    "fail": Look("fail", "Fail"),
    "not-enough-evidence": Look("open", "Not enough evidence"),
    "not-applicable": Look("none", "Does not apply"),
    None: Look("none", "Not judged"),
}
RECOMMENDATION = {
    "GO": Look("pass", "Go"),
    "CONDITIONAL GO": Look("pass", "Go, with conditions"),
    "NO-GO": Look("fail", "No-go"),
    "NOT ENOUGH EVIDENCE": Look("open", "Not enough evidence"),
}
SEVERITY = {
    "blocking": Look("fail", "Blocks"),
    "holding": Look("open", "Open question"),
    "warning": Look("open", "Warning"),
    "note": Look("none", "Note"),
}
QUESTIONS = {
    "G1": "Right often enough?",
    "G2": "Fast enough?",
    "G3": "Data clean enough?",
    "G4": "Can it be connected?",
}


def find(record: Record, row_id: str) -> Row | None:
    """Return the row of that id, or None where the record has none."""
    return next((row for row in record.criteria if row.id == row_id), None)


def slow_access(record: Record) -> str:
    """Return what the calendar says of access to the data, where it took too long; else nothing."""
    row = find(record, "1.10")
    return row.reason if row is not None and any(flag.startswith("red") for flag in row.flags) else ""


def kind_of(row: Row | None) -> str:
    """Return the colour class of a row; a row that is not there is open, never passed."""
    return "open" if row is None else STATUS[row.status].kind


def title_of(record: Record, row_id: str) -> str:
    """Return a row's title, or its question where it is one of the four tests ("G1 f1" is a part of G1), with its slice."""
    place = row_id.partition(" where ")[2]
    row_id = row_id.split(" ", maxsplit=1)[0]
    row = find(record, row_id)
    title = QUESTIONS.get(row_id) or (row.title if row else row_id)
    return f"{title} (where {place})" if place else title
