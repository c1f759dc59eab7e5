"""What every part of the record is made of."""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen; a record of this schema has no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(Model):
    """An estimate with its bounds."""

    estimate: float
    lower: float
    upper: float
    n: int | None = None


def finite(value: float) -> float | None:
    """Return the number, or None where it is none or has no end: JSON holds neither."""
    return value if math.isfinite(value) else None
