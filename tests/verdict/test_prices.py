"""The price of missing evidence: in the row, and told in the documents."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.gates.week04.pages.decision import ask, money_facts
from gatebook.gates.week04.pages.rests import value
from gatebook.project import load_project
from gatebook.record import Record
from projects import AS_OF, Kind, make_project


@pytest.fixture(scope="module")
def at_the_bar(tmp_path_factory: pytest.TempPathFactory) -> Record:
    folder = make_project(tmp_path_factory.mktemp("p") / "bar", Kind(accuracy=0.80, seed=5))
    return assess(load_project(folder), AS_OF)


def test_each_missing_label_has_a_price_a_time_and_a_chance(at_the_bar: Record) -> None:
    row = at_the_bar.row("G1")
    assert row.labels_needed
    assert (row.cost, row.days) == (row.labels_needed * 2.0, row.labels_needed / 50)
    assert row.chance is not None
    assert 0.75 < row.chance <= 1


def test_page_one_asks_with_the_price(at_the_bar: Record) -> None:
    text = str(ask(at_the_bar)).replace("\N{NO-BREAK SPACE}", " ")
    row = at_the_bar.row("G1")
    assert f"{row.labels_needed:,} more labels" in text
    assert "days, €" in text
    assert "Chance that this settles it" in text


def test_page_one_tells_waiting_and_a_wrong_go(at_the_bar: Record) -> None:
    names = [fact.kind for fact in money_facts(at_the_bar)]
    assert names[1] == "week_costs"
    assert names[2] == "gain"


def test_the_page_behind_lists_what_each_open_row_would_take(at_the_bar: Record) -> None:
    text = str(value(at_the_bar).markup)
    assert "What it takes to settle what is open" in text
    assert "Right often enough" in text


def test_without_any_label_the_first_labels_have_a_price_too(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p", Kind(rows=1000))
    pd.DataFrame({"ticket": [], "intent": []}).to_csv(folder / "labels.csv", index=False)
    record = assess(load_project(folder), AS_OF)
    row = record.row("1.7")
    assert (row.labels_needed, row.cost, row.days, row.chance) == (200, 400, 4, 1)
    assert record.money is None
    assert "€400" in str(value(record).markup)


def test_nobody_stated_a_price_so_none_is_told(tmp_path: Path) -> None:
    record = assess(load_project(make_project(tmp_path / "p", Kind(accuracy=0.80, seed=5, money=False))), AS_OF)
    row = record.row("G1")
    assert row.labels_needed
    assert row.cost is None
    assert row.days is None
