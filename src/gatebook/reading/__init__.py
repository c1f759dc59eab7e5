"""Reading: a file of any kind in, text columns and an account of every line out. Nothing here knows a project.

Names are loaded when they are first used, so that importing this package stays cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatebook.reading.account import Event, Fates, JoinAccount, LineAccount, ReadOptions, Seen
    from gatebook.reading.casts import Cast, propose_kinds, to_numbers, to_times
    from gatebook.reading.table import Table, join_account, read

_WHERE = {
    "account": ("Event", "Fates", "JoinAccount", "LineAccount", "ReadOptions", "Seen"),
    "casts": ("Cast", "propose_kinds", "to_numbers", "to_times"),
    "table": ("Table", "join_account", "read"),
}
_MODULE = {name: module for module, names in _WHERE.items() for name in names}

__all__ = [
    "Cast",
    "Event",
    "Fates",
    "JoinAccount",
    "LineAccount",
    "ReadOptions",
    "Seen",
    "Table",
    "join_account",
    "propose_kinds",
    "read",
    "to_numbers",
    "to_times",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE:
        return getattr(importlib.import_module(f"gatebook.reading.{_MODULE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
