"""Rates by value: exact counts, bounds for all values at once, and nothing shown by a handful of clusters."""

import numpy as np
import pandas as pd
import pytest

from gatebook.errors import TableError
from gatebook.evidence.slices.groups import group_rates


def test_rates_are_counted_and_the_worst_stands_first():
    frame = pd.DataFrame({"kind": ["a"] * 60 + ["b"] * 60 + [None] * 20 + ["c"] * 3}, dtype="str")
    loss = np.concatenate([np.zeros(60), np.ones(50), np.zeros(10), np.tile([1.0, 0.0], 10), np.ones(3)])
    found = group_rates(frame, "kind", loss)
    assert [(g.value, g.rows, g.errors) for g in found] == [("b", 60, 50), (None, 20, 10), ("a", 60, 0)]
    assert [g.verdict for g in found] == ["worse", "", "better"]


def test_four_clusters_show_nothing_however_many_rows_they_have():
    frame = pd.DataFrame({"kind": ["book"] * 40 + ["other"] * 400}, dtype="str")
    loss = np.concatenate([np.ones(40), np.tile([1.0, 0, 0, 0], 100)])
    clusters = np.concatenate([np.repeat(np.arange(4), 10), 10 + np.repeat(np.arange(40), 10)])
    assert group_rates(frame, "kind", loss)[0].verdict == "worse"
    first = group_rates(frame, "kind", loss, clusters)[0]
    assert (first.value, first.clusters, first.verdict) == ("book", 4, "")


def test_equal_groups_are_seldom_called_different():
    called = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame({"kind": rng.choice(list("abcdefgh"), 600)}, dtype="str")
        called += any(g.verdict for g in group_rates(frame, "kind", (rng.random(600) < 0.2).astype(float)))
    assert called <= 9


def test_an_unknown_column_is_an_error():
    with pytest.raises(TableError, match="no column `sort`"):
        group_rates(pd.DataFrame({"kind": ["a"]}), "sort", np.zeros(1))


def test_a_column_of_names_that_is_sometimes_empty_is_searched_for_missing_alone() -> None:
    import numpy as np
    import pandas as pd

    from gatebook.evidence.slices import find_slices

    names = pd.Series([f"person {i}" for i in range(400)], dtype="str")
    names[::9] = None
    loss = np.zeros(400)
    loss[::4] = 1.0
    assert find_slices(pd.DataFrame({"mail": names, "card": names}), loss).rows == 400
