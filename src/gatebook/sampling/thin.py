"""Where evidence is thin: groups of rows by the candidate's confidence, and how many of each to label next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import auto
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatebook.cases.bind import Cases, bind, labels_there
from gatebook.cases.draws import NONE_LEFT, Chain, Draw, Ints, hashed
from gatebook.errors import UsageError
from gatebook.evidence.clusters import Clusters
from gatebook.evidence.performance import DEFAULT_METRIC, measure_losses
from gatebook.project import METRICS, Project
from gatebook.project.tables import open_tables
from gatebook.words import Code

GROUPS = 5
IN_PROPORTION = 0.3  # of a draw: no row is left without a chance
LEAST_WRONG = 0.02  # chance of a wrong answer that even the surest group is given
BLANK = "(blank)"

Floats = NDArray[np.float64]


class NotThin(Code):
    """Why no rows can be drawn where evidence is thin."""

    NO_CONFIDENCE = auto()
    SAME_CONFIDENCE = auto()
    LOSS = auto()


@dataclass(frozen=True)
class Labelled:
    """What the labels so far say.

    Attributes:
        keys: ids with a label.
        measured: of these, the ids that the headline metric is measured on.
    """

    keys: frozenset[str]
    measured: frozenset[str]


class Standing:
    """The candidate's outcomes on the sample, read once and only where they are asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._outcomes = cache(self._read)

    def _read(self, version: str | None) -> Cases | None:
        chosen = self.project.model_copy(update={"candidate": version}) if version else self.project
        tables = open_tables(chosen)
        try:
            return bind(chosen, dict(tables))
        finally:
            for table in tables.values():
                table.close()

    def labels_there(self) -> int:
        """Return how many rows carry a true answer or a grade, of whatever version."""
        tables = open_tables(self.project)
        try:
            return labels_there(self.project, tables)
        finally:
            for table in tables.values():
                table.close()

    def confidence(self, version: str | None = None) -> pd.Series:
        """Return the stated confidence by id, of the candidate or of a named version.

        Raises:
            UsageError: there is none.
        """
        found = self._outcomes(version)
        if found is None or "confidence" not in found.has or found.frame["confidence"].isna().all():
            raise UsageError(NotThin.NO_CONFIDENCE)
        return found.frame.drop_duplicates("key").set_index("key")["confidence"].astype(float)

    @property
    def candidate(self) -> str | None:
        """The version under decision."""
        found = self._outcomes(None)
        return None if found is None else found.candidate

    def labelled(self) -> Labelled:
        """Return what the labels so far say.

        Raises:
            UsageError: the headline metric counts no right and wrong answers.
        """
        metric = self.project.targets.metric or DEFAULT_METRIC[self.project.task]
        found = self._outcomes(None)
        if METRICS[metric].kind == "loss":
            raise UsageError(NotThin.LOSS, metric=metric)
        if found is None:
            return Labelled(frozenset(), frozenset())
        data = measure_losses(self.project, found, metric, Clusters())
        return Labelled(frozenset(found.labelled()["key"].astype("str")), frozenset(map(str, data.keys)))


def edges_of(confidence: Floats, groups: int = GROUPS) -> tuple[float, ...]:
    """Return the edges of at most `groups` groups of about equally many rows; confidence of shape (n,), NaN unknown.

    Raises:
        UsageError: all rows have the same confidence.
    """
    known = confidence[~np.isnan(confidence)]
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, groups + 1)[1:-1], method="higher"))
    cuts = cuts[cuts > known.min()]
    if not len(cuts):
        raise UsageError(NotThin.SAME_CONFIDENCE)
    return tuple(float(cut) for cut in cuts)


def group_of(confidence: Floats, edges: tuple[float, ...]) -> Ints:
    """Return the group of each row, shape (n,): 0 the least sure, the number of edges + 1 where unknown."""
    codes: Ints = np.searchsorted(np.array(edges), confidence, side="right").astype(np.int64)
    codes[np.isnan(confidence)] = len(edges) + 1
    return codes


