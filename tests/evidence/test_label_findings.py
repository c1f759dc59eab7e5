"""What is wrong with the labels stands among the findings, with the rows of their table and without a name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from gatebook.assessment import examine
from gatebook.project import load_project
from small_projects import write

DAY = dt.date(2026, 10, 30)


def project(folder: Path, wrong: float, guesser: str = "", *, predicted: bool = True) -> tuple[Path, np.ndarray]:
    rng = np.random.default_rng(4)
    n = 500
    truth = rng.integers(0, 3, n)
    values = rng.standard_normal((3, 4))[truth] * 2.5 + rng.standard_normal((n, 4))
    ids = [f"t{i:04d}" for i in range(n)]
    sample = pd.DataFrame(values.round(3), columns=list("wxyz")).assign(id=ids)
    flipped = rng.random(n) < wrong
    given = np.where(flipped, (truth + 1) % 3, truth)
    labels = []
    for number, name in enumerate(("ann@example.org", "bo@example.org", "cy@example.org", "di@example.org")):
        answers = (
            rng.integers(0, 3, n) if name == guesser else np.where(rng.random(n) < 0.03, rng.integers(0, 3, n), given)
        )
        seen = rng.random(n) < 0.8 if number else np.ones(n, dtype=bool)
        labels.append(pd.DataFrame({"id": np.array(ids)[seen], "label": [f"k{a}" for a in answers[seen]], "who": name}))
    keys = {
        "sample": 'id = "id"',
        "labels": 'id = "id"\nlabel = "label"\nannotator = "who"',
        "predictions": 'id = "id"\nprediction = "said"',
    }
    tables = {
        "sample": sample,
        "labels": pd.concat(labels, ignore_index=True),
        "predictions": pd.DataFrame({"id": ids, "said": [f"k{t}" for t in truth]}),
    }
    if not predicted:
        del keys["predictions"], tables["predictions"]
    write(folder, keys, tables)
    return folder, flipped


def test_wrong_labels_and_a_guessing_grader_are_findings_with_their_rows(tmp_path: Path) -> None:
    folder, flipped = project(tmp_path, 0.06, "di@example.org")
    made = examine(load_project(folder), DAY)
    found = {f.kind: f for f in made.record.findings if f.table == "labels"}
    wrong, odd = found["likely_wrong_labels"], found["suspicious_graders"]
    assert wrong.severity == odd.severity == "warning"
    cells = made.flagged[made.flagged["finding_id"] == wrong.finding_id]
    labels = pd.read_csv(folder / "labels.csv")
    ids = labels["id"].iloc[cells["row"].to_numpy() - 1].unique()
    told = labels.groupby("id")["label"].agg(lambda given: given.mode().iloc[0])
    said = pd.read_csv(folder / "predictions.csv").set_index("id")["said"]  # this model is always right
    assert (told[ids] != said[ids]).mean() >= 0.8
    assert len(ids) >= 0.5 * flipped.sum()
    assert set(labels["who"].iloc[made.flagged.loc[made.flagged["finding_id"] == odd.finding_id, "row"] - 1]) == {
        "di@example.org"
    }
    assert "example.org" not in made.record.model_dump_json()


def test_labels_are_judged_before_there_is_a_model(tmp_path: Path) -> None:
    folder, _ = project(tmp_path, 0.06, "di@example.org", predicted=False)
    record = examine(load_project(folder), DAY).record
    kinds = {f.kind for f in record.findings if f.table == "labels"}
    assert {"likely_wrong_labels", "suspicious_graders"} <= kinds


def test_good_labels_have_no_finding(tmp_path: Path) -> None:
    folder, _ = project(tmp_path, 0.0)
    kinds = {f.kind for f in examine(load_project(folder), DAY).record.findings if f.table == "labels"}
    assert not kinds & {"likely_wrong_labels", "suspicious_graders"}
