"""Read and describe `decision.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gatebook.errors import RunError
from gatebook.files import read_plain
from gatebook.record.model import SCHEMA_VERSION, Record


def read_record(path: Path) -> Record:
    """Return the record in a `decision.json`.

    Raises:
        RunError: the file is missing, is no record, or has a schema that this version does not know.
    """
    try:
        data = json.loads(read_plain(path).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path}: cannot be read as a decision record ({error}).") from None
    try:
        return Record.model_validate(upgrade(data))
    except RunError as error:
        raise RunError(f"{path}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        raise RunError(f"{path}: not a decision record of schema {SCHEMA_VERSION}: {where}: {first['msg']}.") from None


def upgrade(data: Any) -> Any:
    """Return an older record's data in the present schema (records stay readable for good).

    Raises:
        RunError: the data is no decision record, or one of a schema that this version does not know.
    """
    version = data.get("schema_version") if isinstance(data, dict) else None
    if not isinstance(version, str):
        raise RunError("this is no decision record: it has no schema_version.")
    if version != SCHEMA_VERSION:
        newer = _numbers(version) > _numbers(SCHEMA_VERSION)
        what = "a newer gatebook wrote it; update gatebook to read it" if newer else "no version ever wrote that"
        raise RunError(f"its schema is {version}, this version of gatebook reads {SCHEMA_VERSION}: {what}.")
    money = data.get("money")
    if isinstance(money, dict):  # written before the price of missing labels stood in the rows
        data = data | {"money": {k: v for k, v in money.items() if k not in {"labels_cost", "labels_days"}}}
    return data


def _numbers(version: str) -> tuple[int, ...]:
    """Return "1.10" as (1, 10); anything else as nothing, which no version is older than."""
    parts = version.split(".")
    return tuple(int(p) for p in parts) if all(p.isdigit() for p in parts) else ()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `decision.json`, generated from these models."""
    schema = Record.model_json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "gatebook decision record"
    return schema
