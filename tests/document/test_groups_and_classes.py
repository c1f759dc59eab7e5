"""What the documents say of false alarms and misses by group, of answers never given and of base rates."""

from __future__ import annotations

from typing import Any

from readability import grade, visible, words

from gatebook.document import show
from gatebook.record import (
    AbsentFact,
    BaseRateFact,
    ClassesFact,
    Group,
    IntervalFact,
    RateFact,
    RateGroup,
    RatesFact,
    Record,
)
from records import HOSTILE, record


def text(piece: Any) -> str:
    return visible(str(piece.markup)).replace("\N{NO-BREAK SPACE}", " ")


def span(middle: float, n: int = 1500) -> IntervalFact:
    return IntervalFact(estimate=middle, lower=middle - 0.02, upper=middle + 0.02, n=n)


def made(rates: RatesFact | None = None, classes: ClassesFact | None = None, **changes: Any) -> Record:
    """Return a record with these facts and without a failing kind of input."""
    base = record(slices=())
    errors = base.evidence.errors.model_copy(update={"rates": rates, **changes})
    return base.model_copy(update={"evidence": base.evidence.model_copy(update={"errors": errors, "classes": classes})})


def rates(
    words_: str = "region is south", *, declared: bool = True, both: bool = False, positive: str = "1"
) -> RatesFact:
    group = RateGroup(
        words=words_,
        rows=3000,
        false_alarms=RateFact(group=span(0.45), elsewhere=span(0.2), p=0.0004),
        misses=RateFact(group=span(0.19), elsewhere=span(0.46), p=0.02 if both else None),
    )
    return RatesFact(
        positive=positive,
        declared=declared,
        false_alarms=span(0.32),
        misses=span(0.33),
        groups=(group,),
        seen_false_alarms=1.6,
        seen_misses=None,
    )


def lacking(answer: str = "out_of_scope", doubt: str = "") -> ClassesFact:
    absent = AbsentFact(answer=answer, rows=359, share=span(0.18), curated=False, given=False, doubt=doubt)
    moved = BaseRateFact(
        answer=answer,
        curated=span(0.5),
        production=span(0.1),
        difference=IntervalFact(estimate=-0.4, lower=-0.45, upper=-0.35),
        moved=True,
    )
    return ClassesFact(
        rows=2000, curated=1500, given=2000, never_given=(absent,), not_curated=(absent,), base_rates=(moved,)
    )


def test_page_one_never_says_that_nothing_stands_out_where_mistakes_differ() -> None:
    assert "False alarms differ by group" in text(show.error_analysis(made(rates())))
    assert "False alarms and misses differ by group" in text(show.error_analysis(made(rates(both=True))))
    assert "1 true answer is never given" in text(show.error_analysis(made(None, lacking())))
    assert "No kind of input stands out" in text(show.error_analysis(made()))


def test_what_any_useful_model_does_is_no_headline() -> None:
    found = rates()
    likewise = found.model_copy(update={"groups": (found.groups[0].model_copy(update={"expected": True}),)})
    assert "No kind of input stands out" in text(show.error_analysis(made(likewise)))
    assert "true answers lean likewise" in text(show.groups(made(likewise)))


def test_page_one_stays_short_and_plain() -> None:
    for one in (made(rates()), made(rates(both=True), lacking())):
        told = text(show.error_analysis(one))
        assert len(words(told)) <= 350
        assert grade(told) <= 9


def test_a_group_that_stands_out_has_both_mistakes_with_range_rows_and_the_rest() -> None:
    told = text(show.groups(made(rates())))
    table = told[told.index("Groups whose false alarms") :]
    for said in (
        "region is south",
        "false alarms",
        "45 %",
        "43 % to 47 %",
        "1,500",
        "20 %",
        "under 0.001",
        "misses",
        "19 %",
        "46 %",
    ):
        assert said in table
    assert "32 % of 1,500 rows that are not “1” raise a false alarm" in told
    assert "1.6 times the usual false alarms; no rate of misses would show it" in told
    assert "names no positive class" not in told
    assert "names no positive class" in text(show.groups(made(rates(declared=False))))


def test_groups_without_a_finding_say_so() -> None:
    none = rates().model_copy(update={"groups": ()})
    assert "No group is shown to differ from all others in this" in text(show.groups(made(none)))
    assert "false alarm" not in text(show.groups(made()))


def test_each_group_shows_its_mistakes_and_a_dash_for_what_few_rows_could_have() -> None:
    group = Group(
        column="region",
        value="south",
        rows=300,
        errors=96,
        rate=0.32,
        lower=0.27,
        upper=0.37,
        false_alarms=span(0.45),
        misses=None,
    )
    told = text(show.groups(made(rates(), groups=(group,))))
    table = told[told.index("False alarms and misses by group") :]
    assert "region: south" in table
    assert "45 %" in table
    assert "\N{EN DASH}" in table


def test_answers_never_given_are_listed_with_their_doubt() -> None:
    told = text(show.confusions(made(None, lacking())))
    for said in ("out_of_scope", "359", "18 %", "16 % to 20 %", "none", "Of 2,000 rows with a true answer"):
        assert said in told
    assert "or in another spelling" not in told
    assert "none, or in another spelling" in text(show.confusions(made(None, lacking(doubt="spelling"))))
    assert "True answers that are never given" not in text(show.confusions(made()))


def test_base_rates_then_and_now_stand_beside_the_columns() -> None:
    told = text(show.drift(made(None, lacking())))
    for said in ("How common an answer is", "50 %", "10 %", "beyond doubt"):
        assert said in told
    assert "How common an answer is" not in text(show.drift(made()))


def test_hostile_words_are_shown_and_never_run() -> None:
    one = made(rates(HOSTILE, positive=HOSTILE), lacking(HOSTILE))
    for piece in (show.error_analysis, show.groups, show.confusions, show.drift):
        assert "<script>" not in str(piece(one).markup)
        assert "<img" not in str(piece(one).markup)
