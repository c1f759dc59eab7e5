from __future__ import annotations

import numpy as np
from quality_tables import WORDS

from gatebook.evidence.quality.textual import script


def test_edge_cases_of_free_text_are_notes_by_kind(look, rng):
    texts = [" ".join(rng.choice(WORDS, 8)) for _ in range(300)]
    texts[0], texts[1], texts[2], texts[3] = (
        "12345 ???",
        "ok",
        "где мой заказ пожалуйста",
        " ".join(rng.choice(WORDS, 900)),
    )
    found = {f.title.split(":")[0]: f for f in look({"text": texts}).findings if f.kind == "text_edge"}
    assert len(found) == 4
    assert all(f.severity == "note" and f.rows == 1 for f in found.values())
    assert sorted(int(np.concatenate([r for r, _ in f.cells])[0]) for f in found.values()) == [0, 1, 2, 3]


def test_scripts_are_told_by_most_letters():
    assert [script(t) for t in ("abc é", "привет abc", "你好", "123")] == ["LATIN", "CYRILLIC", "CJK", ""]
