"""Figures as people write them: never with an exponent."""

from __future__ import annotations

import math

LEAST, MOST = 1e-6, 1e15  # beyond them a figure only says that it is small or large


def plain_number(value: float, digits: int = 6) -> str:
    """Return a figure with so many significant digits, thousands apart, its whole part never rounded: "1,234.57", "0.05"."""
    size = abs(value)
    if not math.isfinite(value):
        return str(float(value))
    if 0 < size < LEAST:
        return f"under {LEAST:.6f}" if value > 0 else f"above -{LEAST:.6f}"
    if size >= MOST:
        return f"over {MOST:,.0f}" if value > 0 else f"under -{MOST:,.0f}"
    rounded = abs(
        float(f"{value:.{digits - 1}e}")
    )  # 9.996 with three digits is 10.0: one digit more before the point
    places = max(0, digits - 1 - math.floor(math.log10(rounded))) if rounded else 0
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
