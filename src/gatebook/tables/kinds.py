"""What a text column most likely holds, proposed from its values; a person decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from gatebook.tables.table import Table

Kind = Literal["number", "integer", "time", "boolean", "category", "text", "id", "empty"]
_SURE = 0.95
_NUMBER = r"\s*[-+]?(\d+|\d{1,3}([,.]\d{3})+)([.,]\d+)?([eE][-+]?\d+)?\s*"
_INTEGER = r"\s*[-+]?\d+\s*"
_CODE = r"0\d+|\d{16,}"
_BOOLEAN = r"(?i)\s*(true|false|yes|no|y|n|t|f)\s*"
_ISO = r"\s*\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(Z|[-+]\d{2}:?\d{2})?)?\s*"
_TIME = r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\s*\d{1,2}[:.]\d{2}([:.]\d{2}([.,]\d+)?)?\s*([AaPp][Mm])?\s*(Z|UTC|GMT|[-+]\d{2}:?\d{2})?)?\s*"
_ID_NAME = re.compile(r"(?:^|[_\s.-])(?:id|key|uuid|guid|no|nr|number|code)$|(?<=[a-z])I[dD]$", re.IGNORECASE)


@dataclass(frozen=True)
class ProposedType:
    """What a column most likely holds.

    Attributes:
        kind: the proposal.
        share: share of the filled cells that read as that kind, in [0, 1] (1 for text, category and id).
        format: for times "iso", "day or month first"; for numbers "decimal point" or "decimal comma"; else None.
        filled: cells that hold something.
        distinct: different values among them.
    """

    kind: Kind
    share: float
    format: str | None
    filled: int
    distinct: int


def propose_types(table: Table) -> dict[str, ProposedType]:
    """Return a proposal for each column; every row is looked at.

    "id" is proposed for codes (leading zeros, more digits than float64 holds) and for values that are all different and are
    no measurement; such columns must never be cast.
    """
    return {column: _propose(table, column) for column in table.columns}


def _propose(table: Table, column: str) -> ProposedType:
    c = table.identifier(column)
    row = table.con.execute(
        f"SELECT count({c}), count(DISTINCT {c}), count(*) FILTER (regexp_full_match({c}, ?)), count(*) FILTER (regexp_full_match({c}, ?)), "  # noqa: S608 - names are quoted, values escaped
        f"count(*) FILTER (regexp_full_match({c}, ?)), count(*) FILTER (regexp_full_match({c}, ?)), count(*) FILTER (regexp_full_match({c}, ?)), "
        f"count(*) FILTER (regexp_full_match({c}, ?)), coalesce(avg(len({c})), 0), count(*) FILTER (contains(trim({c}), ' ')), "
        f"count(*) FILTER (regexp_matches({c}, ?)) "
        f"FROM {table.relation}",
        [_NUMBER, _INTEGER, _CODE, _BOOLEAN, _ISO, _TIME, r"^\s*[-+]?(\d{1,3}(\.\d{3})+|\d+),(\d{1,2}|\d{4,})\s*$"],
    ).fetchall()[0]
    filled, distinct, number, integer, code, boolean, iso, time, length, spaced, comma = row
    if not filled:
        return ProposedType("empty", 1.0, None, 0, 0)

    def made(kind: Kind, n: int = filled, form: str | None = None) -> ProposedType:
        return ProposedType(kind, n / filled, form, int(filled), int(distinct))

    unique = distinct == filled and filled > 1
    if time >= _SURE * filled:
        return made("time", time, "iso" if iso == time else "day or month first")
    if boolean >= _SURE * filled and distinct <= 8:
        return made("boolean", boolean)
    if number >= _SURE * filled:
        if code and (code > 0.01 * filled or _ID_NAME.search(column)):
            return made("id")
        if integer == number:
            return made("id") if unique and _ID_NAME.search(column) else made("integer", integer)
        return made("number", number, "decimal comma" if comma > 0.5 * filled else "decimal point")
    if spaced < 0.05 * filled and length <= 64 and (unique or (distinct > 0.5 * filled and _ID_NAME.search(column))):
        return made("id")
    if distinct <= max(20, 0.05 * filled) and distinct < filled and length <= 80:
        return made("category")
    return made("text")
