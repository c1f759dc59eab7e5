"""What a month is worth, what waiting and a wrong go cost, what missing labels cost."""

from __future__ import annotations

import pytest

from gatebook.evidence.money import WEEKS_PER_MONTH, break_even, money, monthly_value, price_of_labels
from gatebook.project.model import ValueModel
from gatebook.record import IntervalFact

RIGHT = IntervalFact(estimate=0.8, lower=0.75, upper=0.85, n=200)


def model(**changes: float | None) -> ValueModel:
    base: dict[str, object] = {
        "volume_per_month": 10_000,
        "value_right": 2.0,
        "cost_wrong": 5.0,
        "run_cost_per_month": 1_000,
        "review_share": 0.1,
        "review_cost": 3.0,
        "uncertainty": 0.0,
        "stated_by": "finance",
    }
    return ValueModel.model_validate(base | changes)


def test_a_month_by_hand() -> None:
    # 8,000 right x 2 - 2,000 wrong x 5 - 1,000 to run - 1,000 reviews x 3
    assert monthly_value(model(), 0.8) == pytest.approx(16_000 - 10_000 - 1_000 - 3_000)


def test_at_the_break_even_a_month_is_worth_nothing() -> None:
    even = break_even(model())
    assert even is not None
    assert monthly_value(model(), even) == pytest.approx(0, abs=1e-6)


def test_where_a_right_answer_is_worth_no_more_than_a_wrong_one_costs_nothing_breaks_even() -> None:
    assert break_even(model(value_right=-5.0, cost_wrong=5.0)) is None


def test_the_interval_holds_every_corner() -> None:
    found = money(model(uncertainty=0.2), RIGHT).monthly
    corners = [
        monthly_value(model(), share, unit=unit, loss=loss)
        for share in (0.75, 0.85)
        for unit in (0.8, 1.2)
        for loss in (0.8, 1.2)
    ]
    assert (found.lower, found.upper) == pytest.approx((min(corners), max(corners)))


def test_a_wrong_answer_may_be_the_cheaper_one() -> None:
    found = money(model(value_right=-2, cost_wrong=0), RIGHT).monthly
    assert found.lower <= found.estimate <= found.upper


def test_a_week_of_waiting_is_a_week_of_the_month() -> None:
    found = money(model(uncertainty=0.2), RIGHT)
    assert found.week_of_waiting.estimate * WEEKS_PER_MONTH == pytest.approx(found.monthly.estimate)
    assert found.week_of_waiting.lower * WEEKS_PER_MONTH == pytest.approx(found.monthly.lower)


@pytest.mark.parametrize(("needed", "bad"), [(0.72, 0.62), (0.95, 0.80), (None, 0.70), (0.05, 0.0)])
def test_a_wrong_go_is_ten_points_below_what_is_needed(needed: float | None, bad: float) -> None:
    found = money(model(), RIGHT, needed)
    assert found.false_go_right == pytest.approx(bad)
    assert found.false_go_month == pytest.approx(monthly_value(model(), bad))


@pytest.mark.parametrize(
    ("right", "needed", "value_right", "scenario", "sign"),
    [
        (0.8, 0.72, 2.0, "below-needed", "loss"),
        (0.8, 0.72, 9.0, "below-needed", "gain"),
        (0.4, 0.72, 2.0, "as-measured", "loss"),
        (0.8, None, 2.0, "below-measured", "loss"),
        (0.8, None, 30.0, "below-measured", "gain"),
        (0.05, 0.06, 0.0, "below-needed", "loss"),
    ],
)
def test_the_record_names_the_scenario_and_the_sign_of_a_wrong_go(
    right: float, needed: float | None, value_right: float, scenario: str, sign: str
) -> None:
    found = money(model(value_right=value_right), IntervalFact(estimate=right, lower=right, upper=right, n=9), needed)
    assert (found.false_go_scenario, found.false_go_sign) == (scenario, sign)
    assert (found.false_go_month > 0) == (sign == "gain")


def test_a_wrong_go_that_costs_nothing_has_no_sign() -> None:
    free = model(value_right=0.0, cost_wrong=0.0, run_cost_per_month=0.0, review_share=0.0)
    assert money(free, RIGHT, 0.7).false_go_sign == "nothing"


def test_what_missing_labels_cost() -> None:
    assert price_of_labels(model(label_cost=2.5, labels_per_day=40), 120) == (300, 3)
    assert price_of_labels(model(label_cost=0.0), 120) == (0, None)
    assert price_of_labels(model(), 120) == (None, None)
    assert price_of_labels(None, 120) == (None, None)
    assert price_of_labels(model(label_cost=2.5), None) == (None, None)
