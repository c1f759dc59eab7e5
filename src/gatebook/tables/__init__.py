"""Tables: any file in, text columns and a closed line account out.

Names are loaded when they are first used, so that importing this package stays cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatebook.tables.account import Event, Fates, JoinAccount, LineAccount
    from gatebook.tables.casts import Cast, to_booleans, to_numbers, to_times
    from gatebook.tables.joins import join_account
    from gatebook.tables.kinds import ProposedType, propose_types
    from gatebook.tables.table import Table, Tables, open_table, open_tables

_WHERE = {
    "account": ("Event", "Fates", "JoinAccount", "LineAccount"),
    "casts": ("Cast", "to_booleans", "to_numbers", "to_times"),
    "joins": ("join_account",),
    "kinds": ("ProposedType", "propose_types"),
    "table": ("Table", "Tables", "open_table", "open_tables"),
}
_MODULE = {name: module for module, names in _WHERE.items() for name in names}

__all__ = [
    "Cast",
    "Event",
    "Fates",
    "JoinAccount",
    "LineAccount",
    "ProposedType",
    "Table",
    "Tables",
    "join_account",
    "open_table",
    "open_tables",
    "propose_types",
    "to_booleans",
    "to_numbers",
    "to_times",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE:
        return getattr(importlib.import_module(f"gatebook.tables.{_MODULE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
