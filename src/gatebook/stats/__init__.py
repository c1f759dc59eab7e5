"""The statistics of verdicts: pure functions on arrays. `measure` is the entry point, `decide` the rule."""

from gatebook.stats.decide import Status, decide
from gatebook.stats.design import Design
from gatebook.stats.interval import Interval
from gatebook.stats.measure import Kind, Rows, measure
from gatebook.stats.ppi import Guess

__all__ = ["Design", "Guess", "Interval", "Kind", "Rows", "Status", "decide", "measure"]
