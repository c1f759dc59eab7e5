"""Show every hostile text of a folder of public lists in real documents, in Chromium, in six slots each.

    python benchmarks/hostile_documents.py DATA_DIR [LIMIT]

DATA_DIR holds JSON files, each a list of {"s": text}; those named control_* hold texts that run where a page shows them
raw. A project is assessed once with a mark in every place of the six slots; then the marks of its record are exchanged
for text after text, and the notebooks' cells make the documents anew. Prints executions, requests and altered texts:
all must be 0. A text is altered where its mark is shown and the text beside it is another; a narrow place shows the
beginning of a long text and "…".
"""

from __future__ import annotations

import html
import itertools
import json
import re
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

sys.path[:0] = [str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parents[1] / "tests/security")]
from hostile import hostile_project, in_process, run_here  # noqa: E402  as above

from conftest import CHROMIUM  # noqa: E402  found beside the tests

SLOTS = ("cell", "column", "prose", "file", "label", "reason")
NARROW = ("cell", "label", "prose")
PLACES = 18
META = re.compile(r"<meta http-equiv=.Content-Security-Policy.[^>]*>", re.IGNORECASE)


def texts(folder: Path, names: str = "*.json") -> list[str]:
    """Return the distinct texts of all lists, in order; a lone surrogate is no text."""
    lists = [json.loads(path.read_text()) for path in sorted(folder.glob(names))]
    found = [item["s"] for some in lists if isinstance(some, list) for item in some]
    return [t for t in dict.fromkeys(found) if t.strip() and not re.search(r"[\ud800-\udfff]", t)]


class Browser:
    """One page that opens documents and counts what they run and ask for."""

    def __init__(self, chromium: Any) -> None:
        self.page = chromium.new_context().new_page()
        self.page.on("request", lambda r: self.asked.append(r.url))
        self.page.on("requestfailed", lambda r: self.stopped.append(r.url) if r.failure == "csp" else None)
        self.page.on("dialog", lambda d: (self.ran.append(d.message), d.dismiss()))
        self.asked: list[str] = []
        self.stopped: list[str] = []
        self.ran: list[str] = []

    def open(self, path: Path) -> tuple[list[str], list[str], str]:
        """Return what the page asked for beside itself, what it ran, and the words that it shows."""
        self.asked, self.stopped, self.ran = [], [], []
        self.page.goto(path.as_uri(), wait_until="load")
        self.page.wait_for_timeout(100)
        words = self.page.evaluate("document.documentElement.textContent")
        asked = [u for u in self.asked if u != path.as_uri() and u not in self.stopped]
        return asked, list(self.ran), words


def as_shown(text: str) -> str:
    """Return the text as a browser reads it: CR is a line end, NUL is the replacement character."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def marked(text: str, mark: str) -> str:
    """Return the text with its mark behind it; before it as well in the slots whose places are narrow."""
    return f"{mark}{text}{mark.upper()}" if mark[:-3] in NARROW else f"{text}{mark.upper()}"


def judged(words: str, mark: str, text: str) -> tuple[int, int, int]:
    """Return how often a page shows the text whole, how often its beginning and "…", how often another text."""
    end = mark.upper()
    if mark[:-3] not in NARROW:
        parts = words.split(end)[:-1]
        whole = sum(part.endswith(as_shown(text)) for part in parts)
        return whole, 0, len(parts) - whole
    whole = begun = 0
    parts = words.split(mark)[1:]
    for part in parts:
        if part.startswith(as_shown(text) + end):
            whole += 1
        elif "…" in part and (as_shown(text) + end).startswith(part[: part.index("…")]):
            begun += 1
    return whole, begun, len(parts) - whole - begun


def main() -> None:
    """Print the totals."""
    folder = Path(sys.argv[1])
    wanted = texts(folder)[: int(sys.argv[2]) if len(sys.argv) > 2 else None]
    started = time.monotonic()
    with (
        sync_playwright() as playwright,
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory() as temporary,
    ):
        home = Path(temporary)
        browser = Browser(playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]))
        marks = {slot: [f"{slot}{n:02d}z" for n in range(PLACES)] for slot in SLOTS}
        outcome = run_here(patch, hostile_project(home / "p", marks), home / "out")
        assert outcome.run is not None, outcome.error
        record = (outcome.run / "decision.json").read_text()
        pages = "".join(path.read_text() for path in outcome.run.glob("*.html"))
        places = {slot: [m for m in marks[slot] if m in pages] for slot in SLOTS}
        print({slot: len(found) for slot, found in places.items()}, flush=True)
        queues = {slot: deque(wanted) for slot in SLOTS}
        seen: dict[str, set[str]] = {slot: set() for slot in SLOTS}
        cut: dict[str, set[str]] = {slot: set() for slot in SLOTS}
        executions, requests, altered, renders, broken = 0, 0, [], 0, []
        while any(queues.values()):
            put = {m: queues[slot].popleft() for slot in SLOTS for m in places[slot] if queues[slot]}
            swapped = re.sub(
                r"(?:cell|column|prose|file|label|reason)\d\dz",
                lambda m: json.dumps(marked(put.get(m[0], ""), m[0]))[1:-1],  # noqa: B023  used at once
                record,
            )
            (home / "swapped.json").write_text(swapped)
            renders += 1
            for document in in_process(pages(), record=home / "swapped.json"):
                path = home / f"{document.gate.name}.html"
                path.write_text(document.html)
                asked, ran, words = browser.open(path)
                executions, requests = executions + len(ran), requests + len(asked)
                broken += [*asked, *ran]
                for mark, text in put.items():
                    whole, begun, bad = judged(words, mark, text)
                    if whole:
                        seen[mark[:-3]].add(text)
                    if begun:
                        cut[mark[:-3]].add(text)
                    if bad:
                        altered.append((document.gate.name, mark, text))
            if renders % 50 == 0:
                print(f"{renders} renders, {time.monotonic() - started:.0f} s, {len(altered)} altered", flush=True)
        print(f"{len(wanted)} texts, {renders} x {len(pages())} documents, {time.monotonic() - started:.0f} s")
        print(f"executions {executions}, requests {requests}, altered {len(altered)}")
        print("shown whole:", {slot: len(found) for slot, found in seen.items()})
        print("only their beginning:", {s: len(cut[s] - seen[s]) for s in NARROW})
        for item in itertools.chain(broken[:10], altered[:200]):
            print("  ", repr(item)[:300])
        controls(browser, home, texts(folder, "control_*.json"), pages=outcome.run / "go-no-go.html")


def controls(browser: Browser, home: Path, raw: list[str], *, pages: Path) -> None:
    """Show each control without escaping, with and without the policy, and print how many run."""
    page = pages.read_text()
    assert META.search(page)
    counts = {"without policy": 0, "with policy": 0, "escaped": 0}
    for text in raw:
        for how in counts:
            shown = html.escape(text) if how == "escaped" else text
            made = page.replace("</main>", f"<p>{shown}</p></main>", 1)
            assert made != page
            (home / "control.html").write_text(made if how == "with policy" else META.sub("", made, count=1))
            asked, ran, _ = browser.open(home / "control.html")
            counts[how] += bool(asked or ran)
    print(f"controls: {len(raw)}, ran or asked: {counts}")


if __name__ == "__main__":
    main()
