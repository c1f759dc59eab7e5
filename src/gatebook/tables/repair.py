"""Repairs of single damaged records, each checked against what the file's own columns look like.

A repair is only offered where exactly one reading fits best; otherwise the record stays as it is and is quarantined.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable

from gatebook.tables.columns import ColumnModel
from gatebook.tables.dialect import Dialect
from gatebook.tables.lines import Record

_COMMENT = re.compile(r"\s*(?:#|//|--|%)")
_OTHER = ";\t|, "
_MARGIN = 0.35


def repair(record: Record, dialect: Dialect, model: ColumnModel) -> tuple[list[str], str] | None:
    """Return the cells that a damaged record most likely meant and what was done, or None where nothing fits clearly.

    Args:
        record: broken quoting, or a number of cells other than the table's.
        dialect: of the file.
        model: the columns, learned from well-formed records.
    """
    if model.n < 5 or not any(c.kind != "text" or c.closed for c in model.columns) or _COMMENT.match(record.raw):
        return None
    options: list[tuple[list[str], str]] = []
    if record.readings:
        options += [
            (_unquote(cells, dialect.quote, model), what)
            for cells, _, what in record.readings
            if len(cells) == model.width
        ]
    if record.span == 1:
        options += _other_delimiter(record.raw, dialect, model)
    if record.cells is not None and record.fault != "loose":
        width = len(record.cells)
        if width == model.width - 1:
            options += _split(record.cells, model)
        elif width > model.width:
            options += _merge(record.cells, dialect, model)
    elif record.readings:
        for cells, _, _ in record.readings:
            if len(cells) == model.width - 1:
                options += _split(cells, model)
    return _best(options, model)


def _best(options: Iterable[tuple[list[str], str]], model: ColumnModel) -> tuple[list[str], str] | None:
    """Return the option that scores best, where it fits every column and no different one comes near."""
    distinct: dict[tuple[str, ...], str] = {}
    for cells, what in options:
        distinct.setdefault(tuple(cells), what)
    ranked = sorted(((model.score(list(cells)), cells, what) for cells, what in distinct.items()), reverse=True)
    if not ranked or not model.fits(list(ranked[0][1])):
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _MARGIN:
        return None
    return list(ranked[0][1]), ranked[0][2]


def _unquote(cells: list[str], quote: str, model: ColumnModel) -> list[str]:
    """Return the cells without a stray quote around them where the column's type or closed set of values has no room for it."""
    out = []
    for cell, column in zip(cells, model.columns, strict=True):
        bare = cell.strip(quote) if quote and cell.startswith(quote) else cell
        strict = column.kind != "text" or (column.closed and bare in column.values)
        out.append(bare if bare != cell and strict and not column.fits(cell) and column.fits(bare) else cell)
    return out


def _other_delimiter(raw: str, dialect: Dialect, model: ColumnModel) -> list[tuple[list[str], str]]:
    """Return readings of a line that was written with another delimiter."""
    found = []
    for d in _OTHER:
        if d == dialect.delimiter or raw.count(d) < model.width - 1:
            continue
        try:
            rows = Dialect(d, dialect.quote, dialect.escape).reader([raw], strict=True)
        except csv.Error:
            continue
        if len(rows) != 1:
            continue
        tokens = rows[0]
        if len(tokens) == model.width:
            found.append((tokens, f"delimiter {d!r} instead of {dialect.delimiter!r}"))
        elif model.width < len(tokens) <= 400 and d == " ":
            grouped = _group(tokens, d, model)
            if grouped:
                found.append((grouped, f"delimiter {d!r} instead of {dialect.delimiter!r}"))
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


def _split(cells: list[str], model: ColumnModel) -> list[tuple[list[str], str]]:
    """Return every way to cut one cell in two so that the record has the table's width and each cell fits."""
    found: list[tuple[list[str], str]] = []
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
                found.append(([*before, a, b, *after], "missing delimiter"))
            # Two quoted cells without a delimiter between them read as one cell with a quote in it.
            if odd and cell[p : p + 1] == '"' and left.fits(a) and right.fits(cell[p + 1 :]):
                found.append(([*before, a, cell[p + 1 :], *after], "missing delimiter"))
    return found


def _merge(cells: list[str], dialect: Dialect, model: ColumnModel) -> list[tuple[list[str], str]]:
    """Return every way to drop empty cells or to join neighbours so that the record has the table's width."""
    extra = len(cells) - model.width
    found: list[tuple[list[str], str]] = []
    if extra == 1:
        found += [(cells[:i] + cells[i + 1 :], "extra delimiter") for i, cell in enumerate(cells) if not cell]
    elif not any(cells[model.width :]):
        found.append((cells[: model.width], "extra delimiter"))
    if extra <= 8:
        join = dialect.delimiter + (" " if dialect.spaced else "")
        for i in range(model.width):
            run = cells[i : i + extra + 1]
            if all(run):
                found.append(
                    ([*cells[:i], join.join(run), *cells[i + extra + 1 :]], "delimiter inside a cell without quotes")
                )
    return [option for option in found if len(option[0]) == model.width]
