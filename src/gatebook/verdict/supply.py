"""What to supply where a metric cannot be measured, or its labels cannot carry a verdict, by the reason that is given."""

from __future__ import annotations

_FIXES = (
    ("resemble each other", "label rows of more groups, or name the column that groups them as cluster"),
    ("differ from the rest of production", "draw labels with `gatebook sample`, or give their chance of being drawn"),
    ("labelled rows have", "give every labelled row its weight or its chance of being drawn"),
)


def supply_for(missing: str) -> str:
    """Return what to do about the reason."""
    return next((fix for words, fix in _FIXES if words in missing), "repair the labels or the predictions")
