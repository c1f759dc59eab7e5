"""One key of the project file as init would write it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Value = str | float | tuple[str, ...] | tuple[float, float] | dict[str, str]


@dataclass(frozen=True)
class Guess:
    """One key of the project file.

    Attributes:
        key: dotted, e.g. `tables.sample.id`.
        value: what it is set to.
        why: what stands beside it.
        sure: whether more than a name or a size tells it; a `?` stands beside the others.
        offered: written as a comment only, so that it binds nothing.
    """

    key: str
    value: Value
    why: str
    sure: bool = True
    offered: bool = False


def one(names: tuple[str, ...]) -> Value:
    """Return a single name as it is, several as they are."""
    return names[0] if len(names) == 1 else names


def listed(names: Iterable[str]) -> str:
    """Return names in quotes, by commas."""
    return ", ".join(map(repr, names))
