"""Which inputs fail: slices of rows with more errors than the rest, and what sets them apart."""

from gatebook.evidence.slices.predicate import Predicate, describe, mask
from gatebook.evidence.slices.search import Slice, SliceSearch, find_slices

__all__ = ["Predicate", "Slice", "SliceSearch", "describe", "find_slices", "mask"]
