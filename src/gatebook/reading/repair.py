"""Repairs of single damaged records, each checked against what the cells of the file's own columns look like.

A repair is only offered where exactly one reading fits best; otherwise the record stays as it is and is quarantined.
"""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from gatebook.reading.account import Damage
from gatebook.reading.layout import Dialect, kind
from gatebook.reading.lines import FileRecord, LineFault
from gatebook.reading.store import Flaw

_COMMENT = re.compile(r"\s*(?:#|//|--|%)")
_OTHER = ";\t|, "
_MARGIN = 0.35


@lru_cache(maxsize=50_000)
def _shapes(cell: str) -> tuple[str, str, str, str]:
    """Return the exact shape, the shape with runs shortened, and the classes of the first and last character."""
    marks = "".join("9" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c for c in cell[:200])
    short = re.sub(r"(.)\1+", r"\1+", marks.replace("A", "a") if len(marks) > 24 else marks)
    return (marks if len(marks) <= 40 else short[:40]), short[:60], marks[:1], marks[-1:]


class CellDistribution:
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
        self.columns = [CellDistribution([r[c] for r in records]) for c in range(width)] if records else []

    def score(self, cells: Sequence[str]) -> float:
        """Return the summed log likelihood of a record of `width` cells."""
        return sum(column.score(cell) for column, cell in zip(self.columns, cells, strict=True))

    def fits(self, cells: Sequence[str]) -> bool:
        """Return whether every cell is ordinary in its column."""
        return len(cells) == self.width == len(self.columns) and all(
            column.fits(cell) for column, cell in zip(self.columns, cells, strict=True)
        )

    def alike(self, cells: list[str]) -> bool:
        """Return whether cells are surely a record of this table: they fit, and some column is typed or closed."""
        telling = any((c.kind != "text" or c.closed) and v for c, v in zip(self.columns, cells, strict=False))
        return telling and self.n >= 5 and self.fits(cells)


Option = tuple[list[str], Flaw | None]


def repair(record: FileRecord, dialect: Dialect, model: ColumnModel) -> Option | None:
    """Return the cells that a damaged record most likely meant and what was done, or None where nothing fits clearly.

    Nothing was done (None) where a quote inside an unquoted cell was merely read as text.

    Args:
        record: broken quoting, or a number of cells other than the table's.
        dialect: of the file.
        model: the columns, learned from well-formed records.
    """
    if model.n < 5 or not any(c.kind != "text" or c.closed for c in model.columns) or _COMMENT.match(record.raw):
        return None
    options: list[Option] = [
        (_unquote(r.cells, dialect.quote, model), None if r.done is None else Flaw(r.done))
        for r in record.readings
        if len(r.cells) == model.width
    ]
    if record.span == 1:
        options += _other_delimiter(record.raw, dialect, model)
    if record.cells is None or record.fault is LineFault.LOOSE:
        short = [r.cells for r in record.readings]
    else:
        short = [record.cells]
        if len(record.cells) > model.width:
            options += _merge(record.cells, dialect, model)
    for cells in short:
        if len(cells) == model.width - 1:
            options += _split(cells, model)
    return _best(options, model)


def _best(options: Iterable[Option], model: ColumnModel) -> Option | None:
    """Return the option that scores best, where it fits every column and no different one comes near."""
    distinct: dict[tuple[str, ...], Flaw | None] = {}
    for cells, done in options:
        distinct.setdefault(tuple(cells), done)
    ranked = sorted(((model.score(cells), cells) for cells in distinct), reverse=True)
    if not ranked or not model.fits(ranked[0][1]):
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _MARGIN:
        return None
    best = ranked[0][1]
    return list(best), distinct[best]


def _unquote(cells: list[str], quote: str, model: ColumnModel) -> list[str]:
    """Return the cells without a stray quote around them where the column's type or closed set of values has no
    room for it.
    """
    out = []
    for cell, column in zip(cells, model.columns, strict=True):
        bare = cell.strip(quote) if quote and cell.startswith(quote) else cell
        strict = column.kind != "text" or (column.closed and bare in column.values)
        out.append(bare if bare != cell and strict and not column.fits(cell) and column.fits(bare) else cell)
    return out


