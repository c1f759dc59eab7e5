import contextlib
import json
import random
from pathlib import Path

import pytest
from bare_folders import DAY, INTENTS, sentence, started, told, write

from gatebook.errors import ProjectFileError, TableError
from gatebook.evidence.systems import COLUMNS
from gatebook.init import init_project
from gatebook.init.draft import Ask, LeftOut
from gatebook.project import load_project


def binary(rng, n, rate):
    """Truth, prediction and P(yes), where the prediction is the probability cut at one half."""
    rows = []
    for _ in range(n):
        truth = rng.random() < rate
        p = min(0.99, max(0.01, rng.gauss(0.65 if truth else 0.2, 0.15)))
        rows.append((truth, p >= 0.5, round(p, 4)))
    return rows


def test_separate_files_in_english_get_their_roles(tmp_path):
    rng = random.Random(1)
    ids = [f"t{k:04}" for k in range(400)]
    write(
        tmp_path / "production.csv",
        ["ticket_id", "created_at", "customer_id", "channel", "question"],
        [
            (i, f"2026-09-{1 + k % 28:02}T10:00:00", f"c{k % 90}", ("mail", "chat")[k % 2], sentence(rng))
            for k, i in enumerate(ids)
        ],
    )
    truth = {i: rng.choice(INTENTS) for i in ids}
    write(
        tmp_path / "labels.csv",
        ["ticket_id", "intent", "grader"],
        [(i, truth[i], g) for i in ids[:120] for g in ("ann", "bob")],
    )
    write(
        tmp_path / "predictions.csv",
        ["ticket_id", "predicted", "confidence", "latency_ms", "error_code", "model_version"],
        [
            (
                i,
                rng.choice(INTENTS),
                round(rng.random(), 3),
                rng.randint(50, 900),
                "" if rng.random() < 0.95 else "timeout",
                v,
            )
            for v in ("v1", "v2")
            for i in ids
        ],
    )
    report, project = started(tmp_path)
    assert report.roles == {"sample": "production.csv", "labels": "labels.csv", "predictions": "predictions.csv"}
    assert project.targets.planned_labels is None  # of two graders: rows are more than labels
    assert "# planned_labels = 720" in report.project_file.read_text()
    sample, labels, predictions = (project.tables[r] for r in ("sample", "labels", "predictions"))
    assert (sample.id, sample.time, sample.cluster) == ("ticket_id", "created_at", "customer_id")
    assert (sample.segments, sample.text) == (("channel",), ("question",))
    assert (labels.id, labels.label, labels.annotator) == ("ticket_id", "intent", "grader")
    assert (predictions.id, predictions.prediction, predictions.confidence) == ("ticket_id", "predicted", "confidence")
    assert (predictions.latency_ms, predictions.error, predictions.version) == (
        "latency_ms",
        "error_code",
        "model_version",
    )
    assert (project.task, project.targets.metric, project.candidate) == ("classification", "accuracy", "v2")
    assert told(report, Ask.CANDIDATE, "v1 (400 rows)")
    assert project.start == DAY
    assert project.targets.value is None
    assert told(report, Ask.TARGETS)


def test_the_plan_is_three_times_the_labels_that_are_there(tmp_path):
    rng = random.Random(7)
    ids = [f"t{k:04}" for k in range(300)]
    write(tmp_path / "production.csv", ["ticket_id", "question"], [(i, sentence(rng)) for i in ids])
    write(tmp_path / "predictions.csv", ["ticket_id", "predicted"], [(i, rng.choice(INTENTS)) for i in ids])
    marks = [(i, rng.choice(INTENTS) if k < 80 else "") for k, i in enumerate(ids)]
    write(tmp_path / "labels.csv", ["ticket_id", "intent"], marks)
    assert started(tmp_path)[1].targets.planned_labels == 240


