"""False pass and false fail of a project's own limit, at the limit: by the figures alone, and through the row's judge.

    nice -n 15 python benchmarks/own_criteria.py --reps 10000 --only figures
    nice -n 15 python benchmarks/own_criteria.py --reps 1000 --only judge

`figures` computes every interval in batches (stats_batch.py). `judge` binds a column of labels to a sample, takes each
look on record as a run does, and asks the row for its verdict: the share that is the limit, in one version; the best of
several versions graded one after the other; rows that customers share. Prints the same table as `stats_coverage.py`.
"""

from __future__ import annotations

import datetime as dt
import functools
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import stats_batch as batch
from stats_coverage import LOSSES, Case, Rng, cluster_rates, main
from stats_looks import Plan, share

from gatebook.criteria import catalogue_for
from gatebook.evidence.gather import gather
from gatebook.gates.own.number import number
from gatebook.project import load_project
from gatebook.project.tables import open_tables
from gatebook.verdict.case import Case as Judging
from gatebook.verdict.past import Past
from gatebook.verdict.targets import in_force

LIMITS = (0.01, 0.02, 0.05, 0.2, 0.95)
SCHEDULES = {"one look, 400": (400,), "5 looks, 300..1500": (300, 600, 900, 1200, 1500)}
ROWS = 1000
LOOKS = (200, 300, 400, 500, 600)
DAY = dt.date(2026, 10, 30)
FILE = """[project]
name = "Own"
task = "classification"
candidate = "v0"
[tables.sample]
path = "sample.csv"
id = "id"
{cluster}
[tables.labels]
path = "labels.csv"
id = "id"
label = "truth"
version = "version"
[tables.predictions]
path = "predictions.csv"
id = "id"
prediction = "said"
version = "version"
[targets]
planned_labels = 600
[[criteria]]
id = "toxicity"
title = "Toxic answers are rare"
table = "labels"
column = "toxic"
at_most = {limit}
"""


def mean(plan: Plan, name: str, rng: Rng, reps: int) -> tuple[int, int]:
    _, world, truth = LOSSES[name]
    values = world(rng, reps * plan.looks[-1]).reshape(reps, -1)
    return batch.first_decisions(batch.loss_at_looks(values, plan.at, plan.alphas()), truth, up=False)


def figures() -> Iterator[Case]:
    """Shares and means at their limit; a share at most p is one at least 1 - p, seen from the other side."""
    for name, looks in SCHEDULES.items():
        for planned, words in ((looks[-1], "as planned"), (looks[0], "overrun from the first look")):
            for limit in LIMITS:
                many = functools.partial(share, Plan(looks, planned), limit)
                yield Case("figures", f"share, limit {limit}, {name}, {words}", many=many)
        for kind in ("MAE, log-normal s=.5", "MAE, log-normal s=1"):
            many = functools.partial(mean, Plan(looks, looks[-1]), kind)
            yield Case("figures", f"mean of numbers ({kind[5:]}), {name}, as planned", many=many)


class Labels:
    """A table of labels in memory, as far as the row reads it."""

    role = "labels"
    columns = ("id", "truth", "version", "toxic")

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows

    def frame(self, names: list[str]) -> pd.DataFrame:
        """Return some columns."""
        return self.rows[list(names)]


@functools.cache
def world(limit: float, versions: int, customers: int) -> tuple[Judging, np.ndarray]:
    """Return a case with no label yet, and the customer of each row."""
    folder = Path(tempfile.mkdtemp(prefix="own-"))
    ids = [f"r{n}" for n in range(ROWS)]
    groups = np.random.default_rng(0).permutation(np.arange(ROWS) % (customers or ROWS))
    sample = pd.DataFrame({"id": ids, "customer": groups})
    sample.to_csv(folder / "sample.csv", index=False)
    said = pd.concat([pd.DataFrame({"id": ids, "said": "a", "version": f"v{v}"}) for v in range(versions)])
    said.to_csv(folder / "predictions.csv", index=False)
    labels = pd.DataFrame({"id": ids, "truth": "", "version": "v0", "toxic": "no"})
    labels.to_csv(folder / "labels.csv", index=False)
    cluster = 'cluster = "customer"' if customers else ""
    (folder / "gatebook.toml").write_text(FILE.format(limit=limit, cluster=cluster))
    project = load_project(folder)
    tables = open_tables(project)
    facts = gather(project, dict(tables), DAY, seed=0, progress=lambda _: None)
    return Judging(project, facts, Past(begun_by="init"), in_force(project, ()), {}, DAY), groups


def at_limit(limit: float, looks: tuple[int, ...], versions: int, customers: int, icc: float, rng: Rng) -> str:
    """Return the verdict of the first look that has one."""
    case, groups = world(limit, versions, customers)
    entry = next(e for e in catalogue_for(case.project) if e.own)
    rates = cluster_rates(rng, customers, limit, icc)[groups] if customers else np.full(ROWS, limit)
    drawn, found = rng.permutation(ROWS), case.facts.outcomes
    assert found is not None
    past = case.past
    for version in range(versions):
        name = f"v{version}"
        toxic = np.where(rng.random(ROWS) < rates, "yes", "no")
        for n in looks:
            mine = np.sort(drawn[:n])
            rows = pd.DataFrame({"id": [f"r{k}" for k in mine], "truth": "", "version": name, "toxic": toxic[mine]})
            facts = replace(
                case.facts,
                tables={**case.facts.tables, "labels": Labels(rows)},  # type: ignore[dict-item]
                outcomes=replace(found, candidate=name, inputs=()),  # the draw is fair by design
            )
            seen = number(entry, replace(case, facts=facts, past=past))
            past = replace(past, looks=(*past.looks, *(look.past for look in seen.looks if not look.known)))
            if seen.row.status in {"pass", "fail"}:
                if seen.row.status == "pass" or version == versions - 1:
                    return str(seen.row.status)
                break
    return "not-enough-evidence"


def judge() -> Iterator[Case]:
    """The same through the judge of the row."""
    for limit in (0.02, 0.05, 0.2):
        for looks in (LOOKS[:1], LOOKS):
            one = functools.partial(at_limit, limit, looks, 1, 0, 0.0)
            yield Case("judge", f"share, limit {limit}, {len(looks)} looks up to {looks[-1]} labels", one)
    yield Case("judge", "any of 5 versions, limit 0.2, 200 labels", functools.partial(at_limit, 0.2, (200,), 5, 0, 0.0))
    for looks in ((400,), LOOKS):
        one = functools.partial(at_limit, 0.2, looks, 1, 100, 0.2)
        yield Case("judge", f"limit 0.2, 100 customers, ICC .2, {len(looks)} looks up to {looks[-1]} labels", one)


if __name__ == "__main__":
    main((figures, judge), __doc__ or "")
