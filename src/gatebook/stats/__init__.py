"""The statistics of verdicts: pure functions on arrays. `measure` is the entry point, `decide` the rule."""

from gatebook.stats.design import Design
from gatebook.stats.interval import Interval, Status, decide
from gatebook.stats.measure import Guess, Kind, Rows, measure

__all__ = ["Design", "Guess", "Interval", "Kind", "Rows", "Status", "decide", "measure"]