def test_one_german_file_that_holds_everything(tmp_path):
    rng = random.Random(2)
    rows = binary(rng, 500, 0.12)
    write(
        tmp_path / "Auszug.csv",
        [
            "Vorgangsnummer",
            "Datum",
            "Kundennummer",
            "Region",
            "Wahrheit",
            "Vorhersage",
            "Wahrscheinlichkeit",
            "Antwortzeit_ms",
        ],
        [
            (
                f"V-{k}",
                f"{1 + k % 28:02}.09.2026",
                f"K{k % 140}",
                ("Nord", "Süd", "Ost", "West")[k % 4],
                ("nein", "ja")[t] if k < 200 else "",
                ("nein", "ja")[p],
                q,
                rng.randint(30, 400),
            )
            for k, (t, p, q) in enumerate(rows)
        ],
    )
    report, project = started(tmp_path)
    sample = project.tables["sample"]
    assert set(report.roles) == {"sample"}
    assert (sample.id, sample.time, sample.cluster) == ("Vorgangsnummer", "Datum", "Kundennummer")
    assert (sample.label, sample.prediction, sample.probability) == ("Wahrheit", "Vorhersage", "Wahrscheinlichkeit")
    assert (sample.confidence, sample.latency_ms, sample.segments) == (None, "Antwortzeit_ms", ("Region",))
    assert (project.targets.positive, project.targets.metric) == ("ja", "f1")


def test_french_regression_with_curated_data(tmp_path):
    rng = random.Random(3)

    def prices(n, first):
        return [
            (
                f"B{first + k}",
                round(rng.uniform(60, 200), 1),
                ("Lyon", "Paris", "Nice")[k % 3],
                round(rng.uniform(1e5, 9e5), 2),
            )
            for k in range(n)
        ]

    live, demo = prices(300, 0), prices(80, 5000)
    write(tmp_path / "production.csv", ["numero", "surface", "ville"], [r[:3] for r in live])
    write(tmp_path / "demo.csv", ["numero", "surface", "ville", "prix"], demo)
    write(tmp_path / "verite.csv", ["numero", "prix"], [(r[0], r[3]) for r in live[:100]])
    write(
        tmp_path / "reponses.csv",
        ["numero", "prix_predit", "duree_s"],
        [(r[0], round(r[3] * rng.uniform(0.8, 1.2), 2), round(rng.uniform(0.1, 2), 3)) for r in live],
    )
    report, project = started(tmp_path)
    assert report.roles == {
        "sample": "production.csv",
        "labels": "verite.csv",
        "predictions": "reponses.csv",
        "curated": "demo.csv",
    }
    assert (project.tables["labels"].label, project.tables["predictions"].prediction) == ("prix", "prix_predit")
    assert project.tables["predictions"].latency_s == "duree_s"
    assert (project.task, project.targets.metric) == ("regression", "mae")


def test_graded_runs_without_inputs_of_their_own(tmp_path):
    rng = random.Random(4)
    runs = [(f"t{t:02}-r{r}", t, r) for t in range(40) for r in range(4)]
    write(
        tmp_path / "predictions.csv",
        ["run_id", "task_id", "trial", "model", "n_messages", "final_message"],
        [(*r, "agent-1", rng.randint(3, 30), sentence(rng)) for r in runs],
    )
    write(
        tmp_path / "tasks.csv",
        ["task_id", "request", "kind"],
        [(t, sentence(rng), ("book", "cancel")[t % 2]) for t in range(40)],
    )
    write(
        tmp_path / "truth.csv", ["run_id", "task_id", "success"], [(r[0], r[1], int(rng.random() < 0.5)) for r in runs]
    )
    report, project = started(tmp_path)
    sample, labels = project.tables["sample"], project.tables["labels"]
    assert report.roles == {"sample": "predictions.csv", "labels": "truth.csv"}
    assert (sample.id, sample.cluster, sample.trial, sample.prediction) == (
        "run_id",
        "task_id",
        "trial",
        "final_message",
    )
    assert (labels.score, labels.scale, labels.label) == ("success", (0.0, 1.0), None)
    assert (project.task, project.targets.metric) == ("generation", "success_rate")
    assert told(report, LeftOut.DESCRIBES, "tasks.csv", "task_id")


