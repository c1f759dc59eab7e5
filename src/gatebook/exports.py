"""The record in the forms that other programs read: JUnit XML for CI, Markdown for a pull request."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from gatebook.document.page import environment, render
from gatebook.record import Record, Row

_SIGNS = {"pass": "●", "fail": "■", "not-enough-evidence": "◇", "not-applicable": "–", None: "–"}
# What no reader of Markdown takes for anything but words: letters, numbers, and the marks of a sentence around them;
# no "www", and nothing that could be the hash of a commit.
_PLAIN = re.compile(
    r"""(?ix) (?!.*(?:www|[0-9a-f]{7})) ["'(]?
    (?: [a-z\xa1-\U0010ffff][a-z\d\xa1-\U0010ffff]* (?:['-][a-z\xa1-\U0010ffff]+)* | \d+(?:[.,:-]\d+)* )?
    %? ["')]? [.,;:?!]?"""
)
_APART = re.compile(r"([|`])")  # they end a cell of a table or a piece of code


def junit_xml(record: Record) -> str:
    """Return the judged rows as JUnit XML: a fail is a failure, missing evidence an error unless it is promised or
    waived.

    A condition that somebody has promised to close, and a row that does not apply, count as skipped. No verdict is read
    from it: a CONDITIONAL GO has no failure.
    """
    promised = {c.id for c in record.open if c.live or c.waived}
    rows = [row for row in record.criteria if row.kind == "criterion" and row.weight != "context" and row.status]
    states = [_state(row, promised) for row in rows]
    suite = ET.Element(
        "testsuite",
        {
            "name": f"gatebook {record.project.slug}",
            "tests": str(len(rows)),
            "failures": str(states.count("failure")),
            "errors": str(states.count("error")),
            "skipped": str(states.count("skipped")),
            "timestamp": record.run.finished.isoformat(),
        },
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("recommendation", record.decision.recommendation),
        ("clock", record.decision.clock),
        ("as_of", record.run.as_of.isoformat()),
        ("run", record.run.id),
    ):
        ET.SubElement(properties, "property", {"name": name, "value": value})
    for row, state in zip(rows, states, strict=True):
        case = ET.SubElement(
            suite,
            "testcase",
            {"classname": f"gatebook.{row.gate}.{row.weight}", "name": f"{row.id} {_clean(row.titled)}"},
        )
        if state != "passed":
            ET.SubElement(case, state, {"message": _clean(row.reason), "type": row.status or ""}).text = _clean(
                row.supply
            )
    ET.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _state(row: Row, promised: set[str]) -> str:
    if row.status == "pass":
        return "passed"
    if row.status == "not-applicable" or (row.weight == "condition" and row.id in promised):
        return "skipped"
    return "failure" if row.status == "fail" else "error"


def _clean(text: str) -> str:
    """Return the text without characters that XML 1.0 cannot hold."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )


def summary_markdown(record: Record) -> str:
    """Return the verdict, the decisive rows and what is open, for a pull request."""
    environment().filters["text"] = markdown_text
    return str(render("summary.md.j2", record=record, signs=_SIGNS))


def markdown_text(text: str) -> str:
    """Return the text so that Markdown shows it as it is: no link, mention, reference, image, HTML or table cell.

    Whatever is no plain word stands as code, where a reader of Markdown looks for nothing. Escapes would not do:
    addresses are made links after they are undone.
    """
    return " ".join(_shown(word, first=not n) for n, word in enumerate(re.split(r"[\s\x00]+", text.strip())))


def _shown(word: str, *, first: bool) -> str:
    pieces = _APART.split(word)
    if first and len(pieces) == 1 and re.fullmatch(r"\d+[.)]", word):  # would begin a list
        return f"`{word}`"
    return "".join(
        f"&#{ord(piece)};" if n % 2 else piece if not piece or _PLAIN.fullmatch(piece) else f"`{piece}`"
        for n, piece in enumerate(pieces)
    )
