"""The decision record: everything that documents show, as frozen models; `decision.json` is its JSON form.

The record holds aggregates only. A value, term or phrase is in it only if it may be published (see
`evidence/disclosure.py`); row-level data never is.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from gatebook.errors import RunError
from gatebook.files import read_plain
from gatebook.record.facts import Evidence, IntervalFact, Model, TableAccount
from gatebook.words import Code, say

SCHEMA_VERSION = "1.0"


class Unreadable(Code):
    """Why a file is no decision record that can be read."""

    FILE = "file"
    NO_RECORD = "no_record"
    NEWER = "newer"
    NEVER = "never"
    INVALID = "invalid"
    NO_FRAME = "no_frame"


class Titled(Code):
    """What is said with the slice that it is about: a part never reads as the whole."""

    OF_A_SLICE = "of_a_slice"


class Replaced(Code):
    """How it is told that evidence was replaced or taken away."""

    UNSIGNED = "unsigned"
    UNBOUND = "unbound"
    SIGNED = "signed"


Status = Literal["pass", "fail", "not-enough-evidence", "not-applicable"]
Weight = Literal["decisive", "condition", "context"]
Kind = Literal["criterion", "milestone", "context", "forecast"]
Recommendation = Literal["GO", "CONDITIONAL GO", "NO-GO", "NOT ENOUGH EVIDENCE"]
Clock = Literal["on-time", "late", "reassess", "unknown"]
Severity = Literal["blocking", "holding", "warning", "note"]
Value = str | float | int | bool | None
# What happened to a row's evidence: what decides stands here, `flags` are words for readers.
RowCode = Literal["open-account", "evidence-withdrawn", "was-fail", "mapping-replaced", "cleared", "attested"]


# Which share of right answers a wrong go is taken to have: ten points below the bar, what was measured (which is lower
# still), or ten points below what was measured, where no bar is a share of right answers.
Scenario = Literal["below-needed", "as-measured", "below-measured"]
Sign = Literal["loss", "gain", "nothing"]


class Look(Model):
    """One look at a row's labels, and the error probability that it spent."""

    criterion: str
    at: dt.date
    n: int
    planned: int
    alpha: float


class Row(Model):
    """One row of the catalogue, judged. `level` is the confidence of each one-sided bound that the verdict used."""

    id: str
    kind: Kind = "criterion"
    weight: Weight = "context"
    gate: str
    role: str = ""  # what the row is for, such as "quality"; "" for most
    title: str
    status: Status | None = None
    flags: tuple[str, ...] = ()
    flag_codes: tuple[str, ...] = ()  # the code of each flag, in their order
    codes: tuple[RowCode, ...] = ()
    metric: str | None = None  # of the target that the row shows, where it judges one
    metric_words: str | None = None
    where: str = ""  # the slice that the row's figures are about, such as "channel = email"; empty for all rows
    target: float | None = None
    bar: float | None = None
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    level: float | None = None
    n: int | None = None
    n_effective: float | None = None
    method: str | None = None
    looks: int | None = None
    decided: Look | None = None  # the look whose pass stands, where the row's own interval alone would not pass
    labels_needed: int | None = None
    chance: float | None = None  # that `labels_needed` more labels settle the row
    cost: float | None = None  # of these labels, in the project's currency
    days: float | None = None  # to make these labels
    code: str = ""  # of the reason: what decides reads this, and words are for readers
    reason: str = ""  # one plain sentence: why this status
    supply: str = ""  # what to supply or do, where the row is open
    unit: str = ""  # "", "ms", "per second", ...
    higher_is_better: bool = True
    waived: bool = False

    @property
    def titled(self) -> str:
        """The title, with the slice that the row is about."""
        return say(Titled.OF_A_SLICE, title=self.title, where=self.where) if self.where else self.title


class FindingRecord(Model):
    """One cause of trouble in a table; the cells are listed in flagged_cells.parquet."""

    finding_id: str
    table: str
    columns: tuple[str, ...]
    kind: str
    rows: int
    share: float
    lower: float | None = None
    upper: float | None = None
    severity: Severity
    cell_error: bool = False
    counted: bool = True  # whether the title tells the rows and their share
    title: str
    meaning: str = ""
    action: str = ""


class PredicateRecord(Model):
    """One condition of a slice; `value` reads "value withheld" where it may not be shown."""

    column: str
    op: Literal["==", "in", ">=", "<", "contains", "missing"]
    value: Value | tuple[Value, ...] = None


