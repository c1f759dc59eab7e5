"""Which pairs of columns are worth a look, where a table has too many columns to compare each with each.

Two rows with the same value in one column are compared in all others at once. Where a column depends on it, they agree
more often there than any two rows do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gatebook.evidence.budget import DEPEND, within
from gatebook.evidence.quality.column import Column, Ints, Table

WIDEST = 100  # columns up to which every pair is looked at
ROWS, PAIRS = 10_000, 1_000  # rows that are drawn, and pairs of them compared for each column
HINT = 0.08  # agreement beyond chance: a dependency that is told has .85, sources that disagree have .16 and more
_SEED = 20260102


def hinted(
    table: Table, keys: Sequence[Column], values: Sequence[Column], codes: Mapping[str, Ints]
) -> dict[str, list[Column]]:
    """For each key column, the value columns that may depend on it, of all pairs those that agree most.

    Args:
        table: notes the pairs that are left out.
        keys: columns that may determine others.
        values: columns that may be determined.
        codes: of the rows looked at, by column; negative where there is nothing.
    """
    if not keys or not values:
        return {}
    rng = np.random.default_rng(_SEED)
    drawn = rng.permutation(len(codes[keys[0].name]))[:ROWS]
    cells = np.stack([codes[v.name][drawn].astype(np.int32) for v in values], axis=1)
    chance = np.array([_chance(codes[v.name]) for v in values])
    found: list[tuple[int, int, float]] = []
    for k, key in enumerate(keys):
        of = codes[key.name][drawn]
        order = np.argsort(of, kind="stable")
        same = np.flatnonzero((of[order][1:] == of[order][:-1]) & (of[order][1:] >= 0))
        same = rng.permutation(same)[:PAIRS]
        one, two = cells[order[same]], cells[order[same + 1]]
        filled = (one >= 0) & (two >= 0)
        agree = ((one == two) & filled).sum(axis=0) / np.maximum(filled.sum(axis=0), 1)
        beyond = (agree - chance) / np.maximum(1 - chance, 1e-9)
        found += [(k, v, float(far)) for v, far in enumerate(beyond) if far >= HINT and values[v] is not key]
    kept, left = within(
        DEPEND, found, lambda pair: f"{keys[pair[0]].name} -> {values[pair[1]].name}", worth=lambda pair: pair[2]
    )
    table.note(DEPEND, len(found), left)
    out: dict[str, list[Column]] = {key.name: [] for key in keys}
    for k, v, _ in kept:
        out[keys[k].name].append(values[v])
    return out


def _chance(codes: Ints) -> float:
    """How often two rows agree by chance."""
    counts = np.bincount(codes[codes >= 0]).astype(float)
    return float(((counts / max(counts.sum(), 1)) ** 2).sum())
