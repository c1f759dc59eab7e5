"""Slices: what is planted is found and said in words; where nothing is planted nothing is said."""

import numpy as np
import pandas as pd
import pytest

from gatebook.errors import TableError
from gatebook.slices import Effort, Predicate, describe, find_slices, mask


def table(rng, n=4_000):
    frame = pd.DataFrame(
        {
            "amount": np.exp(rng.normal(4, 1, n)).round(2),
            "age": rng.integers(18, 80, n),
            "channel": rng.choice(["email", "chat", "phone", "web"], n, p=[0.4, 0.3, 0.2, 0.1]),
            "plan": rng.choice(["free", "pro", "team"], n),
            "score": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n).round(2)),
            "created": (
                np.datetime64("2026-03-02T00:00") + rng.integers(0, 30 * 1440, n).astype("timedelta64[m]")
            ).astype(str),
        }
    )
    return frame.astype("str").where(frame.notna())


def errors(rng, n, inside, base=0.08, rate=0.4):
    return (rng.random(n) < np.where(inside, rate, base)).astype(float)


def jaccard(a, b):
    return (a & b).sum() / (a | b).sum()


def planted(frame):
    amount = frame["amount"].astype(float).to_numpy()
    hour = pd.to_datetime(frame["created"]).dt.hour.to_numpy()
    weekday = pd.to_datetime(frame["created"]).dt.day_of_week.to_numpy()
    return {
        "a value": (frame["channel"] == "web").to_numpy(),
        "a range": (amount > 30) & (amount < 60),
        "two columns": (frame["channel"] == "phone").to_numpy() & (frame["plan"] == "pro").to_numpy(),
        "missing": frame["score"].isna().to_numpy(),
        "an hour": (hour >= 2) & (hour < 5),
        "a night": (hour >= 22) | (hour < 3),
        "weekdays": weekday >= 5,
    }


@pytest.mark.parametrize("kind", ["a value", "a range", "two columns", "missing", "an hour", "a night", "weekdays"])
def test_a_planted_type_is_the_first_slice(kind):
    rng = np.random.default_rng(5)
    frame = table(rng)
    inside = planted(frame)[kind]
    search = find_slices(frame, errors(rng, len(frame), inside))
    first = search.slices[0]
    found = mask(frame, first.predicates)
    assert jaccard(found, inside) > 0.7
    assert found.sum() == first.rows
    assert first.p_adjusted < 0.05
    assert first.lower < first.error_rate < first.upper
    assert first.lower > search.base_rate


def test_a_narrow_range_of_one_number_is_found():
    rng = np.random.default_rng(8)
    frame = table(rng, 12_000)
    score = rng.normal(size=len(frame)).round(3)
    frame["score"] = score.astype(str)
    inside = (score > 0.5) & (score < 0.56)  # 1.9 % of the rows, far less than one bin of a scan over pairs
    first = find_slices(frame, errors(rng, len(frame), inside, rate=0.21)).slices[0]
    assert {p.column for p in first.predicates} == {"score"}
    assert jaccard(mask(frame, first.predicates), inside) > 0.5


def test_a_night_is_one_range_that_crosses_midnight():
    rng = np.random.default_rng(5)
    frame = table(rng)
    first = find_slices(frame, errors(rng, len(frame), planted(frame)["a night"])).slices[0]
    assert str(first) == "hour of created is from 22 over midnight to 3"


def test_three_columns_are_found_together():
    rng = np.random.default_rng(6)
    frame = table(rng, 12_000)
    age = frame["age"].astype(float)
    inside = ((frame["channel"] == "email") & (frame["plan"] == "team") & (age >= 30) & (age < 50)).to_numpy()
    first = find_slices(frame, errors(rng, len(frame), inside)).slices[0]
    assert {p.column for p in first.predicates} == {"channel", "plan", "age"}
    assert jaccard(mask(frame, first.predicates), inside) > 0.7


def test_overlapping_types_are_both_found_and_near_copies_are_grouped():
    rng = np.random.default_rng(7)
    frame = table(rng, 8_000)
    web = (frame["channel"] == "web").to_numpy()
    small = frame["amount"].astype(float).to_numpy() < 20
    rate = 0.06 + 0.2 * web + 0.2 * small
    slices = find_slices(frame, (rng.random(len(frame)) < rate).astype(float)).slices
    masks = [mask(frame, s.predicates) for s in slices]
    assert max(jaccard(m, web) for m in masks) > 0.7
    assert max(jaccard(m, small) for m in masks) > 0.7
    assert all(jaccard(a, b) < 0.5 for i, a in enumerate(masks) for b in masks[:i])
    assert slices[0].similar > 0


