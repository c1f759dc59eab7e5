"""Numbers in another unit that do not say so: a few stand far off and fit the others once converted (1.78 among 178)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gatebook.evidence.budget import RATIOS
from gatebook.evidence.quality.arithmetic import numbers_of, step_of, summands
from gatebook.evidence.quality.column import Bools, Column, Floats, Ints, Table, weighted_quantile
from gatebook.evidence.quality.finding import Finding, Rows, counted, finding

MOST = 0.12  # share of the rows in the other unit
LEAST_ROWS, LEAST_VALUES = 5, 4  # of the rows in the other unit, and their distinct values
COMMONEST = 0.5  # share of one value among them above which it is a code
APART = 1.0  # gap to the others, in distances between their 10 % and 90 % points
NARROW = 0.8  # the others span (1 % to 99 %) at most this share of the conversion, on the scale of logarithms
CHANCY = 5.0  # conversions by less are a note
CLEAR = 0.4  # spread of the ratio of two columns, against the conversion that sets some rows apart
LEAST_SHARE = 0.002  # and the least share of the rows that it sets apart
TOGETHER = 0.6  # spread of the ratio of two columns that go together, against that of each
CENTRED = 0.35  # and their median is off by at most this share of that spread
ALIKE = 4.0  # once converted, they spread between a quarter and four times as wide as the others


@dataclass(frozen=True)
class _Unit:
    """`factor` x number + `plus` converts the far numbers; `words` say how."""

    factor: float
    plus: float
    words: str

    @property
    def is_plain(self) -> bool:
        """Whether the conversion is seldom met by chance: two groups lie a factor of two or three apart by nature too."""
        return bool(self.plus) or not 1 / CHANCY < self.factor < CHANCY


_STEPS = tuple(f for step in (10.0, 60.0, 100.0, 1000.0, 3600.0, 1e6) for f in (step, 1 / step))
_UNITS = (
    *(
        _Unit(factor, 0.0, words)
        for f, name in (
            (10.0, "10"),
            (100.0, "100"),
            (1000.0, "1,000"),
            (1e6, "1,000,000"),
            (60.0, "60"),
            (3600.0, "3,600"),
            (2.20462, "2.2 (pounds)"),
            (2.54, "2.54 (inches)"),
            (3.28084, "3.28 (feet)"),
            (1.609344, "1.61 (miles)"),
        )
        for factor, words in ((f, f"times {name}"), (1 / f, f"divided by {name}"))
    ),
    _Unit(5 / 9, -160 / 9, "read as degrees Fahrenheit"),
    _Unit(9 / 5, 32.0, "read as degrees Celsius"),
)


def find_scales(table: Table) -> list[Finding]:
    """Cells whose number stands apart from all others and is one of them in another unit."""
    out = []
    for column in table.columns:
        if not column.is_number or column.name in table.ids or _names_rows(column) or column.n_real < 100:
            continue
        for far in _apart(column):
            unit = _unit(column, far)
            if unit is None:
                continue
            rows = int(column.counts[far].sum())
            out.append(
                _mixed(
                    column,
                    column.rows_of(far),
                    column.looked,
                    f"{counted(rows, column.looked)} stand apart and fit the others once {unit.words}",
                    far,
                    sure=unit.is_plain,
                )
            )
    return out


def _mixed(column: Column, rows: Rows, looked: int, seen: str, shown: Bools, *, sure: bool) -> Finding:
    """The finding of rows in another unit, `seen` in words; where it is not sure, a note that marks no cell as wrong."""
    return finding(
        "mixed_units",
        [column.name],
        [(rows, column.name)],
        looked,
        severity="warning" if sure else "note",
        cell_error=sure,
        title=f"`{column.name}` seems to mix units without saying so: {seen}",
        meaning="Numbers in two units cannot be compared, and a model takes the far ones for extremes.",
        action="Ask the source which unit these rows are in; convert them there, and name the unit in the column's name.",
        examples=column.examples(shown),
    )


def _names_rows(column: Column) -> bool:
    """Whole numbers of which none comes twice are numbers of rows, not quantities."""
    return column.is_key and step_of(column) >= 1


def find_ratios(table: Table) -> list[Finding]:
    """Cells that are ten, a thousand or sixty times what the columns that go with theirs say (watts among kilowatts).

    Two columns that keep their ratio but for some rows accuse each other; the one that more columns accuse is wrong.
    """
    columns = [c for c in summands(table) if c.name not in table.ids and not _names_rows(c)]
    columns = table.within(RATIOS, columns)
    if len(columns) < 3:  # two accuse each other, and nobody can tell which is wrong
        return []
    numbers = [numbers_of(table, c) for c in columns]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = [np.where(x > 0, np.log(x), np.nan) for x in numbers]
    accused: list[list[tuple[int, float, Bools]]] = [[] for _ in columns]
    for i, j in combinations(range(len(columns)), 2):
        off = _off_ratio(logs[i], logs[j])
        if off is not None:
            factor, rows = off
            accused[i].append((j, factor, rows))
            accused[j].append((i, 1 / factor, rows))
    out = []
    for i, column in enumerate(columns):
        if len(accused[i]) < 2 or any(len(accused[j]) >= len(accused[i]) for j, _, _ in accused[i]):
            continue
        rows = np.sum([rows for _, _, rows in accused[i]], axis=0) >= 2
        factor = accused[i][0][1]
        words = f"{factor:,.0f} times" if factor > 1 else f"a part in {1 / factor:,.0f} of"
        k = int(rows.sum())
        if k < LEAST_ROWS:
            continue
        beside = [columns[j].name for j, _, _ in accused[i]][:3]
        named = " and ".join(f"`{name}`" for name in beside)
        out.append(
            _mixed(
                column,
                table.at(np.flatnonzero(rows)),
                table.looked,
                f"{counted(k, table.looked)} hold {words} what {named} beside it let expect",
                np.bincount(table.codes(column)[rows], minlength=len(column.values)) > 0,
                sure=True,
            )
        )
    return out


def _off_ratio(one: Floats, other: Floats) -> tuple[float, Bools] | None:
    """(factor, rows) where the log ratio of two columns jumps by a conversion in few rows; None where it does not."""
    ratio = one - other
    at = np.isfinite(ratio)
    if at.sum() < 100:  # too few to know the usual ratio
        return None
    known = ratio[at]
    low, middle, high = np.quantile(known, (0.15, 0.5, 0.85))
    spreads = [np.subtract(*np.quantile(x[at], (0.85, 0.15))) for x in (one, other)]
    if high - low > TOGETHER * min(spreads):  # they do not go together
        return None
    width = max(2 * float(high - low), 0.1)  # written digits end somewhere
    for factor in _STEPS:
        step = np.log(factor)
        if width > CLEAR * abs(step):
            continue
        with np.errstate(invalid="ignore"):
            there = np.abs(ratio - middle - step) <= width
            near = np.abs(ratio - middle) <= width
            between = ~near & ~there & ((ratio - middle) * np.sign(step) > 0) & (np.abs(ratio - middle) < abs(step))
        k = int(there.sum())
        if not max(LEAST_ROWS, LEAST_SHARE * len(known)) <= k <= MOST * len(known):
            continue
        centred = abs(float(np.median(ratio[there])) - middle - step) <= CENTRED * width
        # Between the two lies next to nothing, and the ratio is the usual one in nearly all other rows.
        if centred and between.sum() <= 0.05 * k and near.sum() + k >= 0.98 * len(known):
            return factor, there
    return None


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
        several = len(far) >= LEAST_VALUES and column.counts[far].max() <= COMMONEST * column.counts[far].sum()
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
        if inside and centred <= CENTRED * (q[2] - q[1]) and _spread_alike(turned, counts, (q[1], q[2]), rows):
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
