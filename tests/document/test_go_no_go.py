"""Page one of go/no-go: short, plain, and silent about nothing that matters."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from readability import grade, visible, words

from gatebook.document.behind import people
from gatebook.document.rows import decide_by
from gatebook.gates.week04.pages.decision import ask, go_no_go, why
from gatebook.gates.week04.pages.rests import value
from gatebook.record import Attestation, Decision, OpenCondition
from records import AS_OF, conditions, empty_record, g1, g2, g3, g4, hostile_record, record, troubled_record, varied

RECORDS = varied()


def page(rec) -> str:
    return visible(str(go_no_go(rec).markup)).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("name", [*sorted(RECORDS), "hostile"])
def test_page_one_has_at_most_350_words(name):
    assert len(words(page({**RECORDS, "hostile": hostile_record()}[name]))) <= 350


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_page_one_reads_at_grade_nine_or_below(name):
    text = page(RECORDS[name])
    assert grade(text) <= 9
    prose = "\n".join(line for line in text.split("\n") if len(words(line)) >= 8)
    assert grade(prose) <= 9


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_reason_has_at_most_25_words(name):
    assert 5 <= len(why(RECORDS[name]).split()) <= 25


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_page_one_holds_no_jargon(name):
    text = page(RECORDS[name])
    assert not re.search(r"\b(G[1-4]|\d\.\d{1,2}|D[1-5]|T\d+)\b(?! %)", re.sub(r"[€$]?\d+\.\d+[km]?", "", text))
    for word in ("lower bound", "upper bound", "p-value", "p95", "confidence interval", "alpha", "n ="):
        assert word not in text.lower()
    assert " p " not in text


@pytest.mark.parametrize(
    ("recommendation", "verdict"),
    [
        ("GO", "Go"),
        ("CONDITIONAL GO", "Go, with conditions"),
        ("NO-GO", "No-go"),
        ("NOT ENOUGH EVIDENCE", "Not enough evidence"),
    ],
)
def test_verdict_is_the_only_main_heading(recommendation, verdict):
    markup = str(go_no_go(record(recommendation)).markup)
    assert re.findall(r"<h1.*?<span>(.*?)</span></h1>", markup) == [verdict]


def test_labels_asked_for_come_with_cost_time_chance_and_date():
    told = visible(str(ask(record()))).replace("\N{NO-BREAK SPACE}", " ")
    assert told == (
        "Maria Lind is asked to fund 140 more labels (about 2 days, €560) by 9 November. "
        "Chance that this settles it: 86 %."
    )


def test_without_labels_the_request_says_what_to_supply():
    told = visible(str(ask(empty_record())))
    assert "Action: The business owner" in told
    assert "Label 200 rows" in told


def test_an_estimate_below_the_bar_is_not_called_good_enough():
    rows = (g1("not-enough-evidence", estimate=0.70), g2(), g3(), g4(), *conditions())
    assert why(record(criteria=rows)).startswith("The model is probably not good enough")


def test_lower_is_better_turns_the_comparison_round():
    row = g1("not-enough-evidence", estimate=0.70, higher_is_better=False)
    assert why(record(criteria=(row, g2(), g3(), g4()))).startswith("The model is probably good enough")


def test_a_row_that_the_record_lacks_is_open_and_never_passed():
    rec = record("NOT ENOUGH EVIDENCE", criteria=(g1(), g3(), g4()))
    assert "fast enough" in why(rec)
    assert "Not judged" in page(rec)


def test_due_date_is_day_28_while_it_lies_ahead_then_five_working_days():
    assert decide_by(record()) == dt.date(2026, 11, 9)
    late = record(project=record().project.model_copy(update={"start": dt.date(2026, 9, 1)}))
    assert decide_by(late) == AS_OF + dt.timedelta(days=7)
    assert decide_by(record("GO")) == AS_OF + dt.timedelta(days=7)


def test_statuses_have_shape_and_word():
    markup = str(go_no_go(troubled_record()).markup)
    for kind, word in (("fail", "Fail"), ("open", "Not enough evidence")):
        assert re.search(rf'<span class="tag {kind}"><svg class="sign"[^>]*>.*?</svg>{word}</span>', markup)


def test_page_one_shows_all_that_a_reader_must_not_miss():
    text = page(troubled_record())
    for told in (
        "PREVIEW, NOT A DECISION",
        "the history cannot be written",
        "evidence withdrawn, was FAIL",
        "Goalpost moved: The accuracy target was lowered",
        "Earlier looks at the labels are unknown",
        "Waived until 1 December: Security needs are written down, by Ana Ruiz (CTO).",
        "Maria Lind decided GO, against this: We need to ship.",
        "Not read: labels.csv",
        "stop and reassess",
        "is asked to say what a right answer is worth",
    ):
        assert told in text, told


def test_an_expired_waiver_is_not_shown_as_live():
    old = Attestation(
        criterion="2.4", kind="waiver", person="A", made=dt.date(2026, 1, 1), expires=AS_OF - dt.timedelta(1)
    )
    assert "Waived" not in page(record(attestations=(old,)))


def test_conditions_without_a_promise_are_told_to_have_no_owner():
    rows = (g1(), g2(), g3(), g4(), *conditions("2.3"))
    assert "API documents for every system · no owner yet" in page(record(criteria=rows, open=()))


def test_an_overdue_promise_says_so():
    late = OpenCondition(
        id="2.3", title="API documents", status="fail", owner="Jo", due=dt.date(2026, 10, 20), live=False
    )
    assert "Jo, 20 Oct (overdue)" in page(record(open=(late,)))


def test_a_decision_in_line_with_the_recommendation_is_no_warning():
    from gatebook.record import Human

    human = Human(decision="GO", person="Maria Lind", role="owner", reason="Fine.", date=AS_OF)
    rec = record("GO", decision=Decision(recommendation="GO", clock="on-time", reason="", human=human))
    text = page(rec)
    assert "against this" not in text
    assert "Decision: GO, signed by Maria Lind (owner) on 2 November" in text


def test_first_run_says_that_it_is_the_first():
    assert "This is the first run on record." in page(record(previous=None))


def test_page_one_tells_what_was_corrected_by_whom_and_when():
    text = page(RECORDS["corrected"])
    assert (
        "Replaced: predictions.latency_ms (was ms, now predictions.latency_ms = took). Nobody has signed for it."
        in text
    )
    assert (
        "Corrected by Ana Ruiz, CTO, on 30 October 2026: labels.label (was old_grade, now labels.score = grade). The "
        "grade moved."
    ) in text
    assert "1 more correction on the pages behind" in text
    assert "a column was replaced, and nobody signed for it" in text
    behind = visible(str(people(RECORDS["corrected"]).markup))
    assert "targets.value. The target was set for another product." in behind


@pytest.mark.parametrize(
    ("amount", "sign", "told"),
    [
        (-31_000, "loss", "If quality falls to 62 %, a month loses €31k"),
        (31_000, "gain", "falls to 62 %, a month still earns €31k"),
        (0, "nothing", "falls to 62 %, a month is worth €0"),
        (31_000, None, "falls to 62 %, a month still earns €31k"),
        (-31_000, None, "falls to 62 %, a month loses €31k"),
    ],
)
def test_a_month_of_a_wrong_go_reads_as_what_it_is(amount, sign, told):
    base = record()
    changed = base.money.model_copy(
        update={"false_go_month": amount, "false_go_sign": sign, "false_go_scenario": "below-needed" if sign else None}
    )
    found = base.model_copy(update={"money": changed})
    assert told in " ".join(page(found).split())
    behind = visible(str(value(found).markup))
    assert ("no loss by these amounts" in behind) == (amount > 0)
    assert ("ten points below what is needed now" in behind) == (sign is not None)
