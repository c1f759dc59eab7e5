"""Generated projects with known truth, for tests and benchmarks: nothing here is read from a file."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gatebook.history.ledger import Ledger
from gatebook.project import load_project

AS_OF = dt.date(2026, 10, 30)
START = dt.date(2026, 10, 5)
ATTESTED = ("1.2", "4.5", "D1")
OPEN = ("1.6", "4.6")


@dataclass(frozen=True)
class Kind:
    """What a generated project is like: the true accuracy, the rows and labels, and how many of each are planted."""

    accuracy: float = 0.90
    rows: int = 1000
    labels: int = 200
    target: float = 1.0  # the week-4 bar is 80 % of it
    seed: int = 0
    history: bool = True
    money: bool = True
    versions: tuple[str, ...] = ()


def make_project(folder: Path, kind: Kind | None = None) -> Path:
    """Write a complete project into `folder` and return it; every row's evidence or attestation is supplied."""
    kind = kind or Kind()
    random = np.random.default_rng(kind.seed)
    folder.mkdir(parents=True, exist_ok=True)
    sample = _inputs(random, kind.rows, "p")
    truth = _answers(random, sample)
    sample.to_csv(folder / "production.csv", index=False)
    curated = _inputs(random, 400, "c")
    curated["intent"] = _answers(random, curated)
    curated.to_csv(folder / "curated.csv", index=False)
    _predictions(random, sample, truth, kind).to_csv(folder / "predictions.csv", index=False)
    drawn = np.sort(random.choice(kind.rows, kind.labels, replace=False))
    pd.DataFrame({"ticket": sample["ticket"].iloc[drawn], "intent": truth[drawn]}).to_csv(
        folder / "labels.csv", index=False
    )
    _population(sample).to_csv(folder / "population.csv", index=False)
    _systems(folder)
    (folder / "gatebook.toml").write_text(project_file(kind))
    if kind.history:
        begin_history(folder)
    return folder


def begin_history(folder: Path) -> Ledger:
    """Begin the history as `gatebook init` does, with every attestation that the project needs."""
    ledger = Ledger.of(load_project(folder))
    ledger.append("init", {"as_of": START.isoformat()})
    for row in ATTESTED:
        ledger.append(
            "attest",
            {
                "criterion": row,
                "kind": "attestation",
                "person": "R. Owner",
                "role": "head of service",
                "reason": "seen",
                "link": None,
                "made": "2026-10-20",
                "expires": "2027-01-18",
            },
        )
    return ledger


def project_file(kind: Kind) -> str:
    """Return the text of the project file."""
    candidate = f'candidate = "{kind.versions[-1]}"\n' if kind.versions else ""
    version = 'version = "version"\n' if kind.versions else ""
    value = (
        '[value]\ncurrency = "EUR"\nvolume_per_month = 20000\nvalue_right = 2.0\ncost_wrong = 1.0\n'
        'run_cost_per_month = 1000\nlabel_cost = 2.0\nlabels_per_day = 50\nstated_by = "R. Owner"\n'
        if kind.money
        else ""
    )
    promises = "".join(f'[[open]]\nid = "{row}"\nowner = "data lead"\ndue = 2026-11-20\n' for row in OPEN)
    return (
        f'[project]\nname = "Generated"\ntask = "classification"\nowner = "R. Owner"\n{candidate}start = {START}\n'
        "deadline = 2026-12-28\ndata_requested = 2026-10-05\ndata_received = 2026-10-06\n"
        '[tables.sample]\npath = "production.csv"\nid = "ticket"\ntime = "created"\nsegments = ["channel"]\nrequired = '
        '["channel"]\n'
        '[tables.curated]\npath = "curated.csv"\nid = "ticket"\ntime = "created"\nlabel = "intent"\n'
        '[tables.labels]\npath = "labels.csv"\nid = "ticket"\nlabel = "intent"\nmeasured = true\n'
        f'[tables.predictions]\npath = "predictions.csv"\nid = "ticket"\n{version}prediction = "predicted"\nconfidence '
        '= "score"\n'
        'latency_ms = "ms"\ntime = "served"\nerror = "error"\n'
        '[tables.population]\npath = "population.csv"\n[tables.integrations]\npath = "integrations.csv"\n'
        f'[targets]\nmetric = "accuracy"\nvalue = {kind.target}\nlatency_ms = 500\nthroughput_per_s = '
        f"2\nplanned_labels = {kind.labels}\n"
        f"{value}[plan]\ndata_access = true\ndocumented_apis = true\ndedicated_team = true\nstable_scope = "
        f"true\nfirst_time = false\n{promises}"
    )


def _inputs(random: np.random.Generator, rows: int, prefix: str) -> pd.DataFrame:
    when = pd.Timestamp("2026-08-03") + pd.to_timedelta(np.sort(random.uniform(0, 42 * 86400, rows)), unit="s")
    return pd.DataFrame(
        {
            "ticket": [f"{prefix}{i:05d}" for i in range(rows)],
            "created": when.strftime("%Y-%m-%d %H:%M:%S"),
            "channel": random.choice(["mail", "chat", "phone"], rows, p=[0.5, 0.3, 0.2]),
            "amount": np.round(random.lognormal(4, 0.6, rows), 2),
            "visits": random.poisson(3, rows),
        }
    )


def _answers(random: np.random.Generator, sample: pd.DataFrame) -> np.ndarray:
    return random.choice(["refund", "order", "account", "other"], len(sample), p=[0.3, 0.3, 0.2, 0.2])


def _predictions(random: np.random.Generator, sample: pd.DataFrame, truth: np.ndarray, kind: Kind) -> pd.DataFrame:
    parts = []
    names = np.array(["refund", "order", "account", "other"])
    for version in kind.versions or ("",):
        right = random.random(len(truth)) < kind.accuracy
        wrong = names[(pd.Index(names).get_indexer(truth) + random.integers(1, 4, len(truth))) % 4]
        served = pd.Timestamp("2026-10-26 09:00:00") + pd.to_timedelta(
            np.cumsum(random.exponential(1.5, len(truth))), unit="s"
        )
        part = pd.DataFrame(
            {
                "ticket": sample["ticket"],
                "predicted": np.where(right, truth, wrong),
                "score": np.round(np.clip(random.beta(6, 2, len(truth)) + 0.15 * (right - 0.5), 0.01, 0.99), 3),
                "ms": np.round(random.lognormal(5.2, 0.4, len(truth)), 1),
                "served": served.strftime("%Y-%m-%d %H:%M:%S.%f"),
                "error": "",
            }
        )
        parts.append(part.assign(version=version) if kind.versions else part)
    return pd.concat(parts)


def _population(sample: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"column": "channel", "value": ["mail", "chat", "phone"], "rows": [500_000, 300_000, 200_000]})


def _systems(folder: Path) -> None:
    (folder / "spec.json").write_text(
        json.dumps({"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {}})
    )
    row = {
        "critical": "yes",
        "owner": "ops",
        "spec": "spec.json",
        "auth": "oauth2",
        "token_ttl_s": 3600,
        "data_class": "internal",
        "rate_limit_per_s": 20,
        "p95_ms": 60,
        "last_read_ok": "2026-10-28",
        "last_write_ok": "2026-10-28",
    }
    pd.DataFrame(
        [{"system": "helpdesk", "direction": "source", **row}, {"system": "crm", "direction": "target", **row}]
    ).to_csv(folder / "integrations.csv", index=False)
