"""The checks: what is wrong in a table, found without configuration. They know no project."""

from gatebook.checks import dates, dependencies, duplicates, missing, numbers, personal, rules, spelling, texts
from gatebook.checks.finding import Finding, Findings, Found
from gatebook.checks.registry import CheckName, check

# The modules of checks: their import fills the registry.
_CHECKS = (dates, dependencies, duplicates, missing, numbers, personal, rules, spelling, texts)

__all__ = ["CheckName", "Finding", "Findings", "Found", "check"]
