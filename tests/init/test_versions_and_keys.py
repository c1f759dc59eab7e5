import random

import pytest
from bare_folders import INTENTS, classified, guess, sentence, started, told, write

from gatebook.cases.bind import bind
from gatebook.cases.questions import QuestionCode
from gatebook.init.draft import Ask
from gatebook.project.tables import open_tables


def graded_log(folder, column, versions=("a-1", "b-1", "c-1"), more=(), rows=60):
    """Write a log of graded runs of several systems, and the grades by run."""
    rng = random.Random(3)
    runs = [
        (f"{v}-{k:03}", v, ["book", "cancel"][k % 2], rng.randint(2, 30), *more) for v in versions for k in range(rows)
    ]
    extra = [f"more{k}" for k, _ in enumerate(more)]
    write(folder / "runs.csv", ["run_id", column, "kind", "turns", *extra], runs)
    write(folder / "grades.csv", ["run_id", "success"], [(r[0], int(rng.random() < 0.6)) for r in runs])
    return started(folder)


@pytest.mark.parametrize(
    "column",
    [
        "model",
        "version",
        "agent",
        "system",
        "provider",
        "variant",
        "engine",
        "filter",
        "Modell",
        "variante",
        "fournisseur",
        "sistema",
    ],
)
def test_a_log_of_graded_runs_names_its_versions(tmp_path, column):
    report, project = graded_log(tmp_path, column)
    sample = project.tables["sample"]
    assert (sample.version, sample.segments) == (column, ("kind",))
    assert project.candidate == "c-1"
    assert told(report, Ask.CANDIDATE, "a-1 (60 rows)")


@pytest.mark.parametrize("column", ["agent", "system", "provider", "filter"])
def test_one_value_of_a_word_that_inputs_carry_too_is_no_version(tmp_path, column):
    report, project = graded_log(tmp_path, column, versions=("only",))
    assert project.tables["sample"].version is None
    assert project.candidate is None
    assert not told(report, Ask.CANDIDATE)


def test_the_system_that_a_ticket_is_about_stays_an_input(tmp_path):
    rng = random.Random(5)
    rows = [
        (f"t{k}", ("crm", "erp", "shop")[k % 3], sentence(rng), *(rng.choice(INTENTS) for _ in "ab"))
        for k in range(150)
    ]
    write(tmp_path / "tickets.csv", ["ticket_id", "system", "question", "label", "prediction"], rows)
    _, project = started(tmp_path)
    assert (project.tables["sample"].version, project.tables["sample"].segments) == (None, ("system",))


def test_the_model_of_a_car_is_no_version(tmp_path):
    rng = random.Random(6)
    rows = [
        (
            f"c{k}",
            rng.choice(["vw", "bmw"]),
            rng.choice(["golf", "polo", "x1"]),
            rng.randint(1, 200) * 1000,
            *(rng.choice(["sold", "kept"]) for _ in "ab"),
        )
        for k in range(150)
    ]
    write(tmp_path / "cars.csv", ["car_id", "make", "model", "mileage", "label", "prediction"], rows)
    _, project = started(tmp_path)
    assert project.tables["sample"].version is None
    assert "model" in project.tables["sample"].segments
    assert project.candidate is None


def test_labels_that_repeat_by_system_belong_to_it_and_systems_are_no_graders(tmp_path):
    rng = random.Random(7)
    ids, systems = [f"q{k}" for k in range(80)], ("gpt closed", "gpt search", "llama search")
    write(tmp_path / "production.csv", ["question_id", "question"], [(i, sentence(rng)) for i in ids])
    verdicts = ("Correct Answer", "Incorrect Answer", "Refusal")
    pairs = [(i, s) for s in systems for i in ids]
    write(tmp_path / "truth.csv", ["question_id", "system", "label"], [(*p, rng.choice(verdicts)) for p in pairs])
    write(
        tmp_path / "predictions.csv",
        ["question_id", "system", "model_answer"],
        [(*p, f"answer {k}") for k, p in enumerate(pairs)],
    )
    report, project = started(tmp_path)
    labels = project.tables["labels"]
    assert (labels.score, labels.label, labels.annotator) == ("label", None, None)
    assert (labels.version, project.tables["predictions"].version) == ("system", "system")
    assert labels.same == {"Correct Answer": "1", "Incorrect Answer": "0", "Refusal": "0"}
    assert guess(report, "tables.labels.version").sure
    assert not guess(report, "tables.labels.same").sure
    assert (project.task, project.targets.metric) == ("generation", "success_rate")


