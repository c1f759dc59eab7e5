"""Rows 1.1 to 1.6, 1.10 and 1.11: enough data, production data, clean data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gatebook.criteria import Entry, limit_of, row
from gatebook.evidence.classes import LARGE
from gatebook.evidence.disclosure import WITHHELD
from gatebook.evidence.facts import Facts
from gatebook.record import Row
from gatebook.stats.interval import clopper_pearson
from gatebook.verdict.case import Case, Flag, Lacks, context, lacking, share, weighed
from gatebook.verdict.case import row as judged
from gatebook.verdict.gate_dates import milestone
from gatebook.words import Code, said

FORMAT_KINDS = frozenset(
    [
        "minority_format",
        "mixed_units",
        "date_formats",
        "date_order",
        "mixed_types",
        "decimal_marks",
        "category_spelling",
        "whitespace",
        "leading_zeros",
        "escape_marks",
        "stray_marks",
        "time_zones",
        "damaged_encoding",
        "spreadsheet_mangling",
    ]
)
MOST_GAP = 0.05  # of a part's share in the sample from its share in production


class Data(Code):
    """What rows on the data say."""

    COPIES = "copies"
    GROUPS = "groups"
    ENOUGH = "enough"
    TOO_FEW = "too_few"
    PART_ABSENT = "part_absent"
    PART_OFF = "part_off"
    NO_TIME = "no_time"
    SHORT = "short"
    WEEKDAYS = "weekdays"
    POPULATION_UNREADABLE = "population_unreadable"
    DRAW_UNKNOWN = "draw_unknown"
    COVERED = "covered"
    NO_CURATED = "no_curated"
    NOTHING_IN_COMMON = "nothing_in_common"
    ALIKE = "alike"
    TELLS = "tells"
    TOLD_APART = "told_apart"
    MAY_DIFFER = "may_differ"
    ANSWER_ABSENT = "answer_absent"
    OTHERS_ABSENT = "others_absent"
    ABSENT = "absent"
    ABSENT_FEW = "absent_few"
    ABSENT_SPELLING = "absent_spelling"
    ABSENT_BIASED = "absent_biased"
    NONE_REQUIRED = "none_required"
    FILLED = "filled"
    BLANK = "blank"
    FEW_FOR_BLANKS = "few_for_blanks"
    NO_BLANKS_SEEN = "no_blanks_seen"
    ONE_FORMAT = "one_format"
    FEW_FOR_FORMATS = "few_for_formats"
    SEVERAL_FORMATS = "several_formats"
    MORE_FORMATS = "more_formats"
    ODD_RARE = "odd_rare"
    MAY_BE_SEVERAL = "may_be_several"
    NO_EDGES = "no_edges"
    EDGES_DECIDED = "edges_decided"
    EDGES_WAIT = "edges_wait"
    NOT_ASKED = "not_asked"
    SLOW_ACCESS = "slow_access"
    QUICK_ACCESS = "quick_access"
    ACCESS_WAITS = "access_waits"
    ORGANISATIONAL = "organisational"


@row(
    "1.1",
    "condition",
    threshold=1000,
    stricter="higher",
    uses=("sample", "sample.id", "sample.cluster"),
    supports=("clean",),
)
def size(entry: Entry, case: Case) -> Row:
    """At least 1,000 different rows."""
    cover, limit = case.facts.coverage, int(limit_of(entry, 1000))
    if cover.rows == 0:
        return lacking(entry, said(Lacks.NO_SAMPLE))
    flags = [said(Data.COPIES, n=cover.rows - cover.distinct)] if cover.rows > cover.distinct else []
    if cover.groups is not None:
        flags.append(said(Data.GROUPS, n=cover.groups))
    fields = {"bar": float(limit), "estimate": float(cover.distinct), "n": cover.rows, "flags": flags}
    if cover.distinct >= limit:
        return judged(entry, "pass", said(Data.ENOUGH, n=cover.distinct), **fields)
    why = said(Data.TOO_FEW, n=cover.distinct, needed=limit, more=limit - cover.distinct)
    return judged(entry, "fail", why, **fields)


def _of_population(facts: Facts, _targets: Any) -> Iterator[tuple[str, str]]:
    table = facts.tables.get("population")
    yield from (("population", column) for column in (table.columns if table is not None else ()))


@row(
    "1.2",
    "condition",
    threshold=28,
    stricter="higher",
    uses=("sample", "sample.time", "sample.segments", "population"),
    all_columns=("population",),
    carries=_of_population,
)
def cover(entry: Entry, case: Case) -> Row:
    """A full business cycle and the population's segments are in the sample."""
    cover, population = case.facts.coverage, case.facts.population
    if cover.rows == 0:
        return lacking(entry, said(Lacks.NO_SAMPLE))
    if population is not None and population.absent:
        return judged(entry, "fail", said(Data.PART_ABSENT, part=_shown(case, population.absent[0])), n=cover.rows)
    if population is not None and population.gap >= MOST_GAP:
        why = said(Data.PART_OFF, part=_shown(case, population.worst), points=population.gap * 100)
        return judged(entry, "fail", why, n=cover.rows)
    if cover.first is None or cover.last is None:
        return lacking(entry, Data.NO_TIME)
    days = int(limit_of(entry, 28))
    fields = {"bar": float(days), "estimate": float(cover.days), "n": cover.rows, "unit": "days"}
    if cover.days < days:
        return lacking(entry, said(Data.SHORT, days=cover.days, needed=days), flags=(Flag.UNATTESTABLE,), **fields)
    if cover.weekdays < 7:
        return lacking(entry, said(Data.WEEKDAYS, n=cover.weekdays), **fields)
    if population is None and "population" in case.facts.tables:
        return lacking(entry, Data.POPULATION_UNREADABLE, flags=(Flag.UNATTESTABLE,), **fields)
    if population is None:
        return lacking(entry, said(Data.DRAW_UNKNOWN, days=cover.days), **fields)
    return judged(entry, "pass", said(Data.COVERED, days=cover.days), **fields)


