"""The data explorer shows the rows that a finding counts, and both tables over the same bins."""

from __future__ import annotations

import numpy as np
import pytest

from gatebook.explore.views import PAGE, DataViews
from gatebook.explore.workspace import Workspace


@pytest.fixture(scope="module")
def views(yes_no: Workspace) -> DataViews:
    return DataViews(yes_no)


def test_the_pages_behind_a_finding_hold_its_rows_once(views: DataViews) -> None:
    role, number, one = next(f for f in views.findings("note") if f[2].cells)
    assert role == "sample"
    pages = [views.rows(role, number, p) for p in range(views.pages(role, number))]
    records = np.concatenate([p.index.to_numpy() for p in pages])
    assert len(records) == len(set(records)) == one.rows
    assert all(len(p) == PAGE for p in pages[:-1])
    assert pages[0].columns[0] == "note"
    assert set(views.sample["note"].iloc[records - 1].fillna("")) <= {"N/A", ""}


def test_findings_of_a_column_are_those_that_name_it(views: DataViews) -> None:
    assert all("note" in one.columns for _, _, one in views.findings("note"))
    assert len(views.findings()) >= len(views.findings("note")) > 0


@pytest.mark.parametrize("column", ["amount", "created", "question", "channel"])
def test_both_tables_are_shown_over_the_same_bins(views: DataViews, column: str) -> None:
    spread = views.column(column).spread
    assert sum(spread.production) == pytest.approx(1, abs=0.01)
    assert spread.curated is not None
    assert len(spread.curated) == len(spread.production) == (len(spread.labels) or len(spread.edges) - 1)


def test_what_is_said_of_a_shift_is_what_was_measured(views: DataViews) -> None:
    view, found = views.column("channel"), views.space.facts.shift
    assert found is not None
    assert view.moved == next(c for c in found.columns if c.column == "channel")
    assert view.moved.shifted
    assert view.spread.curated is not None
    assert view.spread.curated[view.spread.labels.index("web")] == 1


def test_a_shared_bin_counts_rows_not_values(views: DataViews) -> None:
    shares = views.column("channel").spread
    for label, share in zip(shares.labels, shares.production, strict=True):
        assert share == pytest.approx((views.sample["channel"] == label).mean())
