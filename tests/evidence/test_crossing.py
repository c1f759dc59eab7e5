"""Problems between tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from gatebook.evidence.crossing import crossing_findings
from small_projects import outcomes_of, write


def kinds(folder: Path, labels: pd.DataFrame, predictions: pd.DataFrame, more: str = "", head: str = "") -> set[str]:
    sample = pd.DataFrame({"id": [f"t{i}" for i in range(40)], "x": range(40)})
    keys = {
        "sample": 'id = "id"',
        "labels": 'id = "id"\nlabel = "label"',
        "predictions": f'id = "id"\nprediction = "p"\n{more}',
    }
    found = outcomes_of(
        write(folder, keys, {"sample": sample, "labels": labels, "predictions": predictions}, head=head)
    )
    return {f.kind for findings in crossing_findings(found).values() for f in findings}


LABELS = pd.DataFrame({"id": [f"t{i}" for i in range(40)], "label": ["yes", "no"] * 20})
PREDICTIONS = LABELS.rename(columns={"label": "p"})


def test_tables_that_fit_have_no_finding(tmp_path: Path) -> None:
    assert kinds(tmp_path, LABELS, PREDICTIONS) == set()


def test_labels_of_rows_that_were_not_sampled(tmp_path: Path) -> None:
    four = {f"t{i}": f"strange {i}" for i in range(4)}
    assert kinds(tmp_path / "gone", LABELS.replace({"id": four}), PREDICTIONS) == {"labels_outside_sample"}
    more = pd.concat([LABELS, LABELS.head(4).replace({"id": four})])
    assert kinds(tmp_path / "more", more, PREDICTIONS) == {"rows_beyond_sample"}


def test_answers_that_never_occur_among_the_labels(tmp_path: Path) -> None:
    assert kinds(tmp_path, LABELS, PREDICTIONS.replace({"p": {"yes": "oui"}})) == {"label_spelling"}


def test_answers_in_another_case_are_the_same_answers(tmp_path: Path) -> None:
    assert kinds(tmp_path, LABELS, PREDICTIONS.replace({"p": {"yes": "YES"}})) == set()


def test_predictions_that_stand_twice(tmp_path: Path) -> None:
    assert kinds(tmp_path, LABELS, pd.concat([PREDICTIONS, PREDICTIONS.head(3)])) == {"repeated_predictions"}


def test_requests_that_name_no_version_are_told(tmp_path: Path) -> None:
    versions = PREDICTIONS.assign(v=["1"] * 35 + [""] * 5)
    assert "predictions_without_version" in kinds(tmp_path, LABELS, versions, 'version = "v"', 'candidate = "1"')