def test_labels_that_hold_for_every_version_have_none(tmp_path):
    rng = random.Random(8)
    ids = [f"q{k}" for k in range(80)]
    write(tmp_path / "production.csv", ["id", "text"], [(i, sentence(rng)) for i in ids])
    write(
        tmp_path / "labels.csv",
        ["id", "label", "model"],
        [(i, rng.choice(INTENTS), f"m{k % 2}") for k, i in enumerate(ids)],
    )
    write(
        tmp_path / "predictions.csv",
        ["id", "model", "prediction"],
        [(i, m, rng.choice(INTENTS)) for m in ("m0", "m1") for i in ids],
    )
    _, project = started(tmp_path)
    assert (project.tables["labels"].version, project.tables["predictions"].version) == (None, "model")


def test_grades_beside_the_outputs_belong_to_their_version(tmp_path):
    rng = random.Random(9)
    ids = [f"q{k}" for k in range(100)]
    write(tmp_path / "production.csv", ["id", "question"], [(i, sentence(rng)) for i in ids])
    rows = [
        (i, m, str(rng.randint(1, 999)), int(rng.random() < q))
        for m, q in (("small", 0.2), ("large", 0.8))
        for i in ids
    ]
    write(tmp_path / "predictions.csv", ["id", "model", "prediction", "is_correct"], rows)
    report, project = started(tmp_path)
    labels = project.tables["labels"]
    assert (labels.path, labels.score, labels.version) == ("predictions.csv", "is_correct", "model")
    assert project.tables["predictions"].version == "model"
    assert not guess(report, "tables.labels.score").sure
    assert told(report, Ask.BESIDE_OUTPUTS, "is_correct")


def test_several_columns_and_the_version_make_the_key(tmp_path):
    """Items are numbered anew in every setting, and each was answered by every model."""
    rng = random.Random(10)
    keys = [(s, k, m) for s in ("clean", "noisy") for m in ("bot-a", "bot-b") for k in range(60)]
    write(tmp_path / "predictions.csv", ["setting", "item", "model", "response"], [(*k, sentence(rng)) for k in keys])
    write(
        tmp_path / "truth.csv", ["setting", "item", "model", "correct"], [(*k, int(rng.random() < 0.5)) for k in keys]
    )
    report, project = started(tmp_path)
    sample, labels = project.tables["sample"], project.tables["labels"]
    assert report.roles == {"sample": "predictions.csv", "labels": "truth.csv"}
    assert sample.id == labels.id == ("setting", "item")
    assert sample.version == labels.version == "model"
    assert guess(report, "tables.sample.version").sure


@pytest.mark.parametrize(
    ("mine", "theirs", "wanted"),
    [
        ("1{:04}", "1{:04}.0", ("10000.0", "10000")),
        ("1{:04}", "0001{:04}", ("00010000", "10000")),
        ("tk{:04}", "TK{:04}", ("TK0000", "tk0000")),
        ("tk{:04}", " tk{:04} ", ("' tk0000 '", "tk0000")),
        ("tk-{:04}", "tk_{:04}", ("tk_0000", "tk-0000")),
        ("1{:04}", "T-1{:04}", ("T-10000", "10000")),
    ],
)
def test_ids_that_would_match_after_a_change_keep_their_role_and_are_told(tmp_path, mine, theirs, wanted):
    rng = random.Random(11)
    write(tmp_path / "production.csv", ["id", "text"], [(mine.format(k), sentence(rng)) for k in range(80)])
    write(tmp_path / "labels.csv", ["id", "label"], [(theirs.format(k), rng.choice(INTENTS)) for k in range(80)])
    write(
        tmp_path / "predictions.csv",
        ["id", "prediction", "score"],  # a score beside it makes no labels of the predictions
        [(mine.format(k), rng.choice(INTENTS), round(rng.random(), 3)) for k in range(80)],
    )
    report, project = started(tmp_path)
    assert (project.tables["labels"].path, project.tables["labels"].label) == ("labels.csv", "label")
    assert not guess(report, "tables.labels.id").sure
    assert told(report, Ask.IDS_CHANGED, *wanted, "labels.csv")
    assert report.left_out == ()