class SliceRecord(Model):
    """A kind of input that fails more than the rest."""

    predicates: tuple[PredicateRecord, ...]
    words: str = ""  # the same in plain words
    rows: int
    clusters: int | None = None  # independent groups that the rows come from, where rows depend on each other
    errors: float
    error_rate: float
    lower: float
    upper: float
    share_of_errors: float = 0.0
    lift: float
    p_adjusted: float
    within: str = ""  # which of the values that the slice spans fail most, in plain words
    why: str = ""
    action: str = ""
    removable: IntervalFact | None = None  # errors (loss) that the action could remove
    like: int | None = None  # place of an earlier kind that names a column of this one and shares many of its rows


class Human(Model):
    """What a person decided, beside what the machine recommends."""

    decision: str
    person: str
    role: str
    reason: str
    date: dt.date
    record_sha256: str | None = None


class Decision(Model):
    """The machine's recommendation, the clock, and the person's decision, apart."""

    recommendation: Recommendation
    clock: Clock
    reason: str
    human: Human | None = None


class RunInfo(Model):
    """When, with what, from which seed."""

    id: str
    started: dt.datetime
    finished: dt.datetime
    version: str
    seed: int
    as_of: dt.date
    asked: dt.date | None = None  # the day that was asked for, where it lies before the last day on record


class ProjectInfo(Model):
    """What the project file says of the project."""

    name: str
    slug: str
    task: str
    owner: str | None = None
    candidate: str | None = None
    incumbent: str | None = None
    start: dt.date | None = None
    deadline: dt.date | None = None
    currency: str = ""
    metric: str | None = None
    metric_words: str | None = None
    where: str = ""  # the slice that the first target is for, where none is for all rows
    personal: tuple[str, ...] = ()
    project_sha256: str = ""


class OpenCondition(Model):
    """A condition that is not met, and who closes it by when (`live`: the promise counts today)."""

    id: str
    title: str
    status: Status
    owner: str | None = None
    due: dt.date | None = None
    live: bool = False
    waived: bool = False
    supply: str = ""
    todo: str = ""  # the next step in a few words, as page one says it


class Money(Model):
    """What launching, waiting and being wrong are worth, per month unless said, in `currency`."""

    currency: str
    monthly: IntervalFact
    week_of_waiting: IntervalFact
    false_go_month: float  # a month of a wrong go
    false_go_right: float | None = None  # the share of right answers that a wrong go is taken to have
    false_go_scenario: Scenario | None = None
    false_go_sign: Sign | None = None  # whether that month still earns something: a wrong go need not be a loss
    break_even: float | None = None
    where: str = ""  # the slice that the money is about, empty for all rows
    share: float = 1.0  # of the sample's rows that lie in it: the stated volume is scaled by it
    stated_by: str
    stated_on: dt.date | None = None


class GateDate(Model):
    """When a stage of the path was due and when it was passed."""

    week: int  # the week of the path in which it is due
    title: str
    planned: dt.date
    passed: dt.date | None = None
    exact: bool = False  # False where it had passed already when somebody looked for the first time


class Delay(Model):
    """What an unmet assumption costs, in weeks of the likely end."""

    assumption: str
    weeks: float


class Forecast(Model):
    """When the twelve-week path ends, by simulation; stages already passed stand at their true dates."""

    p50: dt.date
    p80: dt.date
    p90: dt.date
    deadline: dt.date | None = None
    on_time: float | None = None
    unmet: tuple[str, ...] = ()
    first_time: bool = False  # counted as the first project of its kind
    gates: tuple[GateDate, ...] = ()
    costs: tuple[Delay, ...] = ()


class LookTotal(Model):
    """All looks at a row's labels with one version; `spent` is the error probability that they used in all."""

    criterion: str
    version: str
    looks: int
    first: dt.date
    last: dt.date
    spent: float


class HistoryBreach(Model):
    """Why the history is not the one that was written.

    Attributes:
        code: "cut" (fewer lines than a witness names), "changed" (another line stands where a witness names one),
            "unwitnessed" (the file that says how far it went is gone or unreadable), "unchained" (a line does not
            follow the one before).
        entries: lines that the history had when this was seen.
        named: lines that the witness names; for "unchained" the line that does not follow.
        witness: "head", "record" or the id of a run; empty for "unchained".
        told: the same in words.
    """

    code: Literal["cut", "changed", "unwitnessed", "unchained"]
    entries: int
    named: int
    witness: str = ""
    told: str


class Attestation(Model):
    """What a person vouches for, or waives."""

    criterion: str
    kind: Literal["attestation", "waiver"]
    person: str
    role: str = ""
    reason: str = ""
    link: str | None = None
    made: dt.date
    expires: dt.date