def test_grades_on_a_scale_ask_for_the_mean_score(tmp_path):
    rng = random.Random(5)
    ids = [f"a{k}" for k in range(120)]
    write(
        tmp_path / "answers_served.csv", ["id", "question", "answer"], [(i, sentence(rng), sentence(rng)) for i in ids]
    )
    write(
        tmp_path / "ratings.csv", ["id", "rater", "rating"], [(i, r, rng.randint(1, 5)) for i in ids[:60] for r in "xy"]
    )
    _, project = started(tmp_path)
    labels = project.tables["labels"]
    assert (labels.score, labels.scale, labels.annotator) == ("rating", (1.0, 5.0), "rater")
    assert (project.task, project.targets.metric) == ("generation", "mean_score")


def test_words_for_grades_become_numbers(tmp_path):
    rng = random.Random(6)
    rows = [(f"r{k}", sentence(rng), sentence(rng), ("fail", "pass")[rng.random() < 0.7]) for k in range(80)]
    write(tmp_path / "runs.csv", ["run_id", "prompt", "response", "passed"], rows)
    _, project = started(tmp_path)
    assert project.tables["sample"].score == "passed"
    assert project.tables["sample"].same == {"fail": "0", "pass": "1"}


def test_values_overrule_names(tmp_path):
    """A column called `score` that falls where the answer is no, is P(yes); one called `probability` may be
    confidence.
    """
    rng = random.Random(7)
    rows = binary(rng, 300, 0.4)
    write(
        tmp_path / "a" / "data.csv",
        ["id", "age", "label", "prediction", "score"],
        [(f"r{k}", rng.randint(20, 70), int(t), int(p), q) for k, (t, p, q) in enumerate(rows)],
    )
    write(
        tmp_path / "b" / "data.csv",
        ["id", "age", "label", "prediction", "probability"],
        [(f"r{k}", rng.randint(20, 70), int(t), int(p), max(q, 1 - q)) for k, (t, p, q) in enumerate(rows)],
    )
    a, b = (started(tmp_path / name)[1].tables["sample"] for name in "ab")
    assert (a.probability, a.confidence) == ("score", None)
    assert (b.probability, b.confidence) == (None, "probability")


def test_a_cut_other_than_one_half_is_found(tmp_path):
    rng = random.Random(8)
    rows = [(f"r{k}", rng.random(), rng.random() < 0.3) for k in range(400)]
    write(
        tmp_path / "scored.csv",
        ["id", "amount", "truth", "prediction", "prob"],
        [(i, rng.randint(1, 500), int(t), int(p > 0.3), round(p, 4)) for i, p, t in rows],
    )
    sample = started(tmp_path)[1].tables["sample"]
    assert sample.probability == "prob"
    assert sample.threshold == pytest.approx(0.3, abs=0.02)


def test_ids_are_joined_by_values_whatever_they_are_called(tmp_path):
    rng = random.Random(9)
    ids = [f"{rng.getrandbits(40):010x}" for _ in range(200)]
    write(
        tmp_path / "inputs.csv",
        ["uuid", "row_key", "message"],
        [(i, 9000 + k, sentence(rng)) for k, i in enumerate(ids)],
    )
    write(tmp_path / "gold.csv", ["message_ref", "topic"], [(i, rng.choice(INTENTS)) for i in ids[:90]])
    write(
        tmp_path / "out.csv",
        ["request", "yhat", "certainty"],
        [(i, rng.choice(INTENTS), round(rng.random(), 3)) for i in ids],
    )
    _, project = started(tmp_path)
    assert project.tables["sample"].id == "uuid"
    assert (project.tables["labels"].id, project.tables["labels"].label) == ("message_ref", "topic")
    assert (project.tables["predictions"].id, project.tables["predictions"].prediction) == ("request", "yhat")


def test_counting_numbers_that_merely_coincide_are_no_join(tmp_path):
    rng = random.Random(10)
    write(tmp_path / "production.csv", ["case_id", "text"], [(k, sentence(rng)) for k in range(1, 300)])
    write(tmp_path / "prices.csv", ["amount", "label"], [(k, rng.choice("ab")) for k in range(1, 300)])
    report, _ = started(tmp_path)
    assert report.roles == {"sample": "production.csv"}
    assert told(report, LeftOut.NO_KEY, "prices.csv")


