"""What defines an outcome is a goalpost: how a cell becomes an answer, a grade or a time, what a row stands for.

The reading of a first look stays on record. Where the project file reads otherwise since, every row is judged by both,
and the stricter one stays in force until somebody else than the author signs `correct`: a pass must hold under the
reading that was fixed before the outcomes were seen, so that a choice of readings adds nothing to its error.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from gatebook.project import Project, TableSpec
from gatebook.reading.account import ReadOptions
from gatebook.record import Correction, Row
from gatebook.verdict.evidence_in_use import covered, key_of, shown
from gatebook.words import Code, Said, said, say
from gatebook.words.figures import plain_number

ROLES = ("sample", "labels", "predictions")  # of whose cells outcomes are made
# Columns that outcomes are made of. Another one in their place is evidence that was replaced or taken away, and judged
# as such; one more is told, and makes outcomes that share alpha with those before.
MEANINGS = (
    frozenset({"label", "score"}),
    frozenset({"prediction", "probability"}),
    frozenset({"latency_ms", "latency_s", "latency", "started", "ended"}),
)
COLUMNS = frozenset({"id", "version", "trial", "error", "annotator"}).union(*MEANINGS)
# What says where a table lies and what else is known of its rows. A key that stands neither here nor above is a
# definition, so that a new key is one until somebody shows that no outcome depends on it.
_ELSEWHERE = frozenset({"path", "sheet", "table", "max_bytes", "max_rows", "max_cell_bytes", "max_seconds"})
_BESIDE = frozenset(
    {"time", "cluster", "segments", "text", "required", "confidence", "judge", "cost", "reason", "read"}
)
NO_OUTCOME = _ELSEWHERE | _BESIDE
KEYS = (*TableSpec.model_fields, *ReadOptions.model_fields)
DEFINING = frozenset(KEYS) - NO_OUTCOME - COLUMNS
_MERIT = {"fail": 0, "not-enough-evidence": 1}

Definitions = Mapping[str, Any]
OnRecord = tuple[tuple[dt.date, Definitions], ...]


class Definition(Code):
    """What tells of a definition that was changed after a look."""

    CHANGED = "changed"
    ADDED = "added"
    SIGNED = "signed"
    EFFECT = "effect"


class Given(Code):
    """A value of a key in words."""

    NOT_SET = "not_set"
    PAIRS = "pairs"


class ReadBefore(Code):
    """What a reader must know of a row that is judged by an earlier reading."""

    STRICTER = "stricter"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Redefined:
    """A definition that was signed as a mistake: its name, what it was, on which day, and who signed."""

    name: str
    was: Any
    day: dt.date
    by: Correction


def defined(project: Project, unsure: Iterable[str] = ()) -> dict[str, Any]:
    """Return what defines outcomes, in the form that the history keeps; guesses that are `unsure` bind nothing."""
    positive = project.targets.positive
    return {
        "task": project.task,
        "positive": None if positive is None else str(positive),
        "tables": {role: _flat(spec) for role in ROLES if (spec := project.table(role)) is not None},
        "open": sorted({".".join(key_of(name)) for name in unsure}),
    }


def mend_definitions(on_record: OnRecord, by: Correction) -> tuple[OnRecord, tuple[Redefined, ...]]:
    """Return the definitions on record without what was signed as a mistake, and what that was."""
    kept, found = [], []
    for day, then in on_record:
        away = {name: was for name, was in _names(then) if _signed(by.key, name, was) and name not in then["open"]}
        kept.append((day, {**then, "open": sorted({*then["open"], *away})}))
        found += [Redefined(name, was, day, by) for name, was in away.items()]
    return tuple(kept), tuple(found)


def signable(on_record: OnRecord) -> frozenset[str]:
    """Return the definitions that a correction can be signed for."""
    return frozenset(name for _, then in on_record for name, _ in _names(then))


def fixed(on_record: OnRecord) -> tuple[Definitions, Mapping[str, dt.date]]:
    """Return the reading in force, each key as it was read first and signed by nobody, and the day of each."""
    first: dict[str, tuple[dt.date, Any]] = {}
    free: set[str] = set()
    tables: dict[str, dict[str, Any]] = {}
    for day, then in on_record:
        free |= set(then["open"])
        for name, was in _names(then):
            if name not in then["open"]:
                first.setdefault(name, (day, was))
    for name, (_, was) in first.items():
        role, key = key_of(name)
        if role in ROLES:
            tables.setdefault(role, {}).update({} if was is None else {key: was})
    _, task = first.get("project.task", (None, None))
    _, positive = first.get("targets.positive", (None, None))
    found = {"task": task, "positive": positive, "tables": tables, "open": sorted(free - set(first))}
    return found, {name: day for name, (day, _) in first.items()}


def reading_in_force(project: Project, on_record: OnRecord) -> tuple[dt.date, Project] | None:
    """Return the project as what defines outcomes was read first, and that day; None where nothing has changed."""
    if not on_record:
        return None
    then, days = fixed(on_record)
    older = _restored(project, then)
    return None if older == project else (min(days.values()), older)


def redefinitions(project: Project, on_record: OnRecord, signed: Iterable[Redefined]) -> tuple[list[Said], bool]:
    """Return what tells of each changed definition, once, and whether one changed that somebody signed for."""
    current = defined(project)
    now = dict(_names(current))
    told: dict[str, Said] = {}
    then, days = fixed(on_record)
    for name, was in _names(then):
        if name not in days or name not in now or was == now[name]:
            continue
        if name == "targets.positive" and was is not None:
            continue  # the targets tell of it
        code, (role, key) = Definition.CHANGED, key_of(name)
        if key in COLUMNS:
            group = next((g for g in MEANINGS if key in g), frozenset[str]())
            before = then["tables"][role]
            if was is not None or (group & set(before) and not _renamed(group, before, current["tables"][role])):
                continue  # another column, or none: evidence that was replaced or is gone
            code = Definition.CHANGED if group & set(before) else Definition.ADDED
        told[name] = said(code, name=name, was=_words(was, name), day=days[name], now=_words(now[name], name))
    lowered = False
    for item in signed:
        if item.name in now and now[item.name] != item.was:
            who = {"person": item.by.person, "role": item.by.role}
            words = {"was": _words(item.was, item.name), "day": item.day, "now": _words(now[item.name], item.name)}
            told[f"signed {item.name}"] = said(Definition.SIGNED, name=item.name, **words, **who)
            lowered = True
    return list(told.values()), lowered


def effects(now: Sequence[Row], before: Sequence[Row], day: dt.date) -> list[Said]:
    """Return what each row of a figure reads under the earlier reading and now, where the two differ."""
    older = {row.id: row for row in before}
    found = []
    for row in now:
        was = older.get(row.id)
        if row.weight == "decisive" and was is not None and None not in {row.estimate, was.estimate, row.bar, was.bar}:
            values = (was.estimate, was.bar, row.estimate, row.bar)
            was_, bar, now_, needed = (plain_number(float(value or 0.0), 3) for value in values)
            if (was_, bar) != (now_, needed):
                figures = {"was": was_, "bar": bar, "now": now_, "needed": needed}
                found.append(said(Definition.EFFECT, title=row.title, day=day, **figures))
    return found


def stricter(now: Row, before: Row | None) -> bool:
    """Return whether a row reads worse by the earlier reading."""
    return before is not None and _MERIT.get(str(before.status), 2) < _MERIT.get(str(now.status), 2)


def _flat(spec: TableSpec) -> dict[str, Any]:
    """Return the keys of a section that make outcomes, as JSON values; what is not set is left out."""
    given = spec.model_dump(mode="json", exclude_defaults=True)
    given |= given.pop("read", {})
    return {key: value for key, value in given.items() if key in DEFINING | COLUMNS}


def _names(definitions: Definitions) -> Iterator[tuple[str, Any]]:
    """Yield the name of each definition with its value, None where it is not set."""
    yield "project.task", definitions["task"]
    yield "targets.positive", definitions["positive"]
    for role, keys in definitions["tables"].items():
        yield from ((f"{role}.{key}", keys.get(key)) for key in sorted(DEFINING | COLUMNS))


def _signed(key: str, name: str, was: Any) -> bool:
    columns = shown((was,)).values() if isinstance(was, str) else ()
    return bool(covered(key, {name, *(f"{name}={column}" for column in columns)}))


def _renamed(group: frozenset[str], before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Return whether the same columns stand under other keys of a group."""
    was, is_ = ({key: keys[key] for key in group if key in keys} for keys in (before, now))
    return was != is_ and set(was.values()) == set(is_.values())


