"""The key under which a project's history keeps ids and outcomes: without it nobody can tell whose they are."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from gatebook.files import read_plain, write_new
from gatebook.history import HOME

FILE = "outcomes.key"
LENGTH = 16


def outcome_key(root: Path, *, make: bool) -> str | None:
    """Return the key of a project, None where there is none and none can be made.

    Args:
        root: the project's folder.
        make: make one where there is none.
    """
    path = root / HOME / FILE
    for _ in range(1 + make):
        with suppress(OSError, ValueError):
            found = read_plain(path).decode("ascii").strip()
            if len(found) == LENGTH:
                return found
        if make:
            with suppress(OSError):
                path.parent.mkdir(exist_ok=True)
                write_new(path, secrets.token_urlsafe(12).encode() + b"\n")
    return None
