import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gatebook.stats import sequential
from gatebook.stats.interval import clopper_pearson
from gatebook.stats.sequential import (
    RESERVE,
    alpha_at_look,
    alphas_ahead,
    anytime_alpha,
    binomial_path,
    log_e_value,
    normal_path,
    spending,
)

WEEKS = list(range(200, 1001, 100))


def binomial_boundaries(*given):
    return [state.edge for state in binomial_path(*given)]


def normal_alphas(*given):
    return [state.alpha for state in normal_path(*given)]


def crossing_chance(boundaries, truth):
    """Chance of ever passing and of ever failing, by its own recursion over success counts."""
    out = []
    for side in ("upper", "lower"):
        alive, before, crossed = {0: 1.0}, 0, 0.0
        for b in boundaries:
            step = stats.binom.pmf(np.arange(b.n - before + 1), b.n - before, truth)
            following = {}
            for x, p in alive.items():
                for k, q in enumerate(step):
                    following[x + k] = following.get(x + k, 0.0) + p * q
            gone = [x for x in following if (x >= b.upper if side == "upper" else x <= b.lower)]
            crossed += sum(following.pop(x) for x in gone)
            alive, before = following, b.n
        out.append(crossed)
    return out


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.floats(0.1, 0.95), st.integers(-150, 40))
def test_all_looks_together_stay_within_alpha_on_each_side(steps, bar, further):
    looks = np.cumsum(steps).tolist()
    boundaries = binomial_boundaries(looks, max(1, looks[-1] + further), bar)
    passing, failing = crossing_chance(boundaries, bar)
    assert passing == pytest.approx(boundaries[-1].spent_upper, abs=1e-9)
    assert failing == pytest.approx(boundaries[-1].spent_lower, abs=1e-9)
    assert max(passing, failing) <= 0.05 + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 150), min_size=1, max_size=6), st.floats(0.3, 0.95))
def test_the_exact_interval_at_the_alpha_of_a_look_never_decides_before_its_boundary(steps, bar):
    looks = np.cumsum(steps).tolist()
    look = alpha_at_look(looks[-1], looks[:-1], looks[-1], bar=bar)
    edge = binomial_boundaries(looks, looks[-1], bar)[-1]
    n = looks[-1]
    for x in range(n + 1):
        lower, upper = clopper_pearson(x, n, look.alpha)
        assert not (lower >= bar and x < edge.upper)
        assert not (upper < bar and x > edge.lower)


def test_the_first_look_leaves_alpha_for_later_ones():
    look = alpha_at_look(200, bar=0.72)
    assert (look.method, look.information) == ("alpha spending", pytest.approx(1 / 3))
    assert alpha_at_look(200).alpha == pytest.approx(spending(1 / 3, 0.05))
    assert 0.035 <= alpha_at_look(200).alpha <= 0.038
    assert clopper_pearson(look.successes_to_pass, 200, look.alpha)[0] >= 0.72
    assert clopper_pearson(look.successes_to_pass - 1, 200, look.alpha)[0] < 0.72


@pytest.mark.parametrize("bar", [0.6, 0.64, 0.7, 0.72, 0.8, 0.82, 0.9])
def test_what_is_left_for_later_costs_the_first_look_little(bar):
    hits = np.arange(201)
    chance = stats.binom.pmf(hits, 200, bar + 0.08)
    once = sum(c for x, c in zip(hits, chance, strict=True) if clopper_pearson(int(x), 200, 0.05)[0] >= bar)
    assert chance[alpha_at_look(200, bar=bar).successes_to_pass :].sum() >= once - 0.06


@pytest.mark.parametrize("bar", [0.64, 0.72])
def test_six_looks_that_nobody_planned_pass_a_good_model(bar):
    looks = list(range(100, 351, 50))
    edges = [alpha_at_look(n, looks[:i], bar=bar) for i, n in enumerate(looks)]
    alive, before, passed = np.ones(1), 0, 0.0
    for n, edge in zip(looks, edges, strict=True):
        alive = np.convolve(alive, stats.binom.pmf(np.arange(n - before + 1), n - before, bar + 0.08))
        passed += alive[edge.successes_to_pass :].sum()
        alive[edge.successes_to_pass :] = 0
        before = n
    assert passed >= 0.85


def test_what_lies_ahead_is_what_the_next_look_gets():
    ahead = alphas_ahead([200, 300], 400, bar=0.8)
    for n in (300, 350, 400, 900):
        assert ahead(n) == alpha_at_look(n, [200, 300], 400, bar=0.8)


