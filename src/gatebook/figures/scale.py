"""From a value to its place on an axis, and ticks that people can read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A linear axis from `low` to `high`; places are percentages, so that a drawing fits any width."""

    low: float
    high: float

    @classmethod
    def over(
        cls, values: Iterable[float | None], *, pad: float = 0.2, floor: float = -math.inf, ceiling: float = math.inf
    ) -> Scale:
        """Return the axis that shows all finite values with `pad` of their range on each side.

        `floor` and `ceiling` are limits that the quantity itself has, such as 0 and 1 for a share.
        """
        finite = [v for v in values if v is not None and math.isfinite(v)]
        low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
        room = (high - low) * pad or max(abs(high) * pad, 1e-9)
        return cls(max(low - room, min(floor, low)), min(high + room, max(ceiling, high))).bounded(floor, ceiling)

    def bounded(self, floor: float, ceiling: float) -> Scale:
        """Return the axis cut to the limits of the quantity (never to nothing)."""
        low, high = max(self.low, floor), min(self.high, ceiling)
        return Scale(low, high) if high > low else self

    def at(self, value: float) -> float:
        """Return the place of `value` in percent of the width, within 0 and 100."""
        if not math.isfinite(value):
            return 100.0 if value > 0 else 0.0
        return round(min(max((value - self.low) / (self.high - self.low), 0.0), 1.0) * 100, 2)

    def ticks(self, most: int = 5) -> tuple[float, ...]:
        """Return at most `most` round values on the axis."""
        raw = (self.high - self.low) / max(most - 1, 1)
        power = 10 ** math.floor(math.log10(raw))
        step = next((m * power for m in (1, 2, 2.5, 5) if m * power >= raw * 0.999), 10 * power)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return tuple(round(i * step, 12) for i in range(first, last + 1))
