"""`read`: a table as codes and distinct values, one column at a time.

Columns come in parts and are never held whole: a value becomes a number (its code), and where a long column is mostly
distinct only the values of the sampled rows are kept. What must be exact over all rows (distinct values, repeated rows
and ids) is told by 64-bit hashes: among ten million values two would share one by chance in 3 of a million tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from gatebook.checks.column import STEP, CheckedTable, Codes, Column, KnownRoles, Spool, distinct, mixed, repeats
from gatebook.checks.finding import Rows
from gatebook.errors import TableError
from gatebook.words import Code, say
from gatebook.words.figures import listed

# Rows beyond which checks across columns, and columns of mostly distinct values, look at a sample.
SAMPLE = 50_000
TEXT = 32 * 1024**2  # bytes of a sample: of rows with long texts fewer are looked at
LEAST = 1_000  # rows of a sample, however long its texts are
Hashes = npt.NDArray[np.uint64]
_PROBE = 200  # words that tell whether a column is free text


class Unread(Code):
    """What keeps a table from being read."""

    ROLE = "role"


class Source(Protocol):
    """A table of text that hands over its columns in parts, as `gatebook.reading.Table` does."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    rows: int

    def size(self, column: str) -> int:
        """The bytes of a column's text."""

    def batches(self, column: str) -> Iterator[tuple[pa.Array, Hashes]]:
        """The parts of a column in the order of its rows: text, and a 64-bit hash of each cell."""


class FrameSource:
    """A pandas frame as a source; names may come twice, so columns go by their position."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self.columns = tuple(map(str, frame.columns))
        self.rows = len(frame)

    def _array(self, column: str) -> pa.ChunkedArray:
        cells = self._frame.iloc[:, self.columns.index(column)]
        array = pa.array(cells, from_pandas=True)
        if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
            array = pa.array(cells.astype("str"), from_pandas=True)
        return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])

    def size(self, column: str) -> int:
        return int(pa.compute.sum(pa.compute.binary_length(self._array(column))).as_py() or 0)

    def batches(self, column: str) -> Iterator[tuple[pa.Array, Hashes]]:
        for part in self._array(column).chunks:
            coded = part.dictionary_encode()
            words = pd.util.hash_array(np.array([*coded.dictionary.to_pylist(), ""], dtype=object))
            yield part, words[np.asarray(coded.indices.fill_null(len(words) - 1))]


@dataclass(frozen=True)
class _Encoded:
    """One column: `codes` of every row (None where too many values differ), and the same of the sampled rows."""

    codes: Codes | None
    words: pa.Array
    probe: pa.Array  # some of the first words, in the order of the table
    picked: pa.Array | None  # cells of the sampled rows
    hashes: Hashes  # of every row, 0 where empty
    empty: int
    distinct: int


def _codes_of(coded: pa.DictionaryArray, known: pa.Array) -> tuple[npt.NDArray[np.int32], pa.Array]:
    """(codes into all words so far with -1 for an empty cell, all words so far)."""
    words = coded.dictionary
    at = pa.compute.index_in(words, value_set=known)
    new = words.filter(pa.compute.and_(at.is_null(), pa.compute.not_equal(words, "")))
    if len(new):
        known = pa.concat_arrays([known, new])
        at = pa.compute.index_in(words, value_set=known)
    place = np.append(np.asarray(at.fill_null(-1), dtype=np.int32), np.int32(-1))
    return place[np.asarray(coded.indices.fill_null(len(words)), dtype=np.int64)], known


def _encode(source: Source, name: str, sample: Rows | None) -> _Encoded:
    n, start, empty = source.rows, 0, 0
    hashes = np.zeros(n, dtype=np.uint64)
    codes: Codes = np.empty(n, dtype=np.int32) if sample is None else np.empty(n, dtype=np.int16)
    most = n if sample is None else len(sample) // 2
    known: pa.Array = pa.array([], pa.large_string())
    picked = []
    for raw, marks in source.batches(name):
        part, stop = raw.cast(pa.large_string()), start + len(raw)
        full = np.asarray(pa.compute.greater(pa.compute.binary_length(part), 0).fill_null(False))
        empty += len(full) - int(full.sum())
        hashes[start:stop] = np.where(full, marks, 0)
        if len(known) <= most:
            found, known = _codes_of(part.dictionary_encode(), known)
            if len(known) <= most:
                codes[start:stop] = found
        if sample is not None:
            low, high = np.searchsorted(sample, (start, stop))
            picked.append(part.take(pa.array(sample[low:high] - start)))
        start = stop
    few = len(known) <= most
    return _Encoded(
        codes if few else None,
        known,
        known.slice(0, _PROBE),
        pa.concat_arrays(picked) if picked and not few else None,
        hashes,
        empty,
        len(known) if few else distinct(hashes) - (empty > 0),
    )


def _narrow(codes: npt.NDArray[np.signedinteger], values: int) -> Codes:
    return codes.astype(np.int8 if values < 127 else np.int16 if values < 32_000 else np.int32)  # limits of the types


def _add(total: Hashes, hashes: Hashes, salt: int) -> None:
    """Add one column's part to the fingerprints of rows, in steps, so that no copy of all rows is made."""
    for start in range(0, len(total), STEP):
        total[start : start + STEP] += mixed(hashes[start : start + STEP], salt)


