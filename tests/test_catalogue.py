"""The catalogue of words: each code has its words, each entry its code, and figures read as people write them."""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
import string
from collections.abc import Iterator
from typing import Any

import pytest

import gatebook
from gatebook import words
from gatebook.words import Code, entries, said, say, say_if_any


class Fruit(Code):
    APPLE = "apple"
    BASKET = "basket"
    DAY = "day"


@pytest.fixture(autouse=True)
def _fruits(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = {
        "apple": "{n:# apple|# apples}",
        "basket": {"title": "A basket of {what}", "action": "Eat {share:%} of {names}."},
        "day": "On {date}: {weight}",
    }
    whole = words._catalogue
    monkeypatch.setattr(
        words, "_catalogue", lambda package: {"Fruit": mine} if package in {"", __name__} else whole(package)
    )


def test_figures_read_as_people_write_them() -> None:
    assert say(Fruit.APPLE, n=1) == "1 apple"
    assert say(Fruit.APPLE, n=1512) == "1,512 apples"
    assert say(Fruit.BASKET, "title", what=said(Fruit.APPLE, n=2)) == "A basket of 2 apples"
    assert say(Fruit.BASKET, "action", share=0.25, names=["a", "b", "c"]) == "Eat 25\N{NO-BREAK SPACE}% of a, b and c."
    assert say_if_any(Fruit.BASKET, "meaning") == ""
    assert say(Fruit.DAY, date=dt.date(2026, 10, 5), weight=1234.5678) == "On 5 October 2026: 1,234.57"


def test_a_missing_value_is_an_error_not_a_gap() -> None:
    with pytest.raises(KeyError):
        say(Fruit.APPLE)


@pytest.mark.parametrize(("fruit", "part"), [(Fruit.BASKET, "meaning"), (Fruit.BASKET, ""), (Fruit.APPLE, "title")])
def test_a_part_that_an_entry_lacks_is_an_error_not_a_gap(fruit: Fruit, part: str) -> None:
    with pytest.raises(KeyError):
        say(fruit, part, n=1, what="a", share=1, names=[])


def codes(kind: type[Code] = Code) -> Iterator[type[Code]]:
    for one in kind.__subclasses__():
        yield one
        yield from codes(one)


def test_each_code_has_its_words_and_each_entry_its_code() -> None:
    for module in pkgutil.walk_packages(gatebook.__path__, "gatebook."):
        importlib.import_module(module.name)
    for kind in codes():
        if not kind.__module__.startswith("gatebook."):
            continue
        catalogue: dict[str, Any] = entries(kind)
        assert set(catalogue) == {member.value for member in kind}, f"{kind.__module__}.{kind.__name__}"
        for key, entry in catalogue.items():
            for text in entry.values() if isinstance(entry, dict) else [entry]:
                list(string.Formatter().parse(text))
                assert isinstance(text, str), key
