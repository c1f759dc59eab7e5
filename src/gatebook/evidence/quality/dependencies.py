"""Columns that determine others (zip -> state), approximately: cells that contradict what the rest agrees on.

Method: approximate functional dependencies by the g3 error (Kivinen & Mannila 1995), corrected for chance by
a permutation of the dependent column; each cell is judged by the vote of every column that determines it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gatebook.evidence.budget import PAIRED, TOGETHER, within
from gatebook.evidence.quality.column import Codes, Column, Ints, Table
from gatebook.evidence.quality.finding import Finding, counted, finding
from gatebook.evidence.quality.screen import WIDEST, hinted

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


@dataclass(frozen=True)
class Dependency:
    """`keys` together determine `value`; `suggested` is the majority's code per looked-at row (-1 = no say)."""

    keys: tuple[Column, ...]
    value: Column
    agreement: float
    corrected: float
    strict: bool
    suggested: npt.NDArray[np.int64]

    @property
    def name(self) -> str:
        return " with ".join(f"`{k.name}`" for k in self.keys)


@dataclass(frozen=True)
class _Groups:
    agreement: float
    rows: int  # in groups of two and more
    big: int  # groups of at least three
    alone: float  # share of the disagreeing rows that stand alone with their value in their group
    spread: float  # distinct disagreeing values per disagreeing row
    even: int  # large groups, where all have the same share of disagreeing rows, as it is for errors made at random; else 0
    majority: npt.NDArray[np.int64]  # per key code: code of the value, -1 where there is no clear one


def _groups(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], n_a: int, n_b: int, floor: float) -> _Groups | None:
    both = (a >= 0) & (b >= 0)
    pair, count = np.unique(a[both] * n_b + b[both], return_counts=True)
    key = pair // n_b
    total = np.bincount(key, weights=count, minlength=n_a).astype(np.float64)
    order = np.lexsort((count, key))
    last = np.flatnonzero(np.append(np.diff(key[order]) > 0, True)) if len(order) else np.empty(0, dtype=np.intp)
    best = order[last]
    top = np.zeros(n_a)
    top[key[best]] = count[best]
    grouped = total >= 2  # one row cannot disagree
    rows = int(total[grouped].sum())
    if rows < 20:  # too little to learn from
        return None
    majority = np.full(n_a, -1, dtype=np.int64)
    clear = (count[best] >= 2) & (count[best] > floor * total[key[best]])  # at least two agree
    majority[key[best[clear]]] = pair[best[clear]] % n_b
    is_best = np.zeros(len(pair), dtype=bool)
    is_best[best] = True
    minor = ~is_best & (total[key] >= 3)  # a pair that disagrees has no minority
    minor_rows = int(count[minor].sum())
    return _Groups(
        agreement=float(top[grouped].sum() / rows),
        rows=rows,
        big=int(((total >= 3) & (top >= 2)).sum()),  # a majority needs three
        alone=float(count[minor & (count == 1)].sum() / minor_rows) if minor_rows else 1.0,
        even=_is_even(total[total >= EVEN_ROWS], (total - top)[total >= EVEN_ROWS]),
        spread=float(minor.sum() / minor_rows) if minor_rows else 1.0,
        majority=majority,
    )


def _is_even(rows: npt.NDArray[np.float64], wrong: npt.NDArray[np.float64]) -> int:
    """The number of groups, where they differ in their share of wrong rows no more than chance gives; else 0.

    (Chi-square within three deviations.)
    """
    df = len(rows) - 1
    if df < 1 or not wrong.sum():  # nothing to compare
        return 0
    p = float(wrong.sum() / rows.sum())
    chi2 = float(((wrong - rows * p) ** 2 / (rows * p * (1 - p))).sum())
    return len(rows) if chi2 < df + 3 * np.sqrt(2 * df) else 0


def _usable_key(column: Column, codes: Codes) -> bool:
    if column.is_key or column.n_real < 0.3 * column.looked:
        return False
    if column.is_number:
        numbers = column.numbers[column.real & np.isfinite(column.numbers)]
        if (numbers != np.floor(numbers)).mean() > 0.1:  # a measurement names nothing
            return False
    repeated = np.bincount(codes[codes >= 0], minlength=1)
    return int((repeated >= 2).sum()) >= 5 and not column.is_prose  # five groups to learn from


