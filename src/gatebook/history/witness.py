"""Who else knows how far a history went: a small file beside it, the last record, and the newest published run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gatebook.files import read_plain, replace_file
from gatebook.history import HOME, LAST_RECORD, MANIFEST
from gatebook.history.chain import Head
from gatebook.project.load import FILE
from gatebook.record import HistoryBreach
from gatebook.words import Code, say

REPORTS = "reports"  # where runs are published if nobody says otherwise


class Breach(Code):
    """Why a history is not the one that was written."""

    CUT = "cut"  # fewer lines than a witness names
    CHANGED = "changed"  # another line stands where a witness names one
    UNWITNESSED = "unwitnessed"  # the file that says how far it went is gone or unreadable
    UNCHAINED = "unchained"  # a line does not follow the one before


class Witness(Code):
    """Who names how far a history went; any other witness is the id of a run."""

    HEAD = "head"
    RECORD = "record"
    RUN = "run"


def breach_by(code: Breach, entries: int, named: int, witness: str = "") -> HistoryBreach:
    """Return a breach, put in words of at most 18.

    Args:
        code: why.
        entries: lines that the history had when this was seen.
        named: lines that the witness names; for "unchained" the line that does not follow.
        witness: "head", "record" or the id of a run; empty for "unchained".
    """
    who = Witness(witness) if witness in {Witness.HEAD, Witness.RECORD} else Witness.RUN
    told = say(code, entries=entries, named=named, who=say(who, run=witness))
    return HistoryBreach(code=code.value, entries=entries, named=named, witness=witness, told=told)


def breach_of(data: Mapping[str, Any]) -> HistoryBreach:
    """Return a breach as an entry of the history tells it; one that cannot be read is a breach like any other."""
    numbers = [data.get(name) for name in ("entries", "named")]
    entries, named = (number if isinstance(number, int) else 0 for number in numbers)
    code = next((known for known in Breach if known == data.get("code")), Breach.CHANGED)
    return breach_by(code, entries, named, str(data.get("witness", "")))


def head_of(found: object) -> Head | None:
    """Return a head from its JSON form, None where it is none."""
    if not isinstance(found, dict):
        return None
    entries, sha256 = found.get("entries"), found.get("sha256")
    if type(entries) is not int or entries < 0 or not isinstance(sha256, str):
        return None
    return Head(entries, sha256)


def read_head(path: Path) -> Head | None:
    """Return what a head file says, None where it says nothing that can be read.

    Raises:
        FileNotFoundError: there is none.
    """
    return head_of(_json(path))


def write_head(path: Path, head: Head) -> bool:
    """Replace a head file durably and return whether that worked.

    Where it did not, the old head stays; it lags behind the history, and never leads it.
    """
    try:
        replace_file(path, (json.dumps(asdict(head), sort_keys=True) + "\n").encode())
    except OSError:
        return False
    return True


def elsewhere(root: Path, slug: str, home: Path | None = None) -> dict[str, Head]:
    """Return the heads that the last record and the newest published run of a project name, by who names them.

    Args:
        root: the project's folder.
        slug: under which its runs are published.
        home: the folder of its runs; those in `reports` here and in the project are looked at in any case.
    """
    found: dict[str, Head] = {}
    with suppress(OSError):
        if (head := _named(_json(root / HOME / LAST_RECORD))) is not None:
            found[Witness.RECORD.value] = head
    homes = [home] if home is not None else []
    for place in (*homes, Path(REPORTS) / slug, root / REPORTS / slug):
        with suppress(OSError):
            found |= _newest(place, root)
    return found


def published(root: Path) -> bool:
    """Return whether a run was ever published from a folder: here, in it, or of a project that was called as it is."""
    places = (Path(REPORTS) / root.name, root / REPORTS, root.parent / REPORTS / root.name)
    return any(place.is_dir() and any(place.rglob(MANIFEST)) for place in places)


def _named(found: object) -> Head | None:
    return head_of(found.get("history")) if isinstance(found, dict) else None


def _newest(home: Path, root: Path) -> dict[str, Head]:
    """Return the head that the newest run of this project names; a preview may name none."""
    for run in sorted(home.iterdir(), reverse=True):
        if run.name.startswith(".") or run.is_symlink() or not run.is_dir():
            continue
        manifest = manifest_of(run)
        head = _named(manifest)
        if head is not None and owner_of(run, manifest) in {None, root.resolve()}:
            return {run.name: head}
    return {}


def manifest_of(run: Path) -> dict[str, Any]:
    """Return what the manifest of a run says, nothing where it cannot be read."""
    with suppress(OSError):
        found = _json(run / MANIFEST)
        return found if isinstance(found, dict) else {}
    return {}


def owner_of(run: Path, manifest: Mapping[str, Any]) -> Path | None:
    """Return the folder of the project that a run says it belongs to, None where no project is there."""
    named = manifest.get("project_path")
    if not isinstance(named, str) or "\0" in named:
        return None
    owner = (run.resolve() / named).resolve()
    return owner if (owner / FILE).is_file() else None


def _json(path: Path) -> object:
    """Return what a JSON file holds, None where it cannot be read as JSON.

    Raises:
        FileNotFoundError: there is none.
    """
    try:
        return json.loads(read_plain(path))
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError):
        return None
