"""JUnit XML and Markdown: valid, complete, and harmless whatever the record holds."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import records
from gatebook.exports import junit_xml, summary_markdown
from gatebook.record import Record
from markdown_shown import Shown


def titled(record: Record, text: str) -> Record:
    rows = tuple(row.model_copy(update={"title": text, "reason": text, "supply": text}) for row in record.criteria)
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


# What GitHub or GitLab turn into links, pictures and people, where a text is not kept as it is.
LIVE = (
    "<script>alert(1)</script>",
    "![x](http://evil.invalid/a.png)",
    "[x](javascript:alert(1))",
    "[x]: http://evil.invalid",
    "<http://evil.invalid>",
    "http://evil.invalid",
    "https:&#47;&#47;evil.invalid",
    "ftp://evil.invalid",
    "www.evil.invalid",
    "WWW.evil.invalid",
    "(www.evil.invalid)",
    "\u200bwww.evil.invalid",
    "mail evil@evil.invalid now",
    "mailto:evil@evil.invalid",
    "xmpp:evil@evil.invalid/x",
    "evil&#64;evil.invalid",
    "evil&commat;evil.invalid",
    "www&period;evil.invalid",
    "@everyone",
    "see #12",
    "GH-12",
    "owner/repo#12",
    "!12",
    "~bug",
    "$12",
    "&12",
    "%12",
    "owner/repo@deadbeef",
    "deadbeef1",
    "defaced",
    ":tada:",
    "a | b",
    "# head",
    "- item",
    "1. item",
    "1) item",
    "> quote",
    "    code",
    "```",
    "~~~",
    "---",
    "===",
    "* * *",
    "*a* _b_ ~~c~~",
    "`a`",
    "``",
    "a`b",
    "\\|",
    "\\",
    "a\\",
    "`" * 90 + "x",
    "[ ] task",
    "[^1]",
    "$`x`$",
    "&lt;b&gt;",
    "<!-- x",
    "<b",
    "line\nnext",
    "  \t ",
    "\0",
    "| a |",
    "`|`",
    "\\`|",
    "word  \n# head",
    "#",
    "&",
    "<",
    "|",
    "1.",
    "(12)",
)


def check_markdown(text: str) -> None:
    """The text stands in every place as it is, and nothing in it is alive."""
    shown = Shown(summary_markdown(titled(records.record("NO-GO"), f"begin {text} end")))
    still = Shown(summary_markdown(titled(records.record("NO-GO"), "begin x end")))
    lone = Shown(summary_markdown(titled(records.record("NO-GO"), text)))
    whole = " ".join(re.split(r"[\s\0]+", f"begin {text} end"))
    assert " ".join(shown.words.split()).count(whole) == still.words.count("begin x end") > 6
    for one in (shown, lone):
        assert one.alive() == []
    as_read = " ".join(re.split(r"[\s\0]+", text)).strip()
    assert " ".join(lone.words.split()).count(as_read) >= 6


@pytest.mark.parametrize("text", LIVE)
def test_markdown_shows_text_as_it_is_with_nothing_alive(text: str) -> None:
    check_markdown(text)


@given(
    st.lists(st.sampled_from([*LIVE, *"|`\\@#.:/-!<>&[]()*_~$ \n", "www", "a", "é", "12", "GH"]), max_size=6).map(
        "".join
    )
)
def test_markdown_shows_mixtures_as_they_are_with_nothing_alive(text: str) -> None:
    check_markdown(text)


@given(st.text())
def test_markdown_shows_any_text_as_it_is_with_nothing_alive(text: str) -> None:
    check_markdown(text)


def test_markdown_names_verdict_open_items_and_run() -> None:
    record = records.record("CONDITIONAL GO")
    out = summary_markdown(record)
    assert record.decision.recommendation in out
    assert "Still open" in out
    assert record.run.id in out
