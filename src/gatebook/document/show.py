"""What notebooks call: each function takes the record and returns a piece that shows itself."""

from gatebook.document.behind import conditions, integration, people, value, verdict_rests_on
from gatebook.document.columns import columns, production_against_curated
from gatebook.document.data_reality import data_reality, labels
from gatebook.document.error_analysis import error_analysis, failing_types
from gatebook.document.findings import findings
from gatebook.document.go_no_go import go_no_go
from gatebook.document.groups import groups
from gatebook.document.looks import looks
from gatebook.document.method import line_account, method, provenance
from gatebook.document.performance import baselines, confidence, confusions, latency, versions
from gatebook.document.sample import sample, unusual

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
