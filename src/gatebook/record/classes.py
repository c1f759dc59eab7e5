"""The record's facts about classes: false alarms and misses, classes never given, base rates then and now."""

from __future__ import annotations

from gatebook.record.base import Interval, Model


class RateFact(Model):
    """One kind of mistake in a group and over all other rows; `p` is told where the group was found by it."""

    group: Interval | None = None  # None where too few rows could have it for the figure to be shown
    elsewhere: Interval | None = None
    p: float | None = None  # family-wise: over all groups searched, for this rate


class RateGroup(Model):
    """A group with more false alarms, or more misses, than all other rows, beyond chance."""

    words: str
    rows: int
    clusters: int | None = None
    false_alarms: RateFact = RateFact()
    misses: RateFact = RateFact()
    # the share of true positives leans the same way, as for every model that reads an input of any use
    expected: bool = False


class RatesFact(Model):
    """False alarms (share of true negatives raised) and misses (share of true positives not found)."""

    positive: str
    declared: bool = True  # whether the project names the positive class
    false_alarms: Interval | None = None
    misses: Interval | None = None
    groups: tuple[RateGroup, ...] = ()
    # how many times the usual rate a group of 5 % of the rows must have to be seen, None where none would be
    seen_false_alarms: float | None = None
    seen_misses: float | None = None


class AbsentFact(Model):
    """A class of production's truth that the model never gives, or that no curated row holds."""

    answer: str
    rows: int
    share: Interval  # of production's truth; bounds hold for all classes at once
    curated: bool | None = None  # whether curated rows hold it, None where there are no curated answers
    given: bool | None = None  # whether the model ever gave it, None where it gave none
    doubt: str = ""  # why its absence is no proof: "few" answers, or another "spelling"


class BaseRateFact(Model):
    """The share of a class in the curated answers and in production's truth."""

    answer: str
    curated: Interval
    production: Interval
    difference: Interval
    moved: bool


class ClassesFact(Model):
    """What is known of the classes of the truth."""

    rows: int
    curated: int = 0
    given: int = 0
    never_given: tuple[AbsentFact, ...] = ()
    not_curated: tuple[AbsentFact, ...] = ()
    base_rates: tuple[BaseRateFact, ...] = ()
