"""Whole assessments of generated projects, in process."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.errors import ProjectFileError
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.record import Record
from projects import AS_OF, Kind, make_project


def judged(folder: Path, as_of: dt.date = AS_OF) -> Record:
    return assess(load_project(folder), as_of)


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "gatebook.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return judged(make_project(tmp_path_factory.mktemp("p") / "healthy", Kind(accuracy=0.92)))


def test_a_healthy_project_may_go(healthy: Record) -> None:
    assert healthy.decision.recommendation == "CONDITIONAL GO"
    assert {row.id for row in healthy.criteria if row.weight == "decisive" and row.status == "pass"} == {
        "G1",
        "G2",
        "G3",
        "G4",
    }
    assert healthy.preview is None


def test_every_row_that_is_due_is_in_the_record(healthy: Record) -> None:
    ids = [row.id for row in healthy.criteria]
    assert len(ids) == len(set(ids))
    assert {"1.1", "1.11", "2.1", "2.6", "4.1", "4.7", "G1", "G5", "D1", "D5", "T1", "T10"} <= set(ids)


def test_the_reason_has_at_most_25_words(healthy: Record) -> None:
    assert 0 < len(healthy.decision.reason.split()) <= 25


def test_a_bad_model_is_a_no_go(tmp_path: Path) -> None:
    record = judged(make_project(tmp_path / "bad", Kind(accuracy=0.62)))
    assert record.decision.recommendation == "NO-GO"
    assert record.row("G1").status == "fail"


def test_at_the_bar_more_labels_are_asked_for(tmp_path: Path) -> None:
    record = judged(make_project(tmp_path / "bar", Kind(accuracy=0.80, seed=5)))
    assert record.decision.recommendation == "NOT ENOUGH EVIDENCE"
    assert record.row("G1").status == "not-enough-evidence"
    assert record.row("G1").labels_needed
    assert record.money is not None
    assert record.row("G1").cost == record.row("G1").labels_needed * 2.0
    assert record.row("G1").days == record.row("G1").labels_needed / 50


def test_identical_inputs_are_no_new_look(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p")
    first = judged(folder)
    before = Ledger.of(load_project(folder)).entries
    second = judged(folder)
    assert Ledger.of(load_project(folder)).entries == before
    assert second.criteria == first.criteria


def test_a_history_begun_by_a_run_is_judged_by_the_e_process(tmp_path: Path) -> None:
    known = judged(make_project(tmp_path / "known"))
    unknown = judged(make_project(tmp_path / "unknown", Kind(history=False)))
    assert unknown.history_note
    assert known.history_note is None
    assert unknown.row("G1").lower < known.row("G1").lower


def test_more_labels_after_a_look_are_a_second_look(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p", Kind(labels=100))
    edit(folder, "planned_labels = 100", "planned_labels = 200")
    assert judged(folder).row("G1").looks == 1
    full = make_project(tmp_path / "full", Kind(labels=200))
    pd.read_csv(full / "labels.csv").to_csv(folder / "labels.csv", index=False)
    assert judged(folder).row("G1").looks == 2


def test_a_history_that_cannot_be_written_stamps_a_preview(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p")
    edit(folder, "data_requested", 'history = "/proc/gatebook/history.jsonl"\ndata_requested')
    assert judged(folder).preview


def test_several_versions_and_none_named_is_an_error_that_lists_them(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p", Kind(versions=("v1", "v2"), history=False))
    edit(folder, 'candidate = "v2"\n', "")
    with pytest.raises(ProjectFileError, match="v1, v2"):
        judged(folder)


def test_versions_judged_on_the_same_labels_share_one_alpha(tmp_path: Path) -> None:
    one = judged(make_project(tmp_path / "one", Kind(versions=("v2",), seed=5)))
    four = judged(make_project(tmp_path / "four", Kind(versions=("v1", "v3", "v4", "v2"), seed=5)))
    assert one.row("G1").level == pytest.approx(0.95, abs=0.02)
    assert four.row("G1").level > 0.98


def test_a_version_that_comes_later_has_only_the_alpha_that_is_left(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p", Kind(versions=("v1",)))
    judged(folder)
    late = make_project(tmp_path / "late", Kind(versions=("v2",)))
    for name in ("predictions.csv", "gatebook.toml"):
        (folder / name).write_bytes((late / name).read_bytes())
    row = judged(folder).row("G1")
    assert row.level > 0.99


def test_failed_requests_are_wrong_and_too_slow(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p")
    predictions = pd.read_csv(folder / "predictions.csv", dtype=str)
    predictions.loc[predictions.index % 4 == 0, "error"] = "502"
    predictions.to_csv(folder / "predictions.csv", index=False)
    record = judged(folder)
    assert record.row("G2").status == "fail"
    assert record.row("G1").status == "fail"


def test_missing_labels_never_pass(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p", Kind(history=False))
    (folder / "labels.csv").write_text("ticket,intent\n")
    record = judged(folder)
    assert record.row("G1").status == "not-enough-evidence"
    assert record.row("1.7").labels_needed == 200


def test_attestations_expire(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p")
    assert judged(folder).row("D1").status == "pass"
    assert judged(folder, dt.date(2027, 3, 1)).row("D1").status == "not-enough-evidence"


def test_a_promise_whose_day_has_passed_does_not_count(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p", Kind(accuracy=0.92))
    edit(folder, "2026-11-20", "2026-10-20")
    assert judged(folder).decision.recommendation == "NOT ENOUGH EVIDENCE"


def test_equal_inputs_give_equal_records_but_for_the_run(tmp_path: Path) -> None:
    texts = []
    for name in ("a", "b"):
        record = judged(make_project(tmp_path / name / "project", Kind(seed=2)))
        moment = dt.datetime(2026, 10, 30, tzinfo=dt.UTC)
        run = record.run.model_copy(update={"started": moment, "finished": moment})
        texts.append(record.model_copy(update={"run": run}).to_json())
    assert texts[0] == texts[1]


def test_nothing_is_assessed_by_the_clock_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_project(tmp_path / "p")
    monkeypatch.setitem(os.environ, "TZ", "Pacific/Kiritimati")
    assert judged(folder).decision.clock == "on-time"
