"""What the project's history says: earlier looks, evidence in use, targets, and what people vouched for."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from gatebook.history.chain import BREACH, HistoryEntry
from gatebook.history.witness import breach_of
from gatebook.record import Attestation, Correction, HistoryBreach, Human, Look, Previous, Status
from gatebook.verdict.evidence_in_use import covered
from gatebook.verdict.fresh import read
from gatebook.verdict.lineage import Line, read_line
from gatebook.verdict.on_record import EvidenceOnRecord
from gatebook.verdict.targets import Mended, mend

MAX_WAIVER_DAYS = 90
BEGINNINGS = frozenset({"init", "sample", "look", "run"})  # what people add says nothing of looks
_Lines = dict[tuple[str, str, bool], dict[int, Line]]
_OF_LINE = {"parent", "share", "sealed_by", "outcomes"}


@dataclass(frozen=True, slots=True)
class PastLook:
    """One earlier look at one criterion.

    Attributes:
        criterion: row id, with the metric where a row has several.
        bar: the bar at that look.
        version: the candidate judged.
        lineage: hash of every outcome of the line.
        n: labels (or requests) that entered.
        planned: labels planned then.
        alpha: one-sided alpha of the bounds used.
        spent: alpha spent up to and with that look.
        at: day of the look.
        own: whether the labels judged this version alone (a final label set).
        mapping: what defined the outcomes, e.g. "labels.label=intent"; empty where it is not on record.
        status: how the row read after it; empty where it is not on record.
        void: whether somebody signed since that this mapping was a mistake.
        line: which line of looks it belongs to: in one, no outcome was changed.
        terms: what the bar alone does not say, such as the percentile.
    """

    criterion: str
    bar: float
    version: str
    lineage: str
    n: int
    planned: int
    alpha: float
    spent: float
    at: dt.date
    own: bool = False
    mapping: Sequence[str] = ()
    status: str = ""
    void: bool = False
    line: int = 0
    terms: str = ""

    def told(self) -> Look:
        """Return the look as the record tells it."""
        return Look(**{name: getattr(self, name) for name in Look.model_fields})


class Unscored(NamedTuple):
    """Who states that nobody had scored this model on the labels that were there when the history was begun."""

    person: str
    made: dt.date


@dataclass(frozen=True)
class Past:
    """The history, read once.

    Attributes:
        begun_by: kind of the first entry that is not a person's: "init", "sample", "look"; None for a new history.
        seen: labels that were there when it was begun.
        unscored: who states that nobody had scored this model on them, None where nobody does.
        looks: in order of time.
        lines: criterion, version, and whether its labels judge it alone -> lines of looks, the last one at the end.
        evidence: what each row used, and how it stood with it.
        targets: every set of targets on record, oldest first, each with the day from which it stood, less what was
            signed as a mistake.
        mended: targets that were signed as a mistake.
        attestations: by criterion, the newest last.
        signatures: every signed decision, oldest first.
        runs: the day and the row statuses of every complete run, oldest first.
        previous: the newest complete run.
        statuses_before: row statuses of the newest complete run.
        label_rows_before: labels at the newest complete run.
        judged_on: version, and whether alone -> hashes of the ids of the labels that judged it.
        folds: which spellings of answers count as one since the first look, None before it.
        latest: the last day that was judged and had come by then, None before the first look.
        breaches: why this is not the history that was written, empty where it is.
    """

    begun_by: str | None = None
    seen: int = 0
    unscored: Unscored | None = None
    looks: tuple[PastLook, ...] = ()
    lines: Mapping[tuple[str, str, bool], tuple[Line, ...]] = field(default_factory=dict)
    evidence: EvidenceOnRecord = field(default_factory=EvidenceOnRecord)
    targets: tuple[tuple[dt.date, Mapping[str, Any]], ...] = ()
    mended: tuple[Mended, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    signatures: tuple[Human, ...] = ()
    runs: tuple[tuple[dt.date, Mapping[str, Status]], ...] = ()
    previous: Previous | None = None
    statuses_before: Mapping[str, Status] = field(default_factory=dict)
    label_rows_before: int | None = None
    judged_on: Mapping[tuple[str, bool], frozenset[bytes]] = field(default_factory=dict)
    folds: frozenset[str] | None = None
    breaches: tuple[HistoryBreach, ...] = ()
    latest: dt.date | None = None

    @property
    def looks_known(self) -> bool:
        """Whether earlier looks are known: the history is whole, and was begun before there was any label, or somebody
        states that nobody had scored the model on those there were.
        """
        return self.begun_by in {"init", "sample"} and (not self.seen or bool(self.unscored)) and not self.breaches

    @property
    def human(self) -> Human | None:
        """The newest signed decision."""
        return self.signatures[-1] if self.signatures else None

    def day(self, asked: dt.date) -> dt.date:
        """Return the day to judge: a day before the last one on record would bring back what has expired since."""
        return asked if self.latest is None else max(asked, self.latest)

    def live(self, criterion: str, kind: str, as_of: dt.date) -> Attestation | None:
        """Return the newest attestation or waiver of a row that is in force on that day."""
        for item in reversed(self.attestations):
            if item.criterion == criterion and item.kind == kind and item.made <= as_of <= item.expires:
                return item
        return None


def read_past(entries: Iterable[HistoryEntry], breaches: Iterable[HistoryBreach] = ()) -> Past:
    """Return the history as the verdicts need it; entries of unknown kinds are left alone.

    Args:
        entries: oldest first.
        breaches: why it is not the history that was written, where no entry says so yet.
    """
    begun: HistoryEntry | None = None
    looks: list[PastLook] = []
    lines: _Lines = {}
    evidence = EvidenceOnRecord()
    mended: list[Mended] = []
    targets: list[tuple[dt.date, Mapping[str, Any]]] = []
    attestations: list[Attestation] = []
    signatures: list[Human] = []
    runs: list[tuple[dt.date, Mapping[str, Status]]] = []
    previous: Previous | None = None
    before: Mapping[str, Status] = {}
    labels_before: int | None = None
    folds: frozenset[str] | None = None
    told: list[HistoryBreach] = []
    judged: dict[tuple[str, bool], set[bytes]] = {}
    latest: dt.date | None = None
    for entry in entries:
        begun = begun or (entry if entry.kind in BEGINNINGS else None)
        data = entry.data
        if entry.kind in {"look", "run"}:  # a day still to come by the clock of the entry was a forecast, or a slip
            latest = max(latest or dt.date.min, min(dt.date.fromisoformat(data["as_of"]), entry.at.date()))
        if entry.kind == "look":
            day = dt.date.fromisoformat(data["as_of"])
            _add_looks(looks, day, data, lines)
            for item in data.get("labels", ()):
                judged.setdefault((item["version"], item["own"]), set()).update(read(item["ids"]))
            evidence.look(data)
            if not targets or targets[-1][1] != data["targets"]:
                targets.append((day, data["targets"]))
            if folds is None and "folds" in data:
                folds = frozenset(data["folds"])
        elif entry.kind == "run":
            day = dt.date.fromisoformat(data["as_of"])
            previous = Previous(id=data["run"], as_of=day, recommendation=data["recommendation"])
            before = data["statuses"] if data["statuses"] != before else before
            evidence.run(before)
            runs.append((day, before))
            labels_before = data.get("labelled")
        elif entry.kind in {"attest", "waive"}:
            attestations.append(Attestation.model_validate(data))
        elif entry.kind == "sign":
            signatures.append(Human.model_validate(data))
        elif entry.kind == "init":
            evidence.init(data)
        elif entry.kind == "correct":
            item = Correction.model_validate(data)
            evidence.correct(item)
            looks = [replace(x, void=True) if covered(item.key, x.mapping) else x for x in looks]
            targets, found = mend(targets, item)
            mended += found
        elif entry.kind == BREACH:
            told.append(breach_of(data))
            looks = [_doubted(look) for look in looks]
            lines.clear()
    if new := tuple(breaches):
        looks = [_doubted(look) for look in looks]
        lines.clear()
    at_first = begun.data if begun else {}
    return Past(
        begun.kind if begun else None,
        at_first.get("labelled", 0),
        Unscored(item["person"], dt.date.fromisoformat(item["made"])) if (item := at_first.get("unscored")) else None,
        tuple(looks),
        {key: tuple(found.values()) for key, found in lines.items()},
        evidence,
        tuple(targets),
        tuple(mended),
        tuple(attestations),
        tuple(signatures),
        tuple(runs),
        previous,
        before,
        labels_before,
        {k: frozenset(v) for k, v in judged.items()},
        folds,
        (*new, *told),
        latest,
    )


def _add_looks(looks: list[PastLook], day: dt.date, data: Mapping[str, Any], lines: _Lines) -> None:
    """Add the looks of an entry, after what it tells of looks that were only counted before."""
    for one in data.get("told", ()):
        _extend(lines, one)
        for i, look in enumerate(looks):
            if (look.criterion, look.version, look.lineage) == (one["criterion"], one["version"], one["was"]):
                looks[i] = replace(look, lineage=one["lineage"], terms=one["terms"])
    looks += [_look(day, one, lines) for one in data["looks"]]


def _look(day: dt.date, data: Mapping[str, Any], lines: _Lines) -> PastLook:
    """Return a look as the history writes it; names that many looks share are held once, outcomes in `lines`."""
    given = {name: value for name, value in data.items() if name not in _OF_LINE}
    names = {name: sys.intern(data[name]) for name in ("criterion", "version", "lineage")}
    mapping = tuple(sys.intern(name) for name in data.get("mapping", ()))
    look = PastLook(at=day, **{**given, **names, "mapping": mapping})
    if "outcomes" in data:
        _extend(lines, data)
    return look


def _extend(lines: _Lines, data: Mapping[str, Any]) -> None:
    """Add the outcomes of a look to its line, which is then the last one looked at."""
    found = lines.setdefault((data["criterion"], data["version"], data["own"]), {})
    line = read_line(found, data, tuple(map(sys.intern, data["mapping"])))
    found.pop(line.number, None)
    found[line.number] = line


def _doubted(look: PastLook) -> PastLook:
    """Return a look of a broken history: it counts against later ones, but its alpha stands for no outcomes."""
    return replace(look, lineage="", status="")
