"""Which inputs fail: slices of rows with more errors than the rest, and what sets them apart."""

from gatebook.slices.predicate import Predicate, describe, mask
from gatebook.slices.search import Effort, Slice, SliceSearch, find_slices
from gatebook.slices.why import Cause, apart, causes

__all__ = ["Cause", "Effort", "Predicate", "Slice", "SliceSearch", "apart", "causes", "describe", "find_slices", "mask"]
