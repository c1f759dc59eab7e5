"""What the cells of each column look like, learned from the well-formed records of the same file."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

_NUMBER = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:[.,']\d{3})+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?%?")
_TIME = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s?(?:Z|[-+]\d{2}:?\d{2}|[AaPp][Mm])?)?"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp][Mm])?"
)


@lru_cache(maxsize=50_000)
def kind(cell: str) -> str:
    """Return "empty", "number", "time" or "text"."""
    cell = cell.strip()
    if not cell:
        return "empty"
    if _NUMBER.fullmatch(cell):
        return "number"
    return "time" if _TIME.fullmatch(cell) else "text"


@lru_cache(maxsize=50_000)
def _shapes(cell: str) -> tuple[str, str, str, str]:
    """Return the exact shape, the shape with runs shortened, and the classes of the first and last character."""
    marks = "".join("9" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c for c in cell[:200])
    short = re.sub(r"(.)\1+", r"\1+", marks.replace("A", "a") if len(marks) > 24 else marks)
    return (marks if len(marks) <= 40 else short[:40]), short[:60], marks[:1], marks[-1:]


class Column:
    """The distribution of one column's cells, as far as a repair needs it.

    Attributes:
        n: cells learned from.
        values: how often each value occurs.
        closed: few values, each of them often.
        kind: "number", "time", "code" (text of a few fixed shapes) or "text".
    """

    def __init__(self, cells: list[str]) -> None:
        """Learn from the column's cells."""
        self.n = len(cells)
        self.values = Counter(cells)
        features = [_shapes(c) for c in cells]
        self._exact, self._short, self._first, self._last = (Counter(f[i] for f in features) for i in range(4))
        self._kinds = Counter(map(kind, cells))
        self.closed = len(self.values) <= max(20, self.n // 10) and len(self.values) < 0.5 * self.n
        full = self.n - self._kinds["empty"]
        main, count = max(
            ((k, v) for k, v in self._kinds.items() if k != "empty"), key=lambda kv: kv[1], default=("text", 0)
        )
        self.kind = main if full and count >= 0.9 * full else "text"
        if self.kind == "text" and not self.closed and self.n >= 8 and len(self._short) <= max(3, self.n // 50):
            self.kind = "code"
        lengths = [math.log1p(len(c)) for c in cells if c] or [0.0]
        self._mean = sum(lengths) / len(lengths)
        self._spread = max(0.25, math.sqrt(sum((x - self._mean) ** 2 for x in lengths) / len(lengths)))

    def score(self, cell: str) -> float:
        """Return a log likelihood of a cell in this column (naive mixture over value, shapes and ends)."""
        n = self.n + 1.0
        exact, short, first, last = _shapes(cell)
        z = (math.log1p(len(cell)) - self._mean) / self._spread if cell else 0.0
        ends = (self._first[first] + 0.02) / n * ((self._last[last] + 0.02) / n) * math.exp(-0.5 * min(z * z, 30))
        value = self.values[cell] / n if self.closed else 0.0
        p = 0.4 * value + 0.2 * self._exact[exact] / n + 0.2 * self._short[short] / n + 0.2 * ends
        return math.log(p + 1e-7)

    def fits(self, cell: str) -> bool:
        """Return whether a cell would be ordinary here."""
        if not cell:
            return self._kinds["empty"] > 0 or (self.kind == "text" and not self.closed)
        if cell in self.values:
            return True
        if self.closed and self.kind == "text":
            return len(self.values) > 8 and _shapes(cell)[1] in self._short
        if self.kind != "text":
            known = _shapes(cell)[1] in self._short
            return known if self.kind == "code" else kind(cell) == self.kind and (known or self.kind == "number")
        return True


class ColumnModel:
    """All columns of a table."""

    def __init__(self, records: list[list[str]], width: int) -> None:
        """Learn from well-formed records of `width` cells."""
        self.width = width
        self.n = len(records)
        self.columns = [Column([r[c] for r in records]) for c in range(width)] if records else []

    def score(self, cells: list[str]) -> float:
        """Return the summed log likelihood of a record of `width` cells."""
        return sum(column.score(cell) for column, cell in zip(self.columns, cells, strict=True))

    def fits(self, cells: list[str]) -> bool:
        """Return whether every cell is ordinary in its column."""
        return len(cells) == self.width == len(self.columns) and all(
            column.fits(cell) for column, cell in zip(self.columns, cells, strict=True)
        )

    def alike(self, cells: list[str]) -> bool:
        """Return whether cells are surely a record of this table: they fit, and some column is typed or closed."""
        telling = any((c.kind != "text" or c.closed) and v for c, v in zip(self.columns, cells, strict=False))
        return telling and self.n >= 5 and self.fits(cells)
