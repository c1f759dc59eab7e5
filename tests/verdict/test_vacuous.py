"""A bar that needs no model: it is told on page one, and what needs no model never passes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.gates.week04.pages.decision import four_tests
from gatebook.project import load_project
from gatebook.record import Row
from small_projects import attest, rows_of, write

N = 500
KEYS = {
    "sample": 'id = "id"',
    "labels": 'id = "id"\nlabel = "label"\nmeasured = true',
    "predictions": 'id = "id"\nprediction = "p"\nprobability = "chance"',
}
# a target so easy that the simplest answer reaches its bar
EASY = {
    "accuracy": 0.8,
    "precision": 0.2,
    "recall": 0.8,
    "f1": 0.3,
    "macro_f1": 0.5,
    "auc": 0.6,
    "brier": 0.2,
    "log_loss": 0.6,
}
EASY_DISTANCE = {"mae": 200.0, "rmse": 200.0, "mape": 9.0}
SIMPLEST = {"accuracy": "no", "macro_f1": "no"}  # the answer that needs no model; else the alarm, every time


def classes(folder: Path, metric: str, value: float, *, model: bool, more: str = "") -> dict[str, Row]:
    random = np.random.default_rng(3)
    yes = random.random(N) < 0.25
    chance = np.where(yes, random.beta(6, 2, N), random.beta(2, 6, N)) if model else np.full(N, 0.25)
    said = np.where(chance > 0.5, "yes", "no") if model else np.full(N, SIMPLEST.get(metric, "yes"))
    ids = [f"t{i}" for i in range(N)]
    tables = {
        "sample": pd.DataFrame({"id": ids, "size": random.integers(1, 99, N)}),
        "labels": pd.DataFrame({"id": ids, "label": np.where(yes, "yes", "no")}),
        "predictions": pd.DataFrame({"id": ids, "p": said, "chance": chance}),
    }
    targets = f'[targets]\nmetric = "{metric}"\nvalue = {value}\npositive = "yes"\n{more}'
    return rows_of(write(folder, KEYS, tables, targets))


def distances(folder: Path, metric: str, value: float, *, model: bool) -> dict[str, Row]:
    random = np.random.default_rng(3)
    truth = random.lognormal(4, 0.4, N)
    simple = {"mae": np.median(truth), "rmse": truth.mean(), "mape": np.median(truth)}[metric]
    ids = [f"t{i}" for i in range(N)]
    tables = {
        "sample": pd.DataFrame({"id": ids, "size": random.integers(1, 99, N)}),
        "labels": pd.DataFrame({"id": ids, "label": truth}),
        "predictions": pd.DataFrame({"id": ids, "p": truth * random.lognormal(0, 0.05, N) if model else simple}),
    }
    keys = KEYS | {"predictions": 'id = "id"\nprediction = "p"'}
    return rows_of(write(folder, keys, tables, f'[targets]\nmetric = "{metric}"\nvalue = {value}\n', task="regression"))


def flagged(row: Row) -> bool:
    return any("vacuous" in flag for flag in row.flags)


@pytest.mark.parametrize("metric", [*EASY, *EASY_DISTANCE])
def test_what_needs_no_model_never_passes_an_easy_bar(metric: str, tmp_path: Path) -> None:
    rows = (
        classes(tmp_path, metric, EASY[metric], model=False)
        if metric in EASY
        else distances(tmp_path, metric, EASY_DISTANCE[metric], model=False)
    )
    assert rows["G1"].status != "pass"
    assert flagged(rows["G1"])
    assert rows["4.2"].status != "pass"


@pytest.mark.parametrize("metric", [*EASY, *EASY_DISTANCE])
def test_a_real_model_passes_an_easy_bar_and_the_bar_is_told(metric: str, tmp_path: Path) -> None:
    rows = (
        classes(tmp_path, metric, EASY[metric], model=True)
        if metric in EASY
        else distances(tmp_path, metric, EASY_DISTANCE[metric], model=True)
    )
    assert rows["G1"].status == "pass"
    assert flagged(rows["G1"])
    assert rows["4.2"].status == "pass"


@pytest.mark.parametrize(
    ("metric", "value"), [("accuracy", 0.98), ("precision", 0.7), ("f1", 0.7), ("macro_f1", 0.8), ("auc", 0.8)]
)
def test_a_bar_that_needs_a_model_is_not_called_vacuous(metric: str, value: float, tmp_path: Path) -> None:
    assert not flagged(classes(tmp_path, metric, value, model=True)["G1"])


def test_a_second_target_rules_the_constant_alarm_out(tmp_path: Path) -> None:
    more = '[[targets.more]]\nmetric = "precision"\nvalue = 0.6\n'
    assert not flagged(classes(tmp_path / "a", "recall", 0.8, model=True, more=more)["G1"])
    row = classes(tmp_path / "b", "recall", 0.8, model=False, more=more)["G1"]
    assert row.status == "fail"


def test_a_second_target_that_the_constant_alarm_reaches_too_rules_nothing_out(tmp_path: Path) -> None:
    more = '[[targets.more]]\nmetric = "precision"\nvalue = 0.25\n'
    row = classes(tmp_path, "recall", 0.8, model=False, more=more)["G1"]
    assert row.status == "not-enough-evidence"
    assert flagged(row)


def test_page_one_says_that_the_bar_is_vacuous(tmp_path: Path) -> None:
    classes(tmp_path, "recall", 0.8, model=True)

    project = load_project(tmp_path)
    attest(project)
    first = four_tests(assess(project))[0]
    assert first.flags == ("vacuous bar: always raising the alarm reaches it",)


def test_without_a_simplest_answer_the_incumbent_takes_its_place(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    ids = [f"t{i}" for i in range(200)]
    parts = [
        pd.DataFrame({"id": ids, "v": name, "grade": (random.random(200) < rate).astype(int), "p": "text"})
        for name, rate in (("old", 0.5), ("new", 0.9))
    ]
    both = pd.concat(parts)
    tables = {
        "sample": pd.DataFrame({"id": ids, "size": random.integers(1, 99, 200)}),
        "labels": both[["id", "v", "grade"]],
        "predictions": both[["id", "v", "p"]],
    }
    keys = {
        "sample": 'id = "id"',
        "labels": 'id = "id"\nscore = "grade"\nversion = "v"',
        "predictions": 'id = "id"\nprediction = "p"\nversion = "v"',
    }
    targets = '[targets]\nmetric = "mean_score"\nvalue = 0.9\n'

    def row(head: str) -> Row:
        return rows_of(write(tmp_path, keys, tables, targets, task="generation", head=head))["4.2"]

    assert row('candidate = "new"\nincumbent = "old"').status == "pass"
    assert row('candidate = "old"\nincumbent = "new"').status == "fail"
    assert "incumbent" in row('candidate = "new"').supply
