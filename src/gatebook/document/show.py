"""What notebooks call: each function takes the record and returns a piece that shows itself.

What all documents share is here by name; the pages of a gate are what its package `pages` lists in `__all__`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from types import ModuleType

from gatebook.criteria import gates
from gatebook.document.behind import lines, looks, method, people, provenance
from gatebook.document.page import Fragment
from gatebook.record import Record

__all__ = ["lines", "looks", "method", "people", "provenance"]


def _pages() -> Iterator[ModuleType]:
    for gate in gates():
        if (gate.folder / "pages").is_dir():
            yield importlib.import_module(f"{gate.package}.pages")


def __getattr__(name: str) -> Callable[[Record], Fragment]:
    for pages in () if name.startswith("_") else _pages():
        if name in pages.__all__:
            made: Callable[[Record], Fragment] = getattr(pages, name)
            return made
    raise AttributeError(name)


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for pages in _pages() for name in pages.__all__)})
