"""Which outcomes a look judged, by id, and how they follow those of the looks before it.

A look extends the one before where no id that both know has another outcome. Otherwise the evidence was changed, and a
new line of looks begins, which shares alpha with the others. Ids that left the file stay in their line, with the
figures that they had. Of very many outcomes those are kept whose id has a small hash: an id that is kept once is kept
in every later look, so that what changed, came or left is known of a random part (Broder 1997, "On the resemblance and
containment of documents").
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NO_KEY = "0" * 16
MOST_LABELS, MOST_REQUESTS = 20_000, 4_000  # outcomes kept by id
_KEPT_BITS, _REPEAT_BITS = np.uint64(16), 16  # of 64 bits 48 are kept; the last 16 of them tell repeated ids apart


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Outcomes by id.

    Attributes:
        ids: keyed hash of each id, 48 bits, rising; shape (n,).
        marks: keyed hash of each outcome; shape (n,).
        figures: what a figure is made from; shape (n, k).
        share: of all ids that are kept, at most 1.
    """

    ids: NDArray[np.uint64]
    marks: NDArray[np.uint32]
    figures: NDArray[np.float32]
    share: float = 1.0

    @classmethod
    def of(
        cls, key: str, ids: Iterable[Any], told: Sequence[np.ndarray], figures: np.ndarray, most: int = MOST_LABELS
    ) -> Outcomes:
        """Return outcomes by id; those of one id that repeats are told apart by what they are, in any order.

        Args:
            key: 16 characters that only this project knows.
            ids: text, shape (n,).
            told: what an outcome consists of, each of shape (n,): text, or numbers, which count to six digits.
            figures: shape (n, k).
            most: ids that are kept; the share that is kept is that number out of all, where there are more.
        """
        hashes = _hashed(key, ids) >> _KEPT_BITS
        share = min(1.0, most / max(len(hashes), 1))
        kept = np.flatnonzero(_below(hashes, share))
        hashes = hashes[kept]
        columns = [_texts(np.asarray(column)[kept]) for column in told]
        lines = ["\x1f".join(parts) for parts in zip(*columns, strict=True)] if columns else [""] * len(kept)
        marks = _hashed(key, lines).astype(np.uint32)
        order = np.lexsort((marks, hashes))
        hashes, marks, kept = hashes[order], marks[order], kept[order]
        first = np.searchsorted(hashes, hashes)
        hashes = hashes ^ (np.arange(len(hashes)) - first).astype(np.uint64)
        order = np.argsort(hashes, kind="stable")
        return cls(hashes[order], marks[order], np.asarray(figures)[kept[order]].astype(np.float32), share)

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self.ids)

    def among(self, share: float) -> Outcomes:
        """Return the outcomes that are kept where only a smaller share is."""
        return self if share >= self.share else replace(self.where(_below(self.ids, share)), share=share)

    def where(self, mask: NDArray[np.bool_]) -> Outcomes:
        """Return the outcomes where `mask` (n,) holds."""
        return replace(self, ids=self.ids[mask], marks=self.marks[mask], figures=self.figures[mask])

    def without(self, other: Outcomes) -> Outcomes:
        """Return the outcomes whose id the other does not know."""
        return self.where(~np.isin(self.ids, other.ids))

    def differing(self, other: Outcomes) -> NDArray[np.bool_]:
        """Return which outcomes the other knows otherwise, shape (n,)."""
        at = np.searchsorted(other.ids, self.ids).clip(max=max(len(other) - 1, 0))
        return np.isin(self.ids, other.ids) & (other.marks[at] != self.marks if len(other) else False)

    def over(self, older: Outcomes) -> Outcomes:
        """Return these outcomes and the older ones of other ids, of the share that both keep."""
        share = min(self.share, older.share)
        new, old = self.among(share), older.among(share).without(self)
        if not len(old):
            return new
        ids = np.concatenate([new.ids, old.ids])
        order = np.argsort(ids, kind="stable")
        marks = np.concatenate([new.marks, old.marks])[order]
        return Outcomes(ids[order], marks, np.concatenate([new.figures, old.figures])[order], share)

    def written(self) -> str:
        """Return the outcomes as the history keeps them: ids, marks and figures, column by column."""
        ids = self.ids.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :6]
        head = np.array([len(self), self.figures.shape[1]], dtype="<u4")
        parts = (head, ids.T, self.marks.astype("<u4"), self.figures.astype("<f4").T)
        raw = b"".join(np.ascontiguousarray(part).tobytes() for part in parts)
        return base64.b64encode(zlib.compress(raw, 9)).decode("ascii")

    @classmethod
    def read(cls, text: str, share: float) -> Outcomes:
        """Return the outcomes that `written` wrote."""
        raw = zlib.decompress(base64.b64decode(text))
        n, width = (int(value) for value in np.frombuffer(raw, "<u4", 2))
        ids = np.zeros((n, 8), dtype=np.uint8)
        ids[:, :6] = np.frombuffer(raw, np.uint8, 6 * n, 8).reshape(6, n).T
        marks = np.frombuffer(raw, "<u4", n, 8 + 6 * n)
        figures = np.frombuffer(raw, "<f4", n * width, 8 + 10 * n).reshape(width, n).T
        return cls(ids.view("<u8").reshape(n).astype(np.uint64), marks.astype(np.uint32), figures, share)


