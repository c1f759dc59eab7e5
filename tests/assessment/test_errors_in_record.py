"""What the record tells of failing inputs: causes, baselines, versions, reasons, the review queue."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.document import show
from gatebook.evidence.outcome import review_queue
from gatebook.project import load_project
from gatebook.record import Record
from gatebook.slices import Predicate, describe

ROWS = 900
TOML = """
[project]
name = "Desk"
task = "classification"
candidate = "v2"
incumbent = "v1"
[tables.sample]
path = "production.csv"
id = "id"
segments = ["channel"]
text = ["text"]
[tables.curated]
path = "curated.csv"
text = ["text"]
label = "answer"
[tables.labels]
path = "labels.csv"
id = "id"
label = "answer"
reason = "why"
[tables.predictions]
path = "predictions.csv"
id = "id"
prediction = "said"
confidence = "sure"
latency_ms = "ms"
time = "at"
version = "version"
[targets]
metric = "accuracy"
value = 0.9
[value]
volume_per_month = 3043.75
value_right = 1
cost_wrong = 1
review_share = 0.05
review_capacity_per_day = 7
review_cost = 2.0
stated_by = "A. Person"
"""


def desk(folder: Path) -> Path:
    """Write a help desk: texts that the curated data lack fail, v2 got worse by fax, requests are slow at night."""
    rng = np.random.default_rng(11)
    words = {a: [f"{a}{i}" for i in range(30)] for a in ("card", "loan", "fee")}
    strange = [f"strange{i}" for i in range(400)]
    truth = rng.choice(list(words), ROWS)
    odd = rng.random(ROWS) < 0.2
    channel = rng.choice(["web", "mail", "fax"], ROWS, p=[0.5, 0.3, 0.2])
    text = [" ".join(rng.choice(strange if o else words[t], 6)) for t, o in zip(truth, odd, strict=True)]
    other = {"card": "loan", "loan": "fee", "fee": "card"}

    def said(bad: np.ndarray) -> list[str]:
        wrong = rng.random(ROWS) < bad
        return [other[t] if w else t for t, w in zip(truth, wrong, strict=True)]

    new = said(np.where(odd, 0.6, np.where(channel == "fax", 0.25, 0.03)))
    old = said(np.where(odd, 0.6, 0.03))
    ids = [f"R{i}" for i in range(ROWS)]
    at = pd.Timestamp("2026-10-01") + pd.to_timedelta(np.arange(ROWS) * 20, unit="min")
    slow = np.where(at.hour < 4, 900.0, 200.0) + rng.exponential(30, ROWS)
    folder.mkdir()
    (folder / "gatebook.toml").write_text(TOML)
    pd.DataFrame({"id": ids, "channel": channel, "text": text}).to_csv(folder / "production.csv", index=False)
    known = rng.choice(list(words), 300)
    pd.DataFrame({"text": [" ".join(rng.choice(words[t], 6)) for t in known], "answer": known}).to_csv(
        folder / "curated.csv", index=False
    )
    wrong = np.array(new) != truth
    why = np.where(wrong & odd, "unknown words", np.where(wrong, "careless", ""))
    why[np.flatnonzero(wrong)[:2]] = "seldom used"
    pd.DataFrame({"id": ids, "answer": truth, "why": why}).to_csv(folder / "labels.csv", index=False)
    sure = np.clip(np.where(odd, 0.5, 0.95) + rng.normal(0, 0.02, ROWS), 0, 1)
    both = [
        pd.DataFrame({"id": ids, "said": s, "sure": sure, "ms": slow, "at": at, "version": v})
        for s, v in ((new, "v2"), (old, "v1"))
    ]
    pd.concat(both).to_csv(folder / "predictions.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return assess(load_project(desk(tmp_path_factory.mktemp("errors") / "desk")), dt.date(2026, 11, 2))


def test_texts_unlike_the_curated_ones_are_named_with_cause_action_and_gain(record: Record) -> None:
    first = record.slices[0]
    assert "no curated text holds" in first.words or "unlike every curated text" in first.words
    assert "curated text" in first.why
    assert first.action.startswith("Label about")
    assert first.removable is not None
    assert 0 < first.removable.lower <= first.removable.estimate <= first.removable.upper <= first.errors


def test_the_simplest_model_stands_beside_the_model(record: Record) -> None:
    errors = record.evidence.errors
    assert "trained on the curated rows" in errors.simple_model_words
    assert errors.simple_model is not None
    assert 0.7 < errors.simple_model.estimate < 0.95  # it knows every word but the strange ones
    assert errors.simple_difference is not None


def test_what_the_new_version_lost_is_first(record: Record) -> None:
    versions = record.evidence.errors.versions
    assert versions is not None
    assert versions.other == "v1"
    worst = versions.changes[0]
    assert "channel is fax" in worst.words
    assert worst.gain.upper < 0
    assert any("worse than v1" in note for note in record.evidence.errors.notes)


def test_reasons_are_counted_and_rare_ones_withheld(record: Record) -> None:
    reasons = {r.reason: r for r in record.evidence.errors.reasons}
    assert set(reasons) == {"unknown words", "careless"}
    assert reasons["unknown words"].in_slices[0] > 0.9 * reasons["unknown words"].rows
    assert "seldom used" not in record.to_json()


def test_the_review_queue_has_cases_cost_and_plan(record: Record) -> None:
    found = record.evidence.confidence
    assert found is not None
    assert found.review_share is not None
    assert found.review_per_day == pytest.approx(100 * found.review_share, rel=0.01)
    assert found.review_cost_per_day == pytest.approx(2 * 100 * found.review_share, rel=0.01)
    assert found.review_planned_per_day == 7


def test_without_a_stated_capacity_the_planned_share_of_the_volume_stands(tmp_path: Path) -> None:
    text = TOML.replace("review_capacity_per_day = 7\n", "")
    (desk(tmp_path / "desk") / "gatebook.toml").write_text(text)
    found = review_queue(load_project(tmp_path / "desk"), 0.2)
    assert found is not None
    assert found.capacity_a_day == pytest.approx(5, rel=0.01)
    assert found.fits is False


def test_slow_hours_are_named(record: Record) -> None:
    assert record.evidence.latency is not None
    assert any("hour of the day" in words for words in record.evidence.latency.slow_times)


def test_a_score_that_knows_only_the_group_is_said(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    team = rng.integers(0, 6, 900)
    truth = rng.random(900) < np.linspace(0.05, 0.6, 6)[team]
    score = np.clip(np.linspace(0.1, 0.6, 6)[team] + rng.normal(0, 0.05, 900), 0, 1)
    pd.DataFrame(
        {"id": range(900), "team": [f"team {t}" for t in team], "yes": np.where(truth, "yes", "no"), "p": score}
    ).to_csv(tmp_path / "rows.csv", index=False)
    (tmp_path / "gatebook.toml").write_text(
        '[project]\ntask = "classification"\n[tables.sample]\npath = "rows.csv"\nid = "id"\nlabel = '
        '"yes"\nprobability = "p"\n'
        '[targets]\nmetric = "accuracy"\nvalue = 0.9\npositive = "yes"\n'
    )
    errors = assess(load_project(tmp_path), dt.date(2026, 11, 2)).evidence.errors
    assert [r.column for r in errors.rankings] == ["team"]
    assert errors.rankings[0].within.upper < errors.rankings[0].overall
    assert any("within one `team`" in note for note in errors.notes)


def test_the_documents_say_why_what_to_do_and_what_was_lost(record: Record) -> None:
    page, behind = show.error_analysis(record).text(), show.slices(record).text()
    assert "Label about" in page
    assert "Could remove about" in page
    assert "Reasons that graders gave" in behind
    assert all(note[:40] in page + behind for note in record.evidence.errors.notes)
    lost = show.versions(record).text()
    assert "It got worse in" in lost
    assert lost.index("channel is fax") < lost.index("channel is web")
    assert "a day that people can take" in show.reliability(record).text()
    assert "slower at these times" in show.latency(record).text()
    assert "the simplest model" in show.baselines(record).text()


def test_without_a_second_version_the_page_says_so(record: Record) -> None:
    errors = record.evidence.errors.model_copy(update={"versions": None})
    alone = record.model_copy(update={"evidence": record.evidence.model_copy(update={"errors": errors})})
    assert "no second version" in show.versions(alone).text()


TASKS = """
[project]
name = "Agent"
task = "generation"
[tables.sample]
path = "runs.csv"
id = "run"
cluster = "request"
segments = ["kind"]
[tables.labels]
path = "truth.csv"
id = "run"
label = "done"
measured = true
[targets]
metric = "success_rate"
value = 0.5
positive = "1"
"""
KINDS = ["look up"] * 20 + ["change"] * 14 + ["cancel"] * 6 + ["book"] * 4 + ["book+cancel"] * 3
FAILING = {"look up": 0.1, "change": 0.7, "cancel": 0.6, "book": 1.0, "book+cancel": 1.0}


def test_few_requests_of_a_kind_are_shown_by_what_their_kinds_share(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    kinds = np.repeat(KINDS, 4)
    runs = pd.DataFrame({"run": np.arange(len(kinds)), "request": np.repeat(np.arange(len(KINDS)), 4), "kind": kinds})
    done = (rng.random(len(kinds)) >= np.array([FAILING[k] for k in kinds])).astype(int)
    runs.to_csv(tmp_path / "runs.csv", index=False)
    pd.DataFrame({"run": runs["run"], "done": done}).to_csv(tmp_path / "truth.csv", index=False)
    (tmp_path / "gatebook.toml").write_text(TASKS)
    record = assess(load_project(tmp_path), dt.date(2026, 11, 2))
    groups = {g.value: g for g in record.evidence.errors.groups}
    assert set(groups) == {"look up", "change", "cancel", "book (alone or with others)"}
    assert (groups["book (alone or with others)"].rows, groups["book (alone or with others)"].clusters) == (28, 7)
    (found,) = record.slices
    assert found.words == "kind is other than look up"
    assert (found.rows, found.clusters) == (108, 27)
    assert found.within.startswith("worst book 100\N{NO-BREAK SPACE}% of 28, best")
    page = show.error_analysis(record).text()
    assert "(47 different request" in page.replace("`", "")
    assert "book+cancel" not in record.to_json()


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ([("q:words", "<", 8.0)], "q has fewer than 8 words"),
        ([("q:words", ">=", 3.0), ("q:words", "<", 8.0)], "q has 3 to 7 words"),
        ([("q:capitals", ">=", 30.0)], "q has 30 or more % capital letters"),
        ([("q:digits", "==", 0.0)], "q has 0 digits"),
        ([("sent_at:hour", "<", 6.0)], "hour of sent_at is below 6"),
        ([("sent_at:hour", "in", (22.0, 23.0, 0.0))], "hour of sent_at is from 22 over midnight to 1"),
        ([("sent:weekday", "in", ("Saturday", "Sunday"))], "weekday of sent is Saturday or Sunday"),
        (
            [("sent", ">=", "2026-03-01T00:00:00"), ("price", "<", 1200.0)],
            "sent is at least 2026-03-01 and price is below 1,200",
        ),
    ],
)
def test_conditions_are_said_in_plain_words(
    conditions: list[tuple[str, Literal["==", "in", ">=", "<"], Any]], told: str
) -> None:
    assert describe(tuple(Predicate(c, op, v) for c, op, v in conditions)) == told


GRADED = """
[project]
name = "Answers"
task = "generation"
[tables.sample]
path = "cases.csv"
id = "case"
prediction = "answer"
segments = ["topic"]
[tables.predictions]
path = "answers.csv"
id = "case"
prediction = "answer"
latency_ms = "ms"
[tables.labels]
path = "grades.csv"
id = "case"
score = "grade"
scale = [1, 5]
reason = "why"
[targets]
metric = "mean_score"
value = 4
"""


def test_grades_that_add_up_to_a_whole_are_no_counted_errors_and_reasons_say_why(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    case, topic = np.arange(400), rng.choice(["bill", "order", "login"], 400, p=[0.2, 0.4, 0.4])
    grade = np.where(topic == "bill", 2, np.where(rng.random(400) < 0.3, 4, 5))
    grade[0] -= (5 * 400 - grade.sum()) % 4  # losses of (5 - grade) / 4: their sum is a whole number
    why = np.where(grade > 3, "", np.where(rng.random(400) < 0.8, "wrong sum", "tone"))
    length = rng.integers(1, 60, 400)
    pd.DataFrame({"case": case, "topic": topic, "length": length}).to_csv(tmp_path / "cases.csv", index=False)
    pd.DataFrame(
        {"case": case, "answer": "Dear customer", "ms": 200 + 400 * (length > 45) + rng.exponential(20, 400)}
    ).to_csv(tmp_path / "answers.csv", index=False)
    pd.DataFrame({"case": case, "grade": grade, "why": why}).to_csv(tmp_path / "grades.csv", index=False)
    (tmp_path / "gatebook.toml").write_text(GRADED.replace('prediction = "answer"\nsegments', "segments"))
    record = assess(load_project(tmp_path), dt.date(2026, 11, 2))
    assert record.evidence.errors.errors == int(record.evidence.errors.errors)
    (found,) = record.slices
    assert found.words == "topic is bill"
    assert "“wrong sum”" in found.why
    assert "wrong sum" in found.action
    page = show.error_analysis(record).text()
    assert "One kind of input gets lower grades" in page
    assert "of the full grade" in page
    assert record.evidence.latency is not None
    assert any(words.startswith("length is at least") for words in record.evidence.latency.slow_inputs)
