"""Likely wrong labels and suspicious graders, against confirmed label errors and an expert's answers.

    python benchmarks/labels_wrong.py [DATA_DIR]

DATA_DIR holds label-errors-20news (out-of-sample chances, and people's verdicts on suspects) and crowd-rte (ten
answers an item, and the expert's). Then generated labels: alarms on clean ones, precision and recall on flipped ones.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score, roc_auc_score

from gatebook.evidence.annotators import judge_annotators
from gatebook.evidence.compare import Learnable
from gatebook.evidence.label_errors import likely_wrong, suspicion


def confirmed(folder: Path) -> None:
    """Rank the labels of a test set; the truth is what three of five people called wrong."""
    rows = pd.read_csv(folder / "predictions.csv")
    verdicts = pd.read_csv(folder / "verified.csv")
    chances = rows.filter(regex=r"^p\d+$").to_numpy(float)
    given = rows["given_label"].to_numpy()
    wrong = rows["id"].isin(verdicts.loc[verdicts["verdict"] == "label wrong", "id"]).to_numpy()
    own = chances[np.arange(len(rows)), given]
    sure = np.where(rows["predicted"] != given, rows["confidence"], -own)
    for name, score in (
        ("margin", suspicion(chances, given)),
        ("chance of the given label", -own),
        ("confidence where it disagrees", sure),
    ):
        top = np.argsort(-score)[: len(verdicts)]
        print(
            f"20news, {wrong.sum()} confirmed of {len(rows):,}, by {name}: AUC {roc_auc_score(wrong, score):.3f}, "
            f"average precision {average_precision_score(wrong, score):.3f}, among the first {len(top)}: "
            f"{wrong[top].sum()}"
        )


def graders(folder: Path) -> None:
    """Name graders without the expert's answers, then look at how often these agree with them."""
    answers = pd.read_csv(folder / "annotations.csv", dtype=str)
    expert = pd.read_csv(folder / "gold.csv", dtype=str).set_index("item")["gold"]
    right = answers["label"] == answers["item"].map(expert)
    share = right.groupby(answers["annotator"]).mean()
    judged = judge_annotators(answers.set_axis(["key", "annotator", "value"], axis=1))
    named = [a for a in judged if a.suspicious]
    told = ", ".join(f"{share[a.name]:.0%} of {a.items}" for a in named)
    rest = share[[a.name for a in judged if not a.suspicious and a.items >= 100]]
    print(
        f"crowd: {len(judged)} judged, {len(named)} named, right by the expert in {told}; others with 100 answers: "
        f"{rest.min():.0%} and more"
    )


def generated(sets: int) -> None:
    """Labels of three classes from five numbers, Gaussian and heavy-tailed, clean and flipped."""
    for tails in (0.0, 1.5, 3.0):
        for wrong in (0.0, 0.03, 0.08):
            alarms, hits, listed, flips = 0, 0, 0, 0
            for seed in range(sets):
                rng = np.random.default_rng([seed, int(10 * tails), int(100 * wrong)])
                truth = rng.integers(0, 3, 700)
                noise = rng.standard_t(tails, (700, 5)) if tails else rng.standard_normal((700, 5)) * 1.5
                frame = pd.DataFrame(rng.standard_normal((3, 5))[truth] * 2 + noise, columns=list("abcde")).round(3)
                flipped = rng.random(700) < wrong
                given = np.where(flipped, (truth + rng.integers(1, 3, 700)) % 3, truth)
                found = likely_wrong(Learnable(frame.astype("str"), seed=seed), [f"k{g}" for g in given])
                assert found is not None
                alarms += len(found.positions) > 0
                hits, listed, flips = (
                    hits + flipped[found.positions].sum(),
                    listed + len(found.positions),
                    flips + flipped.sum(),
                )
            shape = f"t with {tails:g} df" if tails else "Gaussian"
            print(
                f"{shape}, {wrong:.0%} flipped: alarms in {alarms} of {sets}, {hits} of {listed} listed "
                "are flipped, "
                f"of {flips}"
            )


def witnessed(sets: int) -> None:
    """The same with a model under test, and labels that no linear model can follow: what the third opinion adds."""
    for shape in ("linear", "steps"):
        for wrong in (0.0, 0.04):
            alarms, counts = np.zeros(2, int), np.zeros((2, 2), int)
            flips = 0
            for seed in range(sets):
                rng = np.random.default_rng([seed, len(shape), int(100 * wrong)])
                values = rng.standard_normal((1600, 5))
                truth = (
                    (values @ rng.standard_normal((5, 3)) * 1.5 + rng.gumbel(size=(1600, 3))).argmax(axis=1)
                    if shape == "linear"
                    else 2 * (values[:, 0] > 0.3) + (values[:, 1] * values[:, 2] > 0)
                )
                classes = int(truth.max()) + 1
                model = RandomForestClassifier(60, random_state=0).fit(values[:800], truth[:800])
                chances = model.predict_proba(values[800:])
                flipped = rng.random(800) < wrong
                given = np.where(flipped, (truth[800:] + rng.integers(1, classes, 800)) % classes, truth[800:])
                frame = pd.DataFrame(values[800:], columns=list("abcde")).round(3).astype("str")
                labels = [f"k{g}" for g in given]
                flips += flipped.sum()
                for k, own in enumerate(
                    ({}, {"said": [f"k{c}" for c in chances.argmax(axis=1)], "sure": chances.max(axis=1)})
                ):
                    found = likely_wrong(Learnable(frame, seed=seed), labels, **own)
                    assert found is not None
                    alarms[k] += len(found.positions) > 0
                    counts[k] += flipped[found.positions].sum(), len(found.positions)
            for k, who in enumerate(("inputs alone", "with the model under test")):
                print(
                    (
                        f"{shape}, {wrong:.0%} flipped, {who}: alarms in {alarms[k]} of {sets}, {counts[k, 0]} of "
                        f"{counts[k, 1]} listed are flipped, of {flips}"
                    ),
                    flush=True,
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", help="without it only the labels with a model under test")
    parser.add_argument("--sets", type=int, default=40)
    options = parser.parse_args()
    if options.data is not None:
        confirmed(options.data / "label-errors-20news")
        graders(options.data / "crowd-rte")
        generated(options.sets)
    witnessed(options.sets)


if __name__ == "__main__":
    main()
