"""One assessment: `assess(project, as_of)` makes everything that documents show."""

from gatebook.assessment.assessment import Assessment, assess, examine

__all__ = ["Assessment", "assess", "examine"]
