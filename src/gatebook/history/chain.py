"""The lines of a history: what one says, whether each follows the one before, and how far they go."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from gatebook.words import Code, Said, said

FIRST = "0" * 64  # what the first line of a history carries in place of a hash
BREACH = "breach"  # the entry that says that the history is not the one that was written


class ChainFault(Code):
    """What is wrong with a line."""

    NO_ENTRY = "no_entry"
    NOT_AFTER = "not_after"
    NOT_FIRST = "not_first"
    NUMBER = "number"
    TORN = "torn"


@dataclass(frozen=True)
class Head:
    """How far a history went: the number of its lines, and the hash of the last one."""

    entries: int = 0
    sha256: str = FIRST


@dataclass(frozen=True)
class HistoryEntry:
    """One line of the history.

    Attributes:
        seq: its place, from 1.
        at: when it was written.
        kind: what happened.
        data: JSON values.
        prev_sha256: the hash of the line before.
        sha256: the hash of its own bytes, without the line end.
        history: a random id, on the line with which a history begins to have a head file beside it.
    """

    seq: int
    at: dt.datetime
    kind: str
    data: dict[str, Any]
    prev_sha256: str
    sha256: str
    history: str | None = None


def parse(line: bytes) -> HistoryEntry | None:
    """Return what a line without its end says, None where it is no entry."""
    try:
        item = json.loads(line)
        at = dt.datetime.fromisoformat(item["at"])
        seq, kind, data, before = item["seq"], item["kind"], item["data"], item["prev_sha256"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not (isinstance(seq, int) and isinstance(kind, str) and isinstance(data, dict)):
        return None
    history = item.get("history")
    sha256 = hashlib.sha256(line).hexdigest()
    return HistoryEntry(seq, at, kind, data, str(before), sha256, history if isinstance(history, str) else None)


class Survey:
    """What the lines of a history say of each other, added one by one; 32 bytes a line are kept.

    Attributes:
        head: how far the lines go.
        problems: what is wrong with the chain.
        wrong: number of the last line that does not follow the one before, 0 where all do.
        marked: number of the last entry that tells of such a line.
        broken: whether an entry tells of a breach.
        begun: whether a line says that a head file was put beside the history.
        tail: what a crash left of a last line.
        unended: whether the last line lacks nothing but its end.
    """

    def __init__(self, name: str) -> None:
        self.head = Head()
        self.problems: list[Said] = []
        self.wrong = self.marked = 0
        self.broken = self.begun = self.unended = False
        self.tail = b""
        self._name = name
        self._hashes = bytearray()

    def add(self, line: bytes) -> HistoryEntry | None:
        """Add the next line, with its end, and return what it says."""
        text = line.removesuffix(b"\n")
        entry = parse(text)
        self.unended = text == line
        if self.unended and (entry is None or entry.prev_sha256 != self.head.sha256):
            self.tail, self.unended = text, False
            return None
        number = self.head.entries + 1
        if entry is None:
            self._tell(ChainFault.NO_ENTRY, number)
        else:
            if entry.prev_sha256 != self.head.sha256:
                self._tell(ChainFault.NOT_AFTER if number > 1 else ChainFault.NOT_FIRST, number, before=number - 1)
            if entry.seq != number:
                self._tell(ChainFault.NUMBER, number, seq=entry.seq)
            self.begun |= entry.history is not None
            if entry.kind == BREACH:
                self.broken = True
                self.marked = number if entry.data.get("code") == "unchained" else self.marked
        digest = hashlib.sha256(text)
        self._hashes += digest.digest()
        self.head = Head(number, digest.hexdigest())
        return entry

    def holds(self, head: Head) -> bool:
        """Return whether these lines are the ones that a head was taken of, or follow them."""
        n = head.entries
        if n > self.head.entries:
            return False
        return head.sha256 == (self._hashes[32 * (n - 1) : 32 * n].hex() if n else FIRST)

    def _tell(self, fault: ChainFault, number: int, **values: int) -> None:
        self.wrong = number
        self.problems.append(said(fault, path=self._name, line=number, **values))
