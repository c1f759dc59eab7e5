"""The sample beside all of production, and the register of unusual inputs: from a project's files to the page."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.document import show
from gatebook.project import load_project
from gatebook.record import Record

PROJECT = """
[project]
name = "Post room"
task = "classification"
personal = ["clerk"]

[tables.sample]
path = "production.csv"
id = "id"
cluster = "customer"
segments = ["channel", "clerk"]

[tables.curated]
path = "curated.csv"

[tables.labels]
path = "labels.csv"
id = "id"
label = "kind"

[tables.population]
path = "population.csv"

[[edge_cases]]
case = "channel: empty"
decision = "reject"
owner = "Ines"

[[edge_cases]]
case = "a letter in Braille"
decision = "handle"
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Record:
    folder = tmp_path_factory.mktemp("post")
    rng = np.random.default_rng(11)
    n = 400
    channel = np.array(["web"] * 300 + ["email"] * 80 + ["fax"] * 3 + ["depot"] * 7 + [""] * 10)
    customer = rng.integers(0, 150, n)
    customer[383:390] = 7  # all seven rows of the depot come from one customer
    sample = pd.DataFrame(
        {
            "id": np.arange(n),
            "customer": customer,
            "channel": channel,
            "weight": rng.normal(20, 1, n),
            "clerk": rng.choice(["Ann Lee", "Bo Ek"], n),
        }
    )
    sample.to_csv(folder / "production.csv", index=False)
    pd.DataFrame({"id": np.arange(20, 60), "kind": rng.choice(["a", "b"], 40)}).to_csv(
        folder / "labels.csv", index=False
    )
    pd.DataFrame({"column": "channel", "value": ["web", "email", "letter"], "rows": [6000, 3000, 1000]}).to_csv(
        folder / "population.csv", index=False
    )
    pd.DataFrame(
        {"id": np.arange(900, 1300), "channel": ["web"] * 200 + ["email"] * 200, "weight": rng.normal(10, 1, 400)}
    ).to_csv(folder / "curated.csv", index=False)
    (folder / "gatebook.toml").write_text(PROJECT)
    return assess(load_project(folder), dt.date(2026, 11, 2))


def test_a_segment_is_told_with_its_rows_its_share_in_production_and_its_labels(told: Record) -> None:
    segments = {s.value: s for s in told.evidence.segments if s.column == "channel"}
    web = segments["web"]
    assert (web.rows, web.labelled, web.population) == (300, 40, 0.6)
    assert web.lower < 0.75 < web.upper


def test_a_part_of_production_that_the_sample_lacks_stands_in_the_table(told: Record) -> None:
    letter = next(s for s in told.evidence.segments if s.value == "letter")
    assert (letter.rows, letter.population) == (0, 0.1)
    page = show.sample(told).text()
    assert "nothing sampled" in page
    assert "none in the sample" in page


def test_values_of_few_rows_or_of_one_customer_or_of_a_personal_column_are_not_told(told: Record) -> None:
    values = {s.value for s in told.evidence.segments}
    assert not {"fax", "depot", "Ann Lee", "Bo Ek"} & values


def test_unusual_inputs_stand_with_what_was_decided_and_the_undecided_are_open(told: Record) -> None:
    register = {e.case: e for e in told.evidence.edge_cases}
    assert (register["channel: empty"].rows, register["channel: empty"].decision) == (10, "reject")
    assert register["a letter in Braille"].rows == 0
    page = show.unusual(told).text()
    assert "reject (Ines)" in page
    assert "not seen" in page


def test_too_few_true_answers_of_a_segment_are_said(told: Record) -> None:
    page = show.sample(told).text()
    assert "too few answers" in page
    assert "fewer than 30 true answers" in page


def test_how_a_column_moved_is_said_with_the_value_that_moved_most_and_with_the_middle(told: Record) -> None:
    moved = {c.column: c.words for c in told.evidence.production.columns}
    assert moved["channel"].startswith("email: 50\xa0% before, 21\xa0% now")
    before, now = moved["weight"].removeprefix("middle ").split(" before, ")
    assert abs(float(before) - 10) < 0.3
    assert abs(float(now.removesuffix(" now")) - 20) < 0.3
