"""Data reality check: what is wrong in a table, found without configuration."""

from gatebook.evidence.quality.finding import Finding, Scan
from gatebook.evidence.quality.scan import scan

__all__ = ["Finding", "Scan", "scan"]
