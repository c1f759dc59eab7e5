"""Numbers, dates and money as a careful person writes them."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence

from gatebook.numbers import plain_number
from gatebook.record import Row

NBSP = "\N{NO-BREAK SPACE}"
SHARES = frozenset({"accuracy", "precision", "recall", "success_rate"})
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "CHF": f"CHF{NBSP}", "": ""}


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
    ends = [
        m.start() for m in re.finditer(r"[.;:,](?= )", text) if len(_WORD.findall(text[: m.start()])) <= most
    ]
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


def ended(text: str) -> str:
    """Return the text with a full stop, otherwise as it is; nothing for nothing."""
    return text + ("" if text.rstrip()[-1:] in ("", *".!?…") else ".") if text.strip() else ""


def sentence(text: str) -> str:
    """Return a phrase that begins with words of our own with a capital first letter and a full stop."""
    told = ended(text)
    return told if "_" in told.partition(" ")[0] else capital(told)  # the name of a column keeps its case


def places(row: Row, *, share: bool) -> int:
    """Return the decimals that a row's interval carries, and that keep its estimate apart from its bar."""
    spread = None
    if row.lower is None and all(
        v is None or float(v).is_integer() for v in (row.estimate, row.bar, row.target)
    ):
        return 0
    if row.lower is not None and row.upper is not None:
        spread = (row.upper - row.lower) / 2
    elif row.estimate is not None and row.bar is not None:
        spread = abs(row.estimate - row.bar)
    scale = 100 if share else 1
    if not spread or not math.isfinite(spread):
        return 0 if share else 2
    decimals = min(max(0, math.ceil(-math.log10(spread * scale / 3))), 1 if share else 4)
    while decimals < 4 and _same(row.estimate, row.bar, decimals, scale):
        decimals += 1
    return decimals


def _same(a: float | None, b: float | None, decimals: int, scale: float) -> bool:
    return (
        a is not None
        and b is not None
        and a != b
        and round(a * scale, decimals) == round(b * scale, decimals)
    )


def figure(value: float, unit: str, decimals: int, *, share: bool, toward: int = 0) -> str:
    """Return a value of a row with its unit.

    Args:
        value: the number.
        unit: "", "ms", "per second", ...
        decimals: as `places` says.
        share: True where the value is a share that reads as a percentage.
        toward: -1 rounds down, 1 rounds up (a bound is never told better than it is), 0 to the nearest.
    """
    scaled = (value * 100 if share else value) * 10**decimals
    near = round(scaled)
    if toward and abs(scaled - near) > 1e-6:
        near = math.floor(scaled) if toward < 0 else math.ceil(scaled)
    text = f"{near / 10**decimals:,.{decimals}f}"
    tail = "%" if share else unit[:12]
    return f"{text}{NBSP}{tail}" if tail else text