def _shown(case: Case, part: str) -> str:
    """Return "column = value" of the population table, without the value where the column is personal."""
    column = part.split(" = ", 1)[0]
    return f"{column} = {WITHHELD}" if column in case.facts.personal else part


def _of_shift(facts: Facts, _targets: Any) -> Iterator[tuple[str, str]]:
    moved = facts.shift
    tells = moved.classifier.tells if moved is not None and moved.classifier is not None else ()
    shifted = [c.column for c in moved.columns if c.shifted] if moved is not None else []
    for column in (*shifted, *(tell.column for tell in tells)):
        yield from (("sample", column), ("curated", column))


@row(
    "1.3",
    "condition",
    threshold=0.60,
    uses=(
        *("sample", "curated", "curated_labels", "curated_predictions"),
        *("curated.label", "curated_labels.label", "labels", "labels.label", "sample.label"),
    ),
    all_columns=("sample", "curated"),
    carries=_of_shift,
    beside=True,
    figure="share",
)
def production(entry: Entry, case: Case) -> Row:
    """A classifier cannot tell curated from production rows, and the curated answers lack no common true one."""
    shift = case.facts.shift
    if shift is None:
        return lacking(entry, Data.NO_CURATED)
    auc, limit = shift.classifier, limit_of(entry, 0.60)
    absent = _absent_answers(entry, case)
    if absent is not None and (absent.status == "fail" or auc is None or auc.lower <= limit):
        return absent
    if auc is None:
        return lacking(entry, Data.NOTHING_IN_COMMON)
    fields = {
        "bar": limit,
        "estimate": auc.auc,
        "lower": auc.lower,
        "upper": auc.upper,
        "n": auc.n,
        "higher_is_better": False,
        "method": "cross-fitted classifier, curated against production",
    }
    tells = [tell.column for tell in auc.tells[:2]]
    which = said(Data.TELLS, columns=tells) if tells else ""
    apart, between = said(Data.TOLD_APART, which=which), said(Data.MAY_DIFFER, which=which)
    return weighed(entry, fields, said(Data.ALIKE), apart, between)


def _absent_answers(entry: Entry, case: Case) -> Row | None:
    """Return 1.3 where the curated answers hold none of a class that is more than 1 % of production's truth, else
    None.
    """
    classes, labels = case.facts.classes, case.facts.labels
    if classes is None or not classes.not_curated:
        return None
    first = min(classes.not_curated, key=lambda one: (one.doubt != "", -one.share.estimate))
    others = len(classes.not_curated) - 1
    more = said(Data.OTHERS_ABSENT, n=others) if others else ""
    told = said(Data.ANSWER_ABSENT, share=first.share.estimate, answer=first.answer, more=more)
    fields = {
        "bar": LARGE,
        "estimate": first.share.estimate,
        "lower": first.share.lower,
        "upper": first.share.upper,
        "n": classes.rows,
        "higher_is_better": False,
        "method": "share of the true answers that no curated row holds",
    }
    if first.doubt or labels.biased:
        code = {"few": Data.ABSENT_FEW, "spelling": Data.ABSENT_SPELLING}.get(first.doubt, Data.ABSENT_BIASED)
        return lacking(entry, said(code, told=told, n=classes.curated), **fields)
    return judged(entry, "fail", said(Data.ABSENT, told=told), **fields)


