"""Columns that determine others (zip -> state), approximately: cells that contradict what the rest agrees on.

Method: approximate functional dependencies by the g3 error (Kivinen & Mannila 1995), corrected for chance by
a permutation of the dependent column; each cell is judged by the vote of every column that determines it. Where a table
has too many columns to compare each with each, two rows with the same value in one column are compared in all others at
once: where a column depends on it, they agree more often there than any two rows do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from gatebook.budget import DEPEND, PAIRED, TOGETHER, within
from gatebook.checks.column import Bools, CheckedTable, Column, Floats, Ints
from gatebook.checks.finding import Finding, Found
from gatebook.checks.registry import CheckName, NotChecked, whole_table
from gatebook.words import said
from gatebook.words.figures import listed

SURE = 0.985  # agreement from which values may be too few to stand alone
FAIRLY, EVEN_GROUPS = 0.96, 5  # the same, where so many large groups err alike
ALONE_SURE = 0.995  # agreement from which one determining column alone is enough for a warning
STRICT = 0.94  # agreement within groups from which one column is said to determine the other
CORRECTED = 0.85  # the same, after taking off what chance alone gives
ALONE = 0.7  # share of contradicting rows that stand alone; where they agree among themselves, they are exceptions
EVEN_ROWS = 20  # rows of a group from which its own share of contradictions is compared with the others
PAIR_CORRECTED = 0.95  # two columns together are given more chances, so they must agree more
FEW_VALUES = 60  # distinct values of a column that is tried in pairs
WEAK, WEAK_CORRECTED = 0.45, 0.4  # sources that report one thing and disagree
WIDEST = 100  # columns up to which every pair is looked at
ROWS, PAIRS = 10_000, 1_000  # rows that are drawn, and pairs of them compared for each column
HINT = 0.08  # agreement beyond chance: a dependency that is told has .85, sources that disagree have .16 and more


@dataclass(frozen=True)
class Dependency:
    """`keys` together determine `value`; `suggested` is the majority's code per looked-at row (-1 = no say)."""

    keys: tuple[Column, ...]
    value: Column
    agreement: float
    corrected: float
    strict: bool
    suggested: Ints

    @property
    def name(self) -> str:
        return " with ".join(f"`{k.name}`" for k in self.keys)


class _Pair:
    """A key and a value, each as codes of the rows looked at (negative where there is nothing), held against each
    other.

    Attributes:
        big: groups of at least three rows with a majority.
        agreement: share of rows, in groups of two and more, that hold their group's commonest value; 0 for fewer than
            20 such rows, too little to learn from.
        alone: share of the disagreeing rows that stand alone with their value in their group.
        spread: distinct disagreeing values per disagreeing row.
        even: large groups, where all have the same share of disagreeing rows, as for errors made at random; else 0.
        majority: of each key, the code of the value, -1 where there is no clear one.
    """

    def __init__(self, a: Ints, b: Ints, n_a: int, n_b: int) -> None:
        self.a, self.b, self.n_a, self.n_b = a, b, max(1, n_a), max(1, n_b)
        both = (a >= 0) & (b >= 0)
        pair, count = np.unique(a[both] * self.n_b + b[both], return_counts=True)
        key = pair // self.n_b
        total = np.bincount(key, weights=count, minlength=self.n_a).astype(np.float64)
        order = np.lexsort((count, key))
        best = order[np.flatnonzero(np.append(np.diff(key[order]) > 0, len(order) > 0))]
        top = np.zeros(self.n_a)
        top[key[best]] = count[best]
        grouped = total >= 2  # one row cannot disagree
        rows = int(total[grouped].sum())
        self.agreement = float(top[grouped].sum() / rows) if rows >= 20 else 0.0
        self.big = int(((total >= 3) & (top >= 2)).sum())  # a majority needs three
        self.majority = np.full(self.n_a, -1, dtype=np.int64)
        clear = best[(count[best] >= 2) & (count[best] > 0.5 * total[key[best]])]  # at least two agree
        self.majority[key[clear]] = pair[clear] % self.n_b
        minor = total[key] >= 3  # a pair that disagrees has no minority
        minor[best] = False
        minor_rows = int(count[minor].sum())
        self.alone = float(count[minor & (count == 1)].sum() / minor_rows) if minor_rows else 1.0
        self.spread = float(minor.sum() / minor_rows) if minor_rows else 1.0
        self.even = _is_even(total[total >= EVEN_ROWS], (total - top)[total >= EVEN_ROWS])

    @property
    def looks_like_errors(self) -> bool:
        """Contradictions stand alone in their groups; or, where values are too few for that, are rare and even."""
        rare = self.agreement >= SURE or (self.agreement >= FAIRLY and self.even >= EVEN_GROUPS)
        return self.alone >= ALONE or (rare and self.even > 0)

    def by_chance(self, shuffle: npt.NDArray[np.intp]) -> tuple[float, float]:
        """(agreement corrected for chance, agreement by chance): the dependent column is permuted once."""
        filled = (self.a >= 0) & (self.b >= 0)
        mixed = self.b.copy()
        mixed[filled] = self.b[shuffle[filled[shuffle]]]
        base = _Pair(self.a, mixed, self.n_a, self.n_b).agreement
        return (self.agreement - base) / (1 - base) if base < 1 else 0.0, base

    def suggested(self) -> Ints:
        """The majority's code on each row."""
        return np.append(self.majority, -1)[self.a]


