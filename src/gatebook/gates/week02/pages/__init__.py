"""The page of week 2, which the go/no-go document shows too."""

from __future__ import annotations

from gatebook.document.page import Fragment, rows_of, templates_of
from gatebook.record import Record, SystemFact

__all__ = ["integration"]

_, section = templates_of(__name__)


def integration(record: Record) -> Fragment:
    """Return the systems to connect, and which answered."""
    return section("integration", record, table=rows_of(SystemFact, lambda r: r.evidence.systems))
