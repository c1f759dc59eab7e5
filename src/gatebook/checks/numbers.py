"""Numbers with their unit in the cell or in another unit than the others, decimal marks, and values that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gatebook.budget import RATIOS
from gatebook.checks.column import Bools, CheckedTable, Column, Floats, Ints, weighted_quantile
from gatebook.checks.finding import Finding, Found
from gatebook.checks.forms import UNITS, quantity
from gatebook.checks.registry import CheckName, each_column, whole_table
from gatebook.words import Code, Said, said

MAIN = 0.9  # share of the rows from which one way to write the unit is the column's own
MOST = 0.12  # share of the rows in a unit that is not written
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
OLD = 105  # an age that next to no person reaches
FENCE = 12.0  # quartile distances: a normal column reaches 4, a heavy tail is tried on the log scale too
COMMA_DECIMAL = re.compile(r"^ *[-+]?\d{1,3}(?:\.\d{3})*,\d{1,2} *$|^ *[-+]?\d+,\d+ *$", re.MULTILINE)
THOUSANDS = re.compile(r"^ *[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)? *$", re.MULTILINE)
EITHER = re.compile(r"^ *[-+]?[1-9]\d{0,2},\d{3} *$", re.MULTILINE)
THREE = re.compile(r"^ *[-+]?\d+\.\d{3} *$", re.MULTILINE)


def _base(unit: str) -> str:
    """What the unit measures; a remark after the unit (`oz. Alumi-Tek`) is looked past."""
    folded = unit.strip().casefold()
    first = folded.split(" ", 1)[0] if " " in folded else ""
    return UNITS.get(folded.replace(" ", ""), "") or (UNITS.get(first, "") if len(first) > 1 else "")


@each_column(CheckName.UNITS, but=("date", "prose"))
def units(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """Columns of quantities whose unit is spelled in several ways, mixed, or given in some rows only.

    One spelling in nearly all rows: the other cells are wrong. Several spellings: every cell with a unit is wrong, the
    commonest one included (the number is text). One spelling, in some rows: the smaller side is wrong.
    """
    if column.share(column.numeric) > 0.998:  # nothing left to carry a unit
        return []
    parts = {i: part for i, value in column.real_values() if not column.numeric[i] and (part := quantity(value))}
    units = np.full(len(column.values), "", dtype=object)
    for i, (_number, unit) in parts.items():
        units[i] = unit.strip() if _base(unit) else ""
    known = units != ""
    bare = column.at([i for i, (_, unit) in parts.items() if not unit]) | column.numeric
    with_unit, without = column.count(known), column.count(bare)
    spellings = column.rows_by(units.tolist(), known).most_common()
    ways = len(spellings) + bool(without)
    if with_unit < 3 or with_unit + without < 0.8 * column.n_real or ways < 2:  # too few to be a habit; one way
        return []
    wrong = known if len(spellings) > 1 or with_unit <= without else bare
    if len(spellings) > 1 and spellings[0][1] >= MAIN * (with_unit + without):
        wrong = bare | (known & (units != spellings[0][0]))
    code = Found.UNITS_MIXED if len({_base(s) for s, _ in spellings}) > 1 else Found.UNITS_SPELT
    quoted = ", ".join(f"'{s}'" for s, _ in spellings[:5]) + (" or nothing" if without else "")
    return column.found(code, wrong, spellings=quoted, ways=ways)


def _marks(column: Column) -> tuple[Bools, Bools, Bools]:
    """(plain numbers, those with a decimal comma, those with thousands marks).

    `1,234` beside 0.912 and 1.307 is 1.234: where most plain numbers are written with three decimals.
    """
    plain, thousands = column.numeric, column.matching(THOUSANDS)
    if 2 * column.count(plain & column.matching(THREE)) > column.count(plain):
        thousands &= ~column.matching(EITHER)
    return plain, column.matching(COMMA_DECIMAL) & ~thousands, thousands


@each_column(CheckName.DECIMAL_MARKS, but=("date", "prose"))
def decimal_marks(column: Column, _: CheckedTable) -> Iterable[Finding]:
    """1,5 among 1.5, and 1,200 among 1200."""
    plain, comma, thousands = _marks(column)
    n_plain, n_comma, n_thousands = (column.count(mask) for mask in (plain, comma, thousands))
    ways = (n_plain > 0) + (n_comma > 0) + (n_thousands > 0)
    if n_plain + n_comma + n_thousands < 0.9 * column.n_real or ways < 2:  # one way
        return []
    large = plain & (np.abs(np.nan_to_num(column.numbers)) >= 1000)  # below a thousand no mark is needed
    if n_thousands and not n_comma and not large.any():
        return []
    return column.found(Found.DECIMAL_MARKS, comma | thousands if n_comma + n_thousands <= n_plain else plain)


class Turn(Code):
    """How one unit becomes another."""

    TIMES = "times"
    DIVIDED = "divided"
    FAHRENHEIT = "fahrenheit"
    CELSIUS = "celsius"


@dataclass(frozen=True)
class _Unit:
    """`factor` x number + `plus` converts the far numbers; `turn` says how."""

    factor: float
    plus: float
    turn: Said

    @property
    def is_plain(self) -> bool:
        """Whether the conversion is seldom met by chance: two groups lie two or three times apart by nature too."""
        return bool(self.plus) or not 1 / CHANCY < self.factor < CHANCY


_FACTORS = {
    "10": 10.0,
    "100": 100.0,
    "1,000": 1000.0,
    "1,000,000": 1e6,
    "60": 60.0,
    "3,600": 3600.0,
    "2.2 (pounds)": 2.20462,
    "2.54 (inches)": 2.54,
    "3.28 (feet)": 3.28084,
    "1.61 (miles)": 1.609344,
}
_STEPS = tuple(f for step in (10.0, 60.0, 100.0, 1000.0, 3600.0, 1e6) for f in (step, 1 / step))
_UNITS = (
    *(
        _Unit(factor, 0.0, said(turn, by=name))
        for name, f in _FACTORS.items()
        for factor, turn in ((f, Turn.TIMES), (1 / f, Turn.DIVIDED))
    ),
    _Unit(5 / 9, -160 / 9, said(Turn.FAHRENHEIT)),
    _Unit(9 / 5, 32.0, said(Turn.CELSIUS)),
)


def _is_measured(column: Column, table: CheckedTable) -> bool:
    """Whole numbers of which none comes twice, and ids, are numbers of rows, not quantities."""
    return column.name not in table.ids and not (column.is_key and column.step >= 1)


@each_column(CheckName.SCALES, least=100)
def scales(column: Column, table: CheckedTable) -> Iterator[Finding]:
    """Cells whose number stands apart from all others and is one of them in another unit (1.78 among 178)."""
    for far in _apart(column) if column.is_number and _is_measured(column, table) else ():
        unit = _unit(column, far)
        if unit is not None:
            code = Found.UNITS_UNSAID if unit.is_plain else Found.UNITS_DOUBTFUL
            yield from column.found(code, far, turn=unit.turn)


def _apart(column: Column) -> Iterator[Bools]:
    """The values beyond the widest gap on either side, where they are few rows and several values."""
    at = np.flatnonzero(column.numeric & (column.numbers != 0))  # 0 has no unit
    at = at[np.argsort(column.numbers[at], kind="stable")]
    if len(at) < 4 * LEAST_VALUES:
        return
    values, counts = column.numbers[at], column.counts[at]
    distances = np.diff(np.log(values) if values[0] > 0 else values)
    reached = np.cumsum(counts)
    for low in (True, False):
        beyond = reached[:-1] if low else reached[-1] - reached[:-1]
        gaps = np.where((beyond >= LEAST_ROWS) & (beyond <= MOST * reached[-1]), distances, 0.0)
        cut = int(np.argmax(gaps))
        far = at[: cut + 1] if low else at[cut + 1 :]
        several = len(far) >= LEAST_VALUES and column.counts[far].max() <= COMMONEST * column.counts[far].sum()
        if gaps[cut] > 0 and several:
            yield column.at(far)


def _unit(column: Column, far: Bools) -> _Unit | None:
    """The conversion after which the far values lie among the others and spread like them; None if there is none."""
    near = column.numeric & ~far & (column.numbers != 0)
    others, rows = column.numbers[near], column.counts[near]
    values, counts = column.numbers[far], column.counts[far]
    q = [weighted_quantile(others, rows, s) for s in (0.01, 0.1, 0.9, 0.99)]
    positive, below = bool(others.min() > 0 and values.min() > 0), bool(values.max() < others.min())
    edge, shore = (values.max(), others.min()) if below else (values.min(), others.max())
    scale = np.log if positive else np.asarray
    if abs(scale(edge) - scale(shore)) <= APART * (scale(q[2]) - scale(q[1])):
        return None
    for unit in _UNITS:
        if not unit.plus:  # it has to move the values towards the others, and by more than these span
            wide = not positive or np.log(q[3] / q[0]) > NARROW * abs(np.log(unit.factor))
            if wide or below != (unit.factor > 1):
                continue
        turned = unit.factor * values + unit.plus
        inside = int(counts[(turned >= q[0]) & (turned <= q[3])].sum()) >= 0.9 * counts.sum()
        centred = abs(weighted_quantile(turned, counts, 0.5) - weighted_quantile(others, rows, 0.5))
        if inside and centred <= CENTRED * (q[2] - q[1]) and _spread_alike(turned, counts, q[2] - q[1], rows):
            return unit
    return None


def _spread_alike(turned: Floats, counts: Ints, usual: float, rows: Ints) -> bool:
    width = weighted_quantile(turned, counts, 0.9) - weighted_quantile(turned, counts, 0.1)
    return len(rows) >= LEAST_VALUES and 0 < usual / ALIKE <= width <= usual * ALIKE


@whole_table(CheckName.RATIOS)
def ratios(table: CheckedTable) -> Iterator[Finding]:
    """Cells that are ten, a thousand or sixty times what the columns that go with theirs say (watts among kilowatts).

    Two columns that keep their ratio but for some rows accuse each other; the one that more columns accuse is wrong.
    """
    columns = table.within(RATIOS, (c for c in table.columns if c.is_summand and _is_measured(c, table)))
    if len(columns) < 3:  # two accuse each other, and nobody can tell which is wrong
        return
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = [np.where(x > 0, np.log(x), np.nan) for x in (c.number_rows() for c in columns)]
    accused: list[dict[int, tuple[float, Bools]]] = [{} for _ in columns]
    for i, j in combinations(range(len(columns)), 2):
        off = _off_ratio(logs[i], logs[j])
        if off is not None:
            factor, rows = off
            accused[i][j], accused[j][i] = (factor, rows), (1 / factor, rows)
    for column, by in zip(columns, accused, strict=True):
        if len(by) < 2 or any(len(accused[j]) >= len(by) for j in by):
            continue
        rows = np.sum([rows for _, rows in by.values()], axis=0) >= 2
        if rows.sum() < LEAST_ROWS:
            continue
        factor = next(iter(by.values()))[0]
        beside = " and ".join(f"`{columns[j].name}`" for j in list(by)[:3])
        code, times = (Found.UNITS_TIMES, factor) if factor > 1 else (Found.UNITS_PART, 1 / factor)
        examples = column.examples(column.standing(rows))
        yield table.found(code, [column], [(rows, column)], examples=examples, factor=times, beside=beside)


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


@dataclass(frozen=True)
class _Range:
    """What a number of this name can be; where half as many lie between `old` and `high` as beyond, the name
    misleads.
    """

    name: re.Pattern[str]
    low: float
    high: float
    what: str
    old: float


_RANGES = tuple(
    _Range(re.compile(rf"(^|[_ ])({names})$", re.IGNORECASE), low, high, what, old)
    for names, low, high, what, old in (
        ("lat(itude)?", -90, 90, "a latitude", np.inf),
        ("lon|lng|long|longitude", -180, 180, "a longitude", np.inf),
        ("age", 0, 130, "an age", OLD),
        ("percent|percentage|pct", -1000, 1000, "a percentage", np.inf),
        ("month", 0, 12, "a month", np.inf),
        ("hour", 0, 24, "an hour", np.inf),
    )
)


@each_column(CheckName.OUTLIERS)
def outliers(column: Column, table: CheckedTable) -> Iterator[Finding]:
    """Values outside what the column's name allows (a latitude of 412), and numbers alone far from all others."""
    if not column.is_number or column.name in table.ids:
        return
    impossible = column.none
    for allowed in _RANGES:
        if allowed.name.search(column.name):
            impossible, what = _outside(column, allowed), allowed.what
            if column.share(impossible) < 0.1:  # beyond that the name misled us
                yield from column.found(Found.IMPOSSIBLE, impossible, what=what)
    if not column.is_key:
        yield from column.found(Found.OUTLIER, _alone(column) & ~impossible)


