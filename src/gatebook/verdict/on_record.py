"""What the history says about evidence: what each row used, how it stood with it, and what people signed as
mistakes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gatebook.criteria import rows as catalogue
from gatebook.record import Correction, Row, Status
from gatebook.verdict.definitions import OnRecord, Redefined, mend_definitions
from gatebook.verdict.evidence_in_use import covered, key_of, without

Names = dict[str, set[str]]


@dataclass
class EvidenceOnRecord:
    """The evidence that earlier looks used; read entry by entry, and then left as it is.

    Attributes:
        used: row id -> evidence that it used, but for what was corrected since.
        firm: row id -> the part of it that was no unsure guess of `init` any more.
        read: every column and mapping that was at hand at a look.
        standing: row id -> its status when its evidence could last be read.
        figures: rows that ever showed a figure.
        cleared: row id -> what was signed as a mistake while the row did not pass.
        corrections: what was signed, oldest first.
        guesses: mapping, e.g. "labels.label=intent" -> the key that `init` wrote it under.
        unsure: keys that `init` marked as unsure.
        definitions: what defined outcomes, oldest first, each with the day of its first look, less what was signed.
        redefined: definitions that were signed as a mistake.
        tells_unread: whether looks tell which rows showed no figure; version 0.1 did not.
    """

    used: Names = field(default_factory=dict)
    firm: Names = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    standing: dict[str, Status] = field(default_factory=dict)
    figures: set[str] = field(default_factory=set)
    cleared: Names = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)
    guesses: Mapping[str, str] = field(default_factory=dict)
    unsure: frozenset[str] = frozenset()
    definitions: OnRecord = ()
    redefined: tuple[Redefined, ...] = ()
    tells_unread: bool = False

    def free(self, name: str) -> bool:
        """Return whether a mapping may be replaced freely.

        It was never more than an unsure guess, or no row that it feeds ever showed a figure.
        """
        rows = {row for row, names in self.used.items() if name in names}
        if not key_of(name)[0].startswith("curated"):  # what else reads an answer tells whether it could be read
            rows -= {row for row, entry in catalogue().items() if entry.beside}
        return not any(name in self.firm.get(row, ()) for row in rows) or not rows & self.figures

    def guessed(self, present: frozenset[str], marked: Collection[str]) -> frozenset[str]:
        """Return the mappings at hand that are still as `init` guessed them.

        Args:
            present: the evidence at hand.
            marked: only mappings under one of these keys of the project file count.
        """
        mine = {name for name, key in self.guesses.items() if name in present and key in marked}
        keys = {name.partition("=")[0] for name in mine}
        own = {key for key in keys if all(n in mine for n in present if n.startswith(f"{key}="))}
        return frozenset(mine | own)

    def entry(
        self, used: Mapping[str, tuple[str, ...]], present: frozenset[str], unsure: frozenset[str], rows: Iterable[Row]
    ) -> dict[str, Any]:
        """Return what a look writes of the evidence.

        "used" by row where it has grown or became firm, "unsure" among it, and what was at hand for the first time
        ("read"). Rows without a readable figure stand in "unread".
        """
        grown = {
            row: names
            for row, names in used.items()
            if not set(names) <= self.used.get(row, set()) or not set(names) - unsure <= self.firm.get(row, set())
        }
        written = {name for names in grown.values() for name in names}
        named = {name for name in present if "=" in name or ":" in name}
        return {
            "used": grown,
            "unsure": sorted(unsure & written),
            "read": sorted(named - self.read),
            "unread": [r.id for r in rows if r.kind == "criterion" and _unread(r)],
        }

    def init(self, data: Mapping[str, Any]) -> None:
        """Read what `init` guessed."""
        self.guesses = dict(data.get("guesses", {}))
        self.unsure = frozenset(data.get("unsure", ()))

    def look(self, data: Mapping[str, Any]) -> None:
        """Read a look."""
        unsure = frozenset(data.get("unsure", ()))
        for row, names in data["used"].items():
            self.used.setdefault(row, set()).update(names)
            self.firm.setdefault(row, set()).update(set(names) - unsure)
        self.read.update(data.get("read", ()))
        if "definitions" in data:
            self.definitions = (*self.definitions, (dt.date.fromisoformat(data["as_of"]), data["definitions"]))
        self.tells_unread |= "unread" in data
        unread = set(data.get("unread", ()))
        self.standing |= {row: status for row, status in data["status"].items() if row not in unread}
        for row in unread:  # evidence that cannot be read leaves an earlier status as it was
            self.standing.setdefault(row, "not-enough-evidence")
        self.figures.update(row for row, s in data["status"].items() if row not in unread and s != "not-applicable")

    def run(self, statuses: Mapping[str, Status]) -> None:
        """Read the statuses of a run: a lack of evidence there may be evidence that is gone, and settles nothing."""
        keep = "not-enough-evidence" if self.tells_unread else None
        self.standing |= {row: status for row, status in statuses.items() if status != keep}

    def correct(self, item: Correction) -> None:
        """Read what was signed as a mistake: it binds nothing that was looked at before."""
        self.definitions, away = mend_definitions(self.definitions, item)
        self.redefined += away
        was: set[str] = set()
        for row, names in self.used.items():
            gone = covered(item.key, names)
            if not gone:
                continue
            left = without(frozenset(names), gone)
            gone = frozenset(names) - left
            was |= gone
            if self.standing.get(row) != "pass":
                self.cleared.setdefault(row, set()).update(gone)
            self.used[row] = set(left)
            self.firm[row] = self.firm[row] & left
        gone = covered(item.key, self.read)
        self.read -= gone
        told = sorted(name for name in was | gone if "=" in name or ":" in name)
        self.corrections.append(item.model_copy(update={"was": tuple(told or sorted(was))}))


def _unread(row: Row) -> bool:
    """Return whether a row shows no figure: none could be read, or somebody vouches in its place."""
    return "attested" in row.codes or (row.status == "not-enough-evidence" and (row.estimate is None or row.n == 0))
