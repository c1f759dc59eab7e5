"""The decimals and the unit of a row's figures."""

from __future__ import annotations

import math

from gatebook.record import Row
from gatebook.words.figures import NBSP

SHARES = frozenset({"accuracy", "precision", "recall", "success_rate"})


def places(row: Row, *, share: bool) -> int:
    """Return the decimals that a row's interval carries, and that keep its estimate apart from its bar."""
    spread = None
    if row.lower is None and all(v is None or float(v).is_integer() for v in (row.estimate, row.bar, row.target)):
        return 0
    if row.lower is not None and row.upper is not None:
        spread = (row.upper - row.lower) / 2
    elif row.estimate is not None and row.bar is not None:
        spread = abs(row.estimate - row.bar)
    scale = 100 if share else 1
    if not spread or not math.isfinite(spread):
        return 0 if share else 2
    decimals = min(max(0, math.ceil(-math.log10(spread * scale / 3))), 1 if share else 4)
    while decimals < 4 and _same(row.estimate, row.bar, decimals, scale):
        decimals += 1
    return decimals


def _same(a: float | None, b: float | None, decimals: int, scale: float) -> bool:
    return a is not None and b is not None and a != b and round(a * scale, decimals) == round(b * scale, decimals)


def figure(value: float, unit: str, decimals: int, *, share: bool, toward: int = 0) -> str:
    """Return a value of a row with its unit.

    Args:
        value: the number.
        unit: "", "ms", "per second", ...
        decimals: as `places` says.
        share: True where the value is a share that reads as a percentage.
        toward: -1 rounds down, 1 rounds up (a bound is never told better than it is), 0 to the nearest.
    """
    scaled = (value * 100 if share else value) * 10**decimals
    near = round(scaled)
    if toward and abs(scaled - near) > 1e-6:
        near = math.floor(scaled) if toward < 0 else math.ceil(scaled)
    text = f"{near / 10**decimals:,.{decimals}f}"
    tail = "%" if share else unit[:12]
    return f"{text}{NBSP}{tail}" if tail else text
