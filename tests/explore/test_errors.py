"""Slices, thresholds and versions of the error explorer come from the functions behind the document."""

from __future__ import annotations

import numpy as np
import pytest

from gatebook.explore.views import ErrorViews
from gatebook.explore.workspace import Workspace
from gatebook.slices import Predicate, mask


@pytest.fixture(scope="module")
def views(space: Workspace) -> ErrorViews:
    return ErrorViews(space)


def test_a_slice_of_three_conditions_holds_the_rows_where_all_hold(views: ErrorViews) -> None:
    frame = views.space.inputs
    middle = float(np.median(frame["visits"].astype(float)))
    chosen = [
        Predicate("channel", "==", "mail"),
        Predicate("visits", ">=", middle),
        Predicate("hour of created", "<", 20.0),
    ]
    found = views.slice_of(chosen)
    inside = mask(frame, [*chosen[:2], Predicate("created:hour", "<", 20.0)])
    assert 0 < found.rows == inside.sum() < 200
    assert found.errors == views.data.losses[inside].sum()
    assert found.rate.lower <= found.rate.estimate <= found.rate.upper
    assert found.rest_rate == pytest.approx(views.data.losses[~inside].mean())
    assert set(found.examples.index) <= set(np.flatnonzero(inside))


def test_all_rows_are_the_slice_without_conditions(views: ErrorViews) -> None:
    assert views.slice_of([]).rows == 200
    assert views.slice_of([]).rate.estimate == pytest.approx(views.slice_of([]).base_rate)


def test_ids_are_no_condition_and_times_become_hours_and_weekdays(views: ErrorViews) -> None:
    assert "ticket" not in views.columns
    assert {"hour of created", "weekday of created"} <= set(views.columns)
    assert views.columns["amount"] == "range"
    assert views.columns["channel"] == "value"


def test_every_choice_offered_holds_a_row(views: ErrorViews) -> None:
    for column, kind in views.columns.items():
        if kind == "value":
            assert all(views.slice_of([Predicate(column, "==", v)]).rows for v in views.values(column))
        if kind == "range":
            cuts = views.cuts(column)
            assert cuts == sorted(cuts)
            assert views.slice_of([Predicate(column, ">=", cuts[0])]).rows == 200


def test_a_threshold_reads_as_the_curve_of_the_document_does(views: ErrorViews) -> None:
    report = views.space.facts.confidence
    assert report is not None
    for point in report.coverage[::7]:
        found = views.above(point.threshold)
        assert found is not None
        assert found.point == point


def test_a_higher_threshold_sends_more_to_people_and_costs_more(views: ErrorViews) -> None:
    low, high = views.above(0.5), views.above(0.9)
    assert low is not None
    assert high is not None
    assert high.point.coverage < low.point.coverage
    assert low.queue is not None
    assert high.queue is not None
    assert high.queue.cases_a_day > low.queue.cases_a_day
    nothing = views.above(1.0)
    assert nothing is not None
    assert nothing.point.coverage == 0


def test_another_version_is_compared_as_in_the_document_and_on_the_slice_at_hand(views: ErrorViews) -> None:
    failing = views.space.facts.failing
    assert failing is not None
    assert views.versions == ("v1",)
    assert views.compare("v1") == failing.versions
    chosen = [Predicate("channel", "==", "mail")]
    found = views.compare("v1", chosen)
    assert found is not None
    mine = next(c for c in found.changes if views.said(c.kind) == "the slice built here")
    assert mine.rows == views.slice_of(chosen).rows


def test_a_higher_lift_leaves_fewer_kinds(views: ErrorViews) -> None:
    many, few = views.kinds_above(1.0, most=1_000), views.kinds_above(1.5, most=1_000)
    assert len(few) < len(many)
    assert (few["times usual"] >= 1.5).all()
    assert many["times usual"].is_monotonic_decreasing
