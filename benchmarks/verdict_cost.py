"""CPU seconds of judging every row with 1,000,000 response times and 10,000 labels, evidence gathered before.

    python benchmarks/verdict_cost.py

Asked: at most 5 CPU seconds for the verdicts.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from gatebook.evidence.gather import gather
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.project.tables import open_tables
from gatebook.verdict.case import Case
from gatebook.verdict.judge import judge_all
from gatebook.verdict.past import read_past
from gatebook.verdict.targets import in_force

DAY = dt.date(2026, 10, 30)
FILE = """[project]
name = "Cost"
task = "classification"

[tables.sample]
path = "sample.csv"
id = "id"

[tables.labels]
path = "labels.csv"
id = "id"
label = "answer"

[tables.predictions]
path = "predictions.parquet"
id = "id"
prediction = "said"
confidence = "sure"
latency_ms = "ms"
time = "at"

[targets]
metric = "accuracy"
value = 0.85
latency_ms = 800
"""


def write(folder: Path, requests: int, labels: int) -> None:
    """Write a project with so many requests and labels."""
    rng = np.random.default_rng(1)
    rows = 2 * labels
    ids = np.array([f"r{i:07d}" for i in range(requests)])
    truth = rng.integers(0, 4, requests)
    said = np.where(rng.random(requests) < 0.86, truth, (truth + 1) % 4)
    pd.DataFrame(
        {"id": ids[:rows], "size": rng.integers(1, 90, rows), "channel": rng.choice(list("abc"), rows)}
    ).to_csv(folder / "sample.csv", index=False)
    pd.DataFrame({"id": ids[:labels], "answer": [f"k{t}" for t in truth[:labels]]}).to_csv(
        folder / "labels.csv", index=False
    )
    pd.DataFrame(
        {
            "id": ids,
            "said": [f"k{s}" for s in said],
            "sure": rng.beta(5, 1, requests).round(4),
            "ms": rng.lognormal(5.5, 0.6, requests).round(1),
            "at": pd.Timestamp("2026-10-01") + pd.to_timedelta(np.sort(rng.random(requests)) * 20 * 86400, unit="s"),
        }
    ).to_parquet(folder / "predictions.parquet")
    (folder / "gatebook.toml").write_text(FILE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--labels", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, options.requests, options.labels)
        project = load_project(folder)
        past = read_past(Ledger.of(project).read())
        start = time.process_time()
        opened = open_tables(project)
        facts = gather(project, dict(opened), DAY, seed=0, progress=lambda _: None)
        gathered = time.process_time()
        case = Case(project, facts, past, in_force(project, past.targets), {}, DAY, 0)
        judged = judge_all(case)
        done = time.process_time()
    shown = {r.id: r.status for r in judged.rows if r.id in {"G1", "G2", "4.4", "4.5"}}
    print(f"evidence {gathered - start:.1f} CPU s, verdicts {done - gathered:.2f} CPU s; {shown}")


if __name__ == "__main__":
    main()
