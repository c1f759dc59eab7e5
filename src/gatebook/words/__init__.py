"""Codes decide, words tell: what can be said is a code with numbers, and its words stand in a catalogue.

The catalogue of an enum of codes is the file `words.toml` beside the module that defines it: a section with the enum's
name, an entry for each member's value. An entry is one text, or a table of parts (title, meaning, action, ...). In a
text, `{rows}` is a figure as people write it, `{rows:# row|# rows}` chooses by number (# is the figure), `{share:%}` a
percentage (`{share:%1}` with one decimal), `{day:day}` a date, `{names}` a list, `{share:.2f}` anything that Python's
formats know; a code or `Said` among the values stands for its words.

    class Reason(Code):
        TOO_FEW = "too_few"             # words.toml:  [Reason]
                                        #              too_few = "Only {rows:# row|# rows} of {needed}."
    say(Reason.TOO_FEW, rows=1, needed=1000)   # "Only 1 row of 1,000."

Nothing reads a text back to decide: rewording the whole catalogue changes no verdict (`tests/test_reworded.py`).
"""

from __future__ import annotations

import datetime as dt
import string
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from gatebook.words.figures import capital, count, day, listed, percent, plain_number

_FORMATS: dict[str, Callable[[Any], str]] = {
    "%": percent,
    "%1": lambda value: percent(value, 1),
    "day": day,
    "capital": lambda value: capital(_plain(value)),
}


class Code(StrEnum):
    """Something that can be said; subclasses are the codes of one room."""


@dataclass(frozen=True)
class Said:
    """A code with what its words need.

    Attributes:
        code: which.
        values: the figures and names that its words mention.
        part: which part of an entry of parts it says.
    """

    code: Code
    values: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""

    def text(self, part: str = "") -> str:
        """Return the words, or one part of them."""
        return say(self.code, part or self.part, **self.values)

    def __str__(self) -> str:
        """Return the words."""
        return self.text()


def said(code: Code, part: str = "", /, **values: Any) -> Said:
    """Return a code with its values, to be put in words later."""
    return Said(code, values, part)


def say(code: Code, part: str = "", /, **values: Any) -> str:
    """Return the words of a code.

    Args:
        code: a member of a subclass of `Code`.
        part: "title", "meaning", "action", ... of an entry that has parts; "" for an entry of one text.
        values: what the words mention.

    Returns:
        The text.

    Raises:
        KeyError: the catalogue has no such entry, the entry no such part, or its words mention a value that was not
            given.
    """
    entry = entries(type(code))[code.value]
    parts = entry if isinstance(entry, dict) else {"": entry}
    return _Texts().vformat(parts[part], (), values)


def say_if_any(code: Code, part: str, /, **values: Any) -> str:
    """Return one part of the words of a code, "" where its entry does without that part."""
    return say(code, part, **values) if part in entries(type(code))[code.value] else ""


def entries(codes: type[Code]) -> dict[str, Any]:
    """Return the catalogue of an enum: the value of each member -> its text or its parts."""
    module = sys.modules[codes.__module__]
    return _catalogue(str(module.__package__ or module.__name__)).get(codes.__name__, {})


def mentions(code: Code, part: str = "") -> frozenset[str]:
    """Return the names of the values that the words of a code mention."""
    entry = entries(type(code))[code.value]
    text = entry.get(part, "") if isinstance(entry, dict) else entry
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def section(package: str, name: str) -> dict[str, Any]:
    """Return a section of a package's catalogue that belongs to no enum, such as the words of a gate's rows."""
    return _catalogue(package).get(name, {})


@cache
def _catalogue(package: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((files(package) / "words.toml").read_text(encoding="utf-8"))


class _Texts(string.Formatter):
    """Python's own formats, and figures as people write them."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return (one if value == 1 else many).replace("#", _plain(value))
        if format_spec in _FORMATS:
            return _FORMATS[format_spec](value)
        return format(value, format_spec) if format_spec else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, Code):
        return say(value)
    if isinstance(value, str | Said | PurePath | BaseException):
        return str(value)
    if isinstance(value, dt.date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, Sequence):
        return listed([_plain(item) for item in value])
    if isinstance(value, bool) or value is None:
        return str(value)
    return count(value) if float(value).is_integer() and abs(value) < 1e15 else plain_number(float(value))