def allocate_thin(population: Ints, free: Ints, labelled: Ints, confidence: Floats, n: int) -> Ints:
    """Return how many rows each group gives, shape (groups,), together n or all that are left.

    Neyman's allocation (1934, JRSS 97), N sqrt(p (1 - p)), of the labels so far and the new ones together, with p the
    chance of a wrong answer by the candidate's own word; `IN_PROPORTION` of the new ones follow the rows that are left.
    What the labels say plays no part: a group whose first labels were lucky would get fewer new ones, its luck would
    stay in the figure, and the figure would be biased.

    Args:
        population: rows of each group.
        free: of these, in no sheet yet.
        labelled: labels so far.
        confidence: mean stated confidence of the group's rows; NaN where it is unknown.
        n: rows to draw.
    """
    n = min(n, int(free.sum()))
    wrong = np.clip(np.nan_to_num(1 - confidence, nan=0.5), LEAST_WRONG, 0.5)
    ideal = population * np.sqrt(wrong * (1 - wrong))
    short = np.maximum(0.0, ideal / ideal.sum() * (labelled.sum() + n) - labelled) * (free > 0)
    proportion = free / free.sum()
    aim = proportion if short.sum() == 0 else IN_PROPORTION * proportion + (1 - IN_PROPORTION) * short / short.sum()
    counts = np.minimum(free, np.maximum(np.floor(n * aim), free > 0)).astype(np.int64)
    while (missing := n - int(counts.sum())) != 0:
        room = counts < free if missing > 0 else counts > 1
        if not room.any():
            room = counts > 0
        behind = np.where(room, (n * aim - counts) * np.sign(missing), -np.inf)
        counts[int(np.argmax(behind))] += int(np.sign(missing))
    return np.asarray(counts, dtype=np.int64)


def strata_in(draw: Draw, units: pd.DataFrame, keys: list[str], standing: Standing) -> Ints:
    """Return the stratum of each row of the sample in a draw, shape (rows,)."""
    if draw.edges is not None:
        return group_of(standing.confidence(draw.version).reindex(keys).to_numpy(float), draw.edges)
    if draw.by is None:
        return np.zeros(len(units), dtype=np.int64)
    if draw.by not in units.columns:
        return np.full(len(units), NONE_LEFT, dtype=np.int64)
    place = {name: number for number, name in enumerate(draw.strata)}
    names = units[draw.by].fillna(BLANK).astype("str")
    return names.map(lambda name: place.get(name, NONE_LEFT)).to_numpy(np.int64)


def links(chain: Chain, kept: list[int]) -> Chain:
    """Return the chain with these of its draws alone."""
    place = {number: at for at, number in enumerate(kept)}
    rows = np.isin(chain.drawn_in, kept)
    return Chain(
        tuple(chain.draws[number] for number in kept),
        np.array([place[int(number)] for number in chain.drawn_in[rows]], dtype=np.int64),
        chain.strata[rows][:, kept],
        tuple(name for name, keep in zip(chain.ids, rows, strict=True) if keep),
    )


def extended(
    chain: Chain, draw: Draw, units: pd.DataFrame, keys: list[str], new: NDArray[np.bool_], standing: Standing
) -> Chain | None:
    """Return the chain with one more draw, None where the sample is no longer the one of the earlier draws.

    Args:
        chain: the earlier draws.
        draw: the new one.
        units: the rows that can be drawn.
        keys: their ids.
        new: which of them the new draw took.
        standing: gives the confidence that earlier draws were made by.
    """
    columns = []
    for one in (*chain.draws, draw):
        codes = strata_in(one, units, keys, standing)
        sizes = np.bincount(codes[codes != NONE_LEFT], minlength=len(one.counts))
        if not np.array_equal(sizes, one.counts[:, 0]):
            return None
        columns.append(codes)
    strata = np.column_stack(columns)
    names = [hashed(key) for key in keys]
    place = {name: at for at, name in enumerate(names)}
    if len(place) < len(names) or not place.keys() >= set(chain.ids):
        return None
    old = np.array([place[name] for name in chain.ids], dtype=np.int64)
    taken = np.flatnonzero(new)
    return Chain(
        (*chain.draws, draw),
        np.concatenate([chain.drawn_in, np.full(len(taken), len(chain.draws), dtype=np.int64)]),
        strata[np.concatenate([old, taken])],
        (*chain.ids, *(names[at] for at in taken)),
    )
