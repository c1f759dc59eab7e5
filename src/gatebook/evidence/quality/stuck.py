"""A measured number that repeats without end: a sensor that hangs, or a last value that is filled in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatebook.evidence.budget import STUCK
from gatebook.evidence.quality.arithmetic import numbers_of, step_of, summands
from gatebook.evidence.quality.column import Column, Floats, Table
from gatebook.evidence.quality.dates import is_day_first, moments
from gatebook.evidence.quality.finding import Finding, Rows, counted, finding
from gatebook.words.figures import plain_number

LEAST = 10  # equal readings in a row
RARE = 1e-6  # chance below which such a run is none
LONGER = 3  # times the longest other run
COMMON = 0.05  # a value as common as this, apart from the run, is a resting state
FEWEST_VALUES = 30  # distinct values of a measured number
GROUPS = 1000  # most groups (sensors, stations) that are told apart


def find_stuck(table: Table) -> list[Finding]:
    """Runs of one value in the order of time, of the whole table or of one of its groups, too long to be chance."""
    column = table.get(table.time) if table.time else None
    if column is None or table.sample is not None or not column.n_real:  # a sample has holes in its runs
        return []
    when = np.append(moments(column, day_first=is_day_first(column)), np.nan)[table.codes(column)]
    named = [c for c in table.columns if 2 <= c.distinct <= GROUPS and not c.is_number]
    groups = [None, *table.within(STUCK, named)]
    out = []
    for number in summands(table):
        if number.distinct < FEWEST_VALUES or number.name in table.ids or step_of(number) >= 1:
            continue
        values = numbers_of(table, number)
        runs = [(group, _longest(values, when, table, group)) for group in groups]
        group, rows = max(runs, key=lambda run: len(run[1]))
        if len(rows):
            out.append(_told(table, number, group, rows, float(values[rows[0]])))
    return out


def _longest(values: Floats, when: Floats, table: Table, group: Column | None) -> Rows:
    """The rows of the longest run of one value, empty where it is no surprise."""
    codes = np.zeros(len(values), dtype=np.int64) if group is None else table.codes(group).astype(np.int64)
    known = np.flatnonzero(np.isfinite(values) & np.isfinite(when) & (codes >= 0))
    order = known[np.lexsort((when[known], codes[known]))]
    if len(order) < 10 * LEAST:
        return order[:0]
    same = (np.diff(values[order]) == 0) & (np.diff(codes[order]) == 0)
    starts = np.flatnonzero(np.append(True, ~same))
    lengths = np.diff(np.append(starts, len(order)))
    at = int(np.argmax(lengths))
    length, others = int(lengths[at]), np.delete(lengths, at)
    if length < LEAST or length < LONGER * int(others.max(initial=0)) or _rests(values[order], starts[at], length):
        return order[:0]
    repeats = float((others - 1).sum() + 1) / max(1.0, float(others.sum()))
    if len(order) * repeats ** (length - 1) > RARE:
        return order[:0]
    return np.asarray(order[starts[at] : starts[at] + length], dtype=np.intp)


def _rests(values: Floats, start: npt.NDArray[np.intp] | int, length: int) -> bool:
    """Whether the value is common apart from the run (no rain, no load)."""
    alike = int((values == values[start]).sum()) - length
    return alike > COMMON * (len(values) - length)


def _told(table: Table, number: Column, group: Column | None, rows: Rows, value: float) -> Finding:
    of = ""
    if group is not None:
        of = f" for one `{group.name}`"
    return finding(
        "stuck",
        [number.name, *([group.name] if group is not None else [])],
        [(rows, number.name)],
        table.looked,
        title=f"`{number.name}` repeats one value{of} in {counted(len(rows), table.looked)}, one after the other",
        meaning="A sensor hangs, or the last value was filled in: these rows measure nothing.",
        action="Ask who runs the source since when it stands still; read these cells as empty.",
        examples=[(plain_number(value), len(rows))],
    )
