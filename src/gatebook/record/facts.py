"""What was measured, as the record holds it: plain frozen facts about tables, labels, errors, speed and systems.

Those who measure return these facts; nothing of them is defined a second time.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, field_validator

from gatebook.reading import account

if TYPE_CHECKING:
    from gatebook.stats import Interval

FEW_ANSWERS = 30  # true answers of a kind of input or answer below which it is not judged alone
MOST_EVENTS = 20  # of one file that are told

Fates = account.Fates
JoinFact = account.JoinAccount


class Model(BaseModel):
    """Frozen; a record of this schema has no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


COIN = 0.5  # AUC of what tells nothing


class IntervalFact(Model):
    """An estimate with its bounds."""

    model_config = ConfigDict(title="Interval")  # as the schema has always called it

    estimate: float
    lower: float
    upper: float
    n: int | None = None

    @classmethod
    def of(cls, found: Interval) -> IntervalFact:
        """Return what the statistics found."""
        return cls(estimate=found.estimate, lower=found.lower, upper=found.upper, n=found.n)

    @classmethod
    def bounded(cls, found: Interval | None) -> IntervalFact | None:
        """Return what the statistics found, None where there is nothing or it has no finite bounds."""
        if found is None or not all(map(math.isfinite, (found.estimate, found.lower, found.upper))):
            return None
        return cls.of(found)


def finite(value: float) -> float | None:
    """Return the number, or None where it is none or has no end: JSON holds neither."""
    return value if math.isfinite(value) else None


class TableAccount(Model):
    """The line account of one file; `fates` says what became of each line."""

    role: str
    path: str
    sha256: str
    bytes: int
    encoding: str | None = None
    dialect: str | None = None
    lines: int
    fates: Fates
    closed: bool
    events: tuple[str, ...] = ()

    @field_validator("events", mode="before")
    @classmethod
    def _messages(cls, events: tuple[Any, ...]) -> tuple[str, ...]:
        return tuple(getattr(event, "message", event) for event in events[:MOST_EVENTS])


class ColumnFact(Model):
    """One column of one table."""

    table: str
    column: str
    kind: str
    rows: int
    missing: int
    distinct: int
    personal: bool = False
    top: tuple[tuple[str, int], ...] = ()
    minimum: str | None = None
    median: str | None = None
    maximum: str | None = None

    @property
    def share_missing(self) -> float:
        """The share of the rows without a value, in [0, 1]."""
        return self.missing / max(self.rows, 1)


class ShiftFact(Model):
    """How one column differs between the curated data and production."""

    column: str
    kind: str
    psi: float | None = None
    effect: float
    lower: float | None = None
    upper: float | None = None
    missing_curated: float = 0.0
    missing_production: float = 0.0
    new_values: int = 0
    vanished_values: int = 0
    notable: bool = False
    words: str = ""
    # upper edge, share of the curated and of the production rows: equal bins, and the ends hold what lies beyond
    spread: tuple[tuple[float, float, float], ...] = ()


class ProductionFact(Model):
    """Is the sample what production looks like, against the curated data."""

    columns: tuple[ShiftFact, ...] = ()
    classifier_auc: IntervalFact | None = None
    giveaways: tuple[str, ...] = ()
    verbatim_rows: int = 0
    curated_rows: int = 0


class SegmentFact(Model):
    """One value of a segment: its rows in the sample, its share there and in all of production, its labels."""

    column: str
    value: str
    rows: int
    share: float
    lower: float  # 95 % interval of the share
    upper: float
    population: float | None = None
    labelled: int = 0


class EdgeFact(Model):
    """A kind of unusual input, and what the project file decides about it; empty where it decides nothing."""

    case: str
    rows: int
    decision: str = ""
    owner: str = ""


class GraderFact(Model):
    """One grader, by number instead of name, against the others on the rows that they share."""

    number: int
    rows: int
    agreement: float
    usual: float
    lower: float
    upper: float
    suspicious: bool = False


