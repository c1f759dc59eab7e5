"""Versions one after the other: shared labels are used up, a final label set judges one version alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.record import Record, Row
from gatebook.verdict.fresh import hashed, read, written
from histories import lines_of, rewrite
from projects import AS_OF, Kind, make_project

ALL = 500


def judged(folder: Path, candidate: str, labels: slice, *, final: bool = False, drop: bool = False) -> Record:
    """Assess `candidate` on a part of the labels (of `all.csv`), with or without a final label set."""
    pd.read_csv(folder / "all.csv", dtype=str)[labels].to_csv(folder / "labels.csv", index=False)
    file = folder / "gatebook.toml"
    text = (folder / "plain.toml").read_text().replace('candidate = "v3"', f'candidate = "{candidate}"')
    if final:
        text = text.replace("[targets]\n", "[targets]\nfinal_label_set = true\n")
    file.write_text(text)
    if drop:
        predictions = pd.read_csv(folder / "predictions.csv", dtype=str)
        predictions[predictions["version"] == candidate].to_csv(folder / "predictions.csv", index=False)
    return assess(load_project(folder), AS_OF)


def g1(*args: object, **kwargs: bool) -> Row:
    return judged(*args, **kwargs).row("G1")  # type: ignore[arg-type]  # as `judged`


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with three good versions, 500 labels and a plan of 200; v1 was judged on the first 200."""
    found = make_project(
        tmp_path / "p", Kind(accuracy=0.92, rows=1000, labels=ALL, versions=("v1", "v2", "v3"), seed=4)
    )
    # any 200 of them are as much a random draw as all of them
    pd.read_csv(found / "labels.csv", dtype=str).sample(frac=1, random_state=1).to_csv(found / "all.csv", index=False)
    file = found / "gatebook.toml"
    (found / "plain.toml").write_text(file.read_text().replace(f"planned_labels = {ALL}", "planned_labels = 200"))
    pd.read_csv(found / "predictions.csv", dtype=str).to_csv(found / "every.csv", index=False)
    return found


def only(folder: Path, version: str) -> None:
    """Leave the predictions of one version, as a team does that replaces the file."""
    every = pd.read_csv(folder / "every.csv", dtype=str)
    every[every["version"] == version].to_csv(folder / "predictions.csv", index=False)


FIRST, SECOND, BOTH = slice(0, 200), slice(200, 400), slice(0, 400)


def test_a_later_version_on_the_same_labels_is_told_what_to_do(folder: Path) -> None:
    plain = folder / "plain.toml"
    plain.write_text(plain.read_text() + '[[criteria]]\nid = "G1"\nthreshold = 0.9\n')
    only(folder, "v1")
    judged(folder, "v1", FIRST)
    only(folder, "v2")
    row = g1(folder, "v2", FIRST)
    assert row.status == "not-enough-evidence"
    assert row.level > 0.99
    assert "v1 used up most of what these labels can show" in row.reason
    assert row.labels_needed == 200
    assert "200 new rows, drawn at random, and set final_label_set = true" in row.supply
    assert row.cost == 400


def test_new_labels_judge_a_later_version_with_an_alpha_of_its_own(folder: Path) -> None:
    only(folder, "v1")
    judged(folder, "v1", FIRST)
    only(folder, "v2")
    row = g1(folder, "v2", BOTH, final=True)
    assert row.status == "pass"
    assert row.n == 200
    assert row.level == pytest.approx(0.95, abs=0.02)
    assert "judged on 200 labels that judge no other version" in row.flags
    assert any("chance of luck up to 10 %" in flag for flag in row.flags)
    again = g1(folder, "v2", BOTH, final=True)
    assert again.model_copy(update={"looks": row.looks}) == row


def test_a_label_of_the_final_set_judges_one_version_only(folder: Path) -> None:
    only(folder, "v1")
    judged(folder, "v1", FIRST)
    only(folder, "v2")
    judged(folder, "v2", BOTH, final=True)
    only(folder, "v3")
    row = g1(folder, "v3", BOTH, final=True)
    assert row.status == "not-enough-evidence"
    assert row.reason == "Every label has already judged v1 and v2."
    assert row.labels_needed == 200
    assert g1(folder, "v3", slice(0, 500), final=True).n == 100


