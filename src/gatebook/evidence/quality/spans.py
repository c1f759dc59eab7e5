"""Numbers that nearly always are the time between two dates (age, nights, minutes), and the rows where they are not.

Such a rule is a sum, `begin` + number x unit = `end`, and is broken and blamed like one.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

from gatebook.evidence.budget import SPANS, SUMS
from gatebook.evidence.quality.arithmetic import CHANCE, KEPT, LEAST, numbers_of, step_of, summands, told
from gatebook.evidence.quality.blame import Rule, blamed
from gatebook.evidence.quality.column import Column, Floats, Table
from gatebook.evidence.quality.finding import Finding
from gatebook.evidence.quality.rules import comparable_dates, moments_of

# Seconds in each unit and by how much a whole number of them may be off by the calendar.
UNITS = {
    "years": (365.2425 * 86_400, 1.6 * 86_400),
    "days": (86_400.0, 1.0),
    "hours": (3_600.0, 1.0),
    "minutes": (60.0, 1.0),
    "seconds": (1.0, 0.1),
}
_PROBE = 500


def find_spans(table: Table) -> list[Finding]:
    """Rows in which a number is not the time between two dates that it is in the others."""
    dates, numbers = comparable_dates(table), table.within(SUMS, summands(table))
    if len(dates) < 2 or not numbers:
        return []
    dates = table.within(SPANS, dates)
    columns = [*dates, *numbers]
    rules = _rules(table, columns, len(dates))
    out: list[Finding] = []
    for (unit, rule), cells in zip(rules, blamed(table, columns, [r for _, r in rules]), strict=True):
        begin, number, end = (columns[i].name for i in rule.columns)
        out += told(table, columns, rule, cells, f"`{number}` is the time from `{begin}` to `{end}` in {unit}")
    return out


def _rules(table: Table, columns: list[Column], n_dates: int) -> list[tuple[str, Rule]]:
    moments = [moments_of(table, c) for c in columns[:n_dates]]
    numbers = {i: numbers_of(table, columns[i]) for i in range(n_dates, len(columns))}
    probe = np.random.default_rng(20260104).permutation(table.looked)[:_PROBE]
    out: dict[int, tuple[str, Rule]] = {}  # the number says one thing: the pair that it fits best
    for begin, end in permutations(range(n_dates), 2):
        passed = moments[end] - moments[begin]
        with np.errstate(invalid="ignore"):
            if float(np.mean(passed[probe] > 0)) < float(np.mean(passed[probe] < 0)):  # the other way round
                continue
        for i, number in numbers.items():
            for unit, (seconds, off) in UNITS.items():
                rule = _rule(
                    (begin, i, end), (moments[begin], number, moments[end]), step_of(columns[i]), seconds, off, probe
                )
                if rule is not None:
                    best = out.get(i)
                    if best is None or rule.kept > best[1].kept:
                        out[i] = (unit, rule)
                    break
    return list(out.values())


def _rule(
    which: tuple[int, int, int],
    values: tuple[Floats, Floats, Floats],
    step: float,
    seconds: float,
    off: float,
    probe: np.ndarray,
) -> Rule | None:
    """Begun, full or rounded units: the number lies half a step above, below or at the time that has passed."""
    begin, number, end = values
    passed = end - begin
    for shift in (0.5, 0.0, -0.5):
        span = (number + shift * step) * seconds
        slack = 0.5 * step * seconds + off
        with np.errstate(invalid="ignore"):
            fits = np.abs(span - passed) <= slack
            whole = np.isfinite(span) & np.isfinite(passed)
            if fits[probe].sum() < 0.85 * whole[probe].sum():  # not worth all rows
                continue
            by_chance = np.abs(span[probe] - passed[np.roll(probe, 1)]) <= slack
            wrong = np.abs(span - passed) > slack + step * seconds  # off by one may be another way to count
        whole &= fits | wrong
        n, k = int(whole.sum()), int(wrong.sum())
        if n < LEAST or k > (1 - KEPT) * n or by_chance.sum() > CHANCE * whole[probe].sum():
            continue
        steps = (min(86_400.0, seconds), step * seconds, min(86_400.0, seconds))
        return Rule(which[:2], "+", which[2], (begin, span, end), steps, max(slack, sum(steps)), whole, wrong)
    return None
