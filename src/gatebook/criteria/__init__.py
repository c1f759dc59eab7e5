"""The rows of the path, as data."""

from gatebook.criteria.catalogue import CATALOGUE, CATALOGUE_VERSION, Entry
from gatebook.criteria.own import catalogue_for, declared_criteria, moved_criteria

__all__ = ["CATALOGUE", "CATALOGUE_VERSION", "Entry", "catalogue_for", "declared_criteria", "moved_criteria"]
