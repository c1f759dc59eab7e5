"""Week 2: which systems it must connect to, and what they ask for."""

from gatebook.criteria import Gate

GATE = Gate(__name__, due="week-2", place=2)
