"""The rows of the path, as data."""

from gatebook.criteria.catalogue import CATALOGUE, CATALOGUE_VERSION, Entry, catalogue_for

__all__ = ["CATALOGUE", "CATALOGUE_VERSION", "Entry", "catalogue_for"]
