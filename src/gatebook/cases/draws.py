"""Several labelling sheets from one sample, drawn with unequal chances: what each label counts for in the end."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatebook.cases.columns import short_hash
from gatebook.history.ledger import Ledger
from gatebook.project import Project
from gatebook.reading import Table
from gatebook.words import Code, Said, said

KIND, FIELD = "sample", "chain"
HASH_BYTES = 8
NONE_LEFT = -1  # of a stratum that had no row left to draw

Ints = NDArray[np.int64]


class Unweighable(Code):
    """Why labels that were drawn with unequal chances cannot be weighted."""

    NO_CHAIN = "no_chain"
    OTHER_SAMPLE = "other_sample"
    STRANGERS = "strangers"
    STRATUM_UNLABELLED = "stratum_unlabelled"


@dataclass(frozen=True)
class Draw:
    """One sheet.

    Attributes:
        sheet: its file name.
        strata: names.
        counts: rows of each stratum, in earlier sheets, and drawn; shape (strata, 3).
        by: the column that made the strata, None where none did.
        edges: of the candidate's confidence between strata, None where it did not make them; rows without confidence
            are a last stratum of their own.
        version: the candidate.
    """

    sheet: str
    strata: tuple[str, ...]
    counts: Ints
    by: str | None = None
    edges: tuple[float, ...] | None = None
    version: str | None = None

    @property
    def thin(self) -> bool:
        """Whether it was drawn where evidence is thin."""
        return self.edges is not None

    @property
    def chances(self) -> NDArray[np.float64]:
        """The chance of a row that stood in no earlier sheet, for each stratum, with 0 for `NONE_LEFT` at the end."""
        population, before, drawn = self.counts.T
        return np.append(drawn / np.maximum(population - before, 1), 0.0)


@dataclass(frozen=True)
class Chain:
    """All sheets of a sample, oldest first, and every row in them.

    Attributes:
        draws: the sheets.
        drawn_in: index of the sheet that each row stands in, shape (rows,).
        strata: each row's stratum in each draw, also in those that passed it by; shape (rows, draws).
        ids: short hash of each row's id.
    """

    draws: tuple[Draw, ...]
    drawn_in: Ints
    strata: Ints
    ids: tuple[str, ...]

    def weights(self, labelled: NDArray[np.bool_]) -> NDArray[np.float64] | None:
        """Return the weight of each labelled row, 0 for the others, shape (rows,); None where a stratum has no label.

        1 / the total chance to be drawn by one of the sheets and labelled (Horvitz & Thompson 1952), where a row comes
        into a later draw only if it was in no earlier one, and the labelled share of a sheet's stratum stands for the
        chance to be labelled. Within the strata of the last thin sheet the weights then add up to the known number of
        rows (post-stratification), so that a half-filled sheet does not tilt the figure.
        """
        total = np.zeros(len(self.ids))
        left = np.ones(len(self.ids))
        for number, draw in enumerate(self.draws):
            mine, stratum = self.drawn_in == number, self.strata[:, number]
            filled = np.bincount(stratum[mine & labelled], minlength=len(draw.counts))
            asked = np.bincount(stratum[mine], minlength=len(draw.counts))
            answered = np.append(filled / np.maximum(asked, 1), 0.0)
            total += left * draw.chances[stratum] * answered[stratum]
            left *= 1 - draw.chances[stratum]
        weights = np.zeros(len(self.ids))
        weights[labelled] = 1 / total[labelled]
        thin = [number for number, draw in enumerate(self.draws) if draw.thin]
        if thin:
            counts, stratum = self.draws[thin[-1]].counts, self.strata[:, thin[-1]]
            sums = np.bincount(stratum[labelled], weights=weights[labelled], minlength=len(counts))
            if ((sums == 0) & (counts[:, 0] > 0)).any():
                return None
            weights *= (counts[:, 0] / np.where(sums > 0, sums, 1))[stratum]
        return weights

    def unequal(self, labelled: NDArray[np.bool_]) -> bool:
        """Whether a labelled row comes from the first stratified sheet or a later one."""
        first = next((n for n, draw in enumerate(self.draws) if len(draw.counts) > 1), len(self.draws))
        return bool((self.drawn_in[labelled] >= first).any())

    def as_written(self) -> dict[str, Any]:
        """Return the chain as JSON values: rows of one sheet that share all strata stand together."""
        cells: dict[tuple[int, ...], list[str]] = {}
        for drawn_in, strata, name in zip(self.drawn_in, self.strata, self.ids, strict=True):
            cells.setdefault((int(drawn_in), *map(int, strata)), []).append(name)
        return {
            "draws": [asdict(d) | {"counts": d.counts.tolist()} for d in self.draws],
            "cells": [
                {"draw": cell[0], "strata": list(cell[1:]), "ids": "".join(sorted(names))}
                for cell, names in sorted(cells.items())
            ],
        }

    @classmethod
    def read(cls, written: dict[str, Any]) -> Chain:
        """Return the chain that `as_written` wrote."""
        draws = tuple(
            Draw(
                d["sheet"],
                strata=tuple(d["strata"]),
                counts=np.array(d["counts"], dtype=np.int64),
                by=d["by"],
                edges=None if d["edges"] is None else tuple(d["edges"]),
                version=d["version"],
            )
            for d in written["draws"]
        )
        width = len(hashed(""))
        rows = [
            (cell["draw"], cell["strata"], cell["ids"][at : at + width])
            for cell in written["cells"]
            for at in range(0, len(cell["ids"]), width)
        ]
        return cls(
            draws,
            np.array([r[0] for r in rows], dtype=np.int64),
            np.array([r[1] for r in rows], dtype=np.int64).reshape(len(rows), len(draws)),
            tuple(r[2] for r in rows),
        )


def hashed(key: str) -> str:
    """Return the short hash of an id, as the history keeps it."""
    return base64.b64encode(short_hash(key, HASH_BYTES)).decode("ascii")


def drawn_to_label(
    project: Project, keys: pd.Series, labelled: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which rows stand in a sheet that somebody has begun to fill, and which in one that nobody has; shape
    (rows,).

    Args:
        project: names the history, which knows the sheets of `gatebook sample`.
        keys: id of each row.
        labelled: whether it has a label.
    """
    nothing = np.zeros(len(keys), dtype=bool)
    chain = _read(_last_chain(project))
    if chain is None:
        return nothing, nothing
    sheet = keys.astype("str").map(hashed).map(dict(zip(chain.ids, chain.drawn_in.tolist(), strict=True)))
    begun = sheet.isin(set(sheet[labelled].dropna())).to_numpy()
    return begun, sheet.notna().to_numpy() & ~begun


