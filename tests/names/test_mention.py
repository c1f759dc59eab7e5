"""Phrases of free text, and whole sentences that rows share, that name a person."""

from __future__ import annotations

import pandas as pd
import pytest

from gatebook.evidence.disclosure import Disclosure
from gatebook.names.mention import mentions_person, names_person

PEOPLE = (
    ("sieglinde", "I spoke with Sieglinde about it"),
    ("sieglinde", "i spoke with sieglinde about it"),
    ("dear heike", "Dear Heike, it fails"),
    ("oberhuber", "please ask Sieglinde Oberhuber now"),
    ("oberhuber", "talk to Oberhuber again"),
    ("wimmerstedt", "then Frau Wimmerstedt told me"),
    ("frau wimmerstedt", "frau Wimmerstedt told me"),
    ("lefebvre", "in copy t.lefebvre please"),
    ("anna_brinkmann", "by anna_brinkmann"),
    ("leeuwen", "we met Joost van Leeuwen today"),
    ("o hara", "ask Mr O'Hara now"),
    ("taylor", "ask Mark Taylor now"),
    ("请联系王先生", "请联系王先生。"),
    ("田中さん", "田中さん、"),
    ("نورة", "تحدثت مع نورة أمس"),
    ("екатерина", "звонила Екатерина вчера"),
)
THINGS = (
    ("cash", "no Cash but my cash is gone and cash"),
    ("pin", "I forgot my PIN code"),
    ("won t", "It won't go on"),
    ("why won", "So why won't it go"),
    ("lisbon", "the Lisbon order is late"),
    ("san francisco", "we are in San Francisco now"),
    ("new york", "sent to New York again"),
    ("samsung galaxy", "my Samsung Galaxy broke"),
    ("bosch", "the Bosch drill broke"),
    ("rechnung", "wo ist die Rechnung denn"),
    ("kunde", "der Kunde wartet schon"),
    ("visa card", "my Visa card is lost"),
    ("order", "my order"),
)


@pytest.mark.parametrize(("phrase", "text"), PEOPLE)
def test_a_phrase_that_names_a_person_is_told_from_where_it_is_written(phrase, text):
    assert names_person(phrase, [text, f"{text} 2"])


@pytest.mark.parametrize(("phrase", "text"), THINGS)
def test_towns_goods_and_everyday_words_are_none(phrase, text):
    assert not names_person(phrase, [text] * 3)


def test_indian_names_are_known_by_what_stands_round_the_pieces_of_a_phrase():
    assert names_person("पक", ["मैं दीपक से मिला"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The app stops. Sieglinde Oberhuber said yes", True),
        ("then I told Frau Wimmerstedt today", True),
        ("Heike said that it works", True),
        ("in copy t.lefebvre please", True),
        ("Bank of New York Mellon", False),
        ("Order not delivered on time", False),
        ("Ben & Jerry's Ice Cream Chocolate", False),
        ("please refund the Lisbon order now", False),
        ("cash withdrawal not recognised yet", False),
    ],
)
def test_a_sentence_that_rows_share_is_shown_unless_it_names_a_person(text, expected):
    assert mentions_person(text) == expected
    cells = pd.Series([text] * 9, name="message")
    assert bool(Disclosure().counts(cells)) != expected
    assert Disclosure(public=frozenset({"message"})).counts(cells) == {text: 9}


def test_a_long_text_takes_no_time_with_the_square_of_its_length():
    text = "x" * 200_000 + " told Heike " * 20_000
    assert names_person("heike", [text])