def _words(value: Any, name: str = "") -> str:
    key = key_of(name)[1]
    if value is None and key in TableSpec.model_fields and TableSpec.model_fields[key].default:
        value = TableSpec.model_fields[key].default
    if value is None or value == {}:
        return say(Given.NOT_SET)
    if isinstance(value, dict):  # spellings may be answers of a few rows only
        return say(Given.PAIRS, n=len(value))
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, str):
        return shown((value,))[value]
    return str(value).lower() if isinstance(value, bool) else plain_number(float(value))


def _restored(project: Project, then: Definitions) -> Project:
    """Return the project with what defines outcomes as it was; a column that is no more what it was stays away."""
    tables = dict(project.tables)
    for role, kept in then["tables"].items():
        if (spec := project.table(role)) is not None:
            tables[role] = _as_before(spec, kept, {n.partition(".")[2] for n in then["open"] if n.startswith(role)})
    update: dict[str, Any] = {"tables": tables}
    if "project.task" not in then["open"]:
        update["task"] = then["task"]
    positive = project.targets.positive
    if "targets.positive" not in then["open"] and then["positive"] != (None if positive is None else str(positive)):
        update["targets"] = project.targets.model_copy(update={"positive": then["positive"]})
    return project.model_copy(update=update)


def _as_before(spec: TableSpec, kept: Mapping[str, Any], free: Iterable[str]) -> TableSpec:
    now = _flat(spec)
    before = {key: kept.get(key) for key in DEFINING - set(free) if kept.get(key) != now.get(key)}
    for group in MEANINGS:  # one column under another key is read otherwise: seconds for milliseconds
        if _renamed(group, kept, now) and not group & set(free):
            before |= {key: kept.get(key) for key in group}
    if not before:
        return spec
    given = spec.model_dump(mode="json", exclude_defaults=True)
    given["read"] = given.get("read", {}) | {k: v for k, v in before.items() if k in ReadOptions.model_fields}
    given |= {key: value for key, value in before.items() if key in TableSpec.model_fields}
    given["read"] = {key: value for key, value in given["read"].items() if value is not None}
    try:
        return TableSpec.model_validate({key: value for key, value in given.items() if value is not None})
    except ValidationError:  # two keys that were never meant together: the new one is what can be read
        return spec