def test_labels_without_any_matching_id_are_told_and_kept(tmp_path):
    rng = random.Random(12)
    write(tmp_path / "production.csv", ["id", "text"], [(f"t{k}", sentence(rng)) for k in range(80)])
    write(
        tmp_path / "labels.csv", ["id", "label"], [(f"{rng.getrandbits(40):x}", rng.choice(INTENTS)) for _ in range(80)]
    )
    report, project = started(tmp_path)
    assert project.tables["labels"].label == "label"
    assert told(report, Ask.IDS_FOREIGN, "labels.csv")


@pytest.mark.parametrize(("yes", "no"), [("yes", "no"), ("True", "False"), ("1.0", "0.0")])
def test_labels_in_other_words_than_the_predictions_keep_their_role(tmp_path, yes, no):
    rng = random.Random(13)
    truth = {f"t{k}": rng.random() < 0.5 for k in range(90)}
    write(tmp_path / "production.csv", ["id", "text"], [(i, sentence(rng)) for i in truth])
    write(tmp_path / "labels.csv", ["id", "label"], [(i, yes if t else no) for i, t in truth.items()])
    write(tmp_path / "predictions.csv", ["id", "prediction"], [(i, int(t)) for i, t in truth.items()])
    report, project = started(tmp_path)
    assert (project.tables["labels"].label, project.tables["predictions"].prediction) == ("label", "prediction")
    assert project.targets.positive is not None
    assert told(report, Ask.RESPELT)


def test_labels_that_share_no_word_with_the_predictions_ask_for_same(tmp_path):
    rng = random.Random(14)
    ids = [f"t{k}" for k in range(90)]
    write(tmp_path / "production.csv", ["id", "text"], [(i, sentence(rng)) for i in ids])
    write(tmp_path / "labels.csv", ["id", "label"], [(i, rng.choice(["gut", "schlecht"])) for i in ids])
    write(tmp_path / "predictions.csv", ["id", "prediction"], [(i, rng.choice(["fine", "poor"])) for i in ids])
    report, project = started(tmp_path)
    assert project.tables["labels"].label == "label"
    assert told(report, Ask.STRANGE)


def test_what_init_says_of_a_strange_answer_is_what_becomes_of_it(tmp_path):
    """Wrong where the model does give the true answer elsewhere, unclear where it never does."""
    ids = [f"t{k}" for k in range(120)]
    true = [("yes", "no", "open")[k % 3] for k in range(120)]
    said = [{"yes": "yes", "no": "no", "open": "tie"}[t] if k % 4 else "tie" for k, t in enumerate(true)]
    rng = random.Random(17)
    write(tmp_path / "production.csv", ["id", "text"], [(i, sentence(rng)) for i in ids])
    write(tmp_path / "labels.csv", ["id", "label"], list(zip(ids, true, strict=True)))
    write(tmp_path / "predictions.csv", ["id", "prediction"], list(zip(ids, said, strict=True)))
    report, project = started(tmp_path)
    assert told(report, Ask.STRANGE)
    found = bind(project, dict(open_tables(project)))
    assert found is not None
    strange = found.frame[found.frame["prediction"] == "tie"]
    assert set(strange.loc[strange["truth"] == "open", "missing"]) == {QuestionCode.SPELLINGS}
    assert set(strange.loc[strange["truth"] != "open", "missing"]) == {""}