@row(
    "1.4",
    "condition",
    threshold=0.005,
    uses=("sample", "sample.id", "sample.required"),
    supports=("clean",),
    figure="share",
)
def required(entry: Entry, case: Case) -> Row:
    """The share of blanks in each required field is at most 0.5 %."""
    cover, limit = case.facts.coverage, limit_of(entry, 0.005)
    if cover.rows == 0:
        return lacking(entry, said(Lacks.NO_SAMPLE))
    if not cover.blank_required:
        return lacking(entry, Data.NONE_REQUIRED)
    worst, blank = max(cover.blank_required.items(), key=lambda item: item[1])
    fields = share(blank, cover.rows) | {"bar": limit}
    told = {"column": worst, "blank": blank, "rows": cover.rows}
    more = _rows_to_show(limit, blank) - cover.rows if fields["upper"] > limit >= fields["lower"] else 0
    between = said(Data.FEW_FOR_BLANKS if blank else Data.NO_BLANKS_SEEN, **told, more=more)
    filled = said(Data.FILLED, n=len(cover.blank_required))
    return weighed(entry, fields, filled, said(Data.BLANK, **told), between, at_bar=True)


def _rows_to_show(limit: float, found: int) -> int:
    """Return the fewest rows at which so few finds lie below the limit beyond doubt."""
    low, high = found + 1, 2
    while clopper_pearson(found, max(high, found), 0.05)[1] > limit and high < 10**9:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if clopper_pearson(found, middle, 0.05)[1] <= limit else (middle + 1, high)
    return low


def _of_formats(facts: Facts, _targets: Any) -> Iterator[tuple[str, str]]:
    scan = facts.scans.get("sample")
    for one in scan.findings if scan is not None else ():
        if one.kind in FORMAT_KINDS:
            yield from (("sample", column) for column in one.columns)


@row("1.5", "condition", threshold=0.01, uses=("sample",), carries=_of_formats, supports=("clean",), figure="share")
def formats(entry: Entry, case: Case) -> Row:
    """At most 1 % of each column is written unlike the rest."""
    scan, limit = case.facts.scans.get("sample"), limit_of(entry, 0.01)
    if scan is None:
        return lacking(entry, said(Lacks.NO_SAMPLE))
    found = [f for f in scan.findings if f.kind in FORMAT_KINDS and f.severity == "warning"]
    n = max(1, scan.sampled or scan.rows)
    if not found:
        fields = share(0, n) | {"bar": limit, "level": None}
        if fields["upper"] <= limit:
            return judged(entry, "pass", Data.ONE_FORMAT, **fields)
        return lacking(entry, said(Data.FEW_FOR_FORMATS, n=n, more=_rows_to_show(limit, 0) - n), **fields)
    worst = max(found, key=lambda f: f.lower)
    fields = {"bar": limit, "estimate": worst.share, "lower": worst.lower, "upper": worst.upper, "n": n}
    fields |= {"higher_is_better": False}
    columns = ", ".join(worst.columns)
    if worst.lower > limit:
        code = Data.MORE_FORMATS if len(found) > 1 else Data.SEVERAL_FORMATS
        return judged(entry, "fail", said(code, columns=columns, n=len(found)), **fields)
    if max(f.upper for f in found) <= limit:
        return judged(entry, "pass", Data.ODD_RARE, **fields)
    return lacking(entry, said(Data.MAY_BE_SEVERAL, columns=columns), **fields)


def _of_edges(facts: Facts, _targets: Any) -> Iterator[tuple[str, str]]:
    yield from (("sample", case.column) for case in facts.edge_cases or ())


@row("1.6", "condition", uses=("sample", "curated", "sample.text"), all_columns=("sample",), carries=_of_edges)
def edges(entry: Entry, case: Case) -> Row:
    """Every kind of unusual input has a decision in the register."""
    found = case.facts.edge_cases
    if found is None:
        return lacking(entry, said(Lacks.NO_SAMPLE))
    decided = {e.case.strip().casefold() for e in case.project.edge_cases}
    waiting = [e.name for e in found if e.name.casefold() not in decided]
    if not waiting:
        return judged(entry, "pass", Data.EDGES_DECIDED if found else Data.NO_EDGES, n=len(found))
    why = said(Data.EDGES_WAIT, n=len(waiting), of=len(found), first=waiting[0])
    return lacking(entry, why, n=len(found))


@row("1.10", kind="context", threshold=3, role="access")
def access(entry: Entry, case: Case) -> Row:
    """Working days between asking for the data and having it; a red flag beyond three."""
    asked, had = case.project.data_requested, case.project.data_received
    if asked is None:
        return context(entry, Data.NOT_ASKED)
    days = int(np.busday_count(asked, max(had or case.as_of, asked)))
    slow = days > limit_of(entry, 3)
    code = Data.ACCESS_WAITS if had is None else Data.SLOW_ACCESS if slow else Data.QUICK_ACCESS
    return context(entry, said(code, days=days), flags=(Data.ORGANISATIONAL,) if slow else ())


@row("1.11", kind="milestone", rests=True)
def acquired(entry: Entry, case: Case) -> Row:
    """No row of the week failed, and the main ones pass."""
    return milestone(entry, case, ("1.1", "1.7"))