def dependencies(table: Table) -> list[Dependency]:
    """Every pair of columns where one determines the other, beyond chance."""
    codes = {c.name: table.codes(c).astype(np.int64) for c in table.columns}
    for c in table.columns:  # words for "nothing" say nothing
        if c.null_like.any():
            codes[c.name][np.append(c.null_like, False)[codes[c.name]]] = -1
    keys = [c for c in table.columns if _usable_key(c, codes[c.name])]
    values = [c for c in table.columns if c.distinct > 1 and not (c.is_key and not c.empty) and not c.is_prose]
    rng = np.random.default_rng(20260102)
    shuffle = rng.permutation(table.looked)
    out = []
    hints = hinted(table, keys, values, codes) if len(table.columns) > WIDEST else {}
    for key in keys:
        for value in hints.get(key.name, []) if hints else values:
            if key is value:
                continue
            a, b = codes[key.name], codes[value.name]
            n_a, n_b = max(1, len(key.values)), max(1, len(value.values))
            seen = _groups(a, b, n_a, n_b, 0.5)
            if seen is None or seen.big < 3 or seen.agreement < WEAK:  # three groups to learn from
                continue
            corrected, base = _beyond_chance(seen, a, b, (n_a, n_b), shuffle)
            strict = seen.agreement >= STRICT and corrected >= CORRECTED and _looks_like_errors(seen)
            weak = not strict and _sources_disagree(table, key, value, seen, corrected, base)
            if not strict and not weak:
                continue
            suggested = np.append(seen.majority, -1)[a]
            out.append(Dependency((key,), value, seen.agreement, corrected, strict, suggested))
    told = {d.value.name for d in out}
    few = [c for c in table.columns if 1 < c.distinct <= FEW_VALUES and c.n_real > 0.3 * c.looked]
    few, left = within(PAIRED, sorted(few, key=lambda c: c.distinct), lambda c: c.name)
    table.note(PAIRED, len(few) + len(left), left)
    open_ = [v for v in values if v.name not in told and v.distinct <= FEW_VALUES * 10]
    for value in table.within(TOGETHER, open_) if len(few) > 1 else ():
        out += _paired(value, few, codes, shuffle)
    return out


def _beyond_chance(
    seen: _Groups, a: Ints, b: Ints, sizes: tuple[int, int], shuffle: npt.NDArray[np.intp]
) -> tuple[float, float]:
    """(agreement corrected for chance, agreement by chance): the dependent column is permuted once."""
    filled = np.flatnonzero((a >= 0) & (b >= 0))
    mixed = b.copy()
    mixed[filled] = b[shuffle[np.isin(shuffle, filled, assume_unique=True)]] if len(filled) < len(b) else b[shuffle]
    chance = _groups(a, mixed, *sizes, 0.5)
    base = chance.agreement if chance is not None else 0.0
    return ((seen.agreement - base) / (1 - base) if base < 1 else 0.0), base


def _paired(
    value: Column, few: list[Column], codes: dict[str, Ints], shuffle: npt.NDArray[np.intp]
) -> list[Dependency]:
    """Pairs of few-valued columns that determine the value though neither does alone (state and has_child -> relief)."""
    b = codes[value.name]
    n_b = max(1, len(value.values))
    alone: dict[str, float] = {}
    for key in few:
        one = _groups(codes[key.name], b, len(key.values), n_b, 0.5)
        alone[key.name] = one.agreement if one is not None else 0.0
    out = []
    for i, first in enumerate(few):
        for second in few[i + 1 :]:
            n_a = len(first.values) * len(second.values)
            if value in (first, second) or n_a > len(b) / 10:
                continue
            both = (codes[first.name] >= 0) & (codes[second.name] >= 0)
            a = np.where(both, codes[first.name] * len(second.values) + codes[second.name], -1)
            seen = _groups(a, b, n_a, n_b, 0.5)
            if seen is None or seen.big < 4 or seen.agreement < SURE or not _looks_like_errors(seen):
                continue
            if max(alone[first.name], alone[second.name]) > 1 - 3 * (1 - seen.agreement) - 0.02:
                continue  # one of the two tells as much
            corrected, _ = _beyond_chance(seen, a, b, (n_a, n_b), shuffle)
            if corrected >= PAIR_CORRECTED:
                suggested = np.append(seen.majority, -1)[a]
                out.append(Dependency((first, second), value, seen.agreement, corrected, True, suggested))
    return out


