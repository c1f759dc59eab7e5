"""Which combinations of columns are tried where there are too many for all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from gatebook.evidence.budget import COMBINED, within

BEAM = 300  # combinations of three, about
FLOOR = 2.0  # scores below are never of interest

Combo = tuple[int, ...]


def strongest_columns(columns: Sequence[str], alone: Mapping[int, float], first: Collection[str]) -> list[int]:
    """Returns the features of the columns that stand out most alone.

    Each copy of the losses is asked for its own, so that the copies stay exchangeable with the observed losses.

    Args:
        columns: of each feature.
        alone: score of each feature alone; features without one are not combined.
        first: columns that are kept before all others.
    """
    best: dict[str, float] = {}
    for i in sorted(alone):
        best[columns[i]] = max(alone[i], best.get(columns[i], FLOOR))
    kept = set(within(COMBINED, list(best), str, first=first, worth=best.__getitem__)[0])
    return [i for i, c in enumerate(columns) if c in kept]


def beam(pairs: Mapping[Combo, float], features: int) -> list[Combo]:
    """Returns the combinations of three that extend the strongest pairs, as many as BEAM allows."""
    out: dict[Combo, None] = {}
    columns = {i for pair in pairs for i in pair}
    for pair in sorted(pairs, key=lambda k: -pairs[k])[: max(1, BEAM // max(1, features - 2))]:
        for third in sorted(columns - set(pair)):
            combo = tuple(sorted((*pair, third)))
            if all(tuple(sorted(p)) in pairs for p in combinations(combo, 2)):
                out[combo] = None
    return list(out)
