"""Which evidence is in use: tables, columns and keys, so that the history can tell what was taken away or replaced."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from gatebook.criteria import Entry
from gatebook.evidence.disclosure import NAME_WITHHELD, withheld_names
from gatebook.project import Project
from gatebook.reading import Table

_LISTS = frozenset({"segments", "text", "required"})
_COLUMN_KEYS = (
    "id",
    "time",
    "cluster",
    *sorted(_LISTS),
    "label",
    "score",
    "annotator",
    "version",
    "weight",
    "stratum",
    "inclusion_probability",
    "reason",
    "prediction",
    "confidence",
    "probability",
    "latency_ms",
    "latency_s",
    "latency",
    "started",
    "ended",
    "error",
    "judge",
    "cost",
    "trial",
)
_VALUE_KEYS = ("scale", "measured", "timeout_ms", "latency_unit", "exact")
VALUES = frozenset({*_VALUE_KEYS, "same"})  # once a look tells them, they are definitions and judged as such
# Keys of one group say the same thing in another way: one of them may stand for another.
_GROUPS = (
    frozenset({"label", "score"}),
    frozenset({"prediction", "probability"}),
    frozenset({"latency_ms", "latency_s", "latency", "started", "ended"}),
)
# What may be replaced without a signature, for CONDITIONAL GO at best. Keys that say how rows were drawn, grouped,
# failed or versioned are goalposts: another column in their place takes evidence away until somebody signs for it.
REPLACEABLE = frozenset({"id", "time", "confidence", "annotator", "reason", "judge", "cost"}).union(*_GROUPS)
_OUTCOME = frozenset({"id", "label", "score", "prediction", "probability"})
_DURATION = _GROUPS[2]


def shown(columns: Sequence[str]) -> dict[str, str]:
    """Return column -> the name that the history may keep: one that is personal stands by a short hash of it."""
    hidden = withheld_names(columns)
    return {n: f"{NAME_WITHHELD} ({hashlib.sha256(n.encode()).hexdigest()[:6]})" if n in hidden else n for n in columns}


def in_use(project: Project, tables: Mapping[str, Table]) -> frozenset[str]:
    """Return the evidence at hand: "role", "role.key", "role.key=column", "role:column", "targets.key",
    "value", "value.key". A column whose name is personal stands by a short hash of it.
    """
    found: set[str] = set()
    for role, table in tables.items():
        spec = project.tables[role]
        names = shown(table.columns)
        found.add(role)
        found |= {f"{role}:{names[column]}" for column in table.columns if column not in project.ignore}
        for key in _COLUMN_KEYS:
            value = getattr(spec, key)
            there = [name for name in _listed(value) if name in names]
            if there:
                found |= {f"{role}.{key}", *(f"{role}.{key}={names[name]}" for name in there)}
        found |= {f"{role}.{key}" for key in _VALUE_KEYS if getattr(spec, key) is not None}
        if spec.same:
            found.add(f"{role}.same")
    targets = project.targets
    found |= {
        f"targets.{k}" for k in ("metric", "value", "latency_ms", "throughput_per_s") if getattr(targets, k) is not None
    }
    if project.value is not None:
        found |= {"value", *(f"value.{key}" for key in project.value.model_fields_set)}
    return frozenset(found)


def mappings(guesses: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Return the evidence that guesses of `init` name -> the key of the project file, e.g. "labels.label=intent".

    Args:
        guesses: key and value, e.g. ("tables.labels.label", "intent"); what is no evidence is left out.
    """
    found: dict[str, str] = {}
    for full, value in guesses:
        head, _, key = full.rpartition(".")
        if head.startswith("tables.") and key in _COLUMN_KEYS:
            role = head.removeprefix("tables.")
            found |= {f"{role}.{key}={name}": full for name in shown(_listed(value)).values()}
        elif head.startswith("tables.") and key in VALUES:
            found[f"{head.removeprefix('tables.')}.{key}"] = full
    return found


def uses_of(entry: Entry, present: frozenset[str], carried: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the part of the evidence at hand that a row reads. Targets are goalposts and judged as such.

    Args:
        entry: the row.
        present: the evidence at hand.
        carried: columns that carried something for the row, as "role:column".
    """
    own = {name for name in entry.uses if name in present and not name.startswith("targets.")}
    lists = {name for name in present if "=" in name and name.split("=")[0] in entry.uses}
    amounts = {name for name in present if name.startswith("value.") and "value" in entry.uses}
    return tuple(sorted(own | lists | amounts | (present & set(carried))))


def key_of(name: str) -> tuple[str, str]:
    """Return role and key of "role.key" or "role.key=column"; the key is empty for a table or a column."""
    role, _, key = name.partition("=")[0].partition(".")
    return (role, key) if ":" not in role else (role.partition(":")[0], "")


def stands_for(name: str, present: frozenset[str]) -> str | None:
    """Return what stands in the place of evidence that is gone, None where nothing does.

    A mapping is replaced by another column under its key, or under a key of the same group. Of a list of columns each
    counts for itself.
    """
    role, key = key_of(name)
    if not key or key in _LISTS:
        return None
    group = next((g for g in _GROUPS if key in g), frozenset({key}))
    now = sorted(n for n in present if "=" in n and key_of(n) in {(role, k) for k in group})
    return next((n for n in now if key_of(n)[1] == key), now[0] if now else None)


def covered(key: str, names: Iterable[str]) -> frozenset[str]:
    """Return which of the names fall under a correction of `key`: "role", "role:column", "role.key",
    "role.key=column".
    """
    role, column = key.partition(":")[::2]
    found = set()
    for name in names:
        below = not column and name.startswith((f"{key}=", f"{key}.", f"{key}:"))
        named = bool(column) and name.startswith(f"{role}.") and name.partition("=")[2] == column
        if name == key or below or named:
            found.add(name)
    return frozenset(found)


def without(names: frozenset[str], gone: frozenset[str]) -> frozenset[str]:
    """Return the names without those that are gone, and without keys of which no column is left."""
    left = names - gone
    emptied = {n.partition("=")[0] for n in gone if "=" in n} - {n.partition("=")[0] for n in left if "=" in n}
    return left - emptied


def outcome_names(present: Iterable[str], *, requests: bool) -> tuple[str, ...]:
    """Return the mappings that define the outcomes of a look: truth and output, or durations of requests."""
    keys = _DURATION if requests else _OUTCOME
    return tuple(sorted(n for n in present if "=" in n and n.partition(".")[0] in _JUDGED and key_of(n)[1] in keys))


_JUDGED = frozenset({"sample", "labels", "predictions"})


def _listed(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(v) for v in value)  # type: ignore[attr-defined]  # a list of names
