"""`scan`: every check over one table, one finding for one cause, ranked by harm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from gatebook.evidence.budget import TEXTS
from gatebook.evidence.quality import (
    arithmetic,
    coverage,
    dates,
    dependencies,
    duplicates,
    encoding,
    glued,
    leaks,
    missing,
    outliers,
    patterns,
    personal,
    rules,
    scale,
    screen,
    shifted,
    spans,
    stuck,
    textual,
    typos,
    units,
)
from gatebook.evidence.quality.column import Table
from gatebook.evidence.quality.finding import Finding, Scan, harm_of, weighed, wilson
from gatebook.evidence.quality.reading import Source, read

# In this order an earlier check owns a cell: the later one names what is left, so one cause is one finding.
CHECKS: tuple[tuple[str, Callable[[Table], list[Finding]]], ...] = (
    ("words that stand for a missing value", missing.find_disguised),
    ("words that may stand for a missing value", missing.find_maybe_missing),
    ("numbers and dates that stand for a missing value", missing.find_sentinels),
    ("shifted fields", shifted.find_shifted),
    ("glued fields", glued.find_glued),
    ("values with their neighbour's behind them", glued.find_carried),
    ("spreadsheet mangling", encoding.find_mangling),
    ("damaged encoding", encoding.find_damaged_encoding),
    ("escape marks", encoding.find_escape_marks),
    ("units", units.find_units),
    ("units that are not written", scale.find_scales),
    ("units that do not fit the numbers beside them", scale.find_ratios),
    ("decimal and thousands marks", units.find_decimal_marks),
    ("impossible dates", dates.find_impossible_dates),
    ("date and time formats", dates.find_date_formats),
    ("order of day and month", dates.find_date_order),
    ("mixed types and minority shapes", patterns.find_mixed_types),
    ("several ways to write one number", patterns.find_formats),
    ("lost leading zeros", patterns.find_leading_zeros),
    ("stray marks", patterns.find_stray_marks),
    ("spaces around values", patterns.find_whitespace),
    ("spellings of one category", patterns.find_spellings),
    ("typos", typos.find_typos),
    ("dependencies between columns", dependencies.find_dependencies),
    ("missing values", missing.find_missing),
    ("sums and products of columns", arithmetic.find_arithmetic),
    ("times between dates", spans.find_spans),
    ("rules between columns", rules.find_order_rules),
    ("columns that are copies", rules.find_equal),
    ("readings that stand still", stuck.find_stuck),
    ("impossible values and outliers", outliers.find_outliers),
    ("duplicates and keys", duplicates.find_duplicates),
    ("near-duplicate texts", duplicates.find_near_duplicates),
    ("equal texts with different labels", duplicates.find_conflicts),
    ("constant columns", leaks.find_constant),
    ("columns that know the answer", leaks.find_leaks),
    ("missing values that tell the answer", leaks.find_telling_gaps),
    ("gaps in time", coverage.find_time_gaps),
    ("age of the newest row", coverage.find_stale),
    ("personal data", personal.find_personal),
    ("edges and languages of free text", textual.find_text_edges),
)
_NEED_TIME = ("gaps in time", "readings that stand still", "age of the newest row")
_NAMED = 20  # sampled columns that are listed by name
_CLAIMS = frozenset(
    {
        "outlier",
        "typo",
        "broken_dependency",
        "sources_disagree",
        "missing",
        "mixed_types",
        "minority_format",
        "stray_marks",
        "date_formats",
        "date_order",
        "category_spelling",
        "whitespace",
        "escape_marks",
        "leading_zeros",
        "decimal_marks",
        "sentinel",
        "disguised_missing",
        "mixed_units",
        "glued_fields",
        "shifted_fields",
        "spreadsheet_mangling",
        "damaged_encoding",
        "impossible_value",
        "broken_rule",
        "stuck",
    }
)


def scan(
    table: Source | pd.DataFrame,
    *,
    ids: tuple[str, ...] = (),
    apart: tuple[str, ...] = (),
    time: str | None = None,
    text: tuple[str, ...] = (),
    label: str | None = None,
    personal: tuple[str, ...] = (),
    public: tuple[str, ...] = (),
    ignore: Iterable[str] = (),
    as_of: date | None = None,
) -> Scan:
    """What is wrong in a table, without configuration.

    Args:
        table: every column text as it stands in the file; missing (or "") is an empty cell. An opened table hands over one
            column after the other, so it is never in memory as a whole.
        ids: columns that together name a case.
        apart: columns that tell several rows of one case apart, such as version and trial.
        time: the column of the row's moment.
        text: free-text inputs.
        label: the true answer, where the table holds it.
        personal: columns to treat as personal data.
        public: columns that are none, whatever they look like.
        ignore: columns that are left out.
        as_of: the day of the decision, against which the newest row is old; None leaves that out.

    Returns:
        The findings, the most harmful first, with what was checked and what was not.
    """
    seen = read(
        table,
        ids=ids,
        apart=apart,
        time=time,
        text=text,
        label=label,
        personal=personal,
        public=public,
        ignore=ignore,
        as_of=as_of,
    )
    found: list[Finding] = []
    claimed: dict[str, np.ndarray] = {}
    for _, check in CHECKS:
        for one in check(seen):
            kept = _claim(one, claimed, seen)
            if kept is not None:
                found.append(kept)
    found.sort(key=lambda f: (-f.harm, f.kind, f.columns))
    seen.within(TEXTS, [c for c in seen.columns if c.is_prose])  # noted here for all comparisons of rows
    skipped = _not_checked(seen, tuple(ignore))
    undone = {name for name, _ in skipped}
    return Scan(
        findings=tuple(found),
        checked=tuple(name for name, _ in CHECKS if name not in undone),
        not_checked=tuple(f"{name}: {why}" if name else why for name, why in skipped),
        rows=seen.rows,
        sampled=None if seen.sample is None else len(seen.sample),
    )


def _claim(one: Finding, claimed: dict[str, np.ndarray], table: Table) -> Finding | None:
    """Take away the cells that an earlier finding owns (a bit a row of each column); None where little is left."""
    if one.kind not in _CLAIMS or not one.cells:
        return one
    cells, before, after = [], 0, 0
    for _, name in one.cells:
        claimed.setdefault(name, np.zeros(table.rows // 8 + 1, dtype=np.uint8))
    told = np.zeros(table.rows // 8 + 1, dtype=np.uint8)
    if one.kind == "broken_rule":  # a number known to be wrong breaks its rules
        told = np.bitwise_or.reduce([claimed[name] for name in one.columns if name in claimed] or [told])
    for rows, name in one.cells:
        taken = claimed[name]
        left = rows[(taken | told)[rows >> 3] >> (rows & 7) & 1 == 0]
        before, after = before + len(rows), after + len(left)
        if one.cell_error or one.kind in ("missing", "broken_rule"):
            np.bitwise_or.at(taken, left >> 3, np.left_shift(1, left & 7).astype(np.uint8))
        cells.append((left, name))
    if after == before:
        return one
    if after == 0:
        return None
    rows_left = len(np.unique(np.concatenate([r for r, _ in cells])))
    base = round(one.rows / one.share) if one.share else one.rows
    lower, upper = wilson(rows_left, base)
    title = one.title.replace(f"{one.rows:,} of", f"{rows_left:,} of").replace(
        f"({100 * one.share:.1f} %)", f"({100 * rows_left / base:.1f} %)"
    )
    share = rows_left / base
    severity = weighed(one.kind, one.severity, rows_left, share, one.cell_error)
    return replace(
        one,
        cells=tuple(cells),
        rows=rows_left,
        share=share,
        lower=lower,
        upper=upper,
        title=title,
        severity=severity,
        harm=harm_of(one.kind, severity, share, one.cell_error),
    )


def _not_checked(table: Table, ignore: tuple[str, ...]) -> list[tuple[str, str]]:
    """(check that was not made or "" where only a part was left out, reason)."""
    out = [("", f"`{name}`: left out, as the project says") for name in ignore]
    if table.sample is not None:
        wide = [c.name for c in table.columns if c.rows is not None]
        looked = f"{len(table.sample):,} of {table.rows:,} rows, drawn at random"
        out.append(("", f"checks across columns looked at {looked}"))
        if wide:
            more = f" and {len(wide) - _NAMED:,} more columns" if len(wide) > _NAMED else ""
            named = ", ".join(f"`{w}`" for w in wide[:_NAMED])
            out.append(("", f"values of {named}{more} (mostly distinct): the same {len(table.sample):,} rows"))
    if table.label is None:
        out.append(("columns that know the answer", "no label stands in this table"))
    if table.time is None:
        out += [(name, "no time column is named") for name in _NEED_TIME]
    elif table.as_of is None:
        out.append(("age of the newest row", "no day of decision is given"))
    out += [("", budget.said(of, left)) for budget, (of, left) in table.left_out.items()]
    if len(table.columns) > screen.WIDEST:
        drawn = f"{min(table.looked, screen.ROWS):,} rows drawn at random"
        out.append(("", f"dependencies between {len(table.columns):,} columns: those that {drawn} hint at"))
    if not table.ids:
        out.append(("repeated ids", "no id is named"))
    out += [
        ("", f"`{name}`: no such column")
        for name in (*table.text, *filter(None, (table.time, table.label)))
        if table.get(name) is None
    ]
    return out
