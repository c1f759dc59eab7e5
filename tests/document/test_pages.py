"""Page one of the data reality check and of the error analysis."""

from __future__ import annotations

import pytest
from readability import grade, visible, words

from gatebook.document import show
from gatebook.record import PredicateRecord
from records import empty_record, findings, g1, g2, g3, g4, record, slices, troubled_record, varied

RECORDS = varied()


def text(piece) -> str:
    return visible(str(piece.markup)).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("page", [show.data_reality_check, show.error_analysis])
@pytest.mark.parametrize("name", sorted(RECORDS))
def test_first_pages_are_short_and_plain(page, name):
    told = text(page(RECORDS[name]))
    assert len(words(told)) <= 350
    assert grade(told) <= 9


def test_data_page_names_at_most_five_things_to_fix_and_counts_the_rest():
    many = tuple(
        f.model_copy(update={"finding_id": f"X{i}{n}", "severity": "warning", "kind": f"kind {n}"})
        for i in range(4)
        for n, f in enumerate(findings())
    )
    told = text(show.data_reality_check(record(findings=many)))
    assert told.count("Warning") == 5
    assert told.count("3 more like it") == 5
    assert f"{4 * (len(findings()) - 5)} more on the pages behind" in told


def test_a_problem_of_many_columns_is_told_once():
    one = findings()[0].model_copy(update={"severity": "warning", "meaning": "It hides a gap"})
    many = tuple(
        one.model_copy(update={"finding_id": f"F{i:04d}", "title": f"column {i} hides a gap"}) for i in range(1000)
    )
    told = text(show.data_reality_check(record(findings=many)))
    assert told.count("It hides a gap") == 1
    assert "999 more like it" in told
    behind = text(show.findings(record(findings=many)))
    assert behind.count("hides a gap") <= 100  # in the table, in the picture and in its words
    assert "Showing the worst 25 of 1,000; findings.csv holds them all." in behind


def test_data_page_puts_what_blocks_first():
    told = text(show.data_reality_check(troubled_record()))
    assert told.index("wind is required") < told.index("tailnum")
    assert "A data problem blocks" in told


def test_clean_data_are_told_to_be_clean():
    told = text(show.data_reality_check(record("GO", findings=())))
    assert "The data can carry a decision" in told
    assert "Nothing to fix" in told


def test_data_that_were_not_judged_never_read_as_fit():
    told = text(show.data_reality_check(record(criteria=(g1(), g2(), g4()))))
    assert "cannot carry a decision yet" in told
    assert told.count("Not judged") >= 5


def test_error_page_shows_at_most_three_kinds_of_input():
    many = slices() * 3
    told = text(show.error_analysis(record(slices=many)))
    assert told.count("These rows") == 3
    assert "3 more on the pages behind" in told


def test_error_page_without_kinds_says_what_could_have_been_seen():
    told = text(show.error_analysis(record(slices=())))
    assert "No kind of input stands out" in told
    assert "2.6 times as often" in told


def test_error_page_without_labels_is_not_enough_evidence():
    told = text(show.error_analysis(empty_record()))
    assert "Not enough evidence" in told
    assert "nobody can say what fails" in told


def test_a_kind_without_words_is_told_by_its_conditions():
    bare = slices()[0].model_copy(
        update={
            "words": "",
            "predicates": (
                PredicateRecord(column="hour", op=">=", value=18),
                PredicateRecord(column="wind", op="missing"),
                PredicateRecord(column="origin", op="in", value=("JFK", "LGA")),
            ),
        }
    )
    told = text(show.error_analysis(record(slices=(bare,))))
    assert "hour is at least 18, wind is missing and origin is one of JFK and LGA" in told


def test_a_kind_much_like_another_is_told_with_it():
    first, *_ = slices()
    nested = first.model_copy(update={"words": "hour is at least 20", "rows": 12, "like": 0})
    told = text(show.error_analysis(record(slices=(first, nested))))
    assert "One kind of input fails more often" in told
    assert "Much like it: hour is at least 20 (12 rows" in told
    assert told.count("These rows") == 1


def test_page_one_data_verdict_follows_the_data_row_alone():
    rows = (g1("fail"), g2("fail"), g3(), g4("not-enough-evidence"))
    assert "The data can carry a decision" in text(show.data_reality_check(record("NO-GO", criteria=rows)))