def test_a_latency_without_a_unit_is_told_by_its_size_and_reported(tmp_path):
    rng = random.Random(11)
    write(
        tmp_path / "log.csv",
        ["id", "output", "latency"],
        [(f"q{k}", rng.choice(INTENTS), round(rng.uniform(2.1, 19), 2)) for k in range(100)],
    )
    report, project = started(tmp_path)
    sample = project.tables["sample"]
    assert (sample.latency, sample.latency_s, sample.latency_unit) == ("latency", None, None)
    assert told(report, Ask.NO_UNIT)


@pytest.mark.parametrize("fine", ["none", "OK", "0", "nan", "False"])
def test_an_error_column_may_say_that_there_was_none(tmp_path, fine):
    rng = random.Random(12)
    write(
        tmp_path / "log.csv",
        ["id", "output", "error"],
        [(f"q{k}", rng.choice(INTENTS), (fine, "timeout")[k % 9 == 0]) for k in range(100)],
    )
    assert started(tmp_path)[1].tables["sample"].error == "error"


def test_an_error_column_that_is_nearly_always_filled_is_not_used(tmp_path):
    rng = random.Random(12)
    rows = [(f"q{k}", rng.choice(INTENTS), ("warning", "timeout")[k % 9 == 0]) for k in range(100)]
    write(tmp_path / "log.csv", ["id", "output", "error"], rows)
    report, project = started(tmp_path)
    assert project.tables["sample"].error is None
    assert told(report, Ask.NEVER_BLANK, "error")


def test_several_columns_make_the_id_where_no_single_one_does(tmp_path):
    rows = [(p, m, k, round(0.1 * k + 1, 2)) for p in ("north", "south") for m in ("small", "large") for k in range(50)]
    write(tmp_path / "requests.csv", ["provider", "model", "request", "latency_s"], rows)
    report, project = started(tmp_path)
    assert project.tables["sample"].id == ("provider", "model", "request")
    assert told(report, Ask.ID)


def test_personal_columns_are_found_by_value_and_by_name(tmp_path):
    rng = random.Random(13)
    write(
        tmp_path / "production.csv",
        ["id", "contact", "rueckruf", "nachname", "text"],
        [
            (f"p{k}", f"u{k}@example.org", f"+49 30 {rng.randint(10**6, 10**7)}", f"Name{k}", sentence(rng))
            for k in range(60)
        ],
    )
    report, project = started(tmp_path)
    assert project.personal == ("contact", "rueckruf", "nachname")
    assert told(report, Ask.PERSONAL)


def test_columns_of_names_are_asked_about_in_a_line_that_only_needs_its_mark_taken_away(tmp_path):
    rng = random.Random(13)
    staff = ("Heike Brinkmann", "Rosalind Ashworth", "Thibault Lefebvre", "Macarena Ibáñez")
    towns = ("Weimar", "Jena", "Erfurt", "Gera")
    rows = [(f"p{k}", rng.choice(staff), rng.choice(towns), sentence(rng)) for k in range(80)]
    write(tmp_path / "production.csv", ["id", "zuständig", "ort", "text"], rows)
    report, project = started(tmp_path)
    assert project.personal == project.public == ()
    assert project.tables["sample"].segments == ("ort",)
    file = tmp_path / "gatebook.toml"
    [line] = [one for one in file.read_text().splitlines() if one.startswith("# public")]
    assert "?" in line
    assert told(report, Ask.PEOPLE, "zuständig")
    file.write_text(file.read_text().replace(line, line.removeprefix("# ")))
    assert load_project(tmp_path).public == ("zuständig",)


