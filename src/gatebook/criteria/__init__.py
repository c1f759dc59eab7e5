"""The rows of the path: what each asks, what it rests on and who judges it, as the gates declare them."""

from gatebook.criteria.own import catalogue_for, declared_criteria, held_to, moved_criteria
from gatebook.criteria.registry import CATALOGUE_VERSION, Entry, Gate, Page, gates, limit_of, row, rows

__all__ = [
    "CATALOGUE_VERSION",
    "Entry",
    "Gate",
    "Page",
    "catalogue_for",
    "declared_criteria",
    "gates",
    "held_to",
    "limit_of",
    "moved_criteria",
    "row",
    "rows",
]
