"""Evidence as a pandas frame, in one way for every record."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel

from gatebook.errors import UsageError
from gatebook.record.model import Unreadable
from gatebook.words import say

if TYPE_CHECKING:
    import pandas as pd


def frame(records: object, kind: type | None = None) -> pd.DataFrame:
    """Return evidence as a frame: one row a record, one column a field.

    `records` is one record or a list or tuple of them: anything below a decision record (`record.findings`,
    `record.slices`, `record.evidence.columns`), or a measured fact. A record inside a record opens into columns of its
    own, such as `gain.lower`; a list of records inside one is told in words. Where there is none, the columns are those
    of `kind`, so that what reads a frame need not ask.

    Raises:
        UsageError: what is given is no record.
    """
    import pandas as pd

    items = list(records) if isinstance(records, (list, tuple)) else [] if records is None else [records]
    if not items and kind is not None:
        return pd.DataFrame(columns=list(_empty(kind)))
    return pd.DataFrame([_flat(item) for item in items])


def _flat(item: object) -> dict[str, Any]:
    """Return field -> value; fields of an inner record as "outer.inner"."""
    row: dict[str, Any] = {}
    kind: Any = type(item)
    for name, inner in _fields(kind).items():
        value = getattr(item, name)
        if inner is not None and value is None:
            row |= {f"{name}.{field}": None for field in _empty(inner)}
        elif _is_record(value):
            row |= {f"{name}.{field}": found for field, found in _flat(value).items()}
        elif isinstance(value, tuple) and value and _is_record(value[0]):
            row[name] = "; ".join(" ".join(map(str, _flat(one).values())) for one in value)
        else:
            row[name] = value
    return row


def _empty(kind: type) -> dict[str, None]:
    """Return the columns of a record's frame."""
    columns: dict[str, None] = {}
    for name, inner in _fields(kind).items():
        columns |= dict.fromkeys([name] if inner is None else [f"{name}.{field}" for field in _empty(inner)])
    return columns


def _is_record(value: object) -> bool:
    return isinstance(value, BaseModel) or (dataclasses.is_dataclass(value) and not isinstance(value, type))


@cache
def _fields(kind: Any) -> dict[str, type | None]:
    """Return each field of a kind of record, with the kind of record that it holds, None where it holds none."""
    if not issubclass(kind, BaseModel) and not dataclasses.is_dataclass(kind):
        raise UsageError(say(Unreadable.NO_FRAME, kind=kind.__name__))
    if issubclass(kind, BaseModel):
        hints: dict[str, Any] = {name: field.annotation for name, field in kind.model_fields.items()}
    else:
        hints = {f.name: None for f in dataclasses.fields(kind) if not f.name.startswith("_")}
    inner = {name: [t for t in (hint, *get_args(hint)) if isinstance(t, type)] for name, hint in hints.items()}
    return {
        name: next((t for t in types if issubclass(t, BaseModel)), None)
        if get_origin(hints[name]) is not tuple
        else None
        for name, types in inner.items()
    }
