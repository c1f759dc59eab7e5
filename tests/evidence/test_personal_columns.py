"""One answer for all tables of a project: which columns are personal."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gatebook.checks import check
from gatebook.evidence.disclosure import not_people, personal_columns
from gatebook.evidence.inputs import ANSWER
from gatebook.project import load_project
from gatebook.project.tables import open_tables

STAFF = ["Heike Brinkmann", "Rosalind Ashworth", "Thibault Lefebvre", "Macarena Ibáñez"]
TOML = """[project]
task = "classification"
{more}
[tables.sample]
path = "production.csv"
id = "id"
[tables.labels]
path = "labels.csv"
id = "id"
label = "intent"
annotator = "who"
[tables.predictions]
path = "predictions.csv"
id = "id"
prediction = "said"
version = "model"
"""


def found(folder: Path, more: str = "", **labels: list[str]) -> frozenset[str]:
    """Return the personal columns of a project of 400 rows; `labels` replaces columns of its labels."""
    n = 400
    ids = [f"r{i}" for i in range(n)]
    pd.DataFrame({"id": ids, "town": ["Weimar", "Jena"] * (n // 2)}).to_csv(folder / "production.csv", index=False)
    columns = {"id": ids, "intent": ["refund", "order"] * (n // 2), "who": STAFF * (n // 4)} | labels
    pd.DataFrame(columns).to_csv(folder / "labels.csv", index=False)
    models = ["Claude", "Ada", "Julia", "Alexa"] * (n // 4)
    said = {
        "id": ids,
        "said": ["refund", "order"] * (n // 2),
        "model": models,
        "by": ["heike.brinkmann", "r.ashworth"] * (n // 2),
    }
    pd.DataFrame(said).to_csv(folder / "predictions.csv", index=False)
    (folder / "gatebook.toml").write_text(TOML.format(more=more))
    project = load_project(folder)
    tables = dict(open_tables(project))
    return personal_columns(project, tables, check(tables["sample"], public=not_people(project, "sample")))


def test_graders_and_those_who_answered_are_people_and_models_are_none(tmp_path):
    assert found(tmp_path) == {"who", "by"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('public = ["who"]', {"by"}),
        ('personal = ["town"]', {"who", "by", "town"}),
        ('personal = ["model"]', {"who", "by", "model"}),
        ('ignore = ["who"]', {"by"}),
    ],
)
def test_the_project_file_has_the_last_word(tmp_path, more, expected):
    assert found(tmp_path, more) == expected


def test_where_true_answers_are_people_the_outputs_are_too(tmp_path):
    assert found(tmp_path, intent=STAFF * 100) == {"who", "by", "intent", "said", ANSWER}


def test_answers_that_may_be_shown_are_no_people(tmp_path):
    assert found(tmp_path, 'public = ["intent"]', intent=STAFF * 100) == {"who", "by"}
