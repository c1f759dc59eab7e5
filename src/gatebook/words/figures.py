"""Numbers, dates, money and lists as a careful person writes them: never with an exponent."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence

NBSP = "\N{NO-BREAK SPACE}"
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "CHF": f"CHF{NBSP}", "": ""}
LEAST, MOST = 1e-6, 1e15  # beyond them a figure only says that it is small or large


def plain_number(value: float, digits: int = 6) -> str:
    """Return a figure with so many significant digits, thousands apart, its whole part never rounded: "1,234.57",
    "0.05".
    """
    size = abs(value)
    if not math.isfinite(value):
        return str(float(value))
    if 0 < size < LEAST:
        return f"under {LEAST:.6f}" if value > 0 else f"above -{LEAST:.6f}"
    if size >= MOST:
        return f"over {MOST:,.0f}" if value > 0 else f"under -{MOST:,.0f}"
    rounded = abs(float(f"{value:.{digits - 1}e}"))  # 9.996 with three digits is 10.0: one digit more before the point
    places = max(0, digits - 1 - math.floor(math.log10(rounded))) if rounded else 0
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(number: float) -> str:
    """Return 1512 as "1,512"."""
    return f"{number:,.0f}"


def plural(number: float, one: str, many: str | None = None) -> str:
    """Return "1 row", "2 rows", "1,512 rows"."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def day(date: dt.date) -> str:
    """Return "12 November" (with a space that does not break)."""
    return f"{date.day}{NBSP}{date:%B}"


def full_day(date: dt.date) -> str:
    """Return "12 November 2026"."""
    return f"{date.day}{NBSP}{date:%B}{NBSP}{date.year}"


def percent(share: float, places: int = 0) -> str:
    """Return 0.642 as "64 %"; a share that is neither nothing nor all is never rounded to it."""
    if not places and 0 < share < 0.0095:
        return f"under{NBSP}1{NBSP}%" if share < 0.001 else f"{_hundredths(share):.1f}{NBSP}%"
    if not places and 0.995 <= share < 1:
        return f"{math.floor(share * 1000) / 10:.1f}{NBSP}%"
    return f"{_hundredths(share):.{places}f}{NBSP}%"


def _hundredths(share: float) -> float:
    return round(share * 100, 9)  # 0.0055 is 0.55 %, not a hair below it


def money(amount: float, currency: str) -> str:
    """Return "€560", "€18k", "−€31k", "€2.4m": two figures are what such a model carries."""
    symbol = _SYMBOLS.get(currency, f"{currency}{NBSP}")
    size, sign = abs(amount), "−" if amount < 0 else ""
    if size >= 999_500:
        text = f"{size / 1e6:.0f}m" if size >= 9.95e6 else f"{size / 1e6:.1f}m"
    elif size >= 9_950:
        text = f"{size / 1e3:.0f}k"
    elif size >= 1_000:
        text = f"{size / 1e3:.1f}k".replace(".0k", "k")
    elif size >= 1 or size == 0:
        text = f"{size:.0f}"
    else:
        text = plain_number(size, 2)
    return f"{sign}{symbol}{text}"


def listed(items: Sequence[str], most: int = 4) -> str:
    """Return "a, b and c"; more than `most` end in "and 3 more"."""
    shown = list(items[:most])
    if len(items) > most:
        return f"{', '.join(shown)} and {len(items) - most} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


_WORD = re.compile(r"[^ \t\n\r\f]+")  # what a page sets as one word: any other separator belongs to it


def clip(text: str, most: int) -> str:
    """Return a short text as it is; of a longer one the first `most` words (and 9 letters a word), with a mark."""
    words = list(_WORD.finditer(text))
    if len(words) <= most and len(text) <= most * 9 + 10:
        return text
    end = words[:most][-1].end() if words else 0
    return text[:end][: most * 9 + 10].rstrip(" ,;:.") + "…"


def brief(text: str, most: int) -> str:
    """Return the whole of a short text; of a longer one what fits, cut where a sentence or a clause ends."""
    if len(_WORD.findall(text)) <= most:
        return clip(text, most)
    ends = [m.start() for m in re.finditer(r"[.;:,](?= )", text) if len(_WORD.findall(text[: m.start()])) <= most]
    stops = [e for e in ends if text[e] == "."] or [e for e in ends if len(_WORD.findall(text[:e])) >= 3]
    return clip(text[: stops[-1]], most) if stops else clip(text, most)


def plain(text: str) -> str:
    """Return the text with sections of the project file called what they are; names in `backticks` stay as they are."""
    parts = text.split("`")
    for n in range(0, len(parts), 2):
        parts[n] = re.sub(r"\[tables\.(\w+)\]", r"the table `\1`", parts[n])
        parts[n] = re.sub(r"\[\[?(\w+)\]?\]", r"the section `\1`", parts[n])
    return "`".join(parts)


def capital(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def uncapital(text: str) -> str:
    """Return a sentence as it stands behind other words: an ordinary first word without its capital."""
    first, gap, rest = text.partition(" ")
    return (first.lower() if first.isalpha() and first.istitle() else first) + gap + rest


def ended(text: str) -> str:
    """Return the text with a full stop, otherwise as it is; nothing for nothing."""
    return text + ("" if text.rstrip()[-1:] in ("", *".!?…") else ".") if text.strip() else ""


def sentence(text: str) -> str:
    """Return a phrase that begins with words of our own with a capital first letter and a full stop."""
    told = ended(text)
    return told if "_" in told.partition(" ")[0] else capital(told)  # the name of a column keeps its case
