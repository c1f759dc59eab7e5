"""Evidence as a pandas frame, in one way for every record."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from gatebook.errors import UsageError
from gatebook.record.model import Unreadable
from gatebook.words import say

if TYPE_CHECKING:
    import pandas as pd


def frame(records: object) -> pd.DataFrame:
    """Return evidence as a frame: one row a record, one column a field.

    `records` is one record or a list or tuple of them: anything below a decision record (`record.findings`,
    `record.slices`, `record.evidence.columns`), or a measured fact. A record inside a record opens into columns of its
    own, such as `gain.lower`; a list of records inside one is told in words.

    Raises:
        UsageError: what is given is no record.
    """
    import pandas as pd

    items = list(records) if isinstance(records, (list, tuple)) else [] if records is None else [records]
    return pd.DataFrame([_flat(item) for item in items])


def _flat(item: object) -> dict[str, Any]:
    """Return field -> value; fields of an inner record as "outer.inner"."""
    row: dict[str, Any] = {}
    for name in _fields(item):
        value = getattr(item, name)
        if _is_record(value):
            row |= {f"{name}.{inner}": found for inner, found in _flat(value).items()}
        elif isinstance(value, tuple) and value and _is_record(value[0]):
            row[name] = "; ".join(" ".join(map(str, _flat(one).values())) for one in value)
        else:
            row[name] = value
    return row


def _is_record(value: object) -> bool:
    return isinstance(value, BaseModel) or (dataclasses.is_dataclass(value) and not isinstance(value, type))


def _fields(item: object) -> tuple[str, ...]:
    if isinstance(item, BaseModel):
        return tuple(type(item).model_fields)
    if dataclasses.is_dataclass(item) and not isinstance(item, type):
        return tuple(f.name for f in dataclasses.fields(item) if not f.name.startswith("_"))
    raise UsageError(say(Unreadable.NO_FRAME, kind=type(item).__name__))
