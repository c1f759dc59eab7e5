"""Which column of one table plays which part: the values must allow it, the name chooses among those left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from gatebook.evidence.quality.personal import people_columns
from gatebook.evidence.quality.reading import read
from gatebook.init import durations
from gatebook.init.look import Column, File
from gatebook.vocabulary import listed_words, says, words

NAMED = durations.NAMED  # a name that speaks at least this clearly counts
NEARLY = 0.95  # real tables hold a few duplicate rows; a key may too
CLEAR = 0.6  # a name that says it by a strong word, at least among others
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+?\(?\d[\d\s()/.-]{6,18}\d")


def best(
    file: File, part: str, allowed: Callable[[Column], bool], taken: Iterable[str] = (), least: float = NAMED
) -> str | None:
    """Return the column whose name speaks most clearly for a part, among those whose values allow it."""
    found = [
        (says(part, name), -position, name)
        for position, (name, column) in enumerate(file.columns.items())
        if name not in set(taken) and column.kind != "empty" and allowed(column)
    ]
    score, _, name = max(found, default=(0.0, 0, ""))
    return name if score >= least else None


def version(file: File, taken: Iterable[str] = ()) -> str | None:
    """Return the column that names the model: few values, each on many rows, and no goods that have models too.

    One value alone makes a version only where the name leaves no other reading.
    """
    if any(listed_words("goods") & set(words(n)) for n in file.columns):
        return None

    def allowed(column: Column) -> bool:
        several = column.distinct > 1 or says("version", column.name) >= CLEAR
        often = column.repeats >= 3 or column.rows < 10
        return several and often and not column.continuous and column.distinct <= 50 and column.filled > 0.9

    return best(file, "version", allowed, taken)


def tells_apart(file: File, key: Iterable[str], *names: str) -> bool:
    """Return whether rows of one key differ by these columns: versions, trials or graders, not inputs."""
    key = tuple(key)
    return bool(key) and file.unique(*key) < NEARLY <= file.unique(*key, *names)


def trial(file: File) -> str | None:
    """Return the column that counts repetitions of one request."""
    return best(file, "trial", lambda c: c.kind in {"integer", "category"} and c.repeats >= 2)


def annotator(file: File) -> str | None:
    """Return the column that names who labelled the row."""
    return best(file, "annotator", lambda c: c.kind in {"category", "integer"} and c.repeats > 1.2)


def error(file: File) -> tuple[str | None, str | None]:
    """Return (column, its obstacle): in an error column most cells are blank or say that there was none."""

    def mostly_without(column: Column) -> bool:
        sound = sum(n for v, n in column.counts.items() if v.strip().lower() in listed_words("no_error"))
        return column.filled * (1 - sound / max(1, sum(column.counts.values()))) < 0.5

    name = best(file, "error", lambda c: mostly_without(c) and c.distinct > 0, least=CLEAR)
    if name is not None:
        return name, None
    full = best(file, "error", lambda c: bool(c.values), least=CLEAR)
    empty = [n for n, c in file.columns.items() if c.kind == "empty" and says("error", n) >= CLEAR]
    return (empty[0], None) if empty and full is None else (None, full)


def cost(file: File) -> str | None:
    """Return the column of what one request cost, the whole before its parts."""
    found = [
        (
            says("cost", n)
            + 0.2 * bool(listed_words("whole") & set(words(n)))
            - 0.3 * bool(listed_words("part") & set(words(n))),
            -i,
            n,
        )
        for i, (n, c) in enumerate(file.columns.items())
        if c.numeric and c.low >= 0 and says("cost", n) >= NAMED
    ]
    return max(found)[2] if found else None


def judge(file: File) -> str | None:
    """Return the column of an automatic grade."""
    return best(file, "judge", lambda c: c.distinct > 1 and (c.numeric or c.distinct <= 10), least=CLEAR)


def certainty(file: File, taken: Iterable[str]) -> tuple[str, str] | None:
    """Return ("confidence" or "probability" by its name, column): numbers in [0, 1] that are no class."""

    def allowed(column: Column) -> bool:
        return column.numeric and column.low >= 0 and column.high <= 1 and column.distinct > 2

    found = [
        (says(part, name), part == "confidence", -position, part, name)
        for position, (name, column) in enumerate(file.columns.items())
        for part in ("confidence", "probability")
        if name not in set(taken) and allowed(column)
    ]
    score, _, _, part, name = max(found, default=(0.0, False, 0, "", ""))
    return (part, name) if score >= NAMED else None


def unfit_certainty(file: File, taken: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each column that is called a confidence and holds no numbers from 0 to 1."""
    for name, column in file.columns.items():
        named = max(says("confidence", name), says("probability", name)) >= CLEAR and name not in set(taken)
        if not named or column.kind == "empty" or says("score", name) >= CLEAR:
            continue
        if not column.numeric:
            example = next(iter(file.values(name)), "").strip()[:30]
            yield f"{file.path}: {name!r} looks like a confidence, but values such as {example!r} are no numbers from 0 to 1, so it is not used; write 0.981 for 98.1%."
        elif column.high > 1 or column.low < 0:
            yield f"{file.path}: {name!r} lies outside 0 to 1, so it is not used as confidence."