def test_a_table_called_labels_without_a_clear_truth_keeps_its_role(tmp_path):
    rng = random.Random(15)
    ids = [f"t{k}" for k in range(90)]
    write(tmp_path / "production.csv", ["id", "text"], [(i, sentence(rng)) for i in ids])
    write(
        tmp_path / "labels.csv",
        ["id", "n_claims", "n_held"],
        [(i, rng.randint(50, 99), rng.randint(0, 50)) for i in ids],
    )
    report, project = started(tmp_path)
    assert project.tables["labels"].path == "labels.csv"
    assert told(report, Ask.NO_TRUTH, "labels.csv") or project.tables["labels"].label


def test_the_words_for_a_respelling_can_be_pasted(tmp_path):
    """A quote in a prediction must not break the line that init offers."""
    report, _ = classified(tmp_path, ["note"], lambda _, __: [""])
    assert not told(report, Ask.STRANGE)
    rng = random.Random(16)
    folder = tmp_path / "quoted"
    write(folder / "production.csv", ["id", "text"], [(f"t{k}", sentence(rng)) for k in range(60)])
    write(folder / "labels.csv", ["id", "label"], [(f"t{k}", rng.choice("ab")) for k in range(60)])
    write(
        folder / "predictions.csv", ["id", "prediction"], [(f"t{k}", rng.choice(["a", 'say "b"'])) for k in range(60)]
    )
    report, _ = started(folder)
    assert any(r'same = { "say \"b\"" = "..." }' in str(one) for one in report.unsure)


def test_columns_that_tables_share_make_a_key_whatever_they_are_called(tmp_path):
    rng = random.Random(17)
    keys = [(f"{k // 2:03}", k % 2) for k in range(120)]
    write(tmp_path / "production.csv", ["account", "order", "text"], [(*k, sentence(rng)) for k in keys])
    write(tmp_path / "labels.csv", ["account", "order", "label"], [(*k, rng.choice(INTENTS)) for k in keys])
    write(tmp_path / "predictions.csv", ["account", "order", "prediction"], [(*k, rng.choice(INTENTS)) for k in keys])
    report, project = started(tmp_path)
    assert project.tables["sample"].id == project.tables["labels"].id == ("account", "order")
    assert project.tables["predictions"].id == ("account", "order")
    assert report.left_out == ()


def test_graders_of_several_systems_are_told_from_the_systems(tmp_path):
    rng = random.Random(18)
    ids = [f"q{k}" for k in range(60)]
    write(tmp_path / "prompts.csv", ["id", "prompt"], [(i, sentence(rng)) for i in ids])
    rows = [(i, s, g, rng.randint(1, 5)) for i in ids for s in ("s1", "s2") for g in ("ann", "bob")]
    write(tmp_path / "grades.csv", ["id", "system", "grader", "grade"], rows)
    report, project = started(tmp_path)
    labels = project.tables["labels"]
    assert (labels.version, labels.annotator, labels.score) == ("system", "grader", "grade")
    assert guess(report, "tables.labels.annotator").sure
    assert guess(report, "tables.labels.version").sure


def test_a_table_of_labels_is_known_by_what_it_holds_where_its_name_is_silent(tmp_path):
    rng = random.Random(19)
    write(
        tmp_path / "production.csv",
        ["id", "channel", "text"],
        [(f"1{k:03}", "ab"[k % 2], sentence(rng)) for k in range(80)],
    )
    write(tmp_path / "round_3.csv", ["id", "true_label"], [(f"1{k:03}.0", rng.choice(INTENTS)) for k in range(80)])
    write(tmp_path / "prices.csv", ["sku", "price"], [(f"s{k}", k) for k in range(80)])
    report, project = started(tmp_path)
    assert project.tables["labels"].path == "round_3.csv"
    assert told(report, Ask.IDS_CHANGED, "1000.0", "1000")
    assert [one.values["path"] for one in report.left_out] == ["prices.csv"]
