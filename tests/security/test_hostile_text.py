"""Hostile text in six slots of a real run: shown as it is, run by nothing, asked for by nobody."""

from __future__ import annotations

import csv
import html
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hostile import hostile_project, mark_of, of_record, payloads, run_here

from gatebook.gates import pages
from gatebook.record import read_record
from markdown_shown import Shown

SLOTS = ("cell", "column", "prose", "file", "label", "reason")
META = re.compile(r"<meta http-equiv=.Content-Security-Policy.[^>]*>", re.IGNORECASE)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    root = hostile_project(folder / "shop", {slot: payloads(slot) for slot in SLOTS})
    with pytest.MonkeyPatch.context() as patch:
        outcome = run_here(patch, root, folder / "out")
    assert outcome.error is None
    return outcome.run


def opened(chromium: Any, path: Path) -> tuple[list[str], list[str], str]:
    """Open a page; return what it asked for beside itself, what it ran or was stopped from running, and its words."""
    context = chromium.new_context()
    page = context.new_page()
    asked: list[str] = []
    ran: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if r.url != path.as_uri() else None)
    page.on("dialog", lambda d: (ran.append(d.message), d.dismiss()))
    page.on("console", lambda m: ran.append(f"console: {m.text}"))
    stopped: list[str] = []
    page.on("requestfailed", lambda r: stopped.append(r.url) if r.failure == "csp" else None)
    page.goto(path.as_uri(), wait_until="load")
    page.wait_for_timeout(300)
    page.evaluate("document.querySelectorAll('figure.picture').forEach(drawn => drawn.remove())")  # labels are cut
    words = page.evaluate("document.documentElement.textContent")
    context.close()
    ran += [f"console: stopped {url}" for url in stopped]
    return [url for url in asked if url not in stopped], ran, words


@pytest.mark.browser
def test_documents_run_nothing_ask_for_nothing_and_show_each_text_as_it_is(chromium, published):
    seen = set()
    for path in sorted(published.glob("*.html")):
        asked, ran, words = opened(chromium, path)
        assert (asked, ran) == ([], []), path.name
        for slot in SLOTS:
            for text in payloads(slot):
                mark = mark_of(text, slot)
                payload = text.replace("/", "") if slot == "file" else text
                if mark in words:
                    seen.add(slot)
                    assert words.count(payload) * payload.count(mark) == words.count(mark), payload
    assert seen == set(SLOTS)


def test_names_and_words_of_people_never_get_a_capital(published, tmp_path):
    record = (published / "decision.json").read_text()
    for slot in SLOTS:
        for text in payloads(slot):
            record = record.replace(json.dumps(text)[1:-1], mark_of(text, slot))
    (tmp_path / "decision.json").write_text(record)
    shown = "".join(document.html for document in of_record(pages(), tmp_path / "decision.json"))
    assert re.search(r"column\d\dz is blank in", shown)
    assert re.search(r"reason\d\dz attested it", shown)
    for slot in SLOTS:
        assert not re.search(rf"{slot.capitalize()}\d\dz", shown), slot


@pytest.mark.browser
def test_the_same_documents_without_escaping_run_and_the_policy_alone_stops_them(chromium, published, tmp_path):
    raw = html.unescape((published / "go-no-go.html").read_text()) + "".join(payloads("cell"))
    assert META.search(raw)
    path = tmp_path / "raw.html"
    path.write_text(META.sub("", raw, count=1))
    asked, ran, _ = opened(chromium, path)
    assert len({r for r in ran if "cell" in r and not r.startswith("console")}) >= 4
    assert any("hostile.invalid" in url for url in asked)
    path.write_text(raw)
    asked, ran, _ = opened(chromium, path)
    assert asked == []
    assert [r for r in ran if not r.startswith("console")] == []


class Elements(HTMLParser):
    """Collects the tags of a page, and the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}


def test_no_payload_becomes_an_element_or_an_attribute(published):
    for path in published.glob("*.html"):
        text = path.read_text()
        assert META.search(text).start() < 400
        page = Elements()
        page.feed(text)
        assert not page.tags & {"script", "iframe", "img", "link", "object", "embed", "form", "base", "input"}, (
            path.name
        )
        assert not [name for name in page.names if name.startswith("on") or name in {"autofocus", "srcset", "src"}], (
            path.name
        )


def test_texts_stay_as_they_are_in_the_record(published):
    record = read_record(published / "decision.json")
    assert record.project.name == payloads("prose")[0]
    assert {c for f in record.findings for c in f.columns} & set(payloads("column"))


def test_junit_is_well_formed_and_shows_text_as_text(published):
    root = ET.fromstring((published / "junit.xml").read_bytes())
    assert {e.tag for e in root.iter()} <= {
        "testsuite",
        "properties",
        "property",
        "testcase",
        "failure",
        "error",
        "skipped",
    }
    assert "<script" not in (published / "junit.xml").read_text()


def test_the_summary_holds_no_markup_no_link_and_no_mention(published):
    text = (published / "summary.md").read_text()
    assert "alert" in text
    assert Shown(text).alive() == []


def test_no_cell_of_findings_csv_is_a_formula(published):
    rows = list(csv.reader((published / "findings.csv").open(newline="")))
    assert len(rows) > 3
    assert any("HYPERLINK" in cell for row in rows for cell in row)
    for row in rows[1:]:
        assert all(not re.match(r"[=+\-@\t\r\n＝＋－＠]", cell) for cell in row)
