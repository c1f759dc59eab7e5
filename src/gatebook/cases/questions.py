"""What the tables leave open: a question stands where a reading would be a guess, and a guess is no evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gatebook.words import Code, say

Figure = Literal["answers", "speed"]
About = dict[str, str | int | float]


class QuestionCode(Code):
    """Each question that the binding of tables to cases can leave open."""

    NO_IDS_JOIN = "no_ids_join"
    IDS_OUTSIDE = "labels_outside_sample"
    IDS_BEYOND = "rows_beyond_sample"
    UNSCORED = "unscored"
    BLANK_ANSWERS = "blank_answers"
    BLANK_LABELS = "blank_labels"
    BLANK_VALUES = "blank_values"
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
    UNIT_TIMEOUT = "unit_timeout"
    UNTIMED = "untimed"
    DURATIONS_UNREADABLE = "durations_unreadable"
    BATCHES = "batch_durations"


class Spelling(Code):
    """How two ids would match if they were written alike."""

    DECIMALS = "decimals"
    CASE = "case"
    ZEROS = "zeros"
    MARKS = "marks"
    DIGITS = "digits"
    NONE = "none"


class Which(Code):
    """A part of a title that names values or fields."""

    MATCH = "match"
    PAIR = "pair"
    SUCH = "such"
    INNER = "inner"
    PART = "part"


class Unbound(Code):
    """Why tables cannot be bound to cases."""

    SEVERAL_VERSIONS = "several_versions"
    NO_CANDIDATE = "no_candidate"
    NO_THRESHOLD = "no_threshold"


_BOTH: frozenset[Figure] = frozenset({"answers", "speed"})
_ANSWERS = (
    *(QuestionCode.NO_IDS_JOIN, QuestionCode.NEVER_MEET, QuestionCode.ALWAYS_AGREE, QuestionCode.OBJECTS),
    *(QuestionCode.NUMBER_MARKS, QuestionCode.NUMBER_UNITS, QuestionCode.SEVERAL_LABELS),
)
_SPEED = (
    QuestionCode.UNIT_UNKNOWN,
    QuestionCode.UNIT_CONFLICT,
    QuestionCode.UNIT_DOUBT,
    QuestionCode.UNIT_TIMEOUT,
    QuestionCode.DURATIONS_UNREADABLE,
    QuestionCode.BATCHES,
)
# The figures that mean nothing until the question is answered; any other question only widens what may be true.
STOPS: Mapping[QuestionCode, frozenset[Figure]] = {
    QuestionCode.VERSIONS_UNTOLD: _BOTH,
    **dict.fromkeys(_ANSWERS, frozenset({"answers"})),
    **dict.fromkeys(_SPEED, frozenset({"speed"})),
}
# What may be missing of one outcome: bad for a pass, good for a fail.
MISSING = frozenset(
    {
        QuestionCode.UNSCORED,
        QuestionCode.BLANK_ANSWERS,
        QuestionCode.BLANK_LABELS,
        QuestionCode.BLANK_VALUES,
        QuestionCode.SPELLINGS,
        QuestionCode.UNREADABLE,
    }
)
# A look at data that nobody can mend holds nothing: these are told with the figure alone, not as findings.
WITH_THE_FIGURE = frozenset(
    {
        QuestionCode.UNSCORED,
        QuestionCode.BLANK_ANSWERS,
        QuestionCode.BLANK_LABELS,
        QuestionCode.UNTIMED,
        QuestionCode.ALWAYS_AGREE,
    }
)


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

    code: QuestionCode
    role: str
    columns: tuple[str, ...] = ()
    rows: int = 0
    of: int = 0
    about: Mapping[str, str | int | float] = field(default_factory=dict)

    def stops(self, figure: Figure) -> bool:
        """Whether a figure means nothing until it is answered."""
        return figure in STOPS.get(self.code, ())


def first_stop(questions: Iterable[Question], figure: Figure) -> Question | None:
    """Return the first question without whose answer a figure means nothing, None where there is none."""
    return next((q for q in questions if q.stops(figure)), None)


@dataclass(frozen=True)
class Words:
    """A question in words.

    Attributes:
        title: what is open, as a statement without a full stop.
        meaning: why it matters.
        action: what mends it.
    """

    title: str
    meaning: str
    action: str


def words(question: Question, *, values: bool = False) -> Words:
    """Return a question in words.

    Args:
        question: what is open.
        values: name ids and answers too, as the screen may and a document may not: few rows share them, or none.
    """
    about = dict(question.about)
    spelling = Spelling(str(about.get("how", Spelling.NONE)))

    def which(code: Which, *needs: str, shown: bool = True) -> str:
        return say(code, **about) if shown and about.keys() >= {*needs} else ""

    told = {
        "match": which(Which.MATCH, "theirs", "mine", shown=values) or say(spelling, "match"),
        "how": say(spelling, "action", role=question.role),
        "pair": which(Which.PAIR, "output", "truth", shown=values),
        "such": which(Which.SUCH, "example", shown=values),
        "inner": which(Which.INNER, "fields"),
        "part": which(Which.PART, "path"),
        "percent": max(1, round(100 * question.rows / max(question.of, 1))),
    }
    known = {"column": ", ".join(question.columns), **about, **told}
    known |= {"role": question.role, "rows": question.rows, "of": question.of}
    return Words(*(say(question.code, part, **known) for part in ("title", "meaning", "action")))