def _looks_like_errors(seen: _Groups) -> bool:
    """Contradictions stand alone in their groups; or, where values are too few for that, are rare and evenly spread."""
    rare = seen.agreement >= SURE or (seen.agreement >= FAIRLY and seen.even >= EVEN_GROUPS)
    return seen.alone >= ALONE or (rare and seen.even > 0)


def _sources_disagree(table: Table, key: Column, value: Column, seen: _Groups, corrected: float, base: float) -> bool:
    """Many rows report the same many-valued fact of one thing, most agree, and the others differ each in their own way."""
    size = table.looked / max(1, key.distinct)
    many = value.distinct >= 20 and base < 0.5  # a fact of few values is agreed on by chance
    return (
        corrected >= WEAK_CORRECTED
        and size >= 5
        and many
        and seen.spread >= 0.3
        and seen.big >= 5
        and not value.is_number
        and value.n_real >= 0.3 * value.looked
        and key.distinct <= value.distinct
    )  # stated in words


def find_dependencies(table: Table) -> list[Finding]:
    """Cells that most of the columns which determine them contradict; empty cells that they could fill."""
    by_value: dict[str, list[Dependency]] = {}
    for one in dependencies(table):
        by_value.setdefault(one.value.name, []).append(one)
    kept = {name: [v for v in voters if v.strict] or voters for name, voters in by_value.items()}
    votes = {name: _vote(table, voters) for name, voters in kept.items()}
    _blame_one(kept, votes)
    votes = {name: _vote(table, voters, {n: v.wrong for n, v in votes.items()}) for name, voters in kept.items()}
    _forgive_coherent(table, {name: v for name, v in votes.items() if kept[name][0].strict})
    out: list[Finding] = []
    for name, voters in kept.items():
        out += _report(table, name, voters, votes[name])
    return out


@dataclass
class _Vote:
    """Positions (among the looked-at rows) that the vote contradicts, and empty ones that it could fill."""

    wrong: npt.NDArray[np.intp]
    empty: npt.NDArray[np.intp]


def _vote(table: Table, voters: list[Dependency], wrong_keys: dict[str, npt.NDArray[np.intp]] | None = None) -> _Vote:
    """Weigh what every determining column says of each cell; a key cell that is wrong itself has no say."""
    value, strict = voters[0].value, voters[0].strict
    codes = table.codes(value).astype(np.int64)
    nothing = (codes < 0) | np.append(value.null_like, False)[codes]
    against = np.zeros(len(codes))
    support = np.zeros(len(codes))
    fill, answer = np.zeros(len(codes), dtype=bool), np.zeros(len(codes), dtype=bool)
    for voter in voters:
        weight, says = max(voter.corrected, 0.05) ** 4, voter.suggested
        for key in voter.keys if wrong_keys and voter.strict else ():
            says = says.copy()
            says[(wrong_keys or {}).get(key.name, np.empty(0, dtype=np.intp))] = -1
        against += weight * ((says >= 0) & (says != codes))
        support += weight * ((says >= 0) & (says == codes))
        fill |= says >= 0
        answer |= _mostly_empty(table, voter, codes < 0)
    wrong = np.flatnonzero((against > support) & ~nothing)
    if strict and len(wrong):
        wrong = wrong[np.isin(table.at(wrong), table.scattered(value, table.at(wrong)))]
    empty = np.flatnonzero(fill & ~answer & (codes < 0))
    if 2 * len(empty) >= value.empty * len(codes) / max(1, value.total):  # one cause: the other gaps came about alike
        empty = np.flatnonzero(codes < 0)
    return _Vote(wrong, empty)


