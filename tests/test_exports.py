"""JUnit XML and Markdown: valid, complete, and harmless whatever the record holds."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import records
from gatebook.exports import junit_xml, summary_markdown
from gatebook.record import Record


def titled(record: Record, text: str) -> Record:
    rows = tuple(
        row.model_copy(update={"title": text, "reason": text, "supply": text}) for row in record.criteria
    )
    project = record.project.model_copy(update={"name": text})
    return record.model_copy(update={"criteria": rows, "project": project})


def counts(record: Record) -> tuple[int, int, int, int]:
    suite = ET.fromstring(junit_xml(record))
    assert len(suite.findall("testcase")) == int(suite.get("tests", ""))
    return tuple(int(suite.get(k, "")) for k in ("tests", "failures", "errors", "skipped"))


def test_a_conditional_go_has_no_failure() -> None:
    tests, failures, errors, skipped = counts(records.record("CONDITIONAL GO"))
    assert tests > 10
    assert failures == errors == 0
    assert skipped > 0


def test_a_no_go_has_a_failure() -> None:
    assert counts(records.record("NO-GO"))[1] > 0


@given(st.text())
def test_any_text_gives_well_formed_xml(text: str) -> None:
    ET.fromstring(junit_xml(titled(records.record("NO-GO"), text)))


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "![x](http://evil.invalid/a.png)", "a | b", "# head", "@everyone"]
)
def test_markdown_shows_text_as_it_is(text: str) -> None:
    out = summary_markdown(titled(records.record("NO-GO"), text))
    assert "<script" not in out
    assert "](" not in out
    assert "://" not in out
    assert "@everyone" not in out
    rows = [line for line in out.splitlines() if line.startswith("|")]
    assert all(line.replace("\\|", "").count("|") == 4 for line in rows)


def test_markdown_names_verdict_open_items_and_run() -> None:
    record = records.record("CONDITIONAL GO")
    out = summary_markdown(record)
    assert record.decision.recommendation in out
    assert "Still open" in out
    assert record.run.id in out