class ScanFact(Model):
    """What was scanned in one table, and what was not."""

    table: str
    rows: int
    checked: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    sampled: int | None = None


class LabelFact(Model):
    """The ground truth: how many, how drawn, how well graders agree."""

    labelled: int = 0
    unlabelled: int = 0
    unresolved: int = 0
    outside_sample: int = 0
    measured: bool = False
    classes: tuple[tuple[str, int], ...] = ()
    answers: int = 0  # different ones
    thin_answers: int = 0  # of them with fewer than FEW_ANSWERS rows
    annotators: int = 0
    double_labelled: int = 0
    agreement: IntervalFact | None = None
    agreement_method: str = ""
    ceiling: float | None = None
    draw: str = ""  # how the labelled rows were drawn, in words
    draw_auc: IntervalFact | None = None  # of what tells labelled rows from the rest most surely, of all compared
    draw_column: str = ""
    weighted: bool = False
    clusters: int | None = None
    cluster_column: str | None = None
    design_effect: float | None = None
    graders: tuple[GraderFact, ...] = ()  # the least agreeing first

    @property
    def biased(self) -> bool:
        """Whether the labelled rows (by their weights) can be told from the rest beyond doubt."""
        return self.draw_auc is not None and self.draw_auc.lower > COIN


class Group(Model):
    """The result for the rows that share one value of a column."""

    column: str
    value: str
    rows: int
    clusters: int | None = None  # independent groups that the rows come from
    errors: float
    rate: float
    lower: float
    upper: float
    false_alarms: IntervalFact | None = None  # of its true negatives, where there is a positive class
    misses: IntervalFact | None = None  # of its true positives


class ConfidenceBin(Model):
    """Rows whose stated confidence lies in [low, high)."""

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float
    lower: float
    upper: float


class Coverage(Model):
    """If only the cases above `threshold` were answered by the machine."""

    threshold: float
    coverage: float
    accuracy: float
    lower: float
    upper: float


class ConfidenceFact(Model):
    """Does the stated confidence mean anything."""

    bins: tuple[ConfidenceBin, ...] = ()
    calibration_error: IntervalFact | None = None
    auroc: float | None = None
    curve: tuple[Coverage, ...] = ()
    review_target: float | None = None
    review_share: float | None = None
    review_per_day: float | None = None
    review_threshold: float | None = None  # confidence below which people decide
    review_cost_per_day: float | None = None
    review_currency: str = ""
    review_planned_per_day: float | None = None  # what the project's value model allows for


class LatencyFact(Model):
    """How long requests take; failed ones count as too slow."""

    requests: int
    failed: int = 0
    censored: int = 0
    percentile: float = 95.0
    quantiles: tuple[tuple[float, float, float, float], ...] = ()  # percentile, ms, lower, upper
    histogram: tuple[tuple[float, int], ...] = ()  # upper edge in ms, count
    effective_requests: float | None = None
    throughput_per_s: IntervalFact | None = None
    cost_per_request: IntervalFact | None = None
    slow_times: tuple[str, ...] = ()
    slow_inputs: tuple[str, ...] = ()


class RankingFact(Model):
    """A score that ranks between the groups of a column more than within them (areas under the ROC curve)."""

    column: str
    overall: float
    within: IntervalFact
    between: float


class ReasonFact(Model):
    """A reason that graders gave; `in_slices` counts its rows in each failing kind of input, in their order."""

    reason: str
    rows: int
    share: float
    in_slices: tuple[int, ...] = ()


class ChangeFact(Model):
    """Mean loss of the candidate and of the other version on one kind of input; `gain` above nothing is better."""

    words: str
    rows: int
    candidate: float
    other: float
    gain: IntervalFact


class VersionFact(Model):
    """The candidate beside another version on the same cases; kinds that got worst first."""

    other: str
    whole: ChangeFact
    only_candidate: int
    only_other: int
    changes: tuple[ChangeFact, ...] = ()


