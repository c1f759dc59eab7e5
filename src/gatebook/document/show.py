"""What notebooks call: each function takes the record and returns a piece that shows itself."""

from gatebook.document.behind import (
    conditions,
    integration,
    line_account,
    looks,
    method,
    people,
    provenance,
    value,
    verdict_rests_on,
)
from gatebook.document.data_reality import (
    columns,
    data_reality,
    findings,
    labels,
    production_against_curated,
    sample,
    unusual,
)
from gatebook.document.error_analysis import (
    baselines,
    confidence,
    confusions,
    error_analysis,
    failing_types,
    groups,
    latency,
    versions,
)
from gatebook.document.go_no_go import go_no_go

__all__ = [
    "baselines",
    "columns",
    "conditions",
    "confidence",
    "confusions",
    "data_reality",
    "error_analysis",
    "failing_types",
    "findings",
    "go_no_go",
    "groups",
    "integration",
    "labels",
    "latency",
    "line_account",
    "looks",
    "method",
    "people",
    "production_against_curated",
    "provenance",
    "sample",
    "unusual",
    "value",
    "verdict_rests_on",
    "versions",
]
