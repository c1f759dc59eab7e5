"""Draws of labels by convenience are noticed, whatever they go by; fair ones pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.evidence.draw import draw_of
from gatebook.stats.balance import Imbalance
from small_projects import opened, outcomes_of, write

N = 800
PREDICTIONS = 'id = "id"\nprediction = "p"\nversion = "v"'
KEYS = {
    "sample": 'id = "id"\ntime = "day"\ntext = ["question"]',
    "labels": 'id = "id"\nlabel = "y"',
    "predictions": 'id = "id"\nprediction = "p"\nconfidence = "c"\njudge = "j"\nerror = "e"',
}


def world(seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    hard = random.standard_normal(N)
    words = np.where(random.random(N) < 0.3, "please refund my order today", "where is my parcel now then")
    return pd.DataFrame(
        {
            "id": [f"t{i}" for i in range(N)],
            "day": [
                str(day.date()) for day in pd.Timestamp("2026-08-01") + pd.to_timedelta(np.arange(N) // 20, unit="D")
            ],
            "channel": random.choice(["mail", "chat", "phone"], N),
            "size": random.integers(1, 500, N),
            "question": [f"{text} {i} {random.integers(1e6)}" for i, text in enumerate(words)],
            "p": random.choice(["yes", "no", "maybe"], N),
            "c": np.round(1 / (1 + np.exp(hard)), 4),
            "j": np.clip(np.round(3 - hard + random.standard_normal(N)), 1, 5),
            "e": np.where(random.random(N) < 0.2, "timeout", ""),
        }
    )


def differs(
    folder: Path, rows: pd.DataFrame, labelled: np.ndarray, scored: np.ndarray | None = None
) -> Imbalance | None:
    labels = rows.loc[labelled, ["id"]].assign(y="yes")
    scored = np.ones(N, dtype=bool) if scored is None else scored
    project = write(
        folder,
        KEYS,
        {
            "sample": rows[["id", "day", "channel", "size", "question"]],
            "labels": labels,
            "predictions": rows.loc[scored, ["id", "p", "c", "j", "e"]],
        },
    )
    found = outcomes_of(project)
    return draw_of(found, found.labelled(), opened(project)["sample"].frame())


WAYS: dict[str, tuple[str, Callable[[pd.DataFrame], pd.Series]]] = {
    "most confident": ("the model's confidence", lambda rows: rows["c"] > rows["c"].quantile(0.6)),
    "least confident": ("the model's confidence", lambda rows: rows["c"] < rows["c"].quantile(0.4)),
    "both ends": ("the model's confidence", lambda rows: (rows["c"].rank(pct=True) - 0.5).abs() > 0.3),
    "one answer": ("the model's answer", lambda rows: rows["p"] == "yes"),
    "well judged": ("the judge's grade", lambda rows: rows["j"] >= 4),
    "without errors": ("failed requests", lambda rows: rows["e"] == ""),
    "early": ("day", lambda rows: rows["day"] < "2026-08-21"),
    "one channel": ("channel", lambda rows: rows["channel"] != "phone"),
    "large": ("size", lambda rows: rows["size"] > 200),
    "one topic": ("question", lambda rows: rows["question"].str.contains("refund")),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_convenient_draw_is_told_by_what_it_goes_by(tmp_path: Path, way: str) -> None:
    rows, (name, easy) = world(), WAYS[way]
    labelled = np.zeros(N, dtype=bool)
    labelled[np.random.default_rng(1).choice(np.flatnonzero(easy(rows)), 150, replace=False)] = True
    found = differs(tmp_path, rows, labelled)
    assert found is not None
    assert found.biased
    assert found.name == name


@pytest.mark.parametrize("seed", range(5))
def test_a_fair_draw_passes(tmp_path: Path, seed: int) -> None:
    labelled = np.isin(np.arange(N), np.random.default_rng(seed).choice(N, 150, replace=False))
    found = differs(tmp_path, world(seed), labelled)
    assert found is not None
    assert not found.biased


def test_a_model_that_ran_on_the_labelled_rows_alone_says_nothing_of_their_draw(tmp_path: Path) -> None:
    labelled = np.isin(np.arange(N), np.random.default_rng(3).choice(N, 150, replace=False))
    found = differs(tmp_path, world(), labelled, scored=labelled)
    assert found is not None
    assert not found.biased
    assert found.name in {"day", "channel", "size", "question"}


def test_labels_where_two_versions_agree_are_no_fair_draw(tmp_path: Path) -> None:
    rows = world()
    other = np.where(np.random.default_rng(2).random(N) < 0.7, rows["p"], "other")
    agree = np.flatnonzero(rows["p"] == other)
    labelled = np.isin(np.arange(N), np.random.default_rng(1).choice(agree, 150, replace=False))
    both = pd.concat([rows[["id"]].assign(p=said, v=name) for name, said in (("v1", other), ("v2", rows["p"]))])
    project = write(
        tmp_path,
        {"sample": 'id = "id"', "labels": 'id = "id"\nlabel = "y"', "predictions": PREDICTIONS},
        {
            "sample": rows[["id", "channel", "size"]],
            "labels": rows.loc[labelled, ["id"]].assign(y="yes"),
            "predictions": both,
        },
        head='candidate = "v2"\n',
    )
    found, tables = outcomes_of(project), opened(project)
    told = draw_of(found, found.labelled(), tables["sample"].frame(), tables["predictions"])
    assert told is not None
    assert told.biased
    assert told.name == "agreement with version v1"