class RateFact(Model):
    """One kind of mistake in a group and over all other rows; `p` is told where the group was found by it."""

    group: IntervalFact | None = None  # None where too few rows could have it for the figure to be shown
    elsewhere: IntervalFact | None = None
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
    false_alarms: IntervalFact | None = None
    misses: IntervalFact | None = None
    groups: tuple[RateGroup, ...] = ()
    # how many times the usual rate a group of 5 % of the rows must have to be seen, None where none would be
    seen_false_alarms: float | None = None
    seen_misses: float | None = None


class AbsentFact(Model):
    """A class of production's truth that the model never gives, or that no curated row holds."""

    answer: str
    rows: int
    share: IntervalFact  # of production's truth; bounds hold for all classes at once
    curated: bool | None = None  # whether curated rows hold it, None where there are no curated answers
    given: bool | None = None  # whether the model ever gave it, None where it gave none
    doubt: str = ""  # why its absence is no proof: "few" answers, or another "spelling"


class BaseRateFact(Model):
    """The share of a class in the curated answers and in production's truth."""

    answer: str
    curated: IntervalFact
    production: IntervalFact
    difference: IntervalFact
    moved: bool


class ClassesFact(Model):
    """What is known of the classes of the truth."""

    rows: int
    curated: int = 0
    given: int = 0
    never_given: tuple[AbsentFact, ...] = ()
    not_curated: tuple[AbsentFact, ...] = ()
    base_rates: tuple[BaseRateFact, ...] = ()


class ErrorFact(Model):
    """What was searched for failing kinds of input, overall result and baselines."""

    metric: str = ""
    rows: int = 0
    clusters: int | None = None  # independent groups that the rows come from, None where rows are independent
    cluster_column: str = ""
    errors: float = 0.0
    error_rate: float | None = None
    searched: str = ""
    not_searched: tuple[str, ...] = ()
    detectable_lift: float | None = None
    curated: IntervalFact | None = None
    production: IntervalFact | None = None
    trivial: float | None = None
    trivial_words: str = ""
    trivial_difference: IntervalFact | None = None
    simple_model: IntervalFact | None = None
    simple_model_words: str = ""
    simple_metric: str = ""  # the headline metric, or "accuracy" or "mae" where the simplest model says nothing in it
    simple_difference: IntervalFact | None = None  # positive where the model is better
    rankings: tuple[RankingFact, ...] = ()
    versions: VersionFact | None = None
    reasons: tuple[ReasonFact, ...] = ()
    groups: tuple[Group, ...] = ()
    rates: RatesFact | None = None
    confusions: tuple[tuple[str, str, int], ...] = ()
    notes: tuple[str, ...] = ()


class SystemFact(Model):
    """One system to connect to."""

    system: str
    direction: str = ""
    critical: bool = True
    last_read_ok: dt.date | None = None
    last_write_ok: dt.date | None = None
    ready: bool = False
    missing: tuple[str, ...] = ()


class Evidence(Model):
    """The aggregates behind the rows, in the order in which the documents tell them."""

    columns: tuple[ColumnFact, ...] = ()
    scans: tuple[ScanFact, ...] = ()
    joins: tuple[JoinFact, ...] = ()
    production: ProductionFact = ProductionFact()
    labels: LabelFact = LabelFact()
    errors: ErrorFact = ErrorFact()
    classes: ClassesFact | None = None
    confidence: ConfidenceFact | None = None
    latency: LatencyFact | None = None
    systems: tuple[SystemFact, ...] = ()
    sample_rows: int = 0
    sample_duplicates: int = 0
    sample_first: dt.datetime | None = None
    sample_last: dt.datetime | None = None
    sample_days: int = 0
    sample_weekdays: int = 0
    sample_groups: int | None = None
    segments: tuple[SegmentFact, ...] = ()
    edge_cases: tuple[EdgeFact, ...] = ()
