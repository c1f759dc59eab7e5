"""The data reality check, page by page."""

from gatebook.gates.week01.pages.reality import columns, data_reality_check, drift, findings, labels, sample, unusual

__all__ = ["columns", "data_reality_check", "drift", "findings", "labels", "sample", "unusual"]
