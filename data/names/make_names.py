"""Make the word lists that tell people's names from other words, from four packages under the MIT licence.

    pip install faker mimesis name-variants japanese-personal-name-dataset
    python data/names/make_names.py

Writes `given.txt`, `family.txt` and `words.txt` beside `gatebook/names`; each holds folded words, one a line.
"""

from __future__ import annotations

import calendar
import csv
import importlib
import json
import pkgutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path

import name_variants

from gatebook.names.words import fold, tokens

HERE = Path(__file__).parents[2] / "src/gatebook/names"
PLACES = (  # attributes of Faker's addresses
    "cities",
    "city_names",
    "countries",
    "states",
    "regions",
    "departments",
    "counties",
    "provinces",
    "districts",
    "prefectures",
    "street_suffixes",
    "street_prefixes",
    "street_suffixes_long",
    "city_suffixes",
    "towns",
)
FIRMS = ("company_suffixes", "company_prefixes", "company_categories", "company_types")
SPEECH = {
    "company": FIRMS,
    "job": ("jobs", "jobs_female"),
    "lorem": ("word_list",),
    "color": ("all_colors", "safe_colors"),
    "date_time": ("MONTH_NAMES", "DAY_NAMES"),
}
MOST = 7_000  # texts of one list
WORDS_OF = (
    "",
    "en",
    "de_DE",
    "fr_FR",
    "es",
    "it_IT",
    "pt",
    "nl_NL",
    "pl_PL",
    "tr_TR",
    "ru_RU",
    "ja_JP",
    "zh_CN",
    "ko_KR",
    "ar",
    "hi",
)
LEFT_OUT = {
    ("it_IT", "cities"),
    ("nl_NL", "cities"),
    ("es_ES", "word_list"),
    ("es_AR", "word_list"),
    ("es_MX", "word_list"),
}
# every village; lists of words that hold people's names
THIN = ("pl", "tr", "zh", "ko", "ar", "fi", "ru", "hu", "uk", "et")
NAMED_IN = 6  # lists of names from which a word is no place
FAMILY = ("chinese", "japanese", "korean", "russian", "vietnamese", "indian_hindi", "indian_tamil", "indian_bengali")
SIGNS = 12  # given names in which a Chinese sign stands, to be one of names


def providers(kind: str) -> Iterator[tuple[str, type]]:
    package = importlib.import_module(f"faker.providers.{kind}")
    yield "", package.Provider
    for found in pkgutil.iter_modules(package.__path__):
        if found.ispkg:
            yield found.name, importlib.import_module(f"{package.__name__}.{found.name}").Provider


def flat(found: object) -> Iterator[str]:
    """Yield the texts of a list, of a mapping's keys or of nested lists."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict) and all(isinstance(v, str) for v in found.values()):
        yield from found.values()  # of months and days, else weights of names
    elif isinstance(found, dict):
        for key in found:
            yield from flat(key)
    elif isinstance(found, Iterable):
        for item in found:
            yield from flat(item)


def _read(locale: str) -> bool:
    """Return whether a language's other words are kept: of all languages they would be too many."""
    return not locale or any(locale.startswith(part) for part in WORDS_OF if part)


def listed(kind: str, starts: tuple[str, ...]) -> Iterator[str]:
    for locale, provider in providers(kind):
        for name in dir(provider):
            found = getattr(provider, name)
            if (kind != "person" and not _read(locale)) or (locale, name) in LEFT_OUT:
                continue
            if name.startswith(starts) and not callable(found):
                yield from list(flat(found))[:MOST]


def variants(given: bool) -> Iterator[str]:
    for table, entries in name_variants.ALL_TABLES.items():
        if given != (table in FAMILY):
            for name, one in entries.items():
                yield name
                yield from one["forms"]


def japanese(file: str) -> list[list[str]]:
    path = resources.files("japanese_personal_name_dataset") / "dataset" / f"{file}.csv"
    with path.open(encoding="utf-8") as lines:
        return list(csv.reader(lines))


def of_mimesis(part: str) -> Iterator[str]:
    """Yield the "names" or "surnames" of languages of which Faker knows few."""
    folder = resources.files("mimesis") / "datasets"
    for place in sorted(folder.iterdir(), key=lambda p: p.name):
        file = place / "person.json"
        if place.name[:2] in THIN and file.is_file():
            found = json.loads(file.read_text(encoding="utf-8")).get(part, {})
            yield from flat(list(found.values()) if isinstance(found, dict) else found)


def families() -> Iterator[str]:
    for row in japanese("last_name_org"):
        yield row[0]
        yield row[3].replace("ou", "o").replace("uu", "u")


def givens() -> Iterator[str]:
    """Yield how Japanese given names sound, and the signs that many of them are written with."""
    rows = japanese("first_name_man_opti") + japanese("first_name_woman_opti")
    sounds, signs = Counter[str](), Counter[str]()
    for row in rows:
        sounds.update(row[:2])
        signs.update({c for text in row[2:] for c in text})
    yield from (s for s in sounds if len(s) >= 2)
    yield from (c for c, n in signs.items() if n >= SIGNS and c > "\u3400")


def words_of(texts: Iterable[str], shortest: int = 2) -> set[str]:
    """Return the folded words of texts; one letter is a word where it is a sign, as in Chinese."""
    found = (w for text in texts for w in tokens(fold(text)))
    return {w for w in found if len(w) >= shortest or ord(w[0]) > 0x2E80}


def write(name: str, words: set[str]) -> None:
    (HERE / f"{name}.txt").write_text("\n".join(sorted(words)) + "\n", encoding="utf-8")
    sys.stdout.write(f"{name} {len(words)}\n")


def main() -> None:
    people = Counter[str]()
    for _, provider in providers("person"):
        lists = [getattr(provider, n) for n in dir(provider) if n.startswith(("first_name", "last_name"))]
        people.update(words_of(t for found in lists if not callable(found) for t in flat(found)))
    write(
        "given",
        words_of(
            [
                *listed("person", ("first_name", "first_romanized")),
                *variants(given=True),
                *givens(),
                *of_mimesis("names"),
            ]
        ),
    )
    write(
        "family",
        words_of(
            [
                *listed("person", ("last_name", "last_romanized")),
                *variants(given=False),
                *families(),
                *of_mimesis("surnames"),
            ]
        ),
    )
    speech = words_of((t for kind, names in SPEECH.items() for t in listed(kind, names)), shortest=3)
    speech |= words_of((*calendar.month_name, *calendar.day_name), shortest=3)  # in English
    places = words_of(listed("address", PLACES), shortest=3)
    write("speech", speech)
    write("places", {w for w in places - speech if people[w] < NAMED_IN})


if __name__ == "__main__":
    main()
