"""Spellings that many tables share: words for "nothing", shapes of values, units, dates and times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

# Words that never are a value of their own.
NULL_WORDS = frozenset(
    """n/a n.a. n.a #n/a #na na/ null (null) <null> nan -nan (nan) \\n -- --- ---- - — – ? ?? ??? . .. ... * (blank) [blank] blank
    empty (empty) <empty> #null! #ref! #value! #div/0! #name? undefined missing (missing) tbd tba
    <na> not_available notavailable _ __""".split()  # noqa: SIM905 - one list of words reads better than quotes
) | {
    "not available",
    "not applicable",
    "not provided",
    "not specified",
    "no data",
    "no value",
    "not known",
    "not recorded",
    "not given",
    "to be determined",
}
# Words that can be an answer ("none" of the allergies, "NA" for Namibia): named only beside other evidence.
MAYBE_NULL_WORDS = frozenset({"na", "none", "nil", "unknown", "unk", "unspecified"})

_CLASSES = bytes(
    97  # every letter, and every byte of a letter beyond ASCII, is "a"
    if chr(b).isalpha() or b >= 128  # the first byte beyond ASCII
    else 57
    if 48 <= b <= 57  # the digits of ASCII
    else 32
    if chr(b).isspace() and b != 10  # the line feed separates values below
    else b
    for b in range(256)
)
_RUNS = [(re.compile(r"a{2,}"), "a"), (re.compile(r"9{2,}"), "9"), (re.compile(r" {2,}"), " ")]
_NUMBER_PARTS = re.compile(r"9(?:[.,]9)+")
_TEXT_PARTS = re.compile(r"a(?:[ '.,&/()-]+a)+")


def masks(lines: str) -> list[str]:
    """Each character by its class: letter -> a, digit -> 9, the rest as it stands (`A-12` -> `a-99`).

    `lines` holds one value a line. One pass of a 256-byte table over all of them: ten times faster than one by one.
    """
    return lines.encode("utf-8", "replace").translate(_CLASSES).decode("latin-1").split("\n")


def shapes(masked: Sequence[str]) -> list[str]:
    """Masks with runs collapsed, numbers as one 9 and words as one a (`12.5 fl. oz` -> `9 a`)."""
    if not len(masked):
        return []
    text = "\n".join(masked)
    for pattern, by in _RUNS:
        text = pattern.sub(by, text)
    text = _NUMBER_PARTS.sub("9", text)
    return _TEXT_PARTS.sub("a", text).split("\n")


UNITS = {
    name: base
    for base, names in {
        "ounce": "oz oz. ounce ounces ozs oz.s",
        "fluid ounce": "floz fl.oz. fl.oz",
        "gram": "g gr gram grams gm g.",
        "kilogram": "kg kgs kilo kilos kilogram kilograms kg.",
        "milligram": "mg mg. milligram milligrams",
        "pound": "lb lbs lb. lbs. pound pounds",
        "litre": "l lt ltr litre litres liter liters l.",
        "millilitre": "ml ml. millilitre millilitres milliliter milliliters",
        "centilitre": "cl cl.",
        "metre": "m m. metre metres meter meters mtr",
        "centimetre": "cm cm. cms centimetre centimetres centimeter centimeters",
        "millimetre": "mm mm. millimetre millimetres millimeter millimeters",
        "kilometre": "km km. kms kilometre kilometres kilometer kilometers",
        "mile": "mi mi. mile miles",
        "foot": "ft ft. foot feet",
        "inch": 'in in. inch inches "',
        "percent": "% pct pct. percent %. pc",
        "second": "s sec secs sec. second seconds",
        "millisecond": "ms msec msecs millisecond milliseconds",
        "minute": "min mins min. minute minutes",
        "hour": "h hr hrs hr. hrs. hour hours",
        "day": "d day days",
        "week": "wk wks week weeks",
        "month": "mo mos month months",
        "year": "y yr yrs yr. yrs. year years",
        "dollar": "$ usd us$ dollar dollars",
        "euro": "€ eur euro euros",
        "sterling": "£ gbp",
        "degree C": "°c c celsius",
        "degree F": "°f f fahrenheit",
        "byte": "b bytes byte",
        "kilobyte": "kb kib",
        "megabyte": "mb mib",
        "gigabyte": "gb gib",
        "piece": "pc. pcs pcs. piece pieces pce",
        "watt": "w watt watts",
        "kilowatt": "kw",
        "kilowatt hour": "kwh",
        "volt": "v volt volts",
        "hertz": "hz",
        "calorie": "cal cals",
        "kilocalorie": "kcal kcals",
    }.items()
    for name in names.split()
}
_QUANTITY = re.compile(
    r"^\s*+([$€£]|USD|EUR|GBP)?\s*+([-+]?\d[\d.,]*+(?:[eE][-+]?\d+)?)\s*+([^\d\s.,][^\d]{0,14})?\s*+$"
)


def quantity(value: str) -> tuple[str, str] | None:
    """(number, unit as written or "") of `12.0 oz.`; None if it is not a number with at most one unit."""
    found = _QUANTITY.match(value)
    if found is None:
        return None
    unit = (found[1] or "") + (found[3] or "").strip()
    return found[2], unit


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_HM = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
_AMPM = r"\s*[ap]\.?\s?m\.?"
_ZONE = r"\s*(?:z|utc|gmt|[+-]\d{2}:?\d{2})"
FAMILIES = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("year-month-day", r"\d{4}-\d{1,2}-\d{1,2}"),
        ("year-month-day with time", rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}[t ]{_HM}"),
        ("year-month-day with time and zone", rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}[t ]{_HM}{_ZONE}"),
        ("time, 24 hours", _HM),
        ("time, a.m./p.m.", rf"{_HM}{_AMPM}"),
        ("date with slashes", r"\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})"),
        ("date with slashes and time", rf"\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d{{2}})[t ,]+{_HM}(?:{_AMPM})?"),
        ("year/month/day", r"\d{4}/\d{1,2}/\d{1,2}"),
        ("year/month/day with time", rf"\d{{4}}/\d{{1,2}}/\d{{1,2}}[t ]{_HM}"),
        ("date with dots", r"\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})"),
        ("date with dots and time", rf"\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}}|\d{{2}})[t ]+{_HM}"),
        ("date with dashes, year last", r"\d{1,2}-\d{1,2}-(?:\d{4}|\d{2})"),
        ("date with dashes, year last, and time", rf"\d{{1,2}}-\d{{1,2}}-(?:\d{{4}}|\d{{2}})[t ]+{_HM}"),
        ("day and month name", rf"\d{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTH}[ ,-]*\d{{2,4}}"),
        ("month name first", rf"{_MONTH}[ -]\d{{1,2}}(?:st|nd|rd|th)?,?[ -]+\d{{4}}"),
        ("month name with time", rf"(?:\d{{1,2}}[ -])?{_MONTH}[ -]\d{{1,2}}.{{0,10}}?{_HM}(?:{_AMPM})?"),
    )
)
TIME_ONLY = frozenset({"time, 24 hours", "time, a.m./p.m."})


def date_families(values: Sequence[str], masked: Sequence[str]) -> list[str]:
    """Name of the date or time format of each value, "" for none; values of one mask are matched once.

    Masks that hold letters are matched by value, since "Mar" and "Bar" share a mask.
    """
    out = []
    for value, mask in zip(values, masked, strict=True):
        if "9" not in mask or len(mask) > 40:  # no format is longer
            out.append("")
        elif "a" in mask:
            out.append(_family_of_value(value.strip()))
        else:
            out.append(_family_of_digits(mask.strip()))
    return out


@lru_cache(maxsize=65536)
def _family_of_value(value: str) -> str:
    return next((name for name, pattern in FAMILIES if pattern.fullmatch(value)), "")


@lru_cache(maxsize=4096)
def _family_of_digits(mask: str) -> str:
    return _family_of_value(mask.replace("9", "1"))


def is_null_word(values: Sequence[str]) -> npt.NDArray[np.bool_]:
    """True where a value is only a word for "nothing"."""
    return np.fromiter((v.strip().casefold() in NULL_WORDS for v in values), dtype=bool, count=len(values))