def test_nothing_is_claimed_where_nothing_is_and_what_was_detectable_is_said():
    claims = 0
    for seed in range(12):
        rng = np.random.default_rng([8, seed])
        frame = table(rng, 1_000)
        search = find_slices(frame, errors(rng, 1_000, np.zeros(1_000, bool)), effort=Effort(seed=seed))
        claims += bool(search.slices)
        assert 1.5 < search.detectable_excess < 10
    assert claims <= 2


def test_more_rows_detect_smaller_excess():
    detectable = []
    for n in (500, 2_000, 8_000):
        rng = np.random.default_rng(9)
        detectable.append(find_slices(table(rng, n), errors(rng, n, np.zeros(n, bool))).detectable_excess)
    assert detectable[0] > detectable[1] > detectable[2]


def test_real_valued_losses_are_searched_as_they_are():
    rng = np.random.default_rng(10)
    frame = table(rng)
    inside = planted(frame)["two columns"]
    loss = np.exp(rng.normal(3, 0.8, len(frame))) * np.where(inside, 2.5, 1)
    first = find_slices(frame, loss).slices[0]
    assert jaccard(mask(frame, first.predicates), inside) > 0.7
    assert first.errors == pytest.approx(loss[mask(frame, first.predicates)].sum())
    assert first.lift > 1.5


