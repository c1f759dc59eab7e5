"""How one column moved from the curated data to production, in words and with values that may be shown."""

from __future__ import annotations

from gatebook.evidence.shift import EFFECT, ColumnShift
from gatebook.record import ColumnFact, ShiftFact, finite

_GAP = 0.05
_LONGEST = 80  # characters of a value that are said


def shift_fact(
    moved: ColumnShift, curated: ColumnFact | None, production: ColumnFact | None, time: str | None
) -> ShiftFact:
    """Return the record's fact.

    Args:
        moved: the measured difference.
        curated: profile of the column there, which holds only values that may be shown.
        production: the same of production.
        time: the sample's time column, which differs wherever two samples were not drawn at once.
    """
    parts = []
    if moved.shifted and moved.effect >= EFFECT:
        parts.append(_how(moved, curated, production, time))
    if abs(moved.missing_gap) >= _GAP and moved.missing_lower * moved.missing_upper > 0:
        more = "more" if moved.missing_gap > 0 else "less"
        parts.append(f"{abs(moved.missing_gap) * 100:.0f} points {more} missing in production")
    if moved.new_null_words:
        parts.append("production writes words for nothing that the curated data do not have")
    if moved.new_rows:
        parts.append(f"{moved.new_rows:,} production rows have values that the curated data do not have")
    if moved.vanished_rows:
        parts.append(f"{moved.vanished_rows:,} curated rows have values that production does not have")
    if moved.shifted and moved.format_gap >= EFFECT / 2:
        parts.append("written in other formats")
    return ShiftFact(
        column=moved.column,
        kind=moved.kind,
        psi=finite(moved.psi),
        effect=moved.effect,
        lower=finite(moved.effect_lower),
        upper=finite(moved.effect_upper),
        missing_curated=_missing(curated),
        missing_production=_missing(production),
        new_values=len(moved.new),
        vanished_values=len(moved.vanished),
        notable=moved.shifted,
        words="; ".join(parts),
    )


def _missing(fact: ColumnFact | None) -> float:
    return 0.0 if fact is None else fact.missing / max(fact.rows, 1)


def _how(moved: ColumnShift, curated: ColumnFact | None, production: ColumnFact | None, time: str | None) -> str:
    """Return "middle 55.8 before, 73.1 now" or the value whose share moved most."""
    if moved.kind == "date":
        return "another period, as expected of the time column" if moved.column == time else "another period"
    if moved.kind == "text":
        return "other lengths of text"
    if curated is not None and production is not None:
        if curated.median is not None and production.median is not None:
            same = curated.median == production.median
            return (
                f"same middle {production.median}, another spread"
                if same
                else f"middle {curated.median} before, {production.median} now"
            )
        before, now = _shares(curated), _shares(production)
        if both := before.keys() & now.keys():
            value = max(sorted(both), key=lambda v: abs(now[v] - before[v]))
            return f"{_whole(value)}: {before[value] * 100:.0f}\N{NO-BREAK SPACE}% before, {now[value] * 100:.0f}\N{NO-BREAK SPACE}% now"
    return "other values"


def _whole(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"


def _shares(fact: ColumnFact) -> dict[str, float]:
    present = max(fact.rows - fact.missing, 1)
    return {value: rows / present for value, rows in fact.top}
