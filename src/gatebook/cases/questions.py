"""What the tables leave open: a question stands where a reading would be a guess, and a guess is no evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Figure = Literal["answers", "speed"]


class Code(StrEnum):
    """Each question that the binding of tables to cases can leave open."""

    NO_IDS_JOIN = "no_ids_join"
    IDS_OUTSIDE = "labels_outside_sample"
    IDS_BEYOND = "rows_beyond_sample"
    UNSCORED = "unscored"
    BLANK_ANSWERS = "blank_answers"
    BLANK_LABELS = "blank_labels"
    UNREADABLE = "unreadable"
    NEVER_MEET = "answers_never_meet"
    ALWAYS_AGREE = "labels_equal_answers"
    SPELLINGS = "label_spelling"
    OBJECTS = "answers_are_objects"
    NUMBER_MARKS = "number_marks"
    NUMBER_UNITS = "number_units"
    SEVERAL_LABELS = "several_labels"
    VERSIONS_UNTOLD = "versions_untold"
    UNVERSIONED = "predictions_without_version"
    REPEATED = "repeated_predictions"
    UNIT_UNKNOWN = "unit_unknown"
    UNIT_CONFLICT = "unit_conflict"
    UNIT_DOUBT = "unit_doubt"
    UNTIMED = "untimed"
    DURATIONS_UNREADABLE = "durations_unreadable"
    BATCHES = "batch_durations"


# The figures that mean nothing until the question is answered; any other question only widens what may be true.
STOPS: Mapping[Code, frozenset[Figure]] = {
    Code.NO_IDS_JOIN: frozenset({"answers"}),
    Code.NEVER_MEET: frozenset({"answers"}),
    Code.ALWAYS_AGREE: frozenset({"answers"}),
    Code.OBJECTS: frozenset({"answers"}),
    Code.NUMBER_MARKS: frozenset({"answers"}),
    Code.NUMBER_UNITS: frozenset({"answers"}),
    Code.SEVERAL_LABELS: frozenset({"answers"}),
    Code.VERSIONS_UNTOLD: frozenset({"answers", "speed"}),
    Code.UNIT_UNKNOWN: frozenset({"speed"}),
    Code.UNIT_CONFLICT: frozenset({"speed"}),
    Code.UNIT_DOUBT: frozenset({"speed"}),
    Code.DURATIONS_UNREADABLE: frozenset({"speed"}),
    Code.BATCHES: frozenset({"speed"}),
}
# What may be missing of one outcome: bad for a pass, good for a fail.
MISSING = frozenset({Code.UNSCORED, Code.BLANK_ANSWERS, Code.BLANK_LABELS, Code.SPELLINGS, Code.UNREADABLE})
# A look at data that nobody can mend holds nothing: these are told with the figure alone, not as findings.
WITH_THE_FIGURE = frozenset({Code.UNSCORED, Code.BLANK_ANSWERS, Code.BLANK_LABELS, Code.UNTIMED, Code.ALWAYS_AGREE})


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        code: which.
        role: the table that it is about.
        columns: the columns that it is about.
        rows: rows that it touches, of `of`.
        of: rows that it could touch.
        about: what the words need, such as two ids that would match; values appear only where several rows share them.
    """

    code: Code
    role: str
    columns: tuple[str, ...] = ()
    rows: int = 0
    of: int = 0
    about: Mapping[str, str | int | float] = field(default_factory=dict)

    def stops(self, figure: Figure) -> bool:
        """Whether a figure means nothing until it is answered."""
        return figure in STOPS.get(self.code, frozenset())


def first_stop(questions: Iterable[Question], figure: Figure) -> Question | None:
    """Return the first question without whose answer a figure means nothing, None where there is none."""
    return next((q for q in questions if q.stops(figure)), None)
