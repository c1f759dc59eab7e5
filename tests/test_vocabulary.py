import pytest

from gatebook.vocabulary import says


@pytest.mark.parametrize(
    "name",
    [
        "is_correct",
        "score_exact_match",
        "acc_norm",
        "n_tests_passed",
        "failure_mode",
        "error_note",
        "Grader Reason",
        "finishReason",
        "output_tokens",
        "model_usage",
        "hallucination",
        "Fehlerart",
        "motif_echec",
        "veredicto",
    ],
)
def test_what_only_a_judged_answer_tells_is_an_outcome_in_any_table(name):
    assert says("outcome", name) >= 0.6


@pytest.mark.parametrize("name", ["status", "score_match", "reason", "cost", "Ergebnis", "finished_at", "statut"])
def test_words_of_results_that_inputs_carry_too_speak_weakly(name):
    assert 0 < says("outcome", name) <= 0.5


@pytest.mark.parametrize(
    "name",
    [
        "channel",
        "pastFail",
        "previous_outcome",
        "credit_score",
        "order_status",
        "marital_status",
        "input_tokens",
        "payment_result",
        "customer_id",
        "region",
        "question",
        "gps_accuracy",
    ],
)
def test_what_stands_before_the_answer_is_no_outcome(name):
    assert says("outcome", name) == 0
