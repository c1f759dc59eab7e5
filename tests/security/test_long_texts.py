"""Texts made to take a pattern's time with the square of their length: every pattern of the kit stays quick."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from typing import Any

import pytest

import gatebook
from gatebook.names.shape import LONGEST

LENGTH = 10_000
UNITS = (
    "a",
    "A",
    "1",
    "a ",
    "1 ",
    "a@",
    "a.",
    "1.",
    "1,",
    "-",
    "1-",
    "(",
    " ",
    "\t ",
    "\\",
    "&#",
    "Ab ",
    "+1",
    "=",
    '"',
    "1/",
    "//",
    "_",
    "\n",
    "e1",
    "é",
)
HOW = {  # these are never searched for; they are asked of a whole text or of its beginning
    "gatebook.evidence.disclosure._PERSON": "fullmatch",
    "gatebook.init.columns._EMAIL": "fullmatch",
    "gatebook.reading.casts._DATE": "fullmatch",
    "gatebook.reading.repair._COMMENT": "match",
    "gatebook.checks.missing._TWO": "fullmatch",
    "gatebook.checks.spelling._CODE": "fullmatch",
    "gatebook.cases.answers._WHOLE": "fullmatch",
    "gatebook.cases.times._PART": "match",
    "gatebook.cases.times._CLOCK": "fullmatch",
    "gatebook.project.load._KEY": "match",
}


def patterns() -> dict[str, re.Pattern[str]]:
    """Return every compiled pattern of every module, by name."""
    found: dict[tuple[Any, int], tuple[str, re.Pattern[str]]] = {}

    def collect(value: Any, name: str) -> None:
        if isinstance(value, re.Pattern):
            found.setdefault((value.pattern, value.flags), (name, value))
        elif isinstance(value, list | tuple | dict):
            for inner in value.values() if isinstance(value, dict) else value:
                collect(inner, name)

    for module in pkgutil.walk_packages(gatebook.__path__, "gatebook."):
        if not module.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(module.name)).items():
                collect(value, f"{module.name}.{name}")
    return dict(found.values())


@pytest.mark.slow
def test_no_pattern_takes_long_over_a_long_text():
    slow, begin_of = [], {"gatebook.reading.casts._DATE": "1/1/1 a"}
    for name, pattern in patterns().items():
        for unit in UNITS:
            length = LONGEST if name.startswith("gatebook.names.shape.") else LENGTH  # longer ones are refused
            text = begin_of.get(name, "") + (unit * length)[:length] + "!"
            given = text.encode() if isinstance(pattern.pattern, bytes) else text
            begun = time.process_time()
            getattr(pattern, HOW.get(name, "search"))(given)
            if time.process_time() - begun > 0.2:
                slow.append((name, unit))
                break
    assert slow == []


def test_the_patterns_that_are_watched_are_those_of_the_kit():
    names = patterns()
    assert HOW.keys() <= names.keys()
    assert "gatebook.checks.personal._EMAIL" in names
    assert len(names) > 60
