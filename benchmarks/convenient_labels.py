"""Whole folders whose labels were drawn by convenience: how often G1 passes or fails though the truth says otherwise.

    nice -n 10 python benchmarks/convenient_labels.py --each 100 [--only KIND]... [--jobs 1]

2,000 production rows, 200 labels, bar .72 (target .90), one look, history begun by `init`. Labels of easy rows come
with a true accuracy of .65 (a pass is wrong), of hard rows with .80 (a fail is wrong), fair draws with .65, .72, .84.
Every folder is written, opened and bound, and rows G1 and 1.9 are judged; what they do not read (the scan for findings,
slices, likely wrong labels, other rows) is left out. Prints their answers with Clopper-Pearson upper bounds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, special

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from gatebook.cases.bind import bind
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.facts import Facts
from gatebook.evidence.labels import label_fact
from gatebook.gates.week01.labels import draw
from gatebook.gates.week04.quality import quality
from gatebook.stats.interval import clopper_pearson
from gatebook.verdict.case import Case
from gatebook.verdict.past import Past
from gatebook.verdict.targets import in_force
from projects import AS_OF
from small_projects import opened, write

ROWS, LABELS = 2000, 200
Rng = np.random.Generator
Chosen = tuple[np.ndarray, np.ndarray]  # ids in the sheet, and which of them have a label


@dataclass(frozen=True)
class Kind:
    """A way to choose labels, the true accuracy, and the answer that would be wrong."""

    choose: Callable[[pd.DataFrame, Rng], Chosen]
    accuracy: float
    wrong: str
    weights: bool = False
    judge: str = ""


def world(rng: Rng, accuracy: float) -> pd.DataFrame:
    """Return rows whose chance of a right answer falls with difficulty, and with the days."""
    hard, late = rng.standard_normal(ROWS), np.linspace(-1, 1, ROWS)
    difficulty = 1.6 * hard + 0.8 * late
    start = optimize.brentq(lambda a: special.expit(a - difficulty).mean() - accuracy, -9, 9)
    right = rng.random(ROWS) < special.expit(start - difficulty)
    names = np.array(["refund", "order", "account", "other"])
    said = np.where(hard < 0, rng.choice(4, ROWS, p=[0.5, 0.3, 0.1, 0.1]), rng.choice(4, ROWS, p=[0.1, 0.2, 0.3, 0.4]))
    truth = np.where(right, said, (said + rng.integers(1, 4, ROWS)) % 4)
    days = pd.Timestamp("2026-08-03") + pd.to_timedelta(np.linspace(0, 42, ROWS), unit="D")
    return pd.DataFrame(
        {
            "id": [f"t{i:05d}" for i in range(ROWS)],
            "day": days.strftime("%Y-%m-%d %H:%M"),
            "channel": rng.choice(["mail", "chat", "phone"], ROWS),
            "amount": np.round(rng.lognormal(4, 0.6, ROWS), 2),
            "truth": names[truth],
            "said": names[said],
            "before": np.where(rng.random(ROWS) < np.where(right, 0.85, 0.4), names[said], names[(said + 1) % 4]),
            "sure": np.round(special.expit(1 - hard + 0.7 * rng.standard_normal(ROWS)), 4),
            "judge": np.clip(np.round(3.4 - 1.2 * hard + rng.standard_normal(ROWS)) / 5, 0, 1),
            "hard": hard,
        }
    )


def best(score: Callable[[pd.DataFrame], pd.Series], share: float = 0.4) -> Callable[[pd.DataFrame, Rng], Chosen]:
    """Any 200 rows of the share that scores highest."""

    def choose(rows: pd.DataFrame, rng: Rng) -> Chosen:
        top = np.argsort(-score(rows).to_numpy(float), kind="stable")[: round(share * ROWS)]
        return rng.choice(top, LABELS, replace=False), np.ones(LABELS, dtype=bool)

    return choose


def blank(rows: pd.DataFrame, rng: Rng, *, listed: bool) -> Chosen:
    """A fair sheet of 300 rows whose hardest third is left blank; `listed` says whether the blank rows stay in it."""
    sheet = rng.choice(ROWS, 300, replace=False)
    filled = rows["hard"].to_numpy()[sheet] < np.quantile(rows["hard"].to_numpy()[sheet], 2 / 3)
    return (sheet, filled) if listed else (sheet[filled], np.ones(int(filled.sum()), dtype=bool))


def fair(_rows: pd.DataFrame, rng: Rng) -> Chosen:
    """Any 200 rows."""
    return rng.choice(ROWS, LABELS, replace=False), np.ones(LABELS, dtype=bool)


KINDS = {
    "fair": Kind(fair, 0.65, "pass"),
    "fair, at the bar": Kind(fair, 0.72, "pass"),
    "fair, good": Kind(fair, 0.84, "fail"),
    "most confident": Kind(best(lambda r: r["sure"]), 0.65, "pass"),
    "least confident": Kind(best(lambda r: -r["sure"]), 0.80, "fail"),
    "answers that are easy": Kind(best(lambda r: r["said"].isin(["refund"]) * 1.0, 0.3), 0.65, "pass"),
    "where versions agree": Kind(best(lambda r: (r["said"] == r["before"]) * 1.0, 0.6), 0.65, "pass"),
    "best judged": Kind(best(lambda r: r["judge"]), 0.65, "pass"),
    "earliest": Kind(best(lambda r: -r.index.to_series(), 0.3), 0.65, "pass"),
    "latest": Kind(best(lambda r: r.index.to_series(), 0.3), 0.80, "fail"),
    "hard rows blank": Kind(partial(blank, listed=True), 0.65, "pass"),
    "hard rows taken out": Kind(partial(blank, listed=False), 0.65, "pass"),
    "weights that do nothing": Kind(best(lambda r: r["sure"]), 0.65, "pass", weights=True),
    "easier 70 %": Kind(best(lambda r: r["sure"], 0.7), 0.65, "pass"),
    "easier 70 %, at the bar": Kind(best(lambda r: r["sure"], 0.7), 0.72, "pass"),
    "judge that saw the answers": Kind(fair, 0.68, "pass", judge="seen"),
}


def one(name: str, seed: int) -> tuple[str, str]:
    """Return the status of G1 and of 1.9 in one folder."""
    kind, rng = KINDS[name], np.random.default_rng([seed, list(KINDS).index(name)])
    rows = world(rng, kind.accuracy)
    at, filled = kind.choose(rows, rng)
    sheet = rows.loc[rows.index[at], ["id", "truth"]].assign(w=rng.uniform(0.99, 1.01, len(at)))
    sheet["truth"] = sheet["truth"].where(filled, "")
    outputs = rows[["id", "said", "before", "sure", "judge"]].copy()
    if kind.judge:
        good = (rows["truth"] == rows["said"]).to_numpy(float)
        outputs["judge"] = np.where(rng.random(ROWS) < 0.5, np.maximum(good, rng.random(ROWS) < 0.5), good)
        outputs.loc[rows.index[at], "judge"] = good[at]
    new = outputs.rename(columns={"said": "answer"}).drop(columns="before").assign(version="v2")
    old = outputs.rename(columns={"before": "answer"}).drop(columns="said").assign(version="v1")
    parts = 'confidence = "sure"' if not kind.judge else ""
    if kind.judge or "judge" in name:
        parts += '\njudge = "judge"'
    keys = {
        "sample": 'id = "id"\ntime = "day"\nsegments = ["channel"]',
        "labels": 'id = "id"\nlabel = "truth"\nmeasured = true' + ('\nweight = "w"' if kind.weights else ""),
        "predictions": f'id = "id"\nprediction = "answer"\nversion = "version"\n{parts}',
    }
    tables = {"sample": rows[["id", "day", "channel", "amount"]], "labels": sheet, "predictions": pd.concat([old, new])}
    goal = '[targets]\nmetric = "accuracy"\nvalue = 0.9\nplanned_labels = 200\n'
    with tempfile.TemporaryDirectory() as folder:
        project = write(Path(folder) / "p", keys, tables, goal, head='candidate = "v2"\n')
        given, past = opened(project), Past(begun_by="init")
        found, sample = bind(project, given), given["sample"].frame()
        assert found is not None
        labels = label_fact(project, found, sample, Disclosure(frozenset()), given["predictions"])
        facts = Facts(tables=given, sample=sample, outcomes=found, labels=labels)
        case = Case(project, facts, past, in_force(project, past.targets), {}, AS_OF)
        entries = {entry.id: entry for entry in case.entries}
        return str(quality(entries["G1"], case).row.status), str(draw(entries["1.9"], case).status)


def main() -> None:
    """Print a line for each kind."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=list(KINDS), default=list(KINDS))
    given = parser.parse_args()
    print("| labels | true | G1 wrong | at most % | G1 | 1.9 |\n|---|--:|--:|--:|---|---|")
    with ProcessPoolExecutor(given.jobs) as pool:
        for name in given.only:
            seeds = range(given.first_seed, given.first_seed + given.each)
            answers = list(pool.map(partial(one, name), seeds))
            quality, draw = (Counter(side) for side in zip(*answers, strict=True))
            wrong = quality[KINDS[name].wrong]
            bound = 100 * clopper_pearson(wrong, given.each, 0.05)[1]
            told = f"{wrong} of {given.each} {KINDS[name].wrong} | {bound:.1f} | {dict(quality)} | {dict(draw)}"
            print(f"| {name} | {KINDS[name].accuracy} | {told} |", flush=True)


if __name__ == "__main__":
    main()
