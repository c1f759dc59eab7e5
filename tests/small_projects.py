"""Projects of a few lines, written by a test and measured in process."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from gatebook.cases.bind import Cases, bind
from gatebook.evidence.gather import gather
from gatebook.history.ledger import Ledger
from gatebook.project import Project, load_project
from gatebook.project.tables import open_tables
from gatebook.reading import Table
from gatebook.record import Row
from gatebook.verdict.case import Case
from gatebook.verdict.judge import judge_all
from gatebook.verdict.past import Past
from gatebook.verdict.targets import in_force

DAY = dt.date(2026, 10, 30)
# One row of a map of systems that lacks nothing but its own delay.
SYSTEM = {
    "system": "crm",
    "direction": "both",
    "critical": "yes",
    "owner": "ops",
    "spec": "https://x.example/spec",
    "auth": "oauth2",
    "token_ttl_s": "60",
    "data_class": "internal",
    "rate_limit_per_s": "5",
    "last_read_ok": "2026-10-28",
    "last_write_ok": "2026-10-28",
}


def write(
    folder: Path,
    keys: dict[str, str],
    tables: dict[str, pd.DataFrame],
    rest: str = "",
    *,
    task: str = "classification",
    head: str = "",
) -> Project:
    """Write a project: `keys` are the lines of each table's section, `rest` is the end of the project file."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f'[project]\nname = "Small"\ntask = "{task}"\n{head}\n'
    for role, lines in keys.items():
        text += f'[tables.{role}]\npath = "{role}.csv"\n{lines}\n'
        tables[role].to_csv(folder / f"{role}.csv", index=False)
    (folder / "gatebook.toml").write_text(text + rest)
    return load_project(folder)


def opened(project: Project) -> dict[str, Table]:
    """Return the project's tables."""
    return dict(open_tables(project))


def outcomes_of(project: Project) -> Cases:
    """Return the outcomes of a project."""
    found = bind(project, opened(project))
    assert found is not None
    return found


def case_of(project: Project, past: Past | None = None, as_of: dt.date = DAY) -> Case:
    """Return everything measured of a project."""
    past = past or Past(begun_by="init")
    tables = open_tables(project)
    facts = gather(project, dict(tables), as_of, seed=0, progress=lambda _: None)
    return Case(
        project, facts, past, in_force(project, past.targets), {k: str(v) for k, v in tables.problems.items()}, as_of
    )


def rows_of(project: Project, past: Past | None = None, as_of: dt.date = DAY) -> dict[str, Row]:
    """Return every row, judged."""
    return {row.id: row for row in judge_all(case_of(project, past, as_of)).rows}


def attest(project: Project, *rows: str) -> None:
    """Begin a history with attestations."""
    ledger = Ledger.of(project)
    ledger.append("init", {"as_of": "2026-10-05"})
    for row in rows:
        item: dict[str, Any] = {
            "criterion": row,
            "kind": "attestation",
            "person": "A",
            "role": "lead",
            "reason": "seen",
            "link": None,
            "made": "2026-10-20",
            "expires": "2027-01-18",
        }
        ledger.append("attest", item)
