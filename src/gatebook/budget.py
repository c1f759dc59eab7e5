"""How many columns each analysis across columns compares, and which ones: one table of limits, one way to choose.

Work across columns grows with the square of their number. A table within a limit is compared whole; of a wider one the
columns most worth it are, and the rest are named as left out. What is said of one column alone never depends on this.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from gatebook.words import Code, Said, said, say
from gatebook.words.figures import listed

T = TypeVar("T")

NAMED = 10  # columns left out that are listed by name


class Analysis(Code):
    """What is compared across columns: its name in words, and what kind of columns counts."""

    SUMS = "sums"
    RATIOS = "ratios"
    ORDER = "order"
    DATES = "dates"
    SPANS = "spans"
    COPIES = "copies"
    STUCK = "stuck"
    DEPEND = "depend"
    TOGETHER = "together"
    PAIRED = "paired"
    COMBINED = "combined"
    PHRASES = "phrases"
    TEXTS = "texts"


class Compared(Code):
    """How documents say what was compared."""

    LEFT_OUT = "left_out"
    FORETOLD = "foretold"


@dataclass(frozen=True)
class Budget:
    """What an analysis may look at.

    Attributes:
        analysis: which.
        most: columns up to which all are compared.
        beyond: columns that are compared where there are more; `most` by default.
    """

    analysis: Analysis
    most: int
    beyond: int | None = None

    @property
    def kept(self) -> int:
        """Columns that are compared of a table that has too many."""
        return self.most if self.beyond is None else self.beyond

    def said(self, of: int, left: Sequence[str]) -> Said:
        """Return which columns were left out, by their number and the first names.

        Args:
            of: how many there were.
            left: names of those left out.
        """
        names = listed([f"`{name}`" for name in left], NAMED)
        return self._said(Compared.LEFT_OUT, kept=of - len(left), whole=of, names=names)

    def foretold(self) -> Said:
        """Return at most how many columns are compared."""
        return self._said(Compared.FORETOLD, kept=self.kept)

    def _said(self, code: Compared, **values: object) -> Said:
        return said(code, analysis=say(self.analysis, "name"), of=say(self.analysis, "of"), **values)


SUMS = Budget(Analysis.SUMS, 40)
RATIOS = Budget(Analysis.RATIOS, 40)
ORDER = Budget(Analysis.ORDER, 40)
DATES = Budget(Analysis.DATES, 40)
SPANS = Budget(Analysis.SPANS, 6)
COPIES = Budget(Analysis.COPIES, 40)
STUCK = Budget(Analysis.STUCK, 40)
DEPEND = Budget(Analysis.DEPEND, 20_000)
TOGETHER = Budget(Analysis.TOGETHER, 100)
PAIRED = Budget(Analysis.PAIRED, 12)
COMBINED = Budget(Analysis.COMBINED, 100, beyond=40)
PHRASES = Budget(Analysis.PHRASES, 100)
TEXTS = Budget(Analysis.TEXTS, 40)

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


def foretold(columns: int) -> list[Said]:
    """Return what will not be compared in a table of so many columns, if they are of the kind that counts."""
    return [budget.foretold() for budget in FORETOLD if columns > budget.most]
