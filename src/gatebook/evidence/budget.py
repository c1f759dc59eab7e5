"""How many columns each analysis across columns compares, and which ones: one table of limits, one way to choose.

Work across columns grows with the square of their number. A table within a limit is compared whole; of a wider one the
columns most worth it are, and the rest are named as left out. What is said of one column alone never depends on this.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

NAMED = 10  # columns left out that are listed by name


@dataclass(frozen=True)
class Budget:
    """What an analysis may look at.

    Attributes:
        analysis: its name in words, as documents say it.
        most: columns up to which all are compared.
        of: what kind of columns counts.
        beyond: columns that are compared where there are more; `most` by default.
    """

    analysis: str
    most: int
    of: str = "columns"
    beyond: int | None = None

    @property
    def kept(self) -> int:
        """Columns that are compared of a table that has too many."""
        return self.most if self.beyond is None else self.beyond

    def said(self, of: int, left: Sequence[str]) -> str:
        """Return which columns were left out, by their number and the first names.

        Args:
            of: how many there were.
            left: names of those left out.
        """
        more = f" and {len(left) - NAMED:,} more" if len(left) > NAMED else ""
        names = ", ".join(f"`{name}`" for name in left[:NAMED])
        return f"{self.analysis}: {of - len(left):,} of {of:,} {self.of} were compared; left out: {names}{more}"


SUMS = Budget("sums and products of columns", 40, "columns of numbers")
RATIOS = Budget("units that do not fit the numbers beside them", 40, "columns of numbers")
ORDER = Budget("numbers that never exceed each other", 40, "columns of numbers")
DATES = Budget("dates that come after each other", 40, "columns of dates")
SPANS = Budget("times between dates", 6, "columns of dates")
COPIES = Budget("columns that are copies", 40, "columns of mostly distinct values")
STUCK = Budget("readings that stand still in one group", 40, "columns of groups")
DEPEND = Budget("dependencies of one column on another", 20_000, "pairs of columns that go together")
TOGETHER = Budget("columns that depend on two others together", 100)
PAIRED = Budget("columns that determine others two by two", 12, "columns of few values")
COMBINED = Budget("inputs described by two and three columns", 100, beyond=40)
PHRASES = Budget("phrases of texts together with a column", 100)
TEXTS = Budget("words of texts, where two kinds of row are told apart", 40, "columns of texts")

# What `check` can foretell from the number of columns alone.
FORETOLD = (SUMS, RATIOS, ORDER, COPIES, TOGETHER, COMBINED, PHRASES, TEXTS)


def within(
    budget: Budget,
    columns: Sequence[T],
    name: Callable[[T], str],
    *,
    first: Collection[str] = (),
    worth: Callable[[T], float] = lambda _: 0.0,
) -> tuple[list[T], list[str]]:
    """Return the columns to compare, and the names of those left out, both in the order given.

    Args:
        budget: of the analysis.
        columns: in the order of the table, which decides between columns of the same worth.
        name: of a column.
        first: names that the project gave a meaning; they are kept before all others.
        worth: how much a column can tell.
    """
    if len(columns) <= budget.most:
        return list(columns), []
    ranked = sorted(range(len(columns)), key=lambda i: (name(columns[i]) not in first, -worth(columns[i])))
    kept = set(ranked[: budget.kept])
    return [c for i, c in enumerate(columns) if i in kept], [name(c) for i, c in enumerate(columns) if i not in kept]


def foretold(columns: int) -> list[str]:
    """Return what will not be compared in a table of so many columns, if they are of the kind that counts."""
    return [f"{b.analysis}: at most {b.kept:,} {b.of}" for b in FORETOLD if columns > b.most]
