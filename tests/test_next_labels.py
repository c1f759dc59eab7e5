"""Labels drawn where evidence is thin: sheets of unequal chances, weighted together by what the history says of the
draws.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gatebook.errors import UsageError
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.sampling import draw_sheet
from gatebook.sampling.thin import allocate_thin
from gatebook.verdict.past import read_past
from small_projects import outcomes_of, rows_of, write

KEYS = {
    "sample": 'id = "case"',
    "predictions": 'id = "case"\nprediction = "guess"\nconfidence = "sure"',
    "labels": 'id = "case"\nlabel = "label"',
}
TARGET = '[targets]\nmetric = "accuracy"\nvalue = 0.7\n'


@pytest.fixture
def root(tmp_path):
    """2,000 cases; the candidate errs mostly where it is unsure. No label yet."""
    rng = np.random.default_rng(8)
    sure = rng.uniform(0.4, 1.0, 2000)
    truth = rng.choice(["a", "b"], 2000)
    wrong = rng.random(2000) > sure**0.3
    case = [f"C{n}" for n in range(2000)]
    answers = np.where(wrong, np.where(truth == "a", "b", "a"), truth)
    tables = {
        "sample": pd.DataFrame({"case": case, "kind": rng.choice(["x", "y"], 2000)}),
        "predictions": pd.DataFrame({"case": case, "guess": answers, "sure": sure.round(4)}),
        "labels": pd.DataFrame({"case": ["C0"], "label": [""]}),
    }
    write(tmp_path, KEYS, tables, TARGET)
    Ledger.of(load_project(tmp_path)).append("init", {"as_of": "2026-10-05"})
    pd.DataFrame({"case": case, "truth": truth, "right": ~wrong, "sure": sure}).set_index("case").to_pickle(
        tmp_path / "truth.bin"
    )
    return tmp_path


def _draw(root, **options):
    project = load_project(root)
    return draw_sheet(project, Ledger.of(project), **options)


def _fill(root, *sheets, first=None):
    """Label all rows of the sheets, of the last one only the `first`."""
    truth = pd.read_pickle(root / "truth.bin")["truth"]
    parts = [pd.read_csv(sheet.path, dtype=str)["case"] for sheet in sheets]
    parts[-1] = parts[-1][:first]
    ids = pd.concat(parts)
    pd.DataFrame({"case": ids, "label": truth[ids].to_numpy()}).to_csv(root / "labels.csv", index=False)


def _g1(root):
    project = load_project(root)
    return rows_of(project, read_past(Ledger.of(project).entries))["G1"]


def _weighted(root):
    found = outcomes_of(load_project(root)).labelled()
    right = pd.read_pickle(root / "truth.bin")["right"][found["key"].astype(str)].to_numpy()
    return found, float(np.average(right, weights=found["weight"]))


def test_the_verdict_weights_all_sheets_together(root):
    one = _draw(root, n=200)
    _fill(root, one)
    assert not any("weighted" in flag for flag in _g1(root).flags)
    two = _draw(root, n=100, thin=True)
    _fill(root, one, two)
    row = _g1(root)
    found, estimate = _weighted(root)
    assert found["weight"].sum() == pytest.approx(2000)
    assert found["weight"].max() > found["weight"].min()
    assert row.estimate == pytest.approx(estimate)
    assert row.n == 300
    assert any("weighted" in flag for flag in row.flags)
    true = pd.read_pickle(root / "truth.bin")["right"].mean()
    assert row.lower < true < row.upper
    # The weight of a label is the rows of its group over the labels of its group, whichever sheet it came from.
    for stratum, cases in pd.read_csv(two.path, dtype=str).groupby("stratum"):
        [size] = [s.population for s in two.strata if s.name == stratum]
        [labelled] = [s.before + s.drawn for s in two.strata if s.name == stratum]
        assert found.set_index("key")["weight"][cases["case"]].to_numpy() == pytest.approx(size / labelled)


def test_most_rows_come_from_where_the_candidate_is_unsure_and_none_is_without_a_chance(root):
    one = _draw(root, n=200)
    _fill(root, one)
    two = _draw(root, n=200, thin=True)
    sure = pd.read_pickle(root / "truth.bin")["sure"]
    assert sure[pd.read_csv(two.path)["case"]].mean() < sure.mean() - 0.02
    assert all(s.drawn > 0 for s in two.strata)
    assert two.rows == 200


def test_a_half_filled_sheet_is_weighted_by_what_is_filled(root):
    one = _draw(root, n=200)
    _fill(root, one)
    two = _draw(root, n=100, thin=True)
    _fill(root, one, two, first=40)
    found, _ = _weighted(root)
    assert len(found) == 240
    assert found["weight"].sum() == pytest.approx(2000)


def test_a_sheet_that_nobody_filled_changes_nothing(root):
    one = _draw(root, n=200)
    _fill(root, one)
    before = _g1(root)
    _draw(root, n=100, thin=True)
    after = _g1(root)
    assert (after.estimate, after.lower, after.upper) == (before.estimate, before.lower, before.upper)


def test_a_random_sheet_after_a_thin_one_is_weighted_too(root):
    one = _draw(root, n=100)
    _fill(root, one)
    two = _draw(root, n=100, thin=True)
    three = _draw(root, n=100)
    _fill(root, one, two, three)
    found, _ = _weighted(root)
    assert len(found) == 300
    assert found["weight"].sum() == pytest.approx(2000)


def test_labels_from_elsewhere_beside_thin_ones_are_no_evidence(root):
    one = _draw(root, n=200)
    _fill(root, one)
    two = _draw(root, n=100, thin=True)
    _fill(root, one, two)
    labels = pd.read_csv(root / "labels.csv", dtype=str)
    free = next(f"C{n}" for n in range(2000) if f"C{n}" not in set(labels["case"]))
    labels.loc[len(labels)] = [free, "a"]
    labels.to_csv(root / "labels.csv", index=False)
    row = _g1(root)
    assert row.status == "not-enough-evidence"
    assert "stand in no sheet" in row.reason


def test_another_sample_than_the_sheets_were_drawn_from_is_no_evidence(root):
    one = _draw(root, n=200)
    _fill(root, one)
    _fill(root, one, _draw(root, n=100, thin=True))
    sample = pd.read_csv(root / "sample.csv")
    pd.concat([sample, pd.DataFrame({"case": ["new"], "kind": ["x"]})]).to_csv(root / "sample.csv", index=False)
    row = _g1(root)
    assert row.status == "not-enough-evidence"
    assert "no longer the one" in row.reason
    with pytest.raises(UsageError, match="not the one of the earlier sheets"):
        _draw(root, n=100, thin=True)


def test_without_confidence_it_says_what_to_do(root):
    text = (root / "gatebook.toml").read_text().replace('confidence = "sure"', "")
    (root / "gatebook.toml").write_text(text)
    with pytest.raises(UsageError, match="name the column as confidence"):
        _draw(root, n=100, thin=True)


def test_allocation_spends_every_row_within_each_group():
    rng = np.random.default_rng(5)
    for _ in range(200):
        free = rng.integers(0, 300, 5)
        labelled = rng.integers(0, 80, 5)
        sure = np.where(rng.random(5) < 0.1, np.nan, rng.random(5))
        if (n := int(rng.integers(10, 400))) and free.sum():
            counts = allocate_thin(free + labelled, free, labelled, sure, n)
            assert counts.sum() == min(n, free.sum())
            assert ((counts >= (free > 0)) & (counts <= free)).all()
