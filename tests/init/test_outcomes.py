import json
import random

import pytest
from bare_folders import INTENTS, guess, sentence, started, told, write

from gatebook.init.draft import Ask


def results(folder, columns, cells, n=200):
    """Begin a project of one file: inputs, truth and output beside columns that `cells(right, rng)` fills."""
    rng = random.Random(21)
    rows = []
    for k in range(n):
        truth = rng.choice(INTENTS)
        output = truth if rng.random() < 0.7 else rng.choice(INTENTS)
        rows.append(
            (f"r{k}", ("north", "south", "west")[k % 3], sentence(rng), truth, output, *cells(truth == output, rng))
        )
    write(folder / "results.csv", ["id", "region", "question", "label", "prediction", *columns], rows)
    return started(folder)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("Status", "PASS", "FAIL"),
        ("score_includes", "C", "I"),
        ("failure_mode", "none", "wrong tool"),
        ("Grader Reason", "All assertions passed", "Expected another"),
        ("finish_reason", "stop", "length"),
        ("Ergebnis", "gut", "schlecht"),
        ("Fehlergrund", "keiner", "verwechselt"),
        ("motif_echec", "aucun", "confusion"),
        ("resultado", "bien", "mal"),
        ("note", "fine", "look again"),
        ("resolution", "closed", "reopened"),
    ],
)
def test_what_is_known_afterwards_is_no_segment_of_a_table_of_results(tmp_path, name, good, bad):
    report, project = results(tmp_path, [name], lambda right, rng: [good if right or rng.random() < 0.3 else bad])
    sample = project.tables["sample"]
    assert (sample.segments, sample.text, sample.cluster) == (("region",), ("question",), None)
    assert told(report, Ask.AFTERWARDS, repr(name))


def test_a_column_that_follows_the_outcome_is_found_by_its_values(tmp_path):
    report, project = results(tmp_path, ["kx", "ky"], lambda right, rng: ["ab"[right], rng.choice("ab")])
    assert project.tables["sample"].segments == ("region", "ky")
    assert told(report, Ask.AFTERWARDS, "'kx'")


def test_a_column_that_follows_the_outcome_is_found_across_files(tmp_path):
    rng = random.Random(22)
    truth = {f"t{k}": rng.choice(INTENTS) for k in range(200)}
    codes = dict(zip(INTENTS, "wxyz", strict=True))
    write(
        tmp_path / "production.csv",
        ["id", "text", "queue", "channel"],
        [(i, sentence(rng), codes[t], rng.choice(["mail", "web"])) for i, t in truth.items()],
    )
    write(tmp_path / "labels.csv", ["id", "label"], truth.items())
    write(tmp_path / "predictions.csv", ["id", "prediction"], [(i, rng.choice(INTENTS)) for i in truth])
    report, project = started(tmp_path)
    assert project.tables["sample"].segments == ("channel",)
    assert told(report, Ask.AFTERWARDS, "'queue'")


def test_the_output_of_another_model_is_no_segment(tmp_path):
    report, project = results(tmp_path, ["[gpt] Classify"], lambda _, rng: [rng.choice(INTENTS)])
    assert project.tables["sample"].segments == ("region",)
    assert told(report, Ask.AFTERWARDS, "'[gpt] Classify'")


def test_the_status_of_an_input_stays_an_input(tmp_path):
    rng = random.Random(23)
    ids = [f"t{k}" for k in range(120)]
    write(
        tmp_path / "production.csv",
        ["id", "text", "status", "order_result", "failure_mode"],
        [(i, sentence(rng), rng.choice(["open", "paid"]), rng.choice("ab"), rng.choice("cd")) for i in ids],
    )
    write(tmp_path / "labels.csv", ["id", "label"], [(i, rng.choice(INTENTS)) for i in ids])
    write(tmp_path / "predictions.csv", ["id", "prediction"], [(i, rng.choice(INTENTS)) for i in ids])
    report, project = started(tmp_path)
    assert project.tables["sample"].segments == ("status", "order_result")
    assert told(report, Ask.AFTERWARDS, "'failure_mode'")


def test_objects_that_hold_the_expected_answer_are_no_text(tmp_path):
    def cells(_, rng):
        asked = sentence(rng)
        return json.dumps({"ticket": asked, "expected": "refund"}), json.dumps(
            {"messages": [{"role": "user", "content": asked}]}
        )

    report, project = results(tmp_path, ["vars", "request"], cells)
    assert project.tables["sample"].text == ("question", "request")
    assert told(report, Ask.AFTERWARDS, "'vars'")