def time(file: File, taken: Iterable[str] = ()) -> str | None:
    """Return the column of moments: the best named of those that read as dates, seconds since 1970 need a name."""
    moments = [
        (says("time", n), -i, n)
        for i, (n, c) in enumerate(file.columns.items())
        if n not in set(taken) and (c.kind == "time" or (c.numeric and says("time", n) >= CLEAR and durations.epoch(c)))
    ]
    return max(moments)[2] if moments else None


def cluster(file: File, taken: Iterable[str], key: Iterable[str] = ()) -> str | None:
    """Return the id-like column whose values repeat: rows of one value are not independent.

    A column that only names the ids of `key` anew, as a hash of them does, holds nothing together.
    """
    found = []
    ids = len(file.head[list(key)].drop_duplicates()) if key else len(file.head)
    for position, (name, column) in enumerate(file.columns.items()):
        if name in set(taken) or column.kind not in {"integer", "category"}:
            continue
        if column.distinct >= ids < len(file.head):
            continue
        who = says("cluster", name)
        looks_like_id = bool(listed_words("id_words") & set(words(name)))
        if who and looks_like_id and column.repeats > 1.02 and column.distinct >= 10:
            found.append((who + 1, -position, name))
        elif who and column.repeats > 1.05 and column.distinct >= 20:
            found.append((who, -position, name))
    return max(found)[2] if found else None


def segments(file: File, taken: Iterable[str], at_most: int = 6) -> tuple[str, ...]:
    """Return the columns that split the rows into a few groups, the readable ones first."""
    found = []
    for position, (name, column) in enumerate(file.columns.items()):
        if name in set(taken) or column.kind != "category" or column.filled < 0.5:
            continue
        if 2 <= column.distinct <= 50 and column.repeats >= 10:
            found.append((column.distinct > 20, position, name))
    return tuple(name for _, _, name in sorted(found)[:at_most])


def texts(file: File, taken: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of free text."""
    return tuple(
        n for n, c in file.columns.items() if c.kind == "text" and n not in set(taken) and says("error", n) < CLEAR
    )


@lru_cache(maxsize=16)  # asked again for each part that such a column must not play
def people(file: File) -> tuple[str, ...]:
    """Return the columns that hold names of people, told by their values as in a run."""
    found = people_columns(read(file.head)) if file.columns else set()
    return tuple(c for c in file.columns if c in found and c != version(file))


def personal(file: File) -> dict[str, str]:
    """Return column -> why it may hold personal data: e-mail addresses and phone numbers by value, others by name."""
    found: dict[str, str] = {}
    for name, column in file.columns.items():
        if column.kind in {"empty", "time"}:
            continue
        named = says("personal", name) >= 0.6 and column.distinct > 2
        if column.numeric:
            found.update({name: "its name says so"} if named else {})
            continue
        given = file.head[name].dropna().astype(str).str.strip().head(2000)
        if (mails := float(given.str.fullmatch(_EMAIL).mean())) > 0.3:
            found[name] = f"{mails:.0%} of its values are e-mail addresses"
        elif column.kind == "category" and _phones(given.tolist()) > 0.5:
            found[name] = "its values look like phone numbers"
        elif named:
            found[name] = "its name says so"
    return found


def _phones(values: list[str]) -> float:
    """Return the share of phone numbers: digits with a plus, brackets or blanks, which plain ids do not have."""
    marked = [v for v in values if _PHONE.fullmatch(v) and (v[0] in "+(" or " " in v)]
    return len(marked) / max(1, len(values))


def inputs(file: File) -> tuple[str, ...]:
    """Return the columns that describe the request itself: no answer, truth, score, key or model name."""
    parts = (
        "prediction",
        "confidence",
        "probability",
        "latency",
        "error",
        "judge",
        "cost",
        "trial",
        "version",
        "annotator",
        "id",
        "weight",
        "stratum",
        "inclusion_probability",
    )
    return tuple(
        n
        for n, c in file.columns.items()
        if c.kind != "empty" and not any(says(p, n) >= NAMED for p in parts) and says("label", n) < 0.6
    )