def _column(name: str, found: _Encoded, n: int, sample: Rows | None, spool: Spool | None) -> Column:
    if found.codes is None:
        assert found.picked is not None
        codes, words = _codes_of(found.picked.dictionary_encode(), found.picked.slice(0, 0))
        values = np.array(words.to_pylist(), dtype=object)
        counts = np.bincount(codes[codes >= 0], minlength=len(values))
        return Column(name, sample, _narrow(codes, len(values)), None, values, counts, n, found.empty, found.distinct)
    values = np.array(found.words.to_pylist(), dtype=object)
    every = _narrow(found.codes, len(values))
    counts = np.zeros(len(values) + 1, dtype=np.int64)
    for start in range(0, n, STEP):
        counts += np.bincount(every[start : start + STEP] + 1, minlength=len(counts))
    kept = None if sample is None or spool is None else spool.keep(every)
    codes = every if sample is None or spool is None else every[sample]
    return Column(name, None, codes, kept, values, counts[1:], n, found.empty, found.distinct)


def read(table: Source | pd.DataFrame, **roles: Any) -> CheckedTable:
    """Encode each column once, full length; keep full codes where distinct values are few, else a sample's.

    Args:
        table: every column text as it stands in the file; missing (or "") is an empty cell. An opened table hands over
            one column after the other, so it is never in memory as a whole.
        roles: what the caller knows of the columns, as `KnownRoles` names it.

    Raises:
        TableError: a role that is not known.
    """
    source = FrameSource(table) if isinstance(table, pd.DataFrame) else table
    if unknown := roles.keys() - {field.name for field in fields(KnownRoles)}:
        raise TableError(
            say(Unread.ROLE, roles=sorted(unknown), known=listed([f.name for f in fields(KnownRoles)], 20))
        )
    known, n = KnownRoles(**roles), source.rows
    names = [(at, name) for at, name in enumerate(source.columns, 1) if name not in known.ignore]
    sample = _sample(source, [name for _, name in names])
    spool = None if sample is None else Spool()
    lengths = n, n if known.ids else 0, n if known.ids and known.apart else 0
    whole, of_ids, of_parts = (np.zeros(length, dtype=np.uint64) for length in lengths)
    columns: list[Column] = []
    compared, ids = list[str](), list[str]()
    for at, name in names:
        found = _encode(source, name, sample)
        filled = n - found.empty
        if name in known.ids:
            ids.append(name)
            _add(of_ids, found.hashes, len(ids))
        elif found.distinct < 0.999 * filled or filled < 0.5 * n or _wordy(found.probe):
            _add(whole, found.hashes, at)
            compared.append(name)
        if name in known.apart:
            _add(of_parts, found.hashes, at)
        columns.append(_column(name, found, n, sample, spool))
        del found  # before the next column takes its place
    none = np.empty(0, dtype=np.intp)
    return CheckedTable(
        tuple(columns),
        n,
        sample,
        repeated=repeats(whole) if compared else none,
        repeated_ids=repeats(of_ids + of_parts if len(of_parts) else of_ids) if ids else none,
        again=repeats(of_ids) if ids else none,
        compared=tuple(compared),
        roles=known,
        ids=tuple(ids),
    )


def _sample(source: Source, names: list[str]) -> Rows | None:
    """The rows that a sample holds, drawn at random; None where all rows are looked at."""
    n, text = source.rows, sum(map(source.size, names))
    most = min(SAMPLE, max(LEAST, TEXT * n // max(1, text)))
    if n <= most:
        return None
    return np.sort(np.random.default_rng(20260101).choice(n, most, replace=False)).astype(np.intp)


def _wordy(words: pa.Array) -> bool:
    """Free text is compared between rows even where nearly every value differs."""
    probe = words.to_pylist()
    return bool(probe) and sum(" " in w.strip() for w in probe) > 0.5 * len(probe)