@dataclass(frozen=True, eq=False)
class Line:
    """Looks of which each extends the one before.

    Attributes:
        number: among the lines of one criterion and version.
        known: every outcome that it judged, as it was.
        mapping: what defined the outcomes.
        sealed_by: which key hashed them.
    """

    number: int
    known: Outcomes
    mapping: Sequence[str] = ()
    sealed_by: str = ""


@dataclass(frozen=True, eq=False)
class Trace:
    """How the outcomes at hand follow those on record.

    Attributes:
        line: number of the line that they extend, or begin.
        parent: the line that it goes out from, None where there is none.
        new: outcomes that the line does not know yet.
        known: every outcome of the line, these among them.
        gone: those that are not at hand any more; they stay counted.
        changed: ids that had another outcome at the last look, about so many.
        beside: other lines on record.
        sealed_by: which key hashed them.
    """

    line: int
    parent: int | None
    new: Outcomes
    known: Outcomes
    gone: Outcomes
    changed: int
    beside: int = 0
    sealed_by: str = ""

    @property
    def lineage(self) -> str:
        """Hash of every outcome of the line."""
        return hashlib.sha256(self.known.ids.tobytes() + self.known.marks.tobytes()).hexdigest()[:32]

    def entry(self) -> dict[str, Any]:
        """Return what the history writes of it."""
        return {
            "line": self.line,
            "parent": self.parent,
            "share": self.known.share,
            "sealed_by": self.sealed_by,
            "outcomes": self.new.written(),
        }


def follow(lines: Sequence[Line], now: Outcomes, *, next_line: int, sealed_by: str = "") -> Trace:
    """Return how the outcomes at hand follow the lines on record.

    Of the lines that know none of them otherwise, the one that knows most of them goes on, the last one where several
    do. Where there is none a new line begins; what it does not see anew it takes over from the last one.

    Args:
        lines: the one looked at last at the end.
        now: the outcomes at hand.
        next_line: number of a new line.
        sealed_by: which key hashed them.
    """
    if not lines:
        return Trace(next_line, None, now, now, now.without(now), 0, next_line, sealed_by)
    last = lines[-1]
    changed = round(int(_against(last, now)[1].sum()) / min(last.known.share, now.share))
    best: tuple[int, Line] | None = None
    for line in lines:
        overlap, differs = _against(line, now)
        if not differs.any() and (overlap or line is last) and (best is None or overlap >= best[0]):
            best = overlap, line
    base = last if best is None else best[1]
    number = next_line if best is None else base.number
    known = now.over(base.known)
    before, mine = base.known.among(known.share), now.among(known.share)
    new = mine.where(~np.isin(mine.ids, before.ids) | mine.differing(before))
    beside = next_line - (best is not None)
    return Trace(number, base.number, new, known, known.without(mine), changed, beside, sealed_by)


def _against(line: Line, now: Outcomes) -> tuple[int, NDArray[np.bool_]]:
    """Return how many of the outcomes a line knows, and which of them otherwise."""
    share = min(line.known.share, now.share)
    mine, before = now.among(share), line.known.among(share)
    return int(np.isin(mine.ids, before.ids).sum()), mine.differing(before)


def read_line(lines: Mapping[int, Line], look: Mapping[str, Any], mapping: Sequence[str]) -> Line:
    """Return a line as a look on record leaves it; `lines` are those before it."""
    known = Outcomes.read(look["outcomes"], look["share"])
    if (parent := lines.get(look["parent"])) is not None:
        known = known.over(parent.known)
    return Line(look["line"], known, mapping, look["sealed_by"])


def seal(key: str) -> str:
    """Return what tells keys apart without telling the key."""
    return hashlib.blake2b(key.encode(), digest_size=4).hexdigest()


def hashed_ids(key: str, ids: Iterable[Any]) -> NDArray[np.uint64]:
    """Return the ids that outcomes of these ids have, in any order, shape (n,)."""
    found = np.sort(_hashed(key, ids) >> _KEPT_BITS)
    return np.asarray(found ^ (np.arange(len(found)) - np.searchsorted(found, found)).astype(np.uint64), np.uint64)


def numbered(key: str, names: Iterable[Any]) -> NDArray[np.float64]:
    """Return a number for each name that a figure holds exactly, shape (n,)."""
    return (_hashed(key, names) & np.uint64(2**24 - 1)).astype(float)


def _below(ids: NDArray[np.uint64], share: float) -> NDArray[np.bool_]:
    """Return which ids are kept, shape (n,); what tells repeated ids apart has no say."""
    return np.asarray((ids >> np.uint64(_REPEAT_BITS)) < np.uint64(share * 2**32))


def _hashed(key: str, texts: Iterable[Any]) -> NDArray[np.uint64]:
    """Return the keyed hash (SipHash) of each text, shape (n,)."""
    values = np.array([*texts], dtype=object)
    try:
        found = pd.util.hash_array(values, hash_key=key, categorize=False)
    except UnicodeEncodeError:  # half a pair of characters
        plain = np.array([str(v).encode("utf-8", "backslashreplace").decode() for v in values], dtype=object)
        found = pd.util.hash_array(plain, hash_key=key, categorize=False)
    return np.asarray(found, dtype=np.uint64)


def _texts(column: np.ndarray) -> list[str]:
    if column.dtype == object:
        return ["" if blank else str(value) for value, blank in zip(column, pd.isna(column), strict=True)]
    return [f"{value:.6g}" for value in column.astype(float)]