def test_a_list_of_systems_is_recognised_and_an_empty_one_is_no_evidence(tmp_path):
    rng = random.Random(14)
    for name in ("with", "without"):
        write(tmp_path / name / "production.csv", ["id", "text"], [(f"p{k}", sentence(rng)) for k in range(60)])
    write(
        tmp_path / "with" / "systeme.csv", ["system", "direction", "owner", "auth"], [("crm", "read", "ops", "oauth")]
    )
    assert started(tmp_path / "with")[0].roles["integrations"] == "systeme.csv"
    report, project = started(tmp_path / "without")
    assert "integrations" not in report.roles
    assert "integrations" not in project.tables
    header = (tmp_path / "without" / "integrations.csv").read_text()
    assert header.startswith("system,direction,critical,owner,")
    assert set(header.strip().split(",")) == set(COLUMNS)


def test_numbered_parts_of_one_table_are_read_together(tmp_path):
    rng = random.Random(15)
    for part in range(3):
        write(
            tmp_path / f"production-{part:03}.csv", ["id", "text"], [(f"p{part}-{k}", sentence(rng)) for k in range(40)]
        )
    report, _ = started(tmp_path)
    assert report.roles == {"sample": "production-*.csv"}


def test_outputs_of_two_versions_in_two_files_are_not_parts_of_one(tmp_path):
    rng = random.Random(16)
    ids = [f"p{k}" for k in range(60)]
    write(tmp_path / "production.csv", ["id", "text"], [(i, sentence(rng)) for i in ids])
    for v in (1, 2):
        write(tmp_path / f"predictions_v{v}.csv", ["id", "prediction"], [(i, rng.choice(INTENTS)) for i in ids])
    report, _ = started(tmp_path)
    assert report.roles["predictions"] == "predictions_v2.csv"
    assert told(report, Ask.OTHER_OUTPUTS, "predictions_v1.csv")
    assert [one.values["path"] for one in report.left_out] == ["predictions_v1.csv"]


def test_a_second_output_is_never_taken_for_the_truth(tmp_path):
    rng = random.Random(19)
    rows = [
        (f"p{k}", sentence(rng), *(rng.choice(INTENTS) for _ in range(3)), round(rng.random(), 3)) for k in range(90)
    ]
    write(tmp_path / "served.csv", ["id", "text", "prediction", "runner_up", "old_prediction", "confidence"], rows)
    report, project = started(tmp_path)
    sample = project.tables["sample"]
    assert (sample.prediction, sample.label, sample.score) == ("prediction", None, None)
    assert told(report, Ask.NO_LABELS)


def test_a_probability_alone_serves_as_output(tmp_path):
    rng = random.Random(20)
    rows = binary(rng, 300, 0.3)
    write(tmp_path / "production.csv", ["id", "age"], [(f"r{k}", rng.randint(20, 70)) for k in range(300)])
    write(tmp_path / "truth.csv", ["id", "churn"], [(f"r{k}", ("no", "yes")[t]) for k, (t, _, _) in enumerate(rows)])
    write(tmp_path / "scores.csv", ["id", "p_yes"], [(f"r{k}", q) for k, (_, _, q) in enumerate(rows)])
    _, project = started(tmp_path)
    assert project.tables["labels"].label == "churn"
    assert (project.tables["predictions"].probability, project.targets.positive) == ("p_yes", "yes")


def test_the_curated_truth_is_called_as_that_of_the_sample(tmp_path):
    rng = random.Random(21)

    def flights(n, first):
        return [
            (
                f"f{first + k}",
                rng.randint(1, 500),
                rng.choice(("AA", "DL")),
                rng.choice(("yes", "no")),
                rng.choice(("yes", "no")),
            )
            for k in range(n)
        ]

    live, demo = flights(200, 0), flights(150, 1000)
    write(tmp_path / "production.csv", ["flight_id", "distance", "carrier"], [r[:3] for r in live])
    write(tmp_path / "curated.csv", ["flight_id", "distance", "carrier", "late", "predicted"], demo)
    write(tmp_path / "labels.csv", ["flight_id", "late"], [(r[0], r[3]) for r in live[:80]])
    write(tmp_path / "predictions.csv", ["flight_id", "predicted"], [(r[0], r[4]) for r in live])
    curated = started(tmp_path)[1].tables["curated"]
    assert (curated.label, curated.prediction) == ("late", "predicted")


