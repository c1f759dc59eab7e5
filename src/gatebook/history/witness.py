"""Who else knows how far a history went: a small file beside it, the last record, and the newest published run."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from gatebook.files import read_plain, sync_folder, write_all

HOME = ".gatebook"
FIRST = "0" * 64  # what the first line of a history carries in place of a hash
HEAD = "history.head.json"
LAST_RECORD = "last-record.json"
MANIFEST = "manifest.json"
PROJECT_FILE = "gatebook.toml"
REPORTS = "reports"  # where runs are published if nobody says otherwise

Code = Literal["cut", "changed", "unwitnessed", "unchained"]
CODES: tuple[Code, ...] = get_args(Code)


@dataclass(frozen=True)
class Head:
    """How far a history went: the number of its lines, and the hash of the last one."""

    entries: int = 0
    sha256: str = FIRST


@dataclass(frozen=True)
class Breach:
    """Why a history is not the one that was written.

    Attributes:
        code: "cut" (fewer lines than a witness names), "changed" (another line stands where a witness names one),
            "unwitnessed" (the file that says how far it went is gone or unreadable), "unchained" (a line does not
            follow the one before).
        entries: lines that the history had when this was seen.
        named: lines that the witness names; for "unchained" the line that does not follow.
        witness: "head", "record" or the id of a run; empty for "unchained".
    """

    code: Code
    entries: int
    named: int
    witness: str = ""

    @property
    def words(self) -> str:
        """The same as one sentence of at most 18 words."""
        who = {"head": "its head file", "record": "the last record"}.get(self.witness, f"run {self.witness}")
        return {
            "cut": f"The history of looks was cut: it holds {self.entries:,} entries, {who} names {self.named:,}.",
            "changed": f"The history of looks is another one: its entry {self.named:,} is not what {who} names.",
            "unwitnessed": f"The history of looks lacks its head file: entries after its {self.entries:,} may be missing.",
            "unchained": f"The history of looks was edited: its entry {self.named:,} does not follow the one before.",
        }[self.code]


def breach_of(data: Mapping[str, Any]) -> Breach:
    """Return a breach as an entry of the history tells it; one that cannot be read is a breach like any other."""
    numbers = [data.get(name) for name in ("entries", "named")]
    entries, named = (number if isinstance(number, int) else 0 for number in numbers)
    code: Code = next((known for known in CODES if known == data.get("code")), "changed")
    return Breach(code, entries, named, str(data.get("witness", "")))


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
    partial = path.with_name(f".{path.name}.partial")
    text = json.dumps({"entries": head.entries, "sha256": head.sha256}, sort_keys=True) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        fd = os.open(partial, flags, 0o644)
        try:
            write_all(fd, text.encode())
            os.fsync(fd)
        finally:
            os.close(fd)
        os.replace(partial, path)  # noqa: PTH105  the swap that a reader never sees half done
        sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
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
            found["record"] = head
    homes = [home] if home is not None else []
    for place in (*homes, Path(REPORTS) / slug, root / REPORTS / slug):
        with suppress(OSError):
            found |= _newest(place, root)
    return found


def _named(found: object) -> Head | None:
    return head_of(found.get("history")) if isinstance(found, dict) else None


def _newest(home: Path, root: Path) -> dict[str, Head]:
    """Return the head that the newest run of this project names; a preview may name none."""
    for run in sorted(home.iterdir(), reverse=True):
        if run.name.startswith(".") or run.is_symlink() or not run.is_dir():
            continue
        with suppress(OSError):
            manifest = _json(run / MANIFEST)
            head = _named(manifest)
            if isinstance(manifest, dict) and head is not None and not _of_another(run, manifest, root):
                return {run.name: head}
    return {}


def _of_another(run: Path, manifest: dict[str, Any], root: Path) -> bool:
    """Return whether a run says that it belongs to another project, and that project is there."""
    named = manifest.get("project_path")
    if not isinstance(named, str) or "\0" in named:
        return False
    other = (run.resolve() / named).resolve()
    return other != root.resolve() and (other / PROJECT_FILE).is_file()


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
