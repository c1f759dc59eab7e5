"""Errors are told as what they are: counted, graded or measured."""

from __future__ import annotations

from readability import visible

from gatebook.document import show
from gatebook.document.loss import Loss, loss_of, rate_of, total
from records import record


def told(**errors):
    rec = record()
    changed = rec.evidence.errors.model_copy(update=errors)
    return rec.model_copy(update={"evidence": rec.evidence.model_copy(update={"errors": changed})})


def test_whole_errors_are_counted():
    assert total(record()).replace("\N{NO-BREAK SPACE}", " ") == "51 of 212 labelled rows are wrong (24 %)."


def test_parts_of_grades_are_lost_and_never_called_wrong_rows():
    rec = told(errors=59.6, error_rate=0.281)
    assert total(rec).replace("\N{NO-BREAK SPACE}", " ") == (
        "212 labelled rows lose 28 % of the full grade on average."
    )
    page = visible(str(show.error_analysis(rec).markup)).replace("\N{NO-BREAK SPACE}", " ")
    assert "33 % lost" in page
    assert "wrong" not in page


def test_errors_without_a_ceiling_are_no_percentages():
    rec = told(errors=678.4, error_rate=3.2)
    assert loss_of(rec) is Loss.FAR
    assert total(rec) == "Over 212 labelled rows the mean error is 3.2."
    assert loss_of(rec).rate(4.5678) == "mean error 4.57"


def test_rate_is_worked_out_where_the_record_lacks_it():
    assert rate_of(told(error_rate=None)) == 51 / 212
    assert rate_of(told(error_rate=None, rows=0, errors=0.0)) == 0
