"""One row a production case: ids, versions, spellings, failures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.cases.questions import QuestionCode
from gatebook.errors import ProjectFileError
from gatebook.evidence.clusters import Clusters
from gatebook.evidence.performance import Unmeasured, prepare
from gatebook.words import said
from small_projects import outcomes_of, write

SAMPLE = pd.DataFrame({"id": ["a", "b", "c", "d"], "x": [1, 2, 3, 4]})
LABELS = pd.DataFrame({"id": ["a", "b", "c", "d"], "label": ["yes", "no", "yes", "no"]})
KEYS = {"sample": 'id = "id"', "labels": 'id = "id"\nlabel = "label"'}


def score(found: object, metric: str, positive: str | None = "yes") -> float:
    data = prepare(found, metric, positive=positive, scale=None, clusters=Clusters())  # type: ignore[arg-type]  # outcomes
    assert data.missing is None
    return data.interval(0.05).estimate


def test_a_probability_alone_makes_predictions_in_the_labels_spelling(tmp_path: Path) -> None:
    predictions = pd.DataFrame({"id": list("abcd"), "p": [0.9, 0.2, 0.8, 0.6]})
    project = write(
        tmp_path,
        KEYS | {"predictions": 'id = "id"\nprobability = "p"'},
        {"sample": SAMPLE, "labels": LABELS, "predictions": predictions},
        '[targets]\npositive = "yes"',
    )
    found = outcomes_of(project)
    assert list(found.frame["prediction"]) == ["yes", "no", "yes", "yes"]
    assert score(found, "accuracy") == 0.75
    assert score(found, "recall") == 1.0


@pytest.mark.parametrize("positive", ["true", "1"])
def test_boolean_and_number_positives(tmp_path: Path, positive: str) -> None:
    truth = ["True", "False", "True", "False"] if positive == "true" else [1.0, 0.0, 1.0, 0.0]
    labels = LABELS.assign(label=truth)
    predictions = pd.DataFrame({"id": list("abcd"), "p": [0.9, 0.2, 0.8, 0.1]})
    project = write(
        tmp_path,
        KEYS | {"predictions": 'id = "id"\nprobability = "p"'},
        {"sample": SAMPLE, "labels": labels, "predictions": predictions},
        f"[targets]\npositive = {positive}",
    )
    found = outcomes_of(project)
    assert score(found, "accuracy", positive) == 1.0
    assert score(found, "f1", positive) == 1.0


def test_a_version_column_without_an_entry_drops_nothing(tmp_path: Path) -> None:
    predictions = pd.DataFrame({"id": list("abcd"), "p": list("yyyy"), "v": [None] * 4})
    project = write(
        tmp_path,
        KEYS | {"predictions": 'id = "id"\nprediction = "p"\nversion = "v"'},
        {"sample": SAMPLE, "labels": LABELS, "predictions": predictions},
    )
    assert outcomes_of(project).missing_predictions == 0


def test_tables_without_a_common_id_are_never_joined_by_position(tmp_path: Path) -> None:
    numbered = SAMPLE.assign(id=["0", "1", "2", "3"])
    predictions = pd.DataFrame({"p": ["yes", "no", "yes", "no"]})
    project = write(
        tmp_path,
        KEYS | {"predictions": 'prediction = "p"'},
        {"sample": numbered, "labels": LABELS, "predictions": predictions},
    )
    assert outcomes_of(project).missing_predictions == 4


def test_one_file_without_an_id_keeps_its_rows_together(tmp_path: Path) -> None:
    sample = pd.DataFrame(
        {"label": ["yes", "no", "", "no"], "p": ["yes", "no", "yes", "yes"], "v": ["1", "2", "2", "2"]}
    )
    project = write(
        tmp_path,
        {"sample": 'label = "label"\nprediction = "p"\nversion = "v"'},
        {"sample": sample},
        head='candidate = "2"',
    )
    found = outcomes_of(project)
    assert list(found.labelled()["row"]) == [1, 3]
    assert score(found, "accuracy") == 0.5


def test_an_id_with_a_blank_part_is_no_id(tmp_path: Path) -> None:
    sample = pd.DataFrame({"id": ["a", "a", ""], "day": ["1", "", "2"]})
    project = write(tmp_path, {"sample": 'id = ["id", "day"]'}, {"sample": sample})
    assert outcomes_of(project).sample_rows == 1


def test_ids_are_joined_without_their_surrounding_blanks(tmp_path: Path) -> None:
    predictions = pd.DataFrame({"id": [" a", "b ", "c", "d"], "p": ["yes", "no", "yes", "no"]})
    project = write(
        tmp_path,
        KEYS | {"predictions": 'id = "id"\nprediction = "p"'},
        {"sample": SAMPLE, "labels": LABELS, "predictions": predictions},
    )
    assert score(outcomes_of(project), "accuracy") == 1.0


def test_failed_requests_are_wrong_and_unscored_ones_are_missing(tmp_path: Path) -> None:
    predictions = pd.DataFrame(
        {"id": list("abc"), "p": ["yes", "no", "yes"], "error": ["502", "", ""], "ms": [3, 99, -1]}
    )
    keys = KEYS | {"predictions": 'id = "id"\nprediction = "p"\nerror = "error"\nlatency_ms = "ms"\ntimeout_ms = 99'}
    found = outcomes_of(write(tmp_path, keys, {"sample": SAMPLE, "labels": LABELS, "predictions": predictions}))
    assert score(found, "accuracy") == pytest.approx(1 / 3)  # a failed, b ran out of time, d was never scored
    assert found.frame["missing"].tolist() == ["", "", "", "unscored"]
    latency = found.requests["latency_ms"].to_numpy(float)
    assert np.isinf(latency[:2]).all()
    assert np.isnan(latency[2])  # less than no time: not measured


@pytest.mark.parametrize("none", ["nan", "None", "0", "OK", "False", ""])
def test_an_error_column_that_says_there_was_none_tells_no_failure(tmp_path: Path, none: str) -> None:
    predictions = pd.DataFrame({"id": list("abcd"), "p": ["yes", "no", "yes", "no"], "e": ["502", none, none, none]})
    found = outcomes_of(
        write(
            tmp_path,
            KEYS | {"predictions": 'id = "id"\nprediction = "p"\nerror = "e"'},
            {"sample": SAMPLE, "labels": LABELS, "predictions": predictions},
        )
    )
    assert found.frame["failed"].tolist() == [True, False, False, False]


def test_a_word_for_nothing_is_missing_and_no_wrong_answer(tmp_path: Path) -> None:
    predictions = pd.DataFrame({"id": list("abcd"), "p": ["yes", "N/A", "-", "no"]})
    found = outcomes_of(
        write(
            tmp_path,
            KEYS | {"predictions": 'id = "id"\nprediction = "p"'},
            {"sample": SAMPLE, "labels": LABELS, "predictions": predictions},
        )
    )
    assert found.frame["missing"].tolist() == ["", "blank_answers", "blank_answers", ""]


@pytest.mark.parametrize(
    ("factor", "noise", "asked"),
    [(0.01, 3, True), (1000, 3, True), (60, 3, True), (1, 3, False), (0.1, 500, False), (1.5, 3, False)],
)
def test_numbers_one_factor_apart_stand_in_two_units(tmp_path: Path, factor: float, noise: float, asked: bool) -> None:
    random = np.random.default_rng(3)
    true = random.uniform(20, 90, 60)
    tables = {
        "sample": pd.DataFrame({"id": range(60)}),
        "labels": pd.DataFrame({"id": range(60), "label": true}),
        "predictions": pd.DataFrame({"id": range(60), "p": (true + random.normal(0, noise, 60)) * factor}),
    }
    found = outcomes_of(
        write(tmp_path, KEYS | {"predictions": 'id = "id"\nprediction = "p"'}, tables, task="regression")
    )
    assert (QuestionCode.NUMBER_UNITS in {q.code for q in found.questions}) is asked
    assert (found.stop("answers") is not None) is asked


def test_repeated_predictions_are_counted_and_the_first_is_used(tmp_path: Path) -> None:
    predictions = pd.DataFrame({"id": list("aabcd"), "p": ["yes", "no", "no", "yes", "no"]})
    found = outcomes_of(
        write(
            tmp_path,
            KEYS | {"predictions": 'id = "id"\nprediction = "p"'},
            {"sample": SAMPLE, "labels": LABELS, "predictions": predictions},
        )
    )
    assert [q.rows for q in found.questions if q.code is QuestionCode.REPEATED] == [1]
    assert score(found, "accuracy") == 1.0


def test_graded_versions_without_a_candidate_are_an_error(tmp_path: Path) -> None:
    labels = pd.DataFrame({"id": list("aabb"), "grade": [1, 0, 1, 0], "v": ["1", "2", "1", "2"]})
    project = write(
        tmp_path,
        {"sample": 'id = "id"', "labels": 'id = "id"\nscore = "grade"\nversion = "v"'},
        {"sample": SAMPLE, "labels": labels},
        task="generation",
    )
    with pytest.raises(ProjectFileError, match="candidate"):
        outcomes_of(project)


@pytest.mark.parametrize("bad", ["", "nan", "1e999", "many"])
def test_a_number_that_is_none_is_no_prediction(tmp_path: Path, bad: str) -> None:
    labels, predictions = (
        LABELS.assign(label=[1, 2, 3, 4]),
        pd.DataFrame({"id": list("abcd"), "p": ["1", "2", bad, "4"]}),
    )
    found = outcomes_of(
        write(
            tmp_path,
            KEYS | {"predictions": 'id = "id"\nprediction = "p"'},
            {"sample": SAMPLE, "labels": labels, "predictions": predictions},
            task="regression",
        )
    )
    measured, worst = (
        prepare(found, "mae", positive=None, scale=None, clusters=Clusters(), reading=r) for r in ("measured", "pass")
    )
    assert measured.labelled == 3
    assert worst.missing == said(Unmeasured.ANSWER_NO_NUMBER, n=1)


def test_macro_f1_reads_numbers_as_accuracy_does(tmp_path: Path) -> None:
    labels = LABELS.assign(label=["1", "2", "1", "2"])
    predictions = pd.DataFrame({"id": list("abcd"), "p": ["1.0", "2.0", "1.0", "2.0"]})
    found = outcomes_of(
        write(
            tmp_path,
            KEYS | {"predictions": 'id = "id"\nprediction = "p"'},
            {"sample": SAMPLE, "labels": labels, "predictions": predictions},
        )
    )
    assert score(found, "macro_f1") == 1.0


def test_what_was_never_scored_is_the_worst_rank_for_a_pass_whatever_the_scale(tmp_path: Path) -> None:
    predictions = pd.DataFrame({"id": list("abc"), "p": [-3.0, -5.0, -4.0]})
    labels = LABELS.assign(label=["yes", "no", "no", "yes"])
    found = outcomes_of(
        write(
            tmp_path,
            KEYS | {"predictions": 'id = "id"\nprobability = "p"'},
            {"sample": SAMPLE, "labels": labels, "predictions": predictions},
            '[targets]\npositive = "yes"',
        )
    )
    data = prepare(found, "auc", positive="yes", scale=None, clusters=Clusters(), reading="pass")
    assert data.rows.score is not None
    assert np.argmin(data.rows.score) in {1, 3}
    assert data.rows.score[3] == data.rows.score.min()
