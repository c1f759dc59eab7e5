"""Which rows belong together: what is declared, and what shows a design effect by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.evidence.clusters import Clusters, find_clusters
from small_projects import opened, outcomes_of, write

N, GROUPS = 400, 80


def found(folder: Path, *, alike: bool, cluster: str = "", name: str = "customer_id", groups: int = GROUPS) -> Clusters:
    """Return the clusters of 400 rows; where `alike`, the rows of one customer succeed or fail together."""
    random = np.random.default_rng(2)
    codes = np.arange(N) % groups
    each = random.random(groups) < 0.7
    right = each[codes] ^ (random.random(N) < 0.05) if alike else random.random(N) < 0.7
    ids = [f"t{i}" for i in range(N)]
    sample = pd.DataFrame({"id": ids, name: [f"c{c}" for c in codes], "channel": random.choice(["a", "b"], N)})
    project = write(
        folder,
        {
            "sample": f'id = "id"\n{cluster}',
            "labels": 'id = "id"\nlabel = "y"',
            "predictions": 'id = "id"\nprediction = "p"',
        },
        {
            "sample": sample,
            "labels": pd.DataFrame({"id": ids, "y": "yes"}),
            "predictions": pd.DataFrame({"id": ids, "p": np.where(right, "yes", "no")}),
        },
    )
    return find_clusters(project, opened(project), outcomes_of(project), 1.0 - right, np.arange(N))


def test_a_declared_cluster_is_taken_whatever_it_shows(tmp_path: Path) -> None:
    clusters = found(tmp_path, alike=False, cluster='cluster = "customer_id"')
    assert clusters.declared
    assert clusters.column == "customer_id"
    assert clusters.codes is not None
    assert len(np.unique(clusters.codes)) == GROUPS


def test_customers_who_fail_together_are_found(tmp_path: Path) -> None:
    clusters = found(tmp_path, alike=True)
    assert clusters.column == "customer_id"
    assert not clusters.declared
    assert clusters.design_effect is not None
    assert clusters.design_effect > 2


def test_customers_who_do_not_are_no_clusters(tmp_path: Path) -> None:
    assert found(tmp_path, alike=False) == Clusters()


def test_a_column_of_few_values_is_a_segment_and_no_cluster(tmp_path: Path) -> None:
    assert found(tmp_path, alike=True, name="mood", groups=4).column is None


def test_a_segment_of_few_values_is_no_cluster_whatever_its_name(tmp_path: Path) -> None:
    assert found(tmp_path, alike=True, cluster='segments = ["device"]', name="device", groups=4) == Clusters()


def test_too_few_groups_are_told_as_unclear(tmp_path: Path) -> None:
    clusters = found(tmp_path, alike=True, groups=8)
    assert clusters.codes is None
    assert clusters.unclear in {"customer_id", None}
    assert clusters.column is None


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_is_a_group_of_its_own(blank: str, tmp_path: Path) -> None:
    ids = ["a", "b", "c", "d"]
    project = write(
        tmp_path,
        {
            "sample": 'id = "id"\ncluster = "who"',
            "labels": 'id = "id"\nlabel = "y"',
            "predictions": 'id = "id"\nprediction = "p"',
        },
        {
            "sample": pd.DataFrame({"id": ids, "who": ["x", "x", blank, blank]}),
            "labels": pd.DataFrame({"id": ids, "y": "yes"}),
            "predictions": pd.DataFrame({"id": ids, "p": "yes"}),
        },
    )
    codes = find_clusters(project, opened(project), outcomes_of(project), np.zeros(4), np.arange(4)).codes
    assert codes is not None
    assert codes[0] == codes[1]
    assert len({codes[0], codes[2], codes[3]}) == 3