def test_a_hash_of_the_id_holds_no_rows_together(tmp_path):
    rng = random.Random(24)
    rows = [
        (k, f"{k * 7919 % 9973:06x}", m, sentence(rng), int(rng.random() < 0.5))
        for m in ("strict", "flexible")
        for k in range(80)
    ]
    write(tmp_path / "samples.csv", ["doc_id", "doc_hash", "filter", "filtered_resps", "exact_match"], rows)
    report, project = started(tmp_path)
    sample = project.tables["sample"]
    assert (sample.id, sample.version, sample.score, sample.cluster) == ("doc_id", "filter", "exact_match", None)
    assert sample.prediction == "filtered_resps"
    assert guess(report, "tables.sample.version").sure


def graded(folder, name, values, seed=25, outputs=sentence):
    """Begin a project whose labels.csv holds one column of grades beside the ids."""
    rng = random.Random(seed)
    ids = [f"q{k}" for k in range(120)]
    write(folder / "production.csv", ["id", "question"], [(i, sentence(rng)) for i in ids])
    write(folder / "labels.csv", ["id", name], [(i, rng.choice(values)) for i in ids])
    write(folder / "predictions.csv", ["id", "answer"], [(i, outputs(rng)) for i in ids])
    return started(folder)


@pytest.mark.parametrize(
    ("name", "values", "same"),
    [
        ("exact_match", ("1", "0"), {}),
        ("acc", ("1.0", "0.0"), {}),
        ("score_match", ("C", "I"), {"C": "1", "I": "0"}),
        ("score_match", ("C", "P", "I"), {"C": "1", "P": "0.5", "I": "0"}),
        ("is_correct", ("True", "False"), {"True": "1", "False": "0"}),
        ("passed", ("ja", "nein"), {"ja": "1", "nein": "0"}),
        ("success", ("yes", "no"), {"yes": "1", "no": "0"}),
        ("hallucination", ("yes", "no"), {"yes": "0", "no": "1"}),
        ("hallucinated", ("0", "1"), {"0": "1", "1": "0"}),
        ("hallucinated", ("0", "1", *["0", "1"] * 20, "not told"), {"0": "1", "1": "0"}),
        ("hallucination", ("hallucinated", "faithful"), {"hallucinated": "0", "faithful": "1"}),
        (
            "verdict",
            ("Correct", "Partially correct", "Wrong"),
            {"Correct": "1", "Partially correct": "0", "Wrong": "0"},
        ),
        (
            "label",
            ("Correct Answer", "Refusal", "Not correct"),
            {"Correct Answer": "1", "Refusal": "0", "Not correct": "0"},
        ),
        ("label", ("richtig", "falsch"), {"richtig": "1", "falsch": "0"}),
    ],
)
def test_grades_of_an_answer_are_scores(tmp_path, name, values, same):
    report, project = graded(tmp_path, name, values)
    labels = project.tables["labels"]
    assert (labels.score, labels.label, labels.same) == (name, None, same)
    assert project.tables["predictions"].prediction == "answer"
    assert project.task == "generation"
    assert guess(report, "tables.labels.score").sure == (not same)
    assert told(report, Ask.GRADES_IN_WORDS, name) == bool(same)


def test_short_free_answers_are_outputs(tmp_path):
    counter = iter(range(1000))
    _, project = graded(tmp_path, "success", ("1", "0"), outputs=lambda _: f"answer {next(counter)}")
    assert project.tables["predictions"].prediction == "answer"


def test_verdict_words_that_the_model_predicts_too_are_classes(tmp_path):
    rng = random.Random(26)
    ids = [f"p{k}" for k in range(100)]
    write(tmp_path / "production.csv", ["id", "report"], [(i, sentence(rng)) for i in ids])
    write(tmp_path / "labels.csv", ["id", "label"], [(i, rng.choice(["correct", "incorrect"])) for i in ids])
    write(tmp_path / "predictions.csv", ["id", "prediction"], [(i, rng.choice(["correct", "incorrect"])) for i in ids])
    _, project = started(tmp_path)
    assert (project.tables["labels"].label, project.tables["labels"].score) == ("label", None)


