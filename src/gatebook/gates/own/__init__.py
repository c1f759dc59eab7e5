"""Rows of a project's own that a column judges: a share of yes, or a mean of numbers, held against a limit."""

from gatebook.criteria import Gate
from gatebook.criteria.registry import OWN

GATE = Gate(__name__, due=OWN, place=100, forms=True)
