"""One assessment: `assess(project, as_of)` makes everything that documents show."""

from gatebook.assess.assessment import Assessment, assess, examine

__all__ = ["Assessment", "assess", "examine"]