def test_an_earlier_version_keeps_its_verdict_and_touches_no_label_of_another(folder: Path) -> None:
    only(folder, "v1")
    before = g1(folder, "v1", FIRST)
    only(folder, "v2")
    later = g1(folder, "v2", BOTH, final=True)
    only(folder, "v1")
    entries = len(Ledger.of(load_project(folder)).entries)
    after = g1(folder, "v1", BOTH, final=True)
    assert (after.status, after.n, after.lower) == (before.status, before.n, before.lower)
    assert len(Ledger.of(load_project(folder)).entries) <= entries + 1  # the declared targets, no look
    only(folder, "v2")
    assert g1(folder, "v2", BOTH, final=True).n == later.n


def test_without_a_new_label_a_later_version_is_not_judged(folder: Path) -> None:
    only(folder, "v1")
    judged(folder, "v1", FIRST)
    only(folder, "v2")
    assert g1(folder, "v2", FIRST, final=True).reason == "Every label has already judged v1."


def test_renamed_ids_make_no_label_new(folder: Path) -> None:
    only(folder, "v1")
    judged(folder, "v1", FIRST)
    only(folder, "v2")
    for name in ("production.csv", "predictions.csv", "all.csv"):
        frame = pd.read_csv(folder / name, dtype=str)
        frame["ticket"] = "x" + frame["ticket"]
        frame.to_csv(folder / name, index=False)
    row = g1(folder, "v2", BOTH, final=True)
    assert row.status == "not-enough-evidence"
    assert "200 labels that judged a version before are gone" in row.reason


def test_a_history_that_does_not_say_which_labels_were_used_calls_none_new(folder: Path) -> None:
    only(folder, "v1")
    judged(folder, "v1", FIRST)
    lines = lines_of(folder)
    for line in lines:
        line["data"].pop("labels", None)
    rewrite(folder, lines)
    only(folder, "v2")
    assert "not on record which labels judged v1" in g1(folder, "v2", BOTH, final=True).reason


def test_a_new_label_of_a_customer_who_judged_an_earlier_version_is_not_new(folder: Path) -> None:
    sample = pd.read_csv(folder / "production.csv", dtype=str)
    sample["customer"] = [f"c{i // 2}" for i in range(len(sample))]  # two rows each
    sample.to_csv(folder / "production.csv", index=False)
    plain = folder / "plain.toml"
    plain.write_text(
        plain.read_text().replace('time = "created"\nsegments', 'time = "created"\ncluster = "customer"\nsegments')
    )
    only(folder, "v1")
    judged(folder, "v1", FIRST)
    only(folder, "v2")
    labels = pd.read_csv(folder / "all.csv", dtype=str)["ticket"]
    customer = dict(zip(sample["ticket"], sample["customer"], strict=True))
    used = {customer[ticket] for ticket in labels[FIRST]}
    expected = sum(customer[ticket] not in used for ticket in labels[SECOND])
    assert 0 < expected < 200
    assert g1(folder, "v2", BOTH, final=True).n == expected


def test_new_labels_that_are_no_random_draw_do_not_pass(folder: Path) -> None:
    only(folder, "v1")
    judged(folder, "v1", FIRST)
    only(folder, "v2")
    labels = pd.read_csv(folder / "all.csv", dtype=str)
    amount = pd.read_csv(folder / "production.csv").set_index("ticket")["amount"]
    rest = labels[200:].assign(amount=lambda f: f["ticket"].map(amount)).sort_values("amount")
    pd.concat([labels[:200], rest[["ticket", "intent"]]]).to_csv(folder / "all.csv", index=False)
    row = g1(folder, "v2", slice(0, 350), final=True)
    assert row.status == "not-enough-evidence" or any("no random draw" in flag for flag in row.flags)


def test_the_requests_of_a_later_version_are_its_own(folder: Path) -> None:
    only(folder, "v1")
    assert judged(folder, "v1", FIRST).row("G2").status == "pass"
    only(folder, "v2")
    assert judged(folder, "v2", FIRST).row("G2").status == "pass"


def test_a_final_set_from_the_first_look_on_is_judged_as_one_version(folder: Path) -> None:
    row = g1(folder, "v3", FIRST, final=True)
    assert row.n == 200
    assert row.level == pytest.approx(0.95, abs=0.02)
    assert g1(folder, "v2", FIRST, final=True).status == "not-enough-evidence"


def test_hashes_are_read_as_they_were_written() -> None:
    ids = {hashed(f"t{i}") for i in range(100)} | {hashed("\ud800")}
    assert read(written(ids)) == ids
    assert read("") == frozenset()
