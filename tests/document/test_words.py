"""Numbers, dates and money as a careful person writes them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.document.rows import figure, places
from gatebook.words.figures import NBSP, brief, clip, day, ended, listed, money, percent, plain, plural, sentence
from records import g1, g2


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        (560, "EUR", "€560"),
        (0, "EUR", "€0"),
        (7_200, "EUR", "€7.2k"),
        (31_400, "USD", "$31k"),
        (-31_000, "EUR", "−€31k"),
        (2_400_000, "GBP", "£2.4m"),
        (999_700, "EUR", "€1.0m"),
        (12, "SEK", f"SEK{NBSP}12"),
    ],
)
def test_money_is_rounded_to_two_figures(amount, currency, told):
    assert money(amount, currency) == told


def test_days_are_written_out():
    assert day(dt.date(2026, 11, 12)) == f"12{NBSP}November"


def test_counts_have_their_noun():
    assert plural(1, "row") == "1 row"
    assert plural(1512, "row") == "1,512 rows"
    assert plural(2, "history", "histories") == "2 histories"


@given(st.floats(0, 1))
def test_a_share_is_never_told_as_all_or_nothing_when_it_is_not(share):
    told = percent(share).replace(NBSP, " ")
    assert (told == "0 %") == (share == 0)
    assert (told == "100 %") == (share == 1)


@given(st.floats(0.001, 0.999), st.integers(0, 3))
def test_a_bound_is_never_told_better_than_it_is(bound, decimals):
    low = float(figure(bound, "", decimals, share=True, toward=-1).split(NBSP)[0])
    high = float(figure(bound, "", decimals, share=True, toward=1).split(NBSP)[0])
    assert low <= bound * 100 + 1e-6
    assert high >= bound * 100 - 1e-6
    assert high - low <= 10**-decimals + 1e-6


@given(st.floats(0.01, 0.99), st.floats(-0.01, 0.01))
def test_an_estimate_beside_its_bar_is_told_apart_from_it(bar, gap):
    row = g1(bar=bar, estimate=bar + gap, lower=bar - 0.05, upper=bar + 0.05)
    decimals = places(row, share=True)
    same = figure(bar, "", decimals, share=True) == figure(bar + gap, "", decimals, share=True)
    assert not same or abs(gap) < 1e-5


def test_milliseconds_carry_no_decimals():
    assert figure(342.0, "ms", places(g2(), share=False), share=False) == f"342{NBSP}ms"


@given(st.text(), st.integers(1, 30))
def test_clipped_text_is_short_and_marked(text, most):
    short = clip(text, most)
    assert len(re.findall(r"[^ \t\n\r\f]+", short)) <= most
    assert len(short) <= most * 9 + 11
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_lists_end_in_and():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c", "d", "e", "f"], 4) == "a, b, c, d and 2 more"
    assert listed([]) == ""


def test_sentences_end_once():
    assert sentence("all is well") == "All is well."
    assert sentence("Is it?") == "Is it?"
    assert sentence(" ") == ""


def test_a_text_that_may_begin_with_a_name_keeps_its_first_letter():
    assert ended("evaluate is blank in 3 rows") == "evaluate is blank in 3 rows."
    assert ended(" ") == ""


@given(st.text(st.sampled_from("a$%5 .\t\xa0_"), max_size=12))
def test_a_short_text_is_never_altered(text):
    assert clip(text, 20) == brief(text, 20) == text
    assert ended(text).removesuffix(".") == (text if text.strip() else "").removesuffix(".")
    assert sentence(f"Own {text}").startswith(f"Own {text}")


def test_long_advice_is_cut_where_a_clause_ends():
    advice = "List the systems in [tables.integrations], each with its last successful read and write."
    assert brief(advice, 8) == "List the systems in [tables.integrations]"
    assert brief(advice, 20) == advice
    assert brief("One is said. " + "word " * 30, 8) == "One is said"
    assert brief("word " * 30, 8).endswith("…")


def test_sections_of_the_project_file_are_named_in_words():
    assert plain("fill [tables.labels] and [[open]] or [value]") == (
        "fill the table `labels` and the section `open` or the section `value`"
    )
    assert plain("fill `[open]` in [[open]]") == "fill `[open]` in the section `open`"


def test_names_of_columns_keep_their_case_at_the_start_of_a_sentence():
    assert sentence("ordered_on is late") == "ordered_on is late."


@pytest.mark.parametrize(("k", "n", "told"), [(11, 2000, "0.6 %"), (333, 2000, "17 %"), (5, 1000, "0.5 %")])
def test_a_share_is_rounded_as_its_fraction_reads(k, n, told):
    assert percent(k / n).replace(NBSP, " ") == told