def _outside(column: Column, allowed: _Range) -> Bools:
    with np.errstate(invalid="ignore"):
        outside = column.real & ((column.numbers < allowed.low) | (column.numbers > allowed.high))
        old = column.real & (column.numbers > allowed.old) & (column.numbers <= allowed.high)
    if old.any() and 2 * column.count(old) >= column.count(outside):
        return column.none  # as many at 110: houses or wines, not people
    return outside


def _alone(column: Column) -> Bools:
    """Beyond the fence as they stand and, where all are positive, on the log scale; and few."""
    at = np.flatnonzero(column.numeric)
    if len(at) < 20:  # few-valued columns have no tail
        return column.none
    values, weights = column.numbers[at], column.counts[at]
    if (values >= 0).all():
        scaled = np.log1p(values / max(1e-12, float(np.median(values))))
    else:
        scaled = np.sign(values) * np.log1p(np.abs(values))
    far = _beyond(values, weights) & _beyond(scaled, weights)
    return column.at(at[far]) if weights[far].sum() <= 0.01 * weights.sum() else column.none


def _beyond(values: Floats, weights: Ints) -> Bools:
    low, high = (weighted_quantile(values, weights, q) for q in (0.25, 0.75))
    fence = FENCE * (high - low)
    return ((values < low - fence) | (values > high + fence)) & bool(fence > 0)
