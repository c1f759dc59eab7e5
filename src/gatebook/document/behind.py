"""Behind page one of any document: people, looks, method, the line account, provenance."""

from __future__ import annotations

import base64
import gzip
from dataclasses import fields

from gatebook.document.page import Fragment, fingerprint, rows_of, section
from gatebook.document.rows import QUALITY, find
from gatebook.record import Attestation, Fates, Look, Record, Row, TableAccount

_LOOKS = 60  # rows of the table of looks
_EVENTS = 60  # rows of the table of what happened while reading


def people(record: Record) -> Fragment:
    """Return who signed, vouched for or waived what."""
    return section(
        "people",
        record,
        table=rows_of(Attestation, lambda r: r.attestations),
        live=[a for a in record.attestations if a.expires >= record.run.as_of],
    )


def looks(record: Record) -> Fragment:
    """Return every look at the labels, and the share of the allowed error that it spent."""
    shown, in_all = record.looks[-_LOOKS:], max(record.looks_in_all, len(record.looks))
    return section(
        "looks",
        record,
        table=rows_of(Look, lambda r: r.looks),
        drawn=("looks",),
        shown=shown,
        in_all=in_all if in_all > len(shown) else None,
    )


def method(record: Record) -> Fragment:
    """Return the method for a sceptical reader, and the choices that were made."""
    first = find(record, QUALITY)
    used = {(r.title, r.method) for r in record.criteria if r.method not in (None, "none")}
    level = 1 - first.level if first is not None and first.level is not None else None
    return section(
        "method",
        record,
        table=rows_of(Row, lambda r: r.criteria),
        level=level,
        used=sorted(used, key=lambda pair: pair[0]),
    )


def lines(record: Record) -> Fragment:
    """Return what became of every line of every table; fates that no table has take no column."""
    always = {"header", "kept"}
    names = [f.name for f in fields(Fates)]
    fates = [f for f in names if f in always or any(getattr(t.fates, f) for t in record.tables)]
    events = [(t.role, event) for t in record.tables for event in t.events]
    return section(
        "lines",
        record,
        table=rows_of(TableAccount, lambda r: r.tables),
        drawn=("funnel",),
        fates=fates,
        open_tables=sum(not t.closed for t in record.tables),
        lost=sum(t.fates.quarantined + t.fates.rejected for t in record.tables),
        events=events[:_EVENTS],
    )


def provenance(record: Record) -> Fragment:
    """Return parameters, versions and inputs with their hashes, and the record itself as a file in the page.

    The record is packed without a date, so that bytes repeat.
    """
    packed = base64.b64encode(gzip.compress(record.to_json().encode(), 9, mtime=0)).decode()
    return section(
        "provenance",
        record,
        table=rows_of(TableAccount, lambda r: r.tables),
        fingerprint=fingerprint(record),
        packed=packed,
    )
