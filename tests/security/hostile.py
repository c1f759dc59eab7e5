"""Hostile texts of our own, a project that carries them in every slot, and runs whose notebooks stay in this
process.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cells import executed
from gatebook.document.exporter import export_html
from gatebook.gates import Page
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.record import read_record
from gatebook.run import projects as run
from gatebook.run.notebooks import Document, Job, notebook_text
from projects import AS_OF, Kind, make_project

# Each holds its own mark once or more; what a page shows of it is altered if mark and text do not go together.
FORMS = (
    "<img src=x onerror=alert('{}')>",
    "<script>alert('{}')</script>",
    "<svg onload=alert('{}')>",
    "\"><input autofocus onfocus=alert('{}')>",
    "' onmouseover='alert(1)' autofocus onfocus='alert(1)' x='{}",
    "<iframe src=\"javascript:alert('{}')\"></iframe>",
    "</title></style></textarea></svg><script>alert('{}')</script>",
    "<link rel=stylesheet href=//hostile.invalid/{}.css>",
    "<img src=//hostile.invalid/{}.png>",
    "<details open ontoggle=alert('{}')>",
    "<style>@import '//hostile.invalid/{}.css';</style>",
    "]]><script>alert('{}')</script><![CDATA[",
    "{{{{7*7}}}} {{% raw %}} ${{7*7}} {}",
    "$\\alert{{}}$ **{}** [a](javascript:alert(1))",
    "`{}` ![x](//hostile.invalid/a.png)",
    "&lt;b&gt;{}&amp;amp;",
    '=HYPERLINK("//hostile.invalid/{}","x")',
    'a\'; DROP TABLE data; -- "{}"',
)

ROLES = ("production", "curated", "labels", "predictions", "population", "integrations")
PROSE = ("Generated", "R. Owner", "R. Owner", "data lead", "data lead")  # the name, two owners, two who close a row


def payloads(slot: str) -> list[str]:
    """Return every form with a mark of this slot in it, e.g. "cell03z"."""
    return [form.format(f"{slot}{number:02d}z") for number, form in enumerate(FORMS)]


def mark_of(payload: str, slot: str) -> str:
    """Return the mark within a payload."""
    start = payload.index(slot)
    return payload[start : start + len(slot) + 3]


def hostile_project(folder: Path, slots: dict[str, list[str]]) -> Path:
    """Write a project whose six slots (cell, column, prose, file, label, reason) hold the given texts, and return
    it.
    """
    make_project(folder, Kind(rows=1000, labels=300, history=False))
    kinds = ["refund", "order", "account", "other"]
    labels = dict(zip(kinds, slots["label"][:4], strict=True))
    random = np.random.default_rng(1)
    for name in ("production", "curated", "labels", "predictions"):
        table = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        for column in table.columns.intersection(["intent", "predicted"]):
            table[column] = table[column].map(labels)
        if "channel" in table:
            table["channel"] = random.choice(slots["cell"], len(table))
            for number, column in enumerate(slots["column"]):
                table[column] = np.where(random.random(len(table)) < 0.6, "", f"k{number % 3}")
        table.to_csv(folder / f"{name}.csv", index=False)
    rows = pd.DataFrame({"column": "channel", "value": slots["cell"], "rows": 1000})
    rows.to_csv(folder / "population.csv", index=False)
    toml = (folder / "gatebook.toml").read_text()
    toml = toml.replace('required = ["channel"]', f"required = {json.dumps(slots['column'])}")
    for role, text in zip(ROLES, slots["file"], strict=False):
        file = f"{text.replace('/', '').replace(chr(0), '')[:150]}.csv"
        (folder / f"{role}.csv").rename(folder / file)
        toml = toml.replace(f'"{role}.csv"', json.dumps(file))
    for old, new in zip(PROSE, slots["prose"], strict=False):
        toml = toml.replace(f'"{old}"', json.dumps(new), 1)
    (folder / "gatebook.toml").write_text(toml)
    ledger = Ledger.of(load_project(folder))
    ledger.append("init", {"as_of": "2026-10-05"})
    words = iter(slots["reason"] * 3)
    for row in ("1.2", "4.5", "D1"):
        ledger.append(
            "attest",
            {
                "criterion": row,
                "kind": "attestation",
                "person": next(words),
                "role": next(words),
                "reason": next(words),
                "link": None,
                "made": "2026-10-20",
                "expires": "2027-01-18",
            },
        )
    return folder


def in_process(gates: tuple[Page, ...], job: Job, *_rest: Any) -> list[Document]:
    """Make the documents as the engine does, with the notebooks' cells evaluated here instead of in a kernel."""
    return of_record(gates, job.record)


def of_record(gates: tuple[Page, ...], record: Path) -> list[Document]:
    """Make the documents of a record."""
    found = read_record(record)
    documents = []
    for gate in gates:
        node = executed(gate.notebook, found)
        documents.append(Document(gate, export_html(node, embed=found), notebook_text(node)))
    return documents


def run_here(patch: Any, root: Path, out: Path) -> run.Outcome:
    """Run a project with the real assessment and return the outcome; the documents are made in this process."""
    patch.setattr(run, "make_documents", in_process)
    [outcome] = run.run_projects([root], out=out, as_of=AS_OF)
    return outcome
