"""The error analysis and the go/no-go document, page by page."""

from gatebook.gates.week04.pages.decision import go_no_go
from gatebook.gates.week04.pages.errors import (
    baselines,
    confidence,
    confusions,
    error_analysis,
    failing_types,
    groups,
    latency,
    versions,
)
from gatebook.gates.week04.pages.rests import conditions, value, verdict_rests_on

__all__ = [
    "baselines",
    "conditions",
    "confidence",
    "confusions",
    "error_analysis",
    "failing_types",
    "go_no_go",
    "groups",
    "latency",
    "value",
    "verdict_rests_on",
    "versions",
]