def _last_chain(project: Project) -> dict[str, Any] | None:
    """Return the newest entry of the history that says how rows were drawn."""
    entry = None
    for found in Ledger.of(project).read(KIND):
        entry = found.data if FIELD in found.data else entry
    return entry


def _read(entry: dict[str, Any] | None) -> Chain | None:
    """Return the chain of an entry, None where it holds none that can be read."""
    try:
        return None if entry is None else Chain.read(entry[FIELD])
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def weigh(project: Project, tables: dict[str, Table], frame: pd.DataFrame) -> tuple[pd.DataFrame, bool, Said | None]:
    """Return the outcomes with the weights of their labels, whether sheets gave them, and why they cannot be given.

    Nothing changes where all labels come from sheets of equal chances, from none of this project's sheets, or carry a
    weight of their own.

    Args:
        project: names the history.
        tables: the sample among them, as it is now.
        frame: key, truth, score, weight and inclusion of each row of the sample.
    """
    entry = _last_chain(project)
    known = frame["truth"].notna() | frame["score"].notna()
    if entry is None or not known.any() or frame.loc[known, "weight"].notna().any():
        return frame, False, None
    if (chain := _read(entry)) is None:
        return frame, True, said(Unweighable.NO_CHAIN)
    names = frame.loc[known, "key"].astype("str").map(hashed)
    ids = pd.Index(chain.ids)
    labelled = ids.isin(names)
    if not chain.unequal(labelled):
        return frame, False, None
    if entry.get("table_sha256") != [account.sha256 for account in tables["sample"].accounts]:
        return frame, True, said(Unweighable.OTHER_SAMPLE)
    if strange := int((~names.isin(ids)).sum()):
        return frame, True, said(Unweighable.STRANGERS, n=strange)
    weights = chain.weights(labelled)
    if weights is None:
        return frame, True, said(Unweighable.STRATUM_UNLABELLED)
    given = dict(zip(ids[labelled], weights[labelled], strict=True))
    return frame.assign(weight=names.map(given).astype(float), inclusion=np.nan), True, None
