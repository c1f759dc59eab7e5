"""Run every hostile text of a folder of public lists through real documents in Chromium, in six slots each.

    python benchmarks/hostile_documents.py DATA_DIR [LIMIT]

DATA_DIR holds JSON files, each a list of {"s": text}. Prints executions, requests and altered texts: all must be 0.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path[:0] = [str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parents[1] / "tests/security")]
from hostile import hostile_project, run_here  # noqa: E402  found beside the tests
from test_hostile_text import CHROMIUM, opened  # noqa: E402  as above

BATCH = 18


def texts(folder: Path) -> list[str]:
    """Return the distinct texts of all lists that a CSV cell can hold, in order."""
    lists = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    found = [item["s"] for some in lists if isinstance(some, list) for item in some]
    return list(dict.fromkeys(t for t in found if t.strip() == t and t.isprintable() and len(t) > 3))


def main() -> None:
    """Print the totals."""
    wanted = texts(Path(sys.argv[1]))[: int(sys.argv[2]) if len(sys.argv) > 2 else None]
    runs = executions = requests = failures = 0
    shown: set[str] = set()
    with (
        sync_playwright() as playwright,
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory() as folder,
    ):
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        for start in range(0, len(wanted) - BATCH + 1, BATCH):
            batch = wanted[start : start + BATCH]
            slots = dict.fromkeys(("cell", "column", "prose", "file", "label", "reason"), batch)
            outcome = run_here(
                patch, hostile_project(Path(folder) / f"p{start}", slots), Path(folder) / "out"
            )
            runs += 1
            if outcome.run is None:
                failures += 1
                print(f"{start}: {outcome.error}")
                continue
            for path in outcome.run.glob("*.html"):
                asked, ran, words = opened(chromium, path)
                executions, requests = executions + len(ran), requests + len(asked)
                shown |= {text for text in batch if text in words}
    print(
        f"{len(wanted)} texts, {runs} runs, {failures} failed; executions {executions}, requests {requests}; shown unaltered {len(shown)}"
    )


if __name__ == "__main__":
    main()