def _is_even(rows: Floats, wrong: Floats) -> int:
    """The number of groups, where they differ in their share of wrong rows no more than chance gives; else 0.

    (Chi-square within three deviations.)
    """
    df = len(rows) - 1
    if df < 1 or not wrong.sum():  # nothing to compare
        return 0
    p = float(wrong.sum() / rows.sum())
    chi2 = float(((wrong - rows * p) ** 2 / (rows * p * (1 - p))).sum())
    return len(rows) if chi2 < df + 3 * np.sqrt(2 * df) else 0


def _usable_key(column: Column, codes: Ints) -> bool:
    if column.is_key or column.n_real < 0.3 * column.looked:
        return False
    if column.is_number:
        numbers = column.numbers[column.numeric]
        if (numbers != np.floor(numbers)).mean() > 0.1:  # a measurement names nothing
            return False
    repeated = np.bincount(codes[codes >= 0], minlength=1)
    return int((repeated >= 2).sum()) >= 5 and not column.is_prose  # five groups to learn from


def dependencies(table: CheckedTable) -> list[Dependency]:
    """Every pair of columns where one determines the other, beyond chance."""
    codes = {c.name: c.wide_codes for c in table.columns}
    for c in table.columns:  # words for "nothing" say nothing
        codes[c.name][c.on_rows(c.null_like)] = -1
    keys = [c for c in table.columns if _usable_key(c, codes[c.name])]
    values = [c for c in table.columns if c.distinct > 1 and not (c.is_key and not c.empty) and not c.is_prose]
    shuffle = np.random.default_rng(20260102).permutation(table.looked)
    compared = [(key, value) for key in keys for value in values if key is not value]
    if len(table.columns) > WIDEST:
        compared = _hinted(table, keys, values, codes)
    out = []
    for key, value in compared:
        pair = _Pair(codes[key.name], codes[value.name], len(key.values), len(value.values))
        if pair.big < 3 or pair.agreement < WEAK:  # three groups to learn from
            continue
        corrected, base = pair.by_chance(shuffle)
        strict = pair.agreement >= STRICT and corrected >= CORRECTED and pair.looks_like_errors
        if strict or (corrected >= WEAK_CORRECTED and base < 0.5 and _sources_disagree(table, key, value, pair)):
            out.append(Dependency((key,), value, pair.agreement, corrected, strict, pair.suggested()))
    told = {d.value.name for d in out}
    few = [c for c in table.columns if 1 < c.distinct <= FEW_VALUES and c.n_real > 0.3 * c.looked]
    few, left = within(PAIRED, sorted(few, key=lambda c: c.distinct), lambda c: c.name)
    table.note(PAIRED, len(few) + len(left), left)
    open_ = [v for v in values if v.name not in told and v.distinct <= FEW_VALUES * 10]
    for value in table.within(TOGETHER, open_) if len(few) > 1 else ():
        out += _paired(value, few, codes, shuffle)
    return out


def _paired(
    value: Column, few: Sequence[Column], codes: dict[str, Ints], shuffle: npt.NDArray[np.intp]
) -> Iterator[Dependency]:
    """Pairs of columns that determine a third together, where none of the two tells as much alone."""
    b, n_b = codes[value.name], len(value.values)
    alone = {c.name: _Pair(codes[c.name], b, len(c.values), n_b).agreement for c in few if c is not value}
    for first, second in combinations(few, 2):
        n_a = len(first.values) * len(second.values)
        if value in (first, second) or n_a > len(b) / 10:
            continue
        one, two = codes[first.name], codes[second.name]
        pair = _Pair(np.where((one >= 0) & (two >= 0), one * len(second.values) + two, -1), b, n_a, n_b)
        if pair.big < 4 or pair.agreement < SURE or not pair.looks_like_errors:
            continue
        if max(alone[first.name], alone[second.name]) > 1 - 3 * (1 - pair.agreement) - 0.02:
            continue  # one of the two tells as much
        corrected, _ = pair.by_chance(shuffle)
        if corrected >= PAIR_CORRECTED:
            yield Dependency((first, second), value, pair.agreement, corrected, strict=True, suggested=pair.suggested())


