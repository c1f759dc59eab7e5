"""The data reality check: is the data what production will see, and what to fix first; and the pages behind it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gatebook.document.page import Dot, Dots, Fragment, rows_of, templates_of
from gatebook.document.rows import CLEAN, Sight, find
from gatebook.figures import Scale
from gatebook.gates.week01 import GATE
from gatebook.record import (
    FEW_ANSWERS,
    ColumnFact,
    EdgeFact,
    FindingRecord,
    Record,
    Row,
    SegmentFact,
    Severity,
    ShiftFact,
)
from gatebook.words import Code, say
from gatebook.words.figures import NBSP, clip, percent

page, section = templates_of(__name__)
_SEVERITIES: tuple[Severity, ...] = ("blocking", "holding", "warning", "note")
_MOST_FIXES, _MOST_FINDINGS, _MOST_CASES = 5, 25, 25
_MOST_DRAWN, _MOST_SEGMENTS_DRAWN, _MOST_SEGMENTS = 20, 15, 30
_ALL_COLUMNS = 100  # columns of which each is told
_MOST_COLUMNS = 40  # of more than that


class Headline(Code):
    """The verdict on the data in a few words."""

    OTHER_DATA = "other_data"
    MISSING = "missing"
    CAN_CARRY = "can_carry"
    BLOCKED = "blocked"
    CANNOT_CARRY = "cannot_carry"


class Beside(Code):
    """How a column differs from the curated data, beside its picture."""

    MISSING = "missing"
    IN_PRODUCTION = "in_production"
    NONE_SAMPLED = "none_sampled"
    GRADER = "grader"
    AGREES = "agrees"


@dataclass(frozen=True)
class InBoth:
    """One column in production beside curated.

    Attributes:
        fact: of production, or of the curated data where production lacks it.
        missing: share missing in production and, where there are curated data, in them; None where a table lacks it.
        only_in: "sample" or "curated" where one of two tables lacks it, empty otherwise.
    """

    fact: ColumnFact
    missing: tuple[float | None, ...]
    only_in: str


def data_reality_check(record: Record) -> Fragment:
    """Return page one: is the data what production will see, and five things to fix first."""
    fixes = _fixes(record)
    first, row, real, asked = fixes[:_MOST_FIXES], find(record, CLEAN), _row(record, "1.3"), _asked(record)
    found = [f.severity for f in record.findings]
    return page(
        "data-reality-check",
        record,
        table=rows_of(Row, lambda r: r.criteria),
        look=_headline(record, row),
        real=real.status if real else None,
        counts={severity: found.count(severity) for severity in _SEVERITIES},
        undecided=row if row is not None and row.status not in ("pass", "fail") and row.supply else None,
        blocks=any(f.severity == "blocking" for f, _ in first),
        weak=next((r for _, r in asked if r is not None and r.status != "pass" and r.supply), None),
        checks=asked,
        fixes=first,
        more=len(record.findings) - sum(1 + more for _, more in first),
        dense=len(fixes) > 3,
    )


def _row(record: Record, row_id: str) -> Row | None:
    """Return a row of this gate."""
    return next((row for row in record.criteria if row.id == row_id), None)


def _asked(record: Record) -> list[tuple[str, Row | None]]:
    """Return what page one asks of the data, each question with its row."""
    return [(entry.question, _row(record, entry.id)) for entry in GATE.rows if entry.question]


def _fixes(record: Record) -> list[tuple[FindingRecord, int]]:
    """Return what is to be fixed, the worst first: of each kind in a table one finding, and how many more there are."""
    groups: dict[tuple[str, str, str], list[FindingRecord]] = {}
    for f in sorted(record.findings, key=lambda f: _SEVERITIES.index(f.severity)):
        if f.severity != "note":
            groups.setdefault((f.severity, f.table, f.kind), []).append(f)
    return [(group[0], len(group) - 1) for group in groups.values()]


def _headline(record: Record, row: Row | None) -> Sight:
    status = row.status if row else None
    if status == "fail":
        return Sight("fail", say(Headline.BLOCKED))
    if status != "pass":
        return Sight("open", say(Headline.CANNOT_CARRY))
    if any(r is not None and r.status == "fail" for _, r in _asked(record)):
        other = (real := _row(record, "1.3")) is not None and real.status == "fail"
        return Sight("open", say(Headline.OTHER_DATA if other else Headline.MISSING))
    return Sight("pass", say(Headline.CAN_CARRY))


def findings(record: Record) -> Fragment:
    """Return every finding, worst first, with what it means and what to do; and what was looked for."""
    scans = record.evidence.scans
    return section(
        "findings",
        record,
        table=rows_of(FindingRecord, lambda r: r.findings),
        drawn=("findings",),
        shown=record.findings[:_MOST_FINDINGS],
        left_out=len(record.findings) > _MOST_FINDINGS,
        checked=[s for s in scans if s.checked],
        unchecked=[(s.table, reason) for s in scans for reason in s.not_checked],
    )


def labels(record: Record) -> Fragment:
    """Return how many true answers there are, how they were drawn, and how well graders agree."""
    fact = record.evidence.labels
    return section(
        "labels",
        record,
        table=lambda r: pd.DataFrame(r.evidence.labels.classes, columns=["answer", "rows"]),
        worth=None if fact.design_effect is None else 1 / max(fact.design_effect, 1.0),
        answers=[(name, n, n / (fact.labelled or 1)) for name, n in fact.classes],
        some_answers=fact.answers > len(fact.classes),
        few=FEW_ANSWERS,
        graders=_graders(record),
        odd=sum(g.suspicious for g in fact.graders),
    )


def _graders(record: Record) -> Dots | None:
    """Return how each grader agrees with the others, less what these reach among themselves, the worst first."""
    gaps = [(g, g.agreement - g.usual) for g in record.evidence.labels.graders]
    if not gaps:
        return None
    dots = []
    for g, gap in gaps:
        value, note = (
            f"{gap * 100:+.0f}".replace("-", "−"),
            say(Beside.AGREES, here=g.agreement, others=g.usual, rows=g.rows),
        )
        name, status = say(Beside.GRADER, number=g.number), "open" if g.suspicious else "none"
        dots.append(Dot(name, gap, g.lower, g.upper, value, note=note, status=status, reference=0.0))
    scale = Scale.over([0.0, *(v for g, gap in gaps for v in (gap, g.lower, g.upper))])
    return Dots(tuple(dots), scale, ((0.0, "as the others"),))


def drift(record: Record) -> Fragment:
    """Return how each column differs between the curated data and production, in one picture."""
    p, classes = record.evidence.production, record.evidence.classes
    shown = sorted(p.columns, key=lambda c: (not c.notable, -abs(c.effect)))[:_MOST_DRAWN]
    scale = Scale.over([0.0, *(v for c in shown for v in (c.effect, c.lower, c.upper))], floor=0.0, ceiling=1.0)
    dots = []
    for c in shown:
        value, status = f"{c.effect:.2f}", "open" if c.notable else "none"
        dots.append(Dot(c.column, c.effect, c.lower, c.upper, value, note=_shift(c), status=status, reference=0.0))
    return section(
        "production",
        record,
        table=rows_of(ShiftFact, lambda r: r.evidence.production.columns),
        drawn=("moved", "answers"),
        notable=sum(c.notable for c in p.columns),
        picture=Dots(tuple(dots), scale, ((0.0, "the same"), (scale.high, "more different"))),
        left=len(p.columns) - len(shown),
        rates=classes.base_rates if classes else (),
    )


def _shift(c: ShiftFact) -> str:
    parts = [c.words] if c.words else []
    if not c.words and abs(c.missing_production - c.missing_curated) > 0.005:
        parts.append(say(Beside.MISSING, before=c.missing_curated, now=c.missing_production))
    if c.psi is not None and c.notable:
        parts.append(f"PSI{NBSP}{c.psi:.2f}")
    return "; ".join(parts)


def columns(record: Record) -> Fragment:
    """Return the profile of the columns, production beside curated; of very many, the most telling."""
    merged: dict[str, dict[str, ColumnFact]] = {}
    for fact in record.evidence.columns:
        merged.setdefault(fact.column, {})[fact.table] = fact
    names = list(merged) if len(merged) <= _ALL_COLUMNS else _most_telling(record, merged)
    both = any("curated" in tables for tables in merged.values())
    return section(
        "columns",
        record,
        table=rows_of(ColumnFact, lambda r: r.evidence.columns),
        drawn=("missing",),
        all=len(merged),
        both=both,
        most=_MOST_COLUMNS,
        left=len(merged) - len(names),
        shown=[_column(merged[name], both=both) for name in names],
    )


def _most_telling(record: Record, merged: dict[str, dict[str, ColumnFact]]) -> list[str]:
    """Return the columns with warnings, then those that moved, then those with most missing, in the order of the
    file.
    """
    warned = {c for f in record.findings if f.severity != "note" for c in f.columns}
    moved = {c.column for c in record.evidence.production.columns if c.notable}

    def telling(name: str) -> tuple[bool, bool, float]:
        share = max(f.share_missing for f in merged[name].values())
        return name not in warned, name not in moved, -share

    chosen = set(sorted(merged, key=telling)[:_MOST_COLUMNS])
    return [name for name in merged if name in chosen]


def _column(tables: dict[str, ColumnFact], *, both: bool) -> InBoth:
    facts = [tables.get(name) for name in (("sample", "curated") if both else ("sample",))]
    return InBoth(
        tables.get("sample") or next(iter(tables.values())),
        tuple(None if f is None else f.share_missing for f in facts),
        next(iter(tables)) if both and len(tables) == 1 else "",
    )


def sample(record: Record) -> Fragment:
    """Return how many independent rows there are, what period they cover, and each segment beside all of production."""
    e = record.evidence
    effect, known = e.labels.design_effect, [s for s in e.segments if s.population is not None]
    shown = e.segments
    if len(shown) > _MOST_SEGMENTS:  # those that lack something first, in their order
        chosen = sorted(shown, key=lambda s: (s.rows > 0, s.labelled >= FEW_ANSWERS, -s.rows))[:_MOST_SEGMENTS]
        shown = tuple(s for s in e.segments if s in chosen)
    return section(
        "sample",
        record,
        table=rows_of(SegmentFact, lambda r: r.evidence.segments),
        drawn=("segments",),
        taken=_row(record, "1.2"),
        access=_row(record, "1.10"),
        worth=1 / max(effect, 1.0) if effect else None,
        picture=_against_production(known) if known else None,
        not_drawn=max(len(known) - _MOST_SEGMENTS_DRAWN, 0),
        segments=[(s, "none" if not s.rows else "few" if s.labelled < FEW_ANSWERS else "enough") for s in shown],
        few=sum(s.labelled < FEW_ANSWERS for s in e.segments),
        fewest=FEW_ANSWERS,
        left=len(e.segments) - len(shown),
    )


def _against_production(known: list[SegmentFact]) -> Dots:
    """Return the share of each segment in the sample and in all of production, those that differ most first."""
    apart = sorted(known, key=lambda s: (s.rows > 0, -abs(s.share - (s.population or 0.0))))[:_MOST_SEGMENTS_DRAWN]
    scale = Scale.over([0.0, *(v for s in apart for v in (s.lower, s.upper, s.population))], floor=0.0, ceiling=1.0)
    dots = []
    for s in apart:
        there, name = s.population or 0.0, f"{s.column}: {clip(s.value, 8)}"
        note = say(Beside.IN_PRODUCTION if s.rows else Beside.NONE_SAMPLED, there=there)
        status = "open" if not s.rows or abs(s.share - there) >= 0.05 else "none"
        dots.append(Dot(name, s.share, s.lower, s.upper, percent(s.share), "", note, status, s.population))
    return Dots(tuple(dots), scale, tuple((end, percent(end)) for end in (scale.low, scale.high)))


def unusual(record: Record) -> Fragment:
    """Return the register of unusual inputs: what was found, and what somebody decided about it."""
    cases = record.evidence.edge_cases
    return section(
        "unusual",
        record,
        table=rows_of(EdgeFact, lambda r: r.evidence.edge_cases),
        undecided=sum(not c.decision for c in cases),
        found=sum(c.rows > 0 for c in cases),
        shown=sorted(cases, key=lambda c: (bool(c.decision), c.rows == 0, -c.rows))[:_MOST_CASES],
        left=max(len(cases) - _MOST_CASES, 0),
    )
