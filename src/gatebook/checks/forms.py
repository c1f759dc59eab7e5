"""How cells are written: words for "nothing", shapes of values, numbers with their unit, dates and times."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from gatebook.words import Code

LISTS = tomllib.loads((files(__package__ or "") / "lists.toml").read_text(encoding="utf-8"))
NULL_WORDS = frozenset(LISTS["nothing"]["never"])
MAYBE_NULL_WORDS = frozenset(LISTS["nothing"]["maybe"])
UNITS = {name: base for base, names in LISTS["units"].items() for name in names.split()}


def true_where(marks: Iterable[object], length: int) -> npt.NDArray[np.bool_]:
    """Return so many marks as an array of truth values."""
    return np.fromiter(map(bool, marks), bool, length)


def is_null_word(values: Sequence[str]) -> npt.NDArray[np.bool_]:
    """True where a value is only a word for "nothing"."""
    return true_where((v.strip().casefold() in NULL_WORDS for v in values), len(values))


def _class_of(byte: int) -> int:
    """Letters (and every byte beyond ASCII) are "a", digits "9", blanks " " but for the line feed; the rest stands."""
    if chr(byte).isalpha() or byte >= 128:  # the first byte beyond ASCII
        return ord("a")
    if chr(byte).isdigit():
        return ord("9")
    return ord(" ") if chr(byte).isspace() and chr(byte) != "\n" else byte


_CLASSES = bytes(map(_class_of, range(256)))
_RUNS = (
    (re.compile(r"a{2,}"), "a"),
    (re.compile(r"9{2,}"), "9"),
    (re.compile(r" {2,}"), " "),
    (re.compile(r"9(?:[.,]9)+"), "9"),
    (re.compile(r"a(?:[ '.,&/()-]+a)+"), "a"),
)


def masks(lines: str) -> list[str]:
    """Each character by its class: letter -> a, digit -> 9, the rest as it stands (`A-12` -> `a-99`).

    `lines` holds one value a line. One pass of a 256-byte table over all of them: ten times faster than one by one.
    """
    return lines.encode("utf-8", "replace").translate(_CLASSES).decode("latin-1").split("\n")


def shapes(masked: Sequence[str]) -> list[str]:
    """Masks with runs collapsed, numbers as one 9 and words as one a (`12.5 fl. oz` -> `9 a`)."""
    text = "\n".join(masked)
    for pattern, by in _RUNS:
        text = pattern.sub(by, text)
    return text.split("\n") if len(masked) else []


_QUANTITY = re.compile(
    r"^\s*+([$€£]|USD|EUR|GBP)?\s*+([-+]?\d[\d.,]*+(?:[eE][-+]?\d+)?)\s*+([^\d\s.,][^\d]{0,14})?\s*+$"
)


def quantity(value: str) -> tuple[str, str] | None:
    """(number, unit as written or "") of `12.0 oz.`; None if it is not a number with at most one unit."""
    found = _QUANTITY.match(value)
    return found and (found[2], (found[1] or "") + (found[3] or "").strip())


class DateForm(Code):
    """The ways to write a date or a time."""

    NONE = ""
    YMD = "ymd"
    YMD_TIME = "ymd_time"
    YMD_ZONE = "ymd_zone"
    CLOCK = "clock"
    CLOCK_12 = "clock_12"
    SLASHES = "slashes"
    SLASHES_TIME = "slashes_time"
    YEAR_SLASHES = "year_slashes"
    YEAR_SLASHES_TIME = "year_slashes_time"
    DOTS = "dots"
    DOTS_TIME = "dots_time"
    DASHES = "dashes"
    DASHES_TIME = "dashes_time"
    DAY_MONTH = "day_month"
    MONTH_DAY = "month_day"
    MONTH_TIME = "month_time"


YEAR_FIRST = (DateForm.YMD, DateForm.YMD_TIME, DateForm.YMD_ZONE, DateForm.YEAR_SLASHES, DateForm.YEAR_SLASHES_TIME)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_HM = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
_AMPM = r"\s*[ap]\.?\s?m\.?"
_ZONE = r"\s*(?:z|utc|gmt|[+-]\d{2}:?\d{2})"
_YEAR = r"(?:\d{4}|\d{2})"
FAMILIES = {
    family: re.compile(pattern, re.IGNORECASE)
    for family, pattern in (
        (DateForm.YMD, r"\d{4}-\d{1,2}-\d{1,2}"),
        (DateForm.YMD_TIME, rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}[t ]{_HM}"),
        (DateForm.YMD_ZONE, rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}[t ]{_HM}{_ZONE}"),
        (DateForm.CLOCK, _HM),
        (DateForm.CLOCK_12, rf"{_HM}{_AMPM}"),
        (DateForm.SLASHES, rf"\d{{1,2}}/\d{{1,2}}/{_YEAR}"),
        (DateForm.SLASHES_TIME, rf"\d{{1,2}}/\d{{1,2}}/{_YEAR}[t ,]+{_HM}(?:{_AMPM})?"),
        (DateForm.YEAR_SLASHES, r"\d{4}/\d{1,2}/\d{1,2}"),
        (DateForm.YEAR_SLASHES_TIME, rf"\d{{4}}/\d{{1,2}}/\d{{1,2}}[t ]{_HM}"),
        (DateForm.DOTS, rf"\d{{1,2}}\.\d{{1,2}}\.{_YEAR}"),
        (DateForm.DOTS_TIME, rf"\d{{1,2}}\.\d{{1,2}}\.{_YEAR}[t ]+{_HM}"),
        (DateForm.DASHES, rf"\d{{1,2}}-\d{{1,2}}-{_YEAR}"),
        (DateForm.DASHES_TIME, rf"\d{{1,2}}-\d{{1,2}}-{_YEAR}[t ]+{_HM}"),
        (DateForm.DAY_MONTH, rf"\d{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTH}[ ,-]*\d{{2,4}}"),
        (DateForm.MONTH_DAY, rf"{_MONTH}[ -]\d{{1,2}}(?:st|nd|rd|th)?,?[ -]+\d{{4}}"),
        (DateForm.MONTH_TIME, rf"(?:\d{{1,2}}[ -])?{_MONTH}[ -]\d{{1,2}}.{{0,10}}?{_HM}(?:{_AMPM})?"),
    )
}


def date_families(values: Sequence[str], masked: Sequence[str]) -> list[DateForm]:
    """The date or time format of each value; values of one mask are matched once.

    Masks that hold letters are matched by value, since "Mar" and "Bar" share a mask.
    """
    return [
        DateForm.NONE
        if "9" not in mask or len(mask) > 40  # no format is longer
        else _family(value.strip() if "a" in mask else mask.strip().replace("9", "1"))
        for value, mask in zip(values, masked, strict=True)
    ]


@lru_cache(maxsize=65536)
def _family(value: str) -> DateForm:
    return next((family for family, pattern in FAMILIES.items() if pattern.fullmatch(value)), DateForm.NONE)
