"""What people call their things stands in the documents as they wrote it: figures are formatted before names go in."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cells import executed
from gatebook.document import show
from gatebook.document.exporter import export_html
from gatebook.document.page import environment
from gatebook.record import Record
from gatebook.words.figures import NBSP
from records import varied

NOTEBOOKS = {"01_data_reality_check": 60, "04_error_analysis": 20, "04_go_no_go": 60}  # places of names at least
END = "жд"  # behind every name: what stands before it must be the name
NAMES = st.text(st.sampled_from("aB7%$ \t\n\xa0.,_:é#'&<"), min_size=1, max_size=12)
FIXED = {
    *("status", "kind", "weight", "gate", "recommendation", "clock", "severity", "op", "id", "metric"),
    *("schema_version", "currency", "unit", "like"),
}
RECORDS = varied()
OURS = {
    "supply",
    "meaning",
    "action",
    "flags",
    "history_note",
    "goalposts",
    "simple_model_words",
}  # begin with words of ours


@pytest.fixture(scope="module", autouse=True)
def _no_pictures():
    """Leave the pictures out: their labels are cut to fit, and `test_pictures` says how."""
    known = environment().globals
    kept, known["plot"] = known["plot"], lambda *_about: ""
    yield
    known["plot"] = kept


def named(data: Any, name: str, *, quoted: bool, key: str = "") -> Any:
    """Return the data of a record with a name in every text; what gatebook writes begins with its own words."""
    if isinstance(data, dict):
        return {k: named(v, name, quoted=quoted, key=k) for k, v in data.items()}
    if isinstance(data, list):
        return [named(v, name, quoted=quoted, key=key) for v in data]
    if not isinstance(data, str) or not data or key in FIXED or data[:4].isdigit():
        return data
    if key in OURS:
        return f"Fill 5{NBSP}% of {name}{END} now"
    return f"`{name}{END}` in 5{NBSP}%" if quoted and key in {"title", "reason", "why", "words"} else name + END


class Texts(HTMLParser):
    """All that a page shows in one run, and each value of an attribute."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shown = ""
        self.values: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.values += [value for _, value in attrs if value]

    def handle_data(self, data) -> None:
        self.shown += data


def altered(text: str, name: str) -> list[str]:
    """Return the places of a text where something else than the name stands before its end."""
    parts = text.casefold().split(END)[:-1]
    ends = [sum(len(p) for p in parts[: n + 1]) + n * len(END) for n in range(len(parts))]
    return [text[max(0, e - 30) : e + 2] for e in ends if not text[: e + 2].endswith(name + END)]


@settings(max_examples=40, deadline=None)
@given(name=NAMES, quoted=st.booleans(), sort=st.sampled_from(["conditional", "open", "troubled"]))
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_name_stands_whole(notebook: str, sort: str, name: str, quoted: bool) -> None:
    base = RECORDS[sort]
    data = named(base.model_dump(mode="json"), name, quoted=quoted)
    page = Texts(export_html(executed(notebook, Record.model_validate(data))))
    places = [page.shown, *page.values]
    assert [a for text in places for a in altered(text, name)] == []
    assert sum(text.count(END) for text in places) > NOTEBOOKS[notebook]


@given(reason=st.text(st.sampled_from("a` .%$"), min_size=1, max_size=12).filter(str.strip))
def test_what_a_person_typed_is_no_markup(reason: str) -> None:
    base = RECORDS["troubled"]
    human = base.decision.human.model_copy(update={"reason": reason + END})
    vouched = base.attestations[0].model_copy(update={"reason": reason + END})
    changed = base.model_copy(
        update={"decision": base.decision.model_copy(update={"human": human}), "attestations": (vouched,)}
    )
    page = Texts(show.people(changed).markup)
    assert page.shown.count(reason + END) == 2
