"""Which evidence is in use: tables, columns and keys, so that the history can tell what was taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from gatebook.criteria import Entry
from gatebook.evidence.disclosure import NAME_WITHHELD, withheld_names
from gatebook.project import Project
from gatebook.tables import Table

_COLUMN_KEYS = (
    "id", "time", "cluster", "segments", "text", "required", "label", "score", "annotator", "version", "weight", "stratum",
    "inclusion_probability", "reason", "prediction", "confidence", "probability", "latency_ms", "latency_s", "latency", "started", "ended", "error", "judge",
    "cost", "trial",
)  # fmt: skip
_VALUE_KEYS = ("scale", "measured", "timeout_ms", "latency_unit", "exact")


def in_use(project: Project, tables: Mapping[str, Table]) -> frozenset[str]:
    """Return the evidence at hand: "role", "role.key", "role.key=column", "role:column", "targets.key",
    "value", "value.key". A column whose name is personal stands by a short hash of it.
    """
    found: set[str] = set()
    for role, table in tables.items():
        spec = project.tables[role]
        hidden = {
            n: f"{NAME_WITHHELD} ({hashlib.sha256(n.encode()).hexdigest()[:6]})"
            for n in withheld_names(table.columns)
        }
        found.add(role)
        found |= {
            f"{role}:{hidden.get(column, column)}" for column in table.columns if column not in project.ignore
        }
        for key in _COLUMN_KEYS:
            value = getattr(spec, key)
            names = () if value is None else (value,) if isinstance(value, str) else value
            there = [name for name in names if name in table.columns]
            if there:
                found.add(f"{role}.{key}")
                if key in {"segments", "text", "required"}:
                    found |= {f"{role}.{key}={hidden.get(name, name)}" for name in there}
        found |= {f"{role}.{key}" for key in _VALUE_KEYS if getattr(spec, key) is not None}
        if spec.same:
            found.add(f"{role}.same")
    targets = project.targets
    found |= {
        f"targets.{k}"
        for k in ("metric", "value", "latency_ms", "throughput_per_s")
        if getattr(targets, k) is not None
    }
    if project.value is not None:
        found |= {"value", *(f"value.{key}" for key in project.value.model_fields_set)}
    return frozenset(found)


def uses_of(entry: Entry, present: frozenset[str], columns_of_goals: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the part of the evidence at hand that a row reads. Targets are goalposts and judged as such.

    Args:
        entry: the row.
        present: the evidence at hand.
        columns_of_goals: columns of the sample that a target of the row names in `where`.
    """
    own = {name for name in entry.uses if name in present and not name.startswith("targets.")}
    lists = {name for name in present if "=" in name and name.split("=")[0] in entry.uses}
    columns = {name for name in present if ":" in name and name.split(":")[0] in entry.all_columns}
    amounts = {name for name in present if name.startswith("value.") and "value" in entry.uses}
    named = {f"sample:{column}" for column in columns_of_goals} & present
    return tuple(sorted(own | lists | columns | amounts | named))