def test_an_existing_project_file_stays_and_only_the_history_begins(tmp_path):
    write(tmp_path / "production.csv", ["id", "text"], [("a", "x"), ("b", "y")])
    mine = '[project]\ntask = "ranking"\n[tables.sample]\npath = "production.csv"\n'
    (tmp_path / "gatebook.toml").write_text(mine)
    first = init_project(tmp_path)
    assert (tmp_path / "gatebook.toml").read_text() == mine
    assert [one.code for one in first.unsure] == [Ask.BEGINS]
    history = (tmp_path / ".gatebook" / "history.jsonl").read_bytes()
    assert [one.code for one in init_project(tmp_path).unsure] == [Ask.BEGUN]
    assert (tmp_path / ".gatebook" / "history.jsonl").read_bytes() == history


def test_the_history_begins_with_the_guessed_roles(tmp_path):
    write(tmp_path / "production.csv", ["id", "text"], [(f"i{k}", "x y z") for k in range(9)])
    started(tmp_path)
    first = json.loads((tmp_path / ".gatebook" / "history.jsonl").read_text().splitlines()[0])
    assert first["kind"] == "init"
    assert first["data"]["roles"] == {"sample": "production.csv"}


def test_nothing_to_begin_with_is_a_clear_error(tmp_path):
    with pytest.raises(ProjectFileError, match="no such folder"):
        init_project(tmp_path / "nowhere")
    with pytest.raises(TableError, match="no table to begin with"):
        init_project(tmp_path)
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(TableError, match=r"empty\.csv"):
        init_project(tmp_path)
    assert not (tmp_path / "gatebook.toml").exists()


def test_files_that_init_cannot_take_are_named(tmp_path):
    (tmp_path / "log.eval").write_bytes(b"PK")
    with pytest.raises(TableError, match=r"log\.eval"):
        init_project(tmp_path)
    write(tmp_path / "2026" / "09" / "01" / "part.csv", ["id", "text"], [("a", "x")])
    with pytest.raises(TableError, match=r"2026/09/01/part\.csv"):
        init_project(tmp_path)
    (tmp_path / "predictions.parquet").mkdir()
    write(tmp_path / "production.csv", ["id", "text"], [(f"p{k}", "x y") for k in range(20)])
    report, _ = started(tmp_path)
    assert told(report, LeftOut.FOLDER_OF_PARTS, "predictions.parquet/*.parquet")


@pytest.mark.parametrize(
    "name", ['a"b', "tab\tname", " blank ", "x\\y", "emoji 🎯", "]]", "# id", "${HOME}", "'", "\x7f"]
)
def test_any_column_name_gives_a_project_file_that_loads(tmp_path, name):
    rng = random.Random(17)
    write(
        tmp_path / "production.csv",
        [f"id {name}", name, "text"],
        [(f"p{k}", "ab"[k % 2], sentence(rng)) for k in range(40)],
    )
    report, project = started(tmp_path)
    assert project.tables["sample"].path == "production.csv"
    assert report.project_file == Path(tmp_path).resolve() / "gatebook.toml"


def test_random_folders_never_crash_and_always_load(tmp_path):
    rng = random.Random(18)
    names = [
        "id",
        "label",
        "prediction",
        "score",
        "x",
        "Datum",
        "model",
        "ms",
        "latency",
        "error",
        "",
        "text",
        "grade",
        "probability",
        "trial",
    ]
    for case in range(15):
        folder = tmp_path / str(case)
        for k in range(rng.randint(1, 4)):
            header = rng.sample(names, rng.randint(1, 7))
            values = [rng.choice(["", "0", "1", "a", "0.5", "2026-01-02", "x y z", "NaN", "1e9"]) for _ in range(30)]
            write(
                folder / f"{rng.choice(['truth', 'pred', 'data', 'train', 'x'])}{k}.csv",
                header,
                [[rng.choice(values) for _ in header] for _ in range(rng.randint(0, 60))],
            )
        with contextlib.suppress(TableError):  # a folder of empty files
            report, project = started(folder)
            assert set(report.roles) == set(project.tables)
