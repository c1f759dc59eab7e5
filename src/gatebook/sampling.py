"""A labelling sheet: rows of the production sample, drawn by chance, without a hint of what the model said."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gatebook.cases.columns import keys as keys_of
from gatebook.cases.draws import FIELD, Chain, Draw, hashed
from gatebook.errors import GatebookError, ProjectFileError, RunError, UsageError
from gatebook.history.ledger import Ledger
from gatebook.project import Project
from gatebook.project.load import FILE
from gatebook.project.tables import open_table
from gatebook.sheet import STEM, as_csv, label_ids, sheet_content, write_sheets
from gatebook.thin import BLANK, Standing, allocate_thin, edges_of, extended, group_of, links


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
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows of the sheet."""
        return sum(stratum.drawn for stratum in self.strata)


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
    Lohr, Sampling: Design and Analysis, chapters 3 and 6). With `thin`, stratified by the candidate's confidence, most from
    where it is least sure; the history then keeps what every label of all sheets together counts for.

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
        raise UsageError("--next makes its own groups; leave out --by.")
    if n < 1 or not 0 <= double <= n:
        raise UsageError(f"-n {n} --double {double}: draw at least one row, and double at most that many.")
    if not spec.ids:
        raise ProjectFileError(
            f"{project.root / FILE}: [tables.sample] id is missing: without it no label finds its row again; "
            'name the id column, e.g. id = "ticket_id".'
        )
    table = open_table("sample", spec, project.root)
    if by is not None and by not in table.columns:
        raise UsageError(f"--by {by}: the sample has no such column; it has {', '.join(table.columns)}.")
    frame = table.frame()
    units, notes = _units(frame, spec.ids)
    seed = _next_seed(ledger) if seed is None else seed
    rng = np.random.default_rng(seed)
    keys = _keys(units, spec.ids)
    standing = Standing(project)
    past, gone = _past(project, ledger, standing if thin else None)
    notes += gone
    before = _earlier(project, spec.ids) | (set() if past is None else _ids_of(past, keys))
    known = pd.Series([key in before for key in keys], index=units.index)
    plan = _thin_plan(units, keys, known, n, standing, rng) if thin else _plan(units, known, n, by)
    strata, chosen = _draw(plan, known, rng)
    drawn = sum(stratum.drawn for stratum in strata)
    if drawn < n:
        notes.append(f"only {drawn} rows were left to draw.")
    counts = np.array([[s.population, s.before, s.drawn] for s in strata], dtype=np.int64)
    now = Draw("", tuple(s.name for s in strata), counts, by, plan.edges, plan.version)
    taken = units.index.isin(chosen.index)
    chain = None if past is None else extended(past, now, units, keys, taken, standing)
    if chain is None and (thin or (past is not None and _unequal(past))):
        what = (
            "the sample, or the confidence in it, is not the one of the earlier sheets"
            if past is not None
            else "an earlier sheet was drawn without a record of its rows"
        )
        if thin:
            raise UsageError(f"--next: {what}, so their labels cannot be weighted together; draw at random.")
        notes.append(f"{what}, so these labels and the earlier ones cannot be weighted together.")
    chances = chosen.map({s.name: s.inclusion_probability for s in strata})
    if chain is not None and _unequal(chain) and (weights := chain.weights(np.ones(len(chain.ids), bool))) is not None:
        total = dict(zip(chain.ids, 1 / weights, strict=True))
        names = pd.Series([hashed(key) for key in keys], index=units.index)
        chances = names[chosen.index].map(total).clip(upper=1.0)
    content, more = sheet_content(project, frame, chosen, chances)
    notes += more
    first = as_csv(content)
    second = as_csv(content.iloc[rng.permutation(len(content))[: min(double, len(content))]]) if double else None
    path, second_path = write_sheets(project.root, first, second)
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
    if chain is not None:
        design[FIELD] = replace(chain, draws=(*chain.draws[:-1], replace(now, sheet=path.name))).as_written()
    try:
        ledger.append("sample", design)
    except GatebookError:
        for written in (path, second_path):
            if written is not None:
                written.unlink(missing_ok=True)
        raise
    return Sheet(path, second_path, strata, seed, tuple(notes))


