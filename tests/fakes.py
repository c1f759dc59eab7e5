"""Stand-ins for the assessment and the notebooks, for tests of what lies around them."""

import json
import sys
import types
from pathlib import Path

import pandas as pd

from gatebook.run import projects as run
from gatebook.run.notebooks import Document
from records import record

TOML = """
[project]
task = "classification"
[tables.sample]
path = "production.csv"
id = "id"
"""
FLAGGED = pd.DataFrame({"finding_id": ["x", "x"], "table": "sample", "row": [3, 1], "column": "a"})


def project_folder(folder: Path, name: str = "shop") -> Path:
    """Write a small project and return its folder."""
    root = folder / name
    root.mkdir(parents=True)
    (root / "gatebook.toml").write_text(TOML)
    (root / "production.csv").write_text("id,a\n1,x\n2,y\n")
    return root


def stand_in(monkeypatch, *, notebooks: bool = True) -> types.SimpleNamespace:
    """Replace the assessment, and the notebooks too; return the plan: `record` is given, `error` raised, `calls`
    kept.
    """
    plan = types.SimpleNamespace(record=record("NO-GO"), error=None, calls=[])

    def assess(project, *, as_of=None, ledger=None, progress=None):
        plan.calls.append((project.slug, as_of))
        progress("reading tables")
        ledger.append("look", {"rows": 2})
        if plan.error is not None:
            raise plan.error
        return types.SimpleNamespace(record=plan.record, flagged=FLAGGED, rules=lambda: None)

    def make_documents(gates, job, jobs, progress):
        assert json.loads(job.record.read_text())["run"]["id"] in job.record.parent.name
        return [Document(gate, f"<h1>{gate.title}</h1>", "{}") for gate in gates]

    fake = types.ModuleType("gatebook.assessment")
    fake.examine = assess
    monkeypatch.setitem(sys.modules, "gatebook.assessment", fake)
    if notebooks:
        monkeypatch.setattr(run, "make_documents", make_documents)
    return plan
