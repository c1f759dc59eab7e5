"""The error analysis and the go/no-go document, page by page."""

from gatebook.gates.week04.pages.decision import go_no_go
from gatebook.gates.week04.pages.errors import (
    baselines,
    confusions,
    error_analysis,
    groups,
    latency,
    reliability,
    slices,
    versions,
)
from gatebook.gates.week04.pages.rests import conditions, rows, value

__all__ = [
    "baselines",
    "conditions",
    "confusions",
    "error_analysis",
    "go_no_go",
    "groups",
    "latency",
    "reliability",
    "rows",
    "slices",
    "value",
    "versions",
]