def test_nominal_alphas_keep_the_total_for_normal_increments():
    rng = np.random.default_rng(11)
    information = np.array(WEEKS) / 1000
    steps = np.sqrt(np.diff(information, prepend=0)) * rng.standard_normal((200_000, 9))
    z = np.cumsum(steps, axis=1) / np.sqrt(information)
    crossed = (z >= stats.norm.isf(normal_alphas(information.tolist()))).any(axis=1).mean()
    assert crossed == pytest.approx(0.05, abs=0.0025)


def test_five_equal_looks_agree_with_the_published_boundaries(monkeypatch):
    # Pocock-type spending, one-sided .025: Reboussin, DeMets, Kim & Lan (2000), Controlled Clinical Trials 21
    monkeypatch.setattr(sequential, "spending", lambda t, alpha: alpha * np.log1p((np.e - 1) * t))
    alphas = normal_alphas([0.2, 0.4, 0.6, 0.8, 1.0], 0.025)
    assert stats.norm.isf(alphas) == pytest.approx([2.4380, 2.4268, 2.4101, 2.3966, 2.3859], abs=1e-4)


def test_looking_again_at_the_same_labels_costs_nothing():
    once = alpha_at_look(400, [200], 1000, bar=0.72)
    twice = alpha_at_look(400, [200, 400], 1000, bar=0.72)
    assert (twice.alpha, twice.successes_to_pass) == (once.alpha, once.successes_to_pass)
    assert alpha_at_look(400, [200, 400], 1000).alpha == pytest.approx(alpha_at_look(400, [200], 1000).alpha)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.floats(0.1, 0.95), st.integers(2, 9))
def test_a_boundary_does_not_know_how_often_the_same_labels_were_looked_at(steps, bar, times):
    once = np.cumsum(steps).tolist()
    often = [n for n in once for _ in range(times)]
    assert binomial_boundaries(often, once[-1], bar)[::times] == binomial_boundaries(once, once[-1], bar)


def test_more_versions_on_the_same_labels_share_the_alpha():
    assert alpha_at_look(200, versions=5).alpha == pytest.approx(alpha_at_look(200).alpha / 5)


def test_beyond_the_plan_only_left_over_alpha_is_used():
    over = alpha_at_look(300, [200], 200, bar=0.72)
    assert 0.05 * (1 - RESERVE) < over.spent <= 0.05
    assert over.successes_to_pass > alpha_at_look(300, bar=0.72).successes_to_pass
    assert 0 < alpha_at_look(300, [200], 200).alpha < 0.01


def test_labels_taken_away_leave_the_plan():
    assert alpha_at_look(150, [200], 1000, bar=0.72).method == "e-process"


def test_unknown_history_is_judged_by_the_e_process():
    look = alpha_at_look(300, history_known=False, bar=0.72)
    assert look.method == "e-process"
    assert look.successes_to_pass > alpha_at_look(300, bar=0.72).successes_to_pass


@pytest.mark.parametrize("above", [True, False])
def test_the_e_process_does_not_grow_on_average_at_the_bar(above):
    bar = 0.8
    for n in (1, 5, 40):
        counts = np.arange(n + 1)
        mean = (stats.binom.pmf(counts, n, bar) * np.exp(log_e_value(counts, n, bar, above=above))).sum()
        assert mean == pytest.approx(1.0, abs=1e-9)


def test_looking_after_every_label_keeps_the_e_process_within_alpha():
    rng = np.random.default_rng(3)
    hits = np.cumsum(rng.random((4000, 400)) < 0.8, axis=1)
    n = np.arange(1, 401)
    values = log_e_value(hits, n, 0.8, above=True)
    assert (values >= np.log(20)).any(axis=1).mean() <= 0.05


def test_the_anytime_alpha_holds_for_normal_increments():
    rng = np.random.default_rng(4)
    z = np.cumsum(rng.standard_normal((4000, 1000)), axis=1) / np.sqrt(np.arange(1, 1001))
    reach = stats.norm.isf([anytime_alpha(int(n), 500) for n in range(1, 1001)])
    assert (z >= reach).any(axis=1).mean() <= 0.05


def test_alpha_is_never_spent_to_the_end():
    assert spending(0.0, 0.05) == 0.0
    spent = [spending(t, 0.05) for t in np.geomspace(0.01, 1000, 400)]
    assert (np.diff(spent) > 0).all()
    assert spent[-1] == pytest.approx(0.05, abs=1e-5)
    assert spent[-1] < 0.05


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="do not decrease"):
        binomial_boundaries([20, 10], 20, 0.5)
    with pytest.raises(ValueError, match="must be positive"):
        alpha_at_look(0)
