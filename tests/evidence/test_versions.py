"""Two versions on the same cases."""

from __future__ import annotations

import numpy as np

from gatebook.evidence.compare import VersionComparison, compare_versions, paired_losses
from gatebook.evidence.performance import Measured
from gatebook.stats import Design, Rows


def measured(losses: np.ndarray, clusters: np.ndarray | None = None) -> Measured:
    keys = np.array([f"k{i}" for i in range(len(losses))])
    return Measured(
        "accuracy",
        "proportion",
        Rows(values=1 - losses),
        Design(clusters),
        losses,
        keys,
        np.arange(len(losses)),
        np.arange(len(losses)),
    )


def against(mine: Measured, theirs: Measured, kinds: list) -> VersionComparison | None:
    return compare_versions("v1", mine, paired_losses(mine, theirs), kinds)


def planted(rows: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return losses of the new and the old version and where the new one got worse: better by 20 points elsewhere."""
    rng = np.random.default_rng(4)
    mail = rng.random(rows) < 0.25
    old = (rng.random(rows) < 0.3).astype(float)
    new = np.where(mail, rng.random(rows) < 0.7, rng.random(rows) < 0.1).astype(float)
    return new, old, mail


def test_a_regression_is_first_and_the_whole_is_better_or_open() -> None:
    new, old, mail = planted()
    found = against(measured(new), measured(old), [(("channel", "web"), ~mail), (("channel", "mail"), mail)])
    assert found is not None
    assert [c.kind for c in found.changes] == [("channel", "mail"), ("channel", "web")]
    assert found.changes[0].gain.upper < 0 < found.changes[1].gain.lower
    assert found.whole.rows == 400
    assert found.only_candidate == int((old > new).sum())


def test_equal_versions_differ_in_nothing() -> None:
    _, old, mail = planted()
    found = against(measured(old), measured(old), [(0, mail)])
    assert found is not None
    assert found.whole.gain.estimate == 0
    assert found.changes[0].gain.lower <= 0 <= found.changes[0].gain.upper


def test_only_cases_with_both_results_count() -> None:
    new, old, mail = planted()
    found = against(measured(new), measured(old[:100]), [(0, mail)])
    assert found is not None
    assert found.whole.rows == 100
    assert against(measured(new), measured(old[:10]), []) is None


def test_a_kind_of_too_few_clusters_is_not_shown() -> None:
    new, old, mail = planted()
    clusters = np.where(mail, np.arange(400) % 3, 3 + np.arange(400) % 60)
    found = against(measured(new, clusters), measured(old, clusters), [(0, mail), (1, ~mail)])
    assert found is not None
    assert [c.kind for c in found.changes] == [1]


def test_losses_without_limit_are_compared_too() -> None:
    new, old, _ = planted()
    found = against(measured(new * 50), measured(old * 50 + 30), [])
    assert found is not None
    assert found.whole.gain.lower > 0
