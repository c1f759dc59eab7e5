"""Every finding of the data reality check, and what was looked for."""

from __future__ import annotations

from markupsafe import Markup

from gatebook.document.page import Fragment, Lines, Table, code, section
from gatebook.document.status import SEVERITY
from gatebook.record import Record, ScanFact
from gatebook.words.figures import count, listed, percent, plural, sentence

_MOST_FINDINGS = 25


def findings(record: Record) -> Fragment:
    """Return every finding, worst first, with what it means and what to do."""
    if not record.findings:
        told = "Nothing was found."
    else:
        told = f"{plural(len(record.findings), 'finding')}, the worst first. Each is one cause, however many cells it touches."
    scans = record.evidence.scans
    table = Table(
        "Findings",
        ("Finding", "Weight", "Where", "#Rows", "What it means, and what to do"),
        tuple(
            (
                code(f.title),
                SEVERITY[f.severity].tag,
                f"{f.table}: {listed(f.columns, 5)}" if f.columns else f.table,
                count(f.rows)
                if "%" in f.title
                else Markup("{}<small>{}</small>").format(count(f.rows), percent(f.share)),
                code(" ".join(filter(None, (sentence(f.meaning), sentence(f.action))))),
            )
            for f in record.findings[:_MOST_FINDINGS]
        ),
        note=f"Showing the worst {_MOST_FINDINGS} of {count(len(record.findings))}; findings.csv holds them all."
        if len(record.findings) > _MOST_FINDINGS
        else "",
    )
    checked = [
        code(f"{s.table}, {plural(s.rows, 'row')}{_sampled(s)}: {listed(s.checked, 40)}.") for s in scans if s.checked
    ]
    unchecked = [code(f"{s.table}: {reason}") for s in scans for reason in s.not_checked]
    return section(
        "findings",
        "What is wrong with the data?",
        told,
        table if record.findings else None,
        Lines("What was checked", tuple(checked)) if checked else None,
        Lines("What was not checked", tuple(unchecked)) if unchecked else None,
    )


def _sampled(s: ScanFact) -> str:
    return f", {count(s.sampled)} of them looked at" if s.sampled else ""
