"""The simplest model on the same rows as the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.cases.bind import bind
from gatebook.evidence import compare
from gatebook.evidence.clusters import Clusters
from gatebook.evidence.compare import Learnable, SimpleModel, compare_with_simplest
from gatebook.evidence.performance import measure_losses
from gatebook.project import load_project
from gatebook.project.tables import open_tables

ROWS = 300


def compared(
    folder: Path, task: str, truth: np.ndarray, said: np.ndarray, x: np.ndarray, metric: str = ""
) -> SimpleModel | None:
    frame = pd.DataFrame({"id": range(ROWS), "x": x, "truth": truth, "said": said})
    frame.to_csv(folder / "rows.csv", index=False)
    metric = metric or ("mae" if task == "regression" else "accuracy")
    what = "probability" if metric in ("auc", "brier") else "prediction"
    (folder / "gatebook.toml").write_text(
        f'[project]\ntask = "{task}"\n[tables.sample]\npath = "rows.csv"\nid = "id"\nlabel = "truth"\n{what} = "said"\n'
        f'[targets]\nmetric = "{metric}"\nvalue = 0.9\npositive = "yes"\n'
    )
    project = load_project(folder)
    tables = dict(open_tables(project))
    found = bind(project, tables)
    assert found is not None
    sample = tables["sample"].frame()
    data = measure_losses(project, found, metric, Clusters())
    return compare_with_simplest(Learnable(sample, ("id", "truth", "said")), found, data, task, positive="yes")


def test_a_model_that_guesses_is_worse_than_a_line(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, ROWS).round(3)
    truth = np.where(x > 0, "yes", "no")
    found = compared(tmp_path, "classification", truth, rng.choice(["yes", "no"], ROWS), x)
    assert found is not None
    assert found.figure.estimate > 0.9
    assert found.difference.upper < 0


def test_a_model_that_knows_more_than_the_columns_is_better(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    truth = rng.choice(["yes", "no"], ROWS)
    found = compared(tmp_path, "classification", truth, truth, rng.normal(0, 1, ROWS).round(3))
    assert found is not None
    assert found.difference.lower > 0.3


def test_errors_of_numbers_are_compared_in_their_unit(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(0, 1, ROWS).round(3)
    truth = 10 * x + rng.normal(0, 0.1, ROWS)
    found = compared(tmp_path, "regression", truth, truth + 5, x)
    assert found is not None
    assert found.metric == "mae"
    assert found.difference.upper < -3
    assert found.figure.lower < found.figure.estimate < 2


def test_more_rows_than_are_worth_it_are_drawn_and_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "LEARNT", 100)
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, ROWS).round(3)
    truth = np.where(x > 0, "yes", "no")
    found = compared(tmp_path, "classification", truth, truth, x)
    assert found is not None
    assert found.words.endswith("on 100 of 300 rows")
    assert found.difference.n == 100


@pytest.mark.parametrize("metric", ["precision", "recall", "f1", "macro_f1"])
def test_classes_are_compared_in_the_metric_of_the_project(tmp_path: Path, metric: str) -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(0, 1, ROWS).round(3)
    truth = np.where(x > 0.5, "yes", "no")
    found = compared(tmp_path, "classification", truth, rng.choice(["yes", "no"], ROWS), x, metric)
    assert found is not None
    assert found.metric == metric
    assert found.figure.estimate > 0.85
    assert found.difference.upper < -0.2


def test_an_order_is_compared_with_the_order_of_the_simplest_model(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(0, 1, ROWS).round(3)
    truth = np.where(x + rng.normal(0, 0.5, ROWS) > 0, "yes", "no")
    found = compared(tmp_path, "classification", truth, rng.random(ROWS).round(3), x, "auc")
    assert found is not None
    assert found.metric == "auc"
    assert found.figure.estimate > 0.85
    assert found.difference.upper < -0.2


@pytest.mark.parametrize("metric", ["rmse", "mape"])
def test_distances_are_compared_in_the_metric_of_the_project(tmp_path: Path, metric: str) -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(0, 1, ROWS).round(3)
    truth = 50 + 10 * x + rng.normal(0, 0.1, ROWS)
    found = compared(tmp_path, "regression", truth, truth + 5, x, metric)
    assert found is not None
    assert found.metric == metric
    assert found.difference.upper < 0
