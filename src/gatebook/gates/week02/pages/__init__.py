"""The page of week 2, which the go/no-go document shows too."""

from __future__ import annotations

from gatebook.document.page import Fragment, templates_of
from gatebook.record import Record

__all__ = ["integration"]

_, section = templates_of(__name__)


def integration(record: Record) -> Fragment:
    """Return the systems to connect, and which answered."""
    return section("integration", record)
