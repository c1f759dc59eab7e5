"""The aggregates behind the rows: plain frozen facts about tables, labels, errors, latency and systems."""

from __future__ import annotations

import datetime as dt

from gatebook.record.base import Interval, Model
from gatebook.record.classes import ClassesFact, RatesFact

FEW_ANSWERS = 30  # true answers of a kind of input or answer below which it is not judged alone


class Fates(Model):
    """What became of each line."""

    header: int = 0
    preamble: int = 0
    footer: int = 0
    blank: int = 0
    continuation: int = 0
    kept: int = 0
    repaired: int = 0
    quarantined: int = 0
    rejected: int = 0


class TableAccount(Model):
    """The line account of one file."""

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


class JoinFact(Model):
    """How two tables meet on their ids."""

    left: str
    right: str
    matched: int
    left_only: int
    right_only: int
    duplicate_ids: int = 0
    conflicting_duplicates: int = 0
    blank_ids: int = 0


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


class ProductionFact(Model):
    """Is the sample what production looks like, against the curated data."""

    columns: tuple[ShiftFact, ...] = ()
    classifier_auc: Interval | None = None
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
    agreement: Interval | None = None
    agreement_method: str = ""
    ceiling: float | None = None
    draw: str = ""  # how the labelled rows were drawn, in words
    draw_auc: Interval | None = None
    weighted: bool = False
    clusters: int | None = None
    cluster_column: str | None = None
    design_effect: float | None = None
    graders: tuple[GraderFact, ...] = ()  # the least agreeing first


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
    false_alarms: Interval | None = None  # of its true negatives, where there is a positive class
    misses: Interval | None = None  # of its true positives


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
    calibration_error: Interval | None = None
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
    throughput_per_s: Interval | None = None
    cost_per_request: Interval | None = None
    slow_times: tuple[str, ...] = ()
    slow_inputs: tuple[str, ...] = ()


class RankingFact(Model):
    """A score that ranks between the groups of a column more than within them (areas under the ROC curve)."""

    column: str
    overall: float
    within: Interval
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
    gain: Interval


class VersionFact(Model):
    """The candidate beside another version on the same cases; kinds that got worst first."""

    other: str
    whole: ChangeFact
    only_candidate: int
    only_other: int
    changes: tuple[ChangeFact, ...] = ()


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
    curated: Interval | None = None
    production: Interval | None = None
    trivial: float | None = None
    trivial_words: str = ""
    trivial_difference: Interval | None = None
    simple_model: Interval | None = None
    simple_model_words: str = ""
    simple_metric: str = ""  # the headline metric, or "accuracy" or "mae" where the simplest model says nothing in it
    simple_difference: Interval | None = None  # positive where the model is better
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