def objects(folder, output):
    rng = random.Random(27)
    ids = [f"p{k}" for k in range(60)]
    write(folder / "production.csv", ["id", "text"], [(i, sentence(rng)) for i in ids])
    write(folder / "labels.csv", ["id", "label"], [(i, rng.choice(INTENTS)) for i in ids])
    lines = [json.dumps({"id": i, "prediction": output(rng)}) for i in ids]
    (folder / "predictions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return started(folder)


@pytest.mark.parametrize(
    ("output", "path"),
    [
        (lambda rng: {"label": rng.choice(INTENTS), "score": rng.random()}, "label"),
        (
            lambda rng: {"code": 200, "body": {"choices": [{"message": {"content": rng.choice(INTENTS)}}]}},
            "body.choices[0].message.content",
        ),
    ],
)
def test_an_object_is_no_class_and_its_parts_are_named(tmp_path, output, path):
    report, project = objects(tmp_path, output)
    assert project.tables["predictions"].path == "predictions.jsonl"
    assert project.tables["predictions"].prediction is None
    assert told(report, Ask.OBJECTS, "prediction", path)
    assert not told(report, Ask.STRANGE)


def test_a_plain_class_in_json_is_a_prediction(tmp_path):
    _, project = objects(tmp_path, lambda rng: rng.choice(INTENTS))
    assert project.tables["predictions"].prediction == "prediction"


def test_automatic_metrics_are_judges_not_labels(tmp_path):
    rng = random.Random(28)
    rows = [
        (f"r{k}", sentence(rng), sentence(rng), rng.choice(["see page 1", "see page 2"]), round(rng.random(), 3))
        for k in range(90)
    ]
    write(tmp_path / "ragas.csv", ["id", "user_input", "response", "reference", "faithfulness"], rows)
    _, project = started(tmp_path)
    sample = project.tables["sample"]
    assert (sample.judge, sample.prediction, sample.segments) == ("faithfulness", "response", ())


@pytest.mark.parametrize("name", ["prob1", "proba", "p_yes"])
def test_a_probability_beside_the_prediction_is_told_by_its_values(tmp_path, name):
    rng = random.Random(29)
    rows = [(f"r{k}", rng.randint(1, 500), rng.random()) for k in range(200)]
    write(tmp_path / "production.csv", ["id", "size"], [r[:2] for r in rows])
    write(tmp_path / "truth.csv", ["id", "won"], [(i, int(rng.random() < p)) for i, _, p in rows])
    write(
        tmp_path / "predictions.csv", ["id", name, "prediction"], [(i, round(p, 4), int(p > 0.5)) for i, _, p in rows]
    )
    report, project = started(tmp_path)
    assert (project.tables["predictions"].probability, project.targets.positive) == (name, "1")
    assert guess(report, "tables.predictions.probability").sure


def test_an_error_that_most_rows_have_is_not_used(tmp_path):
    report, project = results(tmp_path, ["error"], lambda right, rng: ["" if rng.random() < 0.1 else "slow"])
    assert project.tables["sample"].error is None
    assert told(report, Ask.NEVER_BLANK, "error")


def test_guesses_by_a_name_alone_carry_a_question_mark(tmp_path):
    report, _ = results(
        tmp_path,
        ["weight", "stratum", "annotator", "model", "usd"],
        lambda _, rng: [
            rng.random() + 1,
            rng.choice("ab"),
            rng.choice(["ann", "bob"]),
            rng.choice(["m1", "m2"]),
            rng.random(),
        ],
    )
    written = (tmp_path / "gatebook.toml").read_text().splitlines()
    for key in ("weight", "stratum", "annotator", "version", "cost"):
        assert not guess(report, f"tables.sample.{key}").sure
        assert any(line.startswith(f"{key} = ") and "# ? " in line for line in written)


def test_a_fault_that_the_model_itself_predicts_is_a_class(tmp_path):
    rng = random.Random(30)
    ids = [f"p{k}" for k in range(100)]
    write(tmp_path / "production.csv", ["id", "comment"], [(i, sentence(rng)) for i in ids])
    write(tmp_path / "labels.csv", ["id", "harmful"], [(i, rng.choice(["yes", "no"])) for i in ids])
    write(tmp_path / "predictions.csv", ["id", "prediction"], [(i, rng.choice(["yes", "no"])) for i in ids])
    _, project = started(tmp_path)
    assert (project.tables["labels"].label, project.tables["labels"].score) == ("harmful", None)
    assert project.tables["sample"].text == ("comment",)


def test_inputs_of_graded_outputs_stay_inputs(tmp_path):
    rng = random.Random(31)
    ids = [f"p{k}" for k in range(100)]
    write(
        tmp_path / "production.csv",
        ["id", "comment", "status"],
        [(i, sentence(rng), rng.choice(["new", "old"])) for i in ids],
    )
    write(tmp_path / "grades.csv", ["id", "success"], [(i, rng.randint(0, 1)) for i in ids])
    write(tmp_path / "responses.csv", ["id", "response"], [(i, sentence(rng)) for i in ids])
    _, project = started(tmp_path)
    assert (project.tables["sample"].text, project.tables["sample"].segments) == (("comment",), ("status",))


def test_zeros_and_ones_beside_a_grade_are_no_outputs(tmp_path):
    rng = random.Random(32)
    runs = [f"run-{k}" for k in range(200)]
    write(
        tmp_path / "predictions.csv",
        ["run_id", "kind", "handed_over", "n_tests_passed"],
        [(i, rng.choice(["book", "cancel"]), rng.randint(0, 1), rng.randint(0, 3)) for i in runs],
    )
    write(tmp_path / "truth.csv", ["run_id", "success"], [(i, rng.randint(0, 1)) for i in runs])
    _, project = started(tmp_path)
    assert (project.tables["labels"].score, project.tables["sample"].prediction) == ("success", None)
    assert project.task == "generation"
