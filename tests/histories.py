"""Histories that were cut, edited, exchanged, or written before there were head files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from gatebook.history.chain import FIRST

HISTORY = Path(".gatebook/history.jsonl")
HEAD = Path(".gatebook/history.head.json")


def cut(root: Path, keep: int) -> None:
    """Leave the first lines of a project's history."""
    history = root / HISTORY
    history.write_bytes(b"".join(history.read_bytes().splitlines(keepends=True)[:keep]))


def edit_last(root: Path, old: bytes, new: bytes) -> None:
    """Change the last line of a project's history."""
    history = root / HISTORY
    *lines, last = history.read_bytes().splitlines(keepends=True)
    assert old in last
    history.write_bytes(b"".join([*lines, last.replace(old, new)]))


def rewrite(root: Path, lines: list[dict]) -> None:
    """Write a history as gatebook 0.1 did: chained, no head file, no id."""
    before, written = FIRST, []
    for number, line in enumerate(lines, 1):
        item = {name: value for name, value in line.items() if name != "history"}
        raw = json.dumps(item | {"seq": number, "prev_sha256": before}, separators=(",", ":")).encode()
        before = hashlib.sha256(raw).hexdigest()
        written.append(raw + b"\n")
    (root / HISTORY).write_bytes(b"".join(written))
    (root / HEAD).unlink(missing_ok=True)


def lines_of(root: Path) -> list[dict]:
    """Return the lines of a project's history."""
    return [json.loads(line) for line in (root / HISTORY).read_bytes().splitlines()]
