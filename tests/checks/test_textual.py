from __future__ import annotations

import numpy as np
from quality_tables import WORDS

from gatebook.checks import Found
from gatebook.checks.texts import TextEdge, language, script

SPOKEN = {
    "English": "I have been waiting for my {} since last week and nobody can tell me where it is",
    "German": "Wo ist mein {}, ich warte schon seit einer Woche und niemand kann mir sagen, wo es ist",
    "French": "Je ne peux pas trouver mon {} depuis hier et personne ne me dit où il est dans le magasin",
    "Spanish": "No puedo entrar en mi {} desde ayer y la tarjeta que me enviaron no funciona en la tienda",
    "Italian": "Non riesco ad accedere al mio {} da ieri e la carta che mi avete inviato non funziona",
    "Portuguese": "Não consigo entrar na minha {} desde ontem e o cartão que vocês enviaram não funciona",
    "Dutch": "Waar is mijn {}, ik wacht al een week en ik kan niet meer inloggen op het account",
    "Finnish": "En voi kirjautua tilille {}, koska salasana ei toimi nyt, ja odotan jo kun se on auki",
    "Romanian": "Nu pot să intru în {} de ieri și nu știu de ce, vă rog să îmi spuneți ce este",
    "Turkish": "Hesabıma giremiyorum ve {} neden olduğunu bilmiyorum, lütfen bana bir yardım edin ama çok",
}


def test_edge_cases_of_free_text_are_notes_by_kind(look, rng):
    texts = [" ".join(rng.choice(WORDS, 8)) for _ in range(300)]
    texts[0], texts[1], texts[2], texts[3] = (
        "12345 ???",
        "ok",
        "где мой заказ пожалуйста",
        " ".join(rng.choice(WORDS, 900)),
    )
    found = {f.values["what"].code: f for f in look({"text": texts}).findings if f.kind == "text_edge"}
    assert len(found) == 4
    assert all(f.severity == "note" and f.rows == 1 for f in found.values())
    assert sorted(int(np.concatenate([r for r, _ in f.cells])[0]) for f in found.values()) == [0, 1, 2, 3]


def _edges(found, which):
    return [f for f in found.findings if f.kind == "text_edge" and f.values["what"].code == which]


def _languages(found):
    return [f for f in found.findings if f.code == Found.TEXT_LANGUAGE]


def test_texts_in_another_language_are_a_note_with_their_rows(look, rng, rows_of):
    texts = [SPOKEN["English"].format(f"{rng.choice(WORDS)} {i}") for i in range(120)]
    texts[5], texts[50] = SPOKEN["German"].format("Paket"), SPOKEN["German"].format("Konto")
    texts[7] = SPOKEN["French"].format("colis")
    (found,) = _languages(look({"text": texts}, text=("text",)))
    assert found.severity == "note"
    assert rows_of(found, "text") == [5, 7, 50]
    assert "English 117; German 2, French 1" in found.meaning


def test_columns_of_several_languages_or_of_none_are_left_alone(look, rng):
    half = [SPOKEN[n].format(f"{rng.choice(WORDS)} {i}") for i in range(60) for n in ("English", "German")]
    assert not _languages(look({"text": half}, text=("text",)))
    titles = [" ".join(rng.choice(WORDS[:15], 5)) for _ in range(200)]
    titles[:3] = ["La Paz de la Cruz", "Der Spiegel", "Los Angeles and El Paso"]
    assert not _languages(look({"text": titles}, text=("text",)))


def test_languages_are_told_by_their_common_words_and_never_guessed():
    assert {name: language(text.format("x")) for name, text in SPOKEN.items()} == {n: n for n in SPOKEN}
    for unsure in ("", "12 34", "wo ist es", "def f(x): return x + la", "привет как у вас дела сегодня мой друг"):
        assert language(unsure) == ""
    assert language("order invoice payment refund charge balance card delivery") == ""


def test_scripts_are_told_by_most_letters():
    assert [script(t) for t in ("abc é", "привет abc", "你好", "123")] == ["LATIN", "CYRILLIC", "CJK", ""]


def _sentences(rng, n):
    words = "the parcel came late and nobody told me where it was so I called the shop twice".split()  # noqa: SIM905 - a sentence
    return [" ".join(rng.choice(words, rng.integers(8, 60))) + "." for _ in range(n)]


def test_texts_that_are_cut_off_at_one_length(look, rows_of, rng):
    texts = _sentences(rng, 400)
    long = [i for i, t in enumerate(texts) if len(t) > 140][:40]
    for i in long:
        texts[i] = texts[i][:140]
    found = _edges(look({"note": texts}), TextEdge.CUT)
    assert "exactly 140 characters" in found[0].title
    assert rows_of(found[0], "note") == long


def test_whole_texts_of_many_lengths_are_not_cut_off(look, rng):
    assert not _edges(look({"note": _sentences(rng, 400)}), TextEdge.CUT)


def test_texts_with_nothing_to_read(look, rows_of, rng):
    texts = _sentences(rng, 100)
    texts[7], texts[70], texts[90] = "<p></p>", "\u200b\u00a0", "&nbsp;<br/>"
    found = _edges(look({"note": texts}), TextEdge.EMPTY)
    assert rows_of(found[0], "note") == [7, 70, 90]
