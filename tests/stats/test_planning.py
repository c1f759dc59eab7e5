import functools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gatebook.stats import Design, Interval, Rows, decide, measure
from gatebook.stats.interval import clopper_pearson, proportion
from gatebook.stats.planning import chance_of_decision, labels_needed, posterior
from gatebook.stats.sequential import alpha_at_look, alphas_ahead


def test_the_chance_of_a_decision_is_the_beta_binomial_sum():
    known = posterior(proportion(160, 200), 0.75)
    up, down = chance_of_decision(known, 100)
    counts = np.arange(101)
    weight = stats.betabinom.pmf(counts, 100, 161, 41)
    bounds = [clopper_pearson(int(160 + k), 300, 0.05) for k in counts]
    assert up == pytest.approx(sum(w for w, b in zip(weight, bounds, strict=True) if b[0] >= 0.75), abs=1e-9)
    assert down == pytest.approx(sum(w for w, b in zip(weight, bounds, strict=True) if b[1] < 0.75), abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 199), st.floats(0.3, 0.95))
def test_what_is_decided_needs_no_more_and_what_is_planned_has_its_chance(x, bar):
    interval = proportion(x, 200)
    plan = labels_needed(posterior(interval, bar))
    if plan.labels is None:
        assert plan.chance < 0.8
    else:
        assert plan.chance >= 0.8
        assert 0 <= plan.chance_of_pass <= plan.chance
        assert plan.labels <= 20_000


def test_on_the_bar_no_number_of_labels_is_named():
    plan = labels_needed(posterior(proportion(7200, 10_000), 0.72))
    assert plan.labels is None


def test_labels_outside_the_domain_are_counted_in():
    rng = np.random.default_rng(0)
    truth = rng.random(400) < 0.2
    found = np.where(rng.random(400) < 0.95, truth, ~truth)
    interval = measure("f1", Rows(truth=truth, predicted=found))
    near = posterior(interval, interval.estimate - 0.05, "f1", labelled=400)
    alone = posterior(interval, interval.estimate - 0.05, "f1")
    assert labels_needed(near).labels > 2 * labels_needed(alone).labels


def test_clusters_make_labels_dearer():
    rng = np.random.default_rng(1)
    codes = np.repeat(np.arange(50), 8)
    right = (rng.random(400) < rng.beta(2, 0.7, 50)[codes]).astype(float)
    plain, grouped = (
        measure("proportion", Rows(values=right), design) for design in (Design(), Design(clusters=codes))
    )
    bar = plain.estimate - 0.04
    assert labels_needed(posterior(grouped, bar)).labels > labels_needed(posterior(plain, bar)).labels


@pytest.mark.parametrize(("kind", "scale"), [("loss", "loss"), ("auc", "logit")])
def test_other_kinds_get_a_number_too(kind, scale):
    rng = np.random.default_rng(2)
    truth = rng.random(200) < 0.5
    rows = Rows(values=rng.lognormal(0, 0.5, 200), truth=truth, score=rng.standard_normal(200) + 1.2 * truth)
    interval = measure(kind, rows)
    higher = kind == "auc"
    bar = interval.estimate - 0.03 if higher else interval.estimate * 1.05
    assert decide(interval, bar, higher_is_better=higher) == "not-enough-evidence"
    plan = labels_needed(posterior(interval, bar, scale, higher_is_better=higher))
    assert 50 < plan.labels < 20_000


def test_lower_is_better_turns_pass_and_fail_round():
    interval = proportion(10, 200)
    up, down = chance_of_decision(posterior(interval, 0.06, higher_is_better=False), 400)
    mirrored = chance_of_decision(posterior(proportion(190, 200), 0.94), 400)
    assert up == pytest.approx(mirrored[0], abs=0.01)
    assert down == pytest.approx(mirrored[1], abs=0.01)


def test_nothing_shown_plans_nothing():
    assert posterior(Interval(math.nan, 0, 1, 0.95, 0, 0.0, "none", reason="no rows"), 0.8) is None


def test_a_stricter_look_needs_more_labels():
    known = posterior(proportion(160, 200), 0.75)
    assert labels_needed(known, lambda _: 0.01).labels > labels_needed(known, lambda _: 0.05).labels


def test_where_the_plan_ends_first_its_rest_is_told_with_its_chance():
    ahead = alphas_ahead([200], 600, bar=0.75)
    known = posterior(proportion(158, 200, alpha_at_look(200, (), 600, bar=0.75).alpha), 0.75)

    def alpha(more: int) -> float:
        return ahead(200 + more).alpha

    beyond = labels_needed(known, alpha)
    assert beyond.labels > 400
    rest = labels_needed(known, alpha, rest=400)
    assert (rest.labels, rest.chance) == (400, pytest.approx(sum(chance_of_decision(known, 400, alpha(400)))))
    assert 0.1 < rest.chance < 0.8
    assert labels_needed(known, alpha, rest=2) == beyond  # hardly any chance: not worth naming
    assert labels_needed(known, alpha, rest=beyond.labels + 500) == beyond


def test_four_of_five_simulated_projects_decide_within_the_stated_labels():
    rng = np.random.default_rng(3)
    first, ahead = alpha_at_look(200, bar=0.72).alpha, alphas_ahead([200], bar=0.72)
    plan_of = functools.cache(
        lambda x: labels_needed(posterior(proportion(x, 200, first), 0.72), lambda more: ahead(200 + more).alpha)
    )
    decided = []
    while len(decided) < 600:
        rate = 0.72 + rng.uniform(-0.1, 0.15)
        x = int(rng.binomial(200, rate))
        if decide(proportion(x, 200, first), 0.72) != "not-enough-evidence":
            continue
        plan = plan_of(x)
        if plan.labels is not None:
            n = 200 + plan.labels
            more = proportion(x + int(rng.binomial(plan.labels, rate)), n, alpha_at_look(n, [200], bar=0.72).alpha)
            decided.append(decide(more, 0.72) != "not-enough-evidence")
    assert np.mean(decided) == pytest.approx(0.8, abs=0.06)
