"""What a person sets after `gatebook init`, for benchmarks that begin projects."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gatebook.init import InitReport, init_project
from gatebook.init.start import toml
from gatebook.project.load import FILE

LATENCY_KEYS = ("latency_ms", "latency_s", "latency", "started")
PROMISES = "".join(  # each condition of week 4 has somebody who closes it, so that the four tests alone decide
    f'\n[[open]]\nid = "{row}"\nowner = "data lead"\ndue = 2026-12-20\n'
    for row in (
        *(f"1.{i}" for i in range(1, 10)),
        *("2.1", "2.3", "2.4", "2.5"),
        *(f"4.{i}" for i in range(1, 7)),
        *("D1", "D3"),
    )
)


def put(text: str, section: str, key: str, value: Any) -> str:
    """Return the project file with `key = value` in a section that it has, in place of what stood there."""
    lines = text.splitlines()
    head = re.compile(rf"\[{re.escape(section)}\]\s*(#.*)?$")
    start = next(i for i, line in enumerate(lines) if head.match(line))
    end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith("[")), len(lines))
    told = json.dumps(value) if isinstance(value, bool) else toml(value)
    kept = [line for line in lines[start + 1 : end] if not re.match(rf"{key}\s*=", line)]
    return "\n".join([*lines[: start + 1], f"{key} = {told}", *kept, *lines[end:]]) + "\n"


def sections(text: str) -> dict[str, dict[str, Any]]:
    """Return the tables of a project file: role -> its keys."""
    found: dict[str, dict[str, Any]] = tomllib.loads(text).get("tables", {})
    return found


def times_requests(text: str) -> bool:
    """Return whether some table of the project file names a duration."""
    return any(key in table for table in sections(text).values() for key in LATENCY_KEYS)


def begin(folder: Path, settings: Mapping[tuple[str, str], Any], *, tail: str = "", as_of: Any = None) -> InitReport:
    """Begin a project by `gatebook init` and set what only a person knows.

    Args:
        folder: bare tables.
        settings: (section, key) -> value; `latency_ms` is set only where init named a duration.
        tail: put after everything.
        as_of: the day of the init.
    """
    report = init_project(folder, as_of=as_of)
    file = folder / FILE
    text = file.read_text(encoding="utf-8")
    for role, table in sections(text).items():
        if {"label", "score"} & table.keys() and "annotator" not in table and "curated" not in role:
            text = put(text, f"tables.{role}", "measured", value=True)
    for (section, key), value in settings.items():
        if key != "latency_ms" or times_requests(text):
            text = put(text, section, key, value)
    file.write_text(text + tail, encoding="utf-8")
    return report