def _sources_disagree(table: CheckedTable, key: Column, value: Column, pair: _Pair) -> bool:
    """Many rows report the same many-valued fact of one thing; most agree, and the others differ each in its own way.

    (A fact of few values is agreed on by chance.)
    """
    return (
        table.looked / max(1, key.distinct) >= 5
        and value.distinct >= 20
        and pair.spread >= 0.3
        and pair.big >= 5
        and not value.is_number
        and value.n_real >= 0.3 * value.looked
        and key.distinct <= value.distinct
    )  # stated in words


def _hinted(
    table: CheckedTable, keys: Sequence[Column], values: Sequence[Column], codes: dict[str, Ints]
) -> list[tuple[Column, Column]]:
    """The pairs (key, value) of a wide table that may depend on each other, those that agree most."""
    drawn = min(table.looked, ROWS)
    table.notes[NotChecked.TOO_WIDE] = said(NotChecked.TOO_WIDE, columns=len(table.columns), looked=drawn)
    if not keys or not values:
        return []
    rng = np.random.default_rng(20260102)
    at = rng.permutation(table.looked)[:ROWS]
    cells = np.stack([codes[v.name][at].astype(np.int32) for v in values], axis=1)
    chance = np.array([_chance(codes[v.name]) for v in values])
    found: list[tuple[Column, Column, float]] = []
    for key in keys:
        of = codes[key.name][at]
        order = np.argsort(of, kind="stable")
        same = np.flatnonzero((of[order][1:] == of[order][:-1]) & (of[order][1:] >= 0))
        same = rng.permutation(same)[:PAIRS]
        one, two = cells[order[same]], cells[order[same + 1]]
        filled = (one >= 0) & (two >= 0)
        agree = ((one == two) & filled).sum(axis=0) / np.maximum(filled.sum(axis=0), 1)
        beyond = (agree - chance) / np.maximum(1 - chance, 1e-9)
        found += [(key, v, float(far)) for v, far in zip(values, beyond, strict=True) if far >= HINT and v is not key]
    kept, left = within(DEPEND, found, lambda pair: f"{pair[0].name} -> {pair[1].name}", worth=lambda pair: pair[2])
    table.note(DEPEND, len(found), left)
    return [(key, value) for key, value, _ in kept]


def _chance(codes: Ints) -> float:
    """How often two rows agree by chance."""
    counts = np.bincount(codes[codes >= 0]).astype(float)
    return float(((counts / max(counts.sum(), 1)) ** 2).sum())


@whole_table(CheckName.DEPENDENCIES)
def contradictions(table: CheckedTable) -> Iterator[Finding]:
    """Cells that most of the columns which determine them contradict; empty cells that they could fill."""
    by_value: dict[str, list[Dependency]] = {}
    for one in dependencies(table):
        by_value.setdefault(one.value.name, []).append(one)
    kept = {name: [v for v in voters if v.strict] or voters for name, voters in by_value.items()}
    votes = {name: _vote(table, voters, {}) for name, voters in kept.items()}
    _blame_one(kept, votes)
    wrong_keys = {name: vote.wrong for name, vote in votes.items()}
    votes = {name: _vote(table, voters, wrong_keys) for name, voters in kept.items()}
    _forgive_coherent(table, {name: v for name, v in votes.items() if kept[name][0].strict})
    for name, voters in kept.items():
        yield from _report(table, voters, votes[name])


@dataclass
class _Vote:
    """Positions (among the looked-at rows) that the vote contradicts, and empty ones that it could fill."""

    wrong: npt.NDArray[np.intp]
    empty: npt.NDArray[np.intp]


