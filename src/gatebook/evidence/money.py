"""What the result is worth a month, from the project's own value model and the measured share of right answers."""

from __future__ import annotations

from gatebook.project import ValueModel
from gatebook.record import IntervalFact, Money, Scenario

WEEKS_PER_MONTH = 365.25 / 12 / 7
BAD_STEP = 0.10  # a wrong go is right ten points less often than is needed


def monthly_value(model: ValueModel, right: float, *, unit: float = 1.0, loss: float = 1.0) -> float:
    """Return the value of one month at a share of right answers; `unit` and `loss` scale the stated amounts."""
    gain = model.volume_per_month * (right * model.value_right * unit - (1 - right) * model.cost_wrong * loss)
    return gain - model.run_cost_per_month - model.volume_per_month * model.review_share * model.review_cost


def break_even(model: ValueModel) -> float | None:
    """Return the share of right answers at which a month is worth nothing, None where no share does."""
    fixed = model.run_cost_per_month / model.volume_per_month + model.review_share * model.review_cost
    span = model.value_right + model.cost_wrong
    return None if span <= 0 else (model.cost_wrong + fixed) / span


def price_of_labels(model: ValueModel | None, labels: int | None) -> tuple[float | None, float | None]:
    """Return what so many more labels cost and how many days they take; None where nobody stated it."""
    if model is None or labels is None:
        return None, None
    cost = None if model.label_cost is None else labels * model.label_cost
    days = None if model.labels_per_day is None else labels / model.labels_per_day
    return cost, days


def wrong_go(right: float, needed: float | None) -> tuple[Scenario, float]:
    """Return which scenario a wrong go is, and the share of right answers in it; arguments as for `money`."""
    if needed is None:
        return "below-measured", max(0.0, right - BAD_STEP)
    below = max(0.0, needed - BAD_STEP)
    return ("as-measured", right) if right < below else ("below-needed", below)


def money(model: ValueModel, right: IntervalFact, needed: float | None = None, *, part: float = 1.0) -> Money:
    """Return the money facts; the interval takes the share's bounds and the stated uncertainty of the amounts.

    Args:
        model: what the project states of its outcomes.
        right: the share of right answers.
        needed: the share needed now, where the target is one. A wrong go is a launch of a model ten points below it, or
            below what was measured where that is unknown or lower still.
        part: share of all cases that the result is about, above 0 and at most 1: the volume is scaled by it, what
            running costs is not, since nobody stated that it costs less.
    """
    model = model.model_copy(update={"volume_per_month": model.volume_per_month * part})
    wide = model.uncertainty
    corners = [  # a right answer may cost money too (value_right below 0): no corner is the lowest by itself
        monthly_value(model, share, unit=unit, loss=loss)
        for share in (right.lower, right.upper)
        for unit in (1 - wide, 1 + wide)
        for loss in (1 - wide, 1 + wide)
    ]
    monthly = IntervalFact(
        estimate=monthly_value(model, right.estimate), lower=min(corners), upper=max(corners), n=right.n
    )
    weekly = IntervalFact(**{k: getattr(monthly, k) / WEEKS_PER_MONTH for k in ("estimate", "lower", "upper")})
    scenario, bad = wrong_go(right.estimate, needed)
    month = monthly_value(model, bad)
    return Money(
        currency=model.currency,
        monthly=monthly,
        week_of_waiting=weekly,
        false_go_month=month,
        false_go_right=bad,
        false_go_scenario=scenario,
        false_go_sign="loss" if month < 0 else "gain" if month > 0 else "nothing",
        break_even=break_even(model),
        stated_by=model.stated_by,
        stated_on=model.stated_on,
        share=part,
    )