def _other_delimiter(raw: str, dialect: Dialect, model: ColumnModel) -> list[Option]:
    """Return readings of a line that was written with another delimiter."""
    found: list[Option] = []
    for d in _OTHER:
        if d == dialect.delimiter or raw.count(d) < model.width - 1:
            continue
        try:
            rows = Dialect(d, dialect.quote, dialect.escape).reader([raw], strict=True)
        except csv.Error:
            continue
        cells: list[str] | None = rows[0] if len(rows) == 1 else []
        if d == " " and model.width < len(cells or ()) <= 400:
            cells = _group(rows[0], d, model)
        if cells and len(cells) == model.width:
            found.append((cells, Flaw(Damage.OTHER_DELIMITER, d, dialect.delimiter)))
    return found


def _group(tokens: list[str], delimiter: str, model: ColumnModel) -> list[str] | None:
    """Return the best grouping of tokens into the table's columns (dynamic programme over the cut points)."""
    n, width, reach = len(tokens), model.width, 60
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for column in model.columns:
        layer: dict[int, tuple[float, int]] = {}
        for start, (score, _) in best[-1].items():
            for end in range(start + 1, min(n, start + reach) + 1):
                cell = delimiter.join(tokens[start:end])
                if not column.fits(cell):
                    continue
                total = score + column.score(cell)
                if end not in layer or total > layer[end][0]:
                    layer[end] = (total, start)
        best.append(layer)
    if n not in best[-1]:
        return None
    cuts = [n]
    for k in range(width, 0, -1):
        cuts.append(best[k][cuts[-1]][1])
    cuts.reverse()
    return [delimiter.join(tokens[a:b]) for a, b in itertools.pairwise(cuts)]


def _split(cells: list[str], model: ColumnModel) -> list[Option]:
    """Return every way to cut one cell in two so that the record has the table's width and each cell fits."""
    found: list[Option] = []
    for c, cell in enumerate(cells):
        before, after = cells[:c], cells[c + 1 :]
        if not all(column.fits(x) for column, x in zip(model.columns, before, strict=False)):
            break
        if not all(column.fits(x) for column, x in zip(model.columns[c + 2 :], after, strict=True)):
            continue
        if len(cell) > 20_000:
            continue
        left, right = model.columns[c], model.columns[c + 1]
        odd = cell.count('"') % 2 == 1
        for p in range(len(cell) + 1):
            a, b = cell[:p], cell[p:]
            if left.fits(a) and right.fits(b):
                found.append(([*before, a, b, *after], Flaw(Damage.MISSING_DELIMITER)))
            # Two quoted cells without a delimiter between them read as one cell with a quote in it.
            if odd and cell[p : p + 1] == '"' and left.fits(a) and right.fits(cell[p + 1 :]):
                found.append(([*before, a, cell[p + 1 :], *after], Flaw(Damage.MISSING_DELIMITER)))
    return found


def _merge(cells: list[str], dialect: Dialect, model: ColumnModel) -> list[Option]:
    """Return every way to drop empty cells or to join neighbours so that the record has the table's width."""
    extra = len(cells) - model.width
    found: list[Option] = []
    if extra == 1:
        found += [
            (cells[:i] + cells[i + 1 :], Flaw(Damage.EXTRA_DELIMITER)) for i, cell in enumerate(cells) if not cell
        ]
    elif not any(cells[model.width :]):
        found.append((cells[: model.width], Flaw(Damage.EXTRA_DELIMITER)))
    join = dialect.delimiter + (" " if dialect.spaced else "")
    for i in range(model.width if extra <= 8 else 0):
        run = cells[i : i + extra + 1]
        if all(run):
            joined = [*cells[:i], join.join(run), *cells[i + extra + 1 :]]
            found.append((joined, Flaw(Damage.UNQUOTED_DELIMITER)))
    return found
