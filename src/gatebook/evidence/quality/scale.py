"""Numbers in another unit that do not say so: a few stand far off and fit the others once converted (1.78 among 178)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatebook.evidence.quality.column import Bools, Column, Floats, Ints, Table, weighted_quantile
from gatebook.evidence.quality.finding import Finding, counted, finding

MOST = 0.12  # share of the rows in the other unit
LEAST_ROWS, LEAST_VALUES = 5, 4  # of the rows in the other unit, and their distinct values
COMMONEST = 0.5  # share of one value among them above which it is a code
APART = 1.0  # gap to the others, in distances between their 10 % and 90 % points
NARROW = 0.8  # the others span (1 % to 99 %) at most this share of the conversion, on the scale of logarithms
CENTRED = 0.35  # and their median is off by at most this share of that spread
ALIKE = 4.0  # once converted, they spread between a quarter and four times as wide as the others


@dataclass(frozen=True)
class _Unit:
    """`factor` x number + `plus` converts the far numbers; `words` say how."""

    factor: float
    plus: float
    words: str


_UNITS = (
    *(
        _Unit(factor, 0.0, words)
        for f, name in (
            (10.0, "10"), (100.0, "100"), (1000.0, "1,000"), (1e6, "1,000,000"), (60.0, "60"), (3600.0, "3,600"),
            (2.20462, "2.2 (pounds)"), (2.54, "2.54 (inches)"), (3.28084, "3.28 (feet)"), (1.609344, "1.61 (miles)"),
        )
        for factor, words in ((f, f"times {name}"), (1 / f, f"divided by {name}"))
    ),
    _Unit(5 / 9, -160 / 9, "read as degrees Fahrenheit"),
    _Unit(9 / 5, 32.0, "read as degrees Celsius"),
)  # fmt: skip


def find_scales(table: Table) -> list[Finding]:
    """Cells whose number stands apart from all others and is one of them in another unit."""
    out = []
    for column in table.columns:
        if not column.is_number or column.name in table.ids or column.is_key or column.n_real < 100:
            continue
        for far in _apart(column):
            unit = _unit(column, far)
            if unit is None:
                continue
            rows = int(column.counts[far].sum())
            out.append(
                finding(
                    "mixed_units",
                    [column.name],
                    [(column.rows_of(far), column.name)],
                    column.looked,
                    title=f"`{column.name}` seems to mix units without saying so: {counted(rows, column.looked)} stand apart and fit the others once {unit.words}",
                    meaning="Numbers in two units cannot be compared, and a model takes the far ones for extremes.",
                    action="Ask the source which unit these rows are in; convert them there, and name the unit in the column's name.",
                    examples=column.examples(far),
                )
            )
    return out


def _apart(column: Column) -> list[Bools]:
    """The values beyond the widest gap on either side, where they are few rows and several values."""
    at = np.flatnonzero(column.real & np.isfinite(column.numbers) & (column.numbers != 0))  # 0 has no unit
    at = at[np.argsort(column.numbers[at], kind="stable")]
    values, counts = column.numbers[at], column.counts[at]
    if len(at) < 4 * LEAST_VALUES:
        return []
    reached = np.cumsum(counts)
    out = []
    for low in (True, False):
        beyond = reached[:-1] if low else reached[-1] - reached[:-1]
        gaps = np.where((beyond >= LEAST_ROWS) & (beyond <= MOST * reached[-1]), _gaps(values), 0.0)
        cut = int(np.argmax(gaps))
        far = at[: cut + 1] if low else at[cut + 1 :]
        several = (
            len(far) >= LEAST_VALUES and column.counts[far].max() <= COMMONEST * column.counts[far].sum()
        )
        if gaps[cut] > 0 and several:
            mask = np.zeros(len(column.values), dtype=bool)
            mask[far] = True
            out.append(mask)
    return out


def _gaps(values: Floats) -> Floats:
    """Distances between neighbours, on the scale of logarithms where all are positive."""
    return np.diff(np.log(values) if values[0] > 0 else values)


def _unit(column: Column, far: Bools) -> _Unit | None:
    """The conversion after which the far values lie among the others and spread like them; None if there is none."""
    near = column.real & np.isfinite(column.numbers) & ~far & (column.numbers != 0)
    others, rows = column.numbers[near], column.counts[near]
    values, counts = column.numbers[far], column.counts[far]
    positive = bool(others.min() > 0 and values.min() > 0)
    q = [weighted_quantile(others, rows, s) for s in (0.01, 0.1, 0.9, 0.99)]
    if not _are_apart(others, values, (q[1], q[2]), positive=positive):
        return None
    for unit in _UNITS:
        if not unit.plus and not (positive and np.log(q[3] / q[0]) <= NARROW * abs(np.log(unit.factor))):
            continue
        if not unit.plus and not _moves_near(values, others, unit.factor):
            continue
        turned = unit.factor * values + unit.plus
        inside = int(counts[(turned >= q[0]) & (turned <= q[3])].sum()) >= 0.9 * counts.sum()
        centred = abs(weighted_quantile(turned, counts, 0.5) - weighted_quantile(others, rows, 0.5))
        if (
            inside
            and centred <= CENTRED * (q[2] - q[1])
            and _spread_alike(turned, counts, (q[1], q[2]), rows)
        ):
            return unit
    return None


def _moves_near(values: Floats, others: Floats, factor: float) -> bool:
    """A conversion has to move the values towards the others."""
    return bool((values.max() < others.min()) == (factor > 1))


def _are_apart(others: Floats, values: Floats, middle: tuple[float, float], *, positive: bool) -> bool:
    low, high = middle
    edge, near = (values.max(), others.min()) if values.max() < others.min() else (values.min(), others.max())
    if positive:
        return bool(abs(np.log(edge / near)) > APART * np.log(high / low))
    return bool(abs(edge - near) > APART * (high - low))


def _spread_alike(turned: Floats, counts: Ints, middle: tuple[float, float], rows: Ints) -> bool:
    width = weighted_quantile(turned, counts, 0.9) - weighted_quantile(turned, counts, 0.1)
    usual = middle[1] - middle[0]
    return bool(len(rows) >= LEAST_VALUES and usual > 0 and usual / ALIKE <= width <= usual * ALIKE)
