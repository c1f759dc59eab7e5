"""Guesses of `init` in the project file: a key whose comment begins with a question mark is still to be checked."""

from __future__ import annotations

import re

UNSURE = "?"
_SECTION = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*([A-Za-z0-9_-]+|"[^"]*")\s*=""")
_STRING = re.compile(r""""(?:\\.|[^"\\])*"|'[^']*'""")


def unsure_keys(text: str) -> frozenset[str]:
    """Return the keys that carry the mark, e.g. "tables.labels.label", given the text of a project file.

    Only what stands on one line is read, as `init` writes it.
    """
    found: set[str] = set()
    section = ""
    for line in text.splitlines():
        if head := _SECTION.match(line):
            section = head[1].strip()
        elif (key := _KEY.match(line)) and (_STRING.sub("", line).partition("#")[2].lstrip().startswith(UNSURE)):
            found.add(f"{section}.{key[1].strip(chr(34))}")
    return frozenset(found)
