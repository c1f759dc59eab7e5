"""The checks by name, and `check`: every one of them over one table, one finding for one cause, ranked by harm."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from gatebook.budget import TEXTS
from gatebook.checks.column import CheckedTable, Column
from gatebook.checks.finding import Finding, Findings, Found
from gatebook.checks.source import Source, read
from gatebook.words import Code, Said, said
from gatebook.words.figures import listed

_NAMED = 20  # sampled columns that are listed by name


class CheckName(Code):
    """All checks, in their order: an earlier one owns a cell, the later one names what is left, so one cause is
    told once.
    """

    DISGUISED = "disguised"
    MAYBE_MISSING = "maybe_missing"
    SENTINELS = "sentinels"
    SHIFTED = "shifted"
    GLUED = "glued"
    CARRIED = "carried"
    MANGLING = "mangling"
    ENCODING = "encoding"
    ESCAPES = "escapes"
    UNITS = "units"
    SCALES = "scales"
    RATIOS = "ratios"
    DECIMAL_MARKS = "decimal_marks"
    IMPOSSIBLE_DATES = "impossible_dates"
    DATE_FORMATS = "date_formats"
    DATE_ORDER = "date_order"
    MIXED_TYPES = "mixed_types"
    WAYS = "ways"
    LEADING_ZEROS = "leading_zeros"
    STRAY_MARKS = "stray_marks"
    SPACES = "spaces"
    SPELLINGS = "spellings"
    TYPOS = "typos"
    DEPENDENCIES = "dependencies"
    MISSING = "missing"
    ARITHMETIC = "arithmetic"
    SPANS = "spans"
    ORDER = "order"
    COPIES = "copies"
    STUCK = "stuck"
    OUTLIERS = "outliers"
    DUPLICATES = "duplicates"
    NEAR_DUPLICATES = "near_duplicates"
    CONFLICTS = "conflicts"
    CONSTANT = "constant"
    LEAKS = "leaks"
    TELLING_GAPS = "telling_gaps"
    TIME_GAPS = "time_gaps"
    STALE = "stale"
    PERSONAL = "personal"
    TEXT_EDGES = "text_edges"


class NotChecked(Code):
    """Why something was not looked at."""

    LEFT_OUT = "left_out"
    ACROSS = "across"
    VALUES = "values"
    NO_LABEL = "no_label"
    NO_TIME = "no_time"
    NO_DAY = "no_day"
    NO_IDS = "no_ids"
    NO_COLUMN = "no_column"
    TOO_WIDE = "too_wide"


Checker = Callable[[CheckedTable], Iterable[Finding]]
CHECKS: dict[CheckName, Checker] = {}


def whole_table(which: CheckName) -> Callable[[Checker], Checker]:
    """Register a check of a whole table."""

    def register(one: Checker) -> Checker:
        CHECKS[which] = one
        return one

    return register


ColumnChecker = Callable[[Column, CheckedTable], Iterable[Finding]]


def each_column(which: CheckName, *, least: int = 1, but: Collection[str] = ()) -> Callable[[ColumnChecker], Checker]:
    """Register a check that looks at one column after the other.

    Args:
        which: its name.
        least: rows with a real value below which a column shows no habit.
        but: what a column must not be: number, date, prose, key.
    """

    def register(one: ColumnChecker) -> Checker:
        def over(table: CheckedTable) -> Iterator[Finding]:
            for column in table.columns:
                if column.n_real >= least and not any(getattr(column, f"is_{kind}") for kind in but):
                    yield from one(column, table)

        return whole_table(which)(over)

    return register


def check(table: Source | pd.DataFrame, **roles: Any) -> Findings:
    """What is wrong in a table, without configuration.

    Args:
        table: a frame, best of text as it stands in the file, where missing (or "") is an empty cell; or what
            `gatebook.read` gives, which hands over one column after the other and is never in memory as a whole.
        roles: what is known of the columns, each of it may be left out: `ids` (that together name a case), `apart`
            (that tell rows of one case apart), `time`, `text`, `label`, `personal`, `public` (never personal),
            `ignore`; and `as_of`, the day of the decision.

    Returns:
        The findings, the most harmful first, with what was checked and what was not.

    Raises:
        TableError: a role that is not known.
    """
    seen = read(table, **roles)
    found: list[Finding] = []
    claimed: dict[str, np.ndarray] = {}
    for which in CheckName:
        for one in CHECKS[which](seen):
            kept = _claim(one, claimed, seen)
            if kept is not None:
                found.append(kept)
    found.sort(key=lambda f: (-f.harm, f.kind, f.columns))
    seen.within(TEXTS, (c for c in seen.columns if c.is_prose))  # noted here for all comparisons of rows
    undone = _undone(seen)
    return Findings(
        findings=tuple(found),
        checked=tuple(which for which in CheckName if which not in undone),
        not_checked=tuple(_not_checked(seen, undone)),
        rows=seen.rows,
        sampled=None if seen.sample is None else len(seen.sample),
    )


def _claim(one: Finding, claimed: dict[str, np.ndarray], table: CheckedTable) -> Finding | None:
    """Take away the cells that an earlier finding owns (a bit a row of each column); None where little is left."""
    if not one.code.nature.owns or not one.cells:
        return one
    cells, before, after = [], 0, 0
    for _, name in one.cells:
        claimed.setdefault(name, np.zeros(table.rows // 8 + 1, dtype=np.uint8))
    told = np.zeros(table.rows // 8 + 1, dtype=np.uint8)
    if one.kind == Found.RULE_CELL.kind:  # a number known to be wrong breaks its rules
        told = np.bitwise_or.reduce([claimed[name] for name in one.columns if name in claimed])
    for rows, name in one.cells:
        taken = claimed[name]
        left = rows[(taken | told)[rows >> 3] >> (rows & 7) & 1 == 0]
        before, after = before + len(rows), after + len(left)
        if one.cell_error or one.kind in {Found.MISSING.kind, Found.RULE_CELL.kind}:
            np.bitwise_or.at(taken, left >> 3, np.left_shift(1, left & 7).astype(np.uint8))
        cells.append((left, name))
    if after == before:
        return one
    return one.left_with(cells) if after else None


def _undone(table: CheckedTable) -> dict[CheckName, Said]:
    """The checks that could not be made, and why."""
    out: dict[CheckName, Said] = {}
    if table.roles.label is None:
        out[CheckName.LEAKS] = said(NotChecked.NO_LABEL)
    if table.roles.time is None:
        for which in (CheckName.TIME_GAPS, CheckName.STUCK, CheckName.STALE):
            out[which] = said(NotChecked.NO_TIME, check=which)
    elif table.roles.as_of is None:
        out[CheckName.STALE] = said(NotChecked.NO_DAY)
    return out


def _not_checked(table: CheckedTable, undone: dict[CheckName, Said]) -> Iterator[Said]:
    """What was not looked at, checks and parts of the table."""
    roles = table.roles
    for name in roles.ignore:
        yield said(NotChecked.LEFT_OUT, name=name)
    if table.sample is not None:
        yield said(NotChecked.ACROSS, looked=table.looked, rows=table.rows)
        if wide := [f"`{c.name}`" for c in table.columns if c.rows is not None]:
            yield said(NotChecked.VALUES, names=listed(wide, _NAMED), looked=table.looked)
    yield from undone.values()
    yield from table.notes.values()
    if not table.ids:
        yield said(NotChecked.NO_IDS)
    for name in (*roles.text, *filter(None, (roles.time, roles.label))):
        if table.get(name) is None:
            yield said(NotChecked.NO_COLUMN, name=name)