def test_clusters_count_once():
    rng = np.random.default_rng(11)
    n, k = 3_000, 60
    cluster = np.repeat(np.arange(k), n // k)
    frame = table(rng, n)
    frame["customer_kind"] = np.array(["a", "b", "c", "d", "e", "f"])[rng.integers(0, 6, k)][cluster]
    bad = rng.random(k) < 0.3
    loss = (rng.random(n) < np.where(bad[cluster], 0.7, 0.05)).astype(float)
    by_rows = find_slices(frame, loss)
    by_clusters = find_slices(frame, loss, clusters=cluster)
    assert by_rows.slices  # rows taken for independent: a customer's bad luck looks like a type
    assert not by_clusters.slices
    assert "60 clusters" in by_clusters.searched
    assert by_clusters.detectable_excess > by_rows.detectable_excess


def test_a_type_that_spans_many_clusters_is_found_by_clusters_too():
    rng = np.random.default_rng(12)
    n, k = 4_000, 400
    cluster = rng.integers(0, k, n)
    frame = table(rng, n)
    inside = planted(frame)["a value"]
    rate = np.clip(rng.beta(0.5, 5, k)[cluster] + 0.4 * inside, 0, 1)
    first = find_slices(frame, (rng.random(n) < rate).astype(float), clusters=cluster).slices[0]
    assert jaccard(mask(frame, first.predicates), inside) > 0.7


def test_a_phrase_is_found_and_readable():
    rng = np.random.default_rng(13)
    words = [f"word{i}" for i in range(200)]
    rows = [list(rng.choice(words, rng.integers(4, 16))) for _ in range(3_000)]
    inside = rng.random(3_000) < 0.03
    for i in np.flatnonzero(inside):
        rows[i][3:3] = ["exchange", "rate"]
    frame = pd.DataFrame({"question": [" ".join(r) for r in rows]}, dtype="str")
    slices = find_slices(frame, errors(rng, 3_000, inside), text=("question",)).slices
    assert [str(s) for s in slices] == ["question mentions exchange rate"]
    assert mask(frame, slices[0].predicates).sum() == inside.sum()


def test_a_phrase_on_one_channel_only_is_found_with_its_channel():
    rng = np.random.default_rng(23)
    words = [f"word{i}" for i in range(200)]
    frame = pd.DataFrame(
        {
            "question": [" ".join(rng.choice(words, rng.integers(4, 16))) for _ in range(4_000)],
            "channel": rng.choice(["email", "chat"], 4_000),
            "age": rng.integers(18, 80, 4_000).astype(str),
        },
        dtype="str",
    )
    says = rng.random(4_000) < 0.1
    frame["question"] = frame["question"].where(~says, frame["question"] + " passport")
    inside = says & (frame["channel"] == "chat").to_numpy()
    (found,) = find_slices(frame, errors(rng, 4_000, inside), text=("question",)).slices
    assert str(found) == "question mentions passport and channel is chat"
    assert found.rows == inside.sum()


def test_regressions_are_found_as_the_difference_of_two_versions():
    rng = np.random.default_rng(24)
    frame = table(rng)
    inside = planted(frame)["a value"]
    before = errors(rng, len(frame), inside, base=0.15, rate=0.15)
    after = np.where(inside, errors(rng, len(frame), inside, rate=0.5), before * (rng.random(len(frame)) < 0.9))
    first = find_slices(frame, after - before).slices[0]
    assert jaccard(mask(frame, first.predicates), inside) > 0.7
    assert first.lower > 0


def test_rare_regressions_are_not_cut_off_as_extremes():
    rng = np.random.default_rng(26)
    frame = table(rng, 8_000)
    inside = planted(frame)["two columns"]
    worse = (rng.random(8_000) < np.where(inside, 0.05, 0.0005)).astype(float)
    better = (rng.random(8_000) < 0.1).astype(float)
    first = find_slices(frame, worse - better * (1 - worse) * 0.5).slices[0]
    assert jaccard(mask(frame, first.predicates), inside) > 0.5


def test_columns_may_have_numbers_as_names_but_not_the_same_name_twice():
    rng = np.random.default_rng(25)
    frame = table(rng).rename(columns={"channel": 3})
    inside = (frame[3] == "web").to_numpy()
    first = find_slices(frame, errors(rng, len(frame), inside)).slices[0]
    assert mask(frame, first.predicates).sum() == inside.sum()
    with pytest.raises(TableError, match="Two columns are named `3`"):
        find_slices(frame.rename(columns={"plan": "3"}), np.zeros(len(frame)))


def test_the_same_seed_gives_the_same_answer():
    rng = np.random.default_rng(14)
    frame = table(rng)
    loss = errors(rng, len(frame), planted(frame)["a range"])
    assert find_slices(frame, loss, effort=Effort(seed=3)) == find_slices(frame, loss, effort=Effort(seed=3))


def test_examples_are_errors_inside_the_slice():
    rng = np.random.default_rng(15)
    frame = table(rng)
    loss = errors(rng, len(frame), planted(frame)["a value"])
    first = find_slices(frame, loss).slices[0]
    assert len(first.examples) == 5
    assert loss[list(first.examples)].all()
    assert mask(frame, first.predicates)[list(first.examples)].all()


def test_columns_that_name_rows_are_left_out_with_the_reason():
    rng = np.random.default_rng(16)
    frame = table(rng)
    frame["ticket"] = rng.permutation(len(frame)).astype(str)
    frame["name"] = [f"row {i}" for i in range(len(frame))]
    frame["constant"] = "x"
    frame["empty"] = None
    search = find_slices(frame, errors(rng, len(frame), np.zeros(len(frame), bool)), ignore=("age",))
    reasons = dict(r.split(": ") for r in search.not_searched)
    assert "name rows" in reasons["ticket"]
    assert "no value is shared" in reasons["name"]
    assert reasons["constant"] == "the same value everywhere"
    assert reasons["empty"] == "empty"


@pytest.mark.parametrize("loss", [np.zeros(300), np.ones(300)])
def test_equal_losses_hold_no_type(loss):
    search = find_slices(table(np.random.default_rng(17), 300), loss)
    assert search.slices == ()
    assert "same loss" in search.searched


def test_too_few_rows_are_said():
    rng = np.random.default_rng(18)
    search = find_slices(table(rng, 30), errors(rng, 30, np.zeros(30, bool), base=0.4))
    assert search.slices == ()
    assert search.detectable_excess == np.inf
    assert "too few" in search.searched


def test_a_missing_loss_is_an_error_that_names_the_fix():
    frame = table(np.random.default_rng(19), 100)
    with pytest.raises(TableError, match="labelled rows only"):
        find_slices(frame, np.full(100, np.nan))
    with pytest.raises(TableError, match="no column `text`"):
        find_slices(frame, np.zeros(100), text=("text",))


def test_predicates_read_as_words():
    assert describe(
        (Predicate("amount", ">=", 30.0), Predicate("amount", "<", 60.0), Predicate("channel", "==", "web"))
    ) == ("amount is between 30 and 60 and channel is web")
    assert (
        describe((Predicate("created:weekday", "in", ("Saturday", "Sunday")),))
        == "weekday of created is Saturday or Sunday"
    )
    assert str(Predicate("score", "missing")) == "score is missing"


def test_a_number_in_a_predicate_is_compared_as_a_number():
    frame = pd.DataFrame({"n": ["1", "1.0", "2", None, "x"]}, dtype="str")
    assert mask(frame, (Predicate("n", "==", 1),)).tolist() == [True, True, False, False, False]
    assert mask(frame, (Predicate("n", "in", (1.0, 2.0)),)).tolist() == [True, True, True, False, False]
    assert mask(frame, (Predicate("n", "==", "1"),)).tolist() == [True, False, False, False, False]


def test_mask_of_an_unknown_column_names_the_known_ones():
    with pytest.raises(TableError, match="amount"):
        mask(table(np.random.default_rng(20), 50), (Predicate("amuont", "==", "1"),))


def test_a_column_of_names_that_is_sometimes_empty_is_searched_for_missing_alone() -> None:
    names = pd.Series([f"person {i}" for i in range(400)], dtype="str")
    names[::9] = None
    loss = np.zeros(400)
    loss[::4] = 1.0
    assert find_slices(pd.DataFrame({"mail": names, "card": names}), loss).rows == 400
