"""The labels as a whole: how many, how drawn, how well graders agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.labels import label_fact
from gatebook.record import LabelFact
from gatebook.stats.agreement import krippendorff_alpha
from small_projects import opened, outcomes_of, write

N = 300
IDS = [f"t{i}" for i in range(N)]


def fact(folder: Path, labels: pd.DataFrame, keys: str = "") -> LabelFact:
    random = np.random.default_rng(1)
    sample = pd.DataFrame({"id": IDS, "size": np.sort(random.normal(size=N)), "channel": random.choice(["a", "b"], N)})
    project = write(
        folder,
        {"sample": 'id = "id"', "labels": f'id = "id"\nlabel = "y"\n{keys}'},
        {"sample": sample, "labels": labels},
    )
    return label_fact(project, outcomes_of(project), opened(project)["sample"].frame(), Disclosure(frozenset()))


def test_labels_are_counted_and_those_of_strangers_apart(tmp_path: Path) -> None:
    found = fact(tmp_path, pd.DataFrame({"id": [*IDS[:100], "x1", "x2"], "y": ["yes", "no"] * 51}))
    assert (found.labelled, found.unlabelled, found.outside_sample) == (100, 200, 2)
    assert dict(found.classes) == {"yes": 50, "no": 50}


def test_a_class_of_few_rows_is_not_told(tmp_path: Path) -> None:
    found = fact(tmp_path, pd.DataFrame({"id": IDS[:50], "y": ["yes"] * 47 + ["secret"] * 3}))
    assert "secret" not in dict(found.classes)


def test_a_draw_of_the_large_rows_is_told_from_the_rest(tmp_path: Path) -> None:
    fair = fact(tmp_path / "a", pd.DataFrame({"id": IDS[::3], "y": "yes"}))
    unfair = fact(tmp_path / "b", pd.DataFrame({"id": IDS[200:], "y": "yes"}))
    assert fair.draw_auc is not None
    assert unfair.draw_auc is not None
    assert unfair.draw_auc.lower > 0.8 > fair.draw_auc.upper


def test_rows_with_different_weights_are_a_weighted_draw(tmp_path: Path) -> None:
    labels = pd.DataFrame({"id": IDS[200:], "y": "yes", "w": [1, 2] * 50})
    assert fact(tmp_path / "a", labels, 'weight = "w"').weighted
    assert not fact(tmp_path / "b", labels.assign(w=1), 'weight = "w"').weighted


def test_graders_agreement_is_that_of_the_statistics(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    first = random.choice(["yes", "no"], 60)
    second = np.where(random.random(60) < 0.1, random.choice(["yes", "no"], 60), first)
    labels = pd.concat(
        [pd.DataFrame({"id": IDS[:60], "y": who, "g": name}) for name, who in (("a", first), ("b", second))]
    )
    found = fact(tmp_path, labels, 'annotator = "g"')
    codes = np.array([[v == "yes" for v in pair] for pair in zip(first, second, strict=True)], dtype=float)
    assert found.double_labelled == 60
    assert found.agreement is not None
    assert found.agreement.estimate == pytest.approx(krippendorff_alpha(codes, "nominal").estimate)
    assert found.unresolved == int((first != second).sum())
    assert found.ceiling is not None
    assert 0.85 < found.ceiling < 1


def test_without_labels_nothing_is_known(tmp_path: Path) -> None:
    found = fact(tmp_path, pd.DataFrame({"id": [], "y": []}))
    assert (found.labelled, found.agreement, found.draw_auc, found.ceiling) == (0, None, None, None)
