"""Text: phrases that say something, surface measures, distance to what the model was built on."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.slices import Predicate, mask
from gatebook.slices.features import nearest_curated, readable, terms, unknown_words
from gatebook.slices.predicate import surface


def cells(*texts):
    return np.array(texts, dtype=object)


def test_surface_measures_count_what_they_say():
    seen = surface(cells("Card 4711 LOST", "да, карта", "", None))
    assert seen["words"][:3].tolist() == [3, 2, 0]
    assert seen["digits"][:2].tolist() == [4, 0]
    assert seen["capitals"][0] == 62
    assert seen["non-Latin"][:2].tolist() == [0, 7]
    assert np.isnan(seen["words"][3])


def test_stop_words_alone_are_no_phrase():
    assert readable("exchange rate")
    assert readable("not received")
    assert not readable("the")
    assert not readable("the card")
    assert not readable("of")


def test_phrases_that_occur_in_the_same_rows_are_one():
    texts = cells(*["top up failed"] * 20, *["card lost"] * 20, *["other words here"] * 20)
    found = terms("q", texts, 15)
    assert "failed" not in found.phrases
    assert "card lost" in found.phrases
    assert np.diff(found.presence.indptr).tolist() == [20] * len(found.phrases)


def test_no_shared_phrase_is_none():
    assert terms("q", cells("one", "two", None), 2) is None


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from(["pay", "card", "bank", "lost", "rate", "Top-up", "now!"]), min_size=1, max_size=8),
    st.integers(0, 99),
)
def test_a_phrase_of_the_vocabulary_holds_on_the_rows_that_it_was_counted_on(words, seed):
    rng = np.random.default_rng(seed)
    texts = cells(*[" ".join(rng.choice(words, rng.integers(1, 6))) for _ in range(60)])
    found = terms("q", texts, 3)
    if found is None:
        return
    frame = pd.DataFrame({"q": texts}, dtype="str")
    for i, phrase in enumerate(found.phrases):
        rows = found.presence[:, [i]].toarray().ravel() > 0
        assert np.array_equal(mask(frame, (Predicate("q", "contains", phrase),)), rows), phrase


def test_distance_to_curated_text_is_zero_for_a_copy_and_large_for_a_stranger():
    found = nearest_curated(
        ["my card is lost", "my cards are lost", "wie ist das wetter", None], ["my card is lost", "top up failed"]
    )
    assert found[0] == 0
    assert 0 < found[1] < found[2] <= 1
    assert np.isnan(found[3])


def test_words_that_no_curated_text_holds_are_counted():
    assert unknown_words(["my card exploded twice", "card"], ["my card is lost"]).tolist() == [2, 0]