def _vote(table: CheckedTable, voters: list[Dependency], wrong_keys: dict[str, npt.NDArray[np.intp]]) -> _Vote:
    """Weigh what every determining column says of each cell; a key cell that is wrong itself has no say."""
    value, strict = voters[0].value, voters[0].strict
    codes = value.codes
    nothing = value.on_rows(value.null_like, True)
    against, support = np.zeros(len(codes)), np.zeros(len(codes))
    fill, answer = np.zeros(len(codes), dtype=bool), np.zeros(len(codes), dtype=bool)
    for voter in voters:
        weight, says = max(voter.corrected, 0.05) ** 4, voter.suggested.copy()
        for key in voter.keys if voter.strict else ():
            says[wrong_keys.get(key.name, np.empty(0, dtype=np.intp))] = -1
        against += weight * ((says >= 0) & (says != codes))
        support += weight * ((says >= 0) & (says == codes))
        fill |= says >= 0
        answer |= _mostly_empty(voter, codes < 0)
    wrong = np.flatnonzero((against > support) & ~nothing)
    if strict and len(wrong):
        wrong = wrong[np.isin(table.at(wrong), table.scattered(value, table.at(wrong)))]
    empty = np.flatnonzero(fill & ~answer & (codes < 0))
    if 2 * len(empty) >= value.empty * len(codes) / max(1, value.total):  # one cause: the other gaps came about alike
        empty = np.flatnonzero(codes < 0)
    return _Vote(wrong, empty)


def _mostly_empty(voter: Dependency, empty: Bools) -> Bools:
    """Rows whose group (of two and more) has more empty cells than filled ones: there a gap is an answer.

    (Not yet left, not married.)
    """
    key = np.zeros(len(empty), dtype=np.int64)
    for column in voter.keys:
        key = key * (len(column.values) + 1) + column.codes + 1
    _, group = np.unique(key, return_inverse=True)
    size = np.bincount(group)
    return np.asarray(((np.bincount(group, weights=empty) > 0.5 * size) & (size > 1))[group])


def _blame_one(voters: dict[str, list[Dependency]], votes: dict[str, _Vote]) -> None:
    """Where two columns accuse each other in one row, one cell is wrong: that of the column with fewer values.

    (A flag that flips lands on a value that fits the amount beside it; an amount seldom does.)
    """
    accusers = {name: {k.name for v in of for k in v.keys} for name, of in voters.items()}
    for one, two in ((a, b) for a in votes for b in votes if a < b and a in accusers[b] and b in accusers[a]):
        both = np.intersect1d(votes[one].wrong, votes[two].wrong)
        spared = max(one, two, key=lambda name: voters[name][0].value.distinct)
        other = two if spared == one else one
        if all(other in {k.name for k in v.keys} for v in voters[spared]):  # no third column accuses it as well
            votes[spared].wrong = np.setdiff1d(votes[spared].wrong, both)


def _forgive_coherent(table: CheckedTable, votes: dict[str, _Vote]) -> None:
    """Two contradicted cells of one row that stand together in other rows too are an exception, not two errors.

    (A customer who moved: city and state both differ from his other rows, and fit each other.)
    """
    accused = [c for name, vote in votes.items() if len(vote.wrong) and (c := table.get(name)) is not None]
    forgiven: dict[str, list[npt.NDArray[np.intp]]] = {c.name: [] for c in accused}
    for a, b in combinations(accused, 2):
        both = np.intersect1d(votes[a.name].wrong, votes[b.name].wrong)
        if len(both):
            pair = a.wide_codes * (len(b.values) + 1) + b.codes
            values, counts = np.unique(pair, return_counts=True)
            usual = counts[np.searchsorted(values, pair[both])] >= 3  # itself and two more
            forgiven[a.name].append(both[usual])
            forgiven[b.name].append(both[usual])
    for name, parts in forgiven.items():
        if parts:
            votes[name].wrong = np.setdiff1d(votes[name].wrong, np.concatenate(parts))


def _report(table: CheckedTable, voters: list[Dependency], vote: _Vote) -> Iterator[Finding]:
    value, strict, wrong, empty = voters[0].value, voters[0].strict, vote.wrong, vote.empty
    best = sorted(voters, key=lambda v: -v.corrected)
    named = listed([v.name for v in best[:3]])
    if len(wrong):
        involved = {c.name: c for c in (value, *(k for v in best[:3] for k in v.keys))}.values()
        alone = len(best) == 1 and best[0].agreement < ALONE_SURE
        code = Found.SOURCES_DISAGREE if not strict else Found.DEPENDENCY_ONE if alone else Found.DEPENDENCY
        examples = value.examples(value.standing(wrong))
        yield table.found(code, involved, [(wrong, value)], examples=examples, voters=named)
    if len(empty) and (strict or len(empty) >= 5):  # a few gaps among sources mean nothing
        yield table.found(Found.MISSING_KNOWN, [value], [(empty, value)], voters=named)