def _mostly_empty(table: Table, voter: Dependency, empty: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Rows whose group (of two and more) has more empty cells than filled ones: there a gap is an answer (not yet left, not married)."""
    key = np.zeros(len(empty), dtype=np.int64)
    for column in voter.keys:
        key = key * (len(column.values) + 1) + table.codes(column) + 1
    _, group = np.unique(key, return_inverse=True)
    share = np.bincount(group, weights=empty) / np.bincount(group)
    return np.asarray((share > 0.5)[group] & (np.bincount(group) > 1)[group])


def _blame_one(voters: dict[str, list[Dependency]], votes: dict[str, _Vote]) -> None:
    """Where two columns accuse each other in one row, one cell is wrong: that of the column with fewer values.

    (A flag that flips lands on a value that fits the amount beside it; an amount seldom does.)
    """
    accusers = {name: {k.name for v in of for k in v.keys} for name, of in voters.items()}
    for one, two in ((a, b) for a in votes for b in votes if a < b and a in accusers[b] and b in accusers[a]):
        both = np.intersect1d(votes[one].wrong, votes[two].wrong)
        spared = max(one, two, key=lambda name: voters[name][0].value.distinct)
        other = two if spared == one else one
        if any(other not in {k.name for k in v.keys} for v in voters[spared]):
            continue  # a third column accuses it as well
        votes[spared].wrong = np.setdiff1d(votes[spared].wrong, both)


def _forgive_coherent(table: Table, votes: dict[str, _Vote]) -> None:
    """Two contradicted cells of one row that stand together in other rows too are an exception, not two errors.

    (A customer who moved: city and state both differ from his other rows, and fit each other.)
    """
    names = [n for n, v in votes.items() if len(v.wrong)]
    forgiven: dict[str, list[npt.NDArray[np.intp]]] = {n: [] for n in names}
    for i, one in enumerate(names):
        for two in names[i + 1 :]:
            both = np.intersect1d(votes[one].wrong, votes[two].wrong)
            a, b = table.get(one), table.get(two)
            if not len(both) or a is None or b is None:
                continue
            pair = table.codes(a).astype(np.int64) * (len(b.values) + 1) + table.codes(b)
            values, counts = np.unique(pair, return_counts=True)
            usual = counts[np.searchsorted(values, pair[both])] >= 3  # itself and two more
            forgiven[one].append(both[usual])
            forgiven[two].append(both[usual])
    for name, parts in forgiven.items():
        if parts:
            votes[name].wrong = np.setdiff1d(votes[name].wrong, np.concatenate(parts))


def _report(table: Table, name: str, voters: list[Dependency], vote: _Vote) -> list[Finding]:
    value, strict, wrong, empty = voters[0].value, voters[0].strict, vote.wrong, vote.empty
    codes = table.codes(value)
    keys = sorted(voters, key=lambda v: -v.corrected)
    named = " and ".join(v.name for v in keys[:3])
    involved = dict.fromkeys([name, *(k.name for v in keys[:3] for k in v.keys)])
    out = []
    if len(wrong):
        kind = "broken_dependency" if strict else "sources_disagree"
        title = (
            f"`{name}` contradicts what {named} says of it in {counted(len(wrong), table.looked)}"
            if strict
            else f"Rows of one {named} disagree on `{name}`: {counted(len(wrong), table.looked)} differ from the majority"
        )
        mask = np.bincount(codes[wrong], minlength=len(value.values)) > 0
        out.append(
            finding(
                kind,
                involved,
                [(table.at(wrong), name)],
                table.looked,
                title=title,
                severity="warning" if not strict or keys[0].agreement >= ALONE_SURE or len(keys) > 1 else "note",
                meaning="Two fields tell the model opposite things about one row; one of them is wrong.",
                action=f"Check these rows against the source of {named}; then guard the dependency with a check.",
                examples=value.examples(mask),
            )
        )
    if len(empty) and (strict or len(empty) >= 5):  # a few gaps among sources mean nothing
        out.append(
            finding(
                "missing",
                [name],
                [(table.at(empty), name)],
                table.looked,
                title=f"`{name}` is empty in {counted(len(empty), table.looked)}, although {named} tells its value",
                meaning="The value is known elsewhere in the table, so the gap is an error of the pipeline, not of the world.",
                action=f"Fill it from the rows of the same {named}, and find out what lost it.",
            )
        )
    return out
