"""A labelling sheet: rows of the production sample, drawn by chance, without a hint of what the model said."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from enum import auto
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatebook.cases.columns import keys as keys_of
from gatebook.cases.draws import FIELD, Chain, Draw, hashed
from gatebook.errors import GatebookError, ProjectFileError, UsageError
from gatebook.history.ledger import Ledger
from gatebook.project import Project
from gatebook.project.load import FILE
from gatebook.project.tables import open_table
from gatebook.sampling.sheet import SheetNote, as_csv, ids_in_sheets, remove, sheet_content, write_sheets
from gatebook.sampling.thin import BLANK, Standing, allocate_thin, edges_of, extended, group_of, links
from gatebook.verdict.past import BEGINNINGS
from gatebook.words import Code, Said, said

_FEWEST = 10  # rows of a small stratum, or half of an equal share


class NotDrawn(Code):
    """Why no sheet is drawn."""

    THIN_BY = auto()
    TOO_FEW = auto()
    NO_ID = auto()
    NO_COLUMN = auto()
    NO_ROWS = auto()
    NOTHING_LEFT = auto()
    MANY_VALUES = auto()
    FEW_FOR_GROUPS = auto()
    OTHER_SAMPLE = auto()
    NO_RECORD = auto()


@dataclass(frozen=True)
class Stratum:
    """One stratum: `population` rows, `before` of them in earlier sheets, `drawn` in this one."""

    name: str
    population: int
    before: int
    drawn: int

    @property
    def inclusion_probability(self) -> float:
        """The chance of a row to be in this sheet or an earlier one."""
        return (self.before + self.drawn) / self.population


@dataclass(frozen=True)
class Sheet:
    """What was drawn and written.

    Attributes:
        path: the sheet.
        second: the second grader's sheet, or None.
        strata: the design; a single stratum where nothing was stratified.
        seed: gives the same rows again, from the same table and the same earlier sheets.
        notes: what a person should know: columns left out, rows that could not be drawn.
    """

    path: Path
    second: Path | None
    strata: tuple[Stratum, ...]
    seed: int
    notes: tuple[Said, ...]

    @property
    def rows(self) -> int:
        """Rows of the sheet."""
        return sum(stratum.drawn for stratum in self.strata)


@dataclass(frozen=True)
class _Units:
    """The rows that can be drawn, one for each id: the rows, their ids as text, and which stand in an earlier sheet."""

    rows: pd.DataFrame
    keys: list[str]
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class _Plan:
    """The stratum of each row, how many rows each stratum gives, and how confidence made them, where it did."""

    names: pd.Series
    counts: dict[str, int]
    edges: tuple[float, ...] | None = None
    version: str | None = None


def draw_sheet(
    project: Project,
    ledger: Ledger,
    *,
    n: int,
    double: int = 0,
    by: str | None = None,
    thin: bool = False,
    seed: int | None = None,
) -> Sheet:
    """Draw rows, write the sheet into the project's folder and the design into the history, and return both.

    Rows of earlier sheets are not drawn again. Sheets are never overwritten. Without `by`, simple random sampling
    without replacement; with it, stratified: each stratum in proportion to its rows, small ones at least ten rows
    (or half of an equal share), so that rare kinds are seen; `inclusion_probability` undoes that (Horvitz-Thompson;
    Lohr, Sampling: Design and Analysis, chapters 3 and 6). With `thin`, stratified by the candidate's confidence, most
    from where it is least sure; the history then keeps what every label of all sheets together counts for.

    Args:
        project: names the sample, its id, and the columns that would give the model's answer away.
        ledger: the history that takes the design.
        n: rows to draw.
        double: how many of them a second grader gets as well, in a sheet of their own.
        by: the column to stratify by.
        thin: draw where evidence is thin.
        seed: None takes the next one that the history has not seen.

    Raises:
        UsageError: `n`, `double` or `by` makes no sense for this sample.
        ProjectFileError: the sample has no id.
        GatebookError: the table, the folder or the history cannot be used.
    """
    spec = project.tables["sample"]
    if thin and by is not None:
        raise UsageError(NotDrawn.THIN_BY)
    if n < 1 or not 0 <= double <= n:
        raise UsageError(NotDrawn.TOO_FEW, n=n, double=double)
    if not spec.ids:
        raise ProjectFileError(NotDrawn.NO_ID, file=project.root / FILE)
    table = open_table("sample", spec, project.root)
    if by is not None and by not in table.columns:
        raise UsageError(NotDrawn.NO_COLUMN, by=by, columns=", ".join(table.columns))
    frame = table.frame()
    seed = 1 + sum(1 for _ in ledger.read("sample")) if seed is None else seed
    rng = np.random.default_rng(seed)
    standing = Standing(project)
    past, gone = _past(project, ledger, standing if thin else None)
    units, notes = _units(project, frame, past)
    plan = _thin_plan(units, n, standing, rng) if thin else _plan(units, n, by)
    strata, chosen = _draw(plan, units.known, rng)
    drawn = sum(stratum.drawn for stratum in strata)
    notes += gone + ([said(SheetNote.FEWER_LEFT, n=drawn)] if drawn < n else [])
    counts = np.array([[s.population, s.before, s.drawn] for s in strata], dtype=np.int64)
    now = Draw("", tuple(s.name for s in strata), counts, by, plan.edges, plan.version)
    taken = units.rows.index.isin(chosen.index)
    chain = None if past is None else extended(past, now, units.rows, units.keys, taken, standing)
    if chain is None and thin:
        raise UsageError(NotDrawn.NO_RECORD if past is None else NotDrawn.OTHER_SAMPLE)
    if chain is None and past is not None and _unequal(past):
        notes.append(said(SheetNote.OTHER_SAMPLE))
    content = sheet_content(project, frame, chosen, _chances(strata, chosen, chain, units))
    first, again = as_csv(content.rows), None
    if double:
        again = as_csv(content.rows.iloc[rng.permutation(drawn)[: min(double, drawn)]])
    path, second = write_sheets(project.root, first, again)
    design: dict[str, Any] = {
        "n": drawn,
        "seed": seed,
        "by": by,
        "strata": [{"name": s.name, "population": s.population, "before": s.before, "drawn": s.drawn} for s in strata],
        "sheet": path.name,
        "sha256": hashlib.sha256(first.encode()).hexdigest(),
        "table_sha256": [account.sha256 for account in table.accounts],
        "double": min(double, drawn),
    }
    if (
        next(ledger.read(*BEGINNINGS), None) is None
    ):  # a history begun after labels were there cannot tell who looked at them
        design["labelled"] = standing.labels_there()
    if chain is not None:
        design[FIELD] = replace(chain, draws=(*chain.draws[:-1], replace(now, sheet=path.name))).as_written()
    try:
        ledger.append("sample", design)
    except GatebookError:
        remove(path, second)
        raise
    return Sheet(path, second, strata, seed, (*notes, *content.notes))


def allocate(sizes: dict[str, int], n: int) -> dict[str, int]:
    """Return how many rows each stratum gives: in proportion, small strata topped up, never more than it has.

    The counts add up to n, or to all rows where there are fewer.
    """
    total = sum(sizes.values())
    n = min(n, total)
    floor = min(_FEWEST, n // (2 * len(sizes))) if sizes else 0
    shares = {name: min(size, max(floor, math.floor(n * size / total))) for name, size in sizes.items()}
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    while (missing := n - sum(shares.values())) != 0:
        step = 1 if missing > 0 else -1
        open_to = [s for s in order if min(floor, sizes[s]) <= shares[s] + step <= sizes[s]]
        for name in open_to[: abs(missing)]:
            shares[name] += step
    return shares


def _units(project: Project, frame: pd.DataFrame, past: Chain | None) -> tuple[_Units, list[Said]]:
    """Return the rows that can be drawn, and what was left aside."""
    ids = project.tables["sample"].ids
    blank = frame[list(ids)].isna().any(axis=1)
    again = frame.duplicated(list(ids)) & ~blank
    told = ((SheetNote.NO_ID, int(blank.sum())), (SheetNote.REPEATED_ID, int(again.sum())))
    rows = frame[~blank & ~again]
    if rows.empty:
        raise UsageError(NotDrawn.NO_ROWS)
    keys = keys_of(rows, ids).astype("str").tolist()
    drawn, names = ids_in_sheets(project, ids), set() if past is None else set(past.ids)
    known = np.array([key in drawn or hashed(key) in names for key in keys], dtype=bool)
    return _Units(rows, keys, known), [said(code, n=n) for code, n in told if n]


def _past(project: Project, ledger: Ledger, standing: Standing | None) -> tuple[Chain | None, list[Said]]:
    """Return the earlier sheets as far as they count, None where that is not on record, and which are gone.

    A sheet that is no longer in the folder counts only if its rows are labelled, which `standing` knows.
    """
    entries = [e.data for e in ledger.read("sample")]
    named = [str(data.get("sheet")) for data in entries]
    notes = [said(SheetNote.SHEET_GONE, sheet=name) for name in named if not (project.root / name).exists()]
    if not entries:
        return Chain((), np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.int64), ()), notes
    if FIELD not in entries[-1]:
        return None, notes
    chain = Chain.read(entries[-1][FIELD])
    labelled = set() if standing is None else {hashed(key) for key in standing.labelled().keys}
    ids = np.array(chain.ids, dtype=object)
    kept = []
    for number, draw in enumerate(chain.draws):
        later = {after.sheet for after in chain.draws[number + 1 :]}
        here = (project.root / draw.sheet).exists() and draw.sheet not in later
        if here or labelled & set(ids[chain.drawn_in == number]):
            kept.append(number)
        elif len(draw.counts) > 1:
            return None, notes
    return links(chain, kept), notes


def _unequal(chain: Chain) -> bool:
    return any(len(draw.counts) > 1 for draw in chain.draws)


def _plan(units: _Units, n: int, by: str | None) -> _Plan:
    """Return a draw in proportion."""
    rows = units.rows
    names = pd.Series("all", index=rows.index) if by is None else rows[by].fillna(BLANK)
    sizes = {str(k): int(v) for k, v in names[~units.known].value_counts().sort_index().items()}
    if len(sizes) > max(1, n // 2):
        raise UsageError(NotDrawn.MANY_VALUES, by=by, values=len(sizes), n=n)
    return _Plan(names, allocate(sizes, n))


def _thin_plan(units: _Units, n: int, standing: Standing, rng: np.random.Generator) -> _Plan:
    """Return a draw where evidence is thin, its strata named so that a grader cannot tell which is which."""
    confidence = standing.confidence().reindex(units.keys).to_numpy(float)
    edges = edges_of(confidence)
    codes = group_of(confidence, edges)
    groups = int(codes.max()) + 1
    if n < 2 * groups:
        raise UsageError(NotDrawn.FEW_FOR_GROUPS, n=n, least=2 * groups)
    measured = standing.labelled().measured
    seen = np.array([key in measured for key in units.keys])
    population, free, labelled = (np.bincount(codes[of], minlength=groups) for of in (codes >= 0, ~units.known, seen))
    sure = pd.Series(confidence).groupby(codes).mean().reindex(range(groups)).to_numpy(float)
    counts = allocate_thin(population, free, labelled, sure, n)
    names = np.array([f"group {number + 1}" for number in rng.permutation(groups)])
    given = {str(name): int(count) for name, count in zip(names, counts, strict=True)}
    return _Plan(pd.Series(names[codes], index=units.rows.index), given, edges, standing.candidate)


def _draw(plan: _Plan, known: NDArray[np.bool_], rng: np.random.Generator) -> tuple[tuple[Stratum, ...], pd.Series]:
    """Return the design and the stratum of each drawn row (index: the row; in shuffled order)."""
    strata, parts = [], []
    for name, count in plan.counts.items():
        whole = (plan.names == name).to_numpy(dtype=bool)
        rows = plan.names.index[whole & ~known].to_numpy()
        parts.append(pd.Series(name, index=rng.choice(rows, size=count, replace=False)))
        strata.append(Stratum(name, int(whole.sum()), int((whole & known).sum()), count))
    if not any(map(len, parts)):
        raise UsageError(NotDrawn.NOTHING_LEFT)
    chosen = pd.concat([part for part in parts if len(part)])
    return tuple(strata), chosen.iloc[rng.permutation(len(chosen))]


def _chances(strata: tuple[Stratum, ...], chosen: pd.Series, chain: Chain | None, units: _Units) -> pd.Series:
    """Return each drawn row's chance to be in a sheet: of all sheets together where some were drawn unequally."""
    if chain is not None and _unequal(chain):
        weights = chain.weights(np.ones(len(chain.ids), dtype=bool))
        if weights is not None:
            total = dict(zip(chain.ids, 1 / weights, strict=True))
            names = pd.Series([hashed(key) for key in units.keys], index=units.rows.index)
            return names[chosen.index].map(total).clip(upper=1.0)
    return chosen.map({s.name: s.inclusion_probability for s in strata})
