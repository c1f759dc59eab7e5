"""How it was done and from what: method in plain words, the line account, provenance with the record inside."""

from __future__ import annotations

import base64
import gzip

from markupsafe import Markup

from gatebook.document.mast import fingerprint
from gatebook.document.page import Fragment, Lines, Table, code, section
from gatebook.document.status import find
from gatebook.record import Record
from gatebook.words.figures import count, full_day, percent, plural, sentence

_FATES = (
    ("header", "header"),
    ("preamble", "before the header"),
    ("footer", "footer"),
    ("blank", "blank"),
    ("continuation", "inside a cell"),
    ("kept", "kept"),
    ("repaired", "repaired"),
    ("quarantined", "set aside"),
    ("rejected", "rejected"),
)


def method(record: Record) -> Fragment:
    """Return the method for a sceptical reader, and the choices that were made."""
    first = find(record, "G1")
    level = percent(1 - first.level, 1) if first is not None and first.level is not None else None
    points = [
        (
            "A measured figure from some hundred cases is never exact. The verdict therefore looks at the range that "
            "the cases leave open, not at the figure alone. If the range holds what is needed, the honest answer is "
            "“not enough evidence”, and the document says how many more labels would settle it."
        ),
        "The rule keeps the chance of passing a model that in truth sits just below the line at 5 % or less, over "
        "all looks together" + (f"; this look used {level} on each side of the range." if level else "."),
        (
            "The line of week 4 is 80 % of the final target (for figures where less is better, the target divided "
            "by 0.8; for speed, twice the target)."
        ),
        (
            "Requests that failed count as wrong and as too slow. Rows of one customer, task or session count as "
            "less than one case each. Missing evidence never passes."
        ),
    ]
    used = sorted(
        {(r.method, r.title) for r in record.criteria if r.method and not r.method.startswith("none")},
        key=lambda pair: pair[1],
    )
    return section(
        "method",
        "How was this judged?",
        *points,
        Table("Methods used", ("Row", "Method"), tuple((title, name or "") for name, title in used)) if used else None,
        Lines("Choices where the path leaves one", record.presets) if record.presets else None,
    )


def line_account(record: Record) -> Fragment:
    """Return what became of every line of every table."""
    shown = [key for key, _ in _FATES if key in ("header", "kept") or any(getattr(t.fates, key) for t in record.tables)]
    heads = dict(_FATES)
    open_ = [t for t in record.tables if not t.closed]
    lost = sum(t.fates.quarantined + t.fates.rejected for t in record.tables)
    if not record.tables:
        told = "No table was read."
    elif open_:
        told = f"{plural(len(open_), 'table')} could not be accounted for line by line; nothing that reads it can pass."
    else:
        told = f"Every line of {plural(len(record.tables), 'table')} is accounted for. " + (
            f"{plural(lost, 'line')} could not be used and stay in the project's folder." if lost else "None was lost."
        )
    events = [(t.role, e) for t in record.tables for e in t.events]
    return section(
        "lines",
        "What became of every line?",
        told,
        Table(
            "The line account",
            ("Table", "#Lines", *(f"#{heads[key].capitalize()}" for key in shown), "Closed"),
            tuple(
                (t.role, count(t.lines), *(count(getattr(t.fates, key)) for key in shown), "yes" if t.closed else "no")
                for t in record.tables
            ),
        )
        if record.tables
        else None,
        Table("What happened while reading", ("Table", "Event"), tuple((r, code(e)) for r, e in events[:60]))
        if events
        else None,
        Lines("Tables that could not be read", record.problems) if record.problems else None,
    )


def provenance(record: Record) -> Fragment:
    """Return parameters, versions and inputs with their hashes, and the record itself as a file in the page."""
    run, project = record.run, record.project
    facts = (
        ("Project", project.name),
        ("Task", project.task),
        ("Version under decision", project.candidate or "not named"),
        ("As of", full_day(run.as_of)),
        ("Run", run.id),
        ("gatebook", run.version),
        ("Catalogue", record.catalogue_version),
        ("Random seed", str(run.seed)),
        ("Project file, SHA-256", _hash(project.project_sha256)),
        ("Record, SHA-256", _hash(fingerprint(record))),
    )
    return section(
        "provenance",
        "From what was this made?",
        f"The same inputs, history and date give the same document. {_count_tables(record)}",
        Table("Parameters and versions", ("What", "Value"), tuple((name, text) for name, text in facts)),
        Table(
            "Inputs",
            ("Table", "File", "#Bytes", "How it was read", "SHA-256"),
            tuple(
                (
                    t.role,
                    t.path,
                    count(t.bytes),
                    ", ".join(filter(None, (t.encoding, t.dialect))) or "–",
                    _hash(t.sha256),
                )
                for t in record.tables
            ),
        )
        if record.tables
        else None,
        _download(record),
    )


def _count_tables(record: Record) -> str:
    return sentence(f"{plural(len(record.tables), 'table')} went in") if record.tables else "No table went in."


def _hash(digest: str) -> Markup:
    return Markup('<span class="hash">{}</span>').format(digest or "–")


def _download(record: Record) -> Markup:
    """Return a link that saves the record: the data is in the page, packed without a date, so bytes repeat."""
    packed = base64.b64encode(gzip.compress(record.to_json().encode(), 9, mtime=0)).decode()
    return Markup(
        '<p class="note packed"><a download="decision.json.gz" href="data:application/gzip;base64,{}">'
        "The decision record</a> (JSON, packed) is inside this page.</p>"
    ).format(packed)