class Correction(Model):
    """Evidence that was replaced or taken away after a look, and who signed that it was a mistake (nobody: `person` is
    "").

    `bound` is False where it was no more than a guess, or nothing had been read by it.
    """

    key: str
    was: tuple[str, ...] = ()  # the columns and mappings of an earlier look that it covers
    now: str = ""  # what stands in its place
    bound: bool = True
    person: str = ""
    role: str = ""
    reason: str = ""
    author: str | None = None  # who made the mistake, where it is stated
    made: dt.date | None = None

    @property
    def words(self) -> str:
        """What was replaced or taken away, and who signed for it."""
        was = ", ".join(name.partition("=")[2] for name in self.was if "=" in name)
        now = self.now.replace("=", " = ")
        shown = {"key": self.key, "now": f" ({f'was {was}, ' if was else ''}now {now})" if now else ""}
        if self.made is None:
            return say(Replaced.UNSIGNED if self.bound else Replaced.UNBOUND, **shown)
        who = f"{self.person}, {self.role}," if self.role else self.person
        return f"{say(Replaced.SIGNED, person=who, made=self.made, **shown)} {self.reason}".rstrip()


class Previous(Model):
    """The run before this one, for "what changed"."""

    id: str
    as_of: dt.date
    recommendation: Recommendation


class Record(Model):
    """The whole decision record."""

    schema_version: str = SCHEMA_VERSION
    catalogue_version: str
    project: ProjectInfo
    run: RunInfo
    decision: Decision
    criteria: tuple[Row, ...]
    tables: tuple[TableAccount, ...]
    findings: tuple[FindingRecord, ...] = ()
    slices: tuple[SliceRecord, ...] = ()
    open: tuple[OpenCondition, ...] = ()
    changes: tuple[str, ...] = ()
    goalposts: tuple[str, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    corrections: tuple[Correction, ...] = ()
    looks: tuple[Look, ...] = ()  # the last ones; `looks_in_all` says how many there were
    looks_in_all: int = 0
    look_totals: tuple[LookTotal, ...] = ()  # of the criteria and versions that were looked at last
    presets: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()  # tables that could not be read, and why
    preview: str | None = None  # why this is a PREVIEW, NOT A DECISION; None where it is a decision
    history_note: str | None = None  # e.g. "earlier looks are unknown"
    breaches: tuple[HistoryBreach, ...] = ()  # the ones seen now first, then those that the history tells of
    evidence: Evidence = Evidence()
    money: Money | None = None
    forecast: Forecast | None = None
    previous: Previous | None = None

    def row(self, row_id: str) -> Row:
        """Return the row of that id.

        Raises:
            KeyError: the record has no such row.
        """
        for row in self.criteria:
            if row.id == row_id:
                return row
        raise KeyError(row_id)

    def to_json(self) -> str:
        """Return the record as JSON text with sorted keys, so that equal records are equal bytes."""
        text = json.dumps(self.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        # A file's name may hold bytes that are no UTF-8: half a pair, which JSON writes as an escape.
        return text.encode("utf-8", "backslashreplace").decode() + "\n"


def read_record(path: Path) -> Record:
    """Return the record in a `decision.json`.

    Raises:
        RunError: the file is missing, is no record, or has a schema that this version does not know.
    """
    try:
        data = json.loads(read_plain(path).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(say(Unreadable.FILE, path=str(path), error=str(error))) from None
    try:
        return Record.model_validate(upgrade(data))
    except RunError as error:
        raise RunError(f"{path}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        about = {"path": str(path), "known": SCHEMA_VERSION, "where": where, "error": first["msg"]}
        raise RunError(say(Unreadable.INVALID, **about)) from None


def upgrade(data: Any) -> Any:
    """Return an older record's data in the present schema (records stay readable for good).

    Raises:
        RunError: the data is no decision record, or one of a schema that this version does not know.
    """
    version = data.get("schema_version") if isinstance(data, dict) else None
    if not isinstance(version, str):
        raise RunError(say(Unreadable.NO_RECORD))
    if version != SCHEMA_VERSION:
        newer = _numbers(version) > _numbers(SCHEMA_VERSION)
        code = Unreadable.NEWER if newer else Unreadable.NEVER
        raise RunError(say(code, version=version, known=SCHEMA_VERSION))
    money = data.get("money")
    if isinstance(money, dict):  # written before the price of missing labels stood in the rows
        data = data | {"money": {k: v for k, v in money.items() if k not in {"labels_cost", "labels_days"}}}
    return data


def _numbers(version: str) -> tuple[int, ...]:
    """Return "1.10" as (1, 10); anything else as nothing, which no version is older than."""
    parts = version.split(".")
    return tuple(int(p) for p in parts) if all(p.isdigit() for p in parts) else ()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `decision.json`, generated from these models."""
    schema = Record.model_json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "gatebook decision record"
    return schema