def allocate(sizes: dict[str, int], n: int) -> dict[str, int]:
    """Return how many rows each stratum gives: in proportion, small strata topped up, never more than it has.

    The counts add up to n, or to all rows where there are fewer.
    """
    total = sum(sizes.values())
    n = min(n, total)
    floor = min(10, n // (2 * len(sizes))) if sizes else 0
    shares = {name: min(size, max(floor, math.floor(n * size / total))) for name, size in sizes.items()}
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    while (missing := n - sum(shares.values())) != 0:
        for name in order:
            step = (missing > 0) - (missing < 0)
            low = min(floor, sizes[name])
            if missing and low <= shares[name] + step <= sizes[name]:
                shares[name] += step
                missing -= step
    return shares


def _units(frame: pd.DataFrame, ids: tuple[str, ...]) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows that can be drawn (one for each id), and what was left aside."""
    keys = frame[list(ids)]
    blank = keys.isna().any(axis=1)
    again = keys.duplicated() & ~blank
    notes = []
    if blank.any():
        notes.append(f"{int(blank.sum())} rows without an id could not be drawn.")
    if again.any():
        notes.append(f"{int(again.sum())} rows repeat an id; each id counts once.")
    units = frame[~blank & ~again]
    if units.empty:
        raise UsageError("the sample has no row with an id; nothing can be drawn.")
    return units, notes


def _keys(units: pd.DataFrame, ids: tuple[str, ...]) -> list[str]:
    """Return the id of each row as text, as labels find it."""
    return keys_of(units, ids).astype("str").tolist()


def _past(project: Project, ledger: Ledger, standing: Standing | None) -> tuple[Chain | None, list[str]]:
    """Return the earlier sheets as far as they count, None where that is not on record, and which are gone.

    A sheet that is no longer in the folder counts only if its rows are labelled, which `standing` knows.

    Raises:
        UsageError: a sheet that is gone was drawn with unequal chances, so that nothing more can be drawn beside it.
    """
    entries = [e.data for e in ledger.read("sample")]
    named = [str(data.get("sheet")) for data in entries]
    notes = [
        f"the earlier sheet {name} is no longer here, so its rows may be drawn again."
        for name in named
        if not (project.root / name).exists()
    ]
    nothing = Chain((), np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.int64), ())
    if not entries:
        return nothing, notes
    if FIELD not in entries[-1]:
        return None, notes
    chain = Chain.read(entries[-1][FIELD])
    labelled = set() if standing is None else {hashed(key) for key in standing.labelled().keys}
    ids = np.array(chain.ids, dtype=object)
    later = [draw.sheet for draw in chain.draws]
    kept = []
    for number, draw in enumerate(chain.draws):
        here = (project.root / draw.sheet).exists() and draw.sheet not in later[number + 1 :]
        if here or bool(labelled & set(ids[chain.drawn_in == number])):
            kept.append(number)
        elif len(draw.counts) > 1:
            return None, notes
    return links(chain, kept), notes


def _ids_of(chain: Chain, keys: list[str]) -> set[str]:
    """Return the ids in the sheets of a chain."""
    names = set(chain.ids)
    return {key for key in keys if hashed(key) in names}


def _unequal(chain: Chain) -> bool:
    return any(len(draw.counts) > 1 for draw in chain.draws)


def _earlier(project: Project, ids: tuple[str, ...]) -> set[str]:
    """Return the ids in earlier sheets of this folder."""
    names = label_ids(project, ids)
    found: set[str] = set()
    for path in sorted(project.root.glob(f"{STEM}*.csv")):
        try:
            sheet = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            raise RunError(f"{path}: an earlier sheet cannot be read ({error}); mend it or move it away.") from None
        if set(names) <= set(sheet.columns):
            found |= set(keys_of(sheet, names).dropna().astype("str"))
    return found


@dataclass(frozen=True)
class _Plan:
    """The stratum of each row, how many rows each stratum gives, and how confidence made them, where it did."""

    names: pd.Series
    counts: dict[str, int]
    edges: tuple[float, ...] | None = None
    version: str | None = None


def _plan(units: pd.DataFrame, known: pd.Series, n: int, by: str | None) -> _Plan:
    """Return a draw in proportion."""
    names = pd.Series("all", index=units.index) if by is None else units[by].fillna(BLANK)
    sizes = {str(k): int(v) for k, v in names[~known].value_counts().sort_index().items()}
    if len(sizes) > max(1, n // 2):
        raise UsageError(
            f"--by {by}: {len(sizes)} different values for {n} rows; stratify by a column with fewer values, or draw more."
        )
    return _Plan(names, allocate(sizes, n))


def _thin_plan(
    units: pd.DataFrame, keys: list[str], known: pd.Series, n: int, standing: Standing, rng: np.random.Generator
) -> _Plan:
    """Return a draw where evidence is thin, its strata named so that a grader cannot tell which is which."""
    confidence = standing.confidence().reindex(keys).to_numpy(float)
    edges = edges_of(confidence)
    codes = group_of(confidence, edges)
    groups = int(codes.max()) + 1
    if n < 2 * groups:
        raise UsageError(f"--next -n {n}: draw at least {2 * groups} rows, so that each group has some.")
    measured = standing.labelled().measured
    seen = np.array([key in measured for key in keys])
    sure = pd.Series(confidence).groupby(codes).mean().reindex(range(groups)).to_numpy(float)
    counts = allocate_thin(
        np.bincount(codes, minlength=groups),
        np.bincount(codes[~known.to_numpy()], minlength=groups),
        np.bincount(codes[seen], minlength=groups),
        sure,
        n,
    )
    names = np.array([f"group {number + 1}" for number in rng.permutation(groups)])
    given = {str(name): int(count) for name, count in zip(names, counts, strict=True)}
    return _Plan(pd.Series(names[codes], index=units.index), given, edges, standing.candidate)


def _draw(plan: _Plan, known: pd.Series, rng: np.random.Generator) -> tuple[tuple[Stratum, ...], pd.Series]:
    """Return the design and the stratum of each drawn row (index: the row; in shuffled order)."""
    names = plan.names
    strata, parts = [], []
    for name, count in plan.counts.items():
        rows = names.index[(names == name) & ~known].to_numpy()
        parts.append(pd.Series(name, index=rng.choice(rows, size=count, replace=False)))
        whole = names == name
        strata.append(Stratum(name, int(whole.sum()), int((whole & known).sum()), count))
    if not sum(len(part) for part in parts):
        raise UsageError("every row of the sample is in an earlier sheet; nothing is left to draw.")
    chosen = pd.concat([part for part in parts if len(part)])
    return tuple(strata), chosen.iloc[rng.permutation(len(chosen))]


def _next_seed(ledger: Ledger) -> int:
    return 1 + sum(1 for _ in ledger.read("sample"))
