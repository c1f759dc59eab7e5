"""Column by column: how the curated data and production differ, and what each column holds."""

from __future__ import annotations

from markupsafe import Markup

from gatebook.document.classes import base_rates
from gatebook.document.page import DotRow, Dots, Fragment, Table, section
from gatebook.figures import Scale, axis, interval
from gatebook.record import ColumnFact, Record, ShiftFact
from gatebook.words.figures import NBSP, clip, count, listed, percent, plural

_MOST_DRAWN = 20
_ALL_LISTED = 100  # columns of which each is told
_MOST_LISTED = 40  # of more than that
_HOW = (
    "Numbers, dates and lengths of text: the widest gap between the two distribution curves (Kolmogorov-Smirnov). "
    "Categories: Cohen's w. Lines are 95 % intervals. PSI is the population stability index. A column stands out from "
    "0.10 on, where chance is ruled out over all columns at once, or where much more is missing."
)


def production_against_curated(record: Record) -> Fragment:
    """Return how each column differs between the curated data and production, in one picture."""
    p = record.evidence.production
    heading = "Does production look like the curated data?"
    if not p.columns:
        return section(
            "production",
            heading,
            "There is no curated table to compare with. Name it in the section `[tables.curated]` of the project file.",
        )
    shown = sorted(p.columns, key=lambda c: (not c.notable, -abs(c.effect)))[:_MOST_DRAWN]
    scale = Scale.over([0.0, *(v for c in shown for v in (c.effect, c.lower, c.upper))], floor=0.0, ceiling=1.0)
    left = len(p.columns) - len(shown)
    rest = f"{plural(left, 'column')} that {'differs' if left == 1 else 'differ'} less {'is' if left == 1 else 'are'} not drawn. "
    return section(
        "production",
        heading,
        _told(record),
        Dots(
            "Difference between curated and production, by column",
            tuple(
                DotRow(
                    c.column,
                    interval(
                        scale,
                        c.effect,
                        c.lower,
                        c.upper,
                        describe=f"{c.column}: difference {c.effect:.2f}",
                        status="open" if c.notable else "none",
                        reference=0.0,
                    ),
                    f"{c.effect:.2f}",
                    _shift_words(c),
                )
                for c in shown
            ),
            axis(scale, [(0.0, "the same"), (scale.high, "more different")]),
            (rest if left > 0 else "") + _HOW,
        ),
        base_rates(record),
    )


def _told(record: Record) -> str:
    p = record.evidence.production
    notable = sum(c.notable for c in p.columns)
    told = [
        f"{count(notable)} of {plural(len(p.columns), 'column')} {'differs' if notable == 1 else 'differ'} enough to matter."
    ]
    if (auc := p.classifier_auc) is not None:
        told.append(
            f"Shown one row of each, a simple model names the production row {percent(auc.estimate, 1)} of the time "
            f"(likely {percent(auc.lower, 1)} to {percent(auc.upper, 1)}); 50 % would be a coin."
        )
    if p.giveaways:
        gives = "gives" if len(p.giveaways) == 1 else "give"
        told.append(f"{listed([f'`{g}`' for g in p.giveaways], 5)} {gives} it away most.")
    if p.verbatim_rows:
        stand = "stands" if p.verbatim_rows == 1 else "stand"
        told.append(f"{plural(p.verbatim_rows, 'production row')} {stand} word for word in the curated data.")
    return " ".join(told)


def _shift_words(c: ShiftFact) -> str:
    parts = [c.words] if c.words else []
    if not c.words and abs(c.missing_production - c.missing_curated) > 0.005:
        parts.append(f"missing {percent(c.missing_curated)} before, {percent(c.missing_production)} now")
    if c.psi is not None and c.notable:
        parts.append(f"PSI{NBSP}{c.psi:.2f}")
    return "; ".join(parts)


def columns(record: Record) -> Fragment:
    """Return the profile of the columns, production beside curated; of very many, the most telling."""
    merged: dict[str, dict[str, ColumnFact]] = {}
    for fact in record.evidence.columns:
        merged.setdefault(fact.column, {})[fact.table] = fact
    heading = "What is in each column?"
    if not merged:
        return section("columns", heading, "No column was profiled.")
    names = list(merged) if len(merged) <= _ALL_LISTED else _most_telling(record, merged)
    both = any("curated" in tables for tables in merged.values())
    left = len(merged) - len(names)
    told = f"{plural(len(merged), 'column')}, in production{' and in the curated data' if both else ''}."
    if left:
        told += f" The {_MOST_LISTED} that most is to be said of stand here."
    return section(
        "columns",
        heading,
        told,
        Table(
            "Columns",
            ("Column", "Kind", "#Missing", *(("#Missing, curated",) if both else ()), "#Distinct", "Values"),
            tuple(_column(name, merged[name], both=both) for name in names),
            note="Numbers: 90 of 100 rows lie in the range."
            + (f" {plural(left, 'column')} are left out here; decision.json holds them all." if left else ""),
        ),
    )


def _most_telling(record: Record, merged: dict[str, dict[str, ColumnFact]]) -> list[str]:
    """Return the columns with warnings, then those that moved, then those with most missing, in the order of the file."""
    warned = {c for f in record.findings if f.severity != "note" for c in f.columns}
    moved = {c.column for c in record.evidence.production.columns if c.notable}

    def telling(name: str) -> tuple[bool, bool, float]:
        share = max(f.missing / max(f.rows, 1) for f in merged[name].values())
        return name not in warned, name not in moved, -share

    chosen = set(sorted(merged, key=telling)[:_MOST_LISTED])
    return [name for name in merged if name in chosen]


def _column(name: str, tables: dict[str, ColumnFact], *, both: bool) -> tuple[str | Markup, ...]:
    fact = tables.get("sample") or next(iter(tables.values()))
    alone = "" if not both or len(tables) == 2 else "only in production" if "sample" in tables else "only curated"
    missing = tuple(
        percent(tables[t].missing / max(tables[t].rows, 1)) if t in tables else "–"
        for t in ("sample", *(("curated",) if both else ()))
    )
    label = Markup("{}<small>{}</small>").format(name, alone) if alone else name
    return (label, fact.kind + (" · personal" if fact.personal else ""), *missing, count(fact.distinct), _values(fact))


def _values(fact: ColumnFact) -> str:
    if fact.personal:
        return "values withheld"
    if fact.minimum is not None or fact.maximum is not None:
        middle = f", middle {fact.median}" if fact.median is not None else ""
        return f"{fact.minimum or '?'} to {fact.maximum or '?'}{middle}"
    return ", ".join(f"{clip(value, 5)} ({count(n)})" for value, n in fact.top[:3]) or "–"
