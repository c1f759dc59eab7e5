"""The keys of a project file while it is drafted: each with the reason for it, and what a person should check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import auto
from typing import Any

from gatebook.words import Code, Said, said

Value = str | float | tuple[str, ...] | tuple[float, float] | dict[str, str]


class Basis(Code):
    """Why a key is set."""

    # tables, ids and how they join
    SYSTEMS = auto()
    ROWS = auto()
    BUILT_ON = auto()
    UNIQUE = auto()
    REPEATS = auto()
    APART = auto()
    SAME_IDS = auto()
    JOINS = auto()
    JOINS_PARTLY = auto()
    JOINS_BY_NAME = auto()
    # columns of inputs
    DATES = auto()
    TOGETHER = auto()
    FEW_VALUES = auto()
    FREE_TEXT = auto()
    MAILS = auto()
    PHONES = auto()
    NAME_SAYS = auto()
    PERSONAL = auto()
    PEOPLE = auto()
    # truth and grades
    TRUTH = auto()
    TRUTH_SHARED = auto()
    GRADERS = auto()
    GRADED_VERSION = auto()
    GRADES = auto()
    SCALE = auto()
    IN_WORDS = auto()
    NAMED = auto()
    # outputs
    OUTPUT = auto()
    VERSIONS = auto()
    CANDIDATE = auto()
    TRIAL = auto()
    AUTOMATIC = auto()
    FAILED = auto()
    SURE_BY_CLASSES = auto()
    SURE_BY_NAME = auto()
    SURE_BY_FALL = auto()
    SURE_BY_HALF = auto()
    SURE_ALONE = auto()
    THRESHOLD = auto()
    # durations
    UNIT_OF_TYPE = auto()
    UNIT_OF_CELLS = auto()
    UNIT_OF_NAME = auto()
    UNIT_CALLED = auto()
    NO_UNIT = auto()
    SET_UNIT = auto()
    STAMPS = auto()
    # the positive class
    HIGHER = auto()
    RARER = auto()
    PLAN = auto()


class TaskSeen(Code):
    """What tells the task: the parts say why the task, why the metric, and what to check."""

    NOTHING = auto()
    TEXT_OUTPUT = auto()
    NUMBER_OUTPUT = auto()
    CLASS_OUTPUT = auto()
    RANKING = auto()
    PASSED = auto()
    GRADED = auto()
    TEXT_TRUTH = auto()
    NUMBERS = auto()
    NUMBER_TRUTH = auto()
    CLASSES = auto()
    RARE_CLASS = auto()
    NUMBERED_CLASSES = auto()


class Ask(Code):
    """What a person should check or supply."""

    RIVAL = auto()
    LOOKS_CURATED = auto()
    LABELS_WITH_GRADERS = auto()
    LABELS_FIT_BETTER = auto()
    OTHER_OUTPUTS = auto()
    IDS_CHANGED = auto()
    IDS_FOREIGN = auto()
    IDS_HOW = auto()
    NO_ID = auto()
    TWO_IDS = auto()
    ID = auto()
    CLUSTER = auto()
    CANDIDATE = auto()
    PERSONAL = auto()
    PEOPLE = auto()
    AFTERWARDS = auto()
    LABEL = auto()
    PREDICTION = auto()
    NO_TRUTH = auto()
    NO_LABELS = auto()
    NO_ANSWERS = auto()
    TEXT_TRUTH = auto()
    NUMBER_TRUTH = auto()
    NUMBERED_CLASSES = auto()
    NO_OUTPUT = auto()
    FEW_OUTPUTS = auto()
    OBJECTS = auto()
    OBJECTS_GRADED = auto()
    CERTAINTY = auto()
    PROBABILITY_ALONE = auto()
    NO_NUMBERS = auto()
    OUTSIDE = auto()
    NEVER_BLANK = auto()
    DAYS = auto()
    TIMED_ELSEWHERE = auto()
    SURE_ELSEWHERE = auto()
    NO_UNIT = auto()
    STAMPS = auto()
    BELOW_ZERO = auto()
    MISFIT_WORDS = auto()
    MISFIT_BELOW = auto()
    WHO_LABELLED = auto()
    GRADES_IN_WORDS = auto()
    SCALE = auto()
    BESIDE_OUTPUTS = auto()
    RESPELT = auto()
    STRANGE = auto()
    STRANGE_LONG = auto()
    POSITIVE = auto()
    SKIPPED = auto()
    TARGETS = auto()
    START = auto()
    BEGINS = auto()
    BEGUN = auto()


class LeftOut(Code):
    """Why a file plays no role."""

    OTHER_NAME = auto()
    FOLDER_OF_PARTS = auto()
    MORE_FILES = auto()
    UNREADABLE = auto()
    NO_ROWS = auto()
    NO_COLUMN = auto()
    PARTS_UNREADABLE = auto()
    OTHER_CURATED = auto()
    NO_OPEN_ROLE = auto()
    ROLE_TAKEN = auto()
    DESCRIBES = auto()
    NO_KEY = auto()
    NESTED = auto()


@dataclass(frozen=True)
class KeyGuess:
    """One key of the project file.

    Attributes:
        key: dotted, e.g. `tables.sample.id`.
        value: what it is set to.
        why: what stands beside it.
        sure: whether more than a name or a size tells it; a `?` stands beside the others.
        offered: written as a comment only, so that it binds nothing.
    """

    key: str
    value: Value
    why: Said
    sure: bool = True
    offered: bool = False


@dataclass
class Draft:
    """Everything that goes into the project file, in its order, and what the user should look at."""

    guesses: list[KeyGuess] = field(default_factory=list)
    unsure: list[Said] = field(default_factory=list)

    def put(self, guess: KeyGuess, ask: Ask | None = None) -> None:
        """Set a key; where that is not sure, a person is asked to check it, in words that know what the reason
        knows.
        """
        self.guesses.append(guess)
        if ask is not None and not guess.sure:
            self.unsure.append(Said(ask, guess.why.values))

    def ask(self, code: Ask, **about: Any) -> None:
        """Ask a person to check or supply something."""
        self.unsure.append(said(code, **about))


def one(names: tuple[str, ...]) -> Value:
    """Return a single name as it is, several as they are."""
    return names[0] if len(names) == 1 else names


def quoted(names: Iterable[str]) -> str:
    """Return names in quotes, by commas."""
    return ", ".join(map(repr, names))
